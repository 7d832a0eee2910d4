// The two ways a record travels, behind one face: a ring that both threads see, and a ring at each end with messages
// between them. Both ends of both are here; what is sent through them is the tests' business.
import { receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { Ring, ringBytes } from '../../worklet/protocol/ring.js';
import { putAll, takeAll } from '../../worklet/protocol/transport.js';

export interface Size {
    capacity: number;
    words: number;
    /** What the counters stand at in the beginning; near 2^31 and 2^32 they wrap. */
    start: number;
}
/** Counters across 2^31 and 2^32 after 5 records. */
export const STARTS = [0, 2 ** 31 - 5, 2 ** 32 - 5];

export function ringMemory<B extends ArrayBufferLike>(buffer: B, start: number): B {
    new Uint32Array(buffer).fill(start, 0, 1).fill(start, 16, 17);
    return buffer;
}
const localRing = ({ capacity, words, start }: Size): Ring =>
    new Ring(ringMemory(new ArrayBuffer(ringBytes(capacity, words)), start), words);

export interface Producer {
    ring: Ring;
    /** Hands what waits to the other end. */
    flush: () => void;
}
export interface Consumer {
    ring: Ring;
    /** Takes in the next message as far as it fits; true when there is more to come in. Without messages nothing. */
    deliver: () => boolean;
    /** Records that were thrown away because they did not fit; what did not fit is kept while `drops` is false. */
    dropped: number;
}

export const sharedProducer = (buffer: ArrayBufferLike, words: number): Producer => ({
    ring: new Ring(buffer, words),
    flush: () => undefined,
});
export const sharedConsumer = (buffer: ArrayBufferLike, words: number): Consumer => ({
    ring: new Ring(buffer, words),
    deliver: () => false,
    dropped: 0,
});

export function messageProducer(port: MessagePort, size: Size): Producer {
    const ring = localRing(size);
    return {
        ring,
        flush: () => {
            const message = takeAll(ring);
            if (message) port.postMessage(message, [message.buffer]);
        },
    };
}
export function messageConsumer(port: MessagePort, size: Size, drops: boolean): Consumer {
    const ring = localRing(size);
    let kept: Uint32Array | undefined;
    const consumer = {
        ring,
        dropped: 0,
        deliver: () => {
            const message = kept ?? (receiveMessageOnPort(port)?.message as Uint32Array | undefined);
            if (!message) return false;
            const left = putAll(ring, message);
            kept = left && !drops ? message.subarray(message.length - left * ring.words) : undefined;
            if (drops) consumer.dropped += left;
            return kept !== undefined;
        },
    };
    return consumer;
}

/** Word w of record number i: no two records, and no two words, look alike. */
export const wordOf = (i: number, w: number): number => (Math.imul(i, 0x9e3779b1) ^ Math.imul(w + 1, 0x85ebca6b)) >>> 0;

export function writeRecord({ u32, words }: Ring, at: number, i: number): void {
    u32[at] = i;
    for (let w = 1; w < words; ++w) u32[at + w] = wordOf(i, w);
}
/** The record's number; NaN when its words do not belong together. */
export function readRecord({ u32, words }: Ring, at: number): number {
    const i = u32[at];
    for (let w = 1; w < words; ++w) if (u32[at + w] !== wordOf(i, w)) return NaN;
    return i;
}
