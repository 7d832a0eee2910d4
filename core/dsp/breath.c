/* SPDX-License-Identifier: MIT
 * breath.c - see breath.h. */
#include "breath.h"
#include "cut.h"

#define POWER_S 0.008
#define LEARN_S 2.0 /* of voiced sound: the voice's level */
#define DOWN_S 0.015
#define UP_S 0.004
#define DARK_HZ 5000.0 /* breaths have their middle at 1.5 to 4 kHz, fricatives at 6 to 9 */
#define SOFTER 0.1     /* 10 dB */
#define SILENT 1e-5    /* 50 dB: nothing to turn down */
#define HEARD 0.05     /* of the voice: a tenth of a second */
#define ARRIVED 1e-6

static double share_of(double seconds, uint32_t period, double rate)
{
    return 1.0 - dawg_exp_d(-(double)period / (seconds * rate));
}

void dawg_breath_reset(dawg_breath *x, uint32_t period, double rate)
{
    const double hz = dawg_min_d(DARK_HZ, DAWG_EQ_HIGH_PASS_MAX_TURNS * rate);
    const dawg_svf low = dawg_cut_design(DAWG_EQ_LOW_PASS, hz, rate);
    const dawg_svf high = dawg_cut_design(DAWG_EQ_HIGH_PASS, hz, rate);
    const dawg_svf_run dark = dawg_svf_ready(&low), bright = dawg_svf_ready(&high);
    *x = (dawg_breath){.period = period,
                       .patience = (uint32_t)(DAWG_BREATH_PATIENCE_S * rate / (double)period + 0.5),
                       .follow = share_of(POWER_S, period, rate),
                       .learn = share_of(LEARN_S, period, rate),
                       .down = share_of(DOWN_S, period, rate),
                       .up = share_of(UP_S, period, rate),
                       .split = dawg_svf_side_by_side(&dark, &bright)};
}

void dawg_breath_feed(dawg_breath *x, const float *key, uint32_t n)
{
    const dawg_svf_lanes split = x->split;
    dawg_svf_state state = x->state;
    dawg_d2 sum = x->now;
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_d2 y = dawg_svf_tick_lanes(&split, &state, dawg_d2_all((double)key[i]));
        sum += y * y;
    }
    x->state = state;
    x->now = sum;
}

double dawg_breath_end(dawg_breath *x, int voiced)
{
    const dawg_d2 mean = x->now * dawg_d2_all(1.0 / (double)x->period);
    x->power += dawg_d2_all(x->follow) * (mean - x->power);
    x->power = (dawg_d2){dawg_flush_d(x->power[0]), dawg_flush_d(x->power[1])};
    x->now = dawg_d2_all(0.0);
    dawg_svf_flush(&x->state);
    const double power = x->power[0] + x->power[1];
    if (voiced) {
        x->voice += x->learn * (power - x->voice);
        x->heard += x->learn * (1.0 - x->heard);
    }
    const double level = power * x->heard; /* to be compared with what is filled as far */
    const int is_breath = !voiced && x->heard > HEARD && level < SOFTER * x->voice && level > SILENT * x->voice &&
                          x->power[1] < x->power[0];
    x->waited = is_breath ? x->waited + (x->waited < x->patience) : 0u;
    const double goal = x->waited == x->patience ? 1.0 : 0.0;
    x->share += (goal > x->share ? x->down : x->up) * (goal - x->share);
    if (dawg_abs_d(goal - x->share) < ARRIVED) x->share = goal;
    return x->share;
}
