// An AudioWorkletGlobalScope to try the worklet's file in: the bundle as it is shipped, in a realm of its own that has the
// language, WebAssembly and what the Web Audio API names, and nothing else. Ports deliver at once.
import { buildSync } from 'esbuild';
import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import { loadManifest } from '../../tools/dawg/assets.js';
import type { AudioParamRow } from '../../web/generated/processors.js';
import { PROCESSORS } from '../../web/generated/processors.js';
import type { Channels } from '../../worklet/hosted.js';
export type { Channels };
import { processorName as nameHere } from '../../worklet/protocol/messages.js';
import type { FromHost, FromInstance, HostOptions, InstanceOptions } from '../../worklet/protocol/messages.js';
import type { ToHost, ToInstance } from '../../worklet/protocol/messages.js';
import { MOVE, MOVES_CAPACITY, OP, SLOT, TAP, TAPS_CAPACITY, slotWords } from '../../worklet/protocol/records.js';
import { Ring, ringBytes } from '../../worklet/protocol/ring.js';
import { Slot, slotBytes } from '../../worklet/protocol/slot.js';
import { takeAll } from '../../worklet/protocol/transport.js';

export const RATE = 48000;
export const manifest = loadManifest();
export const wasmBytes = readFileSync('build/worklet/dawg-worklet.wasm');
export const BUNDLE = buildSync({
    entryPoints: ['worklet/processor.ts'],
    bundle: true,
    format: 'esm',
    minify: true,
    define: { __DAWG_VERSION__: '"1.2.3"' },
    write: false,
}).outputFiles[0].text;
export const HOST = 'dawg/1.2.3';
export const processorName = (key: string, full: boolean): string => nameHere(key, full).replace('dawg/dev', HOST);

/** A port whose other end is the test: what it posts is in `sent`. */
export class FakePort<In, Out> {
    sent: Out[] = [];
    isClosed = false;
    onmessage: ((event: { data: In }) => void) | null = null;
    postMessage(message: Out, transfer: ArrayBuffer[] = []): void {
        this.sent.push(structuredClone(message, { transfer }));
    }
    close(): void {
        this.isClosed = true;
    }
    /** The test's end posts. */
    hear(message: In): void {
        this.onmessage?.({ data: message });
    }
    take<T extends string>(type: T): Extract<Out, { type: T }>[] {
        const isIt = (m: Out): m is Extract<Out, { type: T }> => (m as { type?: string }).type === type;
        const found = this.sent.filter(isIt);
        this.sent = this.sent.filter((m) => !isIt(m));
        return found;
    }
}

interface Processor {
    process(inputs: Channels[], outputs: Channels[], parameters: Record<string, Float32Array>): boolean;
}
type ProcessorClass = { new (options: unknown): Processor; parameterDescriptors?: AudioParamDescriptor[] };
export type Exports = Record<string, (...values: number[]) => number> & { memory: WebAssembly.Memory };

export class Scope {
    readonly global: Record<string | symbol, unknown>;
    readonly processors = new Map<string, ProcessorClass>();
    /** Of the wasm instance; replace one to see its calls. */
    wasm!: Exports;
    frame = 0;
    #nextPort: unknown;

    constructor(rate = RATE, renderQuantumSize?: number) {
        const give = (): unknown => this.#nextPort;
        class AudioWorkletProcessor {
            readonly port = give();
        }
        const registerProcessor = (name: string, processor: ProcessorClass): void => {
            if (this.processors.has(name)) throw new Error(`NotSupportedError: ${name} is registered`);
            this.processors.set(name, processor);
        };
        this.global = vm.createContext({
            AudioWorkletProcessor,
            registerProcessor,
            sampleRate: rate,
            currentFrame: 0,
            ...(renderQuantumSize && { renderQuantumSize }),
            onInstance: (exports: Exports): Exports => (this.wasm = { ...exports }),
        }) as Record<string, unknown>;
        this.run(`{ // the test sees every call into the wasm
            const Real = WebAssembly.Instance;
            WebAssembly.Instance = class { constructor(...of) { this.exports = onInstance(new Real(...of).exports); } };
        }`);
        this.load();
    }
    run(code: string): unknown {
        return vm.runInContext(code, this.global);
    }
    /** As addModule() does: modules are strict and have a scope of their own. */
    load(): void {
        this.run(`(() => { 'use strict';\n${BUNDLE}\n})()`);
    }
    setFrame(frame: number): void {
        this.global.currentFrame = this.frame = frame;
    }
    /** A module of this realm, as one that a page passed. */
    module(bytes: Uint8Array = wasmBytes): WebAssembly.Module {
        return new (this.run('WebAssembly.Module') as typeof WebAssembly.Module)(bytes as Uint8Array<ArrayBuffer>);
    }
    construct<In, Out>(name: string, processorOptions: unknown): { port: FakePort<In, Out>; processor: Processor } {
        const port = new FakePort<In, Out>();
        this.#nextPort = port;
        return { port, processor: new (this.processors.get(name) as ProcessorClass)({ processorOptions }) };
    }
    host(options: Partial<HostOptions> | undefined): FakePort<ToHost, FromHost> {
        const { port, processor } = this.construct<ToHost, FromHost>(HOST, options);
        if (processor.process([], [[]], {})) throw new Error('the host must not ask for more quanta');
        return port;
    }
}

export const zeros = (n: number): Channels => [new Float32Array(n), new Float32Array(n)];

/** A node of the page: one instance, its port, slot and AudioParams. */
export class Node {
    readonly port: FakePort<ToInstance, FromInstance>;
    readonly #processor: Processor;
    readonly rows: AudioParamRow[];
    readonly parameters: Record<string, Float32Array> = {};
    readonly #slot: Slot | undefined;
    readonly words: Int32Array;

