// "Hold loudness": the worker leads one gain of a plugin so that its output keeps a short-term loudness.
import type { ParamInfo } from '@dawg-ai/engine';
import type { Slot, Studio } from './studio.js';

/** Gains in dB that make the output louder, the best one first. */
const GAINS = ['input_db', 'makeup_db', 'output_db'];

export const gainOf = ({ node }: Slot): ParamInfo | undefined =>
    GAINS.map((key) => node.info.params.find((param) => param.key === key)).find((param) => param !== undefined);

export class Follow {
    /** Target in LUFS by slot, while the brain holds the gain. */
    readonly targets = new Map<number, number>();
    #ends = new Map<number, () => void>();
    constructor(private readonly studio: Studio) {}

    hold(slot: Slot, target: number): void {
        const gain = gainOf(slot);
        const { engine } = this.studio;
        if (!gain || !engine) return;
        void this.studio.do(async () => {
            const brain = await engine.brain();
            brain.follow(slot.node, { key: gain.key, target_lufs: target });
            this.targets.set(slot.id, target);
            this.#ends.get(slot.id)?.();
            this.#ends.set(
                slot.id,
                slot.node.on('ownerchange', ({ key, owner }) => {
                    if (key === gain.key && owner === 'hand') this.forget(slot.id);
                }),
            );
            this.studio.changed();
        });
    }
    release(slot: Slot): void {
        const { engine } = this.studio;
        if (!engine) return;
        void this.studio.do(async () => {
            (await engine.brain()).release(slot.node);
            this.forget(slot.id);
            this.studio.commit();
        });
    }
    forget(id: number): void {
        this.#ends.get(id)?.();
        this.#ends.delete(id);
        if (this.targets.delete(id)) this.studio.changed();
    }
}
