/* SPDX-License-Identifier: MIT
 * limit_release.h - how a lookahead limiter lets go, one channel: on reductions (1 - gain, linear), between the hold and
 * the smoothing of lookahead.h.
 *
 *   held --+------------------------------------------------> fast: rises at once, falls to the largest of the three
 *          +--> slow: charged by lasting reduction, x share -------^
 *          +--> body: charged by every hit, x body share ----------^
 *
 * With a share of the slow follower one hit is forgotten at once and what was held down for long comes back slowly: a
 * steady low tone does not ripple. With a share of the body follower the sound between hits stays down for a while,
 * too: hits stand as high over it as they did, and loudness is given up. All are first order. Below NONE a reduction is
 * 0, so that a limiter at rest is a wire. */
#ifndef DAWG_LIMIT_RELEASE_H
#define DAWG_LIMIT_RELEASE_H
#include "maths.h"

#define DAWG_LIMIT_NONE 0x1p-24
#define DAWG_LIMIT_BODY_RISE_MS 1.5        /* a hit and its lookahead charge the body's follower in full */
#define DAWG_LIMIT_BODY_FALL 12.0          /* release times, at most */
#define DAWG_LIMIT_BODY_FALL_MAX_MS 4000.0 /* all is forgotten after 70 s */

/* Time constants in units of the release time; shares 0..1. */
typedef struct dawg_limit_style {
    double release, rise, fall, share, body;
} dawg_limit_style;

/* Per sample: what is left of the distance after one; the followers' way towards it. */
typedef struct dawg_limit_release {
    double keep, rise, fall, body_rise, body_fall;
} dawg_limit_release;

typedef struct dawg_limit_state {
    double fast, slow, body;
} dawg_limit_state;

static inline double dawg_limit_keep(double time_ms, double rate) { return dawg_exp_d(-1000.0 / (time_ms * rate)); }

static inline dawg_limit_release dawg_limit_release_design(const dawg_limit_style *s, double release_ms, double rate)
{
    const double body_ms = dawg_min_d(release_ms * DAWG_LIMIT_BODY_FALL, DAWG_LIMIT_BODY_FALL_MAX_MS);
    return (dawg_limit_release){.keep = dawg_limit_keep(release_ms * s->release, rate),
                                .rise = 1.0 - dawg_limit_keep(release_ms * s->rise, rate),
                                .fall = 1.0 - dawg_limit_keep(release_ms * s->fall, rate),
                                .body_rise = 1.0 - dawg_limit_keep(DAWG_LIMIT_BODY_RISE_MS, rate),
                                .body_fall = 1.0 - dawg_limit_keep(body_ms, rate)};
}

static inline double dawg_limit_follow(double was, double held, double rise, double fall)
{
    const double now = was + (held - was) * (held > was ? rise : fall);
    return now < DAWG_LIMIT_NONE ? 0.0 : now;
}

/* held: 0..1. Returns the reduction, never below it. */
static inline double dawg_limit_release_tick(dawg_limit_state *x, const dawg_limit_release *d, double share,
                                             double body_share, double held)
{
    x->slow = dawg_limit_follow(x->slow, held, d->rise, d->fall);
    x->body = dawg_limit_follow(x->body, held, d->body_rise, d->body_fall);
    const double floor = dawg_max_d(held, dawg_max_d(share * x->slow, body_share * x->body));
    const double fast = floor + (dawg_max_d(x->fast, floor) - floor) * d->keep;
    x->fast = fast < DAWG_LIMIT_NONE ? 0.0 : fast;
    return x->fast;
}

#endif
