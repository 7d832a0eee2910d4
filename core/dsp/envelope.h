/* SPDX-License-Identifier: MIT
 * envelope.h - smooths gain reduction in dB: the "smooth decoupled" peak detector of Giannoulis, Massberg, Reiss 2012,
 * "Digital Dynamic Range Compressor Design", JAES 60(6), eq. 17, with a hold. It follows the gain computer
 * (gain_curve.h), so a level bias of the detector never bends the static curve:
 *
 *     peak[n] = max(x[n], x[n] + release (peak[n-1] - x[n]))     and stays for `hold` frames after it was last reached
 *     y[n]    = y[n-1] + (1 - attack) (peak[n] - y[n-1])
 *
 * Times are those at which y has covered 63.2 % of a step in dB: attack of the step up, release of the step back to 0,
 * counted from the end of the hold. The step back passes both poles, so the paper's detector releases late by about
 * the attack time; here the release pole is made that much faster. It cannot release faster than it attacks: a release
 * at or under the attack time acts as the attack time. */
#ifndef DAWG_ENVELOPE_H
#define DAWG_ENVELOPE_H
#include "maths.h"
#include <stdint.h>

typedef struct dawg_envelope_times {
    double attack, release; /* share of the distance that is left after one frame; 0: none */
    uint64_t hold;          /* frames; 64 bits leave no padding, so equal states have equal bytes */
} dawg_envelope_times;

/* double, because a float would stop short of its goal by 0.01 dB at 100 ms and 192 kHz. */
typedef struct dawg_envelope {
    double peak, y; /* dB of reduction */
    uint64_t held;  /* frames that the hold still lasts */
} dawg_envelope;

/* Milliseconds >= 0, at most 1e5. About half a microsecond: design when a time moved. */
dawg_envelope_times dawg_envelope_design(double attack_ms, double hold_ms, double release_ms, double rate);

/* The two halves, for a compressor that does something in between. reduction_db >= 0. */
static inline double dawg_envelope_peak(dawg_envelope *e, const dawg_envelope_times *t, double reduction_db)
{
    if (reduction_db >= e->peak) {
        e->peak = reduction_db;
        e->held = t->hold;
    } else if (e->held) {
        --e->held;
    } else {
        e->peak = reduction_db + t->release * (e->peak - reduction_db);
    }
    return e->peak;
}
static inline double dawg_envelope_follow(dawg_envelope *e, const dawg_envelope_times *t, double peak)
{
    return e->y = peak + t->attack * (e->y - peak);
}
static inline double dawg_envelope_tick(dawg_envelope *e, const dawg_envelope_times *t, double reduction_db)
{
    return dawg_envelope_follow(e, t, dawg_envelope_peak(e, t, reduction_db));
}

/* The share of the distance that is left after one frame, for a time constant in ms; 0: none. */
double dawg_envelope_share(double ms, double rate);

#define DAWG_ENVELOPE_TINY_DB 1e-7 /* a gain that rounds to 1 */

/* At the end of a control period: what is too close to its rest to hear becomes that. */
static inline double dawg_envelope_settle(double db, double rest_db)
{
    return dawg_abs_d(db - rest_db) < DAWG_ENVELOPE_TINY_DB ? rest_db : db;
}
static inline void dawg_envelope_flush_to(dawg_envelope *e, double rest_db)
{
    e->peak = dawg_envelope_settle(e->peak, rest_db);
    if (e->peak == rest_db) e->held = 0; /* nothing to hold */
    e->y = dawg_envelope_settle(e->y, rest_db);
}
static inline void dawg_envelope_flush(dawg_envelope *e) { dawg_envelope_flush_to(e, 0.0); }
#endif
