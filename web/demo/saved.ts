// What the page is: the chain with both of its sides. Kept in the browser's own storage, undone as a whole.
import type { Chain, PluginNode, PluginState } from '@dawg-ai/engine';

export type Side = 'A' | 'B';
/** What the key input of plugins that take one hears. */
export type KeySource = 'none' | 'programme' | 'song' | 'file';
export interface Entry {
    id: number;
    state: PluginState;
}
export interface Page {
    side: Side;
    /** The side that is not heard may not exist yet. */
    sides: Partial<Record<Side, Entry[]>>;
    key: KeySource;
}
export interface Settings {
    loops: boolean;
    volumeDb: number;
    isMatched: boolean;
    tempo: number;
    collapsed: number[];
}

const PLACE = 'dawg-demo-1';

export function save(page: Page, settings: Settings): void {
    try {
        localStorage.setItem(PLACE, JSON.stringify({ page, settings }));
    } catch {
        // private windows have no storage: the page works, it just forgets
    }
}

export function load(): { page: Page; settings: Partial<Settings> } | undefined {
    try {
        const stored = JSON.parse(localStorage.getItem(PLACE) ?? 'null') as { page: Page; settings: Settings } | null;
        if (!stored || !['A', 'B'].includes(stored.page.side) || !Array.isArray(stored.page.sides[stored.page.side]))
            return undefined;
        return stored;
    } catch {
        return undefined;
    }
}

export const chainOf = (entries: Entry[]): Chain => ({
    format: 'dawg-chain',
    version: 1,
    plugins: entries.map(({ state }) => state),
});

/** The plugins of a chain, a bare array or a state; throws an Error to be shown. */
export function pluginsOf(json: unknown, name: string): PluginState[] {
    const list: unknown = Array.isArray(json) ? json : (json as { plugins?: unknown } | null)?.plugins;
    if (
        !Array.isArray(list) ||
        list.some((entry: unknown) => typeof (entry as PluginState | null)?.plugin !== 'string')
    )
        throw new Error(`${name} is no chain: it must have "format": "dawg-chain" and a list "plugins".`);
    return list as PluginState[];
}

/** Only what differs moves, and nothing that the brain holds. */
export function moveTo(node: PluginNode, state: PluginState): void {
    const { values } = node;
    const wanted = state.params ?? {};
    const isHeld = (key: string): boolean => node.owner(key) === 'brain';
    if (!Object.keys(values).some(isHeld)) {
        const isSame = Object.keys(wanted).every((key) => values[key] === wanted[key]);
        const { bypass = false, preset = null } = state;
        if (!isSame || bypass !== node.bypass || preset !== node.preset) node.state = state;
        return;
    }
    for (const [key, value] of Object.entries(wanted))
        if (key in values && values[key] !== value && !isHeld(key)) node.set(key, value);
    node.bypass = state.bypass ?? false;
}
