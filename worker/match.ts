// A reference match: what six bands of mastering_eq would give a programme the tone of a reference. The programme is
// listened to while it plays, or comes whole.
import type { Analysis, EqEngine } from './analysis.js';
import { earFor } from './ear.js';
import type { Ear } from './ear.js';
import { Refused } from './errors.js';
import type { Job } from './jobs.js';
import type { Answer, Match, Progress } from './messages.js';

/** Share that is worth a message. */
const STEP = 0.02;

export class Matching implements Job {
    readonly #programme: Ear<EqEngine>;
    readonly #reference: Ear<EqEngine>;
    #reported = -1;

    /** `rate`: the context's. Throws RangeError for a sample rate outside 8 .. 192 kHz. */
    constructor(
        private readonly analysis: Analysis,
        readonly asked: Match,
        rate: number,
    ) {
        const { programme, reference, seconds } = asked;
        const make = (hz: number): EqEngine => analysis.eqEngine(hz);
        this.#reference = earFor(make, reference, rate, seconds);
        try {
            this.#programme = earFor(make, programme, rate, seconds);
        } catch (error) {
            this.#reference.engine.destroy();
            throw error;
        }
    }
    get isLive(): boolean {
        return !this.asked.programme;
    }
    get #share(): number {
        return Math.min(this.#programme.share, this.#reference.share);
    }
    progress(): Progress | undefined {
        if (this.#share - this.#reported < STEP) return undefined;
        this.#reported = this.#share;
        return { type: 'progress', part: 'listening', fraction: this.#share };
    }
    hear(channels: readonly Float32Array[], frames: number): void {
        this.#programme.feed(channels, frames);
    }
    work(): Extract<Answer, { type: 'matched' }> | undefined {
        this.#reference.work();
        this.#programme.work();
        if (this.#share < 1) return undefined;
        const { strength, max_gain_db } = this.asked;
        const [programme, reference] = [this.#programme, this.#reference];
        const matched = this.analysis.match(
            { engine: programme.engine, seconds: programme.seconds },
            { engine: reference.engine, seconds: reference.seconds },
            strength,
            max_gain_db,
        );
        if (typeof matched === 'string') throw new Refused(matched);
        return { type: 'matched', ...matched };
    }
    destroy(): void {
        this.#programme.engine.destroy();
        this.#reference.engine.destroy();
    }
}
