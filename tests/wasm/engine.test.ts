// The engine over one wasm memory: pairing with the manifest, memory, real-time safety, containment of bad input.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { loadEngine, loadModule } from '../../tools/dawg/assets.js';
import { seededRandom } from '../../web/src/random.js';
import { Engine } from '../../worklet/engine.js';
import type { Stereo } from '../../worklet/engine.js';
import { WASM_BUILDS, manifest, randomEvents, record, runWasm, sha256, testSignals } from './builds.js';

const RATE = 48000;
const RATES = [8000, 11025, 44100, 48000, 96000, 192000];

for (const build of WASM_BUILDS)
    test(`${build}: the module carries the manifest's ABI and hash, and another manifest is refused by name`, () => {
        const module = loadModule(build, 'worklet');
        assert.doesNotThrow(() => new Engine(module, manifest));
        const wrong = [{ hash: '01234567' }, { abi: 99 }, { plugins: manifest.plugins.slice(1) }];
        for (const part of wrong)
            assert.throws(
                () => new Engine(module, { ...manifest, ...part }),
                /does not belong to this manifest .*build again/s,
            );
    });

test('the module is small enough for 22 plugins in 185 kB gzip: 75 kB that they share, and 110 kB for all of them', (t) => {
    const bytes = readFileSync('build/worklet/dawg-worklet.wasm');
    const gzip = gzipSync(bytes, { level: 9 }).length;
    const plugins = manifest.plugins.length;
    t.diagnostic(`dawg-worklet.wasm: ${bytes.length} bytes, ${gzip} gzip, ${plugins} plugins`);
    record('E-12', `gzip of the module, ${plugins} plugins`, gzip, 'bytes', '<= 75000 + 110000 / 22 per plugin');
    assert.ok(gzip <= 75_000 + (110_000 / 22) * plugins, `${gzip} bytes gzip`);
});

test('a bad plugin number, rate or number of frames is a RangeError that says what is allowed', () => {
    const engine = loadEngine(manifest);
    assert.throws(() => engine.create(manifest.plugins.length, RATE), {
        name: 'RangeError',
        message: /there are 0 \.\. /,
    });
    for (const rate of [0, 7999, 192001, NaN, Infinity, -48000])
        assert.throws(() => engine.create(0, rate), { name: 'RangeError', message: /8000 \.\. 192000/ });
    engine.reserve(128);
    const x = engine.create(0, RATE);
    for (const frames of [129, -1, NaN, 1.5, Infinity])
        assert.throws(() => x.process(frames), {
            name: 'RangeError',
            message: /frames: allowed are whole numbers 0 \.\. 128; for more, reserve\(\)/,
        });
    for (const frames of [0, -1, NaN, 1.5, 2 ** 26 + 1, 2 ** 32 + 1])
        assert.throws(() => engine.reserve(frames), { name: 'RangeError', message: /1 \.\. 67108864/ });
    assert.equal(engine.frames, 128, 'and the buffers are as they were');
});

test('values: ok, clamped, rejected, and a full queue are told apart and counted', () => {
    const engine = loadEngine(manifest);
    engine.reserve(128);
    const x = engine.create(0, RATE);
    const p = manifest.plugins[0].params.findIndex(({ curve, automatable }) => curve === 'lin' && automatable);
    const { min, max } = manifest.plugins[0].params[p];
    assert.equal(x.set(p, max), 'ok');
    assert.equal(x.get(p), Math.fround(max));
    assert.equal(x.set(p, min - 1000), 'clamped');
    assert.equal(x.get(p), Math.fround(min));
    assert.equal(x.set(p, NaN), 'rejected');
    assert.equal(x.set(manifest.plugins[0].params.length, 0), 'rejected');
    x.process(1); // now a control period has begun: events wait
    for (let i = 0; i < 256; ++i) assert.equal(x.schedule(2 ** 40 + i, p, min), 'ok');
    x.process(128); // frame 2^40 has not come: none of them is due
    assert.equal(x.schedule(2 ** 40, p, min), 'queue full');
    assert.deepEqual(x.counters, { guarded: 0, clamped: 1, rejected: 2, dropped: 1, faults: 0 });
    x.reset();
    assert.equal(x.schedule(2 ** 40, p, min), 'ok', 'a reset forgets waiting events');
});

test('events before the beginning are for now, events at no time at all are rejected', () => {
    const engine = loadEngine(manifest);
    engine.reserve(128);
    const x = engine.create(0, RATE);
    const p = manifest.plugins[0].params.length - 1; // bypass
    assert.equal(x.schedule(-1, p, 1), 'ok');
    assert.equal(x.get(p), 1, 'before the first process() at once');
    for (const frame of [NaN, Infinity, 2 ** 53]) assert.equal(x.schedule(frame, p, 0), 'rejected');
    assert.equal(x.get(p), 1);
    assert.equal(x.counters.rejected, 3);
});

