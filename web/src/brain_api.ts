// What a user of the brain sees, in types. The classes behind them: brain.ts, suggestion.ts, following.ts.
import type { AudioData, EngineOptions, ParamKey, PluginKey, PluginNode } from './api.js';
import type { ParamValue } from './manifest.js';

/** What brain.suggest() aims at: a balanced tone, or one that departs from it. */
export type Goal = 'balance' | 'clarity' | 'warmth' | 'brightness' | 'punch';
export interface SuggestOptions {
    /** Default 'balance'. */
    goal?: Goal;
    /** Its tone is aimed at, not a goal. */
    reference?: AudioBuffer | AudioData;
    /** The whole programme. Default: the node's input is listened to while it plays. */
    programme?: AudioBuffer | AudioData;
    /** How long to listen. Default 10 s. */
    seconds?: number;
    /** 0 .. 1, default 1: the part of what the model wants that is suggested. */
    strength?: number;
    /** Of a band, default 12 dB. */
    max_gain_db?: number;
    /** Of the model, by its name in the registry. */
    variant?: string;
    onProgress?: (progress: SuggestProgress) => void;
    signal?: AbortSignal;
}
/** fraction: undefined where the length of a file is unknown. */
export interface SuggestProgress {
    part: 'listening' | 'model' | 'runtime';
    fraction: number | undefined;
    /** Bytes of the file, and of all of it. */
    loaded?: number;
    total?: number | undefined;
}
/** One parameter of a suggestion. Those of a band share number and reason. */
export interface Change {
    key: string;
    from: ParamValue;
    to: ParamValue;
    /** In words, with the numbers below. */
    reason: string;
    /** 0 .. 1 */
    confidence: number;
    band?: number;
    freq_hz?: number;
    /** How much too loud it is there; < 0: too soft. heard - target: both around the mean of the tone. */
    excess_db?: number;
    heard_db?: number;
    target_db?: number;
}
export interface Suggestion {
    readonly changes: readonly Change[];
    /** What the model wants, of 32 bands; how sure it is of each, 0 .. 1. */
    readonly curve_hz: readonly number[];
    readonly curve_db: readonly number[];
    readonly confidence: readonly number[];
    /** RMS of that curve, and of what the bands leave of it. */
    readonly before_db: number;
    readonly after_db: number;
    readonly model: {
        key: string;
        version: number;
        variant: string;
        bytes: number;
        /** undefined: this sound was judged before. */
        provider: EngineOptions['provider'] | undefined;
        threads: number;
        /** What was asked for and is not there, with the reason. */
        skipped: string | undefined;
    };
    /** load: until model and runtime were there, the first time, while listening went on. */
    readonly ms: { load: number; features: number; inference: number; fit: number };
    /** Moves the parameters as a hand would, and the output so that loudness stays. strength 0 .. 1 of the gains; keys: of
     * changes, or of whole bands ('band3'). What was rejected stays. */
    apply(options?: { strength?: number; keys?: readonly string[] }): void;
    /** All as it was, but for what a hand has moved since. */
    revert(): void;
    /** Keys of changes, or of whole bands. Takes them back where they were applied. */
    reject(keys: readonly string[]): void;
    /** Equally loud: as it was, or as it was applied (at first: all of it). */
    compare(side: 'before' | 'after'): void;
    readonly rejected: readonly string[];
}

