// One per AudioWorkletGlobalScope: takes the wasm module from the page, makes instances in its one memory, hands out the
// moves of page and worker once per quantum, and carries taps and slots where memory is not shared.
import type { AudioParamRow } from '../web/generated/processors.js';
import { Clock } from './clock.js';
import { Engine } from './engine.js';
import { Hosted } from './hosted.js';
import type { Shared } from './hosted.js';
import type { FromHost, FromInstance, HostOptions, InstanceOptions, ToHost } from './protocol/messages.js';
import type { WorkletManifest } from './protocol/messages.js';
import { MOVE, MOVES_CAPACITY, TAP, TAPS_CAPACITY } from './protocol/records.js';
import { Ring, ringBytes } from './protocol/ring.js';
import { putAll, takeAll } from './protocol/transport.js';
import { Taps } from './taps.js';

/** Room for a quantum; longer ones run in pieces. */
const FRAMES_MIN = 512;
/** Between two messages of taps, where they travel as messages, and how many may be under way: a worker that does not
 * keep up finds a gap then, as it does where memory is shared. */
const TAPS_S = 0.01;
const TAPS_AHEAD = 20;

const localRing = (capacity: number, words: number): Ring =>
    new Ring(new ArrayBuffer(ringBytes(capacity, words)), words);
