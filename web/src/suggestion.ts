// A suggestion in the page: applied in part, taken back, heard beside what was before at the same loudness.
import type { Change, PluginNode, Suggestion } from './api.js';
import { OUTPUT, bandOf, curveHz, named, trimChange, trimmed, valuesAt } from './changes.js';
import type { Response } from './changes.js';
import type { InputError } from './errors.js';
import type { ParamValue } from './manifest.js';
import type { Suggested } from '../../worker/suggest.js';

type Values = Record<string, ParamValue>;

/** By node: what suggestions have set and nobody has moved since. */
const set = new WeakMap<PluginNode, Values>();

/** Bands that an earlier suggestion has set and nobody has moved since. */
export function ownBands(node: PluginNode): number[] {
    const [ours, now] = [set.get(node) ?? {}, node.values];
    const bands = new Map<number, boolean>();
    for (const [key, value] of Object.entries(ours)) {
        const band = bandOf(key);
        if (band !== undefined) bands.set(band, (bands.get(band) ?? true) && now[key] === value);
    }
    return [...bands].flatMap(([band, isOurs]) => (isOurs ? [band] : []));
}

export class NodeSuggestion implements Suggestion {
    readonly changes: readonly Change[];
    /** All values at the time of the suggestion. */
    readonly #before: Values;
    /** What it has set. */
    #applied: Values = {};
    #rejected: ReadonlySet<string> = new Set();
    /** How it was applied last. */
    #how: { strength: number; keys: ReadonlySet<string> } | undefined;

    constructor(
        private readonly node: PluginNode,
        private readonly suggested: Suggested,
        changes: readonly Change[],
        before: Values,
        private readonly response: Response,
        private readonly Wrong: typeof InputError,
    ) {
        this.#before = before;
        const all = valuesAt(changes, new Set(changes.map(({ key }) => key)), 1);
        const { output_db } = this.#trim(all);
        this.changes = [...changes, ...trimChange(before.output_db, output_db)];
    }
    get curve_hz(): readonly number[] {
        return curveHz(this.node.engine.manifest);
    }
    get curve_db(): readonly number[] {
        return this.suggested.curve_db;
    }
    get confidence(): readonly number[] {
        return this.suggested.confidence;
    }
    get before_db(): number {
        return this.suggested.before_db;
    }
    get after_db(): number {
        return this.suggested.after_db;
    }
    get model(): Suggestion['model'] {
        return this.suggested.model;
    }
    get ms(): Suggestion['ms'] {
        return this.suggested.ms;
    }
    #named(names: readonly string[]): ReadonlySet<string> {
        return named(this.changes, names, (name) => {
            const keys = this.changes.map(({ key }) => key).join(', ') || 'none';
            throw new this.Wrong(`This suggestion does not change "${name}". It changes: ${keys}.`);
        });
    }
    #trim(values: Values): Values {
        const { node, suggested, response } = this;
        return trimmed(node.info, suggested, response, this.#before, { ...this.#before, ...values });
    }

    apply({ strength = 1, keys }: { strength?: number; keys?: readonly string[] } = {}): void {
        if (!(strength >= 0 && strength <= 1))
            throw new this.Wrong(`apply: strength is ${strength}; allowed is a number, 0 .. 1.`);
        const wanted = keys ? this.#named(keys) : new Set(this.changes.map(({ key }) => key));
        this.#how = { strength, keys: new Set([...wanted].filter((key) => !this.#rejected.has(key))) };
        this.#set(this.#after(this.#how));
    }
    /** Loudness stays, whatever part of the bands is taken, unless the output is not to be moved. */
    #after(how: { strength: number; keys: ReadonlySet<string> }, isMatched = !this.#rejected.has(OUTPUT)): Values {
        const values = valuesAt(this.changes, how.keys, how.strength);
        const hasBands = Object.keys(values).some((key) => bandOf(key) !== undefined);
        return hasBands && isMatched ? { ...values, ...this.#trim(values) } : values;
    }
    /** Moves to these values, and what was set before and is not among them to where it was. */
    #set(values: Values): void {
        const { node } = this;
        const back = Object.entries(this.#applied).filter(
            ([key, value]) => !(key in values) && node.get(key) === value,
        );
        const moves = { ...Object.fromEntries(back.map(([key]) => [key, this.#before[key]])), ...values };
        if (Object.keys(moves).length) node.set(moves);
        this.#applied = Object.fromEntries(Object.keys(values).map((key) => [key, node.get(key)])); // as the node has them
        set.set(node, { ...set.get(node), ...this.#applied });
    }
    revert(): void {
        this.#set({});
        this.#how = undefined;
    }
    reject(keys: readonly string[]): void {
        this.#rejected = new Set([...this.#rejected, ...this.#named(keys)]);
        if (this.#how) this.apply({ strength: this.#how.strength, keys: [...this.#how.keys] });
    }
    get rejected(): readonly string[] {
        return [...this.#rejected];
    }
    compare(side: 'before' | 'after'): void {
        if (side !== 'before' && side !== 'after')
            throw new this.Wrong(`compare: "${String(side)}" is no side; allowed: before, after.`);
        if (side === 'before') return this.#set({});
        const all = new Set(this.changes.map(({ key }) => key).filter((key) => !this.#rejected.has(key)));
        this.#set(this.#after(this.#how ?? { strength: 1, keys: all }, true));
    }
}
