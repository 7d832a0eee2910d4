/* SPDX-License-Identifier: MIT
 * erb_bands.h - power in 24 bands of equal width on the ERB scale (Glasberg & Moore 1990) from 40 Hz to 16 kHz; a bin
 * that an edge divides belongs to both sides by its share. */
#ifndef DAWG_ERB_BANDS_H
#define DAWG_ERB_BANDS_H
#include <stdint.h>

enum { DAWG_ERB_BANDS = 24 };

typedef struct dawg_erb_bands {
    uint32_t edge_bin[DAWG_ERB_BANDS + 1]; /* edges in bins: whole, and the rest */
    float edge_part[DAWG_ERB_BANDS + 1];
    float centre[DAWG_ERB_BANDS]; /* on the ERB scale */
} dawg_erb_bands;

void dawg_erb_bands_init(dawg_erb_bands *b, uint32_t points, double rate); /* of the transform */
/* Of bands from .. to - 1. power: of bins 0 .. points / 2. */
float dawg_erb_bands_energy(const dawg_erb_bands *b, const float *power, uint32_t from, uint32_t to);

#endif
