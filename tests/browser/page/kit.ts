// What the tests share inside the page. Served as it is compiled: it imports types only.
import type { AudioData, CreateOptions, Engine, PluginNode, PluginState, TimedMove } from '../../../web/src/api.js';
import type { ParamValue } from '../../../web/src/manifest.js';

type Package = typeof import('../../../web/src/index.js');

declare global {
    var dawg: Package;
    var kit: typeof import('./kit.js');
    var loaded: boolean | undefined;
    var failed: string | undefined;
    interface OfflineAudioContextOptions {
        renderSizeHint?: number | 'default' | 'hardware';
    }
    interface AudioContextOptions {
        renderSizeHint?: number | 'default' | 'hardware';
    }
    interface BaseAudioContext {
        readonly renderQuantumSize?: number;
    }
    interface AudioContext {
        readonly playbackStats?: { underrunEvents: number; totalDuration: number };
    }
}

/** Leaves the task in which the test driver may evaluate strings: from here on the page's own policy holds. */
export const task = (): Promise<void> => new Promise((done) => setTimeout(done));
export const wait = (seconds: number): Promise<void> => new Promise((done) => setTimeout(done, 1000 * seconds));

/** Waits until `is` holds; rejects with its name after `seconds`. */
export async function until(what: string, is: () => boolean, seconds = 15): Promise<void> {
    const end = performance.now() + 1000 * seconds;
    while (!is()) {
        if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
        await wait(0.005);
    }
}
/** The error's message; what was made instead is a failure. */
export async function refusal(work: () => unknown): Promise<string> {
    try {
        await work();
    } catch (error) {
        if (error instanceof Error) return error.message;
        throw new Error(`rejected with ${String(error)}, which is no Error`, { cause: error });
    }
    throw new Error('it did not fail');
}

/** Planar stereo: left, then right. */
export async function getStereo(name: string): Promise<[Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>]> {
    const all = new Float32Array(await (await fetch(`./files/${name}`)).arrayBuffer());
    return [all.slice(0, all.length / 2), all.slice(all.length / 2)];
}
export async function putStereo(name: string, channels: readonly Float32Array[]): Promise<void> {
    const all = new Float32Array(2 * channels[0].length);
    channels.forEach((channel, c) => all.set(channel, c * channel.length));
    await fetch(`./files/${name}`, { method: 'PUT', body: all });
}

export function bufferOf(context: BaseAudioContext, channels: readonly Float32Array[], rate = context.sampleRate) {
    const buffer = context.createBuffer(channels.length, channels[0].length, rate);
    channels.forEach((channel, c) => buffer.copyToChannel(Float32Array.from(channel), c));
    return buffer;
}
export function play(
    context: BaseAudioContext,
    channels: readonly Float32Array[],
    loop = false,
): AudioBufferSourceNode {
    const source = new AudioBufferSourceNode(context, { buffer: bufferOf(context, channels), loop });
    source.start();
    return source;
}

/** White noise, seeded; peak `level`. */
export function noise(frames: number, level: number, seed = 1): Float32Array<ArrayBuffer> {
    let x = seed;
    return Float32Array.from({ length: frames }, () => {
        x = (Math.imul(x, 1664525) + 1013904223) | 0;
        return (level * x) / 2 ** 31;
    });
}
export const sine = (frames: number, hz: number, level: number, rate: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length: frames }, (_, i) => level * Math.sin((2 * Math.PI * hz * i) / rate));
export const rms = (channel: Float32Array, from = 0, to = channel.length): number =>
    Math.sqrt(channel.subarray(from, to).reduce((sum, x) => sum + x * x, 0) / (to - from));
export const db = (linear: number): number => 20 * Math.log10(linear);
export const peak = (channels: readonly Float32Array[]): number =>
    channels.reduce((most, channel) => channel.reduce((a, b) => Math.max(a, Math.abs(b)), most), 0);
export async function sha256(channels: readonly Float32Array[]): Promise<string> {
    const all = new Float32Array(channels.length * channels[0].length);
    channels.forEach((channel, c) => all.set(channel, c * channel.length));
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', all));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export interface OfflineJob {
    plugin: string;
    values?: Record<string, ParamValue>;
    events?: { frame: number; key: string; value: ParamValue; ramp: number }[];
    audioParams?: boolean;
    rate: number;
    /** Frames per render quantum. */
    quantum?: number;
    tempo_bpm?: number;
    engine?: Parameters<Package['createEngine']>[1];
}

/** One plugin in an OfflineAudioContext; undefined when the browser does not render in such quanta. */
export async function renderOffline(
    job: OfflineJob,
    input: readonly Float32Array[],
    key?: readonly Float32Array[],
    before?: (engine: Engine, node: PluginNode, context: OfflineAudioContext) => void | Promise<void>,
): Promise<[Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>] | undefined> {
    const { rate: sampleRate, quantum = 128 } = job;
    const context = new OfflineAudioContext({
        numberOfChannels: 2,
        length: input[0].length,
        sampleRate,
        renderSizeHint: quantum,
    });
    if ((context.renderQuantumSize ?? 128) !== quantum) return undefined;
    const engine = await dawg.createEngine(context, job.engine);
    engine.transport({ tempo_bpm: job.tempo_bpm ?? 120, beat: 0, playing: false });
    const options = { audioParams: job.audioParams ?? false, events: job.events } as CreateOptions;
    const node = await createAny(engine, job.plugin, job.values ?? {}, options);
    play(context, input).connect(node);
    if (key) play(context, key).connect(node, 0, 1);
    node.connect(context.destination);
    await before?.(engine, node, context);
    const out = await context.startRendering();
    await engine.destroy();
    return [out.getChannelData(0), out.getChannelData(1)];
}

