// What a model may run on in Chromium: onnxruntime-web's wasm, the core, WebGPU. The shipped models say the same on each.
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { before, describe, test } from 'node:test';
import type { EngineOptions } from '../../web/src/api.js';
import { record } from '../wasm/builds.js';
import { noise } from '../worker/brain.js';
import { Harness } from './harness.js';
import { planar } from './jobs.js';

const RATE = 48000;
/** WebGPU in software compiles its shaders for half a minute on a busy machine. */
const PATIENCE_S = 240;
/** Chromium brings a WebGPU adapter in software along; where it does not, the test says so. */
const harness = new Harness(['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']);
const ORT_FOLDER = { ortWasmPaths: './onnxruntime/' };

interface Asked {
    options: EngineOptions;
    variant?: string;
    /** The tone of another sound is wanted. */
    isMatch?: boolean;
}
async function judge({ options, variant, isMatch = false }: Asked) {
    const tab = await harness.open('plain');
    const seen = await tab.run(
        async ({ rate, options, variant, isMatch }) => {
            const context = new AudioContext({ sampleRate: rate });
            const engine = await dawg.createEngine(context, options);
            const brain = await engine.brain();
            const eq = await engine.create('surgical_eq');
            const programme = { sampleRate: rate, channels: await kit.getStereo('faulty') };
            const reference = { sampleRate: rate, channels: await kit.getStereo('other') };
            const parts = new Set<string>();
            const { curve_db, model, ms } = await brain.suggest(eq, {
                ...{ programme, onProgress: ({ part }) => void parts.add(part) },
                ...(variant !== undefined && { variant }),
                ...(isMatch && { reference }),
            });
            await engine.destroy();
            await context.close();
            return { curve_db: [...curve_db], model, ms, parts: [...parts] };
        },
        { rate: RATE, options, variant, isMatch },
        PATIENCE_S,
    );
    await tab.close(/onnxruntime/); // it tells the page that some nodes stay on the CPU
    return seen;
}
const apart = (a: number[], b: number[]): number => Math.max(...a.map((x, i) => Math.abs(x - b[i])));

describe('runtimes', { concurrency: 1 }, () => {
    before(() => {
        for (const [name, bell] of [
            ['faulty', { hz: 300, gain_db: 9, q: 1.4 }],
            ['other', { hz: 3000, gain_db: -12, q: 0.5 }],
        ] as const) {
            const channel = noise(10, RATE, bell);
            harness.server.files.set(name, planar([channel, channel]));
        }
        harness.server.folders.set('onnxruntime', resolve('node_modules/onnxruntime-web/dist'));
    });

    for (const [variant, limit_db] of [
        ['fp32', 0.001],
        ['int8_dynamic', 0.1], // a value half-way between two steps of 8 bits may fall to either
    ] as const)
        for (const isMatch of [false, true])
            test(`${variant}, ${isMatch ? 'match' : 'blind'}: the core says what onnxruntime-web says, and loads nothing else`, async () => {
                const theirs = await judge({ options: {}, variant, isMatch });
                const ours = await judge({
                    options: { provider: 'core', ortWasmPaths: './nowhere/' },
                    variant,
                    isMatch,
                });
                assert.equal(theirs.model.provider, 'wasm');
                assert.equal(ours.model.provider, 'core');
                assert.equal(ours.model.variant, variant);
                assert.ok(!ours.parts.includes('runtime'), ours.parts.join(' '));
                assert.ok(theirs.parts.includes('runtime'));
                const off_db = apart(ours.curve_db, theirs.curve_db);
                record(
                    'IN-1',
                    `${variant}, ${isMatch ? 'match' : 'blind'}, in Chromium: core against onnxruntime-web`,
                    off_db,
                    'dB',
                    `<= ${limit_db}`,
                );
                assert.ok(Math.max(...theirs.curve_db.map(Math.abs)) > 1, 'there is something to say');
                assert.ok(off_db <= limit_db, `${off_db} dB`);
            });

    test('WebGPU, on an adapter, says what the wasm build says', async (t) => {
        const why = await harness.visit(
            'plain',
            async () => {
                const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<object | null> } };
                return gpu ? ((await gpu.requestAdapter()) ? undefined : 'no adapter') : 'no navigator.gpu';
            },
            undefined,
            /./,
        );
        if (why) return t.skip(`this Chromium has ${why}`);
        const limit_db = 0.01;
        const theirs = await judge({ options: {}, variant: 'fp32' });
        const ours = await judge({ options: { provider: 'webgpu', ...ORT_FOLDER }, variant: 'fp32' });
        assert.equal(ours.model.skipped, undefined);
        assert.equal(ours.model.provider, 'webgpu');
        const off_db = apart(ours.curve_db, theirs.curve_db);
        t.diagnostic(`${off_db} dB; load ${ours.ms.load.toFixed(0)} ms, inference ${ours.ms.inference.toFixed(1)} ms`);
        record('IN-4', 'fp32, blind: WebGPU against wasm', off_db, 'dB', `<= ${limit_db}`);
        assert.ok(off_db <= limit_db, `${off_db} dB`);
    });
});
