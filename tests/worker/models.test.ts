// The registry of models: what it loads, what it refuses and in which words, and that each failure can be mended.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onnxMetadata } from '../../worker/onnx_metadata.js';
import { OrtSession } from '../../worker/session.js';
import { BASE, KEY, MemoryShelf, ORT, PLUGIN, registryOf, setUp, testModel } from './brain.js';
import type { Setup } from './brain.js';

const quiet = (): void => undefined;
const open = async ({ models }: Setup, onLoad: Parameters<typeof models.open>[2] = quiet, plugin = PLUGIN) =>
    models.open(await models.find(KEY, plugin), plugin, onLoad);
const rows = (...firsts: number[]): Float32Array => {
    const features = new Float32Array(12 * firsts.length);
    firsts.forEach((first, row) => (features[12 * row] = first));
    return features;
};
const goals = (count: number): Float32Array => new Float32Array(5 * count);

test('a model is loaded with progress, runs, and is loaded once', async () => {
    const setup = await setUp();
    const seen: Record<string, number[]> = { model: [], runtime: [] };
    const model = await open(setup, (part, loaded, total) => void seen[part].push(loaded / (total ?? NaN)));
    assert.deepEqual(seen.model.at(-1), 1);
    assert.deepEqual(seen.runtime.at(-1), 1);
    assert.ok(seen.model.length > 1 && seen.runtime.length > 1);
    assert.equal(model.provider, 'wasm');
    const { curve_db, sigma_db } = await model.session.run({ features: rows(3, -1), goal: goals(2) }, 2);
    assert.deepEqual([...curve_db], [...Array<number>(32).fill(7), ...Array<number>(32).fill(-1)]);
    assert.deepEqual([...sigma_db], Array<number>(64).fill(0.5));
    assert.equal(await open(setup), model);
    assert.equal(setup.files.asked.filter((url) => url.endsWith('blind.onnx')).length, 1);
});
test('models run one after the other, however many are asked at once; one that fails stops no other', async () => {
    let [running, runs] = [0, 0];
    class Tensor {
        constructor(
            readonly type: string,
            readonly data: Float32Array,
        ) {}
    }
    const run = async ({ x }: { x: Tensor }): Promise<{ y: Tensor }> => {
        assert.equal(++running, 1, 'two at once');
        await new Promise((done) => setTimeout(done, 2));
        --running;
        if (++runs === 2) throw new Error('the second');
        return { y: x };
    };
    const inner = { inputMetadata: [], outputMetadata: [], run };
    const make = (): OrtSession =>
        new OrtSession(...([{ Tensor }, inner] as unknown as ConstructorParameters<typeof OrtSession>));
    const [one, other] = [make(), make()];
    const all = await Promise.allSettled(
        [1, 2, 3, 4].map((x) => (x % 2 ? one : other).run({ x: Float32Array.of(x) }, 1)),
    );
    assert.deepEqual(
        all.map((end) => (end.status === 'fulfilled' ? end.value.y[0] : String(end.reason))),
        [1, 'Error: the second', 3, 4],
    );
});

