// What a reader has decided about suggestions: kept where the page says, bounded, given away only as a file that the reader
// asks for. It is made to train on. No DOM.
import { curveHz } from '../src/changes.js';
import type { Aim, Portion } from './suggesting.js';
import type { Suggestion } from '../src/api.js';
import type { Manifest } from '../src/manifest.js';

export interface Verdict {
    /** Of the suggestion: a later verdict on it takes the place of an earlier one. */
    id: string;
    /** ISO 8601 */
    date: string;
    plugin: string;
    goal: Aim;
    model: { key: string; version: number; variant: string };
    /** At which it was taken, 0 .. 1. */
    strength: number;
    /** What the model wanted in 32 bands, and how sure it was, 0 .. 1. */
    curve_db: number[];
    confidence: number[];
    bands: { band: number; freq_hz: number | null; gain_db: number; confidence: number; accepted: boolean }[];
}

const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));

export function verdictOf(
    suggestion: Pick<Suggestion, 'model' | 'curve_db' | 'confidence'>,
    portions: readonly Portion[],
    accepted: readonly Portion[],
    rest: Pick<Verdict, 'id' | 'date' | 'plugin' | 'goal' | 'strength'>,
): Verdict {
    const { key, version, variant } = suggestion.model;
    return {
        ...rest,
        model: { key, version, variant },
        curve_db: suggestion.curve_db.map((db) => rounded(db)),
        confidence: suggestion.confidence.map((share) => rounded(share)),
        bands: portions.map((portion) => ({
            band: portion.band,
            freq_hz: portion.hz === undefined ? null : rounded(portion.hz, 1),
            gain_db: rounded(portion.gainDb),
            confidence: rounded(portion.confidence),
            accepted: accepted.includes(portion),
        })),
    };
}

/** Of about 1.5 kB each (5 kB for 32 bands); localStorage holds 5 MB in most browsers. */
const MOST = 400;
const PLACE = 'dawg-verdicts-1';

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class Verdicts {
    #list: Verdict[] = [];
    /** shelf: such as localStorage; without one, or when it is refused, they last as long as the page. */
    constructor(
        private readonly shelf?: Shelf,
        private readonly most = MOST,
    ) {
        try {
            const stored: unknown = JSON.parse(shelf?.getItem(PLACE) ?? '[]');
            if (Array.isArray(stored)) this.#list = stored as Verdict[];
        } catch {
            // what cannot be read is written anew
        }
    }
    get list(): readonly Verdict[] {
        return this.#list;
    }
    add(verdict: Verdict): void {
        this.#list = [...this.#list.filter(({ id }) => id !== verdict.id), verdict].slice(-this.most);
        this.#keep();
    }
    clear(): void {
        this.#list = [];
        try {
            this.shelf?.removeItem(PLACE);
        } catch {
            // nothing was kept
        }
    }
    /** Where there is no room the older half goes. */
    #keep(): void {
        for (let kept = this.#list; ; kept = kept.slice(Math.ceil(kept.length / 2))) {
            try {
                this.shelf?.setItem(PLACE, JSON.stringify(kept));
                this.#list = kept;
                return;
            } catch {
                if (kept.length <= 1) return;
            }
        }
    }
    /** The text of a file to train on. */
    export(manifest: Manifest): string {
        const head = { format: 'dawg-verdicts', version: 1, curve_hz: curveHz(manifest) };
        return JSON.stringify({ ...head, verdicts: this.#list });
    }
}
