/* SPDX-License-Identifier: MIT
 * lookahead.h - the attack of a lookahead limiter, one channel: turns the gain that each sample needs into a smooth
 * one that has already arrived when that sample, `frames` late, comes out.
 *
 * Sliding minimum of the gain, then, as a reduction (1 - gain), whatever release the caller puts in between: it may only
 * fall slower; then three running averages in a row: an S-curve (quadratic B-spline) of `frames` + 1 samples. The
 * averages are integer sums of 2^-30 steps, so they never drift, are the same in every build, and 0 stays exactly 0. */
#ifndef DAWG_LOOKAHEAD_H
#define DAWG_LOOKAHEAD_H
#include "cold.h"
#include "window_max.h"
#include <stddef.h>

#define DAWG_LOOKAHEAD_BOXES 3
#define DAWG_LOOKAHEAD_MAX 3000u /* frames; the sums then stay below 2^60 */

typedef struct dawg_running_sum {
    int64_t *ring, sum;
    uint32_t length, at;
} dawg_running_sum;

typedef struct dawg_lookahead {
    dawg_window_max hold;
    dawg_running_sum box[DAWG_LOOKAHEAD_BOXES];
    double scale; /* 1 / (2^30 x product of the box lengths) */
} dawg_lookahead;

/* Bytes of memory (8-byte aligned) for up to max_frames <= DAWG_LOOKAHEAD_MAX. */
DAWG_COLD size_t dawg_lookahead_size(uint32_t max_frames);
/* Sets the lookahead and forgets: no reduction. Takes time in proportion to frames. */
void dawg_lookahead_reset(dawg_lookahead *x, void *memory, uint32_t frames);

/* gain: 0..1. The smallest that the last frames + 2 samples need: one more than the averages see, because a peak between
 * two samples concerns both. */
static inline float dawg_lookahead_hold(dawg_lookahead *x, float gain)
{
    return -dawg_window_max_next(&x->hold, -gain);
}

static inline int64_t dawg_running_sum_next(dawg_running_sum *b, int64_t v)
{
    b->sum += v - b->ring[b->at];
    b->ring[b->at] = v;
    b->at = b->at + 1u < b->length ? b->at + 1u : 0u;
    return b->sum;
}

/* reduction: 0..1. Rounds away from 0, so the mean of equal numbers is never below them. */
static inline double dawg_lookahead_smooth(dawg_lookahead *x, double reduction)
{
    int64_t v = (int64_t)(reduction * 0x1p30) + (reduction > 0.0);
    for (int i = 0; i < DAWG_LOOKAHEAD_BOXES; ++i) v = dawg_running_sum_next(&x->box[i], v);
    return (double)v * x->scale;
}

#endif
