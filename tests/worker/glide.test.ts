// The pure half of the follower of tone: what starts to move, how fast, how far, and how answers fade.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Glide, Opinions } from '../../worker/glide.js';
import type { LedGain } from '../../worker/glide.js';

const settings = { hysteresis_db: 0.5, slew_db_per_s: 3 };
const gain = (param: number, more: Partial<LedGain> = {}): LedGain => ({
    ...{ param, value: 0, home: 0, min: -12, max: 12 },
    ...more,
});
/** Steps of 0.1 s. */
const run = (glide: Glide, steps: number) => Array.from({ length: steps }, () => glide.step());

test('nothing starts to move within 0.5 dB; what moves arrives, never faster than 3 dB/s', () => {
    const glide = new Glide(settings);
    glide.lead([gain(1), gain(2)]);
    glide.aim(1, 0.5);
    glide.aim(2, -6);
    const steps = run(glide, 60);
    assert.ok(steps.every((moves) => moves.every(({ param }) => param === 2)));
    const way = steps.flatMap((moves) => moves.map(({ plain }) => plain));
    way.forEach((plain, i) => assert.ok(Math.abs(plain - (way[i - 1] ?? 0)) <= 0.3 + 1e-9));
    assert.ok(Math.abs(way[9]) > 1.8, `${way[9]} dB after 1 s: the ramps' peaks are 1.6 times their mean`);
    assert.equal(way.at(-1), -6);
    assert.deepEqual(glide.step(), []);
});
test('a target beyond the range stops at its edge; one that is no number counts for nothing', () => {
    const glide = new Glide(settings);
    glide.lead([gain(1, { max: 4 })]);
    glide.aim(1, 9);
    run(glide, 60);
    assert.equal(glide.value(1), 4);
    glide.aim(1, NaN);
    assert.deepEqual(run(glide, 5).flat(), []);
});
test('what the hand takes is left alone for good, the others go on', () => {
    const glide = new Glide(settings);
    glide.lead([gain(1), gain(2)]);
    for (const param of [1, 2]) glide.aim(param, -3);
    glide.step();
    assert.equal(glide.drop(1), true);
    assert.equal(glide.drop(1), false);
    glide.aim(1, 5);
    assert.ok(run(glide, 40).every((moves) => moves.every(({ param }) => param === 2)));
    assert.equal(glide.value(2), -3);
});
test('it eases all the way home, however near, and starts again', () => {
    const glide = new Glide(settings);
    glide.lead([gain(1, { value: 0.3 }), gain(2, { value: -5, home: 1 })]);
    glide.ease();
    run(glide, 60);
    assert.deepEqual([glide.value(1), glide.value(2), glide.isHome], [0, 1, true]);
    glide.aim(2, -2);
    run(glide, 30);
    assert.equal(glide.value(2), -2);
});
test('answers fade: older than 4 s they are gone, doubt doubles in 2 s, and 2.5 s of sound count a quarter of 10 s', () => {
    const opinions = new Opinions();
    const piece = { curve_db: [1], sigma_db: [0.5] };
    opinions.add([piece], 2.5, 10);
    assert.equal(opinions.pieces[0].sigma_db[0], 1);
    opinions.add([piece], 10, 12);
    assert.deepEqual(
        opinions.pieces.map(({ sigma_db }) => sigma_db[0]),
        [2, 0.5],
    );
    opinions.add([piece], 10, 14.5);
    assert.equal(opinions.pieces.length, 2);
    assert.ok(Math.abs(opinions.doubt_db - 0.5) < 1e-9);
    opinions.add([{ curve_db: [1], sigma_db: [NaN] }], 10, 15);
    assert.equal(opinions.doubt_db, Infinity);
});
test('settings that are no settings are refused', () => {
    for (const bad of [{ hysteresis_db: -1 }, { slew_db_per_s: 0 }, { slew_db_per_s: NaN }])
        assert.throws(() => new Glide({ ...settings, ...bad }), RangeError);
});
