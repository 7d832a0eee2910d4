// dawg render keeps its promises: the same bits in any block, latency taken out, tails whole.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { RenderReport } from '../../tools/dawg/render.js';
import type { PluginInfo } from '../../web/src/manifest.js';
import {
    at,
    dawg,
    first,
    largestDifference,
    manifest,
    noise,
    readSound,
    sine,
    succeed,
    wav,
    withKey,
    withLatency,
    withTail,
} from './command.js';

const RATE = 48000;
const FRAMES = 30011; // a prime
const [left, right] = [noise(FRAMES, 0.5, 1), noise(FRAMES, 0.5, 2)];
const input = wav('in.wav', RATE, left, right);
const read = (path: string): Buffer => readFileSync(at(path));
const report = (name: string): RenderReport => JSON.parse(readFileSync(at(name), 'utf8')) as RenderReport;
/** Renders the noise through a plugin; the bytes of OUT. */
function render(plugin: PluginInfo, ...args: string[]): Buffer {
    succeed('render', input, '-o', at('o.wav'), '--plugin', plugin.key, ...args);
    return read('o.wav');
}
const continuous = (plugin: PluginInfo): string =>
    plugin.params.find(({ curve, automatable }) => curve === 'lin' && automatable)?.key ?? 'bypass';

for (const plugin of manifest.plugins) {
    test(`${plugin.key}: --block 1, 37, 4096, longer than the file: the same file as by default`, () => {
        const p = plugin.params.find(({ key }) => key === continuous(plugin)) ?? plugin.params[0];
        const args = [
            '--at',
            `0.1:${p.key}=${p.max}`,
            '--at',
            `0.1003:${p.key}=${p.min}`,
            '--at',
            '0.3:bypass=on',
            '--tail',
            '0.2',
        ];
        const expected = render(plugin, ...args);
        for (const block of ['1', '37', '4096', '1000000'])
            assert.ok(render(plugin, ...args, '--block', block).equals(expected), `--block ${block}`);
    });

    test(`${plugin.key}: latency taken out, --bypass gives IN back, bit for bit, and --no-compensate gives it late`, () => {
        render(plugin, '--bypass', '--report', at('r.json'), '--tail', '0.1');
        const { latency_samples: latency } = report('r.json');
        const tail = new Float32Array(4800);
        const whole = (before: number): Float32Array[] =>
            [left, right].map((x) =>
                Float32Array.from([...new Float32Array(before), ...x, ...tail]).slice(0, FRAMES + 4800),
            );
        assert.deepEqual(readSound(at('o.wav')).channels, whole(0));
        render(plugin, '--bypass', '--no-compensate', '--tail', '0.1');
        assert.deepEqual(readSound(at('o.wav')).channels, whole(latency));
    });

    test(`${plugin.key}: --tail auto is as long as the plugin says, less the latency taken out, at most 30 s, and 0.5 is half a second`, () => {
        render(plugin, '--no-compensate', '--report', at('r.json'));
        const { tail_samples: late, plugins, latency_samples } = report('r.json');
        assert.equal(late, Math.min(plugins[0].tail_samples ?? Infinity, 30 * RATE));
        render(plugin, '--report', at('r.json'));
        const { tail_samples } = report('r.json');
        const whole = (plugins[0].tail_samples ?? Infinity) - latency_samples;
        assert.equal(tail_samples, Math.min(Math.max(0, whole), 30 * RATE));
        assert.equal(readSound(at('o.wav')).channels[0].length, FRAMES + tail_samples);
        const auto = read('o.wav');
        assert.ok(render(plugin, '--tail', 'auto').equals(auto));
        render(plugin, '--tail', '0.5');
        assert.equal(readSound(at('o.wav')).channels[0].length, FRAMES + RATE / 2);
    });

    for (const preset of process.env.DAWG_TEST_FULL === '1' ? plugin.presets : plugin.presets.slice(-1))
        test(`${plugin.key}: --preset ${preset.key} is the preset's values, and --set goes over it`, () => {
            render(plugin, '--preset', preset.key, '--tail', '0', '--report', at('r.json'));
            const byPreset = read('o.wav');
            const { params, preset: name } = report('r.json').plugins[0];
            assert.equal(name, preset.key);
            for (const [key, value] of Object.entries(preset.values)) assert.equal(params[key], value, key);
            const sets = Object.entries(preset.values).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
            assert.ok(render(plugin, ...sets, '--tail', '0').equals(byPreset));
            render(plugin, '--preset', preset.key, '--set', 'bypass=on', '--tail', '0', '--report', at('r.json'));
            assert.equal(report('r.json').plugins[0].params.bypass, true);
        });
}

