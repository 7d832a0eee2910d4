/* SPDX-License-Identifier: MIT
 * sibilance.c - see sibilance.h. */
#include "sibilance.h"
#include "cut.h"
#include "peak_meter.h"
#include <string.h>

#define PERIOD_MAX DAWG_SIBILANCE_PERIOD_MAX
#define SECTIONS DAWG_SIBILANCE_BAND_SECTIONS
#define WHOLE_HZ 200.0
#define FOLLOW_MS 1.5
#define FALL_MS 10.0
#define FADE_DB_PER_S 2.0
#define HUSH 1e-3         /* power: 30 dB below the loudest */
#define POWER_FLOOR 1e-20 /* -200 dB */
#define TRACK_S 0.05      /* of sibilants */
#define TRACK_REACH 1.4142135623730951
#define BAND_REACH 1.7320508075688772 /* 4 .. 12 kHz around 7 kHz */
#define TURNS_MAX 0.45
#define DB_OF_OCTAVES 3.01029996f /* 10 log10 2 */

enum { BAND, DIFFERENCE };

void dawg_sibilance_reset(dawg_sibilance *x, uint32_t period, double rate)
{
    memset(x, 0, sizeof *x);
    x->period = period;
    x->rate = rate;
    x->fresh = 1;
    x->follow = 1.0 - dawg_envelope_share(FOLLOW_MS, rate);
    x->fall = dawg_envelope_share(FALL_MS, rate);
    x->fade = dawg_db_to_gain_d(-2.0 * FADE_DB_PER_S * (double)period / rate);
    x->forget = dawg_exp_d(-(double)period / (TRACK_S * rate));
    dawg_switch_reset(&x->absolute, period, rate);
    dawg_switch_reset(&x->tracking, period, rate);
}

/* ---- plan ------------------------------------------------------------------------------------------------------- */

static dawg_gain_curve curve_of(const dawg_sibilance_setting *s)
{
    return dawg_gain_curve_ducker(s->threshold_db, DAWG_SIBILANCE_KNEE_DB, s->range_db);
}

/* Butterworth sections: a high-pass of fourth order, a low-pass of second order. */
void dawg_sibilance_band(double freq_hz, double rate, dawg_svf sections[SECTIONS])
{
    const double low = dawg_tan_d(DAWG_PI * dawg_min_d(freq_hz / BAND_REACH / rate, TURNS_MAX));
    const double high = dawg_tan_d(DAWG_PI * dawg_min_d(freq_hz * BAND_REACH / rate, TURNS_MAX));
    sections[0] = (dawg_svf){.g = low, .k = 0.76536686473017954, .hp = 1.0};
    sections[1] = (dawg_svf){.g = low, .k = 1.8477590650225735, .hp = 1.0};
    sections[2] = (dawg_svf){.g = high, .k = 1.0 / DAWG_BUTTERWORTH_Q, .lp = 1.0};
}

static dawg_svf whole_of(double rate) { return dawg_cut_design(DAWG_EQ_HIGH_PASS, WHOLE_HZ, rate); }

static double power_at(const dawg_svf *sections, uint32_t n, double turns)
{
    double h[2];
    dawg_svf_response(sections, n, turns, h);
    return h[0] * h[0] + h[1] * h[1];
}

float dawg_sibilance_of_tone_db(const dawg_sibilance_setting *set, double rate, double f_hz)
{
    const dawg_svf all = whole_of(rate);
    dawg_svf band[SECTIONS];
    dawg_sibilance_band((double)set->freq_hz, rate, band);
    const double part = power_at(band, SECTIONS, f_hz / rate);
    const double whole = set->absolute ? 1.0 : (1.0 + HUSH) * power_at(&all, 1, f_hz / rate) + POWER_FLOOR;
    const dawg_gain_curve curve = curve_of(set);
    return dawg_gain_curve_db(&curve, DB_OF_OCTAVES * dawg_log2((float)(part / whole)));
}

static void tune(dawg_sibilance *x, double hz)
{
    dawg_svf sections[SECTIONS];
    dawg_sibilance_band(hz, x->rate, sections);
    for (uint32_t i = 0; i < SECTIONS; ++i) x->band[i] = dawg_svf_ready(&sections[i]);
}

static double found_hz(const dawg_sibilance *x)
{
    const double set = (double)x->to.freq_hz;
    if (x->angle == 0.0) return set;
    const double least = dawg_max_d(set / TRACK_REACH, (double)DAWG_SIBILANCE_HZ_MIN);
    const double most = dawg_min_d(set * TRACK_REACH, (double)DAWG_SIBILANCE_HZ_MAX);
    return dawg_clamp_d(x->angle * x->rate / DAWG_PI, least, most);
}

