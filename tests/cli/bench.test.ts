// dawg bench prints what scripts rely on, and npm run bench compares like with like; how fast a plugin is, is no test.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import type { BenchRow } from '../../tools/dawg/bench.js';
import { brainRows } from '../../tools/bench/brain.js';
import { BELLS, HIGH_BELL, bellParams, errorDb } from '../../tools/bench/bells.js';
import { curveErrorDb } from '../../tools/bench/compressors.js';
import { overshootDb } from '../../tools/bench/limiters.js';
import {
    CASES,
    bellMakers,
    caseRows,
    caseValues,
    compressorMakers,
    impulse,
    limiterMakers,
    multibandMakers,
} from '../../tools/bench/cases.js';
import { render } from '../../tools/bench/peers.js';
import { RATE, busyValues } from '../../tools/dawg/measure.js';
import { manifest, succeed } from './command.js';

test('--json: key, us, us_min, us_max of every plugin, and native_us where the native build is there', () => {
    const rows = JSON.parse(succeed('bench', '--json')) as BenchRow[];
    assert.deepEqual(
        rows.map(({ key }) => key),
        manifest.plugins.map(({ key }) => key),
    );
    for (const row of rows) {
        assert.ok(row.us_min > 0 && row.us_min <= row.us && row.us <= row.us_max, JSON.stringify(row));
        assert.equal(row.native_us !== undefined, existsSync('build/native/dawg-bench'));
        assert.ok(row.native_us === undefined || row.native_us > 0);
    }
});

test('bench PLUGIN: that one, as a table', () => {
    const [{ key }] = manifest.plugins;
    const lines = succeed('bench', key).trim().split('\n');
    assert.match(lines[0], /µs per 128 frames +median +least +most +native/);
    assert.match(lines[1], new RegExp(`^${key}( +[\\d.-]+){4}$`));
    assert.equal(lines.length, 2);
});

test('the settings that are timed keep every stage at work: switches on, no gain at 0 dB', () => {
    for (const plugin of manifest.plugins) {
        const busy = new Map(busyValues(plugin));
        plugin.params.slice(0, -1).forEach((p, i) => {
            const value = busy.get(i) ?? p.def;
            assert.ok(value >= p.min && value <= p.max, `${plugin.key} ${p.key} = ${value}`);
            if (p.curve === 'bool') assert.equal(value, 1, `${plugin.key} ${p.key}`);
            if (p.curve === 'lin' && p.unit === 'dB' && p.min < 0 && p.max > 0)
                assert.notEqual(value, 0, `${plugin.key} ${p.key}`);
        });
    }
});

test('npm run bench: surgical_eq, plain biquads and Faust make the same eight bells, within 0.2 dB to 2 kHz', async () => {
    for (const [name, effect] of Object.entries(await bellMakers(manifest, BELLS))) {
        const error = errorDb(render(effect, impulse()), BELLS, RATE, 2000);
        assert.ok(error <= 0.2, `${name}: ${error} dB`);
    }
});

test('npm run bench: of a bell at 16 kHz, +12 dB, plain biquads miss 6.2 dB, Vicanek’s filters 0.33, surgical_eq under 0.12', async () => {
    // 6.22 is the bilinear transform's own; 0.33 what M. Vicanek's formulas give in double (both ± 0.01)
    const truth: Record<string, [number, number]> = {
        surgical_eq: [0, 0.12],
        'plain JavaScript, biquads': [6.21, 6.23],
        "Faust's ve.peaking2Matched, wasm": [0.32, 0.34],
    };
    const makers = await bellMakers(manifest, [HIGH_BELL]);
    assert.deepEqual(Object.keys(makers), Object.keys(truth));
    for (const [name, effect] of Object.entries(makers)) {
        const error = errorDb(render(effect, impulse()), [HIGH_BELL], RATE);
        assert.ok(error >= truth[name][0] && error <= truth[name][1], `${name}: ${error} dB`);
    }
});

test('npm run bench: all compressors have the textbook curve: ours within 0.02 dB, Faust within 1, libsonare 2.5', async () => {
    const limits = [0.02, 1, 2.5];
    const makers = Object.entries(await compressorMakers(manifest));
    assert.equal(makers.length, limits.length);
    makers.forEach(([name, effect], i) => {
        const error = curveErrorDb(effect);
        assert.ok(error <= limits[i], `${name}: ${error} dB`);
    });
});