test('a rendering shorter than the latency comes out whole', () => {
    const short = wav('short.wav', RATE, Float32Array.of(0.5, -0.25, 0.125));
    succeed('render', short, '-o', at('o.wav'), '--plugin', withLatency.key, '--bypass', '--tail', '0');
    assert.deepEqual(readSound(at('o.wav')).channels[0], Float32Array.of(0.5, -0.25, 0.125));
});

test('the last sample of IN comes out of the limiter as the last sample of OUT, and without compensation too', () => {
    const impulse = new Float32Array(2000);
    impulse[1999] = 0.25;
    const path = wav('last.wav', RATE, impulse, impulse);
    for (const [args, before] of [
        [[], 0],
        [['--no-compensate'], withLatency.latency],
    ] as const) {
        succeed('render', path, '-o', at('o.wav'), '--plugin', withLatency.key, ...args);
        const expected = Float32Array.from([...new Float32Array(before), ...impulse]);
        assert.deepEqual(readSound(at('o.wav')).channels, [expected, expected]);
    }
});

test('a mono file comes out as stereo, the same on both sides as the file given twice', () => {
    const args = ['--plugin', first.key, '--preset', first.presets[0].key];
    succeed('render', wav('mono.wav', RATE, left), '-o', at('m.wav'), ...args);
    succeed('render', wav('twice.wav', RATE, left, left), '-o', at('s.wav'), ...args);
    assert.ok(read('m.wav').equals(read('s.wav')));
    assert.equal(readSound(at('m.wav')).channels.length, 2);
});

test('every rate from 8 to 192 kHz is rendered at that rate', () => {
    for (const rate of [8000, 22050, 44100, 88200, 192000]) {
        succeed('render', wav('rate.wav', rate, left), '-o', at('o.wav'), '--plugin', withTail.key, '--tail', '0');
        const out = readSound(at('o.wav'));
        assert.equal(out.rate, rate);
        assert.ok(out.channels[0].every(Number.isFinite));
    }
});

test('--at: nothing before its time, something after it', () => {
    const p = first.params[first.params.length - 1];
    const busy = ['--preset', first.presets[0].key, '--tail', '0'];
    render(first, ...busy);
    const plain = readSound(at('o.wav')).channels[0];
    render(first, ...busy, '--at', `0.25:${p.key}=on`);
    const changed = readSound(at('o.wav')).channels[0];
    const until = 0.25 * RATE - first.latency;
    assert.deepEqual(changed.subarray(0, until), plain.subarray(0, until));
    assert.ok(largestDifference(changed.subarray(until + 2000), plain.subarray(until + 2000)) > 1e-3);
});

test('--at: 256 changes in one control period and 256 in the next all take effect, in any block', () => {
    const many = [0.0101, 0.0107].flatMap((seconds) =>
        Array.from({ length: 256 }, (_, i) => ['--at', `${seconds}:bypass=${i % 2 ? 'off' : 'on'}`]).flat(),
    );
    const args = ['--preset', first.presets[0].key, '--tail', '0'];
    const plain = render(first, ...args);
    assert.ok(render(first, ...args, ...many).equals(plain), 'the last of them switches the bypass off again');
    assert.ok(render(first, ...args, ...many, '--block', '4096').equals(plain));
});

test('--at behind the end is warned about', () => {
    const { status, stderr } = dawg(
        'render',
        input,
        '-o',
        at('o.wav'),
        '--plugin',
        first.key,
        '--tail',
        '0',
        '--at',
        '9:bypass=on',
    );
    assert.equal(status, 0);
    assert.match(stderr, /warning: --at 9 lies behind the end of the rendering \(0\.625\d* s\) and had no effect/);
});

test('--tempo reaches the plugin: synced echoes come at the note', () => {
    const sync = withTail.params.find(({ curve, labels }) => curve === 'enum' && labels.includes('1/4'));
    assert.ok(sync, 'a delay follows the tempo');
    const click = wav(
        'click.wav',
        RATE,
        Float32Array.from({ length: 4800 }, (_, i) => (i === 100 ? 1 : 0)),
    );
    for (const tempo of [90, 240]) {
        succeed(
            'render',
            click,
            '-o',
            at('o.wav'),
            '--plugin',
            withTail.key,
            '--set',
            `${sync.key}=1/4`,
            '--tempo',
            `${tempo}`,
            '--tail',
            '1.5',
        );
        const [out] = readSound(at('o.wav')).channels;
        const beat = (60 / tempo) * RATE;
        const echo = out.subarray(2400).findIndex((x) => Math.abs(x) > 0.02) + 2400 - 100;
        assert.ok(Math.abs(echo - beat) < 0.006 * RATE, `first echo after ${echo} samples, a beat is ${beat}`); // +- modulation
    }
});

