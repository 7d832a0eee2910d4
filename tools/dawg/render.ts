// dawg render: IN through plugins into a WAV file, latency compensated, tail included, written whole or not at all.
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { applyPreset, makeSlot } from '../../web/src/chain.js';
import type { Slot } from '../../web/src/chain.js';
import { InputError } from '../../web/src/errors.js';
import type { Manifest, PluginInfo } from '../../web/src/manifest.js';
import type { Optimized } from '../../web/src/optimize.js';
import { Rack } from '../../web/src/rack.js';
import type { PluginReport, RackEvent } from '../../web/src/rack.js';
import { BLOCK_MAX, TAIL_MAX_S, checkKeyIsUsed, renderPieces } from '../../web/src/rendering.js';
import { paramIndex, parseValue } from '../../web/src/values.js';
import type { Bits } from '../../web/src/wav.js';
import { loadEngine } from './assets.js';
import { readChain } from './chain.js';
import { WorkError, warn } from './errors.js';
import { Analyser, analysisText } from './loudness.js';
import type { Analysis } from './loudness.js';
import { openAudio } from './open.js';
import { numberIn, oneInput, parseOptions } from './options.js';
import { realPlace, writeWhole } from './places.js';
import { Progress } from './progress.js';
import { checkMatches, matchReference } from './reference.js';
import type { ReferenceReport } from './reference.js';
import { optimize } from './optimize.js';
import { readStereo } from './source.js';
import type { AudioSource } from './source.js';
import { WavWriter } from './wav.js';

export const RENDER_OPTIONS = {
    out: { short: 'o', value: 'OUT.wav' },
    plugin: { value: 'KEY' },
    preset: { value: 'NAME' },
    set: { value: 'key=value', many: true },
    at: { value: 'SECONDS:key=value', many: true },
    chain: { value: 'CHAIN.json' },
    key: { value: 'SIDE.wav' },
    reference: { value: 'REF.wav' },
    tempo: { value: 'BPM' },
    tail: { value: 'auto|SECONDS' },
    block: { value: 'N' },
    'no-compensate': {},
    bypass: {},
    bits: { value: '16|24|32f' },
    optimize: { value: 'LUFS|PRESET' },
    json: {},
    report: { value: 'FILE.json' },
};

/** What --report writes and --json prints. */
export interface RenderReport {
    latency_samples: number;
    /** Frames of OUT behind the end of IN. */
    tail_samples: number;
    us_per_128_frames: number;
    guarded_samples: number;
    /** Samples that --bits 16 or 24 had to cut at full scale. */
    clipped_samples: number;
    /** null: not asked for. */
    in: Analysis | null;
    out: Analysis | null;
    plugins: PluginReport[];
    /** Of --reference. */
    reference?: ReferenceReport;
    /** Of --optimize; null: OUT has no integrated loudness. */
    optimized?: Omit<Optimized, 'achieved_lufs'> & { achieved_lufs: number | null };
}

export interface RenderJob {
    input: AudioSource;
    key?: AudioSource;
    slots: readonly Slot[];
    events?: readonly RackEvent[];
    out: string;
    bits?: Bits;
    tempo?: number;
    /** Seconds behind the end of IN; undefined: what the plugins report, less the latency taken out; at most 30 s. */
    tail?: number;
    block?: number;
    compensate?: boolean;
    /** Measure loudness and peaks. */
    analyse?: boolean;
}

/** Renders one file. Throws InputError or WorkError, and then leaves no OUT behind. */
export async function render(manifest: Manifest, job: RenderJob): Promise<RenderReport> {
    const { input, key, compensate = true } = job;
    const { rate, frames } = input;
    if (key)
        checkKeyIsUsed(
            manifest,
            job.slots.map(({ info }) => info),
            '--key',
        );
    const rack = new Rack(loadEngine(manifest), job.slots, rate, Math.min(job.block ?? 128, frames), job.tempo ?? 120);
    rack.schedule(job.events ?? []);
    const analyser = job.analyse ? new Analyser(manifest) : undefined;
    const meters = analyser && { in: analyser.meter(rate, input.channels), out: analyser.meter(rate, 2) };
    const file = new WavWriter(job.out, rate, job.bits ?? '32f', frames + Math.ceil((job.tail ?? TAIL_MAX_S) * rate));
    const interrupted = (): never => {
        file.abort();
        process.exit(130);
    };
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
    const progress = new Progress('rendering');
    try {
        const tail = job.tail === undefined ? undefined : Math.round(job.tail * rate);
        const pieces = renderPieces(
            rack,
            { frames, channels: input.channels, tail, compensate },
            {
                read(into, n) {
                    const got = input.read(into, 0, n);
                    for (const channel of into) channel.fill(0, got, n);
                    meters?.in.feed(into, 0, got);
                },
                ...(key && { readKey: (into, n) => readStereo(key, into, n) }),
                write(out, from, n) {
                    file.write(out, from, n);
                    meters?.out.feed(out, from, n);
                },
            },
        );
        let piece = pieces.next();
        for (; !piece.done; piece = pieces.next()) {
            if (rack.faults)
                throw new WorkError(
                    `A plugin made samples that are no numbers; ${job.out} was not written. Please report it.`,
                );
            await progress.show(piece.value);
        }
        const total = frames + piece.value;
        for (const { frame } of rack.waiting)
            warn(`--at ${frame / rate} lies behind the end of the rendering (${total / rate} s) and had no effect.`);
        const plugins = rack.report();
        file.finish();
        return {
            latency_samples: rack.latency,
            tail_samples: piece.value,
            us_per_128_frames: rack.usPer128,
            guarded_samples: plugins.reduce((sum, plugin) => sum + plugin.guarded_samples, 0),
            clipped_samples: file.clipped,
            in: meters?.in.result() ?? null,
            out: meters?.out.result() ?? null,
            plugins,
        };
    } catch (error) {
        file.abort();
        throw error;
    } finally {
        progress.end();
        process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
        rack.destroy();
        input.close();
        key?.close();
    }
}

