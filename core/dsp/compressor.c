/* SPDX-License-Identifier: MIT
 * compressor.c - see compressor.h. */
#include "compressor.h"
#include <stddef.h>
#include <string.h>

#define PERIOD_MAX DAWG_COMPRESSOR_PERIOD_MAX
#define RMS_MS 10.0  /* time constant of the mean square: 0.035 dB of ripple under 1 kHz */
#define LATE_MS 30.0 /* by which the attack of transients is longer */

void dawg_compressor_reset(dawg_compressor *x, uint32_t period, double rate)
{
    memset(x, 0, sizeof *x);
    x->period = period;
    x->rate = rate;
    x->fresh = 1;
    x->rms_follow = 1.0 - dawg_envelope_share(RMS_MS, rate);
    dawg_switch_reset(&x->rms, period, rate);
    dawg_switch_reset(&x->auto_release, period, rate);
    dawg_crest_reset(&x->crest, period, rate);
}

static void rest_at(dawg_compressor_lane *l, double db) { l->envelope.peak = l->envelope.y = l->slow = l->late = db; }

static int rests_at(const dawg_compressor_lane *l, double db)
{
    return l->envelope.peak == db && l->envelope.y == db && l->slow == db && l->late == db;
}

void dawg_compressor_plan(dawg_compressor *x, const dawg_compressor_setting *to)
{
    const dawg_compressor_setting *old = &x->to;
    if (x->fresh || old->attack_ms != to->attack_ms || old->hold_ms != to->hold_ms ||
        old->release_ms != to->release_ms) {
        const double attack = (double)to->attack_ms, release = (double)to->release_ms;
        x->times = dawg_envelope_design(attack, (double)to->hold_ms, release, x->rate);
        x->late_attack = dawg_envelope_share(attack + LATE_MS, x->rate);
        x->release = dawg_auto_release_design(release, x->rate);
    }
    x->from = x->fresh ? *to : x->to;
    x->to = *to;
    x->rest_db[1] = 0.0f - dawg_gain_curve_rest_db(&to->curve);
    if (x->fresh) {
        x->rest_db[0] = x->rest_db[1];
        for (uint32_t c = 0; c < 2; ++c) rest_at(&x->lane[c], (double)x->rest_db[0]);
    }
    x->fresh = 0;
    dawg_switch_plan(&x->rms, to->rms != 0);
    dawg_switch_plan(&x->auto_release, to->auto_release != 0);
}

/* ---- level ------------------------------------------------------------------------------------------------------ */

static void mean_level(dawg_compressor_lane *lane, double follow, uint32_t n, const float *key, float *level)
{
    double power = lane->power;
    for (uint32_t i = 0; i < n; ++i) {
        power += follow * ((double)key[i] * (double)key[i] - power);
        level[i] = (float)dawg_sqrt_d(2.0 * power);
    }
    lane->power = power;
}

/* dB of the key in one lane. */
static void level_db(dawg_compressor *x, uint32_t c, uint32_t at, uint32_t n, const float *key, float *db)
{
    float mean[PERIOD_MAX];
    for (uint32_t i = 0; i < n; ++i) db[i] = dawg_gain_to_db(dawg_abs(key[i]));
    if (dawg_switch_off(&x->rms)) return;
    mean_level(&x->lane[c], x->rms_follow, n, key, mean);
    for (uint32_t i = 0; i < n; ++i) mean[i] = dawg_gain_to_db(mean[i]);
    for (uint32_t i = 0; i < n; ++i) {
        const float w = dawg_switch_at(&x->rms, at + i);
        db[i] = w < 1.0f ? db[i] + w * (mean[i] - db[i]) : mean[i];
    }
}

static float along(const dawg_compressor *x, float from, float to, uint32_t frame)
{
    if (from == to) return to; /* the same, without a division */
    return from + (to - from) * ((float)(int32_t)frame / (float)x->period);
}

/* ---- goal ------------------------------------------------------------------------------------------------------- */

