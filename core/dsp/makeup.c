/* SPDX-License-Identifier: MIT
 * makeup.c - see makeup.h. */
#include "makeup.h"
#include "k_weighting.h"

#define WINDOW_S 0.05
#define FORGET_S 30.0
#define FOLLOW_S 0.5
#define QUIET_S 10.0
#define GATE 1.1724e-7 /* sum over channels of mean squares at -70 LUFS: 10^((0.691 - 70) / 10) */
#define ARRIVED_DB 1e-5

void dawg_makeup_reset(dawg_makeup *x, uint32_t period, double rate)
{
    const double periods = (double)period / rate;
    dawg_k_weighting k;
    dawg_k_weighting_design(&k, rate);
    const dawg_svf head = dawg_svf_from_biquad(&k.shelf), high_pass = dawg_svf_from_biquad(&k.high_pass);
    *x = (dawg_makeup){.head = dawg_svf_ready(&head),
                       .high_pass = dawg_svf_ready(&high_pass),
                       .period = period,
                       .quiet_max = (uint32_t)(QUIET_S / periods),
                       .keep = dawg_exp_d(-periods / WINDOW_S),
                       .fade = dawg_exp_d(-periods / FORGET_S),
                       .follow = 1.0 - dawg_exp_d(-periods / FOLLOW_S),
                       .gate = GATE * (double)period};
}

void dawg_makeup_forget(dawg_makeup *x)
{
    static const dawg_svf_state silence;
    x->head_state = x->high_pass_state = silence;
    x->quiet = x->heard = 0;
    x->in = x->out = x->now_in = x->now_out = x->weight = x->ratio = x->db = 0.0;
}

void dawg_makeup_weigh(dawg_makeup *x, const float *const in[2], uint32_t n, float *const weighted[2])
{
    const dawg_svf_lanes head = dawg_svf_in_lanes(&x->head), high_pass = dawg_svf_in_lanes(&x->high_pass);
    dawg_svf_state a = x->head_state, b = x->high_pass_state;
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_d2 v = {(double)in[0][i], (double)in[1][i]};
        const dawg_d2 y = dawg_svf_tick_lanes(&high_pass, &b, dawg_svf_tick_lanes(&head, &a, v));
        weighted[0][i] = (float)y[0];
        weighted[1][i] = (float)y[1];
    }
    x->head_state = a;
    x->high_pass_state = b;
}

static double power(const float *const x[2], uint32_t n, double sum)
{
    for (uint32_t i = 0; i < n; ++i) sum += (double)x[0][i] * (double)x[0][i] + (double)x[1][i] * (double)x[1][i];
    return sum;
}

void dawg_makeup_feed(dawg_makeup *x, const float *const weighted[2], const float *const out[2], uint32_t n)
{
    x->now_in = power(weighted, n, x->now_in);
    x->now_out = power(out, n, x->now_out);
}

static void count(dawg_makeup *x)
{
    const double ratio_db = 0.5 * dawg_gain_to_db_d(x->in / dawg_max_d(x->out, 1e-30)); /* of powers */
    x->weight = x->fade * x->weight + x->in;
    x->ratio = x->fade * x->ratio + x->in * ratio_db;
    x->quiet = 0;
    x->heard += x->follow * (double)(x->heard + 2u) < 2.0;
}

double dawg_makeup_end(dawg_makeup *x)
{
    x->in = dawg_flush_d(x->keep * x->in + x->now_in);
    x->out = dawg_flush_d(x->keep * x->out + x->now_out);
    if (x->now_in > x->gate) {
        count(x);
    } else if (x->quiet < x->quiet_max) {
        ++x->quiet;
    } else {
        x->weight = x->ratio = 0.0;
        x->heard = 0;
    }
    x->now_in = x->now_out = 0.0;
    dawg_svf_flush(&x->head_state);
    dawg_svf_flush(&x->high_pass_state);
    const double goal = x->weight > 0.0 ? dawg_clamp_d(x->ratio / x->weight, 0.0, DAWG_MAKEUP_MAX_DB) : 0.0;
    x->db += dawg_max_d(x->follow, 2.0 / (double)(x->heard + 2u)) * (goal - x->db);
    if (dawg_abs_d(goal - x->db) < ARRIVED_DB) x->db = goal;
    return x->db;
}
