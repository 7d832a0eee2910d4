// What brain.follow() of a loudness is asked for, checked.
import type { Follow } from '../../worker/messages.js';
import type { FollowOptions } from './api.js';
import { InputError } from './errors.js';
import type { Mirror } from './mirror.js';
import { paramIndex } from './values.js';

const RANGE_DB = 12;

/** Throws InputError. */
export function followOf(mirror: Mirror, options: FollowOptions): Follow {
    const { info, instance } = mirror;
    if (options.key === undefined)
        throw new InputError(
            'follow: target_lufs needs a key, the parameter in dB that leads the loudness, such as output_db.',
        );
    const param = paramIndex(info, options.key);
    const { curve, max, min, unit } = info.params[param];
    if (unit !== 'dB' || curve !== 'lin')
        throw new InputError(`follow: ${info.key} ${options.key} is no gain in dB that could lead the loudness.`);
    const value_db = Number(mirror.value(param));
    const number = (name: string, value: number, from: number, to: number): number => {
        if (value >= from && value <= to) return value;
        throw new InputError(`follow: ${name} is ${value}; allowed: ${from} .. ${to}.`);
    };
    const follow: Follow = {
        type: 'follow',
        ...{ instance, param, value_db },
        target_lufs: number('target_lufs', options.target_lufs, -70, 0),
        hysteresis_lu: number('hysteresis_lu', options.hysteresis_lu ?? 0.5, 0, 20),
        slew_db_per_s: number('slew_db_per_s', options.slew_db_per_s ?? 3, 0.01, 100),
        min_db: number('min_db', options.min_db ?? Math.max(min, value_db - RANGE_DB), min, max),
        max_db: number('max_db', options.max_db ?? Math.min(max, value_db + RANGE_DB), min, max),
    };
    if (follow.min_db > follow.max_db)
        throw new InputError(`follow: min_db is ${follow.min_db}, above max_db, ${follow.max_db}.`);
    return follow;
}
