// The entry of dawg-render.js: a Web Worker that runs chains over buffers with the wasm of the worklet, one job at a time.
import { Engine } from '../../worklet/engine.js';
import type { Stereo } from '../../worklet/engine.js';
import type { Slot } from './chain.js';
import { InputError } from './errors.js';
import type { Manifest } from './manifest.js';
import { seededRandom } from './random.js';
import { LoudnessReader, optimizeDrive, parseTarget, slotToOptimize } from './optimize.js';
import { Rack } from './rack.js';
import type { PluginReport } from './rack.js';
import type { CostJob, FromRenderer, RenderJob, Rendered, ToRenderer } from './render_jobs.js';
import { renderPieces } from './rendering.js';

/** What a dedicated worker's global scope has of it; the page's types are in use here. */
interface WorkerScope {
    postMessage(message: FromRenderer, transfer?: Transferable[]): void;
    onmessage: ((event: MessageEvent<ToRenderer>) => void) | null;
    onmessageerror: (() => void) | null;
}
const scope = globalThis as unknown as WorkerScope;

/** Between two looks at the messages. */
const WORK_MS = 16;
const QUANTUM = 128;
/** measureCost(): length of a round, and how many. */
const COST_S = 0.25;
const COST_ROUNDS = 9;

let wasm: { module: WebAssembly.Module; manifest: Manifest } | undefined;
let engine: Engine | undefined;
const cancelled = new Set<number>();

const channel = new MessageChannel();
/** Lets messages in; a timer would wait 4 ms. */
const breathe = (): Promise<void> =>
    new Promise((resolve) => {
        channel.port1.onmessage = () => resolve();
        channel.port2.postMessage(null);
    });

function live(): { engine: Engine; manifest: Manifest } {
    if (!wasm) throw new Error('The worker has no wasm module yet.');
    const { module, manifest } = wasm;
    return { engine: (engine ??= new Engine(module, manifest)), manifest };
}

/** Copies frames of mono or stereo audio in order, mono to all sides, silence behind the end. */
function reader(channels: readonly Float32Array[]): (into: readonly Float32Array[], n: number) => void {
    let done = 0;
    return (into, n) => {
        into.forEach((side, c) => {
            const part = channels[Math.min(c, channels.length - 1)].subarray(done, done + n);
            side.set(part);
            side.fill(0, part.length, n);
        });
        done += n;
    };
}

interface Pass {
    /** Of what `write` got; with a target alone. */
    lufs: number | null;
    plugins: PluginReport[];
    latency: number;
    tail: number;
}
/** The job once from end to end; undefined: it was cancelled. Progress goes from part `from` to `to` of the whole. */
async function run(
    id: number,
    job: RenderJob,
    write: ((piece: Stereo, from: number, n: number) => void) | undefined,
    [from, to]: readonly [number, number],
): Promise<Pass | undefined> {
    const { rate, slots, tail, compensate } = job;
    const frames = job.channels[0].length;
    const { engine, manifest } = live();
    const rack = new Rack(engine, slots, rate, Math.min(job.block, frames), job.tempo);
    const loudness = job.target === undefined ? undefined : new LoudnessReader(engine, manifest, rate);
    try {
        rack.schedule(job.events);
        const pieces = renderPieces(
            rack,
            { frames, channels: job.channels.length, tail, compensate },
            {
                read: reader(job.channels),
                ...(job.key && { readKey: reader(job.key) }),
                write(out, start, n) {
                    write?.(out, start, n);
                    loudness?.feed(out, start, n);
                },
            },
        );
        let pause = performance.now() + WORK_MS;
        for (;;) {
            const { done, value } = pieces.next();
            if (rack.faults) throw new Error('A plugin made samples that are no numbers. Please report it.');
            if (done)
                return {
                    lufs: loudness?.result() ?? null,
                    plugins: rack.report(),
                    latency: rack.latency,
                    tail: value,
                };
            scope.postMessage({ type: 'progress', id, fraction: from + (to - from) * value });
            if (performance.now() < pause) continue;
            await breathe();
            if (cancelled.has(id)) return undefined;
            pause = performance.now() + WORK_MS;
        }
    } finally {
        rack.destroy();
    }
}

class Cancelled extends Error {}

/** Sets the drive of the limiter at the end. How many passes there are shows at the end: each covers half of what is left
 * of the progress. */
async function optimize(id: number, job: RenderJob, target: number): ReturnType<typeof optimizeDrive> {
    const slot = slotToOptimize(job.slots, job.events, 'target_lufs');
    return optimizeDrive(slot, target, 'target_lufs', async (pass) => {
        const part = await run(id, job, undefined, [1 - 0.5 ** pass, 1 - 0.5 ** (pass + 1)]);
        if (!part) throw new Cancelled();
        return part.lufs;
    });
}

