// engine.render() with target_lufs: the loudness optimiser in the page finds what the command finds.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { RenderReport } from '../../tools/dawg/render.js';
import { encodeWav } from '../../web/src/wav.js';
import { Harness } from './harness.js';
import { stereoOf } from './jobs.js';

const harness = new Harness();
const dir = mkdtempSync(join(tmpdir(), 'dawg-optimize-'));
after(() => rmSync(dir, { recursive: true }));

test('the drive, the loudness and the true peak are those of dawg render --optimize; errors say what was reached', async () => {
    const seen = await harness.call(
        'isolated',
        async () => {
            const rate = 48000;
            const engine = await dawg.createEngine(new OfflineAudioContext(2, 128, rate));
            const noise = kit.noise(6 * rate, 0.1);
            const input = { sampleRate: rate, channels: [noise, noise] };
            const chain = [{ plugin: 'limiter', params: { style: 'Aggressive' } }];
            const progress: number[] = [];
            const onProgress = (fraction: number) => progress.push(fraction);
            const result = await engine.render(input, chain, { target_lufs: -12, onProgress, tail: 0 });
            await kit.putStereo('in', [noise, noise]);
            const { optimized } = result;
            const named = (await engine.render(input, chain, { target_lufs: 'spotify' })).optimized?.target_lufs;
            const refuse = (options: Parameters<typeof engine.render>[2], plugins = chain, sound = input) =>
                kit.refusal(() => engine.render(sound, plugins, options));
            const silent = { sampleRate: rate, channels: [new Float32Array(rate)] };
            const low = [{ plugin: 'limiter', params: { ceiling_db: -20 } }] as unknown as typeof chain;
            const errors = {
                unreachable: await refuse({ target_lufs: -5 }, low),
                silence: await refuse({ target_lufs: -14 }, chain, silent),
                value: await refuse({ target_lufs: 3 }),
                chain: await refuse({ target_lufs: -14 }, [{ plugin: 'surgical_eq' }] as unknown as typeof chain),
            };
            const plain = (await engine.render(input, chain, { tail: 0 })).optimized;
            return { optimized, named, errors, progress, hasPlain: plain !== undefined };
        },
        null,
    );
    const [left, right] = stereoOf(harness.server.files.get('in') ?? Buffer.alloc(0));
    const [input, out] = [join(dir, 'in.wav'), join(dir, 'out.wav')];
    writeFileSync(input, encodeWav({ sampleRate: 48000, channels: [left, right] }));
    const command = ['render', input, '-o', out, '--plugin', 'limiter', '--set', 'style=Aggressive', '--tail', '0'];
    const { stdout } = spawnSync(process.execPath, ['dist/tools/dawg.js', ...command, '--optimize', '-12', '--json'], {
        encoding: 'utf8',
    });
    const report = JSON.parse(stdout) as RenderReport;
    assert.ok(seen.optimized && report.optimized);
    assert.equal(seen.optimized.drive_db, report.optimized.drive_db);
    assert.equal(seen.optimized.passes, report.optimized.passes);
    assert.ok(Math.abs(seen.optimized.achieved_lufs - (report.optimized.achieved_lufs ?? 0)) <= 0.02);
    assert.ok(Math.abs(seen.optimized.achieved_lufs + 12) <= 0.3);
    assert.equal(seen.named, -14);
    assert.match(seen.errors.unreachable, /-5 LUFS is out of reach; the most drive, 24 dB, .* reaches -2\d\.\d LUFS/);
    assert.match(seen.errors.silence, /no integrated loudness/);
    assert.match(seen.errors.value, /target_lufs is 3; allowed is a number, -36 \.\. -5 LUFS/);
    assert.match(seen.errors.chain, /must be the last plugin; that is surgical_eq/);
    assert.ok(seen.progress.every((value, i) => value >= (seen.progress[i - 1] ?? 0)));
    assert.equal(seen.progress.at(-1), 1);
    assert.equal(seen.hasPlain, false);
});
