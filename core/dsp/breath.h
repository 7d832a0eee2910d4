/* SPDX-License-Identifier: MIT
 * breath.h - hears breaths between phrases, and says how far to turn them down, 0..1.
 *
 * A breath is what is unvoiced, at least 10 dB softer than the voice of late (and not 50), darker than a fricative, and
 * lasts: marks of Ruinskiy & Lavner 2007, "An effective algorithm for automatic detection and exact demarcation of
 * breath sounds in speech and song signals", IEEE TASLP 15(3); for their zero crossings, which rumble spoils, here most of
 * the power lies below 5 kHz. They cut a recording up afterwards; while it plays, 70 ms have to pass in which all that is
 * true, so that an "h" or "f" inside a word does not count. Then it goes down in 15 ms, and up in 4 ms at the first sign
 * of anything else. Under 16 kHz of sample rate all fricatives are dark: soft and long ones count as breath. */
#ifndef DAWG_BREATH_H
#define DAWG_BREATH_H
#include "cold.h"
#include "svf.h"

#define DAWG_BREATH_PATIENCE_S 0.070

typedef struct dawg_breath {
    uint32_t period, waited, patience; /* control periods in which all was true */
    double follow, learn, down, up;    /* per control period */
    dawg_svf_lanes split;              /* dark and bright */
    dawg_svf_state state;
    dawg_d2 power, now;  /* of both: mean squares of late, sums of the control period under way */
    double voice, heard; /* mean square of voiced sound, and the share of it that is filled */
    double share;        /* 0..1: how much of the reduction is made */
} dawg_breath;

/* period: frames of a control period. */
DAWG_COLD void dawg_breath_reset(dawg_breath *x, uint32_t period, double rate);
void dawg_breath_feed(dawg_breath *x, const float *key, uint32_t n);
/* When the control period ends; voiced: it was a voice that sounded in it. The share at the end of the next. */
double dawg_breath_end(dawg_breath *x, int voiced);

#endif
