// One plugin instance as its node's processor runs it: moves and who owns which parameter, AudioParams, transport, audio
// in and out of the shared buffers, taps, the slot of what the page may know, and what happens when it traps.
import type { AudioParamRow } from '../web/generated/processors.js';
import type { Clock } from './clock.js';
import type { Engine, Instance } from './engine.js';
import { HeldMoves } from './held.js';
import type { FromInstance, InstanceOptions, ToInstance, TransportMessage } from './protocol/messages.js';
import { MOVE, OP, POINT, SLOT, SLOT_TRAPPED, slotWords } from './protocol/records.js';
import type { Ring } from './protocol/ring.js';
import { Slot, slotBytes } from './protocol/slot.js';
import type { Taps } from './taps.js';

const PERIOD = 32;
/** A tail takes up to 0.2 ms: while instances move, one of every 64 is asked for it in a quantum of 128. */
const TURNS = 64;
const QUANTUM = 128;
const ROUND = TURNS * QUANTUM;
/** Timed moves that may wait besides the ones known at creation. */
const HELD_ROOM = 256;
const FROM_PAGE = -1;
/** Behind the five counters of the slot. */
const WISHES = 5;

export type Channels = readonly Float32Array[];
export type Parameters = Readonly<Record<string, Float32Array>>;

/** What an instance shares with the others of its context. */
export interface Shared {
    readonly engine: Engine;
    readonly clock: Clock;
    readonly taps: Taps;
    /** It is gone. */
    remove(instance: Hosted): void;
}

export class Hosted {
    readonly number: number;
    /** POINT.IN, POINT.OUT, both or none. */
    tapPoints: number = POINT.NONE;
    /** The payload of the slot. */
    readonly words: Int32Array;
    #isAlive = true;
    #isTrapped = false;
    /** The page knows the latency. */
    #isReady = false;
    readonly #instance: Instance;
    readonly #slot: Slot | undefined;
    readonly #floats: Float32Array;
    readonly #valuesAt: number;
    /** By parameter: its value in `words` may be old. */
    readonly #stale: Uint8Array;
    #isStale = true;
    #isTailStale = true;
    readonly #held: HeldMoves;
    /** Frames since the beginning or a reset, and the context's frame of the first of them. */
    #processed = 0;
    #base = 0;
    #transport: TransportMessage | undefined;
    /** By row: the AudioParam's last value. */
    readonly #seen: Float32Array;
    #input!: Engine['input'];
    #side!: Engine['side'];
    #output!: Engine['output'];
    #meters!: Float32Array;
    #counts!: Uint32Array;
    /** Of the plugin's own moves that the page has been told. */
    #wishes = 0;

    /** Throws when there is no room, or for what cannot be. `rows`: its AudioParams. */
    constructor(
        private readonly shared: Shared,
        private readonly port: MessagePort,
        options: InstanceOptions,
        params: number,
        meters: number,
        private readonly rows: readonly AudioParamRow[],
        rate: number,
        now: number,
    ) {
        const { instance, plugin, values, events, slot } = options;
        this.number = instance;
        const count = slotWords(meters, params);
        if (slot && slot.byteLength !== slotBytes(count))
            throw new RangeError(`A slot of ${slot.byteLength} bytes: this plugin's has ${slotBytes(count)}.`);
        this.#slot = slot && new Slot(slot);
        this.words = new Int32Array(count);
        this.#floats = new Float32Array(this.words.buffer);
        this.#valuesAt = SLOT.METERS + meters;
        this.#stale = new Uint8Array(params).fill(1);

        this.#held = new HeldMoves(events.length + HELD_ROOM);
        for (const e of events) this.#held.add(e.frame >= 0 ? e.frame : 0, e.param, e.plain, e.ramp, FROM_PAGE);
        // The page gives AudioParams the same initial values (parameterData): what differs later, if only in the first
        // quantum, somebody has moved.
        const initial = new Map(values);
        this.#seen = Float32Array.from(rows, ([param, , min, max, def]) =>
            Math.min(max, Math.max(min, initial.get(param) ?? def)),
        );

