// What a follower leads, without a browser: a plugin in the real wasm, the worklet's own tap, and the worker's service on
// a simulated clock. Time goes by in quanta of 128 frames; the service's timers come late by up to `late_ms`.
import { Analyser } from '../../tools/dawg/loudness.js';
import { loadEngine, loadManifest, loadModule } from '../../tools/dawg/assets.js';
import { seededRandom } from '../../web/src/random.js';
import { Analysis } from '../../worker/analysis.js';
import type { Follow, Followed, FromWorker, Heard, ToWorker } from '../../worker/messages.js';
import type { ReadFile } from '../../worker/files.js';
import { Service } from '../../worker/service.js';
import type { Instance } from '../../worklet/engine.js';
import { MOVE, MOVES_CAPACITY, POINT, TAP, TAPS_CAPACITY } from '../../worklet/protocol/records.js';
import { Ring, ringBytes } from '../../worklet/protocol/ring.js';
import { putAll, takeAll } from '../../worklet/protocol/transport.js';
import { Taps } from '../../worklet/taps.js';

export const manifest = loadManifest();
export const workerModule = loadModule('worker', 'worker');
export const analyser = (): Analyser => new Analyser(manifest);
export const RATE = 48000;
export const QUANTUM = 128;
/** Of the plugin under test; any number. */
export const INSTANCE = 7;

/** Noise whose magnitude never nears 0, so that a gain can be read from each sample: [left, right]. */
export function material(level_db: (seconds: number) => number): () => [number, number] {
    const random = seededRandom(11);
    const side = (gain: number): number => gain * (0.5 + 0.5 * random()) * (random() < 0.5 ? -1 : 1);
    let [frame, gain] = [0, 0];
    return () => {
        if (frame % QUANTUM === 0) gain = 10 ** (level_db(frame / RATE) / 20);
        ++frame;
        return [side(gain), side(gain)];
    };
}

/** A service with timers that the test runs, and what it posted. */
export class Bench {
    now_ms = 0;
    readonly posted: FromWorker[] = [];
    readonly service: Service;
    readonly #timers: { at: number; run: () => void }[] = [];
    constructor(late_ms = 0, read?: ReadFile) {
        const random = seededRandom(5);
        this.service = new Service({
            ...(read && { read }),
            post: (message) => this.posted.push(message),
            setTimeout: (run, ms) => this.#timers.push({ at: this.now_ms + ms + late_ms * random(), run }),
        });
    }
    send(message: ToWorker): void {
        this.service.receive(message);
    }
    of<T extends FromWorker['type']>(type: T): Extract<FromWorker, { type: T }>[] {
        return this.posted.filter((m): m is Extract<FromWorker, { type: T }> => m.type === type);
    }
    advance(ms: number): void {
        this.now_ms += ms;
        for (let i = 0; i < this.#timers.length;)
            if (this.#timers[i].at <= this.now_ms) this.#timers.splice(i, 1)[0].run();
            else ++i;
    }
}

export type Kind = 'shared' | 'messages';

/** The host's half of the connection between worklet and worker. */
export class Connection {
    readonly moves: Ring;
    readonly taps: Ring;
    /** Messages of taps that the worker says it has heard. */
    acknowledged = 0;
    readonly init: Extract<ToWorker, { type: 'init' }>;
    readonly #port: {
        postMessage(records: Uint32Array): void;
        onmessage: null | ((event: { data: Uint32Array }) => void);
    };
    constructor(
        readonly kind: Kind,
        movesCapacity = MOVES_CAPACITY,
        tapsCapacity = TAPS_CAPACITY,
    ) {
        const memory = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);
        const moves = memory(ringBytes(movesCapacity, MOVE.WORDS));
        const taps = memory(ringBytes(tapsCapacity, TAP.WORDS));
        this.moves = new Ring(moves, MOVE.WORDS);
        this.taps = new Ring(taps, TAP.WORDS);
        this.#port = {
            onmessage: null,
            postMessage: (records) => {
                if (records.length) putAll(this.moves, structuredClone(records));
                else ++this.acknowledged;
            },
        };
        const common = { type: 'init', module: workerModule, hash: manifest.hash, sampleRate: RATE } as const;
        this.init =
            kind === 'shared' ? { ...common, moves, taps } : { ...common, port: this.#port as unknown as MessagePort };
    }
    /** What the host does every 10 ms where memory is not shared. */
    sendTaps(): void {
        const records = this.kind === 'messages' ? takeAll(this.taps) : undefined;
        if (records) this.#port.onmessage?.({ data: records });
    }
}

