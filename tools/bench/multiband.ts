// Four bands with the setting of compressors.ts each, beside Faust's crossover and compressors, and how flat each adds up.
import type { ParamValue } from '../../web/src/manifest.js';
import { SETTING } from './compressors.js';
import { faust } from './peers.js';
import type { Heard } from './peers.js';

const CROSSOVERS_HZ = [200, 1000, 5000];
const BANDS = [1, 2, 3, 4];

/** multiband_compressor's parameters; at a ratio of 1 nothing but the crossovers is left. */
export const multibandParams = (ratio: number): Record<string, ParamValue> => ({
    auto_balance: false,
    ...Object.fromEntries(CROSSOVERS_HZ.map((hz, i) => [`crossover${i + 1}_hz`, hz])),
    ...Object.fromEntries(
        BANDS.flatMap((band) =>
            Object.entries({ ...SETTING, ratio }).map(([key, value]) => [`band${band}_${key}`, value]),
        ),
    ),
});

/** Faust's `fi.crossover4LR4` (D. Sanfilippo) in both channels and `co.compressor_stereo` (J. Smith) in each band; the
 * latter adds the levels of both channels, so the threshold is 6 dB higher for it. In double: below 200 Hz single is noise. */
export const faustMultiband = (ratio: number): Promise<Heard> => {
    const { threshold_db, attack_ms, release_ms } = SETTING;
    const knobs = [...CROSSOVERS_HZ, ratio, threshold_db + 20 * Math.log10(2), attack_ms / 1000, release_ms / 1000];
    const [f1, f2, f3, ...rest] = knobs.map((value, i) => `hslider("knob${i}", ${value}, -60, 20000, 0.000001)`);
    const code = `import("stdfaust.lib"); split = fi.crossover4LR4(${f1}, ${f2}, ${f3});
        process = split, split : ro.interleave(4, 2) : par(i, 4, co.compressor_stereo(${rest.join(', ')})) :> _, _;`;
    return faust('multiband', code, '-double');
};