        this.#instance = shared.engine.create(plugin, rate);
        for (const [param, plain] of values) this.#instance.set(param, plain);
        this.renewViews();
        this.publish(now, true);
        port.onmessage = ({ data }: MessageEvent<ToInstance>): void => this.#hear(data);
        this.#post({
            type: 'ready',
            latency: this.words[SLOT.LATENCY] >>> 0,
            tail: this.words[SLOT.TAIL] >>> 0,
            memory: shared.engine.memoryUsed,
        });
        this.#isReady = true;
    }

    /** After the memory has moved: in process() it would be too late. */
    renewViews(): void {
        this.#input = this.shared.engine.input;
        this.#side = this.shared.engine.side;
        this.#output = this.shared.engine.output;
        this.#meters = this.#instance.meters;
        this.#counts = this.#instance.counts;
    }

    #post(message: FromInstance): void {
        this.port.postMessage(message);
    }
    #hear(message: ToInstance): void {
        if (message.type === 'destroy') this.#destroy();
        else if (this.#isAlive && !this.#isTrapped) this.#reset();
    }
    #reset(): void {
        try {
            this.#instance.reset();
            this.#held.clear();
            this.#processed = 0;
            this.#transport = undefined;
            this.#stale.fill(1);
            this.#isStale = true;
        } catch (error) {
            this.#trap(error);
        }
    }
    #destroy(): void {
        if (this.#isAlive) {
            this.#isAlive = false;
            this.shared.remove(this);
            this.#instance.destroy();
        }
        this.#post({ type: 'destroyed', memory: this.shared.engine.memoryUsed });
    }
    #trap(error: unknown): void {
        this.shared.engine.recover();
        if (this.#isTrapped) return;
        this.#isTrapped = true;
        this.#post({ type: 'trapped', reason: String(error) });
    }

    // ---- moves ------------------------------------------------------------------------------------------------------

    /** The record at `at` of a ring that is being emptied at the context's frame `now`. */
    move(ring: Ring, at: number, fromWorker: boolean, now: number): void {
        const { u32 } = ring;
        const param = u32[at + MOVE.OP_PARAM] & 0xffff;
        const op = u32[at + MOVE.OP_PARAM] >>> 16;
        if (this.#isTrapped) return;
        if (op === OP.SET) {
            const frame = u32[at + MOVE.FRAME_LOW] + u32[at + MOVE.FRAME_HIGH] * 2 ** 32;
            const origin = fromWorker ? u32[at + MOVE.SEQUENCE] : FROM_PAGE;
            const edge = this.#nextEdge(now);
            if (frame <= edge) {
                this.#actHeld(edge);
                this.#act(param, ring.f32[at + MOVE.PLAIN], u32[at + MOVE.RAMP], origin, edge);
            } else if (!fromWorker || this.#isBrains(param)) {
                if (!fromWorker) this.#give(param, false);
                this.#held.add(frame, param, ring.f32[at + MOVE.PLAIN], u32[at + MOVE.RAMP], origin);
            }
        } else if (!fromWorker) {
            if (op === OP.GIVE) this.#give(param, true);
            else if (op === OP.TAKE) this.#give(param, false);
        }
    }
    /** The context's frame of the next control edge. */
    #nextEdge(now: number): number {
        return this.#processed ? this.#base + Math.ceil(this.#processed / PERIOD) * PERIOD : now;
    }
    /** A move that holds at the control edge at the context's frame `edge`. */
    #act(param: number, plain: number, ramp: number, origin: number, edge: number): void {
        const fromWorker = origin !== FROM_PAGE;
        if (this.#isTrapped || (fromWorker && !this.#isBrains(param))) return;
        try {
            if (this.#instance.schedule(0, param, plain, ramp) === 'rejected') return;
        } catch (error) {
            this.#trap(error);
            return;
        }
        this.#stale[param] = 1;
        this.#isStale = true;
        if (fromWorker) {
            ++this.words[SLOT.FOLLOWED];
            this.words[SLOT.FOLLOW_FRAMES] = edge - origin; // modulo 2^32, as SEQUENCE is
        } else {
            this.#give(param, false);
        }
    }
    /** What waits for the control edge at the context's frame `edge`, or for one before it. */
    #actHeld(edge: number): void {
        for (const held = this.#held; held.frame <= edge; held.next())
            this.#act(held.param, held.plain, held.ramp, held.origin, edge);
    }
    #isBrains(param: number): boolean {
        return param < this.#stale.length && (this.words[SLOT.OWNERS + (param >> 5)] & (1 << (param & 31))) !== 0;
    }
    #give(param: number, toBrain: boolean): void {
        if (param >= this.#stale.length) return;
        const bit = 1 << (param & 31);
        if (toBrain) this.words[SLOT.OWNERS + (param >> 5)] |= bit;
        else this.words[SLOT.OWNERS + (param >> 5)] &= ~bit;
    }

    // ---- audio ------------------------------------------------------------------------------------------------------

    /** One quantum, of which the first frame is the context's `frame`. False: the instance is gone. Throws nothing. */
    process(inputs: readonly Channels[], outputs: readonly Channels[], parameters: Parameters, frame: number): boolean {
        if (!this.#isAlive) return false;
        const out = outputs[0];
        const frames = out?.length ? out[0].length : 0;
        if (!frames) return true;
        if (!this.#isTrapped) {
            try {
                this.#run(inputs, out, parameters, frame, frames);
            } catch (error) {
                this.#trap(error);
            }
        }
        if (this.#isTrapped) for (let c = 0; c < out.length; ++c) out[c].fill(0);
        this.publish(frame + frames, this.#isTurn(frame, frames));
        return true;
    }

    #run(inputs: readonly Channels[], out: Channels, parameters: Parameters, frame: number, frames: number): void {
        if (this.#base + this.#processed !== frame) {
            this.#base = frame - this.#processed;
            this.#transport = undefined; // the first quantum, or some were left out: the beat is another
        }
        const hasMoves = this.#hasMoves(parameters, frame + frames);
        const main = inputs[0];
        const side = inputs[1];
        const mainChannels = main ? Math.min(2, main.length) : 0;
        const sideChannels = side ? Math.min(2, side.length) : 0;
        for (let done = 0, n: number; done < frames; done += n) {
            n = Math.min(frames - done, this.shared.engine.frames);
            for (let c = 0; c < mainChannels; ++c) copy(main[c], done, this.#input[c], 0, n);
            for (let c = 0; c < sideChannels; ++c) copy(side[c], done, this.#side[c], 0, n);
            if (this.tapPoints & POINT.IN) {
                if (!mainChannels) this.#input[0].fill(0, 0, n);
                const right = mainChannels > 1 ? this.#input[1] : this.#input[0];
                this.shared.taps.write(this.number, POINT.IN, frame + done, n, this.#input[0], right);
            }
            for (let at = 0, piece: number; at < n; at += piece) {
                const inPeriod = this.#processed % PERIOD;
                if (hasMoves && !inPeriod) this.#edge(parameters, done + at, frame + done + at);
                piece = hasMoves ? Math.min(n - at, PERIOD - inPeriod) : n - at;
                this.#instance.process(piece, mainChannels, sideChannels, at);
                this.#processed += piece;
            }
            for (let c = 0; c < out.length; ++c) copy(this.#output[c & 1], 0, out[c], done, n);
            if (this.tapPoints & POINT.OUT)
                this.shared.taps.write(this.number, POINT.OUT, frame + done, n, this.#output[0], this.#output[1]);
        }
    }

    /** Is there something to do at control edges before the context's frame `end`? */
    #hasMoves(parameters: Parameters, end: number): boolean {
        if (this.#held.frame < end || this.shared.clock.at(end - 1) !== this.#transport) return true;
        for (let i = 0; i < this.rows.length; ++i) {
            const values = parameters[this.rows[i][1]];
            if (values.length > 1 || values[0] !== this.#seen[i]) return true;
        }
        return false;
    }
    /** The control edge at the context's frame `frame`, index `i` of this quantum. */
    #edge(parameters: Parameters, i: number, frame: number): void {
        const transport = this.shared.clock.at(frame);
        if (transport !== this.#transport) {
            this.#transport = transport;
            const beat = this.shared.clock.beat(transport, frame);
            this.#instance.transport(transport.tempo_bpm, beat, transport.playing);
            this.#isStale = true; // the tail may hang on the tempo
        }
        for (let row = 0; row < this.rows.length; ++row) {
            const values = parameters[this.rows[row][1]];
            const value = values.length > 1 ? values[i] : values[0];
            if (value === this.#seen[row]) continue;
            this.#seen[row] = value;
            this.#act(this.rows[row][0], value, 0, FROM_PAGE, frame);
        }
        this.#actHeld(frame);
    }

    // ---- what the page may know -------------------------------------------------------------------------------------

    /** One of TURNS instances after the other has its turn, each for a quantum of 128. */
    #isTurn(frame: number, frames: number): boolean {
        return ((frame + QUANTUM * this.number) % ROUND) + frames >= ROUND;
    }
    /** Writes the slot; `frame` is the context's behind the last quantum. A tail, for which filters are designed, is
     * told anew when it is this instance's turn. */
    publish(frame: number, isTurn: boolean): void {
        const words = this.words;
        words[SLOT.FRAME_LOW] = frame; // modulo 2^32
        words[SLOT.FRAME_HIGH] = frame / 2 ** 32;
        if (!this.#isTrapped) {
            for (let i = 0; i < 5; ++i) words[SLOT.GUARDED + i] = this.#counts[i];
            words[SLOT.DROPPED] += this.#held.dropped;
            for (let i = 0; i < this.#meters.length; ++i) this.#floats[SLOT.METERS + i] = this.#meters[i];
            if (this.#counts[WISHES] !== this.#wishes) {
                this.#wishes = this.#counts[WISHES];
                this.#stale.fill(1);
                this.#isStale = true;
            }
            try {
                if (this.#isStale) this.#readValues();
                if (this.#isTailStale && isTurn) this.#readTail();
            } catch (error) {
                this.#trap(error);
            }
        }
        words[SLOT.FLAGS] = this.#isTrapped ? SLOT_TRAPPED : 0;
        this.#slot?.write(words);
    }
    /** Between quanta: tells the page what has moved; all of it, when no quantum may come for a while. */
    refresh(now: number, isStill: boolean): void {
        if (this.#isStale || (isStill && this.#isTailStale)) this.publish(now, isStill);
    }
    #readValues(): void {
        this.#isStale = false;
        this.#isTailStale = true;
        for (let p = 0; p < this.#stale.length; ++p) {
            if (!this.#stale[p]) continue;
            this.#stale[p] = 0;
            this.#floats[this.#valuesAt + p] = this.#instance.get(p);
        }
        const latency = this.#instance.latency;
        const hasMoved = latency !== this.words[SLOT.LATENCY] >>> 0;
        this.words[SLOT.LATENCY] = latency;
        if (hasMoved && this.#isReady) this.#post({ type: 'latency', latency });
    }
    #readTail(): void {
        this.#isTailStale = false;
        this.words[SLOT.TAIL] = this.#instance.tail;
    }
}

function copy(from: Float32Array, fromAt: number, to: Float32Array, toAt: number, n: number): void {
    for (let i = 0; i < n; ++i) to[toAt + i] = from[fromAt + i];
}
