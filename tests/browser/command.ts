// The dawg command and its files.
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Stereo } from '../../worklet/engine.js';

/** dist/tools/dawg.js beside dist/tests/browser. */
export const dawgCommand = resolve(dirname(fileURLToPath(import.meta.url)), '../../tools/dawg.js');

export function interleaved([left, right]: Stereo): Buffer {
    const pairs = new Float32Array(2 * left.length);
    for (let i = 0; i < left.length; ++i) [pairs[2 * i], pairs[2 * i + 1]] = [left[i], right[i]];
    return Buffer.from(pairs.buffer);
}