/** "key=value" of --set. */
function parseAssignment(plugin: PluginInfo, text: string, where: string): { param: number; plain: number } {
    const equals = text.indexOf('=');
    if (equals < 1)
        throw new InputError(
            `${where} is "${text}"; it must be key=value, such as ${plugin.params[0].key}=${plugin.params[0].def}.`,
        );
    const param = paramIndex(plugin, text.slice(0, equals).trim());
    return { param, plain: parseValue(plugin, plugin.params[param], text.slice(equals + 1), where) };
}

function parseEvent(slot: Slot, text: string, rate: number): RackEvent {
    const colon = text.indexOf(':');
    if (colon < 1) throw new InputError(`--at is "${text}"; it must be SECONDS:key=value, such as 1.5:bypass=on.`);
    const seconds = numberIn('--at: the time', text.slice(0, colon), 0, Infinity, 's');
    const { param, plain } = parseAssignment(slot.info, text.slice(colon + 1), '--at');
    const { key, setsLatency } = slot.info.params[param];
    if (setsLatency)
        throw new InputError(
            `--at ${text}: ${key} sets the latency, which stays the same during a rendering. Use --set ${key}=value.`,
        );
    return { frame: Math.round(seconds * rate), param, plain };
}

function parseTail(text: string | undefined): number | undefined {
    if (text === undefined || text === 'auto') return undefined;
    return numberIn('--tail', text, 0, 3600, 's, or auto');
}

function parseBits(text = '32f'): Bits {
    if (text === '16' || text === '24' || text === '32f') return text;
    throw new InputError(`--bits is "${text}"; allowed are 16, 24 and 32f.`);
}

/** Refuses early what would only fail when all is rendered. */
export function checkOut(path: string | undefined, report: string | undefined): string {
    if (!path) throw new InputError('No output: give -o OUT.wav.');
    if (!/\.wav$/i.test(path))
        throw new InputError(`-o is "${path}"; the output is always WAV: give a name that ends in .wav.`);
    for (const file of [path, report]) {
        if (file === undefined) continue;
        const folder = statSync(dirname(file), { throwIfNoEntry: false });
        if (!folder?.isDirectory())
            throw new InputError(`Cannot write ${file}: there is no folder ${dirname(file)}. Make it first.`);
        if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
            throw new InputError(`Cannot write ${file}: it is a folder.`);
    }
    return path;
}

/** A report must not take the place of a file that the rendering reads or writes. */
function checkReport(report: string | undefined, used: Record<string, string | undefined>): void {
    for (const [name, path] of Object.entries(used))
        if (report !== undefined && path !== undefined && realPlace(path) === realPlace(report))
            throw new InputError(
                `--report is "${report}", the same file as ${name}, and would overwrite it. Give it another name.`,
            );
}

function writeReport(path: string, report: RenderReport): void {
    try {
        writeWhole(path, `${JSON.stringify(report, null, 2)}\n`);
    } catch (error) {
        throw new WorkError(`Cannot write the report ${path}: ${(error as Error).message}.`);
    }
}

const optimizedText = ({
    target_lufs,
    drive_db,
    achieved_lufs,
    passes,
}: NonNullable<RenderReport['optimized']>): string =>
    `optimized: ${achieved_lufs?.toFixed(1) ?? 'no'} LUFS of ${target_lufs} LUFS, input_db ${drive_db.toFixed(2)} dB, ${passes} passes of analysis`;

