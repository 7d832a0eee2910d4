/* SPDX-License-Identifier: MIT
 * eq_ripple.c - see eq_ripple.h. The reciprocal of the power response of a section with a double zero at DC is q(u)/u^2
 * with a quadratic q, to be near the prototype's ((1 - U)^2 + U/Q^2)/U^2, U = (f/f0)^2. That is Chebyshev approximation
 * by three functions: the best q errs by the same part of its limits, in turns too high and too low, at four
 * frequencies, and the section with that ripple is found from the four by one scalar equation (de la Vallee Poussin
 * 1910). They are where the prototype is down 40 dB, either side of the resonance, the end of the band; those beside
 * the resonance need not be exact, as the error is level there, so a formula replaces Remez' search for them. */
#include "eq_ripple.h"
#include "maths.h"

#define CUT_LIMIT 0.27631021115928548  /* 1.2 dB of power in nepers: ln(10)/10 of it */
#define PASS_LIMIT 0.11512925464970229 /* 0.5 dB, from f0 up */
#define NEWTON_STEPS 3u                /* leave less than 1e-4 of the coefficients */
#define RIPPLE_MAX 5.0                 /* in limits; even Q = 100 stays below 3 */

enum { LOWEST, BELOW, ABOVE, END, ANCHORS };

typedef struct anchor {
    double u, target, limit; /* limit: signed, how far ln(q/target) may be off */
} anchor;

static anchor anchor_at(double x, double w0, double k, double limit)
{
    const double t = dawg_tan_d(0.5 * w0 * x) / dawg_tan_d(0.5 * w0), u = t * t, big = x * x, ratio = u / big;
    return (anchor){u, ratio * ratio * ((1.0 - big) * (1.0 - big) + k * k * big), limit};
}

/* x where (x - 1/x)/k = s: s is the tangent of the prototype's phase, s = +-1 its half-power points. */
static double place(double s, double k) { return 0.5 * k * s + dawg_sqrt_d(0.25 * k * k * s * s + 1.0); }

/* ln of this is h to third order; it keeps the logarithm's symmetry. */
static double swing(double h) { return (1.0 + 0.5 * h) / (1.0 - 0.5 * h); }

/* The quadratic that is off by the same part of each limit; returns that part. Four values lie on one quadratic if
 * their third divided difference is 0; with alternating signs it falls with the ripple. */
static double level(const anchor p[ANCHORS], double q[3])
{
    double share[ANCHORS], ripple = 0.0;
    for (unsigned i = 0; i < ANCHORS; ++i) {
        share[i] = p[i].target;
        for (unsigned j = 0; j < ANCHORS; ++j)
            if (j != i) share[i] /= p[i].u - p[j].u;
    }
    for (unsigned step = 0; step < NEWTON_STEPS; ++step) {
        double sum = 0.0, slope = 0.0;
        for (unsigned i = 0; i < ANCHORS; ++i) {
            const double h = ripple * p[i].limit, room = 1.0 - 0.5 * h;
            sum += share[i] * swing(h);
            slope += share[i] * p[i].limit / (room * room);
        }
        ripple = dawg_clamp_d(ripple - sum / slope, -RIPPLE_MAX, RIPPLE_MAX);
    }
    double v[ANCHORS];
    for (unsigned i = 0; i < ANCHORS; ++i) v[i] = p[i].target * swing(ripple * p[i].limit);
    const double low = (v[BELOW] - v[LOWEST]) / (p[BELOW].u - p[LOWEST].u);
    const double high = (v[ABOVE] - v[BELOW]) / (p[ABOVE].u - p[BELOW].u);
    q[2] = (high - low) / (p[ABOVE].u - p[LOWEST].u);
    q[1] = low - q[2] * (p[LOWEST].u + p[BELOW].u);
    q[0] = v[LOWEST] - p[LOWEST].u * (q[1] + q[2] * p[LOWEST].u);
    return ripple;
}

void dawg_eq_ripple(double w0, double k, double edge, double q[3])
{
    /* Fitted for the least largest error at 44.1 and 48 kHz, w0 from 0.45 pi, Q 2 to 10 (with less weight to 40). */
    const double end = dawg_max_d(edge, 1.0 + 0.2 * k);
    const double width = end - 1.0 / end, root = dawg_sqrt_d(k);
    const double below = place(0.07 * width * width / root - 1.0 / (0.81 * root + 0.88 * width / root), k);
    const double above = place(2.07 * width / (root + width) + 0.1 * width * width / k - 0.38, k);
    const double lowest = 0.1 / dawg_sqrt_d(dawg_sqrt_d(1.0 + k * k));
    /* The limit steps at f0, so the extreme below may be the error's own or stand on the step: the greater ripple of
     * the two keeps both; where they are equal, so are the sections. As `above` falls to f0 the step's goes to 0. */
    anchor p[ANCHORS] = {anchor_at(lowest, w0, k, CUT_LIMIT), anchor_at(dawg_min_d(below, 1.0), w0, k, -CUT_LIMIT),
                         anchor_at(above, w0, k, PASS_LIMIT), anchor_at(end, w0, k, -PASS_LIMIT)};
    const double own = level(p, q), step = dawg_max_d(below, 1.0);
    if (step >= above) return;
    double stepped[3];
    p[BELOW] = anchor_at(step, w0, k, -PASS_LIMIT);
    if (level(p, stepped) > own)
        for (unsigned i = 0; i < 3; ++i) q[i] = stepped[i];
}
