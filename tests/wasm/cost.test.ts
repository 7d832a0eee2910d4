// E-5 in wasm, which has no flush-to-zero: silence after sound, and input too small to hear, cost no more than sound.
// Ratios within one run; each piece's cost is the least of several repeats, so that the machine's noise drops out. Noise
// only adds: on a busy machine more repeats are taken, and what is really dear stays so in all of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadEngine } from '../../tools/dawg/assets.js';
import { busyValues } from '../../tools/dawg/measure.js';
import { seededRandom } from '../../web/src/random.js';
import type { Engine, Instance } from '../../worklet/engine.js';
import { isFull, manifest } from './builds.js';

const RATE = 48000;
const QUANTUM = 128;
const PIECE = 64; // quanta whose cost is taken together
const [REPEATS_MIN, REPEATS_MAX] = [3, 60];
const ACTIVE_S = 2;
const TAIL_S = isFull ? 120 : 12;
const LIMIT = 1.3;
const TINY = 1e-40; // far below the smallest normal float, 1.2e-38

/** Seconds that each piece of `seconds` of input took: white noise of that level, or silence. */
function costs(engine: Engine, x: Instance, seconds: number, level: number): number[] {
    const random = seededRandom(5);
    const noise = Float32Array.from({ length: QUANTUM * 16 }, () => level * (2 * random() - 1));
    const pieces: number[] = [];
    for (let piece = 0; piece < (seconds * RATE) / QUANTUM / PIECE; ++piece) {
        let sum = 0;
        for (let q = 0; q < PIECE; ++q) {
            const at = (q % 15) * QUANTUM;
            for (const channel of [...engine.input, ...engine.side]) channel.set(noise.subarray(at, at + QUANTUM));
            const began = performance.now();
            x.process(QUANTUM, 2, 2);
            sum += performance.now() - began;
        }
        pieces.push(sum);
    }
    return pieces;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];

for (const plugin of manifest.plugins)
    test(`E-5 ${plugin.key}: ${TAIL_S} s of silent tail and input of 1e-40 cost at most ${LIMIT} x active`, (t) => {
        const engine = loadEngine(manifest);
        engine.reserve(QUANTUM);
        const x = engine.create(manifest.plugins.indexOf(plugin), RATE);
        for (const [param, value] of busyValues(plugin)) x.set(param, value);
        const least: Record<'active' | 'tail' | 'tiny', number[]> = { active: [], tail: [], tiny: [] };
        const keep = (what: keyof typeof least, pieces: number[]): void => {
            least[what] = pieces.map((cost, i) => Math.min(cost, least[what][i] ?? Infinity));
        };
        costs(engine, x, 1, 1); // lets the engine compile its best code
        const active = (): number => median(least.active);
        const ratio = (what: 'tail' | 'tiny'): number => Math.max(...least[what]) / active();
        const isDear = (): boolean => Math.max(ratio('tail'), ratio('tiny')) > LIMIT;
        for (let repeat = 0; repeat < REPEATS_MIN || (repeat < REPEATS_MAX && isDear()); ++repeat) {
            x.reset();
            keep('active', costs(engine, x, ACTIVE_S, 1));
            keep('tail', costs(engine, x, TAIL_S, 0));
            keep('tiny', costs(engine, x, ACTIVE_S, TINY));
        }
        t.diagnostic(
            `tail ${ratio('tail').toFixed(2)}, 1e-40 ${ratio('tiny').toFixed(2)} of ${((active() * 1000) / PIECE).toFixed(2)} µs per quantum`,
        );
        assert.ok(ratio('tail') <= LIMIT, `the dearest piece of the tail costs ${ratio('tail').toFixed(2)} x active`);
        assert.ok(ratio('tiny') <= LIMIT, `input of 1e-40 costs ${ratio('tiny').toFixed(2)} x active`);
    });
