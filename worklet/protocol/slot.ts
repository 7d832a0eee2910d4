// One writer, any number of readers, latest wins: a sequence lock (Lameter 2005; Boehm 2012 for the order of accesses).
// The writer makes the sequence odd, writes, and makes it even; a reader that saw it move tries again. Nothing waits on
// the writer's side, which is the audio thread. Payload accesses are atomic too: JavaScript has no fence that would keep
// plain ones between the two of the sequence on every processor.
//
// Layout in 32-bit words: [0] sequence, 0 before the first write and never again, [1 ..) the payload of records.ts.

const SEQUENCE = 0;
const TRIES = 16;

export const slotBytes = (words: number): number => 4 * (1 + words);

/** Over a zeroed buffer of slotBytes() bytes, shared or not. */
export class Slot {
    readonly words: number;
    readonly #all: Int32Array;

    constructor(readonly buffer: ArrayBufferLike) {
        this.#all = new Int32Array(buffer);
        this.words = this.#all.length - 1;
    }

    /** Writer: copies `from` (as many words as the slot has), bits as they are. An atomic store costs ten times a plain
     * load, and most words stay as they were: only those that differ are stored. */
    write(from: Int32Array): void {
        const all = this.#all;
        const sequence = all[SEQUENCE];
        Atomics.store(all, SEQUENCE, (sequence + 1) | 0);
        for (let i = 0; i < this.words; ++i) if (all[1 + i] !== from[i]) Atomics.store(all, 1 + i, from[i]);
        Atomics.store(all, SEQUENCE, (sequence + 2) | 0 || 2);
    }

    /** Reader: copies the latest payload, or as many of its first words as `to` has, into `to`; false (and `to` untouched
     * or torn) when the writer came between every time, or has not written yet. */
    read(to: Int32Array): boolean {
        const all = this.#all;
        for (let i = 0; i < TRIES; ++i) {
            const before = Atomics.load(all, SEQUENCE);
            if (before === 0) return false;
            if (before & 1) continue;
            for (let w = 0; w < to.length; ++w) to[w] = Atomics.load(all, 1 + w);
            if (Atomics.load(all, SEQUENCE) === before) return true;
        }
        return false;
    }

    /** Changes with every write. */
    get sequence(): number {
        return Atomics.load(this.#all, SEQUENCE);
    }
}
