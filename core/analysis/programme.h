/* SPDX-License-Identifier: MIT
 * programme.h - what a whole recording measures: loudness (dsp/loudness.h), sample peaks, true peaks. The numbers of
 * `dawg analyze`. Fed in chunks of any size, read at any time, in fixed memory. */
#ifndef DAWG_PROGRAMME_H
#define DAWG_PROGRAMME_H
#include "dsp/loudness.h"
#include "dsp/true_peak.h"

/* 220 kB: keep it off the stack. */
typedef struct dawg_programme {
    dawg_loudness loudness;
    dawg_true_peak_design design;
    dawg_true_peak true_peak[DAWG_LOUDNESS_CHANNELS];
    float sample_max[DAWG_LOUDNESS_CHANNELS], true_max[DAWG_LOUDNESS_CHANNELS];
    uint64_t guarded;
} dawg_programme;

/* DAWG_LOUDNESS_NONE stands for "there is none": silence, or too short. */
typedef struct dawg_programme_report {
    double duration_s;
    double integrated_lufs, momentary_max_lufs, short_term_max_lufs, range_lu;
    double sample_peak_dbfs, true_peak_dbtp; /* of the loudest channel */
    double channel_sample_peak_dbfs[DAWG_LOUDNESS_CHANNELS], channel_true_peak_dbtp[DAWG_LOUDNESS_CHANNELS];
    uint64_t guarded; /* samples taken as 0: NaN, Inf, beyond +80 dBFS */
} dawg_programme_report;

void dawg_programme_init(dawg_programme *p, double rate, uint32_t channels); /* as dawg_loudness_init */
void dawg_programme_process(dawg_programme *p, const float *const *in, uint32_t n);
/* As if silence followed: the true peak looks past the last frame. The programme may go on afterwards. */
void dawg_programme_read(const dawg_programme *p, dawg_programme_report *report);

#endif
