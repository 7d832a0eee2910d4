// The core of it in Firefox, where it is installed: offline and render() give the bits of Node, and while audio plays the
// worker leads a parameter. Real time needs an audio device: a PulseAudio of our own with a null sink.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import puppeteer from 'puppeteer-core';
import type { Browser, Page } from 'puppeteer-core';
import { TEMPO_BPM, manifest, sha256, testSignals } from '../wasm/builds.js';
import { PAGES } from './harness.js';
import { firstDifference, keyEvents, planar, runRack, seededJob, stereoOf } from './jobs.js';
import { TestServer } from './server.js';

const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
const missing = existsSync(FIREFOX)
    ? undefined
    : `no Firefox at ${FIREFOX} (Debian: apt-get install firefox-esr; another one: FIREFOX=/path)`;
const RATE = 48000;

let browser: Browser;
let server: TestServer;
let folder: string;
let pulse: ChildProcess | undefined;
/** Undefined when real time is possible. */
let silent: string | undefined;

/** Starts PulseAudio with a null sink; undefined, or why there is none. */
async function startSound(socket: string): Promise<string | undefined> {
    const modules = ['module-null-sink rate=48000', `module-native-protocol-unix auth-anonymous=1 socket=${socket}`];
    const own = { HOME: folder, XDG_RUNTIME_DIR: folder, PULSE_RUNTIME_PATH: folder, PULSE_STATE_PATH: folder };
    const flags = ['-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no'];
    let failure: string | undefined;
    pulse = spawn('pulseaudio', [...flags, ...modules.flatMap((line) => ['-L', line])], {
        env: { ...process.env, ...own },
        stdio: 'ignore',
    });
    pulse.on('error', () => (failure = 'no pulseaudio (Debian: apt-get install pulseaudio)'));
    pulse.on('exit', (code) => (failure ??= `pulseaudio ended with code ${code}`));
    for (let i = 0; i < 100 && !failure && !existsSync(socket); ++i) await new Promise((done) => setTimeout(done, 100));
    return existsSync(socket) ? undefined : (failure ?? 'pulseaudio opened no socket within 10 s');
}

before(async () => {
    if (missing) return;
    folder = mkdtempSync(join(tmpdir(), 'dawg-firefox-'));
    server = await TestServer.start();
    const socket = join(folder, 'native');
    silent = await startSound(socket);
    browser = await puppeteer.launch({
        browser: 'firefox',
        executablePath: FIREFOX,
        headless: true,
        env: { ...process.env, PULSE_SERVER: `unix:${socket}` },
        extraPrefsFirefox: { 'media.autoplay.default': 0, 'media.autoplay.blocking_policy': 0 },
    });
});
after(async () => {
    if (missing) return;
    await browser.close();
    server.stop();
    pulse?.kill();
    rmSync(folder, { recursive: true, force: true });
});

async function open(words: string): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(server.url(words));
    await page.waitForFunction(() => globalThis.loaded);
    assert.equal(await page.evaluate(() => globalThis.failed), undefined);
    return page;
}

for (const words of PAGES) {
    test(
        `Firefox, ${words}: every plugin in an OfflineAudioContext and in render() gives the bits of Node`,
        { skip: missing },
        async () => {
            const page = await open(words);
            const [frames, tail] = [RATE, 0.5];
            const { input, key } = testSignals(RATE, frames, tail * RATE);
            server.files.set('input', planar(input)).set('key', planar(key));
            for (const plugin of manifest.plugins) {
                const job = seededJob(plugin, frames, RATE);
                const expected = runRack(job, RATE, input, plugin.sideChannels ? key : undefined);
                await page.evaluate(
                    async ({ base, hasKey, frames, tail }) => {
                        const input = await kit.getStereo('input');
                        const key = hasKey ? await kit.getStereo('key') : undefined;
                        for (const audioParams of [false, true]) {
                            const out = await kit.renderOffline({ ...base, audioParams }, input, key);
                            await kit.putStereo(audioParams ? 'full' : 'lean', out!);
                        }
                        const audio = (channels: Float32Array[]) => ({
                            sampleRate: base.rate,
                            channels: channels.map((channel) => channel.slice(0, frames)),
                        });
                        const engine = await dawg.createEngine(new OfflineAudioContext(2, 128, base.rate));
                        const out = await engine.render(audio(input), [{ plugin: base.plugin, params: base.values }], {
                            ...(key && { key: audio(key) }),
                            ...{ tempo_bpm: base.tempo_bpm, tail, compensate: false },
                            events: base.events.map(({ frame, ...event }) => ({ ...event, time: frame / base.rate })),
                        });
                        await kit.putStereo('render', out.channels);
                    },
                    {
                        base: {
                            ...{ plugin: plugin.key, values: job.values, rate: RATE, tempo_bpm: TEMPO_BPM },
                            events: keyEvents(job, RATE),
                        },
                        hasKey: plugin.sideChannels > 0,
                        frames,
                        tail,
                    },
                );
                for (const name of ['lean', 'full', 'render']) {
                    const out = stereoOf(server.files.get(name) ?? Buffer.alloc(0));
                    server.files.delete(name);
                    assert.equal(firstDifference(out, expected), 'nowhere', `${plugin.key}, ${name}`);
                    assert.equal(sha256(out), sha256(expected), `${plugin.key}, ${name}`);
                }
            }
            await page.close();
        },
    );

    test(
        `Firefox, ${words}: while it plays, meters move, set() acts, the worker follows, destroy() frees`,
        { skip: missing },
        async (t) => {
            if (silent) return t.skip(`no audio device: ${silent}`);
            const page = await open(words);
            const seen = await page.evaluate(async () => {
                const context = new AudioContext({ sampleRate: 48000 });
                const engine = await dawg.createEngine(context);
                const eq = await engine.create('surgical_eq');
                const second = [kit.noise(48000, 0.05, 21), kit.noise(48000, 0.05, 22)];
                kit.play(context, second, true).connect(eq).connect(context.destination);
                await kit.until('meters', () => eq.meters.input_peak_db > -27, 30);
                eq.set('output_db', -6);
                await kit.until('set', () => eq.meters.output_peak_db < eq.meters.input_peak_db - 5.5);
                const brain = await engine.brain();
                let lufs = NaN;
                brain.listen(eq, 'in', ({ loudness }) => (lufs = loudness.short_term_lufs));
                const began = context.currentTime;
                await kit.until('3 s', () => context.currentTime > began + 3.5 && lufs > -30);
                brain.follow(eq, { key: 'output_db', target_lufs: lufs + 3, slew_db_per_s: 24 });
                await kit.until('it leads', () => Math.abs(eq.get('output_db') - 3) < 0.7, 30);
                const owner = eq.owner('output_db');
                await engine.destroy();
                await context.close();
                return { owner, lufs, kind: engine.transportKind };
            });
            await page.close();
            assert.equal(seen.owner, 'brain');
            assert.equal(seen.kind, words === 'isolated' ? 'shared' : 'messages');
            assert.ok(Math.abs(seen.lufs + 24.64) < 0.1, `${seen.lufs} LUFS`);
        },
    );
}
