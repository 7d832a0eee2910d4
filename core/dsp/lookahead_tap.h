/* SPDX-License-Identifier: MIT
 * lookahead_tap.h - how late the sound of a compressor is: a whole number of frames, read bit-exactly from stereo delay
 * lines (delay.h); a new number cross-fades in 20 ms (switch.h), one such fade after the other. */
#ifndef DAWG_LOOKAHEAD_TAP_H
#define DAWG_LOOKAHEAD_TAP_H
#include "delay.h"
#include "switch.h"

typedef struct dawg_lookahead_tap {
    uint32_t frames[2]; /* sounding, and faded to */
    dawg_switch fade;
} dawg_lookahead_tap;

/* period: frames of a control period. The next plan is the first: it fades nothing. */
static inline void dawg_lookahead_tap_reset(dawg_lookahead_tap *x, uint32_t period, double rate)
{
    dawg_switch_reset(&x->fade, period, rate);
}

/* At the start of each control period. */
static inline void dawg_lookahead_tap_plan(dawg_lookahead_tap *x, uint32_t frames)
{
    if (x->fade.fresh) x->frames[0] = x->frames[1] = frames;
    if (dawg_switch_on(&x->fade)) { /* arrived */
        x->frames[0] = x->frames[1];
        x->fade.level = 0;
    }
    if (x->frames[0] == x->frames[1]) x->frames[1] = frames;
    dawg_switch_plan(&x->fade, x->frames[0] != x->frames[1]);
}

/* Frames at..at+n of the control period, at most 64; they were written to the lines before, which hold as many more than
 * the longest lookahead. */
void dawg_lookahead_tap_read(const dawg_lookahead_tap *x, const dawg_delay line[2], uint32_t at, uint32_t n,
                             float *const out[2]);

/* When the control period ends. */
static inline void dawg_lookahead_tap_end(dawg_lookahead_tap *x) { dawg_switch_end(&x->fade); }

#endif
