/* SPDX-License-Identifier: MIT
 * eq_dynamic.h - the moving part of a dynamic band: a bell or shelf of its own, at 0 dB until the band's own part of the
 * sound passes a threshold, then as far towards `range_db` as the static curve says.
 *
 *     key -> band-pass (shelves: the side they work on) -> level, linked over its channels -> gain_curve.h, hard knee
 *         -> envelope.h, dB -> gain of the bell, once per control period, interpolated per sample -> x
 *
 * The level of a bell's band is the root of the sum of squares of the band-pass and of the same a quarter turn later (a
 * first-order all-pass at hz), so that a steady tone at hz reads its peak without ripple at any frequency (a tone far
 * beside it up to 3 dB more). A shelf's is the peak, held for half a cycle of what it works on, 2 to 25 ms.
 * The envelope at the end of a control period acts at the end of the next; so that this is not heard as a slower attack,
 * what it will be by then, if the level stays, is what acts: attacks from 2 ms are as long as they say within 10 %. */
#ifndef DAWG_EQ_DYNAMIC_H
#define DAWG_EQ_DYNAMIC_H
#include "cold.h"
#include "envelope.h"
#include "eq_placement.h"
#include "eq_prototype.h"
#include "gain_curve.h"

typedef struct dawg_eq_dynamics {
    double threshold_db; /* dBFS, peak */
    double ratio;        /* >= 1: 1 - 1/ratio dB for each dB over the threshold */
    double range_db;     /* -24..24: what it never exceeds; < 0 cuts, > 0 lifts, 0: not dynamic */
    double attack_ms, release_ms;
} dawg_eq_dynamics;

/* The band-pass, or side, that a band listens to: unity at hz, or far on its side. */
dawg_svf dawg_eq_key(const dawg_eq_shape *b, double rate);

#define DAWG_EQ_DYNAMIC_STEPS 16u /* of the range: between them the gain errs by 0.03 dB at 24 dB */

typedef struct dawg_eq_dynamic {
    dawg_eq_type type;
    dawg_eq_placement placement;
    uint32_t period, fade_frames;
    double rate;
    uint32_t fresh;
    uint32_t level; /* frames of the fade into the path that have run: 0 is out of it */
    int32_t way;
    /* what it was designed for */
    dawg_eq_shape shape;
    dawg_eq_dynamics dynamics;

    dawg_svf_run key;
    dawg_svf_state key_state;
    double quarter; /* coefficient of the all-pass */
    dawg_d2 turned; /* its state */
    dawg_gain_curve curve;
    dawg_envelope_times times;
    double ahead; /* attack share of a whole period */
    dawg_envelope envelope;

    double gain_db, next_db; /* at the ends of this control period */
    uint32_t neutral, stale;
    dawg_svf_run from, to;
    dawg_svf_state state;

    uint32_t made; /* steps of the table that are designed */
    dawg_svf table[DAWG_EQ_DYNAMIC_STEPS + 1u];
} dawg_eq_dynamic;

DAWG_COLD void dawg_eq_dynamic_reset(dawg_eq_dynamic *d, uint32_t period, double rate);
/* At the start of each control period. Types without gain are never dynamic. A change of type or placement fades it out
 * and in again. */
void dawg_eq_dynamic_plan(dawg_eq_dynamic *d, int on, dawg_eq_placement placement, const dawg_eq_shape *to,
                          const dawg_eq_dynamics *dynamics);
/* Frames at..at+n of the control period; x in place, key is what it listens to. */
void dawg_eq_dynamic_run(dawg_eq_dynamic *d, uint32_t at, const float *const key[2], dawg_d2 *x, uint32_t n);
/* In this control period run leaves every bit of x as it is. */
static inline int dawg_eq_dynamic_idle(const dawg_eq_dynamic *d)
{
    return (d->level == 0 && d->way == 0) || d->neutral;
}
/* When the control period ends. */
void dawg_eq_dynamic_end(dawg_eq_dynamic *d);

#endif
