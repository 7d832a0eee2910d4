// What a user of the package sees, in types. The classes behind them: engine.ts, node.ts, render.ts, brain.ts.
import type { Plugins } from '../generated/plugins.js';
import type { Brain } from './brain_api.js';
import type { Manifest, ParamInfo, ParamValue, PluginInfo } from './manifest.js';
import type { Optimized } from './optimize.js';

export type PluginKey = keyof Plugins;
export type ParamKey<K extends PluginKey> = K extends PluginKey ? keyof Plugins[K]['values'] & string : never;
/** A plain value in the parameter's unit, a label of a choice (or its number), a switch. */
export type ParamOf<K extends PluginKey, P extends string> = K extends PluginKey
    ? P extends keyof Plugins[K]['values']
        ? Plugins[K]['values'][P]
        : never
    : never;
/** What is not named keeps its default (create) or its value (set). */
export type ValuesOf<K extends PluginKey> = K extends PluginKey ? Partial<Plugins[K]['values']> : never;
export type PresetKey<K extends PluginKey> = Plugins[K]['presets'];
export type MetersOf<K extends PluginKey> = K extends PluginKey ? Record<Plugins[K]['meters'], number> : never;

/** Where the package's files are; what is not given lies beside the main file. */
export interface AssetOptions {
    manifestUrl?: string | URL;
    manifest?: Manifest;
    /** dawg-worklet.js, a static file without imports. */
    workletUrl?: string | URL;
    /** dawg-worklet.wasm: its address, its bytes or the compiled module. */
    wasmUrl?: string | URL;
    wasmBinary?: ArrayBuffer | ArrayBufferView<ArrayBuffer>;
    wasmModule?: WebAssembly.Module;
    /** dawg-render.js, the Web Worker of render(). */
    renderUrl?: string | URL;
    /** dawg-worker.js and dawg-worker.wasm, the Web Worker of brain(). */
    workerUrl?: string | URL;
    workerWasmUrl?: string | URL;
    /** onnxruntime-web: a folder with its files under their own names, or its script and its wasm one by one. */
    ortWasmPaths?: string | URL | { js: string | URL; wasm: string | URL };
    /** A folder of models, with a models.json. */
    modelBaseUrl?: string | URL;
}
export interface EngineOptions extends AssetOptions {
    /** Use shared memory when the page is isolated; false: messages in any case. Default true. */
    sharedMemory?: boolean;
    /** Seconds to wait for the worklet's answer before bytes are sent, and again before it counts as failed. */
    timeout?: number;
    /** What models run on. 'wasm': onnxruntime-web. 'core': the package's own wasm, without onnxruntime-web's 14 MB.
     * 'webgpu' needs ortWasmPaths, a folder with its build; where there is no adapter, wasm does the work and the
     * suggestion says so. Default 'wasm'. */
    provider?: 'wasm' | 'core' | 'webgpu';
    /** Of models; more than one needs shared memory. Default 1. */
    threads?: number;
}

/** What transport() does not name goes on as it would be at that frame. */
export interface Transport {
    /** 20 .. 999. */
    tempo_bpm: number;
    /** Quarter notes since the start of the song. */
    beat: number;
    playing: boolean;
    /** The context's frame at which it holds; default: now. */
    frame?: number;
}

/** When a move happens: at a frame or a time (s) of the context, default now; how long it takes (s), or the parameter's
 * own time if that is longer. */
export interface MoveOptions {
    frame?: number;
    time?: number;
    ramp?: number;
}
export interface TimedMove<K extends PluginKey = PluginKey> extends MoveOptions {
    key: ParamKey<K>;
    value: ParamValue;
}
export interface CreateOptions<K extends PluginKey = PluginKey> {
    /** AudioParams for the automatable keys (each costs the browser 0.5 .. 0.8 us per quantum). Default true. */
    audioParams?: boolean;
    preset?: PresetKey<K>;
    /** Moves known beforehand: the way to automate in an OfflineAudioContext. */
    events?: TimedMove<K>[];
}

/** One entry of a chain or of a state. */
export interface PluginState {
    plugin: string;
    version?: number;
    preset?: string | null;
    params?: Record<string, ParamValue>;
    bypass?: boolean;
    [unknown: string]: unknown;
}
export interface State {
    format: 'dawg-state';
    version: 1;
    plugins: [PluginState];
}
export interface Chain {
    format: 'dawg-chain';
    version: 1;
    plugins: PluginState[];
}

