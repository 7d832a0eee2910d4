// The curves that plugins draw of themselves (core/draw.h), as the page asks for them: the same bits in every build.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { loadEngine } from '../../tools/dawg/assets.js';
import type { PluginInfo } from '../../web/src/manifest.js';
import { seededRandom } from '../../web/src/random.js';
import type { Engine } from '../../worklet/engine.js';
import { NATIVE_BUILDS, WASM_BUILDS, isFull, manifest, seedOf } from './builds.js';

const RATES = [8000, 44100, 48000, 96000, 192000];
const SETS = isFull ? 20 : 4;
const POINTS = 200;

const drawn = manifest.plugins.filter(({ curve }) => curve !== null);
const numberOf = (plugin: PluginInfo): number => manifest.plugins.indexOf(plugin);
const bits = (y: Float32Array | undefined): Buffer => {
    assert.ok(y);
    return Buffer.from(y.buffer, y.byteOffset, y.byteLength);
};

/** Both ends of the range, what lies beyond them, and points between. */
function points({ curve }: PluginInfo, rate: number): Float32Array {
    const u = Array.from({ length: POINTS }, (_, i) => i / (POINTS - 1));
    return curve === 'response'
        ? Float32Array.of(0, -1, rate / 2, rate, Infinity, NaN, ...u.map((t) => 10 * (rate / 20) ** t))
        : Float32Array.of(-Infinity, -300, 81, Infinity, NaN, ...u.map((t) => 280 * t - 200));
}

/** The defaults first, then any values. */
const settings = (engine: Engine, plugin: PluginInfo, set: number): Float32Array => {
    const random = seededRandom(seedOf(`curve ${plugin.key} ${set}`));
    return Float32Array.from(plugin.params.slice(0, -1), (p, i) =>
        set ? engine.toPlain(numberOf(plugin), i, random()) : p.def,
    );
};

/** By the native build's dawg-curve. */
const nativeCurve = (
    build: string,
    plugin: PluginInfo,
    rate: number,
    values: Float32Array,
    x: Float32Array,
    part: number,
): Buffer =>
    execFileSync(`build/${build}/dawg-curve`, [plugin.key, `${rate}`, `${part}`], {
        input: Buffer.concat([bits(values), bits(x)]),
    });

test('the registry has a response and a transfer curve to draw', () => {
    assert.deepEqual([...new Set(drawn.map(({ curve }) => curve))].sort(), ['response', 'transfer']);
});

for (const plugin of drawn)
    test(`E-9 ${plugin.key}: its curve has the same bits in ${[...NATIVE_BUILDS, ...WASM_BUILDS].join(', ')}`, () => {
        const engines = WASM_BUILDS.map((build) => loadEngine(manifest, build));
        for (let set = 0; set < SETS; ++set) {
            const rate = RATES[set % RATES.length];
            const [values, x] = [settings(engines[0], plugin, set), points(plugin, rate)];
            for (let part = 0; part <= plugin.curveParts; ++part) {
                const [first, ...others] = engines.map((e) => e.curve(numberOf(plugin), rate, values, x, part));
                for (const y of others) assert.deepEqual(bits(y), bits(first));
                for (const build of set < 2 || isFull ? NATIVE_BUILDS : ['native'])
                    assert.deepEqual(nativeCurve(build, plugin, rate, values, x, part), bits(first), build);
            }
        }
    });

test('values that are missing or NaN are the defaults, those out of range the ends; bypass changes nothing', () => {
    const engine = loadEngine(manifest);
    for (const plugin of drawn) {
        const x = points(plugin, 48000);
        const y = (values: ArrayLike<number>): Buffer => bits(engine.curve(numberOf(plugin), 48000, values, x));
        const defaults = plugin.params.map(({ def }) => def);
        assert.deepEqual(y([]), y(defaults));
        assert.deepEqual(y(defaults.map(() => NaN)), y(defaults));
        assert.deepEqual(y([...defaults.slice(0, -1), 1]), y(defaults));
        assert.deepEqual(y(plugin.params.map(() => 1e9)), y(plugin.params.map(({ max }) => max)));
    }
});

test('limiter: 1 dB per dB up to the ceiling, then flat', () => {
    const limiter = drawn.find(({ key }) => key === 'limiter');
    assert.ok(limiter);
    const y = loadEngine(manifest).curve(numberOf(limiter), 48000, [3, -2], Float32Array.of(-60, -6, -5, 0, 20));
    assert.ok(y);
    [-57, -3, -2, -2, -2].forEach((level, i) => assert.ok(Math.abs(y[i] - level) < 1e-4, `${y[i]}, not ${level}`));
});

test('what has no curve gives undefined, no points give none, bad numbers are RangeErrors', () => {
    const engine = loadEngine(manifest);
    const x = Float32Array.of(0);
    manifest.plugins.forEach(({ curve, curveParts }, plugin) => {
        assert.equal(engine.curve(plugin, 48000, [], x) === undefined, curve === null);
        for (const part of [curveParts + 1, -1]) assert.equal(engine.curve(plugin, 48000, [], x, part), undefined);
        if (curve) assert.equal(engine.curve(plugin, 48000, [], [])?.length, 0);
    });
    assert.throws(() => engine.curve(99, 48000, [], x), { name: 'RangeError', message: /there are 0 \.\. / });
    assert.throws(() => engine.curve(0, 7999, [], x), { name: 'RangeError', message: /8000 \.\. 192000/ });
});

test('a curve of a million points leaves what plays, and its buffers, as they were', () => {
    const engine = loadEngine(manifest);
    engine.reserve(128);
    engine.input[0].fill(0.5);
    const x = engine.create(0, 48000);
    assert.equal(engine.curve(numberOf(drawn[0]), 48000, [], new Float32Array(2 ** 20))?.length, 2 ** 20);
    assert.ok(engine.input[0].every((sample) => sample === 0.5));
    x.process(128, 1);
    assert.ok(engine.output[1].every((sample) => sample === 0.5));
    const { buffer } = engine.memory;
    for (let i = 0; i < 1000; ++i) engine.curve(numberOf(drawn[0]), 48000, [], new Float32Array(512));
    assert.equal(engine.memory.buffer, buffer, 'smaller ones need no more memory');
});