    constructor(
        readonly page: Page,
        readonly number: number,
        readonly plugin: number,
        { isFull = false, ...options }: Partial<InstanceOptions> & { isFull?: boolean } = {},
    ) {
        const { key, meters, params } = manifest.plugins[plugin];
        this.rows = isFull ? PROCESSORS[plugin][1] : [];
        const values = new Map(options.values);
        for (const [param, name, , , def] of this.rows)
            this.parameters[name] = Float32Array.of(values.get(param) ?? def);
        this.words = new Int32Array(slotWords(meters.length, params.length));
        const slot = page.isShared ? new SharedArrayBuffer(slotBytes(this.words.length)) : undefined;
        this.#slot = slot && new Slot(slot);
        const { port, processor } = page.scope.construct<ToInstance, FromInstance>(processorName(key, isFull), {
            instance: number,
            plugin,
            values: [],
            events: [],
            transport: { tempo_bpm: 120, beat: 0, playing: false, frame: 0 },
            slot,
            ...options,
        } satisfies InstanceOptions);
        this.port = port;
        this.#processor = processor;
    }
    process(inputs: Channels[], n = inputs[0]?.[0]?.length ?? 128): { out: Channels; isAlive: boolean } {
        const out = zeros(n).map((channel) => channel.fill(9)); // to be overwritten
        const isAlive = this.#processor.process(inputs, [out], this.parameters);
        return { out, isAlive };
    }
    /** What the page sees: of the slot, or of the last 'slots' message. */
    read(): Int32Array {
        if (this.#slot) this.#slot.read(this.words);
        for (const { slots } of this.page.port.take('slots'))
            for (const { instance, words } of slots) this.page.nodes.get(instance)?.words.set(words);
        return this.words;
    }
    value(param: number): number {
        const at = SLOT.METERS + manifest.plugins[this.plugin].meters.length + param;
        return new Float32Array(this.read().buffer)[at];
    }
    isBrains(param: number): boolean {
        return ((this.read()[SLOT.OWNERS + (param >> 5)] >> (param & 31)) & 1) === 1;
    }
}

export interface Move {
    instance: number;
    param: number;
    plain?: number;
    op?: number;
    frame?: number;
    ramp?: number;
    sequence?: number;
}

const sharedRing = (capacity: number, words: number): Ring =>
    new Ring(new SharedArrayBuffer(ringBytes(capacity, words)), words);
const localRing = (capacity: number, words: number): Ring =>
    new Ring(new ArrayBuffer(ringBytes(capacity, words)), words);

/** A page with a host that is ready, and a worker when asked for. */
export class Page {
    readonly scope: Scope;
    readonly port: FakePort<ToHost, FromHost>;
    readonly nodes = new Map<number, Node>();
    #moves: Ring;
    #workerMoves = localRing(MOVES_CAPACITY, MOVE.WORDS);
    workerPort = new FakePort<Uint32Array, Uint32Array>();
    taps = localRing(TAPS_CAPACITY, TAP.WORDS);

    constructor(
        readonly isShared: boolean,
        scope = new Scope(),
    ) {
        this.scope = scope;
        this.#moves = isShared ? sharedRing(MOVES_CAPACITY, MOVE.WORDS) : localRing(MOVES_CAPACITY, MOVE.WORDS);
        const moves = isShared ? { moves: this.#moves.buffer as SharedArrayBuffer } : {};
        this.port = scope.host({ manifest, module: scope.module(), ...moves });
        if (this.port.sent[0]?.type !== 'ready') throw new Error(JSON.stringify(this.port.sent));
    }
    create(plugin: number, options?: ConstructorParameters<typeof Node>[3]): Node {
        const node = new Node(this, 1 + this.nodes.size, plugin, options);
        this.nodes.set(node.number, node);
        return node;
    }
    startWorker(tapsCapacity = TAPS_CAPACITY): void {
        if (this.isShared) {
            this.#workerMoves = sharedRing(MOVES_CAPACITY, MOVE.WORDS);
            this.taps = sharedRing(tapsCapacity, TAP.WORDS);
            const [moves, taps] = [this.#workerMoves.buffer, this.taps.buffer] as SharedArrayBuffer[];
            this.port.hear({ type: 'worker', moves, taps });
        } else {
            this.workerPort = new FakePort();
            this.port.hear({ type: 'worker', port: this.workerPort as unknown as MessagePort });
        }
    }
    #send(ring: Ring, move: Move): void {
        const at = ring.begin();
        if (at < 0) throw new Error('the ring is full');
        ring.u32.fill(0, at, at + ring.words);
        ring.u32[at + MOVE.INSTANCE] = move.instance;
        ring.u32[at + MOVE.OP_PARAM] = ((move.op ?? OP.SET) << 16) | move.param;
        ring.f32[at + MOVE.PLAIN] = move.plain ?? 0;
        ring.u32[at + MOVE.RAMP] = move.ramp ?? 0;
        ring.u32[at + MOVE.FRAME_LOW] = move.frame ?? 0;
        ring.u32[at + MOVE.FRAME_HIGH] = (move.frame ?? 0) / 2 ** 32;
        ring.u32[at + MOVE.SEQUENCE] = move.sequence ?? 0;
        ring.commit();
    }
    move(...moves: Move[]): void {
        for (const move of moves) this.#send(this.#moves, move);
        const records = this.isShared ? undefined : takeAll(this.#moves);
        if (records) this.port.hear({ type: 'moves', records });
    }
    workerMove(...moves: Move[]): void {
        for (const move of moves) this.#send(this.#workerMoves, move);
        const records = this.isShared ? undefined : takeAll(this.#workerMoves);
        if (records) this.workerPort.hear(records);
    }
}