async function render(id: number, job: RenderJob): Promise<Rendered | undefined> {
    const target = job.target === undefined ? undefined : parseTarget(live().manifest, job.target, 'target_lufs');
    const found = target === undefined ? undefined : await optimize(id, job, target);
    let out = [0, 1].map(() => new Float32Array(job.channels[0].length + (job.tail ?? 0)));
    let written = 0;
    const write = (piece: Stereo, from: number, n: number): void => {
        if (written + n > out[0].length)
            out = out.map((all) => {
                const longer = new Float32Array(Math.max(2 * all.length, written + n));
                longer.set(all);
                return longer;
            });
        out.forEach((all, c) => all.set(piece[c].subarray(from, from + n), written));
        written += n;
    };
    const whole = await run(id, job, write, [found ? 1 - 0.5 ** found.passes : 0, 1]);
    if (!whole) return undefined;
    const { plugins, latency, tail, lufs: achieved_lufs } = whole;
    const [left, right] = out.map((all) => (all.length === written ? all : all.slice(0, written)));
    return {
        channels: [left, right],
        latency,
        tail,
        us: plugins.map((plugin) => plugin.us_per_128_frames),
        guarded: plugins.reduce((sum, plugin) => sum + plugin.guarded_samples, 0),
        ...(found &&
            target !== undefined &&
            achieved_lufs !== null && { optimized: { target_lufs: target, achieved_lufs, ...found } }),
    };
}

/** Noise in bursts, so that dynamics have work; the second input hears it as well. Rounds of the plugins interleave. */
function costs({ rate, slots }: CostJob): number[] {
    const { engine } = live();
    engine.reserve(QUANTUM);
    const random = seededRandom(1);
    const quanta = Math.ceil((COST_S * rate) / QUANTUM);
    const noise = Float32Array.from({ length: quanta * QUANTUM }, (_, i) => {
        const burst = i % (rate / 8) < rate / 16 ? 0.5 : 0.05;
        return burst * (2 * random() - 1);
    });
    const make = ({ index, values }: Slot) => {
        const instance = engine.create(index, rate);
        for (const [param, plain] of values) instance.set(param, plain);
        instance.transport(120, 0, true);
        return { instance, rounds: [] as number[] };
    };
    const fill = (pair: Stereo, from: number): void => {
        for (const side of pair) side.set(noise.subarray(from, from + QUANTUM));
    };
    const units = slots.map(make);
    for (let round = -1; round < COST_ROUNDS; ++round)
        // the first lets the browser compile its best code
        units.forEach(({ instance, rounds }, u) => {
            const began = performance.now();
            for (let q = 0; q < quanta; ++q) {
                fill(engine.input, q * QUANTUM);
                fill(engine.side, q * QUANTUM);
                instance.process(QUANTUM, 2, slots[u].info.sideChannels);
            }
            if (round >= 0) rounds.push(((performance.now() - began) * 1000) / quanta);
        });
    for (const { instance } of units) instance.destroy();
    return units.map(({ rounds }) => rounds.sort((a, b) => a - b)[COST_ROUNDS >> 1]);
}

async function work(id: number, job: RenderJob | CostJob): Promise<void> {
    try {
        if (job.type === 'cost') return scope.postMessage({ type: 'costs', id, us: costs(job) });
        const result = await render(id, job);
        const transfer = result?.channels.map(({ buffer }) => buffer);
        if (result) scope.postMessage({ type: 'rendered', id, result }, transfer);
    } catch (error) {
        if (error instanceof Cancelled) return;
        engine = undefined; // whatever state it is in
        const reason = error instanceof Error ? error.message : String(error);
        const isInput = error instanceof InputError || error instanceof RangeError;
        scope.postMessage({ type: 'failed', id, reason, isInput });
    } finally {
        cancelled.delete(id);
    }
}

let last: Promise<void> = Promise.resolve();
scope.onmessageerror = () => scope.postMessage({ type: 'need bytes' });
scope.onmessage = ({ data }) => {
    if (data.type === 'cancel') cancelled.add(data.id);
    else if (data.type === 'job') last = last.then(() => work(data.id, data.job));
    else
        try {
            const { manifest, bytes } = data;
            const module =
                data.module instanceof WebAssembly.Module ? data.module : bytes && new WebAssembly.Module(bytes);
            if (!module) return scope.postMessage({ type: 'need bytes' });
            [wasm, engine] = [{ module, manifest }, undefined];
            live();
            scope.postMessage({ type: 'ready' });
        } catch (error) {
            scope.postMessage({ type: 'broken', reason: error instanceof Error ? error.message : String(error) });
        }
};
