// dawg suggest: a fault that was planted in the song is named and mended, and is gone from the reasons when it is gone from
// the song; wrong usage is refused. The models are made here: what they want is the song's own tone.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { before, test } from 'node:test';
import type { Change } from '../../web/src/api.js';
import { makeSong } from '../../web/src/song.js';
import { encodeWav } from '../../web/src/wav.js';
import { KEY, MATCH, leveller, realRegistry } from '../worker/brain.js';
import { at, dawg, noise, succeed, wav } from './command.js';

const RATE = 48000;
const SECONDS = 20; // all of it
const FAULT = { hz: 300, gain_db: 9 };
const models = at('models');
const [song, faulty] = [at('song.wav'), at('faulty.wav')];

before(async () => {
    const { left, right } = makeSong(RATE);
    const channels = [left, right].map((channel) => channel.slice(0, SECONDS * RATE));
    writeFileSync(song, encodeWav({ sampleRate: RATE, channels }, { bits: '32f' }));
    succeed(
        ...['render', song, '-o', faulty, '--plugin', 'surgical_eq', '--tail', '0', '--set', 'band1_on=on'],
        ...['--set', `band1_freq_hz=${FAULT.hz}`, '--set', `band1_gain_db=${FAULT.gain_db}`],
    );
    const mid = channels[0].map((x, i) => (x + channels[1][i]) / 2);
    const files = { [KEY]: leveller(KEY, mid), [MATCH]: leveller(MATCH) };
    mkdirSync(models);
    for (const [key, file] of Object.entries(files)) writeFileSync(`${models}/${key}.onnx`, file);
    writeFileSync(`${models}/models.json`, JSON.stringify(await realRegistry(files)));
});

interface Report {
    changes: Change[];
    curve_hz: number[];
    curve_db: number[];
    segments: number;
    model: { key: string; provider: string };
    ms: Record<string, number>;
    before_db: number;
    after_db: number;
    in: { integrated_lufs: number } | null;
    out: { integrated_lufs: number } | null;
}
const suggest = (path: string, ...args: string[]): Report =>
    JSON.parse(succeed('suggest', path, '--models', models, '--json', ...args)) as Report;
/** The gains around a frequency. */
const gainsAt = ({ changes }: Report, hz: number): Change[] =>
    changes.filter(({ key, freq_hz = 1 }) => key.endsWith('_gain_db') && Math.abs(Math.log2(freq_hz / hz)) < 0.5);

for (const plugin of ['surgical_eq', 'mastering_eq', 'auto_eq'])
    test(`${plugin}: the planted bell is found and mended; the clean song has no such reason`, (t) => {
        const out = at(`${plugin}.wav`);
        const report = suggest(faulty, '--plugin', plugin, '--apply', out);
        assert.equal(report.segments, 3);
        const [change] = gainsAt(report, FAULT.hz).sort((a, b) => Number(a.to) - Number(b.to));
        assert.ok(Math.abs(Number(change.to) + FAULT.gain_db) < 2.5, `${change.key} ${String(change.to)}`);
        assert.ok(Math.abs((change.excess_db ?? 0) - FAULT.gain_db) < 2.5, `${change.excess_db} dB`);
        assert.match(change.reason, /dB too much around \d{3} Hz: heard .* target /);
        assert.ok(report.after_db < 0.35 * report.before_db, `${report.before_db} dB, then ${report.after_db}`);
        const louder = report.out!.integrated_lufs - report.in!.integrated_lufs;
        t.diagnostic(`${louder.toFixed(2)} LU louder; ${JSON.stringify(report.ms)}`);
        assert.ok(Math.abs(louder) <= 0.2, `${louder} LU louder`);
        assert.deepEqual(gainsAt(suggest(out, '--plugin', plugin), FAULT.hz).filter(isLarge), []);
        assert.deepEqual(gainsAt(suggest(song, '--plugin', plugin), FAULT.hz).filter(isLarge), []);
    });
const isLarge = ({ to }: Change): boolean => Math.abs(Number(to)) > 1;

