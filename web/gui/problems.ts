// Problems that a plugin has found in the sound (its meters problem1_freq_hz, _gain_db, _q, _kind), each with the bell that
// would mend it. No DOM.
import type { ControlNode } from './node.js';
import { valueOf } from './node.js';
import type { Band } from './groups.js';
import type { PluginInfo } from '../src/manifest.js';

/** As dawg_problem_type in core/analysis/eq_engine.h; 0 is none. */
const KINDS = ['', 'resonance', 'mud', 'boxiness', 'harshness', 'sibilance'];

export interface Problem {
    kind: string;
    hz: number;
    /** Of the bell: < 0. */
    gainDb: number;
    q: number;
}

export const findsProblems = (info: PluginInfo): boolean => info.meters.some(({ key }) => key === 'problem1_freq_hz');

export function problemsOf({ info, meters }: Pick<ControlNode, 'info' | 'meters'>): Problem[] {
    const problems: Problem[] = [];
    for (let n = 1; info.meters.some(({ key }) => key === `problem${n}_freq_hz`); ++n) {
        const [hz, gainDb, q, kind] = ['freq_hz', 'gain_db', 'q', 'kind'].map((word) => meters[`problem${n}_${word}`]);
        if (kind >= 1 && hz > 0) problems.push({ kind: KINDS[Math.round(kind)] ?? 'problem', hz, gainDb, q });
    }
    return problems;
}

/** Turns an idle band into the bell that mends it. */
export function mend(node: ControlNode, band: Band, { hz, gainDb, q }: Problem): void {
    const set = (word: string, plain: number): void => {
        const param = band.params.get(word);
        if (param) node.set(param.key, valueOf(param, Math.min(param.max, Math.max(param.min, plain))));
    };
    set('type', 0);
    set('freq_hz', Number(hz.toPrecision(4)));
    set('gain_db', Number(gainDb.toFixed(1)));
    set('q', Number(q.toPrecision(3)));
    set('placement', 0);
    set('range_db', 0);
    set('on', 1);
}
