// The frames that models hear, one per segment of 10 s, read every 5 s; and what they say of the tone.
import { FEATURE_BANDS } from './analysis.js';
import type { Analysis, Features } from './analysis.js';
import type { Hearing } from './ear.js';

const SEGMENT_S = 10;
const HOP_S = 5;
/** Absolute gate of BS.1770: less is silence. */
const SILENCE_LUFS = -70;
/** Of a band. */
const SILENCE_DB = -110;
/** Tone is compared between these. */
const MEAN_HZ = [67, 13600] as const;

export interface Segment {
    frame: Float32Array;
    /** What each of the 64 bands adds to the loudness; any unit. */
    weights: Float32Array;
}

/** Of a sound as it is heard: after 10 s, 15 s, 20 s and so on; a shorter one gives one frame at its end. */
export class Segments implements Hearing {
    readonly #features: Features;
    readonly #segments: Segment[] = [];
    #heard = 0;
    /** Spent here so far. */
    ms = 0;

    /** Throws RangeError for a rate outside 8 .. 192 kHz, or when there is no memory. */
    constructor(
        analysis: Analysis,
        private readonly rate: number,
    ) {
        this.#features = analysis.features(rate);
    }
    process(channels: readonly Float32Array[], at: number, frames: number): void {
        const began = performance.now();
        for (let done = 0; done < frames;) {
            const n = Math.min(frames - done, this.#next - this.#heard);
            this.#features.process(channels, at + done, n);
            done += n;
            this.#heard += n;
            if (this.#heard === this.#next) this.#segments.push(this.#read());
        }
        this.ms += performance.now() - began;
    }
    /** Where the next segment ends. */
    get #next(): number {
        return Math.round((SEGMENT_S + HOP_S * this.#segments.length) * this.rate);
    }
    /** All of them. Nothing may be heard after it. */
    get all(): readonly Segment[] {
        if (!this.#segments.length) this.#segments.push(this.#read());
        return this.#segments;
    }
    #read(): Segment {
        return { frame: this.#features.read(), weights: this.#features.weights() };
    }
    destroy(): void {
        this.#features.destroy();
    }
}

/** Where things lie in a frame, by the manifest's features. */
export class FrameMap {
    readonly #at = new Map<string, number>();
    constructor(values: readonly { key: string }[]) {
        values.forEach(({ key }, i) => this.#at.set(key, i));
    }
    /** All `${key}_1`, `${key}_2` and so on. */
    bands(frame: Float32Array, key: string): Float32Array {
        const from = this.#at.get(`${key}_1`) ?? 0;
        let to = from;
        while (this.#at.get(`${key}_${to - from + 1}`) === to) ++to;
        return frame.subarray(from, to);
    }
    /** Those in which something sounds, at least half of the time if there are such. */
    sounding(segments: readonly Segment[]): Segment[] {
        const loud = segments.filter(({ frame }) => frame[this.#at.get('integrated_lufs') ?? 0] > SILENCE_LUFS);
        const full = loud.filter(({ frame }) => this.bands(frame, 'mid_p50_db').some((db) => db > SILENCE_DB));
        return full.length ? full : loud;
    }
}

/** What an equalizer does, at rising frequencies. */
export interface Response {
    hz: ArrayLike<number>;
    db: ArrayLike<number>;
}
/** dB at a frequency, straight on a logarithmic axis, level beyond its ends. */
function responseAt({ hz, db }: Response, at: number): number {
    let i = 1;
    while (i < hz.length - 1 && hz[i] < at) ++i;
    const share = Math.log(at / hz[i - 1]) / Math.log(hz[i] / hz[i - 1]);
    return db[i - 1] + Math.min(1, Math.max(0, share)) * (db[i] - db[i - 1]);
}

/** Centres of the 64 bands, Hz. */
const centresOf = ({ wasm }: Analysis): number[] => [
    ...new Float32Array(wasm.memory.buffer, wasm.dawgw_features_centres(), FEATURE_BANDS),
];
/** The frame as it would be behind an equalizer. */
export function equalized(analysis: Analysis, frame: Float32Array, response: Response): Float32Array {
    const { wasm } = analysis;
    const hz = centresOf(analysis);
    const room = new Float32Array(wasm.memory.buffer, wasm.dawgw_features_room(), frame.length + FEATURE_BANDS);
    room.set(frame);
    room.set(
        hz.map((at) => responseAt(response, at)),
        frame.length,
    );
    wasm.dawgw_features_equalize();
    return room.slice(0, frame.length);
}

/** dB by which a response makes the sound louder that has these weights behind another one. */
export function louderBy(analysis: Analysis, weights: Float32Array, before: Response, response: Response): number {
    const [from, to] = centresOf(analysis).reduce(
        ([a, b], hz, band) => {
            const power = weights[band] * 10 ** (responseAt(before, hz) / 10);
            return [a + power, b + power * 10 ** (responseAt(response, hz) / 10)];
        },
        [0, 0],
    );
    return from > 0 ? 10 * Math.log10(to / from) : 0;
}

/** Of all frames, by the features' 64 bands. */
export interface Tone {
    tone_hz: number[];
    /** Level around its mean between 67 Hz and 13.6 kHz. */
    tone_db: number[];
}
export function toneOf(analysis: Analysis, frames: readonly Float32Array[], map: FrameMap): Tone {
    const hz = centresOf(analysis);
    const powers = meanOf(frames.map((frame) => map.bands(frame, 'mid_mean_db').map((db) => 10 ** (db / 10))));
    const levels = powers.map((power) => 10 * Math.log10(power));
    const counted = levels.filter((_, band) => hz[band] >= MEAN_HZ[0] && hz[band] <= MEAN_HZ[1]);
    const mean = counted.reduce((sum, db) => sum + db, 0) / counted.length;
    return { tone_hz: hz, tone_db: levels.map((db) => db - mean) };
}
/** Band by band. */
export function meanOf(rows: readonly Float32Array[]): number[] {
    const sums = Array<number>(rows[0].length).fill(0);
    for (const row of rows) row.forEach((value, band) => (sums[band] += value));
    return sums.map((sum) => sum / rows.length);
}
