/* SPDX-License-Identifier: MIT
 * onepole.h - the one-pole low-pass y += a (x - y): control smoothing, envelopes, damping. Its high-pass is x - y. */
#ifndef DAWG_ONEPOLE_H
#define DAWG_ONEPOLE_H
#include "maths.h"

/* `a` for a time constant (63.2 % of a step) of tau_s seconds: exact at any rate. tau_s 0: no smoothing. */
static inline float dawg_onepole_from_time(double tau_s, double rate)
{
    return tau_s * rate > 1e-3 ? (float)(1.0 - dawg_exp_d(-1.0 / (tau_s * rate))) : 1.0f;
}

/* `a` for a pole at `hz` (impulse invariant: -3 dB there within 1 % up to rate/20). */
static inline float dawg_onepole_from_hz(double hz, double rate)
{
    return dawg_onepole_from_time(0.5 / (DAWG_PI * hz), rate);
}

static inline float dawg_onepole_tick(float *y, float a, float x) { return *y += a * (x - *y); }

#endif
