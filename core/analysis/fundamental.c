/* SPDX-License-Identifier: MIT
 * fundamental.c - see fundamental.h. */
#include "fundamental.h"
#include "dsp/eq_design.h"
#include "dsp/vec.h"
#include <string.h>

#define LAGS DAWG_FUNDAMENTAL_LAGS
#define ROOM DAWG_FUNDAMENTAL_ROOM
#define KEPT_HZ 6000.0 /* about: then a lag is fine enough for 1 % */
#define TOP_HZ 900.0   /* the first formant and above say little of pitch */
#define BOTTOM_HZ 50.0 /* rumble */
#define WINDOW_S 0.020 /* two periods of a low voice and its octave errors */
#define HOP_S 0.005
#define NEARLY 0.9f  /* of the highest peak: the first such one is the period, not a multiple */
#define BEGINS 0.7f  /* clarity from which it is a voice */
#define ENDS 0.55f   /* and below which it no longer is */
#define STEADY 1.12f /* two looks in a row agree within this ratio */
#define LOW 0.01f    /* of all power: a voice has most of it under 900 Hz, at least a hundredth */
#define FLOOR 1e-7f  /* mean square under 900 Hz: -70 dBFS */

static dawg_biquad pass(dawg_eq_type type, double hz, double rate, double q)
{
    const dawg_svf c = dawg_eq_design(type, hz, rate, 0.0, q);
    return dawg_biquad_from_svf(&c);
}

void dawg_fundamental_reset(dawg_fundamental *x, double rate)
{
    memset(x, 0, sizeof *x);
    const uint32_t step = (uint32_t)(rate / KEPT_HZ + 0.5);
    const double kept = rate / (double)step;
    x->step = step;
    x->hop = (uint32_t)(HOP_S * kept + 0.5);
    x->lags = ((uint32_t)(kept / DAWG_FUNDAMENTAL_MIN_HZ) + 2u + 3u) & ~3u;
    x->at = ROOM;
    x->rate = (float)kept;
    x->keep = (float)dawg_exp_d(-1.0 / (WINDOW_S * kept));
    x->low[0] = pass(DAWG_EQ_LOW_PASS, TOP_HZ, rate, 0.54119610); /* Butterworth of fourth order */
    x->low[1] = pass(DAWG_EQ_LOW_PASS, TOP_HZ, rate, 1.30656296);
    x->high = pass(DAWG_EQ_HIGH_PASS, BOTTOM_HZ, kept, 0.70710678);
}

/* ---- the look --------------------------------------------------------------------------------------------------- */

/* Highest point of n from `lag` on until it falls below 0; where it is, or 0. *lag: where the next lobe is looked for. */
static uint32_t lobe(const float *n, uint32_t *lag, uint32_t first, uint32_t last)
{
    uint32_t top = 0, t = *lag;
    while (t < last && n[t] <= 0.0f) ++t;
    for (; t < last && n[t] > 0.0f; ++t)
        if (t >= first && n[t] >= n[t - 1] && n[t] > n[t + 1] && (!top || n[t] > n[top])) top = t;
    *lag = t;
    return top;
}

static void look(dawg_fundamental *x)
{
    const float *energy = x->energy + x->at;
    const uint32_t last = x->lags - 1u, first = (uint32_t)(x->rate / (float)DAWG_FUNDAMENTAL_MAX_HZ);
    float n[LAGS] = {0}, best = 0.0f;
    for (uint32_t t = 0; t < x->lags; ++t) n[t] = 2.0f * x->sum[t] / (energy[0] + energy[t] + 1e-30f);
    uint32_t start = 1, found = 0;
    while (start < last && n[start] > 0.0f) ++start;
    for (uint32_t lag = start; lag < last;) {
        const uint32_t top = lobe(n, &lag, first, last);
        if (top) best = dawg_max(best, n[top]);
    }
    for (uint32_t lag = start; lag < last && !found;) {
        const uint32_t top = lobe(n, &lag, first, last);
        if (top && n[top] >= NEARLY * best) found = top;
    }
    const float power = energy[0] * (1.0f - x->keep), was = x->candidate_hz;
    x->clarity = found && power > FLOOR && power > LOW * x->all ? dawg_min(n[found], 1.0f) : 0.0f;
    x->candidate_hz = 0.0f;
    if (x->clarity >= (x->hz > 0.0f ? ENDS : BEGINS)) {
        const float a = n[found - 1], b = n[found], c = n[found + 1], bend = a - 2.0f * b + c;
        x->candidate_hz = x->rate / ((float)found + 0.5f * (a - c) / bend); /* top of the parabola; bend < 0 */
    }
    const int agree = x->candidate_hz < STEADY * was && was < STEADY * x->candidate_hz;
    if (agree) x->hz = x->candidate_hz;
    else if (was == 0.0f || x->candidate_hz == 0.0f) x->hz = 0.0f;
}

/* ---- the sums --------------------------------------------------------------------------------------------------- */

static void keep_sample(dawg_fundamental *x, float in)
{
    if (x->at == 0) {
        memmove(x->past + ROOM, x->past, sizeof(float) * LAGS);
        memmove(x->energy + ROOM, x->energy, sizeof(float) * LAGS);
        x->at = ROOM;
    }
    float *past = x->past + --x->at;
    past[0] = in;
    const dawg_f4 keep = dawg_f4_all(x->keep), now = dawg_f4_all(in);
    for (uint32_t t = 0; t < x->lags; t += 4u)
        dawg_f4_store(x->sum + t, keep * dawg_f4_load(x->sum + t) + now * dawg_f4_load(past + t));
    x->energy[x->at] = x->sum[0];
    if (++x->waited < x->hop) return;
    x->waited = 0;
    look(x);
    for (uint32_t t = 0; t < x->lags; ++t) x->sum[t] = dawg_flush(x->sum[t]);
}

void dawg_fundamental_feed(dawg_fundamental *x, const float *in, uint32_t n)
{
    dawg_biquad_state a = x->low_state[0], b = x->low_state[1];
    float all = x->unkept;
    uint32_t phase = x->phase;
    for (uint32_t i = 0; i < n; ++i) {
        const double y = dawg_biquad_tick(&x->low[1], &b, dawg_biquad_tick(&x->low[0], &a, (double)in[i]));
        all += in[i] * in[i];
        if (++phase < x->step) continue;
        phase = 0;
        x->all = dawg_flush(x->keep * x->all + (1.0f - x->keep) * (all / (float)x->step));
        all = 0.0f;
        keep_sample(x, dawg_flush((float)dawg_biquad_tick(&x->high, &x->high_state, y)));
    }
    x->phase = phase;
    x->unkept = all;
    x->low_state[0] = a;
    x->low_state[1] = b;
}

void dawg_fundamental_end(dawg_fundamental *x)
{
    dawg_biquad_flush(&x->low_state[0]);
    dawg_biquad_flush(&x->low_state[1]);
    dawg_biquad_flush(&x->high_state);
}
