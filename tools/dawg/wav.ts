// WAV files: reads 16, 24, 32-bit integers and 32, 64-bit floats piece by piece, so that length costs no memory;
// writes what web/src/wav.ts encodes.
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError } from '../../web/src/errors.js';
import { FLOAT, PCM, SampleEncoder, WAV_BYTES_MAX, wavHeader } from '../../web/src/wav.js';
import type { Bits } from '../../web/src/wav.js';
import { WorkError } from './errors.js';
import { partPath } from './places.js';
import type { AudioSource, InputFile } from './source.js';

const EXTENSIBLE = 0xfffe;
const PIECE = 1 << 16; // bytes read or written at once, about

type Decode = (bytes: DataView, at: number) => number;
const DECODERS: Record<string, [name: string, decode: Decode]> = {
    [`${PCM}/16`]: ['16-bit', (bytes, at) => bytes.getInt16(at, true) / 2 ** 15],
    [`${PCM}/24`]: ['24-bit', (bytes, at) => (bytes.getUint16(at, true) | (bytes.getInt8(at + 2) << 16)) / 2 ** 23],
    [`${PCM}/32`]: ['32-bit', (bytes, at) => bytes.getInt32(at, true) / 2 ** 31],
    [`${FLOAT}/32`]: ['32-bit float', (bytes, at) => bytes.getFloat32(at, true)],
    [`${FLOAT}/64`]: ['64-bit float', (bytes, at) => bytes.getFloat64(at, true)],
};

interface Layout {
    rate: number;
    channels: number;
    /** Bytes of a frame, where the first lies, how many frames there are. */
    frameBytes: number;
    data: number;
    frames: number;
    name: string;
    decode: Decode;
}

function readFormat(path: string, fmt: Buffer): Omit<Layout, 'data' | 'frames'> {
    if (fmt.length < 16)
        throw new InputError(`${path} is a damaged WAV file: its fmt chunk has ${fmt.length} bytes, not 16.`);
    const channels = fmt.readUInt16LE(2);
    const bits = fmt.readUInt16LE(14);
    const isExtensible = fmt.readUInt16LE(0) === EXTENSIBLE && fmt.length >= 40;
    const tag = isExtensible ? fmt.readUInt16LE(24) : fmt.readUInt16LE(0); // the sub-format GUID begins with the tag
    const decoder = DECODERS[`${tag}/${bits}`];
    const frameBytes = (channels * bits) / 8;
    if (!decoder)
        throw new InputError(
            `${path} is a WAV file of format ${tag} with ${bits} bits; readable are 16, 24, 32-bit integers (format 1) ` +
                'and 32, 64-bit floats (format 3). Convert it first.',
        );
    if (fmt.readUInt16LE(12) !== frameBytes)
        throw new InputError(
            `${path} is a damaged WAV file: ${fmt.readUInt16LE(12)} bytes a frame, ${frameBytes} expected.`,
        );
    return { rate: fmt.readUInt32LE(4), channels, frameBytes, name: decoder[0], decode: decoder[1] };
}

function readLayout(file: InputFile): Layout {
    const { path } = file;
    const riff = file.bytes(0, 12).toString('latin1');
    if (!riff.startsWith('RIFF') || riff.slice(8) !== 'WAVE')
        throw new InputError(
            `${path} is not a plain WAV file (RIFF/WAVE), it begins with "${riff.slice(0, 4)}". Convert it first.`,
        );
    let format: Omit<Layout, 'data' | 'frames'> | undefined;
    for (let at = 12; ;) {
        const head = file.bytes(at, 8);
        if (head.length < 8)
            throw new InputError(`${path} is a damaged WAV file: it ends before a ${format ? 'data' : 'fmt'} chunk.`);
        const id = head.toString('latin1', 0, 4);
        const size = head.readUInt32LE(4);
        if (id === 'fmt ') format = readFormat(path, file.bytes(at + 8, Math.min(size, 64)));
        if (id === 'data') {
            if (!format) throw new InputError(`${path} is a damaged WAV file: it has no fmt chunk before its data.`);
            const there = statSync(path).size - at - 8;
            const isOpenEnded = size === 0xffffffff; // written to a pipe: until the end of the file
            if (!isOpenEnded && there < size)
                throw new InputError(
                    `${path} is truncated: ${size - there} of ${size} bytes of audio are missing ` +
                        `(${Math.floor(there / format.frameBytes)} of ${Math.floor(size / format.frameBytes)} frames are there). Get a whole copy.`,
                );
            const frames = Math.floor((isOpenEnded ? there : size) / format.frameBytes);
            return { ...format, data: at + 8, frames };
        }
        at += 8 + size + (size & 1);
    }
}

