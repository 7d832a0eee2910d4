// Things that end while others begin: destroy() during create(), createEngine(), render() and a restart of the worker;
// what was refused; what is asked of a node that is gone. Nothing is left over, and nobody waits for a timeout.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Harness, PAGES } from './harness.js';

const harness = new Harness();
/** Well below the timeout of 3 s after which something that hangs is given up. */
const SOON_MS = 2000;

for (const words of PAGES) {
    test(`${words}: destroy() during create() refuses the node and leaves none behind`, async () => {
        const seen = await harness.call(
            words,
            async () => {
                const context = new AudioContext();
                const engine = await dawg.createEngine(context);
                const refused = kit.refusal(() => engine.create('limiter'));
                await engine.destroy();
                const message = await refused;
                const again = await dawg.createEngine(context); // the worklet refuses it while an instance lives
                const latency = (await again.create('limiter')).latencySamples;
                await context.close();
                return { message, latency, nodes: engine.nodes.length };
            },
            null,
        );
        assert.match(seen.message, /engine is destroyed/);
        assert.deepEqual([seen.nodes, seen.latency > 0], [0, true]);
    });

    test(`${words}: createEngine() during destroy() waits and makes a new engine, with a clock of its own`, async () => {
        const seen = await harness.call(
            words,
            async () => {
                const context = new AudioContext({ sampleRate: 48000 });
                const first = await dawg.createEngine(context);
                first.transport({ tempo_bpm: 300 });
                const silence = kit.play(context, [new Float32Array(48000)], true);
                const tailOf = async (engine: typeof first) => {
                    const node = await engine.create('ducking_delay', { sync: '1/4' });
                    silence.connect(node).connect(context.destination);
                    const from = context.currentTime;
                    await kit.until('half a second of sound', () => context.currentTime > from + 0.5);
                    return node.tailSeconds;
                };
                const fast = await tailOf(first);
                void first.destroy();
                const second = await dawg.createEngine(context);
                const slow = await tailOf(second); // at 120 bpm again
                await context.close();
                return { isNew: first !== second, fast, slow };
            },
            null,
        );
        assert.ok(seen.isNew);
        assert.ok(seen.slow > 1.5 * seen.fast, `tails of ${seen.fast} s at 300 bpm and ${seen.slow} s at 120`);
    });

    test(`${words}: what the worklet refuses is refused at once`, async () => {
        const seen = await harness.call(
            words,
            async () => {
                const context = new AudioContext({ sampleRate: 4000 });
                const engine = await dawg.createEngine(context);
                const began = performance.now();
                const message = await kit.refusal(() => engine.create('limiter'));
                const ms = performance.now() - began;
                await context.close();
                return { message, ms };
            },
            null,
        );
        assert.match(seen.message, /4000 Hz.*8000 \.\. 192000/);
        assert.ok(seen.ms < SOON_MS, `${seen.ms} ms`);
    });

    test(`${words}: destroy() ends a rendering whose worker is starting, and a restart of the brain, at once`, async () => {
        const seen = await harness.call(
            words,
            async () => {
                const context = new AudioContext();
                const engine = await dawg.createEngine(context, { renderUrl: './browser/dawg-render.js?alone' });
                const brain = await engine.brain();
                const RealWorker = globalThis.Worker;
                let workers = 0;
                globalThis.Worker = class extends RealWorker {
                    constructor(url: string | URL, options?: WorkerOptions) {
                        super(url, options);
                        ++workers;
                    }
                };
                const began = performance.now();
                const input = { sampleRate: 48000, channels: [new Float32Array(480000)] };
                const rendering = kit.refusal(() => engine.render(input, [{ plugin: 'limiter' }]));
                const restart = kit.refusal(() => brain.restart());
                await kit.wait(0);
                await engine.destroy();
                const messages = await Promise.all([rendering, restart]);
                const ms = performance.now() - began;
                globalThis.Worker = RealWorker;
                await context.close();
                return { messages, ms, workers, isAlive: brain.isAlive };
            },
            null,
        );
        for (const message of seen.messages) assert.match(message, /destroyed/);
        assert.ok(seen.ms < SOON_MS, `${seen.ms} ms`);
        assert.deepEqual([seen.isAlive, seen.workers <= 2], [false, true]);
    });

    test(`${words}: a context that is closed without destroy() takes the brain's worker along`, async () => {
        const isAlive = await harness.call(
            words,
            async () => {
                const context = new AudioContext();
                const engine = await dawg.createEngine(context);
                const brain = await engine.brain();
                const before = brain.isAlive;
                await context.close();
                await kit.until('the worker is gone', () => !brain.isAlive);
                return [before, brain.isAlive];
            },
            null,
        );
        assert.deepEqual(isAlive, [true, false]);
    });

    test(`${words}: the brain refuses a destroyed node; letting go of one does no harm`, async () => {
        const seen = await harness.call(
            words,
            async () => {
                const context = new AudioContext();
                const engine = await dawg.createEngine(context);
                const brain = await engine.brain();
                const node = await engine.create('limiter');
                const end = brain.listen(node, 'out', () => undefined);
                brain.follow(node, { key: 'input_db', target_lufs: -14 });
                await node.destroy();
                end();
                brain.release(node);
                const messages = [
                    await kit.refusal(() => brain.listen(node, 'out', () => undefined)),
                    await kit.refusal(() => brain.follow(node, { key: 'input_db', target_lufs: -14 })),
                    await kit.refusal(() => brain.resetLoudness(node, 'out')),
                ];
                await engine.destroy();
                await context.close();
                return messages;
            },
            null,
        );
        for (const message of seen) assert.match(message, /limiter is destroyed; create another/);
    });
}

