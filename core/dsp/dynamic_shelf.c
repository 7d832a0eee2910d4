/* SPDX-License-Identifier: MIT
 * dynamic_shelf.c - see dynamic_shelf.h. */
#include "dynamic_shelf.h"
#include <string.h>

#define SECTIONS DAWG_DYNAMIC_SHELF_SECTIONS
#define PERIOD_MAX DAWG_DYNAMIC_SHELF_PERIOD_MAX
#define ORDER 6.0f
#define TURNS_MAX 0.45

static const double damping[SECTIONS] = {0.51763809020504152, 1.4142135623730951, 1.9318516525781366};

void dawg_dynamic_shelf_reset(dawg_dynamic_shelf *x, uint32_t period, double rate)
{
    memset(x, 0, sizeof *x);
    x->period = period;
    x->rate = rate;
    x->fresh = 1;
}

static double warped(double hz, double rate) { return dawg_tan_d(DAWG_PI * dawg_min_d(hz / rate, TURNS_MAX)); }

void dawg_dynamic_shelf_plan(dawg_dynamic_shelf *x, double hz)
{
    if (x->moving) x->from = x->to;
    x->moving = !x->fresh && hz != x->hz;
    if (!x->fresh && !x->moving) return;
    const double g = warped(hz, x->rate);
    for (uint32_t i = 0; i < SECTIONS; ++i) {
        x->to.a1[i] = 1.0 / (1.0 + g * (g + damping[i]));
        x->to.a2[i] = g * x->to.a1[i];
        x->to.a3[i] = g * x->to.a2[i];
    }
    if (x->fresh) x->from = x->to;
    x->hz = hz;
    x->fresh = 0;
}

/* x -> y. low, high: 1 - c, 1 - c^2. */
static inline dawg_d2 tick(double a1, double a2, double a3, double k, dawg_svf_state *s, dawg_d2 x, dawg_d2 low,
                           dawg_d2 high)
{
    const dawg_d2 e = x - s->s2, bp = a1 * s->s1 + a2 * e, lp = s->s2 + (a2 * s->s1 + a3 * e), kbp = k * bp;
    s->s1 = 2.0 * bp - s->s1;
    s->s2 = 2.0 * lp - s->s2;
    return x - (low * kbp + high * (x - kbp - lp));
}

/* One section over n frames in place; its poles stand still, or go in equal steps. */
static inline __attribute__((always_inline)) void section(const dawg_dynamic_shelf *x, uint32_t k, const int moving,
                                                          uint32_t at, uint32_t n, dawg_svf_state *state,
                                                          const dawg_d2 *low, const dawg_d2 *high, dawg_d2 *io)
{
    const dawg_dynamic_shelf_poles *from = &x->from, *to = &x->to;
    const double step = 1.0 / (double)x->period, damp = damping[k];
    double a1 = to->a1[k], a2 = to->a2[k], a3 = to->a3[k];
    dawg_svf_state s = *state;
    for (uint32_t i = 0; i < n; ++i) {
        if (moving) {
            const double u = (double)(at + i) * step;
            a1 = from->a1[k] + u * (to->a1[k] - from->a1[k]);
            a2 = from->a2[k] + u * (to->a2[k] - from->a2[k]);
            a3 = from->a3[k] + u * (to->a3[k] - from->a3[k]);
        }
        io[i] = tick(a1, a2, a3, damp, &s, io[i], low[i], high[i]);
    }
    *state = s;
}

void dawg_dynamic_shelf_run(dawg_dynamic_shelf *x, uint32_t at, uint32_t n, const dawg_d2 *in,
                            const float *const reduction_db[2], dawg_d2 *removed)
{
    float c[2][PERIOD_MAX];
    dawg_d2 low[PERIOD_MAX], high[PERIOD_MAX], y[PERIOD_MAX];
    for (uint32_t l = 0; l < 2; ++l)
        for (uint32_t i = 0; i < n; ++i) c[l][i] = dawg_db_to_gain(reduction_db[l][i] * (-1.0f / ORDER));
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_d2 share = {(double)c[0][i], (double)c[1][i]};
        low[i] = 1.0 - share;
        high[i] = 1.0 - share * share;
        y[i] = in[i];
    }
    for (uint32_t k = 0; k < SECTIONS; ++k) {
        if (x->moving) section(x, k, 1, at, n, &x->state[k], low, high, y);
        else section(x, k, 0, at, n, &x->state[k], low, high, y);
    }
    for (uint32_t i = 0; i < n; ++i) removed[i] = in[i] - y[i];
}

void dawg_dynamic_shelf_end(dawg_dynamic_shelf *x)
{
    for (uint32_t i = 0; i < SECTIONS; ++i) dawg_svf_flush(&x->state[i]);
}

void dawg_dynamic_shelf_sections(double hz, double reduction_db, double rate, dawg_svf sections[SECTIONS])
{
    const double g = warped(hz, rate), c = dawg_db_to_gain_d(-reduction_db / (double)ORDER);
    for (uint32_t i = 0; i < SECTIONS; ++i)
        sections[i] = (dawg_svf){.g = g, .k = damping[i], .hp = c * c, .bp = c * damping[i], .lp = 1.0};
}
