// What loading a model and one frame cost on each runtime, by the worker's own code: in Node, or as a module worker of a
// page, which is given its task in a message. Files take turns, so that the machine's mood hits all.
import { Analysis } from '../../dist/worker/analysis.js';
import { CoreRuntime } from '../../dist/worker/core_runtime.js';
import { fetchFile } from '../../dist/worker/files.js';
import { OrtRuntime, runtimeIn } from '../../dist/worker/session.js';

const OPENED = 3; // times; the least counts
/** Rounds, and answers in each: the mean of a round counts, and of those the least. WebGPU may be software. */
const REPEATS = { wasm: [100, 5], core: [100, 5], webgpu: [3, 2] };

const start = {
    core: ({ module, hash }) => new CoreRuntime(new Analysis(module, { hash })),
    ort: (provider, { ort, read }) => OrtRuntime.load(provider, runtimeIn(ort, provider), 1, read, () => undefined),
};

/** files: [{name, bytes}]. first_ms: from nothing to an open model, with the first file. Of each file: load_ms with the
 * runtime there, run_ms of one frame. */
export async function time(provider, files, given) {
    const began = performance.now();
    const runtime = await (start[provider]?.(given) ?? start.ort(provider, given));
    await (await runtime.open(files[0].bytes, files[0].name)).close();
    const first_ms = performance.now() - began;
    const models = [];
    for (const { name, bytes } of files) {
        let [session, load_ms] = [undefined, Infinity];
        for (let i = 0; i < OPENED; ++i) {
            await session?.close();
            const opening = performance.now();
            session = await runtime.open(bytes, name);
            load_ms = Math.min(load_ms, performance.now() - opening);
        }
        const frame = (input, width) => new Float32Array(width).fill(input === 'goal' ? 0 : -50);
        const feeds = Object.fromEntries(Array.from(session.inputs, ([input, width]) => [input, frame(input, width)]));
        models.push({ name, session, feeds, load_ms, run_ms: Infinity });
    }
    const [rounds, answers] = REPEATS[provider];
    for (let round = 0; round < rounds; ++round)
        for (const model of models) {
            const running = performance.now();
            for (let i = 0; i < answers; ++i) await model.session.run(model.feeds, 1);
            model.run_ms = Math.min(model.run_ms, (performance.now() - running) / answers);
        }
    return {
        first_ms,
        files: Object.fromEntries(models.map(({ name, load_ms, run_ms }) => [name, { load_ms, run_ms }])),
    };
}

/** As a worker: {provider, files: [{name, url}], module: address, hash, ort: address}. */
globalThis.onmessage = async ({ data }) => {
    const { provider, files, module, hash, ort } = data;
    const read = (url) => fetchFile(url, 'the tests serve it');
    try {
        const all = await Promise.all(files.map(async ({ name, url }) => ({ name, bytes: await read(url) })));
        const compiled = await WebAssembly.compile(await read(module));
        globalThis.postMessage(await time(provider, all, { module: compiled, hash, ort, read }));
    } catch (error) {
        globalThis.postMessage({ skipped: String(error) });
    }
};
