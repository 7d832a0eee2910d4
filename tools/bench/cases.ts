// Settings of plugins that have an aim of their own, and eight bells beside what others take for them, all timed in the
// same interleaved rounds. A new setting is one line of CASES; while its plugin or a key of it is missing, it says so.
import type { Manifest, ParamValue } from '../../web/src/manifest.js';
import { paramIndex, parseValue } from '../../web/src/values.js';
import { loadEngine } from '../dawg/assets.js';
import { QUANTUM, RATE, busyValues, clockCost, pass, pluginEffect, signals, timing } from '../dawg/measure.js';
import { BELLS, HIGH_BELL, IMPULSE_FRAMES, bellParams, errorDb } from './bells.js';
import type { Bell } from './bells.js';
import { SETTING, compressorParams, curveErrorDb, faustCompressor, sonareCompressor } from './compressors.js';
import { faustLimiter, limiterParams, overshootDb, sonareLimiter } from './limiters.js';
import { faustMultiband, multibandParams } from './multiband.js';
import { faustMatched, plainBiquads, render } from './peers.js';
import type { Heard } from './peers.js';

export interface Case {
    name: string;
    plugin: string;
    /** On top of the defaults, or of what keeps every stage at work. */
    params: Record<string, ParamValue>;
    isBusy?: boolean;
    /** µs per 128 stereo frames at 48 kHz. */
    aim_us?: number;
}
const BELLS_CASE: Case = { name: '8 bells', plugin: 'surgical_eq', params: bellParams(BELLS), aim_us: 6 };
const COMPRESSOR_CASE: Case = {
    name: '4:1, 10 and 100 ms',
    plugin: 'modern_compressor',
    params: compressorParams,
    aim_us: 10,
};
const LIMITER_CASE: Case = { name: '-7 dBTP, 5 and 100 ms', plugin: 'limiter', params: limiterParams, aim_us: 40 };
const MULTIBAND_CASE: Case = {
    name: 'four bands of 4:1',
    plugin: 'multiband_compressor',
    params: multibandParams(SETTING.ratio),
    aim_us: 35,
};
export const CASES: readonly Case[] = [
    BELLS_CASE,
    { name: '8 bells, HQ', plugin: 'surgical_eq', params: { ...BELLS_CASE.params, quality: 'hq' }, aim_us: 25 },
    { name: '8 bells, linear phase', plugin: 'surgical_eq', params: { ...BELLS_CASE.params, phase: 'linear' } },
    { name: 'linear phase', plugin: 'mastering_eq', params: { phase: 'linear' }, isBusy: true, aim_us: 60 },
    { name: 'at work', plugin: 'auto_eq', params: {}, isBusy: true, aim_us: 15 },
    { name: 'at work', plugin: 'modern_compressor', params: {}, isBusy: true, aim_us: 10 },
    COMPRESSOR_CASE,
    { name: 'at work', plugin: 'vintage_compressor', params: {}, isBusy: true, aim_us: 30 },
    { name: 'without harmonics', plugin: 'vintage_compressor', params: { harmonics: 0 } },
    { name: 'at work', plugin: 'de_esser', params: {}, isBusy: true, aim_us: 15 },
    LIMITER_CASE,
    { name: 'at work', plugin: 'limiter', params: {}, isBusy: true, aim_us: 40 },
    { name: 'at work', plugin: 'multiband_compressor', params: {}, isBusy: true, aim_us: 35 },
    MULTIBAND_CASE,
    { name: 'at work', plugin: 'vocal_compressor', params: {}, isBusy: true, aim_us: 25 },
    { name: 'at work', plugin: 'ducking_delay', params: {}, isBusy: true, aim_us: 15 },
    { name: 'with harmonics', plugin: 'vintage_eq', params: { drive_db: 12 }, isBusy: true, aim_us: 40 },
];

