/* SPDX-License-Identifier: MIT
 * features_tone.h - what a frame of features (features.h) says in other words: its tone, by mid_mean_db alone, and how
 * loud its bands are. */
#ifndef DAWG_FEATURES_TONE_H
#define DAWG_FEATURES_TONE_H
#include "features.h"

typedef struct dawg_features_bands {                                                    /* of each band */
    float erb[DAWG_FEATURE_BANDS], octaves[DAWG_FEATURE_BANDS], hz[DAWG_FEATURE_BANDS]; /* of the centre */
    float width_db[DAWG_FEATURE_BANDS];                                                 /* 10 log10 of Hz */
    float loud[DAWG_FEATURE_BANDS];                                                     /* |K|^2 at the centre */
} dawg_features_bands;

void dawg_features_bands_init(dawg_features_bands *b);
/* Fills in centroid, slope and sibilance. */
void dawg_features_tone(const dawg_features_bands *b, float *frame);
/* Moves the bands and what follows from them, see dawg_features_equalize. */
void dawg_features_move(const dawg_features_bands *b, float *frame, const float *curve_db);

#endif
