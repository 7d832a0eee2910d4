// Whatever fails before and while an equalizer's tone is followed: what is asked for wrongly, models that are missing or
// damaged, nodes that go, workers that die. Audio goes on, each failure says why, and the next try works.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { loadEngine } from '../../tools/dawg/assets.js';
import { makeSlot } from '../../web/src/chain.js';
import { Rack } from '../../web/src/rack.js';
import type { Engine, Following, PluginNode } from '../../web/src/api.js';
import { manifest } from '../wasm/builds.js';
import { KEY, MATCH, noise, serveLevellers } from '../worker/brain.js';
import { Harness, PAGES, isFull } from './harness.js';
import type { Tab } from './harness.js';
import { planar } from './jobs.js';
import { BUNDLES } from './server.js';

const RATE = 48000;
const FAULT = { hz: 2000, gain_db: 9, q: 1 };
const harness = new Harness();

describe('follow, failing', { concurrency: 2 }, () => {
    before(async () => {
        const { files } = harness.server;
        await serveLevellers(files, 'good');
        const one = noise(1, RATE, FAULT);
        files.set('second', planar([one, one]));
    });

    for (const words of isFull ? PAGES : (['plain'] as const))
        test(`${words}: what is asked for wrongly and models that are missing or damaged are refused, each with its reason, and no bit of the sound changes`, async () => {
            const seconds = 3;
            const slot = makeSlot(manifest, 'surgical_eq');
            const settings = { band2_on: 1, band2_gain_db: 6, output_db: -3 };
            for (const [key, plain] of Object.entries(settings))
                slot.values.set(
                    slot.info.params.findIndex((p) => p.key === key),
                    plain,
                );
            const rack = new Rack(loadEngine(manifest), [slot], RATE, 128, 120);
            const one = noise(1, RATE, FAULT);
            const looped = Float32Array.from({ length: seconds * RATE }, (_, i) => one[i % RATE]);
            const out = [new Float32Array(seconds * RATE), new Float32Array(seconds * RATE)] as const;
            rack.process([looped, looped], undefined, out, 0, seconds * RATE);
            harness.server.files.set('expected', planar(out));

            const seen = await harness.visit(
                words,
                async ({ rate, seconds, folder, settings, key, match }) => {
                    const put = async (name: string, body: BodyInit) => {
                        await fetch(`./files/${folder}/${name}`, { method: 'PUT', body });
                    };
                    const good = async (name: string) => (await fetch(`./files/good/${name}`)).arrayBuffer();
                    const context = new AudioContext({ sampleRate: rate });
                    const engine = await dawg.createEngine(context, { modelBaseUrl: `./files/${folder}` });
                    const errors: string[] = [];
                    engine.on('error', ({ message }) => errors.push(message));
                    const eq = await kit.createAny(engine, 'surgical_eq', { ...settings, band2_on: true });
                    const delay = await kit.createAny(engine, 'ducking_delay');
                    const gone = await kit.createAny(engine, 'surgical_eq');
                    await gone.destroy();
                    const start = Math.ceil(((context.currentTime + 0.5) * rate) / 128) * 128;
                    const recorded = await kit.record(eq, start, seconds * rate);
                    const buffer = kit.bufferOf(context, await kit.getStereo('second'));
                    const source = new AudioBufferSourceNode(context, { buffer, loop: true });
                    source.start(start / rate);
                    source.connect(eq);
                    await kit.until('it runs', () => context.currentTime > start / rate);
                    const brain = await engine.brain();
                    type Options = import('../../web/src/api.js').FollowToneOptions;
                    const refused = (options?: Options, node: PluginNode = eq) =>
                        kit.refusal(() => brain.follow(node, options));

                    const sound = (length: number, level: number) => ({
                        sampleRate: rate,
                        channels: [kit.noise(length * rate, level)],
                    });
                    const wrong = [
                        await refused({ goal: 'loud' as 'punch' }),
                        await refused({ strength: 2 }),
                        await refused({ max_gain_db: 0 }),
                        await refused({ hysteresis_db: -1 }),
                        await refused({ slew_db_per_s: 0 }),
                        await refused({ slew_db_per_s: NaN }),
                        await refused({ reference: sound(0.5, 0.1) }),
                        await refused({ target_lufs: -14 } as unknown as Options),
                        await refused({}, gone),
                    ];
                    const models = [await refused()]; // no registry
                    const registry = await (await fetch('./files/good/models.json')).text();
                    await put('models.json', registry.replace(/"ducking_delay":"\w+",?/g, ''));
                    models.push(await refused(), await refused({}, delay), await refused({ variant: 'int9' }));
                    await put(`${key}.onnx`, (await good(`${key}.onnx`)).slice(0, 5000));
                    models.push(await refused()); // damaged
                    const channels = await recorded();
                    const same = (await kit.sha256(channels)) === (await kit.sha256(await kit.getStereo('expected')));

                    for (const name of [key, match]) await put(`${name}.onnx`, await good(`${name}.onnx`));
                    const silent = await refused({ reference: sound(3, 0) });
                    const next = await brain.follow(eq);
                    const { state } = next;
                    next.release();
                    const suspended = await context.suspend().then(() => refused());
                    await engine.destroy();
                    await context.close();
                    return { wrong, models, silent, suspended, same, state, errors };
                },
                { rate: RATE, seconds, folder: `unfollowed-${words}`, settings, key: KEY, match: MATCH },
                /404/,
            );
            const wrong = [
                /goal is "loud"; allowed: balance/,
                /strength is 2/,
                /max_gain_db is 0/,
                /hysteresis_db is -1/,
                /slew_db_per_s is 0/,
                /slew_db_per_s is NaN/,
                /the reference lasts 0\.50 s; at least/,
                /target_lufs needs a key, .* output_db/,
                /destroyed/,
            ];
            wrong.forEach((pattern, i) => assert.match(seen.wrong[i], pattern));
            const models = [
                /models\.json could not be fetched: 404.*modelBaseUrl says where the models are/,
                /auto_eq_blind\.onnx could not be fetched: 404.*modelBaseUrl/,
                /auto_eq_blind\.onnx was not made for ducking_delay; it was for: .*surgical_eq/,
                /auto_eq_blind has no variant "int9"; there are: fp32/,
                /auto_eq_blind\.onnx is not the model of the registry: it has 5000 bytes and SHA-256/,
            ];
            models.forEach((pattern, i) => assert.match(seen.models[i], pattern));
            assert.match(seen.silent, /the reference is silent/);
            assert.match(seen.suspended, /The context is suspended.*resume\(\)/);
            assert.ok(seen.same, 'the recording has the bits of a rendering');
            assert.equal(seen.state, 'listening', 'the next try works');
            assert.deepEqual(seen.errors, [], 'what rejects is no event besides');
        });

    for (const words of isFull ? PAGES : (['isolated'] as const))
        test(`${words}: a second follower takes over, the hand stops a gain half way, a model lost on the way ends it where it is, a node takes it along`, async () => {
            const seen = await harness.visit(
                words,
                async ({ rate, folder, key }) => {
                    const put = async (name: string, body: BodyInit) => {
                        await fetch(`./files/${folder}/${name}`, { method: 'PUT', body });
                    };
                    const good = async (name: string) => (await fetch(`./files/good/${name}`)).arrayBuffer();
                    for (const name of ['models.json', `${key}.onnx`]) await put(name, await good(name));
                    const context = new AudioContext({ sampleRate: rate });
                    const engine = await dawg.createEngine(context, { modelBaseUrl: `./files/${folder}` });
                    const errors: string[] = [];
                    engine.on('error', ({ message }) => errors.push(message));
                    const eq = await kit.createAny(engine, 'auto_eq', { freeze: true, match_loudness: true });
                    kit.play(context, await kit.getStereo('second'), true)
                        .connect(eq)
                        .connect(context.destination);
                    let crashes = 0;
                    eq.onprocessorerror = () => ++crashes;
                    const brain = await engine.brain();
                    const leads = (following: Following) =>
                        kit.until('it leads', () => following.state === 'follow' && following.keys.length > 0, 30);

                    const first = await brain.follow(eq, { goal: 'warmth' });
                    await leads(first);
                    const second = await brain.follow(eq);
                    const replaced = [first.state, first.error?.message, first.keys.length, second.state];
                    await leads(second);

                    // the gain that has the longest way to go
                    const gain = (k: string) => Number(eq.get(k));
                    const far = (k: string) => Math.abs(second.curve_db[Number(/\d+/.exec(k)![0]) - 1] - gain(k));
                    const mine = second.keys.reduce((a, b) => (far(b) > far(a) ? b : a));
                    const way = far(mine);
                    const before = gain(mine);
                    await kit.until('it is on its way', () => Math.abs(gain(mine) - before) > 0.3);
                    eq.set(mine, 0.25);
                    const others = second.keys.filter((k) => k !== mine);
                    const then = others.map(gain);
                    await kit.wait(1);
                    const taken = [eq.get(mine), eq.owner(mine), second.keys.includes(mine), second.keys.length];
                    const moved = others.filter((k, i) => gain(k) !== then[i]).length;

                    // its model is gone when another worker asks for it
                    await brain.clearCache();
                    await put(`${key}.onnx`, (await good(`${key}.onnx`)).slice(0, 5000));
                    await brain.restart();
                    await kit.until('it ends', () => second.state === 'ended', 20);
                    const stands = second.keys.length + others.filter((k) => eq.owner(k) === 'brain').length;
                    await kit.wait(0.3); // a move may be on its way
                    const [at, frame] = [JSON.stringify(eq.values), context.currentTime];
                    await kit.wait(0.5);
                    const still = JSON.stringify(eq.values) === at && context.currentTime - frame > 0.4;
                    const lost = [second.error?.message, ...errors.splice(0)];

                    // the next try works, until the node goes
                    await put(`${key}.onnx`, await good(`${key}.onnx`));
                    const third = await brain.follow(eq);
                    const goes = third.state;
                    await eq.destroy();
                    await kit.until('it ends', () => third.state === 'ended');
                    third.release();
                    brain.release(eq);
                    const gone = [third.error?.message, ...errors.splice(0)];
                    await engine.destroy();
                    await context.close();
                    return { replaced, way, taken, moved, stands, still, lost, goes, gone, crashes };
                },
                { rate: RATE, folder: `lost-${words}`, key: KEY },
            );
            assert.deepEqual(seen.replaced, ['ended', undefined, 0, 'listening']);
            assert.ok(seen.way > 1, `${seen.way} dB to go`);
            assert.deepEqual(seen.taken, [0.25, 'hand', false, 31]);
            assert.ok(seen.moved > 0, 'others went on');
            assert.equal(seen.stands, 0, 'all is the hand’s again');
            assert.ok(seen.still, 'where it was, while audio goes on');
            for (const reason of seen.lost)
                assert.match(reason!, /auto_eq_blind\.onnx is not the model of the registry/);
            assert.equal(seen.lost.length, 2, 'as its error and as one event');
            assert.equal(seen.goes, 'listening');
            for (const reason of seen.gone) assert.match(reason!, /The node was destroyed while it was followed/);
            assert.equal(seen.crashes, 0);
        });

    for (const words of isFull ? PAGES : (['plain'] as const))
        test(`${words}: a worker that traps is followed by one that goes on; where none can be had, what waits is told and what leads stands still until restart()`, async () => {
            const file = `worker-${words}.js`;
            const good = readFileSync(join(BUNDLES, 'dawg-worker.js'));
            harness.server.files.set(file, good);
            const tab = await harness.open(words);
            await tab.page.context().route(`**/files/good/${MATCH}.onnx`, () => undefined); // never comes
            await tab.run(
                async ({ rate, file }) => {
                    const context = new AudioContext({ sampleRate: rate });
                    const workerUrl = `./files/${file}`;
                    const engine = await dawg.createEngine(context, { modelBaseUrl: './files/good', workerUrl });
                    const moves = await kit.watchMoves(context);
                    const eq = await kit.createAny(engine, 'auto_eq', { freeze: true });
                    const other = await kit.createAny(engine, 'surgical_eq');
                    const source = kit.play(context, await kit.getStereo('second'), true);
                    source.connect(eq).connect(context.destination);
                    source.connect(other).connect(context.destination);
                    const events: string[] = [];
                    engine.on('worker', ({ state, reason }) => events.push(`${state}: ${reason}`));
                    engine.on('error', ({ message }) => events.push(`error: ${message}`));
                    const brain = await engine.brain();
                    const following = await brain.follow(eq);
                    await kit.until('it leads', () => following.state === 'follow' && following.keys.length > 0, 30);
                    Object.assign(globalThis, {
                        scene: { engine, context, eq, other, events, moves, brain, following },
                    });
                },
                { rate: RATE, file },
            );
            const trap = async ({ page }: Tab): Promise<void> => {
                await page.workers()[0].evaluate(() => {
                    // (module (func (export "f") unreachable))
                    const bytes = [
                        0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3,
                    ];
                    const module = new WebAssembly.Module(Uint8Array.from([...bytes, 0, 0, 11]));
                    const { f } = new WebAssembly.Instance(module).exports as { f: () => void };
                    setTimeout(f);
                });
            };
            await trap(tab);
            const first = await tab.run(async () => {
                const { eq, events, moves, brain, following } = (globalThis as unknown as { scene: Scene }).scene;
                const gains = () => following.keys.map((key) => Number(eq.values[key]));
                await kit.until('another worker', () => events.length >= 2);
                const [at, count] = [gains(), moves.length];
                await kit.until('it goes on', () => moves.length > count + 5, 20);
                const jump = Math.max(...gains().map((db, i) => Math.abs(db - at[i])));
                return {
                    jump,
                    events: events.splice(0),
                    state: following.state,
                    keys: at.length,
                    alive: brain.isAlive,
                };
            }, undefined);

            const pending = tab.run(
                async ({ rate }) => {
                    const { other, brain } = (globalThis as unknown as { scene: Scene }).scene;
                    const reference = { sampleRate: rate, channels: [kit.noise(3 * rate, 0.1)] };
                    return kit.refusal(() => brain.follow(other, { reference }));
                },
                { rate: RATE },
            );
            await tab.page.waitForTimeout(300);
            harness.server.files.set(file, Buffer.from('throw new Error("no worker today");'));
            await trap(tab);
            const told = await pending;
            harness.server.files.set(file, good);
            const second = await tab.run(async () => {
                const { context, eq, other, events, moves, brain, following, engine } = (
                    globalThis as unknown as { scene: Scene }
                ).scene;
                const refused = await kit.refusal(() => brain.follow(other));
                const [at, count, time] = [JSON.stringify(eq.values), moves.length, context.currentTime];
                await kit.wait(0.5);
                const stands = JSON.stringify(eq.values) === at && moves.length === count;
                const goes = context.currentTime - time > 0.4;
                const [state, owner] = [following.state, eq.owner(following.keys[0])];
                await brain.restart();
                await kit.until('it goes on', () => moves.length > count, 20);
                const seen = { refused, stands, goes, state, owner, events: [...events], error: following.error };
                await engine.destroy();
                await context.close();
                return seen;
            }, undefined);
            await tab.close(/unreachable|no worker today/);

            const none = /unreachable/;
            assert.deepEqual(
                first.events.map((event) => event.split(':')[0]),
                ['lost', 'restarted'],
            );
            for (const event of first.events) assert.match(event, none);
            assert.deepEqual([first.alive, first.keys], [true, 32]);
            assert.notEqual(first.state, 'ended');
            assert.ok(first.jump < 1.5, `${first.jump} dB from one worker to the next`);
            assert.match(told, /The brain's worker did not start/);
            assert.match(second.refused, /worker is lost: call restart\(\)/);
            assert.deepEqual(
                second.events.map((event) => event.split(':')[0]),
                ['lost', 'error', 'restarted'],
            );
            assert.ok(second.stands && second.goes, 'what it led stands still while audio goes on');
            assert.deepEqual([second.owner, second.error], ['brain', undefined]);
            assert.notEqual(second.state, 'ended');
        });
});

/** What a page keeps between two functions. */
interface Scene {
    engine: Engine;
    context: AudioContext;
    eq: PluginNode;
    other: PluginNode;
    events: string[];
    moves: unknown[];
    brain: Awaited<ReturnType<Engine['brain']>>;
    following: Following;
}
