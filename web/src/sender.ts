// The page's moves on their way to the worklet. Nothing is lost: when the ring is full, moves for now wait as the latest
// of each (instance, parameter), timed ones in their order; a timer tries again. Timed moves far ahead stay here, because
// an instance's queue in the core holds 256.
import { MOVE, MOVES_CAPACITY, OP } from '../../worklet/protocol/records.js';
import { Ring, ringBytes } from '../../worklet/protocol/ring.js';
import { takeAll } from '../../worklet/protocol/transport.js';

/** Moves further ahead than FAR are kept until they are NEAR. */
const FAR_S = 1;
const NEAR_S = 0.5;
/** Timed moves of an instance that may wait in the core: some of its 256 are left for AudioParams and the brain. */
const WAITING_MAX = 192;
const RETRY_MS = 5;
/** The longest sleep: timers cannot take more than 2^31 ms. */
const LOOK_S = 3600;

export interface Move {
    instance: number;
    param: number;
    op: (typeof OP)[keyof typeof OP];
    /** Plain units, as given: the core clamps and counts. */
    plain: number;
    /** Frames. */
    ramp: number;
    /** Of the context; 0: now. */
    frame: number;
}

export interface SenderOptions {
    /** Carries records where memory is not shared; `moves` is then nobody else's. */
    post?: (records: Uint32Array<ArrayBuffer>) => void;
    /** Called once a task behind its moves, which a context that stands still does not look for. */
    nudge?: () => void;
    /** The context's present frame. */
    now: () => number;
    /** Hz. */
    rate: number;
    /** Nothing is kept back: an OfflineAudioContext does not wait for the page. */
    isOffline?: boolean;
}

export class MoveSender {
    readonly #ring: Ring;
    readonly #options: SenderOptions;
    /** By instance * 256 + parameter: a set or take, then perhaps a give. */
    readonly #latest = new Map<number, Move[]>();
    /** Sorted by frame. */
    #timed: Move[] = [];
    /** Frames of the timed moves that may still wait in the core, by instance. */
    readonly #handed = new Map<number, number[]>();
    #sequence = 0;
    #timer: ReturnType<typeof setTimeout> | undefined;
    #isFlushing = false;
    #isClosed = false;

    /** `buffer`: the ring, shared or not. */
    constructor(buffer: ArrayBufferLike, options: SenderOptions) {
        this.#ring = new Ring(buffer, MOVE.WORDS);
        this.#options = options;
    }
    static bytes = (): number => ringBytes(MOVES_CAPACITY, MOVE.WORDS);

    send(move: Move): void {
        if (this.#isClosed) return;
        if (move.frame > this.#options.now()) {
            let at = this.#timed.length;
            while (at > 0 && this.#timed[at - 1].frame > move.frame) --at;
            this.#timed.splice(at, 0, move);
            this.#pumpTimed();
        } else {
            this.#sendNow({ ...move, frame: 0 });
        }
        this.#arm();
    }
    #sendNow(move: Move): void {
        const key = move.instance * 256 + move.param;
        const waiting = this.#latest.get(key);
        if (!waiting && this.#push(move)) return;
        const keeps = move.op === OP.GIVE ? (waiting ?? []).filter(({ op }) => op !== OP.GIVE) : [];
        this.#latest.set(key, [...keeps, move]);
    }

    /** Forgets what waits for an instance. */
    forget(instance: number): void {
        this.#timed = this.#timed.filter((move) => move.instance !== instance);
        for (const key of [...this.#latest.keys()]) if (Math.floor(key / 256) === instance) this.#latest.delete(key);
        this.#handed.delete(instance);
    }
    close(): void {
        this.#isClosed = true;
        clearTimeout(this.#timer);
    }
    /** Moves that wait here. */
    get waiting(): number {
        return this.#timed.length + [...this.#latest.values()].reduce((sum, moves) => sum + moves.length, 0);
    }

    /** Hands over what can go now. */
    pump(): void {
        for (const [key, moves] of this.#latest) {
            while (moves.length && this.#push(moves[0])) moves.shift();
            if (moves.length) break;
            this.#latest.delete(key);
        }
        this.#pumpTimed();
    }
    #pumpTimed(): void {
        const { now, rate, isOffline } = this.#options;
        const present = now();
        const full = new Set<number>(); // instances whose later moves must wait as well
        let kept = 0;
        for (let i = 0; i < this.#timed.length; ++i) {
            const move = this.#timed[i];
            if (!isOffline && move.frame > present + FAR_S * rate) {
                this.#timed.splice(kept, i - kept);
                return;
            }
            if (!full.has(move.instance)) {
                const handed = isOffline ? [] : this.#handedAfter(move.instance, present);
                if (handed.length < WAITING_MAX && this.#push(move)) {
                    if (move.frame > present) handed.push(move.frame);
                    continue;
                }
            }
            full.add(move.instance);
            this.#timed[kept++] = move;
        }
        this.#timed.length = kept;
    }
    #handedAfter(instance: number, present: number): number[] {
        const handed = (this.#handed.get(instance) ?? []).filter((at) => at > present);
        this.#handed.set(instance, handed);
        return handed;
    }

    #push(move: Move): boolean {
        let at = this.#ring.begin();
        if (at < 0 && this.#options.post) {
            this.#flush();
            at = this.#ring.begin();
        }
        if (at < 0) return false;
        const { u32, f32 } = this.#ring;
        const frame = Math.max(0, move.frame);
        u32[at + MOVE.INSTANCE] = move.instance;
        u32[at + MOVE.OP_PARAM] = (move.op << 16) | move.param;
        f32[at + MOVE.PLAIN] = move.plain;
        u32[at + MOVE.RAMP] = Math.min(0xffffffff, Math.max(0, move.ramp));
        u32[at + MOVE.FRAME_LOW] = frame % 2 ** 32;
        u32[at + MOVE.FRAME_HIGH] = Math.floor(frame / 2 ** 32);
        f32[at + MOVE.CONFIDENCE] = 1;
        u32[at + MOVE.SEQUENCE] = ++this.#sequence;
        this.#ring.commit();
        if (!this.#isFlushing) {
            this.#isFlushing = true;
            queueMicrotask(() => this.#flush());
        }
        return true;
    }
    /** All moves of a task travel as one message. */
    #flush(): void {
        this.#isFlushing = false;
        if (this.#isClosed) return;
        const { nudge, post } = this.#options;
        const records = post && takeAll(this.#ring);
        if (records) post(records);
        nudge?.();
    }

    /** One timer, for when the next move may go. */
    #arm(): void {
        if (this.#timer !== undefined || this.#isClosed || !this.waiting) return;
        const { now, rate } = this.#options;
        const ahead = this.#timed.length ? (this.#timed[0].frame - now()) / rate : 0;
        const isFar = this.#latest.size === 0 && ahead > FAR_S;
        this.#timer = setTimeout(
            () => {
                this.#timer = undefined;
                this.pump();
                this.#arm();
            },
            isFar ? Math.min(ahead - NEAR_S, LOOK_S) * 1000 : RETRY_MS,
        );
    }
}
