// Installs what is missing; changes nothing when all is there.   node tools/setup.mjs [--for start]
// Debian and its derivatives: apt, npm and a Python environment in .venv. Other systems: names what to install and
// goes on only when all of it is found. Uses Node's own modules only, because it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, isMain, main, python, root, run } from './lib/run.mjs';

/** needs: command (or pkg-config module) and what it is for elsewhere; debian: its package; start: needed by npm start. */
const TOOLS = [
    { find: 'cmake', debian: 'cmake', start: true, hint: 'CMake 3.25 or newer' },
    { find: 'ninja', debian: 'ninja-build', start: true, hint: 'Ninja 1.10 or newer' },
    {
        find: 'emcc',
        debian: 'emscripten',
        start: true,
        unless: 'EMSDK',
        hint: 'Emscripten 3.1.6 or newer (or EMSDK set)',
    },
    { find: 'gcc', debian: 'gcc', hint: 'GCC 12 or newer' },
    { debian: 'libc6-dev', hint: 'C library headers' },
    { find: 'clang-19', debian: 'clang-19', hint: 'Clang 19, as clang-19 (brew: llvm@19; Fedora: clang)' },
    {
        find: 'wasm-ld-19',
        debian: 'lld-19',
        unless: 'WASI_SDK_PATH',
        hint: 'LLD 19 with wasm-ld (brew: lld@19; Fedora: lld)',
    },
    { find: 'llvm-ar-19', debian: 'llvm-19', unless: 'WASI_SDK_PATH', hint: 'LLVM 19 binary tools' },
    { debian: 'wasi-libc', unless: 'WASI_SDK_PATH', hint: 'wasi-sdk 20 or newer, WASI_SDK_PATH set to it' },
    { debian: 'libclang-rt-19-dev-wasm32', unless: 'WASI_SDK_PATH', hint: 'compiler-rt for wasm32 (part of wasi-sdk)' },
    { find: 'clang-format-19', debian: 'clang-format-19', hint: 'clang-format 19, as clang-format-19' },
    { find: 'cppcheck', debian: 'cppcheck', hint: 'cppcheck 2.10 or newer' },
    { find: 'pkg-config', debian: 'pkg-config', hint: 'pkg-config' },
    {
        module: 'cmocka',
        debian: 'libcmocka-dev',
        hint: 'cmocka 1.1.5 or newer (brew: cmocka; Fedora: libcmocka-devel)',
    },
    { module: 'libebur128', debian: 'libebur128-dev', hint: 'libebur128 (brew: libebur128; Fedora: libebur128-devel)' },
    { find: 'valgrind', debian: 'valgrind', hint: 'valgrind' },
    { find: 'ngspice', debian: 'ngspice', hint: 'ngspice 39 or newer' },
    { find: 'git', debian: 'git', hint: 'git' },
    {
        find: process.env.CHROMIUM ?? 'chromium',
        debian: 'chromium',
        unless: 'CHROMIUM',
        hint: 'Chromium (or CHROMIUM set)',
    },
];

const say = (line) => console.log(`setup: ${line}`);
const quietly = (program, args) => spawnSync(program, args, { encoding: 'utf8' });
const hashOf = (...parts) => createHash('sha256').update(parts.join('\n')).digest('hex');
const isCurrent = (stamp, hash) => existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
const systemPython = process.env.PYTHON ?? 'python3';

/** Runs a download up to three times, then names it and stops. */
async function download(what, program, args, options) {
    for (let round = 1; ; ++round) {
        const { code, out } = await run(program, args, { quiet: true, ...options });
        if (code === 0) return;
        const tail = out.trim().split('\n').slice(-8).join('\n  ');
        if (round === 3)
            throw new Failure(`setup: ${what} failed three times: ${program} ${args.join(' ')}\n  ${tail}`);
        say(`${what} failed (${round} of 3), trying again …`);
        await sleep(3000 * round);
    }
}

/** Debian packages of `tools` that are not installed. */
function missingPackages(tools) {
    const { stdout } = quietly('dpkg-query', [
        '-W',
        '-f=${Package} ${db:Status-Status}\n',
        ...tools.map((t) => t.debian),
    ]);
    const installed = new Set(
        stdout
            .split('\n')
            .filter((line) => line.endsWith(' installed'))
            .map((line) => line.split(' ')[0]),
    );
    return tools.map((tool) => tool.debian).filter((name) => !installed.has(name));
}

