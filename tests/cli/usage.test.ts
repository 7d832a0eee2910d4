// Every way to use the command wrongly: exit 2, nothing written, and a message that says what was given, what is
// allowed and what to do.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../../web/src/errors.js';
import { parseValue } from '../../web/src/values.js';
import { at, dawg, first, manifest, noise, succeed, wav, withKey, withLatency, withoutKey } from './command.js';

const keys = manifest.plugins.map(({ key }) => key);
const list = keys.join(', ');
const number = first.params.find(({ curve, unit }) => curve === 'lin' && unit) ?? first.params[0];
const choices = manifest.plugins.flatMap((plugin) => plugin.params.map((p) => ({ plugin, p })));
const choice = choices.find(({ p }) => p.curve === 'enum') ?? choices[0];
const late = withLatency.params.find(({ setsLatency }) => setsLatency) ?? withLatency.params[0];
const input = wav('in.wav', 48000, noise(4800, 0.5), noise(4800, 0.5, 2));
const other = wav('other-rate.wav', 44100, noise(4800, 0.5));
const out = at('out/o.wav');
const inputBytes = readFileSync(input);
mkdirSync(at('out'));
mkdirSync(at('out/folder.wav'));
symlinkSync(input, at('link.wav'));
const chain = (name: string, json: unknown): string => {
    writeFileSync(at(name), typeof json === 'string' ? json : JSON.stringify(json));
    return at(name);
};
const render = (...args: string[]): string[] => ['render', input, '-o', out, ...args];
const plugin = (...args: string[]): string[] => render('--plugin', first.key, ...args);

