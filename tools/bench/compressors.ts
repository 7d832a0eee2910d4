// One compressor setting, which any compressor can have, beside what others take for it, and how far each is from the
// textbook's static curve.
import type { ParamValue } from '../../web/src/manifest.js';
import { RATE } from '../dawg/measure.js';
import { faust, render } from './peers.js';
import type { Heard } from './peers.js';
import { sonare } from './sonare.js';

/** 4:1 above -20 dBFS, no knee, 10 and 100 ms, no make-up. */
export const SETTING = { threshold_db: -20, ratio: 4, knee_db: 0, attack_ms: 10, release_ms: 100 };
export const compressorParams: Record<string, ParamValue> = { ...SETTING, auto_makeup: false };

/** Faust's `co.compressor_stereo` (J. Smith): level in dB by a peak follower, then the gain computer. It adds the levels of
 * both channels, which here are the same: the threshold is 6 dB higher for it. Single precision, as it is used. */
export const faustCompressor = (): Promise<Heard> => {
    const { ratio, threshold_db, attack_ms, release_ms } = SETTING;
    const knobs = [ratio, threshold_db + 20 * Math.log10(2), attack_ms / 1000, release_ms / 1000].map(
        (value, i) => `hslider("knob${i}", ${value}, -60, 100, 0.000001)`,
    );
    return faust('compressor', `import("stdfaust.lib"); process = co.compressor_stereo(${knobs.join(', ')});`);
};

/** libsonare's `dynamics.compressor`. */
export const sonareCompressor = (): Promise<Heard> =>
    sonare({
        dynamics: {
            compressor: {
                enabled: true,
                thresholdDb: SETTING.threshold_db,
                ratio: SETTING.ratio,
                kneeDb: SETTING.knee_db,
                attackMs: SETTING.attack_ms,
                releaseMs: SETTING.release_ms,
            },
        },
    });

const [LEVELS_DB, SECONDS, LAST_S, TONE_HZ] = [[-40, -30, -22, -16, -10, -4, 0], 1, 0.1, 1000];

/** Largest distance in dB of a settled 1 kHz tone, at seven levels, from the hard-kneed curve. */
export function curveErrorDb(effect: Heard): number {
    const { threshold_db, ratio } = SETTING;
    return Math.max(
        ...LEVELS_DB.map((db) => {
            const x = Float32Array.from(
                { length: SECONDS * RATE },
                (_, i) => 10 ** (db / 20) * Math.sin((2 * Math.PI * TONE_HZ * i) / RATE),
            );
            const power = (y: Float32Array): number =>
                y.subarray((SECONDS - LAST_S) * RATE).reduce((sum, v) => sum + v * v, 0);
            const gain_db = 10 * Math.log10(power(render(effect, x)) / power(x));
            return Math.abs(gain_db + Math.max(0, db - threshold_db) * (1 - 1 / ratio));
        }),
    );
}
