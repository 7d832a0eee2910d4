/* SPDX-License-Identifier: MIT
 * tone.h - level and frequency of a steady sine from the bins of one Hann window, wherever it lies between them. The
 * level is the energy of the main lobe, five bins (a bin alone would read up to 1.42 dB less, Harris 1978); the frequency
 * comes from the ratio of the two largest amplitudes, exact for a lone sine (Grandke 1983, "Interpolation algorithms for
 * discrete Fourier transforms of weighted signals"). From 40 dB above noise on: 0.1 dB and 0.1 bin, for lines at least
 * three bins above 0 and below rate / 2 and four apart. */
#ifndef DAWG_TONE_H
#define DAWG_TONE_H
#include <stdint.h>

typedef struct dawg_tone {
    double power; /* mean square of the sine */
    double bin;   /* place between the bins: frequency times points over rate */
} dawg_tone;

/* The strongest line in bins from .. to (2 <= from <= to <= n/2 - 2). power: one-sided mean squares of a Hann window. */
dawg_tone dawg_tone_read(const double *power, uint32_t from, uint32_t to);

#endif
