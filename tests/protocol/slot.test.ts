// The slot between threads: one that writes as fast as it can, and readers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Slot, slotBytes } from '../../worklet/protocol/slot.js';
import { fillPayload, wrongWord } from './payload.js';
import type { Job, Read } from './peer.js';

const FULL = process.env.DAWG_TEST_FULL === '1';
const READERS = 2;

const peer = (job: Job): Promise<Read> =>
    new Promise((resolve, reject) => {
        const worker = new Worker(new URL('./peer.js', import.meta.url), { workerData: job });
        worker.once('message', resolve).once('error', reject);
    });

for (const [words, sequence] of [
    [1, 0],
    [4, -2000],
    [64, 2 ** 31 - 2000],
]) {
    const reads = ((FULL ? 1e7 : 1e6) / READERS) * (words === 1 ? 0.2 : 1);
    test(`${READERS} readers, ${READERS * reads} reads of ${words} words beside a writer: none torn, none older than the one before`, async (t) => {
        const buffer = new SharedArrayBuffer(slotBytes(words));
        const control = new Int32Array(new SharedArrayBuffer(8));
        new Int32Array(buffer)[0] = sequence;
        if (sequence) new Slot(buffer).write(payload(words, 1));
        const writer = peer({ job: 'write', buffer, control, first: 2 });
        const readers = Array.from({ length: READERS }, () =>
            peer({ job: 'read', buffer, control, reads, different: 200 }),
        );
        const results = await Promise.all(readers);
        Atomics.store(control, 0, 1);
        await writer;
        const written = control[1];
        for (const result of results) {
            t.diagnostic(`${JSON.stringify(result)}, ${written} written`);
            assert.ok(result.reads >= reads && result.different >= 200);
            assert.equal(result.torn, 0, 'torn payloads');
            assert.equal(result.backwards, 0, 'payloads older than the one before');
            assert.ok(result.first >= 1 && result.last <= written, 'only payloads that were written');
        }
        const to = new Int32Array(words);
        assert.ok(new Slot(buffer).read(to));
        assert.equal(to[0], written, 'in the end the last one');
    });
}

function payload(words: number, n: number): Int32Array {
    const all = new Int32Array(words);
    fillPayload(all, n);
    return all;
}

test('before the first write there is nothing to read; afterwards always, across every wrap of the sequence', () => {
    for (const sequence of [0, -4, 2 ** 31 - 4]) {
        const buffer = new ArrayBuffer(slotBytes(5));
        const slot = new Slot(buffer);
        const to = new Int32Array(5).fill(7);
        assert.equal(slot.read(to), false);
        assert.deepEqual([...to], [7, 7, 7, 7, 7], 'and nothing was copied');
        new Int32Array(buffer)[0] = sequence;
        for (let n = 1, before = sequence; n < 6; ++n, before = slot.sequence) {
            slot.write(payload(5, n));
            assert.notEqual(slot.sequence, before, 'a write shows in the sequence');
            assert.equal(slot.read(to), true);
            assert.deepEqual([...to], [...payload(5, n)]);
        }
    }
});

test('while a write is under way a reader gives up instead of waiting, and a short reader gets the first words', () => {
    const buffer = new ArrayBuffer(slotBytes(3));
    const slot = new Slot(buffer);
    slot.write(Int32Array.of(1, 2, 3));
    const two = new Int32Array(2);
    assert.equal(slot.read(two), true);
    assert.deepEqual([...two], [1, 2]);
    new Int32Array(buffer)[0] = 3;
    assert.equal(slot.read(two), false);
});

test('bits pass as they are: NaN payloads and negative zero, in f32 seen as words', () => {
    const from = new Int32Array(3);
    from[0] = 0x7fc12345;
    new Float32Array(from.buffer)[1] = -0;
    const slot = new Slot(new ArrayBuffer(slotBytes(3)));
    slot.write(from);
    const to = new Int32Array(3);
    assert.ok(slot.read(to));
    assert.deepEqual([...to], [0x7fc12345, -0x80000000, 0]);
    assert.equal(wrongWord(payload(3, 9)), -1);
});
