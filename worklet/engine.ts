// One wasm instance and its memory: creates plugin instances by number and gives views of the shared audio buffers.
// Runs in the AudioWorklet, in workers and in Node: nothing but WebAssembly and typed arrays is used. Memory grows in
// create(), reserve() and curve() only, never in process(); views taken before are then empty, so ask for them again.

/** What the engine must know of web/generated/manifest.json. */
export interface EngineManifest {
    readonly abi: number;
    readonly hash: string;
    readonly plugins: readonly { readonly key: string; readonly meters: readonly unknown[] }[];
}

/** The exports of wasm/worklet.c: numbers in, at most one number out. Pointers are numbers. */
type Exports = Record<`dawgx_${string}`, (...values: number[]) => number> & {
    readonly memory: WebAssembly.Memory;
    _initialize?(): void;
    /** Emscripten's. */
    stackSave?(): number;
    stackRestore?(stack: number): void;
};

/** What became of a value: clamped into its range, rejected (NaN, no such parameter), or 256 events are waiting. */
export const SET_RESULTS = ['ok', 'clamped', 'rejected', 'queue full'] as const;
export type SetResult = (typeof SET_RESULTS)[number];
/** A tail that never falls to -120 dB. */
export const TAIL_FOREVER = 0xffffffff;
/** Since create(); a reset keeps them. guarded: input samples heard as 0; faults: control periods silenced. */
export interface Counters {
    guarded: number;
    clamped: number;
    rejected: number;
    dropped: number;
    faults: number;
}
export type Stereo = readonly [Float32Array, Float32Array];

const FRAMES_MAX = 2 ** 26;

export class Engine {
    /** Frames that the audio buffers hold: the most that one process() takes. */
    frames = 0;
    readonly #wasm: Exports;
    readonly #manifest: EngineManifest;
    #audio: number = 0;
    #seen: unknown;
    #views: Stereo[] = [];
    readonly #stack: number | undefined;

    /** Instantiates at once (synchronously). Throws when the module is not the one that the manifest describes. */
    constructor(module: WebAssembly.Module, manifest: EngineManifest) {
        const isOurs = WebAssembly.Module.exports(module).some(({ name }) => name === 'dawgx_manifest_hash');
        if (!isOurs || WebAssembly.Module.imports(module).length)
            throw new Error('This wasm module is not dawg-worklet.wasm: check wasmUrl, wasmBinary or wasmModule.');
        const wasm = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
        wasm._initialize?.();
        const hash = (wasm.dawgx_manifest_hash() >>> 0).toString(16).padStart(8, '0');
        const [abi, count] = [wasm.dawgx_abi(), wasm.dawgx_plugin_count()];
        if (abi !== manifest.abi || hash !== manifest.hash || count !== manifest.plugins.length)
            throw new Error(
                `dawg-worklet.wasm (abi ${abi}, manifest hash ${hash}, ${count} plugins) does not belong to this manifest ` +
                    `(abi ${manifest.abi}, hash ${manifest.hash}, ${manifest.plugins.length} plugins): ` +
                    'use both from the same version, or build again.',
            );
        this.#wasm = wasm;
        this.#manifest = manifest;
        this.#stack = wasm.stackSave?.();
    }

