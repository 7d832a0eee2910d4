// Values as people read and type them: readouts, typed entries, and that what is shown can be typed back.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { allowedText, isAmount, parseText, valueText } from '../../web/gui/text.js';
import type { Manifest, ParamInfo } from '../../web/src/manifest.js';

const manifest = JSON.parse(readFileSync(resolve('web/generated/manifest.json'), 'utf8')) as Manifest;
const param = (over: Partial<ParamInfo>): ParamInfo => ({
    key: 'x',
    name: 'X',
    unit: '',
    curve: 'lin',
    min: 0,
    max: 1,
    def: 0.5,
    labels: [],
    help: '',
    automatable: true,
    mlTarget: false,
    minIsOff: false,
    maxIsOff: false,
    setsLatency: false,
    smoothMs: 0,
    ...over,
});
const hz = param({ unit: 'Hz', curve: 'log', min: 20, max: 20000, def: 1000 });
const db = param({ unit: 'dB', min: -24, max: 24, def: 0 });
const ms = param({ unit: 'ms', curve: 'log', min: 1, max: 2000, def: 375 });
const amount = param({ max: 1.1 });
const q = param({ curve: 'log', min: 0.1, max: 40, def: 1 });
const ratio = param({ unit: ':1', curve: 'log', min: 1, max: 20, def: 2 });
const limiting = param({ unit: ':1', curve: 'log', min: 1, max: 100, def: 3, maxIsInfinite: true });
const count = param({ curve: 'int', min: 1, max: 8, def: 4 });
const label = param({ curve: 'enum', max: 2, labels: ['off', '1/8', 'Low-Pass'] });
const onOff = param({ curve: 'bool' });
const cut = param({ unit: 'Hz', curve: 'log', min: 20, max: 1000, def: 100, minIsOff: true });

/** With a plain space and a hyphen, as a test reads best. */
const shown = (p: ParamInfo, plain: number): string =>
    valueText(p, plain).replace('\u202f', ' ').replace('\u2212', '-');

test('readouts: kHz from 1000 Hz on, s from 1000 ms on, three digits', () => {
    assert.equal(shown(hz, 20), '20 Hz');
    assert.equal(shown(hz, 999), '999 Hz');
    assert.equal(shown(hz, 1000), '1 kHz');
    assert.equal(shown(hz, 1234), '1.23 kHz');
    assert.equal(shown(hz, 12345), '12.3 kHz');
    assert.equal(shown(ms, 1), '1 ms');
    assert.equal(shown(ms, 9.876), '9.88 ms');
    assert.equal(shown(ms, 1500), '1.5 s');
    assert.equal(shown(q, 0.707), '0.707');
});
test('readouts: levels have one decimal and, where both signs occur, a plus; zero has none', () => {
    assert.equal(shown(db, 3), '+3.0 dB');
    assert.equal(shown(db, -3.25), '-3.3 dB');
    assert.equal(shown(db, 0), '0.0 dB');
    assert.equal(shown(db, -0.04), '0.0 dB');
    assert.equal(shown({ ...db, max: 0 }, -12), '-12.0 dB');
});
test('readouts: amounts are percent, switches on and off, choices their labels, ends of the path "off"', () => {
    assert.equal(shown(amount, 0.35), '35 %');
    assert.equal(shown(param({ min: -1 }), -0.5), '-50 %');
    assert.equal(shown(onOff, 1), 'on');
    assert.equal(shown(label, 2), 'Low-Pass');
    assert.equal(shown(cut, 20), 'off');
    assert.equal(shown(cut, 21), '21 Hz');
    assert.equal(shown(param({ unit: 'degrees', max: 180 }), 90), '90°');
});

const TYPED: [p: ParamInfo, text: string, plain: number | undefined][] = [
    [hz, '1.2k', 1200],
    [hz, '1.2 kHz', 1200],
    [hz, '440', 440],
    [hz, '440Hz', 440],
    [hz, '30', 30],
    [hz, '5', 20],
    [hz, '99k', 20000],
    [hz, '3 ms', undefined],
    [db, '-3', -3],
    [db, '\u22123 dB', -3],
    [db, '+2,5', 2.5],
    [db, '.5', 0.5],
    [db, '3 Hz', undefined],
    [ms, '350 ms', 350],
    [ms, '0.35 s', 350],
    [ms, '0,35s', 350],
    [ms, '1500', 1500],
    [amount, '45 %', 0.45],
    [amount, '45', 0.45],
    [amount, '200', 1.1],
    [q, '0.71', 0.71],
    [q, '1 Hz', undefined],
    [count, '3.6', 4],
    [label, '1/8', 1],
    [label, ' low-pass ', 2],
    [label, 'band', undefined],
    [onOff, 'On', 1],
    [onOff, 'no', 0],
    [onOff, '2', undefined],
    [cut, 'off', 20],
    [hz, 'off', undefined],
    [hz, 'default', 1000],
    [hz, 'max', 20000],
    [db, 'min', -24],
    [db, '', undefined],
    [db, '1e3', undefined],
    [db, 'NaN', undefined],
    [db, '1.2.3', undefined],
    [ratio, '4:1', 4],
    [ratio, '2.5', 2.5],
    [ratio, '4:2', undefined],
];
test('typed entries: units, decimal commas, signs, labels; clamped to the range; what cannot be read is refused', () => {
    for (const [p, text, plain] of TYPED) {
        const found = parseText(p, text);
        if (plain === undefined) assert.equal(found, undefined, `"${text}" for ${p.unit || p.curve}`);
        else assert.ok(found !== undefined && Math.abs(found - plain) < 1e-9, `"${text}": ${found}, not ${plain}`);
    }
});

test('every parameter of every plugin: its readout, typed back, is the value within what the readout shows', () => {
    let seen = 0;
    for (const plugin of manifest.plugins)
        for (const p of plugin.params)
            for (const share of [0, 0.137, 0.5, 0.86, 1]) {
                const between = p.curve === 'log' ? p.min * (p.max / p.min) ** share : p.min + (p.max - p.min) * share;
                const plain = p.curve === 'lin' || p.curve === 'log' ? between : Math.round(between);
                const back = parseText(p, valueText(p, plain));
                const slack = isAmount(p)
                    ? 0.0051
                    : /^dB/.test(p.unit)
                      ? 0.051
                      : p.unit === 'degrees'
                        ? 0.51
                        : Math.max(0.006 * Math.abs(plain), 1e-6);
                assert.ok(
                    back !== undefined && Math.abs(back - plain) <= slack,
                    `${plugin.key} ${p.key}: ${plain} -> "${valueText(p, plain)}" -> ${back}`,
                );
                ++seen;
            }
    assert.ok(seen > 300, `${seen} values`);
});
test('what may be typed is said with units', () => {
    assert.equal(allowedText(hz).replaceAll('\u202f', ' '), '20 Hz to 20 kHz');
    assert.equal(allowedText(cut).replaceAll('\u202f', ' '), '20 Hz to 1 kHz, or off');
    assert.equal(allowedText(label), 'off, 1/8, Low-Pass');
});
test('a maximum that stands for infinity is shown and typed as such', () => {
    assert.equal(shown(limiting, 100), '∞:1');
    assert.equal(shown(limiting, 99), '99:1');
    assert.equal(shown(ratio, 20), '20:1');
    for (const typed of ['∞', '∞:1', 'inf', 'infinity :1', '100:1']) assert.equal(parseText(limiting, typed), 100);
    assert.equal(parseText(ratio, '∞'), undefined);
});
