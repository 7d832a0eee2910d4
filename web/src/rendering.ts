// A whole input and its tail through a rack, piece by piece: the page's render() and the dawg command run this.
import type { Stereo } from '../../worklet/engine.js';
import { InputError } from './errors.js';
import type { Manifest, PluginInfo } from './manifest.js';
import type { Rack } from './rack.js';

/** Of an automatic tail. */
export const TAIL_MAX_S = 30;
/** Of one process(): 16 MiB a channel. */
export const BLOCK_MAX = 2 ** 22;
const PIECE = 16384; // frames in memory at once, unless the block is longer

export interface Rendering {
    /** Of the input: at least 1. */
    frames: number;
    /** 1 or 2. */
    channels: number;
    /** Frames behind the end of the input; undefined: what the plugins report, less the latency taken out, at most 30 s. */
    tail: number | undefined;
    /** Take the latency out of the start. */
    compensate: boolean;
}
export interface RenderEnds {
    /** Copies the next n frames, silence behind the end. */
    read(into: readonly Float32Array[], n: number): void;
    readKey?: (into: Stereo, n: number) => void;
    /** Takes `frames` frames from index `from`. */
    write(out: Stereo, from: number, frames: number): void;
}

/** Yields the part done (0 .. 1) after each piece; returns the frames behind the end of the input. */
export function* renderPieces(rack: Rack, rendering: Rendering, ends: RenderEnds): Generator<number, number, void> {
    const { frames, channels, compensate } = rendering;
    const { block, rate } = rack;
    const piece = Math.max(block, Math.floor(PIECE / block) * block); // whole blocks
    const skip = compensate ? rack.latency : 0;
    const pair = (): [Float32Array, Float32Array] => [new Float32Array(piece), new Float32Array(piece)];
    const [input, key, out] = [pair().slice(0, channels), ends.readKey && pair(), pair()];
    let { tail } = rendering;
    let total = frames + (tail ?? 0);
    for (let written = 0; written < total;) {
        // Never across the end of the input: there, with all its events done, the tail is asked for.
        const fits = rack.frame < frames ? frames - rack.frame : total + skip - rack.frame;
        const n = Math.min(piece, fits);
        ends.read(input, n);
        if (key) ends.readKey?.(key, n);
        const start = rack.frame;
        rack.process(input, key, out, 0, n);
        if (rack.frame === frames && tail === undefined) {
            // The reported tail counts from when the input went in: it holds the latency that is skipped.
            tail = Math.min(Math.max(0, rack.tail - skip), Math.floor(TAIL_MAX_S * rate));
            total = frames + tail;
        }
        const from = Math.min(n, Math.max(0, skip - start));
        const useful = Math.min(n - from, total - written);
        ends.write(out, from, useful);
        written += useful;
        yield written / total;
    }
    return total - frames;
}

/** Refuses a key that nobody listens to. `name`: as the caller calls it. */
export function checkKeyIsUsed(manifest: Manifest, plugins: readonly PluginInfo[], name: string): void {
    if (plugins.some(({ sideChannels }) => sideChannels > 0)) return;
    const withKey = manifest.plugins.filter((p) => p.sideChannels > 0).map((p) => p.key);
    throw new InputError(
        `${name} is given, but ${plugins.map((info) => info.key).join(', ')} has no key input. ` +
            `Leave ${name} out, or take a plugin that has one: ${withKey.join(', ')}.`,
    );
}