/* How far from rest: exactly 0 in silence. */
static float goal_of(const dawg_gain_curve *c, float db)
{
    return dawg_gain_curve_db(c, db) + (dawg_gain_curve_rest_db(c) - dawg_gain_curve_lift_db(c, db));
}

/* db -> goal, in place. */
static void compute(const dawg_compressor *x, uint32_t at, uint32_t n, float *io)
{
    const dawg_gain_curve *from = &x->from.curve, to = x->to.curve;
    if (dawg_gain_curve_same(from, &to)) {
        if (to.lift_db == 0.0f)
            for (uint32_t i = 0; i < n; ++i) io[i] = dawg_gain_curve_db(&to, io[i]);
        else
            for (uint32_t i = 0; i < n; ++i) io[i] = goal_of(&to, io[i]);
        return;
    }
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_gain_curve now = dawg_gain_curve_between(from, &to, (float)(at + i) / (float)x->period);
        io[i] = goal_of(&now, io[i]);
    }
}

static int linked(const dawg_compressor *x) { return x->from.link == 1.0f && x->to.link == 1.0f; }

static void link_lanes(const dawg_compressor *x, uint32_t at, uint32_t n, float goal[2][PERIOD_MAX])
{
    for (uint32_t i = 0; i < n; ++i) {
        const float l = along(x, x->from.link, x->to.link, at + i), most = dawg_max(goal[0][i], goal[1][i]);
        for (int c = 0; c < 2; ++c) goal[c][i] = (1.0f - l) * goal[c][i] + l * most;
    }
}

/* What to go to, counted from rest. One logarithm serves both lanes where the larger peak decides. */
static void find_goals(dawg_compressor *x, uint32_t at, uint32_t n, const float *const key[2],
                       float goal[2][PERIOD_MAX])
{
    if (linked(x) && dawg_switch_off(&x->rms)) {
        float most[PERIOD_MAX];
        for (uint32_t i = 0; i < n; ++i) most[i] = dawg_max(dawg_abs(key[0][i]), dawg_abs(key[1][i]));
        level_db(x, 0, at, n, most, goal[0]);
        compute(x, at, n, goal[0]);
        memcpy(goal[1], goal[0], sizeof(float) * n);
        return;
    }
    for (uint32_t c = 0; c < 2; ++c) {
        level_db(x, c, at, n, key[c], goal[c]);
        compute(x, at, n, goal[c]);
    }
    link_lanes(x, at, n, goal);
}

/* ---- time ------------------------------------------------------------------------------------------------------- */

static int is_silent(const float *const key[2], uint32_t i) { return key[0][i] == 0.0f && key[1][i] == 0.0f; }

/* The usual case, in which nothing moves or waits: the same bits as below. */
static void smooth_only(dawg_compressor_lane *io, const dawg_envelope_times *t, double late_attack, float rest,
                        uint32_t n, const float *restrict goal, float *restrict reduction_db)
{
    dawg_compressor_lane lane = *io;
    const dawg_envelope_times times = *t;
    uint32_t i = 0;
    if (rests_at(&lane, (double)rest))
        for (; i < n && goal[i] == 0.0f; ++i) reduction_db[i] = rest;
    for (; i < n; ++i) {
        const double peak = dawg_envelope_peak(&lane.envelope, &times, (double)(rest + goal[i]));
        lane.late = peak + late_attack * (lane.late - peak);
        reduction_db[i] = (float)dawg_envelope_follow(&lane.envelope, &times, peak);
    }
    *io = lane;
}

