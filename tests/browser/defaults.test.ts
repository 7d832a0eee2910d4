// How the package's files are found: beside the main file through an import map, in a Vite build and its dev server, by
// addresses given to an esbuild bundle, and on another origin.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build as bundle } from 'esbuild';
import { build, createServer } from 'vite';
import { record } from '../wasm/builds.js';
import { Harness, PAGES } from './harness.js';
import { BUNDLES, TestServer } from './server.js';

const harness = new Harness();
let foreign: TestServer;
let folder: string;
before(async () => {
    foreign = await TestServer.start(true);
    folder = mkdtempSync(join(tmpdir(), 'dawg-app-'));
});
after(() => {
    foreign.stop();
    rmSync(folder, { recursive: true });
});

/** A tiny app: everything that loads a file is used once. */
const app = (options: string): string => `
import { createEngine } from '@dawg-ai/engine';
async function run() {
    const options = ${options};
    const context = new OfflineAudioContext(2, 4800, 48000);
    const engine = await createEngine(context, options);
    const limiter = await engine.create('limiter');
    const source = new ConstantSourceNode(context, { offset: 0.5 });
    source.start();
    source.connect(limiter).connect(context.destination);
    const live = (await context.startRendering()).getChannelData(0)[4799];
    const noise = Float32Array.from({ length: 96000 }, () => Math.random() - 0.5);
    const half = new Float32Array(4800).fill(0.5);
    const out = await engine.render({ sampleRate: 48000, channels: [half] }, [{ plugin: 'limiter' }], { tail: 0 });
    const audio = new AudioContext();
    const player = await createEngine(audio, options);
    const brain = await player.brain();
    const isAlive = brain.isAlive;
    const eq = await player.create('surgical_eq');
    const { model } = await brain.suggest(eq, { programme: { sampleRate: 48000, channels: [noise] } });
    await player.destroy();
    await audio.close();
    return { live, rendered: out.channels[0][4799], isAlive, judged: model.provider };
}
run().then((result) => (globalThis.result = result), (error) => (globalThis.result = { error: String(error) }));
`;
const HTML = (script: string, head = ''): string =>
    `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${head}<script type="module" src="${script}"></script>`;

async function check(url: string, complaints?: RegExp): Promise<void> {
    const page = await harness.browser.newPage();
    const said: string[] = [];
    page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') said.push(message.text());
    });
    await page.goto(url);
    const handle = await page.waitForFunction(() => (globalThis as { result?: unknown }).result, null, {
        timeout: 30000,
    });
    const result = await handle.jsonValue();
    await page.close();
    assert.deepEqual(result, { live: 0.5, rendered: 0.5, isAlive: true, judged: 'wasm' }, said.join('\n'));
    assert.deepEqual(
        said.filter((line) => !complaints?.test(line)),
        [],
    );
}

for (const words of PAGES) {
    test(`${words}: a page with an import map and no options`, async () => {
        const map = JSON.stringify({ imports: { '@dawg-ai/engine': '../browser/index.js' } });
        harness.server.files
            .set('app.js', Buffer.from(app('{}')))
            .set('app.html', Buffer.from(HTML('app.js', `<script type="importmap">${map}</script>`)));
        await check(harness.server.url(words, 'files/app.html'));
    });

    test(`${words}: the package on another origin, and each file named there`, async () => {
        const at = (name: string): string => JSON.stringify(foreign.url('plain', `browser/${name}`));
        const map = `<script type="importmap">{"imports":{"@dawg-ai/engine":${at('index.js')}}}</script>`;
        const given = `{ manifestUrl: ${at('manifest.json')}, workletUrl: ${at('dawg-worklet.js')}, wasmUrl: ${at('dawg-worklet.wasm')},
            renderUrl: ${at('dawg-render.js')}, workerUrl: ${at('dawg-worker.js')}, workerWasmUrl: ${at('dawg-worker.wasm')},
            modelBaseUrl: ${at('models/')}, ortWasmPaths: ${at('ort/')} }`;
        const here = map.replace(at('index.js'), '"../browser/index.js"');
        harness.server.files
            .set('far.js', Buffer.from(app('{}')))
            .set('far.html', Buffer.from(HTML('far.js', map)))
            .set('given.js', Buffer.from(app(given)))
            .set('given.html', Buffer.from(HTML('given.js', here)));
        await check(harness.server.url(words, 'files/far.html'));
        await check(harness.server.url(words, 'files/given.html'));
    });
}

test('an installed package in a Vite build, and in Vite while developing', async () => {
    const root = join(folder, 'vite');
    const installed = join(root, 'node_modules/@dawg-ai/engine');
    cpSync(BUNDLES, join(installed, 'dist/browser'), { recursive: true });
    cpSync('package.json', join(installed, 'package.json'));
    writeFileSync(join(root, 'index.html'), HTML('/main.js'));
    writeFileSync(join(root, 'main.js'), app('{}'));
    const common = { root, configFile: false, logLevel: 'error' } as const;
    await build({ ...common, base: './', build: { outDir: 'out' } });
    harness.server.folders.set('vite', join(root, 'out'));
    await check(harness.server.url('isolated', 'vite/index.html'));

    const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
    const server = await createServer({ ...common, server: { host: '127.0.0.1', port: 0, headers } });
    try {
        await server.listen();
        await check(server.resolvedUrls?.local[0] ?? '', /WebSocket|\[vite\]/);
    } finally {
        await server.close();
    }
});

test('an esbuild bundle that is given the addresses', async () => {
    const root = join(folder, 'esbuild');
    mkdirSync(root);
    const names = {
        ...{ manifestUrl: 'manifest.json', workletUrl: 'dawg-worklet.js', wasmUrl: 'dawg-worklet.wasm' },
        ...{ renderUrl: 'dawg-render.js', workerUrl: 'dawg-worker.js', workerWasmUrl: 'dawg-worker.wasm' },
        ...{ modelBaseUrl: 'models', ortWasmPaths: 'ort' },
    };
    const options = Object.fromEntries(Object.entries(names).map(([name, file]) => [name, `../browser/${file}`]));
    writeFileSync(join(root, 'main.js'), app(JSON.stringify(options)));
    await bundle({
        entryPoints: [join(root, 'main.js')],
        outfile: join(root, 'out/main.js'),
        alias: { '@dawg-ai/engine': join(BUNDLES, 'index.js') },
        bundle: true,
        format: 'esm',
    });
    writeFileSync(join(root, 'out/index.html'), HTML('main.js'));
    harness.server.folders.set('esbuild', join(root, 'out'));
    await check(harness.server.url('plain', 'esbuild/index.html'));
});

test('sizes: worklet at most 15 kB, main file at most 20 kB, gzip', (t) => {
    const size = (name: string): number => gzipSync(readFileSync(join(BUNDLES, name)), { level: 9 }).length;
    const [worklet, main] = [size('dawg-worklet.js'), size('index.js')];
    const others = ['dawg-render.js', 'dawg-worker.js'].map((name) => `${name} ${size(name)}`);
    t.diagnostic(`gzip bytes: dawg-worklet.js ${worklet}, index.js ${main}, ${others.join(', ')}`);
    record('WEB-8', 'dawg-worklet.js, gzip', worklet, 'bytes', '<= 15000');
    record('WEB-8', 'index.js, gzip', main, 'bytes', '<= 20000');
    assert.ok(worklet <= 15000, `dawg-worklet.js: ${worklet} bytes`);
    assert.ok(main <= 20000, `index.js: ${main} bytes`);
});
