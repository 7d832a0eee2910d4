// engine.render(): a chain over a buffer in a Web Worker. Progress, abort, errors, rates, mono, keys, latency, tails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadEngine } from '../../tools/dawg/assets.js';
import { makeSlot } from '../../web/src/chain.js';
import { Rack } from '../../web/src/rack.js';
import { manifest, sha256, testSignals } from '../wasm/builds.js';
import { Harness, PAGES } from './harness.js';
import { firstDifference, planar, stereoOf } from './jobs.js';

const harness = new Harness();

for (const rate of [8000, 44100, 192000])
    test(`${rate} Hz, stereo and mono, a chain with latency and a key: the bits of Node, as long as promised`, async () => {
        const [frames, tailFrames] = [Math.min(rate / 2, 24000), Math.round(0.25 * rate)];
        const { input, key } = testSignals(rate, frames, tailFrames);
        const chain = ['limiter', 'ducking_delay'];
        const slots = () => chain.map((name) => makeSlot(manifest, name));
        const run = (channels: readonly Float32Array[], compensate: boolean) => {
            const rack = new Rack(loadEngine(manifest), slots(), rate, 128, 120);
            const skip = compensate ? rack.latency : 0;
            const longer = (channel: Float32Array): Float32Array => {
                const all = new Float32Array(frames + tailFrames + skip);
                all.set(channel);
                return all;
            };
            const out = [longer(new Float32Array(0)), longer(new Float32Array(0))] as const;
            const side = [longer(key[0]), longer(key[1])] as const;
            rack.process(channels.map(longer), side, out, 0, out[0].length);
            return [out[0].slice(skip), out[1].slice(skip)] as const;
        };
        const expected = {
            stereo: run([input[0].subarray(0, frames), input[1].subarray(0, frames)], true),
            late: run([input[0].subarray(0, frames), input[1].subarray(0, frames)], false),
            mono: run([input[0].subarray(0, frames)], true),
        };
        harness.server.files.set('input', planar(input)).set('key', planar(key));
        const seen = await harness.call(
            'isolated',
            async ({ rate, frames, tail, chain }) => {
                const engine = await dawg.createEngine(new OfflineAudioContext(2, 128, 48000));
                const [left, right] = (await kit.getStereo('input')).map((channel) => channel.slice(0, frames));
                const key = { sampleRate: rate, channels: (await kit.getStereo('key')).map((c) => c.slice(0, frames)) };
                const plugins = chain.map((plugin) => ({ plugin }));
                const buffer = new AudioBuffer({ length: frames, numberOfChannels: 2, sampleRate: rate });
                buffer.copyToChannel(left, 0);
                buffer.copyToChannel(right, 1);
                const stereo = await engine.render(buffer, plugins, { key, tail });
                await kit.putStereo('stereo', stereo.channels);
                const late = await engine.render(
                    { sampleRate: rate, channels: [left, right] },
                    { format: 'dawg-chain', version: 1, plugins },
                    { key, tail, compensate: false },
                );
                await kit.putStereo('late', late.channels);
                const mono = await engine.render({ sampleRate: rate, channels: [left] }, plugins, { key, tail });
                await kit.putStereo('mono', mono.channels);
                const intact = left.length === frames;
                return {
                    intact,
                    rate: stereo.sampleRate,
                    latency: stereo.latencySamples,
                    tail: stereo.tailSamples,
                    us: stereo.usPer128Frames,
                };
            },
            { rate, frames, tail: 0.25, chain },
        );
        for (const [name, pair] of Object.entries(expected)) {
            const out = stereoOf(harness.server.files.get(name) ?? Buffer.alloc(0));
            assert.equal(firstDifference(out, pair), 'nowhere', name);
            assert.equal(sha256(out), sha256(pair), name);
        }
        assert.ok(seen.intact, 'the caller keeps the input');
        assert.equal(seen.rate, rate);
        assert.equal(seen.tail, tailFrames);
        assert.equal(seen.latency, new Rack(loadEngine(manifest), slots(), rate, 128, 120).latency);
        assert.equal(seen.us.length, 2);
        for (const us of seen.us) assert.ok(us > 0, `${us} µs`);
    });

