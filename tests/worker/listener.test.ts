// What the worker hears: the same loudness as `dawg analyze`, the spectrum of a sine, frames and gaps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadModule } from '../../tools/dawg/assets.js';
import { seededRandom } from '../../web/src/random.js';
import { Analysis } from '../../worker/analysis.js';
import type { Heard } from '../../worker/messages.js';
import { POINT, TAP } from '../../worklet/protocol/records.js';
import { Taps } from '../../worklet/taps.js';
import { Bench, Connection, INSTANCE, QUANTUM, RATE, analyser, manifest } from './plant.js';
import type { Kind } from './plant.js';

/** 6 s of noise that rises by 12 dB half way. */
function noise(seed: number): [Float32Array, Float32Array] {
    const random = seededRandom(seed);
    const channel = (): Float32Array =>
        Float32Array.from({ length: 6 * RATE }, (_, i) => (i < 3 * RATE ? 0.1 : 0.4) * (2 * random() - 1));
    return [channel(), channel()];
}

interface Playing {
    from?: number;
    quantum?: number;
    point?: number;
    isAwake?: boolean;
    instance?: number;
}

class Ears {
    readonly bench = new Bench();
    readonly connection: Connection;
    readonly taps = new Taps();
    constructor(kind: Kind, tapsCapacity?: number) {
        this.connection = new Connection(kind, undefined, tapsCapacity);
        this.taps.connect(this.connection.taps);
        this.bench.send(this.connection.init);
    }
    /** Plays pieces of `quantum` frames; poll: the worker is awake. */
    play(
        [left, right]: readonly Float32Array[],
        { from = 0, quantum = QUANTUM, point = POINT.OUT, isAwake = true, instance = INSTANCE }: Playing = {},
    ): void {
        for (let at = 0; at < left.length; at += quantum) {
            const n = Math.min(quantum, left.length - at);
            this.taps.write(instance, point, from + at, n, left.subarray(at), right.subarray(at));
            if (isAwake) this.wake(n);
        }
    }
    wake(frames: number): void {
        this.connection.sendTaps();
        this.bench.advance((frames / RATE) * 1000);
    }
    get heard(): Heard[] {
        return this.bench.of('heard');
    }
}

for (const kind of ['shared', 'messages'] as const)
    test(`${kind}: loudness is what dawg analyze measures of the same audio, 20 times a second`, () => {
        const ears = new Ears(kind);
        ears.bench.send({ type: 'listen', instance: INSTANCE, point: POINT.OUT });
        const audio = noise(3);
        ears.play(audio, { from: 2 ** 33, quantum: 441 }); // records of 128, 128, 128 and 57 frames
        assert.ok(Math.abs(ears.heard.length - 6 * 20) <= 12, `${ears.heard.length} reports`);
        const last = ears.heard.at(-1) as Heard;
        const frames = last.frame - 2 ** 33;
        assert.ok(frames > 5.9 * RATE && last.gaps === 0);
        const meter = analyser().meter(RATE, 2);
        meter.feed(audio, 0, frames);
        const whole = meter.result();
        const near = (value: number, expected: number | null, within = 0.0006): void =>
            assert.ok(Math.abs(value - (expected as number)) <= within, `${value} ${expected}`);
        near(last.loudness.integrated_lufs, whole.integrated_lufs);
        near(last.loudness.lra_lu, whole.lra_lu);
        near(Math.max(...ears.heard.map((h) => h.loudness.momentary_lufs)), whole.momentary_max_lufs, 0.1);
        near(Math.max(...ears.heard.map((h) => h.loudness.short_term_lufs)), whole.short_term_max_lufs, 0.1);
        near(last.loudness.true_peak_dbtp, whole.true_peak_dbtp, 0.1); // without the edge that an end makes
    });

test('a full-scale sine at a bin reads 0 dBFS there and below -120 elsewhere; one channel alone 3 dB less', () => {
    const bin = 341;
    const sine = Float32Array.from({ length: 16384 }, (_, i) => Math.sin((2 * Math.PI * bin * (i % 8192)) / 8192));
    const nothing = new Float32Array(sine.length);
    for (const [right, level] of [
        [sine, 0],
        [nothing, -3.0103],
    ] as const) {
        const ears = new Ears('shared');
        ears.bench.send({ type: 'listen', instance: INSTANCE, point: POINT.IN });
        ears.play([sine, right], { point: POINT.IN });
        const { spectrum } = ears.heard.at(-1) as Heard;
        assert.equal(spectrum.length, 4097);
        assert.ok(Math.abs(spectrum[bin] - level) <= 1e-3, `${spectrum[bin]}`);
        assert.ok(spectrum.every((db, k) => Math.abs(k - bin) <= 1 || db < -120));
    }
});

