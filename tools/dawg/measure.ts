// Times plugins: every stage at work, the song as input, quanta of 128 stereo frames at 48 kHz. Rounds interleave
// plugins and builds, so that all of them see the same changes of the machine.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest, ParamInfo, PluginInfo } from '../../web/src/manifest.js';
import { makeSong } from '../../web/src/song.js';
import type { Engine, Instance, Stereo } from '../../worklet/engine.js';
import { loadEngine, root } from './assets.js';

export const RATE = 48000;
export const QUANTUM = 128;
const [FROM_S, LENGTH_S] = [10, 2]; // the song's loudest bars
const BOOST_DB = 6;
export const NATIVE = join(root, 'build/native/dawg-bench');

/** A value at which the parameter's stage has work to do, or undefined to leave the default. */
function busyValue(p: ParamInfo, nth: number): number | undefined {
    if (p.curve === 'bool') return p.def < 0.5 ? 1 : undefined;
    if ((p.minIsOff && p.def === p.min) || (p.maxIsOff && p.def === p.max))
        return p.curve === 'log' ? Math.sqrt(p.min * p.max) : (p.min + p.max) / 2;
    if (p.curve === 'lin' && p.unit === 'dB' && p.def === 0 && p.min < 0 && p.max > 0)
        return nth % 2 ? Math.max(p.min, -BOOST_DB) : Math.min(p.max, BOOST_DB);
    return undefined;
}

/** The settings of the benchmark: switches on, gains that are 0 dB by default at +-6 dB in turn, filters that are out
 * of the path in the middle of their range, everything else at its default. Plain values by parameter number. */
export function busyValues(plugin: PluginInfo): [number, number][] {
    let nth = 0;
    return plugin.params.flatMap((p, i): [number, number][] => {
        if (i === plugin.params.length - 1) return []; // bypass
        const value = busyValue(p, nth);
        if (value !== undefined && p.curve === 'lin') ++nth;
        return value === undefined ? [] : [[i, value]];
    });
}

/** Two seconds of the song, and of it reversed for the key. */
export function signals(): { input: Stereo; key: Stereo } {
    const song = makeSong(RATE);
    const cut = (channel: Float32Array): Float32Array => channel.slice(FROM_S * RATE, (FROM_S + LENGTH_S) * RATE);
    const input = [cut(song.left), cut(song.right)] as const;
    return { input, key: [input[1].toReversed(), input[0].toReversed()] };
}

/** The least that reading the clock costs, µs. */
export function clockCost(): number {
    let least = Infinity;
    for (let i = 0; i < 1000; ++i) {
        const began = performance.now();
        least = Math.min(least, performance.now() - began);
    }
    return least * 1000;
}

/** What is timed: run() alone is, on the quantum that load() has put where it is read. */
export interface Effect {
    reset(): void;
    load(input: Stereo, key: Stereo): void;
    run(): void;
}

/** A plugin; the engine holds a quantum. */
export const pluginEffect = (engine: Engine, x: Instance): Effect => ({
    reset: () => x.reset(),
    load: (input, key) => {
        for (const c of [0, 1] as const) {
            engine.input[c].set(input[c]);
            engine.side[c].set(key[c]);
        }
    },
    run: () => x.process(QUANTUM, 2, 2),
});

/** One pass from a reset; µs of each quantum. */
export function pass(effect: Effect, input: Stereo, key: Stereo, clock: number): Float64Array {
    const us = new Float64Array(Math.floor(input[0].length / QUANTUM));
    effect.reset();
    for (let q = 0; q < us.length; ++q) {
        const cut = ([left, right]: Stereo): Stereo => [
            left.subarray(q * QUANTUM, (q + 1) * QUANTUM),
            right.subarray(q * QUANTUM, (q + 1) * QUANTUM),
        ];
        effect.load(cut(input), cut(key));
        const began = performance.now();
        effect.run();
        us[q] = Math.max(0, (performance.now() - began) * 1000 - clock);
    }
    return us;
}

export interface Timing {
    /** µs per quantum: the median, least and largest of the rounds. */
    us: number;
    us_min: number;
    us_max: number;
    /** The first quantum after a reset, which designs everything, and the slowest of all others, over the median one;
     * each quantum's least over the rounds. */
    first: number;
    worst: number;
}

const median = (values: ArrayLike<number>): number => Float64Array.from(values).sort()[values.length >> 1];
const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const round = (value: number): number => Number(value.toFixed(3));

export function timing(rounds: readonly Float64Array[]): Timing {
    const means = rounds.map(mean);
    const least = rounds[0].map((_, q) => Math.min(...rounds.map((us) => us[q])));
    return {
        us: round(median(means)),
        us_min: round(Math.min(...means)),
        us_max: round(Math.max(...means)),
        first: round(least[0] / median(least)),
        worst: round(Math.max(...least.subarray(1)) / median(least)),
    };
}

function nativePass(plugins: readonly PluginInfo[], files: readonly string[]): Float64Array[] {
    const args = plugins.flatMap((p) => [p.key, ...busyValues(p).map(([param, value]) => `${param}=${value}`)]);
    const out = execFileSync(NATIVE, [...files, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
    const ns = JSON.parse(out) as Record<string, number[]>;
    return plugins.map(({ key }) => Float64Array.from(ns[key], (value) => value / 1000));
}

/** Timings of each plugin in each build: wasm builds by their CMake preset, and 'native' when dawg-bench is built. */
export function measure(
    manifest: Manifest,
    plugins: readonly PluginInfo[],
    builds: readonly string[],
    rounds: number,
    progress: (part: number) => void = () => undefined,
): Record<string, Timing>[] {
    const { input, key } = signals();
    const clock = clockCost();
    const racks = builds.map((build) => {
        const engine = loadEngine(manifest, build);
        engine.reserve(QUANTUM);
        const effects = plugins.map((plugin) => {
            const x = engine.create(manifest.plugins.indexOf(plugin), RATE);
            for (const [param, value] of busyValues(plugin)) x.set(param, value);
            const effect = pluginEffect(engine, x);
            pass(effect, input, key, clock); // lets the engine compile its best code
            return effect;
        });
        return { build, effects };
    });
    const dir = mkdtempSync(join(tmpdir(), 'dawg-bench-'));
    const times = plugins.map((): Record<string, Float64Array[]> => ({}));
    try {
        const files = [input, key].map((pair, i) => {
            const pairs = new Float32Array(2 * pair[0].length).map((_, n) => pair[n % 2][n >> 1]);
            writeFileSync(join(dir, `${i}.f32`), pairs);
            return join(dir, `${i}.f32`);
        });
        for (let r = 0; r < rounds; ++r) {
            plugins.forEach((_, p) => {
                for (const { build, effects } of racks)
                    (times[p][build] ??= []).push(pass(effects[p], input, key, clock));
            });
            if (existsSync(NATIVE)) nativePass(plugins, files).forEach((us, p) => (times[p].native ??= []).push(us));
            progress((r + 1) / rounds);
        }
    } finally {
        rmSync(dir, { recursive: true });
    }
    return times.map((builtTimes) =>
        Object.fromEntries(Object.entries(builtTimes).map(([build, passes]) => [build, timing(passes)])),
    );
}
