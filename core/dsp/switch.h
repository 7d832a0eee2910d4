/* SPDX-License-Identifier: MIT
 * switch.h - something that is on or off and fades between the two in 20 ms (fade.h), from one control period to the next.
 * Which way it goes is decided at the start of each period. */
#ifndef DAWG_SWITCH_H
#define DAWG_SWITCH_H
#include "fade.h"
#include <stdint.h>

#define DAWG_SWITCH_FADE_S 0.020

typedef struct dawg_switch {
    uint32_t period, frames; /* of the fade: whole periods */
    uint32_t level;          /* frames of the fade that have run: 0 is off */
    int32_t way;             /* in this control period: 1, 0, -1 */
    uint32_t fresh;
} dawg_switch;

/* period: frames of a control period. The next plan is the first: it fades nothing. */
static inline void dawg_switch_reset(dawg_switch *x, uint32_t period, double rate)
{
    const uint32_t periods = (uint32_t)(DAWG_SWITCH_FADE_S * rate / (double)period) + 1u;
    *x = (dawg_switch){.period = period, .frames = periods * period, .fresh = 1};
}

/* At the start of each control period. */
static inline void dawg_switch_plan(dawg_switch *x, int on)
{
    if (x->fresh) x->level = on ? x->frames : 0u;
    x->fresh = 0;
    x->way = on ? x->level < x->frames : -(int32_t)(x->level > 0);
}

/* 0..1 at a frame of the control period; both ends exact. */
static inline float dawg_switch_at(const dawg_switch *x, uint32_t frame)
{
    return dawg_ease((float)((int32_t)x->level + x->way * (int32_t)frame) / (float)x->frames);
}

static inline int dawg_switch_off(const dawg_switch *x) { return x->level == 0 && x->way == 0; }
static inline int dawg_switch_on(const dawg_switch *x) { return x->level == x->frames && x->way == 0; }

/* When the control period ends. */
static inline void dawg_switch_end(dawg_switch *x)
{
    x->level += (uint32_t)(x->way * (int32_t)x->period);
    x->way = 0;
}
#endif
