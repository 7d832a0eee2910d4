// What models say about pieces of a programme, joined into one correction curve, and what that becomes in a plugin.
import type { Analysis } from './analysis.js';
import type { Response } from './segments.js';

/** Of a curve: the centres are those of the auto EQ's bands. */
export const CURVE_BANDS = 32;
/** DAWG_SUGGEST_POINTS. */
const POINTS = 96;
/** DAWG_PARAMS_MAX. */
const PARAMS_MAX = 256;

type Numbers = ArrayLike<number>;

/** What a model says about one piece: what to do in each band, and how far it may be off, dB. */
export interface Piece {
    curve_db: Numbers;
    sigma_db: Numbers;
}
/** core/analysis/curve_vote.h. */
export interface Vote {
    /** dB; its mean is 0. */
    curve_db: Float32Array<ArrayBuffer>;
    /** 0 .. 1, band by band. */
    confidence: Float32Array<ArrayBuffer>;
}

const check = (what: string, { length }: Numbers): void => {
    if (length !== CURVE_BANDS) throw new RangeError(`${what} has ${length} values; it must have ${CURVE_BANDS}.`);
};

/** Joins the pieces; undefined when nothing is said: no pieces, or none with a number. Throws RangeError for a curve of
 * another length. */
export function vote({ wasm }: Analysis, pieces: readonly Piece[]): Vote | undefined {
    const room = wasm.dawgw_curves(pieces.length);
    if (!room) throw new Error(`No memory for the curves of ${pieces.length} pieces.`);
    const at = new Float32Array(wasm.memory.buffer, room, 2 * CURVE_BANDS * pieces.length);
    pieces.forEach(({ curve_db, sigma_db }, i) => {
        check('curve_db', curve_db);
        check('sigma_db', sigma_db);
        at.set(curve_db, CURVE_BANDS * i);
        at.set(sigma_db, CURVE_BANDS * (pieces.length + i));
    });
    const joined = wasm.dawgw_curve_vote(room, pieces.length);
    if (!joined) return undefined;
    const both = new Float32Array(wasm.memory.buffer, joined, 2 * CURVE_BANDS).slice();
    return { curve_db: both.slice(0, CURVE_BANDS), confidence: both.slice(CURVE_BANDS) };
}

/** By dawg_eq_type, as plugins label them. */
const TYPES: Partial<Record<number, SuggestedBand['type']>> = { 0: 'bell', 2: 'low shelf', 3: 'high shelf' };

export interface SuggestedBand {
    /** N of bandN_. */
    band: number;
    type: 'bell' | 'low shelf' | 'high shelf';
    freq_hz: number;
    gain_db: number;
    /** 0: the plugin's bands have none. */
    q: number;
    /** Of the programme over what is wanted, averaged over the band's shape; below 0: too little. */
    excess_db: number;
    /** 0 .. 1, averaged likewise. */
    confidence: number;
}
/** core/suggestion.h. */
export interface Suggested {
    /** Parameters that change, by their place in the manifest, and the plain values they get. */
    values: { param: number; value: number }[];
    /** Those that do something. */
    bands: SuggestedBand[];
    /** RMS of the curve around its mean; what the bands leave of it. */
    before_db: number;
    after_db: number;
    /** Mean of what the bands do: loudness is to be matched elsewhere. */
    level_db: number;
    /** What they do, along frequency. */
    response: Response;
}
export interface SuggestWish {
    /** 0 .. 1, scales the gains. */
    strength: number;
    /** 0.1 .. 24. */
    max_gain_db?: number;
    /** Bands (N of bandN_) that an earlier suggestion has set: they may be set anew. */
    own?: readonly number[];
    /** Only the gains of these bands are set, where they stand. */
    led?: readonly number[];
}

/** What the curve becomes in a plugin: `plugin` is its place in the manifest, `values` are the plain values of its
 * parameters, in the manifest's order (bypass, the last, may be left out). undefined: it has no bands for it. */
export function suggest(
    { wasm }: Analysis,
    plugin: number,
    values: Numbers,
    { curve_db, confidence }: { curve_db: Numbers; confidence: Numbers },
    { strength, max_gain_db = 12, own = [], led = [] }: SuggestWish,
): Suggested | undefined {
    check('curve_db', curve_db);
    check('confidence', confidence);
    if (values.length > PARAMS_MAX + 1)
        throw new RangeError(`values has ${values.length} values; a plugin has at most ${PARAMS_MAX} parameters.`);
    const input = new Float32Array(wasm.memory.buffer, wasm.dawgw_suggest_input(), PARAMS_MAX + 2 * CURVE_BANDS);
    input.set(values); // bypass is overwritten by the curve, or unused
    input.set(curve_db, PARAMS_MAX);
    input.set(confidence, PARAMS_MAX + CURVE_BANDS);
    const mask = (bands: readonly number[]): number => bands.reduce((bits, band) => bits | (1 << (band - 1)), 0);
    const at = wasm.dawgw_suggest(plugin, strength, max_gain_db, mask(own), mask(led));
    if (!at) return undefined;
    const fields = 7;
    const head = new Float64Array(wasm.memory.buffer, at, 5);
    const [before_db, after_db, level_db, params, count] = head;
    const behind = params + fields * count;
    const all = [...new Float64Array(wasm.memory.buffer, at + head.byteLength, behind + 2 * POINTS)];
    const bands = Array.from({ length: count }, (_, i): SuggestedBand => {
        const [band, type, freq_hz, gain_db, q, excess_db, sure] = all.slice(params + fields * i);
        return { band, type: TYPES[type] ?? 'bell', freq_hz, gain_db, q, excess_db, confidence: sure };
    });
    const then = all.slice(0, params).map((value, param) => ({ param, value }));
    return {
        values: then.filter(({ param, value }) => value !== Math.fround(values[param])),
        ...{ bands, before_db, after_db, level_db },
        response: { hz: all.slice(behind, behind + POINTS), db: all.slice(behind + POINTS) },
    };
}
