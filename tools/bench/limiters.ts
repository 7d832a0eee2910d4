// One limiter setting beside what others take for it, and how far the true peak of each exceeds the ceiling where the
// samples do not show it.
import type { Manifest, ParamValue } from '../../web/src/manifest.js';
import { RATE } from '../dawg/measure.js';
import { Analyser } from '../dawg/loudness.js';
import { faust, render } from './peers.js';
import type { Heard } from './peers.js';
import { sonare } from './sonare.js';

/** 6 dB and more under the loudest bars of the song. */
export const LIMIT = { ceiling_db: -7, lookahead_ms: 5, release_ms: 100 };
export const limiterParams: Record<string, ParamValue> = { ...LIMIT };

/** Faust's `co.limiter_lad_stereo` (D. Mottershead): lookahead on the peaks of the samples. */
export const faustLimiter = (): Promise<Heard> => {
    const { ceiling_db, lookahead_ms, release_ms } = LIMIT;
    const [ahead, ceiling] = [lookahead_ms / 1000, 10 ** (ceiling_db / 20)];
    return faust(
        'limiter',
        `import("stdfaust.lib"); process = co.limiter_lad_stereo(${ahead}, ${ceiling}, ${ahead}, ${ahead}, ${release_ms / 1000});`,
    );
};

/** libsonare's `maximizer.truePeakLimiter`, its oversampling at its default. */
export const sonareLimiter = (): Promise<Heard> =>
    sonare({
        maximizer: {
            truePeakLimiter: {
                enabled: true,
                ceilingDb: LIMIT.ceiling_db,
                lookaheadMs: LIMIT.lookahead_ms,
                releaseMs: LIMIT.release_ms,
            },
        },
    });

const [SECONDS, FADE_S] = [0.5, 0.1];

/** dB of true peak, as dawg analyze reads it, over the ceiling: a tone of a quarter of the rate at full scale, faded in,
 * whose samples lie 3 dB under its peaks. */
export function overshootDb(manifest: Manifest, effect: Heard): number {
    const x = Float32Array.from({ length: SECONDS * RATE }, (_, i) => {
        const fade = Math.min(1, i / (FADE_S * RATE), (SECONDS * RATE - i) / (FADE_S * RATE));
        return fade * Math.sin((Math.PI / 2) * i + Math.PI / 4);
    });
    const y = render(effect, x);
    const meter = new Analyser(manifest).meter(RATE, 1);
    meter.feed([y], 0, y.length);
    return (meter.result().true_peak_dbtp ?? -Infinity) - LIMIT.ceiling_db;
}
