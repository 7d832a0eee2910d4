// The built-in song: eight bars of drums, bass, electric piano, strings and a lead at 96 bpm in A minor, 20 s, made by
// seeded code from sines and noise. It has quiet and loud bars, low end, sibilance and wide chords, so that every
// plugin finds something to work on. Peak -3 dBFS, about -16 LUFS.
import { seededRandom } from './random.js';

export const SONG_SECONDS = 20;
export const SONG_TEMPO_BPM = 96;

export interface Song {
    /** Hz. */
    rate: number;
    left: Float32Array;
    right: Float32Array;
}

const BEAT_S = 60 / SONG_TEMPO_BPM;
const BAR_S = 4 * BEAT_S;
const PEAK = 10 ** (-3 / 20);
const TAU = 2 * Math.PI;
const hz = (midi: number): number => 440 * 2 ** ((midi - 69) / 12);

/** Am7, Fmaj7, C, G twice: the bass note, then the chord around middle C. MIDI numbers. */
const CHORDS = [
    [33, 57, 60, 64, 67],
    [29, 57, 60, 64, 65],
    [36, 55, 60, 64, 71],
    [31, 55, 59, 62, 69],
];
/** The lead: beat in the song, length in beats, MIDI number. It enters in the third bar. */
// prettier-ignore
const MELODY = [
    [8, 1.5, 76], [9.5, 0.5, 79], [10, 1, 81], [11, 1, 79], [12, 1.5, 74], [13.5, 0.5, 76], [14, 2, 71],
    [16, 1, 72], [17, 0.5, 74], [17.5, 1.5, 76], [19, 1, 81], [20, 1.5, 77], [21.5, 0.5, 76], [22, 2, 72],
    [24, 1, 76], [25, 1, 79], [26, 0.5, 84], [26.5, 1.5, 83], [28, 1, 79], [29, 1, 74], [30, 2, 76],
];
/** How full each bar is: the drums' and the bass's level. */
const BARS = [0.3, 0.45, 0.75, 0.85, 0.9, 1, 1, 0.55];

/** Levels of the harmonics. */
const STRINGS = [1, 0.5, 0.4, 0.2, 0.25, 0.1, 0.15, 0.08, 0.1];
const LEAD = [1, 0.4, 0.3, 0.12, 0.15, 0.05, 0.08];

class Mixer {
    readonly left: Float32Array;
    readonly right: Float32Array;
    constructor(readonly rate: number) {
        this.left = new Float32Array(SONG_SECONDS * rate);
        this.right = new Float32Array(SONG_SECONDS * rate);
    }
    /** Adds wave(t), t in seconds from `start`, for `length` seconds; pan -1 .. 1 at constant power. */
    add(start: number, length: number, gain: number, pan: number, wave: (t: number) => number): void {
        const first = Math.round(start * this.rate);
        const n = Math.min(Math.round(length * this.rate), this.left.length - first);
        const l = gain * Math.cos(((pan + 1) * Math.PI) / 4);
        const r = gain * Math.sin(((pan + 1) * Math.PI) / 4);
        for (let i = 0; i < n; ++i) {
            const x = wave(i / this.rate);
            this.left[first + i] += l * x;
            this.right[first + i] += r * x;
        }
    }
}

/** Rises in `attack`, falls by 63 % every `decay`, fades out over the last 20 ms before `length`. Seconds. */
const pluck = (t: number, attack: number, decay: number, length: number): number =>
    Math.min(1, t / attack) * Math.exp(-t / decay) * Math.min(1, (length - t) / 0.02);

/** Sum of levels[n - 1] sin(n phase), by sin(n + 1) = 2 cos(1) sin(n) - sin(n - 1). */
function harmonics(phase: number, levels: readonly number[]): number {
    const twice = 2 * Math.cos(phase);
    let [before, now, sum] = [0, Math.sin(phase), 0];
    for (const level of levels) {
        sum += level * now;
        [before, now] = [now, twice * now - before];
    }
    return sum;
}

function kick(m: Mixer, start: number, gain: number): void {
    // 48 Hz with a sweep from 170 Hz: the phase is the integral of 48 + 122 exp(-t / 0.025)
    m.add(
        start,
        0.4,
        gain,
        0,
        (t) => pluck(t, 0.001, 0.12, 0.4) * Math.sin(TAU * (48 * t + 3.05 * (1 - Math.exp(-t / 0.025)))),
    );
}

function snare(m: Mixer, start: number, gain: number, random: () => number): void {
    let low = 0;
    m.add(start, 0.25, gain, 0.08, (t) => {
        const noise = 2 * random() - 1;
        low += 0.25 * (noise - low); // takes the noise's low end away
        return pluck(t, 0.001, 0.06, 0.25) * (0.8 * (noise - low) + 0.6 * Math.sin(TAU * 188 * t));
    });
}

