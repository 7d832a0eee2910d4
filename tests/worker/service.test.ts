// The worker's entry and its manners: messages, a full ring of moves, errors, and the real file in a thread of its own.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { Follow, FromWorker, ToWorker } from '../../worker/messages.js';
import { Moves } from '../../worker/moves.js';
import { MOVE, OP, POINT } from '../../worklet/protocol/records.js';
import { Ring, ringBytes } from '../../worklet/protocol/ring.js';
import { Taps } from '../../worklet/taps.js';
import { takeAll } from '../../worklet/protocol/transport.js';
import { Service } from '../../worker/service.js';
import { Bench, Connection, INSTANCE, QUANTUM, RATE, manifest, workerModule } from './plant.js';

const follow: Follow = {
    type: 'follow',
    instance: INSTANCE,
    param: 3,
    value_db: 0,
    target_lufs: -18,
    hysteresis_lu: 0.5,
    slew_db_per_s: 3,
    min_db: -12,
    max_db: 12,
};
const move = { instance: 1, param: 2, plain: -3, ramp: 480, confidence: 0.5, heardTo: 2 ** 32 + 5 };

test('a move carries op, parameter, value, ramp, confidence and the low word of the frame that led to it', () => {
    const memory = new SharedArrayBuffer(ringBytes(4, MOVE.WORDS));
    const moves = new Moves(memory, undefined);
    moves.push(move);
    moves.flush();
    const ring = new Ring(memory, MOVE.WORDS);
    const at = ring.peek();
    const words = [...ring.u32.subarray(at, at + MOVE.WORDS)];
    assert.deepEqual(
        [words[MOVE.INSTANCE], words[MOVE.OP_PARAM], words[MOVE.RAMP], words[MOVE.SEQUENCE]],
        [1, (OP.SET << 16) | 2, 480, 5],
    );
    assert.deepEqual([words[MOVE.FRAME_LOW], words[MOVE.FRAME_HIGH]], [0, 0], 'now');
    assert.deepEqual([ring.f32[at + MOVE.PLAIN], ring.f32[at + MOVE.CONFIDENCE]], [-3, 0.5]);
});

test('a full ring: the latest move of each parameter waits and is sent when there is room', () => {
    const memory = new SharedArrayBuffer(ringBytes(2, MOVE.WORDS));
    const ring = new Ring(memory, MOVE.WORDS);
    const moves = new Moves(memory, undefined);
    for (const param of [0, 1, 2, 3]) moves.push({ ...move, param });
    moves.flush();
    assert.deepEqual([ring.length, moves.waiting], [2, 2]);
    for (const plain of [5, 6, 7]) moves.push({ ...move, param: 3, plain });
    moves.flush();
    assert.deepEqual([moves.waiting, moves.coalesced], [2, 3]);
    const sent: number[] = [];
    for (let i = 0; i < 4; ++i, moves.flush())
        for (let at = ring.peek(); at >= 0; at = ring.peek(), moves.flush()) {
            sent.push(ring.u32[at + MOVE.OP_PARAM], ring.f32[at + MOVE.PLAIN]);
            ring.release();
        }
    assert.deepEqual(sent, [0, -3, 1, -3, 2, -3, 3, 7]);
    moves.push(move);
    moves.forget(1, 5);
    assert.equal(moves.waiting, 1);
    moves.forget(1);
    assert.equal(moves.waiting, 0);
});

test('in a service whose ring is full a released follower leaves nothing behind', () => {
    const connection = new Connection('shared', 1);
    const bench = new Bench();
    bench.send(connection.init);
    bench.send(follow);
    const taps = new Taps();
    taps.connect(connection.taps);
    const loud = new Float32Array(QUANTUM).map((_, i) => (i % 2 ? 0.5 : -0.5) * (i % 3));
    for (let frame = 0; frame < RATE; frame += QUANTUM) {
        taps.write(INSTANCE, POINT.OUT, frame, QUANTUM, loud, loud);
        bench.advance(3);
    }
    assert.equal(connection.moves.length, 1);
    bench.send({ type: 'release', instance: INSTANCE, param: 3 });
    connection.moves.release();
    bench.advance(100);
    assert.equal(connection.moves.length, 0);
});

test('messages: each message of taps is acknowledged, listened to or not', () => {
    const connection = new Connection('messages');
    const bench = new Bench();
    bench.send(connection.init);
    const taps = new Taps();
    taps.connect(connection.taps);
    const silence = new Float32Array(QUANTUM);
    for (let i = 0; i < 5; ++i) {
        if (i === 2) bench.send({ type: 'listen', instance: INSTANCE, point: POINT.OUT });
        taps.write(INSTANCE, POINT.OUT, i * QUANTUM, QUANTUM, silence, silence);
        connection.sendTaps();
        assert.equal(connection.acknowledged, i + 1);
    }
});

