// encodeWav(): what the page exports is what the dawg command reads, sample by sample.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openAudio } from '../../tools/dawg/open.js';
import { WavWriter } from '../../tools/dawg/wav.js';
import { readFileSync } from 'node:fs';
import { InputError } from '../../web/src/errors.js';
import { seededRandom } from '../../web/src/random.js';
import { encodeWav } from '../../web/src/wav.js';
import type { Bits } from '../../web/src/wav.js';

const dir = mkdtempSync(join(tmpdir(), 'dawg-wav-'));
after(() => rmSync(dir, { recursive: true }));
const random = seededRandom(5);
const noise = (): Float32Array<ArrayBuffer> => Float32Array.from({ length: 997 }, () => 1.8 * random() - 0.9);

for (const [bits, step] of [
    ['16', 2 ** -15],
    ['24', 2 ** -23],
    ['32f', 0],
] as [Bits, number][])
    for (const channels of [[noise()], [noise(), noise()]])
        test(`${bits}, ${channels.length} channels, 44.1 kHz: read back within the dither's 1.5 steps`, async () => {
            const path = join(dir, `${bits}-${channels.length}.wav`);
            writeFileSync(path, encodeWav({ sampleRate: 44100, channels }, { bits }));
            const source = await openAudio(path);
            assert.deepEqual([source.rate, source.channels, source.frames], [44100, channels.length, 997]);
            const back = channels.map(() => new Float32Array(997));
            assert.equal(source.read(back, 0, 997), 997);
            source.close();
            channels.forEach((channel, c) =>
                channel.forEach((value, i) => {
                    const error = Math.abs(back[c][i] - value);
                    assert.ok(error <= 1.5 * step, `${error} at ${i}`);
                }),
            );
        });

for (const bits of ['16', '24', '32f'] as const)
    test(`${bits}: the bytes of the page's export are the bytes that the dawg command writes`, () => {
        const channels = [noise(), noise()];
        const path = join(dir, `same-${bits}.wav`);
        const writer = new WavWriter(path, 48000, bits, 997);
        writer.write(channels, 0, 500);
        writer.write(channels, 500, 497);
        writer.finish();
        assert.ok(readFileSync(path).equals(encodeWav({ sampleRate: 48000, channels }, { bits })));
    });

test('an odd number of audio bytes is padded, so that the file is whole for strict readers', () => {
    const file = encodeWav({ sampleRate: 48000, channels: [new Float32Array(3)] }, { bits: '24' });
    assert.equal(file.length % 2, 0);
    const view = new DataView(file.buffer);
    assert.equal(view.getUint32(4, true), file.length - 8);
    assert.equal(view.getUint32(40, true), 9);
});

test('other audio and other formats are refused', () => {
    const refused = (channels: Float32Array[], message: RegExp, bits?: string): void => {
        assert.throws(
            () => encodeWav({ sampleRate: 48000, channels }, bits === undefined ? {} : { bits: bits as Bits }),
            (error) => error instanceof InputError && message.test(error.message),
        );
    };
    const one = new Float32Array(4);
    refused([], /0 channels/);
    refused([one, one, one], /3 channels/);
    refused([one, new Float32Array(5)], /4, 5 frames/);
    refused([one], /"8".*16, 24 and 32f/, '8');
});
