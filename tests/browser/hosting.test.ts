// The pages and servers of the world: strict policies, a lost module, blocked wasm, wrong addresses and types, closed
// contexts, foreign manifests. What can work works with the same bits; what cannot is refused with what to do.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Harness, PAGES, inTurn } from './harness.js';

const harness = new Harness();

/** The SHA-256 of a fixed job, and how the engine got there. */
async function job({ options }: { options?: { sharedMemory?: boolean; timeout?: number } }) {
    await kit.task();
    const rate = 48000;
    const input = [kit.noise(rate / 2, 0.5, 11), kit.noise(rate / 2, 0.5, 12)];
    let via = '';
    let kind = '';
    const out = await kit.renderOffline(
        { plugin: 'limiter', values: { input_db: 9 }, rate, audioParams: true, engine: options },
        input,
        undefined,
        (engine) => {
            via = engine.moduleVia;
            kind = engine.transportKind;
        },
    );
    return { hash: await kit.sha256(out!), via, kind };
}
let expected: Promise<string> | undefined;
const expectedHash = (): Promise<string> =>
    (expected ??= harness.call('plain', job, {}).then(({ hash, via, kind }) => {
        assert.deepEqual([via, kind], ['module', 'messages']);
        return hash;
    }));

// Mostly they wait for audio: two at a time.
describe('hosting', { concurrency: 2 }, () => {
    for (const words of PAGES) {
        const each = inTurn(words);
        test(`${words} page with script-src 'self' 'wasm-unsafe-eval': worklet, render() and brain() work`, async () => {
            const { hash, via } = await harness.call(`${words}+csp`, job, {});
            assert.equal(hash, await expectedHash());
            assert.equal(via, 'module');
            const seen = await harness.call(
                `${words}+csp`,
                async () => {
                    await kit.task();
                    const context = new AudioContext({ sampleRate: 48000 });
                    const engine = await dawg.createEngine(context);
                    const violations: string[] = [];
                    document.addEventListener('securitypolicyviolation', (event) => violations.push(event.blockedURI));
                    const input = { sampleRate: 48000, channels: [kit.noise(4800, 0.5)] };
                    const out = await engine.render(input, [{ plugin: 'limiter' }], { tail: 0 });
                    const eq = await engine.create('surgical_eq');
                    const tone = kit.noise(48000, 0.2);
                    kit.play(context, [tone, tone], true).connect(eq);
                    let momentary = -Infinity;
                    const brain = await engine.brain();
                    brain.listen(eq, 'out', ({ loudness }) => (momentary = loudness.momentary_lufs));
                    await kit.until('the worker hears', () => momentary > -30);
                    await engine.destroy();
                    await context.close();
                    return { frames: out.channels[0].length, violations };
                },
                null,
            );
            assert.deepEqual(seen, { frames: 4800, violations: [] });
        });

        for (const [what, replace] of [
            ['missing', 'undefined'],
            ['another object', '({})'],
            ['null', 'null'],
            ['gone with all the options', 'all'],
        ] as const)
            test(`${words}: the module is ${what} when it arrives in the worklet: bytes do, with the same bits`, async () => {
                const seen = await harness.visit(
                    words,
                    async (replace) => {
                        const Real = AudioWorkletNode;
                        globalThis.AudioWorkletNode = class extends Real {
                            constructor(context: BaseAudioContext, name: string, options?: AudioWorkletNodeOptions) {
                                const given = options?.processorOptions as Record<string, unknown> | undefined;
                                if (given && 'module' in given) {
                                    const module = replace === 'null' ? null : replace === '({})' ? {} : undefined;
                                    options = {
                                        ...options,
                                        processorOptions: replace === 'all' ? undefined : { ...given, module },
                                    };
                                    if (replace === 'undefined')
                                        delete (options.processorOptions as typeof given).module;
                                }
                                super(context, name, options);
                            }
                        };
                        const rate = 48000;
                        const input = [kit.noise(rate / 2, 0.5, 11), kit.noise(rate / 2, 0.5, 12)];
                        let via = '';
                        const job = { plugin: 'limiter', values: { input_db: 9 }, rate, audioParams: true };
                        const out = await kit.renderOffline(job, input, undefined, (engine) => {
                            via = engine.moduleVia;
                        });
                        return { hash: await kit.sha256(out!), via };
                    },
                    replace,
                );
                assert.deepEqual(seen, { hash: await expectedHash(), via: 'bytes' });
            });

        each('a worklet that never answers: bytes after the timeout, then an error, never a hang', async () => {
            const seen = await harness.visit(
                words,
                async () => {
                    const Real = AudioWorkletNode;
                    const deaf: string[] = [];
                    globalThis.AudioWorkletNode = class extends Real {
                        constructor(context: BaseAudioContext, name: string, options?: AudioWorkletNodeOptions) {
                            super(context, name, options);
                            this.port.postMessage = (message: { type: string }) => void deaf.push(message.type);
                            Object.defineProperty(this.port, 'onmessage', { set: () => undefined });
                            this.port.addEventListener = () => undefined;
                        }
                    };
                    const began = performance.now();
                    const message = await kit.refusal(() =>
                        dawg.createEngine(new OfflineAudioContext(2, 128, 48000), { timeout: 0.3 }),
                    );
                    return { message, deaf, seconds: (performance.now() - began) / 1000 };
                },
                null,
            );
            assert.ok(seen.deaf.includes('bytes'), `sent: ${seen.deaf.join()}`);
            assert.match(seen.message, /worklet|answer/i);
            assert.ok(seen.seconds >= 0.55, `twice the timeout, and it gave up after ${seen.seconds} s`);
        });
    }

    test('Document-Isolation-Policy alone gives shared memory, and the same bits', async (t) => {
        const isolated = await harness.visit('dip', () => crossOriginIsolated, null);
        if (!isolated) return t.skip('this Chromium does not know Document-Isolation-Policy');
        const { hash, kind } = await harness.visit('dip', job, {});
        assert.equal(hash, await expectedHash());
        assert.equal(kind, 'shared');
    });

    test('sharedMemory: false on an isolated page: messages, and the same bits', async () => {
        const { hash, kind } = await harness.call('isolated', job, { options: { sharedMemory: false } });
        assert.equal(hash, await expectedHash());
        assert.equal(kind, 'messages');
    });

    test('a server that calls .wasm application/octet-stream: works', async () => {
        const { hash } = await harness.visit('isolated+mime', job, {});
        assert.equal(hash, await expectedHash());
    });

    test('a policy without wasm-unsafe-eval: refused, with the policy that is needed', async () => {
        const message = await harness.visit(
            'isolated+nowasm',
            async () => {
                await kit.task();
                return kit.refusal(() => dawg.createEngine(new AudioContext()));
            },
            null,
            /Content.Security.Policy/i,
        );
        assert.match(message, /Content-Security-Policy.*'wasm-unsafe-eval'.*script-src/s);
    });

    test('scripts of type text/html: refused, with the type', async () => {
        const message = await harness.visit(
            'plain+textjs',
            async () => kit.refusal(() => dawg.createEngine(new AudioContext())),
            null,
            /MIME|text\/html/i,
        );
        assert.match(message, /dawg-worklet\.js.*text\/html.*text\/javascript/s);
    });

    test('each wrong address is named, with the option that gives another; html in the place of a file as well', async () => {
        const seen = await harness.visit(
            'isolated',
            async () => {
                const messages: Record<string, string> = {};
                const context = () => new OfflineAudioContext(2, 128, 48000);
                for (const name of ['manifestUrl', 'workletUrl', 'wasmUrl'])
                    for (const url of ['./browser/nowhere', './'])
                        messages[`${name} ${url}`] = await kit.refusal(() =>
                            dawg.createEngine(context(), { [name]: url }),
                        );
                for (const url of ['./browser/nowhere', './']) {
                    const render = await dawg.createEngine(context(), { renderUrl: url });
                    const input = { sampleRate: 48000, channels: [new Float32Array(128)] };
                    messages[`renderUrl ${url}`] = await kit.refusal(() =>
                        render.render(input, [{ plugin: 'limiter' }]),
                    );
                    for (const name of ['workerUrl', 'workerWasmUrl']) {
                        const brain = await dawg.createEngine(new AudioContext(), { [name]: url });
                        messages[`${name} ${url}`] = await kit.refusal(() => brain.brain());
                        await brain.destroy();
                    }
                }
                return messages;
            },
            null,
            /404|MIME|text\/html|Failed to load/i,
        );
        for (const [what, message] of Object.entries(seen)) {
            const [name, url] = what.split(' ');
            assert.ok(message.includes(harness.server.origin), `${what}: no address in "${message}"`);
            if (url !== './') assert.ok(message.includes(name), `${what}: no option in "${message}"`);
            if (url !== './') assert.match(message, /404/, what);
        }
        harness.server.missing.length = 0;
    });

    test('a closed context, before and after, is refused', async () => {
        const seen = await harness.call(
            'plain',
            async () => {
                const closed = new AudioContext();
                await closed.close();
                const before = await kit.refusal(() => dawg.createEngine(closed));
                const context = new AudioContext();
                const engine = await dawg.createEngine(context);
                const node = await engine.create('limiter');
                await context.close();
                const after = await kit.refusal(() => engine.create('limiter'));
                node.set('input_db', 3); // no harm
                await node.destroy();
                await engine.destroy();
                return { before, after };
            },
            null,
        );
        assert.match(seen.before, /closed/);
        assert.match(seen.after, /closed/);
    });

    test('a manifest of another version, and something else in its place, are refused', async () => {
        const seen = await harness.call(
            'plain',
            async () => {
                const manifest = (await (await fetch('./browser/manifest.json')).json()) as {
                    hash: string;
                    plugins: [];
                };
                const context = () => new OfflineAudioContext(2, 128, 48000);
                const make = (manifest: unknown) =>
                    kit.refusal(() => dawg.createEngine(context(), { manifest: manifest as never }));
                return {
                    other: await make({ ...manifest, hash: '12345678' }),
                    fewer: await make({ ...manifest, plugins: manifest.plugins.slice(1) }),
                    none: await make({ name: 'my app' }),
                };
            },
            null,
        );
        assert.match(seen.other, /hash.*12345678.*same version/s);
        assert.match(seen.fewer, /plugins.*same version/s);
        assert.match(seen.none, /manifest/);
    });

    test('the wasm as bytes or as a module, the manifest as an object; one engine per context, however often asked for', async () => {
        const seen = await harness.call(
            'plain',
            async () => {
                const bytes = await (await fetch('./browser/dawg-worklet.wasm')).arrayBuffer();
                const manifest = (await (await fetch('./browser/manifest.json')).json()) as never;
                const none = './nowhere';
                const context = () => new OfflineAudioContext(2, 128, 48000);
                const options = { manifest, manifestUrl: none, wasmUrl: none };
                const engines = [
                    await dawg.createEngine(context(), { ...options, wasmBinary: bytes }),
                    await dawg.createEngine(context(), { ...options, wasmBinary: new Uint8Array(bytes) }),
                    await dawg.createEngine(context(), { ...options, wasmModule: await WebAssembly.compile(bytes) }),
                ];
                const latencies = [];
                for (const engine of engines) latencies.push((await engine.create('limiter')).latencySamples);
                const one = context();
                const [a, b] = await Promise.all([dawg.createEngine(one), dawg.createEngine(one)]);
                return {
                    latencies,
                    same: a === b && a === (await dawg.createEngine(one)),
                    intact: bytes.byteLength > 0,
                };
            },
            null,
        );
        assert.deepEqual(seen, { latencies: [262, 262, 262], same: true, intact: true });
    });

    test('importing the package under Node does not throw', async () => {
        const { BUNDLES } = await import('./server.js');
        const library = (await import(`${BUNDLES}/index.js`)) as { createEngine: unknown };
        assert.equal(typeof library.createEngine, 'function');
    });
});
