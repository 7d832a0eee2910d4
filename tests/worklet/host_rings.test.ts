// What travels beside the sound: who owns a parameter, the worker's taps and moves, slots; over shared memory and messages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOVE, OP, POINT, SLOT, TAP, TAPS_CAPACITY } from '../../worklet/protocol/records.js';
import type { Ring } from '../../worklet/protocol/ring.js';
import { putAll } from '../../worklet/protocol/transport.js';
import { Page, manifest } from './host_scope.js';
import type { Channels, Node } from './host_scope.js';

const EQ = manifest.plugins.findIndex(({ key }) => key === 'surgical_eq');
const GAIN = manifest.plugins[EQ].params.findIndex(({ key }) => key === 'output_db');
const MIX = manifest.plugins[EQ].params.findIndex(({ key }) => key === 'mix');

function watch(page: Page, frames = 128): void {
    if (!page.isShared) page.port.hear({ type: 'watch', instances: [...page.nodes.keys()], frames });
}
/** Runs quanta of 128 silent frames up to the context's frame `end`, then looks at the slots. */
function runTo(node: Node, end: number): void {
    for (let at = node.page.scope.frame; at < end; at += 128) {
        node.page.scope.setFrame(at);
        node.process([]);
    }
    node.page.scope.setFrame(end);
    watch(node.page);
    node.read();
}

interface Piece {
    instance: number;
    point: number;
    frame: number;
    gap: number;
    audio: Channels;
}
function takeTaps(ring: Ring): Piece[] {
    const pieces: Piece[] = [];
    for (let at = ring.peek(); at >= 0; at = ring.peek()) {
        const { u32, f32 } = ring;
        const n = u32[at + TAP.FRAMES];
        assert.ok(n >= 1 && n <= TAP.FRAMES_MAX);
        pieces.push({
            instance: u32[at + TAP.INSTANCE],
            point: u32[at + TAP.POINT],
            frame: u32[at + TAP.FRAME_LOW] + 2 ** 32 * u32[at + TAP.FRAME_HIGH],
            gap: u32[at + TAP.GAP],
            audio: [TAP.LEFT, TAP.RIGHT].map((from) => f32.slice(at + from, at + from + n)),
        });
        ring.release();
    }
    return pieces;
}
/** What has come out on the worker's side. */
function heardBy(page: Page): Piece[] {
    const sent = page.workerPort.sent.splice(0).flatMap((message) => {
        assert.equal(putAll(page.taps, message), 0);
        page.workerPort.hear(new Uint32Array(0)); // heard
        return takeTaps(page.taps);
    });
    return [...sent, ...takeTaps(page.taps)];
}
const ramp = (from: number, n: number, sign = 1): Float32Array =>
    Float32Array.from({ length: n }, (_, i) => (sign * (from + i)) / 1e6);

