// Every interleaving of a few operations on the ring and on the slot, at the grain of single memory accesses of the code
// as it is built (explore.ts), and defects planted in that code, each of which must be found.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { slotBytes } from '../../worklet/protocol/slot.js';
import { Ring, ringBytes } from '../../worklet/protocol/ring.js';
import { record } from '../wasm/builds.js';
import { compiled, explore } from './explore.js';
import type { Explored, Scenario, Thread } from './explore.js';

type RingCode = typeof import('../../worklet/protocol/ring.js') & typeof import('../../worklet/protocol/transport.js');
type SlotCode = typeof import('../../worklet/protocol/slot.js');

type Options = Pick<Partial<Scenario<unknown>>, 'code' | 'races' | 'remember'>;

const FULL = process.env.DAWG_TEST_FULL === '1';
const RING = compiled('ring', 'transport');
const SLOT = compiled('slot');
/** Counters from 0, across 2^31, where signed words turn negative, and across 2^32. */
const STARTS = [0, 2 ** 31 - 1, 2 ** 32 - 1];
const WORDS = 2;
/** A record is two words that belong together. */
const partner = (record: number): number => ~(record * 0x9e3779b1) >>> 0;

const produce =
    (tries: number): Thread<RingCode> =>
    ({ Ring }, shared, say) => {
        const ring = new Ring(shared, WORDS);
        for (let record = 1; record <= tries; ++record) {
            const at = ring.begin();
            if (at < 0) continue;
            ring.u32[at] = record;
            ring.u32[at + 1] = partner(record);
            ring.commit();
            say(record, partner(record));
        }
    };
const consume =
    (tries: number): Thread<RingCode> =>
    ({ Ring }, shared, say) => {
        const ring = new Ring(shared, WORDS);
        for (let i = 0; i < tries; ++i) {
            const at = ring.peek();
            if (at < 0) continue;
            say(ring.u32[at], ring.u32[at + 1]);
            ring.release();
        }
    };
const produceMessage =
    (records: number): Thread<RingCode> =>
    ({ Ring, putAll }, shared, say) => {
        const message = new Uint32Array(records * WORDS);
        for (let i = 0; i < records; ++i) message.set([i + 1, partner(i + 1)], i * WORDS);
        const left = putAll(new Ring(shared, WORDS), message);
        say(...message.subarray(0, message.length - left * WORDS));
    };
const consumeMessages =
    (messages: number): Thread<RingCode> =>
    ({ Ring, takeAll }, shared, say) => {
        const ring = new Ring(shared, WORDS);
        for (let i = 0; i < messages; ++i) say(...(takeAll(ring) ?? []));
    };

/** What was taken, then or at the end, is what was handed over, in order. */
function inOrder([pushed, popped, rest]: number[][]): string | undefined {
    const out = [...popped, ...rest];
    for (let i = 0; i < out.length; i += WORDS) {
        if (out[i] === 0) return 'a record that was not written';
        if (out[i + 1] !== partner(out[i])) return 'a torn record';
    }
    const [got, want] = [out, pushed].map((words) => words.filter((_, i) => i % WORDS === 0).join(' '));
    return got === want ? undefined : `records ${got} instead of ${want}`;
}

function exploreRing(
    capacity: number,
    start: number,
    producer: Thread<RingCode>,
    consumer: Thread<RingCode>,
    options: Options = {},
): Explored {
    const memory = new Int32Array(ringBytes(capacity, WORDS) / 4);
    memory[0] = memory[16] = start;
    return explore<RingCode>(['Ring', 'takeAll', 'putAll'], {
        code: RING,
        memory,
        threads: [producer, consumer],
        last: consume(capacity + 1),
        check: inOrder,
        ...options,
    });
}

