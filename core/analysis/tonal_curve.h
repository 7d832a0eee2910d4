/* SPDX-License-Identifier: MIT
 * tonal_curve.h - straight and bent lines through a spectrum in 100 logarithmic bands (band_map.h), dB over octaves.
 *
 * Only bands between 60 Hz and 12 kHz count, as far as they lie below 0.9 of rate / 2; 60 dB below the loudest of them
 * is the floor. */
#ifndef DAWG_TONAL_CURVE_H
#define DAWG_TONAL_CURVE_H
#include "band_map.h"

/* Slope of the power density in dB per octave: that of the least-squares line through the bands' levels, minus the
 * 3.01 dB by which their width grows. A band counts by how far it stands above the floor (0 there, 1 at the loudest), so
 * that what is not there does not tilt what is. 0 for sound that fills less than about an octave. energy: DAWG_LOG_BANDS. */
double dawg_tonal_tilt(const double *energy, double rate);

typedef struct dawg_excess {
    double db;        /* energy in the band over that of the curve there */
    double middle_db; /* median over the band's hundredths (-60 at the floor): a narrow peak hardly lifts it */
    double spread_db; /* how far the rest strays from the curve, root mean square */
    double hz;        /* where the excess lies: mean of log f, weighted by the energy above the curve */
} dawg_excess;

/* How far the bands low_hz .. high_hz stand above a parabola fitted to the rest of the spectrum, which begins a quarter
 * octave outside them (Huber's weights, 1964, 3 dB: another problem elsewhere does not bend it). A parabola because the
 * long-term spectra of recorded music are well described by one (Elowsson and Friberg 2017, AES 142). */
dawg_excess dawg_tonal_excess(const double *energy, double rate, double low_hz, double high_hz);

#endif
