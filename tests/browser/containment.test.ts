// A trap in one instance silences that one and says so; the others' bits stay, and the engine goes on making instances.
// The trap is real: a test script in the worklet overwrites the instance's memory, so that the wasm runs out of bounds.
import assert from 'node:assert/strict';
import { Harness, PAGES, inTurn } from './harness.js';
import { record } from '../wasm/builds.js';

const harness = new Harness();

for (const words of PAGES) {
    const each = inTurn(words);
    each("one of three instances traps: it is silent and reports it, the others' bits are unchanged", async () => {
        const seen = await harness.call(
            words,
            async () => {
                const rate = 48000;
                const input = kit.noise(rate, 0.3, 4);
                const run = async (isPlanted: boolean) => {
                    const context = new OfflineAudioContext(3, rate, rate);
                    const engine = await dawg.createEngine(context);
                    const corrupt = await kit.plant(context);
                    const nodes = [
                        await engine.create('surgical_eq', { band1_on: true, band1_gain_db: 9 }),
                        await engine.create('surgical_eq', { output_db: -1 }),
                        await engine.create('limiter', { input_db: 12 }, { audioParams: false }),
                    ];
                    const errors: string[] = [];
                    nodes.forEach((node, i) => node.on('error', ({ message }) => errors.push(`${i}: ${message}`)));
                    const source = kit.play(context, [input]);
                    const merger = new ChannelMergerNode(context, { numberOfInputs: 3 });
                    nodes.forEach((node, i) => {
                        const splitter = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
                        source.connect(node).connect(splitter).connect(merger, 0, i);
                    });
                    merger.connect(context.destination);
                    let next: { latency: number } | undefined;
                    void context.suspend(0.25).then(async () => {
                        await corrupt(isPlanted ? 1 : undefined);
                        await context.resume();
                    });
                    void context.suspend(0.75).then(async () => {
                        if (isPlanted) await kit.until('the error event', () => errors.length > 0);
                        await nodes[1].destroy();
                        next = { latency: (await engine.create('limiter')).latencySamples };
                        await context.resume();
                    });
                    const out = await context.startRendering();
                    await engine.destroy();
                    return { channels: [0, 1, 2].map((c) => out.getChannelData(c)), errors, next };
                };
                const [healthy, hurt] = [await run(false), await run(true)];
                const from = Math.ceil((0.25 * rate) / 128 + 1) * 128;
                return {
                    errors: [healthy.errors, hurt.errors],
                    next: hurt.next,
                    same: await Promise.all(
                        [0, 2].map(
                            async (c) =>
                                (await kit.sha256([healthy.channels[c]])) === (await kit.sha256([hurt.channels[c]])),
                        ),
                    ),
                    loud: [0, 1, 2].map((c) => kit.peak([healthy.channels[c].subarray(from, 0.7 * rate)])),
                    silent: kit.peak([hurt.channels[1].subarray(from)]),
                };
            },
            null,
        );
        assert.deepEqual(seen.errors[0], []);
        assert.equal(seen.errors[1].length, 1, seen.errors[1].join('\n'));
        assert.match(seen.errors[1][0], /^1: .*surgical_eq/s);
        assert.deepEqual(seen.same, [true, true], 'the others bit for bit');
        record('WEB-3', `${words}: others whose bits a trap changed`, 0, '', '0');
        assert.ok(Math.min(...seen.loud) > 0.05, `without the trap all are heard: ${seen.loud.join()}`);
        assert.equal(seen.silent, 0);
        assert.equal(seen.next?.latency, 262, 'the engine makes new instances');
    });

    each('while it plays, a trap leaves the processor alive, its state readable, and destroy() frees it', async () => {
        const seen = await harness.call(
            words,
            async () => {
                const context = new AudioContext({ sampleRate: 48000 });
                const engine = await dawg.createEngine(context);
                const corrupt = await kit.plant(context);
                const { used } = await corrupt();
                const [a, b] = [await engine.create('surgical_eq', { output_db: -7 }), await engine.create('limiter')];
                let crashes = 0;
                for (const node of [a, b]) node.onprocessorerror = () => ++crashes;
                const errors: string[] = [];
                a.on('error', ({ message }) => errors.push(message));
                const source = new ConstantSourceNode(context, { offset: 0.5 });
                source.start();
                source.connect(a).connect(context.destination);
                source.connect(b).connect(context.destination);
                await kit.until('both hear', () => a.meters.output_peak_db > -14 && b.meters.output_peak_db > -8);
                await corrupt(0);
                await kit.until('the error event', () => errors.length > 0);
                const state = a.state.plugins[0].params?.output_db;
                b.set('input_db', -12);
                await kit.until('the other one moves', () => b.meters.output_peak_db < -17);
                await a.destroy();
                const again = await engine.createFrom({ plugin: 'surgical_eq', params: { output_db: Number(state) } });
                source.connect(again);
                await kit.until('the new one hears', () => again.meters.output_peak_db > -14);
                const value = (again.values as { output_db: number }).output_db;
                await again.destroy();
                await b.destroy();
                const left = (await corrupt()).used - used;
                await engine.destroy();
                await context.close();
                return { crashes, errors, state, value, left };
            },
            null,
        );
        assert.equal(seen.crashes, 0, 'no processor dies');
        assert.equal(seen.errors.length, 1);
        assert.equal(seen.state, -7);
        assert.equal(seen.value, -7);
        assert.equal(seen.left, 0, 'bytes still in use');
    });
}
