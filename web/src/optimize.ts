// The loudness optimiser: the drive of the limiter at the end of a chain that gives a whole programme its integrated
// loudness. Each pass is a rendering that nobody keeps, read by a limiter's own meter; a programme that is hardly limited
// takes two, a flattened one some more. The page's render() and the dawg command run this.
import type { Engine, Instance, Stereo } from '../../worklet/engine.js';
import type { Slot } from './chain.js';
import { InputError, didYouMean } from './errors.js';
import type { Manifest, PluginInfo } from './manifest.js';
import type { RackEvent } from './rack.js';
import { paramIndex, parseValue } from './values.js';

const [LIMITER, DRIVE, CEILING, TARGET, READING] = [
    'limiter',
    'input_db',
    'ceiling_db',
    'target_lufs',
    'integrated_lufs',
];
/** A limiter that lets everything up to full scale pass, as soon as it can. */
const WIRE: [key: string, plain: number][] = [
    [CEILING, 0],
    ['lookahead_ms', 0],
    ['true_peak', 0],
];
const NONE_LUFS = -199; // the meter reads -200 for none
const QUANTUM = 128;
const SETTLE_QUANTA = 6; // its latency, 22 frames; the reading comes within 20 control periods of 32
const SILENCE_S = 5; // longer than any window
const SILENCE: Stereo = [new Float32Array(QUANTUM), new Float32Array(QUANTUM)];
/** What would make the sound another than the limited one. */
const LISTENING = ['unity_gain', 'delta', 'bypass'];
const CLOSE_LU = 0.03;
const PASSES_MAX = 12;
const SLOPE_MIN = 0.2; // LU for a dB of drive, for the next guess

/** How it went. */
export interface Optimized {
    target_lufs: number;
    /** The limiter's input_db. */
    drive_db: number;
    /** Integrated, of the rendering. */
    achieved_lufs: number;
    /** Renderings for analysis, besides the one that is kept. */
    passes: number;
}

function limiterOf(manifest: Manifest): PluginInfo {
    const info = manifest.plugins.find(({ key }) => key === LIMITER);
    if (!info) throw new Error(`The manifest has no ${LIMITER}.`);
    return info;
}

/** LUFS, as a number, or the target of a preset of the limiter by its key. `name`: of the option. */
export function parseTarget(manifest: Manifest, given: string | number, name: string): number {
    const info = limiterOf(manifest);
    const param = info.params[paramIndex(info, TARGET)];
    const preset = info.presets.find(({ key }) => key === given);
    if (preset) return Number(preset.values[TARGET] ?? param.def);
    const lufs = typeof given === 'number' ? given : given.trim() === '' ? NaN : Number(given);
    if (lufs >= param.min && lufs <= param.max) return lufs;
    const keys = info.presets.map(({ key }) => key);
    throw new InputError(
        `${name} is ${JSON.stringify(given)}; allowed is a number, ${param.min} .. ${param.max} LUFS, or a preset of the ` +
            `limiter whose target counts: ${keys.join(', ')}.${typeof given === 'string' && Number.isNaN(lufs) ? didYouMean(given, keys) : ''}`,
    );
}

/** The limiter at the end of the chain. Refuses a chain whose loudness its drive does not set. */
export function slotToOptimize(slots: readonly Slot[], events: readonly RackEvent[], name: string): Slot {
    const slot = slots.at(-1);
    if (slot?.info.key !== LIMITER)
        throw new InputError(
            `${name} sets the drive of a limiter, which must be the last plugin; ` +
                `${slot ? `that is ${slot.info.key}` : 'there is none'}. Add {"plugin": "${LIMITER}"} at the end.`,
        );
    const isMoved = (param: number): boolean =>
        events.some((event) => (event.plugin ?? 0) === slots.length - 1 && event.param === param);
    for (const key of LISTENING) {
        const param = paramIndex(slot.info, key);
        if ((slot.values.get(param) ?? 0) > 0.5 || isMoved(param))
            throw new InputError(`${name} needs the limited sound: leave ${key} of the limiter off.`);
    }
    if (isMoved(paramIndex(slot.info, DRIVE)))
        throw new InputError(`${name} sets ${DRIVE} of the limiter for the whole programme: leave out what moves it.`);
    return slot;
}

/** Another drive, in place. */
export function setDrive(slot: Slot, drive_db: number): void {
    const param = paramIndex(slot.info, DRIVE);
    slot.values.set(param, parseValue(slot.info, slot.info.params[param], drive_db, 'the drive'));
}

/** The integrated loudness of a rendering: the meter of a limiter that has nothing to do, which counts from the first
 * sample that it is fed. */
export class LoudnessReader {
    readonly #meter: number;
    readonly #instance: Instance;
    /** Frames of digital silence so far, and how many of them were not fed. */
    #silent = 0;
    #held = 0;

