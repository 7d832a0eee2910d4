/* SPDX-License-Identifier: MIT
 * true_peak.h - streaming true-peak detector of one channel: the waveform between the samples, read at 16 points per
 * sample through linear-phase interpolators (ITU-R BS.1770-5 annex 2; 16x instead of its 4x, so that a tone at 0.45 of
 * the sample rate cannot hide more than 0.034 dB between two points).
 *
 * Two stages: a long half-band filter finds the point midway between two samples, a short polyphase filter, which at the
 * doubled rate has an easy task, the 14 others. Both are Kaiser-windowed sinc, designed in double; one design serves
 * any number of channels and any rate. A steady tone up to 0.47 of the sample rate reads within 0.05 dB of its true
 * peak (tests/dsp/test_true_peak.c). */
#ifndef DAWG_TRUE_PEAK_H
#define DAWG_TRUE_PEAK_H
#include "cold.h"
#include "vec.h"

#define DAWG_TRUE_PEAK_HALF_PAIRS 20 /* the midway filter's taps come in equal pairs */
#define DAWG_TRUE_PEAK_PHASES 8      /* points per half sample */
#define DAWG_TRUE_PEAK_FINE_PAIRS 4  /* pairs of taps of the short filter, at the doubled rate */
#define DAWG_TRUE_PEAK_DELAY (DAWG_TRUE_PEAK_HALF_PAIRS + DAWG_TRUE_PEAK_FINE_PAIRS / 2) /* samples */
#define DAWG_TRUE_PEAK_TAPS (2 * DAWG_TRUE_PEAK_HALF_PAIRS + DAWG_TRUE_PEAK_FINE_PAIRS) /* samples that make one peak */
#define DAWG_TRUE_PEAK_BLOCK 32 /* frames worked on at once; any n may be given */

/* Points k and PHASES - k mirror each other: they are even part +- odd part, so the larger is |even| + |odd|. */
typedef struct dawg_true_peak_design {
    float half[DAWG_TRUE_PEAK_HALF_PAIRS];                            /* outermost pair first */
    float even[DAWG_TRUE_PEAK_PHASES / 2][DAWG_TRUE_PEAK_FINE_PAIRS]; /* [k - 1][pair], k = 1 .. PHASES / 2 */
    float odd[DAWG_TRUE_PEAK_PHASES / 2][DAWG_TRUE_PEAK_FINE_PAIRS];  /* 0 for the last k */
} dawg_true_peak_design;

typedef struct dawg_true_peak {
    float sample[2 * DAWG_TRUE_PEAK_HALF_PAIRS + DAWG_TRUE_PEAK_BLOCK]; /* what the filters still need, then a block */
    float midway[DAWG_TRUE_PEAK_FINE_PAIRS + DAWG_TRUE_PEAK_BLOCK];
} dawg_true_peak;

DAWG_COLD void dawg_true_peak_make(dawg_true_peak_design *d); /* a few thousand double operations: not for process() */
DAWG_COLD void dawg_true_peak_reset(dawg_true_peak *x);       /* all zero bytes is the reset state too */

/* peaks[i]: the largest |x(t)| of the span from sample j = i - DELAY up to, not including, sample j + 1, sample j itself
 * among them. So |x| of every frame shows, DELAY frames late. Any n >= 0; chunking does not change a bit. peaks may
 * alias in. Input below DAWG_TINY counts as 0; no recursion, so silence is silent at once. */
void dawg_true_peak_process(dawg_true_peak *x, const dawg_true_peak_design *d, const float *in, uint32_t n,
                            float *peaks);
/* The same, for a caller that keeps only the largest peak: returns max(so_far, peaks). */
float dawg_true_peak_largest(dawg_true_peak *x, const dawg_true_peak_design *d, const float *in, uint32_t n,
                             float so_far);

#endif
