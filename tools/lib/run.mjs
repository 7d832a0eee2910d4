// Shared by the scripts in tools/: paths, running programs, finding files, failing clearly.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const python = join(root, '.venv/bin/python');
/** A program of node_modules; runs with this Node, so that PATH and shebangs do not matter. */
export const bin = (name) => join(root, 'node_modules/.bin', name);

/** An expected failure: its message is all the user needs, no stack trace. */
export class Failure extends Error {}

/**
 * Runs a program in the project's root and shows its output as it comes. quiet: keeps it back; raw: hands it the
 * terminal itself (progress lines). Resolves to {code, out, seconds}; `out` is stdout and stderr. 127: did not start.
 */
export function run(program, args = [], { cwd = root, env = {}, quiet = false, raw = false } = {}) {
    return new Promise((done) => {
        const began = Date.now();
        const stdio = raw ? 'inherit' : ['inherit', 'pipe', 'pipe'];
        const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio });
        let out = '';
        const take = (stream, to) =>
            stream?.on('data', (data) => {
                out += data;
                if (!quiet) to.write(data);
            });
        take(child.stdout, process.stdout);
        take(child.stderr, process.stderr);
        const end = (code) => done({ code, out, seconds: (Date.now() - began) / 1000 });
        child.on('error', (error) => {
            out += `${error.message}\n`;
            if (!quiet) console.error(`${program}: ${error.message}`);
            end(127);
        });
        child.on('close', (code) => end(code ?? 1));
    });
}

/** As run(), but a failure ends the script with the program's output. */
export async function must(program, args = [], options = {}) {
    const result = await run(program, args, options);
    if (result.code === 0) return result;
    const detail = options.quiet ? `\n${result.out.trim()}` : '';
    throw new Failure(`failed (exit ${result.code}): ${[program, ...args].join(' ')}${detail}`);
}

/** Paths (relative to the root) of all files below the given folders whose name matches. */
export function files(folders, pattern, base = root) {
    const walk = (dir) =>
        readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
            if (entry.name === 'node_modules' || entry.name.startsWith('.')) return [];
            const path = join(dir, entry.name);
            return entry.isDirectory() ? walk(path) : pattern.test(entry.name) ? [relative(base, path)] : [];
        });
    return folders
        .map((folder) => join(base, folder))
        .filter((dir) => existsSync(dir))
        .flatMap(walk)
        .sort();
}

/** Runs a script's main function: a Failure prints its message and exits 1. */
export async function main(body) {
    try {
        await body();
    } catch (error) {
        console.error(error instanceof Failure ? `\n${error.message}` : error);
        process.exit(1);
    }
}

/** True when the calling script is the one that node was started with. */
export const isMain = (meta) => process.argv[1] && resolve(process.argv[1]) === fileURLToPath(meta.url);
