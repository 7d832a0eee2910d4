/* SPDX-License-Identifier: MIT
 * programme.c - see programme.h. */
#include "programme.h"
#include "dsp/guard.h"

#define CHUNK 256u

void dawg_programme_init(dawg_programme *p, double rate, uint32_t channels)
{
    memset(p, 0, sizeof *p);
    dawg_loudness_init(&p->loudness, rate, channels);
    dawg_true_peak_make(&p->design);
}

/* Copies a chunk of one channel, notes its sample peak, counts what is no audio. */
static void guard(dawg_programme *p, uint32_t c, const float *in, float *out, uint32_t n)
{
    for (uint32_t i = 0; i < n; ++i) {
        const int ok = dawg_is_audio(in[i]);
        out[i] = ok ? in[i] : 0.0f;
        p->guarded += !ok;
        p->sample_max[c] = dawg_max(p->sample_max[c], dawg_abs(out[i]));
    }
}

void dawg_programme_process(dawg_programme *p, const float *const *in, uint32_t n)
{
    float chunk[DAWG_LOUDNESS_CHANNELS][CHUNK];
    const float *ptr[DAWG_LOUDNESS_CHANNELS];
    for (uint32_t done = 0, m; done < n; done += m) {
        m = n - done < CHUNK ? n - done : CHUNK;
        for (uint32_t c = 0; c < p->loudness.channels; ++c) {
            guard(p, c, in[c] + done, chunk[c], m);
            p->true_max[c] = dawg_true_peak_largest(&p->true_peak[c], &p->design, chunk[c], m, p->true_max[c]);
            ptr[c] = chunk[c];
        }
        dawg_loudness_process(&p->loudness, ptr, m);
    }
}

void dawg_programme_read(const dawg_programme *p, dawg_programme_report *report)
{
    static const float silence[DAWG_TRUE_PEAK_TAPS];
    *report = (dawg_programme_report){
        .duration_s = (double)p->loudness.frame / p->loudness.rate,
        .integrated_lufs = dawg_loudness_integrated(&p->loudness),
        .momentary_max_lufs = dawg_loudness_momentary_max(&p->loudness),
        .short_term_max_lufs = dawg_loudness_short_term_max(&p->loudness),
        .range_lu = dawg_loudness_range(&p->loudness),
        .sample_peak_dbfs = DAWG_LOUDNESS_NONE,
        .true_peak_dbtp = DAWG_LOUDNESS_NONE,
        .guarded = p->guarded,
    };
    for (uint32_t c = 0; c < p->loudness.channels; ++c) {
        dawg_true_peak rest = p->true_peak[c];
        const float peak = dawg_true_peak_largest(&rest, &p->design, silence, DAWG_TRUE_PEAK_TAPS, p->true_max[c]);
        const double sample_db = (double)dawg_gain_to_db(p->sample_max[c]), true_db = (double)dawg_gain_to_db(peak);
        report->channel_sample_peak_dbfs[c] = sample_db;
        report->channel_true_peak_dbtp[c] = true_db;
        report->sample_peak_dbfs = dawg_max_d(report->sample_peak_dbfs, sample_db);
        report->true_peak_dbtp = dawg_max_d(report->true_peak_dbtp, true_db);
    }
}
