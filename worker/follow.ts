// Leads one gain in dB so that the output's short-term loudness meets a target. Pure: blocks of measured loudness in,
// moves out.
//
// Short-term loudness remembers 3 s, and a controller that waits for it would swing. So the follower undoes its own gain:
// each block of the last 3 s, freed of the gain that it was heard with, says how loud the material is, and
// target - material is where the gain belongs. Where output follows gain 1:1 this is no feedback at all; where it follows
// less (a limiter: slope s < 1) each answer is off by 1 - s of the way, on the near side, so it arrives without
// overshoot. The prediction is the same as the Smith predictor's (O. J. M. Smith, 1957) with the model "gain, then mean".
import { HOPS_MAX, lufsOf } from './analysis.js';
import type { Follow, FollowState } from './messages.js';

/** Seconds between two moves, and what each takes. A longer ramp than pause keeps the speed even: the runtime's ramps are
 * smoothsteps that are redirected on the way (core/ramp.h). */
export const UPDATE_S = 0.1;
export const RAMP_S = 0.12;
/** The ramps' highest speed over their mean one, when moves arrive up to 20 ms later than others: 1.57, from a simulation
 * of core/ramp.h with smooth_ms 5 .. 80. */
export const RAMP_PEAK = 1.6;
/** From the tap to the moved parameter, about. */
const DELAY_S = 0.01;
/** Momentary loudness of the output below this is silence. */
const SILENCE_LUFS = -60;
/** Momentary loudness looks at 400 ms; material is judged from as much signal. */
const MOMENTARY_HOPS = 40;
const HOPS_PER_S = 100;
/** How far 400 ms of music may lie from its 3 s: the less of the window is filled, the more of it is let be. */
const UNSURE_LU = 3;
/** It stops this close to where it belongs, as a part of the hysteresis. */
const ARRIVED = 0.25;

export type FollowSettings = Omit<Follow, 'type' | 'instance' | 'param'>;
export interface FollowStep {
    state: FollowState;
    plain_db: number;
    confidence: number;
    /** plain_db is new: it wants to be sent. */
    isMove: boolean;
}

interface Block {
    hops: number;
    /** K-weighted mean square, as heard. */
    power: number;
    /** Mean gain over the block. */
    gain_db: number;
}

const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);
const gainOf = (power_db: number): number => 10 ** (power_db / 10);

export class Follower {
    #gain_db: number;
    /** Gain before the last update. */
    #before_db: number;
    #blocks: Block[] = [];
    #hops = 0;
    #state: FollowState = 'rest';
    readonly #settings: FollowSettings;

    /** Throws RangeError for settings that are no numbers, a negative hysteresis, a slew that is not above 0. */
    constructor(settings: FollowSettings) {
        const { value_db, target_lufs, hysteresis_lu, slew_db_per_s, min_db, max_db } = settings;
        if (![value_db, target_lufs, hysteresis_lu, slew_db_per_s, min_db, max_db].every(Number.isFinite))
            throw new RangeError(
                'follow: value_db, target_lufs, hysteresis_lu, slew_db_per_s, min_db and max_db must be numbers.',
            );
        if (hysteresis_lu < 0 || slew_db_per_s <= 0 || min_db > max_db)
            throw new RangeError(
                `follow: hysteresis ${hysteresis_lu} LU (0 or more), slew ${slew_db_per_s} dB/s (above 0), ` +
                    `range ${min_db} .. ${max_db} dB (rising).`,
            );
        this.#settings = { ...settings };
        this.#gain_db = this.#before_db = value_db;
    }

    /** Call every UPDATE_S or later: `hops` of 10 ms went by since the last call, with the mean square `power`. */
    update(hops: number, power: number): FollowStep {
        this.#remember(hops, power);
        const { value_db, target_lufs, hysteresis_lu, slew_db_per_s, min_db, max_db } = this.#settings;
        const material = this.#material();
        const wanted_db = target_lufs - material.lufs; // -material: as loud as it would be at 0 dB
        const error_lu = wanted_db - this.#gain_db;
        const confidence = Math.min(1, material.hops / HOPS_MAX);
        const near_lu = this.#state === 'move' ? ARRIVED * hysteresis_lu : hysteresis_lu + (1 - confidence) * UNSURE_LU;
        let goal_db = this.#gain_db;
        if (this.#isSilent()) {
            this.#state = 'ease';
            goal_db = value_db;
        } else if (material.hops < MOMENTARY_HOPS) {
            this.#state = 'rest';
        } else if (Math.abs(error_lu) <= near_lu) {
            this.#state = 'hold';
        } else {
            this.#state = 'move';
            goal_db = wanted_db;
        }
        const step_db = (slew_db_per_s / RAMP_PEAK) * UPDATE_S;
        const next_db = clamp(clamp(goal_db, min_db, max_db), this.#gain_db - step_db, this.#gain_db + step_db);
        this.#before_db = this.#gain_db;
        this.#gain_db = next_db;
        return {
            state: this.#state,
            plain_db: next_db,
            confidence,
            isMove: next_db !== this.#before_db,
        };
    }

    /** The gain during the block ran from before to gain, half way at DELAY_S + RAMP_S / 2. */
    #remember(hops: number, power: number): void {
        if (!(hops > 0)) return;
        const late = Math.min(1, ((DELAY_S + RAMP_S / 2) * HOPS_PER_S) / hops);
        const gain_db = this.#gain_db + late * (this.#before_db - this.#gain_db);
        this.#blocks.push({ hops, power, gain_db });
        this.#hops += hops;
        while (this.#hops - this.#blocks[0].hops >= HOPS_MAX) this.#hops -= (this.#blocks.shift() as Block).hops;
    }

    /** Loudness at 0 dB of what was no silence, and how many hops that was. */
    #material(): { lufs: number; hops: number } {
        let [hops, sum] = [0, 0];
        for (const block of this.#blocks) {
            if (lufsOf(block.power) < SILENCE_LUFS) continue;
            hops += block.hops;
            sum += block.hops * block.power * gainOf(-block.gain_db);
        }
        return { lufs: lufsOf(hops ? sum / hops : 0), hops };
    }

    #isSilent(): boolean {
        let [hops, sum] = [0, 0];
        for (let i = this.#blocks.length - 1; i >= 0 && hops < MOMENTARY_HOPS; --i) {
            hops += this.#blocks[i].hops;
            sum += this.#blocks[i].hops * this.#blocks[i].power;
        }
        return lufsOf(hops ? sum / hops : 0) < SILENCE_LUFS;
    }
}
