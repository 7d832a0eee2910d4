// The follower of tone in the worker's service, on a simulated clock: a step is taken where its window ends and not a wake
// later, between answers the gains glide by themselves, and no gain is faster than it may be however late answers come.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { loadEngine } from '../../tools/dawg/assets.js';
import { seededRandom } from '../../web/src/random.js';
import { RAMP_S, UPDATE_S } from '../../worker/follow.js';
import { Glide } from '../../worker/glide.js';
import type { FollowTone, Led } from '../../worker/messages.js';
import { MOVE, POINT } from '../../worklet/protocol/records.js';
import { Taps } from '../../worklet/taps.js';
import { BASE, Files, KEY, leveller, manifest, noise, realRegistry, realSchema } from './brain.js';
import { Bench, Connection, INSTANCE, QUANTUM, RATE, material } from './plant.js';

const info = manifest.plugins.find(({ key }) => key === 'surgical_eq')!;
const numberOf = (key: string): number => info.params.findIndex((param) => param.key === key);
const files = new Files();
let asked: FollowTone;
before(async () => {
    const model = leveller();
    files.byUrl.set(`${BASE}${KEY}.onnx`, model);
    asked = {
        ...{ type: 'follow tone', id: 1, instance: INSTANCE, isFixed: false, goal: 0, strength: 1, max_gain_db: 12 },
        ...{ plugin: manifest.plugins.indexOf(info), key: info.key, own: [], hysteresis_db: 0, slew_db_per_s: 3 },
        values: Float32Array.from(info.params, ({ def }) => def),
        settled: { hz: [20, 20000], db: [0, 0] },
        schema: realSchema,
        files: {
            ...{ registry: await realRegistry({ [KEY]: model }), runtime: '', provider: 'core', threads: 1 },
            urls: { [`${KEY}.onnx`]: `${BASE}${KEY}.onnx` },
        },
    };
});

interface Seen {
    param: number;
    plain: number;
    heardTo: number;
    /** Frames that the tap had given when the move was there. */
    frame: number;
}
/** Plays a bell of +9 dB at 2 kHz and gives what is placed to the brain at once, as the page does. */
class Room {
    readonly bench = new Bench(0, files.read);
    readonly moves: Seen[] = [];
    led: Led | undefined;
    /** Frames that the tap had given when the bands were. */
    ledAt = 0;
    #frame = 0;
    readonly #connection: Connection;
    readonly #taps = new Taps();
    readonly #sound = noise(4, RATE, { hz: 2000, gain_db: 9, q: 1 });