export function wavSource(file: InputFile): AudioSource {
    const { rate, channels, frameBytes, data, frames, name, decode } = readLayout(file);
    const step = frameBytes / channels;
    const most = Math.max(1, Math.floor(PIECE / frameBytes));
    let [done, start, end] = [0, 0, 0]; // frames read; the piece in memory
    let piece: DataView = new DataView(new ArrayBuffer(0));
    return {
        format: `WAV ${name}`,
        rate,
        channels,
        frames,
        read(into, at, wanted) {
            const n = Math.min(wanted, frames - done);
            for (let i = 0; i < n; ++i, ++done) {
                if (done === end) {
                    const bytes = file.bytes(data + done * frameBytes, Math.min(most, frames - done) * frameBytes);
                    piece = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
                    [start, end] = [done, done + Math.floor(bytes.length / frameBytes)];
                    if (end === start) throw new InputError(`${file.path} became shorter while it was read.`);
                }
                const offset = (done - start) * frameBytes;
                for (let c = 0; c < channels; ++c) into[c][at + i] = decode(piece, offset + c * step);
            }
            return n;
        },
        close: () => file.close(),
    };
}

/** Stereo WAV, written beside its final place and moved there by finish(): the file is whole or not there. */
export class WavWriter {
    readonly #temporary: string;
    readonly #fd: number;
    readonly #buffer = new Uint8Array(PIECE);
    readonly #view = new DataView(this.#buffer.buffer);
    readonly #encoder: SampleEncoder;
    #filled = 0;
    #written = 0;

    constructor(
        readonly path: string,
        readonly rate: number,
        readonly bits: Bits,
        frames: number,
    ) {
        this.#encoder = new SampleEncoder(bits);
        if (frames * 2 * this.#encoder.bytes > WAV_BYTES_MAX)
            throw new InputError(
                `${path} would need more than the 4 GiB that a WAV file can hold: render parts of it.`,
            );
        this.#temporary = partPath(path);
        try {
            this.#fd = openSync(this.#temporary, 'w');
        } catch (error) {
            const { code } = error as NodeJS.ErrnoException;
            throw new InputError(
                `Cannot write into ${dirname(path)}: ${code}. Give -o a place in a folder you can write to.`,
            );
        }
        try {
            this.#put(this.#header(0));
        } catch (error) {
            this.abort();
            throw error;
        }
    }

    #header(dataBytes: number): Uint8Array {
        return wavHeader({ rate: this.rate, channels: 2, bits: this.bits, dataBytes });
    }

    /** Samples beyond full scale that an integer format had to cut. */
    get clipped(): number {
        return this.#encoder.clipped;
    }

    #put(bytes: Uint8Array, position: number | null = null): void {
        try {
            for (let done = 0; done < bytes.length;)
                done += writeSync(
                    this.#fd,
                    bytes,
                    done,
                    bytes.length - done,
                    position === null ? null : position + done,
                );
        } catch (error) {
            throw new WorkError(`Cannot write ${this.path}: ${(error as NodeJS.ErrnoException).code}.`);
        }
    }

    #flush(): void {
        this.#put(this.#buffer.subarray(0, this.#filled));
        this.#filled = 0;
    }

    /** Appends `frames` frames of both channels from index `at`. */
    write(channels: readonly Float32Array[], at: number, frames: number): void {
        const { bytes } = this.#encoder;
        for (let done = 0, n: number; done < frames; done += n) {
            n = Math.min(frames - done, Math.floor((PIECE - this.#filled) / (2 * bytes)));
            if (n === 0) this.#flush();
            this.#filled = this.#encoder.encode(this.#view, this.#filled, channels, at + done, n);
        }
        this.#written += frames * 2 * bytes;
    }

    /** Completes the file and puts it in its place. */
    finish(): void {
        this.#flush();
        this.#put(this.#header(this.#written), 0);
        try {
            fsyncSync(this.#fd);
            closeSync(this.#fd);
            renameSync(this.#temporary, this.path);
        } catch (error) {
            throw new WorkError(`Cannot write ${this.path}: ${(error as NodeJS.ErrnoException).code}.`);
        }
    }

    /** Leaves nothing behind; an earlier file at `path` stays as it was. */
    abort(): void {
        rmSync(this.#temporary, { force: true });
    }
}
