// dawg-worker.wasm, instantiated: loudness and peaks of programmes, spectra, what an equalizer could do, features.
// Runs in workers and in Node. The audio of one instance's meters passes through one buffer, so an instance belongs to
// one thread.

/** Frames handed over at once. */
const PIECE = 4096;
/** -0.691 + 10 log10 of a K-weighted mean square (BS.1770-5 annex 1, equation 2). */
const OFFSET_LUFS = -0.691;
/** Of the short-term window, 10 ms each. */
export const HOPS_MAX = 300;
export const SPECTRUM_BINS = 4097;

/** LUFS of a K-weighted mean square; -Infinity for 0. */
export const lufsOf = (power: number): number => OFFSET_LUFS + 10 * Math.log10(power);

/** The exports of wasm/worker.c and worker_net.c. */
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
    /** Listens for what an equalizer could do, at 8000 .. 192000 Hz. Throws RangeError for others, or when there is no
     * memory. */
    eqEngine(rate: number): EqEngine {
        const pointer = this.wasm.dawgw_eq_engine_create(rate);
        if (!pointer) throw new RangeError(`No EQ engine at ${rate} Hz.`);
        return new EqEngine(this, pointer);
    }
    /** Guesses what kind of source it hears, at 8000 .. 192000 Hz. Throws RangeError for others, or when there is no
     * memory. */
    sourceGuess(rate: number): SourceGuess {
        const pointer = this.wasm.dawgw_source_create(rate);
        if (!pointer) throw new RangeError(`No source guess at ${rate} Hz.`);
        return new SourceGuess(this, pointer);
    }
    /** The frame that models hear, at 8000 .. 192000 Hz. Throws RangeError for others, or when there is no memory. */
    features(rate: number): Features {
        const pointer = this.wasm.dawgw_features_create(rate);
        if (!pointer) throw new RangeError(`No features at ${rate} Hz: 8000 .. 192000 Hz are possible.`);
        return new Features(this, pointer);
    }

    /** Brings the programme near the tone of the reference. A text says why it cannot be. */
    match(programme: MatchSound, reference: MatchSound, strength: number, max_gain_db: number): Matched | string {
        const at = this.wasm.dawgw_reference_match(
            ...[programme.engine.pointer, programme.seconds, reference.engine.pointer, reference.seconds],
            ...[strength, max_gain_db],
        );
        const [status, level_db, output_db, before_db, after_db, ...values] = new Float64Array(
            this.wasm.memory.buffer,
            at,
            5 + MATCH_VALUES,
        );
        if (status === 0) return { level_db, output_db, before_db, after_db, values };
        return MATCH_REFUSALS[status]?.(programme, reference) ?? `status ${status}`;
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

/** In the order of dawg_problem_type. */
export const PROBLEM_TYPES = ['resonance', 'mud', 'boxiness', 'harshness', 'sibilance'] as const;
/** The bell that mends it, and how bad (severity) and certain (confidence) it is, 0 .. 1 both. */
export interface Problem {
    type: (typeof PROBLEM_TYPES)[number];
    frequency_hz: number;
    gain_db: number;
    q: number;
    excess_db: number;
    severity: number;
    confidence: number;
}
/** Of the 100 bands of core/analysis/band_map.h. */
export const LOG_BANDS = 100;
/** Hz, between the 8 bands of the tonal balance. */
export const BALANCE_EDGES_HZ = [20, 60, 120, 250, 500, 2000, 4000, 8000, 20000] as const;
/** dB where 0 is a full-scale sine in both channels; NaN: silence, or above half the rate. */
export interface Listening {
    /** Of 171 .. 341 ms, a quarter apart; 0: nothing is known. */
    windows: number;
    level: number;
    /** Of the power density, dB per octave. */
    tilt: number;
    bands: number[];
    balance: number[];
    /** The most severe first. */
    problems: Problem[];
}

/** core/analysis/eq_engine.h. */
export class EqEngine {
    constructor(
        private readonly analysis: Analysis,
        readonly pointer: number,
    ) {}

    /** sensitivity 0 .. 1, 0.5 is usual; strict: steady tones count as resonances, too. */
    set(sensitivity: number, strict = false): void {
        this.analysis.wasm.dawgw_eq_engine_set(this.pointer, sensitivity, Number(strict));
    }
    /** One channel or two. */
    process(channels: Channels, at: number, frames: number): void {
        const count = Math.min(2, channels.length);
        this.analysis.pass(channels, count, at, frames, (audio, stride, n) =>
            this.analysis.wasm.dawgw_eq_engine_process(this.pointer, audio, count === 2 ? stride : 0, n),
        );
    }
    /** A slice of what is pending; false: nothing is left. read() does it all. */
    work(): boolean {
        return this.analysis.wasm.dawgw_eq_engine_work(this.pointer) !== 0;
    }
    /** 'recent': the last 3 s, problems that last; 'total': since the start or the last reset. */
    read(view: 'recent' | 'total'): Listening {
        const { wasm } = this.analysis;
        const at = wasm.dawgw_eq_engine_read(this.pointer, view === 'total' ? 1 : 0);
        const balanceAt = 3 + LOG_BANDS;
        const countAt = balanceAt + BALANCE_EDGES_HZ.length - 1;
        const fields = 7;
        const count = new Float64Array(wasm.memory.buffer, at, countAt + 1)[countAt];
        const all = [...new Float64Array(wasm.memory.buffer, at, countAt + 1 + fields * count)];
        const problems = Array.from({ length: count }, (_, i): Problem => {
            const [type, frequency_hz, gain_db, q, excess_db, severity, confidence] = all.slice(
                countAt + 1 + fields * i,
            );
            return { type: PROBLEM_TYPES[type], frequency_hz, gain_db, q, excess_db, severity, confidence };
        });
        const [windows, level, tilt] = all;
        return {
            ...{ windows, level, tilt, problems },
            ...{ bands: all.slice(3, balanceAt), balance: all.slice(balanceAt, countAt) },
        };
    }
    reset(): void {
        this.analysis.wasm.dawgw_eq_engine_reset(this.pointer);
    }
    /** Nothing else may be called after it. */
    destroy(): void {
        this.analysis.wasm.dawgw_eq_engine_destroy(this.pointer);
    }
}

/** What was heard, and for how long. */
export interface MatchSound {
    engine: EqEngine;
    seconds: number;
}
/** core/analysis/reference_match.h. */
export interface Matched {
    level_db: number;
    output_db: number;
    before_db: number;
    after_db: number;
    /** Plain values of mastering_eq's first parameters, in its order. */
    values: number[];
}
const MATCH_VALUES = 36;
type Refusal = (programme: MatchSound, reference: MatchSound) => string;
const tooShort = (name: string, { seconds }: MatchSound): string =>
    `the ${name} lasts ${seconds.toFixed(2)} s; at least 1 s is needed to know its tone. Give a longer piece.`;
const isSilent = (name: string): string => `the ${name} is silent. Give a piece in which it sounds.`;
/** By dawg_match_status. */
const MATCH_REFUSALS: (Refusal | undefined)[] = [
    undefined,
    (programme) => tooShort('programme', programme),
    (_, reference) => tooShort('reference', reference),
    () => isSilent('programme'),
    () => isSilent('reference'),
    () => 'programme and reference have less than three octaves in common, in which both sound. Give a fuller piece.',
];

/** core/analysis/source_guess.h. */
export class SourceGuess {
    constructor(
        private readonly analysis: Analysis,
        private readonly pointer: number,
    ) {}

    /** One channel or two. */
    process(channels: Channels, at: number, frames: number): void {
        const count = Math.min(2, channels.length);
        this.analysis.pass(channels, count, at, frames, (audio, stride, n) =>
            this.analysis.wasm.dawgw_source_process(this.pointer, audio, count === 2 ? stride : 0, n),
        );
    }
    /** Of the last ten seconds of sound. */
    read(): { type: string; confidence: number } {
        const { wasm } = this.analysis;
        const [type, confidence] = new Float64Array(wasm.memory.buffer, wasm.dawgw_source_read(this.pointer), 2);
        const text = new Uint8Array(wasm.memory.buffer, wasm.dawgw_source_name(type));
        return { type: new TextDecoder().decode(text.slice(0, text.indexOf(0))), confidence };
    }
    reset(): void {
        this.analysis.wasm.dawgw_source_reset(this.pointer);
    }
    /** Nothing else may be called after it. */
    destroy(): void {
        this.analysis.wasm.dawgw_source_destroy(this.pointer);
    }
}

/** Of core/analysis/features.h, 20 Hz to 20 kHz, equally wide for the ear. */
export const FEATURE_BANDS = 64;

/** core/analysis/features.h. Keys and units of a frame are in the manifest's `features`. */
export class Features {
    constructor(
        private readonly analysis: Analysis,
        private readonly pointer: number,
    ) {}

    /** One channel or two. */
    process(channels: Channels, at: number, frames: number): void {
        const count = Math.min(2, channels.length);
        this.analysis.pass(channels, count, at, frames, (audio, stride, n) =>
            this.analysis.wasm.dawgw_features_process(this.pointer, audio, count === 2 ? stride : 0, n),
        );
    }
    /** How much sound a frame would be made of now, ten seconds at most; 0: it reads as silence. */
    get seconds(): number {
        return this.analysis.wasm.dawgw_features_seconds(this.pointer);
    }
    /** A new array. */
    read(): Float32Array<ArrayBuffer> {
        const { wasm } = this.analysis;
        const at = wasm.dawgw_features_read(this.pointer);
        return new Float32Array(wasm.memory.buffer, at, wasm.dawgw_features_count()).slice();
    }
    /** A new array: the K-weighted mean square of each band, mid and side together. */
    weights(): Float32Array<ArrayBuffer> {
        const { wasm } = this.analysis;
        return new Float32Array(wasm.memory.buffer, wasm.dawgw_features_weights(this.pointer), FEATURE_BANDS).slice();
    }
    reset(): void {
        this.analysis.wasm.dawgw_features_reset(this.pointer);
    }
    /** Nothing else may be called after it. */
    destroy(): void {
        this.analysis.wasm.dawgw_features_destroy(this.pointer);
    }
}
