/* SPDX-License-Identifier: MIT
 * compressor.c - see compressor.h. */
#include "compressor.h"
#include "peak_meter.h"
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
    return from + (to - from) * ((float)(int32_t)frame / (float)x->period);
}

/* ---- goal ------------------------------------------------------------------------------------------------------- */

/* db -> goal, in place. */
static void compute(const dawg_compressor *x, uint32_t at, uint32_t n, float *io)
{
    const dawg_gain_curve *from = &x->from.curve, to = x->to.curve;
    if (dawg_gain_curve_same(from, &to)) {
        for (uint32_t i = 0; i < n; ++i) io[i] = dawg_gain_curve_db(&to, io[i]);
        return;
    }
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_gain_curve now = dawg_gain_curve_between(from, &to, (float)(at + i) / (float)x->period);
        io[i] = dawg_gain_curve_db(&now, io[i]);
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

/* The reduction to go to. One logarithm serves both lanes where the larger peak decides. */
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

static void smooth(dawg_compressor *x, uint32_t c, uint32_t at, uint32_t n, const float *goal, float *reduction_db)
{
    dawg_compressor_lane lane = x->lane[c];
    dawg_envelope_times times = x->times;
    if (x->crest.share < 1.0) times.attack = dawg_envelope_share((double)x->to.attack_ms * x->crest.share, x->rate);
    const int is_auto = !dawg_switch_off(&x->auto_release), fades = is_auto && !dawg_switch_on(&x->auto_release);
    for (uint32_t i = 0; i < n; ++i) {
        double peak = dawg_envelope_peak(&lane.envelope, &times, (double)goal[i]);
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

static int at_rest(const dawg_compressor_lane *l)
{
    return l->envelope.peak == 0.0 && l->envelope.y == 0.0 && l->slow == 0.0 && l->late == 0.0;
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
        } else if (at_rest(&x->lane[c]) && dawg_peak(goal[c], n, 0.0f) == 0.0f) {
            memset(reduction_db[c], 0, sizeof(float) * n);
        } else {
            smooth(x, c, at, n, goal[c], reduction_db[c]);
        }
    }
    return same;
}

static double flush_db(double x) { return x < DAWG_ENVELOPE_TINY_DB ? 0.0 : x; }

void dawg_compressor_end(dawg_compressor *x)
{
    dawg_switch_end(&x->rms);
    dawg_switch_end(&x->auto_release);
    for (uint32_t c = 0; c < 2; ++c) {
        dawg_compressor_lane *lane = &x->lane[c];
        dawg_envelope_flush(&lane->envelope);
        lane->slow = dawg_switch_off(&x->auto_release) ? 0.0 : flush_db(lane->slow);
        lane->late = flush_db(lane->late);
        lane->power = dawg_switch_off(&x->rms) ? 0.0 : dawg_flush_d(lane->power);
    }
    if (x->to.adaptive_attack) dawg_crest_end(&x->crest);
    else dawg_crest_forget(&x->crest);
}

float dawg_compressor_reduction_db(const dawg_compressor *x)
{
    double most = 0.0;
    for (uint32_t c = 0; c < 2; ++c) {
        const double y = x->lane[c].envelope.y, late = dawg_max_d(y - x->lane[c].late, 0.0);
        most = dawg_max_d(most, y - (double)x->to.transients * late);
    }
    return (float)most;
}