const SLOT_WORDS = 2;
const read: Thread<SlotCode> = ({ Slot }, shared, say) => {
    const to = new Int32Array(SLOT_WORDS);
    if (new Slot(shared).read(to)) say(...to);
};
/** Each read is a payload that was written, none older than the one before; the last one is the last. */
function latest(writes: number, results: number[][]): string | undefined {
    const [last] = results.slice(-1);
    for (const got of results.slice(1))
        for (let i = 0; i < got.length; i += SLOT_WORDS) {
            const [n, other] = [got[i], got[i + 1]];
            if (!(n >= 1 && n <= writes)) return `a payload that was not written (${n})`;
            if (other !== -n) return 'a torn payload';
            if (i > 0 && n < got[i - SLOT_WORDS]) return 'an older payload after a newer one';
        }
    return last[0] === writes ? undefined : 'the last payload is not the latest';
}
function exploreSlot(writes: number, reads: number[], sequence: number, options: Options = {}): Explored {
    const memory = new Int32Array(slotBytes(SLOT_WORDS) / 4);
    memory[0] = sequence;
    if (sequence) memory.set([1, -1], 1);
    const first = sequence ? 2 : 1;
    const write: Thread<SlotCode> = ({ Slot }, shared) => {
        const slot = new Slot(shared);
        for (let n = first; n <= writes; ++n) slot.write(Int32Array.of(n, -n));
    };
    const readers = reads.map((times): Thread<SlotCode> => (...all) => {
        for (let i = 0; i < times; ++i) read(...all);
    });
    const check = (results: number[][]) => latest(writes, results);
    const threads = [write, ...readers];
    return explore<SlotCode>(['Slot'], { code: SLOT, memory, threads, last: read, check, ...options });
}

type Changes = [from: string, to: string][];
/** The code with some places changed. */
function planted(code: string, changes: Changes): string {
    for (const [from, to] of changes) {
        assert.equal(code.split(from).length, 2, `the code has not one place "${from}"`);
        code = code.replace(from, () => to);
    }
    return code;
}

const told = ({ interleavings, states }: Explored): string =>
    `${interleavings.toLocaleString('en')} interleavings, ${states.toLocaleString('en')} states`;

test('the explorer counts as combinatorics does, with and without memory of its states', () => {
    const writes =
        (from: number, count: number): Thread<{ view: (of: ArrayBufferLike) => Int32Array }> =>
        ({ view }, shared) => {
            for (let i = 0; i < count; ++i) view(shared)[from + i] = 1;
        };
    for (const remember of [true, false]) {
        const { interleavings } = explore(['view'], {
            code: 'const view = (of) => new Int32Array(of);',
            memory: new Int32Array(9),
            threads: [writes(0, 5), writes(5, 4)],
            check: () => undefined,
            remember,
        });
        assert.equal(interleavings, 126n, '9 over 4');
    }
    const once = exploreRing(1, 0, produce(2), consume(1));
    const again = exploreRing(1, 0, produce(2), consume(1), { remember: false });
    assert.equal(once.interleavings, again.interleavings);
    assert.ok(once.states < again.states / 10, `${once.states} of ${again.states} states`);
});

test('over watched memory the ring leaves the same words as over real memory', () => {
    const words = 3;
    const [watched, real]: number[][] = [[], []];
    const use: Thread<RingCode> = ({ Ring }, shared, say) => {
        const ring = new Ring(shared, words);
        for (let i = 0; i < 12; ++i) {
            const put = ring.begin();
            if (put >= 0) {
                ring.u32[put] = i * 0x2345_6789;
                ring.f32[put + 1] = -i / 3;
                ring.commit();
            }
            const got = i % 3 ? ring.peek() : -1;
            if (got >= 0) {
                say(got, ring.u32[got], ring.f32[got + 1], ring.length);
                ring.release();
            }
        }
        for (let word = 0; word < ring.u32.length; ++word) say(ring.u32[word]);
    };
    const memory = new Int32Array(ringBytes(4, words) / 4);
    memory[0] = memory[16] = -5;
    const buffer = memory.slice().buffer;
    use({ Ring } as RingCode, buffer, (...results) => real.push(...results));
    const check = ([results]: number[][]): undefined => void watched.push(...results);
    assert.equal(explore<RingCode>(['Ring'], { code: RING, memory, threads: [use], check }).fault, undefined);
    assert.ok(real.length > buffer.byteLength / 4 + 20);
    assert.deepEqual(watched, real);
});

