// Taps: what the worker hears of an instance's input or output, measured while it arrives.
import { POINT, TAP } from '../worklet/protocol/records.js';
import type { Ring } from '../worklet/protocol/ring.js';
import { HOPS_MAX } from './analysis.js';
import type { Analysis, Programme, Spectrum } from './analysis.js';
import type { Heard } from './messages.js';

const orSilence = (value: number): number => (Number.isNaN(value) ? -Infinity : value);

/** One tap. */
export class Tap {
    /** The context's frame behind what was heard last; undefined: nothing yet. */
    frame: number | undefined;
    /** Frames heard. */
    heard = 0;
    #isWanted = false;
    /** Who else hears every piece. */
    readonly ears = new Set<(channels: readonly Float32Array[], frames: number) => void>();
    /** `heard` at the last report. */
    reported = 0;
    readonly #programme: Programme;
    readonly #spectrum: Spectrum;

    constructor(
        analysis: Analysis,
        rate: number,
        readonly instance: number,
        readonly point: number,
    ) {
        this.#programme = analysis.programme(rate, 2);
        this.#spectrum = analysis.spectrum();
    }

    feed(channels: readonly Float32Array[], frame: number, frames: number): void {
        this.#programme.process(channels, 0, frames);
        if (this.isWanted) this.#spectrum.process(channels, 0, frames);
        for (const ear of this.ears) ear(channels, frames);
        this.frame = frame + frames;
        this.heard += frames;
    }
    /** The page wants to know; otherwise only followers do. */
    get isWanted(): boolean {
        return this.#isWanted;
    }
    set isWanted(isWanted: boolean) {
        if (isWanted && !this.#isWanted) {
            this.#spectrum.reset();
            this.reported = this.heard;
        }
        this.#isWanted = isWanted;
    }
    report(gaps: number): Heard {
        const now = this.#programme.now;
        this.reported = this.heard;
        return {
            type: 'heard',
            instance: this.instance,
            point: this.point,
            loudness: {
                momentary_lufs: orSilence(now.momentary),
                short_term_lufs: orSilence(now.shortTerm),
                integrated_lufs: orSilence(now.integrated),
                true_peak_dbtp: orSilence(now.truePeak),
                lra_lu: Number.isNaN(now.range) ? 0 : now.range,
            },
            spectrum: this.#spectrum.read(),
            frame: this.frame ?? 0,
            gaps,
        };
    }
    /** Hops of 10 ms since `seen` of them were heard (or since a reset), at most 3 s, and their mean square. */
    since(seen: number): { hops: number; power: number; seen: number } {
        const all = this.#programme.hops;
        const hops = Math.min(all < seen ? all : all - seen, HOPS_MAX);
        return { hops, power: this.#programme.power(hops), seen: all };
    }
    resetLoudness(): void {
        this.#programme.reset();
    }
    destroy(): void {
        this.#programme.destroy();
        this.#spectrum.destroy();
    }
}

/** All taps, and the way of records into them. */
export class Listener {
    readonly #taps = new Map<string, Tap>();
    /** Records that were dropped on the way, over all taps. */
    gaps = 0;

    constructor(
        readonly analysis: Analysis,
        private readonly rate: number,
    ) {}

    get taps(): Iterable<Tap> {
        return this.#taps.values();
    }
    get hasTaps(): boolean {
        return this.#taps.size > 0;
    }
    find(instance: number, point: number): Tap | undefined {
        return this.#taps.get(`${instance} ${point}`);
    }
    /** The tap of that name, made when it is new. */
    open(instance: number, point: number): Tap {
        if (point !== POINT.IN && point !== POINT.OUT)
            throw new RangeError(`Tap point ${point}: there are ${POINT.IN} (input) and ${POINT.OUT} (output).`);
        const found = this.find(instance, point);
        if (found) return found;
        const tap = new Tap(this.analysis, this.rate, instance, point);
        this.#taps.set(`${instance} ${point}`, tap);
        return tap;
    }
    close(tap: Tap): void {
        this.#taps.delete(`${tap.instance} ${tap.point}`);
        tap.destroy();
    }

    /** Takes everything that waits. Records of taps that nobody asked for are skipped. */
    drain(ring: Ring): void {
        for (let left = ring.length; left > 0; --left) {
            const at = ring.peek();
            if (at < 0) return;
            this.#take(ring, at);
            ring.release();
        }
    }
    #take(ring: Ring, at: number): void {
        const { u32, f32 } = ring;
        this.gaps += u32[at + TAP.GAP];
        const tap = this.find(u32[at + TAP.INSTANCE], u32[at + TAP.POINT]);
        const frames = u32[at + TAP.FRAMES];
        if (!tap || frames < 1 || frames > TAP.FRAMES_MAX) return;
        const channel = (offset: number): Float32Array => f32.subarray(at + offset, at + offset + frames);
        const frame = u32[at + TAP.FRAME_HIGH] * 2 ** 32 + u32[at + TAP.FRAME_LOW];
        tap.feed([channel(TAP.LEFT), channel(TAP.RIGHT)], frame, frames);
    }
}
