// Rings over shared memory and rings joined by messages: one suite for both. What goes in comes out, in order, whole,
// once; what does not fit is counted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel, Worker } from 'node:worker_threads';
import { Ring, ringBytes } from '../../worklet/protocol/ring.js';
import { MOVE, TAP } from '../../worklet/protocol/records.js';
import { putAll, takeAll } from '../../worklet/protocol/transport.js';
import { seededRandom } from '../../web/src/random.js';
import { pause } from './peer.js';
import type { Job, Produced } from './peer.js';
import * as pipes from './pipes.js';
import { readRecord, ringMemory, STARTS, writeRecord } from './pipes.js';
import type { Consumer, Producer, Size } from './pipes.js';

const FULL = process.env.DAWG_TEST_FULL === '1';

const shared = ({ capacity, words, start }: Size): SharedArrayBuffer =>
    ringMemory(new SharedArrayBuffer(ringBytes(capacity, words)), start);

interface Pipe {
    name: string;
    /** Both ends in this thread. `queues` tells where the records of a model wait: one ring, or a ring at each end. */
    ends(size: Size, drops: boolean): { producer: Producer; consumer: Consumer; queues: number; close: () => void };
    /** The producer's end in another thread. */
    thread(size: Size, records: number, drops: boolean): { consumer: Consumer; worker: Worker; close: () => void };
}
const peer = (job: Job, transferList: MessagePort[] = []): Worker =>
    new Worker(new URL('./peer.js', import.meta.url), { workerData: job, transferList: transferList as never });

const PIPES: Pipe[] = [
    {
        name: 'shared memory',
        ends(size) {
            const buffer = shared(size);
            const producer = pipes.sharedProducer(buffer, size.words);
            const consumer = pipes.sharedConsumer(buffer, size.words);
            return { producer, consumer, queues: 1, close: () => undefined };
        },
        thread(size, records, drops) {
            const buffer = shared(size);
            const worker = peer({ job: 'produce', ...size, records, drops, seed: 5, buffer });
            return { consumer: pipes.sharedConsumer(buffer, size.words), worker, close: () => undefined };
        },
    },
    {
        name: 'messages',
        ends(size, drops) {
            const { port1, port2 } = new MessageChannel();
            const producer = pipes.messageProducer(port1, size);
            return {
                producer,
                consumer: pipes.messageConsumer(port2, size, drops),
                queues: 2,
                close: () => port1.close(),
            };
        },
        thread(size, records, drops) {
            const { port1, port2 } = new MessageChannel();
            const job: Job = { job: 'produce', ...size, records, drops, seed: 5, port: port1 };
            const worker = peer(job, [port1 as never]);
            return { consumer: pipes.messageConsumer(port2, size, drops), worker, close: () => port2.close() };
        },
    },
];

