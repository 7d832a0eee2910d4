/* SPDX-License-Identifier: MIT
 * band_fit.h - up to eight bands of an equalizer, shelves and bells, whose curves, summed, come nearest to a wanted
 * curve: weighted least squares in dB over frequency, gain and Q of all bands, within bounds, beside a constant that is
 * thrown away.
 *
 * One band after the other is placed where it helps most (orthogonal matching pursuit, Pati 1993), each time followed
 * by damped Gauss-Newton steps on all bands so far (Levenberg 1944, Marquardt 1963); then the band that helps least is
 * taken out and placed anew, while that helps. What leaves more than a band must be worth is tried from bands that stand
 * evenly, too, which win if they are better by that. What is not worth a band in the end is left out. Bounded work, no
 * memory of its own, the same bits everywhere. */
#ifndef DAWG_BAND_FIT_H
#define DAWG_BAND_FIT_H
#include "band_misfit.h"

#define DAWG_FIT_SMALLEST_DB 0.05 /* no smaller gain is given: not worth a band */

typedef struct dawg_fit_band {
    dawg_eq_type type;
    double freq_hz, gain_db, q;
} dawg_fit_band;

/* How many bands of each kind there are, and in all; at most one shelf at either end. */
typedef struct dawg_fit_plan {
    uint32_t low_shelves, bells, high_shelves, bands;
    double max_gain_db; /* > 0, of a band */
    double worth_db;    /* what each band must take off the RMS that is left, with all others where they are best */
} dawg_fit_plan;

/* Writes the bands that are worth it: low shelf, bells in order of frequency, high shelf; returns how many. hz:
 * rising, 10..30000; weight >= 0, NULL: all 1; n up to DAWG_FIT_POINTS. Under a millisecond for 96 points. */
uint32_t dawg_band_fit(const double *hz, const double *want_db, const double *weight, uint32_t n,
                       const dawg_fit_plan *plan, dawg_fit_band band[DAWG_FIT_BANDS]);
/* Sets the gains of up to eight bands that stand where they are, by the same steps from the gains they come with. */
void dawg_band_fit_gains(const double *hz, const double *want_db, const double *weight, uint32_t n, double max_gain_db,
                         dawg_fit_band *band, uint32_t bands);
/* What one band does at each of n frequencies, dB. */
void dawg_fit_band_curve(const dawg_fit_band *b, const double *hz, uint32_t n, double *db);

#endif