async function installWithApt(packages) {
    const command = `apt-get install --no-install-recommends ${packages.join(' ')}`;
    const isRoot = process.getuid?.() === 0;
    if (!isRoot && quietly('sudo', ['--version']).status !== 0)
        throw new Failure(
            `setup: these packages are missing and need root (no sudo here). As root, run:\n  ${command}`,
        );
    say(`installing ${packages.join(' ')} (the first time may take some minutes)`);
    const apt = (...args) => {
        const full = ['apt-get', '-q', '-o', 'DPkg::Lock::Timeout=600', '-y', ...args];
        return isRoot ? [full[0], full.slice(1)] : ['sudo', ['DEBIAN_FRONTEND=noninteractive', ...full]];
    };
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await download('apt-get update', ...apt('update'), { env });
    await download('apt-get install', ...apt('install', '--no-install-recommends', ...packages), { env });
}

/** Not Debian: everything must be there already. */
function checkOtherSystem(tools) {
    const has = (tool) =>
        tool.find
            ? quietly(tool.find, ['--version']).status === 0
            : tool.module
              ? quietly('pkg-config', ['--exists', tool.module]).status === 0
              : true; // found, or named, when CMake configures
    const missing = tools.filter((tool) => !has(tool));
    if (missing.length)
        throw new Failure(
            `setup: this system has no apt-get; please install:\n${missing
                .map((tool) => `  ${(tool.find ?? tool.module ?? '').padEnd(16)} ${tool.hint} (Debian: ${tool.debian})`)
                .join('\n')}`,
        );
}

async function systemTools(tools, needsPython) {
    const wanted = tools.filter((tool) => !(tool.unless && process.env[tool.unless]));
    if (quietly('apt-get', ['--version']).status !== 0) return checkOtherSystem(wanted);
    const packages = missingPackages(wanted);
    if (needsPython && quietly(systemPython, ['-c', 'import venv, ensurepip']).status !== 0)
        packages.push('python3-venv');
    if (packages.length) await installWithApt(packages);
}

async function npmPackages() {
    const stamp = join(root, 'node_modules/.dawg-stamp');
    const hash = hashOf(readFileSync(join(root, 'package-lock.json')), process.version);
    if (isCurrent(stamp, hash)) return;
    say('npm packages …');
    await download('npm ci', 'npm', ['ci', '--no-audit', '--no-fund']);
    writeFileSync(stamp, hash);
}

async function pythonPackages() {
    const venv = join(root, '.venv');
    const stamp = join(venv, '.dawg-stamp');
    const version = quietly(systemPython, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']).stdout?.trim();
    const [major, minor] = (version || '0.0').split('.').map(Number);
    if (major < 3 || (major === 3 && minor < 11))
        throw new Failure(
            `setup: Python 3.11 or newer is needed, ${systemPython} is ${version || 'missing'}. Set PYTHON to another one.`,
        );
    const hash = hashOf(readFileSync(join(root, 'tests/requirements.txt')), version, venv);
    if (isCurrent(stamp, hash) && quietly(python, ['-c', '']).status === 0) return;
    say('Python packages into .venv (about 70 MB the first time) …');
    rmSync(venv, { recursive: true, force: true });
    await download('python -m venv', systemPython, ['-m', 'venv', venv]);
    await download('pip install', python, [
        '-m',
        'pip',
        'install',
        '-q',
        '--disable-pip-version-check',
        '-r',
        'tests/requirements.txt',
    ]);
    writeFileSync(stamp, hash);
}

/** purpose 'start': what npm start needs (the wasm toolchain and npm); otherwise everything that the tests need. */
export async function setup(purpose = 'all') {
    const began = Date.now();
    const [major, minor] = process.versions.node.split('.').map(Number);
    if (major < 20 || (major === 20 && minor < 19))
        throw new Failure(`setup: Node 20.19 or newer is needed, this is ${process.version}.`);
    const start = purpose === 'start';
    await systemTools(start ? TOOLS.filter((tool) => tool.start) : TOOLS, !start);
    await npmPackages();
    if (!start) await pythonPackages();
    say(`ready (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}

if (isMain(import.meta)) {
    const at = process.argv.indexOf('--for');
    main(() => setup(at > 0 ? process.argv[at + 1] : 'all'));
}
