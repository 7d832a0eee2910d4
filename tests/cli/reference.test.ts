// dawg render --reference: the tone of the reference comes near, loudness stays; what cannot be matched is refused.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { seededRandom } from '../../web/src/random.js';
import { encodeWav } from '../../web/src/wav.js';
import { at, dawg, succeed } from './command.js';

const RATE = 48000;
function sound(name: string, seconds: number, pole: number, gain = 0.1): string {
    const random = seededRandom(9);
    let y = 0;
    const channel = Float32Array.from({ length: Math.round(seconds * RATE) }, () => {
        y = pole * y + (2 * random() - 1);
        return gain * (1 - Math.abs(pole)) * y;
    });
    writeFileSync(at(name), encodeWav({ sampleRate: RATE, channels: [channel, channel] }));
    return at(name);
}
const programme = sound('programme.wav', 4, 0.4);
const dark = sound('dark.wav', 3, 0.85, 0.3);

interface Heard {
    bands: (number | null)[];
    integrated_lufs: number;
}
const heard = (path: string): Heard => JSON.parse(succeed('analyze', path, '--json')) as Heard;
/** RMS distance of the tone, 40 Hz .. 16 kHz, dB, level apart. */
function distance(a: string, b: string): number {
    const [one, other] = [heard(a).bands, heard(b).bands];
    const gaps = one.map((db, i) => (other[i] ?? 0) - (db ?? 0)).slice(11, 97);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    return Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
}

test('the rendering has the tone of the reference and the loudness of the programme', () => {
    const [out, report] = [at('out.wav'), at('report.json')];
    const text = succeed(
        ...['render', programme, '-o', out, '--plugin', 'mastering_eq', '--reference', dark],
        ...['--set', 'phase=minimum', '--report', report],
    );
    assert.match(text, /reference: \d+\.\d\d dB away before, \d+\.\d\d dB after/);
    const [before, after] = [distance(programme, dark), distance(out, dark)];
    assert.ok(after < 0.25 * before, `${before} dB apart, then ${after}`);
    const change = heard(out).integrated_lufs - heard(programme).integrated_lufs;
    assert.ok(Math.abs(change) < 0.5, `${change} LU louder`);
    const { reference, plugins } = JSON.parse(readFileSync(report, 'utf8')) as {
        reference: Record<string, number>;
        plugins: { params: Record<string, unknown> }[];
    };
    assert.deepEqual(Object.keys(reference), ['level_db', 'before_db', 'after_db']);
    assert.ok(Math.abs(reference.before_db - before) < 0.25 * before, `${reference.before_db} and ${before}`);
    assert.equal(plugins[0].params.phase, 'minimum');
});
test('a reference of the same tone sets no band', () => {
    const report = at('same.json');
    succeed(
        ...['render', programme, '-o', at('same.wav'), '--plugin', 'mastering_eq', '--reference', programme],
        ...['--report', report],
    );
    const { plugins } = JSON.parse(readFileSync(report, 'utf8')) as { plugins: { params: Record<string, unknown> }[] };
    for (let band = 1; band <= 6; ++band) assert.equal(plugins[0].params[`band${band}_on`], false);
    assert.ok(Math.abs(Number(plugins[0].params.output_db)) < 1e-6);
});
test('--set has the last word over what was matched', () => {
    const report = at('set.json');
    succeed(
        ...['render', programme, '-o', at('set.wav'), '--plugin', 'mastering_eq', '--reference', dark],
        ...['--set', 'output_db=-3', '--set', 'band1_on=off', '--report', report],
    );
    const { plugins } = JSON.parse(readFileSync(report, 'utf8')) as { plugins: { params: Record<string, unknown> }[] };
    assert.equal(plugins[0].params.output_db, -3);
    assert.equal(plugins[0].params.band1_on, false);
});
test('a preset with a tone of its own gives it up for that of the reference', () => {
    const out = at('preset.wav');
    succeed(
        ...['render', programme, '-o', out, '--plugin', 'mastering_eq', '--preset', 'warm_mastering'],
        ...['--reference', dark, '--set', 'phase=minimum'],
    );
    const [before, after] = [distance(programme, dark), distance(out, dark)];
    assert.ok(after < 0.25 * before, `${before} dB apart, then ${after}`);
    const change = heard(out).integrated_lufs - heard(programme).integrated_lufs;
    assert.ok(Math.abs(change) < 0.5, `${change} LU louder`);
});
test('refused, exit 2, nothing written: too short, silent, another plugin, a chain', () => {
    const short = sound('short.wav', 0.5, 0);
    const silent = sound('silent.wav', 2, 0, 0);
    const out = at('never.wav');
    const rows: [string[], RegExp][] = [
        [['--plugin', 'mastering_eq', '--reference', short], /reference lasts 0\.50 s; at least 1 s/],
        [['--plugin', 'mastering_eq', '--reference', silent], /reference is silent/],
        [['--plugin', 'limiter', '--reference', dark], /--reference goes with --plugin mastering_eq.*--plugin limiter/],
        [['--plugin', 'mastering_eq', '--reference', at('none.wav')], /none\.wav/],
    ];
    for (const [args, reason] of rows) {
        const { status, stderr } = dawg('render', programme, '-o', out, ...args);
        assert.equal(status, 2, stderr);
        assert.match(stderr, reason);
        assert.ok(!existsSync(out));
    }
});
