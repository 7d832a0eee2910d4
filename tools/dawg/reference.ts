// dawg render --reference REF: hears both files whole and sets the bands of mastering_eq.
import type { Slot } from '../../web/src/chain.js';
import { InputError } from '../../web/src/errors.js';
import type { Manifest } from '../../web/src/manifest.js';
import type { Matched } from '../../worker/analysis.js';
import { Analyser } from './loudness.js';
import { openAudio } from './open.js';
import { Progress } from './progress.js';

const PIECE = 1 << 16; // frames read at once
const PLUGIN = 'mastering_eq';
const MAX_GAIN_DB = 12; // of a band

/** What --report says of it. */
export interface ReferenceReport {
    /** How much louder the reference is: no part of what is matched. */
    level_db: number;
    /** RMS over the bands that both have, without and with the six bands. */
    before_db: number;
    after_db: number;
}

export function checkMatches(plugin: string | undefined): void {
    if (plugin !== PLUGIN)
        throw new InputError(
            `--reference goes with --plugin ${PLUGIN}, whose bands it sets; given was ${plugin ? `--plugin ${plugin}` : '--chain'}.`,
        );
}

/** Sets the bands of `slot`, and the output that keeps the programme's loudness; tilt, target and match_loudness are off,
 * whatever a preset says. What --set says comes after it. */
export async function matchReference(
    manifest: Manifest,
    slot: Slot,
    paths: { programme: string; reference: string },
): Promise<ReferenceReport> {
    const { analysis } = new Analyser(manifest);
    const progress = new Progress('listening');
    const heard = async (path: string): Promise<Parameters<typeof analysis.match>[0]> => {
        const source = await openAudio(path);
        try {
            const engine = analysis.eqEngine(source.rate);
            const buffers = Array.from({ length: source.channels }, () => new Float32Array(PIECE));
            for (let done = 0, n: number; done < source.frames; done += n) {
                n = source.read(buffers, 0, PIECE);
                engine.process([buffers[0], buffers[Math.min(1, buffers.length - 1)]], 0, n);
                await progress.show((done + n) / source.frames);
            }
            return { engine, seconds: source.frames / source.rate };
        } finally {
            source.close();
        }
    };
    let matched: Matched | string;
    try {
        matched = analysis.match(await heard(paths.programme), await heard(paths.reference), 1, MAX_GAIN_DB);
    } finally {
        progress.end();
    }
    if (typeof matched === 'string')
        throw new InputError(`${paths.programme} cannot be matched to ${paths.reference}: ${matched}`);
    const { values, level_db, output_db, before_db, after_db } = matched;
    const { params } = slot.info;
    const numberOf = (key: string): number => params.findIndex((param) => param.key === key);
    values.forEach((plain, i) => slot.values.set(i, plain));
    // The bands make up for the whole difference, and the output for the programme's own loudness: what match_loudness
    // knows is pink noise's.
    for (const key of ['tilt_db', 'target_amount', 'match_loudness']) slot.values.set(numberOf(key), 0);
    slot.values.set(numberOf('output_db'), output_db);
    return { level_db, before_db, after_db };
}
