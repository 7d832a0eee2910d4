// The page's moves: nothing is lost when the ring is full, the latest counts, timed moves keep their order and wait in
// the page while they are far ahead.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { seededRandom } from '../../web/src/random.js';
import { MoveSender } from '../../web/src/sender.js';
import type { Move, SenderOptions } from '../../web/src/sender.js';
import { MOVE, OP } from '../../worklet/protocol/records.js';
import { Ring, ringBytes } from '../../worklet/protocol/ring.js';

const RATE = 48000;
const move = (over: Partial<Move>): Move => ({
    instance: 0,
    param: 0,
    op: OP.SET,
    plain: 0,
    ramp: 0,
    frame: 0,
    ...over,
});

const senders: MoveSender[] = [];
afterEach(() => senders.splice(0).forEach((sender) => sender.close())); // their timers

/** A sender over a ring of `capacity` records, a clock to be set, and the worklet's end. */
function rig(capacity: number, options: Partial<SenderOptions> = {}) {
    const buffer = new ArrayBuffer(ringBytes(capacity, MOVE.WORDS));
    const ring = new Ring(buffer, MOVE.WORDS);
    const clock = { frame: 0 };
    const sender = new MoveSender(buffer, { now: () => clock.frame, rate: RATE, ...options });
    senders.push(sender);
    const take = (): Move[] => {
        const out: Move[] = [];
        for (let at = ring.peek(); at >= 0; at = ring.peek()) {
            const op = ring.u32[at + MOVE.OP_PARAM];
            out.push({
                instance: ring.u32[at + MOVE.INSTANCE],
                param: op & 0xffff,
                op: (op >>> 16) as Move['op'],
                plain: ring.f32[at + MOVE.PLAIN],
                ramp: ring.u32[at + MOVE.RAMP],
                frame: ring.u32[at + MOVE.FRAME_LOW] + ring.u32[at + MOVE.FRAME_HIGH] * 2 ** 32,
            });
            ring.release();
        }
        return out;
    };
    return { ring, clock, sender, take };
}

test('a move arrives as it was sent: words, ramp, frame beyond 2^32, confidence 1, a count', () => {
    const { clock, ring, sender, take } = rig(8);
    clock.frame = 2 ** 33;
    const sent = move({ instance: 7, param: 41, plain: -3.5, ramp: 2400, frame: 2 ** 33 + 5 });
    sender.send(sent);
    const at = ring.peek();
    assert.equal(ring.f32[at + MOVE.CONFIDENCE], 1);
    assert.equal(ring.u32[at + MOVE.SEQUENCE], 1);
    assert.deepEqual(take(), [sent]);
});

test('a move whose frame has passed holds now', () => {
    const { clock, sender, take } = rig(8);
    clock.frame = 1000;
    sender.send(move({ plain: 1, frame: 1000 }));
    assert.equal(take()[0].frame, 0);
});

test('while the ring is full, moves coalesce by instance and parameter; all last values arrive', () => {
    const { sender, take } = rig(4);
    const random = seededRandom(1);
    const last = new Map<string, number>();
    const seen = new Map<string, number>();
    const note = (moves: Move[]): void => moves.forEach((m) => seen.set(`${m.instance}/${m.param}`, m.plain));
    for (let i = 0; i < 5000; ++i) {
        const m = move({ instance: Math.floor(random() * 3), param: Math.floor(random() * 5), plain: i });
        last.set(`${m.instance}/${m.param}`, i);
        sender.send(m);
        if (random() < 0.01) note(take());
        assert.ok(sender.waiting <= 15, 'at most one for each of 15');
    }
    while (sender.waiting) {
        note(take());
        sender.pump();
    }
    note(take());
    assert.deepEqual(new Map([...seen].sort()), new Map([...last].sort()));
});

test('a give behind a set keeps both, in order; a set behind a give replaces both', () => {
    const { sender, take } = rig(1);
    const drain = (): Move[] => {
        const out = take();
        for (sender.pump(); sender.waiting; sender.pump()) out.push(...take());
        return [...out, ...take()];
    };
    sender.send(move({ param: 9 })); // fills the ring
    sender.send(move({ plain: 1 }));
    sender.send(move({ op: OP.GIVE }));
    assert.deepEqual(
        drain().map(({ param, op }) => [param, op]),
        [
            [9, OP.SET],
            [0, OP.SET],
            [0, OP.GIVE],
        ],
    );
    sender.send(move({ param: 9 }));
    sender.send(move({ op: OP.GIVE }));
    sender.send(move({ plain: 2 }));
    assert.deepEqual(
        drain().map(({ param, op }) => [param, op]),
        [
            [9, OP.SET],
            [0, OP.SET],
        ],
    );
});

test('timed moves go in the order of their frames, equal frames in the order they came, however full the ring is', () => {
    const { clock, sender, take } = rig(2);
    const frames = [300, 100, 200, 100, 300];
    frames.forEach((frame, plain) => sender.send(move({ frame, plain })));
    const out: Move[] = [];
    for (let i = 0; i < 10; ++i) {
        out.push(...take());
        sender.pump();
    }
    assert.equal(sender.waiting, 0);
    // The first two went at once, as there was room; the rest keep their order.
    assert.deepEqual(
        out.slice(2).map(({ frame, plain }) => [frame, plain]),
        [
            [100, 3],
            [200, 2],
            [300, 4],
        ],
    );
    assert.equal(clock.frame, 0);
});