test('silence is -Infinity, the spectrum -200 dB', () => {
    const ears = new Ears('shared');
    ears.bench.send({ type: 'listen', instance: INSTANCE, point: POINT.OUT });
    ears.play([new Float32Array(RATE), new Float32Array(RATE)]);
    const { loudness, spectrum } = ears.heard.at(-1) as Heard;
    const none = -Infinity;
    assert.deepEqual(loudness, {
        momentary_lufs: none,
        short_term_lufs: none,
        integrated_lufs: none,
        true_peak_dbtp: none,
        lra_lu: 0,
    });
    assert.ok(spectrum.every((db) => db === -200));
});

test('taps are kept apart, others are skipped, unlisten ends it', () => {
    const ears = new Ears('shared');
    const [loud, quiet] = [new Float32Array(RATE).fill(0.5), new Float32Array(RATE).fill(0.01)];
    ears.bench.send({ type: 'listen', instance: 1, point: POINT.IN });
    ears.bench.send({ type: 'listen', instance: 1, point: POINT.OUT });
    for (let at = 0; at < RATE; at += QUANTUM) {
        const cut = (x: Float32Array): Float32Array[] => [x.subarray(at, at + QUANTUM), x.subarray(at, at + QUANTUM)];
        ears.play(cut(loud), { from: at, instance: 1, point: POINT.IN });
        ears.play(cut(quiet), { from: at, instance: 1, point: POINT.OUT });
        ears.play(cut(loud), { from: at, instance: 2, point: POINT.OUT });
    }
    assert.ok(ears.heard.every(({ instance }) => instance === 1));
    const last = (point: number): Heard => ears.heard.findLast((h) => h.point === point) as Heard;
    assert.ok(Math.abs(last(POINT.IN).spectrum[0] + 6.02) < 0.01 && Math.abs(last(POINT.OUT).spectrum[0] + 40) < 0.01);
    ears.bench.send({ type: 'unlisten', instance: 1, point: POINT.IN });
    const count = ears.heard.length;
    ears.play([loud, loud], { instance: 1, point: POINT.IN });
    assert.equal(ears.heard.length, count);
});

test('reset loudness starts integrated loudness and true peak anew', () => {
    const ears = new Ears('shared');
    ears.bench.send({ type: 'listen', instance: INSTANCE, point: POINT.OUT });
    const audio = noise(4);
    const quiet = audio.map((channel) => channel.map((x) => x / 100));
    ears.play(audio);
    const before = (ears.heard.at(-1) as Heard).loudness;
    ears.bench.send({ type: 'reset loudness', instance: INSTANCE, point: POINT.OUT });
    ears.play(quiet);
    const after = (ears.heard.at(-1) as Heard).loudness;
    assert.ok(
        Math.abs(before.integrated_lufs - after.integrated_lufs - 40) < 0.1,
        `${before.integrated_lufs} ${after.integrated_lufs}`,
    );
    assert.ok(Math.abs(before.true_peak_dbtp - after.true_peak_dbtp - 40) < 0.1);
});

test('a worker that sleeps loses the newest pieces, counts them, and hears the rest', () => {
    const ears = new Ears('shared', 64);
    ears.bench.send({ type: 'listen', instance: INSTANCE, point: POINT.OUT });
    const second = [new Float32Array(RATE).fill(0.25), new Float32Array(RATE).fill(0.25)];
    ears.play(second);
    ears.wake(RATE / 100);
    assert.equal((ears.heard.at(-1) as Heard).gaps, 0);
    ears.play(second, { from: RATE, isAwake: false }); // 375 pieces: 64 fit
    ears.wake(RATE / 100);
    ears.play(second, { from: 2 * RATE });
    const last = ears.heard.at(-1) as Heard;
    assert.equal(last.gaps, 375 - 64);
    assert.ok(last.frame > 2.9 * RATE && last.frame <= 3 * RATE);
});

test('a message with more pieces than the ring holds loses none', () => {
    const ears = new Ears('messages', 1024);
    ears.bench.send({ type: 'listen', instance: INSTANCE, point: POINT.OUT });
    const second = [new Float32Array(RATE), new Float32Array(RATE)];
    second[0][RATE - 2000] = 0.5;
    for (const from of [0, RATE]) ears.play(second, { from, isAwake: false });
    ears.wake(QUANTUM); // 750 pieces in one message; the worker's own ring holds 512
    const last = ears.heard.at(-1) as Heard;
    assert.equal(last.frame, 2 * RATE);
    assert.ok(Math.abs(last.loudness.true_peak_dbtp + 6.02) < 0.05);
});

test('one loader: a foreign manifest is refused, the module has no imports', () => {
    const module = loadModule('worker', 'worker');
    assert.deepEqual(WebAssembly.Module.imports(module), []);
    assert.throws(() => new Analysis(module, { hash: '00000000' }), /does not belong to this manifest \(00000000\)/);
    assert.throws(() => new Analysis(module, manifest).programme(7000, 2), RangeError);
    assert.equal(TAP.WORDS, 264);
});
