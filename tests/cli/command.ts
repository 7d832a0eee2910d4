// What the tests of this room share: the command itself, a folder of their own, signals, and libsndfile as the oracle
// for files (tests/cli/sndfile.py).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after } from 'node:test';
import { loadManifest } from '../../tools/dawg/assets.js';
import type { PluginInfo } from '../../web/src/manifest.js';
import { seededRandom } from '../../web/src/random.js';

export const manifest = loadManifest();
const found = (what: string, is: (p: PluginInfo) => boolean): PluginInfo => {
    const plugin = manifest.plugins.find(is);
    assert.ok(plugin, `the manifest has a plugin ${what}`);
    return plugin;
};
export const [first] = manifest.plugins;
export const withKey = found('with a key input', (p) => p.sideChannels > 0);
export const withoutKey = found('without a key input', (p) => p.sideChannels === 0);
export const withLatency = found('with latency', (p) => p.latency > 0);
export const withTail = found('that echoes', (p) => p.category === 'delay');

const dir = mkdtempSync(join(tmpdir(), 'dawg-cli-'));
after(() => rmSync(dir, { recursive: true }));
/** A path in this test file's own folder. */
export const at = (name: string): string => join(dir, name);

export interface Result {
    status: number | null;
    stdout: string;
    stderr: string;
}
/** Runs `dawg`. */
export const dawg = (...args: string[]): Result =>
    spawnSync(process.execPath, ['dist/tools/dawg.js', ...args], { encoding: 'utf8' });
/** Runs it and expects exit 0 and nothing on stderr. */
export function succeed(...args: string[]): string {
    const { status, stdout, stderr } = dawg(...args);
    assert.equal(stderr, '');
    assert.equal(status, 0);
    return stdout;
}

interface Job {
    path: string;
    raw: string;
    format?: string;
    subtype?: string;
    rate?: number;
    channels?: number;
}
function sndfile<T>(jobs: readonly Job[]): T[] {
    const { status, stdout, stderr, error } = spawnSync(resolve('.venv/bin/python'), ['tests/cli/sndfile.py'], {
        input: JSON.stringify(jobs),
        encoding: 'utf8',
    });
    assert.ok(status === 0, `libsndfile (.venv, soundfile) failed: ${stderr} ${error?.message ?? ''}`);
    return JSON.parse(stdout) as T[];
}

export interface Sound {
    rate: number;
    subtype: string;
    /** [channel][frame] */
    channels: Float32Array[];
}
export interface NewSound {
    name: string;
    format: string;
    subtype: string;
    rate: number;
    channels: readonly Float32Array[];
}
/** Writes files in one go; their paths. */
export function writeSounds(sounds: readonly NewSound[]): string[] {
    const jobs = sounds.map(({ name, channels, ...rest }) => {
        const n = channels.length;
        const frames = new Float32Array(n * channels[0].length);
        for (let i = 0; i < frames.length; ++i) frames[i] = channels[i % n][Math.floor(i / n)];
        writeFileSync(at(`${name}.raw`), frames);
        return { ...rest, path: at(name), raw: at(`${name}.raw`), channels: n };
    });
    sndfile(jobs);
    return jobs.map(({ path }) => path);
}
export function readSounds(paths: readonly string[]): Sound[] {
    const jobs = paths.map((path, i) => ({ path, raw: at(`${i}.read`) }));
    return sndfile<{ rate: number; channels: number; subtype: string }>(jobs).map(
        ({ rate, subtype, channels: n }, job) => {
            const frames = new Float32Array(Uint8Array.from(readFileSync(jobs[job].raw)).buffer);
            const channels = Array.from({ length: n }, () => new Float32Array(frames.length / n));
            for (let i = 0; i < frames.length; ++i) channels[i % n][Math.floor(i / n)] = frames[i];
            return { rate, subtype, channels };
        },
    );
}
export const writeSound = (
    ...[name, format, subtype, rate, channels]: [string, string, string, number, readonly Float32Array[]]
): string => writeSounds([{ name, format, subtype, rate, channels }])[0];
export const readSound = (path: string): Sound => readSounds([path])[0];
export const wav = (name: string, rate: number, ...channels: Float32Array[]): string =>
    writeSound(name, 'WAV', 'FLOAT', rate, channels);

/** Seeded white noise. */
export function noise(frames: number, level: number, seed = 1): Float32Array {
    const random = seededRandom(seed);
    return Float32Array.from({ length: frames }, () => level * (2 * random() - 1));
}
export const sine = (frames: number, hz: number, level: number, rate = 48000): Float32Array =>
    Float32Array.from({ length: frames }, (_, i) => level * Math.sin((2 * Math.PI * hz * i) / rate));
export const largestDifference = (a: Float32Array, b: Float32Array): number => {
    assert.equal(a.length, b.length);
    return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
};
