// The follower in closed loop with the real DSP: how fast it settles, that it does not overshoot, what it never does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Follower } from '../../worker/follow.js';
import { INSTANCE, Plant, RATE } from './plant.js';
import type { Options } from './plant.js';

const EQ: Pick<Options, 'plugin' | 'param'> = { plugin: 'surgical_eq', param: 'output_db' };
const TARGET = -18;
const HYSTERESIS = 0.5;

/** Loudness of the material at level 0 dB, LUFS. */
const reference = ((): number => {
    const plant = new Plant({ ...EQ, level_db: () => -20, follow: { target_lufs: TARGET, min_db: 0, max_db: 0 } });
    plant.run(4);
    return plant.shortTerm[39] + 20;
})();
/** Level at which the material has that loudness, dB. */
const level = (lufs: number): number => lufs - reference;

/** Seconds from `from` on until short-term loudness stays within `band` LU of the target. */
function settled(plant: Plant, from: number, band: number): number {
    const outside = plant.shortTerm.findLastIndex((lufs) => Math.abs(lufs - TARGET) > band);
    return (outside + 1) / 10 - from;
}
/** dB/s, per sample; a float's rounding makes up to 0.1 of it. */
function fastest(gains_db: readonly number[]): number {
    let most = 0;
    for (let i = 1; i < gains_db.length; ++i) most = Math.max(most, Math.abs(gains_db[i] - gains_db[i - 1]) * RATE);
    return most;
}

for (const jump of [-10, -4, 4, 10])
    test(`a jump of ${jump} dB: short-term loudness is back within 9 s, without overshoot, never faster than 3 dB/s`, (t) => {
        const plant = new Plant({
            ...EQ,
            level_db: (s) => level(s < 10 ? TARGET : TARGET + jump),
            follow: { target_lufs: TARGET },
            late_ms: 10,
        });
        plant.run(10);
        assert.equal(plant.moves.length, 0, 'nothing to do before');
        plant.run(20);
        const seconds = settled(plant, 10, HYSTERESIS);
        const beyond = plant.shortTerm.slice(100).map((lufs) => (TARGET - lufs) * Math.sign(jump));
        const overshoot = Math.max(...beyond);
        const speed = fastest(plant.gains_db);
        t.diagnostic(
            `settled after ${seconds.toFixed(1)} s, overshoot ${overshoot.toFixed(2)} LU, ` +
                `fastest ${speed.toFixed(2)} dB/s, ${plant.moves.length} moves, end ${plant.shortTerm.at(-1)?.toFixed(2)}`,
        );
        assert.ok(seconds <= 9, `${seconds} s`);
        assert.ok(overshoot <= 0.15, `${overshoot} LU`);
        assert.ok(speed <= 3.1, `${speed} dB/s`);
        assert.ok(plant.moves.every((m) => m.delay_frames <= 0.02 * RATE));
        const rest = plant.moves.filter((m) => m.seconds > 25);
        assert.deepEqual(rest, [], 'and then it holds still');
    });

test('a start 8 LU away from the target, with a worker that wakes up to 0.2 s late: there after 9 s', (t) => {
    const plant = new Plant({
        ...EQ,
        level_db: () => level(TARGET + 8),
        follow: { target_lufs: TARGET },
        late_ms: 200,
    });
    plant.run(15);
    const seconds = settled(plant, 0, HYSTERESIS);
    t.diagnostic(`settled after ${seconds.toFixed(1)} s`);
    assert.ok(seconds <= 9);
    assert.ok(fastest(plant.gains_db) <= 3.1);
    assert.ok(Math.min(...plant.shortTerm.slice(40)) >= TARGET - 0.15);
});

test('steps every 5 s, up and down: no swinging, within 0.5 LU 8 s after the last', (t) => {
    const steps = [0, 6, -3, 5, -6, 2];
    const plant = new Plant({
        ...EQ,
        level_db: (s) => level(TARGET + steps[Math.min(5, Math.floor(s / 5))]),
        follow: { target_lufs: TARGET },
        late_ms: 10,
    });
    plant.run(45);
    const seconds = settled(plant, 25, HYSTERESIS);
    const late = plant.moves.filter((m) => m.seconds > 25).map((m) => m.plain);
    let turns = 0;
    for (let i = 2; i < late.length; ++i) if ((late[i] - late[i - 1]) * (late[i - 1] - late[i - 2]) < 0) ++turns;
    t.diagnostic(`settled after ${seconds.toFixed(1)} s, ${turns} turns`);
    assert.ok(seconds <= 8 && turns <= 1);
});

test('through a limiter, which gives back less than the gain puts in, it arrives without overshoot', (t) => {
    const plant = new Plant({
        plugin: 'limiter',
        param: 'input_db',
        values: { ceiling_db: -14 },
        level_db: (s) => level(TARGET - 8) + 5 * Math.sin(2 * Math.PI * 3 * s),
        follow: { target_lufs: TARGET, max_db: 24 },
    });
    plant.run(40);
    const overshoot = Math.max(...plant.shortTerm.slice(5)) - TARGET;
    const gain = plant.moves.at(-1)?.plain ?? 0;
    t.diagnostic(
        `settled after ${settled(plant, 0, HYSTERESIS).toFixed(1)} s with ${gain.toFixed(1)} dB for 8 LU, ` +
            `overshoot ${overshoot.toFixed(2)} LU`,
    );
    assert.ok(gain >= 8, `${gain} dB: the limiter worked`);
    assert.ok(settled(plant, 0, HYSTERESIS) <= 20);
    assert.ok(overshoot <= 0.15);
    assert.ok(
        plant.moves.every((m, i) => i === 0 || m.plain >= plant.moves[i - 1].plain),
        'one way only',
    );
});

