// Whatever fails while model and runtime of a suggestion load, audio goes on bit by bit, the error says what to do, and the
// next try works.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { loadEngine } from '../../tools/dawg/assets.js';
import { makeSlot } from '../../web/src/chain.js';
import { Rack } from '../../web/src/rack.js';
import { manifest } from '../wasm/builds.js';
import { KEY, noise, serveLevellers } from '../worker/brain.js';
import { Harness, PAGES, isFull } from './harness.js';
import { planar } from './jobs.js';

const RATE = 48000;
const FAULT = { hz: 300, gain_db: 9, q: 1.4 };
const harness = new Harness();
describe('suggest, failing', { concurrency: 2 }, () => {
    before(() => serveLevellers(harness.server.files, 'good'));

    for (const words of isFull ? PAGES : (['isolated'] as const))
        test(`${words}: models that are missing, damaged or of another version, a runtime that is blocked, a worker that dies: audio goes on, each try says why, the next works`, async () => {
            const seconds = 6;
            const slot = makeSlot(manifest, 'surgical_eq');
            const settings = { band2_on: 1, band2_gain_db: 6, output_db: -3 };
            for (const [key, plain] of Object.entries(settings))
                slot.values.set(
                    slot.info.params.findIndex((p) => p.key === key),
                    plain,
                );
            const rack = new Rack(loadEngine(manifest), [slot], RATE, 128, 120);
            const one = noise(1, RATE, FAULT);
            const looped = Float32Array.from({ length: seconds * RATE }, (_, i) => one[i % RATE]);
            const out = [new Float32Array(seconds * RATE), new Float32Array(seconds * RATE)] as const;
            rack.process([looped, looped], undefined, out, 0, seconds * RATE);
            harness.server.files.set('expected', planar(out)).set('second', planar([one, one]));

            const folder = `broken-${words}`;
            const seen = await harness.visit(
                words,
                async ({ rate, seconds, folder, settings, key }) => {
                    const put = async (name: string, body: BodyInit) => {
                        await fetch(`./files/${folder}/${name}`, { method: 'PUT', body });
                    };
                    const good = async (name: string) => (await fetch(`./files/good/${name}`)).arrayBuffer();
                    type Registry = import('../../worker/models.js').Registry;
                    const registry = async (change: (model: Registry['models'][number]) => void) => {
                        const json = JSON.parse(new TextDecoder().decode(await good('models.json'))) as Registry;
                        change(json.models[0]);
                        await put('models.json', JSON.stringify(json));
                    };
                    const workers = kit.watchWorkers();
                    const context = new AudioContext({ sampleRate: rate });
                    const engine = await dawg.createEngine(context, {
                        modelBaseUrl: `./files/${folder}`,
                        ortWasmPaths: `./files/${folder}/ort`,
                    });
                    const eq = await engine.create('surgical_eq', { ...settings, band2_on: true });
                    let crashes = 0;
                    eq.onprocessorerror = () => ++crashes;
                    const start = Math.ceil(((context.currentTime + 0.5) * rate) / 128) * 128;
                    const recorded = await kit.record(eq, start, seconds * rate);
                    const source = new AudioBufferSourceNode(context, {
                        buffer: kit.bufferOf(context, await kit.getStereo('second')),
                        loop: true,
                    });
                    source.start(start / rate);
                    source.connect(eq);
                    const brain = await engine.brain();
                    const attempt = () => kit.refusal(() => brain.suggest(eq, { seconds: 1 }));

                    const reasons = [await attempt()]; // no registry
                    await registry(() => undefined);
                    reasons.push(await attempt()); // no model, no runtime
                    await put(`${key}.onnx`, (await good(`${key}.onnx`)).slice(0, 5000));
                    for (const name of ['ort.wasm.bundle.min.mjs', 'ort-wasm-simd-threaded.wasm'])
                        if (name.endsWith('.wasm')) await put(`ort/${name}`, new Uint8Array(100));
                        else await put(`ort/${name}`, await (await fetch(`./browser/ort/${name}`)).arrayBuffer());
                    reasons.push(await attempt()); // damaged
                    await registry((model) => (model.features = 99));
                    reasons.push(await attempt());
                    await registry((model) => (model.schema.surgical_eq = 'beef'));
                    reasons.push(await attempt());
                    await registry(() => undefined);
                    await put(`${key}.onnx`, await good(`${key}.onnx`));
                    reasons.push(await attempt()); // the runtime is no wasm
                    const wasm = 'ort/ort-wasm-simd-threaded.wasm';
                    await put(wasm, await (await fetch(`./browser/${wasm}`)).arrayBuffer());

                    const events: string[] = [];
                    engine.on('worker', ({ state }) => events.push(state));
                    let kills = 0;
                    const suggestion = await brain.suggest(eq, {
                        seconds: 1,
                        onProgress: ({ part }) => {
                            if (part === 'runtime' && kills++ === 0) workers.at(-1)!.terminate();
                        },
                    });
                    const channels = await recorded();
                    const expected = await kit.getStereo('expected');
                    const same = (await kit.sha256(channels)) === (await kit.sha256(expected));
                    const end = context.currentTime - start / rate;
                    await engine.destroy();
                    await context.close();
                    return { reasons, same, events, crashes, changes: suggestion.changes.length, end };
                },
                { rate: RATE, seconds, folder, settings, key: KEY },
                /404|magic word|wasm|Aborted/,
            );
            const patterns = [
                /models\.json could not be fetched: 404.*modelBaseUrl says where the models are/,
                /(auto_eq_blind\.onnx could not be fetched: 404.*modelBaseUrl|ort-wasm\S* could not be fetched: 404.*ortWasmPaths)/,
                /auto_eq_blind\.onnx is not the model of the registry: it has 5000 bytes and SHA-256/,
                /version 99 of the feature frame, this engine has 1: take engine and models from the same version/,
                /other parameters of surgical_eq \(schema beef\)/,
                /onnxruntime-web cannot open auto_eq_blind\.onnx/,
            ];
            patterns.forEach((pattern, i) => assert.match(seen.reasons[i], pattern));
            assert.deepEqual(seen.events, ['lost', 'restarted']);
            assert.ok(seen.changes > 0, 'the next try works');
            assert.equal(seen.crashes, 0);
            assert.ok(seen.same, 'the recording has the bits of a rendering');
        });
});