void dawg_sibilance_plan(dawg_sibilance *x, const dawg_sibilance_setting *to)
{
    const dawg_sibilance_setting *old = &x->to;
    if (x->fresh) {
        const dawg_svf whole = whole_of(x->rate);
        x->whole = dawg_svf_ready(&whole);
    }
    if (x->fresh || old->freq_hz != to->freq_hz) tune(x, (double)to->freq_hz);
    if (x->fresh || old->attack_ms != to->attack_ms || old->hold_ms != to->hold_ms || old->release_ms != to->release_ms)
        x->times = dawg_envelope_design((double)to->attack_ms, (double)to->hold_ms, (double)to->release_ms, x->rate);
    x->from = x->fresh ? *to : x->to;
    x->to = *to;
    x->curve[0] = curve_of(&x->from);
    x->curve[1] = curve_of(&x->to);
    x->fresh = 0;
    dawg_switch_plan(&x->absolute, to->absolute != 0);
    dawg_switch_plan(&x->tracking, to->tracking != 0);
    const double share = (double)dawg_switch_at(&x->tracking, x->period), set = (double)to->freq_hz;
    x->centre_hz = share > 0.0 ? set + share * (found_hz(x) - set) : set;
}

/* ---- goal ------------------------------------------------------------------------------------------------------- */

/* Of one ear, dB: relative, absolute or, while it fades, between. */
static void level_db(const dawg_sibilance *x, dawg_sibilance_ear *ear, uint32_t at, uint32_t n, const double *band,
                     const double *full, float *db)
{
    dawg_sibilance_ear e = *ear;
    double over[PERIOD_MAX], under[PERIOD_MAX];
    const double hush = HUSH * e.loudest + POWER_FLOOR;
    for (uint32_t i = 0; i < n; ++i) {
        e.band += x->follow * (band[i] - e.band);
        e.full += x->follow * (full[i] - e.full);
        e.late = e.full >= e.late ? e.full : e.full + x->fall * (e.late - e.full);
        over[i] = e.band;
        under[i] = e.late + hush;
    }
    *ear = e;
    if (!dawg_switch_on(&x->absolute))
        for (uint32_t i = 0; i < n; ++i) db[i] = DB_OF_OCTAVES * dawg_log2((float)(over[i] / under[i]));
    if (dawg_switch_off(&x->absolute)) return;
    for (uint32_t i = 0; i < n; ++i) {
        const float w = dawg_switch_at(&x->absolute, at + i);
        const float absolute = DB_OF_OCTAVES * dawg_log2((float)(2.0 * over[i]));
        db[i] = w < 1.0f ? db[i] + w * (absolute - db[i]) : absolute;
    }
}

static int linked(const dawg_sibilance *x) { return x->from.link == 1.0f && x->to.link == 1.0f; }

/* Level -> goal, in place. */
static void compute(const dawg_sibilance *x, uint32_t at, uint32_t n, float *io)
{
    const int still = x->from.threshold_db == x->to.threshold_db && x->from.range_db == x->to.range_db;
    if (still) {
        for (uint32_t i = 0; i < n; ++i) io[i] = dawg_gain_curve_db(&x->curve[1], io[i]);
        return;
    }
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_gain_curve now =
            dawg_gain_curve_between(&x->curve[0], &x->curve[1], (float)(at + i) / (float)x->period);
        io[i] = dawg_gain_curve_db(&now, io[i]);
    }
}

/* The reductions to go to. Linked, only that of the louder lane counts. */
static void find_goals(dawg_sibilance *x, uint32_t at, uint32_t n, const dawg_d2 *band, const dawg_d2 *full,
                       float goal[2][PERIOD_MAX])
{
    double b[PERIOD_MAX], f[PERIOD_MAX];
    float both[PERIOD_MAX];
    for (uint32_t i = 0; i < n; ++i) {
        b[i] = dawg_max_d(band[i][0] * band[i][0], band[i][1] * band[i][1]);
        f[i] = dawg_max_d(full[i][0] * full[i][0], full[i][1] * full[i][1]);
    }
    level_db(x, &x->ear[2], at, n, b, f, both);
    x->level_db = both[n - 1u];
    compute(x, at, n, both);
    if (linked(x)) {
        x->ear[0] = x->ear[1] = x->ear[2]; /* so that unlinking finds them where they are */
        for (uint32_t c = 0; c < 2; ++c) memcpy(goal[c], both, sizeof(float) * n);
        return;
    }
    for (uint32_t c = 0; c < 2; ++c) {
        for (uint32_t i = 0; i < n; ++i) {
            b[i] = band[i][c] * band[i][c];
            f[i] = full[i][c] * full[i][c];
        }
        level_db(x, &x->ear[c], at, n, b, f, goal[c]);
        compute(x, at, n, goal[c]);
        for (uint32_t i = 0; i < n; ++i) {
            const float u = (float)(at + i) / (float)x->period;
            const float l = x->from.link + (x->to.link - x->from.link) * u;
            goal[c][i] = (1.0f - l) * goal[c][i] + l * both[i];
        }
    }
}

/* ---- reduction -------------------------------------------------------------------------------------------------- */

