// A reference match: what six bands of mastering_eq would give a programme the tone of a reference. The programme is
// listened to while it plays, or comes whole; whole sounds are heard in slices, so that the taps do not wait.
import type { Analysis, EqEngine, Matched } from './analysis.js';
import type { Match, WholeSound } from './messages.js';

/** Of a whole sound, heard at once: 50 ms of work or so. */
const SLICE_S = 10;

/** Refused for what was given, not for what went wrong. */
export class MatchRefused extends Error {}

/** A sound that is there from the start, or that arrives by feed(). */
class Ear {
    readonly engine: EqEngine;
    heard = 0;
    constructor(
        analysis: Analysis,
        readonly rate: number,
        private readonly whole: WholeSound | undefined,
        /** Frames that are enough. */
        readonly wanted: number,
    ) {
        this.engine = analysis.eqEngine(rate);
    }
    get share(): number {
        return Math.min(1, this.heard / this.wanted);
    }
    get seconds(): number {
        return this.heard / this.rate;
    }
    feed(channels: readonly Float32Array[], frames: number): void {
        this.engine.process(channels, 0, frames);
        this.heard += frames;
    }
    /** One slice of a whole sound. */
    work(): void {
        if (!this.whole) return;
        const frames = Math.min(this.wanted - this.heard, Math.ceil(SLICE_S * this.rate));
        if (frames <= 0) return;
        const [left, right = left] = this.whole.channels;
        this.engine.process([left, right], this.heard, frames);
        this.heard += frames;
    }
}

export class Matching {
    readonly #programme: Ear;
    readonly #reference: Ear;
    /** Of the last report. */
    reported = -1;

    /** `rate`: the context's. Throws RangeError for a sample rate outside 8 .. 192 kHz. */
    constructor(
        private readonly analysis: Analysis,
        readonly asked: Match,
        rate: number,
    ) {
        const { programme, reference, seconds } = asked;
        const ear = (whole: WholeSound): Ear => new Ear(analysis, whole.rate, whole, whole.channels[0].length);
        this.#reference = ear(reference);
        try {
            this.#programme = programme
                ? ear(programme)
                : new Ear(analysis, rate, undefined, Math.ceil(seconds * rate));
        } catch (error) {
            this.#reference.engine.destroy();
            throw error;
        }
    }
    /** It listens to a tap. */
    get isLive(): boolean {
        return !this.asked.programme;
    }
    /** 0 .. 1. */
    get progress(): number {
        return Math.min(this.#programme.share, this.#reference.share);
    }
    hear(channels: readonly Float32Array[], frames: number): void {
        if (this.#programme.share < 1) this.#programme.feed(channels, frames);
    }
    /** A slice of the work. The answer, when all has been heard; throws MatchRefused when there is none. */
    work(): Matched | undefined {
        this.#reference.work();
        this.#programme.work();
        if (this.progress < 1) return undefined;
        const { strength, max_gain_db } = this.asked;
        const [programme, reference] = [this.#programme, this.#reference];
        const matched = this.analysis.match(
            { engine: programme.engine, seconds: programme.seconds },
            { engine: reference.engine, seconds: reference.seconds },
            strength,
            max_gain_db,
        );
        if (typeof matched === 'string') throw new MatchRefused(matched);
        return matched;
    }
    destroy(): void {
        this.#programme.engine.destroy();
        this.#reference.engine.destroy();
    }
}