for (const isShared of [true, false]) {
    const how = isShared ? 'shared memory' : 'messages';

    test(`${how}: the worker moves what the brain owns, a hand takes it back, and only the page gives`, () => {
        const page = new Page(isShared);
        const node = page.create(EQ, { isFull: true });
        page.startWorker();
        const brainMoves = (plain: number): number => {
            page.workerMove({ instance: 1, param: GAIN, plain });
            runTo(node, page.scope.frame + 256);
            return node.value(GAIN);
        };
        const give = (op: number): void => page.move({ instance: 1, param: GAIN, op });
        assert.equal(brainMoves(-1), 0, 'a hand owns everything at first');
        page.workerMove({ instance: 1, param: GAIN, op: OP.GIVE });
        assert.equal(brainMoves(-1), 0, 'the worker cannot give itself a parameter');
        give(OP.GIVE);
        assert.equal(brainMoves(-2), -2);
        assert.ok(node.isBrains(GAIN) && !node.isBrains(MIX));

        page.move({ instance: 1, param: MIX, plain: 0.5 });
        assert.equal(brainMoves(-3), -3, 'another parameter of the hand does not matter');
        page.move({ instance: 1, param: GAIN, plain: 4 });
        assert.equal(brainMoves(-4), 4, 'set takes it');
        assert.ok(!node.isBrains(GAIN));
        give(OP.GIVE);
        assert.equal(brainMoves(-5), -5);
        give(OP.TAKE);
        assert.equal(brainMoves(-6), -5, 'take leaves it where it is');
        give(OP.GIVE);
        node.parameters.output_db = Float32Array.of(6);
        runTo(node, page.scope.frame + 128);
        assert.equal(brainMoves(-7), 6, 'an AudioParam that differs takes it');
        give(OP.GIVE);
        assert.equal(brainMoves(-8), -8, 'an AudioParam that rests does not');
        page.move({ instance: 1, param: GAIN, plain: NaN });
        assert.equal(brainMoves(-9), -9, 'nor does what is rejected');

        page.workerMove({ instance: 1, param: GAIN, plain: 12, frame: page.scope.frame + 2000 });
        page.move({ instance: 1, param: GAIN, plain: 1 });
        runTo(node, page.scope.frame + 4096);
        assert.equal(node.value(GAIN), 1, 'what the worker timed before the hand came does not act any more');
    });

    test(`${how}: moves of the page act by time: what came later is not undone by one that was due before`, () => {
        const page = new Page(isShared);
        const node = page.create(EQ);
        runTo(node, 512);
        page.move({ instance: 1, param: GAIN, plain: 3, frame: 1010 }); // for the edge at 1024
        runTo(node, 1024);
        assert.equal(node.value(GAIN), 0);
        page.move({ instance: 1, param: GAIN, plain: 5 });
        runTo(node, 2048);
        assert.equal(node.value(GAIN), 5);
    });

    test(`${how}: how long from a tap to the move that it led to`, () => {
        const page = new Page(isShared);
        const node = page.create(EQ);
        page.startWorker();
        page.move({ instance: 1, param: GAIN, op: OP.GIVE });
        const start = 2 ** 32 - 256;
        page.scope.setFrame(start);
        runTo(node, start + 512);
        page.workerMove({ instance: 1, param: GAIN, plain: 1, sequence: (start + 128) >>> 0 });
        page.workerMove({ instance: 1, param: MIX, plain: 1, sequence: 5 }); // not the brain's: does not count
        runTo(node, start + 640);
        const follow = (): number[] => [node.words[SLOT.FOLLOWED], node.words[SLOT.FOLLOW_FRAMES]];
        assert.deepEqual(follow(), [1, 512 - 128]);
        page.workerMove({ instance: 1, param: GAIN, plain: 2, sequence: (start + 512) >>> 0, frame: start + 1001 });
        runTo(node, start + 2048);
        assert.deepEqual(follow(), [2, 1024 - 512], 'at the control edge at or after its frame');
    });

    test(`${how}: taps carry what goes in and what comes out, with the frame, in pieces of at most 128`, () => {
        const page = new Page(isShared);
        const [one, other] = [page.create(EQ), page.create(EQ)];
        page.port.hear({ type: 'tap', instance: 1, point: POINT.IN | POINT.OUT });
        page.port.hear({ type: 'tap', instance: 2, point: POINT.OUT });
        page.port.hear({ type: 'tap', instance: 77, point: POINT.OUT });
        one.process([[ramp(0, 128)]]);
        page.startWorker(); // nobody listened to the first quantum
        const start = 2 ** 32 - 100;
        const pieces: Piece[] = [];
        const played: Float32Array[][] = [[], []];
        for (let at = start; at < start + 441 * 5; at += 441) {
            page.scope.setFrame(at);
            const input = [[ramp(at - start, 441), ramp(at - start, 441, -1)], [ramp(at - start, 441)], []];
            const { out } = one.process([input[Math.min(2, Math.floor((at - start) / 882))]], 441);
            out.forEach((channel, c) => played[c].push(channel));
            other.process([], 441);
            pieces.push(...heardBy(page));
        }
        page.scope.setFrame(start + 441 * 6); // messages: what waits leaves with the next quantum
        one.process([], 1);
        pieces.push(...heardBy(page));
        const of = (instance: number, point: number): Piece[] =>
            pieces.filter((p) => p.instance === instance && p.point === point && p.frame < start + 441 * 5);
        const joined = (list: Piece[], c: number): number[] => list.flatMap(({ audio }) => [...audio[c]]);
        for (const list of [of(1, POINT.IN), of(1, POINT.OUT), of(2, POINT.OUT)]) {
            assert.equal(list.length, 5 * 4);
            let next = start;
            for (const { frame, audio, gap } of list) {
                assert.deepEqual([frame, gap], [next, 0]);
                next += audio[0].length;
            }
        }
        const [stereo, mono, none] = [ramp(0, 882), ramp(882, 882), new Float32Array(441)];
        assert.deepEqual(joined(of(1, POINT.IN), 0), [...stereo, ...mono, ...none]);
        assert.deepEqual(joined(of(1, POINT.IN), 1), [...ramp(0, 882, -1), ...mono, ...none]);
        for (const c of [0, 1]) assert.deepEqual(joined(of(1, POINT.OUT), c), played[c].flatMap((x) => [...x])); // prettier-ignore
        assert.deepEqual(of(2, POINT.IN), []);

        page.port.hear({ type: 'tap', instance: 1, point: POINT.NONE });
        page.port.hear({ type: 'no worker' });
        one.process([], 441);
        other.process([], 441);
        assert.deepEqual(heardBy(page), []);
    });

    test(`${how}: what is no number does not get into a tap`, () => {
        const page = new Page(isShared);
        const node = page.create(EQ);
        page.startWorker();
        page.port.hear({ type: 'tap', instance: 1, point: POINT.IN });
        node.process([[Float32Array.of(NaN, 1, Infinity, ...new Float32Array(125))]]);
        page.scope.setFrame(4800);
        node.process([]);
        assert.deepEqual([...heardBy(page)[0].audio[0].subarray(0, 3)], [0, 1, 0]);
    });

    test(`${how}: a new worker hears from now on, the old one neither hears nor moves anything`, () => {
        const page = new Page(isShared);
        const node = page.create(EQ);
        page.move({ instance: 1, param: GAIN, op: OP.GIVE });
        page.port.hear({ type: 'tap', instance: 1, point: POINT.OUT });
        page.startWorker();
        node.process([]);
        const [oldPort, oldTaps] = [page.workerPort, page.taps];
        page.startWorker();
        if (!isShared) assert.ok(oldPort.isClosed && oldPort.onmessage === null);
        const before = oldTaps.length;
        for (let at = 128; at < 1280; at += 128) {
            page.scope.setFrame(at);
            node.process([]);
        }
        assert.equal(oldTaps.length, before);
        assert.equal(heardBy(page)[0].frame, 128);
        page.workerMove({ instance: 1, param: GAIN, plain: 2 });
        runTo(node, 1536);
        assert.equal(node.value(GAIN), 2);
    });
}

