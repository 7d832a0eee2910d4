// createEngine() where it cannot work: each refusal says what is wrong and what to do. And: importing the package under
// Node does nothing.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { afterEach, test } from 'node:test';
import { loadManifest } from '../../tools/dawg/assets.js';
import { InputError, createEngine } from '../../web/src/index.js';

const realFetch = globalThis.fetch;
const realCompile = WebAssembly.compile;
afterEach(() => {
    globalThis.fetch = realFetch;
    WebAssembly.compile = realCompile;
});
const manifest = loadManifest();
const context = (over: object = {}): BaseAudioContext =>
    ({ state: 'running', sampleRate: 48000, currentTime: 0, audioWorklet: {}, ...over }) as unknown as BaseAudioContext;
/** Answers by the end of the address. */
function serve(files: Record<string, () => Response>): void {
    globalThis.fetch = (input) => {
        const url = input instanceof Request ? input.url : String(input);
        const found = Object.keys(files).find((name) => url.endsWith(name));
        return found ? Promise.resolve(files[found]()) : Promise.reject(new TypeError('fetch failed'));
    };
}
const ok =
    (body: BodyInit, type = 'application/octet-stream'): (() => Response) =>
    () =>
        new Response(body, { headers: { 'content-type': type } });
const missing = (): Response => new Response('', { status: 404, statusText: 'Not Found' });
const base = 'https://example.org/a/';
const urls = (name: string) => ({ manifestUrl: `${base}${name}.json`, wasmUrl: `${base}${name}.wasm` });

test('importing it under Node touches nothing and ends by itself', () => {
    const code = `const before = Object.keys(globalThis).join();
        const m = await import('./dist/web/src/index.js');
        if (typeof m.createEngine !== 'function') throw new Error('no createEngine');
        if (Object.keys(globalThis).join() !== before) throw new Error('new globals');`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
    assert.equal(stderr, '');
    assert.equal(status, 0);
});

test('a closed context', async () => {
    await assert.rejects(createEngine(context({ state: 'closed' })), /closed.*Make a new one/);
});

test('no AudioWorklet: an old browser, or a page that is not secure', async () => {
    await assert.rejects(createEngine(context({ audioWorklet: undefined })), /no AudioWorklet.*browser/);
    Object.defineProperty(globalThis, 'isSecureContext', { value: false, configurable: true });
    try {
        await assert.rejects(createEngine(context({ audioWorklet: undefined })), /not secure.*https/);
    } finally {
        delete (globalThis as { isSecureContext?: boolean }).isSecureContext;
    }
});

test('a file that is not there, and a server that is not there', async () => {
    serve({ 'm1.json': missing, 'm1.wasm': missing });
    await assert.rejects(createEngine(context(), urls('m1')), /m1\.(json|wasm).*404 Not Found.*(manifest|wasm)Url/);
    serve({});
    await assert.rejects(
        createEngine(context(), urls('m2')),
        /m2\.(json|wasm).*fetch failed.*CORS.*(manifest|wasm)Url/,
    );
});

test('html in the place of the manifest, of the wasm', async () => {
    const html = ok('<!doctype html>', 'text/html');
    const good = ok(JSON.stringify(manifest));
    serve({ 'm3.json': html, 'm3.wasm': html, 'm4.json': good, 'm4.wasm': html, 'm5.json': ok('{}'), 'm5.wasm': html });
    await assert.rejects(createEngine(context(), { ...urls('m3'), wasmModule: {} }), /m3\.json.*no JSON/);
    await assert.rejects(createEngine(context(), urls('m4')), /m4\.wasm is no WebAssembly module/);
    await assert.rejects(createEngine(context(), { ...urls('m5'), wasmModule: {} }), /m5\.json is no manifest/);
});

for (const [browser, error] of [
    [
        'Chromium',
        new WebAssembly.CompileError(
            "WebAssembly.compile(): Compiling WebAssembly module violates the following Content Security policy directive because 'unsafe-eval' is not an allowed source of script",
        ),
    ],
    ['Firefox', new WebAssembly.CompileError('call to WebAssembly.compile() blocked by CSP')],
    ['WebKit', new EvalError('Refused to create a WebAssembly object')],
] as const)
    test(`wasm forbidden by the page's policy, in the words of ${browser}`, async () => {
        WebAssembly.compile = () => Promise.reject(error);
        await assert.rejects(
            createEngine(context(), { manifest, wasmBinary: new ArrayBuffer(8) }),
            /Content-Security-Policy.*'wasm-unsafe-eval'.*script-src/,
        );
    });

test('an address that is none', async () => {
    await assert.rejects(
        createEngine(context(), { manifest, wasmUrl: 'https://' }),
        (error) => error instanceof InputError && /wasmUrl is "https:\/\/"/.test(error.message),
    );
});

test('a worklet that does not load: its address and what the server says of it', async () => {
    const module = new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    const refuses = {
        addModule: () => Promise.reject(new DOMException('Unable to load a worklet module.', 'AbortError')),
    };
    const make = (name: string) =>
        createEngine(context({ audioWorklet: refuses }), {
            manifest,
            wasmModule: module,
            workletUrl: `${base}${name}.js`,
        });
    serve({ 'w1.js': missing, 'w2.js': ok('x', 'text/html'), 'w3.js': ok('x', 'text/javascript') });
    await assert.rejects(make('w1'), /w1\.js.*404.*workletUrl/s);
    await assert.rejects(make('w2'), /w2\.js.*text\/html, not text\/javascript/s);
    await assert.rejects(make('w3'), /w3\.js is there.*Content-Security-Policy/s);
});

test('one engine per context: the same promise while it loads; after a failure another try', async () => {
    const here = context();
    serve({});
    const options = urls('m6');
    const first = createEngine(here, options);
    assert.equal(createEngine(here), first);
    assert.equal(createEngine(here, { ...options }), first);
    await assert.rejects(createEngine(here, { sharedMemory: false }), /another sharedMemory.*destroy\(\)/);
    await assert.rejects(first);
    const second = createEngine(here, options);
    assert.notEqual(second, first);
    await assert.rejects(second);
});
