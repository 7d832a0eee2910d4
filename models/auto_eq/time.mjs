// Milliseconds of each ONNX file under onnxruntime-web in Node, one thread: node models/auto_eq/time.mjs FILE... (JSON)
// Loading is once, the answer to one frame the least of many; files take turns, so that the machine's mood hits all.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { performance } from 'node:perf_hooks';
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';

const ROUNDS = 20;
const REPEATS = 25;
const WIDTH = { goal: 5, features: 527, reference: 527 };

env.wasm.numThreads = 1;
env.logLevel = 'error';
const models = [];
for (const file of process.argv.slice(2)) {
    const content = readFileSync(file);
    const began = performance.now();
    const session = await InferenceSession.create(content, { executionProviders: ['wasm'] });
    const load_ms = performance.now() - began;
    const feeds = Object.fromEntries(
        session.inputNames.map((name) => [
            name,
            new Tensor('float32', new Float32Array(WIDTH[name]).fill(name === 'goal' ? 0 : -50), [1, WIDTH[name]]),
        ]),
    );
    models.push({ file: basename(file), session, feeds, load_ms, run_ms: Infinity });
}
for (let round = 0; round < ROUNDS; ++round)
    for (const model of models)
        for (let i = 0; i < REPEATS; ++i) {
            const began = performance.now();
            await model.session.run(model.feeds);
            model.run_ms = Math.min(model.run_ms, performance.now() - began);
        }
console.log(JSON.stringify(models.map(({ file, load_ms, run_ms }) => ({ file, load_ms, run_ms }))));