static void smooth(const dawg_sibilance *x, dawg_envelope *lane, uint32_t n, const float *goal, float *reduction_db)
{
    if (lane->peak == 0.0 && lane->y == 0.0 && dawg_peak(goal, n, 0.0f) == 0.0f) {
        memset(reduction_db, 0, sizeof(float) * n);
        return;
    }
    dawg_envelope e = *lane;
    for (uint32_t i = 0; i < n; ++i) reduction_db[i] = (float)dawg_envelope_tick(&e, &x->times, (double)goal[i]);
    *lane = e;
}

static void weigh(dawg_sibilance *x, uint32_t n, const dawg_d2 *band)
{
    dawg_d2 last = x->last, power = {0.0, 0.0}, difference = {0.0, 0.0};
    power[0] = x->power[BAND];
    difference[0] = x->power[DIFFERENCE];
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_d2 d = band[i] - last, p = band[i] * band[i], q = d * d;
        power[0] += p[0] + p[1];
        difference[0] += q[0] + q[1];
        last = band[i];
    }
    x->last = last;
    x->power[BAND] = power[0];
    x->power[DIFFERENCE] = difference[0];
}

int dawg_sibilance_run(dawg_sibilance *x, uint32_t at, uint32_t n, const float *const key[2],
                       float *const reduction_db[2], float *const band[2])
{
    dawg_d2 part[PERIOD_MAX], whole[PERIOD_MAX];
    float goal[2][PERIOD_MAX];
    for (uint32_t i = 0; i < n; ++i) part[i] = whole[i] = (dawg_d2){(double)key[0][i], (double)key[1][i]};
    dawg_svf_series((const dawg_svf_run *const[]){&x->band[0], &x->band[1], &x->band[2]},
                    (dawg_svf_state *const[]){&x->band_state[0], &x->band_state[1], &x->band_state[2]}, SECTIONS, part,
                    n);
    dawg_svf_series((const dawg_svf_run *const[]){&x->whole}, (dawg_svf_state *const[]){&x->whole_state}, 1u, whole, n);
    for (uint32_t i = 0; i < n; ++i) {
        band[0][i] = (float)part[i][0];
        band[1][i] = (float)part[i][1];
    }
    if (!dawg_switch_off(&x->tracking)) weigh(x, n, part);
    find_goals(x, at, n, part, whole, goal);
    const int same = linked(x) && !memcmp(&x->lane[0], &x->lane[1], sizeof x->lane[0]);
    for (uint32_t c = 0; c < (same ? 1u : 2u); ++c) smooth(x, &x->lane[c], n, goal[c], reduction_db[c]);
    if (same) {
        x->lane[1] = x->lane[0];
        memcpy(reduction_db[1], reduction_db[0], sizeof(float) * n);
    }
    return same;
}

/* ---- end -------------------------------------------------------------------------------------------------------- */

float dawg_sibilance_reduction_db(const dawg_sibilance *x) { return (float)dawg_max_d(x->lane[0].y, x->lane[1].y); }

/* One step of Newton's method per control period towards sin^2(angle) = difference / (4 band). */
static void track(dawg_sibilance *x)
{
    const int sibilant = (double)dawg_sibilance_reduction_db(x) > 0.5 * (double)x->to.range_db;
    if (sibilant && x->power[BAND] > POWER_FLOOR) {
        for (int i = 0; i < 2; ++i) x->heard[i] = x->power[i] + x->forget * x->heard[i];
        const double sine = dawg_sqrt_d(dawg_min_d(0.25 * x->heard[DIFFERENCE] / x->heard[BAND], 1.0));
        const double angle = x->angle == 0.0 ? DAWG_PI * (double)x->to.freq_hz / x->rate : x->angle;
        const double step = (sine - dawg_sin_d(angle)) / dawg_max_d(dawg_cos_d(angle), 0.1);
        x->angle = dawg_clamp_d(angle + step, 0.01, 0.5 * DAWG_PI);
    }
    x->power[BAND] = x->power[DIFFERENCE] = 0.0;
}

void dawg_sibilance_end(dawg_sibilance *x)
{
    if (!dawg_switch_off(&x->tracking)) track(x);
    dawg_switch_end(&x->absolute);
    dawg_switch_end(&x->tracking);
    dawg_svf_flush(&x->whole_state);
    for (uint32_t i = 0; i < SECTIONS; ++i) dawg_svf_flush(&x->band_state[i]);
    for (uint32_t i = 0; i < 3; ++i) {
        dawg_sibilance_ear *e = &x->ear[i];
        e->loudest = dawg_flush_d(dawg_max_d(e->late, x->fade * e->loudest));
        e->band = dawg_flush_d(e->band);
        e->full = dawg_flush_d(e->full);
        e->late = dawg_flush_d(e->late);
    }
    if (dawg_switch_off(&x->tracking) || x->ear[2].loudest == 0.0) { /* off, or long silence: forget */
        x->heard[BAND] = x->heard[DIFFERENCE] = x->angle = 0.0;
        x->last = dawg_d2_all(0.0);
    }
    for (uint32_t c = 0; c < 2; ++c) dawg_envelope_flush(&x->lane[c]);
}
