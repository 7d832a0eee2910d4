// What `npm publish` would send: the command works from it, and nothing but what it needs goes along.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { at, dawg, first, noise, wav } from './command.js';

test('both entries of the package import under Node, and the first one touches nothing', () => {
    const names = 'Object.keys(globalThis).join()';
    const script = `const before = ${names};
        const { createEngine } = await import('@dawg-ai/engine');
        const isUntouched = before === ${names};
        const { defineElements } = await import('@dawg-ai/engine/gui');
        console.log(typeof createEngine, typeof defineElements, isUntouched);`;
    const seen = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    assert.equal(seen.trim(), 'function function true');
});

test('the packed package renders and analyzes by itself, and holds neither tests nor caches', () => {
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', at('.')];
    const json = execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const [{ filename, files }] = JSON.parse(json) as { filename: string; files: { path: string }[] }[];
    const needed = ['index.js', 'suggest.js', 'gui.js', 'dawg-worklet.js', 'dawg-worker.wasm', 'models/models.json'];
    const runtime = ['ort/ort.wasm.bundle.min.mjs', 'ort/ort-wasm-simd-threaded.wasm'];
    for (const path of [...needed, ...runtime])
        assert.ok(
            files.some((file) => file.path === `dist/browser/${path}`),
            path,
        );
    assert.deepEqual(
        files.map(({ path }) => path).filter((path) => /test|\.tsbuildinfo|\.part$/.test(path)),
        [],
    );
    mkdirSync(at('apart'));
    execFileSync('tar', ['-xzf', at(filename), '-C', at('apart')]);
    symlinkSync(resolve('node_modules'), at('apart/node_modules'));
    const { bin } = JSON.parse(readFileSync(at('apart/package/package.json'), 'utf8')) as { bin: { dawg: string } };
    const input = wav('in.wav', 48000, noise(4800, 0.5));
    const apart = (...words: string[]): string =>
        execFileSync(process.execPath, [at(`apart/package/${bin.dawg}`), ...words], { encoding: 'utf8' });
    assert.equal(apart('describe', '--json'), dawg('describe', '--json').stdout);
    apart('render', input, '-o', at('o.wav'), '--plugin', first.key, '--report', at('r.json'));
    assert.match(apart('analyze', at('o.wav')), /48000 Hz/);
    const second = wav('second.wav', 48000, noise(48000, 0.5));
    assert.match(apart('suggest', second, '--plugin', 'mastering_eq'), /auto_eq_blind version \d/);
});
