// The summary must not turn a crash, a failure or a skip into a pass.
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

interface Counts {
    passed: number;
    failed: number;
    skipped: string[];
}
const { ctestCounts, nodeCounts, pytestCounts } = (await import(
    pathToFileURL(resolve('tools/lib/counts.mjs')).href
)) as Record<'ctestCounts' | 'nodeCounts' | 'pytestCounts', (text: string) => Counts>;

const program = (output: string, end: string) =>
    `1/1 Testing: dsp.svf\nOutput:\n----\n${output}<end of output>\n----\n${end}\n`;

test('cmocka: passed, failed and skipped with its reason', () => {
    const output = '1..3\nok 1 - a\nnot ok 2 - b\n# 1 != 2\nskip: no oracle\nnot ok 3 # SKIP c\n# not ok - tests\n';
    const counts = ctestCounts(program(output, 'Test Failed.'));
    assert.deepEqual(counts, { passed: 1, failed: 1, skipped: ['dsp.svf c: no oracle'] });
});

test('cmocka: what a crash left out has failed', () => {
    assert.deepEqual(ctestCounts(program('1..4\nok 1 - a\n', 'Test Failed.')), { passed: 1, failed: 3, skipped: [] });
});

test('cmocka: a program that fails after its last test has failed (a leak, a sanitizer)', () => {
    assert.equal(ctestCounts(program('1..1\nok 1 - a\n', 'Test Failed.')).failed, 1);
});

test('node: cancelled tests have failed, skipped ones keep their reason', () => {
    const tap = 'ok 1 - a\nok 2 - b # SKIP no browser\n# tests 4\n# pass 1\n# fail 1\n# cancelled 1\n# skipped 1\n';
    assert.deepEqual(nodeCounts(tap), { passed: 1, failed: 2, skipped: ['b: no browser'] });
});

test('pytest: errors have failed, skipped ones keep their reason', () => {
    const out =
        'FAILED tests/a.py::x - in 3 s\nSKIPPED [2] tests/a.py:8: torch is missing\n' +
        '1 failed, 5 passed, 2 skipped, 1 error in 0.43s\n';
    const why = 'tests/a.py:8: torch is missing';
    assert.deepEqual(pytestCounts(out), { passed: 5, failed: 2, skipped: [why, why] });
});
