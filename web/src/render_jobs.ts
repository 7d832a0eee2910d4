// What page and render worker say to each other.
import type { Slot } from './chain.js';
import type { Manifest } from './manifest.js';
import type { Optimized } from './optimize.js';
import type { RackEvent } from './rack.js';

export interface RenderJob {
    type: 'render';
    /** Hz. */
    rate: number;
    /** 1 or 2, equally long. */
    channels: Float32Array[];
    /** Mono counts for both sides; shorter: silence behind its end. */
    key?: Float32Array[];
    slots: Slot[];
    events: RackEvent[];
    tempo: number;
    /** Frames; undefined: automatic. */
    tail: number | undefined;
    compensate: boolean;
    block: number;
    /** LUFS, or a preset of the limiter; for the one at the end. */
    target: number | string | undefined;
}
export interface CostJob {
    type: 'cost';
    rate: number;
    slots: Slot[];
}
export interface Rendered {
    channels: [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>];
    latency: number;
    tail: number;
    us: number[];
    guarded: number;
    optimized?: Optimized;
}
export type ToRenderer =
    | { type: 'init'; manifest: Manifest; module?: WebAssembly.Module; bytes?: ArrayBuffer }
    | { type: 'job'; id: number; job: RenderJob | CostJob }
    | { type: 'cancel'; id: number };
export type FromRenderer =
    | { type: 'ready' }
    | { type: 'need bytes' }
    /** It cannot start. */
    | { type: 'broken'; reason: string }
    | { type: 'progress'; id: number; fraction: number }
    | { type: 'rendered'; id: number; result: Rendered }
    | { type: 'costs'; id: number; us: number[] }
    | { type: 'failed'; id: number; reason: string; isInput: boolean };
