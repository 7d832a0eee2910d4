// Seeded work for any plugin: settings, timed moves and audio, in the shapes that each way of rendering takes.
import { loadEngine } from '../../tools/dawg/assets.js';
import type { ParamValue, PluginInfo } from '../../web/src/manifest.js';
import { makeSlot } from '../../web/src/chain.js';
import { Rack } from '../../web/src/rack.js';
import { seededRandom } from '../../web/src/random.js';
import { jsonValue } from '../../web/src/values.js';
import type { Stereo } from '../../worklet/engine.js';
import { TEMPO_BPM, manifest, randomEvents, seedOf } from '../wasm/builds.js';
import type { Event } from '../wasm/builds.js';

export interface Job {
    plugin: PluginInfo;
    /** By number, and by key. */
    settings: [param: number, plain: number][];
    values: Record<string, ParamValue>;
    events: Event[];
}

/** Half of the parameters anywhere in their range at the start, then one move about every 50 ms. `latency`: parameters
 * that set the latency are among the settings, never among the moves. */
export function seededJob(plugin: PluginInfo, frames: number, rate: number): Job {
    const engine = loadEngine(manifest);
    const random = seededRandom(seedOf(`settings ${plugin.key}`));
    const exact = (param: number, plain: number): number => {
        const p = plugin.params[param];
        return Math.fround(p.curve === 'lin' || p.curve === 'log' ? plain : Math.round(plain));
    };
    const settings = plugin.params.slice(0, -1).flatMap((_, param): [number, number][] => {
        const [isMoved, knob] = [random() < 0.5, random()];
        return isMoved ? [[param, exact(param, engine.toPlain(manifest.plugins.indexOf(plugin), param, knob))]] : [];
    });
    const events = randomEvents(plugin, engine, frames, rate)
        .filter(({ param }) => !plugin.params[param].setsLatency)
        .map((event) => ({ ...event, plain: exact(event.param, event.plain) }));
    return { plugin, settings, values: named(plugin, settings), events };
}

const named = (plugin: PluginInfo, settings: readonly [number, number][]): Record<string, ParamValue> =>
    Object.fromEntries(
        settings.map(([param, plain]) => [plugin.params[param].key, jsonValue(plugin.params[param], plain)]),
    );

/** The job in Node, by what dawg render runs audio through. */
export function runRack(job: Job, rate: number, input: Stereo, key: Stereo | undefined): Stereo {
    const slot = makeSlot(manifest, job.plugin.key);
    for (const [param, plain] of job.settings) slot.values.set(param, plain);
    const rack = new Rack(loadEngine(manifest), [slot], rate, 128, TEMPO_BPM);
    rack.schedule(job.events);
    const frames = input[0].length;
    const out = [new Float32Array(frames), new Float32Array(frames)] as const;
    rack.process(input, key, out, 0, frames);
    rack.destroy();
    return out;
}

/** An event as pages write it: key and value; ramp in seconds. */
export interface KeyEvent {
    frame: number;
    key: string;
    value: ParamValue;
    ramp: number;
}
export const keyEvents = ({ plugin, events }: Job, rate: number): KeyEvent[] =>
    events.map(({ frame, param, plain, ramp }) => ({
        frame,
        key: plugin.params[param].key,
        value: jsonValue(plugin.params[param], plain),
        ramp: ramp / rate,
    }));

/** Left, then right, as kit.getStereo() reads it. */
export const planar = ([left, right]: Stereo): Buffer =>
    Buffer.concat([left, right].map((channel) => Buffer.from(channel.buffer, channel.byteOffset, channel.byteLength)));
export function stereoOf(bytes: Buffer): Stereo {
    const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    return [all.subarray(0, all.length / 2), all.subarray(all.length / 2)];
}

/** Where two renderings part, for the message of a failure. */
export function firstDifference(a: Stereo, b: Stereo): string {
    if (a[0].length !== b[0].length) return `${a[0].length} and ${b[0].length} frames`;
    for (let i = 0; i < a[0].length; ++i)
        for (const c of [0, 1] as const)
            if (!Object.is(a[c][i], b[c][i])) return `frame ${i}, channel ${c}: ${a[c][i]} and ${b[c][i]}`;
    return 'nowhere';
}
