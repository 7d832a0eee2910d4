// Axes: logarithmic frequency, linear dB. No DOM.

export interface Axis {
    min: number;
    max: number;
    /** Pixels at min and max. */
    from: number;
    to: number;
}
export const place = ({ min, max, from, to }: Axis, value: number): number =>
    from + ((value - min) / (max - min)) * (to - from);
export const valueAt = ({ min, max, from, to }: Axis, pixel: number): number =>
    min + ((pixel - from) / (to - from)) * (max - min);

export const LOWEST_HZ = 20;
export const HIGHEST_HZ = 20000;
const OCTAVES = Math.log2(HIGHEST_HZ / LOWEST_HZ);

export const hzToX = (hz: number, width: number): number => (Math.log2(hz / LOWEST_HZ) / OCTAVES) * width;
export const xToHz = (x: number, width: number): number => LOWEST_HZ * 2 ** ((x / width) * OCTAVES);

/** `n` frequencies, evenly spaced by ear. */
export const logFrequencies = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => xToHz(i, n - 1));

/** Lines of the grid: every digit of every decade, those named get text. */
export const GRID_HZ: number[] = [
    ...[20, 30, 40, 50, 60, 70, 80, 90],
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((digit) => [100 * digit, 1000 * digit]),
    ...[10000, 20000],
].sort((a, b) => a - b);
const NAMED_HZ = [50, 100, 200, 500, 1000, 2000, 5000, 10000];
export const hzName = (hz: number): string | undefined =>
    NAMED_HZ.includes(hz) ? (hz >= 1000 ? `${hz / 1000}k` : String(hz)) : undefined;

/** Multiples of `step` inside min .. max. */
export function steps(min: number, max: number, step: number): number[] {
    const found: number[] = [];
    for (let value = Math.ceil(min / step) * step; value <= max + 1e-9; value += step) found.push(value);
    return found;
}

/** The strongest bin in each of `width` columns of a linear spectrum (bin k at k * rate / size Hz), dB; between sparse
 * bins at low frequencies, the line between them. */
export function columns(
    bins: Float32Array,
    rate: number,
    size: number,
    width: number,
    out: Float32Array,
): Float32Array {
    const perHz = size / rate;
    for (let x = 0; x < width; ++x) {
        const low = xToHz(x - 0.5, width) * perHz;
        const high = xToHz(x + 0.5, width) * perHz;
        const first = Math.ceil(low);
        const last = Math.min(bins.length - 1, Math.floor(high));
        let level = -Infinity;
        for (let k = first; k <= last; ++k) level = Math.max(level, bins[k]);
        if (first > last) {
            const at = Math.min(bins.length - 2, Math.max(0, Math.floor(low)));
            const [a, b] = [Math.max(-200, bins[at]), Math.max(-200, bins[at + 1])];
            level = a + (b - a) * Math.min(1, (low + high) / 2 - at);
        }
        out[x] = level;
    }
    return out;
}
