/* SPDX-License-Identifier: MIT
 * classic_detector.c - see classic_detector.h. */
#include "classic_detector.h"
#include "dsp/cold.h"
#include "dsp/envelope.h"
#include "dsp/peak_meter.h"
#include <string.h>

#define PERIOD_MAX CLASSIC_PERIOD_MAX

void classic_detector_reset(classic_detector *x, uint32_t period, double rate)
{
    *x = (classic_detector){.period = period, .rate = rate, .fresh = 1};
    dawg_switch_reset(&x->fade, period, rate);
}

/* ---- plan ------------------------------------------------------------------------------------------------------- */

static DAWG_COLD classic_times design(const classic_law *law, double rate)
{
    const dawg_envelope_times e = dawg_envelope_design((double)law->attack_ms, 0.0, (double)law->release_ms, rate);
    classic_times t = {.attack = e.attack, .release = e.release};
    t.lag = dawg_envelope_share((double)law->lag_ms, rate);
    for (int i = 0; i < CLASSIC_STAGES; ++i) {
        t.share[i] = (double)law->slow[i].share;
        t.rise[i] = dawg_envelope_share((double)law->slow[i].rise_ms, rate);
        t.fall[i] = dawg_envelope_share((double)law->slow[i].fall_ms, rate);
    }
    return t;
}

static void plan_voice(const classic_detector *x, classic_voice *v, const classic_knobs *k)
{
    const classic_law law = classic_law_of(&v->wiring, k);
    if (v->fresh || law.attack_ms != v->law.attack_ms || law.release_ms != v->law.release_ms)
        v->times = design(&law, x->rate); /* stages and lag belong to the wiring */
    v->from = v->fresh ? law.curve : v->law.curve;
    v->law = law;
    v->fresh = 0;
}

static int fading(const classic_detector *x) { return !dawg_switch_on(&x->fade); }

void classic_detector_plan(classic_detector *x, const classic_knobs *k, float link)
{
    const classic_wiring w = classic_wire(k);
    classic_voice *v = &x->voice[x->current];
    if (x->fresh) {
        *v = (classic_voice){.wiring = w, .fresh = 1};
    } else if (!fading(x) && !classic_same_wiring(&w, &v->wiring)) {
        classic_voice *next = &x->voice[x->current ^= 1u];
        *next = (classic_voice){.wiring = w, .fresh = 1};
        memcpy(next->lane, v->lane, sizeof v->lane);
        x->fade.level = 0;
    }
    x->link[0] = x->fresh ? link : x->link[1];
    x->link[1] = link;
    x->fresh = 0;
    dawg_switch_plan(&x->fade, 1);
    plan_voice(x, &x->voice[x->current], k);
    if (fading(x)) plan_voice(x, &x->voice[x->current ^ 1u], k);
}

/* ---- run -------------------------------------------------------------------------------------------------------- */

static float along(const classic_detector *x, uint32_t frame)
{
    return (float)(int32_t)frame / (float)(int32_t)x->period;
}

static void find_goals(const classic_detector *x, const classic_voice *v, uint32_t at, uint32_t n,
                       const float *level_db, float *goal)
{
    const dawg_gain_curve from = v->from, to = v->law.curve;
    if (dawg_gain_curve_same(&from, &to)) {
        for (uint32_t i = 0; i < n; ++i) goal[i] = dawg_gain_curve_db(&to, level_db[i]);
        return;
    }
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_gain_curve now = dawg_gain_curve_between(&from, &to, along(x, at + i));
        goal[i] = dawg_gain_curve_db(&now, level_db[i]);
    }
}

static void link_lanes(const classic_detector *x, uint32_t at, uint32_t n, float goal[2][PERIOD_MAX])
{
    for (uint32_t i = 0; i < n; ++i) {
        const float l = x->link[0] + (x->link[1] - x->link[0]) * along(x, at + i);
        const float most = dawg_max(goal[0][i], goal[1][i]);
        for (int c = 0; c < 2; ++c) goal[c][i] = (1.0f - l) * goal[c][i] + l * most;
    }
}

static int at_rest(const classic_lane *l)
{
    static const classic_lane rest;
    return !memcmp(l, &rest, sizeof rest);
}

