// Loudness and peaks of a programme, measured by dawg-worker.wasm (BS.1770, EBU Tech 3341/3342) while it passes.
import type { Manifest } from '../../web/src/manifest.js';
import { Analysis as Wasm } from '../../worker/analysis.js';
import type { Programme } from '../../worker/analysis.js';
import { loadModule } from './assets.js';
import { WorkError } from './errors.js';

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

/** One instance of dawg-worker.wasm, for any number of meters. */
export class Analyser {
    readonly analysis: Wasm;
    constructor(manifest: Manifest, module = loadModule('worker', 'worker')) {
        try {
            this.analysis = new Wasm(module, manifest);
        } catch (error) {
            throw new WorkError(`${error instanceof Error ? error.message : String(error)} Run: npm run build`);
        }
    }
    meter(rate: number, channels: number): LoudnessMeter {
        return new LoudnessMeter(this.analysis.programme(rate, channels), rate);
    }
}

const rounded = (value: number): number | null => (Number.isNaN(value) ? null : Math.round(value * 1000) / 1000);

/** Feed it everything, then ask. */
export class LoudnessMeter {
    /** Samples that were NaN, infinite or beyond +80 dBFS and were taken as 0; set by result(). */
    guarded = 0;
    #frames = 0;
    constructor(
        private readonly programme: Programme,
        readonly rate: number,
    ) {}

    feed(channels: readonly Float32Array[], at: number, frames: number): void {
        this.programme.process(channels, at, frames);
        this.#frames += frames;
    }

    /** Ends the measurement. */
    result(): Analysis {
        const totals = this.programme.totals;
        this.programme.destroy();
        this.guarded = totals.guarded;
        const peaks = ({ samplePeak, truePeak }: { samplePeak: number; truePeak: number }): Peaks => ({
            sample_peak_dbfs: rounded(samplePeak),
            true_peak_dbtp: rounded(truePeak),
        });
        return {
            sample_rate: this.rate,
            channels: this.programme.channels,
            duration_s: this.#frames / this.rate,
            integrated_lufs: rounded(totals.integrated),
            momentary_max_lufs: rounded(totals.momentaryMax),
            short_term_max_lufs: rounded(totals.shortTermMax),
            lra_lu: rounded(totals.range),
            ...peaks(totals),
            per_channel: totals.channels.map(peaks),
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