test('within the hysteresis it holds still, with material that sways by 0.35 LU and beats by 6 dB', () => {
    const plant = new Plant({
        ...EQ,
        level_db: (s) => level(TARGET - 0.52 + 0.35 * Math.sin(s / 3)) + 3 * Math.sin(2 * Math.PI * 4 * s),
        follow: { target_lufs: TARGET },
    });
    plant.run(30);
    const sway = plant.shortTerm.slice(40).map((lufs) => lufs - TARGET);
    assert.ok(Math.max(...sway) > 0.2 && Math.min(...sway) < -0.2, 'there was something to hold still at');
    assert.deepEqual(plant.moves, []);
});

test('the range is respected, and a target beyond it holds at its edge', () => {
    const plant = new Plant({
        ...EQ,
        level_db: () => level(TARGET - 20),
        follow: { target_lufs: TARGET, min_db: -3, max_db: 4 },
    });
    plant.run(12);
    assert.equal(Math.max(...plant.moves.map((m) => m.plain)), 4);
    const count = plant.moves.length;
    plant.run(5);
    assert.equal(plant.moves.length, count);
    assert.ok(Math.abs((plant.gains_db.at(-1) ?? 0) - 4) < 1e-3);
});

test('on silence it eases back to where it was, no faster than the slew limit, and starts again with the sound', () => {
    const plant = new Plant({
        ...EQ,
        start_db: 1,
        level_db: (s) => (s < 10 || s > 20 ? level(TARGET - 7) : -90),
        follow: { target_lufs: TARGET },
    });
    plant.run(10);
    assert.ok(Math.abs((plant.gains_db.at(-1) ?? 0) - 7) <= 0.3);
    plant.run(10);
    assert.equal(plant.moves.at(-1)?.plain, 1);
    assert.equal(plant.states.at(-1), 'ease');
    assert.ok(fastest(plant.gains_db.slice(0, 20 * RATE)) <= 3.3); // quiet noise is read less exactly
    const signal = plant.moves.filter((m) => m.seconds > 10.5).map((m) => m.confidence);
    assert.ok(signal[0] > 0.7 && (signal.at(-1) ?? 1) < 0.2, 'the window empties, confidence falls');
    plant.run(12);
    assert.ok(Math.abs((plant.gains_db.at(-1) ?? 0) - 7) <= 0.3);
});

test('the hand takes over: after release no move comes, although the loudness is off', () => {
    const plant = new Plant({ ...EQ, level_db: () => level(TARGET + 8), follow: { target_lufs: TARGET } });
    plant.run(2);
    assert.ok(plant.moves.length > 5);
    plant.isBrains = false; // the host ignores what comes until the page's message gets through
    plant.run(0.3);
    plant.bench.send({ type: 'release', instance: INSTANCE });
    plant.run(0.01);
    const count = plant.moves.length;
    const gain = plant.gains_db.at(-1) ?? 0;
    plant.run(5);
    assert.equal(plant.moves.length, count);
    assert.ok(Math.abs((plant.gains_db.at(-1) ?? 0) - gain) < 1e-3);
});

test('over messages it settles as well', (t) => {
    const plant = new Plant({
        ...EQ,
        kind: 'messages',
        late_ms: 10,
        level_db: () => level(TARGET + 8),
        follow: { target_lufs: TARGET },
    });
    plant.run(15);
    const delays = plant.moves.map((m) => (m.delay_frames / RATE) * 1000);
    t.diagnostic(
        `settled after ${settled(plant, 0, HYSTERESIS).toFixed(1)} s, delay ${Math.max(...delays).toFixed(1)} ms`,
    );
    assert.ok(settled(plant, 0, HYSTERESIS) <= 8);
    assert.ok(fastest(plant.gains_db) <= 3.1);
});

test('confidence is the part of the last 3 s that held a signal; little signal moves nothing', () => {
    const settings = { value_db: 0, target_lufs: -18, hysteresis_lu: 0.5, slew_db_per_s: 3, min_db: -12, max_db: 12 };
    const follower = new Follower(settings);
    const seen = Array.from({ length: 40 }, () => follower.update(10, 0.1));
    for (const [i, step] of seen.entries()) {
        assert.ok(Math.abs(step.confidence - Math.min(1, (i + 1) / 30)) < 1e-9);
        assert.equal(step.isMove, i >= 3, 'from 400 ms on');
    }
    assert.equal(new Follower(settings).update(10, 0).confidence, 0);
});

test('the first half second says little: 1.5 LU off moves nothing until two thirds of the window are filled', () => {
    const settings = { value_db: 0, target_lufs: -18, hysteresis_lu: 0.5, slew_db_per_s: 3, min_db: -12, max_db: 12 };
    const follower = new Follower(settings);
    const power = 10 ** ((-18 - 1.5 + 0.691) / 10);
    const first = Array.from({ length: 30 }, () => follower.update(10, power)).findIndex(({ isMove }) => isMove);
    assert.ok(first === 19 || first === 20, `${first}`);
});

test('settings that are no settings are refused', () => {
    const good = { value_db: 0, target_lufs: -18, hysteresis_lu: 0.5, slew_db_per_s: 3, min_db: -12, max_db: 12 };
    for (const bad of [
        { target_lufs: NaN },
        { slew_db_per_s: 0 },
        { hysteresis_lu: -1 },
        { min_db: 13 },
        { max_db: Infinity },
    ])
        assert.throws(() => new Follower({ ...good, ...bad }), RangeError);
});
