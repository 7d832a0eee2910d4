/* SPDX-License-Identifier: MIT
 * band_fit.h - a low shelf, four bells and a high shelf whose curves, summed, come nearest to a wanted curve: least
 * squares in dB over frequency, gain and Q of all bands, within bounds, beside a constant that is thrown away.
 *
 * One band after the other is placed where it helps most (orthogonal matching pursuit, Pati 1993), each time followed
 * by a few damped Gauss-Newton steps on all bands so far (Levenberg 1944, Marquardt 1963); a second start is the layout
 * of an untouched equalizer. Curves are the analog prototypes of eq_design.h. Bounded work, no memory of its own. */
#ifndef DAWG_BAND_FIT_H
#define DAWG_BAND_FIT_H
#include "dsp/eq_design.h"
#include <stdint.h>

#define DAWG_FIT_BANDS 6u
#define DAWG_FIT_POINTS 100u      /* of the wanted curve, at most */
#define DAWG_FIT_SMALLEST_DB 0.05 /* gains below become exactly 0: not worth a band */

typedef struct dawg_fit_band {
    dawg_eq_type type; /* low shelf, four bells in order of frequency, high shelf */
    double freq_hz, gain_db, q;
} dawg_fit_band;

/* Where bands stand that are not needed; all at 0 dB. mastering_eq's defaults. */
extern const dawg_fit_band dawg_fit_layout[DAWG_FIT_BANDS];

/* hz: rising, 10..30000; max_gain_db > 0, of a band. One to two milliseconds. */
void dawg_band_fit(const double *hz, const double *want_db, uint32_t n, double max_gain_db,
                   dawg_fit_band band[DAWG_FIT_BANDS]);
/* What one band does at f, dB. */
double dawg_fit_band_db(const dawg_fit_band *b, double f_hz);

#endif
