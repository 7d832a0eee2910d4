// Curves in the worker's module: joined as in C, and what they become in each equalizer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Analysis } from '../../worker/analysis.js';
import { CURVE_BANDS, suggest, vote } from '../../worker/curves.js';
import { manifest, workerModule } from './plant.js';

const analyser = (): Analysis => new Analysis(workerModule, manifest);
const flat = (value: number): number[] => new Array<number>(CURVE_BANDS).fill(value);
const zigzag = (value: number): number[] => flat(value).map((x, i) => (i % 2 ? x : -x));
/** A bump around band `at`, four bands wide. */
const bump = (at: number, db: number): number[] => flat(0).map((_, i) => db * Math.exp(-(((i - at) / 2) ** 2)));
const near = (a: number, b: number, by = 1e-4): void => {
    assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`);
};
const place = (key: string): number => manifest.plugins.findIndex((plugin) => plugin.key === key);
const defaults = (key: string): number[] => manifest.plugins[place(key)].params.map(({ def }) => def);
/** DAWG_VOTE_DOUBT. */
const DOUBT = 0.5;
const sure = { confidence: flat(1) };

test('one piece is shrunk by its own variance', () => {
    const joined = vote(analyser(), [{ curve_db: zigzag(2), sigma_db: flat(3) }]);
    assert.ok(joined);
    for (let i = 0; i < CURVE_BANDS; ++i) {
        near(joined.confidence[i], 4 / (4 + DOUBT * 9));
        near(joined.curve_db[i], ((i % 2 ? 2 : -2) * 4) / (4 + DOUBT * 9));
    }
});

test('pieces are joined in any number, and an answer outlives the next', () => {
    const analysis = analyser();
    const one = vote(analysis, [{ curve_db: zigzag(2), sigma_db: flat(1) }]);
    const many = vote(
        analysis,
        Array.from({ length: 1000 }, () => ({ curve_db: zigzag(4), sigma_db: flat(1) })),
    );
    assert.ok(one && many);
    near(one.curve_db[5], (2 * 4) / (4 + DOUBT));
    near(many.confidence[5], 16 / (16 + DOUBT * (0.8 + 0.2 / 1000)));
    near(many.curve_db[5], 4 * many.confidence[5]);
});

test('nothing said is no answer, and a curve of another length is refused', () => {
    const analysis = analyser();
    assert.equal(vote(analysis, []), undefined);
    assert.equal(vote(analysis, [{ curve_db: flat(NaN), sigma_db: flat(1) }]), undefined);
    assert.throws(
        () => vote(analysis, [{ curve_db: [1, 2], sigma_db: flat(1) }]),
        /curve_db has 2 values; it must have 32/,
    );
    assert.throws(() => suggest(analysis, 0, [], { curve_db: flat(0), confidence: [1] }, { strength: 1 }), RangeError);
});

test('the surgical and the mastering equalizer get a band that takes the bump back', () => {
    for (const key of ['surgical_eq', 'mastering_eq']) {
        const now = defaults(key);
        const found = suggest(analyser(), place(key), now, { curve_db: bump(12, -6), ...sure }, { strength: 1 });
        assert.ok(found);
        const first = found.bands.reduce((a, b) => (Math.abs(b.gain_db) > Math.abs(a.gain_db) ? b : a));
        assert.equal(first.type, 'bell');
        near(first.freq_hz, 1158, 150);
        assert.ok(first.gain_db < -3 && first.gain_db > -12 && first.excess_db > 2);
        near(first.confidence, 1);
        assert.ok(found.before_db > 1 && found.after_db < 0.3);
        const { params } = manifest.plugins[place(key)];
        const gain = found.values.find(({ param }) => params[param].key === `band${first.band}_gain_db`);
        near(gain?.value ?? NaN, first.gain_db);
        for (const { param, value } of found.values) {
            const { min, max } = params[param];
            assert.ok(value >= min && value <= max && value !== now[param]);
            assert.ok(found.bands.some(({ band }) => params[param].key.startsWith(`band${band}_`)));
        }
    }
});

test('bands of an earlier suggestion are set anew, those of a hand are not', () => {
    const key = 'surgical_eq';
    const { params } = manifest.plugins[place(key)];
    const now = defaults(key);
    const curve = { curve_db: bump(12, -6), ...sure };
    const first = suggest(analyser(), place(key), now, curve, { strength: 1 });
    assert.ok(first);
    for (const { param, value } of first.values) now[param] = value;
    const own = first.bands.map(({ band }) => band);
    const again = suggest(analyser(), place(key), now, curve, { strength: 0.5, own });
    assert.deepEqual(
        again?.values.map(({ param }) => params[param].key),
        own.map((band) => `band${band}_gain_db`),
    );
    const beside = suggest(analyser(), place(key), now, curve, { strength: 1 });
    assert.ok(beside);
    assert.ok(beside.bands.every(({ band }) => !own.includes(band)));
});

test('the auto EQ gets its 32 gains; a limiter gets nothing', () => {
    const analysis = analyser();
    const curve = { curve_db: bump(12, 5), ...sure };
    const found = suggest(analysis, place('auto_eq'), defaults('auto_eq'), curve, { strength: 0.5 });
    assert.ok(found);
    const { params } = manifest.plugins[place('auto_eq')];
    const byKey = new Map(found.values.map(({ param, value }) => [params[param].key, value]));
    near(byKey.get('band13_gain_db') ?? NaN, 2.5);
    assert.equal(byKey.get('freeze'), 1);
    assert.equal(suggest(analysis, place('limiter'), defaults('limiter'), curve, { strength: 1 }), undefined);
    assert.equal(suggest(analysis, 999, [], curve, { strength: 1 }), undefined);
});
