// Loaded by tests into the AudioWorkletGlobalScope beside the package, after its engine: writes down each move of the worker
// that acts on an instance created after it, with the context's frame at which it acted.
import type { Host } from '../../../worklet/host.js';
import type { Ring } from '../../../worklet/protocol/ring.js';

/** Of records.ts, which a module of its own cannot import here. */
const [OP_PARAM, PLAIN, SEQUENCE, FOLLOWED] = [1, 2, 7, 10];

class Witness extends AudioWorkletProcessor {
    constructor() {
        super();
        const symbol = Object.getOwnPropertySymbols(globalThis).find(({ description }) =>
            description?.startsWith('dawg/'),
        );
        if (!symbol) throw new Error('no host in this scope');
        const host = (globalThis as unknown as Record<symbol, Host>)[symbol];
        const create = host.create.bind(host);
        host.create = (...given) => {
            const hosted = create(...given);
            if (hosted) {
                const move = hosted.move.bind(hosted);
                hosted.move = (ring: Ring, at: number, fromWorker: boolean, now: number): void => {
                    const before = hosted.words[FOLLOWED];
                    const [param, heardTo] = [ring.u32[at + OP_PARAM] & 0xffff, ring.u32[at + SEQUENCE]];
                    move(ring, at, fromWorker, now);
                    if (hosted.words[FOLLOWED] === before) return;
                    this.port.postMessage({
                        instance: hosted.number,
                        param,
                        plain: ring.f32[at + PLAIN],
                        heardTo,
                        frame: now,
                    });
                };
            }
            return hosted;
        };
        this.port.postMessage('watching');
    }
    process(): boolean {
        return false;
    }
}
registerProcessor('witness', Witness);
