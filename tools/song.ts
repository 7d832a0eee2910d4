// npm start, until the demo page lands: renders the built-in song through the plugins into out/ and prints a report.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { applyPreset, makeSlot } from '../web/src/chain.js';
import { InputError } from '../web/src/errors.js';
import type { Manifest } from '../web/src/manifest.js';
import { SONG_TEMPO_BPM, makeSong } from '../web/src/song.js';
import { loadManifest, root } from './dawg/assets.js';
import { WorkError } from './dawg/errors.js';
import { render } from './dawg/render.js';
import type { RenderReport } from './dawg/render.js';
import { memorySource } from './dawg/source.js';
import { textTable } from './dawg/table.js';

const OUT = join(root, 'out');

/** File name, then plugin and preset of each stage. */
const TAKES: [name: string, chain: [plugin: string, preset: string][]][] = [
    ['song', []],
    ['song-eq', [['surgical_eq', 'mastering_air']]],
    ['song-limiter', [['limiter', 'loud_streaming']]],
    ['song-ducking-delay', [['ducking_delay', 'dotted_eighth']]],
    [
        'song-mastered',
        [
            ['surgical_eq', 'mastering_air'],
            ['limiter', 'loud_streaming'],
        ],
    ],
];

function row(name: string, r: RenderReport): string[] {
    const level = (value: number | null | undefined): string => value?.toFixed(1) ?? '-';
    const reduction = Math.max(0, ...r.plugins.map((p) => p.meters.gain_reduction_db?.max ?? 0));
    return [
        `out/${name}.wav`,
        level(r.out?.integrated_lufs),
        level(r.out?.lra_lu),
        level(r.out?.sample_peak_dbfs),
        level(r.out?.true_peak_dbtp),
        r.plugins.some((p) => p.meters.gain_reduction_db) ? level(reduction) : '-',
        `${r.latency_samples}`,
        level(r.plugins.length ? r.us_per_128_frames : undefined),
    ];
}

async function main(manifest: Manifest): Promise<void> {
    mkdirSync(OUT, { recursive: true });
    const song = makeSong();
    const rows: string[][] = [];
    for (const [i, [name, chain]] of TAKES.entries()) {
        if (process.stderr.isTTY) process.stderr.write(`\r[${i + 1}/${TAKES.length}] ${name} …\x1b[K`);
        const slots = chain.map(([plugin, preset]) => {
            const slot = makeSlot(manifest, plugin);
            applyPreset(slot, preset);
            return slot;
        });
        const input = memorySource('song', song.rate, [song.left, song.right]);
        const out = join(OUT, `${name}.wav`);
        rows.push(row(name, await render(manifest, { input, slots, out, tempo: SONG_TEMPO_BPM, analyse: true })));
    }
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    console.log('The built-in song (20 s, 48 kHz stereo), rendered into out/:\n');
    const head = ['file', 'LUFS', 'LU range', 'dBFS peak', 'dBTP', 'dB reduced', 'latency', 'µs/128 frames'];
    console.log(textTable(head, rows, 1));
    console.log('\nMore: node dist/tools/dawg.js --help');
}

main(loadManifest()).catch((error: unknown) => {
    console.error(error instanceof InputError || error instanceof WorkError ? `song: ${error.message}` : error);
    process.exitCode = 1;
});
