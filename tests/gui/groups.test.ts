// A panel is made from the manifest: every parameter has one place, bands come from the form of the keys.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { nameInBand, nameInGroup, panelOf } from '../../web/gui/groups.js';
import { findsProblems, problemsOf } from '../../web/gui/problems.js';
import { isLevel, isReduction, meterPlace, shortName } from '../../web/gui/meter.js';
import { findingText, readoutText, readoutsOf, takerOf } from '../../web/gui/readouts.js';
import { columns, hzToX, xToHz } from '../../web/gui/scale.js';
import type { Manifest, PluginInfo } from '../../web/src/manifest.js';

const manifest = JSON.parse(readFileSync(resolve('web/generated/manifest.json'), 'utf8')) as Manifest;
const pluginOf = (key: string): PluginInfo => {
    const found = manifest.plugins.find((plugin) => plugin.key === key);
    assert.ok(found, key);
    return found;
};

test('every parameter of every plugin is on the panel exactly once', () => {
    for (const plugin of manifest.plugins) {
        const { bands, fixed, groups, bypass } = panelOf(plugin);
        const keys = [
            ...[...bands, ...fixed].flatMap(({ params }) => [...params.values()].map(({ key }) => key)),
            ...groups.flatMap(({ params }) => params.map(({ key }) => key)),
            ...(bypass ? [bypass.key] : []),
        ];
        assert.deepEqual(keys.toSorted(), plugin.params.map(({ key }) => key).toSorted(), plugin.key);
        assert.equal(new Set(keys).size, keys.length, plugin.key);
    }
});
test('surgical_eq: eight bands of twelve controls; what is left is problems, mode and output', () => {
    const { bands, groups } = panelOf(pluginOf('surgical_eq'));
    assert.deepEqual(
        bands.map(({ number }) => number),
        [1, 2, 3, 4, 5, 6, 7, 8],
    );
    for (const band of bands)
        assert.deepEqual(
            [...band.params.keys()],
            [
                ...['on', 'type', 'freq_hz', 'gain_db', 'q', 'slope', 'placement'],
                ...['threshold_db', 'ratio', 'range_db', 'attack_ms', 'release_ms'],
            ],
            band.prefix,
        );
    assert.deepEqual(
        groups.map(({ name }) => name),
        ['Problems', 'Mode', 'Output'],
    );
    const [first] = bands;
    assert.deepEqual(
        [...first.params.values()].map((param) => nameInBand(param, first)),
        [
            ...['On', 'Type', 'Frequency', 'Gain', 'Q', 'Slope', 'Placement'],
            ...['Threshold', 'Ratio', 'Range', 'Attack', 'Release'],
        ],
    );
});
test('auto_eq: 32 gains at frequencies that the plugin has are drawn; the engine has its group', () => {
    const info = pluginOf('auto_eq');
    const { bands, fixed, groups } = panelOf(info);
    assert.equal(bands.length, 0);
    assert.deepEqual(
        fixed.map(({ number }) => number),
        Array.from({ length: 32 }, (_, i) => i + 1),
    );
    assert.equal(info.bandHz.length, 32);
    assert.deepEqual(
        groups.map(({ name }) => name).filter((name) => ['Engine', 'Problems', 'More'].includes(name)),
        ['Engine', 'Problems'],
    );
});
test('vintage_eq: one group per band, named once', () => {
    const { groups } = panelOf(pluginOf('vintage_eq'));
    for (const name of ['Low', 'Low Mid', 'Mid', 'High Mid', 'High']) {
        const group = groups.find((one) => one.name === name);
        assert.ok(group, name);
        assert.ok(nameInGroup(group.params[0], group).startsWith('Frequency'), name);
    }
});
test('vintage_compressor: drive and quality stand with the harmonics that they act on', () => {
    const { groups } = panelOf(pluginOf('vintage_compressor'));
    assert.deepEqual(
        groups.map(({ name }) => name),
        ['Model', 'Level', 'Response', 'Key', 'Harmonics', 'Output'],
    );
    assert.deepEqual(
        groups.find(({ name }) => name === 'Harmonics')?.params.map(({ key }) => key),
        ['harmonics', 'drive_db', 'even', 'odd', 'transformer', 'warmth', 'quality'],
    );
});
test('readings: loudness and balance, no levels and nothing of a band; silence is a dash', () => {
    const shown = readoutsOf(pluginOf('mastering_eq')).map(({ key }) => key);
    assert.ok(shown.includes('integrated_lufs') && shown.includes('balance1_db'));
    for (const { key } of readoutsOf(pluginOf('surgical_eq'))) assert.doesNotMatch(key, /^(band|problem)\d|peak/);
    assert.equal(readoutText({ unit: 'LUFS' }, -14.04), '\u221214.0\u202fLUFS');
    assert.equal(readoutText({ unit: 'dB' }, -200), '\u2013');
    assert.equal(readoutText({ unit: 'Hz' }, 2500), '2.50\u202fkHz');
    assert.equal(readoutText({ unit: '' }, 3), '3');
});
test('problems: what the meters say, in words, and nothing where nothing was found', () => {
    const info = pluginOf('surgical_eq');
    const meters = Object.fromEntries(info.meters.map(({ key, idle }) => [key, idle]));
    assert.ok(findsProblems(info) && !findsProblems(pluginOf('limiter')));
    assert.deepEqual(problemsOf({ info, meters }), []);
    Object.assign(meters, { problem2_freq_hz: 431, problem2_gain_db: -5.5, problem2_q: 9, problem2_kind: 1 });
    assert.deepEqual(problemsOf({ info, meters }), [{ kind: 'resonance', hz: 431, gainDb: -5.5, q: 9 }]);
});
test('a plugin of nine or more loose parameters has groups with names, none of one control but the output', () => {
    for (const plugin of manifest.plugins) {
        const { bands, groups } = panelOf(plugin);
        const loose = groups.flatMap(({ params }) => params).length;
        if (loose > 8) assert.ok(groups.length > 2, `${plugin.key}: ${groups.length} groups`);
        if (groups.length > 1 || bands.length > 0)
            for (const { name, params } of groups) {
                assert.notEqual(name, '', plugin.key);
                assert.ok(params.length > 1 || name === 'Output' || groups[0].name === name, `${plugin.key} ${name}`);
            }
    }
});
test('the frequency axis: 20 Hz at the left edge, 20 kHz at the right, equal octaves, there and back', () => {
    assert.equal(hzToX(20, 500), 0);
    assert.ok(Math.abs(hzToX(20000, 500) - 500) < 1e-9);
    assert.ok(Math.abs(hzToX(200, 500) - hzToX(100, 500) - (hzToX(4000, 500) - hzToX(2000, 500))) < 1e-9);
    for (const hz of [20, 440, 1234, 20000]) assert.ok(Math.abs(xToHz(hzToX(hz, 640), 640) / hz - 1) < 1e-12);
});
test('a spectrum in columns: a single bin of 0 dB stands within a column of its frequency, at 0 dB', () => {
    const [rate, size, width] = [48000, 8192, 600];
    for (const bin of [10, 171, 1700]) {
        const bins = new Float32Array(size / 2 + 1).fill(-120);
        bins[bin] = 0;
        const shown = columns(bins, rate, size, width, new Float32Array(width));
        const highest = shown.indexOf(Math.max(...shown));
        const wanted = hzToX((bin * rate) / size, width);
        assert.ok(Math.abs(highest - wanted) <= 1, `bin ${bin}: column ${highest}, wanted ${wanted.toFixed(1)}`);
        assert.ok(shown[highest] > -6 && shown[highest] <= 0, `bin ${bin}: ${shown[highest]} dB`);
    }
});
test('meters: what comes in, what is taken off, what goes out; bands by number, stages by name', () => {
    const names = (key: string): string[] =>
        pluginOf(key)
            .meters.filter((meter) => isLevel(meter) || isReduction(meter))
            .sort((a, b) => meterPlace(a) - meterPlace(b))
            .map(shortName);
    assert.deepEqual(names('limiter'), ['In', 'GR', 'Out', 'TP']);
    assert.deepEqual(names('multiband_compressor'), ['In', 'GR', '1', '2', '3', '4', 'Out']);
    assert.deepEqual(names('vocal_compressor'), ['In', 'Key', 'GR', 'Proximity', 'De-ess', 'Breath', 'Out']);
});
test('readouts: a finding has its label, no frequency a dash; what is suggested names the parameter that takes it', () => {
    const vocal = pluginOf('vocal_compressor');
    const voice = vocal.meters.find(({ key }) => key === 'detected_voice')!;
    assert.deepEqual(
        [0, 1, 2].map((value) => findingText(vocal, voice, value)),
        ['\u2013', 'Male', 'Female'],
    );
    assert.equal(readoutText({ unit: 'Hz' }, 0), '\u2013');
    const takers = (key: string): (string | undefined)[] =>
        pluginOf(key)
            .meters.filter((meter) => meter.key.startsWith('suggested_'))
            .map((meter) => takerOf(pluginOf(key), meter)?.key);
    assert.deepEqual(takers('multiband_compressor'), ['crossover1_hz', 'crossover2_hz', 'crossover3_hz']);
    assert.deepEqual(takers('limiter'), ['input_db']);
    assert.equal(takerOf(vocal, voice), undefined);
});
