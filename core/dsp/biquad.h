/* SPDX-License-Identifier: MIT
 * biquad.h - the second-order section H(z) = (b0 + b1/z + b2/z^2) / (1 + a1/z + a2/z^2) in transposed direct form II,
 * double, one channel: for fixed filters (loudness weighting, measuring). What moves or is heard in stereo uses svf.h. */
#ifndef DAWG_BIQUAD_H
#define DAWG_BIQUAD_H
#include "cold.h"
#include "maths.h"
#include "svf.h"

typedef struct dawg_biquad {
    double b0, b1, b2, a1, a2;
} dawg_biquad;

/* Signal state: flush it at the end of each control period. */
typedef struct dawg_biquad_state {
    double s1, s2;
} dawg_biquad_state;

static inline double dawg_biquad_tick(const dawg_biquad *c, dawg_biquad_state *s, double x)
{
    const double y = c->b0 * x + s->s1;
    s->s1 = c->b1 * x - c->a1 * y + s->s2;
    s->s2 = c->b2 * x - c->a2 * y;
    return y;
}

static inline void dawg_biquad_flush(dawg_biquad_state *s)
{
    s->s1 = dawg_flush_d(s->s1);
    s->s2 = dawg_flush_d(s->s2);
}

/* The same transfer function in the other structure: the bilinear transform, and its inverse (stable sections only). */
DAWG_COLD dawg_biquad dawg_biquad_from_svf(const dawg_svf *c);
DAWG_COLD dawg_svf dawg_svf_from_biquad(const dawg_biquad *c);

/* |H| at w radians per sample, 0..pi. */
DAWG_COLD double dawg_biquad_magnitude(const dawg_biquad *c, double w);

#endif