/** What is wrong, the arguments, what the message must hold (in this order). */
// prettier-ignore
const WRONG: [what: string, args: string[], ...words: string[]][] = [
    ['no command', [], 'No command', 'describe, render, analyze, suggest, bench', 'Usage:'],
    ['an unknown command', ['rendr'], '"rendr"', 'Did you mean "render"?', 'describe, render, analyze, suggest, bench', 'dawg --help'],
    ['an unknown option', plugin('--presett', 'x'), '--presett', 'Did you mean "--preset"?', 'Allowed: --out'],
    ['an option without its value', plugin('--preset'), '--preset needs a value: --preset NAME'],
    ['an option that swallows the next one', plugin('--preset', '--bypass'), '--preset needs a value'],
    ['a flag with a value', plugin('--bypass=yes'), '--bypass takes no value, "yes" was given'],
    ['an option twice', plugin('--tempo', '100', '--tempo', '120'), '--tempo is given twice'],
    ['no IN', ['render', '-o', out, '--plugin', first.key], 'one IN file, 0 were given', 'Usage: dawg render IN'],
    ['two INs', plugin('more.wav'), 'one IN file, 2 were given', 'more.wav', 'Usage: dawg render IN'],
    ['no -o', ['render', input, '--plugin', first.key], 'No output', '-o OUT.wav'],
    ['an output that is not WAV', ['render', input, '-o', at('o.flac'), '--plugin', first.key], 'o.flac', 'always WAV'],
    ['an output folder that is not there', ['render', input, '-o', at('no/o.wav'), '--plugin', first.key], 'there is no folder', 'Make it'],
    ['an output that is a folder', ['render', input, '-o', at('out/folder.wav'), '--plugin', first.key], 'it is a folder'],
    ['a report folder that is not there', plugin('--report', at('no/r.json')), 'there is no folder'],
    ['a report that is IN', plugin('--report', input), '--report', 'in.wav', 'the same file as IN', 'another name'],
    ['a report that is IN by a link', plugin('--report', at('link.wav')), 'link.wav', 'the same file as IN'],
    ['a report that is OUT', plugin('--report', at('out/../out/o.wav')), 'the same file as OUT', 'another name'],
    ['a report that is the key', render('--plugin', withKey.key, '--key', other, '--report', other), 'the same file as the key'],
    ['a report that is the chain', render('--chain', chain('0.json', [{ plugin: first.key }]), '--report', at('0.json')), 'the same file as the chain'],
    ['more changes at once than wait', plugin(...Array<string[]>(257).fill(['--at', '0.0101:bypass=on']).flat()), 'More than 256', '32 frames', '0.0101', 'spread them'],
    ['an input that is not there', ['render', at('nowhere.wav'), '-o', out, '--plugin', first.key], 'nowhere.wav', 'ENOENT'],
    ['neither plugin nor chain', render(), '--plugin KEY or --chain CHAIN.json', 'none was given'],
    ['both plugin and chain', plugin('--chain', 'x.json'), 'either --plugin KEY or --chain', 'both were given'],
    ['--set with a chain', render('--chain', 'x.json', '--set', 'a=1'), '--preset, --set and --at go with --plugin'],
    ['an unknown plugin', render('--plugin', `${first.key}x`), `"${first.key}x"`, `Did you mean "${first.key}"?`, list, 'dawg describe'],
    ['an unknown preset', plugin('--preset', 'nope'), '"nope"', `dawg describe ${first.key}`],
    ['an unknown parameter', plugin('--set', `${number.key}x=1`), `"${number.key}x"`, `Did you mean "${number.key}"?`, `dawg describe ${first.key}`],
    ['--set without a value', plugin('--set', number.key), `"${number.key}"`, 'must be key=value'],
    ['--set with an empty value', plugin('--set', `${number.key}=`), 'is ""', `${number.min} .. ${number.max}`],
    ['a value above the range', plugin('--set', `${number.key}=${number.max + 1}`), `"${number.max + 1}"`, `allowed: ${number.min} .. ${number.max} ${number.unit}`],
    ['a value below the range', plugin('--set', `${number.key}=${number.min - 1}`), `"${number.min - 1}"`, 'allowed:'],
    ['a value that is no number', plugin('--set', `${number.key}=loud`), '"loud"', 'allowed:'],
    ['NaN', plugin('--set', `${number.key}=NaN`), '"NaN"', 'allowed:'],
    ['a wrong label', render('--plugin', choice.plugin.key, '--set', `${choice.p.key}=${choice.p.labels[0]}x`), 'allowed:', ...choice.p.labels],
    ['a label number too high', render('--plugin', choice.plugin.key, '--set', `${choice.p.key}=${choice.p.max + 1}`), 'allowed:', choice.p.labels[0]],
    ['a value between two labels', render('--plugin', choice.plugin.key, '--set', `${choice.p.key}=0.7`), '"0.7"', 'allowed:', ...choice.p.labels],
    ['a switch that is neither on nor off', plugin('--set', 'bypass=perhaps'), '"perhaps"', 'allowed: on, off'],
    ['--at without a time', plugin('--at', 'bypass=on'), '"bypass=on"', 'SECONDS:key=value'],
    ['--at before the start', plugin('--at', '-1:bypass=on'), '"-1"', '0 or more'],
    ['--at an unknown parameter', plugin('--at', '0.01:nope=1'), '"nope"'],
    ['--at for what sets the latency', render('--plugin', withLatency.key, '--at', `0.01:${late.key}=${late.min}`), late.key, 'sets the latency', `--set ${late.key}=`],
    ['a tempo out of range', plugin('--tempo', '1000'), '"1000"', '20 .. 999 bpm'],
    ['a tail that is no number', plugin('--tail', 'long'), '"long"', '0 .. 3600', 'auto'],
    ['a negative tail', plugin('--tail', '-1'), '"-1"'],
    ['a block of nothing', plugin('--block', '0'), '"0"', '1 .. 4194304'],
    ['half a block', plugin('--block', '1.5'), '"1.5"', 'whole number', '1 .. 4194304'],
    ['a block that no memory holds', plugin('--block', '1e12'), '"1e12"', '1 .. 4194304 frames'],
    ['bits that are not there', plugin('--bits', '8'), '"8"', '16, 24 and 32f'],
    ['a key for a plugin without one', render('--plugin', withoutKey.key, '--key', input), withoutKey.key, 'has no key input', 'Leave --key out', withKey.key],
    ['a key of another rate', render('--plugin', withKey.key, '--key', other), '44100 Hz', '48000 Hz', 'the same rate'],
    ['a key that is not there', render('--plugin', withKey.key, '--key', at('nowhere.wav')), 'nowhere.wav'],
    ['a chain that is not there', render('--chain', at('nowhere.json')), 'nowhere.json', 'ENOENT'],
    ['a chain that is no JSON', render('--chain', chain('1.json', '{ plugins')), '1.json', 'JSON'],
    ['a chain of another format', render('--chain', chain('2.json', { format: 'x', plugins: [] })), '"x"', 'dawg-chain'],
    ['a chain of a later version', render('--chain', chain('3.json', { format: 'dawg-chain', version: 2, plugins: [] })), 'version 2', 'allowed: 1', 'Write "version": 1'],
    ['an empty chain', render('--chain', chain('4.json', [])), 'names no plugin', first.key],
    ['a chain with an unknown plugin', render('--chain', chain('5.json', [{ plugin: 'nope' }])), '"nope"', list, 'plugin 1'],
    ['a chain whose plugin is no object', render('--chain', chain('6.json', [first.key])), `"${first.key}"`, 'must be an object'],
    ['a chain with an unknown preset', render('--chain', chain('7.json', [{ plugin: first.key, preset: 'nope' }])), '"nope"'],
    ['a chain with a value out of range', render('--chain', chain('8.json', [{ plugin: first.key, params: { [number.key]: 1e9 } }])), '1000000000', 'allowed:'],
    ['a chain with a value that is none', render('--chain', chain('9.json', [{ plugin: first.key, params: { [number.key]: null } }])), 'null', 'must be a number'],
    ['an unknown plugin to describe', ['describe', 'nope'], '"nope"', list],
    ['two plugins to describe', ['describe', first.key, first.key], 'one PLUGIN or none, 2 were given', 'Usage: dawg describe [PLUGIN]'],
    ['nothing to analyze', ['analyze'], 'one IN file, 0 were given', 'Usage: dawg analyze IN'],
    ['an option that analyze has not', ['analyze', input, '--key', 'x'], '--key', 'Allowed: --json'],
    ['an unknown plugin to bench', ['bench', 'nope'], '"nope"', list],
];

