// render() and measureCost() in the page: checks what is asked for, and lets one Web Worker per page do the work, so that
// no AudioContext is needed and the page stays awake.
import type { AudioData, Chain, PluginState, RenderOptions, RenderResult } from './api.js';
import { startWorker, whyNot } from './assets.js';
import type { Wasm } from './assets.js';
import { parseChain } from './chain.js';
import type { Slot, Warn } from './chain.js';
import { InputError } from './errors.js';
import type { Manifest } from './manifest.js';
import type { RackEvent } from './rack.js';
import type { CostJob, FromRenderer, RenderJob, ToRenderer } from './render_jobs.js';
import { BLOCK_MAX, checkKeyIsUsed } from './rendering.js';
import { paramIndex, parseValue } from './values.js';

export interface RenderHome {
    url: string;
    manifest: Manifest;
    wasm: Wasm;
    /** Seconds. */
    timeout: number;
}
type Answer = Extract<FromRenderer, { id: number }>;
interface Waiting {
    resolve: (answer: Answer) => void;
    reject: (error: Error) => void;
    onProgress?: (fraction: number) => void;
}

/** The worker, and who waits for it. */
class Renderer {
    readonly users = new Set<object>();
    readonly #waiting = new Map<number, Waiting>();
    readonly #ready: Promise<Worker>;
    #worker: Worker | undefined;
    /** While it starts. */
    #stop: ((error: Error) => void) | undefined;
    #jobs = 0;

    constructor(
        private readonly home: RenderHome,
        private readonly forget: (renderer: Renderer) => void,
    ) {
        this.#ready = this.#start();
        this.#ready.catch(() => this.forget(this));
    }
    #start(): Promise<Worker> {
        const { url, manifest, wasm, timeout } = this.home;
        return new Promise((resolve, reject) => {
            const worker = (this.#worker = startWorker(url, 'dawg render'));
            let [timer, areBytesSent, isReady]: [ReturnType<typeof setTimeout> | undefined, boolean, boolean] = [
                undefined,
                false,
                false,
            ];
            this.#stop = (error) => {
                clearTimeout(timer);
                reject(error);
            };
            const fail = (error: Error): void => this.end(error);
            const post = (message: ToRenderer): void => worker.postMessage(message);
            const sendBytes = (): void => {
                if (areBytesSent)
                    return fail(new Error(`The worker ${url} got neither the wasm module nor its bytes.`));
                areBytesSent = true;
                clearTimeout(timer);
                const late = `The worker ${url} did not answer within ${2 * timeout} s.`;
                timer = setTimeout(() => fail(new Error(late)), timeout * 1000);
                wasm.bytes().then((bytes) => post({ type: 'init', manifest, bytes }), fail);
            };
            worker.onmessage = ({ data }: MessageEvent<FromRenderer>) => {
                if (data.type === 'need bytes') sendBytes();
                else if (data.type === 'broken') fail(new Error(data.reason));
                else if (data.type !== 'ready') this.#hear(data);
                else {
                    clearTimeout(timer);
                    isReady = true;
                    resolve(worker);
                }
            };
            worker.onerror = (event) => {
                clearTimeout(timer);
                if (isReady) fail(new Error(`The worker ${url} broke: ${event.message}`));
                else
                    void whyNot('renderUrl', url).then((why) =>
                        fail(new Error(`The render worker did not start. ${why}`)),
                    );
            };
            timer = setTimeout(sendBytes, timeout * 1000);
            try {
                post({ type: 'init', manifest, module: wasm.module });
            } catch {
                sendBytes(); // a module cannot travel here
            }
        });
    }
    #hear(answer: Answer): void {
        const waiting = this.#waiting.get(answer.id);
        if (!waiting) return;
        if (answer.type === 'progress') return waiting.onProgress?.(answer.fraction);
        this.#waiting.delete(answer.id);
        if (answer.type !== 'failed') return waiting.resolve(answer);
        waiting.reject(answer.isInput ? new InputError(answer.reason) : new Error(answer.reason));
    }

    async run(job: RenderJob | CostJob, { onProgress, signal }: RenderOptions = {}): Promise<Answer> {
        signal?.throwIfAborted();
        const worker = await this.#ready;
        signal?.throwIfAborted();
        const id = this.#jobs++;
        const abort = (): void => {
            worker.postMessage({ type: 'cancel', id } satisfies ToRenderer);
            const waiting = this.#waiting.get(id);
            this.#waiting.delete(id);
            waiting?.reject(signal?.reason as Error);
        };
        signal?.addEventListener('abort', abort);
        try {
            return await new Promise<Answer>((resolve, reject) => {
                this.#waiting.set(id, { resolve, reject, ...(onProgress && { onProgress }) });
                worker.postMessage({ type: 'job', id, job } satisfies ToRenderer);
            });
        } finally {
            signal?.removeEventListener('abort', abort);
        }
    }
    end(error: Error): void {
        this.#worker?.terminate();
        this.#stop?.(error);
        for (const { reject } of this.#waiting.values()) reject(error);
        this.#waiting.clear();
        this.forget(this);
    }
}

