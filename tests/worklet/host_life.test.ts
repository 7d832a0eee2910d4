// The host around the sound: how the module gets in, what creation refuses, traps, memory, latency, transport, the slot.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { TAIL_FOREVER } from '../../worklet/engine.js';
import { HeldMoves } from '../../worklet/held.js';
import { OP, SLOT, SLOT_TRAPPED } from '../../worklet/protocol/records.js';
import { record } from '../wasm/builds.js';
import { BUNDLE, HOST, Node, Page, RATE, Scope, manifest, processorName, wasmBytes } from './host_scope.js';
import type { Channels } from './host_scope.js';

const keys = manifest.plugins.map(({ key }) => key);
const EQ = keys.indexOf('surgical_eq');
const LIMITER = keys.indexOf('limiter');
const DELAY = keys.indexOf('ducking_delay');
const paramOf = (plugin: number, key: string): number =>
    manifest.plugins[plugin].params.findIndex((p) => p.key === key);
const bytesOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
const noise = (seed: number, n = 128): Channels =>
    [1, 2].map((c) => Float32Array.from({ length: n }, (_, i) => 0.5 * Math.sin((seed + 1) * 7.1 * c + i * i)));

test('the file stands alone, is small, and names nothing that a worklet lacks', (t) => {
    const gzip = gzipSync(BUNDLE, { level: 9 }).length;
    t.diagnostic(`dawg-worklet.js: ${BUNDLE.length} bytes, ${gzip} gzip`);
    assert.ok(gzip <= 15_000, `${gzip} bytes gzip`);
    assert.doesNotMatch(BUNDLE, /\b(import|require|export)\b/);
    assert.doesNotMatch(BUNDLE, /\b(performance|setTimeout|fetch|TextDecoder|TextEncoder|console|window|document)\b/);
});

test('registers the host, and per plugin a lean processor and one with its AudioParams; loading twice is harmless', () => {
    const scope = new Scope();
    const expected = [HOST, ...keys.flatMap((key) => [processorName(key, false), processorName(key, true)])];
    assert.deepEqual([...scope.processors.keys()], expected);
    for (const { key, params } of manifest.plugins) {
        const described = (full: boolean): AudioParamDescriptor[] | undefined =>
            scope.processors.get(processorName(key, full))?.parameterDescriptors;
        assert.deepEqual([...(described(false) ?? [])], []);
        assert.deepEqual(
            [...(described(true) ?? [])].map((row) => ({ ...row })),
            params
                .filter(({ automatable }) => automatable)
                .map((p) => ({
                    name: p.key,
                    minValue: p.min,
                    maxValue: p.max,
                    defaultValue: p.def,
                    automationRate: 'a-rate',
                })),
        );
    }
    const host = scope.global[Symbol.for(HOST)] ?? scope.run(`globalThis[Symbol.for('${HOST}')]`);
    assert.ok(host);
    assert.doesNotThrow(() => scope.load());
    assert.equal(scope.run(`globalThis[Symbol.for('${HOST}')]`), host);
});

test('the module arrives: ready; it got lost, or all options did: bytes do it', () => {
    const scope = new Scope();
    assert.deepEqual(scope.host({ manifest, module: scope.module() }).sent, [{ type: 'ready', via: 'module' }]);

    for (const lost of [{ manifest }, { manifest, module: {} as WebAssembly.Module }, undefined]) {
        const port = new Scope().host(lost);
        assert.equal(port.take('need bytes').length, 1);
        port.hear({ type: 'bytes', bytes: bytesOf(wasmBytes), ...(!lost && { options: { manifest } }) });
        assert.deepEqual(port.sent, [{ type: 'ready', via: 'bytes' }]);
        port.hear({ type: 'bytes', bytes: bytesOf(wasmBytes) });
        assert.equal(port.sent.length, 1, 'bytes that come late change nothing');
    }
});

