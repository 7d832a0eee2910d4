/* SPDX-License-Identifier: MIT
 * loudness_match.h - how many dB to take off an equalizer so that it makes pink noise neither louder nor softer
 * (eq_loudness.h), while its knobs move: measured in slices, and smoothed over 20 ms by a triangle (two running means
 * in a row), at whose end it has arrived exactly. */
#ifndef DAWG_LOUDNESS_MATCH_H
#define DAWG_LOUDNESS_MATCH_H
#include "cold.h"
#include "eq_loudness.h"
#include "eq_picture.h"

typedef struct dawg_loudness_match dawg_loudness_match;

/* bands: at most DAWG_EQ_CHAIN_BANDS. period: frames of a control period. About 17 kB. */
DAWG_COLD size_t dawg_loudness_match_size(void);
/* mem: 16-byte aligned, of that size, kept by the caller. The next step is the first: it arrives at once. */
DAWG_COLD dawg_loudness_match *dawg_loudness_match_init(void *mem, uint32_t bands, uint32_t period, double rate);

/* At the start of each control period: what is to be taken off at its end, dB. on = 0: nothing, in the end. more_db: of
 * loudness that the bands know nothing of, and that goes with them. */
DAWG_COLD double dawg_loudness_match_step(dawg_loudness_match *x, const dawg_eq_setting *bands, int on, double more_db);

/* The same for settings that stand still, at once. */
DAWG_COLD double dawg_loudness_match_settled(const dawg_eq_setting *bands, uint32_t n, double rate);

#endif
