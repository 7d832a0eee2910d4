// E-9 on whole songs: three published tracks through surgical_eq -> limiter, and through ducking_delay with a fourth as
// its key, give equal hashes from every build. Part of npm run test:full, because it downloads 200 MB of music.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadEngine } from '../../tools/dawg/assets.js';
import type { Stereo } from '../../worklet/engine.js';
import { NATIVE_BUILDS, WASM_BUILDS, isFull, manifest, runNative, runWasm, sha256, type Event } from './builds.js';

const FOLDER = 'build/songs';
const RATE = 44100;
const BLOCK = 128;
const TRACKS = ['frozen_jam', 'orbital_colossus', 'love_theme'];
const KEY = 'battle_epic';
/** Each plugin with the preset that is heard. */
const CHAINS = [
    [
        ['surgical_eq', 'vocal_cleanup'],
        ['limiter', 'loud_streaming'],
    ],
    [['ducking_delay', 'vocal_clarity']],
] as const;

const read = (name: string): Stereo => {
    const bytes = readFileSync(`${FOLDER}/${name}.f32`);
    const pairs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    const channel = (c: number): Float32Array =>
        Float32Array.from({ length: pairs.length / 2 }, (_, i) => pairs[2 * i + c]);
    return [channel(0), channel(1)];
};

/** The preset as events at frame 0, in parameter numbers. */
function presetEvents(pluginKey: string, presetKey: string): Event[] {
    const plugin = manifest.plugins.find((p) => p.key === pluginKey);
    const preset = plugin?.presets.find((p) => p.key === presetKey);
    assert.ok(plugin && preset, `${pluginKey} has no preset ${presetKey}`);
    return Object.entries(preset.values).map(([key, value]) => {
        const number = plugin.params.findIndex((p) => p.key === key);
        const plain = typeof value === 'string' ? plugin.params[number].labels.indexOf(value) : Number(value);
        return { frame: 0, param: number, plain: Math.fround(plain), ramp: 0 };
    });
}

const skip = isFull ? false : 'whole songs run in npm run test:full (200 MB of music to fetch)';

test('the music is fetched and decoded once', { skip }, () => {
    execFileSync('.venv/bin/python', ['tests/songs/prepare.py', FOLDER], { stdio: 'inherit' });
});

for (const track of TRACKS)
    for (const chain of CHAINS) {
        const name = chain.map(([key, preset]) => `${key} (${preset})`).join(' -> ');
        test(`${track} through ${name}: one hash from every build`, { skip }, (t) => {
            const key = read(KEY);
            const hashes: Record<string, string> = {};
            let heard = '';
            for (const build of [...NATIVE_BUILDS, ...WASM_BUILDS]) {
                let audio = read(track);
                heard = sha256(audio);
                for (const [pluginKey, presetKey] of chain) {
                    const plugin = manifest.plugins.find((p) => p.key === pluginKey);
                    assert.ok(plugin);
                    const events = presetEvents(pluginKey, presetKey);
                    const side = plugin.sideChannels ? padded(key, audio[0].length) : undefined;
                    audio = NATIVE_BUILDS.includes(build)
                        ? runNative(build, plugin, RATE, BLOCK, events, audio, side)
                        : runWasm(loadEngine(manifest, build), plugin, RATE, BLOCK, events, audio, side);
                }
                hashes[build] = sha256(audio);
            }
            const [first] = Object.values(hashes);
            assert.notEqual(first, heard, 'the chain changed nothing');
            assert.deepEqual(hashes, Object.fromEntries(Object.keys(hashes).map((build) => [build, first])));
            t.diagnostic(`${track}, ${name}: ${first}`);
        });
    }

/** Silence behind the end, or cut. */
function padded(pair: Stereo, frames: number): Stereo {
    const fit = (channel: Float32Array): Float32Array => {
        const out = new Float32Array(frames);
        out.set(channel.subarray(0, frames));
        return out;
    };
    return [fit(pair[0]), fit(pair[1])];
}
