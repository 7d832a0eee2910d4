// dawg analyze: loudness and peaks of a file, and what an equalizer could do about it.
import type { Manifest } from '../../web/src/manifest.js';
import { warn } from './errors.js';
import { Ear, heardRows } from './listening.js';
import type { Heard } from './listening.js';
import { Analyser, noLoudness } from './loudness.js';
import type { Analysis } from './loudness.js';
import { openAudio } from './open.js';
import { oneInput, parseOptions } from './options.js';
import { Progress } from './progress.js';

const PIECE = 1 << 16; // frames read at once

/** `dawg analyze --json`. */
export type FileAnalysis = Analysis & Heard;

export async function analyze(manifest: Manifest, path: string): Promise<{ analysis: FileAnalysis; format: string }> {
    const source = await openAudio(path);
    const progress = new Progress('measuring');
    try {
        const analyser = new Analyser(manifest);
        const meter = analyser.meter(source.rate, source.channels);
        const ear = new Ear(analyser.analysis, source.rate);
        const buffers = Array.from({ length: source.channels }, () => new Float32Array(PIECE));
        for (let done = 0; done < source.frames;) {
            const n = source.read(buffers, 0, PIECE);
            meter.feed(buffers, 0, n);
            ear.feed(buffers, 0, n);
            done += n;
            await progress.show(done / source.frames);
        }
        const analysis = { ...meter.result(), ...ear.result() };
        if (meter.guarded) warn(`${meter.guarded} samples were NaN, infinite or beyond +80 dBFS and were taken as 0.`);
        return { analysis, format: source.format };
    } finally {
        progress.end();
        source.close();
    }
}

function table(path: string, format: string, a: FileAnalysis): string {
    const level = (value: number | null, unit: string): string =>
        value === null ? 'silence' : `${value.toFixed(2)} ${unit}`;
    const peaks = ({ sample_peak_dbfs, true_peak_dbtp }: Analysis['per_channel'][number]): string =>
        `${level(sample_peak_dbfs, 'dBFS')}, true ${level(true_peak_dbtp, 'dBTP')}`;
    const rows: [string, string][] = [
        [
            'file',
            `${path} (${format}, ${a.sample_rate} Hz, ${a.channels === 1 ? 'mono' : 'stereo'}, ${a.duration_s.toFixed(3)} s)`,
        ],
        ['integrated', a.integrated_lufs === null ? noLoudness(a) : level(a.integrated_lufs, 'LUFS')],
        ['momentary max', level(a.momentary_max_lufs, 'LUFS')],
        ['short-term max', level(a.short_term_max_lufs, 'LUFS')],
        ['range', a.lra_lu === null ? 'unknown (shorter than 3 s, or silence)' : `${a.lra_lu.toFixed(2)} LU`],
        ['peak', peaks(a)],
        ...(a.channels === 2
            ? a.per_channel.map((p, c): [string, string] => [c ? '  right' : '  left', peaks(p)])
            : []),
        ...heardRows(a),
    ];
    return rows.map(([name, text]) => `${name.padEnd(16)}${text}`).join('\n');
}

export async function analyzeCommand(manifest: Manifest, args: readonly string[]): Promise<void> {
    const { options, rest } = parseOptions(args, { json: {} });
    const path = oneInput('analyze', rest, 'IN [--json]');
    const { analysis, format } = await analyze(manifest, path);
    console.log(options.json ? JSON.stringify(analysis, null, 2) : table(path, format, analysis));
}
