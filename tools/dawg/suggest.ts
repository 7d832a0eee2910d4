// dawg suggest: what a model would do about a file with an equalizer, with reasons; --apply renders it.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Change } from '../../web/src/api.js';
import { Calculator } from '../../web/src/calculator.js';
import { makeSlot } from '../../web/src/chain.js';
import type { Slot } from '../../web/src/chain.js';
import { changesOf, curveHz, settled, trimChange, trimmed, valuesAt } from '../../web/src/changes.js';
import type { Response } from '../../web/src/changes.js';
import { InputError, didYouMean } from '../../web/src/errors.js';
import type { Manifest, ParamValue } from '../../web/src/manifest.js';
import { jsonValue, parseValue } from '../../web/src/values.js';
import type { ReadFile } from '../../worker/files.js';
import { Refused, messageOf } from '../../worker/errors.js';
import type { Suggest, WholeSound } from '../../worker/messages.js';
import { Models } from '../../worker/models.js';
import { Store } from '../../worker/store.js';
import { Suggesting } from '../../worker/suggest.js';
import type { Suggested } from '../../worker/suggest.js';
import { loadModule, root } from './assets.js';
import { WorkError } from './errors.js';
import { Analyser, analysisText } from './loudness.js';
import type { Analysis } from './loudness.js';
import { openAudio } from './open.js';
import { numberIn, oneInput, parseOptions } from './options.js';
import { Progress } from './progress.js';
import { checkOut, render } from './render.js';

const PIECE = 1 << 16; // frames read at once
const MAX_GAIN_DB = 12; // of a band
const GOALS = ['balance', 'clarity', 'warmth', 'brightness', 'punch']; // in the order of dawg_tone_goal
const USAGE = 'IN --plugin KEY [--goal G | --reference REF] [--strength S] [--json] [--apply OUT.wav]';

const OPTIONS = {
    plugin: { value: 'KEY' },
    goal: { value: 'G' },
    reference: { value: 'REF' },
    strength: { value: 'S' },
    variant: { value: 'NAME' },
    models: { value: 'FOLDER' },
    apply: { value: 'OUT.wav' },
    json: {},
};

/** `dawg suggest --json`. */
interface Report extends Pick<
    Suggested,
    'curve_db' | 'confidence' | 'before_db' | 'after_db' | 'segments' | 'model' | 'ms'
> {
    plugin: string;
    goal: string | null;
    reference: string | null;
    strength: number;
    changes: Change[];
    curve_hz: readonly number[];
    /** Of the rendering; null: not asked for. */
    in: Analysis | null;
    out: Analysis | null;
}

const readFile: ReadFile = (url, where, onBytes) => {
    try {
        const bytes = Uint8Array.from(readFileSync(new URL(url)));
        onBytes?.(bytes.length, bytes.length);
        return Promise.resolve(bytes);
    } catch (error) {
        return Promise.reject(new Error(`${messageOf(error)}. ${where}.`));
    }
};
/** The folder of models and the runtime that npm run build has put beside the page's files. */
function modelsOf({ features, schemas }: Manifest, given: string | undefined): Models {
    const folder = (path: string): string => pathToFileURL(resolve(path)).href + '/';
    const path = given ?? join(root, 'dist/browser/models');
    if (given !== undefined && !statSync(given, { throwIfNoEntry: false })?.isDirectory())
        throw new InputError(`--models is "${given}" and no folder; give one with models and their models.json.`);
    if (!existsSync(join(path, 'models.json')))
        throw new (given === undefined ? WorkError : InputError)(
            `${join(path, 'models.json')} is missing. ${given === undefined ? 'Run: npm run build' : 'Give another --models, or none.'}`,
        );
    const runtime = folder(join(root, 'dist/browser/ort'));
    const files = { registry: { models: [] }, urls: {}, baseUrl: folder(path), runtime };
    const none = new Store('models', 0, () => Promise.resolve(undefined));
    return new Models({ ...files, provider: 'wasm', threads: 1 }, { features, schemas }, none, readFile);
}

