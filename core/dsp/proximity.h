/* SPDX-License-Identifier: MIT
 * proximity.h - takes off the boom of a voice that comes close to a directional microphone, in its lows alone: a low
 * shelf that cuts as much as the lows stand out of the rest of the voice, whatever the level.
 *
 *     key (mono) --+--> low-pass at hz --------------> mean power -+-> ratio in dB -> gain_curve.h -> shelf, once per
 *                  +--> high-pass at 1.5 hz -> 1 kHz -> mean power -+                  control period, interpolated -> x
 *
 * Over the long term the octaves of speech under its lowest formants lie 2 to 8 dB below those of the first formant
 * (Byrne et al. 1994, "An international comparison of long-term average speech spectra"); what exceeds 0 dB is taken
 * off. Only while the voice sounds is it measured, with 0.4 s; in between the shelf stays. The shelf is that of
 * eq_design.h, whose analog form a bilinear transform keeps this far down (0.01 dB under rate / 20). */
#ifndef DAWG_PROXIMITY_H
#define DAWG_PROXIMITY_H
#include "cold.h"
#include "svf.h"
#include <stdint.h>

#define DAWG_PROXIMITY_USUAL_DB 0.0f /* lows over rest that are left alone */
#define DAWG_PROXIMITY_KNEE_DB 4.0f
#define DAWG_PROXIMITY_Q 0.70710678 /* of the shelf */

typedef struct dawg_proximity {
    uint32_t period, in_path;
    double rate, keep; /* share of a mean that is left after a control period */
    double hz;         /* what the filters are designed for; 0: none yet */
    dawg_svf_lanes split;
    dawg_svf_run top;
    dawg_svf_state split_state, top_state;
    dawg_d2 power, now;              /* lows and rest: means of voiced sound, sums of the control period under way */
    double heard;                    /* share of the means that is filled */
    double tan_half, from_db, to_db; /* shelf gain at both ends of the control period, <= 0 */
    dawg_svf_run from, to;
    dawg_svf_state state;
} dawg_proximity;

/* period: frames of a control period. */
DAWG_COLD void dawg_proximity_reset(dawg_proximity *x, uint32_t period, double rate);
/* At the start of each control period: where the lows end, and the most that is taken off, both at its end. 0 dB: out of
 * the path, and forgotten. */
void dawg_proximity_plan(dawg_proximity *x, double hz, float range_db);
/* Frames at..at+n of the control period: listens to key, works on io. */
void dawg_proximity_run(dawg_proximity *x, uint32_t at, uint32_t n, const float *key, dawg_d2 *io);
/* When the control period ends. voiced: it was a voice that sounded in it. */
void dawg_proximity_end(dawg_proximity *x, int voiced);

/* In this control period run leaves every bit of io as it is. */
static inline int dawg_proximity_idle(const dawg_proximity *x) { return x->from_db == 0.0 && x->to_db == 0.0; }

/* The shelf at a gain in dB. */
DAWG_COLD dawg_svf dawg_proximity_shelf(double hz, double rate, double gain_db);

#endif
