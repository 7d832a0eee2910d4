/* SPDX-License-Identifier: MIT
 * restore.c - see restore.h. */
#include "restore.h"
#include "maths.h"

#define WINDOW_S 0.05
#define FORGET_S 30.0
#define FOLLOW_S 0.5
#define QUIET_S 10.0
#define ARRIVED_DB 1e-5

void dawg_restore_reset(dawg_restore *x, uint32_t period, double rate, double gate, double least_db, double most_db)
{
    const double periods = (double)period / rate;
    *x = (dawg_restore){.period = period,
                        .quiet_max = (uint32_t)(QUIET_S / periods),
                        .keep = dawg_exp_d(-periods / WINDOW_S),
                        .fade = dawg_exp_d(-periods / FORGET_S),
                        .follow = 1.0 - dawg_exp_d(-periods / FOLLOW_S),
                        .gate = gate * (double)period,
                        .least_db = least_db,
                        .most_db = most_db};
}

void dawg_restore_forget(dawg_restore *x)
{
    x->quiet = x->heard = 0;
    x->in = x->out = x->weight = x->ratio = x->db = 0.0;
    x->now_in = x->now_out = dawg_d2_all(0.0);
}

static inline double square(const float *const x[2], uint32_t i)
{
    return (double)x[0][i] * (double)x[0][i] + (double)x[1][i] * (double)x[1][i];
}

void dawg_restore_feed(dawg_restore *x, const float *const in[2], const float *const out[2], uint32_t n)
{
    double power_in = x->now_in[0], power_out = x->now_out[0];
    for (uint32_t i = 0; i < n; ++i) {
        power_in += square(in, i);
        power_out += square(out, i);
    }
    x->now_in[0] = power_in;
    x->now_out[0] = power_out;
}

void dawg_restore_feed_gain(dawg_restore *x, const float *const in[2], const float *const gain[2], uint32_t n)
{
    dawg_d2 power_in = x->now_in, power_out = x->now_out;
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_d2 v = {(double)in[0][i], (double)in[1][i]}, g = {(double)gain[0][i], (double)gain[1][i]};
        const dawg_d2 out = v * g;
        power_in += v * v;
        power_out += out * out;
    }
    x->now_in = power_in;
    x->now_out = power_out;
}

static void count(dawg_restore *x)
{
    const double ratio_db = 0.5 * dawg_gain_to_db_d(x->in / dawg_max_d(x->out, 1e-30)); /* of powers */
    x->weight = x->fade * x->weight + x->in;
    x->ratio = x->fade * x->ratio + x->in * ratio_db;
    x->quiet = 0;
    x->heard += x->follow * (double)(x->heard + 2u) < 2.0;
}

double dawg_restore_end(dawg_restore *x)
{
    const double now_in = x->now_in[0] + x->now_in[1], now_out = x->now_out[0] + x->now_out[1];
    x->in = dawg_flush_d(x->keep * x->in + now_in);
    x->out = dawg_flush_d(x->keep * x->out + now_out);
    if (now_in > x->gate) {
        count(x);
    } else if (x->quiet < x->quiet_max) {
        ++x->quiet;
    } else {
        x->weight = x->ratio = 0.0;
        x->heard = 0;
    }
    x->now_in = x->now_out = dawg_d2_all(0.0);
    const double goal = x->weight > 0.0 ? dawg_clamp_d(x->ratio / x->weight, x->least_db, x->most_db) : 0.0;
    x->db += dawg_max_d(x->follow, 2.0 / (double)(x->heard + 2u)) * (goal - x->db);
    if (dawg_abs_d(goal - x->db) < ARRIVED_DB) x->db = goal;
    return x->db;
}
