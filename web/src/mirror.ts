// The page's picture of one instance: what it set itself, and what the worklet reports through the instance's slot. It
// knows no AudioNode, so that the messages of a node that nobody holds any more do not keep it alive.
import { TAIL_FOREVER } from '../../worklet/engine.js';
import type { FromInstance } from '../../worklet/protocol/messages.js';
import { SLOT, SLOT_TRAPPED, slotWords } from '../../worklet/protocol/records.js';
import { Slot, slotBytes } from '../../worklet/protocol/slot.js';
import type { AnyNodeEvents, NodeCounters, Owner } from './api.js';
import { Emitter } from './emitter.js';
import type { ParamValue, PluginInfo } from './manifest.js';
import { jsonValue } from './values.js';

/** What the page did a moment ago counts until the worklet must have seen it. */
const SETTLE_S = { shared: 0.05, messages: 0.25 };

export interface Acknowledged {
    latency: number;
    tail: number;
    /** Bytes that the engine has handed out in all. */
    memory: number;
}

export class Mirror {
    readonly events = new Emitter<AnyNodeEvents>();
    /** Resolves, or rejects, when the worklet has made the instance. */
    readonly ready: Promise<Acknowledged>;
    /** Resolves when the worklet has freed it. */
    readonly destroyed: Promise<void>;
    /** The preset applied last, until a value moves. */
    preset: string | null = null;
    latency: number;
    /** Why it is silent. */
    error: Error | undefined;
    readonly #slot: Slot;
    #tail = 0;
    #sequence = 0;
    #wasRead = false;
    #words: Int32Array<ArrayBuffer>;
    #spare: Int32Array<ArrayBuffer>;
    /** Plain values as known, and as last announced. */
    readonly #values: Float32Array;
    readonly #announced: Float32Array;
    /** Frame of the context until which the page's own move counts. */
    readonly #settled: Float64Array;
    readonly #owners: Uint8Array;
    readonly #announcedOwners: Uint8Array;
    readonly #ownerSettled: Float64Array;
    #settle: { ready(a: Acknowledged): void; failed(error: Error): void; destroyed(): void } | undefined;