/** Since creation; a reset keeps them. */
export interface NodeCounters {
    /** Input samples heard as 0: NaN, infinite, beyond +80 dBFS. */
    guarded: number;
    clamped: number;
    rejected: number;
    dropped: number;
    /** Control periods silenced because the plugin made something that is no number. */
    faults: number;
}

export type Owner = 'hand' | 'brain';

export interface AnyNodeEvents {
    meters: Record<string, number>;
    latencychange: { samples: number };
    /** Who moves this parameter from now on. */
    ownerchange: { key: string; owner: Owner };
    /** A value moved, whoever moved it. */
    change: { key: string; value: ParamValue };
    /** It trapped and is silent; the others play on. destroy() it and create another from its state. */
    error: Error;
}
export interface NodeEvents<K extends PluginKey> extends AnyNodeEvents {
    meters: MetersOf<K>;
    ownerchange: { key: ParamKey<K>; owner: Owner };
    change: { key: ParamKey<K>; value: ParamValue };
}

/** An AudioNode (inputs: 0 audio, 1 the key of plugins that take one) that carries one plugin, whichever. Keys and values
 * are checked when it runs; a PluginNode<'limiter'>, as create('limiter') makes, has them in its type. */
export interface AnyPluginNode extends AudioWorkletNode {
    readonly key: PluginKey;
    readonly info: PluginInfo;
    readonly engine: Engine;
    /** Moves a parameter. Takes it from the brain. Throws InputError for an unknown key, NaN, an unknown label; numbers out
     * of range are clamped (counters.clamped). */
    set(key: string, value: ParamValue, options?: MoveOptions): void;
    set(values: Record<string, ParamValue>, options?: MoveOptions): void;
    /** The effective value: what the hand, an AudioParam or the brain moved last. */
    get(key: string): ParamValue;
    /** All of them. */
    readonly values: Record<string, ParamValue>;
    bypass: boolean;
    /** All values, to be stored as JSON. Setting takes states of older and newer versions (what they do not name gets its
     * default, what this version does not know is kept); throws for another plugin's. */
    get state(): State;
    set state(state: State | PluginState);
    /** What the preset does not name gets its default; bypass stays. */
    applyPreset(key: string): void;
    /** The preset applied last, until a value moves. */
    readonly preset: string | null;
    readonly latencySamples: number;
    /** Infinity: it never falls to -120 dB. Follows a move within 8192 frames. */
    readonly tailSeconds: number;
    readonly meters: Record<string, number>;
    readonly counters: NodeCounters;
    owner(key: string): Owner;
    /** Returns a function that ends it. Values and meters are looked at once per frame of the screen. */
    on<E extends keyof AnyNodeEvents>(event: E, listener: (value: AnyNodeEvents[E]) => void): () => void;
    /** Silence, as freshly made; values stay. For a seek or a loop. */
    reset(): void;
    /** Frees everything; resolves when the worklet has done so. */
    destroy(): Promise<void>;
}
export interface PluginNodeOf<K extends PluginKey> extends AnyPluginNode {
    readonly key: K;
    set<P extends ParamKey<K>>(key: P, value: ParamOf<K, P>, options?: MoveOptions): void;
    set(values: ValuesOf<K>, options?: MoveOptions): void;
    get<P extends ParamKey<K>>(key: P): ParamOf<K, P>;
    readonly values: Plugins[K]['values'];
    applyPreset(key: PresetKey<K>): void;
    readonly preset: PresetKey<K> | null;
    readonly meters: MetersOf<K>;
    owner(key: ParamKey<K>): Owner;
    on<E extends keyof NodeEvents<K>>(event: E, listener: (value: NodeEvents<K>[E]) => void): () => void;
}
export type PluginNode<K extends PluginKey = PluginKey> = PluginKey extends K ? AnyPluginNode : PluginNodeOf<K>;

