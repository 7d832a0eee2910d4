// Opens an audio file by what it contains, not by its name, and refuses what no plugin can use.
import { statSync } from 'node:fs';
import { InputError } from '../../web/src/errors.js';
import { codecFor } from './codecs.js';
import { InputFile } from './source.js';
import type { AudioSource } from './source.js';
import { wavSource } from './wav.js';

const READABLE = 'WAV (16, 24, 32-bit integer, 32, 64-bit float), FLAC, Ogg Vorbis, Opus and MP3';

function check(path: string, source: AudioSource): AudioSource {
    const { frames, channels, rate } = source;
    if (channels < 1 || channels > 2)
        throw new InputError(
            `${path} has ${channels} channels; allowed are 1 (mono) and 2 (stereo). Mix it down first.`,
        );
    if (!(rate >= 8000 && rate <= 192000))
        throw new InputError(
            `${path} has a sample rate of ${rate} Hz; allowed are 8000 .. 192000 Hz. Convert it first.`,
        );
    if (frames === 0) throw new InputError(`${path} holds no audio: 0 frames. Give a file with at least one.`);
    return source;
}

/** Throws an InputError for anything but mono or stereo audio of 8 .. 192 kHz with at least one frame. */
export async function openAudio(path: string): Promise<AudioSource> {
    const file = new InputFile(path);
    try {
        const head = file.bytes(0, 12);
        if (head.length === 0) throw new InputError(`${path} is empty. Readable: ${READABLE}.`);
        if (/^(RIF[FX]|RF64)/.test(head.toString('latin1'))) return check(path, wavSource(file));
        const decode = codecFor(head);
        if (!decode) throw new InputError(`${path} is not audio that can be read. Readable: ${READABLE}.`);
        const bytes = file.bytes(0, statSync(path).size);
        file.close();
        return check(path, await decode(path, bytes));
    } catch (error) {
        throw asInputError(path, error);
    }
}

function asInputError(path: string, error: unknown): InputError {
    if (error instanceof InputError) return error;
    return new InputError(`${path} cannot be decoded: ${(error as Error).message}. Readable: ${READABLE}.`);
}
