/* SPDX-License-Identifier: MIT
 * late.h - how late a plugin that looks ahead plays its sound: a whole number of frames behind delay lines (delay.h), as
 * many as need to be late alike; another number fades in over 20 ms (switch.h), and then the next. */
#ifndef DAWG_LATE_H
#define DAWG_LATE_H
#include "delay.h"
#include "switch.h"

#define DAWG_LATE_CHUNK 64u

typedef struct dawg_late {
    uint32_t tap[2]; /* frames: sounding, and faded to */
    uint32_t fresh;
    dawg_switch fade;
} dawg_late;

/* period: frames of a control period. The next plan fades nothing. */
static inline void dawg_late_reset(dawg_late *x, uint32_t period, double rate)
{
    *x = (dawg_late){.fresh = 1};
    dawg_switch_reset(&x->fade, period, rate);
}

/* At the start of each control period. A new number waits while an earlier one still fades in. */
static inline void dawg_late_plan(dawg_late *x, uint32_t frames)
{
    if (x->fresh) x->tap[0] = x->tap[1] = frames;
    x->fresh = 0;
    if (dawg_switch_on(&x->fade)) { /* arrived */
        x->tap[0] = x->tap[1];
        x->fade.level = 0;
    }
    if (x->tap[0] == x->tap[1]) x->tap[1] = frames;
    dawg_switch_plan(&x->fade, x->tap[0] != x->tap[1]);
}

/* What was written to the line so long before its newest n frames, which are at..at+n of the control period;
 * n <= DAWG_LATE_CHUNK. */
static inline void dawg_late_read(const dawg_late *x, const dawg_delay *line, uint32_t at, uint32_t n, float *out)
{
    float next[DAWG_LATE_CHUNK];
    dawg_delay_read(line, out, n, x->tap[0] + n);
    if (dawg_switch_off(&x->fade)) return;
    dawg_delay_read(line, next, n, x->tap[1] + n);
    for (uint32_t i = 0; i < n; ++i) {
        const float w = dawg_switch_at(&x->fade, at + i);
        out[i] = w < 1.0f ? out[i] + w * (next[i] - out[i]) : next[i];
    }
}

/* When the control period ends. */
static inline void dawg_late_end(dawg_late *x) { dawg_switch_end(&x->fade); }
#endif