test('for people: which model, how long, each band with its reason and its values', () => {
    const text = succeed('suggest', faulty, '--plugin', 'surgical_eq', '--models', models);
    const patterns = [
        /goal balance, surgical_eq, strength 1/,
        /auto_eq_blind version 1 \(fp32, \d+ kB\), 3 segments of 10 s; load \d+ ms/,
        /band \d: \d\.\d dB too much around 3\d\d Hz: heard .*target .* \(confidence \d+ %\)/,
        /band\d_on false -> true, /,
        /tone: \d\.\d\d dB away before, \d\.\d\d dB after/,
    ];
    for (const pattern of patterns) assert.match(text, pattern);
    assert.match(succeed('suggest', song, '--plugin', 'surgical_eq', '--models', models), /Nothing to change/);
});
test('strength scales the gains; a reference takes the place of a goal', () => {
    const [whole, half] = [[], ['--strength', '0.5']].map((more) =>
        gainsAt(suggest(faulty, '--plugin', 'surgical_eq', ...more), FAULT.hz).map(({ to }) => Number(to)),
    );
    assert.ok(Math.abs(half[0] - whole[0] / 2) < 0.05, `${half[0]} of ${whole[0]}`);
    const matched = suggest(faulty, '--plugin', 'surgical_eq', '--reference', song);
    assert.equal(matched.model.key, MATCH);
    assert.ok(Number(gainsAt(matched, FAULT.hz)[0].to) < -6);
});
test('the models of the package, each plugin and goal: the fault is named where it is; without it there is no such reason', (t) => {
    const shipped = (path: string, ...args: string[]): Report =>
        JSON.parse(succeed('suggest', path, '--json', ...args)) as Report;
    const at300 = ({ curve_db, curve_hz }: Report): number =>
        Math.min(...curve_db.filter((_, band) => Math.abs(Math.log2(curve_hz[band] / FAULT.hz)) < 0.5));
    for (const plugin of ['surgical_eq', 'mastering_eq', 'auto_eq']) {
        const [clean, fault] = [song, faulty].map((path) => at300(shipped(path, '--plugin', plugin)));
        t.diagnostic(`${plugin}: ${clean.toFixed(2)} dB without, ${fault.toFixed(2)} dB with the fault`);
        assert.ok(fault < 0 && fault < clean - 0.3, `${clean} dB without, ${fault} dB with the fault`);
    }
    const named = (path: string): Change[] =>
        gainsAt(shipped(path, '--plugin', 'surgical_eq'), FAULT.hz).filter(({ excess_db = 0 }) => excess_db > 0.5);
    assert.match(named(faulty)[0]?.reason ?? 'none', /^\d\.\d dB too much around \d{3} Hz: .*bell of −/);
    assert.deepEqual(named(song), []);
    for (const goal of ['balance', 'clarity', 'warmth', 'brightness', 'punch'])
        assert.match(shipped(song, '--plugin', 'auto_eq', '--goal', goal).model.key, /^auto_eq_blind$/);
    assert.equal(shipped(song, '--plugin', 'auto_eq', '--reference', faulty).model.key, MATCH);
});
test('refused with what was given, what is allowed, what to do; nothing is written', () => {
    const out = at('never.wav');
    const short = wav('short.wav', RATE, noise(RATE / 2, 0.1));
    const silent = wav('silent.wav', RATE, new Float32Array(2 * RATE));
    const damaged = at('damaged');
    mkdirSync(damaged);
    const registry = readFileSync(`${models}/models.json`, 'utf8');
    writeFileSync(`${damaged}/models.json`, registry);
    writeFileSync(`${damaged}/${KEY}.onnx`, 'no model');
    const eq = ['--plugin', 'surgical_eq'];
    const rows: [number, string[], RegExp][] = [
        [2, [song], /No plugin: give --plugin KEY\. Usage: dawg suggest IN --plugin KEY/],
        [2, eq, /suggest takes one IN file, 0 were given.*Usage: dawg suggest IN/],
        [
            2,
            [song, '--plugin', 'limiter'],
            /limiter", which has no bands; suggestions are for: surgical_eq, mastering_eq, auto_eq/,
        ],
        [2, [song, ...eq, '--goal', 'warm'], /--goal is "warm"\. Did you mean "warmth"\? Allowed: balance, clarity/],
        [2, [song, ...eq, '--goal', 'punch', '--reference', song], /--goal and --reference are both given/],
        [2, [song, ...eq, '--strength', '2'], /--strength is "2"; allowed is a number, 0 \.\. 1/],
        [2, [song, ...eq, '--models', at('nowhere')], /nowhere" and no folder/],
        [2, [song, ...eq, '--models', at('.')], /models\.json is missing\. Give another --models/],
        [2, [song, ...eq, '--models', models, '--apply', at('o.flac')], /o\.flac.*always WAV/],
        [2, [short, ...eq, '--models', models], /short\.wav lasts 0\.50 s; at least 1 s/],
        [2, [silent, ...eq, '--models', models], /silent\.wav: the programme is silent/],
        [1, [song, ...eq, '--models', damaged], /No suggestion: .*is not the model of the registry: it has 8 bytes/],
        [1, [song, ...eq, '--models', models, '--variant', 'int3'], /no variant "int3"; there are: fp32/],
    ];
    for (const [code, args, reason] of rows) {
        const { status, stderr, stdout } = dawg(
            'suggest',
            ...args,
            ...(args.includes('--apply') ? [] : ['--apply', out]),
        );
        assert.match(stderr, reason);
        assert.equal(status, code, stderr);
        assert.equal(stdout, '');
        assert.ok(!existsSync(out));
    }
});
