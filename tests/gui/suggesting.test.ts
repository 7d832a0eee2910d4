// What the page says of a suggestion, and what taking it in part means: portions, keys, the side that is heard, words.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import {
    adviceFor,
    aimText,
    canSuggest,
    followText,
    isThere,
    keysOf,
    modelText,
    otherSide,
} from '../../web/gui/suggesting.js';
import { portionsOf, progressText, summaryOf } from '../../web/gui/suggesting.js';
import type { Change } from '../../web/src/api.js';
import type { Manifest, ParamValue } from '../../web/src/manifest.js';
import { Refused } from '../../worker/errors.js';

const manifest = JSON.parse(readFileSync(resolve('web/generated/manifest.json'), 'utf8')) as Manifest;
const plain = (text: string): string => text.replaceAll('\u202f', ' ');

/** As web/src/changes.ts has them. */
const of = (band: number, hz: number, gain_db: number, reason: string): Change[] => {
    const common = { reason, confidence: 0.8, band, freq_hz: hz, excess_db: -gain_db };
    return [
        { ...common, key: `band${band}_on`, from: false, to: true },
        { ...common, key: `band${band}_gain_db`, from: 0, to: gain_db },
        { ...common, key: `band${band}_freq_hz`, from: 1000, to: hz },
    ];
};
const HIGH =
    '2.0 dB too little above 6.0 kHz: heard −9.0 dB against the mean of the tone, target −7.0 dB; high shelf of +2.0 dB, Q 0.70';
const MUD =
    '4.0 dB too much around 300 Hz: heard +7.0 dB against the mean of the tone, target +3.0 dB; bell of −4.0 dB, Q 1.40';
const output: Change = {
    key: 'output_db',
    from: 0,
    to: 1.5,
    reason: 'the bands alone would make it softer',
    confidence: 1,
};
const freeze: Change = {
    key: 'freeze',
    from: false,
    to: true,
    reason: 'its own engine leaves the curve alone',
    confidence: 1,
};
const suggestion = { changes: [...of(2, 6000, 2, HIGH), ...of(1, 300, -4, MUD), freeze, output] };
const [mud, high] = portionsOf(suggestion);

