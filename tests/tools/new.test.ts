// npm run new starts a plugin in a copy of the tree: it compiles under every warning, and of the conformance suite E-15
// alone fails, which it says is to be done. A name that will not do writes nothing.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';

const python = resolve('.venv/bin/python');
const copy = mkdtempSync(join(tmpdir(), 'dawg-new-'));
after(() => rmSync(copy, { recursive: true }));

interface Result {
    status: number | null;
    out: string;
}
function run(program: string, args: readonly string[], env: Record<string, string> = {}, cwd = copy): Result {
    const { status, stdout, stderr, error } = spawnSync(program, args, {
        cwd,
        // the library, manifest and measured values of the copy are meant, not those that a run of the tests names
        env: { ...process.env, DAWG_LIB: undefined, DAWG_MANIFEST: undefined, DAWG_QUALITY_DIR: undefined, ...env },
        encoding: 'utf8',
    });
    return { status, out: `${stdout}${stderr}${error?.message ?? ''}` };
}
function must(program: string, ...args: string[]): string {
    const { status, out } = run(program, args);
    assert.equal(status, 0, `${program} ${args.join(' ')}:\n${out}`);
    return out;
}
const start = (...args: string[]): Result => run(process.execPath, ['tools/new.mjs', ...args]);

const listed = run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {}, '.');
assert.equal(listed.status, 0, listed.out);
for (const path of listed.out.split('\0'))
    if (path && existsSync(path)) {
        mkdirSync(join(copy, dirname(path)), { recursive: true });
        cpSync(path, join(copy, path));
    }
cpSync('build/deps', join(copy, 'build/deps'), { recursive: true });

/** The text of every file that `npm run new` could write. */
const written = (): Map<string, string> =>
    new Map(
        ['core', 'tests'].flatMap((room) =>
            readdirSync(join(copy, room), { recursive: true, encoding: 'utf8' })
                .filter((path) => /\.(c|h|toml|py)$/.test(path))
                .map((path): [string, string] => [`${room}/${path}`, readFileSync(join(copy, room, path), 'utf8')]),
        ),
    );

const refused: [string[], RegExp][] = [
    [[], /^One plugin at a time: npm run new -- <category>\/<key>/],
    [['eq/one', 'eq/two'], /^One plugin at a time/],
    [['bus_compressor'], /^"bus_compressor" is not <category>\/<key>/],
    [['eq/deep/er'], /^"eq\/deep\/er" is not <category>\/<key>/],
    [['dynamics/bus_compressor'], /^No category "dynamics": allowed are reverb, delay, compressor, eq, utility\.$/m],
    [['eq/BusCompressor'], /^"BusCompressor" is no key: snake_case/],
    [['eq/bus-compressor'], /is no key: snake_case/],
    [['eq/bus__compressor'], /is no key: snake_case/],
    [['eq/2bus'], /is no key: snake_case/],
    [['eq/../../etc'], /is not <category>\/<key>/],
    [[`eq/${'a'.repeat(41)}`], /at most 40 characters/],
    [['eq/static'], /^"static" is a keyword of C: choose another key, such as static_eq\.$/m],
    [['utility/limiter'], /^There is a plugin limiter already: core\/plugins\/registry\.h names it\.$/m],
    [['compressor/surgical_eq'], /^There is a plugin surgical_eq already/], // in whatever room
    [['eq/limiter_gain'], /^tests\/plugins\/test_limiter_gain\.c is there already/],
    [['eq/params'], /^"params" has a meaning in .* already: choose another key, such as params_eq\.$/m],
    [['eq/process'], /^"process" has a meaning in/],
    [['eq/svf'], /^"dawg_svf" has a meaning in core\/dsp\/.* already/],
];
test(`${refused.length} names that will not do: a message, exit 2, and not a byte is written`, () => {
    const before = written();
    for (const [args, message] of refused) {
        const { status, out } = start(...args);
        assert.equal(status, 2, `${args.join(' ')}: ${out}`);
        assert.match(out, message);
    }
    assert.deepEqual(written(), before);
});

// The longest key is laid out as well, and its lines are the longest.
const KEYS = ['compressor/bus_compressor', `reverb/${'long_'.repeat(7)}named`];

