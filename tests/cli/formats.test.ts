// Every format that goes in gives the samples that libsndfile reads from the same file; every format that goes out is
// read back by libsndfile.
import assert from 'node:assert/strict';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { openAudio } from '../../tools/dawg/open.js';
import { InputError } from '../../web/src/errors.js';
import {
    at,
    dawg,
    first,
    largestDifference,
    noise,
    readSound,
    readSounds,
    sine,
    succeed,
    wav,
    writeSound,
    writeSounds,
} from './command.js';

const FRAMES = 30011; // a prime: no block or codec frame divides it
const tone = sine(FRAMES, 440, 0.4);
const left = noise(FRAMES, 0.1).map((x, i) => x + tone[i]);
const right = sine(FRAMES, 660, 0.5);

async function readAll(path: string): Promise<{ rate: number; channels: Float32Array[]; format: string }> {
    const source = await openAudio(path);
    const channels = Array.from({ length: source.channels }, () => new Float32Array(source.frames));
    for (let done = 0; done < source.frames;) done += source.read(channels, done, 777);
    source.close();
    return { rate: source.rate, channels, format: source.format };
}

/** Format, subtype, rate, channels, largest difference to libsndfile's decoder. */
const FORMATS: [format: string, subtype: string, rate: number, channels: 1 | 2, tolerance: number][] = [
    ['WAV', 'PCM_16', 44100, 2, 0],
    ['WAV', 'PCM_24', 48000, 2, 0],
    ['WAV', 'PCM_24', 96000, 1, 0],
    ['WAV', 'PCM_32', 48000, 2, 0],
    ['WAV', 'FLOAT', 192000, 2, 0],
    ['WAV', 'FLOAT', 8000, 1, 0],
    ['WAV', 'DOUBLE', 48000, 2, 0],
    ['WAVEX', 'PCM_16', 48000, 2, 0],
    ['WAVEX', 'PCM_24', 48000, 2, 0],
    ['WAVEX', 'FLOAT', 48000, 1, 0],
    ['FLAC', 'PCM_16', 44100, 2, 0],
    ['FLAC', 'PCM_24', 96000, 2, 0],
    ['FLAC', 'PCM_S8', 48000, 1, 0],
    // Lossy decoders may round differently: 2^-20 is far below 16 bits.
    ['OGG', 'VORBIS', 44100, 2, 2 ** -20],
    ['OGG', 'VORBIS', 48000, 1, 2 ** -20],
    ['OGG', 'OPUS', 48000, 2, 2 ** -20],
    ['OGG', 'OPUS', 48000, 1, 2 ** -20],
    ['MP3', 'MPEG_LAYER_III', 44100, 2, 2 ** -18],
    ['MP3', 'MPEG_LAYER_III', 48000, 1, 2 ** -18],
    ['MP3', 'MPEG_LAYER_III', 22050, 1, 2 ** -18],
];
const paths = writeSounds(
    FORMATS.map(([format, subtype, rate, n], i) => ({
        name: `in-${i}`,
        format,
        subtype,
        rate,
        channels: [left, right].slice(0, n),
    })),
);
const oracle = readSounds(paths);
for (const [i, [format, subtype, rate, channels, tolerance]] of FORMATS.entries())
    test(`in: ${format} ${subtype}, ${rate} Hz, ${channels} channel(s): the samples that libsndfile reads`, async () => {
        const [ours, theirs] = [await readAll(paths[i]), oracle[i]];
        assert.equal(ours.rate, theirs.rate);
        assert.equal(ours.channels.length, channels);
        assert.equal(ours.channels[0].length, FRAMES);
        ours.channels.forEach((channel, c) => {
            const most = largestDifference(channel, theirs.channels[c]);
            assert.ok(most <= tolerance, `channel ${c} differs by ${most}`);
        });
    });

test('in: a WAV file written to a pipe (size 0xffffffff) is read to its end', async () => {
    const bytes = readFileSync(wav('pipe.wav', 48000, left));
    const data = bytes.indexOf('data');
    bytes.writeUInt32LE(0xffffffff, data + 4);
    writeFileSync(at('pipe.wav'), bytes.subarray(0, data + 8 + 4 * FRAMES));
    assert.deepEqual((await readAll(at('pipe.wav'))).channels[0], left);
});

