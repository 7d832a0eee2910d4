/* SPDX-License-Identifier: MIT
 * cut.c - see cut.h. */
#include "cut.h"
#include "fade.h"

void dawg_cut_reset(dawg_cut *x, dawg_eq_type type, float off_hz, uint32_t period, double rate)
{
    const uint32_t periods = (uint32_t)(DAWG_CUT_FADE_S * rate / (double)period) + 1u;
    *x = (dawg_cut){.type = type, .off_hz = off_hz, .period = period, .fade_frames = periods * period, .rate = rate};
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
    if (first) x->fade = in_path ? x->fade_frames : 0u;
    x->way = in_path && x->fade < x->fade_frames ? 1 : !in_path && x->fade > 0 ? -1 : 0;
}

static int steady(const dawg_cut *x) { return x->fade == x->fade_frames && !x->moving && !x->way; }

static inline dawg_d2 tick(const dawg_cut *x, dawg_svf_state *state, uint32_t frame, dawg_d2 in)
{
    if (x->fade == 0 && x->way == 0) return in;
    dawg_svf_run run = x->run;
    if (x->moving) {
        const dawg_svf now = dawg_svf_between(&x->from, &x->to, (double)frame / (double)x->period);
        run = dawg_svf_ready(&now);
    }
    const dawg_d2 y = dawg_svf_tick(&run, state, in);
    if (!x->way) return y;
    const int32_t done = (int32_t)x->fade + x->way * (int32_t)frame;
    return in + (double)dawg_ease((float)done / (float)x->fade_frames) * (y - in);
}

void dawg_cuts_run(dawg_cut *first, dawg_cut *second, uint32_t at, uint32_t n, float *left, float *right)
{
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
    x->fade += (uint32_t)(x->way * (int32_t)x->period);
    dawg_svf_flush(&x->state);
    if (x->fade == 0) x->state = (dawg_svf_state){{0, 0}, {0, 0}}; /* out of the path: nothing rings on */
}
