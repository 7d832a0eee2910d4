// A reference match in the worker: whole sounds and a live tap, refusals, and that nothing is left behind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../web/src/random.js';
import type { Match } from '../../worker/messages.js';
import { Refused } from '../../worker/errors.js';
import { Matching } from '../../worker/match.js';
import { POINT } from '../../worklet/protocol/records.js';
import { Taps } from '../../worklet/taps.js';
import { Bench, Connection, INSTANCE, QUANTUM, RATE, analyser, manifest } from './plant.js';

/** White noise through one pole: brighter or darker, louder or softer. */
function noise(seconds: number, pole: number, gain = 0.1, rate = RATE): Float32Array {
    const random = seededRandom(3);
    let y = 0;
    return Float32Array.from({ length: Math.round(seconds * rate) }, () => {
        y = pole * y + (2 * random() - 1);
        return gain * y * (1 - Math.abs(pole));
    });
}
const asked = (more: Partial<Match> = {}): Match => ({
    type: 'match',
    id: 5,
    instance: INSTANCE,
    seconds: 2,
    programme: { rate: RATE, channels: [noise(3, 0)] },
    reference: { rate: RATE, channels: [noise(3, 0.6)] },
    strength: 1,
    max_gain_db: 12,
    ...more,
});
const params = manifest.plugins.find(({ key }) => key === 'mastering_eq')?.params ?? [];
const gains = (values: readonly number[]): number[] =>
    values.filter((_, i) => /^band\d_gain_db$/.test(params[i].key)).map((gain) => Math.abs(gain));

function work(matching: Matching): NonNullable<ReturnType<Matching['work']>> {
    for (let slices = 0; slices < 1000; ++slices) {
        const matched = matching.work();
        if (matched) return matched;
    }
    throw new Error('It never ends.');
}

test('a darker reference gives a darker curve, and most of the difference is made up for', () => {
    const { analysis } = analyser();
    const matched = work(new Matching(analysis, asked(), RATE));
    assert.ok(matched.before_db > 3, `${matched.before_db} dB apart`);
    assert.ok(matched.after_db < 0.15 * matched.before_db, `${matched.after_db} of ${matched.before_db} dB left`);
    assert.equal(matched.values.length, 36);
    assert.deepEqual(
        params.slice(0, 6).map(({ key }) => key.replace(/^band1_/, '')),
        ['on', 'type', 'freq_hz', 'gain_db', 'q', 'placement'],
    );
    assert.ok(Math.max(...gains(matched.values)) > 3);
});
test('loudness is no tone: a copy 12 dB louder, at another rate and in stereo, asks for nothing', () => {
    const { analysis } = analyser();
    const programme = { rate: RATE, channels: [noise(5, 0.3)] };
    const loud = noise(5, 0.3).map((x) => 4 * x);
    const same = work(
        new Matching(analysis, asked({ programme, reference: { rate: RATE, channels: [loud, loud] } }), RATE),
    );
    assert.ok(Math.max(0, ...gains(same.values)) < 0.01, String(gains(same.values)));
    assert.ok(Math.abs(same.level_db - 12.04) < 0.01, `${same.level_db}`);
});
test('a strength of 0.5 halves the gains; 0 leaves all bands off', () => {
    const { analysis } = analyser();
    const at = (strength: number): number[] => gains(work(new Matching(analysis, asked({ strength }), RATE)).values);
    const [whole, half, none] = [at(1), at(0.5), at(0)];
    whole.forEach((gain, i) => assert.ok(Math.abs(half[i] - gain / 2) < 1e-3, `${half[i]} of ${gain}`));
    assert.deepEqual(none, [0, 0, 0, 0, 0, 0]);
});
test('what cannot be matched is refused with the reason', () => {
    const { analysis } = analyser();
    const silence = { rate: RATE, channels: [new Float32Array(3 * RATE)] };
    const rows: [Partial<Match>, RegExp][] = [
        [{ reference: { rate: RATE, channels: [noise(0.9, 0)] } }, /reference lasts 0\.90 s; at least 1 s/],
        [{ programme: { rate: RATE, channels: [noise(0.5, 0)] } }, /programme lasts 0\.50 s; at least 1 s/],
        [{ reference: silence }, /reference is silent/],
        [{ programme: silence }, /programme is silent/],
    ];
    for (const [more, reason] of rows)
        assert.throws(
            () => work(new Matching(analysis, asked(more), RATE)),
            (error) => error instanceof Refused && reason.test(error.message),
        );
    assert.throws(
        () => new Matching(analysis, asked({ reference: { rate: 4000, channels: [noise(3, 0)] } }), RATE),
        RangeError,
    );
});

test('live: a tap is heard for the seconds asked for, with progress, and is closed afterwards', () => {
    for (const kind of ['shared', 'messages'] as const) {
        const bench = new Bench();
        const connection = new Connection(kind);
        const taps = new Taps();
        taps.connect(connection.taps);
        bench.send(connection.init);
        const live = asked();
        delete live.programme;
        bench.send(live);
        const sound = noise(3, 0);
        let at = 0;
        for (; at + QUANTUM <= sound.length && !bench.of('matched').length; at += QUANTUM) {
            const piece = sound.subarray(at, at + QUANTUM);
            taps.write(INSTANCE, POINT.IN, at, QUANTUM, piece, piece);
            if (at % (4 * QUANTUM) === 0) connection.sendTaps();
            bench.advance((1000 * QUANTUM) / RATE);
        }
        const [matched] = bench.of('matched');
        assert.equal(matched.id, 5);
        assert.ok(Math.abs(at / RATE - 2) < 0.2, `answered after ${at / RATE} s`);
        assert.ok(matched.after_db < 0.2 * matched.before_db);
        const shares = bench.of('progress').map(({ fraction = NaN }) => fraction);
        assert.ok(shares.length > 20 && shares.every((share, i) => !i || share > shares[i - 1]), String(shares));
        assert.equal(bench.of('failed').length, 0);
    }
});
test('a forgotten match is not answered; a refusal says whose fault it is', () => {
    const bench = new Bench();
    bench.send(new Connection('shared').init);
    bench.send(asked());
    bench.send({ type: 'forget', id: 5 });
    bench.send({ type: 'forget', id: 77 });
    bench.send(asked({ id: 6, reference: { rate: RATE, channels: [noise(0.2, 0)] } }));
    for (let i = 0; i < 20; ++i) bench.advance(10);
    assert.deepEqual(
        bench.posted
            .filter(({ type }) => ['matched', 'refused', 'progress'].includes(type))
            .map((m) => ('id' in m ? m.id : -1)),
        [6],
    );
    const [refused] = bench.of('refused');
    assert.equal(refused.isInput, true);
});
