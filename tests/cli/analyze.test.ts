// dawg analyze: the fields that scripts rely on, and numbers that the standards give for known signals. (The meters
// themselves are held to the whole EBU tables and to libebur128 by the tests of the core.)
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileAnalysis as Analysis } from '../../tools/dawg/analyze.js';
import { at, dawg, first, noise, sine, succeed, wav, writeSound } from './command.js';

const analyze = (path: string): Analysis => JSON.parse(succeed('analyze', path, '--json')) as Analysis;
const near = (what: string, value: number | null, expected: number, tolerance: number): void =>
    assert.ok(
        value !== null && Math.abs(value - expected) <= tolerance,
        `${what}: ${value}, expected ${expected} +- ${tolerance}`,
    );
const level = (db: number): number => 10 ** (db / 20);

test('EBU Tech 3341 case 1: a stereo 1 kHz sine at -23 dBFS reads -23 LUFS on every scale, and its peaks', () => {
    const tone = sine(20 * 48000, 1000, level(-23));
    const a = analyze(wav('1.wav', 48000, tone, tone));
    assert.deepEqual(Object.keys(a), [
        ...['sample_rate', 'channels', 'duration_s', 'integrated_lufs', 'momentary_max_lufs', 'short_term_max_lufs'],
        ...['lra_lu', 'sample_peak_dbfs', 'true_peak_dbtp', 'per_channel'],
        ...['bands', 'balance', 'tilt_db_per_octave', 'problems', 'source'],
    ]);
    assert.equal(a.sample_rate, 48000);
    assert.equal(a.channels, 2);
    assert.equal(a.duration_s, 20);
    near('integrated', a.integrated_lufs, -23, 0.1);
    near('momentary', a.momentary_max_lufs, -23, 0.1);
    near('short-term', a.short_term_max_lufs, -23, 0.1);
    near('range', a.lra_lu, 0, 0.1);
    near('sample peak', a.sample_peak_dbfs, -23, 0.01);
    near('true peak', a.true_peak_dbtp, -23, 0.05);
});

test('EBU Tech 3341 case 16: a quarter-rate sine at 45 degrees peaks between its samples', () => {
    const tone = Float32Array.from({ length: 48000 }, (_, i) => 0.5 * Math.sin((Math.PI / 2) * i + Math.PI / 4));
    const a = analyze(wav('16.wav', 48000, tone));
    near('sample peak', a.sample_peak_dbfs, -9.03, 0.01);
    near('true peak', a.true_peak_dbtp, -6.02, 0.2);
});

test('mono counts once: 3.01 LU less than the same on both sides; channels are told apart', () => {
    const tone = sine(5 * 44100, 997, 0.5, 44100);
    const mono = analyze(wav('m.wav', 44100, tone));
    const both = analyze(
        wav(
            'b.wav',
            44100,
            tone,
            tone.map((x) => x / 2),
        ),
    );
    near('mono', mono.integrated_lufs, -3.01 - 6.02, 0.05);
    near('both', both.integrated_lufs, -3.01 - 6.02 + 10 * Math.log10(1.25), 0.05);
    assert.equal(mono.per_channel.length, 1);
    near('left', both.per_channel[0].sample_peak_dbfs, -6.02, 0.01);
    near('right', both.per_channel[1].sample_peak_dbfs, -12.04, 0.01);
});

test('silence is null, not a number', () => {
    const a = analyze(wav('s.wav', 48000, new Float32Array(96000), new Float32Array(96000)));
    const nothing = { sample_peak_dbfs: null, true_peak_dbtp: null };
    assert.deepEqual(a, {
        ...{ sample_rate: 48000, channels: 2, duration_s: 2, integrated_lufs: null, momentary_max_lufs: null },
        ...{ short_term_max_lufs: null, lra_lu: null, ...nothing, per_channel: [nothing, nothing] },
        ...{ bands: Array(100).fill(null), balance: Array(8).fill(null), tilt_db_per_octave: null },
        ...{ problems: [], source: { type: null, confidence: null } },
    });
    assert.match(succeed('analyze', wav('s.wav', 48000, new Float32Array(96000))), /integrated +silence/);
});

test('shorter than a gating block: peaks, but no integrated loudness, and "too short" for people', () => {
    const path = wav('short.wav', 48000, noise(4800, 0.5));
    assert.match(succeed('analyze', path), /integrated +too short\n/);
    const args = ['--plugin', first.key, '--tail', '0', '--report', at('r.json')];
    assert.match(succeed('render', path, '-o', at('o.wav'), ...args), /in: {2}too short integrated, peak -6\.\d dBFS/);
    assert.match(succeed('analyze', wav('none.wav', 48000, new Float32Array(4800))), /integrated +silence\n/);
    const a = analyze(path);
    assert.equal(a.integrated_lufs, null);
    assert.equal(a.lra_lu, null);
    near('peak', a.sample_peak_dbfs, -6.02, 0.1);
});

