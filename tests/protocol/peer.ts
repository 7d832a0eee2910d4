// The other thread of the tests: produces records, or writes or reads a slot, until it is done; then says so.
import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { Slot } from '../../worklet/protocol/slot.js';
import { seededRandom } from '../../web/src/random.js';
import { messageProducer, sharedProducer, writeRecord } from './pipes.js';
import type { Size } from './pipes.js';
import { fillPayload, wrongWord } from './payload.js';

export type Job =
    | ({ job: 'produce'; records: number; seed: number; drops: boolean } & Size & Pipe)
    | { job: 'write'; buffer: SharedArrayBuffer; control: Int32Array; first: number }
    /** At least so many reads that succeed, and so many different payloads among them. */
    | { job: 'read'; buffer: SharedArrayBuffer; control: Int32Array; reads: number; different: number };
/** `sent`: record numbers that went into the ring; `dropped`: those that found it full. */
export interface Produced {
    sent: number;
    dropped: number;
}
export interface Read {
    reads: number;
    /** Different payloads among them, and attempts that returned false. */
    different: number;
    missed: number;
    torn: number;
    backwards: number;
    first: number;
    last: number;
}
type Pipe = { buffer: SharedArrayBuffer } | { port: MessagePort };

const rest = new Int32Array(new SharedArrayBuffer(4));
/** Lets the other thread run, for the case that both share one core. */
export const pause = (ms: number): unknown => Atomics.wait(rest, 0, 0, ms);

function produce(job: Extract<Job, { job: 'produce' }>): Produced {
    const { words, records, drops } = job;
    const { ring, flush } = 'port' in job ? messageProducer(job.port, job) : sharedProducer(job.buffer, words);
    const random = seededRandom(job.seed);
    let dropped = 0;
    let burst = 0;
    for (let i = 1; i <= records; ++i) {
        let at = ring.begin();
        for (let tries = 1; at < 0 && !drops; ++tries) {
            flush();
            if (tries % 1000 === 0) pause(0.1);
            at = ring.begin();
        }
        if (at < 0) ++dropped;
        else {
            writeRecord(ring, at, i);
            ring.commit();
        }
        if (--burst < 0) {
            flush();
            burst = Math.floor(random() * 2 * ring.capacity);
            for (let spin = random() * 2000; spin > 0; --spin) ring.begin();
        }
    }
    flush();
    return { sent: records - dropped, dropped };
}

/** Control words of the slot's test: [0] set to end, [1] last payload written. */
function write({ buffer, control, first }: Extract<Job, { job: 'write' }>): Record<string, never> {
    const slot = new Slot(buffer);
    const payload = new Int32Array(slot.words);
    const random = seededRandom(7);
    for (let n = first; ; ++n) {
        fillPayload(payload, n);
        slot.write(payload);
        Atomics.store(control, 1, n);
        if (Atomics.load(control, 0)) return {};
        for (let spin = random() * 100; spin > 0; --spin) void slot.sequence;
    }
}
function read({ buffer, control, reads, different }: Extract<Job, { job: 'read' }>): Read {
    const slot = new Slot(buffer);
    const to = new Int32Array(slot.words);
    const result = { reads: 0, different: 0, missed: 0, torn: 0, backwards: 0, first: 0, last: 0 };
    while (result.reads < reads || result.different < different) {
        if (!slot.read(to)) {
            if (++result.missed % 1000 === 0) pause(0.1);
            continue;
        }
        if (++result.reads === 1) result.first = to[0];
        if (wrongWord(to) >= 0) ++result.torn;
        if (to[0] < result.last) ++result.backwards;
        if (to[0] !== result.last) ++result.different;
        result.last = to[0];
    }
    if (result.last > Atomics.load(control, 1) + 1) throw new Error('read a payload that is not yet written');
    return result;
}

if (parentPort) {
    const job = workerData as Job;
    parentPort.postMessage(job.job === 'produce' ? produce(job) : job.job === 'write' ? write(job) : read(job));
}