    constructor(
        private readonly engine: Engine,
        manifest: Manifest,
        private readonly rate: number,
    ) {
        const info = limiterOf(manifest);
        this.#meter = info.meters.findIndex(({ key }) => key === READING);
        engine.reserve(QUANTUM);
        this.#instance = engine.create(manifest.plugins.indexOf(info), rate);
        for (const [key, plain] of WIRE) this.#instance.set(paramIndex(info, key), plain);
    }
    /** The meter takes 30 s of digital silence for the end of a programme, which in a file it is not: behind the first
     * seconds whole ones are left out, which no gate would let pass. */
    feed(out: Stereo, from: number, frames: number): void {
        for (let done = 0, n: number; done < frames; done += n) {
            n = Math.min(QUANTUM, frames - done);
            const piece = out.map((side) => side.subarray(from + done, from + done + n)) as unknown as Stereo;
            const isSilent = piece.every((side) => side.every((value) => value === 0));
            if (isSilent && this.#silent >= SILENCE_S * this.rate) {
                this.#held += n;
            } else {
                this.#silent = isSilent ? this.#silent + n : 0;
                this.#catchUp();
                this.#run(piece, n);
            }
        }
    }
    #catchUp(): void {
        const rest = this.#held % this.rate;
        this.#held = 0;
        for (let done = 0; done < rest; done += QUANTUM) this.#run(SILENCE, Math.min(QUANTUM, rest - done));
    }
    #run(piece: Stereo, n: number): void {
        this.engine.input.forEach((side, c) => side.set(piece[c].subarray(0, n)));
        this.#instance.process(n, 2, 0);
    }
    /** Ends it. null: silence, or shorter than 0.4 s. */
    result(): number | null {
        for (let q = 0; q < SETTLE_QUANTA; ++q) this.#run(SILENCE, QUANTUM);
        const lufs = this.#instance.meters[this.#meter];
        this.#instance.destroy();
        return lufs > NONE_LUFS ? lufs : null;
    }
}

interface Point {
    drive: number;
    lufs: number;
}

/** Where to look next: between what is too soft and what is too loud, or beyond what is known. */
function nextDrive(points: readonly Point[], target: number): number {
    const nearest = (are: readonly Point[]): Point | undefined =>
        [...are].sort((a, b) => Math.abs(a.lufs - target) - Math.abs(b.lufs - target)).at(0);
    const low = nearest(points.filter(({ lufs }) => lufs < target));
    const high = nearest(points.filter(({ lufs }) => lufs >= target));
    if (low && high)
        return low.drive + ((target - low.lufs) * (high.drive - low.drive)) / Math.max(high.lufs - low.lufs, 1e-6);
    const [last, before] = points.slice(-2).reverse() as [Point, Point | undefined];
    const slope = before && before.drive !== last.drive ? (last.lufs - before.lufs) / (last.drive - before.drive) : 1;
    return last.drive + (target - last.lufs) / Math.min(1, Math.max(SLOPE_MIN, slope));
}

/** Finds the drive and leaves it in the slot. `measure` renders with the slot as it stands and gives the reading. Throws
 * InputError for silence and for a target that is out of reach, which says what was reached. */
export async function optimizeDrive(
    slot: Slot,
    target_lufs: number,
    name: string,
    measure: (pass: number) => Promise<number | null>,
): Promise<Pick<Optimized, 'drive_db' | 'passes'>> {
    const { min, max } = slot.info.params[paramIndex(slot.info, DRIVE)];
    const ceiling = paramIndex(slot.info, CEILING);
    const ceiling_db = slot.values.get(ceiling) ?? slot.info.params[ceiling].def;
    const points: Point[] = [];
    const given = slot.values.get(paramIndex(slot.info, DRIVE)) ?? slot.info.params[paramIndex(slot.info, DRIVE)].def;
    for (
        let drive = given;
        points.length < PASSES_MAX;
        drive = Math.min(max, Math.max(min, nextDrive(points, target_lufs)))
    ) {
        setDrive(slot, drive);
        const lufs = await measure(points.length);
        if (lufs === null)
            throw new InputError(
                `${name}: the programme has no integrated loudness (it is silent, or shorter than 0.4 s). Give one that is heard.`,
            );
        points.push({ drive, lufs });
        if (Math.abs(lufs - target_lufs) <= CLOSE_LU) break;
        const [isTooSoft, isTooLoud] = [drive === max && lufs < target_lufs, drive === min && lufs > target_lufs];
        if (isTooSoft || isTooLoud)
            throw new InputError(
                `${name}: ${target_lufs} LUFS is out of reach; the ${isTooSoft ? 'most' : 'least'} drive, ${drive} dB, under a ceiling of ` +
                    `${ceiling_db} dB reaches ${lufs.toFixed(1)} LUFS. ` +
                    (isTooSoft ? 'Raise the ceiling, or ask for less.' : 'Turn the input down, or ask for more.'),
            );
    }
    const best = points.reduce((a, b) => (Math.abs(b.lufs - target_lufs) < Math.abs(a.lufs - target_lufs) ? b : a));
    setDrive(slot, best.drive);
    return { drive_db: best.drive, passes: points.length };
}
