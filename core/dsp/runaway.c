/* SPDX-License-Identifier: MIT
 * runaway.c - see runaway.h. */
#include "runaway.h"
#include "eq_design.h"

#define BANDS DAWG_RUNAWAY_BANDS
#define CHUNK 64u
#define GLIDE_DB_PER_S 600.0 /* the largest cut takes 40 ms */
#define SHELF_Q 0.70710678
#define BELL_Q 0.66666667 /* two octaves */
#define TOP 0.4           /* of the rate: no corner lies higher */
#define FLOOR 1e-9f       /* mean square, -90 dBFS: below, nothing builds up */
#define GROWTH_MAX_DB 12.0f

static const struct {
    dawg_eq_type cut;
    double hz, q;
} places[BANDS] = {{DAWG_EQ_LOW_SHELF, 300, SHELF_Q},
                   {DAWG_EQ_BELL, 600, BELL_Q},
                   {DAWG_EQ_BELL, 2400, BELL_Q},
                   {DAWG_EQ_HIGH_SHELF, 4800, SHELF_Q}};

static double place_hz(uint32_t band, double rate) { return dawg_min_d(places[band].hz, TOP * rate); }

/* Low-pass, two band-passes that are 1 at their middle, high-pass. */
static dawg_svf listener(uint32_t band, double rate)
{
    const double g = dawg_tan_d(DAWG_PI * place_hz(band, rate) / rate), k = 1.0 / places[band].q;
    const double low = band == 0 ? 1.0 : 0.0, high = band == BANDS - 1u ? 1.0 : 0.0;
    return (dawg_svf){.g = g, .k = k, .hp = high, .bp = (1.0 - low - high) * k, .lp = low};
}

void dawg_runaway_reset(dawg_runaway *x, uint32_t period, double rate)
{
    memset(x, 0, sizeof *x);
    x->rate = rate;
    x->period = period;
    x->known = 1;
    x->step_db = (float)(GLIDE_DB_PER_S * (double)period / rate);
    for (uint32_t i = 0; i < BANDS; ++i) {
        const dawg_svf design = listener(i, rate);
        const dawg_svf_run c = dawg_svf_ready(&design);
        x->p[i] = (float)c.p, x->q[i] = (float)c.q, x->r[i] = (float)c.r;
        x->c1[i] = (float)c.c1, x->c2[i] = (float)c.c2, x->d[i] = (float)c.d;
        dawg_eq_band_reset(&x->band[i], period, rate);
    }
}

/* ---- plan ------------------------------------------------------------------------------------------------------- */

/* As if nothing had been heard. */
static void begin(dawg_runaway *x, uint32_t turn)
{
    x->turn = turn;
    x->at = x->known = 0;
    x->fed = x->passed = 0.0f;
    for (uint32_t i = 0; i < 2; ++i) x->s1[i] = x->s2[i] = x->power[i] = dawg_f4_all(0.0f);
    for (uint32_t i = 0; i < BANDS; ++i) x->goal_db[i] = x->over_db[i] = x->before[i] = x->trend[i] = 0.0f;
}

static dawg_eq_shape shape(const dawg_runaway *x, uint32_t band, float cut_db)
{
    return (dawg_eq_shape){places[band].cut, DAWG_EQ_12_DB, place_hz(band, x->rate), -(double)cut_db, places[band].q};
}

void dawg_runaway_plan(dawg_runaway *x, int on, uint32_t turn)
{
    const int first = x->turn == 0, listens = on && (double)turn >= DAWG_RUNAWAY_TURN_MIN_S * x->rate;
    if (turn != x->turn || listens != (int)x->listens) {
        begin(x, turn);
        x->known = (uint32_t)first;
    }
    x->listens = (uint32_t)listens;
    x->cuts >>= 1;
    for (uint32_t i = 0; i < BANDS; ++i) {
        const float was = x->cut_db[1][i], way = x->goal_db[i] - was;
        x->cut_db[0][i] = was;
        x->cut_db[1][i] = dawg_abs(way) <= x->step_db ? x->goal_db[i] : was + (way > 0.0f ? x->step_db : -x->step_db);
        if (was > 0.0f || x->cut_db[1][i] > 0.0f) x->cuts = 3;
    }
    for (uint32_t i = 0; x->cuts && i < BANDS; ++i) {
        const dawg_eq_shape from = shape(x, i, x->cut_db[0][i]), to = shape(x, i, x->cut_db[1][i]);
        dawg_eq_band_plan(&x->band[i], 1, DAWG_EQ_STEREO, &from, &to);
    }
}

