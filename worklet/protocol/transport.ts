// The same rings where memory cannot be shared: each end has a ring of its own, and what waits in the producer's travels
// as one message of whole records into the consumer's.
import type { Ring } from './ring.js';

/** Producer's end: takes all waiting records out of the ring; undefined when there are none. Allocates the message. */
export function takeAll(ring: Ring): Uint32Array<ArrayBuffer> | undefined {
    const count = ring.length;
    if (!count) return undefined;
    const message = new Uint32Array(count * ring.words);
    for (let i = 0; i < count; ++i) {
        const at = ring.peek();
        message.set(ring.u32.subarray(at, at + ring.words), i * ring.words);
        ring.release();
    }
    return message;
}

/** Consumer's end: appends a message's records to the ring and returns how many did not fit (the newest), so that they
 * can be counted, or handed in again later. */
export function putAll(ring: Ring, message: Uint32Array): number {
    const count = Math.floor(message.length / ring.words);
    for (let i = 0; i < count; ++i) {
        const at = ring.begin();
        if (at < 0) return count - i;
        ring.u32.set(message.subarray(i * ring.words, (i + 1) * ring.words), at);
        ring.commit();
    }
    return 0;
}
