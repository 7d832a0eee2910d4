// The bands of an EQ as handles on its curve: where they stand, what moving one moves.
import { plainOf, valueOf } from './node.js';
import type { ControlNode } from './node.js';
import { panelOf } from './groups.js';
import type { Band } from './groups.js';
import type { ParamValue } from '../src/manifest.js';

export interface Handle {
    band: Band;
    isOn: boolean;
    hz: number;
    /** 0 for a band without one. */
    gainDb: number;
    /** Whether its gain changes its curve: passes and notches have none. */
    hasGain: boolean;
    /** Its frequency is the plugin's, not a parameter. */
    isFixed: boolean;
}

/** Bands that stand at a frequency. */
export const bandsOf = (node: ControlNode): Band[] => {
    const { bands, fixed } = panelOf(node.info);
    return [...bands.filter(({ params }) => params.has('freq_hz')), ...fixed];
};

export function bandValue(node: ControlNode, band: Band, word: string): number | undefined {
    const param = band.params.get(word);
    return param && plainOf(param, node.get(param.key));
}

export function setBand(node: ControlNode, band: Band, word: string, plain: number): void {
    const param = band.params.get(word);
    if (!param) return;
    const value = Math.min(param.max, Math.max(param.min, plain));
    const isDrawn = !band.params.has('freq_hz'); // by hand: the plugin's own engine is to leave it alone
    if (isDrawn && node.info.params.some(({ key }) => key === 'freeze')) node.set('freeze', true);
    if (value !== plainOf(param, node.get(param.key))) node.set(param.key, valueOf(param, value));
}

const known = new Map<string, boolean>();
/** Asks the plugin's own curve: is a band of this type another one with another gain? */
function hasGain(node: ControlNode, band: Band): boolean {
    const gain = band.params.get('gain_db');
    const frequency = band.params.get('freq_hz');
    if (gain && !frequency) return true;
    if (!gain || !frequency) return false;
    const type = band.params.get('type');
    const id = `${node.key} ${band.prefix} ${type ? String(node.get(type.key)) : ''}`;
    let answer = known.get(id);
    if (answer === undefined) {
        const x = Float32Array.of(100, 1000, 5000);
        const on = band.params.get('on');
        const values: Record<string, ParamValue> = { ...node.values, [frequency.key]: 1000 };
        if (on) values[on.key] = true;
        const at = (db: number): Float32Array | undefined =>
            node.engine.curve(node.key, { ...values, [gain.key]: db }, x, band.number);
        const [low, high] = [at(-6), at(6)];
        if (!low || !high) return true;
        answer = x.some((_, i) => Math.abs(low[i] - high[i]) > 0.1);
        known.set(id, answer);
    }
    return answer;
}

export function handlesOf(node: ControlNode): Handle[] {
    return bandsOf(node).map((band) => {
        const gains = hasGain(node, band);
        return {
            band,
            isOn: (bandValue(node, band, 'on') ?? 1) > 0.5,
            hz: bandValue(node, band, 'freq_hz') ?? node.info.bandHz[band.number - 1] ?? 1000,
            gainDb: gains ? (bandValue(node, band, 'gain_db') ?? 0) : 0,
            hasGain: gains,
            isFixed: !band.params.has('freq_hz'),
        };
    });
}

/** A band to put to use: one that is off, else one that is on and moves nothing. */
export function idleOf(node: ControlNode, handles: Handle[]): Band | undefined {
    const movable = handles.filter(({ isFixed }) => !isFixed);
    const isStill = ({ band, hasGain, gainDb }: Handle): boolean =>
        hasGain && gainDb === 0 && (bandValue(node, band, 'range_db') ?? 0) === 0;
    return (movable.find(({ isOn }) => !isOn) ?? movable.find(isStill))?.band;
}

/** What a handle says to a screen reader. */
export function handleText(handle: Handle, text: (word: string) => string): string {
    if (!handle.isOn) return 'off';
    const words = ['type', 'freq_hz', ...(handle.hasGain ? ['gain_db'] : []), 'q'];
    return words
        .filter((word) => handle.band.params.has(word))
        .map((word) => (word === 'q' ? `Q ${text(word)}` : text(word)))
        .join(', ');
}
