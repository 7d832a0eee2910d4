// Loudness and peaks of a programme, measured by dawg-worker.wasm (BS.1770, EBU Tech 3341/3342) while it passes.
import type { Manifest } from '../../web/src/manifest.js';
import { loadModule } from './assets.js';
import { WorkError } from './errors.js';

const PIECE = 4096; // frames handed over at once

export interface Peaks {
    sample_peak_dbfs: number | null;
    true_peak_dbtp: number | null;
}
/** `dawg analyze --json`; null: silence, or too short to say. */
export interface Analysis extends Peaks {
    sample_rate: number;
    channels: number;
    duration_s: number;
    integrated_lufs: number | null;
    momentary_max_lufs: number | null;
    short_term_max_lufs: number | null;
    lra_lu: number | null;
    per_channel: Peaks[];
}

/** The exports of wasm/worker.c. */
type Exports = Record<`dawgw_${string}`, (...values: number[]) => number> & {
    readonly memory: WebAssembly.Memory;
    _initialize?(): void;
};

/** One instance of dawg-worker.wasm, for any number of meters. */
export class Analyser {
    readonly wasm: Exports;
    readonly audio: number;
    constructor(manifest: Manifest, module = loadModule('worker', 'worker')) {
        this.wasm = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
        this.wasm._initialize?.();
        const hash = (this.wasm.dawgw_manifest_hash() >>> 0).toString(16).padStart(8, '0');
        if (hash !== manifest.hash)
            throw new WorkError(
                `dawg-worker.wasm (manifest hash ${hash}) and the manifest (${manifest.hash}) differ. Run: npm run build`,
            );
        this.audio = this.wasm.dawgw_buffers(PIECE);
    }
    meter(rate: number, channels: number): LoudnessMeter {
        return new LoudnessMeter(this, rate, channels);
    }
}

const rounded = (value: number): number | null => (Number.isNaN(value) ? null : Math.round(value * 1000) / 1000);

/** Feed it everything, then ask. */
export class LoudnessMeter {
    /** Samples that were NaN, infinite or beyond +80 dBFS and were taken as 0; set by result(). */
    guarded = 0;
    #frames = 0;
    readonly #programme: number;
    constructor(
        private readonly analyser: Analyser,
        readonly rate: number,
        readonly channels: number,
    ) {
        this.#programme = analyser.wasm.dawgw_programme_create(rate, channels);
        if (!this.#programme) throw new WorkError(`No loudness meter for ${channels} channels at ${rate} Hz.`);
    }

    feed(channels: readonly Float32Array[], at: number, frames: number): void {
        const { wasm, audio } = this.analyser;
        for (let done = 0, n: number; done < frames; done += n) {
            n = Math.min(PIECE, frames - done);
            for (let c = 0; c < this.channels; ++c) {
                const from = channels[c].subarray(at + done, at + done + n);
                new Float32Array(wasm.memory.buffer, audio + 4 * c * PIECE, n).set(from);
            }
            wasm.dawgw_programme_process(this.#programme, audio, PIECE, n);
        }
        this.#frames += frames;
    }

    /** Ends the measurement. */
    result(): Analysis {
        const { wasm } = this.analyser;
        const numbers = new Float64Array(wasm.memory.buffer, wasm.dawgw_programme_read(this.#programme), 17);
        const [integrated, momentary, shortTerm, range, sample, truePeak, guarded, ...channelPeaks] = numbers;
        wasm.dawgw_programme_destroy(this.#programme);
        this.guarded = guarded;
        const peaks = (samplePeak: number, between: number): Peaks => ({
            sample_peak_dbfs: rounded(samplePeak),
            true_peak_dbtp: rounded(between),
        });
        return {
            sample_rate: this.rate,
            channels: this.channels,
            duration_s: this.#frames / this.rate,
            integrated_lufs: rounded(integrated),
            momentary_max_lufs: rounded(momentary),
            short_term_max_lufs: rounded(shortTerm),
            lra_lu: rounded(range),
            ...peaks(sample, truePeak),
            per_channel: Array.from({ length: this.channels }, (_, c) =>
                peaks(channelPeaks[2 * c], channelPeaks[2 * c + 1]),
            ),
        };
    }
}

const GATING_BLOCK_S = 0.4; // BS.1770: the shortest programme that has an integrated loudness

/** Why there is no integrated loudness, for people. */
export const noLoudness = (a: Analysis): string =>
    a.duration_s < GATING_BLOCK_S && a.sample_peak_dbfs !== null ? 'too short' : 'silence';

const number = (value: number | null, unit: string, none = 'silence'): string =>
    value === null ? none : `${value.toFixed(1)} ${unit}`;

/** One line for people. */
export function analysisText(a: Analysis): string {
    return [
        `${number(a.integrated_lufs, 'LUFS', noLoudness(a))} integrated`,
        `peak ${number(a.sample_peak_dbfs, 'dBFS')}`,
        `true peak ${number(a.true_peak_dbtp, 'dBTP')}`,
    ].join(', ');
}