static void smooth(dawg_compressor *x, uint32_t c, uint32_t at, uint32_t n, const float *const key[2],
                   const float *goal, float *reduction_db)
{
    dawg_compressor_lane lane = x->lane[c];
    dawg_envelope_times times = x->times;
    if (x->crest.share < 1.0) times.attack = dawg_envelope_share((double)x->to.attack_ms * x->crest.share, x->rate);
    const int is_auto = !dawg_switch_off(&x->auto_release), fades = is_auto && !dawg_switch_on(&x->auto_release);
    const float from = x->rest_db[0], to = x->rest_db[1];
    if (!is_auto && from == to && x->from.transients == 0.0f && x->to.transients == 0.0f) {
        smooth_only(&x->lane[c], &times, x->late_attack, to, n, goal, reduction_db);
        return;
    }
    for (uint32_t i = 0; i < n; ++i) {
        const float rest = along(x, from, to, at + i);
        if (rests_at(&lane,
                     (double)from)) { /* silence goes where rest goes; what sounds is smoothed on its way there */
            if (goal[i] == 0.0f && (from == to || is_silent(key, i))) {
                reduction_db[i] = rest;
                continue;
            }
            rest_at(&lane, (double)rest);
        }
        double peak = dawg_envelope_peak(&lane.envelope, &times, (double)(rest + goal[i]));
        if (is_auto) {
            const double held = dawg_auto_release_tick(&lane.slow, &x->release, peak);
            peak += (fades ? (double)dawg_switch_at(&x->auto_release, at + i) : 1.0) * (held - peak);
        }
        const double y = dawg_envelope_follow(&lane.envelope, &times, peak);
        lane.late = peak + x->late_attack * (lane.late - peak);
        const double amount = (double)along(x, x->from.transients, x->to.transients, at + i);
        reduction_db[i] = (float)(y - amount * dawg_max_d(y - lane.late, 0.0));
    }
    x->lane[c] = lane;
}

/* In time; what the detectors hold may differ. */
static int alike(const dawg_compressor_lane *a, const dawg_compressor_lane *b)
{
    return !memcmp(a, b, offsetof(dawg_compressor_lane, power));
}

int dawg_compressor_run(dawg_compressor *x, uint32_t at, uint32_t n, const float *const key[2],
                        float *const reduction_db[2])
{
    float goal[2][PERIOD_MAX];
    if (x->to.adaptive_attack)
        for (uint32_t i = 0; i < n; ++i) dawg_crest_tick(&x->crest, dawg_max(dawg_abs(key[0][i]), dawg_abs(key[1][i])));
    find_goals(x, at, n, key, goal);
    const int same = linked(x) && alike(&x->lane[0], &x->lane[1]);
    for (uint32_t c = 0; c < 2; ++c) {
        if (c && same) {
            const double power = x->lane[1].power;
            x->lane[1] = x->lane[0];
            x->lane[1].power = power;
            memcpy(reduction_db[1], reduction_db[0], sizeof(float) * n);
        } else {
            smooth(x, c, at, n, key, goal[c], reduction_db[c]);
        }
    }
    return same;
}

void dawg_compressor_end(dawg_compressor *x)
{
    dawg_switch_end(&x->rms);
    dawg_switch_end(&x->auto_release);
    for (uint32_t c = 0; c < 2; ++c) {
        dawg_compressor_lane *lane = &x->lane[c];
        const double rest = (double)x->rest_db[1];
        if (rests_at(lane, (double)x->rest_db[0])) rest_at(lane, rest);
        dawg_envelope_flush_to(&lane->envelope, rest);
        lane->slow = dawg_switch_off(&x->auto_release) ? rest : dawg_envelope_settle(lane->slow, rest);
        lane->late = dawg_envelope_settle(lane->late, rest);
        lane->power = dawg_switch_off(&x->rms) ? 0.0 : dawg_flush_d(lane->power);
    }
    x->rest_db[0] = x->rest_db[1];
    if (x->to.adaptive_attack) dawg_crest_end(&x->crest);
    else dawg_crest_forget(&x->crest);
}

float dawg_compressor_reduction_db(const dawg_compressor *x)
{
    double most = 0.0;
    for (uint32_t c = 0; c < 2; ++c) {
        const double y = x->lane[c].envelope.y, late = dawg_max_d(y - x->lane[c].late, 0.0);
        const double now = y - (double)x->to.transients * late;
        most = c ? dawg_max_d(most, now) : now;
    }
    return (float)most;
}