test('what is no module of ours fails with a reason, and good bytes still help afterwards', () => {
    const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    const scope = new Scope();
    const reasonOf = (options: Parameters<Scope['host']>[0]): string => scope.host(options).take('failed')[0].reason;
    assert.match(reasonOf({ manifest, module: scope.module(empty) }), /not dawg-worklet\.wasm: check wasmUrl/);
    assert.match(
        reasonOf({ manifest: { ...manifest, hash: '01234567' }, module: scope.module() }),
        /does not belong to this manifest .*01234567/,
    );
    assert.match(reasonOf({ module: scope.module() }), /manifest did not reach/);
    const port = scope.host({ manifest });
    port.take('need bytes');
    for (const [bytes, reason] of [
        [empty, /not dawg-worklet/],
        [Uint8Array.of(1, 2, 3, 4, 5), /expected magic word/],
    ] as const) {
        port.hear({ type: 'bytes', bytes: bytesOf(bytes) });
        assert.match(port.take('failed')[0].reason, reason);
    }
    port.hear({ type: 'bytes', bytes: bytesOf(wasmBytes) });
    assert.equal(port.take('ready')[0].via, 'bytes');
});

test('creation that cannot be is answered by failed, and its processor asks for no more quanta', () => {
    const early = new Scope();
    early.host({ manifest });
    const cases: [Page | Scope, number, ConstructorParameters<typeof Node>[3], RegExp][] = [
        [early, EQ, {}, /not ready/],
        [new Page(true, new Scope(4000)), EQ, {}, /8000 \.\. 192000 Hz/],
        [new Page(true), EQ, { plugin: LIMITER }, /is limiter, not surgical_eq/],
        [new Page(true), EQ, { plugin: 99 }, /is none/],
        [new Page(true), EQ, { slot: new SharedArrayBuffer(8) }, /slot of 8 bytes/],
    ];
    for (const [place, plugin, options, reason] of cases) {
        const page = place instanceof Page ? place : ({ isShared: true, scope: place } as Page);
        const node = new Node(page, 1, plugin, options);
        assert.match(node.port.take('failed')[0]?.reason, reason);
        assert.equal(node.process([noise(0)]).isAlive, false);
    }
});

test('no memory is an answer too, and what plays goes on', () => {
    const page = new Page(true, new Scope(192000));
    const player = page.create(DELAY);
    let refused: Node | undefined;
    for (let i = 0; i < 20_000 && !refused; ++i) {
        const node = page.create(DELAY);
        if (node.port.sent[0].type === 'failed') refused = node;
    }
    assert.match(refused?.port.take('failed')[0].reason ?? '', /No memory for ducking_delay/);
    assert.notEqual(player.process([noise(1)]).out[0][5], 0);
    assert.deepEqual(player.port.take('trapped'), []);
});

test('one instance traps: it is silent and says so, the other one plays on bit for bit; 300 times', () => {
    const page = new Page(true);
    const created: number[] = [];
    const alone = new Page(true).create(DELAY);
    const other = page.create(DELAY);
    const { dawgx_create: create } = page.scope.wasm;
    page.scope.wasm.dawgx_create = (...of): number => created[created.push(create(...of)) - 1];
    for (let at = 0, i = 0; at < 128 * 300; at += 128, ++i) {
        for (const { scope } of [page, alone.page]) scope.setFrame(at);
        const bad = page.create(DELAY);
        assert.notEqual(bad.process([noise(i)]).out[0][0], 0);
        // Its plugin, its buffers: everything points nowhere.
        new Uint8Array(page.scope.wasm.memory.buffer, created[i], 256).fill(0xff);
        assert.deepEqual(bad.process([noise(i)]).out, [new Float32Array(128), new Float32Array(128)]);
        assert.match(bad.port.take('trapped')[0].reason, /RuntimeError/);
        assert.equal(bad.read()[SLOT.FLAGS], SLOT_TRAPPED);
        bad.port.hear({ type: 'reset' });
        page.move({ instance: bad.number, param: 0, plain: 1 });
        assert.equal(bad.process([noise(i)]).isAlive, true);
        assert.deepEqual(bad.port.take('trapped'), [], 'once');
        assert.deepEqual(other.process([noise(i)]).out, alone.process([noise(i)]).out);
        bad.port.hear({ type: 'destroy' });
    }
    assert.equal(other.read()[SLOT.FLAGS], 0);
});

