/* SPDX-License-Identifier: MIT
 * svf.h - a second-order section as a state-variable filter: two trapezoidal integrators in a loop, whose high-pass,
 * band-pass and low-pass outputs are mixed, so that one structure makes any second-order response. Stereo.
 * Zavalishin, "The Art of VA Filter Design" (2012), ch. 4; the form with one division is Simper, "Solving the continuous
 * SVF equations using trapezoidal integration and equivalent currents" (Cytomic, 2013).
 *
 *     H = (hp s^2 + bp s + lp) / (s^2 + k s + 1),   s = j tan(w/2) / g,   w in radians per sample
 *
 * The states are the two integrators' charges, not past samples. With g, k > 0 at every sample no sequence of
 * coefficients makes the unforced states grow (their sum of squares never rises), so the coefficients may move at audio
 * rate. eq_design.h makes the coefficients; any other prototype with g = tan(pi f0 / rate) works as well. */
#ifndef DAWG_SVF_H
#define DAWG_SVF_H
#include "cold.h"
#include "maths.h"
#include "vec.h"

/* What is designed, and ramped: every value between two legal sets is legal. */
typedef struct dawg_svf {
    double g, k;       /* > 0: tan(w0/2) and 1/Q of the poles */
    double hp, bp, lp; /* weights of s^2, s and 1 in the numerator */
} dawg_svf;

/* What runs: made from a dawg_svf at the cost of one division. State space of the trapezoidal integrators with input x:
 * e = x - s2;  s1' = p s1 + q e;  s2' = s2 + q s1 + r e;  y = c1 s1 + c2 s2 + d x. */
typedef struct dawg_svf_run {
    double p, q, r, c1, c2, d;
} dawg_svf_run;

/* Lanes are left and right. Signal state: flush it at the end of each control period. */
typedef struct dawg_svf_state {
    dawg_d2 s1, s2;
} dawg_svf_state;

static inline dawg_svf_run dawg_svf_ready(const dawg_svf *c)
{
    const double a1 = 1.0 / (1.0 + c->g * (c->g + c->k)), a2 = c->g * a1, a3 = c->g * a2;
    const double m1 = c->bp - c->k * c->hp, m2 = c->lp - c->hp, direct = m1 * a2 + m2 * a3;
    return (dawg_svf_run){2.0 * a1 - 1.0, 2.0 * a2, 2.0 * a3, m1 * a1 + m2 * a2, m2 - direct, c->hp + direct};
}

/* Between two designs, u in 0..1: position inside the control period, never accumulated. g goes in equal ratios, as
 * frequencies glide (to second order: from e^(uL) linear interpolation is off by u (1 - u) L^2 / 2), the rest in equal
 * steps. */
static inline dawg_svf dawg_svf_between(const dawg_svf *from, const dawg_svf *to, double u)
{
    const double dg = to->g - from->g, bend = dg * dg / (from->g + to->g);
    return (dawg_svf){from->g + (dg - bend * (1.0 - u)) * u, from->k + (to->k - from->k) * u,
                      from->hp + (to->hp - from->hp) * u, from->bp + (to->bp - from->bp) * u,
                      from->lp + (to->lp - from->lp) * u};
}

/* The same in both lanes. */
typedef struct dawg_svf_lanes {
    dawg_d2 p, q, r, c1, c2, d;
} dawg_svf_lanes;

static inline dawg_svf_lanes dawg_svf_in_lanes(const dawg_svf_run *c)
{
    return (dawg_svf_lanes){dawg_d2_all(c->p),  dawg_d2_all(c->q),  dawg_d2_all(c->r),
                            dawg_d2_all(c->c1), dawg_d2_all(c->c2), dawg_d2_all(c->d)};
}

/* One in each lane. */
static inline dawg_svf_lanes dawg_svf_side_by_side(const dawg_svf_run *a, const dawg_svf_run *b)
{
    return (dawg_svf_lanes){{a->p, b->p}, {a->q, b->q}, {a->r, b->r}, {a->c1, b->c1}, {a->c2, b->c2}, {a->d, b->d}};
}

static inline dawg_d2 dawg_svf_tick_lanes(const dawg_svf_lanes *c, dawg_svf_state *s, dawg_d2 x)
{
    const dawg_d2 e = x - s->s2, s1 = s->s1;
    const dawg_d2 y = c->d * x + (c->c1 * s1 + c->c2 * s->s2);
    s->s1 = c->p * s1 + c->q * e;
    s->s2 = s->s2 + (c->q * s1 + c->r * e);
    return y;
}

static inline dawg_d2 dawg_svf_tick(const dawg_svf_run *c, dawg_svf_state *s, dawg_d2 x)
{
    const dawg_svf_lanes lanes = dawg_svf_in_lanes(c);
    return dawg_svf_tick_lanes(&lanes, s, x);
}

static inline void dawg_svf_flush(dawg_svf_state *s)
{
    s->s1 = (dawg_d2){dawg_flush_d(s->s1[0]), dawg_flush_d(s->s1[1])};
    s->s2 = (dawg_d2){dawg_flush_d(s->s2[0]), dawg_flush_d(s->s2[1])};
}

/* What steep sections leave of others that ring on may be too small for a float, not a denormal but in a double: below
 * DAWG_TINY it is 0. By bits, as a compiler may convert before it chooses between numbers. */
static inline dawg_d2 dawg_svf_heard(dawg_d2 x)
{
    typedef int64_t bits __attribute__((vector_size(16)));
    const dawg_d2 tiny = dawg_d2_all((double)DAWG_TINY);
    return (dawg_d2)((bits)x & ((x >= tiny) | (x <= -tiny)));
}

/* H of sections in series, as h[0] + j h[1], at a frequency of `turns` of the rate, 0..0.5; with n = 0 it is 1. */
DAWG_COLD void dawg_svf_response(const dawg_svf *sections, uint32_t n, double turns, double h[2]);

/* Bands that stand still, one after the other, over n samples in place: the same bits as dawg_svf_tick for each, but
 * several bands at a time, each a sample behind the one before, so that none waits for another's rounding. */
void dawg_svf_series(const dawg_svf_run *const *c, dawg_svf_state *const *s, uint32_t bands, dawg_d2 *x, uint32_t n);

#endif
