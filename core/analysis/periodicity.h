/* SPDX-License-Identifier: MIT
 * periodicity.h - how periodic a windowed frame is, and with which period: the highest peak of the autocorrelation of a
 * compressed spectrum (Tolonen & Karjalainen 2000, "A computationally efficient multipitch analysis model", here with
 * |X| for their |X|^0.67), freed from what the window does to it. One voice: of a chord it finds a common period. */
#ifndef DAWG_PERIODICITY_H
#define DAWG_PERIODICITY_H
#include "dsp/fft.h"

#define DAWG_PERIODICITY_LAG_S 0.028 /* the longest period looked for: 36 Hz; the shortest is 2 kHz's */

typedef struct dawg_periodicity {
    dawg_fft *fft; /* of `points` samples: window and longest lag fit without wrapping */
    uint32_t points;
    float rate;   /* Hz */
    float *taper; /* points / 2 floats: the autocorrelation that a lasting tone has under the window */
} dawg_periodicity;

/* Fills p->taper; window: `frames` samples; bins and time: scratch of DAWG_FFT_FLOATS(points) floats each. */
void dawg_periodicity_init(dawg_periodicity *p, const float *window, uint32_t frames, float *bins, float *time);
/* From power |X|^2 of points / 2 + 1 bins; time: DAWG_FFT_FLOATS(points) floats. One transform. */
void dawg_periodicity_correlate(const dawg_periodicity *p, const float *power, float *time);
/* 0 (noise) .. 1 (periodic), and the pitch in octaves over 55 Hz (0 when there is no peak). */
float dawg_periodicity_find(const dawg_periodicity *p, const float *time, float *octaves);

#endif
