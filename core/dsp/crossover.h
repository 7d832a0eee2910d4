/* SPDX-License-Identifier: MIT
 * crossover.h - four bands that add up to an all-pass: Linkwitz-Riley crossovers of 24 dB per octave (Linkwitz 1976,
 * "Active Crossover Networks for Noncoincident Drivers", JAES 24(1)) in a tree. Stereo.
 *
 *     in -> split 2 -+-> all-pass 3 -> split 1 -+-> band 1
 *                    |                          +-> band 2
 *                    +-> all-pass 1 -> split 3 -+-> band 3
 *                                               +-> band 4
 *
 * The halves of a split add up to its all-pass, A = (s^2 - sqrt(2) s + 1) / (s^2 + sqrt(2) s + 1); as each branch also
 * passes the all-pass of the split it does not have, all four bands have the phase of A1 A2 A3 and add up to it
 * (D'Appolito 1987, "Active Realization of Multiway All-Pass Crossover Systems", JAES 35(4)). Bands in phase mean that
 * gains per band never comb.
 *
 * A split is two Butterworth sections of svf.h, which may move at audio rate: the first gives A and a low-pass, the
 * second the rest of the low half L; the high half is A - L, so the sum is exact even while a crossover moves. */
#ifndef DAWG_CROSSOVER_H
#define DAWG_CROSSOVER_H
#include "cold.h"
#include "svf.h"

#define DAWG_CROSSOVERS 3u
#define DAWG_CROSSOVER_BANDS 4u
#define DAWG_CROSSOVER_PERIOD_MAX 64u   /* frames of a control period */
#define DAWG_CROSSOVER_MAX_TURNS 0.45   /* of the rate: none is higher */
#define DAWG_CROSSOVER_TAIL_SECTIONS 5u /* that a band passes */

typedef struct dawg_crossover {
    uint32_t period, moving, fresh;
    double rate;
    double hz[DAWG_CROSSOVERS];
    double from[DAWG_CROSSOVERS], to[DAWG_CROSSOVERS]; /* tan(pi hz / rate) at both ends of the control period */
    dawg_svf_state split[DAWG_CROSSOVERS][2], all_pass[2];
} dawg_crossover;

/* Where crossovers that are wanted at wish[3] lie, rising, at least an octave apart: the middle one has its will, the
 * others give way; at low rates the middle one gives way to the rate. */
void dawg_crossover_place(const float wish_hz[DAWG_CROSSOVERS], double rate, double hz[DAWG_CROSSOVERS]);

/* period: frames of a control period. Silence. */
DAWG_COLD void dawg_crossover_reset(dawg_crossover *x, uint32_t period, double rate);
/* At the start of each control period: what dawg_crossover_place says for its end. The first plan does not glide. */
void dawg_crossover_plan(dawg_crossover *x, const double hz[DAWG_CROSSOVERS]);
/* Frames at..at+n of the control period. */
void dawg_crossover_run(dawg_crossover *x, uint32_t at, uint32_t n, const float *const in[2],
                        float *const band[DAWG_CROSSOVER_BANDS][2]);
/* When the control period ends. */
void dawg_crossover_end(dawg_crossover *x);

/* The sections that a band passes, in series, for dawg_svf_response or dawg_eq_tail. */
DAWG_COLD void dawg_crossover_sections(const double hz[DAWG_CROSSOVERS], double rate, uint32_t band,
                                       dawg_svf sections[DAWG_CROSSOVER_TAIL_SECTIONS]);

#endif
