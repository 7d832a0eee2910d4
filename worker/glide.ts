// What a follower of tone remembers and how it moves: answers that fade, and gains on their way. Pure.
import type { Piece } from './curves.js';
import { RAMP_PEAK, UPDATE_S } from './follow.js';

/** Of sound, in the frame that a model hears. */
export const WINDOW_S = 10;
/** Answers are kept this long; their doubt doubles every FADE_S. */
const KEEP_S = 4;
const FADE_S = 2;
/** Corrections of finished music that was degraded on purpose have a standard deviation of 6 dB (curve_vote.h): a model
 * that is no surer than that knows nothing of what it hears. */
export const UNKNOWN_DB = 6;

interface Opinion {
    at_s: number;
    seconds: number;
    pieces: readonly Piece[];
}

/** What a model said lately. */
export class Opinions {
    #all: Opinion[] = [];

    /** pieces: of a frame of `seconds` of sound that ended at `at_s`; what is older than KEEP_S by then is forgotten. */
    add(pieces: readonly Piece[], seconds: number, at_s: number): void {
        this.#all = [...this.#all.filter((old) => at_s - old.at_s <= KEEP_S), { at_s, seconds, pieces }];
    }
    clear(): void {
        this.#all = [];
    }
    /** As they count now: variance grows by age, and for less sound than a whole window by the missing part. */
    get pieces(): Piece[] {
        const now = this.#all.at(-1)?.at_s ?? 0;
        return this.#all.flatMap(({ at_s, seconds, pieces }) => {
            const doubt = 2 ** ((now - at_s) / FADE_S) * Math.sqrt(WINDOW_S / Math.min(WINDOW_S, seconds));
            return pieces.map(({ curve_db, sigma_db }) => ({
                curve_db,
                sigma_db: Float32Array.from(sigma_db, (sigma) => doubt * sigma),
            }));
        });
    }
    /** RMS of how far the model says it may be off, over all bands; Infinity: it says nothing that is a number. */
    get doubt_db(): number {
        const all = this.#all.flatMap(({ pieces }) => pieces.flatMap(({ sigma_db }) => Array.from(sigma_db)));
        const mean = all.reduce((sum, sigma) => sum + sigma * sigma, 0) / all.length;
        return Number.isFinite(mean) ? Math.sqrt(mean) : Infinity;
    }
}

/** A gain in dB that is led. */
export interface LedGain {
    param: number;
    value: number;
    /** Where it eases to. */
    home: number;
    min: number;
    max: number;
}
export interface GlideSettings {
    /** Nothing starts to move that is this near. */
    hysteresis_db: number;
    slew_db_per_s: number;
}

/** Gains on their way to their targets. */
export class Glide {
    readonly #gains = new Map<number, LedGain & { target: number; isMoving: boolean }>();

    /** Throws RangeError for a negative hysteresis, a slew that is not above 0, or what is no number. */
    constructor(private readonly settings: GlideSettings) {
        const { hysteresis_db, slew_db_per_s } = settings;
        if (!(hysteresis_db >= 0 && slew_db_per_s > 0 && Number.isFinite(hysteresis_db + slew_db_per_s)))
            throw new RangeError(
                `follow: hysteresis ${hysteresis_db} dB (0 or more), slew ${slew_db_per_s} dB/s (above 0).`,
            );
    }
    get params(): readonly number[] {
        return [...this.#gains.keys()];
    }
    lead(gains: readonly LedGain[]): void {
        this.#gains.clear();
        for (const gain of gains) this.#gains.set(gain.param, { ...gain, target: gain.value, isMoving: false });
    }
    /** The hand has it. false: it was not led. */
    drop(param: number): boolean {
        return this.#gains.delete(param);
    }
    value(param: number): number | undefined {
        return this.#gains.get(param)?.value;
    }
    aim(param: number, target_db: number): void {
        const gain = this.#gains.get(param);
        if (gain && Number.isFinite(target_db)) gain.target = Math.min(gain.max, Math.max(gain.min, target_db));
    }
    /** Nothing is known, or nothing sounds. */
    ease(): void {
        for (const gain of this.#gains.values()) {
            gain.target = gain.home;
            gain.isMoving = gain.value !== gain.home;
        }
    }
    get isHome(): boolean {
        return [...this.#gains.values()].every(({ value, home }) => value === home);
    }
    /** What moves, so many seconds after the last step; at most UPDATE_S. */
    step(seconds = UPDATE_S): { param: number; plain: number }[] {
        const { hysteresis_db, slew_db_per_s } = this.settings;
        const most = (slew_db_per_s / RAMP_PEAK) * seconds;
        const moves: { param: number; plain: number }[] = [];
        for (const gain of this.#gains.values()) {
            const far = gain.target - gain.value;
            gain.isMoving = far !== 0 && (gain.isMoving || Math.abs(far) > hysteresis_db);
            if (!gain.isMoving) continue;
            gain.value = Math.abs(far) <= most ? gain.target : gain.value + Math.sign(far) * most;
            moves.push({ param: gain.param, plain: gain.value });
        }
        return moves;
    }
}
