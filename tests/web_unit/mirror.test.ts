// The page's picture of an instance, against a slot written as the worklet writes it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadManifest } from '../../tools/dawg/assets.js';
import type { AnyNodeEvents } from '../../web/src/api.js';
import { Mirror } from '../../web/src/mirror.js';
import { SLOT, SLOT_TRAPPED, slotWords } from '../../worklet/protocol/records.js';
import { Slot } from '../../worklet/protocol/slot.js';

const RATE = 48000;
const manifest = loadManifest();
const info = manifest.plugins.find(({ key }) => key === 'surgical_eq') ?? manifest.plugins[0];
const index = (key: string): number => info.params.findIndex((p) => p.key === key);
const FREQ = index('band1_freq_hz');

function rig(values = new Map<number, number>()) {
    const shared = new SharedArrayBuffer(Mirror.bytes(info));
    const clock = { frame: 0 };
    const mirror = new Mirror(info, 3, values, shared, () => clock.frame, RATE);
    const words = new Int32Array(slotWords(info.meters.length, info.params.length));
    const [u32, f32] = [new Uint32Array(words.buffer), new Float32Array(words.buffer)];
    const slot = new Slot(shared);
    const plain = Float32Array.from(info.params, ({ def }, i) => values.get(i) ?? def);
    const write = (): void => {
        u32[SLOT.FRAME_LOW] = clock.frame % 2 ** 32;
        u32[SLOT.FRAME_HIGH] = Math.floor(clock.frame / 2 ** 32);
        f32.set(plain, SLOT.METERS + info.meters.length);
        slot.write(words);
    };
    const heard: [string, unknown][] = [];
    for (const name of ['change', 'ownerchange', 'meters', 'error', 'latencychange'] as const)
        mirror.events.on(name, (value: AnyNodeEvents[typeof name]) => heard.push([name, value]));
    return { mirror, clock, u32, f32, plain, write, heard };
}

test('before the worklet has written: initial values, idle meters, hand', () => {
    const { mirror } = rig(new Map([[FREQ, 440]]));
    assert.equal(mirror.value(FREQ), 440);
    assert.equal(mirror.refresh(), false);
    assert.deepEqual(mirror.meters, Object.fromEntries(info.meters.map(({ key, idle }) => [key, idle])));
    assert.equal(mirror.owner(FREQ), 'hand');
});

test('a move shows at once, and stays until the worklet has seen it; then what the worklet says counts', () => {
    const { mirror, clock, plain, write, heard } = rig();
    write();
    mirror.refresh();
    mirror.moved(FREQ, 1234.5);
    mirror.announce();
    clock.frame = 128; // a quantum that began before the move arrived
    write();
    mirror.tick();
    assert.equal(mirror.value(FREQ), 1234.5);
    plain[FREQ] = 2000; // later, an AudioParam or the brain
    clock.frame = RATE;
    write();
    mirror.tick();
    assert.equal(mirror.value(FREQ), 2000);
    const changes = heard.filter(([name]) => name === 'change').map(([, value]) => value);
    assert.deepEqual(changes, [
        { key: 'band1_freq_hz', value: 1234.5 },
        { key: 'band1_freq_hz', value: 2000 },
    ]);
});

test('out of range shows clamped; choices and whole numbers rounded', () => {
    const { mirror } = rig();
    mirror.moved(FREQ, 1e9);
    assert.equal(mirror.value(FREQ), 20000);
    const type = index('band1_type');
    mirror.moved(type, 1.4);
    assert.equal(mirror.value(type), info.params[type].labels[1]);
});

test('a value that anyone moves ends the preset; bypass does not', () => {
    const { mirror, clock, plain, write } = rig();
    mirror.preset = 'x';
    mirror.moved(info.params.length - 1, 1);
    assert.equal(mirror.preset, 'x');
    clock.frame = RATE;
    plain[info.params.length - 1] = 1;
    plain[FREQ] = 99;
    write();
    mirror.refresh();
    assert.equal(mirror.preset, null);
});

test('owners: 1 bit per parameter; the hand that sets has it at once', () => {
    const { mirror, clock, u32, write, heard } = rig();
    const last = info.params.length - 1;
    for (const i of [FREQ, last]) u32[SLOT.OWNERS + (i >> 5)] |= 1 << (i & 31);
    clock.frame = 128;
    write();
    mirror.tick();
    assert.deepEqual(
        info.params.map((_, i) => mirror.owner(i)).flatMap((owner, i) => (owner === 'brain' ? [i] : [])),
        [FREQ, last],
    );
    mirror.moved(FREQ, 50);
    mirror.announce();
    assert.equal(mirror.owner(FREQ), 'hand');
    clock.frame = 256;
    write(); // the worklet does not know yet
    mirror.tick();
    assert.equal(mirror.owner(FREQ), 'hand');
    assert.deepEqual(
        heard.filter(([name]) => name === 'ownerchange').map(([, value]) => (value as { owner: string }).owner),
        ['brain', 'brain', 'hand'],
    );
});

test('a trap is one error, whether the message or the slot tells first', () => {
    const { mirror, u32, write, heard } = rig();
    mirror.hear({ type: 'trapped', reason: 'out of bounds' });
    u32[SLOT.FLAGS] = SLOT_TRAPPED;
    write();
    mirror.tick();
    assert.equal(heard.filter(([name]) => name === 'error').length, 1);
    assert.match(mirror.error?.message ?? '', /surgical_eq: out of bounds/);
});

test('latency: from the first answer, and an event when it changes', async () => {
    const { mirror, heard } = rig();
    mirror.hear({ type: 'ready', latency: 262, tail: 48000, memory: 1 });
    assert.deepEqual(await mirror.ready, { type: 'ready', latency: 262, tail: 48000, memory: 1 });
    assert.deepEqual([mirror.latency, mirror.tail], [262, 48000]);
    mirror.hear({ type: 'latency', latency: 262 });
    mirror.hear({ type: 'latency', latency: 502 });
    assert.deepEqual(heard, [['latencychange', { samples: 502 }]]);
});

test('a tail without end is Infinity; counters and meters are read from their words', () => {
    const { mirror, u32, f32, write } = rig();
    u32[SLOT.TAIL] = 0xffffffff;
    [SLOT.GUARDED, SLOT.CLAMPED, SLOT.REJECTED, SLOT.DROPPED, SLOT.FAULTS].forEach((word, i) => (u32[word] = i + 1));
    info.meters.forEach((_, m) => (f32[SLOT.METERS + m] = -m - 0.5));
    write();
    assert.equal(mirror.refresh(), true);
    assert.equal(mirror.tail, Infinity);
    assert.deepEqual(mirror.counters, { guarded: 1, clamped: 2, rejected: 3, dropped: 4, faults: 5 });
    assert.deepEqual(
        Object.values(mirror.meters),
        info.meters.map((_, m) => -m - 0.5),
    );
    assert.equal(mirror.refresh(), false, 'nothing new');
});