test('a move further ahead than 1 s stays in the page, and is handed over before its time', () => {
    const { clock, sender, take } = rig(8);
    const frame = 3 * RATE;
    sender.send(move({ frame, plain: 5 }));
    sender.pump();
    assert.deepEqual(take(), []);
    clock.frame = 1.9 * RATE;
    sender.pump();
    assert.deepEqual(take(), [], '1.1 s ahead');
    clock.frame = 2.1 * RATE;
    sender.pump();
    assert.deepEqual(take(), [move({ frame, plain: 5 })]);
});

test('an instance never has more than 192 timed moves in the core; another instance need not wait for it', () => {
    const { clock, sender, take } = rig(1024);
    for (let i = 0; i < 500; ++i) sender.send(move({ frame: 1000 + i, plain: i }));
    sender.send(move({ instance: 1, frame: 5000, plain: -1 }));
    const first = take();
    assert.equal(first.filter(({ instance }) => instance === 0).length, 192);
    assert.equal(first.filter(({ instance }) => instance === 1).length, 1);
    clock.frame = 1100; // 101 of them have been
    sender.pump();
    assert.equal(take().length, 101);
    clock.frame = 3000;
    while (sender.waiting) sender.pump();
    const plains = [...first, ...take()].filter(({ instance }) => instance === 0).length;
    assert.ok(plains <= 500);
    assert.equal(first.length - 1 + 101 + (plains - 192), 500, 'all of them came');
});

test('timed moves of an instance keep their order when the worklet makes room in the middle of handing over', () => {
    const { sender, take } = rig(1);
    const out: Move[] = [];
    let isDraining = false;
    const second = move({ frame: 1001, plain: 2 });
    Object.defineProperty(second, 'instance', {
        get: () => {
            if (isDraining) out.push(...take()); // looked at between the first one's refusal and its own turn
            return 0;
        },
    });
    sender.send(move({ frame: 500, plain: 0 })); // fills the ring
    sender.send(move({ frame: 1000, plain: 1 }));
    sender.send(second);
    isDraining = true;
    sender.pump();
    isDraining = false;
    for (let i = 0; i < 5; ++i) {
        out.push(...take());
        sender.pump();
    }
    assert.deepEqual(
        out.map(({ plain }) => plain),
        [0, 1, 2],
    );
});

test('a move that found the ring full does not count as handed over', () => {
    const { sender, take } = rig(1);
    for (let i = 0; i < 192; ++i) sender.send(move({ frame: 1000 + i, plain: i }));
    const out: Move[] = [];
    for (let i = 0; i < 200; ++i) {
        out.push(...take());
        sender.pump();
    }
    assert.deepEqual(
        out.map(({ plain }) => plain),
        Array.from({ length: 192 }, (_, i) => i),
    );
});

test('an offline context gets everything at once', () => {
    const { sender, take } = rig(1024, { isOffline: true });
    for (let i = 0; i < 500; ++i) sender.send(move({ frame: (i + 1) * RATE, plain: i }));
    assert.equal(take().length, 500);
});

test('a timer hands over what waits, without another call', async () => {
    const { sender, take } = rig(1);
    for (let param = 0; param < 4; ++param) sender.send(move({ param }));
    const seen: Move[] = [];
    for (let i = 0; i < 200 && seen.length < 4; ++i) {
        seen.push(...take());
        await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.deepEqual(
        seen.map(({ param }) => param),
        [0, 1, 2, 3],
    );
});

test('without shared memory, the moves of one task are one message; more than the ring holds are several', async () => {
    const posts: Uint32Array[] = [];
    const { sender } = rig(4, { post: (records) => posts.push(records) });
    for (let i = 0; i < 3; ++i) sender.send(move({ param: i }));
    assert.equal(posts.length, 0, 'not yet');
    await Promise.resolve();
    assert.deepEqual(
        posts.map(({ length }) => length / MOVE.WORDS),
        [3],
    );
    for (let i = 0; i < 10; ++i) sender.send(move({ param: i }));
    await Promise.resolve();
    const params = posts
        .slice(1)
        .flatMap((records) =>
            Array.from({ length: records.length / MOVE.WORDS }, (_, i) => records[i * MOVE.WORDS + MOVE.OP_PARAM]),
        );
    assert.deepEqual(params, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('what waits for an instance is forgotten with it', () => {
    const { sender, take } = rig(1);
    sender.send(move({ instance: 1 }));
    sender.send(move({ instance: 2, param: 1 }));
    sender.send(move({ instance: 2, frame: RATE * 9 }));
    sender.send(move({ instance: 1, param: 3 }));
    sender.forget(2);
    assert.equal(sender.waiting, 1);
    take();
    sender.pump();
    assert.deepEqual(
        take().map(({ instance, param }) => [instance, param]),
        [[1, 3]],
    );
});
