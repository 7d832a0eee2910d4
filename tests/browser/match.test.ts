// engine.matchReference(): the worker hears what the node hears, the six bands move, and what comes out is nearer to the
// reference.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadModule } from '../../tools/dawg/assets.js';
import { Analysis } from '../../worker/analysis.js';
import { manifest, record } from '../wasm/builds.js';
import { Harness, PAGES } from './harness.js';

const RATE = 48000;
const SECONDS = 3;
const harness = new Harness();

/** RMS distance of two sounds' tone, 40 Hz .. 16 kHz, dB, level apart. */
function distance(a: readonly Float32Array[], b: readonly Float32Array[]): number {
    const analysis = new Analysis(loadModule('worker', 'worker'), manifest);
    const [one, other] = [a, b].map((sound) => {
        const engine = analysis.eqEngine(RATE);
        engine.process(sound, 0, sound[0].length);
        return engine.read('total').bands;
    });
    const gaps = one.map((db, i) => other[i] - db).slice(11, 97);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    return Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
}

// Mostly they wait for audio: two at a time.
describe('matchReference', { concurrency: 2 }, () => {
    for (const words of PAGES) {
        test(`${words}: a live node moves towards the reference, with progress; loudness is left alone`, async () => {
            const seen = await harness.visit(
                words,
                async ({ rate, seconds }) => {
                    const context = new AudioContext({ sampleRate: rate });
                    const engine = await dawg.createEngine(context);
                    const node = await engine.create('mastering_eq', { phase: 'minimum' });
                    const [left, right] = [kit.noise(rate, 0.05, 21), kit.noise(rate, 0.05, 22)];
                    kit.play(context, [left, right], true).connect(node).connect(context.destination);
                    await context.resume();
                    // darker: what was plus what was before, and louder
                    const dark = [left, right].map((channel) => {
                        let y = 0;
                        return Float32Array.from({ length: seconds * rate }, (_, i) => {
                            y = 0.7 * y + channel[i % rate];
                            return 2 * y;
                        });
                    });
                    const reference = kit.bufferOf(context, dark);
                    const shares: number[] = [];
                    const match = await engine.matchReference(node, reference, {
                        seconds,
                        onProgress: (share) => void shares.push(share),
                    });
                    const values = node.values;
                    const offline = await engine.render(
                        { sampleRate: rate, channels: [left, right] },
                        [{ plugin: 'mastering_eq', params: { phase: 'minimum', ...match.params } }],
                        { tail: 0 },
                    );
                    const kept = await engine.matchReference(node, reference, {
                        programme: { sampleRate: rate, channels: [...dark] },
                        apply: false,
                    });
                    const isKept = JSON.stringify(node.values) === JSON.stringify(values);
                    await engine.destroy();
                    await context.close();
                    return {
                        match,
                        shares,
                        applied: Object.entries(match.params).every(([key, value]) =>
                            Object.is(values[key as never], value),
                        ),
                        isKept,
                        gains: Object.entries(kept.params).filter(([key]) => key.endsWith('gain_db')),
                        before: [left, right].map((x) => [...x]),
                        after: offline.channels.map((x) => [...x]),
                        dark: dark.map((x) => [...x]),
                    };
                },
                { rate: RATE, seconds: SECONDS },
            );
            const sound = (channels: number[][]): Float32Array[] => channels.map((x) => Float32Array.from(x));
            const [before, after] = [seen.before, seen.after].map((x) => distance(sound(x), sound(seen.dark)));
            record('ME-1', `reference match, live, ${words}`, after / before, '', '<= 0.3');
            assert.ok(after < 0.3 * before, `${before} dB apart, then ${after}`);
            assert.ok(Math.abs(seen.match.level_db - 6) < 8);
            assert.ok(seen.applied, JSON.stringify(seen.match.params));
            assert.ok(seen.shares.length > 10 && seen.shares.every((share, i, all) => !i || share > all[i - 1]));
            assert.ok(seen.isKept, 'apply: false moves nothing');
            assert.ok(
                seen.gains.every(([, gain]) => Math.abs(Number(gain)) < 0.01),
                JSON.stringify(seen.gains),
            );
        });
    }
    test('what cannot be is refused with the reason, and an aborted match moves nothing', async () => {
        const texts = await harness.visit(
            PAGES[0],
            async ({ rate }) => {
                const context = new AudioContext({ sampleRate: rate });
                const engine = await dawg.createEngine(context);
                const [node, other] = [await engine.create('mastering_eq'), await engine.create('limiter')];
                const sound = (seconds: number) => ({
                    sampleRate: rate,
                    channels: [kit.noise(Math.round(seconds * rate), 0.1, 5)],
                });
                const long = sound(2);
                const refusals = [
                    await kit.refusal(() => engine.matchReference(node, sound(0.5), { programme: long })),
                    await kit.refusal(() => engine.matchReference(other, long)),
                    await kit.refusal(() => engine.matchReference(node, long, { programme: long, strength: 2 })),
                ];
                await context.suspend();
                refusals.push(await kit.refusal(() => engine.matchReference(node, long)));
                await context.resume();
                const abort = new AbortController();
                const waiting = kit.refusal(() =>
                    engine.matchReference(node, long, { seconds: 60, signal: abort.signal }),
                );
                abort.abort(new Error('enough'));
                refusals.push(await waiting);
                const destroyed = kit.refusal(() => engine.matchReference(node, long, { seconds: 60 }));
                await kit.wait(0.2);
                await node.destroy();
                refusals.push(await destroyed);
                await engine.destroy();
                await context.close();
                return refusals;
            },
            { rate: RATE },
        );
        const expected = [
            /reference lasts 0\.50 s; at least 1 s/,
            /mastering_eq; this node is a limiter/,
            /strength is 2; allowed is a number, 0 \.\. 1/,
            /context is suspended.*resume/s,
            /enough/,
            /destroyed/,
        ];
        expected.forEach((text, i) => assert.match(texts[i], text));
    });
});
