// Milliseconds of ONNX files in Node and in a worker of Chromium, one thread, on onnxruntime-web's wasm, in the core and, the
// first of them, in Chromium on WebGPU: node models/auto_eq/time.mjs FILE...   (npm run build first; JSON: {node, chromium} by provider)
import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { launchChromium, whyNoChromium } from '../../dist/tests/browser/chromium.js';
import { TestServer } from '../../dist/tests/browser/server.js';
import { loadManifest, loadModule } from '../../dist/tools/dawg/assets.js';
import { time } from './timing.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const ORT = 'node_modules/onnxruntime-web/dist';
const WEBGPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
const paths = process.argv.slice(2).map((path) => resolve(path));
const { hash } = loadManifest();

async function inNode() {
    const files = paths.map((path) => ({ name: basename(path), bytes: new Uint8Array(readFileSync(path)) }));
    const given = {
        ...{ module: loadModule('worker', 'worker'), hash },
        ort: `${pathToFileURL(join(root, ORT)).href}/`,
        read: (url) => Promise.resolve(new Uint8Array(readFileSync(new URL(url)))),
    };
    return { wasm: await time('wasm', files, given), core: await time('core', files, given) };
}

/** {skipped: why} where there is no Chromium; so is a provider that it has not. */
async function inChromium() {
    const skipped = whyNoChromium();
    if (skipped) return { skipped };
    const server = await TestServer.start();
    for (const name of ['dist', 'models', 'build', 'node_modules']) server.folders.set(name, join(root, name));
    for (const path of paths) server.files.set(basename(path), readFileSync(path));
    const browser = await launchChromium(WEBGPU);
    try {
        const found = {};
        for (const provider of ['wasm', 'core', 'webgpu']) {
            const page = await browser.newPage(); // isolated: clocks are finer there
            await page.goto(server.url('isolated+empty'));
            const files = provider === 'webgpu' ? paths.slice(0, 1) : paths; // in software, a second a frame
            const address = (path) => server.url('isolated', path);
            found[provider] = await page.evaluate(
                ([script, task]) =>
                    new Promise((done) => {
                        const worker = new Worker(script, { type: 'module' });
                        worker.onmessage = ({ data }) => done(data);
                        worker.onerror = ({ message }) => done({ skipped: message });
                        worker.postMessage(task);
                    }),
                [
                    address('models/auto_eq/timing.mjs'),
                    {
                        files: files.map((path) => ({ name: basename(path), url: address(`files/${basename(path)}`) })),
                        ...{
                            provider,
                            hash,
                            module: address('build/worker/dawg-worker.wasm'),
                            ort: address(`${ORT}/`),
                        },
                    },
                ],
            );
            await page.close();
        }
        return found;
    } finally {
        await browser.close();
        server.stop();
    }
}

console.log(JSON.stringify({ node: await inNode(), chromium: await inChromium() }));
