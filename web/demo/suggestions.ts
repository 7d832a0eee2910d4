// What the page adds to the suggestions of its EQs: the programme as it reaches them, and what the reader has decided, kept in
// the browser's own storage.
import type { AudioData } from '@dawg-ai/engine';
import { Verdicts } from '@dawg-ai/engine/gui';
import type { Verdict } from '@dawg-ai/engine/gui';
import { download } from './audio.js';
import type { Slot, Studio } from './studio.js';

function shelf(): Storage | undefined {
    try {
        return localStorage;
    } catch {
        return undefined; // blocked by the reader's settings
    }
}

export class Suggestions {
    readonly #verdicts = new Verdicts(shelf());
    constructor(private readonly studio: Studio) {}

    /** The whole programme behind all plugins before this one. */
    async programme({ id }: Slot): Promise<AudioBuffer | AudioData> {
        const { engine, slots, chain, player } = this.studio;
        if (!engine || !player.buffer)
            throw new Error('There is no sound in it yet: the programme is still being made.');
        const before = chain.slice(
            0,
            slots.findIndex((slot) => slot.id === id),
        );
        if (before.length === 0) return player.buffer;
        return engine.render(player.buffer, before, { ...this.studio.keyOption(), tail: 0 });
    }
    get count(): number {
        return this.#verdicts.list.length;
    }
    decided(verdict: Verdict): void {
        this.#verdicts.add(verdict);
        this.studio.changed();
    }
    export(): void {
        const { engine } = this.studio;
        if (engine) download('verdicts.json', [this.#verdicts.export(engine.manifest)], 'application/json');
    }
    forget(): void {
        this.#verdicts.clear();
        this.studio.changed();
    }
}
