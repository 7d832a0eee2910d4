// dawg render --optimize: LM-4. Pink noise and a drum loop of 18 dB crest come to the loudness that is asked for, and what
// is out of reach is said with what was reached.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { FileAnalysis } from '../../tools/dawg/analyze.js';
import type { RenderReport } from '../../tools/dawg/render.js';
import { seededRandom } from '../../web/src/random.js';
import { record } from '../wasm/builds.js';
import { at, dawg, sine, succeed, wav } from './command.js';

const RATE = 48000;
const SECONDS = 12;
const CEILING_DB = -1;

/** Pink by Kellet's three poles (±0.5 dB from 30 Hz on), both sides apart. */
function pink(seed: number, peak: number): Float32Array {
    const random = seededRandom(seed);
    let [a, b, c, top] = [0, 0, 0, 0];
    const x = Float32Array.from({ length: SECONDS * RATE }, () => {
        const white = 2 * random() - 1;
        a = 0.99765 * a + white * 0.099046;
        b = 0.963 * b + white * 0.2965164;
        c = 0.57 * c + white * 1.0526913;
        const y = a + b + c + white * 0.1848;
        top = Math.max(top, Math.abs(y));
        return y;
    });
    return x.map((v) => (v * peak) / top);
}

/** Two hits a second, noise and a falling tone, and a room behind them: the decay is chosen for 18 dB of crest. */
function drums(): Float32Array {
    const random = seededRandom(3);
    const x = Float32Array.from({ length: SECONDS * RATE }, (_, i) => {
        const t = (i % (RATE / 2)) / RATE;
        const tone = Math.sin(2 * Math.PI * (60 * t + 8 * (1 - Math.exp(-t / 0.03))));
        return (
            Math.exp(-t / 0.08) * (0.4 * tone + 0.6 * (2 * random() - 1)) +
            0.02 * Math.exp(-t / 0.4) * (2 * random() - 1)
        );
    });
    const top = x.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    return x.map((v) => (0.5 * v) / top);
}
const crestDb = (x: Float32Array): number =>
    20 * Math.log10(x.reduce((most, v) => Math.max(most, Math.abs(v)), 0)) -
    10 * Math.log10(x.reduce((sum, v) => sum + v * v, 0) / x.length);

const loop = drums();
const PROGRAMMES = {
    'pink noise': wav('pink.wav', RATE, pink(1, 0.3), pink(2, 0.3)),
    'a drum loop': wav('drums.wav', RATE, loop, loop),
};
const OUT = at('optimized.wav');
const analyze = (path: string): FileAnalysis => JSON.parse(succeed('analyze', path, '--json')) as FileAnalysis;
const optimize = (input: string, ...args: string[]): RenderReport =>
    JSON.parse(
        succeed(
            'render',
            input,
            '-o',
            OUT,
            '--plugin',
            'limiter',
            '--set',
            `ceiling_db=${CEILING_DB}`,
            '--json',
            ...args,
        ),
    ) as RenderReport;

test('the drum loop has a crest of 18 dB', () => {
    assert.ok(Math.abs(crestDb(loop) - 18) < 0.2, `${crestDb(loop)} dB`);
});

for (const [name, input] of Object.entries(PROGRAMMES))
    for (const target of [-14, -16, -23])
        test(`LM-4: ${name} comes to ${target} LUFS within 0.3 LU, under the ceiling, and the report is right within 0.1`, () => {
            const { optimized, out } = optimize(input, '--optimize', String(target));
            const heard = analyze(OUT);
            assert.ok(optimized && out && heard.integrated_lufs !== null && heard.true_peak_dbtp !== null);
            assert.equal(optimized.target_lufs, target);
            const what = `${name}, ${target} LUFS`;
            record('LM-4', `loudness off the target, ${what}`, heard.integrated_lufs - target, 'LU', '±0.3');
            record('LM-4', `true peak over the ceiling, ${what}`, heard.true_peak_dbtp - CEILING_DB, 'dB', '<= 0.1');
            record('LM-4', `drive, ${what}`, optimized.drive_db, 'dB', '');
            record('LM-4', `passes of analysis, ${what}`, optimized.passes, '', '');
            assert.ok(Math.abs(heard.integrated_lufs - target) <= 0.3, `${heard.integrated_lufs} LUFS`);
            assert.ok(Math.abs((optimized.achieved_lufs ?? 0) - heard.integrated_lufs) <= 0.1);
            assert.ok(heard.true_peak_dbtp <= CEILING_DB + 0.1, `${heard.true_peak_dbtp} dBTP`);
            assert.ok(optimized.passes >= 1 && optimized.passes <= 8, `${optimized.passes} passes`);
        });

