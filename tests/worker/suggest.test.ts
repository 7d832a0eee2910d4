// Suggestions in the worker: a planted fault is found and measured, live as in a whole sound, through shared memory as
// through messages; what is known is not asked again; what cannot be is refused.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Suggest } from '../../worker/messages.js';
import type { Suggested } from '../../worker/suggest.js';
import { POINT } from '../../worklet/protocol/records.js';
import { Taps } from '../../worklet/taps.js';
import { BASE, Files, KEY, MATCH, ORT, manifest, noise, realRegistry, realSchema, leveller } from './brain.js';
import { Bench, Connection, INSTANCE, QUANTUM, RATE } from './plant.js';

const FAULT = { hz: 300, gain_db: 9, q: 1.4 };
const sound = (channel: Float32Array, rate = RATE) => ({ rate, channels: [channel] });
const infoOf = (key: string) => manifest.plugins.find((plugin) => plugin.key === key)!;

const files = new Files();
let asked: Suggest;
before(async () => {
    const models = { [KEY]: leveller(), [MATCH]: leveller(MATCH) };
    const registry = await realRegistry(models);
    for (const [key, file] of Object.entries(models)) files.byUrl.set(`${BASE}${key}.onnx`, file);
    const info = infoOf('surgical_eq');
    asked = {
        ...{ type: 'suggest', id: 1, instance: INSTANCE, seconds: 3, goal: 0, strength: 1, max_gain_db: 12, own: [] },
        ...{ plugin: manifest.plugins.indexOf(info), key: info.key },
        values: Float32Array.from(info.params, ({ def }) => def),
        settled: { hz: [20, 20000], db: [0, 0] },
        schema: realSchema,
        files: {
            ...{ registry, runtime: ORT, provider: 'wasm', threads: 1 },
            urls: Object.fromEntries(Object.keys(models).map((key) => [`${key}.onnx`, `${BASE}${key}.onnx`])),
        },
    };
});

/** Lets the bench's clock run until there is an answer, and the promises in between. */
async function answered(bench: Bench, id = 1): Promise<Suggested> {
    for (const end = performance.now() + 30000; performance.now() < end;) {
        bench.advance(5);
        await new Promise((done) => setTimeout(done));
        const refused = bench.of('refused').find((message) => message.id === id);
        if (refused) throw new Error(refused.reason);
        const found = bench.of('suggested').find((message) => message.id === id);
        if (found) return found;
    }
    throw new Error('It never ends.');
}
async function ask(more: Partial<Suggest>, bench = new Bench(0, files.read)): Promise<Suggested> {
    bench.send(new Connection('shared').init);
    bench.send({ ...asked, ...more });
    return answered(bench);
}
const near = (suggested: Suggested, hz: number) =>
    suggested.bands.filter((band) => Math.abs(Math.log2(band.freq_hz / hz)) < 0.5);

