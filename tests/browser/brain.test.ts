// The worker's path: it hears what the node plays, moves what it follows, and can stall or die while audio goes on.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadEngine } from '../../tools/dawg/assets.js';
import { Analyser } from '../../tools/dawg/loudness.js';
import { makeSlot } from '../../web/src/chain.js';
import { Rack } from '../../web/src/rack.js';
import { manifest, record } from '../wasm/builds.js';
import { Harness, PAGES } from './harness.js';
import { planar } from './jobs.js';
import { noise } from './page/kit.js';

const RATE = 48000;
/** What the sources of these tests play: noise that repeats each second. */
const LEVEL = 0.05;
const second = [noise(RATE, LEVEL, 21), noise(RATE, LEVEL, 22)];
const looped = (seconds: number) =>
    second.map((channel) => Float32Array.from({ length: seconds * RATE }, (_, i) => channel[i % RATE]));

/** BS.1770 by the dawg analyser over 6 s. */
function programme(): { lufs: number; truePeak: number } {
    const meter = new Analyser(manifest).meter(RATE, 2);
    const six = looped(6);
    meter.feed(six, 0, six[0].length);
    const { integrated_lufs, per_channel } = meter.result();
    return { lufs: integrated_lufs!, truePeak: Math.max(...per_channel.map((p) => p.true_peak_dbtp!)) };
}

const harness = new Harness();