/** Plain values by parameter number; or what the manifest does not have. Throws InputError for a value not allowed. */
export function caseValues(manifest: Manifest, { plugin: key, params, isBusy }: Case): [number, number][] | string {
    const plugin = manifest.plugins.find((p) => p.key === key);
    if (!plugin) return `no ${key} yet`;
    const missing = Object.keys(params).filter((param) => !plugin.params.some((p) => p.key === param));
    if (missing.length) return `${key} has no ${missing.join(', ')} yet`;
    const set = Object.entries(params).map(([param, value]): [number, number] => {
        const i = paramIndex(plugin, param);
        return [i, parseValue(plugin, plugin.params[i], value, 'tools/bench/cases.ts')];
    });
    return [...new Map([...(isBusy ? busyValues(plugin) : []), ...set])];
}

/** As --json prints it. us: µs per 128 stereo frames, the median, least and largest of the rounds. */
export interface CaseRow {
    plugin: string;
    name: string;
    aim_us?: number;
    us?: number;
    us_min?: number;
    us_max?: number;
    first_per_median?: number;
    worst_per_median?: number;
    /** Why there are no times. */
    skipped?: string;
}
export interface PeerRow {
    name: string;
    /** µs per 128 stereo frames, and of ours in the same place: of the eight bells, the compressor or the limiter. */
    /** µs per 128 stereo frames, and of ours in the same place: of the eight bells, or of one compressor or four. */
    us: number;
    ours_us: number;
    ratio: number;
    /** Largest distance of a bell at 16 kHz, +12 dB, Q 1 from its analog prototype, 20 Hz to 20 kHz; of a compressed tone
     * from the textbook's curve; of a limited tone's true peak over the ceiling; of four bands at 1:1 from flat. */
    error_db: number;
}

const OURS = 'surgical_eq';
const MAKERS: Record<string, (bells: readonly Bell[]) => Heard | Promise<Heard>> = {
    'plain JavaScript, biquads': plainBiquads,
    "Faust's ve.peaking2Matched, wasm": faustMatched,
};

/** A case in the wasm that users run. */
function ours(manifest: Manifest, plugin: string, values: readonly [number, number][]): Heard {
    const engine = loadEngine(manifest);
    engine.reserve(QUANTUM);
    const x = engine.create(
        manifest.plugins.findIndex((p) => p.key === plugin),
        RATE,
    );
    for (const [param, value] of values) x.set(param, value);
    return { ...pluginEffect(engine, x), output: () => engine.output };
}

/** surgical_eq and its peers with these bells. */
export async function bellMakers(manifest: Manifest, bells: readonly Bell[]): Promise<Record<string, Heard>> {
    const values = caseValues(manifest, { ...BELLS_CASE, params: bellParams(bells) });
    if (typeof values === 'string') throw new Error(values);
    const peers = Object.entries(MAKERS).map(async ([name, make]) => [name, await make(bells)] as const);
    return { [OURS]: ours(manifest, OURS, values), ...Object.fromEntries(await Promise.all(peers)) };
}

/** modern_compressor and its peers. */
export async function compressorMakers(manifest: Manifest): Promise<Record<string, Heard>> {
    const values = caseValues(manifest, COMPRESSOR_CASE);
    if (typeof values === 'string') throw new Error(values);
    return {
        modern_compressor: ours(manifest, 'modern_compressor', values),
        "Faust's co.compressor_stereo, wasm": await faustCompressor(),
        "libsonare's dynamics.compressor, wasm": await sonareCompressor(),
    };
}

/** limiter and its peers. */
export async function limiterMakers(manifest: Manifest): Promise<Record<string, Heard>> {
    const values = caseValues(manifest, LIMITER_CASE);
    if (typeof values === 'string') throw new Error(values);
    return {
        limiter: ours(manifest, 'limiter', values),
        "Faust's co.limiter_lad_stereo, wasm": await faustLimiter(),
        "libsonare's maximizer.truePeakLimiter, wasm": await sonareLimiter(),
    };
}