test('npm run bench: true peaks over the ceiling: ours and libsonare within 0.1 dB, Faust looks at samples and is 3 over', async () => {
    const limits = [0.01, 3.5, 0.1];
    const makers = Object.entries(await limiterMakers(manifest));
    assert.equal(makers.length, limits.length);
    makers.forEach(([name, effect], i) => {
        const over = overshootDb(manifest, effect);
        assert.ok(over <= limits[i] && over >= (i === 1 ? 2.5 : -0.5), `${name}: ${over} dB`);
    });
});

test('npm run bench: four bands at 1:1 add up flat: ours within 0.001 dB, Faust’s within 0.1', async () => {
    const limits = [0.001, 0.1];
    const makers = Object.entries(await multibandMakers(manifest, 1));
    assert.equal(makers.length, limits.length);
    makers.forEach(([name, effect], i) => {
        const error = errorDb(render(effect, impulse()), [], RATE);
        assert.ok(error <= limits[i], `${name}: ${error} dB`);
    });
});

test('npm run bench: every case has times, or says what the manifest lacks for it; peers have theirs', async () => {
    const { cases, peers, compressors, limiters, multibands } = await caseRows(manifest, 1);
    assert.deepEqual(
        cases.map(({ plugin, name, aim_us }) => ({ plugin, name, aim_us })),
        CASES.map(({ plugin, name, aim_us }) => ({ plugin, name, aim_us })),
    );
    for (const row of cases)
        if (row.skipped) assert.match(row.skipped, /^(no \w+|\w+ has no \w+(, \w+)*) yet$/);
        else assert.ok(row.us_min && row.us && row.us_max && row.worst_per_median, JSON.stringify(row));
    const [eight] = cases;
    assert.ok(eight.plugin === 'surgical_eq' && eight.us_min && eight.aim_us === 6, JSON.stringify(eight));
    for (const row of peers)
        assert.ok(row.us > 0 && row.ours_us === eight.us_min && row.ratio > 0, JSON.stringify(row));
    for (const row of [...compressors, ...limiters, ...multibands])
        assert.ok(row.us > 0 && row.ours_us > 0 && row.ratio > 0, JSON.stringify(row));
});

test('npm run bench: a case sets what it names, on top of the defaults or of every stage at work', () => {
    const plugin = manifest.plugins.findIndex(({ key }) => key === 'surgical_eq');
    const [{ key, params }] = [manifest.plugins[plugin]];
    const named = (values: [number, number][]): Record<string, number> =>
        Object.fromEntries(values.map(([i, value]) => [params[i].key, value]));
    const bell = { name: 'x', plugin: key, params: bellParams([HIGH_BELL]) };
    const alone = caseValues(manifest, bell);
    const busy = caseValues(manifest, { ...bell, isBusy: true });
    assert.ok(typeof alone !== 'string' && typeof busy !== 'string');
    const set = { band1_on: 1, band1_type: 0, band1_freq_hz: 16000, band1_gain_db: 12, band1_q: 1 };
    assert.deepEqual(named(alone), set);
    assert.deepEqual(named(busy), { ...named(busyValues(manifest.plugins[plugin])), ...set });
    assert.equal(caseValues(manifest, { ...bell, plugin: 'no_such' }), 'no no_such yet');
    assert.equal(caseValues(manifest, { ...bell, params: { no_such_db: 1 } }), 'surgical_eq has no no_such_db yet');
    assert.throws(() => caseValues(manifest, { ...bell, params: { band1_type: 'bel' } }), /bell/);
});

test('the parts of a suggestion: each is timed, and ratios are to the model in the core', async () => {
    const rows = await brainRows(manifest, 1);
    assert.equal(rows.length, 4);
    for (const { ms } of rows) assert.ok(ms > 0, JSON.stringify(rows));
    const core = rows.find(({ name }) => name.endsWith(', core'))!;
    assert.equal(core.ratio, 1);
    for (const { ms, ratio } of rows) assert.ok(Math.abs(ratio - ms / core.ms) <= 0.006, JSON.stringify(rows));
});