for (const words of PAGES)
    test(`${words}: progress rises to 1; abort ends it at once; errors cross the worker; the next one works`, async () => {
        const seen = await harness.call(
            words,
            async () => {
                const rate = 48000;
                const engine = await dawg.createEngine(new OfflineAudioContext(2, 128, rate));
                const noise = kit.noise(20 * rate, 0.3);
                const input = { sampleRate: rate, channels: [noise, noise] };
                const chain = Array.from({ length: 4 }, () => ({ plugin: 'limiter' }));
                const progress: number[] = [];
                await engine.render(input, chain, { onProgress: (fraction) => progress.push(fraction) });

                const gone = new AbortController();
                gone.abort();
                const name = (work: Promise<unknown>) =>
                    work.then(
                        () => 'done',
                        (error: unknown) => (error as Error).name,
                    );
                const before = await name(engine.render(input, chain, { signal: gone.signal }));
                const soon = new AbortController();
                let late = 0;
                const working = engine.render(input, chain, {
                    signal: soon.signal,
                    onProgress: () => {
                        if (soon.signal.aborted) ++late;
                        soon.abort();
                    },
                });
                const during = await name(working);
                const short = { sampleRate: rate, channels: [noise.slice(0, 4800)] };
                const render = (...args: Parameters<typeof engine.render>) => kit.refusal(() => engine.render(...args));
                const errors = {
                    plugin: await render(short, [{ plugin: 'limitr' }]),
                    param: await render(short, [{ plugin: 'limiter', params: { ceiling_db: 5 } }]),
                    rate: await render({ ...short, sampleRate: 4000 }, chain),
                    none: await render({ sampleRate: rate, channels: [] }, chain),
                    three: await render({ sampleRate: rate, channels: [noise, noise, noise] }, chain),
                    uneven: await render({ sampleRate: rate, channels: [noise, short.channels[0]] }, chain),
                    key: await render(short, chain, { key: short }),
                    keyRate: await render(short, [{ plugin: 'ducking_delay' }], {
                        key: { ...short, sampleRate: 44100 },
                    }),
                    tail: await render(short, chain, { tail: -1 }),
                    tempo: await render(short, chain, { tempo_bpm: 5 }),
                    event: await render(short, [{ plugin: 'limiter' }], {
                        events: [{ time: 0, key: 'gain', value: 1 }],
                    }),
                };
                const after = (await engine.render(short, [{ plugin: 'limiter' }], { tail: 0 })).channels[0].length;
                const empty = await engine.render(short, [], { tail: 0 });
                const same =
                    (await kit.sha256(empty.channels)) === (await kit.sha256([short.channels[0], short.channels[0]]));
                const costs = await engine.measureCost([{ plugin: 'limiter' }, { plugin: 'surgical_eq' }]);
                return { progress, before, during, late, errors, after, same, costs };
            },
            null,
        );
        assert.ok(seen.progress.length >= 4, `${seen.progress.length} reports`);
        assert.ok(
            seen.progress.every((value, i) => value >= (seen.progress[i - 1] ?? 0) && value <= 1),
            'it only rises',
        );
        assert.equal(seen.progress.at(-1), 1);
        assert.deepEqual([seen.before, seen.during, seen.late], ['AbortError', 'AbortError', 0]);
        assert.match(seen.errors.plugin, /"limitr".*"limiter"/s);
        assert.match(seen.errors.param, /ceiling_db.*"5".*-20 \.\. 0 dB/s);
        assert.match(seen.errors.rate, /4000.*8000 \.\. 192000/s);
        assert.match(seen.errors.none, /channel/);
        assert.match(seen.errors.three, /3 channels|channels.*3/s);
        assert.match(seen.errors.uneven, /frames|length|long/);
        assert.match(seen.errors.key, /key.*limiter|limiter.*key/s);
        assert.match(seen.errors.keyRate, /44100.*48000|48000.*44100/s);
        assert.match(seen.errors.tail, /tail.*-1/s);
        assert.match(seen.errors.tempo, /5.*20.*999/s);
        assert.match(seen.errors.event, /"gain"/);
        assert.equal(seen.after, 4800);
        assert.ok(seen.same, 'an empty chain changes nothing');
        assert.equal(seen.costs.length, 2);
        for (const us of seen.costs) assert.ok(us > 0, `${us} µs`);
    });
