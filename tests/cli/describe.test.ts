// dawg describe: the manifest as the issue of the command line fixes it, and tables in which a person finds everything.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manifest, succeed } from './command.js';

const json = (...args: string[]): Record<string, unknown> =>
    JSON.parse(succeed('describe', ...args, '--json')) as Record<string, unknown>;

test('--json: every field that scripts rely on', () => {
    const all = json() as unknown as typeof manifest;
    assert.deepEqual(all, manifest);
    const has = (object: object, ...keys: string[]): void => {
        for (const key of keys) assert.ok(key in object, `${key} is missing in ${JSON.stringify(object).slice(0, 80)}`);
    };
    has(all, 'abi', 'hash', 'plugins');
    assert.match(all.hash, /^[0-9a-f]{8}$/);
    for (const plugin of all.plugins) {
        has(
            plugin,
            'key',
            'name',
            'help',
            'category',
            'version',
            'channels',
            'sideChannels',
            'params',
            'presets',
            'meters',
            'latency',
            'curve',
            'curveParts',
            'bandHz',
        );
        for (const p of plugin.params) {
            has(p, 'key', 'name', 'unit', 'curve', 'min', 'max', 'def', 'labels', 'help', 'automatable', 'mlTarget');
            assert.ok(['lin', 'log', 'int', 'enum', 'bool'].includes(p.curve));
            assert.ok(p.min <= p.def && p.def <= p.max, `${plugin.key} ${p.key}`);
            assert.equal(p.labels.length, p.curve === 'enum' ? p.max + 1 : 0);
        }
        for (const preset of plugin.presets) has(preset, 'key', 'name', 'promise', 'values');
        for (const meter of plugin.meters) has(meter, 'key', 'name', 'unit');
    }
});

for (const plugin of manifest.plugins) {
    test(`describe ${plugin.key} --json: that plugin alone, in the same shape`, () => {
        assert.deepEqual(json(plugin.key), { ...manifest, plugins: [plugin] });
    });

    test(`describe ${plugin.key}: every parameter with range and default, every label, preset, promise and meter`, () => {
        const text = succeed('describe', plugin.key);
        for (const p of plugin.params) {
            const line = text.split('\n').find((l) => l.trimStart().startsWith(`${p.key} `)) ?? '';
            assert.ok(line.includes(p.help), `${p.key}: ${line}`);
            for (const label of p.labels) assert.ok(line.includes(label), `${p.key} ${label}`);
            if (p.curve === 'lin' || p.curve === 'log' || p.curve === 'int')
                assert.ok(line.includes(`${p.min} .. ${p.max}`), line);
        }
        for (const preset of plugin.presets)
            assert.ok(text.includes(preset.key) && text.includes(preset.promise), preset.key);
        for (const meter of plugin.meters) assert.ok(text.includes(meter.key), meter.key);
    });
}

test('describe: one line per plugin', () => {
    const text = succeed('describe');
    for (const { key, help } of manifest.plugins) assert.match(text, new RegExp(`^${key} .*${help.slice(0, 20)}`, 'm'));
});
