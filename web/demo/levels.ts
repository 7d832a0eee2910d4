// Mean level of the programme through a chain, for comparing at the same level; remembered while nothing changes.
import type { Engine, PluginState, RenderOptions } from '@dawg-ai/engine';
import { levelDb } from './audio.js';

export class Levels {
    #buffer: AudioBuffer | undefined;
    #known = new Map<string, number>();

    /** dB. */
    async of(
        engine: Engine,
        buffer: AudioBuffer,
        chain: PluginState[],
        options: Omit<RenderOptions, 'key'> & { key?: AudioBuffer },
    ): Promise<number> {
        if (buffer !== this.#buffer) this.#known.clear();
        this.#buffer = buffer;
        const id = JSON.stringify([chain, options.tempo_bpm, options.key?.sampleRate, options.key?.length]);
        const known = this.#known.get(id);
        if (known !== undefined) return known;
        const level = levelDb(await engine.render(buffer, chain, { ...options, tail: 0 }));
        this.#known.set(id, level);
        return level;
    }
}
