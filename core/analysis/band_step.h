/* SPDX-License-Identifier: MIT
 * band_step.h - damped Gauss-Newton steps (Levenberg 1944, Marquardt 1963) on frequency, gain and Q of all bands of an
 * equalizer at once, within bounds, and what a band is good for: the inside of band_fit.h. */
#ifndef DAWG_BAND_STEP_H
#define DAWG_BAND_STEP_H
#include "band_misfit.h"

enum { DAWG_FIT_LOW_SHELF, DAWG_FIT_BELL, DAWG_FIT_HIGH_SHELF, DAWG_FIT_KINDS };
uint32_t dawg_fit_kind(dawg_eq_type t);

typedef struct dawg_fit_range {
    double lo, hi;
} dawg_fit_range;
extern const dawg_fit_range dawg_fit_places[DAWG_FIT_KINDS]; /* of f0, ln Hz */

/* What is fitted to, and how. */
typedef struct dawg_fit_task {
    const dawg_fit_points *points;
    double max_gain_db, ridge; /* ridge: penalty per band and dB^2 of gain, beside one dB^2 at one point */
    double enough;             /* a misfit that is as good as none */
    int stands;                /* gains alone move */
} dawg_fit_task;

/* Bands on their way, with room for the rows of where they are and of where they might go. */
typedef struct dawg_fit_trial {
    dawg_fit_bands bands;
    double cost; /* misfit and ridge */
    dawg_fit_rows *rows, *spare;
} dawg_fit_trial;

/* Brings cost and rows up to date. */
void dawg_fit_look(const dawg_fit_task *f, dawg_fit_trial *t);
/* Up to `steps` steps, fewer when one takes less than its share of the misfit; returns how many. */
uint32_t dawg_fit_refine(const dawg_fit_task *f, dawg_fit_trial *t, uint32_t steps, double share);
/* The bands, the one first without which least is lost when the others make up for it. */
void dawg_fit_by_use(const dawg_fit_task *f, const dawg_fit_trial *t, uint32_t order[DAWG_FIT_BANDS]);

#endif
