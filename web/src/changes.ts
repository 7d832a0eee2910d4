// From what the worker suggests to changes of parameters that people can read, take in part, and hear equally loud. The
// page and the dawg command share it.
import type { Suggested } from '../../worker/suggest.js';
import type { Change } from './api.js';
import type { Manifest, ParamValue, PluginInfo } from './manifest.js';
import { jsonValue } from './values.js';

type Values = Record<string, ParamValue>;
/** dB at each frequency, of a plugin with these values. */
export type Response = (values: Values, hz: Float32Array) => Float32Array;

export const OUTPUT = 'output_db';
/** mix and a match of the plugin's own make the output's gain act less or more than it says. */
const TRIM_STEPS = 4;
/** 24 points per octave. */
const GRID = 240;

/** The band of "band3_gain_db". */
export const bandOf = (key: string): number | undefined => {
    const found = /^band(\d+)_/.exec(key);
    return found ? Number(found[1]) : undefined;
};
const isGain = (key: string): boolean => /^band\d+_gain_db$/.test(key);
const signed = (db: number): string => `${db < 0 ? '−' : '+'}${Math.abs(db).toFixed(1)}`;
const hertz = (hz: number): string => (hz < 1000 ? `${hz.toFixed(0)} Hz` : `${(hz / 1000).toFixed(1)} kHz`);

type Band = Suggested['bands'][number];
type Judged = Pick<Suggested, 'values' | 'bands' | 'tone_db' | 'tone_hz' | 'curve_db' | 'confidence'>;

function nearest(hz: readonly number[], to: number): number {
    return hz.reduce((best, at, i) => (Math.abs(Math.log(at / to)) < Math.abs(Math.log(hz[best] / to)) ? i : best), 0);
}
function reasonOf({ type, freq_hz, gain_db, q, excess_db }: Band, heard_db: number): string {
    const [much, by] = [excess_db > 0 ? 'too much' : 'too little', Math.abs(excess_db).toFixed(1)];
    const where = type === 'bell' ? 'around' : type === 'low shelf' ? 'below' : 'above';
    // a band that works against those beside it, at the flank of a larger one, mends no excess of its own
    const isTrim = q > 0 && excess_db * gain_db > 0;
    const what = isTrim ? 'evens out the bands beside it' : `${by} dB ${much}`;
    const action = q > 0 ? `${type} of ${signed(gain_db)} dB, Q ${q.toFixed(2)}` : `gain of ${signed(gain_db)} dB`;
    return (
        `${what} ${where} ${hertz(freq_hz)}: heard ${signed(heard_db)} dB against the mean of the tone, target ` +
        `${signed(heard_db - excess_db)} dB; ${action}`
    );
}

/** `now`: all values of the plugin. curveHz: the centres of the curve. */
export function changesOf(info: PluginInfo, curveHz: readonly number[], now: Values, judged: Judged): Change[] {
    const bands = new Map(judged.bands.map((band) => [band.band, band]));
    const sure = judged.confidence.reduce((sum, c) => sum + c, 0) / judged.confidence.length;
    return judged.values.map(({ param, value }): Change => {
        const { key } = info.params[param];
        const common = { key, from: now[key], to: jsonValue(info.params[param], Math.fround(value)) };
        const number = bandOf(key);
        const band = number === undefined ? undefined : bands.get(number);
        if (!band) {
            const reason = number === undefined ? 'its own engine leaves the curve alone' : 'this band is not needed';
            return { ...common, reason, confidence: sure, ...(number !== undefined && { band: number }) };
        }
        const { freq_hz, confidence, type } = band;
        // A shelf is about all that lies beyond it; a bell is about its middle.
        const excess_db = type === 'bell' ? -judged.curve_db[nearest(curveHz, freq_hz)] : band.excess_db;
        const heard_db = judged.tone_db[nearest(judged.tone_hz, freq_hz)];
        const numbers = { freq_hz, excess_db, heard_db, target_db: heard_db - excess_db };
        return { ...common, reason: reasonOf({ ...band, excess_db }, heard_db), confidence, band: number, ...numbers };
    });
}