for (const [what, args, ...words] of WRONG)
    test(`exit 2: ${what}`, () => {
        const { status, stdout, stderr } = dawg(...args);
        assert.equal(status, 2, stderr);
        assert.equal(stdout, '');
        assert.match(stderr, /^dawg: /);
        assert.doesNotMatch(stderr, / {4}at /, 'no stack trace');
        let from = 0;
        for (const word of words) {
            const found = stderr.indexOf(word, from);
            assert.ok(found >= 0, `"${word}" is missing in: ${stderr}`);
            from = found + word.length;
        }
        assert.deepEqual(readdirSync(at('out')), ['folder.wav'], 'nothing was left behind');
        assert.ok(readFileSync(input).equals(inputBytes), 'IN is as it was');
    });

test('whole-number parameters take whole numbers only', () => {
    const voices = { ...number, key: 'voices', unit: '', curve: 'int' as const, min: 1, max: 8 };
    assert.equal(parseValue(first, voices, 3, '--set'), 3);
    for (const wrong of [3.7, 0.99999999, 9])
        assert.throws(() => parseValue(first, voices, wrong, '--set'), {
            constructor: InputError,
            message: /allowed: 1 \.\. 8, whole numbers/,
        });
});

test('help: exit 0, usage on stdout, for every command', () => {
    for (const args of [['--help'], ['-h'], ['help'], ['render', '--help']])
        assert.match(succeed(...args), /^Usage:\n {2}dawg describe/);
    assert.match(succeed('--version'), /^\d+\.\d+\.\d+\n$/);
});

test('exit 1: modules that are not built are named, with what to do', () => {
    for (const folder of ['dist', 'node_modules', 'web', 'package.json']) symlinkSync(resolve(folder), at(folder));
    const { status, stderr } = spawnSync(
        process.execPath,
        ['--preserve-symlinks', '--preserve-symlinks-main', 'dist/tools/dawg.js', ...plugin()],
        {
            cwd: at('.'),
            encoding: 'utf8',
        },
    );
    assert.equal(status, 1, stderr);
    assert.match(stderr, /dawg: .*dawg-worklet\.wasm is missing\. Run: npm run build/);
});