/** Audio for render(): an AudioBuffer, or plain channels (1 or 2, equally long). */
export interface AudioData {
    sampleRate: number;
    channels: Float32Array[];
}
export interface RenderOptions {
    /** The key (sidechain) of the plugins that take one. */
    key?: AudioBuffer | AudioData;
    tempo_bpm?: number;
    /** Seconds behind the end of the input; 'auto' (default): what the plugins report, less the latency taken out, at most
     * 30 s. */
    tail?: 'auto' | number;
    /** Take the latency out of the start. Default true. */
    compensate?: boolean;
    /** Frames per call. Default 128. The sound does not depend on it. */
    block?: number;
    /** Moves of the chain's first plugin, or of number `plugin`: when the audio at `time` (s from the start of the input)
     * passes there. `ramp` in seconds. */
    events?: { plugin?: number; time: number; key: string; value: ParamValue; ramp?: number }[];
    /** Sets input_db of the limiter at the end of the chain so that the rendering has this integrated loudness, or that of
     * a preset of the limiter ('spotify'). Rejects when it is out of reach, with what was reached. */
    target_lufs?: number | string;
    onProgress?: (fraction: number) => void;
    signal?: AbortSignal;
}
export interface RenderResult extends AudioData {
    /** With target_lufs. */
    optimized?: Optimized;
    channels: [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>];
    latencySamples: number;
    tailSamples: number;
    /** By plugin. */
    usPer128Frames: number[];
    guardedSamples: number;
}

/** For matchReference(). */
export interface MatchOptions {
    /** The whole programme. Default: the node's input is listened to while it plays. */
    programme?: AudioBuffer | AudioData;
    /** How long to listen. Default 10 s. */
    seconds?: number;
    /** 0 .. 1, default 1: the part of the difference that is made up for. */
    strength?: number;
    /** Of a band, default 12 dB. */
    max_gain_db?: number;
    /** Moves the parameters, as a hand would. Default true. */
    apply?: boolean;
    onProgress?: (fraction: number) => void;
    signal?: AbortSignal;
}
export interface MatchResult {
    /** The bands, and the output that keeps the programme's loudness; tilt, target and match_loudness are off. */
    params: Record<string, ParamValue>;
    /** How much louder the reference is: no part of what is matched. */
    level_db: number;
    /** How far the smoothed spectra differ, RMS over the bands that both have, without and with `params`. */
    before_db: number;
    after_db: number;
}

export interface EngineEvents {
    /** The worker of the brain is gone or came back. */
    worker: { state: 'lost' | 'restarted'; reason: string };
    error: Error;
}

export interface Engine {
    readonly context: BaseAudioContext;
    readonly manifest: Manifest;
    /** How records travel: shared memory, or messages. */
    readonly transportKind: 'shared' | 'messages';
    /** How the wasm module reached the worklet. */
    readonly moduleVia: 'module' | 'bytes';
    readonly nodes: readonly PluginNode[];
    create<K extends PluginKey>(key: K, values?: ValuesOf<K>, options?: CreateOptions<K>): Promise<PluginNode<K>>;
    /** From one entry of a chain or state. */
    createFrom(state: State | PluginState, options?: { audioParams?: boolean }): Promise<PluginNode>;
    transport(transport: Partial<Transport>): void;
    /** Runs a chain over a buffer in a Web Worker: the same bits as live, as the dawg command, as native. */
    render(
        input: AudioBuffer | AudioData,
        chain: Chain | PluginState[],
        options?: RenderOptions,
    ): Promise<RenderResult>;
    /** us of DSP per 128 frames of each plugin of the chain, measured now in a Web Worker (median). */
    measureCost(chain: Chain | PluginState[]): Promise<number[]>;
    /** Knob position 0 .. 1 <-> plain value, by the C core's own curves. */
    toPlain(plugin: PluginKey, param: string, knob: number): number;
    toKnob(plugin: PluginKey, param: string, plain: number): number;
    /** What a plugin's settings do to level, for drawing: y of every x, as info.curve says (Hz -> dB of gain, or dBFS in ->
     * dBFS out). Part 1 .. info.curveParts: one stage alone. undefined: it has no such curve. */
    curve(
        plugin: PluginKey,
        values: Record<string, ParamValue>,
        x: Float32Array,
        part?: number,
    ): Float32Array | undefined;
    /** Gives a mastering_eq six bands that bring what it hears near the tone of the reference; loudness is no part of it.
     * Works in the brain's worker. Rejects with the reason when the reference is shorter than 1 s or silent. */
    matchReference(node: PluginNode, reference: AudioBuffer | AudioData, options?: MatchOptions): Promise<MatchResult>;
    /** Starts the worker, the first time. */
    brain(): Promise<Brain>;
    on<E extends keyof EngineEvents>(event: E, listener: (value: EngineEvents[E]) => void): () => void;
    /** Destroys all nodes and the worker. */
    destroy(): Promise<void>;
}

export type * from './brain_api.js';
export type { Optimized };
export type { Manifest, ParamInfo, ParamValue, PluginInfo };
