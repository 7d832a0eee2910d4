/* SPDX-License-Identifier: MIT
 * gain_curve.h - the static curve of every compressor, limiter and ducker: dB of gain reduction for a level in dB, with
 * a quadratic knee. Giannoulis, Massberg, Reiss 2012, "Digital Dynamic Range Compressor Design", JAES 60(6), eq. 4:
 *
 *     over = level - threshold;  reduction = 0                                        2 over < -knee
 *                                            slope (over + knee/2)^2 / (2 knee)       in the knee
 *                                            slope over                               2 over > knee
 *     and never more than range.   slope = 1 - 1/ratio: 0 at 1:1, 1 at infinity:1; a ducker's is steeper than 1.
 *
 * Upward compression is the same curve seen from below: what is under the threshold is lifted by slope times as much,
 * never by more than lift. */
#ifndef DAWG_GAIN_CURVE_H
#define DAWG_GAIN_CURVE_H
#include "maths.h"

typedef struct dawg_gain_curve {
    float threshold_db, slope, knee_db, range_db;
    float bend;    /* 1 / (2 knee) */
    float lift_db; /* 0: no upward compression */
} dawg_gain_curve;

#define DAWG_RANGE_ALL 1e6f /* dB: no limit to the reduction */

/* knee_db >= 0; range_db >= 0; slope >= 0. Lifts nothing. */
static inline dawg_gain_curve dawg_gain_curve_make(float threshold_db, float slope, float knee_db, float range_db)
{
    return (dawg_gain_curve){threshold_db, slope, knee_db, range_db, 1.0f / dawg_max(2.0f * knee_db, 1e-6f), 0.0f};
}

/* ratio >= 1; INFINITY is a limiter. */
static inline float dawg_gain_curve_slope(float ratio) { return 1.0f - 1.0f / ratio; }

/* A ducker: the whole range from the threshold upwards, in a soft knee that begins knee_db below it (at least 0.1). */
static inline dawg_gain_curve dawg_gain_curve_ducker(float threshold_db, float knee_db, float range_db)
{
    const float knee = dawg_max(knee_db, 0.1f);
    return dawg_gain_curve_make(threshold_db - 0.5f * knee, 2.0f * range_db / knee, knee, range_db);
}

static inline int dawg_gain_curve_same(const dawg_gain_curve *a, const dawg_gain_curve *b)
{
    return a->threshold_db == b->threshold_db && a->slope == b->slope && a->knee_db == b->knee_db &&
           a->range_db == b->range_db && a->lift_db == b->lift_db;
}

/* Between two curves; u in 0..1. */
static inline dawg_gain_curve dawg_gain_curve_between(const dawg_gain_curve *a, const dawg_gain_curve *b, float u)
{
    dawg_gain_curve c = dawg_gain_curve_make(
        a->threshold_db + (b->threshold_db - a->threshold_db) * u, a->slope + (b->slope - a->slope) * u,
        a->knee_db + (b->knee_db - a->knee_db) * u, a->range_db + (b->range_db - a->range_db) * u);
    c.lift_db = a->lift_db + (b->lift_db - a->lift_db) * u;
    return c;
}

/* Reduction in dB, >= 0. */
static inline float dawg_gain_curve_db(const dawg_gain_curve *c, float level_db)
{
    const float over = level_db - c->threshold_db, half = 0.5f * c->knee_db;
    const float in_knee = dawg_clamp(over + half, 0.0f, c->knee_db), above = dawg_max(over - half, 0.0f);
    return dawg_min(c->slope * (in_knee * in_knee * c->bend + above), c->range_db);
}

/* What a level is lifted by in dB, >= 0. */
static inline float dawg_gain_curve_lift_db(const dawg_gain_curve *c, float level_db)
{
    const float under = c->threshold_db - level_db, half = 0.5f * c->knee_db;
    const float in_knee = dawg_clamp(under + half, 0.0f, c->knee_db), below = dawg_max(under - half, 0.0f);
    return dawg_min(c->slope * (in_knee * in_knee * c->bend + below), c->lift_db);
}

/* The lift of silence, which dawg_gain_to_db reads as -200 dB: the most there is. */
static inline float dawg_gain_curve_rest_db(const dawg_gain_curve *c) { return dawg_gain_curve_lift_db(c, -200.0f); }

/* The level at which reduction begins. */
static inline float dawg_gain_curve_onset_db(const dawg_gain_curve *c) { return c->threshold_db - 0.5f * c->knee_db; }
#endif