    constructor(
        readonly info: PluginInfo,
        readonly instance: number,
        values: ReadonlyMap<number, number>,
        /** Shared memory, or undefined: then show() brings what messages bring. */
        shared: SharedArrayBuffer | undefined,
        private readonly now: () => number,
        private readonly rate: number,
    ) {
        const words = slotWords(info.meters.length, info.params.length);
        this.isShared = shared !== undefined;
        this.#slot = new Slot(shared ?? new ArrayBuffer(slotBytes(words)));
        this.#words = new Int32Array(words);
        this.#spare = new Int32Array(words);
        this.#values = Float32Array.from(info.params, ({ def }, i) => values.get(i) ?? def);
        this.#announced = this.#values.slice();
        this.#settled = new Float64Array(info.params.length);
        this.#owners = new Uint8Array(info.params.length);
        this.#announcedOwners = this.#owners.slice();
        this.#ownerSettled = new Float64Array(info.params.length);
        this.latency = info.latency;
        let destroyed = (): void => undefined;
        this.destroyed = new Promise((resolve) => (destroyed = resolve));
        this.ready = new Promise((ready, failed) => (this.#settle = { ready, failed, destroyed }));
        this.ready.catch(() => undefined); // who waits for it hears of it
    }
    readonly isShared: boolean;
    static bytes = (info: PluginInfo): number => slotBytes(slotWords(info.meters.length, info.params.length));

    /** A message of the instance's processor. */
    hear(message: FromInstance): void {
        if (message.type === 'ready') {
            this.latency = message.latency;
            this.#tail = message.tail;
            this.#settle?.ready(message);
        } else if (message.type === 'failed') {
            this.#settle?.failed(new Error(message.reason));
            this.#settle?.destroyed(); // it never was: nothing will say so
        } else if (message.type === 'latency') {
            if (message.latency === this.latency) return;
            this.latency = message.latency;
            this.events.emit('latencychange', { samples: message.latency });
        } else if (message.type === 'trapped') this.fail(new Error(`${this.info.key}: ${message.reason}`));
        else this.#settle?.destroyed();
    }
    fail(error: Error): void {
        this.#settle?.failed(error);
        if (this.error) return;
        this.error = error;
        this.events.emit('error', error);
    }
    /** Without shared memory: a slot as a message brought it. */
    show(words: Int32Array): void {
        this.#slot.write(words);
    }

    /** Takes in what the worklet wrote; false when there is nothing new. */
    refresh(): boolean {
        const { sequence } = this.#slot;
        if (sequence === this.#sequence || !this.#slot.read(this.#spare)) return false;
        [this.#words, this.#spare] = [this.#spare, this.#words];
        this.#sequence = sequence;
        this.#wasRead = true;
        const u32 = new Uint32Array(this.#words.buffer);
        const values = new Float32Array(this.#words.buffer).subarray(SLOT.METERS + this.info.meters.length);
        const frame = u32[SLOT.FRAME_LOW] + u32[SLOT.FRAME_HIGH] * 2 ** 32;
        for (let i = 0; i < this.#values.length; ++i) {
            if (frame >= this.#settled[i] && values[i] !== this.#values[i]) this.#take(i, values[i]);
            if (frame >= this.#ownerSettled[i]) this.#owners[i] = (u32[SLOT.OWNERS + (i >> 5)] >>> (i & 31)) & 1;
        }
        if (u32[SLOT.FLAGS] & SLOT_TRAPPED) this.fail(new Error(`${this.info.key} trapped and is silent.`));
        return true;
    }
    #take(param: number, plain: number): void {
        this.#values[param] = plain;
        if (param < this.#values.length - 1) this.preset = null; // bypass is no part of a preset
    }

    #until(): number {
        return this.now() + SETTLE_S[this.isShared ? 'shared' : 'messages'] * this.rate;
    }
    /** The page moved it just now: takes it from the brain. */
    moved(param: number, plain: number): void {
        const { min, max, curve } = this.info.params[param];
        const legal = Math.min(max, Math.max(min, plain));
        this.#settled[param] = this.#until();
        this.#take(param, Math.fround(curve === 'lin' || curve === 'log' ? legal : Math.floor(legal + 0.5)));
        this.owned(param, 'hand');
    }
    /** The page gave or took it just now. */
    owned(param: number, owner: Owner): void {
        this.#owners[param] = owner === 'brain' ? 1 : 0;
        this.#ownerSettled[param] = this.#until();
    }

    /** Tells listeners of every value and owner that changed since. */
    announce(): void {
        const { params } = this.info;
        for (let i = 0; i < params.length; ++i) {
            const { key } = params[i];
            if (this.#values[i] !== this.#announced[i]) {
                this.#announced[i] = this.#values[i];
                this.events.emit('change', { key, value: this.value(i) });
            }
            if (this.#owners[i] !== this.#announcedOwners[i]) {
                this.#announcedOwners[i] = this.#owners[i];
                this.events.emit('ownerchange', { key, owner: this.owner(i) });
            }
        }
    }
    /** One look for all listeners: once per frame of the screen. */
    tick(): void {
        const isNew = this.refresh();
        this.announce();
        if (isNew && this.events.has('meters')) this.events.emit('meters', this.meters);
    }

    value(param: number): ParamValue {
        return jsonValue(this.info.params[param], this.#values[param]);
    }
    owner(param: number): Owner {
        return this.#owners[param] ? 'brain' : 'hand';
    }
    get meters(): Record<string, number> {
        const floats = new Float32Array(this.#words.buffer);
        return Object.fromEntries(
            this.info.meters.map(({ key, idle }, m) => [key, this.#wasRead ? floats[SLOT.METERS + m] : idle]),
        );
    }
    /** Samples; Infinity. */
    get tail(): number {
        const tail = this.#wasRead ? this.#words[SLOT.TAIL] >>> 0 : this.#tail;
        return tail === TAIL_FOREVER ? Infinity : tail;
    }
    get counters(): NodeCounters {
        const u32 = new Uint32Array(this.#words.buffer);
        const at = (word: number): number => u32[word];
        return {
            guarded: at(SLOT.GUARDED),
            clamped: at(SLOT.CLAMPED),
            rejected: at(SLOT.REJECTED),
            dropped: at(SLOT.DROPPED),
            faults: at(SLOT.FAULTS),
        };
    }
    /** Moves of the worker that acted, and the frames from the last one's tap block until it acted. */
    get followed(): { moves: number; frames: number } {
        const u32 = new Uint32Array(this.#words.buffer);
        return { moves: u32[SLOT.FOLLOWED], frames: u32[SLOT.FOLLOW_FRAMES] };
    }
}
