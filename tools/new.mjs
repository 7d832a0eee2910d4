// npm run new -- compressor/bus_compressor: starts a plugin that compiles and passes the conformance suite but for E-15,
// at least five presets that keep their promises: a gain with a dry path, from tools/new. Writes all of it or, when the
// name will not do (exit 2), nothing.
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { files, isMain, root } from './lib/run.mjs';

const CATEGORIES = ['reverb', 'delay', 'compressor', 'eq', 'utility'];
const REGISTRY = 'core/plugins/registry.h';
const KEY_LONGEST = 40;
const C_KEYWORDS = new Set(
    (
        'auto break case char const continue default do double else enum extern float for goto if inline int long ' +
        'register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while'
    ).split(' '),
);
const EXAMPLE = { key: 'example_key', name: 'Example Name', category: 'DAWG_UTILITY' };

const read = (path) => readFileSync(join(root, path), 'utf8');
const registered = () => [...read(REGISTRY).matchAll(/^DAWG_PLUGIN\((\w+)\)/gm)].map(([, key]) => key);
/** C without comments and strings. */
const codeOf = (path) => read(path).replace(/\/\*[^]*?\*\/|\/\/.*|"(?:[^"\\\n]|\\.)*"/g, ' ');

/** The file that already gives this word a meaning. */
const fileNaming = (word, paths) => paths.find((path) => new RegExp(`\\b${word}\\b`).test(codeOf(path)));

/** What is written: path by template. */
const outputs = (category, key) => ({
    [`core/plugins/${category}/${key}.c`]: 'tools/new/plugin.c',
    [`tests/plugins/${key}.toml`]: 'tools/new/quality.toml',
    [`tests/plugins/test_${key}.c`]: 'tools/new/test.c',
});

/** Undefined when a plugin may be called so, else what is wrong and what is allowed. */
function refusal(args) {
    const usage = 'npm run new -- <category>/<key>, for example: npm run new -- compressor/bus_compressor';
    if (args.length !== 1) return `One plugin at a time: ${usage}`;
    const [category, key, ...rest] = args[0].split('/');
    if (!key || rest.length) return `"${args[0]}" is not <category>/<key>: ${usage}`;
    if (!CATEGORIES.includes(category)) return `No category "${category}": allowed are ${CATEGORIES.join(', ')}.`;
    if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(key) || key.length > KEY_LONGEST)
        return (
            `"${key}" is no key: snake_case of a-z, 0-9 and single underscores, a letter first, at most ${KEY_LONGEST} ` +
            'characters (bus_compressor). It is for ever.'
        );
    if (C_KEYWORDS.has(key)) return `"${key}" is a keyword of C: choose another key, such as ${key}_${category}.`;
    if (registered().includes(key)) return `There is a plugin ${key} already: ${REGISTRY} names it.`;
    const there = Object.keys(outputs(category, key)).find((path) => existsSync(join(root, path)));
    if (there) return `${there} is there already: remove it, or choose another key.`;
    const core = [...files(['core/dsp'], /\.[ch]$/), ...files(['core'], /\.[ch]$/)]; // where blocks are made comes first
    const headers = ['tools/new/plugin.c', ...core.filter((path) => path.endsWith('.h'))];
    for (const [word, paths] of [
        [key, headers],
        [`dawg_${key}`, core],
    ]) {
        const taken = fileNaming(word, paths);
        if (taken)
            return `"${word}" has a meaning in ${taken} already: choose another key, such as ${key}_${category}.`;
    }
}

/** bus_compressor: Bus Compressor. */
const nameOf = (key) =>
    key
        .split('_')
        .map((word) => (word === 'eq' ? 'EQ' : word[0].toUpperCase() + word.slice(1)))
        .join(' ');

function create(category, key) {
    const written = Object.entries(outputs(category, key)).map(([path, template]) => [
        path,
        read(template)
            .replaceAll(EXAMPLE.key, key)
            .replaceAll(EXAMPLE.name, nameOf(key))
            .replaceAll(EXAMPLE.category, `DAWG_${category.toUpperCase()}`),
    ]);
    mkdirSync(join(root, 'core/plugins', category), { recursive: true });
    for (const [path, text] of written) writeFileSync(join(root, path), text, { flag: 'wx' });
    appendFileSync(join(root, REGISTRY), `DAWG_PLUGIN(${key})\n`);
    return [...written.map(([path]) => path), `${REGISTRY} (one line)`];
}

if (isMain(import.meta)) {
    const args = process.argv.slice(2);
    const wrong = refusal(args);
    if (wrong) {
        console.error(wrong);
        process.exit(2);
    }
    const [category, key] = args[0].split('/');
    for (const path of create(category, key)) console.log(`new: ${path}`);
    console.log(`
Next:
  npm run manifest   compiles it and writes web/generated/manifest.json: look at the diff, keys are for ever
  npm run build      then  DAWG_TEST_PLUGIN=${key} ctest --test-dir build/native -R conformance

It is a gain with a dry path that passes the conformance suite. To do:
  E-15   at least five presets (there is one), each with a promise whose numbers tests/plugins/${key}.toml checks
  the sound, its parameters and their contexts; what it is, in the first comment and in .help
  its own requirements: tests/plugins/test_${key}.c and .py, tests/quality/*.toml
  a line in CHANGELOG.md and in the table of README.md`);
}
