// The same bells by others: second-order sections in plain JavaScript, and Faust's matched filters in wasm; and whatever
// else Faust makes (compressors.ts). Each is an
// Effect like a plugin, so one loop times them all. Chromium's own nodes are in browser.ts.
import { createRequire } from 'node:module';
import {
    FaustCompiler,
    FaustMonoDspGenerator,
    LibFaust,
    instantiateFaustModuleFromFile,
} from '@grame/faustwasm/dist/esm/index.js';
import type { Stereo } from '../../worklet/engine.js';
import type { Effect } from '../dawg/measure.js';
import { QUANTUM, RATE } from '../dawg/measure.js';
import type { Bell } from './bells.js';

/** An Effect whose sound can be had as well. */
export interface Heard extends Effect {
    output(): Stereo;
}

/** What comes out on the left when `x` goes in on both channels; whole quanta. */
export function render(effect: Heard, x: Float32Array): Float32Array {
    const y = new Float32Array(x.length);
    effect.reset();
    for (let at = 0; at + QUANTUM <= x.length; at += QUANTUM) {
        const quantum = x.subarray(at, at + QUANTUM);
        effect.load([quantum, quantum], [quantum, quantum]);
        effect.run();
        y.set(effect.output()[0], at);
    }
    return y;
}

/** One section of one channel, transposed direct form II in double: y = b0 x + s1; s1 = b1 x - a1 y + s2; s2 = b2 x - a2 y.
 * The bilinear transform of the prototype (R. Bristow-Johnson, Audio EQ Cookbook), as Web Audio prescribes it. */
class Section {
    readonly #b: readonly [number, number, number];
    readonly #a: readonly [number, number];
    #s1 = 0;
    #s2 = 0;
    constructor({ freq_hz, gain_db, q }: Bell) {
        const [w, a] = [(2 * Math.PI * freq_hz) / RATE, 10 ** (gain_db / 40)];
        const alpha = Math.sin(w) / (2 * q);
        const a0 = 1 + alpha / a;
        this.#b = [(1 + alpha * a) / a0, (-2 * Math.cos(w)) / a0, (1 - alpha * a) / a0];
        this.#a = [(-2 * Math.cos(w)) / a0, (1 - alpha / a) / a0];
    }
    reset(): void {
        this.#s1 = this.#s2 = 0;
    }
    run(io: Float64Array): void {
        const [b0, b1, b2] = this.#b;
        const [a1, a2] = this.#a;
        let [s1, s2] = [this.#s1, this.#s2];
        for (let i = 0; i < io.length; ++i) {
            const x = io[i];
            const y = b0 * x + s1;
            s1 = b1 * x - a1 * y + s2;
            s2 = b2 * x - a2 * y;
            io[i] = y;
        }
        [this.#s1, this.#s2] = [s1, s2];
    }
}

export function plainBiquads(bells: readonly Bell[]): Heard {
    const channels = [0, 1].map(() => ({
        io: new Float64Array(QUANTUM),
        out: new Float32Array(QUANTUM),
        sections: bells.map((bell) => new Section(bell)),
    }));
    return {
        reset: () => channels.forEach(({ sections }) => sections.forEach((section) => section.reset())),
        load: (input) => channels.forEach(({ io }, c) => io.set(input[c])),
        run: () => {
            for (const { io, out, sections } of channels) {
                for (const section of sections) section.run(io);
                out.set(io);
            }
        },
        output: () => [channels[0].out, channels[1].out],
    };
}

/** Faust's `ve.peaking2Matched` (M. Vicanek, Matched Second Order Digital Filters), with knobs, which both channels share.
 * Its gain is the linear one, its Q that of the poles: A Q. In double: its text demands it. */
function faustCode(bells: readonly Bell[]): string {
    const chain = bells.map(({ freq_hz, gain_db, q }, i) => {
        const a = 10 ** (gain_db / 40);
        const knob = (name: string, value: number, min: number, max: number): string =>
            `hslider("${name}${i}", ${value}, ${min}, ${max}, 0.000001)`;
        return `ve.peaking2Matched(${knob('gain', a * a, 0.01, 100)}, ${knob('hz', freq_hz, 20, 20000)}, ${knob('q', a * q, 0.01, 400)})`;
    });
    return `import("stdfaust.lib"); eq = ${chain.join(' : ')}; process = eq, eq;`;
}

/** Hands out the module's own buffers; the processor passes all of it on to its instance, but its type says less. */
type Buffers = (channels: Float32Array[] | Float64Array[]) => void;
interface Processor {
    start(): void;
    instanceClear(): void;
    compute(input: Buffers, output: Buffers): boolean;
}

/** Compiled here and now by the Faust compiler of @grame/faustwasm; takes half a second. What is timed is the filters
 * alone, as with a plugin: load() writes where they read. */
export async function faust(name: string, code: string, ...options: string[]): Promise<Heard> {
    const library = createRequire(import.meta.url).resolve('@grame/faustwasm/libfaust-wasm/libfaust-wasm.js');
    const compiler = new FaustCompiler(new LibFaust(await instantiateFaustModuleFromFile(library)));
    const generator = new FaustMonoDspGenerator();
    if (!(await generator.compile(compiler, name, code, ['-I libraries/', ...options].join(' '))))
        throw new Error(`Faust does not compile ${name}: ${compiler.getErrorMessage()}`);
    const processor = (await generator.createOfflineProcessor(RATE, QUANTUM)) as unknown as Processor;
    processor.start();
    let [input, output]: Parameters<Buffers>[0][] = [[], []];
    processor.compute(
        (channels) => (input = channels),
        (channels) => (output = channels),
    );
    const nothing = (): void => undefined;
    return {
        reset: () => processor.instanceClear(),
        load: (quantum) => input.forEach((channel, c) => channel.set(quantum[c])),
        run: () => void processor.compute(nothing, nothing),
        output: () => [Float32Array.from(output[0]), Float32Array.from(output[1])],
    };
}

export const faustMatched = (bells: readonly Bell[]): Promise<Heard> => faust('bells', faustCode(bells), '-double');
