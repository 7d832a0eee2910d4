// What a job hears: a sound that is there from the start, heard in slices so that the taps do not wait, or one that
// arrives piece by piece from a tap.
import type { WholeSound } from './messages.js';

/** Of a whole sound, heard at once: 50 ms of work or so. */
const SLICE_S = 10;

/** What listens. */
export interface Hearing {
    process(channels: readonly Float32Array[], at: number, frames: number): void;
    destroy(): void;
}

export class Ear<H extends Hearing> {
    heard = 0;
    constructor(
        readonly engine: H,
        readonly rate: number,
        private readonly whole: WholeSound | undefined,
        /** Frames that are enough. */
        readonly wanted: number,
    ) {}
    get share(): number {
        return Math.min(1, this.heard / this.wanted);
    }
    get seconds(): number {
        return this.heard / this.rate;
    }
    feed(channels: readonly Float32Array[], frames: number): void {
        const taken = Math.min(frames, this.wanted - this.heard);
        if (taken <= 0) return;
        this.engine.process(channels, 0, taken);
        this.heard += taken;
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
/** Of the whole sound, or of so many seconds of a tap at `rate`. */
export const earFor = <H extends Hearing>(
    make: (rate: number) => H,
    whole: WholeSound | undefined,
    rate: number,
    seconds: number,
): Ear<H> =>
    whole
        ? new Ear(make(whole.rate), whole.rate, whole, whole.channels[0].length)
        : new Ear(make(rate), rate, undefined, Math.round(seconds * rate));
