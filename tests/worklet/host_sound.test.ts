// What leaves the worklet's processors, against the engine called directly: every plugin, any quantum, moves of every kind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadEngine } from '../../tools/dawg/assets.js';
import { seededRandom } from '../../web/src/random.js';
import type { Engine, Stereo } from '../../worklet/engine.js';
import type { InstanceOptions } from '../../worklet/protocol/messages.js';
import { peak, seedOf, sha256, testSignals } from '../wasm/builds.js';
import { Page, RATE, Scope, manifest } from './host_scope.js';
import type { Channels } from './host_scope.js';

/** The last is longer than what the host reserves, and no multiple of a control period. */
const QUANTA = [64, 128, 256, 441, 1764];
/** Here the inputs change from stereo to mono, then to nothing: the least common multiple of all quanta, twice. */
const CHANGES = [112896, 225792];
const FRAMES = 240000;
const TRANSPORT = { tempo_bpm: 133, beat: 2.5, playing: true, frame: 0 };
const LATER = { tempo_bpm: 87, beat: 40, playing: true, frame: 30011 };

interface Event {
    frame: number;
    param: number;
    plain: number;
    ramp: number;
}
interface Score {
    plugin: number;
    values: [number, number][];
    /** By how they reach the instance: known at creation, as timed moves, as an AudioParam's value at each frame. */
    known: Event[];
    timed: Event[];
    automation: Map<number, Float32Array>;
}

/** Parameters are dealt out, so that no two ways move the same one: which of them is last in a period is another matter. */
function scoreOf(plugin: number, engine: Engine): Score {
    const { key, params } = manifest.plugins[plugin];
    const random = seededRandom(seedOf(`score ${key}`));
    const pick = (param: number): number => engine.toPlain(plugin, param, random());
    const automatable = params.flatMap((p, i) => (p.automatable && i < params.length - 1 ? [i] : []));
    const automated = automatable.filter((_, i) => i % 3 === 0);
    const others = params.map((_, i) => i).filter((i) => !automated.includes(i));
    const events = (list: number[], count: number): Event[] =>
        Array.from({ length: count }, () => {
            const param = list[Math.floor(random() * list.length)];
            return {
                frame: Math.floor(random() * 0.9 * FRAMES),
                param,
                plain: pick(param),
                ramp: Math.floor(random() * 4000),
            };
        }).sort((a, b) => a.frame - b.frame);
    const known = events(
        others.filter((_, i) => i % 2 === 0),
        60,
    );
    // More in one control period than the runtime's queue holds.
    const crowd = known.find(({ frame }) => frame > 20000) as Event;
    known.splice(
        known.indexOf(crowd),
        0,
        ...Array.from({ length: 300 }, (_, i) => ({ ...crowd, plain: i % 2 ? crowd.plain : pick(crowd.param) })),
    );
    const last = params.length - 1; // heard at the end: not bypassed
    known.push({ frame: 0.9 * FRAMES, param: last, plain: 0, ramp: 0 });
    const automation = new Map<number, Float32Array>();
    for (const param of automated) {
        const values = new Float32Array(FRAMES + 2000).fill(Math.fround(params[param].def));
        for (let at = 3000; at < FRAMES; at += 12000) {
            const [from, to] = [values[at - 1], pick(param)];
            for (let i = at; i < values.length; ++i)
                values[i] = from + (to - from) * Math.min(1, (i - at) / (param % 2 ? 5000 : 1)); // ramps and steps
        }
        automation.set(param, values);
    }
    return {
        plugin,
        values: others.slice(0, 4).map((param) => [param, pick(param)]),
        known,
        timed: events(
            others.filter((_, i) => i % 2 === 1),
            60,
        ),
        automation,
    };
}

const channelsAt = (frame: number): 2 | 1 | 0 => (frame < CHANGES[0] ? 2 : frame < CHANGES[1] ? 1 : 0);

