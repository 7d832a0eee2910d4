#!/usr/bin/env node
// dawg: the plugins on the command line, run by the same wasm files that a browser loads.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, didYouMean } from '../web/src/errors.js';
import { analyzeCommand } from './dawg/analyze.js';
import { loadManifest, root } from './dawg/assets.js';
import { benchCommand } from './dawg/bench.js';
import { describeCommand } from './dawg/describe.js';
import { WorkError, messageOf } from './dawg/errors.js';
import { renderCommand } from './dawg/render.js';
import { suggestCommand } from './dawg/suggest.js';

const USAGE = `Usage:
  dawg describe [PLUGIN] [--json]
  dawg render IN -o OUT.wav (--plugin KEY [--preset NAME] [--set key=value]... [--at SECONDS:key=value]... | --chain CHAIN.json)
       [--key SIDE.wav] [--reference REF.wav] [--tempo BPM] [--tail auto|SECONDS] [--block N] [--no-compensate] [--bypass]
       [--bits 16|24|32f] [--optimize LUFS|PRESET] [--report FILE.json] [--json]
  dawg analyze IN [--json]
  dawg suggest IN --plugin KEY [--goal balance|clarity|warmth|brightness|punch | --reference REF] [--strength 0..1] [--json]
       [--apply OUT.wav] [--variant NAME] [--models FOLDER]
  dawg bench [PLUGIN]... [--json]

IN: WAV (16, 24, 32-bit integer, 32, 64-bit float), FLAC, Ogg Vorbis, Opus, MP3; mono or stereo, 8 .. 192 kHz.
OUT: 32-bit float WAV (--bits 16 or 24: dithered integers), as long as IN plus the plugins' tail, latency compensated.
--optimize: drives the limiter that ends the chain until OUT has this integrated loudness (-36 .. -5 LUFS), or that of a
preset of the limiter, such as spotify, apple_music, youtube or ebu_r128. It says what was reached.
Exit: 0 done, 1 processing failed, 2 bad usage or input.`;

const COMMANDS = {
    describe: describeCommand,
    render: renderCommand,
    analyze: analyzeCommand,
    suggest: suggestCommand,
    bench: benchCommand,
};

async function main([command, ...args]: string[]): Promise<void> {
    if (command === '--version') {
        const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
        return console.log(version);
    }
    if (command === 'help' || [command, ...args].some((arg) => arg === '--help' || arg === '-h'))
        return console.log(USAGE);
    const names = Object.keys(COMMANDS);
    if (!command) throw new InputError(`No command. Allowed: ${names.join(', ')}.\n\n${USAGE}`);
    if (!names.includes(command))
        throw new InputError(
            `No command "${command}".${didYouMean(command, names)} Allowed: ${names.join(', ')}. Help: dawg --help`,
        );
    await COMMANDS[command as keyof typeof COMMANDS](loadManifest(), args);
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0); // | head
    throw error;
});
try {
    await main(process.argv.slice(2));
} catch (error) {
    const isExpected = error instanceof InputError || error instanceof WorkError;
    console.error(isExpected ? `dawg: ${messageOf(error)}` : error);
    process.exitCode = error instanceof InputError ? 2 : 1;
}
