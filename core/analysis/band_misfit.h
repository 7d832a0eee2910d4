/* SPDX-License-Identifier: MIT
 * band_misfit.h - how far the summed curves of equalizer bands are from a wanted curve, in dB beside a constant that is
 * thrown away, and how that changes with every knob: what band_fit.h steps by.
 *
 * Curves are the analog prototypes of eq_design.h. In u = (f/f0)^2 their powers are quotients of quadratics, so that a
 * value and its slopes in ln f0, gain and ln Q cost one division, and one logarithm serves all bands. Four points at a
 * time, in float: a curve is known to 1e-4 dB. */
#ifndef DAWG_BAND_MISFIT_H
#define DAWG_BAND_MISFIT_H
#include "dsp/eq_design.h"
#include "dsp/vec.h"
#include <stdint.h>

#define DAWG_FIT_BANDS 8u    /* at most */
#define DAWG_FIT_POINTS 100u /* of the wanted curve, at most */
#define DAWG_FIT_QUADS (DAWG_FIT_POINTS / 4u)
#define DAWG_FIT_UNKNOWNS (DAWG_FIT_BANDS * DAWG_FIT_KNOBS)
#define DAWG_FIT_COLUMNS (DAWG_FIT_UNKNOWNS / 4u)                       /* of four unknowns */
enum { DAWG_FIT_PLACE, DAWG_FIT_GAIN, DAWG_FIT_WIDTH, DAWG_FIT_KNOBS }; /* of a band: ln f0, gain in dB, ln Q */

typedef struct dawg_fit_points {
    uint32_t quads;
    double weights;                                                         /* their sum */
    dawg_f4 ff[DAWG_FIT_QUADS], want[DAWG_FIT_QUADS], root[DAWG_FIT_QUADS]; /* Hz^2, dB, sqrt(weight) */
} dawg_fit_points;

typedef struct dawg_fit_bands {
    uint32_t n;
    dawg_eq_type type[DAWG_FIT_BANDS]; /* bell or shelf */
    double x[DAWG_FIT_UNKNOWNS];       /* their knobs, band by band */
} dawg_fit_bands;

/* Both times sqrt(weight). residual: around its weighted mean. slope: of the curve by each knob; rows
 * from there up to a multiple of four are 0. */
typedef struct dawg_fit_rows {
    dawg_f4 residual[DAWG_FIT_QUADS], slope[DAWG_FIT_UNKNOWNS][DAWG_FIT_QUADS];
} dawg_fit_rows;

/* The normal equations of a step: J'J and -J'r around the weighted mean. Upper triangle, in whole columns of four. */
typedef struct dawg_fit_normal {
    dawg_f4 hessian[DAWG_FIT_UNKNOWNS][DAWG_FIT_COLUMNS], descent[DAWG_FIT_COLUMNS];
} dawg_fit_normal;

static inline void dawg_fit_add(dawg_fit_bands *b, dawg_eq_type type, double place, double gain_db, double width)
{
    double *x = b->x + b->n * DAWG_FIT_KNOBS;
    x[DAWG_FIT_PLACE] = place;
    x[DAWG_FIT_GAIN] = gain_db;
    x[DAWG_FIT_WIDTH] = width;
    b->type[b->n++] = type;
}

/* hz: rising, 10..30000; weight >= 0, NULL: all 1. n up to DAWG_FIT_POINTS; more are left out. */
void dawg_fit_points_make(dawg_fit_points *p, const double *hz, const double *want_db, const double *weight,
                          uint32_t n);
/* Every two points as one, with the weight of both. */
void dawg_fit_points_pair(dawg_fit_points *to, const dawg_fit_points *from);
/* Weighted sum of squares around the mean, dB^2. */
double dawg_band_misfit(const dawg_fit_points *p, const dawg_fit_bands *b, dawg_fit_rows *rows);
void dawg_band_normal(const dawg_fit_points *p, uint32_t bands, const dawg_fit_rows *rows, dawg_fit_normal *out);

#endif
