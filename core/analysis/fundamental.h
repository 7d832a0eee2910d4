/* SPDX-License-Identifier: MIT
 * fundamental.h - the fundamental frequency of one voice while it plays: a running autocorrelation of the sound under
 * 900 Hz, in equal small pieces of work per sample, without a transform.
 *
 *     x -> low-pass, 24 dB per octave -> every step-th sample, 5.3 to 9 kHz -> high-pass -> r[lag] = keep r[lag] + x[n] x[n - lag]
 *     every 5 ms: n[lag] = 2 r[lag] / (E[n] + E[n - lag]) -> the first peak that is nearly the highest -> Hz
 *
 * The normalized form and the choice of the peak are those of McLeod & Wyvill 2005, "A smarter way to find pitch"; the
 * window is an exponential of 20 ms, so that r and the energy E are recursive. For whole frames and chords:
 * periodicity.h, whose two transforms per frame are too much work for one quantum. */
#ifndef DAWG_FUNDAMENTAL_H
#define DAWG_FUNDAMENTAL_H
#include "dsp/cold.h"
#include "dsp/biquad.h"

#define DAWG_FUNDAMENTAL_MIN_HZ 60.0
#define DAWG_FUNDAMENTAL_MAX_HZ 600.0
#define DAWG_FUNDAMENTAL_LAGS 152u /* room for 60 Hz at 9 kHz */
#define DAWG_FUNDAMENTAL_ROOM 256u /* samples between two moves of the past */

typedef struct dawg_fundamental {
    uint32_t step, phase; /* input samples per kept one */
    uint32_t hop, waited; /* kept samples between two looks */
    uint32_t lags, at;    /* that are followed: a multiple of 4; the newest sample's place */
    float rate, keep;     /* of the kept samples, Hz; share of the sums that is left after one */
    float hz;             /* 0: no voice */
    float clarity;        /* 0 noise .. 1 periodic */
    float candidate_hz;   /* what the last look found */
    float all, unkept;    /* mean square of the whole sound; squares since the last kept sample */
    dawg_biquad low[2], high;
    dawg_biquad_state low_state[2], high_state;
    float sum[DAWG_FUNDAMENTAL_LAGS];
    /* newest first, from `at` on */
    float past[DAWG_FUNDAMENTAL_LAGS + DAWG_FUNDAMENTAL_ROOM], energy[DAWG_FUNDAMENTAL_LAGS + DAWG_FUNDAMENTAL_ROOM];
} dawg_fundamental;

/* rate: 8 to 192 kHz. Silence. */
DAWG_COLD void dawg_fundamental_reset(dawg_fundamental *x, double rate);
void dawg_fundamental_feed(dawg_fundamental *x, const float *in, uint32_t n);
/* When a control period ends: what has died away becomes 0. */
void dawg_fundamental_end(dawg_fundamental *x);

#endif
