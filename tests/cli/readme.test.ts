// Every `dawg` line of the README runs as printed, and its chain file is read.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { test } from 'node:test';
import { at, noise, sine, wav } from './command.js';

const readme = readFileSync('README.md', 'utf8');
const command = 'node dist/tools/dawg.js ';
const lines = readme.split('\n').filter((line) => line.startsWith(command));
const chain = /```json\n([^]*?)```/.exec(readme)?.[1];

test('the README shows how to use dawg', () => {
    assert.ok(chain, 'a chain file');
    for (const word of ['describe', 'render', 'analyze', '--plugin', '--chain', '--key'])
        assert.ok(
            lines.some((line) => line.includes(word)),
            word,
        );
    wav('song.wav', 48000, noise(60000, 0.25), sine(60000, 220, 0.25));
    wav('voice.wav', 48000, sine(12000, 440, 0.5));
    wav('liked.wav', 48000, noise(60000, 0.25));
    writeFileSync(at('chain.json'), chain);
});

for (const line of lines)
    test(line, () => {
        const args = line.slice(command.length).split(' ');
        const { status, stderr } = spawnSync(process.execPath, [resolve('dist/tools/dawg.js'), ...args], {
            cwd: dirname(at('song.wav')),
            encoding: 'utf8',
        });
        assert.equal(stderr, '');
        assert.equal(status, 0);
    });
