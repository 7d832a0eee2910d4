/* SPDX-License-Identifier: MIT
 * makeup.h - make-up gain by loudness: what comes out of a compressor is to be as loud as what goes in. The ratio of
 * K-weighted power (ITU-R BS.1770, k_weighting.h) in and out, over 50 ms, is averaged in dB over the programme, weighted
 * by the power in: loud parts count, as they do for a listener, and a moment that passed uncompressed is soon forgotten,
 * which in a ratio of long sums it is not. The programme fades with a time constant of 30 s, so that the compressor goes
 * on levelling verse and chorus. The make-up is the mean of that over the first second, the later the more, then follows it in
 * half a second. Only frames above the -70 LUFS gate count, and after ten seconds below it everything is forgotten.
 *
 * The weighting is linear and the gain slow against it, so the input is weighted once and the gain put on that. */
#ifndef DAWG_MAKEUP_H
#define DAWG_MAKEUP_H
#include "svf.h"

#define DAWG_MAKEUP_MAX_DB 48.0

typedef struct dawg_makeup {
    dawg_svf_run head, high_pass;
    dawg_svf_state head_state, high_pass_state;
    uint32_t period, quiet, quiet_max; /* control periods below the gate so far; then it forgets */
    uint32_t heard;                    /* control periods above it, up to a second's */
    double keep, fade, follow, gate;   /* per control period; power of a period at the gate */
    double in, out;                    /* power of the last 50 ms */
    double weight, ratio;              /* sums over the programme: of power in, and of that times the ratio in dB */
    double now_in, now_out;            /* of the control period under way */
    double db;                         /* the make-up, 0 at rest */
} dawg_makeup;

/* period: frames of a control period. */
void dawg_makeup_reset(dawg_makeup *x, uint32_t period, double rate);
/* As after a reset. */
void dawg_makeup_forget(dawg_makeup *x);
/* The input, weighted. */
void dawg_makeup_weigh(dawg_makeup *x, const float *const in[2], uint32_t n, float *const weighted[2]);
/* The same and what the compressor makes of it. */
void dawg_makeup_feed(dawg_makeup *x, const float *const weighted[2], const float *const out[2], uint32_t n);
/* When the control period ends; dB for the end of the next. */
double dawg_makeup_end(dawg_makeup *x);

#endif
