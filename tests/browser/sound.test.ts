// What a node promises of its sound: bypass, latency, tail, meters, counters, AudioParams, key, mono, tempo, reset. Offline
// where samples matter, live where they do not.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { manifest } from '../wasm/builds.js';
import { Harness, PAGES, inTurn } from './harness.js';
import { planar, runRack } from './jobs.js';
import { noise } from './page/kit.js';

const harness = new Harness();

// Mostly they wait for audio: two at a time.
describe('sound', { concurrency: 2 }, () => {
    for (const words of PAGES)
        test(`${words}: live moves with a frame act exactly there: the recording has the bits of a rendering`, async () => {
            const [rate, seconds] = [48000, 3];
            const second = [noise(rate, 0.3, 31), noise(rate, 0.3, 32)] as const;
            const looped = second.map((channel) =>
                Float32Array.from({ length: seconds * rate }, (_, i) => channel[i % rate]),
            );
            const plugin = manifest.plugins.find(({ key }) => key === 'surgical_eq')!;
            const param = (key: string): number => plugin.params.findIndex((p) => p.key === key);
            const moves = [
                ...[1, 31, 32, 4000, 4001, 70000, 70033, 120001].map((frame, i) => ({
                    ...{ frame, key: 'output_db', value: -1 - i, ramp: i % 3 ? 0 : 0.1 },
                })),
                { frame: 10000, key: 'band3_gain_db', value: 9, ramp: 0 },
                { frame: 90000, key: 'band3_gain_db', value: -9, ramp: 0.2 },
            ];
            const job = {
                ...{ plugin, values: {}, settings: [[param('band3_on'), 1]] as [number, number][] },
                events: moves.map(({ frame, key, value, ramp }) => ({
                    ...{ frame, param: param(key), plain: value, ramp: ramp * rate },
                })),
            };
            job.events.sort((a, b) => a.frame - b.frame);
            harness.server.files.set('expected', planar(runRack(job, rate, [looped[0], looped[1]], undefined)));
            const first = await harness.call(
                words,
                async ({ rate, seconds, moves }) => {
                    const context = new AudioContext({ sampleRate: rate });
                    const engine = await dawg.createEngine(context);
                    const eq = await engine.create('surgical_eq', { band3_on: true });
                    const start = Math.ceil((context.currentTime * rate + 0.7 * rate) / 128) * 128;
                    const recorded = await kit.record(eq, start, seconds * rate);
                    const buffer = kit.bufferOf(context, [kit.noise(rate, 0.3, 31), kit.noise(rate, 0.3, 32)]);
                    const source = new AudioBufferSourceNode(context, { buffer, loop: true });
                    source.start(start / rate);
                    source.connect(eq);
                    // The ones at the start are known at the start; half of the others much later.
                    const send = ({ key, value, frame, ramp }: (typeof moves)[number]) =>
                        (eq.set as (k: string, v: number, o: object) => void)(key, value, {
                            frame: start + frame,
                            ramp,
                        });
                    for (const move of moves) if (move.frame < 80000) send(move);
                    if (context.currentTime * rate > start) throw new Error('the page was too slow to be in time');
                    await kit.wait(0.9);
                    for (const move of moves) if (move.frame >= 80000) send(move);
                    const channels = await recorded();
                    const expected = await kit.getStereo('expected');
                    await engine.destroy();
                    await context.close();
                    for (let i = 0; i < channels[0].length; ++i)
                        if (channels[0][i] !== expected[0][i] || channels[1][i] !== expected[1][i]) return i;
                    return undefined;
                },
                { rate, seconds, moves },
            );
            assert.equal(first, undefined, `the recording differs from frame ${first} on`);
        });

    for (const words of PAGES) {
        const each = inTurn(words);
        test(`${words}: bypass is the input, as late as the plugin; latency and tail follow the settings`, async () => {
            const seen = await harness.call(
                words,
                async () => {
                    const rate = 48000;
                    const input = [kit.noise(rate / 2, 0.5, 1), kit.noise(rate / 2, 0.5, 2)];
                    let latency = 0;
                    const job = { plugin: 'limiter', values: { bypass: true, input_db: 12 }, rate };
                    const out = await kit.renderOffline(job, input, undefined, (_, node) => {
                        latency = node.latencySamples;
                    });
                    const delayed = out?.every((channel, c) =>
                        channel.every((x, i) => x === (i < latency ? 0 : input[c][i - latency])),
                    );

                    const context = new AudioContext({ sampleRate: rate });
                    const engine = await dawg.createEngine(context);
                    const limiter = await engine.create('limiter');
                    const events: number[] = [];
                    limiter.on('latencychange', ({ samples }) => events.push(samples));
                    const first = limiter.latencySamples;
                    limiter.bypass = true;
                    await kit.until('bypass holds', () => limiter.get('bypass') && limiter.bypass);
                    const bypassed = limiter.latencySamples;
                    limiter.set('lookahead_ms', 10);
                    await kit.until('latencychange', () => events.length > 0);
                    const last = limiter.latencySamples;
                    const delay = await engine.create('ducking_delay', { feedback: 0.2 });
                    const short = delay.tailSeconds;
                    delay.set('feedback', 0.8);
                    await kit.until('a longer tail', () => delay.tailSeconds > short);
                    const long = delay.tailSeconds;
                    delay.set('feedback', 1.1);
                    await kit.until('no end', () => delay.tailSeconds === Infinity);
                    await engine.destroy();
                    await context.close();
                    return { delayed, latency, first, bypassed, events, last, short, long };
                },
                null,
            );
            assert.equal(seen.delayed, true, 'the bypassed samples are the input');
            assert.equal(seen.latency, 262);
            assert.equal(seen.first, 262);
            assert.equal(seen.bypassed, 262, 'bypass keeps the latency');
            assert.deepEqual(seen.events, [seen.last]);
            assert.ok(seen.last === seen.first + 240, `${seen.last}: 5 ms more at 48 kHz`);
            assert.ok(seen.short > 1 && seen.long > 2 * seen.short, `${seen.short} s, ${seen.long} s`);
        });

        test(`${words}: meters read the audio; NaN in the input is counted and does no harm`, async () => {
            const seen = await harness.call(
                words,
                async () => {
                    const context = new AudioContext({ sampleRate: 48000 });
                    const engine = await dawg.createEngine(context);
                    const eq = await engine.create('surgical_eq', { output_db: -6 });
                    const idle = eq.meters.input_peak_db;
                    const tone = kit.sine(48000, 1000, 0.5, 48000);
                    const source = kit.play(context, [tone, tone], true);
                    source.connect(eq).connect(context.destination);
                    let heard: Record<string, number> = {};
                    const off = eq.on('meters', (meters) => (heard = { ...meters }));
                    await kit.until('the meters move', () => Math.abs(eq.meters.output_peak_db + 12.02) < 0.2, 20);
                    await kit.until('the event as well', () => Math.abs(heard.output_peak_db + 12.02) < 0.2);
                    off();
                    const meters = { ...eq.meters };
                    source.stop();
                    const bad = Float32Array.from(tone);
                    for (let i = 0; i < 100; ++i) bad[i * 100] = i % 2 ? NaN : Infinity;
                    const poison = kit.play(context, [bad]);
                    poison.connect(eq);
                    await kit.until('guarded', () => eq.counters.guarded >= 100);
                    await kit.until('alive', () => eq.meters.output_peak_db > -13);
                    const { counters } = eq;
                    await engine.destroy();
                    await context.close();
                    return { idle, meters, counters };
                },
                null,
            );
            assert.ok(seen.idle < -60, `idle at ${seen.idle} dB`);
            assert.ok(Math.abs(seen.meters.input_peak_db + 6.02) < 0.1, `${seen.meters.input_peak_db} dB`);
            assert.equal(seen.counters.faults, 0);
        });

        each('AudioParams move values, and only when they differ from before: the last hand wins', async () => {
            const seen = await harness.call(
                words,
                async () => {
                    const rate = 48000;
                    const input = [kit.sine(2 * rate, 1000, 0.5, rate), kit.sine(2 * rate, 1000, 0.5, rate)];
                    let node: import('./page/kit.js').PluginNode | undefined;
                    const job = { plugin: 'surgical_eq', rate, audioParams: true };
                    const out = await kit.renderOffline(job, input, undefined, async (engine, made, context) => {
                        node = made;
                        const param = made.parameters.get('output_db')!;
                        param.setValueAtTime(-6, 0.25);
                        param.setValueAtTime(-6, 0.5);
                        param.linearRampToValueAtTime(-18, 1.5);
                        const rest = await engine.create('limiter', {}, { audioParams: false });
                        if (rest.parameters.size) throw new Error('lean nodes have no AudioParams');
                        void context.suspend(1.75).then(async () => {
                            (made.set as (k: string, v: number) => void)('output_db', -1);
                            await kit.wait(0.05);
                            await context.resume();
                        });
                    });
                    if (!out) throw new Error('no output');
                    const level = (from: number, to: number) =>
                        kit.db(kit.rms(out[0], from * rate, to * rate) / 0.35355);
                    const defaults = [...node!.parameters].map(([key, p]) => [
                        key,
                        p.defaultValue,
                        p.minValue,
                        p.maxValue,
                    ]);
                    return {
                        first: level(0.1, 0.2),
                        step: level(0.4, 0.5),
                        middle: level(0.999, 1.001),
                        end: level(1.6, 1.75),
                        byHand: level(1.9, 2),
                        defaults,
                        automatable: node!.info.params
                            .filter((p) => p.automatable)
                            .map((p) => [p.key, Math.fround(p.def), Math.fround(p.min), Math.fround(p.max)]),
                    };
                },
                null,
            );
            const near = (value: number, db: number, by: number): void =>
                assert.ok(Math.abs(value - db) < by, `${value.toFixed(3)} dB, expected ${db}`);
            near(seen.first, 0, 0.01);
            near(seen.step, -6, 0.01);
            near(seen.middle, -12, 0.7); // a ramp of 50 ms follows the automation by at most 0.6 dB
            near(seen.end, -18, 0.01);
            near(seen.byHand, -1, 0.01);
            assert.deepEqual(seen.defaults.sort(), seen.automatable.sort());
        });

        each('the AudioParams of a full node start at the values that create() was given', async () => {
            const seen = await harness.call(
                words,
                async () => {
                    const rate = 48000;
                    const input = [kit.noise(rate, 0.3, 5), kit.noise(rate, 0.3, 6)];
                    const values = { band2_on: true, band2_gain_db: 9, band2_freq_hz: 800, output_db: -3 };
                    const [lean, full] = [false, true].map((audioParams) =>
                        kit.renderOffline(
                            { plugin: 'surgical_eq', values, rate, audioParams },
                            input,
                            undefined,
                            (_, node) => {
                                if (audioParams) started = node.parameters.get('band2_gain_db')!.value;
                            },
                        ),
                    );
                    let started = NaN;
                    const [a, b] = [await lean, await full];
                    return { same: (await kit.sha256(a!)) === (await kit.sha256(b!)), started };
                },
                null,
            );
            assert.equal(seen.started, 9);
            assert.ok(seen.same, 'lean and full nodes give the same bits');
        });

        each(
            'a mono source is heard on both sides; a key ducks; the tempo sets a synced delay; reset() is silence',
            async () => {
                const seen = await harness.call(
                    words,
                    async () => {
                        const rate = 48000;
                        const mono = kit.noise(rate, 0.3, 9);
                        const job = { plugin: 'ducking_delay', values: { mix: 0.5, feedback: 0.6, time_ms: 50 }, rate };
                        const [one, two] = [
                            await kit.renderOffline(job, [mono]),
                            await kit.renderOffline(job, [mono, mono]),
                        ];
                        const quiet = kit.noise(rate, 0.01, 3);
                        const wet = { ...job, values: { ...job.values, mix: 1, range_db: 40, threshold_db: -20 } };
                        const keyed = await kit.renderOffline(wet, [quiet, quiet], [mono, mono]);
                        const free = await kit.renderOffline(wet, [quiet, quiet]);
                        const ducked = kit.db(kit.rms(keyed![0], rate / 2)) - kit.db(kit.rms(free![0], rate / 2));

                        const context = new AudioContext({ sampleRate: rate });
                        const engine = await dawg.createEngine(context);
                        engine.transport({ tempo_bpm: 90 });
                        const delay = await engine.create('ducking_delay', { sync: '1/4', mix: 1, feedback: 1 });
                        const source = kit.play(context, [mono]);
                        const listen = new AnalyserNode(context, { fftSize: 2048 });
                        source.connect(delay).connect(listen).connect(context.destination);
                        await kit.until('a quarter at 90 bpm', () => Math.abs(delay.meters.delay_ms - 2000 / 3) < 0.5);
                        engine.transport({ tempo_bpm: 120 });
                        await kit.until('a quarter at 120 bpm', () => Math.abs(delay.meters.delay_ms - 500) < 0.5);
                        const block = new Float32Array(2048);
                        const level = () => {
                            listen.getFloatTimeDomainData(block);
                            return kit.peak([block]);
                        };
                        await kit.until('echoes behind the end', () => context.currentTime > 1.3 && level() > 0.01, 20);
                        delay.reset();
                        await kit.until('silence', () => level() === 0);
                        await kit.wait(0.7);
                        const after = level();
                        const kept = delay.get('feedback');
                        await engine.destroy();
                        await context.close();
                        return { mono: (await kit.sha256(one!)) === (await kit.sha256(two!)), ducked, after, kept };
                    },
                    null,
                );
                assert.ok(seen.mono, 'mono = the same on both channels, bit for bit');
                assert.ok(seen.ducked < -10, `the key ducks by ${seen.ducked.toFixed(1)} dB`);
                assert.equal(seen.after, 0, 'no echo comes back');
                assert.equal(seen.kept, 1, 'values stay');
            },
        );
    }
});
