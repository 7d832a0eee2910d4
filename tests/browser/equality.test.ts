// E-9 in the browser: settings, timed moves and a key give the same bits in the worklet (OfflineAudioContext, quanta of
// 64, 128 and 256 frames), in engine.render()'s Web Worker, in the dawg command and in the native build, for every
// plugin, with shared memory and without. Hashes are compared within the run; none is stored.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { wavHeader } from '../../web/src/wav.js';
import { dawgCommand, interleaved } from './command.js';
import type { Stereo } from '../../worklet/engine.js';
import { TEMPO_BPM, manifest, peak, record, runNative, sha256, testSignals } from '../wasm/builds.js';
import { Harness, OfflineTabs, PAGES, isFull } from './harness.js';
import { firstDifference, keyEvents, planar, runRack, seededJob, stereoOf } from './jobs.js';

const RATES = isFull ? [44100, 48000, 96000] : [48000];
const [INPUT_S, TAIL_S] = isFull ? [10, 20] : [2, 1.5];
const QUANTA = [64, 128, 256];

const harness = new Harness();
const tabs = new Map<string, OfflineTabs>(PAGES.map((words) => [words, new OfflineTabs(harness, words)]));
after(async () => {
    for (const tab of tabs.values()) await tab.close();
});

for (const rate of RATES) {
    const inputFrames = INPUT_S * rate;
    const { input, key } = testSignals(rate, inputFrames, TAIL_S * rate);

    for (const plugin of manifest.plugins) {
        const job = seededJob(plugin, inputFrames, rate);
        const side = plugin.sideChannels ? key : undefined;
        let rendered: Stereo | undefined;
        const reference = (): Stereo => (rendered ??= runRack(job, rate, input, side));

        /** The page left its output in files/; on a difference, the first one is named. */
        const equal = (name: string): void => {
            const bytes = harness.server.files.get(name);
            assert.ok(bytes, `the page wrote no ${name}`);
            harness.server.files.delete(name);
            const out = stereoOf(bytes);
            if (sha256(out) !== sha256(reference()))
                assert.fail(`${name} differs from Node's rendering: ${firstDifference(out, reference())}`);
        };

        test(`E-9 ${plugin.key}, ${rate} Hz: dawg's rack in Node = native`, () => {
            assert.ok(peak(reference()) > 0.05, `${peak(reference())} at most: nothing to compare`);
            const settings = job.settings.map(([param, plain]) => ({ frame: 0, param, plain, ramp: 0 }));
            const native = runNative('native', plugin, rate, 128, [...settings, ...job.events], input, side);
            assert.equal(firstDifference(native, reference()), 'nowhere');
            assert.equal(sha256(native), sha256(reference()));
        });

        const events = keyEvents(job, rate);
        const base = { plugin: plugin.key, values: job.values, events, rate, tempo_bpm: TEMPO_BPM };
        const hasKey = side !== undefined;

        for (const [i, words] of PAGES.entries()) {
            // What does not depend on how threads share memory is heard on one kind of page, the next plugin's on the other.
            const isWhole = isFull || manifest.plugins.indexOf(plugin) % PAGES.length === i;
            const quanta = isWhole ? QUANTA : [128];
            test(`E-9 ${plugin.key}, ${rate} Hz, ${words} page: worklet in quanta of ${quanta.join(', ')} = Node`, async (t) => {
                harness.server.files.set('input', planar(input)).set('key', planar(key));
                const tab = await tabs.get(words)!.tab(QUANTA.length + 1);
                const ignored = await tab.run(
                    async ({ base, quanta, hasKey, isWhole }) => {
                        const input = await kit.getStereo('input');
                        const key = hasKey ? await kit.getStereo('key') : undefined;
                        const ignored: number[] = [];
                        const runs = quanta.map((quantum) => ({ quantum, audioParams: false }));
                        for (const run of [...runs, ...(isWhole ? [{ quantum: 128, audioParams: true }] : [])]) {
                            const out = await kit.renderOffline({ ...base, ...run }, input, key);
                            if (out) await kit.putStereo(`${run.quantum}${run.audioParams ? ', full' : ''}`, out);
                            else ignored.push(run.quantum);
                        }
                        return ignored;
                    },
                    { base, quanta, hasKey, isWhole },
                );
                for (const quantum of ignored)
                    t.diagnostic(`SKIPPED quanta of ${quantum}: the browser ignores renderSizeHint`);
                const names = quanta.filter((quantum) => !ignored.includes(quantum)).map(String);
                for (const name of isWhole ? [...names, '128, full'] : names) equal(name);
                record(
                    'WEB-1',
                    `${plugin.key}, ${rate} Hz, worklet on an ${words} page: other bits than native`,
                    0,
                    '',
                    '0',
                );
                t.diagnostic(
                    `${job.settings.length} settings, ${events.length} moves, sha256 ${sha256(reference()).slice(0, 16)}…`,
                );
            });

            if (!isWhole) continue;
            test(`E-9 ${plugin.key}, ${rate} Hz, ${words} page: render() in blocks of 128 and 441 = Node`, async () => {
                harness.server.files.set('input', planar(input)).set('key', planar(key));
                const tab = await tabs.get(words)!.tab(1);
                await tab.run(
                    async ({ base, hasKey, inputFrames, tail }) => {
                        const audio = async (name: string) => ({
                            sampleRate: base.rate,
                            channels: (await kit.getStereo(name)).map((channel) => channel.slice(0, inputFrames)),
                        });
                        const engine = await dawg.createEngine(new OfflineAudioContext(2, 128, base.rate));
                        const chain = [{ plugin: base.plugin, params: base.values }];
                        for (const block of [128, 441]) {
                            const out = await engine.render(await audio('input'), chain, {
                                ...(hasKey && { key: await audio('key') }),
                                tempo_bpm: base.tempo_bpm,
                                tail,
                                compensate: false,
                                block,
                                events: base.events.map(({ frame, ...event }) => ({
                                    ...event,
                                    time: frame / base.rate,
                                })),
                            });
                            await kit.putStereo(`render-${block}`, out.channels);
                        }
                        await engine.destroy();
                    },
                    { base, hasKey, inputFrames, tail: TAIL_S },
                );
                for (const name of ['render-128', 'render-441']) equal(name);
                assert.equal(harness.server.missing.join(), '', 'files the page asked for in vain');
            });
        }
    }
}

