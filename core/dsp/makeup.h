/* SPDX-License-Identifier: MIT
 * makeup.h - make-up gain by loudness: what comes out of a compressor is to be as loud as what goes in. K-weighted power
 * (ITU-R BS.1770, k_weighting.h) in and out goes to restore.h, gated at -70 LUFS.
 *
 * The weighting is linear and the gain slow against it, so the input is weighted once and the gain put on that. */
#ifndef DAWG_MAKEUP_H
#define DAWG_MAKEUP_H
#include "cold.h"
#include "restore.h"
#include "svf.h"

#define DAWG_MAKEUP_MAX_DB 48.0

typedef struct dawg_makeup {
    dawg_svf_run head, high_pass;
    dawg_svf_state head_state, high_pass_state;
    dawg_restore power;
} dawg_makeup;

/* period: frames of a control period. */
DAWG_COLD void dawg_makeup_reset(dawg_makeup *x, uint32_t period, double rate);
/* As after a reset. */
DAWG_COLD void dawg_makeup_forget(dawg_makeup *x);
/* The input, weighted. */
void dawg_makeup_weigh(dawg_makeup *x, const float *const in[2], uint32_t n, float *const weighted[2]);
/* The same and what the compressor makes of it. */
static inline void dawg_makeup_feed(dawg_makeup *x, const float *const weighted[2], const float *const out[2],
                                    uint32_t n)
{
    dawg_restore_feed(&x->power, weighted, out, n);
}
/* When the control period ends; dB for the end of the next. */
double dawg_makeup_end(dawg_makeup *x);

#endif
