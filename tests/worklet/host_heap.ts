// Run by host_life.test.ts in a process of its own whose young generation is larger than all that could be allocated here,
// so that nothing is collected and the heap's growth is what was allocated: prints {quanta, calls, bytes}.
import { readFileSync } from 'node:fs';
import { loadManifest } from '../../tools/dawg/assets.js';
import { PROCESSORS } from '../../web/generated/processors.js';
import { HOST_PROCESSOR, processorName } from '../../worklet/protocol/messages.js';
import { MOVE, MOVES_CAPACITY, OP, POINT, TAP, TAPS_CAPACITY, slotWords } from '../../worklet/protocol/records.js';
import { Ring, ringBytes } from '../../worklet/protocol/ring.js';
import { slotBytes } from '../../worklet/protocol/slot.js';

type Port = { onmessage?: (event: { data: unknown }) => void; postMessage(message: { type: string }): void };
type Processor = { port: Port; process(...of: unknown[]): boolean };

const scope = globalThis as unknown as { currentFrame: number; gc(): void } & Record<string, unknown>;
const processors = new Map<string, new (options: object) => Processor>();
scope.AudioWorkletProcessor = class {
    port: Port = {
        postMessage: ({ type }) => {
            if (type !== 'ready') throw new Error(`${type} was posted`);
        },
    };
};
scope.registerProcessor = (name: string, processor: new (options: object) => Processor): unknown =>
    processors.set(name, processor);
scope.sampleRate = 48000;
scope.currentFrame = 0;
await import('../../worklet/processor.js');

const manifest = loadManifest();
const make = (name: string, processorOptions: object): Processor => {
    const processor = processors.get(name);
    if (!processor) throw new Error(name);
    return new processor({ processorOptions });
};
const ring = (capacity: number, words: number): Ring =>
    new Ring(new SharedArrayBuffer(ringBytes(capacity, words)), words);
const [moves, workerMoves, taps] = [
    ring(MOVES_CAPACITY, MOVE.WORDS),
    ring(MOVES_CAPACITY, MOVE.WORDS),
    ring(TAPS_CAPACITY, TAP.WORDS),
];
const module = new WebAssembly.Module(readFileSync('build/worklet/dawg-worklet.wasm'));
const host = make(HOST_PROCESSOR, { manifest, module, moves: moves.buffer });
const tell = (data: object): void => host.port.onmessage?.({ data });
tell({ type: 'worker', moves: workerMoves.buffer, taps: taps.buffer });
tell({ type: 'transport', tempo_bpm: 120, beat: 0, playing: true, frame: 300_000 });

const nodes = [false, true].flatMap((isFull) =>
    manifest.plugins.map(({ key, params, meters }, plugin) => {
        const instance = plugin + (isFull ? 100 : 0);
        const slot = new SharedArrayBuffer(slotBytes(slotWords(meters.length, params.length)));
        const transport = { tempo_bpm: 120, beat: 0, playing: false, frame: 0 };
        const processor = make(processorName(key, isFull), {
            instance,
            plugin,
            values: [],
            events: [],
            transport,
            slot,
        });
        tell({ type: 'tap', instance, point: POINT.IN | POINT.OUT });
        const rows = PROCESSORS[plugin][1];
        const curves = rows.map(([, , , , def], i) => new Float32Array(i % 2 ? 128 : 1).fill(def));
        const parameters = Object.fromEntries(rows.map(([, name], i) => [name, curves[i]]));
        const [, , min, max] = rows[1];
        return { instance, processor, params, parameters, curve: curves[1], min, max };
    }),
);
const audio = (): Float32Array[] => [new Float32Array(128).fill(0.25), new Float32Array(128).fill(-0.25)];
const [inputs, outputs] = [[audio(), audio()], [audio()]];

function push(to: Ring, instance: number, op: number, param: number, plain: number, frame: number): void {
    const at = to.begin();
    if (at < 0) return;
    to.u32[at + MOVE.INSTANCE] = instance;
    to.u32[at + MOVE.OP_PARAM] = (op << 16) | param;
    to.f32[at + MOVE.PLAIN] = plain;
    to.u32[at + MOVE.FRAME_LOW] = frame;
    to.commit();
}
/** Quanta `from` .. `to`. Every instance: a move now, one in 100 quanta, one of the worker's, a moving AudioParam. */
function run(from: number, to: number): void {
    for (let q = from; q < to; ++q) {
        scope.currentFrame = 128 * q;
        while (taps.peek() >= 0) taps.release();
        for (let i = 0; i < nodes.length; ++i) {
            const { instance, processor, parameters, curve, min, max } = nodes[i];
            if (q % 8 === i) {
                push(moves, instance, OP.GIVE, 1, 0, 0);
                push(moves, instance, OP.SET, 0, min + (q & 1), 0);
                push(moves, instance, OP.SET, 0, min, 128 * q + 12_800);
                push(workerMoves, instance, OP.SET, 1, max - (q & 1), 0);
            }
            curve[q & 127] = q & 64 ? min : max;
            processor.process(inputs, outputs, parameters);
        }
    }
}
const heap = (): number => process.memoryUsage().heapUsed;

const QUANTA = process.env.DAWG_TEST_FULL === '1' ? 400_000 : 40_000;
run(0, 4000);
scope.gc();
heap();
const before = heap();
run(4000, 4000 + QUANTA);
const bytes = heap() - before;
process.stdout.write(JSON.stringify({ quanta: QUANTA, calls: QUANTA * nodes.length, bytes }));