test('refused with what was given, what is allowed and what to do; the right file mends it', async () => {
    const cases: [string, (setup: Setup) => void, RegExp][] = [
        [
            'missing file',
            ({ files }) => files.byUrl.clear(),
            /blind\.onnx could not be fetched: 404.*modelBaseUrl says where the models are/,
        ],
        [
            'damaged file',
            ({ files }) => void files.byUrl.set(`${BASE}blind.onnx`, testModel({ sigma_db: 0.6 })),
            /not the model of the registry.*SHA-256 \w{16}….*damaged or of another version/,
        ],
        [
            'other features',
            ({ registry }) => void (registry.models[0].features = 2),
            /version 2 of the feature frame, this engine has 1: take engine and models from the same version/,
        ],
        [
            'other parameters',
            ({ registry }) => void (registry.models[0].schema[PLUGIN] = 'ffff'),
            /other parameters of surgical_eq \(schema ffff\) than this engine has \(0123456789abcdef\)/,
        ],
        ['no model', ({ registry }) => void (registry.models = []), /no model "auto_eq_blind"; there are: none/],
    ];
    for (const [name, spoil, reason] of cases) {
        const setup = await setUp();
        const [good, before] = [structuredClone(setup.registry.models), new Map(setup.files.byUrl)];
        spoil(setup);
        await assert.rejects(open(setup), reason, name);
        setup.registry.models = good;
        for (const [url, file] of before) setup.files.byUrl.set(url, file);
        assert.equal((await open(setup)).key, KEY, name);
    }
});
test('the file itself says what it was made for, whatever the registry says', async () => {
    const metadata = { 'dawg.model': KEY, 'dawg.features': '1', 'dawg.schema': '{"surgical_eq":"0123456789abcdef"}' };
    const cases: [Uint8Array<ArrayBuffer>, RegExp][] = [
        [testModel({ metadata: { ...metadata, 'dawg.features': '3' } }), /made for version 3 of the feature frame/],
        [testModel({ metadata: { ...metadata, 'dawg.schema': '{"surgical_eq":"beef"}' } }), /schema beef/],
        [
            testModel({ metadata: { ...metadata, 'dawg.schema': '{"limiter":"beef"}' } }),
            /not made for surgical_eq; it was for: limiter/,
        ],
        [testModel({ metadata: { ...metadata, 'dawg.model': 'other' } }), /says that it is "other", not auto_eq_blind/],
        [testModel({}, 11), /takes 11 features, a frame has 12/],
        [new TextEncoder().encode('<!doctype html><title>login</title>'), /no ONNX file|says that it is ""/],
    ];
    for (const [file, reason] of cases) await assert.rejects(open(await setUp(file)), reason);
    // Right by its metadata, but no graph: the runtime refuses it.
    const headless = testModel().slice(-200);
    await assert.rejects(open(await setUp(headless)), Error);
});
test('a plugin that the model does not know is named with those that it knows', async () => {
    const setup = await setUp();
    await assert.rejects(open(setup, quiet, 'limiter'), /not made for limiter; it was for: surgical_eq/);
});
test('a runtime that is missing, or is no wasm, is refused, and works when it is there', async () => {
    const setup = await setUp(testModel(), { runtime: { js: `${ORT}none.mjs`, wasm: `${BASE}ort.wasm` } });
    await assert.rejects(
        open(setup),
        /ort\.wasm could not be fetched: 404.*ortWasmPaths says where onnxruntime-web is/,
    );
    setup.files.byUrl.set(`${BASE}ort.wasm`, new Uint8Array(1000));
    await assert.rejects(open(setup), /none\.mjs could not be loaded.*ortWasmPaths/s);
    Object.assign(setup.models.files, { runtime: { js: `${ORT}ort.wasm.bundle.min.mjs`, wasm: `${BASE}ort.wasm` } });
    const [log, logged] = [console.error, [] as unknown[]];
    console.error = (...words: unknown[]): void => void logged.push(...words); // emscripten's own
    try {
        await assert.rejects(open(setup), /onnxruntime-web cannot open blind\.onnx: .*magic word/);
    } finally {
        console.error = log;
    }
    Object.assign(setup.models.files, { runtime: ORT });
    assert.equal((await open(setup)).key, KEY);
});
test('a folder of models with a registry of its own', async () => {
    const setup = await setUp(testModel(), { baseUrl: 'https://mine.test/models/', registry: { models: [] } });
    await assert.rejects(open(setup), /https:\/\/mine\.test\/models\/models\.json could not be fetched/);
    const json = (text: string): void =>
        void setup.files.byUrl.set('https://mine.test/models/models.json', Uint8Array.from(Buffer.from(text)));
    json('<html>');
    await assert.rejects(open(setup), /models\.json is no registry of models/);
    const mine = testModel({ sigma_db: 2 });
    json(JSON.stringify(await registryOf(mine)));
    setup.files.byUrl.set('https://mine.test/models/blind.onnx', mine);
    const { session } = await open(setup);
    assert.equal((await session.run({ features: rows(0), goal: goals(1) }, 1)).sigma_db[0], 2);
});
test('what was loaded before is kept, checked again, and fetched anew when it is damaged', async () => {
    const shelf = new MemoryShelf();
    await open(await setUp(testModel(), {}, shelf));
    const again = await setUp(testModel(), {}, shelf);
    await open(again);
    assert.deepEqual(
        again.files.asked.filter((url) => url.endsWith('.onnx')),
        [],
    );
    for (const url of shelf.kept.keys()) shelf.kept.set(url, new Response(new Uint8Array(50)));
    const damaged = await setUp(testModel(), {}, shelf);
    await open(damaged);
    assert.equal(damaged.files.asked.filter((url) => url.endsWith('.onnx')).length, 1);
});
test('in the core: nothing else is loaded; what it cannot run is refused, and what it can run mends it', async () => {
    const setup = await setUp(testModel(), { provider: 'core', runtime: 'https://nowhere.test/' });
    const { session, provider, threads, skipped } = await open(setup);
    assert.deepEqual([provider, threads, skipped], ['core', 1, undefined]);
    const { curve_db, sigma_db } = await session.run({ features: rows(3, -1), goal: goals(2) }, 2);
    assert.deepEqual([...curve_db], [...Array<number>(32).fill(7), ...Array<number>(32).fill(-1)]);
    assert.deepEqual([...sigma_db], Array<number>(64).fill(0.5));
    assert.deepEqual(setup.files.asked, [`${BASE}blind.onnx`]);
    const bad = await setUp(testModel({ sigma_db: NaN }), { provider: 'core' });
    await assert.rejects(
        open(bad),
        /The core cannot run blind\.onnx: weights "sigma": .*not a finite number\. Without provider: 'core', onnx/,
    );
    const good = testModel();
    Object.assign(bad.models.files, { registry: await registryOf(good) });
    bad.files.byUrl.set(`${BASE}blind.onnx`, good);
    assert.equal((await open(bad)).provider, 'core');
});
test('WebGPU where there is none: said, and the wasm build does the work', async () => {
    const model = await open(await setUp(testModel(), { provider: 'webgpu' }));
    assert.equal(model.provider, 'wasm');
    assert.match(model.skipped ?? '', /^webgpu: /);
});

test('metadata of an ONNX file; bytes that end early are refused', () => {
    const file = testModel({ metadata: { a: 'one', 'b.c': 'zwei, größer' } });
    assert.deepEqual(
        [...onnxMetadata(file)],
        [
            ['a', 'one'],
            ['b.c', 'zwei, größer'],
        ],
    );
    assert.throws(() => onnxMetadata(file.subarray(0, file.length - 3)), RangeError);
    assert.throws(() => onnxMetadata(Uint8Array.of(0x0a, 0xff, 0xff)), RangeError);
});
