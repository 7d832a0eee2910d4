/* SPDX-License-Identifier: MIT
 * worker.c - what dawg-worker.wasm offers: the listening half of the core, without plugins and without imports.
 * Memory grows only in dawgw_buffers and dawgw_programme_create. */
#include "alloc.h"
#include "analysis/programme.h"
#include "export.h"
#include "runtime.h"

uint32_t DAWG_EXPORT(dawgw_manifest_hash)(void) { return DAWG_MANIFEST_HASH; }

/* Planar audio of five channels, each `frames` floats apart; an earlier one is freed. 0: no memory. */
float *DAWG_EXPORT(dawgw_buffers)(uint32_t frames)
{
    static float *audio;
    dawg_free(audio);
    const uint32_t most = UINT32_MAX / (DAWG_LOUDNESS_CHANNELS * sizeof(float));
    return audio = frames <= most ? dawg_alloc(DAWG_LOUDNESS_CHANNELS * sizeof(float) * frames) : NULL;
}

/* 0: no memory, a rate outside 8000..192000 Hz, or not 1..5 channels. */
dawg_programme *DAWG_EXPORT(dawgw_programme_create)(double rate, uint32_t channels)
{
    if (!(rate >= (double)DAWG_RATE_MIN && rate <= (double)DAWG_RATE_MAX) || channels < 1u ||
        channels > DAWG_LOUDNESS_CHANNELS)
        return NULL;
    dawg_programme *p = dawg_alloc(sizeof *p);
    if (p) dawg_programme_init(p, rate, channels);
    return p;
}
void DAWG_EXPORT(dawgw_programme_destroy)(dawg_programme *p) { dawg_free(p); }

/* The channels lie `stride` floats apart from `audio`. */
void DAWG_EXPORT(dawgw_programme_process)(dawg_programme *p, const float *audio, uint32_t stride, uint32_t frames)
{
    const float *in[DAWG_LOUDNESS_CHANNELS];
    for (uint32_t c = 0; c < DAWG_LOUDNESS_CHANNELS; ++c) in[c] = audio + c * stride;
    dawg_programme_process(p, in, frames);
}

static double number(double v) { return v > DAWG_LOUDNESS_NONE ? v : __builtin_nan(""); }

/* Doubles, NaN where there is nothing to say: integrated, momentary max, short-term max LUFS, range LU, sample peak
 * dBFS, true peak dBTP, samples taken as 0; then sample and true peak of each of five channels. Until the next call. */
const double *DAWG_EXPORT(dawgw_programme_read)(const dawg_programme *p)
{
    static double out[7 + 2 * DAWG_LOUDNESS_CHANNELS];
    dawg_programme_report r;
    dawg_programme_read(p, &r);
    out[0] = number(r.integrated_lufs);
    out[1] = number(r.momentary_max_lufs);
    out[2] = number(r.short_term_max_lufs);
    out[3] = number(r.range_lu);
    out[4] = number(r.sample_peak_dbfs);
    out[5] = number(r.true_peak_dbtp);
    out[6] = (double)r.guarded;
    for (uint32_t c = 0; c < DAWG_LOUDNESS_CHANNELS; ++c) {
        out[7 + 2 * c] = number(r.channel_sample_peak_dbfs[c]);
        out[8 + 2 * c] = number(r.channel_true_peak_dbtp[c]);
    }
    return out;
}