/** By address and manifest: engines of one page share it. */
const renderers = new Map<string, Renderer>();
function rendererOf(home: RenderHome, user: object): Renderer {
    const name = `${home.manifest.hash} ${home.url}`;
    const renderer =
        renderers.get(name) ??
        new Renderer(home, (gone) => {
            if (renderers.get(name) === gone) renderers.delete(name);
        });
    renderers.set(name, renderer);
    renderer.users.add(user);
    return renderer;
}
/** Ends workers that were `user`'s alone. */
export function leaveRenderers(user: object): void {
    for (const renderer of [...renderers.values()])
        if (renderer.users.delete(user) && renderer.users.size === 0)
            renderer.end(new Error('The engine was destroyed.'));
}

function slotsOf(manifest: Manifest, chain: Chain | PluginState[], warn: Warn): Slot[] {
    return Array.isArray(chain) && !chain.length ? [] : parseChain(manifest, chain, 'The chain', warn);
}

export function audioOf(audio: AudioBuffer | AudioData, name: string): AudioData {
    const { sampleRate } = audio;
    const channels =
        'channels' in audio
            ? audio.channels
            : Array.from({ length: audio.numberOfChannels }, (_, c) => audio.getChannelData(c));
    if (channels.length < 1 || channels.length > 2)
        throw new InputError(`${name} has ${channels.length} channels; allowed are 1 (mono) and 2 (stereo).`);
    const [first, second = first] = channels;
    if (first.length !== second.length || !first.length)
        throw new InputError(
            `${name} has ${channels.map(({ length }) => length).join(' and ')} frames; its channels must be equally long, with at least one frame.`,
        );
    if (!(sampleRate >= 8000 && sampleRate <= 192000))
        throw new InputError(`${name} has a sample rate of ${sampleRate} Hz; allowed are 8000 .. 192000 Hz.`);
    return { sampleRate, channels };
}

export function numberIn(what: string, value: number, min: number, max: number, unit: string): number {
    if (value >= min && value <= max) return value;
    throw new InputError(`${what} is ${value}; allowed is a number, ${min} .. ${max} ${unit}.`);
}

function eventOf(slots: readonly Slot[], event: NonNullable<RenderOptions['events']>[number], rate: number): RackEvent {
    const { plugin = 0, ramp = 0, time, key, value } = event;
    if (!slots[plugin]) throw new InputError(`events: plugin ${plugin}; the chain has 0 .. ${slots.length - 1}.`);
    const { info } = slots[plugin];
    const param = paramIndex(info, key);
    if (info.params[param].setsLatency)
        throw new InputError(
            `events: ${key} sets the latency, which stays the same during a rendering. Give it as a value of the chain.`,
        );
    return {
        plugin,
        param,
        plain: parseValue(info, info.params[param], value, 'events'),
        frame: Math.round(numberIn('events: the time', time, 0, Infinity, 's') * rate),
        ramp: Math.round(numberIn('events: the ramp', ramp, 0, 3600, 's') * rate),
    };
}

export async function render(
    home: RenderHome,
    user: object,
    warn: Warn,
    input: AudioBuffer | AudioData,
    chain: Chain | PluginState[],
    options: RenderOptions = {},
): Promise<RenderResult> {
    const { sampleRate: rate, channels } = audioOf(input, 'The input');
    const slots = slotsOf(home.manifest, chain, warn);
    const key = options.key && audioOf(options.key, 'The key');
    if (key) {
        checkKeyIsUsed(
            home.manifest,
            slots.map(({ info }) => info),
            'key',
        );
        if (key.sampleRate !== rate)
            throw new InputError(
                `The key has ${key.sampleRate} Hz, the input ${rate} Hz; they must have the same rate.`,
            );
    }
    const { tail = 'auto', block = 128, tempo_bpm = 120, compensate = true } = options;
    if (!Number.isInteger(numberIn('block', block, 1, BLOCK_MAX, 'frames')))
        throw new InputError(`block is ${block}; allowed is a whole number, 1 .. ${BLOCK_MAX} frames.`);
    const events = (options.events ?? []).map((event) => eventOf(slots, event, rate));
    const job: RenderJob = {
        type: 'render',
        ...{ rate, channels, slots, compensate, block, events, target: options.target_lufs },
        ...(key && { key: key.channels }),
        tempo: numberIn('tempo_bpm', tempo_bpm, 20, 999, 'bpm'),
        tail: tail === 'auto' ? undefined : Math.round(numberIn('tail', tail, 0, 3600, 's, or auto') * rate),
    };
    const answer = await rendererOf(home, user).run(job, options);
    if (answer.type !== 'rendered') throw new Error(`The render worker answered ${answer.type}.`);
    const { latency, tail: tailSamples, us, guarded, channels: out, optimized } = answer.result;
    return {
        sampleRate: rate,
        channels: out,
        latencySamples: latency,
        tailSamples,
        usPer128Frames: us,
        guardedSamples: guarded,
        ...(optimized && { optimized }),
    };
}

export async function measureCost(
    home: RenderHome,
    user: object,
    warn: Warn,
    chain: Chain | PluginState[],
    rate: number,
): Promise<number[]> {
    const answer = await rendererOf(home, user).run({ type: 'cost', rate, slots: slotsOf(home.manifest, chain, warn) });
    if (answer.type !== 'costs') throw new Error(`The render worker answered ${answer.type}.`);
    return answer.us;
}