/** What the plugin does as the hand has set it, without the bands that a suggestion may set. */
export function settled(
    info: PluginInfo,
    now: Values,
    own: readonly number[],
    response: Response,
): { hz: Float32Array; db: Float32Array } {
    const isFree = (key: string): boolean => isGain(key) && (info.bandHz.length > 0 || own.includes(bandOf(key) ?? 0));
    const free = Object.keys(now).filter(isFree);
    return responseOf(unityOutput({ ...now, ...Object.fromEntries(free.map((key) => [key, 0])) }), response);
}
/** With the output at 0 dB, where there is one. */
export const unityOutput = (values: Values): Values => (OUTPUT in values ? { ...values, [OUTPUT]: 0 } : values);
/** On a grid fine enough to be drawn through. */
export function responseOf(values: Values, response: Response): { hz: Float32Array; db: Float32Array } {
    const hz = Float32Array.from({ length: GRID }, (_, i) => 20 * 1000 ** (i / (GRID - 1)));
    return { hz, db: response(values, hz) };
}

/** Those changes whose key or band ("band3") is named. Names that name nothing are given to `unknown`. */
export function named(
    changes: readonly Change[],
    names: readonly string[],
    unknown: (name: string) => never,
): ReadonlySet<string> {
    const found = names.flatMap((name) => {
        const keys = changes.filter(({ key, band }) => key === name || `band${band}` === name).map(({ key }) => key);
        return keys.length ? keys : unknown(name);
    });
    return new Set(found);
}

/** What the parameters become, at a strength of 0 .. 1: gains go part of the way from where they were, or from 0 where the
 * band is a new one; the rest goes all of it. */
export function valuesAt(changes: readonly Change[], keys: ReadonlySet<string>, strength: number): Values {
    const isNew = (band: number | undefined): boolean =>
        changes.some(({ key, band: other }) => other === band && !isGain(key));
    return Object.fromEntries(
        changes
            .filter(({ key }) => keys.has(key))
            .map(({ key, from, to, band }) => {
                if (!isGain(key) || typeof to !== 'number') return [key, to];
                const start = isNew(band) ? 0 : Number(from);
                return [key, Math.fround(start + strength * (to - start))];
            }),
    );
}

/** dB by which the sound is louder with `after` than with `before`. */
export function louderBy(
    heard: Pick<Suggested, 'tone_hz' | 'loudness'>,
    response: Response,
    before: Values,
    after: Values,
): number {
    const hz = Float32Array.from(heard.tone_hz);
    const of = (values: Values): number =>
        response(values, hz).reduce((sum, db, band) => sum + heard.loudness[band] * 10 ** (db / 10), 0);
    return 10 * Math.log10(of(after) / of(before));
}
/** The output that makes `after` as loud as `before`: all values both. */
export function trimmed(
    info: PluginInfo,
    heard: Pick<Suggested, 'tone_hz' | 'loudness'>,
    response: Response,
    before: Values,
    after: Values,
): Values {
    const output = info.params.find(({ key }) => key === OUTPUT);
    if (!output) return {};
    let db = Number(after[OUTPUT]);
    for (let step = 0; step < TRIM_STEPS; ++step) {
        const louder = louderBy(heard, response, before, { ...after, [OUTPUT]: db });
        if (!Number.isFinite(louder)) return {};
        db = Math.fround(Math.min(output.max, Math.max(output.min, db - louder)));
    }
    return { [OUTPUT]: db };
}
/** The change of the output that keeps the loudness; none where it stays. */
export function trimChange(from: ParamValue, to: ParamValue | undefined): Change[] {
    if (to === undefined || Math.abs(Number(to) - Number(from)) < 0.05) return [];
    const louder = Number(from) - Number(to);
    const reason = `the bands alone would make the sound ${Math.abs(louder).toFixed(1)} dB ${louder < 0 ? 'softer' : 'louder'}`;
    return [{ key: OUTPUT, from, to, reason, confidence: 1 }];
}

/** Centres of the 32 bands of a curve: those of the equalizer that has them all. */
export const curveHz = ({ plugins }: Manifest): readonly number[] =>
    plugins.find(({ key }) => key === 'auto_eq')?.bandHz ?? [];
