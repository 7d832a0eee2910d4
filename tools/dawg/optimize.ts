// --optimize: the passes of analysis of the loudness optimiser over a file.
import type { Slot } from '../../web/src/chain.js';
import type { Manifest } from '../../web/src/manifest.js';
import { LoudnessReader, optimizeDrive, parseTarget, slotToOptimize } from '../../web/src/optimize.js';
import type { Optimized } from '../../web/src/optimize.js';
import { Rack } from '../../web/src/rack.js';
import type { RackEvent } from '../../web/src/rack.js';
import { renderPieces } from '../../web/src/rendering.js';
import { loadEngine } from './assets.js';
import { WorkError } from './errors.js';
import { openAudio } from './open.js';
import { Progress } from './progress.js';
import { readStereo } from './source.js';

const BLOCK = 4096;

export interface OptimizeJob {
    input: string;
    key: string | undefined;
    slots: readonly Slot[];
    events: readonly RackEvent[];
    tempo: number;
    /** Seconds; undefined: automatic. */
    tail: number | undefined;
}

/** One rendering that is only read. */
async function reading(manifest: Manifest, job: OptimizeJob, progress: Progress): Promise<number | null> {
    const input = await openAudio(job.input);
    const key = job.key === undefined ? undefined : await openAudio(job.key);
    const { rate, frames, channels } = input;
    const engine = loadEngine(manifest);
    const rack = new Rack(engine, job.slots, rate, Math.min(BLOCK, frames), job.tempo);
    const loudness = new LoudnessReader(engine, manifest, rate);
    try {
        rack.schedule(job.events);
        const tail = job.tail === undefined ? undefined : Math.round(job.tail * rate);
        const pieces = renderPieces(
            rack,
            { frames, channels, tail, compensate: true },
            {
                read(into, n) {
                    const got = input.read(into, 0, n);
                    for (const channel of into) channel.fill(0, got, n);
                },
                ...(key && { readKey: (into, n) => readStereo(key, into, n) }),
                write: (out, from, n) => loudness.feed(out, from, n),
            },
        );
        for (let piece = pieces.next(); !piece.done; piece = pieces.next()) {
            if (rack.faults) throw new WorkError('A plugin made samples that are no numbers. Please report it.');
            await progress.show(piece.value);
        }
        return loudness.result();
    } finally {
        rack.destroy();
        input.close();
        key?.close();
    }
}

/** Leaves the drive in the last slot. */
export async function optimize(
    manifest: Manifest,
    given: string,
    job: OptimizeJob,
): Promise<Omit<Optimized, 'achieved_lufs'>> {
    const target_lufs = parseTarget(manifest, given, '--optimize');
    const slot = slotToOptimize(job.slots, job.events, '--optimize');
    const progress = new Progress('measuring');
    try {
        const found = await optimizeDrive(slot, target_lufs, '--optimize', () => reading(manifest, job, progress));
        return { target_lufs, ...found };
    } finally {
        progress.end();
    }
}