test('destroying an instance twice leaves the one that took its place alone', () => {
    const engine = loadEngine(manifest);
    const used = engine.memoryUsed;
    const x = engine.create(0, RATE);
    x.destroy();
    const y = engine.create(0, RATE);
    const usedByOne = engine.memoryUsed;
    x.destroy();
    assert.equal(engine.memoryUsed, usedByOne);
    y.destroy();
    assert.equal(engine.memoryUsed, used);
});

test('knob positions map to the ends of every range and back', () => {
    const engine = loadEngine(manifest);
    manifest.plugins.forEach(({ params }, plugin) => {
        params.forEach((p, i) => {
            assert.equal(engine.toPlain(plugin, i, 0), Math.fround(p.min));
            assert.equal(engine.toPlain(plugin, i, 1), Math.fround(p.max));
            const knob = engine.toKnob(plugin, i, p.def);
            assert.ok(
                Math.abs(engine.toPlain(plugin, i, knob) - p.def) <= 1e-5 * Math.max(1, Math.abs(p.def)),
                `${p.key} ${p.def}`,
            );
        });
    });
});

test('500 create/destroy cycles leave the memory as it was', () => {
    const engine = loadEngine(manifest);
    engine.reserve(128);
    const used = engine.memoryUsed;
    const random = seededRandom(500);
    const live: { destroy(): void }[] = [];
    let bytesAfter100 = 0;
    for (let i = 0; i < 500; ++i) {
        live.push(engine.create(i % manifest.plugins.length, RATES[Math.floor(random() * RATES.length)]));
        while (live.length > 6 * random()) live.splice(Math.floor(random() * live.length), 1)[0].destroy();
        if (i === 100) bytesAfter100 = engine.memory.buffer.byteLength;
    }
    for (const x of live) x.destroy();
    assert.equal(engine.memoryUsed, used);
    assert.ok(
        engine.memory.buffer.byteLength <= 1.5 * bytesAfter100,
        `${engine.memory.buffer.byteLength} after ${bytesAfter100}`,
    );
});

test('the memory full: creation is an error, not a trap, and what plays goes on', () => {
    const engine = loadEngine(manifest);
    engine.reserve(128);
    const x = engine.create(0, RATE);
    assert.throws(() => engine.reserve(2 ** 26), /No memory for audio buffers/);
    engine.reserve(Math.floor((2 ** 30 - 2 ** 26) / 24)); // all but some MiB of the 1 GiB
    const live: { destroy(): void }[] = [];
    assert.throws(() => {
        for (let i = 0; i < 10_000; ++i) live.push(engine.create(i % manifest.plugins.length, 192000));
    }, /No memory for \w+ \(\d+ bytes\)/);
    engine.input[0].fill(0.5, 0, 128);
    engine.input[1].fill(0.5, 0, 128);
    x.process(128);
    assert.ok(engine.output[0].subarray(0, 128).every(Number.isFinite));
    for (const y of live) y.destroy();
    assert.doesNotThrow(() => engine.create(0, 192000).destroy());
});

for (const plugin of manifest.plugins) {
    const { input, key } = testSignals(RATE, 2 * RATE, RATE);
    const side = plugin.sideChannels ? key : undefined;

    test(`E-4 ${plugin.key}: the memory neither grows nor moves while audio and events run`, () => {
        const engine = loadEngine(manifest);
        engine.reserve(512);
        engine.create(manifest.plugins.indexOf(plugin), RATE).destroy(); // the room it needs is there from now on
        const { buffer } = engine.memory;
        const used = engine.memoryUsed;
        for (const block of [1, 128, 512])
            runWasm(engine, plugin, RATE, block, randomEvents(plugin, engine, 2 * RATE, RATE), input, side);
        assert.equal(engine.memory.buffer, buffer);
        assert.equal(engine.memoryUsed, used);
    });

    test(`E-6 ${plugin.key}: NaN, infinities and huge input are heard as 0, bit for bit, and counted`, () => {
        const engine = loadEngine(manifest);
        engine.reserve(128);
        const bad = [NaN, Infinity, -Infinity, 1.0001e4, -3e38];
        const [clean, dirty] = [0, 1].map(() => input.map((channel) => channel.slice()) as unknown as Stereo);
        const random = seededRandom(6);
        let count = 0;
        for (let i = 0; i < 2 * RATE; i += 1 + Math.floor(random() * 900))
            for (const c of [0, 1] as const) {
                clean[c][i] = 0;
                dirty[c][i] = bad[count++ % bad.length];
            }
        const [a, b] = [clean, dirty].map((x) => runWasm(engine, plugin, RATE, 128, [], x, side));
        assert.ok(b.every((channel) => channel.every(Number.isFinite)));
        assert.equal(sha256(a), sha256(b));

        const x = engine.create(manifest.plugins.indexOf(plugin), RATE);
        for (let at = 0; at < dirty[0].length; at += 128) {
            dirty.forEach((channel, c) => engine.input[c].set(channel.subarray(at, at + 128)));
            x.process(Math.min(128, dirty[0].length - at));
        }
        assert.equal(x.counters.guarded, count);
        assert.equal(x.counters.faults, 0);
    });
}