const RING_CASES = [
    [1, 3, 3],
    [1, 4, 4],
    [2, 3, 3],
    [2, 5, 4],
    [4, 5, 2],
];
if (FULL) RING_CASES.push([1, 5, 5], [2, 6, 5], [4, 7, 3]);
for (const [capacity, pushes, pops] of RING_CASES)
    test(`ring of ${capacity}, ${pushes} pushes beside ${pops} pops: in order, whole, none lost, no race, in every interleaving`, (t) => {
        let count = 0;
        for (const start of STARTS) {
            const result = exploreRing(capacity, start, produce(pushes), consume(pops));
            assert.equal(result.fault, undefined, `${result.fault} after ${result.order}`);
            t.diagnostic(`from ${start}: ${told(result)}`);
            count = Number(result.interleavings);
        }
        const what = `ring of ${capacity}, ${pushes} pushes, ${pops} pops: interleavings, none at fault`;
        record('WEB-5', what, count, '', 'all');
    });

test('messages put into and taken out of a ring that the other end uses: the same, in every interleaving', (t) => {
    for (const capacity of [1, 2])
        for (const [producer, consumer] of [
            [produceMessage(3), consume(3)],
            [produce(3), consumeMessages(2)],
        ]) {
            const result = exploreRing(capacity, 2 ** 32 - 1, producer, consumer);
            assert.equal(result.fault, undefined, `${result.fault} after ${result.order}`);
            t.diagnostic(`ring of ${capacity}: ${told(result)}`);
        }
});

/** The reader tries 16 times; with more threads or more writes, 3 times keep the number of states in bounds. */
const SLOT_CASES: [writes: number, reads: number[], tries: number][] = [
    [2, [2], 16],
    [2, [1, 1], 2],
    [3, [2], 2],
];
if (FULL) SLOT_CASES.push([3, [1], 16], [4, [2], 3], [3, [1, 1], 2]);
for (const [writes, reads, tries] of SLOT_CASES)
    test(`slot, ${writes} writes beside ${reads.join(' and ')} reads of ${tries} tries: whole, written, never back, in every interleaving`, (t) => {
        const code = planted(SLOT, [['TRIES = 16', `TRIES = ${tries}`]]);
        for (const sequence of [0, -2]) {
            const result = exploreSlot(writes, reads, sequence, { code });
            assert.equal(result.fault, undefined, `${result.fault} after ${result.order}`);
            t.diagnostic(`from sequence ${sequence}: ${told(result)}`);
        }
    });

/** The first interleaving that goes wrong must do so in this way. Where that is no data race, races are not looked at:
 * the order of accesses alone gives the defect away. */
function mustFind(t: TestContext, found: RegExp, explored: (races: boolean) => Explored[]): void {
    const bad = explored(/data race/.test(found.source)).find(({ fault }) => fault);
    t.diagnostic(bad ? `${bad.fault} after ${bad.order}` : 'not found');
    assert.match(bad?.fault ?? '', found);
}

const COMMIT = 'Atomics.store(this.#counters, WRITTEN, (this.#counters[WRITTEN] + 1) | 0);';
const RELEASE = 'Atomics.store(this.#counters, READ, (this.#counters[READ] + 1) | 0);';
const WRITE_AT = 'return HEADER_WORDS + (written & this.#mask) * this.words;';
const READ_AT = 'return HEADER_WORDS + (read & this.#mask) * this.words;';
const swap = (text: string, from: string, to: string): Changes => [[text, text.replace(from, () => to)]];

