// What a model is asked about frames, and what it answers: for suggestions and for followers.
import { CURVE_BANDS } from './curves.js';
import type { Piece } from './curves.js';
import type { Session } from './session.js';
import type { Segment } from './segments.js';

/** Goals are wanted by the one, the tone of a reference by the other. */
export const BLIND = 'auto_eq_blind';
export const MATCH = 'auto_eq_match';
/** Of dawg_tone_goal. */
const GOALS = 5;
/** Of a reference; every pair with a frame of the programme counts. */
const REFERENCE_FRAMES = 8;

/** What the model is to aim at: frames of the reference, or a goal. */
export const aimOf = (goal: number, reference: readonly Segment[] | undefined): readonly Float32Array[] =>
    reference ? spread(reference, REFERENCE_FRAMES).map(({ frame }) => frame) : [oneHot(goal, GOALS)];

/** One answer per pair of a frame and an aim. */
export async function judge(
    session: Session,
    frames: readonly Float32Array[],
    aims: readonly Float32Array[],
    key: string,
): Promise<Piece[]> {
    const pairs = frames.flatMap((frame) => aims.map((aim) => [frame, aim] as const));
    const outputs = await session.run(
        {
            features: joined(pairs.map(([frame]) => frame)), // [pairs, features]
            [key === MATCH ? 'reference' : 'goal']: joined(pairs.map(([, aim]) => aim)), // [pairs, features | goals]
        },
        pairs.length,
    );
    const rowOf = (all: Float32Array, row: number): Float32Array =>
        all.subarray(CURVE_BANDS * row, CURVE_BANDS * (row + 1));
    return pairs.map((_, row) => ({
        curve_db: rowOf(outputs.curve_db, row), // [32]
        sigma_db: rowOf(outputs.sigma_db, row), // [32]
    }));
}

const oneHot = (at: number, count: number): Float32Array =>
    Float32Array.from({ length: count }, (_, i) => Number(i === at));
/** At most `most` of them, evenly. */
const spread = <T>(all: readonly T[], most: number): T[] =>
    all.length <= most ? [...all] : Array.from({ length: most }, (_, i) => all[Math.floor((i * all.length) / most)]);
function joined(rows: readonly Float32Array[]): Float32Array {
    const all = new Float32Array(rows.length * rows[0].length);
    rows.forEach((row, i) => all.set(row, i * row.length));
    return all;
}
