// Fetches the kissfft sources, pinned by checksum, into the folder given. Called by CMake when it configures.
// apt first, with the mirrors this system already uses but lists and caches of its own, so that no system file changes;
// then the older copy in the npm package kissfft-js.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
    copyFileSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    readdirSync,
    rmSync,
    writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const DEBIAN = {
    sha256: '76c1aac87ddb7258f34b08a13f0eebf9e53afa299857568346aa5c82bcafaf1a',
    sources: [
        'kiss_fft.c',
        'kiss_fft.h',
        'kiss_fftr.c',
        'kiss_fftr.h',
        '_kiss_fft_guts.h',
        'kiss_fft_log.h',
        'COPYING',
    ],
};
const NPM = {
    sha256: 'dec3fd7ff4137c98f9075abfd9e994d5c1194640bc4d6f9af3d37b85bae3e3ca',
    sources: [
        'src/kiss_fft.c',
        'src/kiss_fft.h',
        'src/tools/kiss_fftr.c',
        'src/tools/kiss_fftr.h',
        'src/_kiss_fft_guts.h',
        'COPYING',
    ],
};
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const quiet = { stdio: ['ignore', 'ignore', 'pipe'] };

/** Each way puts one .tar.gz into `dir`. */
const WAYS = [
    [
        'apt-get source kissfft',
        DEBIAN,
        (dir) => {
            mkdirSync(join(dir, 'lists/partial'), { recursive: true });
            mkdirSync(join(dir, 'cache/archives/partial'), { recursive: true });
            const format = '$(ORIGIN) $(COMPONENT) $(REPO_URI) $(RELEASE)';
            const targets = execFileSync('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
            const main = String(targets)
                .split('\n')
                .map((line) => line.split(' '))
                .filter(([origin, component]) => origin === 'Debian' && component === 'main');
            const lines = main.map(([, , uri, release]) => `deb-src [signed-by=${KEYRING}] ${uri} ${release} main`);
            if (!lines.length) throw new Error('apt has no Debian package lists: run apt-get update');
            writeFileSync(join(dir, 'list'), `${[...new Set(lines)].join('\n')}\n`);
            const own = [
                `Dir::Etc::sourcelist=${dir}/list`,
                'Dir::Etc::sourceparts=-',
                `Dir::State::lists=${dir}/lists`,
                `Dir::Cache=${dir}/cache`,
                'APT::Sandbox::User=',
            ].flatMap((option) => ['-o', option]);
            execFileSync('apt-get', [...own, '-qq', 'update'], quiet);
            execFileSync('apt-get', [...own, '-qq', 'source', '--download-only', 'kissfft'], { ...quiet, cwd: dir });
        },
    ],
    [
        'npm pack kissfft-js',
        NPM,
        (dir) => execFileSync('npm', ['pack', '--silent', 'kissfft-js@0.1.8'], { ...quiet, cwd: dir }),
    ],
];

async function fetchInto(target, [, pin, get]) {
    const dir = mkdtempSync(join(tmpdir(), 'kissfft-'));
    try {
        await get(dir);
        const archive = join(
            dir,
            readdirSync(dir).find((name) => /\.(tar\.gz|tgz)$/.test(name)),
        );
        const sha256 = createHash('sha256').update(readFileSync(archive)).digest('hex');
        if (sha256 !== pin.sha256) throw new Error(`checksum ${sha256}, expected ${pin.sha256}`);
        execFileSync('tar', ['-xzf', archive, '-C', dir, '--strip-components=1'], quiet);
        mkdirSync(target, { recursive: true });
        for (const source of pin.sources) copyFileSync(join(dir, source), join(target, source.split('/').pop()));
        const header = join(target, 'kiss_fft.h'); // the older copy defines its allocator without asking
        const text = readFileSync(header, 'utf8');
        if (pin === NPM) writeFileSync(header, text.replace(/^#define KISS_FFT_(MALLOC|FREE) \w+$/gm, ''));
        writeFileSync(join(target, 'SHA256'), `${sha256}\n`); // last: marks a complete copy
    } finally {
        rmSync(dir, { recursive: true, force: true });
    }
}

const target = process.argv[2];
const marker = join(target, 'SHA256');
if (existsSync(marker) && [DEBIAN, NPM].some((pin) => pin.sha256 === readFileSync(marker, 'utf8').trim()))
    process.exit(0);
const failures = [];
for (let round = 1; round <= 3; ++round) {
    for (const way of WAYS) {
        try {
            await fetchInto(target, way);
            console.log(`kissfft: ${way[0]}`);
            process.exit(0);
        } catch (error) {
            failures.push(`${way[0]}: ${String(error.stderr || error.cause?.message || error.message).trim()}`);
        }
    }
    await sleep(1000 * round);
}
console.error(`kissfft could not be fetched in 3 rounds:\n  ${[...new Set(failures)].join('\n  ')}`);
process.exit(1);
