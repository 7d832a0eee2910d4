// Loaded by tests into the AudioWorkletGlobalScope beside the package: sees the host through its symbol, tells how much
// memory is in use, and damages the memory of one instance so that it really traps.
import type { Host } from '../../../worklet/host.js';

interface Instance {
    pointer: number;
}

const host = (): Host => {
    const symbol = Object.getOwnPropertySymbols(globalThis).find(({ description }) => description?.startsWith('dawg/'));
    if (!symbol) throw new Error('no host in this scope');
    return (globalThis as unknown as Record<symbol, Host>)[symbol];
};

class Planter extends AudioWorkletProcessor {
    readonly #made: number[] = [];
    constructor() {
        super();
        const { engine } = host();
        const create = engine.create.bind(engine);
        engine.create = (plugin, rate) => {
            const instance = create(plugin, rate);
            this.#made.push((instance as unknown as Instance).pointer);
            return instance;
        };
        this.port.onmessage = ({ data }: MessageEvent<{ corrupt?: number }>): void => {
            const { memory, memoryUsed } = engine;
            if (data.corrupt !== undefined) new Uint8Array(memory.buffer, this.#made[data.corrupt], 64).fill(0xff);
            this.port.postMessage({ used: memoryUsed, bytes: memory.buffer.byteLength });
        };
        this.port.postMessage('planted');
    }
    process(): boolean {
        return false;
    }
}
registerProcessor('planter', Planter);