test('samples that are no audio are taken as 0, with a warning', () => {
    const dirty = sine(48000, 997, 0.5);
    dirty.set([NaN, Infinity], 100);
    const { status, stdout, stderr } = dawg('analyze', wav('d.wav', 48000, dirty), '--json');
    assert.equal(status, 0);
    assert.match(stderr, /warning: 2 samples were NaN, infinite or beyond \+80 dBFS and were taken as 0/);
    near('integrated', (JSON.parse(stdout) as Analysis).integrated_lufs, -9.03, 0.1);
});

test('for people: the format, the duration and every number', () => {
    const text = succeed(
        'analyze',
        writeSound('p.flac', 'FLAC', 'PCM_16', 48000, [sine(96000, 997, 0.5), sine(96000, 997, 0.5)]),
    );
    for (const word of [
        'FLAC 16-bit',
        '48000 Hz',
        'stereo',
        '2.000 s',
        'LUFS',
        'momentary',
        'short-term',
        'range',
        'dBFS',
        'dBTP',
        'left',
        'right',
    ])
        assert.ok(text.includes(word), word);
});

/** White noise through a bell of 12 dB (Bristow-Johnson's cookbook). */
function ringing(hz: number, q: number): Float32Array {
    const [w, a] = [(2 * Math.PI * hz) / 48000, 10 ** (12 / 40)];
    const [alpha, c] = [Math.sin(w) / (2 * q), -2 * Math.cos(w)];
    const a0 = 1 + alpha / a;
    let [x1, x2, y1, y2] = [0, 0, 0, 0];
    return noise(6 * 48000, 0.1).map((x) => {
        const y = ((1 + alpha * a) * x + c * x1 + (1 - alpha * a) * x2 - c * y1 - (1 - alpha / a) * y2) / a0;
        [x2, x1, y2, y1] = [x1, x, y1, y];
        return y;
    });
}

test('a full-scale sine on both sides reads 0 dB in its band and its part of the balance', () => {
    const tone = sine(2 * 48000, 1000, 1);
    const a = analyze(wav('full.wav', 48000, tone, tone));
    assert.equal(a.bands.length, 100);
    assert.equal(a.balance.length, 8);
    near('balance 500 Hz .. 2 kHz', a.balance[4], 0, 0.02);
    near(
        'bands around 1 kHz',
        10 * Math.log10(a.bands.slice(55, 59).reduce<number>((sum, db) => sum + 10 ** ((db ?? -200) / 10), 0)),
        0,
        0.02,
    );
    assert.ok((a.balance[6] ?? 0) < -100);
    assert.deepEqual(a.problems, []);
});

test('white noise has no tilt and no problems; bands above half the rate are null', () => {
    const a = analyze(wav('white.wav', 32000, noise(5 * 32000, 0.5)));
    near('tilt', a.tilt_db_per_octave, 0, 0.2);
    assert.deepEqual(a.problems, []);
    const edge = (i: number): number => 20 * 1000 ** (i / 100);
    a.bands.forEach((db, i) => assert.equal(db === null, edge(i) >= 16000, `band ${i}`));
});

test('a resonance is named with the bell that mends it', () => {
    const a = analyze(wav('ring.wav', 48000, ringing(1500, 6)));
    const [p] = a.problems;
    assert.deepEqual(Object.keys(p), ['type', 'frequency_hz', 'gain_db', 'q', 'severity', 'confidence', 'fix']);
    assert.equal(p.type, 'resonance');
    near('frequency', p.frequency_hz, 1500, 1500 * 0.03);
    assert.deepEqual(p.fix, { type: 'bell', frequency_hz: p.frequency_hz, gain_db: p.gain_db, q: p.q });
    near('gain', p.gain_db, -12, 2);
    near('q', p.q, 6, 1.5);
    assert.ok(p.severity > 0.3 && p.confidence > 0.5, JSON.stringify(p));
    assert.match(
        succeed('analyze', at('ring.wav')),
        /problems +resonance: a bell at 1[45]\d\d Hz, -\d+\.\d dB, Q \d+\.\d/,
    );
});

test('the source has a name and a confidence, in one channel as in two', () => {
    const x = noise(4 * 48000, 0.3);
    const [mono, both] = [analyze(wav('n1.wav', 48000, x)), analyze(wav('n2.wav', 48000, x, x))];
    assert.deepEqual(mono.source, both.source);
    assert.deepEqual(mono.bands, both.bands);
    assert.equal(mono.source.type, 'unknown');
    assert.ok((mono.source.confidence ?? 0) > 0.5);
});

test('shorter than a window: the tone is unknown, for people and in numbers', () => {
    const path = wav('tiny.wav', 48000, noise(4800, 0.5));
    const a = analyze(path);
    assert.ok(a.bands.every((db) => db === null) && a.tilt_db_per_octave === null);
    assert.match(succeed('analyze', path), /tone +unknown \(silence, or too short\)/);
});
