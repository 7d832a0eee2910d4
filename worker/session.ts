// The one file that knows onnxruntime-web: loads its wasm build when it is first needed, opens models and runs them, in a
// Web Worker as in Node. One thread and no proxy worker unless threads are asked for, so that no blob: script is made.
import type * as Ort from 'onnxruntime-web/wasm';
import { messageOf } from './errors.js';
import type { OnBytes, ReadFile } from './files.js';

/** The addresses of a build of onnxruntime-web: its script with everything inlined, and its wasm. */
export interface RuntimeFiles {
    js: string;
    wasm: string;
}
/** A folder as onnxruntime-web's dist/ is. */
export const runtimeIn = (folder: string, provider: OrtProvider): RuntimeFiles => ({
    js: new URL(BUILDS[provider].js, folder).href,
    wasm: new URL(BUILDS[provider].wasm, folder).href,
});
/** wasm, webgpu: onnxruntime-web's. core: dawg-worker.wasm itself (core_runtime.ts). */
export type Provider = OrtProvider | 'core';
type OrtProvider = 'wasm' | 'webgpu';
const BUILDS: Record<OrtProvider, RuntimeFiles> = {
    wasm: { js: 'ort.wasm.bundle.min.mjs', wasm: 'ort-wasm-simd-threaded.wasm' },
    webgpu: { js: 'ort.webgpu.bundle.min.mjs', wasm: 'ort-wasm-simd-threaded.asyncify.wasm' },
};
const WHERE = 'ortWasmPaths says where onnxruntime-web is';

/** Float32 tensors of [rows, width], row after row. */
export type Tensors = Record<string, Float32Array>;

/** A model that runs. */
export interface Session {
    /** Values per row of each input and output. */
    readonly inputs: ReadonlyMap<string, number>;
    readonly outputs: ReadonlyMap<string, number>;
    run(inputs: Tensors, rows: number): Promise<Tensors>;
    close(): Promise<void>;
}
export interface Runtime {
    readonly provider: Provider;
    readonly threads: number;
    /** Rejects with what is wrong with the model. */
    open(model: Uint8Array, name: string): Promise<Session>;
}

let turn: Promise<unknown> = Promise.resolve();

export class OrtSession implements Session {
    readonly inputs: ReadonlyMap<string, number>;
    readonly outputs: ReadonlyMap<string, number>;
    constructor(
        private readonly ort: typeof Ort,
        private readonly session: Ort.InferenceSession,
    ) {
        // [rows, width]; rows has a name, as any number is taken.
        const widths = (all: readonly Ort.InferenceSession.ValueMetadata[]): Map<string, number> =>
            new Map(all.map((value) => [value.name, value.isTensor ? Number(value.shape.at(-1)) : NaN]));
        this.inputs = widths(session.inputMetadata);
        this.outputs = widths(session.outputMetadata);
    }
    /** One run at a time, of all sessions: the next waits. */
    run(inputs: Tensors, rows: number): Promise<Tensors> {
        const mine = turn.then(() => this.#run(inputs, rows));
        turn = mine.catch(() => undefined);
        return mine;
    }
    async #run(inputs: Tensors, rows: number): Promise<Tensors> {
        const feeds = Object.fromEntries(
            Object.entries(inputs).map(([name, values]) => [
                name,
                new this.ort.Tensor('float32', values, [rows, values.length / rows]), // [rows, width of the input]
            ]),
        );
        const outputs = await this.session.run(feeds);
        return Object.fromEntries(
            Object.entries(outputs).map(([name, tensor]) => [name, tensor.data as Float32Array]), // [rows, width]
        );
    }
    close(): Promise<void> {
        return this.session.release();
    }
}

/** A runtime that failed to start is broken for good: the next try imports the script under another fragment. */
let starts = 0;

export class OrtRuntime implements Runtime {
    private constructor(
        private readonly ort: typeof Ort,
        readonly provider: OrtProvider,
        readonly threads: number,
    ) {}

    /** Rejects with what is missing or forbidden; then it may be tried again. */
    static async load(
        provider: OrtProvider,
        files: RuntimeFiles,
        threads: number,
        read: ReadFile,
        onBytes: OnBytes,
    ): Promise<OrtRuntime> {
        const wasmBinary = await read(files.wasm, WHERE, onBytes);
        let ort: typeof Ort;
        try {
            ort = (await import(/* @vite-ignore */ /* webpackIgnore: true */ `${files.js}#${starts++}`)) as typeof Ort;
        } catch (error) {
            throw new Error(
                `${files.js} could not be loaded (${messageOf(error)}): serve the file there as text/javascript, allow it in ` +
                    `the page's Content-Security-Policy (script-src), or give ortWasmPaths, which ${WHERE.slice(13)}.`,
                { cause: error },
            );
        }
        Object.assign(ort.env.wasm, { wasmBinary, numThreads: threads, proxy: false });
        ort.env.logLevel = 'error';
        return new OrtRuntime(ort, provider, threads);
    }
    /** The first call compiles the runtime, too. */
    async open(model: Uint8Array, name: string): Promise<OrtSession> {
        try {
            const session = await this.ort.InferenceSession.create(model, { executionProviders: [this.provider] });
            this.ort.env.wasm.wasmBinary = undefined; // compiled: the bytes may go
            return new OrtSession(this.ort, session);
        } catch (error) {
            throw new Error(`onnxruntime-web cannot open ${name}: ${messageOf(error)}`, { cause: error });
        }
    }
}

/** Why there is no WebGPU here; undefined: there is. */
export async function whyNoWebGpu(runtime: RuntimeFiles | string): Promise<string | undefined> {
    if (typeof runtime !== 'string')
        return 'webgpu: give ortWasmPaths, the folder of an onnxruntime-web with its WebGPU build';
    const gpu = (globalThis.navigator as { gpu?: { requestAdapter(): Promise<unknown> } } | undefined)?.gpu;
    if (!gpu) return 'webgpu: this browser has none';
    const adapter = await gpu.requestAdapter().catch(() => null);
    return adapter ? undefined : 'webgpu: there is no adapter';
}
