// Compressed files, decoded whole into memory by small wasm libraries that load only when needed. What a library does
// not notice (a file cut short, mono MP3) is read from the file's own headers.
import { InputError } from '../../web/src/errors.js';
import { warn } from './errors.js';
import { mpegStart } from './mpeg.js';
import { memorySource } from './source.js';
import type { AudioSource } from './source.js';

interface Decoded {
    channelData: Float32Array[];
    samplesDecoded: number;
    sampleRate: number;
    errors: readonly { message: string }[];
}

function checked(path: string, what: string, decoded: Decoded): Decoded {
    const [first] = decoded.errors;
    if (first) throw new InputError(`${path} is a damaged ${what} file: ${first.message}. Get a whole copy.`);
    return decoded;
}

async function flac(path: string, bytes: Buffer): Promise<AudioSource> {
    const { FLACDecoder } = await import('@wasm-audio-decoders/flac');
    // STREAMINFO (the first block, at byte 8): 20 bits rate, 3 channels - 1, 5 bits - 1, 36 frames
    const bits = ((bytes.readUInt16BE(20) >> 4) & 31) + 1;
    const frames = (bytes[21] & 15) * 2 ** 32 + bytes.readUInt32BE(22); // 0: unknown
    if (![8, 16, 24, 32].includes(bits))
        throw new InputError(
            `${path} is a FLAC file with ${bits} bits; readable are 8, 16, 24 and 32. Convert it first.`,
        );
    const decoder = new FLACDecoder();
    await decoder.ready;
    const { channelData, sampleRate, samplesDecoded } = checked(path, 'FLAC', await decoder.decodeFile(bytes));
    decoder.free();
    if (samplesDecoded < frames)
        throw new InputError(
            `${path} is truncated: ${samplesDecoded} of ${frames} frames are there. Get a whole copy.`,
        );
    // The library divides by the largest integer; everyone else, and our WAV reader, by the power of two.
    const [theirs, ours] = [2 ** (bits - 1) - 1, 2 ** (bits - 1)];
    for (const channel of channelData)
        for (let i = 0; i < channel.length; ++i) channel[i] = Math.round(channel[i] * theirs) / ours;
    return memorySource(`FLAC ${bits}-bit`, sampleRate, channelData);
}

/** A whole Ogg file is a row of whole pages (RFC 3533), the last of them marked as the end of its stream. */
function checkOgg(path: string, bytes: Buffer): void {
    let isEnd = false;
    for (let at = 0; at < bytes.length;) {
        if (at + 27 > bytes.length || bytes.toString('latin1', at, at + 4) !== 'OggS') return endsEarly(path, isEnd);
        const segments = bytes.subarray(at + 27, at + 27 + bytes[at + 26]);
        isEnd = (bytes[at + 5] & 4) !== 0;
        at += 27 + bytes[at + 26] + segments.reduce((sum, n) => sum + n, 0);
        if (at > bytes.length) isEnd = false;
    }
    endsEarly(path, isEnd);
}
function endsEarly(path: string, isEnd: boolean): void {
    if (!isEnd) throw new InputError(`${path} is truncated: the Ogg stream has no last page. Get a whole copy.`);
}

async function ogg(path: string, bytes: Buffer): Promise<AudioSource> {
    const codec = bytes.toString('latin1', 28, 36);
    checkOgg(path, bytes);
    if (codec === 'OpusHead') {
        const { OggOpusDecoder } = await import('ogg-opus-decoder');
        const decoder = new OggOpusDecoder();
        await decoder.ready;
        const decoded = checked(path, 'Opus', await decoder.decodeFile(bytes));
        decoder.free();
        return memorySource('Opus', decoded.sampleRate, decoded.channelData);
    }
    if (!codec.startsWith('\x01vorbis'))
        throw new InputError(`${path} is an Ogg file with neither Vorbis nor Opus in it. Convert it first.`);
    const { OggVorbisDecoder } = await import('@wasm-audio-decoders/ogg-vorbis');
    const decoder = new OggVorbisDecoder();
    await decoder.ready;
    const decoded = checked(path, 'Ogg Vorbis', await decoder.decodeFile(bytes));
    decoder.free();
    return memorySource('Ogg Vorbis', decoded.sampleRate, decoded.channelData);
}

async function mp3(path: string, bytes: Buffer): Promise<AudioSource> {
    const { MPEGDecoder } = await import('mpg123-decoder');
    const unreadable = new InputError(
        `${path} is not MP3 audio that can be read. Give another file, or convert it first.`,
    );
    const start = mpegStart(bytes);
    if (start < 0) throw unreadable;
    const isMono = bytes[start + 3] >> 6 === 3;
    const isMpeg1 = ((bytes[start + 1] >> 3) & 3) === 3;
    const info = start + 4 + (isMpeg1 ? (isMono ? 17 : 32) : isMono ? 9 : 17); // behind the side information
    const tag = bytes.toString('latin1', info, info + 4);
    if ((tag === 'Xing' || tag === 'Info') && (bytes[info + 7] & 2) !== 0) {
        const size = bytes.readUInt32BE(info + 8 + 4 * (bytes[info + 7] & 1)); // audio bytes, when the encoder wrote them
        const missing = start + size - bytes.length;
        if (missing > 0)
            throw new InputError(
                `${path} is truncated: ${missing} of ${size} bytes of audio are missing. Get a whole copy.`,
            );
    }
    const decoder = new MPEGDecoder();
    await decoder.ready;
    const { channelData, sampleRate, errors, samplesDecoded } = decoder.decode(bytes);
    decoder.free();
    if (!sampleRate || !channelData.length) throw unreadable;
    if (errors.length && samplesDecoded)
        warn(`${path}: ${errors.length} damaged MP3 frames were left out (${errors[0].message}).`);
    return memorySource('MP3', sampleRate, isMono ? channelData.slice(0, 1) : channelData);
}

/** The decoder for a file that begins like this, or undefined. */
export function codecFor(head: Buffer): ((path: string, bytes: Buffer) => Promise<AudioSource>) | undefined {
    const magic = head.toString('latin1', 0, 4);
    if (magic === 'fLaC') return flac;
    if (magic === 'OggS') return ogg;
    if (magic.startsWith('ID3') || (head[0] === 0xff && head[1] >= 0xe0)) return mp3;
    return undefined;
}