test('a style, dither and a plugin before the limiter change nothing of that', () => {
    const chain = at('chain.json');
    const plugins = [
        { plugin: 'surgical_eq', params: { band1_on: true, band1_gain_db: 6 } },
        { plugin: 'limiter', params: { style: 'Wall', dither: '16 bit', ceiling_db: CEILING_DB } },
    ];
    writeFileSync(chain, JSON.stringify({ format: 'dawg-chain', version: 1, plugins }));
    succeed('render', PROGRAMMES['pink noise'], '-o', OUT, '--chain', chain, '--optimize', '-12');
    const { integrated_lufs, true_peak_dbtp } = analyze(OUT);
    assert.ok(Math.abs((integrated_lufs ?? 0) + 12) <= 0.3, `${integrated_lufs} LUFS`);
    assert.ok((true_peak_dbtp ?? 0) <= CEILING_DB + 0.1);
});

test('a preset names its target; people read what was reached', () => {
    const { optimized } = optimize(PROGRAMMES['pink noise'], '--optimize', 'apple_music');
    assert.equal(optimized?.target_lufs, -16);
    assert.equal(optimize(PROGRAMMES['pink noise'], '--optimize', 'spotify').optimized?.target_lufs, -14);
    const text = succeed(
        'render',
        PROGRAMMES['pink noise'],
        '-o',
        OUT,
        '--plugin',
        'limiter',
        '--optimize',
        'ebu_r128',
    );
    assert.match(text, /optimized: -2[23]\.\d LUFS of -23 LUFS, input_db -?\d+\.\d\d dB, \d passes of analysis/);
});

test('--report has what --json prints', () => {
    const path = at('report.json');
    const printed = optimize(PROGRAMMES['pink noise'], '--optimize', '-20', '--report', path);
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), printed);
});

test('half a minute of silence in the middle does not part a programme, nor one at the end', () => {
    const gap = 32 * RATE + 777;
    const x = new Float32Array(2 * (loop.length + gap));
    x.set(loop);
    x.set(
        loop.map((v) => v * 0.25),
        loop.length + gap,
    );
    const { optimized, out } = optimize(wav('gap.wav', RATE, x, x), '--optimize', '-20');
    assert.ok(optimized && out?.integrated_lufs);
    assert.ok(Math.abs(out.integrated_lufs + 20) <= 0.3, `${out.integrated_lufs} LUFS`);
});

const failing = (input: string, ...args: string[]): string => {
    const out = at('none.wav');
    const { status, stderr } = dawg('render', input, '-o', out, ...args);
    assert.equal(status, 2, stderr);
    assert.ok(!existsSync(out), 'no OUT is left behind');
    return stderr;
};

test('out of reach: what was reached, and no file', () => {
    const args = ['--plugin', 'limiter', '--set', 'ceiling_db=-20', '--optimize', '-6'];
    assert.match(
        failing(PROGRAMMES['a drum loop'], ...args),
        /-6 LUFS is out of reach; the most drive, 24 dB, under a ceiling of -20 dB reaches -\d\d\.\d LUFS\. Raise the ceiling/,
    );
    const loud = wav('loud.wav', RATE, sine(4 * RATE, 1000, 0.9), sine(4 * RATE, 1000, 0.9));
    assert.match(
        failing(loud, '--plugin', 'limiter', '--optimize', '-30'),
        /the least drive, -12 dB, .* reaches -1\d\.\d LUFS\. Turn the input down, or ask for more/,
    );
});

test('silence, and less than 0.4 s, have no loudness', () => {
    const silent = wav('silent.wav', RATE, new Float32Array(RATE), new Float32Array(RATE));
    assert.match(failing(silent, '--plugin', 'limiter', '--optimize', '-14'), /no integrated loudness/);
    const short = wav('short.wav', RATE, loop.slice(0, 4800), loop.slice(0, 4800));
    assert.match(failing(short, '--plugin', 'limiter', '--tail', '0', '--optimize', '-14'), /no integrated loudness/);
});

test('wrong targets and chains are told from right ones', () => {
    const input = PROGRAMMES['pink noise'];
    const limiter = ['--plugin', 'limiter'];
    for (const wrong of ['-3', '-60', 'loud', '0'])
        assert.match(
            failing(input, ...limiter, '--optimize', wrong),
            /allowed is a number, -36 \.\. -5 LUFS, or a preset/,
        );
    assert.match(failing(input, ...limiter, '--optimize', 'spotfy'), /Did you mean "spotify"\?/);
    assert.match(
        failing(input, '--plugin', 'surgical_eq', '--optimize', '-14'),
        /must be the last plugin; that is surgical_eq/,
    );
    for (const [key, ...how] of [
        ['bypass', '--bypass'],
        ['delta', '--set', 'delta=on'],
        ['unity_gain', '--set', 'unity_gain=on'],
        ['unity_gain', '--at', '1:unity_gain=1'],
    ])
        assert.match(
            failing(input, ...limiter, ...how, '--optimize', '-14'),
            new RegExp(`needs the limited sound: leave ${key} of the limiter off`),
        );
    assert.match(failing(input, ...limiter, '--at', '1:input_db=3', '--optimize', '-14'), /leave out what moves it/);
});