test('a planted bell of +9 dB at 300 Hz gives a reason there, as large as it is; without it there is none', async () => {
    const faulty = await ask({ programme: sound(noise(10, RATE, FAULT)) });
    const [band, ...others] = near(faulty, FAULT.hz);
    assert.deepEqual(others, []);
    assert.ok(band.excess_db > 2, `${band.excess_db} dB in the mean of the band`);
    assert.ok(Math.abs(band.gain_db + FAULT.gain_db) < 1.5, `${band.gain_db} dB`);
    assert.ok(band.confidence > 0.9);
    assert.equal(faulty.segments, 1);
    const sorted = [...faulty.curve_db].sort((a, b) => a - b);
    assert.ok(sorted[0] < -7 && Math.abs(sorted[16]) < 1.2, String(faulty.curve_db));
    assert.ok(faulty.after_db < 0.2 * faulty.before_db);

    const clean = await ask({ programme: sound(noise(10, RATE)) });
    assert.deepEqual(clean.bands, []);
    assert.deepEqual(clean.values, []);
});
test('the model, its size and the time it took come along', async () => {
    const { model, ms } = await ask({ programme: sound(noise(10, RATE, FAULT)) });
    assert.deepEqual(model, {
        ...{ key: KEY, version: 1, variant: 'fp32', bytes: files.byUrl.get(`${BASE}${KEY}.onnx`)?.length },
        ...{ provider: 'wasm', threads: 1, skipped: undefined },
    });
    for (const [part, spent] of Object.entries(ms)) assert.ok(spent > 0, part);
});
test('the reference is what is wanted where there is one, whatever its level and rate', async () => {
    const reference = sound(
        noise(4, 44100, FAULT).map((x) => 3 * x),
        44100,
    );
    const suggested = await ask({ programme: sound(noise(12, RATE)), reference });
    assert.equal(suggested.model.key, MATCH);
    const most = Math.max(...suggested.curve_db);
    assert.ok(
        most - [...suggested.curve_db].sort((a, b) => a - b)[16] > FAULT.gain_db - 1.5,
        String(suggested.curve_db),
    );
    assert.ok(near(suggested, FAULT.hz)[0].gain_db > 6);
    assert.ok(suggested.after_db < 0.2 * suggested.before_db);
    const same = await ask({ programme: sound(noise(5, RATE, FAULT)), reference: sound(noise(5, RATE, FAULT)) });
    assert.deepEqual(same.bands, []);
});
test('segments of 10 s, every 5 s; a short sound is one; silence in between does not count', async () => {
    const cases: [number, number][] = [
        [1, 1],
        [14.9, 1],
        [15, 2],
        [31, 5],
    ];
    for (const [seconds, segments] of cases)
        assert.equal((await ask({ programme: sound(noise(seconds, RATE)) })).segments, segments, `${seconds} s`);
    const pause = new Float32Array(40 * RATE);
    pause.set(noise(10, RATE));
    assert.equal((await ask({ programme: sound(pause) })).segments, 2); // 0 .. 10 and 5 .. 15 s
});
test('what the hand has set counts: its bell is in what is judged', async () => {
    // The hand has cut at 300 Hz what is too much there.
    const grid = Array.from({ length: 100 }, (_, i) => 20 * 1000 ** (i / 99));
    const response = grid.map((hz) => {
        const [x, a] = [hz / FAULT.hz - FAULT.hz / hz, 10 ** (FAULT.gain_db / 40)];
        return -10 * Math.log10((x * x + (a / FAULT.q) ** 2) / (x * x + 1 / (a * FAULT.q) ** 2));
    });
    const mended = await ask({ programme: sound(noise(10, RATE, FAULT)), settled: { hz: grid, db: response } });
    assert.deepEqual(near(mended, FAULT.hz), []);
});
test('live: a tap is heard for the seconds asked for, shared as in messages, with progress', async () => {
    for (const kind of ['shared', 'messages'] as const) {
        const bench = new Bench(0, files.read);
        const connection = new Connection(kind);
        const taps = new Taps();
        taps.connect(connection.taps);
        bench.send(connection.init);
        bench.send(asked);
        const channel = noise(5, RATE, FAULT);
        for (let at = 0; at + QUANTUM <= channel.length && !bench.of('suggested').length; at += QUANTUM) {
            const piece = channel.subarray(at, at + QUANTUM);
            taps.write(INSTANCE, POINT.IN, at, QUANTUM, piece, piece);
            if (at % (4 * QUANTUM) === 0) connection.sendTaps();
            bench.advance((1000 * QUANTUM) / RATE);
            if (at % (64 * QUANTUM) === 0) await new Promise((done) => setTimeout(done));
        }
        const suggested = await answered(bench);
        assert.equal(near(suggested, FAULT.hz).length, 1, kind);
        const parts = new Map<string, number[]>();
        for (const { part, fraction = NaN } of bench.of('progress'))
            parts.set(part, [...(parts.get(part) ?? []), fraction]);
        for (const part of ['listening', 'model', 'runtime']) {
            const shares = parts.get(part) ?? [];
            assert.ok(
                shares.length && shares.every((share, i) => !i || share > shares[i - 1]),
                `${part} ${shares.join(' ')}`,
            );
        }
        assert.equal(bench.of('failed').length, 0);
    }
});
test('a sound that was judged before is not judged again, until the cache is cleared', async () => {
    const bench = new Bench(0, files.read);
    const programme = sound(noise(10, RATE, FAULT));
    const first = await ask({ programme }, bench);
    const again = async (id: number, more: Partial<Suggest> = {}): Promise<Suggested> => {
        bench.send({ ...asked, programme, id, ...more });
        return answered(bench, id);
    };
    const second = await again(2, { strength: 0.5 });
    assert.equal(second.model.provider, undefined);
    assert.deepEqual(second.curve_db, first.curve_db);
    assert.ok(Math.abs(second.bands[0].gain_db - first.bands[0].gain_db / 2) < 0.01);
    assert.equal((await again(3, { goal: 1 })).model.provider, 'wasm', 'another goal is another question');
    bench.send({ type: 'clear cache', id: 9 });
    await new Promise((done) => setTimeout(done));
    assert.equal(bench.of('cleared').length, 1);
    assert.equal((await again(4)).model.provider, 'wasm');
});
test('refused with the reason, and whose fault it is', async () => {
    const silence = sound(new Float32Array(3 * RATE));
    const programme = sound(noise(2, RATE));
    const limiter = infoOf('limiter');
    const cases: [Partial<Suggest>, boolean, RegExp][] = [
        [{ programme: sound(noise(0.5, RATE)) }, true, /programme lasts 0\.50 s; at least 1 s/],
        [{ programme, reference: sound(noise(0.9, RATE)) }, true, /reference lasts 0\.90 s/],
        [{ programme: silence }, true, /programme is silent/],
        [{ programme, reference: silence }, true, /reference is silent/],
        [{ programme: { rate: 4000, channels: [new Float32Array(8000)] } }, true, /8000 \.\. 192000 Hz/],
        [{ programme, variant: 'int3' }, false, /no variant "int3"; there are: fp32/],
        [{ programme, files: { ...asked.files, registry: { models: [] } } }, false, /no model "auto_eq_blind"/],
        [
            {
                programme,
                ...{ plugin: manifest.plugins.indexOf(limiter), key: 'limiter' },
                values: new Float32Array(20),
            },
            true,
            /limiter has no bands/,
        ],
    ];
    for (const [more, isInput, reason] of cases) {
        const bench = new Bench(0, files.read);
        await assert.rejects(ask(more, bench), reason);
        assert.equal(bench.of('refused')[0].isInput, isInput, String(reason));
    }
});
test('a forgotten suggestion is not answered, whether it listens or loads', async () => {
    const bench = new Bench(0, files.read);
    bench.send(new Connection('shared').init);
    bench.send({ ...asked, id: 1 });
    bench.send({ ...asked, id: 2, programme: sound(noise(10, RATE)) });
    bench.advance(10);
    for (const id of [1, 2, 77]) bench.send({ type: 'forget', id });
    bench.send({ ...asked, id: 3, programme: sound(noise(2, RATE)) });
    await answered(bench, 3);
    assert.deepEqual(
        bench.posted.filter(({ type }) => type === 'suggested' || type === 'refused').map((m) => 'id' in m && m.id),
        [3],
    );
});
