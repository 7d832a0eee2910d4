// Which band a problem's bell, or a double-click on the curve, is given.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { handlesOf, idleOf } from '../../web/gui/bands.js';
import type { ControlNode } from '../../web/gui/node.js';
import type { Manifest, ParamValue } from '../../web/src/manifest.js';

const manifest = JSON.parse(readFileSync(resolve('web/generated/manifest.json'), 'utf8')) as Manifest;

/** What handles ask of a node: values, and a curve in which every band but a pass answers to its gain. */
function nodeOf(key: string, moved: Record<string, ParamValue>): ControlNode {
    const info = manifest.plugins.find((plugin) => plugin.key === key);
    assert.ok(info, key);
    const values: Record<string, ParamValue> = {};
    for (const param of info.params) values[param.key] = moved[param.key] ?? param.def;
    const curve = (_: string, given: Record<string, ParamValue>, x: Float32Array, part: number): Float32Array => {
        const isPass = String(given[`band${part}_type`]).endsWith('pass');
        return x.map(() => (isPass ? 0 : Number(given[`band${part}_gain_db`])));
    };
    return { key, info, values, get: (name: string) => values[name], engine: { curve } } as unknown as ControlNode;
}
const idle = (moved: Record<string, ParamValue>, key = 'surgical_eq'): number | undefined => {
    const node = nodeOf(key, moved);
    return idleOf(node, handlesOf(node))?.number;
};
const inUse = (but: number[] = []): Record<string, ParamValue> =>
    Object.fromEntries(
        [1, 2, 3, 4, 5, 6, 7, 8]
            .filter((n) => !but.includes(n))
            .flatMap((n): [string, ParamValue][] => [
                [`band${n}_on`, true],
                [`band${n}_type`, 'bell'],
                [`band${n}_gain_db`, -3],
            ]),
    );

test('the first band that is off comes first', () => {
    assert.equal(idle({ ...inUse([3, 6]), band3_on: false, band6_on: false }), 3);
});
test('with all bands on, one that moves nothing is put to use: not a dynamic one, not a pass', () => {
    assert.equal(idle({ ...inUse(), band2_gain_db: 0, band2_range_db: -6, band5_gain_db: 0 }), 5);
    assert.equal(idle({ ...inUse(), band2_gain_db: 0, band2_type: 'high-pass' }), undefined);
});
test('none is left when all are in use, nor where the bands stand at fixed frequencies', () => {
    assert.equal(idle(inUse()), undefined);
    assert.equal(idle({}, 'auto_eq'), undefined);
});
