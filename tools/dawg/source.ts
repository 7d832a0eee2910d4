// Where audio comes from: planar 32-bit float frames, read in order.
import { closeSync, openSync, readSync } from 'node:fs';

import { InputError } from '../../web/src/errors.js';
import type { Stereo } from '../../worklet/engine.js';
export interface AudioSource {
    /** WAV 24-bit, FLAC 16-bit … */
    readonly format: string;
    /** Hz. */
    readonly rate: number;
    readonly channels: number;
    readonly frames: number;
    /** Copies the next `frames` frames, fewer at the end, to into[channel][at …]; returns how many. */
    read(into: readonly Float32Array[], at: number, frames: number): number;
    close(): void;
}

/** Audio that lies in memory. */
export function memorySource(format: string, rate: number, data: readonly Float32Array[]): AudioSource {
    let done = 0;
    return {
        format,
        rate,
        channels: data.length,
        frames: data[0].length,
        read(into, at, frames) {
            const n = Math.min(frames, data[0].length - done);
            data.forEach((channel, c) => into[c].set(channel.subarray(done, done + n), at));
            done += n;
            return n;
        },
        close: () => undefined,
    };
}

/** The next n frames, mono on both sides, silence behind the end. */
export function readStereo(source: AudioSource, into: Stereo, n: number): void {
    const got = source.read(into, 0, n);
    if (source.channels === 1) into[1].set(into[0].subarray(0, got));
    for (const channel of into) channel.fill(0, got, n);
}

/** A file read by position. */
export class InputFile {
    readonly #fd: number;
    constructor(readonly path: string) {
        try {
            this.#fd = openSync(path, 'r');
        } catch (error) {
            throw new InputError(`Cannot open ${path}: ${(error as NodeJS.ErrnoException).code}. Give an audio file.`);
        }
    }
    /** As many of `length` bytes from `position` as there are. */
    bytes(position: number, length: number): Buffer {
        const buffer = Buffer.allocUnsafe(length);
        let done = 0;
        try {
            for (let n = 1; n > 0 && done < length; done += n)
                n = readSync(this.#fd, buffer, done, length - done, position + done);
        } catch (error) {
            throw new InputError(
                `Cannot read ${this.path}: ${(error as NodeJS.ErrnoException).code}. Give an audio file.`,
            );
        }
        return buffer.subarray(0, done);
    }
    close(): void {
        closeSync(this.#fd);
    }
}
