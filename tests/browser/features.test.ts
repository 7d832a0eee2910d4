// FT-4 in the browser: a Web Worker reads the same bits of the same module as Node (and so as Python: tests/wasm).
import assert from 'node:assert/strict';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { loadModule } from '../../tools/dawg/assets.js';
import { Analysis } from '../../worker/analysis.js';
import { manifest, record, testSignals } from '../wasm/builds.js';
import { Harness, PAGES } from './harness.js';
import { planar } from './jobs.js';

const RATE = 44100;
const WORKER = `import { Analysis } from '../worker/analysis.js';
onmessage = ({ data: { module, manifest, channels, rate } }) => {
    const features = new Analysis(module, manifest).features(rate);
    features.process(channels, 0, channels[0].length);
    postMessage([...features.read()]);
};`;

const harness = new Harness();

for (const words of PAGES)
    test(`FT-4 ${words} page: features in a Web Worker = Node`, async () => {
        const { input } = testSignals(RATE, 6 * RATE, 0);
        const here = new Analysis(loadModule('worker', 'worker'), manifest).features(RATE);
        here.process(input, 0, input[0].length);
        const wanted = here.read();
        assert.ok(
            wanted.slice(0, 64).every((db) => db > -100 && db < 0),
            'every band hears the noise',
        );

        harness.server.folders.set('worker', resolve(dirname(fileURLToPath(import.meta.url)), '../../worker'));
        harness.server.files.set('input', planar(input)).set('hear.js', Buffer.from(WORKER));
        const found = await harness.visit(
            words,
            async ({ rate, hash }) => {
                const module = await WebAssembly.compileStreaming(fetch('./browser/dawg-worker.wasm'));
                const worker = new Worker('./files/hear.js', { type: 'module' });
                const frame = new Promise<number[]>((done, fail) => {
                    worker.onmessage = ({ data }) => done(data as number[]);
                    worker.onerror = ({ message }) => fail(new Error(message));
                });
                worker.postMessage({ module, manifest: { hash }, channels: await kit.getStereo('input'), rate });
                try {
                    return await frame;
                } finally {
                    worker.terminate();
                }
            },
            { rate: RATE, hash: manifest.hash },
        );
        const at = found.findIndex((value, i) => !Object.is(value, wanted[i]));
        record('FT-4', `${words} page: values that differ from Node's`, at < 0 ? 0 : 1, '', '0');
        assert.equal(found.length, wanted.length);
        assert.equal(at, -1, `${manifest.features.values[at]?.key} is ${found[at]}, not ${wanted[at]}`);
    });
