/* SPDX-License-Identifier: MIT
 * proximity.c - see proximity.h. Between two control periods the running coefficients go in equal steps, as in
 * eq_dynamic.c. */
#include "proximity.h"
#include "gain_curve.h"
#include <string.h>

#define MEAN_S 0.4
#define TOP_HZ 1000.0
#define REST 1.5 /* of hz: the rest begins there, so that a boom hardly counts on both sides */
#define BUTTERWORTH_Q 0.70710678118654752
#define FLOOR 1e-8 /* mean square of the rest: -80 dBFS; below there is nothing to compare with */

static double warped(double hz, double rate) { return dawg_tan_d(DAWG_PI * dawg_min_d(hz / rate, 0.45)); }

void dawg_proximity_reset(dawg_proximity *x, uint32_t period, double rate)
{
    memset(x, 0, sizeof *x);
    x->period = period;
    x->rate = rate;
    x->keep = dawg_exp_d(-(double)period / (MEAN_S * rate));
    const dawg_svf top = {.g = warped(TOP_HZ, rate), .k = 1.0 / BUTTERWORTH_Q, .lp = 1.0};
    x->top = dawg_svf_ready(&top);
}

/* H = A (s^2 + s sqrt(A)/Q + A) / (A s^2 + s sqrt(A)/Q + 1), with s sqrt(A) for s. */
static dawg_svf shelf(double tan_half, double gain_db)
{
    const double root = dawg_db_to_gain_d(0.25 * gain_db), a = root * root;
    return (dawg_svf){tan_half / root, 1.0 / DAWG_PROXIMITY_Q, 1.0, a / DAWG_PROXIMITY_Q, a * a};
}

dawg_svf dawg_proximity_shelf(double hz, double rate, double gain_db) { return shelf(warped(hz, rate), gain_db); }

/* ---- plan ------------------------------------------------------------------------------------------------------- */

static void tune(dawg_proximity *x, double hz)
{
    x->hz = hz;
    x->tan_half = warped(hz, x->rate);
    const dawg_svf low = {.g = x->tan_half, .k = 1.0 / BUTTERWORTH_Q, .lp = 1.0};
    const dawg_svf high = {.g = warped(REST * hz, x->rate), .k = 1.0 / BUTTERWORTH_Q, .hp = 1.0};
    const dawg_svf_run a = dawg_svf_ready(&low), b = dawg_svf_ready(&high);
    x->split = dawg_svf_side_by_side(&a, &b);
}

/* dB to take off; less while little of a voice was heard. */
static double too_much(const dawg_proximity *x, float range_db)
{
    const dawg_gain_curve curve =
        dawg_gain_curve_make(DAWG_PROXIMITY_USUAL_DB, 1.0f, DAWG_PROXIMITY_KNEE_DB, DAWG_RANGE_ALL);
    if (x->power[1] <= FLOOR * x->heard) return 0.0;
    const double ratio_db = 0.5 * dawg_gain_to_db_d(dawg_max_d(x->power[0] / x->power[1], 1e-20));
    return dawg_min_d(x->heard * (double)dawg_gain_curve_db(&curve, (float)ratio_db), (double)range_db);
}

static void forget(dawg_proximity *x)
{
    static const dawg_svf_state silence;
    x->split_state = x->top_state = x->state = silence;
    x->power = x->now = dawg_d2_all(0.0);
    x->heard = x->from_db = x->to_db = 0.0;
    x->in_path = 0;
}

void dawg_proximity_plan(dawg_proximity *x, double hz, float range_db)
{
    if (range_db == 0.0f && x->to_db == 0.0) {
        forget(x);
        return;
    }
    const int retuned = hz != x->hz, first = !x->in_path;
    x->from_db = x->to_db;
    x->to_db = -too_much(x, range_db);
    x->in_path = 1;
    if (retuned) tune(x, hz);
    x->from = x->to;
    if (retuned || first || x->from_db != x->to_db) {
        const dawg_svf to = shelf(x->tan_half, x->to_db);
        x->to = dawg_svf_ready(&to);
    }
    if (first) x->from = x->to;
}

/* ---- sound ------------------------------------------------------------------------------------------------------ */

static void listen(dawg_proximity *x, uint32_t n, const float *key)
{
    const dawg_svf_lanes split = x->split, top = dawg_svf_in_lanes(&x->top);
    dawg_svf_state a = x->split_state, b = x->top_state;
    dawg_d2 sum = x->now;
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_d2 y = dawg_svf_tick_lanes(&top, &b, dawg_svf_tick_lanes(&split, &a, dawg_d2_all((double)key[i])));
        sum += y * y;
    }
    x->split_state = a;
    x->top_state = b;
    x->now = sum;
}

static double between(double from, double to, double u) { return from + (to - from) * u; }

void dawg_proximity_run(dawg_proximity *x, uint32_t at, uint32_t n, const float *key, dawg_d2 *io)
{
    if (!x->in_path) return;
    listen(x, n, key);
    const dawg_svf_run *a = &x->from, *b = &x->to;
    dawg_svf_state state = x->state;
    for (uint32_t i = 0; i < n; ++i) {
        const double u = (double)(at + i) / (double)x->period;
        const dawg_svf_run now = {between(a->p, b->p, u),   between(a->q, b->q, u),   between(a->r, b->r, u),
                                  between(a->c1, b->c1, u), between(a->c2, b->c2, u), between(a->d, b->d, u)};
        io[i] = dawg_svf_tick(&now, &state, io[i]);
    }
    x->state = state;
}

void dawg_proximity_end(dawg_proximity *x, int voiced)
{
    if (voiced) {
        const double more = 1.0 - x->keep;
        x->power = dawg_d2_all(x->keep) * x->power + dawg_d2_all(more / (double)x->period) * x->now;
        x->heard = x->keep * x->heard + more;
    }
    x->now = dawg_d2_all(0.0);
    dawg_svf_flush(&x->split_state);
    dawg_svf_flush(&x->top_state);
    dawg_svf_flush(&x->state);
}
