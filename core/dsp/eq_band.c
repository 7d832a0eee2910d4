/* SPDX-License-Identifier: MIT
 * eq_band.c - see eq_band.h. */
#include "eq_band.h"
#include "fade.h"

#define BANDS_MAX 16u

static const dawg_svf_state silence;

void dawg_eq_band_reset(dawg_eq_band *b, uint32_t period, double rate)
{
    const uint32_t periods = (uint32_t)(DAWG_EQ_FADE_S * rate / (double)period + 0.5);
    *b = (dawg_eq_band){.fresh = 1, .period = period, .fade_frames = (periods ? periods : 1u) * period, .rate = rate};
}

static dawg_svf design(const dawg_eq_band *b, dawg_eq_type type, const dawg_eq_knobs *k)
{
    return dawg_eq_design(type, k->hz, b->rate, k->gain_db, k->q);
}

/* The voice that is leaving keeps the response it had. */
static void hold(dawg_eq_voice *v)
{
    if (v->moving) v->run = dawg_svf_ready(&v->to);
    v->moving = 0;
}

static void follow(dawg_eq_band *b, dawg_eq_voice *v, const dawg_eq_knobs *from, const dawg_eq_knobs *to)
{
    const int moves = from->hz != to->hz || from->gain_db != to->gain_db || from->q != to->q;
    const int silent = v->level == 0 && v->way == 0;
    v->neutral = dawg_eq_has_gain(v->type) && from->gain_db == 0.0 && to->gain_db == 0.0;
    if (silent || v->neutral) {
        v->state = silence;
        v->stale = 1;
        v->moving = 0;
        return;
    }
    if (!v->stale && !moves) {
        hold(v);
        return;
    }
    v->from = v->stale ? design(b, v->type, from) : v->to;
    v->to = v->stale && !moves ? v->from : design(b, v->type, to);
    v->moving = (uint32_t)moves;
    v->stale = 0;
    if (!moves) v->run = dawg_svf_ready(&v->to);
}

void dawg_eq_band_plan(dawg_eq_band *b, int on, dawg_eq_type type, const dawg_eq_knobs *from, const dawg_eq_knobs *to)
{
    dawg_eq_voice *v = &b->voice[b->current], *other = &b->voice[1u - b->current];
    if (b->fresh) {
        *v = (dawg_eq_voice){.type = type, .level = on ? b->fade_frames : 0, .stale = 1};
        b->fresh = 0;
    } else if (type != v->type && v->level == 0) {
        v->type = type;
        v->stale = 1;
    } else if (type != v->type && other->level == 0) {
        b->current = 1u - b->current;
        other = v;
        v = &b->voice[b->current];
        *v = (dawg_eq_voice){.type = type, .stale = 1};
    }
    v->way = on ? v->level < b->fade_frames : -(v->level > 0);
    other->way = -(other->level > 0);
    follow(b, v, from, to);
    hold(other);
}

/* How much of the voice is heard, i frames into the control period. */
static double share(const dawg_eq_band *b, const dawg_eq_voice *v, uint32_t i)
{
    const int32_t frames = (int32_t)v->level + v->way * (int32_t)i;
    return (double)dawg_ease((float)frames / (float)b->fade_frames);
}

static int heard(const dawg_eq_voice *v) { return (v->level > 0 || v->way > 0) && !v->neutral; }

static void run_voice(const dawg_eq_band *b, dawg_eq_voice *v, uint32_t at, const dawg_d2 *x, dawg_d2 *y, uint32_t n)
{
    const int fades = v->way != 0 || v->level != b->fade_frames;
    const double step = 1.0 / (double)b->period;
    dawg_svf_state state = v->state;
    dawg_svf_run run = v->run;
    for (uint32_t i = 0; i < n; ++i) {
        if (v->moving) {
            const dawg_svf now = dawg_svf_between(&v->from, &v->to, (double)(at + i) * step);
            run = dawg_svf_ready(&now);
        }
        const dawg_d2 wet = dawg_svf_tick(&run, &state, x[i]);
        y[i] = fades ? y[i] + share(b, v, at + i) * (wet - x[i]) : wet;
    }
    v->state = state;
}

static void run_moving(dawg_eq_band *b, uint32_t at, dawg_d2 *x, uint32_t n)
{
    enum { CHUNK = 32 };
    for (uint32_t done = 0, m; done < n; done += m) {
        dawg_d2 in[CHUNK];
        m = n - done < CHUNK ? n - done : CHUNK;
        memcpy(in, x + done, sizeof(dawg_d2) * m);
        for (uint32_t i = 0; i < 2; ++i)
            if (heard(&b->voice[i])) run_voice(b, &b->voice[i], at + done, in, x + done, m);
    }
}

/* One voice, wholly in the path, at rest. */
static int steady(const dawg_eq_band *b)
{
    const dawg_eq_voice *v = &b->voice[b->current];
    return heard(v) && v->level == b->fade_frames && v->way == 0 && !v->moving && b->voice[1u - b->current].level == 0;
}

void dawg_eq_bands_run(dawg_eq_band *bands, uint32_t n_bands, uint32_t at, dawg_d2 *x, uint32_t n)
{
    const dawg_svf_run *run[BANDS_MAX];
    dawg_svf_state *state[BANDS_MAX];
    uint32_t waiting = 0;
    for (uint32_t i = 0; i < n_bands; ++i) {
        dawg_eq_voice *v = &bands[i].voice[bands[i].current];
        if (steady(&bands[i])) {
            run[waiting] = &v->run;
            state[waiting++] = &v->state;
        } else if (heard(v) || heard(&bands[i].voice[1u - bands[i].current])) {
            dawg_svf_series(run, state, waiting, x, n);
            waiting = 0;
            run_moving(&bands[i], at, x, n);
        }
    }
    dawg_svf_series(run, state, waiting, x, n);
}

int dawg_eq_bands_idle(const dawg_eq_band *bands, uint32_t n_bands)
{
    int any = 0;
    for (uint32_t i = 0; i < n_bands; ++i) any |= heard(&bands[i].voice[0]) | heard(&bands[i].voice[1]);
    return !any;
}

void dawg_eq_band_end(dawg_eq_band *b)
{
    for (uint32_t i = 0; i < 2; ++i) {
        dawg_eq_voice *v = &b->voice[i];
        v->level += (uint32_t)(v->way * (int32_t)b->period);
        v->way = 0;
        if (v->level > 0) {
            dawg_svf_flush(&v->state);
        } else {
            v->state = silence;
            v->stale = 1;
        }
    }
}
