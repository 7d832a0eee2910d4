// Eight bells in series, which any equalizer can make, and how far a rendered bell is from its analog prototype.
import type { ParamValue } from '../../web/src/manifest.js';

export interface Bell {
    freq_hz: number;
    gain_db: number;
    q: number;
}

/** Boosts and cuts in turn, at the frequencies where surgical_eq's bands stand by default. */
export const BELLS: readonly Bell[] = [80, 250, 500, 1000, 2000, 4000, 8000, 12000].map((freq_hz, i) => ({
    freq_hz,
    gain_db: i % 2 ? -6 : 6,
    q: 1,
}));
/** The bell that tells designs apart: a bilinear transform squeezes it into what is left below half the rate. */
export const HIGH_BELL: Bell = { freq_hz: 16000, gain_db: 12, q: 1 };

/** surgical_eq's parameters for these bells. */
export const bellParams = (bells: readonly Bell[]): Record<string, ParamValue> =>
    Object.fromEntries(
        bells.flatMap((bell, i) => [
            [`band${i + 1}_on`, true],
            [`band${i + 1}_type`, 'bell'],
            ...Object.entries(bell).map(([key, value]) => [`band${i + 1}_${key}`, value] as const),
        ]),
    );

/** dB of (s^2 + s A/Q + 1) / (s^2 + s/(A Q) + 1) at s = j hz/freq_hz, A = 10^(gain_db/40). */
function prototypeDb({ freq_hz, gain_db, q }: Bell, hz: number): number {
    const [a, x] = [10 ** (gain_db / 40), hz / freq_hz];
    const power = (slope: number): number => (1 - x * x) ** 2 + (x * slope) ** 2;
    return 10 * Math.log10(power(a / q) / power(1 / (a * q)));
}

/** dB of an impulse response at `hz`: its Fourier sum. */
function responseDb(impulse: ArrayLike<number>, hz: number, rate: number): number {
    const turn = (2 * Math.PI * hz) / rate;
    let [re, im] = [0, 0];
    for (let n = 0; n < impulse.length; ++n) {
        re += impulse[n] * Math.cos(turn * n);
        im += impulse[n] * Math.sin(turn * n);
    }
    return 10 * Math.log10(re * re + im * im);
}

/** Frames that hold all of an impulse response of BELLS, the lowest to -200 dB. */
export const IMPULSE_FRAMES = 16384;
const POINTS = 200;

/** The largest distance in dB of an impulse response from these bells' analog prototypes, from 20 Hz to `top_hz`. */
export function errorDb(impulse: ArrayLike<number>, bells: readonly Bell[], rate: number, top_hz = 20000): number {
    const errors = Array.from({ length: POINTS }, (_, i) => {
        const hz = 20 * (top_hz / 20) ** (i / (POINTS - 1));
        const truth = bells.reduce((sum, bell) => sum + prototypeDb(bell, hz), 0);
        return Math.abs(responseDb(impulse, hz, rate) - truth);
    });
    return Math.max(...errors);
}