test('a band is one portion, in order of frequency, with the three parts of its reason', () => {
    assert.deepEqual([mud.name, high.name], ['band1', 'band2']);
    assert.deepEqual(
        [mud.what, mud.heard, mud.action],
        [
            '4.0 dB too much around 300 Hz',
            'Heard +7.0 dB against the mean of the tone, target +3.0 dB',
            'Bell −4.0 dB, Q 1.40',
        ],
    );
    assert.deepEqual([mud.gainDb, mud.hz, mud.confidence, mud.changes.length], [-4, 300, 0.8, 3]);
});
test('a band that a new suggestion switches off is a portion without frequency, at the end', () => {
    const off: Change = {
        key: 'band7_on',
        from: true,
        to: false,
        reason: 'this band is not needed',
        confidence: 0.5,
        band: 7,
    };
    const last = portionsOf({ changes: [off, ...suggestion.changes] }).at(-1);
    assert.deepEqual([last?.name, last?.what, last?.action, last?.gainDb], ['band7', 'This band is not needed', '', 0]);
});
test('what goes with the bands comes along, the output never by itself, and nothing without a band', () => {
    assert.deepEqual(keysOf(suggestion, [high]), ['band2', 'freeze']);
    assert.deepEqual(keysOf(suggestion, []), []);
});
test('beside the present curve: after, what is taken at its strength; before, all as it was; never the output', () => {
    assert.deepEqual(otherSide(suggestion, 'before', [mud], 0.5), {
        ...{ band1_on: true, band1_gain_db: -2, band1_freq_hz: 300 },
    });
    const before = otherSide(suggestion, 'after', [mud], 0.5);
    assert.deepEqual(Object.keys(before).length, 6);
    assert.equal(before.band1_on, false);
    assert.equal(before.band2_gain_db, 0);
});
test('it is there until an undo has taken all of it back, whatever a hand moves besides', () => {
    const from = Object.fromEntries(suggestion.changes.map(({ key, from: value }) => [key, value]));
    const applied = Object.fromEntries(suggestion.changes.map(({ key, to }) => [key, to]));
    const is = (now: Record<string, ParamValue>): boolean => isThere(suggestion, applied, { get: (key) => now[key] });
    assert.equal(is(applied), true);
    assert.equal(is({ ...applied, band1_gain_db: -1 }), true);
    assert.equal(is(from), false);
    assert.equal(is({ ...from, band1_gain_db: -1 }), false);
});
test('it is offered for equalizers whose bands it can set', () => {
    const keys = manifest.plugins.filter(canSuggest).map(({ key }) => key);
    assert.deepEqual(keys.sort(), ['auto_eq', 'mastering_eq', 'surgical_eq']);
    const { params } = manifest.plugins.find(({ key }) => key === 'surgical_eq')!;
    const still = params.filter(({ key }) => !key.endsWith('freq_hz')); // such as the bands of a multiband compressor
    assert.equal(canSuggest({ params: still, bandHz: [] }), false);
});
test('words: how far the tone is, what loads, which model', () => {
    const numbers = { before_db: 3.25, after_db: 0.5 };
    assert.equal(
        plain(summaryOf(numbers, [mud, high], aimText('clarity', ''))),
        'The tone is 3.3 dB away from the goal “clarity”; with all 2 bands 0.5 dB.',
    );
    assert.equal(
        plain(summaryOf({ before_db: 0.2, after_db: 0.2 }, [], aimText('reference', 'a.wav'))),
        'Nothing to do: the tone is within 0.2 dB of the tone of a.wav.',
    );
    const texts = [
        progressText({ part: 'listening', fraction: 0.31 }, 10),
        progressText({ part: 'listening', fraction: 0.31 }, undefined),
        progressText({ part: 'runtime', fraction: 0.5, loaded: 7e6, total: 14.2e6 }, 10),
        progressText({ part: 'model', fraction: undefined, loaded: 120_000 }, 10),
    ];
    assert.deepEqual(texts.map(plain), [
        'Listening: 3 of 10 s',
        'Hearing the programme',
        'Loading the runtime: 7.0 of 14.2 MB',
        'Loading the model: 120 kB',
    ]);
    const model = { key: 'auto_eq_blind', version: 1, variant: 'int8_dynamic', bytes: 305_291 };
    const ran = { provider: 'wasm', threads: 1, skipped: undefined } as const;
    const ms = { load: 900, features: 35, inference: 0.4, fit: 0.8 };
    assert.equal(
        plain(modelText({ model: { ...model, ...ran }, ms, confidence: [0.5, 0.7] })),
        'auto_eq_blind 1 (int8_dynamic, 306 kB): 60 % sure, 36 ms',
    );
});
test('an error comes with what to do', () => {
    const says: [Error, RegExp][] = [
        [new Refused('the programme is silent. Give a piece in which it sounds.'), /Play a part in which it sounds/],
        [new Error('Nothing plays, so that there is nothing to hear.'), /Play a part/],
        [new Refused('the reference lasts 0.40 s; at least 1 s is needed to know its tone.'), /ten are better/],
        [new Error("The brain's worker is lost again and again: crash"), /another worker is started/],
        [
            new Error('https://x/y.onnx could not be fetched: 404. modelBaseUrl says where the models are.'),
            /connection/,
        ],
        [new Error('This browser cannot decode song.xyz.'), /another file/],
        [new Error('?'), /Try again/],
    ];
    for (const [{ message }, wanted] of says) assert.match(adviceFor(message), wanted, message);
});

test('a follower says what it hears and leads', () => {
    const model = {
        ...{ key: 'auto_eq_blind', version: 2, variant: 'int8_dynamic', bytes: 300000 },
        ...{ provider: 'wasm' as const, threads: 1, skipped: undefined },
    };
    const common = { reason: undefined, seconds: 7.4, confidence: [0.2, 0.6], model };
    const keys = ['band3_gain_db', 'band5_gain_db', 'output_db'];
    assert.equal(
        plain(followText({ ...common, state: 'follow', keys })),
        'Leads 2 bands, 40 % sure of the last 7 s (auto_eq_blind, int8_dynamic)',
    );
    assert.match(followText({ ...common, state: 'hold', keys: keys.slice(1) }), /^Holds 1 band,/);
    assert.equal(plain(followText({ ...common, state: 'listening', keys: [] })), 'Listening: 7 s of sound so far');
    assert.equal(followText({ ...common, state: 'hold', keys: [] }), 'Nothing to do so far');
    assert.equal(followText({ ...common, confidence: [], state: 'hold', keys: [] }), 'Listening');
    assert.equal(
        plain(followText({ ...common, state: 'ease', reason: 'silence', keys })),
        'Nothing sounds: the bands go back to 0 dB',
    );
    assert.match(followText({ ...common, state: 'ease', reason: 'unknown', keys }), /does not know this kind of sound/);
});
