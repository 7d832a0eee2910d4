// A stage of @libraz/libsonare (wasm, its streaming chain), as an Effect: its call takes and returns arrays, and that is
// what its users pay for.
import { StreamingMasteringChain, init } from '@libraz/libsonare';
import type { StreamingMasteringChainConfig } from '@libraz/libsonare';
import type { Stereo } from '../../worklet/engine.js';
import { QUANTUM, RATE } from '../dawg/measure.js';
import type { Heard } from './peers.js';

export async function sonare(config: StreamingMasteringChainConfig): Promise<Heard> {
    await init();
    const chain = new StreamingMasteringChain(config);
    chain.prepare(RATE, QUANTUM, 2);
    const input: Stereo = [new Float32Array(QUANTUM), new Float32Array(QUANTUM)];
    let out: Stereo = input;
    return {
        reset: () => chain.reset(),
        load: (quantum) => input.forEach((side, c) => side.set(quantum[c])),
        run() {
            const { left, right } = chain.processStereo(input[0], input[1]);
            out = [left, right];
        },
        output: () => out,
    };
}