    constructor(kind: 'shared' | 'messages') {
        this.#connection = new Connection(kind);
        this.#taps.connect(this.#connection.taps);
        this.bench.send(this.#connection.init);
    }
    async begin(): Promise<void> {
        this.bench.send(asked);
        for (let i = 0; i < 2000 && !this.bench.of('toned').length; ++i) {
            await new Promise((done) => setTimeout(done, 5));
            this.bench.advance(5);
        }
        assert.equal(this.bench.of('toned').length, 1, 'the model is there');
    }
    /** Frames that went by; what waits in promises is done before the clock goes on. */
    async run(seconds: number): Promise<void> {
        for (const end = this.#frame + seconds * RATE; this.#frame < end;) {
            const at = this.#frame % (this.#sound.length - QUANTUM);
            const piece = this.#sound.subarray(at, at + QUANTUM);
            this.#taps.write(INSTANCE, POINT.IN, this.#frame, QUANTUM, piece, piece);
            this.#frame += QUANTUM;
            if (this.#frame % (4 * QUANTUM) === 0) this.#connection.sendTaps();
            await this.#settle();
            this.bench.advance((1000 * QUANTUM) / RATE);
            await this.#settle();
        }
    }
    async #settle(): Promise<void> {
        for (let i = 0; i < 20; ++i) await Promise.resolve();
        const placed = this.bench.of('placed')[0];
        if (placed && !this.led) {
            const gain = (band: number) => {
                const param = numberOf(`band${band}_gain_db`);
                return { band, param, value: 0, home: 0, min: -12, max: 12 };
            };
            const values = asked.values.slice();
            for (const { param, value } of placed.values) values[param] = value;
            this.led = { bands: placed.bands.map(gain), values };
            this.ledAt = this.#frame;
            this.bench.send({ type: 'lead', id: 1, led: this.led });
        }
        const { moves } = this.#connection;
        for (let at = moves.peek(); at >= 0; at = moves.peek()) {
            const [param, heardTo] = [moves.u32[at + MOVE.OP_PARAM] & 0xffff, moves.u32[at + MOVE.SEQUENCE]];
            this.moves.push({ param, heardTo, plain: moves.f32[at + MOVE.PLAIN], frame: this.#frame });
            moves.release();
        }
    }
}

for (const kind of ['shared', 'messages'] as const)
    test(`${kind}: an answer's step is sent in the wake in which its window ended, the first one as soon as the bands are given`, async (t) => {
        const room = new Room(kind);
        await room.begin();
        await room.run(12);
        const answers = room.bench.of('toned').filter(({ curve_db }) => curve_db.length);
        const led = answers.filter(({ frame }) => room.moves.some(({ heardTo }) => heardTo === frame));
        t.diagnostic(`${led.length} steps of ${answers.length} answers, ${room.moves.length} moves`);
        assert.ok(led.length >= 7, `${led.length} answers moved something`);
        assert.equal(room.moves[0].frame, room.ledAt);
        for (const { heardTo, frame } of room.moves)
            assert.ok(frame - heardTo === 0, `${frame - heardTo} frames after ${heardTo}`);
        assert.ok(answers.every(({ ms }) => ms && Object.values(ms).every((part) => part >= 0)));
    });

test('one step every 100 ms, an answer every second, and the bell is led down', async () => {
    const room = new Room('shared');
    await room.begin();
    await room.run(14);
    const [first] = room.led!.bands;
    const way = room.moves.filter(({ param }) => param === first.param);
    const pauses = way.slice(1).map(({ frame }, i) => (frame - way[i].frame) / RATE);
    assert.ok(way.length > 20);
    assert.ok(Math.min(...pauses) > UPDATE_S - 0.01, `${Math.min(...pauses)} s`);
    const frames = [...new Set(room.bench.of('toned').map(({ frame }) => frame))].filter((frame) => frame > 0);
    for (const [i, frame] of frames.slice(1).entries())
        assert.ok(Math.abs((frame - frames[i]) / RATE - 1) < 0.02, `${(frame - frames[i]) / RATE} s between answers`);
    const down = room.led!.bands.map(({ param }) => room.moves.findLast((move) => move.param === param)?.plain ?? 0);
    assert.ok(Math.min(...down) < -6, String(down));
});

test('however late answers are, no gain is faster than 3 dB/s', (t) => {
    const random = seededRandom(3);
    const engine = loadEngine(manifest);
    engine.reserve(QUANTUM);
    const instance = engine.create(manifest.plugins.indexOf(info), RATE);
    const param = numberOf('output_db');
    const glide = new Glide({ hysteresis_db: 0, slew_db_per_s: 3 });
    glide.lead([{ param, value: 0, home: 0, min: -12, max: 12 }]);
    glide.aim(param, -9);
    const wakes = Array.from({ length: 30 }, (_, i) => [
        (i + 1) * UPDATE_S, // the grid
        ...(i % 3 ? [] : [(i + 1) * UPDATE_S + random() * UPDATE_S]), // answers
    ]).flat();
    const source = material(() => -20);
    let [stepped, before_db, most] = [0, 0, 0];
    for (let frame = 0; frame < 4 * RATE; frame += QUANTUM) {
        while (wakes.length && wakes[0] * RATE <= frame) {
            for (const move of glide.step(Math.min(UPDATE_S, (frame - stepped) / RATE)))
                instance.schedule(0, param, move.plain, Math.ceil(RAMP_S * RATE));
            stepped = frame;
            wakes.shift();
        }
        const sent = Array.from({ length: QUANTUM }, () => source()[0]);
        for (const channel of engine.input) channel.set(sent);
        instance.process(QUANTUM);
        for (let i = 0; i < QUANTUM; ++i) {
            const now_db = 20 * Math.log10(Math.abs(engine.output[0][i] / sent[i]));
            if (frame > QUANTUM) most = Math.max(most, Math.abs(now_db - before_db) * RATE);
            before_db = now_db;
        }
    }
    t.diagnostic(`fastest ${most.toFixed(2)} dB/s, at ${before_db.toFixed(2)} dB`);
    assert.ok(before_db < -4.5, `${before_db} dB: it moved all the time`);
    assert.ok(most <= 3.1, `${most} dB/s`);
});