function hat(m: Mixer, start: number, gain: number, isOpen: boolean, random: () => number): void {
    const length = isOpen ? 0.3 : 0.06;
    let [a, b] = [0, 0];
    m.add(start, length, gain, -0.25, (t) => {
        const noise = 2 * random() - 1;
        const edge = noise - 2 * a + b; // second difference: rises 12 dB an octave
        b = a;
        a = noise;
        return 0.3 * pluck(t, 0.0005, length / 3, length) * edge;
    });
}

function bass(m: Mixer, start: number, length: number, midi: number, gain: number): void {
    const w = TAU * hz(midi);
    m.add(start, length, gain, 0, (t) => {
        const d = Math.exp(-3 * t); // the higher a harmonic, the sooner it is gone
        return (
            pluck(t, 0.004, 0.9, length) * harmonics(w * t, [1, d / 2, d ** 2 / 3, d ** 3 / 4, d ** 4 / 5, d ** 5 / 6])
        );
    });
}

/** Two-operator FM, a soft electric piano. */
function piano(m: Mixer, start: number, length: number, midi: number, gain: number, pan: number): void {
    const w = TAU * hz(midi);
    m.add(start, length, gain, pan, (t) => {
        const bright = 1.2 * Math.exp(-t / 0.25);
        return (
            pluck(t, 0.003, 0.9, length) *
            Math.sin(w * t + bright * Math.sin(w * t) + 0.15 * Math.exp(-t / 0.05) * Math.sin(14 * w * t))
        );
    });
}

/** One slow voice of the strings; pairs of slightly different pitch make them wide. */
function strings(m: Mixer, start: number, length: number, frequency: number, gain: number, pan: number): void {
    const w = TAU * frequency;
    m.add(start, length, gain, pan, (t) => {
        const swell = Math.min(1, t / 0.7) * Math.min(1, (length - t) / 0.5);
        const phase = w * t + 0.4 * Math.sin(TAU * 4.7 * t);
        return swell * harmonics(phase, STRINGS);
    });
}

function lead(m: Mixer, start: number, length: number, midi: number, gain: number): void {
    const w = TAU * hz(midi);
    m.add(start, length, gain, 0.12, (t) => {
        const vibrato = 0.25 * Math.min(1, t / 0.4) * Math.sin(TAU * 5.3 * t);
        const phase = w * t + vibrato;
        return pluck(t, 0.015, 1.4, length) * harmonics(phase, LEAD);
    });
}

function drums(m: Mixer, bar: number, gain: number, random: () => number): void {
    const at = (beat: number): number => bar * BAR_S + beat * BEAT_S;
    for (const beat of bar < 2 ? [0, 2] : [0, 1.5, 2, 3.5]) kick(m, at(beat), 0.95 * gain);
    if (bar > 0) for (const beat of [1, 3]) snare(m, at(beat), 0.9 * gain, random);
    if (bar === 7) for (const beat of [3.25, 3.5, 3.75]) snare(m, at(beat), (0.3 + 0.1 * beat) * gain, random);
    for (let i = 0; i < 8; ++i) {
        const human = 0.8 + 0.4 * random();
        hat(m, at(i / 2) + 0.004 * random(), (i % 2 ? 0.6 : 0.42) * gain * human, bar > 3 && i === 7, random);
    }
}

function harmony(m: Mixer, bar: number, gain: number): void {
    const [root, ...chord] = CHORDS[bar % CHORDS.length];
    const start = bar * BAR_S;
    for (const [beat, length] of [
        [0, 0.9],
        [1.5, 0.45],
        [2.5, 0.45],
        [3.5, 0.4],
    ])
        bass(m, start + beat * BEAT_S, length * BEAT_S, beat === 2.5 ? root + 12 : root, 0.36 * gain);
    chord.forEach((midi, i) => {
        for (const beat of [0, 2.5])
            piano(m, start + beat * BEAT_S + 0.012 * i, 1.4 * BEAT_S, midi, 0.13, (i - 1.5) / 2.5);
        for (const side of [-1, 1])
            strings(m, start, BAR_S, hz(midi + 12) * (1 + 0.0015 * side), 0.03 * (0.4 + gain), 0.9 * side);
    });
}

/** The same samples for the same rate on the same JavaScript engine. */
export function makeSong(rate = 48000): Song {
    const m = new Mixer(rate);
    const random = seededRandom(20);
    BARS.forEach((gain, bar) => {
        drums(m, bar, gain, random);
        harmony(m, bar, gain);
    });
    for (const [beat, length, midi] of MELODY)
        lead(m, beat * BEAT_S, length * BEAT_S * 0.95, midi, beat < 24 ? 0.2 : 0.26);
    // A gentle curve on the sum, as a mix bus has, then the peak to its place.
    let peak = 0;
    for (const channel of [m.left, m.right])
        for (let i = 0; i < channel.length; ++i) {
            channel[i] = Math.tanh(0.82 * channel[i]);
            peak = Math.max(peak, Math.abs(channel[i]));
        }
    for (const channel of [m.left, m.right]) for (let i = 0; i < channel.length; ++i) channel[i] *= PEAK / peak;
    return { rate, left: m.left, right: m.right };
}
