/* SPDX-License-Identifier: MIT
 * auto_makeup.h - the automatic make-up of a compressor as it is switched on and off: measured by makeup.h, one control
 * period late, in dB that go in a straight line through each period; off it is exactly 0 dB, after a fade of 20 ms. */
#ifndef DAWG_AUTO_MAKEUP_H
#define DAWG_AUTO_MAKEUP_H
#include "makeup.h"
#include "switch.h"

typedef struct dawg_auto_makeup {
    dawg_makeup measured;
    dawg_switch on;
    double db[2]; /* at both ends of the control period */
} dawg_auto_makeup;

/* period: frames of a control period. */
static inline void dawg_auto_makeup_reset(dawg_auto_makeup *x, uint32_t period, double rate)
{
    dawg_makeup_reset(&x->measured, period, rate);
    dawg_switch_reset(&x->on, period, rate);
    x->db[0] = x->db[1] = 0.0;
}

/* At the start of each control period. */
static inline void dawg_auto_makeup_plan(dawg_auto_makeup *x, int on) { dawg_switch_plan(&x->on, on); }

/* In this control period nothing needs measuring. */
static inline int dawg_auto_makeup_off(const dawg_auto_makeup *x) { return dawg_switch_off(&x->on); }

/* At the start (end 0) and end (1) of the control period. */
static inline float dawg_auto_makeup_db(const dawg_auto_makeup *x, uint32_t end)
{
    return dawg_switch_at(&x->on, end * x->on.period) * (float)x->db[end];
}

/* When the control period ends. */
static inline void dawg_auto_makeup_end(dawg_auto_makeup *x)
{
    dawg_switch_end(&x->on);
    x->db[0] = x->db[1];
    if (dawg_switch_off(&x->on)) {
        dawg_makeup_forget(&x->measured);
        x->db[0] = x->db[1] = 0.0;
    } else {
        x->db[1] = dawg_makeup_end(&x->measured);
    }
}

#endif