/** multiband_compressor and its peers. */
export async function multibandMakers(manifest: Manifest, ratio: number): Promise<Record<string, Heard>> {
    const values = caseValues(manifest, { ...MULTIBAND_CASE, params: multibandParams(ratio) });
    if (typeof values === 'string') throw new Error(values);
    return {
        multiband_compressor: ours(manifest, 'multiband_compressor', values),
        "Faust's fi.crossover4LR4 and four co.compressor_stereo, wasm": await faustMultiband(ratio),
    };
}

export const impulse = (): Float32Array<ArrayBuffer> => {
    const x = new Float32Array(IMPULSE_FRAMES);
    x[0] = 1;
    return x;
};

export async function caseRows(
    manifest: Manifest,
    rounds: number,
): Promise<Record<'peers' | 'compressors' | 'limiters' | 'multibands', PeerRow[]> & { cases: CaseRow[] }> {
    const effects = new Map<string, Heard>();
    const label = (c: Case): string => `${c.plugin}, ${c.name}`;
    const skipped = new Map<string, string>();
    for (const c of CASES) {
        const values = caseValues(manifest, c);
        if (typeof values === 'string') skipped.set(label(c), values);
        else effects.set(label(c), ours(manifest, c.plugin, values));
    }
    for (const [name, effect] of Object.entries(await bellMakers(manifest, BELLS)))
        if (name !== OURS) effects.set(name, effect);
    const compressors = Object.entries(await compressorMakers(manifest));
    const limiters = Object.entries(await limiterMakers(manifest));
    const multibands = Object.entries(await multibandMakers(manifest, SETTING.ratio));
    for (const peers of [compressors, limiters, multibands])
        for (const [name, effect] of peers.slice(1)) effects.set(name, effect);

    const { input, key } = signals();
    const clock = clockCost();
    const passes = new Map<string, Float64Array[]>();
    for (const effect of effects.values()) pass(effect, input, key, clock); // lets the engine compile its best code
    for (let r = 0; r < rounds; ++r)
        for (const [name, effect] of effects)
            passes.set(name, [...(passes.get(name) ?? []), pass(effect, input, key, clock)]);
    const times = new Map([...passes].map(([name, us]) => [name, timing(us)]));

    const high = await bellMakers(manifest, [HIGH_BELL]);
    const ours_us = times.get(label(BELLS_CASE))?.us_min ?? NaN;
    const compressor_us = times.get(label(COMPRESSOR_CASE))?.us_min ?? NaN;
    const limiter_us = times.get(label(LIMITER_CASE))?.us_min ?? NaN;
    const multiband_us = times.get(label(MULTIBAND_CASE))?.us_min ?? NaN;
    const flat = Object.values(await multibandMakers(manifest, 1));
    return {
        cases: CASES.map((c) => {
            const { plugin, name, aim_us } = c;
            const t = times.get(label(c));
            if (!t) return { plugin, name, aim_us, skipped: skipped.get(label(c)) };
            const { us, us_min, us_max, first, worst } = t;
            return { plugin, name, aim_us, us, us_min, us_max, first_per_median: first, worst_per_median: worst };
        }),
        peers: Object.entries(high).map(([name, effect]) =>
            peerRow(
                name,
                name === OURS ? ours_us : (times.get(name)?.us_min ?? NaN),
                ours_us,
                errorDb(render(effect, impulse()), [HIGH_BELL], RATE),
            ),
        ),
        compressors: compressors.map(([name, effect]) =>
            peerRow(name, times.get(name)?.us_min ?? compressor_us, compressor_us, curveErrorDb(effect)),
        ),
        limiters: limiters.map(([name, effect]) =>
            peerRow(name, times.get(name)?.us_min ?? limiter_us, limiter_us, overshootDb(manifest, effect)),
        ),
        multibands: multibands.map(([name], i) =>
            peerRow(
                name,
                times.get(name)?.us_min ?? multiband_us,
                multiband_us,
                errorDb(render(flat[i], impulse()), [], RATE),
            ),
        ),
    };
}

export const peerRow = (name: string, us: number, ours_us: number, error_db: number): PeerRow => ({
    name,
    us,
    ours_us,
    ratio: Number((us / ours_us).toFixed(2)),
    error_db: Number(error_db.toFixed(3)),
});
