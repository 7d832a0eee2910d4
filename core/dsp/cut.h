/* SPDX-License-Identifier: MIT
 * cut.h - a low or high cut in a path, stereo: a second-order Butterworth section (12 dB per octave, -3.01 dB at its
 * frequency) that can be out of the path altogether, bit for bit, and joins or leaves it in a 20 ms cross-fade. */
#ifndef DAWG_CUT_H
#define DAWG_CUT_H
#include "cold.h"
#include "eq_design.h"
#include "switch.h"

#define DAWG_BUTTERWORTH_Q 0.70710678118654752

typedef struct dawg_cut {
    dawg_eq_type type; /* DAWG_EQ_HIGH_PASS (a low cut) or DAWG_EQ_LOW_PASS (a high cut) */
    float off_hz;      /* at this frequency it is out of the path */
    uint32_t moving;   /* `from` and `to` differ */
    double rate;
    dawg_svf from, to;
    dawg_svf_run run;
    dawg_svf_state state;
    dawg_switch in_path;
} dawg_cut;

/* period: frames of a control period. The next plan is the first: it fades nothing. */
DAWG_COLD void dawg_cut_reset(dawg_cut *x, dawg_eq_type type, float off_hz, uint32_t period, double rate);
/* At the start of each control period. */
void dawg_cut_plan(dawg_cut *x, float from_hz, float to_hz);
/* In place: frames at..at+n of the control period. */
void dawg_cut_run(dawg_cut *x, uint32_t at, uint32_t n, float *left, float *right);
/* One after the other, in place: frames at..at+n of the control period. */
void dawg_cuts_run(dawg_cut *first, dawg_cut *second, uint32_t at, uint32_t n, float *left, float *right);
/* When the control period ends. */
void dawg_cut_end(dawg_cut *x);

static inline dawg_svf dawg_cut_design(dawg_eq_type type, double hz, double rate)
{
    return dawg_eq_design(type, hz, rate, 0.0, DAWG_BUTTERWORTH_Q);
}
#endif