/** The command. */
export async function renderCommand(manifest: Manifest, args: readonly string[]): Promise<void> {
    const { options, rest } = parseOptions(args, RENDER_OPTIONS);
    const one = (name: keyof typeof RENDER_OPTIONS): string | undefined => options[name]?.[0];
    const inputPath = oneInput('render', rest, 'IN -o OUT.wav --plugin KEY');
    const [plugin, chain] = [one('plugin'), one('chain')];
    if ((plugin === undefined) === (chain === undefined))
        throw new InputError(
            `Give either --plugin KEY or --chain CHAIN.json; ${plugin ? 'both were' : 'none was'} given. Plugins: dawg describe`,
        );
    if (chain && (options.set ?? options.at ?? options.preset))
        throw new InputError('--preset, --set and --at go with --plugin; with --chain, write them into the file.');
    const [reportPath, keyPath, referencePath] = [one('report'), one('key'), one('reference')];
    if (referencePath !== undefined) checkMatches(plugin);
    const out = checkOut(one('out'), reportPath);
    checkReport(reportPath, {
        IN: inputPath,
        OUT: out,
        'the key': keyPath,
        'the chain': chain,
        'the reference': referencePath,
    });
    const bits = parseBits(one('bits'));
    const tempo = numberIn('--tempo', one('tempo') ?? '120', 20, 999, 'bpm');
    const block = numberIn('--block', one('block') ?? '128', 1, BLOCK_MAX, 'frames');
    if (!Number.isInteger(block))
        throw new InputError(`--block is "${block}"; allowed is a whole number, 1 .. ${BLOCK_MAX} frames.`);
    const tail = parseTail(one('tail'));

    const slots = chain ? readChain(manifest, chain) : [makeSlot(manifest, plugin ?? '', '--plugin')];
    const preset = one('preset');
    if (preset) applyPreset(slots[0], preset);
    const reference =
        referencePath === undefined
            ? undefined
            : await matchReference(manifest, slots[0], { programme: inputPath, reference: referencePath });
    for (const text of options.set ?? []) {
        const { param, plain } = parseAssignment(slots[0].info, text, '--set');
        slots[0].values.set(param, plain);
    }
    if (options.bypass) for (const slot of slots) slot.values.set(slot.info.params.length - 1, 1);

    const input = await openAudio(inputPath);
    const events = (options.at ?? []).map((text) => parseEvent(slots[0], text, input.rate));
    const key = keyPath ? await openAudio(keyPath) : undefined;
    if (key && key.rate !== input.rate)
        throw new InputError(
            `${keyPath} has ${key.rate} Hz, ${inputPath} has ${input.rate} Hz; the key must have the same rate. Convert one of them.`,
        );

    const target = one('optimize');
    const optimized =
        target === undefined
            ? undefined
            : await optimize(manifest, target, { input: inputPath, key: keyPath, slots, events, tempo, tail });
    const report = await render(manifest, {
        ...{ input, key, slots, events, out, bits, tempo, tail, block },
        compensate: !options['no-compensate'],
        analyse: reportPath !== undefined || options.json !== undefined || optimized !== undefined,
    });
    if (reference) report.reference = reference;
    if (optimized) report.optimized = { ...optimized, achieved_lufs: report.out?.integrated_lufs ?? null };
    if (report.guarded_samples)
        warn(`${report.guarded_samples} input samples were NaN, infinite or beyond +80 dBFS and were heard as 0.`);
    for (const { plugin: key, meters } of report.plugins)
        if ((meters.clamped_bands?.max ?? 0) > 0)
            warn(
                `${key}: ${meters.clamped_bands.max} band(s) lie above what ${input.rate} Hz can hold (0.49 of the rate) and were clamped.`,
            );
    for (const { plugin: follower, meters } of report.plugins)
        if (key && (meters.reference?.max ?? 1) < 1)
            warn(
                `${follower} did not follow the key ${keyPath}: it takes 1.5 s of sound there while the plugin listens, and heard ` +
                    `${Math.floor(100 * meters.reference.max)} % of that. Give a longer or louder key.`,
            );
    if (report.clipped_samples)
        warn(`${report.clipped_samples} samples exceeded full scale and were cut: lower the level, or use --bits 32f.`);
    if (reportPath) writeReport(reportPath, report);
    if (options.json) return console.log(JSON.stringify(report, null, 2));
    const seconds = (samples: number): string => `${(samples / input.rate).toFixed(3)} s`;
    console.log(
        `${out}: ${seconds(input.frames)} + ${seconds(report.tail_samples)} tail, ${input.rate} Hz, latency ` +
            `${report.latency_samples} samples${options['no-compensate'] ? '' : ' (compensated)'}, ${report.us_per_128_frames} µs per 128 frames`,
    );
    if (reference)
        console.log(
            `  reference: ${reference.before_db.toFixed(2)} dB away before, ${reference.after_db.toFixed(2)} dB after (RMS of the tone); ` +
                `${Math.abs(reference.level_db).toFixed(1)} dB ${reference.level_db < 0 ? 'quieter' : 'louder'}, which is left as it is`,
        );
    if (report.optimized) console.log(`  ${optimizedText(report.optimized)}`);
    if (report.in && report.out) console.log(`  in:  ${analysisText(report.in)}\n  out: ${analysisText(report.out)}`);
}