test('transport(): what is not named goes on up to the frame named, also before a message that waits', async () => {
    const seen = await harness.visit(
        'plain',
        async () => {
            const sent: object[] = [];
            const real = AudioWorkletNode;
            globalThis.AudioWorkletNode = class extends real {
                constructor(...given: ConstructorParameters<typeof AudioWorkletNode>) {
                    super(...given);
                    const post = this.port.postMessage.bind(this.port);
                    this.port.postMessage = (message: { type: string }, transfer: unknown = []): void => {
                        if (message.type === 'transport') sent.push(message);
                        post(message, transfer as Transferable[]);
                    };
                }
            };
            const engine = await dawg.createEngine(new OfflineAudioContext(2, 128, 48000));
            engine.transport({ beat: 0, playing: true, frame: 0 });
            engine.transport({ tempo_bpm: 90, frame: 48000 });
            engine.transport({ playing: false, frame: 96000 });
            engine.transport({ playing: false, frame: 24000 }); // takes the place of both
            const message = await kit.refusal(() => engine.transport({ frame: NaN }));
            return { sent, message };
        },
        null,
    );
    const type = 'transport';
    assert.deepEqual(seen.sent, [
        { type, tempo_bpm: 120, beat: 0, playing: true, frame: 0 },
        { type, tempo_bpm: 90, beat: 2, playing: true, frame: 48000 },
        { type, tempo_bpm: 90, beat: 3.5, playing: false, frame: 96000 },
        { type, tempo_bpm: 120, beat: 1, playing: false, frame: 24000 },
    ]);
    assert.match(seen.message, /frame is NaN/);
});

test('moves known beforehand have a ramp of 0 s or more', async () => {
    const seen = await harness.call(
        'plain',
        async () => {
            const engine = await dawg.createEngine(new OfflineAudioContext(2, 128, 48000));
            const make = (ramp: number) =>
                kit.refusal(() =>
                    engine.create('limiter', {}, { events: [{ key: 'input_db', value: 3, time: 1, ramp }] }),
                );
            return [await make(-1), await make(NaN)];
        },
        null,
    );
    assert.match(seen[0], /ramp is -1 s/);
    assert.match(seen[1], /ramp is NaN s/);
});

test('create and destroy in a row, each heard by the brain: nothing complains, nothing is left', async () => {
    const seen = await harness.call(
        'isolated',
        async () => {
            const context = new AudioContext({ sampleRate: 48000 });
            const engine = await dawg.createEngine(context);
            const brain = await engine.brain();
            const errors: string[] = [];
            engine.on('error', ({ message }) => errors.push(message));
            const tone = kit.sine(48000, 440, 0.3, 48000);
            const source = kit.play(context, [tone, tone], true);
            for (let i = 0; i < 40; ++i) {
                const node = await engine.create('limiter', {}, { audioParams: i % 2 === 0 });
                source.connect(node).connect(context.destination);
                brain.listen(node, 'out', () => undefined);
                brain.follow(node, { key: 'input_db', target_lufs: -14 });
                if (i % 3) await kit.wait(0.01);
                await (i % 5 ? node.destroy() : Promise.all([node.destroy(), brain.restart()]));
            }
            const isAlive = brain.isAlive;
            const left = engine.nodes.length;
            await engine.destroy();
            await context.close();
            return { errors, isAlive, left };
        },
        null,
    );
    assert.deepEqual(seen, { errors: [], isAlive: true, left: 0 });
});