for (const [bits, subtype] of [
    ['32f', 'FLOAT'],
    ['24', 'PCM_24'],
    ['16', 'PCM_16'],
])
    test(`out: --bits ${bits} is a file that libsndfile reads as ${subtype}`, () => {
        const input = wav('plain.wav', 44100, left, right);
        succeed('render', input, '-o', at('o.wav'), '--plugin', first.key, '--bypass', '--tail', '0', '--bits', bits);
        const out = readSound(at('o.wav'));
        assert.equal(out.subtype, subtype);
        assert.equal(out.rate, 44100);
        const step = { '32f': 0, 24: 2 ** -23, 16: 2 ** -15 }[bits] ?? NaN;
        for (const [c, channel] of [left, right].entries())
            assert.ok(largestDifference(out.channels[c], channel) <= 1.5 * step, 'within one and a half steps');
    });

test('out: the dither is triangular: total error 1/2 LSB RMS, not correlated with the signal, not the same twice a frame', () => {
    const signal = sine(48000, 997, 0.25);
    wav('sine.wav', 48000, signal, signal);
    succeed(
        'render',
        at('sine.wav'),
        '-o',
        at('d.wav'),
        '--plugin',
        first.key,
        '--bypass',
        '--tail',
        '0',
        '--bits',
        '16',
    );
    const { channels } = readSound(at('d.wav'));
    const error = channels.map((channel) => channel.map((value, i) => (value - signal[i]) * 2 ** 15));
    const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    for (const e of error) {
        assert.ok(Math.abs(mean(e)) < 0.01, `mean ${mean(e)} LSB`);
        // variance: 1/12 of the rounding + 2/12 of the two uniform numbers = 1/4
        assert.ok(Math.abs(Math.sqrt(mean(e.map((x) => x * x))) - 0.5) < 0.01, 'RMS 0.5 LSB');
        const correlation = mean(e.map((x, i) => x * signal[i])) / (0.5 * (0.25 / Math.SQRT2));
        assert.ok(Math.abs(correlation) < 0.02, `correlation with the signal ${correlation}`);
    }
    assert.ok(
        Math.abs(mean(error[0].map((x, i) => x * error[1][i])) / 0.25) < 0.02,
        'the channels have their own noise',
    );
    succeed(
        'render',
        at('sine.wav'),
        '-o',
        at('d2.wav'),
        '--plugin',
        first.key,
        '--bypass',
        '--tail',
        '0',
        '--bits',
        '16',
    );
    assert.deepEqual(readFileSync(at('d2.wav')), readFileSync(at('d.wav')), 'seeded: the same file again');
});

test('out: what exceeds full scale is cut, counted and warned about with --bits 16', () => {
    wav('hot.wav', 48000, sine(48000, 997, 2));
    const { status, stderr } = dawg(
        'render',
        at('hot.wav'),
        '-o',
        at('h.wav'),
        '--plugin',
        first.key,
        '--bypass',
        '--bits',
        '16',
    );
    assert.equal(status, 0);
    assert.match(stderr, /warning: \d+ samples exceeded full scale and were cut: lower the level, or use --bits 32f/);
    const peaks = readSound(at('h.wav')).channels.map((channel) => [Math.min(...channel), Math.max(...channel)]);
    assert.deepEqual(peaks, [
        [-1, 1 - 2 ** -15],
        [-1, 1 - 2 ** -15],
    ]);
});

// ---- files that are refused -------------------------------------------------------------------------------------

async function refused(path: string, message: RegExp): Promise<void> {
    await assert.rejects(openAudio(path), (error: Error) => {
        assert.ok(error instanceof InputError, `${error.name}: ${error.message}`);
        assert.match(error.message, message);
        assert.ok(error.message.includes(path), 'names the file');
        return true;
    });
}

test('refused: a truncated WAV file, with the number of missing bytes', async () => {
    const path = wav('cut.wav', 48000, left, right);
    truncateSync(path, statSync(path).size - 1001);
    await refused(path, /truncated: 1001 of 240088 bytes of audio are missing \(29885 of 30011 frames are there\)/);
});