test('--key: a shorter key counts as silence behind its end, a mono key as both sides; without it the sound differs', () => {
    const k = noise(FRAMES, 1, 3);
    const half = k.slice(0, FRAMES >> 1);
    const padded = Float32Array.from([...half, ...new Float32Array(FRAMES - half.length)]);
    const at48 = ['--preset', withKey.presets[0].key];
    const none = render(withKey, ...at48);
    const short = render(withKey, ...at48, '--key', wav('k1.wav', RATE, half));
    const long = render(withKey, ...at48, '--key', wav('k2.wav', RATE, padded, padded));
    assert.ok(short.equals(long));
    assert.ok(!short.equals(none));
});

test('in a chain the key waits for the latency before it: ducking behind a bypassed plugin with latency is as without it', () => {
    const key = wav(
        'k3.wav',
        RATE,
        noise(FRAMES, 1, 4).map((x, i) => (i % 4800 < 900 ? x : 0)),
    );
    const ducked = { plugin: withKey.key, params: { modulation: 0 } }; // an LFO would start at another frame of the song
    const out = [[ducked], [{ plugin: withLatency.key, bypass: true }, ducked]].map((chain, i) => {
        writeFileSync(at(`${i}.json`), JSON.stringify(chain));
        succeed('render', input, '-o', at('o.wav'), '--chain', at(`${i}.json`), '--key', key, '--tail', '0.5');
        return readSound(at('o.wav')).channels;
    });
    // Control periods begin at other frames of the song: gains may differ by a little. A key that did not wait: 0.008.
    for (const c of [0, 1]) assert.ok(largestDifference(out[0][c], out[1][c]) < 1e-5);
});

test('guarded samples: a warning, the count in the report, exit 0, and the same sound as with 0 there', () => {
    const [dirty, clean] = [left.slice(), left.slice()];
    const bad = [NaN, Infinity, -2e4];
    bad.forEach((value, i) => ([dirty[1000 * i], clean[1000 * i]] = [value, 0]));
    const args = ['--plugin', first.key, '--preset', first.presets[0].key];
    const { status, stderr } = dawg(
        'render',
        wav('dirty.wav', RATE, dirty),
        '-o',
        at('d.wav'),
        ...args,
        '--report',
        at('r.json'),
    );
    assert.equal(status, 0);
    assert.match(stderr, /warning: 3 input samples were NaN, infinite or beyond \+80 dBFS and were heard as 0/);
    assert.equal(report('r.json').guarded_samples, 3);
    succeed('render', wav('clean.wav', RATE, clean), '-o', at('c.wav'), ...args);
    assert.ok(read('d.wav').equals(read('c.wav')));
});

test('--report: every field, with the numbers that analyze finds in the two files', () => {
    const tone = sine(4 * RATE, 997, 0.1);
    const path = wav('tone.wav', RATE, tone, tone);
    succeed('render', path, '-o', at('o.wav'), '--plugin', withLatency.key, '--report', at('r.json'));
    const r = report('r.json');
    const analysis = (file: string, like: object): unknown => {
        const all = JSON.parse(succeed('analyze', file, '--json')) as Record<string, unknown>;
        return Object.fromEntries(Object.keys(like).map((key) => [key, all[key]]));
    };
    assert.ok(r.in && r.out);
    assert.ok(Object.keys(r.in).includes('integrated_lufs') && Object.keys(r.out).includes('per_channel'));
    assert.deepEqual(r.in, analysis(path, r.in));
    assert.deepEqual(r.out, analysis(at('o.wav'), r.out));
    assert.equal(r.guarded_samples, 0);
    assert.equal(r.clipped_samples, 0);
    assert.equal(r.latency_samples, withLatency.latency);
    assert.ok(r.us_per_128_frames > 0);
    const [p] = r.plugins;
    assert.equal(p.plugin, withLatency.key);
    assert.equal(p.version, withLatency.version);
    assert.deepEqual(
        Object.keys(p.params),
        withLatency.params.map(({ key }) => key),
    );
    assert.deepEqual(
        Object.keys(p.meters),
        withLatency.meters.map(({ key }) => key),
    );
    for (const { min, max, last } of Object.values(p.meters)) assert.ok(min <= last && last <= max);
});

// ---- chains -----------------------------------------------------------------------------------------------------

test('--chain: dawg-chain, a bare array, a dawg-state and --plugin give the same file; params go over the preset', () => {
    const preset = first.presets[0].key;
    const p = first.params.find(({ key }) => key === continuous(first)) ?? first.params[0];
    const entry = { plugin: first.key, version: first.version, preset, params: { [p.key]: p.min } };
    const expected = render(first, '--preset', preset, '--set', `${p.key}=${p.min}`);
    const forms = [{ format: 'dawg-chain', version: 1, plugins: [entry] }, [entry], { ...entry, format: 'dawg-state' }];
    for (const form of forms) {
        writeFileSync(at('c.json'), JSON.stringify(form));
        succeed('render', input, '-o', at('o.wav'), '--chain', at('c.json'));
        assert.ok(read('o.wav').equals(expected), JSON.stringify(form));
    }
});