// Mostly they wait for audio: two at a time.
describe('brain', { concurrency: 2 }, () => {
    for (const words of PAGES) {
        test(`${words}: listen() agrees with dawg analyze within 0.1 LU; the spectrum shows a tone`, async (t) => {
            const expected = programme();
            const seen = await harness.visit(
                words,
                async ({ rate, level }) => {
                    const context = new AudioContext({ sampleRate: rate });
                    const engine = await dawg.createEngine(context);
                    const [eq, flat] = [
                        await engine.create('surgical_eq', { output_db: 6 }),
                        await engine.create('limiter'),
                    ];
                    kit.play(context, [kit.noise(rate, level, 21), kit.noise(rate, level, 22)], true).connect(eq);
                    const tone = kit.sine(rate, 937.5, 0.5, rate);
                    kit.play(context, [tone, tone], true).connect(flat);
                    const brain = await engine.brain();
                    const same = brain === (await engine.brain());
                    const heard: Partial<Record<'in' | 'out' | 'tone', import('../../web/src/api.js').Listening>> = {};
                    const off = brain.listen(eq, 'in', (now) => (heard.in = now));
                    brain.listen(eq, 'out', (now) => (heard.out = now));
                    brain.listen(flat, 'in', (now) => (heard.tone = now));
                    await kit.until('all three', () => !!(heard.in && heard.out && heard.tone));
                    const enough = Math.max(heard.in!.frame, heard.out!.frame, heard.tone!.frame) + 3.1 * rate;
                    await kit.until('3 s', () => heard.in!.frame > enough && heard.out!.frame > enough, 30);
                    off();
                    const before = { ...heard };
                    const { frame } = before.in!;
                    brain.resetLoudness(eq, 'out');
                    await kit.until('a new programme', () => heard.out!.frame > frame + rate);
                    const late = context.currentTime - heard.out!.frame / rate;
                    const result = {
                        same,
                        in: before.in!.loudness,
                        out: before.out!.loudness,
                        anew: heard.out!.loudness,
                        gaps: heard.out!.gaps,
                        stopped: heard.in!.frame - frame,
                        bins: heard.tone!.spectrum.length,
                        tone: heard.tone!.spectrum[160],
                        far: Math.max(...heard.tone!.spectrum.slice(400, 3000)),
                        late,
                    };
                    await engine.destroy();
                    await context.close();
                    return result;
                },
                { rate: RATE, level: LEVEL },
            );
            const near = (value: number, wanted: number, by: number, what: string): void =>
                assert.ok(Math.abs(value - wanted) <= by, `${what}: ${value}, expected ${wanted} +- ${by}`);
            assert.ok(seen.same, 'one brain per engine');
            near(seen.in.short_term_lufs, expected.lufs, 0.1, 'short-term loudness of the input');
            near(seen.in.integrated_lufs, expected.lufs, 0.1, 'integrated loudness of the input');
            near(seen.out.short_term_lufs, expected.lufs + 6, 0.1, 'short-term loudness of the output');
            near(seen.anew.integrated_lufs, expected.lufs + 6, 0.3, 'loudness of less than 2 s after a reset');
            near(seen.in.true_peak_dbtp, expected.truePeak, 0.1, 'true peak of the input');
            assert.equal(seen.stopped, 0, 'no more reports after the listener is gone');
            assert.equal(seen.bins, 4097);
            near(seen.tone, -6.02, 0.1, 'bin of the tone');
            assert.ok(seen.far < -80, `far from the tone: ${seen.far} dB`);
            record(
                'WEB-6',
                `${words}: short-term loudness off`,
                seen.in.short_term_lufs - expected.lufs,
                'LU',
                '+-0.1',
            );
            t.diagnostic(`${seen.in.short_term_lufs.toFixed(3)} LUFS, expected ${expected.lufs}; ${seen.gaps} gaps`);
        });

        test(`${words}: follow() leads the loudness to its target; the hand takes the parameter back`, async (t) => {
            const { lufs } = programme();
            const seen = await harness.visit(
                words,
                async ({ rate, level, target_lufs }) => {
                    const slot = kit.watchSlots();
                    const context = new AudioContext({ sampleRate: rate });
                    const engine = await dawg.createEngine(context);
                    const eq = await engine.create('surgical_eq');
                    const source = kit.play(context, [kit.noise(rate, level, 21), kit.noise(rate, level, 22)], true);
                    source.connect(eq).connect(context.destination);
                    const owners: string[] = [];
                    eq.on('ownerchange', ({ key, owner }) => owners.push(`${key} ${owner}`));
                    const track: [number, number][] = [];
                    eq.on('change', ({ key, value }) => {
                        if (key === 'output_db') track.push([context.currentTime, Number(value)]);
                    });
                    const brain = await engine.brain();
                    const start = eq.owner('output_db');
                    brain.follow(eq, { key: 'output_db', target_lufs, slew_db_per_s: 6 });
                    await kit.until('the brain owns it', () => eq.owner('output_db') === 'brain');
                    const latencies: number[] = [];
                    let moves = 0;
                    await kit.until(
                        'the target',
                        () => {
                            const now = slot(0);
                            if (now.moves !== moves) latencies.push(now.frames);
                            moves = now.moves;
                            return Math.abs(eq.get('output_db') - 6) < 0.6 && track.length > 5;
                        },
                        30,
                    );
                    // The fastest change over any half second.
                    const steepest = Math.max(
                        ...track.flatMap(([t0, v0]) =>
                            track.filter(([t1]) => t1 - t0 > 0.5).map(([t1, v1]) => Math.abs(v1 - v0) / (t1 - t0)),
                        ),
                    );
                    eq.set('output_db', -9);
                    await kit.until('the hand owns it', () => eq.owner('output_db') === 'hand');
                    await kit.wait(0.6);
                    const kept = eq.get('output_db');
                    brain.follow(eq, { key: 'output_db', target_lufs, slew_db_per_s: 6, max_db: -8 });
                    await kit.until('the brain owns it again', () => eq.owner('output_db') === 'brain');
                    await kit.until('its limit', () => eq.get('output_db') === -8, 20);
                    eq.parameters.get('output_db')!.value = -3;
                    await kit.until(
                        'an AudioParam is a hand',
                        () => eq.owner('output_db') === 'hand' && eq.get('output_db') === -3,
                    );
                    await kit.until('the event', () => owners.length === 4);
                    brain.follow(eq, { key: 'output_db', target_lufs });
                    await kit.until(
                        'the brain owns it',
                        () => eq.owner('output_db') === 'brain' && owners.length === 5,
                    );
                    brain.release(eq);
                    await kit.until('released', () => eq.owner('output_db') === 'hand' && owners.length === 6);
                    const refusals = {
                        unit: await kit.refusal(() => brain.follow(eq, { key: 'band1_freq_hz', target_lufs })),
                        target: await kit.refusal(() => brain.follow(eq, { key: 'output_db', target_lufs: NaN })),
                    };
                    const base = context.baseLatency;
                    await engine.destroy();
                    await context.close();
                    return { start, owners, latencies, steepest, kept, refusals, base };
                },
                { rate: RATE, level: LEVEL, target_lufs: lufs + 6 },
            );
            assert.equal(seen.start, 'hand');
            assert.deepEqual(
                seen.owners,
                ['brain', 'hand', 'brain', 'hand', 'brain', 'hand'].map((owner) => `output_db ${owner}`),
            );
            assert.equal(seen.kept, -9, 'the brain does not touch what the hand owns');
            assert.ok(seen.steepest <= 6 * 1.2, `${seen.steepest} dB/s, allowed 6`);
            assert.match(seen.refusals.unit, /band1_freq_hz/);
            assert.match(seen.refusals.target, /target_lufs.*NaN/s);
            const sorted = seen.latencies.sort((a, b) => a - b).map((frames) => (1000 * frames) / RATE);
            const [median, p95] = [0.5, 0.95].map((part) => sorted[Math.floor(part * (sorted.length - 1))]);
            t.diagnostic(
                `tap -> moved parameter: median ${median.toFixed(1)} ms, 95 % within ${p95.toFixed(1)} ms ` +
                    `(${sorted.length} moves, the context's own buffer ${(1000 * seen.base).toFixed(1)} ms)`,
            );
            // The worker polls every 4 ms, messages are sent every 10 ms, audio runs in the context's buffers: 20 times that.
            const intervals_ms = 4 + (words === 'plain' ? 2 * 10 : 0) + 2 * 1000 * seen.base;
            assert.ok(sorted.length >= 5, `${sorted.length} moves were seen`);
            assert.ok(median < 20 * intervals_ms, `${median} ms`);
            record('WEB-6', `${words}: tap to moved parameter, median`, median, 'ms', 'measured');
            record('WEB-6', `${words}: tap to moved parameter, 95th percentile`, p95, 'ms', 'measured');
        });

        test(`${words}: the worker stalls, dies and comes back: the audio's bits do not change, follow() works again`, async (t) => {
            const seconds = 5;
            const slot = makeSlot(manifest, 'surgical_eq');
            const settings = { band2_on: 1, band2_gain_db: 6, band5_on: 1, band5_gain_db: -9, output_db: -3 };
            for (const [key, plain] of Object.entries(settings))
                slot.values.set(
                    slot.info.params.findIndex((p) => p.key === key),
                    plain,
                );
            const rack = new Rack(loadEngine(manifest), [slot], RATE, 128, 120);
            const input = looped(seconds);
            const out = [new Float32Array(seconds * RATE), new Float32Array(seconds * RATE)] as const;
            rack.process(input, undefined, out, 0, seconds * RATE);
            harness.server.files.set('expected', planar(out));
            const stalling =
                "import '../browser/dawg-worker.js';\n" +
                "addEventListener('message', ({ data }) => {\n" +
                '    const end = performance.now() + data.stall_ms;\n' +
                '    while (performance.now() < end);\n' +
                '});\n';
            harness.server.files.set('stalling.js', Buffer.from(stalling));

            const seen = await harness.visit(
                words,
                async ({ rate, level, seconds, settings, target_lufs }) => {
                    const workers = kit.watchWorkers();
                    const context = new AudioContext({ sampleRate: rate });
                    const engine = await dawg.createEngine(context, { workerUrl: './files/stalling.js' });
                    const events: string[] = [];
                    engine.on('worker', ({ state, reason }) => events.push(`${state}: ${reason}`));
                    const values = { ...settings, band2_on: true, band5_on: true };
                    const steady = await engine.create('surgical_eq', values);
                    const led = await engine.create('surgical_eq');
                    let crashes = 0;
                    for (const node of [steady, led]) node.onprocessorerror = () => ++crashes;
                    const start = Math.ceil(((context.currentTime + 0.5) * rate) / 128) * 128;
                    const recorded = await kit.record(steady, start, seconds * rate);
                    const noise = [kit.noise(rate, level, 21), kit.noise(rate, level, 22)];
                    const source = new AudioBufferSourceNode(context, {
                        buffer: kit.bufferOf(context, noise),
                        loop: true,
                    });
                    source.start(start / rate);
                    source.connect(steady);
                    source.connect(led).connect(context.destination);

                    const brain = await engine.brain();
                    const heard: import('../../web/src/api.js').Listening[] = [];
                    brain.listen(steady, 'out', (now) => heard.push(now));
                    brain.follow(led, { key: 'output_db', target_lufs, slew_db_per_s: 12 });
                    await kit.until('it hears', () => heard.length > 3);
                    const gapsBefore = heard.at(-1)!.gaps;
                    const workersBefore = workers.length;
                    const stallFrame = heard.at(-1)!.frame;
                    workers.at(-1)!.postMessage({ stall_ms: 1200 });
                    await kit.until(
                        'it hears after the stall',
                        () => heard.at(-1)!.frame > stallFrame + 1.5 * rate,
                        30,
                    );
                    const gapsAfter = heard.at(-1)!.gaps;
                    const death = context.currentTime;
                    workers.at(-1)!.terminate();
                    await kit.until('lost', () => events.length > 0, 30);
                    await kit.until('audio goes on without the worker', () => steady.meters.output_peak_db > -60);
                    await kit.until('restarted', () => events.some((event) => event.startsWith('restarted')), 30);
                    const count = heard.length;
                    await kit.until('it hears again', () => heard.length > count + 3, 30);
                    led.set('output_db', -6);
                    brain.follow(led, { key: 'output_db', target_lufs, slew_db_per_s: 12 });
                    await kit.until('it follows again', () => led.get('output_db') > 0, 30);
                    await brain.restart();
                    const again = heard.length;
                    await kit.until('it hears after restart()', () => heard.length > again + 3, 30);
                    const isAlive = brain.isAlive;
                    const channels = await recorded();
                    const expected = await kit.getStereo('expected');
                    let first = -1;
                    for (let i = 0; i < channels[0].length && first < 0; ++i)
                        if (channels[0][i] !== expected[0][i] || channels[1][i] !== expected[1][i]) first = i;
                    const same = (await kit.sha256(channels)) === (await kit.sha256(expected));
                    const until = context.currentTime;
                    await engine.destroy();
                    await context.close();
                    return {
                        ...{ events, crashes, isAlive, first, same },
                        gaps: gapsAfter - gapsBefore,
                        workers: [workersBefore, workers.length],
                        deathAt: death - start / rate,
                        until: until - start / rate,
                    };
                },
                { rate: RATE, level: LEVEL, seconds, settings, target_lufs: programme().lufs + 6 },
            );
            assert.equal(seen.crashes, 0, 'processors that died');
            assert.equal(seen.first, -1, `the recording differs from frame ${seen.first} on`);
            assert.ok(seen.same, 'the recording has the bits of a rendering');
            assert.deepEqual(
                seen.events.map((event) => event.split(':')[0]),
                ['lost', 'restarted', 'restarted'],
            );
            assert.ok(seen.isAlive);
            assert.equal(seen.workers[0], 1);
            assert.ok(seen.workers[1] >= 3, `${seen.workers[1]} workers were started`);
            // The ring holds 0.7 s of two taps, and 0.2 s of messages may be under way: 1.2 s do not fit.
            assert.ok(seen.gaps > 0, 'lost pieces are counted');
            t.diagnostic(
                `${seen.gaps} records lost in a stall of 1.2 s; killed ${seen.deathAt.toFixed(1)} s into the recording; ` +
                    seen.events.join(', '),
            );
        });
    }
});
