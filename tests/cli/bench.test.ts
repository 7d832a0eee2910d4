// dawg bench prints what scripts rely on; how fast a plugin is, is no test.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import type { BenchRow } from '../../tools/dawg/bench.js';
import { busyValues } from '../../tools/dawg/measure.js';
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