const CUT: [format: string, subtype: string, message: RegExp][] = [
    ['FLAC', 'PCM_16', /truncated: \d+ of 30011 frames are there/],
    ['OGG', 'VORBIS', /truncated: the Ogg stream has no last page/],
    ['OGG', 'OPUS', /truncated: the Ogg stream has no last page/],
    ['MP3', 'MPEG_LAYER_III', /truncated: \d+ of \d+ bytes of audio are missing/],
];
for (const [format, subtype, message] of CUT)
    test(`refused: a truncated ${format} ${subtype} file`, async () => {
        const path = writeSound(`cut-${subtype}`, format, subtype, 48000, [left, right]);
        truncateSync(path, Math.floor(statSync(path).size * 0.6));
        await refused(path, message);
    });

test('refused: what is no audio, empty, has no frames, three channels, a rate out of range, or is not there', async () => {
    writeFileSync(at('text.wav'), 'This is not audio at all, in spite of its name.');
    await refused(at('text.wav'), /not audio that can be read. Readable: WAV .*FLAC, Ogg Vorbis, Opus and MP3/);
    writeFileSync(at('empty.wav'), '');
    await refused(at('empty.wav'), /is empty/);
    await refused(wav('none.wav', 48000, new Float32Array(0)), /0 frames/);
    await refused(wav('three.wav', 48000, left, left, left), /has 3 channels; allowed are 1 \(mono\) and 2/);
    await refused(writeSound('six.flac', 'FLAC', 'PCM_16', 48000, Array<Float32Array>(6).fill(left)), /has 6 channels/);
    await refused(wav('slow.wav', 4000, left), /4000 Hz; allowed are 8000 \.\. 192000 Hz/);
    await refused(wav('fast.wav', 384000, left), /384000 Hz/);
    await refused(writeSound('eight.wav', 'WAV', 'PCM_U8', 48000, [left]), /format 1 with 8 bits; readable are/);
    await refused(writeSound('law.wav', 'WAV', 'ULAW', 48000, [left]), /format 7 with 8 bits/);
    const long = readFileSync(wav('long.wav', 48000, left));
    long.write('RF64');
    writeFileSync(at('long.wav'), long);
    await refused(at('long.wav'), /not a plain WAV file \(RIFF\/WAVE\), it begins with "RF64"/);
    await refused(at('nowhere.wav'), /ENOENT/);
    await refused(at('.'), /EISDIR/);
});

test('refused: what begins like MP3 and is not, or has a single frame', async () => {
    const frame = [0xff, 0xfb, 0x90, 0x64]; // layer III, 128 kbit/s, 44.1 kHz: 417 bytes
    const text = 'This is only text, and it goes on for a while. '.repeat(40);
    for (const bytes of [
        Buffer.concat([Buffer.from(frame), Buffer.from(text)]),
        Buffer.concat([Buffer.from(frame), Buffer.alloc(413)]),
        Buffer.concat([
            Buffer.from(frame),
            Buffer.alloc(413),
            Buffer.from([0xff, 0xfb, 0x94, 0x64]),
            Buffer.alloc(500),
        ]),
        Buffer.from('ID3 and nothing more'),
        Buffer.from('ID3'),
    ]) {
        writeFileSync(at('text.mp3'), bytes);
        await refused(at('text.mp3'), /is not MP3 audio that can be read/);
    }
    const two = Buffer.concat([0, 1].flatMap(() => [Buffer.from(frame), Buffer.alloc(413)]));
    writeFileSync(at('two.mp3'), two);
    assert.equal((await readAll(at('two.mp3'))).channels[0].length, 2 * 1152);
});

test('refused: WAV files with a damaged header', async () => {
    const bytes = readFileSync(wav('head.wav', 48000, left));
    const damage = async (change: (copy: Buffer) => Buffer | undefined, message: RegExp): Promise<void> => {
        const copy = Buffer.from(bytes);
        writeFileSync(at('head.wav'), change(copy) ?? copy);
        await refused(at('head.wav'), message);
    };
    await damage((copy) => copy.subarray(0, 30), /damaged WAV file/);
    await damage((copy) => copy.subarray(0, copy.indexOf('data')), /it ends before a data chunk/);
    await damage((copy) => void copy.write('junk', copy.indexOf('fmt ')), /no fmt chunk before its data|before a fmt/);
    await damage((copy) => void copy.writeUInt16LE(3, copy.indexOf('fmt ') + 8 + 12), /3 bytes a frame, 4 expected/);
});