async function wholeSound(path: string): Promise<WholeSound> {
    const source = await openAudio(path);
    try {
        const channels = Array.from({ length: source.channels }, () => new Float32Array(source.frames));
        for (let at = 0, n = 1; n > 0 && at < source.frames; at += n) n = source.read(channels, at, PIECE);
        return { rate: source.rate, channels };
    } finally {
        source.close();
    }
}

/** Listens to all of IN. */
async function judge(
    manifest: Manifest,
    models: Models,
    path: string,
    asked: Omit<Suggest, 'seconds' | 'settled'>,
    settledAt: (rate: number) => Suggest['settled'],
): Promise<{ suggested: Suggested; rate: number }> {
    const source = await openAudio(path);
    const { rate, frames } = source;
    const progress = new Progress('listening');
    try {
        const seconds = frames / rate;
        if (seconds < 1) throw new InputError(`${path} lasts ${seconds.toFixed(2)} s; at least 1 s is needed.`);
        const results = new Store('results', 0, () => Promise.resolve(undefined));
        const job = new Suggesting(
            new Analyser(manifest).analysis,
            models,
            results,
            { ...asked, seconds, settled: settledAt(rate) },
            rate,
        );
        const buffers = Array.from({ length: source.channels }, () => new Float32Array(PIECE));
        for (let done = 0; ;) {
            const answer = job.work();
            if (answer?.type === 'suggested') return { suggested: answer, rate };
            const n = source.read(buffers, 0, PIECE);
            if (n) job.hear([buffers[0], buffers[Math.min(1, buffers.length - 1)]], n);
            done += n;
            await progress.show(done / frames);
            if (!n) await new Promise((later) => setTimeout(later, 1)); // the model is at work
        }
    } catch (error) {
        if (error instanceof Refused) throw new InputError(`${path}: ${error.message}`);
        if (error instanceof InputError) throw error;
        throw new WorkError(`No suggestion: ${messageOf(error)}`);
    } finally {
        progress.end();
        source.close();
    }
}

/** For people. */
const short = (value: ParamValue): string =>
    typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value);

function text(path: string, report: Report): string {
    const { model, changes, segments, ms } = report;
    const percent = (share: number): string => `${Math.round(100 * share)} %`;
    const aim = report.reference ? `the tone of ${report.reference}` : `goal ${report.goal}`;
    const spent = Object.entries(ms).map(([part, milliseconds]) => `${part} ${milliseconds.toFixed(0)} ms`);
    const lines = [
        `${path}: ${aim}, ${report.plugin}, strength ${report.strength}`,
        `  ${model.key} version ${model.version} (${model.variant}, ${Math.round(model.bytes / 1000)} kB), ` +
            `${segments} segment${segments === 1 ? '' : 's'} of 10 s; ${spent.join(', ')}`,
    ];
    if (!changes.length) return [...lines, '  Nothing to change.'].join('\n');
    const groups = new Map<string, Change[]>();
    for (const change of changes) {
        const name = change.band === undefined ? change.key : `band ${change.band}`;
        groups.set(name, [...(groups.get(name) ?? []), change]);
    }
    for (const [name, group] of groups) {
        lines.push(`  ${name}: ${group[0].reason} (confidence ${percent(group[0].confidence)})`);
        lines.push(`    ${group.map(({ key, from, to }) => `${key} ${short(from)} -> ${short(to)}`).join(', ')}`);
    }
    lines.push(`  tone: ${report.before_db.toFixed(2)} dB away before, ${report.after_db.toFixed(2)} dB after (RMS)`);
    return lines.join('\n');
}

const valuesOf = ({ info, values }: Slot): Record<string, ParamValue> =>
    Object.fromEntries(info.params.map((p, i) => [p.key, jsonValue(p, Math.fround(values.get(i) ?? p.def))]));