for (const pipe of PIPES) {
    const STEPS = FULL ? 1e6 : 1e5;
    for (const drops of [false, true])
        test(`${pipe.name}: ${STEPS} random steps agree with a list, what does not fit is ${drops ? 'counted' : 'kept'}`, (t) => {
            const sizes = [1, 2, 8].flatMap((capacity) => [1, 3].map((words) => ({ capacity, words })));
            const seen = { full: 0, empty: 0, overflow: 0 };
            for (const [s, size] of sizes.entries()) {
                for (const [k, start] of STARTS.entries()) {
                    const random = seededRandom(1 + 10 * s + k);
                    const below = (n: number): number => Math.floor(random() * n);
                    const { producer, consumer, queues, close } = pipe.ends({ ...size, start }, drops);
                    const here: number[] = []; // what waits in the producer's ring
                    const wire: number[][] = []; // messages
                    const there = queues === 1 ? here : []; // what waits in the consumer's ring
                    let dropped = 0;
                    let next = 0;
                    const push = (): void => {
                        const at = producer.ring.begin();
                        assert.equal(at < 0, here.length === size.capacity, 'full when as many wait as it holds');
                        if (at < 0) return void ++seen.full;
                        writeRecord(producer.ring, at, next);
                        producer.ring.commit();
                        here.push(next++);
                    };
                    const pop = (): void => {
                        const at = consumer.ring.peek();
                        assert.equal(at < 0, there.length === 0, 'empty when none waits');
                        if (at < 0) return void ++seen.empty;
                        assert.equal(readRecord(consumer.ring, at), there.shift(), 'the oldest record, whole');
                        consumer.ring.release();
                    };
                    const flush = (): void => {
                        producer.flush();
                        if (queues === 2 && here.length) wire.push(here.splice(0));
                    };
                    const deliver = (): void => {
                        const more = consumer.deliver();
                        if (queues === 1 || !wire.length) return assert.equal(more, false);
                        there.push(...wire[0].splice(0, size.capacity - there.length));
                        assert.equal(more, wire[0].length > 0 && !drops);
                        if (wire[0].length) ++seen.overflow;
                        if (drops) dropped += wire[0].length;
                        if (!more) wire.shift();
                        assert.equal(consumer.dropped, dropped);
                    };
                    const actions = [push, pop, flush, deliver];
                    for (let done = 0; done < STEPS / sizes.length / STARTS.length;) {
                        const act = actions[below(actions.length)];
                        for (let times = 1 + below(size.capacity + 2); times > 0; --times, ++done) act();
                        assert.equal(producer.ring.length, here.length);
                        assert.equal(consumer.ring.length, there.length);
                    }
                    close();
                }
            }
            t.diagnostic(JSON.stringify(seen));
            assert.ok(seen.full > 1000 && seen.empty > 1000 && (seen.overflow > 100 || pipe.name === 'shared memory'));
        });

    const N = FULL ? 1e6 : 1e5;
    const SIZES: (Size & { records: number })[] = [
        { capacity: 1, words: 3, start: STARTS[2], records: N / 20 },
        { capacity: 2, words: 5, start: STARTS[1], records: N / 10 },
        { capacity: 64, words: MOVE.WORDS, start: STARTS[2], records: N },
        { capacity: 8, words: TAP.WORDS, start: STARTS[2], records: N / 10 },
    ];
    for (const { records, ...size } of SIZES)
        for (const drops of [false, true])
            test(
                `${pipe.name} between two threads, ${records} records of ${size.words} words through a ring of ${size.capacity}, the producer ${drops ? 'drops' : 'waits'} when full`,
                { timeout: 120_000 },
                async (t) => {
                    const { consumer, worker, close } = pipe.thread(size, records, drops);
                    let produced: Produced | undefined;
                    const ended = new Promise<void>((resolve, reject) => {
                        worker.once('message', (result: Produced) => void (produced = result));
                        worker.once('error', reject).once('exit', () => resolve());
                    });
                    const random = seededRandom(11);
                    const seen = { records: 0, torn: 0, disorder: 0, waits: 0 };
                    let last = 0;
                    const drain = (): void => {
                        for (let at: number; (at = consumer.ring.peek()) >= 0; consumer.ring.release()) {
                            const i = readRecord(consumer.ring, at);
                            if (Number.isNaN(i)) ++seen.torn;
                            else if (drops ? i <= last : i !== last + 1) ++seen.disorder;
                            last = i;
                            ++seen.records;
                        }
                    };
                    /** Until nothing comes for a while; then the event loop has its turn. */
                    const receive = (): void => {
                        for (let idle = 0; idle < 200; ++idle) {
                            const before = seen.records;
                            const more = consumer.deliver();
                            if (!drops || more || random() < 0.9) drain();
                            if (seen.records !== before || more) idle = 0;
                        }
                        if (++seen.waits % 10 === 0) pause(0.1);
                    };
                    while (!produced && !t.signal.aborted) {
                        receive();
                        await new Promise((resolve) => setImmediate(resolve));
                    }
                    if (t.signal.aborted) await worker.terminate();
                    await ended;
                    assert.ok(produced, 'the producer came to its end');
                    receive();
                    drain();
                    close();
                    t.diagnostic(
                        `${JSON.stringify(seen)}, ${produced.dropped} found it full, ${consumer.dropped} did not fit`,
                    );
                    assert.equal(produced.sent + produced.dropped, records);
                    assert.equal(seen.torn, 0, 'torn records');
                    assert.equal(seen.disorder, 0, 'records out of order, lost or doubled');
                    assert.equal(
                        seen.records + consumer.dropped,
                        produced.sent,
                        'all that went in came out or was counted',
                    );
                    if (!drops) assert.equal(seen.records, records);
                },
            );
}

test('a ring is a power of two of records, a record 1 .. 4096 words: anything else is a RangeError that says so', () => {
    for (const capacity of [0, -1, 3, 1.5, NaN, Infinity, 131072, 2 ** 32 + 1])
        assert.throws(() => ringBytes(capacity, 8), { name: 'RangeError', message: /powers of two up to 65536/ });
    for (const words of [0, -8, 0.5, NaN, 4097])
        assert.throws(() => ringBytes(8, words), { name: 'RangeError', message: /1 \.\. 4096/ });
    assert.equal(ringBytes(65536, 1), 4 * (32 + 65536));
    for (const [bytes, words] of [
        [0, 8],
        [128, 8],
        [ringBytes(4, 8) + 4, 8],
        [ringBytes(4, 8) + 2, 8],
        [ringBytes(4, 8), 7],
        [ringBytes(4, 8), 0],
        [ringBytes(4, 8), 0.5],
        [ringBytes(4, 8), -8],
    ])
        assert.throws(() => new Ring(new ArrayBuffer(bytes), words), { name: 'RangeError', message: /ringBytes/ });
    assert.equal(new Ring(new ArrayBuffer(ringBytes(4, 8)), 8).capacity, 4);
});

test('floats and their bits share a record: what is written to f32 is read from u32, NaN payloads travel in messages', () => {
    const ring = new Ring(new ArrayBuffer(ringBytes(2, 2)), 2);
    const at = ring.begin();
    ring.f32[at] = -0.1;
    ring.u32[at + 1] = 0x7fc12345;
    ring.commit();
    const far = new Ring(new ArrayBuffer(ringBytes(2, 2)), 2);
    const message = takeAll(ring);
    assert.ok(message);
    assert.equal(putAll(far, message), 0);
    assert.equal(far.f32[far.peek()], Math.fround(-0.1));
    assert.equal(far.u32[far.peek() + 1], 0x7fc12345);
    assert.equal(takeAll(ring), undefined, 'no message for no records');
});

test('a message that ends inside a record: the whole records arrive, the piece does not', () => {
    const ring = new Ring(new ArrayBuffer(ringBytes(4, 2)), 2);
    assert.equal(putAll(ring, Uint32Array.of(1, 2, 3, 4, 5)), 0);
    assert.deepEqual([...(takeAll(ring) ?? [])], [1, 2, 3, 4]);
});
