// E-9: one source, the same bits from every compiler and target: gcc -O3, gcc -O0, clang -O2, emscripten with and
// without SIMD, WASI. Hashes are compared between the builds of this run; none is stored. The input has a key, and
// seeded events move every parameter. Whole grid (npm run test:full): 10 s of input, 20 s of tail, three rates; the
// thinned one: 2 s and 1.5 s at 48 kHz.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadEngine } from '../../tools/dawg/assets.js';
import {
    NATIVE_BUILDS,
    WASM_BUILDS,
    isFull,
    manifest,
    peak,
    randomEvents,
    record,
    runNative,
    runWasm,
    sha256,
    testSignals,
} from './builds.js';

const RATES = isFull ? [44100, 48000, 96000] : [48000];
const [INPUT_S, TAIL_S] = isFull ? [10, 20] : [2, 1.5];
const BLOCK = 128;

for (const rate of RATES) {
    const inputFrames = INPUT_S * rate;
    const { input, key } = testSignals(rate, inputFrames, TAIL_S * rate);
    for (const plugin of manifest.plugins) {
        const events = randomEvents(plugin, loadEngine(manifest), inputFrames, rate);
        const side = plugin.sideChannels ? key : undefined;

        test(`E-9 ${plugin.key}, ${rate} Hz: ${NATIVE_BUILDS.join(' = ')} = ${WASM_BUILDS.join(' = ')}`, (t) => {
            const hashes = new Map<string, string>();
            for (const build of NATIVE_BUILDS) {
                const out = runNative(build, plugin, rate, BLOCK, events, input, side);
                assert.ok(peak(out) > 0.1, `${build} made ${peak(out)} at most: nothing to compare`);
                hashes.set(build, sha256(out));
            }
            for (const build of WASM_BUILDS)
                hashes.set(
                    build,
                    sha256(runWasm(loadEngine(manifest, build), plugin, rate, BLOCK, events, input, side)),
                );
            const [first] = hashes.values();
            const others = [...hashes.values()].filter((hash) => hash !== first).length;
            record('E-9', `${plugin.key}, ${rate} Hz: of ${hashes.size} builds, other bits`, others, '', '0');
            assert.deepEqual(
                Object.fromEntries(hashes),
                Object.fromEntries([...hashes.keys()].map((build) => [build, first])),
            );
            t.diagnostic(`${events.length} events, ${INPUT_S} + ${TAIL_S} s, sha256 ${first.slice(0, 16)}…`);
        });

        test(`E-1 ${plugin.key}, ${rate} Hz: the same bits in blocks of 1, 37, 128, 441 and 4096 frames`, () => {
            const engine = loadEngine(manifest);
            const frames = Math.round(1.5 * rate);
            const cut = (channel: Float32Array): Float32Array => channel.subarray(0, frames);
            const [x, k] = [input, key].map(([l, r]) => [cut(l), cut(r)] as const);
            const hash = (block: number): string =>
                sha256(runWasm(engine, plugin, rate, block, events, x, plugin.sideChannels ? k : undefined));
            for (const block of [1, 37, 441, 4096]) assert.equal(hash(block), hash(128), `blocks of ${block}`);
        });
    }
}