/** create() for a key that is known at run time only. */
export const createAny = (
    engine: Engine,
    key: string,
    values: Record<string, ParamValue> = {},
    options: CreateOptions = {},
): Promise<PluginNode> =>
    (engine.create as (k: string, v: unknown, o: unknown) => Promise<PluginNode>)(key, values, options);

export type { AudioData, Engine, PluginNode, PluginState, TimedMove };

export interface WorkletMemory {
    /** Bytes handed out, and of the whole memory. */
    used: number;
    bytes: number;
}
/** planter.js in the engine's worklet: instances created after it can be damaged, counted from 0. */
export async function plant(context: BaseAudioContext): Promise<(corrupt?: number) => Promise<WorkletMemory>> {
    await context.audioWorklet.addModule('./kit/planter.js');
    const node = new AudioWorkletNode(context, 'planter', { numberOfInputs: 0 });
    const answer = () =>
        new Promise<WorkletMemory>((done) => {
            node.port.onmessage = ({ data }: MessageEvent<WorkletMemory>) => done(data);
        });
    await answer();
    return (corrupt) => {
        const next = answer();
        node.port.postMessage({ corrupt });
        return next;
    };
}

/** A move of the worker that acted: at the context's `frame`, led to by what was heard up to `heardTo` (both mod 2^32). */
export interface ActedMove {
    instance: number;
    param: number;
    plain: number;
    heardTo: number;
    frame: number;
}
/** Call it before create(): all moves of the worker that act on the nodes made from then on. */
export async function watchMoves(context: BaseAudioContext): Promise<ActedMove[]> {
    await context.audioWorklet.addModule('./kit/witness.js');
    const node = new AudioWorkletNode(context, 'witness', { numberOfInputs: 0 });
    const seen: ActedMove[] = [];
    await new Promise<void>((begin) => {
        node.port.onmessage = ({ data }: MessageEvent<ActedMove | string>) => {
            if (typeof data === 'string') begin();
            else seen.push(data);
        };
    });
    return seen;
}

/** Records a node's output from a frame on; call it before that frame comes. */
export async function record(node: AudioNode, start: number, frames: number): Promise<() => Promise<Float32Array[]>> {
    const { context } = node;
    await context.audioWorklet.addModule('./kit/recorder.js');
    const processorOptions = { start, frames };
    const recorder = new AudioWorkletNode(context, 'recorder', { channelCount: 2, processorOptions });
    const done = new Promise<Float32Array[]>((resolve) => {
        recorder.port.onmessage = ({ data }: MessageEvent<Float32Array[]>) => resolve(data);
    });
    node.connect(recorder).connect(context.destination);
    return () => done;
}

/** Call it before createEngine(): every Worker that the page starts from then on. */
export function watchWorkers(): Worker[] {
    const started: Worker[] = [];
    const Real = Worker;
    globalThis.Worker = class extends Real {
        constructor(url: string | URL, options?: WorkerOptions) {
            super(url, options);
            started.push(this);
        }
    };
    return started;
}

/** Call it before createEngine(): then, by instance in the order of creation, the context's frame (mod 2^32) up to which it
 * has processed, how many moves of the worker have acted and how many frames after its tap the last one did
 * (SLOT.FRAME_LOW, FOLLOWED, FOLLOW_FRAMES of records.ts). */
export function watchSlots(): (instance: number) => { frame: number; moves: number; frames: number } {
    const [FRAME_LOW, FOLLOWED, FOLLOW_FRAMES] = [1, 10, 11];
    const words = new Map<number, Int32Array>();
    const Real = AudioWorkletNode;
    interface Given {
        instance?: number;
        slot?: SharedArrayBuffer;
    }
    interface Slots {
        type: string;
        slots: { instance: number; words: Int32Array }[];
    }
    globalThis.AudioWorkletNode = class extends Real {
        constructor(context: BaseAudioContext, name: string, options?: AudioWorkletNodeOptions) {
            super(context, name, options);
            const { instance, slot } = (options?.processorOptions ?? {}) as Given;
            // Behind the sequence number lie the words that messages carry.
            if (instance !== undefined && slot) words.set(instance, new Int32Array(slot, 4));
            this.port.addEventListener('message', ({ data }: MessageEvent<Slots>) => {
                if (data.type === 'slots') for (const each of data.slots) words.set(each.instance, each.words);
            });
        }
    };
    return (instance) => {
        const now = words.get(instance);
        return { frame: now?.[FRAME_LOW] ?? 0, moves: now?.[FOLLOWED] ?? 0, frames: now?.[FOLLOW_FRAMES] ?? 0 };
    };
}
