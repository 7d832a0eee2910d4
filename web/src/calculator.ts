// The C core's own curves in the page, from an instance of the same wasm that makes the sound: no second implementation.
import { Engine as WasmEngine } from '../../worklet/engine.js';
import { named } from './errors.js';
import type { Manifest, ParamValue } from './manifest.js';
import { paramIndex, parseMove } from './values.js';

export class Calculator {
    #wasm: WasmEngine | undefined;
    constructor(
        private readonly module: WebAssembly.Module,
        private readonly manifest: Manifest,
    ) {}

    /** Made when first needed: a browser gives a page about 120 wasm memories. */
    get #engine(): WasmEngine {
        return (this.#wasm ??= new WasmEngine(this.module, this.manifest));
    }
    #numbers(plugin: string, param: string): [number, number] {
        const info = named('plugin', plugin, this.manifest.plugins, '');
        return [this.manifest.plugins.indexOf(info), paramIndex(info, param)];
    }
    /** Values in any of their forms; what is not named is at its default. */
    curve(
        plugin: string,
        values: Record<string, ParamValue>,
        x: Float32Array,
        rate: number,
        part = 0,
    ): Float32Array | undefined {
        const info = named('plugin', plugin, this.manifest.plugins, '');
        const plain = info.params.map(({ def }) => def);
        for (const [key, value] of Object.entries(values)) {
            const param = paramIndex(info, key);
            plain[param] = parseMove(info, info.params[param], value, 'curve');
        }
        return this.#engine.curve(this.manifest.plugins.indexOf(info), rate, plain, x, part);
    }
    toPlain(plugin: string, param: string, knob: number): number {
        return this.#engine.toPlain(...this.#numbers(plugin, param), knob);
    }
    toKnob(plugin: string, param: string, plain: number): number {
        return this.#engine.toKnob(...this.#numbers(plugin, param), plain);
    }
}