const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export class Host implements Shared {
    clock: Clock;
    readonly taps = new Taps();
    #engine: Engine | undefined;
    #manifest: WorkletManifest | undefined;
    #port: MessagePort | undefined;
    readonly #instances = new Map<number, Hosted>();
    #memory: ArrayBufferLike | undefined;
    /** The quantum whose moves have been handed out. */
    #frame = -1;
    #moves: Ring | undefined;
    #workerMoves: Ring | undefined;
    /** Where there is no shared memory. */
    #workerPort: MessagePort | undefined;
    #workerTaps: Ring | undefined;
    #tapsSent = 0;
    #tapsAhead = 0;
    #watched: Extract<FromHost, { type: 'slots' }>['slots'] = [];
    #watchFrames = Infinity;
    #watchSent = 0;

    constructor(
        private readonly rate: number,
        private readonly quantum: number,
    ) {
        this.clock = new Clock(rate);
    }

    get engine(): Engine {
        if (!this.#engine) throw new Error('The engine of this context is not ready: await createEngine() first.');
        return this.#engine;
    }

    // ---- the page ---------------------------------------------------------------------------------------------------

    /** The page's end of a new HOST_PROCESSOR; its options may have got lost on the way, whole or in part. */
    attach(port: MessagePort, options: Partial<HostOptions> | undefined): void {
        const answer = (message: FromHost): void => port.postMessage(message);
        if (this.#instances.size) {
            answer({
                type: 'failed',
                reason: 'This context has an engine with live plugins: destroy() that one first.',
            });
            return;
        }
        this.#post({ type: 'failed', reason: 'Another copy of the package made an engine of this context.' });
        if (this.#port) this.#port.onmessage = null;
        this.#disconnectWorker();
        this.#engine = undefined;
        this.clock = new Clock(this.rate);
        this.#port = port;
        port.onmessage = ({ data }: MessageEvent<ToHost>): void => {
            try {
                this.#hear(data);
            } catch (error) {
                answer({ type: 'failed', reason: said(error) });
            }
        };
        try {
            this.#takeOptions(options);
            const module = options?.module;
            if (module instanceof WebAssembly.Module) this.#start(module, 'module');
            else answer({ type: 'need bytes', reason: 'The WebAssembly.Module did not reach the AudioWorklet.' });
        } catch (error) {
            answer({ type: 'failed', reason: said(error) });
        }
    }
    #takeOptions(options: Partial<HostOptions> | undefined): void {
        this.#manifest = options?.manifest;
        this.#moves = options?.moves ? new Ring(options.moves, MOVE.WORDS) : localRing(MOVES_CAPACITY, MOVE.WORDS);
    }
    #start(module: WebAssembly.Module, via: 'module' | 'bytes'): void {
        if (!this.#manifest) throw new Error('The manifest did not reach the AudioWorklet.');
        const engine = new Engine(module, this.#manifest);
        engine.reserve(Math.max(this.quantum, FRAMES_MIN));
        this.#engine = engine;
        this.#post({ type: 'ready', via });
    }
    #post(message: FromHost): void {
        this.#port?.postMessage(message);
    }

    #hear(message: ToHost): void {
        switch (message.type) {
            case 'bytes':
                if (this.#engine) return;
                if (message.options) this.#takeOptions(message.options);
                return this.#start(new WebAssembly.Module(message.bytes), 'bytes');
            case 'moves':
                return this.#takeMoves(message.records, false);
            case 'transport':
                return this.clock.set(message, currentFrame);
            case 'worker':
                return this.#connectWorker(message);
            case 'no worker':
                return this.#disconnectWorker();
            case 'tap': {
                const instance = this.#instances.get(message.instance);
                if (instance) instance.tapPoints = message.point;
                return;
            }
            case 'watch':
                this.#watched = message.instances.flatMap((instance) => {
                    const words = this.#instances.get(instance)?.words;
                    return words ? [{ instance, words }] : [];
                });
                this.#watchFrames = message.frames;
                return this.#sendSlots(currentFrame);
        }
    }

    // ---- the worker -------------------------------------------------------------------------------------------------

    #connectWorker(worker: Extract<ToHost, { type: 'worker' }>): void {
        this.#disconnectWorker();
        if ('port' in worker) {
            this.#workerPort = worker.port;
            this.#workerMoves = localRing(MOVES_CAPACITY, MOVE.WORDS);
            this.#workerTaps = localRing(TAPS_CAPACITY, TAP.WORDS);
            this.taps.connect(this.#workerTaps);
            this.#tapsAhead = 0;
            worker.port.onmessage = ({ data }: MessageEvent<Uint32Array>): void => {
                if (data.length) this.#takeMoves(data, true);
                else --this.#tapsAhead; // it has heard a message
            };
        } else {
            this.#workerMoves = new Ring(worker.moves, MOVE.WORDS);
            this.taps.connect(new Ring(worker.taps, TAP.WORDS));
        }
    }
    #disconnectWorker(): void {
        if (this.#workerPort) {
            this.#workerPort.onmessage = null;
            this.#workerPort.close();
        }
        this.#workerPort = this.#workerMoves = this.#workerTaps = undefined;
        this.taps.connect(undefined);
    }

    // ---- moves ------------------------------------------------------------------------------------------------------

    /** A message of moves, which hold at once; an empty one says that there were some and no quantum may come. */
    #takeMoves(records: Uint32Array, fromWorker: boolean): void {
        const ring = fromWorker ? this.#workerMoves : this.#moves;
        if (!ring) return;
        for (let rest = records, left = 1; left > 0; rest = rest.subarray(rest.length - left * ring.words)) {
            left = putAll(ring, rest);
            this.#handOut(ring, fromWorker, currentFrame);
        }
        for (const instance of this.#instances.values()) instance.refresh(currentFrame, !records.length);
    }
    #handOut(ring: Ring, fromWorker: boolean, now: number): void {
        for (let left = Math.min(ring.length, ring.capacity); left > 0; --left) {
            const at = ring.peek();
            this.#instances.get(ring.u32[at + MOVE.INSTANCE])?.move(ring, at, fromWorker, now);
            ring.release();
        }
    }

    /** Every instance's process() begins with it; the first of a quantum does the work. The page's moves go first: what
     * they take, the worker's do not move any more. */
    beginQuantum(frame: number): void {
        if (frame === this.#frame) return;
        this.#frame = frame;
        if (this.#moves) this.#handOut(this.#moves, false, frame);
        if (this.#workerMoves) this.#handOut(this.#workerMoves, true, frame);
        if (this.#workerPort && frame - this.#tapsSent >= TAPS_S * this.rate) this.#sendTaps(frame);
        if (frame - this.#watchSent >= this.#watchFrames) this.#sendSlots(frame);
    }
    #sendTaps(frame: number): void {
        this.#tapsSent = frame;
        if (this.#tapsAhead >= TAPS_AHEAD) return; // what finds no room in the ring is counted
        const records = this.#workerTaps && takeAll(this.#workerTaps);
        if (!records) return;
        ++this.#tapsAhead;
        this.#workerPort?.postMessage(records, [records.buffer]);
    }
    #sendSlots(frame: number): void {
        this.#watchSent = frame;
        if (this.#watched.length) this.#post({ type: 'slots', slots: this.#watched });
    }

    // ---- instances --------------------------------------------------------------------------------------------------

    /** For a new processor of the plugin `key`; undefined when it failed, which its port says. */
    create(
        port: MessagePort,
        key: string,
        rows: readonly AudioParamRow[],
        options: InstanceOptions,
    ): Hosted | undefined {
        try {
            const info = this.#manifest?.plugins[options.plugin];
            if (info?.key !== key)
                throw new Error(
                    `Plugin number ${options.plugin} of the manifest is ${info?.key ?? 'none'}, not ${key}: ` +
                        'use dawg-worklet.js and manifest.json from the same version.',
                );
            if (this.#instances.has(options.instance)) throw new Error(`Instance number ${options.instance} lives.`);
            this.clock.offer(options.transport, currentFrame);
            const { params, meters } = info;
            const instance = new Hosted(
                this,
                port,
                options,
                params.length,
                meters.length,
                rows,
                this.rate,
                currentFrame,
            );
            this.#instances.set(options.instance, instance);
            return instance;
        } catch (error) {
            this.#engine?.recover();
            const failed: FromInstance = { type: 'failed', reason: said(error) };
            port.postMessage(failed);
            return undefined;
        } finally {
            const memory = this.#engine?.memory.buffer;
            if (memory !== this.#memory) for (const each of this.#instances.values()) each.renewViews();
            this.#memory = memory;
        }
    }
    remove(instance: Hosted): void {
        this.#instances.delete(instance.number);
        this.#watched = this.#watched.filter((each) => each.instance !== instance.number);
    }
}
