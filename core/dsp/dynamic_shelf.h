/* SPDX-License-Identifier: MIT
 * dynamic_shelf.h - a high shelf of 36 dB per octave whose gain may be another in each frame: what a split-band de-esser
 * turns down, without a cross-over's phase.
 *
 *     x -> section 1 -> section 2 -> section 3 -> y        section: x - (1 - c) k bp - (1 - c^2) hp,  c = gain^(1/6)
 *
 * The Butterworth shelf of order 6, |H|^2 = (1 + gain^2 W^12) / (1 + W^12), W = tan(pi f / rate) / tan(pi hz / rate): its
 * poles do not depend on the gain, so each section is a state-variable filter (svf.h) that stands still, and only the
 * weights of its outputs follow the gain: nothing zips, and at gain 1 each weight is exactly 0 and y is x bit for bit. The
 * weights follow from lp + k bp + hp = x. Minimum phase at each gain.
 * Orfanidis 2005, "High-Order Digital Parametric Equalizer Design", JAES 53(11), has the same shelf with moving poles. */
#ifndef DAWG_DYNAMIC_SHELF_H
#define DAWG_DYNAMIC_SHELF_H
#include "cold.h"
#include "svf.h"

enum { DAWG_DYNAMIC_SHELF_SECTIONS = 3 };
#define DAWG_DYNAMIC_SHELF_PERIOD_MAX 64u

/* Of the integrators: bp = a1 s1 + a2 (x - s2), lp = s2 + a2 s1 + a3 (x - s2). */
typedef struct dawg_dynamic_shelf_poles {
    double a1[DAWG_DYNAMIC_SHELF_SECTIONS], a2[DAWG_DYNAMIC_SHELF_SECTIONS], a3[DAWG_DYNAMIC_SHELF_SECTIONS];
} dawg_dynamic_shelf_poles;

typedef struct dawg_dynamic_shelf {
    uint32_t period, fresh, moving;
    double rate, hz;
    dawg_dynamic_shelf_poles from, to;
    dawg_svf_state state[DAWG_DYNAMIC_SHELF_SECTIONS];
} dawg_dynamic_shelf;

/* period: frames of a control period, at most DAWG_DYNAMIC_SHELF_PERIOD_MAX. */
DAWG_COLD void dawg_dynamic_shelf_reset(dawg_dynamic_shelf *x, uint32_t period, double rate);
/* At the start of each control period: hz at its end. */
void dawg_dynamic_shelf_plan(dawg_dynamic_shelf *x, double hz);
/* Frames at..at+n of the control period. removed: x - y; reduction_db >= 0: of each lane. */
void dawg_dynamic_shelf_run(dawg_dynamic_shelf *x, uint32_t at, uint32_t n, const dawg_d2 *in,
                            const float *const reduction_db[2], dawg_d2 *removed);
/* When the control period ends. */
void dawg_dynamic_shelf_end(dawg_dynamic_shelf *x);

/* What it is while the reduction stands still, as sections in series. */
DAWG_COLD void dawg_dynamic_shelf_sections(double hz, double reduction_db, double rate,
                                           dawg_svf sections[DAWG_DYNAMIC_SHELF_SECTIONS]);

#endif
