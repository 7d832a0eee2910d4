/* SPDX-License-Identifier: MIT
 * ducker.c - see ducker.h. */
#include "ducker.h"
#include "dsp/peak_meter.h"
#include <string.h>

#define RELEASE_LEAST 0.5f
#define RELEASE_MOST 1.5f
#define RELEASE_STEPS 64.0f /* per set release: few are designed */

void dawg_ducker_reset(dawg_ducker *x, float rate)
{
    memset(x, 0, sizeof *x);
    x->rate = rate;
    x->fresh = 1;
    dawg_density_reset(&x->density, DAWG_PERIOD, (double)rate);
}

/* ---- control ---------------------------------------------------------------------------------------------------- */

static float release_share(const dawg_density *x)
{
    const float share = dawg_clamp(2.0f * x->share, RELEASE_LEAST, RELEASE_MOST);
    return dawg_round(RELEASE_STEPS * share) / RELEASE_STEPS;
}

void dawg_ducker_plan(dawg_ducker *x, const dawg_ducker_setting *set)
{
    const dawg_ducker_setting was = x->last;
    dawg_ducker_setting now = *set;
    if (now.smart && (x->fresh || !was.smart)) dawg_voice_presence_reset(&x->voice, DAWG_PERIOD, (double)x->rate);
    if (now.smart) now.threshold_db -= DAWG_DUCKER_SMART_DB * x->voice.share;
    if (now.adaptive) now.release_ms *= release_share(&x->density);
    x->last = now;
    x->curve[0] = x->curve[1];
    if (x->fresh || now.threshold_db != was.threshold_db || now.knee_db != was.knee_db || now.range_db != was.range_db)
        x->curve[1] = dawg_gain_curve_ducker(now.threshold_db, now.knee_db, now.range_db);
    if (x->fresh) x->curve[0] = x->curve[1];
    const float onset_db = dawg_min(dawg_gain_curve_onset_db(&x->curve[0]), dawg_gain_curve_onset_db(&x->curve[1]));
    x->onset = dawg_db_to_gain(onset_db);
    if (x->fresh || now.attack_ms != was.attack_ms || now.hold_ms != was.hold_ms || now.release_ms != was.release_ms)
        x->times =
            dawg_envelope_design((double)now.attack_ms, (double)now.hold_ms, (double)now.release_ms, (double)x->rate);
    x->fresh = 0;
}

/* ---- sound ------------------------------------------------------------------------------------------------------ */

static void listen(dawg_ducker *x, uint32_t n, const float *const key[2])
{
    float mid[DAWG_PERIOD] = {0};
    if (!x->last.smart) return;
    for (uint32_t i = 0; i < n; ++i) mid[i] = dawg_flush(0.5f * (key[0][i] + key[1][i]));
    dawg_voice_presence_feed(&x->voice, mid, n);
}

void dawg_ducker_run(dawg_ducker *x, uint32_t at, uint32_t n, const float *const key[2], float *gain)
{
    float level[DAWG_PERIOD], goal_db[DAWG_PERIOD] = {0};
    listen(x, n, key);
    for (uint32_t i = 0; i < n; ++i) level[i] = dawg_max(dawg_abs(key[0][i]), dawg_abs(key[1][i]));
    if (dawg_peak(level, n, 0.0f) > x->onset) {
        const int moving = !dawg_gain_curve_same(&x->curve[0], &x->curve[1]);
        dawg_gain_curve curve = x->curve[1];
        x->sounds = 1;
        for (uint32_t i = 0; i < n; ++i) goal_db[i] = dawg_gain_to_db(level[i]);
        for (uint32_t i = 0; i < n; ++i) {
            if (moving)
                curve = dawg_gain_curve_between(&x->curve[0], &x->curve[1], (float)(at + i) / (float)DAWG_PERIOD);
            goal_db[i] = level[i] > x->onset ? dawg_gain_curve_db(&curve, goal_db[i]) : 0.0f;
        }
    }
    dawg_envelope envelope = x->envelope;
    for (uint32_t i = 0; i < n; ++i) gain[i] = (float)dawg_envelope_tick(&envelope, &x->times, (double)goal_db[i]);
    for (uint32_t i = 0; i < n; ++i) gain[i] = dawg_db_to_gain(-gain[i]);
    x->envelope = envelope;
}

void dawg_ducker_end(dawg_ducker *x)
{
    dawg_envelope_flush(&x->envelope);
    dawg_density_end(&x->density, (int)x->sounds);
    x->sounds = 0;
    if (x->last.smart) dawg_voice_presence_end(&x->voice);
}
