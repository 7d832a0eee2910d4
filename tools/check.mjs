// npm run check: formatting, lint, types, a fresh manifest, the layer rule. Runs all of them, then names what failed.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from '../web/codegen/generate.mjs';
import { Failure, bin, files, isMain, main, python, root, run } from './lib/run.mjs';
import { violations } from './layers.mjs';
import { isManifestFresh } from './manifest.mjs';
import { setup } from './setup.mjs';

const program =
    (name, ...args) =>
    async () =>
        (await run(name, args)).code === 0;

function cppcheck() {
    mkdirSync(join(root, 'build/cppcheck'), { recursive: true });
    return program(
        'cppcheck',
        ...['--quiet', '--error-exitcode=1', '--std=c11', '-j2', '--cppcheck-build-dir=build/cppcheck', '-Icore'],
        ...['--enable=warning,performance,portability', '--inline-suppr', '--suppress=missingIncludeSystem'],
        ...['core', 'wasm'],
    )();
}

const CHECKS = [
    [
        'format C (clang-format)',
        program('clang-format-19', '--dry-run', '-Werror', ...files(['core', 'wasm', 'tests'], /\.[ch]$/)),
    ],
    ['format web (prettier)', program(bin('prettier'), '--check', '--log-level=warn', '.')],
    ['format Python (ruff)', program(python, '-m', 'ruff', 'format', '--check', '--quiet', '.')],
    ['lint C (cppcheck)', cppcheck],
    ['lint TypeScript (eslint)', program(bin('eslint'), '.')],
    ['lint Python (ruff)', program(python, '-m', 'ruff', 'check', '--quiet', '.')],
    ['types (tsc)', program(bin('tsc'), '--noEmit')],
    ['types of the demo page (tsc)', program(bin('tsc'), '--noEmit', '-p', 'web/demo')],
    [
        'manifest is fresh',
        async () =>
            (await isManifestFresh()) || console.error('web/generated/manifest.json is stale: npm run manifest'),
    ],
    [
        'requirement tables are fresh',
        async () =>
            (await program(python, 'tools/quality_docs.py', '--check')()) ||
            console.error('web/docs/requirements is stale: npm run manifest'),
    ],
    ['layer rule', async () => violations().every((line) => console.error(line))],
];

/** Runs every check; resolves to {passed, failed: [names]}. */
export async function check() {
    generate();
    const failed = [];
    for (const [name, body] of CHECKS) {
        const began = Date.now();
        const ok = await body().catch((error) => console.error(error.message));
        console.log(`check: ${ok ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
        if (!ok) failed.push(name);
    }
    return { passed: CHECKS.length - failed.length, failed };
}

if (isMain(import.meta))
    main(async () => {
        await setup();
        const { failed } = await check();
        if (failed.length) throw new Failure(`check failed: ${failed.join(', ')} (npm run format writes the layout)`);
    });
