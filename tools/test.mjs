// npm test: check, every build, every runner; one table at the end.   node tools/test.mjs [--full]
// --full (npm run test:full) runs the whole grids: DAWG_TEST_FULL=1 for all runners.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildBrowser, buildPreset, buildTypeScript } from './build.mjs';
import { check } from './check.mjs';
import { Failure, files, main, must, python, root, run } from './lib/run.mjs';
import { ctestCounts, nodeCounts, pytestCounts } from './lib/counts.mjs';
import { setup } from './setup.mjs';

const full = process.argv.includes('--full');
const env = { DAWG_TEST_FULL: full ? '1' : '', CMOCKA_MESSAGE_OUTPUT: 'TAP' };
const table = []; // one row per stage

/** Runs one stage; a stage that breaks, or a runner that finds no test, is a failure and the rest goes on. */
async function stage(name, body) {
    console.log(`\n=== ${name}`);
    const began = Date.now();
    const row = { name, passed: 0, failed: 0, skipped: [], note: '' };
    try {
        Object.assign(row, await body());
    } catch (error) {
        if (!(error instanceof Failure)) throw error;
        console.error(error.message);
        Object.assign(row, { failed: 1, note: 'broken' });
    }
    if (row.passed + row.failed + row.skipped.length === 0) Object.assign(row, { failed: 1, note: 'no tests found' });
    table.push({ ...row, seconds: (Date.now() - began) / 1000 });
}

/** A runner's counts; its exit code has the last word. */
const counted = (counts, code) =>
    code !== 0 && counts.failed === 0 ? { ...counts, failed: 1, note: `exit ${code}` } : counts;

/** Where the values of the builds that the table does not show go: the ones shown are gcc -O3's and plain Python's. */
const aside = (preset) => ({ DAWG_QUALITY_DIR: join(root, 'build/quality', preset) });

const ctest =
    (preset, ...select) =>
    async () => {
        await buildPreset(preset);
        const dir = join(root, 'build', preset);
        const { code } = await run(
            'ctest',
            [
                '--test-dir',
                dir,
                '-j2',
                '--timeout',
                full ? '7200' : '900',
                '--output-on-failure',
                '--no-tests=error',
                ...select,
            ],
            { env: preset === 'native' ? env : { ...env, ...aside(preset) } },
        );
        const log = join(dir, 'Testing/Temporary/LastTest.log');
        return counted(existsSync(log) ? ctestCounts(readFileSync(log, 'utf8')) : { failed: 1 }, code);
    };

/** One run of Node's test runner over compiled tests. */
async function nodeTests(name, tests, concurrency) {
    const tap = join(root, `build/${name}-tests.tap`);
    if (!tests.length) return {};
    const reporters = ['spec', 'stdout', 'tap', tap].map(
        (value, i) => `--test-reporter${i % 2 ? '-destination' : ''}=${value}`,
    );
    const args = ['--test', `--test-concurrency=${concurrency}`, ...reporters, ...tests];
    const { code } = await run(process.execPath, args, { env });
    return counted(nodeCounts(readFileSync(tap, 'utf8')), code);
}

const compiledTests = (isBrowser) =>
    files(['dist/tests'], /\.test\.js$/).filter((path) => path.startsWith('dist/tests/browser/') === isBrowser);

/** In Chromium: they render, load and build, so two at a time do no harm. The others play, and some watch the clock. */
const RENDERING = /\/(defaults|equality|features|optimize|readme|render|runtimes)\.test\.js$/;

async function pythonTests(folder = [], more = {}) {
    const { code, out } = await run(python, ['-m', 'pytest', '-q', '-n', '2', ...folder], { env: { ...env, ...more } });
    return counted(pytestCounts(out), code);
}

/** Every knob at its ends and every preset once more, with the sanitizers' library loaded into Python. Knobs that move
 * under the sanitizers are those of the C conformance suite's random scores; the full run has Python's too. */
async function sanitizedPythonTests() {
    const runtime = async (name) => (await must('gcc', [`-print-file-name=${name}`], { quiet: true })).out.trim();
    const ends = full ? [] : ['-k', 'every_knob_acts or keeps_its_promise'];
    return pythonTests(['tests/conformance', ...ends], {
        DAWG_LIB: join(root, 'build/sanitize/libdawg.so'),
        LD_PRELOAD: `${await runtime('libasan.so')}:${await runtime('libubsan.so')}`,
        ASAN_OPTIONS: 'detect_leaks=0', // Python's own
        ...aside('sanitize'),
    });
}

main(async () => {
    const began = Date.now();
    await setup();
    rmSync(join(root, 'build/quality'), { recursive: true, force: true }); // what earlier runs measured
    await stage('check', async () => {
        const { passed, failed } = await check();
        return { passed, failed: failed.length, note: failed.join(', ') };
    });
    await stage('wasm modules', async () => {
        const presets = ['worklet', 'worker', 'worklet-scalar', 'cli'];
        for (const preset of presets) await buildPreset(preset);
        return { passed: presets.length };
    });
    await stage('C, gcc -O3', ctest('native'));
    await stage('C, clang -O2', ctest('clang'));
    await stage('C, gcc -O0', ctest('debug', ...(full ? [] : ['-R', '^(dsp|analysis|runtime)\\.'])));
    await stage('C, sanitizers', ctest('sanitize'));
    await stage('Node', async () => {
        await buildTypeScript();
        await buildBrowser();
        return nodeTests('node', compiledTests(false), 2);
    });
    const isRendering = (path) => RENDERING.test(path);
    await stage('Chromium, rendering', () => nodeTests('rendering', compiledTests(true).filter(isRendering), 2));
    await stage('Chromium, playing', () =>
        nodeTests(
            'playing',
            compiledTests(true).filter((path) => !isRendering(path)),
            1,
        ),
    );
    await stage('Python, sanitizers', sanitizedPythonTests);
    await stage('Python', () => pythonTests());
    await run(python, ['tools/quality_docs.py', '--measured']);

    const skipped = table.flatMap((row) => row.skipped.map((line) => `  ${row.name}: ${line}`));
    console.log(`\n${skipped.length ? `Skipped:\n${skipped.join('\n')}` : 'Nothing was skipped.'}\n`);
    const cell = (value, width) => String(value).padStart(width);
    console.log(
        `${'stage'.padEnd(20)}${['passed', 'failed', 'skipped', 'seconds'].map((name) => cell(name, 9)).join('')}`,
    );
    const line = (name, passed, failed, skips, seconds, note = '') =>
        console.log(
            `${name.padEnd(20)}${cell(passed, 9)}${cell(failed, 9)}${cell(skips, 9)}${cell(seconds.toFixed(1), 9)}  ${note}`,
        );
    for (const row of table) line(row.name, row.passed, row.failed, row.skipped.length, row.seconds, row.note);
    const sum = (of) => table.reduce((total, row) => total + of(row), 0);
    const failed = sum((row) => row.failed);
    line(
        full ? 'all (full)' : 'all',
        sum((row) => row.passed),
        failed,
        skipped.length,
        (Date.now() - began) / 1000,
    );
    console.log(`\n${sum((row) => row.passed)} passed, ${failed} failed, ${skipped.length} skipped`);
    process.exitCode = failed ? 1 : 0;
});
