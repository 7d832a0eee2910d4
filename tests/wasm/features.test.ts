// FT-4: a frame of features has the same bits in every build: gcc -O3, clang -O2 and gcc -O0 through Python's binding, which
// training uses, and the worker's module with SIMD, without, and of WASI in Node. In the browser: tests/browser.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { loadModule } from '../../tools/dawg/assets.js';
import { Analysis } from '../../worker/analysis.js';
import type { Stereo } from '../../worklet/engine.js';
import { NATIVE_BUILDS, manifest, record, testSignals } from './builds.js';

const SCRIPT = `
import sys
sys.path.insert(0, 'models')
import numpy as np, dsp
features = dsp.Features(float(sys.argv[2]))
features.process(np.fromfile(sys.argv[1], np.float32).reshape(2, -1))
features.read().tofile(sys.argv[3])`;

/** By the Python binding of a native build. */
function ofPython(build: string, [left, right]: Stereo, rate: number): Float32Array {
    const dir = mkdtempSync(join(tmpdir(), 'dawg-features-'));
    try {
        const [input, output] = [join(dir, 'in.f32'), join(dir, 'out.f32')];
        writeFileSync(
            input,
            Buffer.concat([left, right].map((c) => new Uint8Array(c.buffer, c.byteOffset, c.byteLength))),
        );
        execFileSync('.venv/bin/python', ['-c', SCRIPT, input, `${rate}`, output], {
            env: { ...process.env, DAWG_LIB: resolve(`build/${build}/libdawg.so`) },
        });
        return new Float32Array(new Uint8Array(readFileSync(output)).buffer);
    } finally {
        rmSync(dir, { recursive: true });
    }
}

test('the weights of the bands are K-weighted power: 1 kHz counts as it is, 30 Hz far less', () => {
    const tone = (hz: number): Float32Array =>
        Float32Array.from({ length: 48000 }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / 48000));
    const sums = [1000, 30].map((hz) => {
        const features = new Analysis(loadModule('worker', 'worker'), manifest).features(48000);
        features.process([tone(hz)], 0, 48000);
        const weights = features.weights();
        assert.equal(weights.length, 64);
        return 10 * Math.log10(weights.reduce((a, b) => a + b));
    });
    assert.ok(Math.abs(sums[0] + 9.03 - 0.7) < 0.1, `${sums[0]} dB`); // mean square 1/8; the filter's 0.691 dB
    assert.ok(Math.abs(sums[1] - sums[0] + 9) < 1.5, `${sums[1] - sums[0]} dB`);
});

function ofWasm(build: string, input: Stereo, rate: number, block: number): Float32Array {
    const features = new Analysis(loadModule(build, 'worker'), manifest).features(rate);
    for (let at = 0; at < input[0].length; at += block)
        features.process(input, at, Math.min(block, input[0].length - at));
    const frame = features.read();
    features.destroy();
    return frame;
}

for (const rate of [44100, 48000]) {
    const { input } = testSignals(rate, 6 * rate, 0);

    test(`FT-4 ${rate} Hz: Python with ${NATIVE_BUILDS.join(', ')} = worker, worklet-scalar, cli`, () => {
        const frames = new Map<string, Float32Array>();
        for (const build of NATIVE_BUILDS) frames.set(build, ofPython(build, input, rate));
        for (const build of ['worker', 'worklet-scalar', 'cli']) frames.set(build, ofWasm(build, input, rate, 4096));
        frames.set('worker, quanta of 128', ofWasm('worker', input, rate, 128));
        const [first] = frames.values();
        assert.equal(first.length, manifest.features.values.length);
        assert.ok(
            first.slice(0, 64).every((db) => db > -100 && db < 0),
            'every band hears the noise',
        );
        for (const [build, frame] of frames) {
            const at = frame.findIndex((value, i) => !Object.is(value, first[i]));
            assert.equal(at, -1, `${build}: ${manifest.features.values[at]?.key} is ${frame[at]}, not ${first[at]}`);
        }
        record('FT-4', `${rate} Hz: of ${frames.size} builds, other bits`, 0, '', '0');
    });
}

test('the manifest has a key and a unit for each value, and a schema of each plugin', () => {
    const { features, schemas, plugins } = manifest;
    assert.equal(features.version, 1);
    assert.equal(new Set(features.values.map(({ key }) => key)).size, features.values.length);
    assert.deepEqual(features.values[0], { key: 'mid_mean_db_1', unit: 'dB' });
    assert.deepEqual(features.values.at(-1), { key: 'sibilance_db', unit: 'dB' });
    assert.deepEqual(
        Object.keys(schemas),
        plugins.map(({ key }) => key),
    );
    for (const schema of Object.values(schemas)) assert.match(schema, /^[0-9a-f]{16}$/);
});
