// dawg render writes whole files or none, and shows how far it is.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import type { RenderReport } from '../../tools/dawg/render.js';
import { WavWriter } from '../../tools/dawg/wav.js';
import { at, dawg, first, noise, readSound, succeed, wav, withLatency } from './command.js';

const RATE = 48000;
const [left, right] = [noise(30011, 0.5, 1), noise(30011, 0.5, 2)];
const input = wav('in.wav', RATE, left, right);
const report = (name: string): RenderReport => JSON.parse(readFileSync(at(name), 'utf8')) as RenderReport;

test('a failure leaves an earlier OUT as it was, and nothing else in the folder', () => {
    mkdirSync(at('whole'));
    writeFileSync(at('whole/o.wav'), 'precious');
    const bytes = readFileSync(input);
    writeFileSync(at('cut.wav'), bytes.subarray(0, bytes.length - 8));
    assert.equal(dawg('render', at('cut.wav'), '-o', at('whole/o.wav'), '--plugin', first.key).status, 2);
    assert.equal(readFileSync(at('whole/o.wav'), 'utf8'), 'precious');
    assert.deepEqual(readdirSync(at('whole')), ['o.wav']);
});

test('a full disk: the writer fails by name and leaves nothing behind', () => {
    mkdirSync(at('full'));
    symlinkSync('/dev/full', at(`full/.o.wav.${process.pid}.part`));
    assert.throws(() => new WavWriter(at('full/o.wav'), RATE, '32f', 1), { message: /Cannot write .*o\.wav: ENOSPC/ });
    assert.deepEqual(readdirSync(at('full')), []);
});

test('--report: an earlier report is replaced whole, a link or a device is written through', () => {
    mkdirSync(at('reports'));
    writeFileSync(at('reports/r.json'), 'x'.repeat(1e5));
    linkSync(at('reports/r.json'), at('reports/kept.json'));
    const args = ['--plugin', first.key, '--tail', '0', '--report'];
    succeed('render', input, '-o', at('o.wav'), ...args, at('reports/r.json'));
    assert.equal(report('reports/r.json').plugins[0].plugin, first.key);
    assert.equal(readFileSync(at('reports/kept.json'), 'utf8'), 'x'.repeat(1e5), 'moved into place, not written over');
    assert.deepEqual(readdirSync(at('reports')), ['kept.json', 'r.json']);
    symlinkSync(at('reports/r.json'), at('link.json'));
    writeFileSync(at('reports/r.json'), '');
    succeed('render', input, '-o', at('o.wav'), ...args, at('link.json'));
    assert.equal(report('reports/r.json').plugins[0].plugin, first.key, 'written through the link, which stays');
});

test('stopped while it works (SIGINT): exit 130, no OUT, nothing left behind', async () => {
    mkdirSync(at('stopped'));
    const path = wav('long.wav', RATE, new Float32Array(120 * RATE));
    const args = ['dist/tools/dawg.js', 'render', path, '-o', at('stopped/o.wav'), '--plugin', withLatency.key];
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    while (!readdirSync(at('stopped')).length && child.exitCode === null) await sleep(5);
    assert.match(readdirSync(at('stopped'))[0], /^\.o\.wav\.\d+\.part$/, 'works in a hidden file beside OUT');
    await sleep(50);
    child.kill('SIGINT');
    assert.equal(await ended, 130);
    assert.deepEqual(readdirSync(at('stopped')), []);
});

test('a folder that cannot be written into: exit 2, named', () => {
    const { status, stderr } = dawg('render', input, '-o', '/proc/o.wav', '--plugin', first.key);
    assert.equal(status, 2);
    assert.match(stderr, /Cannot write .*\/proc/);
});

test('a progress line on a terminal, wiped at the end', () => {
    const path = wav('long.wav', RATE, new Float32Array(150 * RATE));
    const command = [
        process.execPath,
        'dist/tools/dawg.js',
        'render',
        path,
        '-o',
        at('o.wav'),
        '--plugin',
        withLatency.key,
    ];
    const terminal = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
    const { status, stdout } = spawnSync('.venv/bin/python', ['-c', terminal, ...command], { encoding: 'utf8' });
    assert.equal(status, 0);
    assert.match(stdout, /\rrendering \[=+ +\] [1-9]\d? %/);
    assert.match(stdout, /%\r\x1b\[K/);
});

test('OUT may be IN', () => {
    const path = wav('same.wav', RATE, left, right);
    succeed('render', path, '-o', path, '--plugin', withLatency.key, '--bypass', '--tail', '0');
    assert.deepEqual(readSound(path).channels, [left, right]);
});