/** The engine alone, control period by control period; all moves are for a control edge at or after their frame. */
function direct(score: Score, input: Stereo, key: Stereo): Stereo {
    const engine = loadEngine(manifest);
    engine.reserve(32);
    const x = engine.create(score.plugin, RATE);
    for (const [param, plain] of score.values) x.set(param, plain);
    x.transport(TRANSPORT.tempo_bpm, TRANSPORT.beat, true);
    const events = [...score.known, ...score.timed].sort((a, b) => a.frame - b.frame);
    const out = [new Float32Array(FRAMES), new Float32Array(FRAMES)] as const;
    const seen = new Map(
        [...score.automation].map(([param]) => [param, manifest.plugins[score.plugin].params[param].def]),
    );
    let isTold = false;
    for (let at = 0, e = 0; at < FRAMES; at += 32) {
        if (at >= LATER.frame && !isTold) {
            isTold = true;
            x.transport(LATER.tempo_bpm, LATER.beat + ((at - LATER.frame) / RATE / 60) * LATER.tempo_bpm, true);
        }
        for (const [param, values] of score.automation) if (seen.get(param) !== values[at]) x.set(param, values[at]);
        for (const [param, values] of score.automation) seen.set(param, values[at]);
        for (; e < events.length && events[e].frame <= at; ++e)
            x.schedule(0, events[e].param, events[e].plain, events[e].ramp);
        for (const c of [0, 1] as const) {
            engine.input[c].set(input[c].subarray(at, at + 32));
            engine.side[c].set(key[c].subarray(at, at + 32));
        }
        x.process(32, channelsAt(at), channelsAt(at));
        for (const c of [0, 1] as const) out[c].set(engine.output[c], at);
    }
    return out;
}

/** The same through a processor. */
function hosted(score: Score, input: Stereo, key: Stereo, quantum: number, isShared: boolean): Stereo {
    const page = new Page(isShared, new Scope(RATE, quantum === 64 ? 64 : undefined));
    const options: Partial<InstanceOptions> = { values: score.values, events: score.known, transport: TRANSPORT };
    const node = page.create(score.plugin, { ...options, isFull: true });
    assert.deepEqual(
        node.port.sent.map(({ type }) => type),
        ['ready'],
    );
    const out = [new Float32Array(FRAMES), new Float32Array(FRAMES)] as const;
    const piece = (from: Stereo, at: number): Channels =>
        from.slice(0, channelsAt(at)).map((channel) => {
            const whole = new Float32Array(quantum);
            whole.set(channel.subarray(at, at + quantum));
            return whole;
        });
    page.port.hear({ type: 'transport', ...LATER });
    for (let at = 0, e = 0; at < FRAMES; at += quantum) {
        page.scope.setFrame(at);
        for (; e < score.timed.length && score.timed[e].frame < at + 4096; ++e)
            page.move({ instance: node.number, ...score.timed[e], frame: Math.max(1, score.timed[e].frame) });
        for (const [param, name] of node.rows) {
            const values = score.automation.get(param)?.subarray(at, at + quantum);
            if (values) node.parameters[name] = values.every((v) => v === values[0]) ? values.subarray(0, 1) : values;
        }
        const result = node.process([piece(input, at), piece(key, at)], quantum);
        assert.equal(result.isAlive, true);
        for (const c of [0, 1] as const) out[c].set(result.out[c].subarray(0, FRAMES - at), at);
    }
    page.port.hear({ type: 'watch', instances: [node.number], frames: 480 });
    for (const [param, values] of score.automation) assert.equal(node.value(param), values[FRAMES - 1]);
    return out;
}

const signals = testSignals(RATE, FRAMES, 2048);
for (const [plugin, { key }] of manifest.plugins.entries()) {
    const score = scoreOf(plugin, loadEngine(manifest));
    const expected = direct(score, signals.input, signals.key);

    test(`${key}: initial values, 360 known and 60 timed moves, automation, transport: bits as from the engine`, () => {
        assert.ok(peak(expected) > 0.01);
        for (const quantum of QUANTA) {
            const out = hosted(score, signals.input, signals.key, quantum, true);
            assert.equal(sha256(out), sha256(expected), `quantum of ${quantum}`);
        }
    });

    test(`${key}: and the same bits where every record travels in messages`, () => {
        assert.equal(sha256(hosted(score, signals.input, signals.key, 128, false)), sha256(expected));
    });

    test(`${key}: two instances side by side do not hear each other`, () => {
        const page = new Page(true);
        const [one, other] = [page.create(plugin), page.create(plugin)];
        const alone = new Page(true).create(plugin);
        for (let at = 0; at < 9600; at += 128) {
            for (const { scope } of [page, alone.page]) scope.setFrame(at);
            const [a, b] = [signals.input, signals.key].map((x) => x.map((channel) => channel.subarray(at, at + 128)));
            const { out } = one.process([a]);
            other.process([b]);
            assert.deepEqual(out, alone.process([a]).out);
        }
    });
}
