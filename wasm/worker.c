/* SPDX-License-Identifier: MIT
 * worker.c - what dawg-worker.wasm offers: the listening half of the core, without plugins and without imports.
 * Memory grows only in dawgw_buffers, dawgw_programme_create and dawgw_spectrum_create. */
#include "alloc.h"
#include "analysis/programme.h"
#include "analysis/spectrum.h"
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
/* As freshly made. */
void DAWG_EXPORT(dawgw_programme_reset)(dawg_programme *p)
{
    dawg_programme_init(p, p->loudness.rate, p->loudness.channels);
}

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

/* Doubles, NaN where there is nothing to say, while the programme goes on: momentary, short-term and integrated LUFS,
 * range LU, true peak dBTP of what has left the interpolator (half a millisecond late). Until the next call. */
const double *DAWG_EXPORT(dawgw_programme_now)(const dawg_programme *p)
{
    static double out[5];
    float peak = 0.0f;
    for (uint32_t c = 0; c < p->loudness.channels; ++c) peak = dawg_max(peak, p->true_max[c]);
    out[0] = number(dawg_loudness_momentary(&p->loudness));
    out[1] = number(dawg_loudness_short_term(&p->loudness));
    out[2] = number(dawg_loudness_integrated(&p->loudness));
    out[3] = number(dawg_loudness_range(&p->loudness));
    out[4] = number((double)dawg_gain_to_db(peak));
    return out;
}

/* Whole hops of 10 ms so far. */
double DAWG_EXPORT(dawgw_programme_hops)(const dawg_programme *p) { return (double)p->loudness.hop; }

/* K-weighted mean square over the last `hops` of 10 ms (as many as there are, 300 at most): loudness is -0.691 +
 * 10 log10 of it. 0 before the first hop. */
double DAWG_EXPORT(dawgw_programme_power)(const dawg_programme *p, uint32_t hops)
{
    const dawg_loudness *m = &p->loudness;
    uint64_t n = hops < DAWG_LOUDNESS_HOPS ? hops : DAWG_LOUDNESS_HOPS;
    if (n > m->hop) n = m->hop;
    double sum = 0.0;
    for (uint64_t k = m->hop - n; k < m->hop; ++k) sum += m->hops[k % DAWG_LOUDNESS_HOPS];
    return n ? sum / ((double)n * m->rate * 0.01) : 0.0;
}

/* Both channels of dawg_spectrum at once. 0: no memory. */
dawg_spectrum *DAWG_EXPORT(dawgw_spectrum_create)(void)
{
    const size_t size = dawg_spectrum_size();
    void *mem = dawg_alloc(size);
    return mem ? dawg_spectrum_init(mem, size) : NULL;
}
void DAWG_EXPORT(dawgw_spectrum_destroy)(dawg_spectrum *s) { dawg_free(s); }
void DAWG_EXPORT(dawgw_spectrum_reset)(dawg_spectrum *s) { dawg_spectrum_reset(s); }

/* Left at `audio`, right `stride` floats behind it; stride 0: mono. */
void DAWG_EXPORT(dawgw_spectrum_process)(dawg_spectrum *s, const float *audio, uint32_t stride, uint32_t frames)
{
    dawg_spectrum_process(s, audio, audio + stride, frames);
}

/* 4097 floats, dBFS per bin, -200 for silence. Until the next call. */
const float *DAWG_EXPORT(dawgw_spectrum_read)(dawg_spectrum *s)
{
    static float out[DAWG_SPECTRUM_BINS];
    dawg_spectrum_read(s, out);
    return out;
}
