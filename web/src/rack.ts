// Plugin instances in a row over one engine: what a rendering runs audio through, in a page and on the
// command line.
import { TAIL_FOREVER } from '../../worklet/engine.js';
import type { Engine, Instance, Stereo } from '../../worklet/engine.js';
import type { Slot } from './chain.js';
import { InputError } from './errors.js';
import type { ParamValue } from './manifest.js';
import { jsonValue } from './values.js';

/** `frame` counts from the start of the input; a later plugin's move comes with the audio of that frame, as much later
 * as the plugins before delay it. */
export interface RackEvent {
    frame: number;
    param: number;
    plain: number;
    /** Which of the row. Default: the first. */
    plugin?: number;
    /** Frames to get there. Default: the parameter's own time. */
    ramp?: number;
}

export interface PluginReport {
    plugin: string;
    version: number;
    preset: string | null;
    /** At the end. */
    params: Record<string, ParamValue>;
    latency_samples: number;
    /** null: it never falls to -120 dB. */
    tail_samples: number | null;
    us_per_128_frames: number;
    guarded_samples: number;
    /** Lowest, highest and last value seen at block ends. */
    meters: Record<string, { min: number; max: number; last: number }>;
    unknown?: Record<string, unknown>;
}

interface Unit {
    slot: Slot;
    instance: Instance;
    /** Frames by which the plugins before it delay its input: its key waits as long. */
    delay: number;
    seconds: number;
    low: number[];
    high: number[];
}

export class Rack {
    readonly latency: number;
    frame = 0;
    readonly #units: Unit[] = [];
    readonly #keyHistory: Float32Array[];
    #events: RackEvent[] = [];

    /** `block`: frames of the longest process(). */
    constructor(
        readonly engine: Engine,
        slots: readonly Slot[],
        readonly rate: number,
        readonly block: number,
        tempoBpm: number,
    ) {
        engine.reserve(block);
        let delay = 0;
        for (const slot of slots) {
            const instance = engine.create(slot.index, rate);
            for (const [param, plain] of slot.values) instance.set(param, plain);
            instance.transport(tempoBpm, 0, true);
            this.#units.push({ slot, instance, delay, seconds: 0, low: [], high: [] });
            delay += instance.latency;
        }
        this.latency = delay;
        this.#keyHistory = [0, 1].map(() => new Float32Array(delay + block));
    }

    #frameOf({ frame, plugin = 0 }: RackEvent): number {
        return frame + this.#units[plugin].delay;
    }
    /** In any order. */
    schedule(events: readonly RackEvent[]): void {
        this.#events = [...events].sort((a, b) => this.#frameOf(a) - this.#frameOf(b));
    }

    /** Hands over the events before `end`, as many as the queue takes, and returns how many frames may run before the
     * rest. */
    #scheduleUntil(end: number): number {
        for (let event = this.#events.at(0); event; event = this.#events.at(0)) {
            const { param, plain, plugin = 0, ramp } = event;
            const frame = this.#frameOf(event);
            if (frame >= end) break;
            if (this.#units[plugin].instance.schedule(frame, param, plain, ramp) === 'queue full') {
                if (frame > this.frame) return frame - this.frame;
                throw new InputError(
                    `More than 256 changes within one control period (32 frames) at ${event.frame / this.rate} s; spread them.`,
                );
            }
            this.#events.shift();
        }
        return end - this.frame;
    }

    /** The key's newest frames lie at the end of the history; engine.side gets them `delay` frames late. */
    #takeKey(key: Stereo, at: number, frames: number): void {
        this.#keyHistory.forEach((history, c) => {
            history.copyWithin(0, frames);
            history.set(key[c].subarray(at, at + frames), history.length - frames);
        });
    }
    #giveKey(delay: number, frames: number): void {
        this.#keyHistory.forEach((history, c) => {
            const start = history.length - frames - delay;
            this.engine.side[c].set(history.subarray(start, start + frames));
        });
    }

    /** Runs `frames` frames from `at` of input (1 or 2 channels) and key in place of output: out may be the input. */
    process(input: readonly Float32Array[], key: Stereo | undefined, out: Stereo, at: number, frames: number): void {
        for (let done = 0, n: number; done < frames; done += n) {
            n = Math.min(this.#scheduleUntil(this.frame + frames - done), this.block);
            const from = at + done;
            if (key) this.#takeKey(key, from, n);
            input.forEach((channel, c) => this.engine.input[c].set(channel.subarray(from, from + n)));
            if (!this.#units.length)
                this.engine.output.forEach((channel, c) =>
                    channel.set(this.engine.input[Math.min(c, input.length - 1)].subarray(0, n)),
                );
            this.#units.forEach((unit, i) => {
                const hasKey = key !== undefined && unit.slot.info.sideChannels > 0;
                if (hasKey) this.#giveKey(unit.delay, n);
                if (i > 0) this.engine.output.forEach((channel, c) => this.engine.input[c].set(channel.subarray(0, n)));
                const began = performance.now();
                unit.instance.process(n, i === 0 ? input.length : 2, hasKey ? 2 : 0);
                unit.seconds += (performance.now() - began) / 1000;
                unit.instance.meters.forEach((value, m) => {
                    unit.low[m] = Math.min(unit.low[m] ?? value, value);
                    unit.high[m] = Math.max(unit.high[m] ?? value, value);
                });
            });
            out.forEach((channel, c) => channel.set(this.engine.output[c].subarray(0, n), from));
            this.frame += n;
        }
    }

    /** Samples until all have fallen to -120 dB, at the present values; TAIL_FOREVER. */
    get tail(): number {
        return this.#units.reduce((sum, { instance }) => Math.min(sum + instance.tail, TAIL_FOREVER), 0);
    }
    /** Control periods in which a plugin made something that is no number. */
    get faults(): number {
        return this.#units.reduce((sum, { instance }) => sum + instance.counters.faults, 0);
    }
    /** Events not yet handed over. */
    get waiting(): readonly RackEvent[] {
        return this.#events;
    }
    get usPer128(): number {
        return this.#us(this.#units.reduce((sum, { seconds }) => sum + seconds, 0));
    }
    #us(seconds: number): number {
        return this.frame ? Number(((seconds * 1e6 * 128) / this.frame).toFixed(3)) : 0;
    }

    report(): PluginReport[] {
        return this.#units.map(({ slot, instance, seconds, low, high }) => {
            const { info } = slot;
            const last = instance.meters;
            const unknown = { ...slot.unknown, ...slot.unknownParams };
            return {
                plugin: info.key,
                version: info.version,
                preset: slot.preset ?? null,
                params: Object.fromEntries(info.params.map((p, i) => [p.key, jsonValue(p, instance.get(i))])),
                latency_samples: instance.latency,
                tail_samples: instance.tail === TAIL_FOREVER ? null : instance.tail,
                us_per_128_frames: this.#us(seconds),
                guarded_samples: instance.counters.guarded,
                meters: Object.fromEntries(
                    info.meters.map(({ key }, m) => [key, { min: low[m], max: high[m], last: last[m] }]),
                ),
                ...(Object.keys(unknown).length && { unknown }),
            };
        });
    }

    destroy(): void {
        for (const { instance } of this.#units) instance.destroy();
    }
}
