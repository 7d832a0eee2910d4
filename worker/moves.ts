// The worker's end of the ring of moves. What does not fit waits here, the latest per instance and parameter, and is
// tried again with the next flush.
import { MOVE, MOVES_CAPACITY, OP } from '../worklet/protocol/records.js';
import { Ring, ringBytes } from '../worklet/protocol/ring.js';
import { takeAll } from '../worklet/protocol/transport.js';

export interface Move {
    instance: number;
    param: number;
    plain: number;
    /** Frames. */
    ramp: number;
    confidence: number;
    /** The context's frame behind the tap block that led to it. */
    heardTo: number;
}

export class Moves {
    readonly #ring: Ring;
    readonly #port: MessagePort | undefined;
    readonly #waiting = new Map<string, Move>();
    /** Moves that a later one replaced before there was room. */
    coalesced = 0;

    constructor(shared: SharedArrayBuffer | undefined, port: MessagePort | undefined) {
        this.#ring = new Ring(shared ?? new ArrayBuffer(ringBytes(MOVES_CAPACITY, MOVE.WORDS)), MOVE.WORDS);
        this.#port = port;
    }

    get waiting(): number {
        return this.#waiting.size;
    }
    /** Takes the place of one that waits for the same parameter. flush() sends it. */
    push(move: Move): void {
        const key = `${move.instance} ${move.param}`;
        if (this.#waiting.delete(key)) ++this.coalesced;
        this.#waiting.set(key, move);
    }
    /** Forgets what waits for a parameter, or for an instance. */
    forget(instance: number, param?: number): void {
        for (const [key, move] of this.#waiting)
            if (move.instance === instance && (param === undefined || move.param === param)) this.#waiting.delete(key);
    }
    /** Writes what fits. */
    flush(): void {
        for (const [key, move] of this.#waiting) {
            if (!this.#write(move)) break;
            this.#waiting.delete(key);
        }
        if (!this.#port) return;
        const records = takeAll(this.#ring);
        if (records) this.#port.postMessage(records, [records.buffer]);
    }
    #write(move: Move): boolean {
        const at = this.#ring.begin();
        if (at < 0) return false;
        const { u32, f32 } = this.#ring;
        u32[at + MOVE.INSTANCE] = move.instance;
        u32[at + MOVE.OP_PARAM] = (OP.SET << 16) | move.param;
        f32[at + MOVE.PLAIN] = move.plain;
        u32[at + MOVE.RAMP] = move.ramp;
        u32[at + MOVE.FRAME_LOW] = 0;
        u32[at + MOVE.FRAME_HIGH] = 0;
        f32[at + MOVE.CONFIDENCE] = move.confidence;
        u32[at + MOVE.SEQUENCE] = move.heardTo % 2 ** 32;
        this.#ring.commit();
        return true;
    }
}
