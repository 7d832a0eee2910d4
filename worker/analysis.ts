// dawg-worker.wasm, instantiated: loudness and peaks of programmes, spectra. Runs in workers and in Node. The audio of
// one instance's meters passes through one buffer, so an instance belongs to one thread.

/** Frames handed over at once. */
const PIECE = 4096;
/** -0.691 + 10 log10 of a K-weighted mean square (BS.1770-5 annex 1, equation 2). */
const OFFSET_LUFS = -0.691;
/** Of the short-term window, 10 ms each. */
export const HOPS_MAX = 300;
export const SPECTRUM_BINS = 4097;

/** LUFS of a K-weighted mean square; -Infinity for 0. */
export const lufsOf = (power: number): number => OFFSET_LUFS + 10 * Math.log10(power);

/** The exports of wasm/worker.c. */
type Exports = Record<`dawgw_${string}`, (...values: number[]) => number> & {
    readonly memory: WebAssembly.Memory;
    _initialize?(): void;
};
type Channels = readonly Float32Array[];

/** One instance of dawg-worker.wasm, for any number of meters. */
export class Analysis {
    readonly wasm: Exports;
    readonly #audio: number;
    #views: Float32Array[] = [];

    /** Instantiates at once (synchronously). Throws when the module is not the one that the manifest describes. */
    constructor(module: WebAssembly.Module, manifest: { readonly hash: string }) {
        this.wasm = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
        this.wasm._initialize?.();
        const hash = (this.wasm.dawgw_manifest_hash() >>> 0).toString(16).padStart(8, '0');
        if (hash !== manifest.hash)
            throw new Error(
                `dawg-worker.wasm (manifest hash ${hash}) does not belong to this manifest (${manifest.hash}): ` +
                    'use both from the same version, or build again.',
            );
        this.#audio = this.wasm.dawgw_buffers(PIECE);
        if (!this.#audio) throw new Error('No memory for the buffers of dawg-worker.wasm.');
    }

    /** Loudness and peaks at `rate` Hz (8000 .. 192000) of 1 .. 5 channels: L, R, C, Ls, Rs. Throws RangeError for
     * others, or when there is no memory. */
    programme(rate: number, channels: number): Programme {
        const pointer = this.wasm.dawgw_programme_create(rate, channels);
        if (!pointer) throw new RangeError(`No loudness meter for ${channels} channels at ${rate} Hz.`);
        return new Programme(this, pointer, channels);
    }
    /** Throws when there is no memory. */
    spectrum(): Spectrum {
        const pointer = this.wasm.dawgw_spectrum_create();
        if (!pointer) throw new Error('No memory for another spectrum.');
        return new Spectrum(this, pointer);
    }

    /** Hands frames at .. at + frames - 1 of the first `count` channels over, in pieces that lie `stride` floats apart
     * from `audio`. */
    pass(
        channels: Channels,
        count: number,
        at: number,
        frames: number,
        take: (audio: number, stride: number, n: number) => void,
    ): void {
        if (this.#views[0]?.buffer !== this.wasm.memory.buffer)
            this.#views = [0, 1, 2, 3, 4].map(
                (c) => new Float32Array(this.wasm.memory.buffer, this.#audio + 4 * c * PIECE, PIECE),
            );
        for (let done = 0, n: number; done < frames; done += n) {
            n = Math.min(PIECE, frames - done);
            for (let c = 0; c < count; ++c) this.#views[c].set(channels[c].subarray(at + done, at + done + n));
            take(this.#audio, PIECE, n);
        }
    }
}

/** Of a programme that goes on; NaN: nothing to say yet. */
export interface Now {
    momentary: number;
    shortTerm: number;
    integrated: number;
    range: number;
    truePeak: number;
}
/** Of a whole programme; NaN: silence, or too short. */
export interface Totals {
    integrated: number;
    momentaryMax: number;
    shortTermMax: number;
    range: number;
    samplePeak: number;
    truePeak: number;
    /** Samples that were NaN, infinite or beyond +80 dBFS and were taken as 0. */
    guarded: number;
    channels: { samplePeak: number; truePeak: number }[];
}

/** core/analysis/programme.h. */
export class Programme {
    constructor(
        private readonly analysis: Analysis,
        private readonly pointer: number,
        readonly channels: number,
    ) {}

    process(channels: Channels, at: number, frames: number): void {
        this.analysis.pass(channels, this.channels, at, frames, (audio, stride, n) =>
            this.analysis.wasm.dawgw_programme_process(this.pointer, audio, stride, n),
        );
    }
    #doubles(at: number, count: number): Float64Array {
        return new Float64Array(this.analysis.wasm.memory.buffer, at, count);
    }
    get now(): Now {
        const at = this.analysis.wasm.dawgw_programme_now(this.pointer);
        const [momentary, shortTerm, integrated, range, truePeak] = this.#doubles(at, 5);
        return { momentary, shortTerm, integrated, range, truePeak };
    }
    /** Whole hops of 10 ms since the start or the last reset. */
    get hops(): number {
        return this.analysis.wasm.dawgw_programme_hops(this.pointer);
    }
    /** K-weighted mean square over the last `hops` (at most HOPS_MAX, and as many as there are). */
    power(hops: number): number {
        return this.analysis.wasm.dawgw_programme_power(this.pointer, hops);
    }
    /** As if silence followed. */
    get totals(): Totals {
        const [integrated, momentaryMax, shortTermMax, range, samplePeak, truePeak, guarded, ...peaks] = this.#doubles(
            this.analysis.wasm.dawgw_programme_read(this.pointer),
            17,
        );
        const channels = Array.from({ length: this.channels }, (_, c) => ({
            samplePeak: peaks[2 * c],
            truePeak: peaks[2 * c + 1],
        }));
        return { integrated, momentaryMax, shortTermMax, range, samplePeak, truePeak, guarded, channels };
    }
    reset(): void {
        this.analysis.wasm.dawgw_programme_reset(this.pointer);
    }
    /** Nothing else may be called after it. */
    destroy(): void {
        this.analysis.wasm.dawgw_programme_destroy(this.pointer);
    }
}

/** core/analysis/spectrum.h. */
export class Spectrum {
    constructor(
        private readonly analysis: Analysis,
        private readonly pointer: number,
    ) {}

    /** Two channels. */
    process(channels: Channels, at: number, frames: number): void {
        this.analysis.pass(channels, 2, at, frames, (audio, stride, n) =>
            this.analysis.wasm.dawgw_spectrum_process(this.pointer, audio, stride, n),
        );
    }
    /** A new array of SPECTRUM_BINS: dBFS per bin, -200 for silence. */
    read(): Float32Array<ArrayBuffer> {
        const { wasm } = this.analysis;
        return new Float32Array(wasm.memory.buffer, wasm.dawgw_spectrum_read(this.pointer), SPECTRUM_BINS).slice();
    }
    reset(): void {
        this.analysis.wasm.dawgw_spectrum_reset(this.pointer);
    }
    /** Nothing else may be called after it. */
    destroy(): void {
        this.analysis.wasm.dawgw_spectrum_destroy(this.pointer);
    }
}
