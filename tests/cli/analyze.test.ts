// dawg analyze: the fields that scripts rely on, and numbers that the standards give for known signals. (The meters
// themselves are held to the whole EBU tables and to libebur128 by the tests of the core.)
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Analysis } from '../../tools/dawg/loudness.js';
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
