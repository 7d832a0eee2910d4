// Decisions about suggestions: one per suggestion, kept, bounded, given away as a file.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import type { Portion } from '../../web/gui/suggesting.js';
import { Verdicts, verdictOf } from '../../web/gui/verdicts.js';
import type { Verdict } from '../../web/gui/verdicts.js';
import type { Manifest } from '../../web/src/manifest.js';

const manifest = JSON.parse(readFileSync(resolve('web/generated/manifest.json'), 'utf8')) as Manifest;

/** Of so many characters. */
class Shelf {
    text: string | null = null;
    constructor(private readonly room = Infinity) {}
    getItem(): string | null {
        return this.text;
    }
    setItem(_: string, text: string): void {
        if (text.length > this.room) throw new Error('full');
        this.text = text;
    }
    removeItem(): void {
        this.text = null;
    }
}
const portion = (band: number, hz: number | undefined): Portion => ({
    ...{ name: `band${band}`, band, changes: [], what: '', heard: '', action: '' },
    ...{ confidence: 0.812345, gainDb: -3.14159, hz },
});
const portions = [portion(1, 301.234), portion(4, undefined)];
const suggestion = {
    model: {
        ...{ key: 'auto_eq_blind', version: 1, variant: 'int8', bytes: 9, provider: 'wasm' as const },
        threads: 1,
        skipped: '',
    },
    curve_db: [1.23456, -2],
    confidence: [0.98765, 0.5],
};
const verdict = (id: string, strength = 1): Verdict =>
    verdictOf(suggestion, portions, [portions[0]], {
        ...{ id, strength, date: '2026-01-02T03:04:05.000Z', plugin: 'surgical_eq', goal: 'warmth' },
    });

test('a verdict has what the model wanted, what was taken and what was left', () => {
    const { model, bands, curve_db, confidence } = verdict('a');
    assert.deepEqual(model, { key: 'auto_eq_blind', version: 1, variant: 'int8' });
    assert.deepEqual(
        [curve_db, confidence],
        [
            [1.23, -2],
            [0.99, 0.5],
        ],
    );
    assert.deepEqual(bands, [
        { band: 1, freq_hz: 301.2, gain_db: -3.14, confidence: 0.81, accepted: true },
        { band: 4, freq_hz: null, gain_db: -3.14, confidence: 0.81, accepted: false },
    ]);
});
test('the last word on a suggestion counts; they are there again after a reload, until they are forgotten', () => {
    const shelf = new Shelf();
    const first = new Verdicts(shelf);
    for (const one of [verdict('a'), verdict('b'), verdict('a', 0.5)]) first.add(one);
    const again = new Verdicts(shelf);
    assert.deepEqual(
        again.list.map(({ id, strength }) => [id, strength]),
        [
            ['b', 1],
            ['a', 0.5],
        ],
    );
    const file = JSON.parse(again.export(manifest)) as { format: string; curve_hz: number[]; verdicts: Verdict[] };
    assert.equal(file.format, 'dawg-verdicts');
    assert.equal(file.curve_hz.length, 32);
    assert.deepEqual(file.verdicts, again.list);
    again.clear();
    assert.equal(new Verdicts(shelf).list.length, 0);
});
test('the oldest go: beyond the most, and where there is no room', () => {
    const few = new Verdicts(new Shelf(), 3);
    for (const id of 'abcde') few.add(verdict(id));
    assert.equal(few.list.map(({ id }) => id).join(''), 'cde');
    const size = JSON.stringify(verdict('a')).length;
    const shelf = new Shelf(4.5 * size);
    const tight = new Verdicts(shelf);
    for (const id of 'abcde') tight.add(verdict(id));
    assert.equal(tight.list.map(({ id }) => id).join(''), 'de');
    assert.deepEqual(JSON.parse(shelf.text ?? ''), tight.list);
});
test('without a shelf, or with one that holds something else, they last as long as the page', () => {
    const shelf = new Shelf();
    shelf.text = '{"no": "list"';
    for (const one of [new Verdicts(), new Verdicts(shelf), new Verdicts(new Shelf(0))]) {
        one.add(verdict('a'));
        assert.equal(one.list.length, 1);
    }
});