/* ---- sound ------------------------------------------------------------------------------------------------------ */

void dawg_runaway_cut(dawg_runaway *x, uint32_t at, uint32_t n, float *left, float *right)
{
    if (!x->cuts || dawg_eq_bands_idle(x->band, BANDS)) return;
    dawg_d2 io[CHUNK];
    for (uint32_t i = 0; i < n; ++i) io[i] = (dawg_d2){(double)left[i], (double)right[i]};
    dawg_eq_bands_run(x->band, BANDS, at, io, n);
    for (uint32_t i = 0; i < n; ++i) left[i] = (float)io[i][0], right[i] = (float)io[i][1];
}

/* ---- ears ------------------------------------------------------------------------------------------------------- */

/* How far the band is over its trend, and the trend of the turn that comes. */
static float judge(dawg_runaway *x, uint32_t i, float in, float echo, float fed, float passed)
{
    const float now = x->known ? passed * x->trend[i] : echo, next = in + fed * now;
    const float trend = dawg_max(dawg_max(x->before[i], now), dawg_max(next, FLOOR));
    x->before[i] = dawg_flush(now);
    x->trend[i] = dawg_flush(next);
    return 0.5f * dawg_gain_to_db(dawg_max(echo, FLOOR) / trend);
}

static void end_turn(dawg_runaway *x)
{
    const float share = 1.0f / (float)x->turn;
    for (uint32_t i = 0; i < BANDS; ++i) {
        const float over =
            judge(x, i, share * x->power[0][i], share * x->power[1][i], share * x->fed, share * x->passed);
        const float grew = dawg_clamp(over - x->over_db[i] + x->goal_db[i], 0.0f, GROWTH_MAX_DB);
        const int acts = over > DAWG_RUNAWAY_LIMIT_DB || x->goal_db[i] > 0.0f;
        x->goal_db[i] = acts ? dawg_clamp(over + grew - DAWG_RUNAWAY_GOAL_DB, 0.0f, DAWG_RUNAWAY_CUT_MAX_DB) : 0.0f;
        x->over_db[i] = over;
    }
    x->power[0] = x->power[1] = dawg_f4_all(0.0f);
    x->fed = x->passed = 0.0f;
    x->at = 0;
    x->known = 1;
}

/* As dawg_flush: what is squared must be no less, or squares are denormals. */
static dawg_f4 flush(dawg_f4 x)
{
    const dawg_f4 tiny = dawg_f4_all(DAWG_TINY);
    return (dawg_f4)((dawg_i4)x & ((x >= tiny) | (x <= -tiny)));
}

/* The channels are mixed unevenly, so that neither sum nor difference of them is missed. */
static void hear(dawg_runaway *x, uint32_t which, uint32_t n, const float *left, const float *right)
{
    const dawg_f4 p = x->p, q = x->q, r = x->r, c1 = x->c1, c2 = x->c2, d = x->d;
    dawg_f4 s1 = x->s1[which], s2 = x->s2[which], power = x->power[which];
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_f4 in = dawg_f4_all(dawg_flush(left[i]) + 0.5f * dawg_flush(right[i])), e = in - s2;
        const dawg_f4 y = flush(d * in + (c1 * s1 + c2 * s2)), was = s1;
        s1 = p * was + q * e;
        s2 = s2 + (q * was + r * e);
        power += y * y;
    }
    x->s1[which] = s1, x->s2[which] = s2, x->power[which] = power;
}

void dawg_runaway_listen(dawg_runaway *x, uint32_t n, const float *const in[2], const float *const echo[2],
                         const float *limiter, const float *feedback)
{
    for (uint32_t done = 0; x->listens && done < n;) {
        const uint32_t left = x->turn - x->at, part = n - done < left ? n - done : left;
        hear(x, 0, part, in[0] + done, in[1] + done);
        hear(x, 1, part, echo[0] + done, echo[1] + done);
        for (uint32_t i = done; i < done + part; ++i) {
            x->fed += feedback[i] * feedback[i];
            x->passed += limiter[i] * limiter[i];
        }
        x->at += part;
        done += part;
        if (x->at == x->turn) end_turn(x);
    }
}

void dawg_runaway_end(dawg_runaway *x)
{
    for (uint32_t i = 0; i < BANDS; ++i) {
        if (x->cuts) dawg_eq_band_end(&x->band[i]);
        for (uint32_t k = 0; k < 2; ++k) {
            x->s1[k][i] = dawg_flush(x->s1[k][i]);
            x->s2[k][i] = dawg_flush(x->s2[k][i]);
        }
    }
}
