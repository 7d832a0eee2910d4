// Audio for the worker: pieces of what tapped instances hear or play, as records in its ring. A full ring drops the
// newest piece and counts it, which the next record says.
import { TAP } from './protocol/records.js';
import type { Ring } from './protocol/ring.js';

export class Taps {
    #ring: Ring | undefined;
    #dropped = 0;

    /** Where the records go from now on; undefined: nowhere. */
    connect(ring: Ring | undefined): void {
        this.#ring = ring;
        this.#dropped = 0;
    }

    /** `frames` frames, of which the first is the context's `frame`. No number is heard as 0, as in the plugin. */
    write(
        instance: number,
        point: number,
        frame: number,
        frames: number,
        left: Float32Array,
        right: Float32Array,
    ): void {
        const ring = this.#ring;
        if (!ring) return;
        const { u32, f32 } = ring;
        for (let done = 0; done < frames; done += TAP.FRAMES_MAX) {
            const at = ring.begin();
            if (at < 0) {
                ++this.#dropped;
                continue;
            }
            const n = Math.min(TAP.FRAMES_MAX, frames - done);
            const first = frame + done;
            u32[at + TAP.INSTANCE] = instance;
            u32[at + TAP.POINT] = point;
            u32[at + TAP.FRAME_LOW] = first; // modulo 2^32
            u32[at + TAP.FRAME_HIGH] = first / 2 ** 32;
            u32[at + TAP.FRAMES] = n;
            u32[at + TAP.GAP] = this.#dropped;
            this.#dropped = 0;
            for (let i = 0; i < n; ++i) {
                const l = left[done + i];
                const r = right[done + i];
                f32[at + TAP.LEFT + i] = l - l === 0 ? l : 0;
                f32[at + TAP.RIGHT + i] = r - r === 0 ? r : 0;
            }
            ring.commit();
        }
    }
}
