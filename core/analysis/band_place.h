/* SPDX-License-Identifier: MIT
 * band_place.h - where one more band helps most: the step of orthogonal matching pursuit (Pati 1993). Shelves and bells
 * of a few widths stand on a grid of frequencies; what each does to the points is worked out once per fit. */
#ifndef DAWG_BAND_PLACE_H
#define DAWG_BAND_PLACE_H
#include "band_step.h"

#define DAWG_FIT_CHOICES 137u     /* on the grid, and one to try */
#define DAWG_FIT_SEARCH_QUADS 16u /* of points, at most, that bands are placed by */

/* Curves per dB of gain as that goes to 0, around the weighted mean, times sqrt(weight). */
typedef struct dawg_fit_choices {
    uint32_t n;
    struct {
        dawg_eq_type type;
        double place, width, power; /* ln Hz, ln Q, sum of squares */
    } of[DAWG_FIT_CHOICES];
    dawg_f4 curve[DAWG_FIT_CHOICES][DAWG_FIT_SEARCH_QUADS];
} dawg_fit_choices;

/* p: up to 64 points. */
void dawg_fit_choices_make(dawg_fit_choices *c, const dawg_fit_points *p);
/* Adds the one that takes most off the trial's misfit, of kinds of which there are fewer than `most`. 0: there is none
 * that is worth it. */
int dawg_fit_place(const dawg_fit_task *f, const dawg_fit_choices *c, const uint32_t most[DAWG_FIT_KINDS],
                   dawg_fit_trial *t);

#endif
