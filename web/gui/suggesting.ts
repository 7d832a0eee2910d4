// What a suggestion says, in the words and portions that a reader takes or leaves. No DOM.
import { OUTPUT, bandOf, valuesAt } from '../src/changes.js';
import type { Change, Following, Goal, SuggestProgress, Suggestion } from '../src/api.js';
import type { ParamValue, PluginInfo } from '../src/manifest.js';

type Values = Record<string, ParamValue>;

/** A goal, or the tone of a reference. */
export type Aim = Goal | 'reference';
export const GOALS: readonly [goal: Goal, name: string][] = [
    ['balance', 'Balanced tone'],
    ['clarity', 'Clarity'],
    ['warmth', 'Warmth'],
    ['brightness', 'Brightness'],
    ['punch', 'Punch'],
];

export function aimText(aim: Aim, reference: string): string {
    if (aim === 'reference') return `the tone of ${reference}`;
    return `the goal \u201c${GOALS.find(([goal]) => goal === aim)?.[1].toLowerCase() ?? aim}\u201d`;
}

/** Whether it has bands that a suggestion can set: bells that move, or gains at its own frequencies. */
export function canSuggest({ params, bandHz }: Pick<PluginInfo, 'params' | 'bandHz'>): boolean {
    const has = (key: string): boolean => params.some((param) => param.key === key);
    const moves = ['on', 'type', 'freq_hz', 'q'].every((word) => has(`band1_${word}`));
    return has('band1_gain_db') && (moves || bandHz.length > 0);
}

/** What is taken or left as one: a band. */
export interface Portion {
    /** As apply() takes it: 'band3'. */
    name: string;
    band: number;
    changes: Change[];
    /** Parts of the reason, the first one in bold; then what was heard, and what is done about it. */
    what: string;
    heard: string;
    action: string;
    /** 0 .. 1 */
    confidence: number;
    /** The gain it ends at; 0 for a band that is switched off. */
    gainDb: number;
    hz: number | undefined;
}
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Bands, in order of frequency. */
export function portionsOf({ changes }: Pick<Suggestion, 'changes'>): Portion[] {
    const byBand = new Map<number, Change[]>();
    for (const change of changes)
        if (change.band !== undefined) byBand.set(change.band, [...(byBand.get(change.band) ?? []), change]);
    const portions = [...byBand].map(([band, own]): Portion => {
        const [{ reason, confidence, freq_hz: hz }] = own;
        const [what, heard = '', action = ''] = reason.split(/: |; /);
        const gain = own.find(({ key }) => key.endsWith('_gain_db'));
        const gainDb = hz === undefined ? 0 : Number(gain?.to ?? 0);
        const parts = { what: capital(what), heard: capital(heard), action: capital(action.replace(' of ', ' ')) };
        return { name: `band${band}`, band, changes: own, ...parts, confidence, gainDb, hz };
    });
    return portions.sort((a, b) => (a.hz ?? Infinity) - (b.hz ?? Infinity));
}

/** For apply(): what goes with the bands comes along, the output by itself; nothing without a band. */
export function keysOf({ changes }: Pick<Suggestion, 'changes'>, taken: readonly Portion[]): string[] {
    const rest = changes.filter(({ key, band }) => band === undefined && key !== OUTPUT).map(({ key }) => key);
    return taken.length ? [...taken.map(({ name }) => name), ...rest] : [];
}

/** The values that the curve of the side not heard has, but for the output: it moves the whole curve, not its shape. */
export function otherSide(
    { changes }: Pick<Suggestion, 'changes'>,
    side: Side,
    taken: readonly Portion[],
    strength: number,
): Values {
    const bands = changes.filter(({ key }) => bandOf(key) !== undefined);
    if (side === 'after') return Object.fromEntries(bands.map(({ key, from }) => [key, from]));
    const keys = new Set(taken.flatMap((portion) => portion.changes.map(({ key }) => key)));
    return valuesAt(bands, keys, strength);
}

export type Side = 'before' | 'after';
/** Whether anything is still where the suggestion put it: at `applied`. */
export const isThere = (
    { changes }: Pick<Suggestion, 'changes'>,
    applied: Values,
    node: { get(key: string): ParamValue },
): boolean => changes.some(({ key, from }) => applied[key] !== from && node.get(key) === applied[key]);

const db = (value: number): string => `${value.toFixed(1)}\u202fdB`;
export function summaryOf(
    { before_db, after_db }: Pick<Suggestion, 'before_db' | 'after_db'>,
    portions: readonly Portion[],
    aim: string,
): string {
    if (!portions.length) return `Nothing to do: the tone is within ${db(before_db)} of ${aim}.`;
    const bands = portions.length === 1 ? 'this band' : `all ${portions.length} bands`;
    return `The tone is ${db(before_db)} away from ${aim}; with ${bands} ${db(after_db)}.`;
}

