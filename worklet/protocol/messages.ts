// The cold messages: creation, destruction, wiring. Between page and host (the port of the node named PROCESSOR, one per
// context), page and instance (each node's own port), page and worker. What moves while audio plays goes through rings.

/** Part of every processor's name, so that two versions of the package can live on one page. Replaced when bundling. */
declare const __DAWG_VERSION__: string;
export const VERSION = typeof __DAWG_VERSION__ === 'undefined' ? 'dev' : __DAWG_VERSION__;
/** The host's processor; a plugin's are hostName/<key> (lean: no AudioParams) and hostName/<key>/full. */
export const HOST_PROCESSOR = `dawg/${VERSION}`;
export const processorName = (key: string, full: boolean): string => `${HOST_PROCESSOR}/${key}${full ? '/full' : ''}`;

/** What the worklet must know of the manifest. */
export interface WorkletManifest {
    abi: number;
    hash: string;
    plugins: { key: string; meters: { idle: number }[]; params: { key: string; def: number }[] }[];
}

export interface TransportMessage {
    tempo_bpm: number;
    /** Quarter notes since the start of the song. */
    beat: number;
    playing: boolean;
    /** The context's frame at which it holds; 0: now. */
    frame: number;
}

/** Page -> host, in processorOptions and on its port. */
export interface HostOptions {
    manifest: WorkletManifest;
    /** May get lost on the way in some embedders: then the host asks for bytes. */
    module?: WebAssembly.Module;
    /** The page's ring of moves when memory is shared; without it they come as 'moves' messages. */
    moves?: SharedArrayBuffer;
}
export type ToHost =
    /** With the options again, in case that they got lost as a whole. */
    | { type: 'bytes'; bytes: ArrayBuffer; options?: HostOptions }
    | { type: 'moves'; records: Uint32Array }
    | ({ type: 'transport' } & TransportMessage)
    /** A worker (a new one replaces it): rings when memory is shared, else a port that carries the same records. */
    | { type: 'worker'; moves: SharedArrayBuffer; taps: SharedArrayBuffer }
    | { type: 'worker'; port: MessagePort }
    | { type: 'no worker' }
    | { type: 'tap'; instance: number; point: number }
    /** Without shared memory: slots of these instances every `frames` frames. */
    | { type: 'watch'; instances: number[]; frames: number };
export type FromHost =
    | { type: 'ready'; via: 'module' | 'bytes' }
    | { type: 'need bytes'; reason: string }
    | { type: 'failed'; reason: string }
    | { type: 'slots'; slots: { instance: number; words: Int32Array }[] };

/** A timed move known at creation. */
export interface InitialEvent {
    frame: number;
    param: number;
    plain: number;
    ramp: number;
}
/** processorOptions of an instance. */
export interface InstanceOptions {
    instance: number;
    plugin: number;
    /** Plain values by parameter number. */
    values: [param: number, plain: number][];
    /** Sorted by frame. */
    events: InitialEvent[];
    transport: TransportMessage;
    slot?: SharedArrayBuffer;
}
export type ToInstance = { type: 'reset' } | { type: 'destroy' };
export type FromInstance =
    | { type: 'ready'; latency: number; tail: number; memory: number }
    | { type: 'failed'; reason: string }
    | { type: 'latency'; latency: number }
    | { type: 'trapped'; reason: string }
    | { type: 'destroyed'; memory: number };
