// A queue of fixed-size records between one producer and one consumer, over shared memory or, where a page has none, over
// an ordinary buffer that transport.ts fills from messages. Lamport's single-producer single-consumer queue (1977): each
// side writes one counter only, so there is no lock. Nothing allocates after construction. A thread reads the counter that
// it alone writes, and the records, by plain accesses: the atomic accesses of the counters put those in order, which
// tests/protocol/interleavings.test.ts proves free of races.
//
// Layout in 32-bit words: [0] records ever written, [16] records ever read (64 bytes apart, so that the two threads do
// not share a cache line), [32 ..) capacity x words. Counters wrap at 2^32; capacity is a power of two, so that the
// difference and the slot stay right across the wrap.

const WRITTEN = 0;
const READ = 16;
const HEADER_WORDS = 32;

const isIn = (value: number, max: number): boolean => Number.isInteger(value) && value >= 1 && value <= max;
const isCapacity = (value: number): boolean => isIn(value, 65536) && (value & (value - 1)) === 0;

/** Bytes of a ring of `capacity` (a power of two, at most 2^16) records of `words` (1 .. 4096) 32-bit words. RangeError
 * otherwise. */
export function ringBytes(capacity: number, words: number): number {
    if (!isCapacity(capacity))
        throw new RangeError(`A ring of ${capacity} records: allowed are powers of two up to 65536.`);
    if (!isIn(words, 4096)) throw new RangeError(`Records of ${words} words: allowed are 1 .. 4096.`);
    return 4 * (HEADER_WORDS + capacity * words);
}

/** Both ends; a thread uses either begin() and commit(), or peek() and release(). */
export class Ring {
    /** Views of the whole buffer: a record's word w lies at begin() + w, or peek() + w. */
    readonly u32: Uint32Array;
    readonly f32: Float32Array;
    readonly capacity: number;
    readonly #counters: Int32Array;
    readonly #mask: number;

    /** Over a zeroed buffer of ringBytes() bytes, or one that the other end uses. Throws RangeError when the buffer is
     * not as long as a ring of such records. */
    constructor(
        readonly buffer: ArrayBufferLike,
        readonly words: number,
    ) {
        this.capacity = (buffer.byteLength / 4 - HEADER_WORDS) / words;
        if (!isCapacity(this.capacity) || !isIn(words, 4096))
            throw new RangeError(
                `${buffer.byteLength} bytes are no ring of records of ${words} words: allowed is what ringBytes() gives.`,
            );
        this.u32 = new Uint32Array(buffer);
        this.f32 = new Float32Array(buffer);
        this.#counters = new Int32Array(buffer);
        this.#mask = this.capacity - 1;
    }

    /** Producer: the word at which the next record begins, or -1 when the ring is full. */
    begin(): number {
        const written = this.#counters[WRITTEN];
        if (((written - Atomics.load(this.#counters, READ)) | 0) >= this.capacity) return -1;
        return HEADER_WORDS + (written & this.#mask) * this.words;
    }
    /** Producer: hands over the record of the last begin(). */
    commit(): void {
        Atomics.store(this.#counters, WRITTEN, (this.#counters[WRITTEN] + 1) | 0);
    }

    /** Consumer: the word at which the oldest record begins, or -1 when the ring is empty. */
    peek(): number {
        const read = this.#counters[READ];
        if (read === Atomics.load(this.#counters, WRITTEN)) return -1;
        return HEADER_WORDS + (read & this.#mask) * this.words;
    }
    /** Consumer: gives the record of the last peek() back. */
    release(): void {
        Atomics.store(this.#counters, READ, (this.#counters[READ] + 1) | 0);
    }

    /** Records waiting: the consumer finds at least as many, the producer at most. */
    get length(): number {
        return (Atomics.load(this.#counters, WRITTEN) - Atomics.load(this.#counters, READ)) | 0;
    }
}