const RING_DEFECTS: [name: string, changes: Changes, found: RegExp][] = [
    ['> instead of >= in the full test', [['>= this.capacity)', '> this.capacity)']], /records 2 2 instead of 1 2/],
    ['full test never looks at the consumer', [[') >= this.capacity)', ') >= 1e9)']], /records 3 3 3 instead of 1 2 3/],
    ['difference of the counters not wrapped', [['READ)) | 0) >= this', 'READ))) >= this']], /records .* instead of/],
    ['no mask for the producer', swap(WRITE_AT, ' & this.#mask', ''), /outside/],
    ['no mask for the consumer', swap(READ_AT, ' & this.#mask', ''), /outside/],
    ['mask too wide by one bit', [['this.capacity - 1', 'this.capacity * 2 - 1']], /outside/],
    ['consumer one record ahead', swap(READ_AT, 'read &', '(read + 1) &'), /records 2 1 instead of 1 2/],
    ['empty test by order instead of equality', [['read === Atomics', 'read >= Atomics']], /records {2}instead of 1/],
    ['committed twice', swap(COMMIT, '+ 1', '+ 2'), /records 1 1 instead of 1/],
    ['handed over before it is written', [[COMMIT, ''], ...swap(WRITE_AT, 'return', `${COMMIT} return`)], /torn/],
    ['given back before it is read', [[RELEASE, ''], ...swap(READ_AT, 'return', `${RELEASE} return`)], /torn|instead/],
    ['committed by a plain store', [[COMMIT, '++this.#counters[WRITTEN];']], /data race/],
    ['given back by a plain store', [[RELEASE, '++this.#counters[READ];']], /data race/],
    [
        "consumer's counter read plainly",
        [['- Atomics.load(this.#counters, READ)) | 0) >=', '- this.#counters[READ]) | 0) >=']],
        /data race/,
    ],
    [
        "producer's counter read plainly",
        [['=== Atomics.load(this.#counters, WRITTEN)', '=== this.#counters[WRITTEN]']],
        /data race/,
    ],
];
for (const [name, changes, found] of RING_DEFECTS)
    test(`planted in the ring and found: ${name}`, (t) => {
        const code = planted(RING, changes);
        mustFind(t, found, (races) =>
            [1, 2].flatMap((capacity) =>
                STARTS.map((start) => exploreRing(capacity, start, produce(3), consume(3), { code, races })),
            ),
        );
    });

const ODD = 'Atomics.store(all, SEQUENCE, (sequence + 1) | 0);';
const SLOT_DEFECTS: [name: string, changes: Changes, found: RegExp][] = [
    ['no odd sequence while writing', [[ODD, '']], /torn/],
    ['even again before the payload', swap(ODD, '+ 1', '+ 2'), /torn/],
    ['reader does not look again', [['if (Atomics.load(all, SEQUENCE) === before)', 'if (before)']], /torn/],
    ['reader takes odd sequences', [['if (before & 1)', 'if (false)']], /torn/],
    ['reader takes an empty slot', [['if (before === 0)', 'if (false)']], /not written/],
    ['last word left out', [['i < this.words; ++i', 'i < this.words - 1; ++i']], /torn/],
    ['sequence passes through 0 at the wrap', [[' || 2', '']], /last payload/],
    ['payload written plainly', [['Atomics.store(all, 1 + i, from[i])', 'all[1 + i] = from[i]']], /data race/],
    ['payload read plainly', [['to[w] = Atomics.load(all, 1 + w)', 'to[w] = all[1 + w]']], /data race/],
];
for (const [name, changes, found] of SLOT_DEFECTS)
    test(`planted in the slot and found: ${name}`, (t) => {
        const code = planted(SLOT, changes);
        mustFind(t, found, (races) => [0, -2].map((sequence) => exploreSlot(2, [1], sequence, { code, races })));
    });
