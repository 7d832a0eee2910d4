// What page and worker say to each other. Audio and moves do not go this way: they travel between the worklet and the
// worker, through two rings of shared memory or, as whole records (a Uint32Array per message), through a port.
import type { Matched } from './analysis.js';
import type { ModelFiles, Schema } from './models.js';
import type { Response } from './segments.js';
import type { LedGain } from './glide.js';
import type { Suggested, UsedModel } from './suggest.js';

export interface WorkerInit {
    type: 'init';
    /** dawg-worker.wasm; bytes too where the module may get lost on the way. */
    module?: WebAssembly.Module;
    bytes?: ArrayBuffer;
    /** The manifest's. */
    hash: string;
    /** Of the context, Hz. */
    sampleRate: number;
    /** Shared memory, the same that the host was given ... */
    moves?: SharedArrayBuffer;
    taps?: SharedArrayBuffer;
    /** ... or the other end of the port that the host was given. */
    port?: MessagePort;
}
/** A tap: an instance and POINT.IN or POINT.OUT. The page asks the host for its audio. */
export interface TapName {
    instance: number;
    point: number;
}
export interface Follow {
    type: 'follow';
    instance: number;
    /** Its number in the manifest: a gain in dB. Needs the tap of the instance's output. */
    param: number;
    /** Where it is. */
    value_db: number;
    /** Short-term loudness that the output is led to. */
    target_lufs: number;
    /** >= 0. */
    hysteresis_lu: number;
    /** > 0: it never moves faster. */
    slew_db_per_s: number;
    min_db: number;
    max_db: number;
}
/** An equalizer whose bands follow what a model wants for the sound that reaches it, until 'release'. Needs the tap of its
 * input. Answered by 'toned' when the model is there, or 'unfollowed'; then by 'placed', once it is known which bands. */
export interface FollowTone extends Pick<
    Suggest,
    'instance' | 'reference' | 'goal' | 'plugin' | 'key' | 'values' | 'own' | 'settled' | 'strength' | 'max_gain_db'
> {
    type: 'follow tone';
    /** Of this follower, among all of the page. */
    id: number;
    /** Its bands stand at frequencies of its own. */
    isFixed: boolean;
    variant?: string;
    files: ModelFiles;
    schema: Schema;
    /** >= 0. */
    hysteresis_db: number;
    /** > 0: no gain moves faster. */
    slew_db_per_s: number;
    /** What it led already: it goes on. */
    led?: Led;
}
/** What the page has given to the brain. */
export interface Led {
    /** N of bandN_ and its gain. */
    bands: (LedGain & { band: number })[];
    /** Moves so that loudness stays. */
    output?: LedGain;
    /** Plain values of all parameters, with the bands where they stand. */
    values: Float32Array;
}
/** Whole sound: one or two channels, equally long. */
export interface WholeSound {
    rate: number;
    channels: Float32Array[];
}
/** Six bands of mastering_eq that bring a programme near the tone of a reference: answered by 'matched' or
 * 'refused', in between by 'progress'. */
export interface Match {
    type: 'match';
    id: number;
    /** Its input is listened to, for so many seconds, where no programme comes along. Needs the tap. */
    instance: number;
    seconds: number;
    programme?: WholeSound;
    reference: WholeSound;
    /** 0 .. 1 */
    strength: number;
    max_gain_db: number;
}
/** What a model would do about the tone of a sound: answered by 'suggested' or 'refused', in between by 'progress'. */
export interface Suggest {
    type: 'suggest';
    id: number;
    /** Its input is listened to, for so many seconds, where no programme comes along. Needs the tap. */
    instance: number;
    seconds: number;
    programme?: WholeSound;
    /** Its tone is wanted, and not the goal's. */
    reference?: WholeSound;
    /** In the order of dawg_tone_goal. */
    goal: number;
    /** Number in the manifest and key of the plugin that is to do it, and its plain values now. */
    plugin: number;
    key: string;
    values: Float32Array;
    /** Bands that an earlier suggestion has set: they may be set anew. */
    own: number[];
    /** What the plugin does as the hand has set it, without the bands that the suggestion may set. */
    settled: Response;
    /** 0 .. 1 */
    strength: number;
    max_gain_db: number;
    /** Of the model; undefined: the registry's default. */
    variant?: string;
    files: ModelFiles;
    schema: Schema;
}
export type ToWorker =
    | WorkerInit
    | ({ type: 'listen' } & TapName)
    | ({ type: 'unlisten' } & TapName)
    | ({ type: 'reset loudness' } & TapName)
    /** Another one of the same parameter replaces it. */
    | Follow
    /** Ends the follower of this parameter, or all of the instance: the parameters stay where they are. */
    | { type: 'release'; instance: number; param?: number }
    | FollowTone
    /** Answers 'placed'. */
    | { type: 'lead'; id: number; led: Led }
    | { type: 'unfollow'; id: number }
    /** What the plugin does as the hand has set it changed. */
    | { type: 'settle'; id: number; settled: Response }
    | Match
    | Suggest
    /** A match or a suggestion that nobody waits for any more. */
    | { type: 'forget'; id: number }
    /** Models and results that were kept: answered by 'cleared'. */
    | { type: 'clear cache'; id: number }
    | { type: 'ping'; id: number };

