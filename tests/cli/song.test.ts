// The built-in song is what the demo, the benchmark and the bit-equality tests count on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Analyser } from '../../tools/dawg/loudness.js';
import { loadManifest } from '../../tools/dawg/assets.js';
import { SONG_SECONDS, makeSong } from '../../web/src/song.js';

for (const rate of [44100, 48000])
    test(`the song at ${rate} Hz: 20 s of stereo, -3 dBFS peak, -16 +- 1 LUFS, 3 to 12 LU of range, no DC`, () => {
        const { left, right } = makeSong(rate);
        assert.equal(SONG_SECONDS, 20);
        assert.equal(left.length, 20 * rate);
        const meter = new Analyser(loadManifest()).meter(rate, 2);
        meter.feed([left, right], 0, left.length);
        const { integrated_lufs, lra_lu, sample_peak_dbfs } = meter.result();
        assert.ok(Math.abs((sample_peak_dbfs ?? 0) + 3) < 0.01, `peak ${sample_peak_dbfs}`);
        assert.ok(Math.abs((integrated_lufs ?? 0) + 16) < 1, `${integrated_lufs} LUFS`);
        assert.ok((lra_lu ?? 0) > 3 && (lra_lu ?? 0) < 12, `${lra_lu} LU`);
        for (const channel of [left, right]) {
            assert.ok(channel.every(Number.isFinite));
            assert.ok(Math.abs(channel.reduce((sum, x) => sum + x, 0) / channel.length) < 0.002);
        }
        assert.notDeepEqual(left, right);
    });

test('the same song every time', () => {
    assert.deepEqual(makeSong(8000), makeSong(8000));
});