test('E-9 every plugin: render() in the page = the dawg command, bit for bit', async () => {
    const [rate, frames, tail] = [48000, 48000, 1];
    const { input, key } = testSignals(rate, frames, 0);
    const dir = mkdtempSync(join(tmpdir(), 'dawg-browser-'));
    try {
        const wav = (name: string, pair: Stereo): string => {
            const path = join(dir, name);
            const samples = interleaved(pair);
            const header = wavHeader({ rate, channels: 2, bits: '32f', dataBytes: samples.byteLength });
            writeFileSync(path, Buffer.concat([header, samples]));
            return path;
        };
        const [inPath, keyPath, outPath] = [wav('in.wav', input), wav('key.wav', key), join(dir, 'out.wav')];
        harness.server.files.set('input', planar(input)).set('key', planar(key));
        const tab = await tabs.get('isolated')!.tab(manifest.plugins.length);
        for (const plugin of manifest.plugins) {
            const job = seededJob(plugin, frames, rate);
            const events = keyEvents(job, rate);
            const hasKey = plugin.sideChannels > 0;
            const moves = events.flatMap(({ frame, key, value }) => ['--at', `${frame / rate}:${key}=${value}`]);
            const sets = Object.entries(job.values).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
            const keyArgs = hasKey ? ['--key', keyPath] : [];
            // prettier-ignore
            execFileSync(process.execPath, [dawgCommand, 'render', inPath, '-o', outPath, '--plugin', plugin.key,
                ...sets, ...moves, ...keyArgs, '--tempo', `${TEMPO_BPM}`, '--tail', `${tail}`, '--no-compensate']);
            await tab.run(
                async ({ plugin, values, events, rate, tail, hasKey, tempo_bpm }) => {
                    const engine = await dawg.createEngine(new OfflineAudioContext(2, 128, rate));
                    const audio = async (name: string) => ({ sampleRate: rate, channels: await kit.getStereo(name) });
                    const out = await engine.render(await audio('input'), [{ plugin, params: values }], {
                        key: hasKey ? await audio('key') : undefined,
                        ...{ tempo_bpm, tail, compensate: false },
                        events: events.map(({ frame, key, value }) => ({ time: frame / rate, key, value })),
                    });
                    await kit.putStereo('rendered', out.channels);
                    await engine.destroy();
                },
                { plugin: plugin.key, values: job.values, events, rate, tail, hasKey, tempo_bpm: TEMPO_BPM },
            );
            const file = readFileSync(outPath);
            const samples = interleaved(stereoOf(harness.server.files.get('rendered') ?? Buffer.alloc(0)));
            assert.equal(file.length - 58, samples.length, `${plugin.key}: bytes of samples`);
            assert.ok(file.subarray(58).equals(samples), `${plugin.key}: the samples differ`);
        }
    } finally {
        rmSync(dir, { recursive: true });
    }
});
