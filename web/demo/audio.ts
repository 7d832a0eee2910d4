// Buffers: files the browser can decode, the built-in song, level, overview.
import type { AudioData } from '@dawg-ai/engine';

/** Decodes a file; more than two channels are mixed down. Throws an Error to be shown. */
export async function decodeFile(context: BaseAudioContext, file: File): Promise<AudioBuffer> {
    const bytes = await file.arrayBuffer();
    if (bytes.byteLength === 0) throw new Error(`${file.name} is empty.`);
    let buffer: AudioBuffer;
    try {
        buffer = await context.decodeAudioData(bytes);
    } catch {
        const kind = file.type ? ` (${file.type})` : '';
        throw new Error(
            `This browser cannot decode ${file.name}${kind}. WAV, MP3, FLAC, Ogg and M4A files work in most browsers.`,
        );
    }
    if (buffer.length === 0) throw new Error(`${file.name} has no sound in it.`);
    if (buffer.numberOfChannels <= 2) return buffer;
    const down = new OfflineAudioContext(2, buffer.length, buffer.sampleRate);
    const source = down.createBufferSource();
    source.buffer = buffer;
    source.connect(down.destination);
    source.start();
    return down.startRendering();
}

/** The built-in song, made in a worker so that the page stays at hand. */
export function makeSongBuffer(context: BaseAudioContext): Promise<AudioBuffer> {
    return new Promise((resolve, reject) => {
        const worker = new Worker(new URL('./song_worker.ts', import.meta.url), { type: 'module' });
        worker.onmessage = ({
            data,
        }: MessageEvent<{ left: Float32Array<ArrayBuffer>; right: Float32Array<ArrayBuffer> }>) => {
            worker.terminate();
            const buffer = context.createBuffer(2, data.left.length, context.sampleRate);
            buffer.copyToChannel(data.left, 0);
            buffer.copyToChannel(data.right, 1);
            resolve(buffer);
        };
        worker.onerror = (event) => reject(new Error(`The song could not be made: ${event.message}`));
        worker.postMessage(context.sampleRate);
    });
}

/** Mean level of both channels, dB. */
export function levelDb({ channels }: AudioData): number {
    let [sum, count] = [0, 0];
    for (const channel of channels) {
        for (const x of channel) sum += x * x;
        count += channel.length;
    }
    return 10 * Math.log10(Math.max(1e-12, sum / Math.max(1, count)));
}

/** Lowest and highest sample of each of `n` stretches, one after the other. */
export function overview(buffer: AudioBuffer, n: number): Float32Array {
    const out = new Float32Array(2 * n);
    const channels = Array.from({ length: buffer.numberOfChannels }, (_, c) => buffer.getChannelData(c));
    for (let i = 0; i < n; ++i) {
        const from = Math.floor((i * buffer.length) / n);
        const to = Math.max(from + 1, Math.floor(((i + 1) * buffer.length) / n));
        let [low, high] = [0, 0];
        for (const channel of channels)
            for (let k = from; k < to && k < channel.length; ++k) {
                const x = channel[k];
                if (x < low) low = x;
                else if (x > high) high = x;
            }
        out[2 * i] = low;
        out[2 * i + 1] = high;
    }
    return out;
}

export function download(name: string, parts: BlobPart[], type: string): void {
    const url = URL.createObjectURL(new Blob(parts, { type }));
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