    /** Makes room for `frames` (1 .. 2^26) per channel. Throws RangeError for another number, Error when there is no
     * memory; then frames is 0. */
    reserve(frames: number): void {
        if (!(Number.isInteger(frames) && frames >= 1 && frames <= FRAMES_MAX))
            throw new RangeError(`Buffers of ${frames} frames: allowed are whole numbers 1 .. ${FRAMES_MAX}.`);
        if (frames <= this.frames) return;
        this.#audio = this.#wasm.dawgx_buffers(frames);
        this.frames = this.#audio ? frames : 0;
        this.#seen = undefined;
        if (!this.#audio)
            throw new Error(`No memory for audio buffers of ${frames} frames (the limit is 1 GiB in all).`);
    }

    /** Buffers of `frames` floats, left and right: fill before process(). A mono input is input[0] alone. */
    get input(): Stereo {
        return this.#view(0);
    }
    /** The key (sidechain) input. */
    get side(): Stereo {
        return this.#view(1);
    }
    /** What process() wrote. */
    get output(): Stereo {
        return this.#view(2);
    }
    #view(pair: 0 | 1 | 2): Stereo {
        const buffer = this.#wasm.memory.buffer;
        if (buffer !== this.#seen) {
            this.#seen = buffer;
            const channel = (c: number): Float32Array =>
                new Float32Array(buffer, this.#audio + 4 * c * this.frames, this.frames);
            this.#views = [0, 2, 4].map((c) => [channel(c), channel(c + 1)] as const);
        }
        return this.#views[pair];
    }

    /** A new instance of the manifest's plugin number `plugin` at `rate` Hz (8000 .. 192000), all parameters at their
     * defaults. Throws RangeError for a bad number or rate, Error when there is no memory. */
    create(plugin: number, rate: number): Instance {
        const bytes = this.#instanceSize(plugin, rate);
        const info = this.#manifest.plugins[plugin];
        const pointer = this.#wasm.dawgx_create(plugin, rate);
        if (!pointer) throw new Error(`No memory for ${info.key} (${bytes} bytes): destroy instances (1 GiB in all).`);
        return new Instance(this.#wasm, pointer, info.meters.length, this);
    }
    #instanceSize(plugin: number, rate: number): number {
        if (!this.#manifest.plugins[plugin])
            throw new RangeError(`Plugin number ${plugin}: there are 0 .. ${this.#manifest.plugins.length - 1}.`);
        const bytes = this.#wasm.dawgx_instance_size(plugin, rate);
        if (!bytes) throw new RangeError(`Sample rate ${rate} Hz: allowed are 8000 .. 192000 Hz.`);
        return bytes;
    }
    /** Where `process` finds the buffers. */
    get audio(): number {
        return this.#audio;
    }
    /** Bytes of memory handed out to instances and buffers. */
    get memoryUsed(): number {
        return this.#wasm.dawgx_memory_used();
    }
    /** The whole memory, to watch its growth. */
    get memory(): WebAssembly.Memory {
        return this.#wasm.memory;
    }

    /** Call after catching a WebAssembly.RuntimeError: a trap leaves its frames on the C stack, which holds 128 KiB. */
    recover(): void {
        if (this.#stack !== undefined) this.#wasm.stackRestore?.(this.#stack);
    }

    /** Knob position 0 .. 1 -> plain value of a plugin's parameter, clamped; 0 for an unknown one. */
    toPlain(plugin: number, param: number, knob: number): number {
        return this.#wasm.dawgx_to_plain(plugin, param, knob);
    }
    /** Plain value -> knob position 0 .. 1, clamped; 0 for an unknown one. */
    toKnob(plugin: number, param: number, plain: number): number {
        return this.#wasm.dawgx_to_knob(plugin, param, plain);
    }
    /** What a plugin at these plain values (in the manifest's order; missing or NaN: the default) does to level, for
     * drawing: y of every x, Hz -> dB or dBFS -> dBFS as the manifest's `curve` says, never below -200. Part 0 is the
     * whole plugin but for bypass, 1 .. curveParts one stage alone. undefined: no such curve. Throws RangeError for a bad
     * plugin number or rate, Error when there is no memory. Not for the audio thread. */
    curve(
        plugin: number,
        rate: number,
        values: ArrayLike<number>,
        x: ArrayLike<number>,
        part = 0,
    ): Float32Array<ArrayBuffer> | undefined {
        this.#instanceSize(plugin, rate);
        const at = this.#wasm.dawgx_scratch(4 * (values.length + x.length));
        if (!at) throw new Error(`No memory for a curve of ${x.length} points (the limit is 1 GiB in all).`);
        const room = new Float32Array(this.#wasm.memory.buffer, at, values.length + x.length);
        room.set(values);
        room.set(x, values.length);
        const xy = at + 4 * values.length;
        if (!this.#wasm.dawgx_curve(plugin, rate, part, at, values.length, xy, x.length)) return undefined;
        return new Float32Array(room.subarray(values.length));
    }
}

/** One plugin at work. Parameters are numbered as in the manifest, in plain units; the last is `bypass`. No method but
 * process() throws; after destroy() none but destroy() may be called. */
export class Instance {
    #meters: Float32Array | undefined;
    #counts: Uint32Array | undefined;
    #isAlive = true;
    constructor(
        private readonly wasm: Exports,
        private readonly pointer: number,
        private readonly meterCount: number,
        private readonly engine: Engine,
    ) {}

    /** Runs `frames` (0 .. engine.frames) from engine.input and engine.side to engine.output. Channels: 0 (silence, no
     * key), 1 (mono) or 2. `at`: the frame of the buffers to begin with. Throws RangeError for another number of
     * frames. */
    process(frames: number, inputChannels = 2, sideChannels = 0, at = 0): void {
        const { audio, frames: stride } = this.engine;
        if (!(Number.isInteger(frames) && frames >= 0 && Number.isInteger(at) && at >= 0 && at + frames <= stride))
            throw new RangeError(
                `${frames} frames: allowed are whole numbers 0 .. ${stride - at}; for more, reserve() before.`,
            );
        this.wasm.dawgx_process(this.pointer, audio + 4 * at, stride, frames, inputChannels, sideChannels);
    }
    /** Takes effect at the next control edge (a multiple of 32 frames); before the first process(), at once. */
    set(param: number, plain: number): SetResult {
        return SET_RESULTS[this.wasm.dawgx_set(this.pointer, param, plain)];
    }
    /** Takes effect at the first control edge at or after `frame` (since create() or reset(), < 2^53; what is past is
     * now) and gets there in rampFrames, or in the parameter's own time if that is longer. */
    schedule(frame: number, param: number, plain: number, rampFrames = 0): SetResult {
        if (!(frame < 2 ** 53)) return this.set(param, NaN); // rejected and counted
        const at = Math.max(0, frame);
        const high = Math.floor(at / 2 ** 32);
        return SET_RESULTS[this.wasm.dawgx_schedule(this.pointer, at >>> 0, high, param, plain, rampFrames)];
    }
    /** The target value; 0 for an unknown parameter. */
    get(param: number): number {
        return this.wasm.dawgx_get(this.pointer, param);
    }
    /** Tempo (20 .. 999, clamped) and position in quarter notes; the beat moves on by itself while playing. */
    transport(tempoBpm: number, beat: number, playing: boolean): void {
        this.wasm.dawgx_transport(this.pointer, tempoBpm, beat, playing ? 1 : 0);
    }
    /** The latest value of each meter, in the manifest's order. */
    get meters(): Float32Array {
        if (this.#meters?.buffer !== this.wasm.memory.buffer)
            this.#meters = new Float32Array(
                this.wasm.memory.buffer,
                this.wasm.dawgx_meters(this.pointer),
                this.meterCount,
            );
        return this.#meters;
    }
    /** Samples, exact, at the target values. */
    get latency(): number {
        return this.wasm.dawgx_latency(this.pointer) >>> 0;
    }
    /** Samples until -120 dB, at the target values, or TAIL_FOREVER. */
    get tail(): number {
        return this.wasm.dawgx_tail(this.pointer) >>> 0;
    }
    /** A view of what counters reads, in its order, and behind them how often the plugin has moved its own parameters. */
    get counts(): Uint32Array {
        if (this.#counts?.buffer !== this.wasm.memory.buffer)
            this.#counts = new Uint32Array(this.wasm.memory.buffer, this.wasm.dawgx_counters(this.pointer), 6);
        return this.#counts;
    }
    /** Allocates: not for the audio thread's every quantum. */
    get counters(): Counters {
        const [guarded, clamped, rejected, dropped, faults] = this.counts;
        return { guarded, clamped, rejected, dropped, faults };
    }
    /** Silence, as freshly made; parameters keep their targets, waiting events are forgotten, frames start at 0. */
    reset(): void {
        this.wasm.dawgx_reset(this.pointer);
    }
    destroy(): void {
        if (this.#isAlive) this.wasm.dawgx_destroy(this.pointer);
        this.#isAlive = false;
    }
}
