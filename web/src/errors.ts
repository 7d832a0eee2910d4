// How input can be wrong, and words that help.

/** Bad usage or input. The message says what was given, what is allowed, what to do. */
export class InputError extends Error {
    override readonly name = 'InputError';
    /** `see`: the key of the plugin whose description helps, '' for the list of plugins. */
    constructor(
        message: string,
        readonly see?: string,
    ) {
        super(message);
    }
}

/** Edits (insert, delete, replace) between two words. */
function distance(a: string, b: string): number {
    let row = Array.from({ length: b.length + 1 }, (_, i) => i);
    for (let i = 1; i <= a.length; ++i) {
        const next = [i];
        for (let j = 1; j <= b.length; ++j)
            next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        row = next;
    }
    return row[b.length];
}

/** ' Did you mean "x"?' when something allowed is near, otherwise ''. */
export function didYouMean(given: string, allowed: readonly string[]): string {
    const word = given.toLowerCase();
    const near = (name: string): number => {
        const other = name.toLowerCase();
        return other.startsWith(word) || (word.length > 2 && other.includes(word)) ? 0.5 : distance(word, other);
    };
    const best = [...allowed].sort((a, b) => near(a) - near(b))[0];
    return best !== undefined && near(best) <= Math.max(2, word.length / 3) ? ` Did you mean "${best}"?` : '';
}

/** The entry called `key`, or an InputError that names what there is. `where` names the place the key was found in. */
export function named<T extends { key: string }>(
    what: string,
    key: string,
    list: readonly T[],
    see?: string,
    where?: string,
): T {
    const found = list.find((entry) => entry.key === key);
    if (found) return found;
    const keys = list.map((entry) => entry.key);
    const all = keys.length ? `There are: ${keys.join(', ')}.` : 'There are none.';
    const place = where ? ` (${where})` : '';
    throw new InputError(`No ${what} "${key}".${didYouMean(key, keys)} ${all}${place}`, see);
}