test('it looks for taps every few milliseconds while one is open, rarely while none is', () => {
    const pauses: number[] = [];
    let poll = (): void => undefined;
    const service = new Service({
        post: () => undefined,
        setTimeout: (run, ms) => {
            pauses.push(ms);
            poll = run;
        },
    });
    service.receive(new Connection('shared').init);
    service.receive({ type: 'listen', instance: 1, point: POINT.OUT });
    poll();
    service.receive({ type: 'unlisten', instance: 1, point: POINT.OUT });
    poll();
    assert.ok(pauses[1] <= 5 && Math.min(pauses[0], pauses[2]) >= 20, `${pauses.join()} ms`);
});

test('what cannot be is answered with a reason, and the service lives on', () => {
    const bench = new Bench();
    const connection = new Connection('shared');
    const reason = (message: ToWorker): string => {
        const before = bench.of('failed').length;
        bench.send(message);
        assert.equal(bench.of('failed').length, before + 1, message.type);
        return bench.of('failed')[before].reason;
    };
    assert.match(reason({ type: 'listen', instance: 1, point: POINT.OUT }), /send 'init' first/);
    assert.match(reason({ ...connection.init, module: undefined }), /send its bytes/);
    assert.match(reason({ ...connection.init, hash: 'ffffffff' }), /does not belong to this manifest/);
    assert.match(reason({ ...connection.init, taps: undefined }), /both rings of shared memory, or a port/);
    assert.match(reason({ ...connection.init, sampleRate: 48000, module: {} }), /send its bytes/);
    bench.send(connection.init);
    assert.equal(bench.of('ready').length, 1);
    assert.match(reason(connection.init), /already/);
    assert.match(reason({ type: 'listen', instance: 1, point: 3 }), /Tap point 3/);
    assert.match(reason({ ...follow, slew_db_per_s: -1 }), /slew -1 dB\/s/);
    bench.send({ type: 'ping', id: 12 });
    assert.deepEqual(bench.of('pong'), [{ type: 'pong', id: 12 }]);
});

/** A Web Worker's global scope around the real entry. */
const SHIM = `
    const { parentPort, workerData } = require('node:worker_threads');
    globalThis.postMessage = (message, transfer) => parentPort.postMessage(message, transfer);
    import(workerData).then(() => parentPort.on('message', (data) => globalThis.onmessage({ data })));
`;

for (const kind of ['shared', 'messages'] as const)
    test(`the entry in a thread, ${kind}: answers, hears and moves`, { timeout: 20_000 }, async () => {
        const worker = new Worker(SHIM, {
            eval: true,
            workerData: new URL('../../worker/worker.js', import.meta.url).href,
        });
        const answers: FromWorker[] = [];
        worker.on('message', (message: FromWorker) => answers.push(message));
        const until = async (type: FromWorker['type']): Promise<FromWorker> => {
            for (;;) {
                const found = answers.find((message) => message.type === type);
                if (found) return found;
                await once(worker, 'message');
            }
        };
        const { port1, port2 } = new MessageChannel();
        try {
            const { init, moves, taps } = new Connection('shared');
            const common = { type: 'init', module: workerModule, hash: manifest.hash, sampleRate: RATE };
            const moved: number[] = [];
            const take = (records: Uint32Array): void => {
                for (let at = 0; at < records.length; at += MOVE.WORDS) moved.push(records[at + MOVE.INSTANCE]);
            };
            port1.on('message', take);
            worker.postMessage(kind === 'shared' ? init : { ...common, port: port2 }, kind === 'shared' ? [] : [port2]);
            await until('ready');
            worker.postMessage({ type: 'listen', instance: INSTANCE, point: POINT.OUT });
            worker.postMessage(follow);
            worker.postMessage({ type: 'ping', id: 1 });
            await until('pong');
            const tap = new Taps();
            tap.connect(taps);
            const loud = Float32Array.from({ length: QUANTUM }, (_, i) => Math.sin((2 * Math.PI * i) / 16));
            for (let frame = 0, i = 0; frame < 2 * RATE; frame += QUANTUM, ++i) {
                tap.write(INSTANCE, POINT.OUT, frame, QUANTUM, loud, loud);
                if (i % 40) continue;
                const records = kind === 'messages' && takeAll(taps);
                if (records) port1.postMessage(records, [records.buffer]);
                await new Promise((done) => setTimeout(done, 10));
            }
            const heard = await until('heard');
            assert.ok(heard.type === 'heard' && heard.spectrum.length === 4097 && heard.frame > 0);
            await until('followed');
            await new Promise((done) => setTimeout(done, 30));
            if (kind === 'shared') take(takeAll(moves) ?? new Uint32Array());
            assert.ok(moved.length > 0 && moved.every((instance) => instance === INSTANCE), `${moved.length} moves`);
            assert.deepEqual(
                answers.filter(({ type }) => type === 'failed'),
                [],
            );
        } finally {
            port1.close();
            await worker.terminate();
        }
    });