test('--chain: two plugins sound as one rendering after the other, with the sum of their latencies taken out', () => {
    const [a, b] = [withLatency.key, first.key];
    writeFileSync(at('c.json'), JSON.stringify([{ plugin: a }, { plugin: b, preset: first.presets[0].key }]));
    succeed('render', input, '-o', at('both.wav'), '--chain', at('c.json'), '--tail', '0.1', '--report', at('r.json'));
    assert.deepEqual(
        report('r.json').plugins.map(({ plugin }) => plugin),
        [a, b],
    );
    succeed('render', input, '-o', at('a.wav'), '--plugin', a, '--tail', '0.1');
    succeed('render', at('a.wav'), '-o', at('b.wav'), '--plugin', b, '--preset', first.presets[0].key, '--tail', '0');
    const [both, oneByOne] = [readSound(at('both.wav')).channels, readSound(at('b.wav')).channels];
    for (const c of [0, 1]) assert.ok(largestDifference(both[c], oneByOne[c]) < 1e-5);
});

test('--chain: what a later version may have added is warned about, has no effect, and is kept in the report', () => {
    const entry = { plugin: first.key, version: first.version + 1, params: { new_knob: 3 }, colour: 'red' };
    writeFileSync(at('c.json'), JSON.stringify({ format: 'dawg-chain', version: 1, plugins: [entry], author: 'me' }));
    const { status, stderr } = dawg(
        'render',
        input,
        '-o',
        at('o.wav'),
        '--chain',
        at('c.json'),
        '--report',
        at('r.json'),
    );
    assert.equal(status, 0);
    for (const word of [
        '"author" is unknown',
        '"colour" is unknown',
        '"new_knob" is unknown',
        `made with version ${first.version + 1}`,
    ])
        assert.ok(stderr.includes(word), word);
    assert.deepEqual(report('r.json').plugins[0].unknown, { colour: 'red', new_knob: 3 });
    const out = read('o.wav');
    assert.ok(render(first).equals(out));
});

test('a band above what the rate can hold is clamped and reported; below it nothing is said', () => {
    const low = wav('low_rate.wav', 8000, noise(8000, 0.1));
    const rows: [plugin: string, set: string[], hz: string, above: number, below: number][] = [
        ['surgical_eq', ['band1_on=true', 'band1_gain_db=6'], 'band1_freq_hz', 5000, 3900],
        ['mastering_eq', ['band3_on=true', 'band3_gain_db=6', 'phase=minimum'], 'band3_freq_hz', 9000, 7800],
        ['vintage_eq', ['stepped=false', 'model=ssl_e', 'high_gain_db=6'], 'high_freq_hz', 5000, 3900],
    ];
    for (const [plugin, set, key, above, below] of rows) {
        const run = (hz: number): ReturnType<typeof dawg> =>
            dawg(
                ...['render', low, '-o', at('clamped.wav'), '--plugin', plugin],
                ...[...set, `${key}=${hz}`].flatMap((one) => ['--set', one]),
            );
        const clamped = run(above);
        assert.equal(clamped.status, 0);
        assert.match(clamped.stderr, new RegExp(`${plugin}: 1 band\\(s\\) lie above what 8000 Hz can hold`));
        assert.equal(run(below).stderr, '', plugin);
    }
});

test('a key that auto_eq cannot follow, short or silent, is reported; one that it follows is not', () => {
    const input = wav('followed.wav', 48000, noise(4 * 48000, 0.1));
    const run = (...more: string[]): ReturnType<typeof dawg> =>
        dawg('render', input, '-o', at('follows.wav'), '--plugin', 'auto_eq', ...more);
    const rows: [name: string, seconds: number, level: number, said: RegExp | undefined][] = [
        [
            'short_key.wav',
            0.8,
            0.1,
            /auto_eq did not follow the key .*short_key\.wav: it takes 1\.5 s.* heard [56]\d %/,
        ],
        ['silent_key.wav', 4, 0, /auto_eq did not follow the key .*silent_key\.wav: .* heard 0 %/],
        ['long_key.wav', 4, 0.1, undefined],
    ];
    for (const [name, seconds, level, said] of rows) {
        const { status, stderr } = run('--key', wav(name, 48000, noise(seconds * 48000, level)));
        assert.equal(status, 0);
        if (said) assert.match(stderr, said);
        else assert.equal(stderr, '', name);
    }
    assert.equal(run().stderr, '');
});