/** The command. */
export async function suggestCommand(manifest: Manifest, args: readonly string[]): Promise<void> {
    const { options, rest } = parseOptions(args, OPTIONS);
    const one = (name: keyof typeof OPTIONS): string | undefined => options[name]?.[0];
    const path = oneInput('suggest', rest, USAGE);
    const key = one('plugin');
    if (key === undefined) throw new InputError(`No plugin: give --plugin KEY. Usage: dawg suggest ${USAGE}`);
    const slot = makeSlot(manifest, key, '--plugin');
    const { info } = slot;
    if (!info.params.some((p) => p.key === 'band1_gain_db'))
        throw new InputError(
            `--plugin is "${key}", which has no bands; suggestions are for: ${manifest.plugins
                .filter(({ params }) => params.some((p) => p.key === 'band1_gain_db'))
                .map((plugin) => plugin.key)
                .join(', ')}.`,
        );
    const [goal = 'balance', referencePath, out] = [one('goal'), one('reference'), one('apply')];
    if (!GOALS.includes(goal))
        throw new InputError(`--goal is "${goal}".${didYouMean(goal, GOALS)} Allowed: ${GOALS.join(', ')}.`);
    if (one('goal') !== undefined && referencePath !== undefined)
        throw new InputError('--goal and --reference are both given; the reference is a goal itself: give one.');
    const strength = numberIn('--strength', one('strength') ?? '1', 0, 1);
    if (out !== undefined) checkOut(out, undefined);
    const models = modelsOf(manifest, one('models'));

    const before = valuesOf(slot);
    const calculator = new Calculator(loadModule('worklet', 'worklet'), manifest);
    const responseAt =
        (rate: number): Response =>
        (values, hz) =>
            calculator.curve(key, values, hz, rate) ?? new Float32Array(hz.length);
    const asked: Omit<Suggest, 'seconds' | 'settled'> = {
        ...{ type: 'suggest', id: 0, instance: 0, goal: GOALS.indexOf(goal), strength, max_gain_db: MAX_GAIN_DB },
        ...{ plugin: slot.index, key, own: [] },
        values: Float32Array.from(info.params, ({ def }) => def),
        ...(referencePath !== undefined && { reference: await wholeSound(referencePath) }),
        ...(one('variant') !== undefined && { variant: one('variant') }),
        files: models.files,
        schema: { features: manifest.features, schemas: manifest.schemas },
    };
    const { suggested, rate } = await judge(manifest, models, path, asked, (hz) =>
        settled(info, before, [], responseAt(hz)),
    );
    const bands = changesOf(info, curveHz(manifest), before, suggested);
    const to = valuesAt(bands, new Set(bands.map((change) => change.key)), 1);
    const trim = trimmed(info, suggested, responseAt(rate), before, { ...before, ...to });
    const changes = [...bands, ...trimChange(before.output_db, trim.output_db)];
    const { curve_db, confidence, before_db, after_db, segments, model, ms } = suggested;
    const report: Report = {
        ...{ plugin: key, goal: referencePath === undefined ? goal : null, reference: referencePath ?? null, strength },
        ...{ changes, curve_hz: curveHz(manifest), curve_db, confidence, before_db, after_db, segments, model, ms },
        ...{ in: null, out: null },
    };
    if (out !== undefined) {
        for (const change of changes) {
            const param = info.params.findIndex((p) => p.key === change.key);
            slot.values.set(param, parseValue(info, info.params[param], change.to, 'suggest'));
        }
        const rendered = await render(manifest, { input: await openAudio(path), slots: [slot], out, analyse: true });
        Object.assign(report, { in: rendered.in, out: rendered.out });
    }
    if (options.json) return console.log(JSON.stringify(report, null, 2));
    console.log(text(path, report));
    if (report.in && report.out)
        console.log(`${out}\n  in:  ${analysisText(report.in)}\n  out: ${analysisText(report.out)}`);
}
