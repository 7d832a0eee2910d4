// What the tests of this room share: every build of the core, ways to run a plugin in it, seeded signals and events.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadManifest } from '../../tools/dawg/assets.js';
import type { PluginInfo } from '../../web/src/manifest.js';
import { seededRandom } from '../../web/src/random.js';
import { makeSong } from '../../web/src/song.js';
import type { Engine } from '../../worklet/engine.js';
import type { Stereo } from '../../worklet/engine.js';

export const manifest = loadManifest();
export const isFull = process.env.DAWG_TEST_FULL === '1';
export const WASM_BUILDS = ['worklet', 'worklet-scalar', 'cli'];
export const NATIVE_BUILDS = ['native', 'clang', 'debug'];
export const TEMPO_BPM = 133;

export const seedOf = (text: string): number => createHash('sha256').update(text).digest().readInt32LE();
export const sha256 = (pair: Stereo): string => {
    const hash = createHash('sha256');
    for (const channel of pair) hash.update(new Uint8Array(channel.buffer, channel.byteOffset, channel.byteLength));
    return hash.digest('hex');
};

export interface Event {
    frame: number;
    param: number;
    plain: number;
    ramp: number;
}

/** One event about every 50 ms while the input lasts: any parameter, anywhere in its range, ramps up to 0.2 s. */
export function randomEvents(plugin: PluginInfo, engine: Engine, frames: number, rate: number): Event[] {
    const random = seededRandom(seedOf(`events ${plugin.key} ${rate}`));
    const events: Event[] = [];
    for (let frame = 0; frame < frames; frame += Math.floor(random() * 0.1 * rate)) {
        const param = Math.floor(random() * plugin.params.length);
        const knob = [0, 1, random(), random(), random(), random()][Math.floor(random() * 6)];
        const plain = engine.toPlain(manifest.plugins.indexOf(plugin), param, knob);
        events.push({ frame, param, plain, ramp: Math.floor(random() * 0.2 * rate) });
    }
    // The tail is heard: not bypassed, and louder than nothing.
    events.push({ frame: frames - 1, param: plugin.params.length - 1, plain: 0, ramp: 0 });
    return events.sort((a, b) => a.frame - b.frame);
}

/** Bursts of noise at levels from -60 to 0 dBFS over the song, then silence; the key is other bursts. */
export function testSignals(rate: number, inputFrames: number, tailFrames: number): { input: Stereo; key: Stereo } {
    const random = seededRandom(26);
    const song = makeSong(rate);
    const silence = (): Float32Array => new Float32Array(inputFrames + tailFrames);
    const [input, key] = [[silence(), silence()] as const, [silence(), silence()] as const];
    let [level, keyLevel] = [0, 0];
    for (let i = 0; i < inputFrames; ++i) {
        if (i % Math.round(0.15 * rate) === 0) level = random() < 0.5 ? 0 : 10 ** (-3 * random());
        if (i % Math.round(0.37 * rate) === 0) keyLevel = random() < 0.5 ? 0 : 10 ** (-2 * random());
        const at = (i + 4 * rate) % song.left.length;
        input[0][i] = song.left[at] + level * (2 * random() - 1);
        input[1][i] = song.right[at] + level * (2 * random() - 1);
        for (const channel of key) channel[i] = keyLevel * (2 * random() - 1);
    }
    return { input, key };
}

/** Runs a plugin in a wasm build, events handed over block by block. */
export function runWasm(
    engine: Engine,
    plugin: PluginInfo,
    rate: number,
    block: number,
    events: readonly Event[],
    input: Stereo,
    key: Stereo | undefined,
): Stereo {
    engine.reserve(block);
    const x = engine.create(manifest.plugins.indexOf(plugin), rate);
    const frames = input[0].length;
    const out = [new Float32Array(frames), new Float32Array(frames)] as const;
    x.transport(TEMPO_BPM, 0, false);
    for (let at = 0, e = 0; at < frames; at += block) {
        const n = Math.min(block, frames - at);
        for (; e < events.length && events[e].frame < at + n; ++e)
            x.schedule(events[e].frame, events[e].param, events[e].plain, events[e].ramp);
        for (const c of [0, 1] as const) {
            engine.input[c].set(input[c].subarray(at, at + n));
            if (key) engine.side[c].set(key[c].subarray(at, at + n));
        }
        x.process(n, 2, key ? 2 : 0);
        for (const c of [0, 1] as const) out[c].set(engine.output[c].subarray(0, n), at);
    }
    x.destroy();
    return out;
}

const interleave = ([left, right]: Stereo): Float32Array => {
    const pairs = new Float32Array(2 * left.length);
    for (let i = 0; i < left.length; ++i) [pairs[2 * i], pairs[2 * i + 1]] = [left[i], right[i]];
    return pairs;
};

/** The same in a native build, by its dawg-render. */
export function runNative(
    build: string,
    plugin: PluginInfo,
    rate: number,
    block: number,
    events: readonly Event[],
    input: Stereo,
    key: Stereo | undefined,
): Stereo {
    const dir = mkdtempSync(join(tmpdir(), 'dawg-builds-'));
    try {
        const [script, from, to, side] = ['script', 'in.f32', 'out.f32', 'key.f32'].map((name) => join(dir, name));
        const lines = events.map((e) => `${e.frame} ${e.param} ${e.plain.toPrecision(9)} ${e.ramp}`);
        writeFileSync(script, [`tempo ${TEMPO_BPM}`, ...lines, ''].join('\n'));
        writeFileSync(from, interleave(input));
        if (key) writeFileSync(side, interleave(key));
        execFileSync(`build/${build}/dawg-render`, [
            plugin.key,
            `${rate}`,
            `${block}`,
            script,
            from,
            to,
            ...(key ? [side] : []),
        ]);
        const bytes = readFileSync(to);
        const pairs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
        const channel = (c: number): Float32Array =>
            Float32Array.from({ length: pairs.length / 2 }, (_, i) => pairs[2 * i + c]);
        return [channel(0), channel(1)];
    } finally {
        rmSync(dir, { recursive: true });
    }
}

/** One measured number of a requirement, for the table that a test run prints (tests/kit/report.py). */
export function record(id: string, what: string, value: number, unit: string, limit: string): void {
    mkdirSync('build/quality', { recursive: true });
    appendFileSync('build/quality/node.jsonl', `${JSON.stringify({ id, case: what, value, unit, limit })}\n`);
}

/** Highest |sample|. */
export const peak = (pair: Stereo): number =>
    pair.reduce((most, channel) => channel.reduce((a, b) => Math.max(a, Math.abs(b)), most), 0);
