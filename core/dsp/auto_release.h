/* SPDX-License-Identifier: MIT
 * auto_release.h - a release that depends on the programme: gain reduction, after the release of an envelope (envelope.h),
 * does not fall below a slow follower that only lasting reduction charges. A hit is forgotten in the release time; what
 * was held down for seconds comes back slowly, and a steady low tone ripples less. The two-stage idea is that of the
 * automatic release of bus compressors; here both stages work on dB. */
#ifndef DAWG_AUTO_RELEASE_H
#define DAWG_AUTO_RELEASE_H
#include "envelope.h"

#define DAWG_AUTO_RELEASE_RISE 2.0 /* time constants of the follower, in release times */
#define DAWG_AUTO_RELEASE_FALL 8.0
#define DAWG_AUTO_RELEASE_FALL_MAX_MS 4000.0 /* though not less than the release: 60 dB are forgotten in 82 s */

typedef struct dawg_auto_release {
    double rise, fall; /* share of the distance that is left after one frame */
} dawg_auto_release;

static inline dawg_auto_release dawg_auto_release_design(double release_ms, double rate)
{
    const double fall_ms = dawg_min_d(DAWG_AUTO_RELEASE_FALL * release_ms, DAWG_AUTO_RELEASE_FALL_MAX_MS);
    return (dawg_auto_release){dawg_envelope_share(DAWG_AUTO_RELEASE_RISE * release_ms, rate),
                               dawg_envelope_share(dawg_max_d(fall_ms, release_ms), rate)};
}

/* slow: the follower, dB; flush it like the envelope. Returns the reduction to go to. */
static inline double dawg_auto_release_tick(double *slow, const dawg_auto_release *t, double peak)
{
    *slow = peak + (peak > *slow ? t->rise : t->fall) * (*slow - peak);
    return dawg_max_d(peak, *slow);
}
#endif
