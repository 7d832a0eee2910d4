// Chains and states as JSON: what is written is read back, older and newer versions included.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadManifest } from '../../tools/dawg/assets.js';
import { parseChain } from '../../web/src/chain.js';
import { InputError } from '../../web/src/errors.js';
import type { ParamValue } from '../../web/src/manifest.js';
import { seededRandom } from '../../web/src/random.js';
import { jsonValue, parseMove, parseValue } from '../../web/src/values.js';

const manifest = loadManifest();
const parse = (json: unknown, notes: string[] = []) => parseChain(manifest, json, 'here', (note) => notes.push(note));

test('every value anywhere in its range survives JSON, bit for bit as a 32-bit float', () => {
    const random = seededRandom(3);
    for (const info of manifest.plugins)
        for (const p of info.params)
            for (const at of [0, 1, random(), random(), random()]) {
                const wide = p.min + at * (p.max - p.min);
                const plain = Math.fround(p.curve === 'lin' || p.curve === 'log' ? wide : Math.round(wide));
                const text = JSON.stringify(jsonValue(p, plain));
                assert.equal(
                    Math.fround(parseValue(info, p, JSON.parse(text) as ParamValue, 'x')),
                    plain,
                    `${p.key} ${text}`,
                );
            }
});

test('a chain, a bare array, a state and a single entry of a state are read alike', () => {
    const entry = { plugin: 'limiter', version: 1, preset: null, params: { input_db: 6 }, bypass: true };
    const forms = [
        { format: 'dawg-chain', version: 1, plugins: [entry] },
        [entry],
        { format: 'dawg-state', version: 1, plugins: [entry] },
        { format: 'dawg-state', ...entry },
    ];
    for (const form of forms) {
        const notes: string[] = [];
        const [slot] = parse(JSON.parse(JSON.stringify(form)), notes);
        const { params } = slot.info;
        const values = Object.fromEntries([...slot.values].map(([param, plain]) => [params[param].key, plain]));
        assert.deepEqual(values, { input_db: 6, bypass: 1 });
        assert.deepEqual(notes, []);
    }
});

test('params win over the preset', () => {
    const info = manifest.plugins.find(({ presets }) => presets.some(({ values }) => Object.keys(values).length > 0));
    const preset = info?.presets.find(({ values }) => Object.keys(values).length > 0);
    assert.ok(info && preset);
    const [key] = Object.keys(preset.values);
    const param = info.params.findIndex((p) => p.key === key);
    const { min } = info.params[param];
    const [slot] = parse([{ plugin: info.key, preset: preset.key, params: { [key]: min } }]);
    assert.equal(slot.values.get(param), min);
    assert.equal(slot.preset, preset.key);
});

test('what a newer version wrote is kept apart and warned about', () => {
    const notes: string[] = [];
    const [slot] = parse(
        [{ plugin: 'limiter', version: 99, later: { x: 1 }, params: { sparkle: 3, input_db: 1 } }],
        notes,
    );
    assert.deepEqual(slot.unknown, { later: { x: 1 } });
    assert.deepEqual(slot.unknownParams, { sparkle: 3 });
    assert.equal(notes.length, 3);
    assert.match(notes.join('\n'), /"later".*\n?.*99|99/);
});

test('a move passes numbers out of range on; what is no value is refused with what is allowed', () => {
    const info = manifest.plugins.find(({ key }) => key === 'surgical_eq') ?? manifest.plugins[0];
    const p = info.params.find(({ key }) => key === 'band1_gain_db') ?? info.params[0];
    assert.equal(parseMove(info, p, 99, 'set'), 99);
    assert.throws(
        () => parseValue(info, p, 99, 'create'),
        /create: surgical_eq band1_gain_db is "99"; allowed: -24 \.\. 24 dB/,
    );
    for (const wrong of [NaN, 'loud', ''])
        assert.throws(
            () => parseMove(info, p, wrong, 'set'),
            (error) => error instanceof InputError && /set: .*allowed: -24 \.\. 24 dB/.test(error.message),
        );
    const type = info.params.find(({ curve }) => curve === 'enum') ?? p;
    assert.equal(parseMove(info, type, type.labels[1].toUpperCase(), 'set'), 1);
    assert.throws(
        () => parseMove(info, type, `${type.labels[1]}x`, 'set'),
        new RegExp(`Did you mean "${type.labels[1]}"`),
    );
});