test('500 create/destroy cycles leave the memory as it was; a destroyed instance asks for no more quanta', () => {
    const page = new Page(true);
    const keeper = page.create(EQ);
    const { memory } = keeper.port.take('ready')[0];
    for (let i = 0; i < 500; ++i) {
        const node = page.create(i % manifest.plugins.length, { isFull: i % 2 === 0 });
        assert.equal(node.process([noise(i)]).isAlive, true);
        node.port.hear({ type: 'destroy' });
        assert.deepEqual(node.port.take('destroyed'), [{ type: 'destroyed', memory }]);
        assert.equal(node.process([noise(i)]).isAlive, false);
        node.port.hear({ type: 'destroy' });
        assert.deepEqual(node.port.take('destroyed'), [{ type: 'destroyed', memory }], 'a second time is harmless');
        page.nodes.delete(node.number);
        page.scope.setFrame(128 * i);
    }
    keeper.port.hear({ type: 'destroy' });
    assert.ok(keeper.port.take('destroyed')[0].memory < memory);
});

test('a second host is refused while plugins live, and takes over when none does', () => {
    const page = new Page(true);
    const node = page.create(EQ);
    const options = { manifest, module: page.scope.module() };
    assert.match(page.scope.host(options).take('failed')[0].reason, /live plugins/);
    node.port.hear({ type: 'destroy' });
    assert.deepEqual(page.port.take('failed'), []);
    assert.deepEqual(page.scope.host(options).sent, [{ type: 'ready', via: 'module' }]);
    assert.match(page.port.take('failed')[0].reason, /Another copy/, 'the first one is told');
});

test('an AudioParam at the initial value is no move; one that differs in the first quantum is', () => {
    const page = new Page(true);
    const gain = paramOf(EQ, 'output_db');
    const [still, moved] = [1, 2].map(() => page.create(EQ, { isFull: true, values: [[gain, -6.1]] }));
    for (const { number } of [still, moved]) page.move({ instance: number, param: gain, op: OP.GIVE });
    moved.parameters.output_db = Float32Array.of(3); // setValueAtTime(3, 0)
    for (const node of [still, moved]) node.process([noise(0)]);
    assert.deepEqual([still.value(gain), still.isBrains(gain)], [Math.fround(-6.1), true]);
    assert.deepEqual([moved.value(gain), moved.isBrains(gain)], [3, false]);
});

test('latency: told at creation, again when a move changes it, and not when none does', () => {
    const page = new Page(true);
    const lookahead = paramOf(LIMITER, 'lookahead_ms');
    const node = page.create(LIMITER, { values: [[lookahead, 2]] });
    const { latency } = node.port.take('ready')[0];
    assert.equal(node.read()[SLOT.LATENCY], latency);
    page.move({ instance: 1, param: lookahead, plain: 8 }, { instance: 1, param: 0, plain: 3, frame: 9000 });
    node.process([noise(0)]);
    const [told, ...more] = node.port.take('latency');
    assert.deepEqual(more, []);
    assert.equal(told.latency, latency + 0.006 * RATE);
    assert.equal(node.read()[SLOT.LATENCY], told.latency);
    for (let at = 128; at < 12800; at += 128) {
        page.scope.setFrame(at);
        node.process([noise(at)]);
    }
    assert.equal(node.value(0), 3);
    assert.deepEqual(node.port.take('latency'), []);
});

test('reset: silence at once, values stay, what waits is forgotten, timed moves are right afterwards', () => {
    const page = new Page(true);
    const mix = paramOf(DELAY, 'mix');
    const node = page.create(DELAY, { values: [[mix, 0.5], [paramOf(DELAY, 'time_ms'), 1]] }); // prettier-ignore
    page.scope.setFrame(1280);
    page.move({ instance: 1, param: mix, plain: 1, frame: 1536 });
    node.process([noise(0)]);
    page.scope.setFrame(1408);
    assert.notEqual(node.process([], 100).out[0][99], 0, 'it echoes'); // and ends within a control period
    node.port.hear({ type: 'reset' });
    for (let at = 1536; at < 2560; at += 128) {
        page.scope.setFrame(at);
        assert.ok(node.process([]).out.every((channel) => channel.every((x) => x === 0)));
        assert.equal(node.value(mix), 0.5);
    }
    page.move({ instance: 1, param: mix, plain: 0.25, frame: 2700 }); // the edge at 2720
    const seen: number[] = [];
    for (let at = 2560; at < 2752; at += 32) {
        page.scope.setFrame(at);
        node.process([], 32);
        seen.push(node.value(mix));
    }
    assert.deepEqual(seen, [0.5, 0.5, 0.5, 0.5, 0.5, 0.25]);
});

