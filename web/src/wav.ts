// WAV files in memory: 32-bit float, or 16 and 24-bit integers with triangular dither (Lipshitz, Wannamaker,
// Vanderkooy 1992).
import type { AudioData } from './api.js';
import { InputError } from './errors.js';
import { seededRandom } from './random.js';

export type Bits = '16' | '24' | '32f';

/** Format tags. */
export const PCM = 1;
export const FLOAT = 3;
/** Of audio: the file's size is a 32-bit number. */
export const WAV_BYTES_MAX = 0xffffffff - 64;

const SAMPLE_BYTES: Record<Bits, number> = { '16': 2, '24': 3, '32f': 4 };

export interface WavFormat {
    /** Hz. */
    rate: number;
    channels: number;
    bits: Bits;
    /** Of audio, all channels. */
    dataBytes: number;
}

/** What lies before the samples: 44 bytes, or 58 for floats, which need the longer fmt chunk and a fact chunk. */
export function wavHeader({ rate, channels, bits, dataBytes }: WavFormat): Uint8Array<ArrayBuffer> {
    const isFloat = bits === '32f';
    const bytes = new Uint8Array(isFloat ? 58 : 44);
    const view = new DataView(bytes.buffer);
    const text = (at: number, value: string): void => {
        for (let i = 0; i < value.length; ++i) bytes[at + i] = value.charCodeAt(i);
    };
    const frameBytes = channels * SAMPLE_BYTES[bits];
    text(0, 'RIFF');
    view.setUint32(4, bytes.length - 8 + dataBytes + (dataBytes & 1), true);
    text(8, 'WAVEfmt ');
    view.setUint32(16, isFloat ? 18 : 16, true);
    view.setUint16(20, isFloat ? FLOAT : PCM, true);
    view.setUint16(22, channels, true);
    view.setUint32(24, rate, true);
    view.setUint32(28, rate * frameBytes, true);
    view.setUint16(32, frameBytes, true);
    view.setUint16(34, 8 * SAMPLE_BYTES[bits], true);
    if (isFloat) {
        text(38, 'fact');
        view.setUint32(42, 4, true);
        view.setUint32(46, dataBytes / frameBytes, true);
    }
    text(bytes.length - 8, 'data');
    view.setUint32(bytes.length - 4, dataBytes, true);
    return bytes;
}

/** Turns samples into bytes, in order: its dither is one sequence. */
export class SampleEncoder {
    /** Samples beyond full scale that an integer format had to cut. */
    clipped = 0;
    /** Of a sample. */
    readonly bytes: number;
    readonly #random = seededRandom(0x0da26);

    constructor(readonly bits: Bits) {
        this.bytes = SAMPLE_BYTES[bits];
    }

    /** Nearest step of `scale` steps to full scale, after adding triangular noise of +-1 step. */
    #integer(value: number, scale: number): number {
        const dithered = Math.floor(value * scale + this.#random() + this.#random() - 0.5);
        if (dithered >= -scale && dithered < scale) return dithered;
        ++this.clipped;
        return dithered < 0 ? -scale : scale - 1;
    }

    /** Writes `frames` frames from index `from` of the channels to `view` at byte `at`; returns the byte behind them. */
    encode(view: DataView, at: number, channels: readonly Float32Array[], from: number, frames: number): number {
        for (let i = from; i < from + frames; ++i)
            for (const channel of channels) {
                if (this.bits === '32f') view.setFloat32(at, channel[i], true);
                else if (this.bits === '16') view.setInt16(at, this.#integer(channel[i], 2 ** 15), true);
                else {
                    const value = this.#integer(channel[i], 2 ** 23);
                    view.setUint16(at, value & 0xffff, true);
                    view.setInt8(at + 2, value >> 16);
                }
                at += this.bytes;
            }
        return at;
    }
}

export interface WavOptions {
    /** Default '32f'. */
    bits?: Bits;
}

/** A whole WAV file of one or two channels. Throws InputError for other audio, or when it would be larger than 4 GiB. */
export function encodeWav(
    { sampleRate, channels }: AudioData,
    { bits = '32f' }: WavOptions = {},
): Uint8Array<ArrayBuffer> {
    if (!(bits in SAMPLE_BYTES)) throw new InputError(`bits is "${bits as string}"; allowed are 16, 24 and 32f.`);
    const frames = channels[0]?.length ?? 0;
    if (channels.length < 1 || channels.length > 2 || channels.some(({ length }) => length !== frames))
        throw new InputError(
            `Audio of ${channels.length} channels of ${channels.map(({ length }) => length).join(', ')} frames; ` +
                'allowed are 1 or 2 equally long ones.',
        );
    const encoder = new SampleEncoder(bits);
    const dataBytes = frames * channels.length * encoder.bytes;
    if (dataBytes > WAV_BYTES_MAX)
        throw new InputError(`${dataBytes} bytes of audio are more than the 4 GiB that a WAV file can hold.`);
    const header = wavHeader({ rate: sampleRate, channels: channels.length, bits, dataBytes });
    const file = new Uint8Array(header.length + dataBytes + (dataBytes & 1));
    file.set(header);
    encoder.encode(new DataView(file.buffer), header.length, channels, 0, frames);
    return file;
}
