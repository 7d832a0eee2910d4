/* SPDX-License-Identifier: MIT
 * restore.h - the slow gain that gives back what a compressor takes off (or adds) on average. The ratio of power in and
 * out, over 50 ms, is averaged in dB over the programme, weighted by the power in: loud parts count, as they do for a
 * listener, and a moment that passed uncompressed is soon forgotten, which in a ratio of long sums it is not. The
 * programme fades with a time constant of 30 s, so that the compressor goes on levelling verse and chorus. The gain is
 * the mean of that over the first second, the later the more, then follows it in half a second. Only control periods
 * above a gate count, and after ten seconds below it everything is forgotten. */
#ifndef DAWG_RESTORE_H
#define DAWG_RESTORE_H
#include "cold.h"
#include "vec.h"

typedef struct dawg_restore {
    uint32_t period, quiet, quiet_max; /* control periods below the gate so far; then it forgets */
    uint32_t heard;                    /* control periods above it, up to a second's */
    dawg_d2 now_in, now_out;           /* power of the control period under way, in two sums */
    double keep, fade, follow, gate;   /* per control period; power of a period at the gate */
    double least_db, most_db;
    double in, out;       /* power of the last 50 ms */
    double weight, ratio; /* sums over the programme: of power in, and of that times the ratio in dB */
    double db;            /* the gain, 0 at rest */
} dawg_restore;

/* period: frames of a control period. gate: mean squares of both channels, added. least_db <= 0 <= most_db. */
DAWG_COLD void dawg_restore_reset(dawg_restore *x, uint32_t period, double rate, double gate, double least_db,
                                  double most_db);
/* As after a reset. */
DAWG_COLD void dawg_restore_forget(dawg_restore *x);
/* What went in and what the compressor makes of it. */
void dawg_restore_feed(dawg_restore *x, const float *const in[2], const float *const out[2], uint32_t n);
/* What went in and the gains of both channels. */
void dawg_restore_feed_gain(dawg_restore *x, const float *const in[2], const float *const gain[2], uint32_t n);
/* When the control period ends; dB for the end of the next. */
double dawg_restore_end(dawg_restore *x);

#endif