test('it writes a plugin, its table, its test and its line in the registry, laid out as npm run format would', () => {
    const before = written();
    for (const name of KEYS) {
        const { status, out } = start(name);
        assert.equal(status, 0, out);
        const [category, key] = name.split('/');
        const files = [`core/plugins/${category}/${key}.c`, `tests/plugins/${key}.toml`, `tests/plugins/test_${key}.c`];
        for (const path of files) assert.match(out, new RegExp(`^new: ${path}$`, 'm'));
        assert.match(out, /E-15 +at least five presets/);
        assert.match(out, /npm run manifest/);
        for (const path of files) before.set(path, readFileSync(join(copy, path), 'utf8'));
        before.set('core/plugins/registry.h', `${before.get('core/plugins/registry.h')}DAWG_PLUGIN(${key})\n`);
        const sources = files.filter((path) => path.endsWith('.c'));
        must('clang-format-19', '--dry-run', '-Werror', ...sources);
        for (const path of sources)
            for (const line of before.get(path)?.split('\n') ?? []) assert.ok(line.length <= 120, `${path}: ${line}`);
    }
    const now = written();
    assert.deepEqual(now, before); // nothing else changed
    for (const [path, text] of now)
        if (!path.startsWith('tests/tools/')) assert.ok(!text.includes('example_key'), path);
    assert.equal(start(KEYS[0]).status, 2); // once is enough
});

test('it compiles under every warning, keeps the layer rule, and its own test passes', () => {
    const names = readdirSync(join(copy, 'tests/conformance')).flatMap(
        (path) => /^test_(.*)\.c$/.exec(path)?.[1] ?? [],
    );
    const programs = [
        ...names.map((name) => `conformance.${name}`),
        ...KEYS.map((name) => `plugins.${name.split('/')[1]}`),
    ];
    must('cmake', '--preset', 'native');
    must('cmake', '--build', '--preset', 'native', '-j2', '--target', 'dawg', 'dawg-manifest', ...programs);
    must(process.execPath, 'tools/layers.mjs');
    for (const name of KEYS) must(`build/native/tests/plugins.${name.split('/')[1]}`);
    const lean = ['-DDAWG_LEAN=1', '-c', `core/plugins/${KEYS[0]}.c`, '-o', 'build/lean.o'];
    must(
        'clang-19',
        '-std=c11',
        '-Wall',
        '-Wextra',
        '-pedantic',
        '-Werror',
        '-Wno-enum-float-conversion',
        '-Icore',
        ...lean,
    );
});

test('of the conformance suite it fails “at least five presets” alone', () => {
    const key = 'bus_compressor';
    const env = { DAWG_TEST_PLUGIN: key, CMOCKA_MESSAGE_OUTPUT: 'TAP' };
    const programs = readdirSync(join(copy, 'build/native/tests')).filter((name) => name.startsWith('conformance.'));
    const results = programs.map((name) => run(`build/native/tests/${name}`, [], env).out).join('\n');
    const ok = [...results.matchAll(/^ok \d+ - bus_compressor: /gm)];
    const notOk = [...results.matchAll(/^not ok \d+ - (.*)$/gm)].map(([, promise]) => promise);
    assert.deepEqual(notOk, [`${key}: presets are well formed`], results);
    assert.match(results, /at least five presets/);
    assert.ok(ok.length >= 24, `${ok.length} passed:\n${results}`);
});

test('every knob of it acts and is not heard moving, its preset keeps its promise; E-15 wants four more', () => {
    const { status, out: manifest } = run('build/native/dawg-manifest', []);
    assert.equal(status, 0);
    writeFileSync(join(copy, 'web/generated/manifest.json'), manifest);
    const { out } = run(python, [
        '-m',
        'pytest',
        '-q',
        '-p',
        'no:cacheprovider',
        'tests/conformance',
        '-k',
        'bus_compressor',
    ]);
    assert.deepEqual(
        [...out.matchAll(/^FAILED (\S+)/gm)].map(([, name]) => name),
        ['tests/conformance/test_presets.py::test_at_least_five_presets_each_different[bus_compressor]'],
        out,
    );
    const passed = Number(/^1 failed, (\d+) passed/m.exec(out)?.[1]);
    assert.ok(passed >= 10, out); // 3 knobs x 2, their table, 3 promises of the preset
    must(python, 'tools/quality_docs.py');
    must(python, 'tools/quality_docs.py', '--check');
});
