// What the protocol costs: rings and slots in one thread, messages from post to delivery. Runs in Node and in a page.
import { MOVE, MOVES_CAPACITY, TAP, TAPS_CAPACITY } from '../../worklet/protocol/records.js';
import { Ring, ringBytes } from '../../worklet/protocol/ring.js';
import { Slot, slotBytes } from '../../worklet/protocol/slot.js';
import { putAll, takeAll } from '../../worklet/protocol/transport.js';

export interface RingCosts {
    /** ns per record written, handed over, read and given back, every word of it. */
    move_ns: number;
    tap_ns: number;
    /** ns per slot of 64 words: written with every word changed, with 8 changed (an instance's quantum), and read. */
    slot_write_ns: number;
    slot_write_meters_ns: number;
    slot_read_ns: number;
    /** µs from the ring of one end, through a MessageChannel, into the ring of the other: moves per message. */
    message_1_us: number;
    message_64_us: number;
}

const SLOT_WORDS = 64;
const METER_WORDS = 8;
/** The least of so many counts: the others were disturbed, or compiled. */
const ROUNDS = 9;
/** Results that nobody reads may not be computed at all. */
let sink = 0;

/** ns per call. */
function time(calls: number, body: (i: number) => void): number {
    const rounds = Array.from({ length: ROUNDS }, () => {
        const began = performance.now();
        for (let i = 0; i < calls; ++i) body(i);
        return ((performance.now() - began) / calls) * 1e6;
    });
    return Math.min(...rounds);
}

function pushMove({ u32, f32 }: Ring, at: number, i: number): void {
    u32[at + MOVE.INSTANCE] = i & 255;
    u32[at + MOVE.OP_PARAM] = i & 31;
    f32[at + MOVE.PLAIN] = i;
    u32[at + MOVE.RAMP] = 0;
    u32[at + MOVE.FRAME_LOW] = i;
    u32[at + MOVE.FRAME_HIGH] = 0;
    f32[at + MOVE.CONFIDENCE] = 1;
    u32[at + MOVE.SEQUENCE] = i;
}
function popMove({ u32, f32 }: Ring, at: number): void {
    sink += u32[at + MOVE.INSTANCE] + u32[at + MOVE.OP_PARAM] + u32[at + MOVE.RAMP] + u32[at + MOVE.SEQUENCE];
    sink += u32[at + MOVE.FRAME_LOW] + u32[at + MOVE.FRAME_HIGH] + f32[at + MOVE.PLAIN] + f32[at + MOVE.CONFIDENCE];
}
const block = new Float32Array(TAP.FRAMES_MAX).fill(0.25);
function pushTap({ u32, f32 }: Ring, at: number, i: number): void {
    for (let w = 0; w < TAP.LEFT; ++w) u32[at + w] = i;
    f32.set(block, at + TAP.LEFT);
    f32.set(block, at + TAP.RIGHT);
}
function popTap({ f32 }: Ring, at: number): void {
    let sum = 0;
    for (let w = 0; w < TAP.FRAMES_MAX; ++w) sum += f32[at + TAP.LEFT + w] * f32[at + TAP.RIGHT + w];
    sink += sum;
}

type Write = (ring: Ring, at: number, i: number) => void;
type Read = (ring: Ring, at: number) => void;
function push(ring: Ring, write: Write, i: number): void {
    write(ring, ring.begin(), i);
    ring.commit();
}
function pop(ring: Ring, read: Read): void {
    read(ring, ring.peek());
    ring.release();
}
function record(capacity: number, words: number, write: Write, read: Read, calls: number): number {
    const ring = new Ring(new SharedArrayBuffer(ringBytes(capacity, words)), words);
    return time(calls, (i) => {
        push(ring, write, i);
        pop(ring, read);
    });
}

function slot(): Pick<RingCosts, 'slot_write_ns' | 'slot_write_meters_ns' | 'slot_read_ns'> {
    const shared = new Slot(new SharedArrayBuffer(slotBytes(SLOT_WORDS)));
    const payload = new Int32Array(SLOT_WORDS);
    const write = (changed: number): number =>
        time(20_000, (i) => {
            for (let w = 0; w < changed; ++w) payload[w] = i ^ w;
            shared.write(payload);
        });
    const slot_write_ns = write(SLOT_WORDS);
    const slot_write_meters_ns = write(METER_WORDS);
    const slot_read_ns = time(20_000, () => {
        if (shared.read(payload)) sink += payload[0];
    });
    return { slot_write_ns, slot_write_meters_ns, slot_read_ns };
}

/** µs per message, one after the other: the next is sent when the last has arrived. */
async function message(records: number, calls: number): Promise<number> {
    const end = (): Ring => new Ring(new ArrayBuffer(ringBytes(MOVES_CAPACITY, MOVE.WORDS)), MOVE.WORDS);
    const [near, far] = [end(), end()];
    const { port1, port2 } = new MessageChannel();
    const send = (): void => {
        for (let i = 0; i < records; ++i) push(near, pushMove, i);
        const waiting = takeAll(near);
        if (waiting) port1.postMessage(waiting, [waiting.buffer]);
    };
    const rounds: number[] = [];
    for (let round = 0; round < ROUNDS; ++round) {
        const began = performance.now();
        await new Promise<void>((resolve) => {
            let left = calls;
            port2.onmessage = ({ data }: MessageEvent<Uint32Array>) => {
                putAll(far, data);
                for (let i = 0; i < records; ++i) pop(far, popMove);
                if (--left) send();
                else resolve();
            };
            send();
        });
        rounds.push(((performance.now() - began) / calls) * 1e3);
    }
    port1.close();
    return Math.min(...rounds);
}

/** Measures for about a second. Needs SharedArrayBuffer: in a page, cross-origin isolation. */
export async function ringCosts(): Promise<RingCosts> {
    const costs = {
        move_ns: record(MOVES_CAPACITY, MOVE.WORDS, pushMove, popMove, 200_000),
        tap_ns: record(TAPS_CAPACITY, TAP.WORDS, pushTap, popTap, 20_000),
        ...slot(),
        message_1_us: await message(1, 500),
        message_64_us: await message(64, 500),
    };
    if (Number.isNaN(sink)) throw new Error('The rings gave back what is no number.');
    return costs;
}