test('transport: every instance has the beat of its own control edge, later ones and missed quanta too', () => {
    const page = new Page(true);
    const heard: { edge: number; tempo: number; beat: number; playing: number }[] = [];
    let edge = 0;
    const first = page.create(DELAY, { transport: { tempo_bpm: 90, beat: 1, playing: true, frame: 0 } });
    page.scope.wasm.dawgx_transport = (_, tempo, beat, playing): number => heard.push({ edge, tempo, beat, playing });
    const beatAt = (frame: number, from: number, beat: number, tempo: number): number =>
        beat + ((frame - from) / RATE / 60) * tempo;
    const run = (node: Node, at: number, n = 64): void => {
        page.scope.setFrame((edge = at));
        node.process([], n);
    };
    const expect = (beat: number, tempo: number, playing = 1): void => {
        assert.equal(heard.length, 1);
        assert.ok(Math.abs(heard[0].beat - beat) < 1e-9, `${heard[0].beat}, not ${beat}`);
        assert.deepEqual([heard[0].tempo, heard[0].playing], [tempo, playing]);
        heard.length = 0;
    };
    run(first, 0);
    expect(1, 90);
    page.port.hear({ type: 'transport', tempo_bpm: 120, beat: 8, playing: true, frame: 200 });
    for (const at of [64, 128]) run(first, at);
    assert.deepEqual(heard, [], 'not before its frame');
    run(first, 192);
    expect(beatAt(224, 200, 8, 120), 120);
    const later = page.create(DELAY, { transport: { tempo_bpm: 999, beat: 0, playing: false, frame: 0 } });
    run(later, 4800);
    expect(beatAt(4800, 200, 8, 120), 120);
    run(first, 9600);
    expect(beatAt(9600, 200, 8, 120), 120);
    // One that holds earlier takes the place of what was to come.
    page.port.hear({ type: 'transport', tempo_bpm: 60, beat: 0, playing: true, frame: 20000 });
    page.port.hear({ type: 'transport', tempo_bpm: 1e9, beat: 3, playing: false, frame: 0 });
    run(first, 9664);
    expect(3, 999, 0);
    for (let at = 9728; at < 20500; at += 64) run(first, at);
    assert.deepEqual(heard, []);
});

test('the slot: frame, counters and values, and a tail without end', () => {
    const page = new Page(true);
    const node = page.create(DELAY, { values: [[paramOf(DELAY, 'feedback'), 1.1]] });
    const at = 2 ** 33 + 128;
    page.scope.setFrame(at);
    page.move({ instance: 1, param: paramOf(DELAY, 'mix'), plain: 7 }, { instance: 1, param: 0, plain: NaN });
    page.move({ instance: 1, param: 99, plain: 0 }, { instance: 77, param: 0, plain: 0 });
    node.process([[Float32Array.of(NaN, 1, Infinity, ...new Float32Array(125))]]);
    const words = node.read();
    assert.equal((words[SLOT.FRAME_LOW] >>> 0) + 2 ** 32 * words[SLOT.FRAME_HIGH], at + 128);
    assert.deepEqual(
        [SLOT.GUARDED, SLOT.CLAMPED, SLOT.REJECTED, SLOT.DROPPED, SLOT.FAULTS].map((i) => words[i]),
        [2, 1, 2, 0, 0],
    );
    assert.equal(words[SLOT.TAIL] >>> 0, TAIL_FOREVER);
    assert.equal(node.value(paramOf(DELAY, 'mix')), 1);
});

