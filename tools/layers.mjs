// The layer rule: rooms depend one way only.   node tools/layers.mjs [root]   exits 1 and names each violation.
//   core/dsp <- core/analysis, core/inference <- core/plugin.h <- core/plugins <- core (runtime) <- core/tools, wasm
//   core (but for core/tools) uses freestanding headers only; kissfft is seen by core/dsp alone
//   worklet <- web;  worker sees worklet/protocol and web/generated only, and names onnxruntime in worker/session.ts only
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { files, isMain, root } from './lib/run.mjs';

/** A C file's room; rooms may include rooms of the same or a lower rank. */
const C_ROOMS = [
    [/^core\/dsp\//, 0],
    [/^core\/analysis\//, 1],
    [/^core\/inference\//, 1],
    [/^core\/plugin\.h$/, 2],
    [/^core\/plugins\//, 3],
    [/^core\/tools\//, 6],
    [/^core\//, 4],
    [/^wasm\//, 5],
];
const rankOf = (path) => C_ROOMS.find(([pattern]) => pattern.test(path))?.[1];
const FREESTANDING = new Set(
    ['assert', 'float', 'limits', 'stdbool', 'stddef', 'stdint', 'string'].map((name) => `${name}.h`),
);

/** What each web room may import besides itself and the generated files. */
const TS_ROOMS = {
    'worklet/': [],
    'worker/': ['worklet/protocol/'],
    'web/': ['worklet/', 'worker/'],
};

function cViolations(base) {
    const found = [];
    for (const file of files(['core', 'wasm'], /\.[ch]$/, base)) {
        const isTool = file.startsWith('core/tools/');
        for (const [, open, name] of readFileSync(join(base, file), 'utf8').matchAll(
            /^\s*#\s*include\s*([<"])([^>"]+)[>"]/gm,
        )) {
            if (/^_?kiss_fft/.test(name)) {
                if (!file.startsWith('core/dsp/')) found.push(`${file}: ${name} belongs to core/dsp alone`);
            } else if (open === '<') {
                if (!isTool && !FREESTANDING.has(name))
                    found.push(`${file}: <${name}> is not allowed here (no C library in the core)`);
            } else {
                const target = [join(dirname(file), name), join('core', name)]
                    .map(normalize)
                    .find((path) => existsSync(join(base, path)));
                if (!target) found.push(`${file}: "${name}" does not exist`);
                else if (rankOf(target) === undefined || rankOf(target) > rankOf(file))
                    found.push(`${file}: must not include ${target}`);
                else if (target.startsWith('core/tools/') && !isTool) found.push(`${file}: must not include ${target}`);
            }
        }
    }
    return found;
}

function tsViolations(base) {
    const found = [];
    for (const file of files(['worklet', 'worker', 'web'], /\.[jt]sx?$/, base)) {
        const room = Object.keys(TS_ROOMS).find((name) => file.startsWith(name));
        const allowed = [room, 'web/generated/', ...TS_ROOMS[room]];
        const source = readFileSync(join(base, file), 'utf8');
        for (const [, name] of source.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)['"]([^'"]+)['"]/g)) {
            if (name.startsWith('.')) {
                const target = normalize(join(dirname(file), name));
                if (!allowed.some((place) => target.startsWith(place)))
                    found.push(`${file}: must not import ${target}`);
            } else if (/^onnxruntime/.test(name) && file !== 'worker/session.ts') {
                found.push(`${file}: ${name} is named in worker/session.ts alone`);
            } else if (room === 'worklet/') {
                found.push(`${file}: the worklet imports no package (${name})`);
            }
        }
    }
    return found;
}

export const violations = (base = root) => [...cViolations(base), ...tsViolations(base)];

if (isMain(import.meta)) {
    const found = violations(resolve(process.argv[2] ?? root));
    for (const line of found) console.error(line);
    process.exit(found.length ? 1 : 0);
}