export interface Loudness {
    momentary_lufs: number;
    short_term_lufs: number;
    integrated_lufs: number;
    /** Of the programme so far. */
    true_peak_dbtp: number;
    lra_lu: number;
}
export interface Listening {
    /** -Infinity: silence. */
    loudness: Loudness;
    /** dBFS per bin (a sine of 0 dBFS peak reads 0), bin k at k * sampleRate / 8192 Hz, mean of both channels' power. */
    spectrum: Float32Array;
    /** The context's frame up to which this was heard, and pieces lost so far. */
    frame: number;
    gaps: number;
}
export interface FollowOptions<Key extends string = string> {
    /** A parameter in dB that makes the output louder: output_db, input_db, makeup_db. */
    key: Key;
    /** Short-term loudness that the output is led to. */
    target_lufs: number;
    /** It holds still within this of the target. Default 0.5 LU. */
    hysteresis_lu?: number;
    /** Fastest change. Default 3 dB/s. */
    slew_db_per_s?: number;
    /** Where the parameter may go. Default: its own range, and at most +-12 dB from where it was. */
    min_db?: number;
    max_db?: number;
}
/** Of an equalizer that follows what a model wants for the sound that reaches it. */
export interface FollowToneOptions extends Pick<
    SuggestOptions,
    'goal' | 'reference' | 'strength' | 'max_gain_db' | 'variant'
> {
    key?: never;
    target_lufs?: never;
    /** No band starts to move for less. Default 0.5 dB. */
    hysteresis_db?: number;
    /** No gain moves faster. Default 3 dB/s. */
    slew_db_per_s?: number;
}
export interface Following {
    /** loading: no model yet. listening: too little sound to know. follow: gains are on their way. hold: near enough. ease: on
     * the way to 0 dB. ended: released, taken by the hand, or in error. */
    readonly state: 'loading' | 'listening' | 'follow' | 'hold' | 'ease' | 'ended';
    /** Why it eases: nothing sounds, or the model is less sure than if it had heard nothing. */
    readonly reason: 'silence' | 'unknown' | undefined;
    /** Why it ended, when nobody wanted it to. */
    readonly error: Error | undefined;
    /** What is wanted, of 32 bands; how sure that is, 0 .. 1. Empty until the first answer. */
    readonly curve_hz: readonly number[];
    readonly curve_db: readonly number[];
    readonly confidence: readonly number[];
    /** RMS over the bands of how far the model says it may be off. */
    readonly doubt_db: number;
    /** Of sound it was judged by, at most 10; the context's frame where that ended. */
    readonly seconds: number;
    readonly frame: number;
    /** What the last answer took of the worker's time. */
    readonly ms: Omit<Suggestion['ms'], 'load'> | undefined;
    readonly model: Suggestion['model'] | undefined;
    /** The parameters that the brain leads now. */
    readonly keys: readonly string[];
    /** Anything of it changed: at most 10 times a second. Returns a function that ends it. */
    on(event: 'change', listener: () => void): () => void;
    /** Hands all that it leads back to the hand, where it is. */
    release(): void;
}
/** The parameters of a node whose plugin is known to the compiler; any string for another's. */
export type KeyOf<N extends PluginNode> = PluginKey extends N['key'] ? string : ParamKey<N['key']>;
export interface Brain {
    /** Listens to a node's input or output. Returns a function that ends it. */
    listen(node: PluginNode, point: 'in' | 'out', listener: (heard: Listening) => void): () => void;
    /** Starts the loudness of a tap anew. */
    resetLoudness(node: PluginNode, point: 'in' | 'out'): void;
    /** What a model would do about what the node hears, as changes of its parameters, with reasons. The first time it loads
     * model and runtime. Rejects with the reason when there is no model that fits, or when the sound is silent. */
    suggest(node: PluginNode, options?: SuggestOptions): Promise<Suggestion>;
    /** Forgets the models and results that were kept. */
    clearCache(): Promise<void>;
    /** The brain owns the parameter until the hand takes it or release(). */
    follow<N extends PluginNode>(node: N, options: FollowOptions<KeyOf<N>>): void;
    /** Lets the gains of an equalizer's bands follow what a model wants for what it hears; the hand takes bands back one by
     * one. Resolves when the model is there, rejects as suggest() does. One per node: the next replaces it. */
    follow(node: PluginNode, options?: FollowToneOptions): Promise<Following>;
    /** Of both kinds: hands all back, where it is. */
    release(node: PluginNode): void;
    /** Stops and starts the worker; taps and followers go on. It does so by itself when the worker is lost. */
    restart(): Promise<void>;
    readonly isAlive: boolean;
}