export const percent = (share: number): string => `${Math.round(100 * share)}\u202f%`;
export const bytesText = (bytes: number): string =>
    bytes < 1e6 ? `${Math.ceil(bytes / 1000)}\u202fkB` : `${(bytes / 1e6).toFixed(1)}\u202fMB`;
const msText = (ms: number): string =>
    ms < 1000 ? `${ms.toFixed(ms < 9.95 ? 1 : 0)}\u202fms` : secondsText(ms / 1000);
const secondsText = (s: number): string => `${s.toFixed(1)}\u202fs`;

const PARTS: Record<SuggestProgress['part'], string> = {
    listening: 'Listening',
    model: 'Loading the model',
    runtime: 'Loading the runtime',
};
/** seconds: of sound that are listened to, undefined for a whole programme. */
export function progressText({ part, fraction, loaded, total }: SuggestProgress, seconds: number | undefined): string {
    const name = PARTS[part];
    if (part === 'listening')
        return seconds === undefined
            ? 'Hearing the programme'
            : `${name}: ${(seconds * (fraction ?? 0)).toFixed(0)} of ${seconds}\u202fs`;
    if (!loaded) return name;
    return `${name}: ${total ? `${bytesText(loaded).split('\u202f')[0]} of ${bytesText(total)}` : bytesText(loaded)}`;
}

const meanOf = (values: readonly number[]): number =>
    values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length);
/** Model, size, what it ran on; how long each part took. */
export function modelRows({
    model,
    ms,
    confidence,
}: Pick<Suggestion, 'model' | 'ms' | 'confidence'>): [string, string][] {
    const { key, version, variant, bytes, provider, threads, skipped } = model;
    const ran = provider ? `${provider}, ${threads === 1 ? '1 thread' : `${threads} threads`}` : 'known from before';
    return [
        ['Model', `${key}, version ${version}`],
        ['Variant', `${variant}, ${bytesText(bytes)}`],
        ['Ran on', skipped ? `${ran} (${skipped})` : ran],
        ['Confidence', `${percent(meanOf(confidence))}, mean of ${confidence.length} bands`],
        ['Features', msText(ms.features)],
        ['Model run', msText(ms.inference)],
        ['Bands fitted', msText(ms.fit)],
        ['Loading', ms.load > 1 ? msText(ms.load) : 'was loaded'],
    ];
}
export function modelText({ model, ms, confidence }: Pick<Suggestion, 'model' | 'ms' | 'confidence'>): string {
    const spent = msText(ms.features + ms.inference + ms.fit);
    return `${model.key} ${model.version} (${model.variant}, ${bytesText(model.bytes)}): ${percent(meanOf(confidence))} sure, ${spent}`;
}

const EASES: Record<NonNullable<Following['reason']>, string> = {
    silence: 'Nothing sounds',
    unknown: 'The model does not know this kind of sound',
};
/** How a follower is getting on. */
export function followText({
    state,
    reason,
    seconds,
    confidence,
    keys,
    model,
}: Pick<Following, 'state' | 'reason' | 'seconds' | 'confidence' | 'keys' | 'model'>): string {
    if (state === 'loading') return 'Loading the model …';
    if (reason) return `${EASES[reason]}: the bands go back to 0\u202fdB`;
    if (state === 'listening') return `Listening: ${seconds.toFixed(0)}\u202fs of sound so far`;
    const bands = keys.filter((key) => bandOf(key) !== undefined).length;
    if (!bands) return confidence.length ? 'Nothing to do so far' : 'Listening';
    const does = state === 'follow' ? 'Leads' : 'Holds';
    const sure = `${percent(meanOf(confidence))} sure of the last ${seconds.toFixed(0)}\u202fs`;
    return `${does} ${bands} ${bands === 1 ? 'band' : 'bands'}, ${sure}${model ? ` (${model.key}, ${model.variant})` : ''}`;
}

/** What the reader can do about an error, by what it says. */
const ADVICE: [says: RegExp, advice: string][] = [
    [/silent|nothing to hear/i, 'Play a part in which it sounds, and listen again.'],
    [/at least \d+ s is needed/, 'A few seconds are enough; ten are better.'],
    [/worker/i, 'The sound goes on. Try again: another worker is started.'],
    [/cannot decode|no sound in it|is empty/, 'Choose another file.'],
    [/model|onnx|fetch|registry|wasm/i, 'The sound goes on. Check the connection and try again.'],
];
export const adviceFor = (message: string): string =>
    ADVICE.find(([says]) => says.test(message))?.[1] ?? 'The sound goes on. Try again.';
