/* SPDX-License-Identifier: MIT
 * cut.c - see cut.h. */
#include "cut.h"

void dawg_cut_reset(dawg_cut *x, dawg_eq_type type, float off_hz, uint32_t period, double rate)
{
    *x = (dawg_cut){.type = type, .off_hz = off_hz, .rate = rate};
    dawg_switch_reset(&x->in_path, period, rate);
}

void dawg_cut_plan(dawg_cut *x, float from_hz, float to_hz)
{
    const int first = x->to.g == 0.0, in_path = from_hz != x->off_hz || to_hz != x->off_hz;
    x->moving = !first && from_hz != to_hz;
    if (first || x->moving) {
        x->from = first ? dawg_cut_design(x->type, (double)from_hz, x->rate) : x->to;
        x->to = dawg_cut_design(x->type, (double)to_hz, x->rate);
        x->run = dawg_svf_ready(&x->to);
    }
    dawg_switch_plan(&x->in_path, in_path);
}

static int steady(const dawg_cut *x) { return dawg_switch_on(&x->in_path) && !x->moving; }

static inline dawg_d2 tick(const dawg_cut *x, dawg_svf_state *state, uint32_t frame, dawg_d2 in)
{
    if (dawg_switch_off(&x->in_path)) return in;
    dawg_svf_run run = x->run;
    if (x->moving) {
        const dawg_svf now = dawg_svf_between(&x->from, &x->to, (double)frame / (double)x->in_path.period);
        run = dawg_svf_ready(&now);
    }
    const dawg_d2 y = dawg_svf_tick(&run, state, in);
    if (dawg_switch_on(&x->in_path)) return y;
    return in + (double)dawg_switch_at(&x->in_path, frame) * (y - in);
}

void dawg_cut_run(dawg_cut *x, uint32_t at, uint32_t n, float *left, float *right)
{
    if (dawg_switch_off(&x->in_path)) return;
    const dawg_svf_run run = x->run;
    const int still = steady(x);
    dawg_svf_state state = x->state;
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_d2 in = {(double)left[i], (double)right[i]};
        const dawg_d2 y = still ? dawg_svf_tick(&run, &state, in) : tick(x, &state, at + i, in);
        left[i] = (float)y[0];
        right[i] = (float)y[1];
    }
    x->state = state;
}

void dawg_cuts_run(dawg_cut *first, dawg_cut *second, uint32_t at, uint32_t n, float *left, float *right)
{
    if (dawg_switch_off(&first->in_path) && dawg_switch_off(&second->in_path)) return;
    dawg_svf_state a = first->state, b = second->state;
    if (steady(first) && steady(second)) { /* the usual case, and in one loop the two overlap in the processor */
        const dawg_svf_run one = first->run, two = second->run;
        for (uint32_t i = 0; i < n; ++i) {
            const dawg_d2 in = {(double)left[i], (double)right[i]};
            const dawg_d2 y = dawg_svf_tick(&two, &b, dawg_svf_tick(&one, &a, in));
            left[i] = (float)y[0];
            right[i] = (float)y[1];
        }
    } else {
        for (uint32_t i = 0; i < n; ++i) {
            const dawg_d2 in = {(double)left[i], (double)right[i]};
            const dawg_d2 y = tick(second, &b, at + i, tick(first, &a, at + i, in));
            left[i] = (float)y[0];
            right[i] = (float)y[1];
        }
    }
    first->state = a;
    second->state = b;
}

void dawg_cut_end(dawg_cut *x)
{
    dawg_switch_end(&x->in_path);
    dawg_svf_flush(&x->state);
    if (dawg_switch_off(&x->in_path))
        x->state = (dawg_svf_state){{0, 0}, {0, 0}}; /* out of the path: nothing rings on */
}
