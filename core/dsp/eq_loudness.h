/* SPDX-License-Identifier: MIT
 * eq_loudness.h - how much louder a response makes pink noise (equal power in every octave from 20 Hz to 20 kHz, the
 * same in both channels), K-weighted as loudness is (ITU-R BS.1770, k_weighting.h): a property of the curve, not of the
 * sound, so that a gain by it moves when knobs move and at no other time. */
#ifndef DAWG_EQ_LOUDNESS_H
#define DAWG_EQ_LOUDNESS_H
#include "cold.h"
#include "maths.h"
#include <stdint.h>

#define DAWG_EQ_LOUDNESS_POINTS 100u /* even in octaves */

typedef struct dawg_eq_loudness {
    double hz[DAWG_EQ_LOUDNESS_POINTS],
        weight[DAWG_EQ_LOUDNESS_POINTS]; /* the weights sum to 1; 0 beyond 0.45 of the rate */
    double sum;
    uint32_t next;
} dawg_eq_loudness;

/* The power that a response lets through at a frequency, meaned over both channels. */
typedef double (*dawg_eq_power)(const void *user, double hz);

DAWG_COLD void dawg_eq_loudness_init(dawg_eq_loudness *l, double rate);
/* The next `points` of a sum, so that the work can be spread; 1 when all have been taken and *db (LU) is written. */
int dawg_eq_loudness_step(dawg_eq_loudness *l, dawg_eq_power power, const void *user, uint32_t points, double *db);

#endif