/** About 20 times a second per tap that is listened to, while audio comes. */
export interface Heard extends TapName {
    type: 'heard';
    /** -Infinity: silence. The range is 0 until there is one. True peak and integrated: since the last reset. */
    loudness: {
        momentary_lufs: number;
        short_term_lufs: number;
        integrated_lufs: number;
        true_peak_dbtp: number;
        lra_lu: number;
    };
    /** 4097 bins at k * sampleRate / 8192 Hz: core/analysis/spectrum.h. Transferred. */
    spectrum: Float32Array<ArrayBuffer>;
    /** The context's frame up to which this was heard. */
    frame: number;
    /** Tap records lost so far, over all taps: what came after is heard as if it followed at once. */
    gaps: number;
}
/** hold: near enough. move: on the way. rest: not enough signal, it stays. ease: silence, on the way back to value_db. */
export type FollowState = 'hold' | 'move' | 'rest' | 'ease';
/** At every move, and when the state changes. */
export interface Followed {
    type: 'followed';
    instance: number;
    param: number;
    /** Where the parameter is led to now. */
    plain_db: number;
    /** 0 .. 1: the part of the last 3 s that held a signal. */
    confidence: number;
    state: FollowState;
    frame: number;
}
/** At each answer of the model, and when the state changes. */
export interface Toned {
    type: 'toned';
    id: number;
    /** listening: too little sound to know. follow: gains are on their way. hold: near enough. ease: back to neutral. */
    state: 'listening' | 'follow' | 'hold' | 'ease';
    /** Why it eases. */
    reason: 'silence' | 'unknown' | undefined;
    /** 32 bands: what is wanted, and how sure that is, 0 .. 1. Empty: nothing yet. */
    curve_db: number[];
    confidence: number[];
    /** RMS of how far the model says it may be off. */
    doubt_db: number;
    /** Of sound, that it was judged by. */
    seconds: number;
    /** The context's frame where that ended. */
    frame: number;
    /** Milliseconds that the last answer took. */
    ms: { features: number; inference: number; fit: number } | undefined;
    model: UsedModel;
}
/** Of a match or a suggestion. `loaded` of `total` bytes of a file; fraction: undefined where the total is unknown. */
export interface Progress {
    type: 'progress';
    part: 'listening' | 'model' | 'runtime';
    fraction: number | undefined;
    loaded?: number;
    total?: number | undefined;
}
export type Answer = ({ type: 'matched' } & Matched) | ({ type: 'suggested' } & Suggested) | { type: 'cleared' };
export type FromWorker =
    | { type: 'ready' }
    | Heard
    | Followed
    | Toned
    /** Values that let these bands do what is wanted; their gains are to be led. */
    | { type: 'placed'; id: number; values: { param: number; value: number }[]; bands: number[] }
    /** It ended. */
    | { type: 'unfollowed'; id: number; reason: string; isInput: boolean }
    | ({ id: number } & (Answer | Progress))
    | { type: 'refused'; id: number; reason: string; isInput: boolean }
    | { type: 'pong'; id: number }
    /** What was asked for last did not work; the rest goes on. */
    | { type: 'failed'; reason: string };