static void smooth(const classic_times *t, classic_lane *state, uint32_t n, const float *goal, float *reduction_db)
{
    if (at_rest(state) && dawg_peak(goal, n, 0.0f) == 0.0f) {
        memset(reduction_db, 0, sizeof(float) * n);
        return;
    }
    const classic_times k = *t;
    classic_lane l = *state;
    for (uint32_t i = 0; i < n; ++i) {
        l.peak = dawg_max_d((double)goal[i], k.release * l.peak);
        double held = l.peak;
#pragma GCC unroll 2 /* wasm is compiled without unrolling, and the state would stay in memory */
        for (int s = 0; s < CLASSIC_STAGES; ++s) {
            const double away = l.slow[s] - l.peak;
            l.slow[s] = l.peak + (away < 0.0 ? k.rise[s] : k.fall[s]) * away;
            held = dawg_max_d(held, k.share[s] * l.slow[s]);
        }
        l.y = held + k.attack * (l.y - held);
        l.late = l.y + k.lag * (l.late - l.y);
        reduction_db[i] = (float)l.late;
    }
    *state = l;
}

/* One voice: from levels to reduction. lanes: 1 where both are alike. */
static void run_voice(const classic_detector *x, classic_voice *v, uint32_t at, uint32_t n, uint32_t lanes,
                      float level_db[2][PERIOD_MAX], float out[2][PERIOD_MAX])
{
    float goal[2][PERIOD_MAX];
    for (uint32_t c = 0; c < lanes; ++c) find_goals(x, v, at, n, level_db[c], goal[c]);
    if (lanes == 2) link_lanes(x, at, n, goal);
    for (uint32_t c = 0; c < lanes; ++c) smooth(&v->times, &v->lane[c], n, goal[c], out[c]);
    if (lanes == 1) v->lane[1] = v->lane[0];
}

static int alike(const classic_voice *v) { return !memcmp(&v->lane[0], &v->lane[1], sizeof v->lane[0]); }

int classic_detector_run(classic_detector *x, uint32_t at, uint32_t n, const float *const key[2],
                         float *const reduction_db[2])
{
    classic_voice *now = &x->voice[x->current], *old = &x->voice[x->current ^ 1u];
    const int linked = x->link[0] == 1.0f && x->link[1] == 1.0f, fades = fading(x);
    const int same = linked && alike(now) && (!fades || alike(old));
    const uint32_t lanes = same ? 1 : 2;
    float level_db[2][PERIOD_MAX], to[2][PERIOD_MAX], from[2][PERIOD_MAX];
    for (uint32_t i = 0; i < n; ++i) {
        const float l = dawg_abs(key[0][i]), r = dawg_abs(key[1][i]);
        level_db[0][i] = same ? dawg_max(l, r) : l;
        level_db[1][i] = r;
    }
    for (uint32_t c = 0; c < lanes; ++c)
        for (uint32_t i = 0; i < n; ++i) level_db[c][i] = dawg_gain_to_db(level_db[c][i]);
    run_voice(x, now, at, n, lanes, level_db, to);
    if (fades) run_voice(x, old, at, n, lanes, level_db, from);
    for (uint32_t c = 0; c < lanes && fades; ++c)
        for (uint32_t i = 0; i < n; ++i)
            to[c][i] = from[c][i] + dawg_switch_at(&x->fade, at + i) * (to[c][i] - from[c][i]);
    x->deepest = dawg_max(to[0][n - 1], to[lanes - 1][n - 1]);
    for (uint32_t c = 0; c < 2; ++c) memcpy(reduction_db[c], to[same ? 0 : c], sizeof(float) * n);
    return same;
}

static double flush_db(double x) { return x < DAWG_ENVELOPE_TINY_DB ? 0.0 : x; }

void classic_detector_end(classic_detector *x)
{
    dawg_switch_end(&x->fade);
    for (uint32_t v = 0; v < 2; ++v)
        for (uint32_t c = 0; c < 2; ++c) {
            classic_lane *l = &x->voice[v].lane[c];
            l->peak = flush_db(l->peak);
            l->y = flush_db(l->y);
            l->late = flush_db(l->late);
            for (int s = 0; s < CLASSIC_STAGES; ++s) l->slow[s] = flush_db(l->slow[s]);
        }
}

classic_colour classic_detector_colour(const classic_detector *x, uint32_t frame)
{
    const classic_colour to = classic_colour_of(x->voice[x->current].wiring.model);
    if (!fading(x)) return to;
    const classic_colour from = classic_colour_of(x->voice[x->current ^ 1u].wiring.model);
    const float w = dawg_switch_at(&x->fade, frame);
    return (classic_colour){from.even + w * (to.even - from.even), from.odd + w * (to.odd - from.odd),
                            from.iron + w * (to.iron - from.iron)};
}