test('shared memory: a full ring of taps loses the newest, and the next record says how many', () => {
    const page = new Page(true);
    const node = page.create(EQ);
    page.startWorker(8);
    page.port.hear({ type: 'tap', instance: 1, point: POINT.OUT });
    const run = (from: number, to: number): void => {
        for (let at = from; at < to; at += 128) {
            page.scope.setFrame(at);
            node.process([]);
        }
    };
    run(0, 128 * 13);
    assert.deepEqual(
        takeTaps(page.taps).map(({ frame, gap }) => [frame / 128, gap]),
        [0, 1, 2, 3, 4, 5, 6, 7].map((i) => [i, 0]),
    );
    run(128 * 13, 128 * 15);
    assert.deepEqual(
        takeTaps(page.taps).map(({ frame, gap }) => [frame / 128, gap]),
        [[13, 5], [14, 0]], // prettier-ignore
    );
});

test('messages: taps leave in one message about every 10 ms, and moves of any number arrive', () => {
    const page = new Page(false);
    const node = page.create(EQ);
    page.startWorker();
    page.port.hear({ type: 'tap', instance: 1, point: POINT.OUT });
    let messages = 0;
    for (let at = 0; at < 48000; at += 128) {
        page.scope.setFrame(at);
        node.process([]);
        messages += page.workerPort.sent.length;
        assert.ok(page.workerPort.sent.every(({ length }) => length % TAP.WORDS === 0 && length <= 4 * TAP.WORDS));
        heardBy(page);
    }
    assert.ok(messages >= 90 && messages <= 101, `${messages} messages in a second`);
    const many = new Uint32Array(10_000 * MOVE.WORDS); // more than the ring holds
    const plains = new Float32Array(many.buffer);
    for (let at = 0; at < many.length; at += MOVE.WORDS) {
        many[at + MOVE.INSTANCE] = 1;
        many[at + MOVE.OP_PARAM] = (OP.SET << 16) | GAIN;
        plains[at + MOVE.PLAIN] = at / MOVE.WORDS / 1000;
    }
    page.port.hear({ type: 'moves', records: many });
    runTo(node, 48128);
    assert.equal(node.value(GAIN), Math.fround(9.999));
});

test('messages: a worker that does not answer gets 20 of them; then the ring fills, and the gap is counted', () => {
    const page = new Page(false);
    const node = page.create(EQ);
    page.startWorker();
    page.port.hear({ type: 'tap', instance: 1, point: POINT.OUT });
    const run = (from: number, to: number): void => {
        for (let at = from; at < to; at += 128) {
            page.scope.setFrame(at);
            node.process([]);
        }
    };
    run(0, 128 * 1000);
    assert.equal(page.workerPort.sent.length, 20);
    const sent = heardBy(page).length;
    run(128 * 1000, 128 * 1010);
    const late = heardBy(page);
    const inRing = late.findIndex(({ frame }) => frame >= 128 * 1000);
    assert.equal(inRing, TAPS_CAPACITY, 'what the ring held');
    assert.equal(late[inRing].gap, late[inRing].frame / 128 - sent - TAPS_CAPACITY);
    assert.deepEqual(
        late.filter(({ gap }) => gap > 0).map(({ frame }) => frame),
        [late[inRing].frame],
    );
});

test('messages: slots of watched instances come every so many frames, and not those of destroyed ones', () => {
    const page = new Page(false);
    const nodes = [page.create(EQ), page.create(EQ), page.create(EQ)];
    const watched = (): number[][] => page.port.take('slots').map(({ slots }) => slots.map(({ instance }) => instance));
    const run = (from: number, to: number): void => {
        for (let at = from; at < to; at += 128) {
            page.scope.setFrame(at);
            for (const node of nodes) node.process([]);
        }
    };
    run(0, 12800);
    assert.deepEqual(watched(), []);
    page.port.hear({ type: 'watch', instances: [1, 3, 77], frames: 1024 });
    assert.deepEqual(watched(), [[1, 3]], 'what is known already comes at once');
    run(12800, 12800 + 10240);
    assert.deepEqual(watched(), Array.from({ length: 10 }, () => [1, 3])); // prettier-ignore
    nodes[0].port.hear({ type: 'destroy' });
    run(23040, 24064);
    assert.deepEqual(watched(), [[3]]);
});
