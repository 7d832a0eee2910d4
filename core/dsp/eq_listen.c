/* SPDX-License-Identifier: MIT
 * eq_listen.c - see eq_listen.h. */
#include "eq_listen.h"
#include "eq_band.h"
#include "fade.h"

static const dawg_svf_state silence;

void dawg_eq_listen_reset(dawg_eq_listen *x, uint32_t period, double rate)
{
    const uint32_t periods = (uint32_t)(DAWG_EQ_FADE_S * rate / (double)period + 0.5);
    memset(x, 0, sizeof *x);
    x->fresh = 1;
    x->period = period;
    x->fade_frames = (periods ? periods : 1u) * period;
    x->rate = rate;
}

void dawg_eq_listen_plan(dawg_eq_listen *x, uint32_t band, dawg_eq_placement placement, const dawg_eq_shape *to)
{
    int starts = 0;
    if (x->level == 0 && band) {
        starts = !x->band || x->band != band || x->placement != placement || x->type != to->type;
        x->band = band;
        x->placement = placement;
        x->type = to->type;
    }
    const int fits = band && band == x->band && placement == x->placement && to->type == x->type;
    if (x->fresh && fits) x->level = x->fade_frames;
    x->fresh = 0;
    x->way = fits ? x->level < x->fade_frames : -(x->level > 0);
    if (dawg_eq_listen_idle(x)) {
        x->band = 0;
        x->state = silence;
        return;
    }
    if (!starts) x->from = x->to;
    if (fits) x->to = dawg_eq_key(to, x->rate);
    if (starts) x->from = x->to;
}

void dawg_eq_listen_run(dawg_eq_listen *x, uint32_t at, const float *const dry[2], dawg_d2 *wet, uint32_t n)
{
    if (dawg_eq_listen_idle(x)) return;
    const dawg_d2 lanes = dawg_eq_lanes(x->placement);
    const double step = 1.0 / (double)x->period, sign = x->placement == DAWG_EQ_SIDE ? -1.0 : 1.0;
    dawg_svf_state state = x->state;
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_svf now = dawg_svf_between(&x->from, &x->to, (double)(at + i) * step);
        const dawg_svf_run run = dawg_svf_ready(&now);
        const dawg_d2 in = dawg_eq_to_lanes(x->placement, (dawg_d2){(double)dry[0][i], (double)dry[1][i]});
        const dawg_d2 y = dawg_eq_from_lanes(x->placement, dawg_svf_tick(&run, &state, lanes * in));
        const int32_t frames = (int32_t)x->level + x->way * (int32_t)(at + i);
        const double share = (double)dawg_ease((float)frames / (float)x->fade_frames);
        wet[i] += share * ((dawg_d2){y[0], sign * y[1]} - wet[i]);
    }
    x->state = state;
}

void dawg_eq_listen_end(dawg_eq_listen *x)
{
    if (dawg_eq_listen_idle(x)) return;
    x->level += (uint32_t)(x->way * (int32_t)x->period);
    x->way = 0;
    dawg_svf_flush(&x->state);
}
