/* SPDX-License-Identifier: MIT
 * peak_meter.h - sample peak of a stereo signal for display: jumps up to max |x| of each control period and falls by
 * 20 dB per second. Publishes at period edges only, so the value does not depend on the caller's block size. */
#ifndef DAWG_PEAK_METER_H
#define DAWG_PEAK_METER_H
#include "maths.h"
#include "vec.h"

#define DAWG_PEAK_FALL_DB_PER_S 20.0
#define DAWG_PEAK_SILENCE_DB -200.0f /* what silence reads: the meter's idle value */

typedef struct dawg_peak_meter {
    float held, now, fall; /* linear; `fall` is the factor per control period */
} dawg_peak_meter;

/* period: frames of a control period. Reads DAWG_PEAK_SILENCE_DB. */
static inline void dawg_peak_meter_reset(dawg_peak_meter *m, uint32_t period, float rate)
{
    *m = (dawg_peak_meter){.fall = (float)dawg_db_to_gain_d(-DAWG_PEAK_FALL_DB_PER_S * (double)period / (double)rate)};
}

/* max(|x|, lowest) over n samples. Bit patterns of non-negative floats order as the numbers do. */
static inline float dawg_peak(const float *x, uint32_t n, float lowest)
{
    dawg_i4 top = {0, 0, 0, 0};
    uint32_t i = 0;
    for (; i + 4u <= n; i += 4u) {
        dawg_i4 v;
        memcpy(&v, x + i, sizeof v);
        v &= 0x7fffffff;
        const dawg_i4 more = v > top;
        top = (v & more) | (top & ~more);
    }
    float lanes[4];
    memcpy(lanes, &top, sizeof lanes);
    for (int l = 0; l < 4; ++l) lowest = dawg_max(lanes[l], lowest);
    for (; i < n; ++i) lowest = dawg_max(dawg_abs(x[i]), lowest);
    return lowest;
}

static inline void dawg_peak_meter_feed(dawg_peak_meter *m, const float *const *x, uint32_t n)
{
    m->now = dawg_peak(x[1], n, dawg_peak(x[0], n, m->now));
}

/* Call when a control period ends; dB. */
static inline float dawg_peak_meter_end(dawg_peak_meter *m)
{
    m->held = dawg_max(m->now, dawg_flush(m->held * m->fall));
    m->now = 0.0f;
    return dawg_gain_to_db(m->held);
}

#endif
