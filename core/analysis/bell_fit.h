/* SPDX-License-Identifier: MIT
 * bell_fit.h - which bell stands on this spectrum? The levels of the bins around a peak are fitted with a straight line
 * over octaves plus an analog bell seen through the Hann window, by damped least squares (Levenberg 1944, Marquardt 1963)
 * with Huber's weights (1964) against neighbours that are no part of it.
 *
 *     y(f) = level + slope log2(f / f0) + 10 log10(mean over the window's lobe of (u^2 + A^2) / (u^2 + 1/A^2)),
 *     u = Q (f / f0 - f0 / f), A = 10^(gain / 40)
 *
 * Below about 300 Hz the window hides how narrow a bell is; then a mild prior on Q (a factor of 1.7 around 9) decides. */
#ifndef DAWG_BELL_FIT_H
#define DAWG_BELL_FIT_H
#include <stdint.h>

#define DAWG_BELL_FIT_POINTS 96u
#define DAWG_BELL_FIT_STEPS 5u

/* Power response of the analog bell. */
double dawg_bell_power(double hz, double centre_hz, double gain_db, double q);

typedef struct dawg_bell_fit {
    /* level dB at start_hz, slope dB/octave, octaves above start_hz, gain dB, log2 Q */
    double value[5];
    double start_hz, cost, damping;
    uint32_t points;
    struct {
        double hz, half_hz, y, weight; /* half_hz: half the span whose mean y is; 0: a bin as the window sees it */
    } point[DAWG_BELL_FIT_POINTS];
    double bin_hz;
} dawg_bell_fit;

typedef struct dawg_bell {
    double hz, gain_db, q;
    double error_db; /* weighted root mean square of what is left */
} dawg_bell;

/* level: mean dB of bins 0 .. bins-1, bin_hz apart, over `windows` windows, hop a quarter. hz, gain_db, q: a first
 * guess. */
void dawg_bell_fit_begin(dawg_bell_fit *f, const double *level, uint32_t bins, double bin_hz, double windows, double hz,
                         double gain_db, double q);
void dawg_bell_fit_step(dawg_bell_fit *f); /* one of DAWG_BELL_FIT_STEPS; about 20 us */
dawg_bell dawg_bell_fit_result(const dawg_bell_fit *f);

#endif
