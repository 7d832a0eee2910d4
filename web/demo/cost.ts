// What each plugin costs: measured in a worker a while after the last change, never in the way of the sound.
import type { Studio } from './studio.js';

const PAUSE_MS = 900;

export class Cost {
    /** us per 128 frames, by slot. */
    readonly us = new Map<number, number>();
    #timer: ReturnType<typeof setTimeout> | undefined;
    #isBusy = false;
    constructor(private readonly studio: Studio) {}

    soon(): void {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => void this.#measure(), PAUSE_MS);
    }
    /** us that 128 frames last. */
    get budget(): number {
        return (128 / this.studio.context.sampleRate) * 1e6;
    }
    async #measure(): Promise<void> {
        const { engine, slots } = this.studio;
        if (this.#isBusy) return this.soon();
        if (!engine || slots.length === 0) return;
        this.#isBusy = true;
        try {
            const us = await engine.measureCost(this.studio.chain);
            slots.forEach(({ id }, i) => this.us.set(id, us[i]));
            this.studio.changed();
        } catch (error) {
            console.warn(error); // a readout less; renders report the same error where it matters
        } finally {
            this.#isBusy = false;
        }
    }
}