for (const isShared of [true, false])
    test(`${isShared ? 'shared' : 'messages'}: tails are designed by turns while knobs move, and told in the end`, () => {
        const page = new Page(isShared);
        const param = paramOf(DELAY, 'feedback');
        const nodes = Array.from({ length: 8 }, () => page.create(DELAY));
        const { wasm } = page.scope;
        const real = wasm.dawgx_tail;
        let calls = 0;
        wasm.dawgx_tail = (x) => (++calls, real(x));
        let [frame, most, all] = [0, 0, 0];
        /** A quantum of all, after a move of each. */
        const quantum = (feedback?: number): void => {
            calls = 0;
            page.scope.setFrame(frame);
            if (feedback !== undefined)
                page.move(...nodes.map(({ number }) => ({ instance: number, param, plain: feedback })));
            for (const node of nodes) node.process([noise(1)]);
            frame += 128;
            most = Math.max(most, calls);
            all += calls;
        };
        const tails = (): number[] => nodes.map((node) => node.read()[SLOT.TAIL] >>> 0);
        for (let q = 0; q < 256; ++q) quantum(0.2 + q / 1000);
        assert.deepEqual([most, all], [1, (256 / 64) * nodes.length]);
        for (let q = 0; q < 64; ++q) quantum(q ? undefined : 0.8);
        const values: [number, number][] = [[param, 0.8]];
        const expected = page.create(DELAY, { values }).read()[SLOT.TAIL] >>> 0;
        page.nodes.delete(9);
        for (let q = 0; q < 64; ++q) quantum(); // without shared memory the page hears a few times a second
        assert.deepEqual(tails(), Array<number>(8).fill(expected));
        // A context that stands: there is nothing to wait for.
        page.move(...nodes.map(({ number }) => ({ instance: number, param, plain: 1.1 })));
        page.port.hear({ type: 'moves', records: new Uint32Array(0) });
        if (isShared) assert.deepEqual(tails(), Array<number>(8).fill(TAIL_FOREVER));
    });

test('timed moves beyond what can wait are dropped and counted; initial ones have room of their own', () => {
    const page = new Page(true);
    const events = Array.from({ length: 1000 }, (_, i) => ({ frame: 5000, param: 0, plain: i % 50, ramp: 0 }));
    const node = page.create(EQ, { events });
    for (let i = 0; i < 300; ++i) page.move({ instance: 1, param: 0, plain: 0, frame: 100_000 });
    for (let at = 0; at < 12800; at += 128) {
        page.scope.setFrame(at);
        node.process([]);
        assert.equal(node.read()[SLOT.DROPPED], 300 - 256);
    }
    assert.equal(node.read()[SLOT.REJECTED], 0);
});

test('waiting moves come out by frame, and as they came within one', () => {
    const held = new HeldMoves(8);
    const take = (): [number, number] => {
        const next: [number, number] = [held.frame, held.param];
        held.next();
        return next;
    };
    for (const [i, frame] of [5, 3, 5, 9, 3].entries()) held.add(frame, i, 0, 0, -1);
    assert.deepEqual([take(), take()], [[3, 1], [3, 4]]); // prettier-ignore
    for (const [i, frame] of [4, 5, 1, 9, 7, 2].entries()) held.add(frame, 10 + i, 0, 0, -1);
    assert.equal(held.dropped, 1);
    assert.deepEqual(
        Array.from({ length: 8 }, take),
        [[1, 12], [4, 10], [5, 0], [5, 2], [5, 11], [7, 14], [9, 3], [9, 13]], // prettier-ignore
    );
    assert.equal(held.frame, Infinity);
});

test('process() allocates nothing: moves, automation, taps and slots in shared memory', (t) => {
    const child = fileURLToPath(new URL('./host_heap.js', import.meta.url));
    const flags = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];
    const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, child], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    const { quanta, calls, bytes } = JSON.parse(stdout) as Record<string, number>;
    t.diagnostic(`${bytes} bytes of heap in ${calls} calls, ${quanta} quanta`);
    record('WEB-4', 'heap of the worklet per quantum', bytes / quanta, 'bytes', '< 12');
    // The smallest object takes 12 bytes: less than one per quantum. A rest of some 250 kB is the compiler's.
    assert.ok(bytes < 12 * quanta, `${bytes} bytes in ${quanta} quanta`);
});