export interface Options {
    plugin: string;
    param: string;
    level_db: (seconds: number) => number;
    follow: Partial<Follow> & { target_lufs: number };
    start_db?: number;
    values?: Record<string, number>;
    kind?: Kind;
    late_ms?: number;
}

export class Plant {
    readonly bench: Bench;
    readonly connection: Connection;
    readonly instance: Instance;
    readonly param: number;
    /** The host acts on the worker's moves only as long as the brain owns the parameter. */
    isBrains = true;
    moves: { seconds: number; plain: number; ramp: number; delay_frames: number; confidence: number }[] = [];
    /** Every 100 ms: short-term loudness of the output. */
    shortTerm: number[] = [];
    /** Every sample: gain of the left channel, dB. */
    readonly gains_db: number[] = [];
    #frame = 0;
    readonly #engine = loadEngine(manifest);
    readonly #taps = new Taps();
    readonly #source: () => [number, number];
    readonly #meter = new Analysis(workerModule, manifest).programme(RATE, 2);

    constructor(readonly options: Options) {
        this.bench = new Bench(options.late_ms ?? 0);
        this.connection = new Connection(options.kind ?? 'shared');
        const plugin = manifest.plugins.findIndex(({ key }) => key === options.plugin);
        const { params } = manifest.plugins[plugin];
        this.param = params.findIndex(({ key }) => key === options.param);
        this.#engine.reserve(QUANTUM);
        this.instance = this.#engine.create(plugin, RATE);
        for (const [key, value] of Object.entries(options.values ?? {}))
            this.instance.set(
                params.findIndex((param) => param.key === key),
                value,
            );
        const start = options.start_db ?? 0;
        this.instance.set(this.param, start);
        this.#source = material(options.level_db);
        this.#taps.connect(this.connection.taps);
        this.bench.send(this.connection.init);
        const { min, max } = params[this.param];
        this.bench.send({
            type: 'follow',
            instance: INSTANCE,
            param: this.param,
            value_db: start,
            hysteresis_lu: 0.5,
            slew_db_per_s: 3,
            min_db: Math.max(min, start - 12),
            max_db: Math.min(max, start + 12),
            ...options.follow,
        });
    }
    get seconds(): number {
        return this.#frame / RATE;
    }
    get states(): string[] {
        return this.bench.of('followed').map(({ state }: Followed) => state);
    }
    get heard(): Heard[] {
        return this.bench.of('heard');
    }
    run(seconds: number): void {
        for (const end = this.#frame + seconds * RATE; this.#frame < end;) {
            this.#takeMoves();
            const { input, output } = this.#engine;
            for (let i = 0; i < QUANTUM; ++i) [input[0][i], input[1][i]] = this.#source();
            const before = input[0].slice(0, QUANTUM);
            this.instance.process(QUANTUM);
            for (let i = 0; i < QUANTUM; ++i) this.gains_db.push(20 * Math.log10(Math.abs(output[0][i] / before[i])));
            this.#taps.write(INSTANCE, POINT.OUT, this.#frame, QUANTUM, output[0], output[1]);
            this.#meter.process(output, 0, QUANTUM);
            this.#frame += QUANTUM;
            if (this.#frame % (4 * QUANTUM) === 0) this.connection.sendTaps();
            this.bench.advance((QUANTUM / RATE) * 1000);
            while (this.shortTerm.length < Math.floor(this.seconds * 10 + 1e-9))
                this.shortTerm.push(this.#meter.now.shortTerm);
        }
    }
    #takeMoves(): void {
        const ring = this.connection.moves;
        for (let at = ring.peek(); at >= 0; at = ring.peek()) {
            const [plain, ramp] = [ring.f32[at + MOVE.PLAIN], ring.u32[at + MOVE.RAMP]];
            const delay_frames = (this.#frame - ring.u32[at + MOVE.SEQUENCE]) >>> 0;
            const confidence = ring.f32[at + MOVE.CONFIDENCE];
            this.moves.push({ seconds: this.seconds, plain, ramp, delay_frames, confidence });
            if (this.isBrains) this.instance.schedule(0, this.param, plain, ramp);
            ring.release();
        }
    }
}
