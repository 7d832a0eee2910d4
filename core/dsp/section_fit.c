/* SPDX-License-Identifier: MIT
 * section_fit.c - see section_fit.h. With u = tan^2(w/2) (divided by its value at hz) the power response of a digital
 * section is n(u)/d(u); the bilinear transform takes the analog n and d as they are. Matching power at chosen
 * frequencies and taking the minimum-phase root is Orfanidis 1997 and Vicanek 2016. */
#include "section_fit.h"

#define EDGE_TURNS 0.44 /* of the rate: where the fit ends ... */
#define EDGE_HZ 20000.0 /* ... or here, whichever is lower */
#define POINTS 12u
#define POLE_POINTS 5u
#define PASSES 3u

static double tan_turns(double turns) { return dawg_tan_d(DAWG_PI * turns); }

/* (1 + zero t) / (1 + pole t), t = j tan(w/2) */
typedef struct first_order {
    double zero, pole;
} first_order;

static first_order match(double zero_hz, double pole_hz, double rate)
{
    const double least = 1e-6; /* squared: as good as none at all */
    const double f1 = dawg_min_d(dawg_sqrt_d(zero_hz * pole_hz), 0.2 * rate);
    const double f2 = dawg_min_d(4.0 * f1, EDGE_TURNS * rate);
    const double t1 = tan_turns(f1 / rate), t2 = tan_turns(f2 / rate), u1 = t1 * t1, u2 = t2 * t2;
    const double zz = 1.0 / (zero_hz * zero_hz), pp = 1.0 / (pole_hz * pole_hz);
    const double p1 = (1.0 + f1 * f1 * zz) / (1.0 + f1 * f1 * pp), p2 = (1.0 + f2 * f2 * zz) / (1.0 + f2 * f2 * pp);
    double aa, bb; /* 1 + aa u = power (1 + bb u) at both */
    if (dawg_abs_d(p1 - p2) < 1e-9) {
        aa = zz * f1 * f1 / u1;
        bb = pp * f1 * f1 / u1;
    } else {
        const double det = u1 * u2 * (p1 - p2);
        aa = (p1 * (p2 - 1.0) * u1 - p2 * (p1 - 1.0) * u2) / det;
        bb = ((p2 - 1.0) * u1 - (p1 - 1.0) * u2) / det;
    }
    if (bb < least) { /* it lies beyond: end on the higher point */
        bb = least;
        aa = (p2 * (1.0 + bb * u2) - 1.0) / u2;
    }
    if (aa < least) {
        aa = least;
        bb = dawg_max_d(((1.0 + aa * u2) / p2 - 1.0) / u2, least);
    }
    return (first_order){dawg_sqrt_d(aa), dawg_sqrt_d(bb)};
}

/* (1 + n1 t + n2 t^2) / (1 + d1 t + d2 t^2) */
static dawg_svf realise(double n1, double n2, double d1, double d2)
{
    const double root = dawg_sqrt_d(d2);
    return (dawg_svf){.g = 1.0 / root, .k = d1 / root, .hp = n2 / d2, .bp = n1 / root, .lp = 1.0};
}

dawg_svf dawg_section_first(double zero_hz, double pole_hz, double rate)
{
    const first_order x = match(zero_hz, pole_hz, rate); /* its other zero lies on its other pole */
    return realise(x.zero + x.pole, x.zero * x.pole, 2.0 * x.pole, x.pole * x.pole);
}

dawg_svf dawg_section_pair(const double zero_hz[2], double turn, const double pole_hz[2], double rate)
{
    const first_order x = match(zero_hz[0], pole_hz[0], rate), y = match(zero_hz[1], pole_hz[1], rate);
    return realise(turn * (x.zero + y.zero), x.zero * y.zero, x.pole + y.pole, x.pole * y.pole);
}

dawg_svf dawg_section_high_pass(double hz, double rate)
{
    return (dawg_svf){.g = tan_turns(dawg_min_d(hz / rate, 0.49)), .k = 2.0, .hp = 1.0, .bp = 1.0, .lp = 0.0};
}

/* Least squares for four unknowns: normal equations, Cholesky. Columns are scaled to one. */
static void solve(double rows[POINTS][5], double x[4])
{
    double g[4][4], b[4], scale[4];
    for (unsigned i = 0; i < 4; ++i) {
        double sum = 1e-300;
        for (unsigned r = 0; r < POINTS; ++r) sum += rows[r][i] * rows[r][i];
        scale[i] = 1.0 / dawg_sqrt_d(sum);
    }
    for (unsigned i = 0; i < 4; ++i) {
        b[i] = 0.0;
        for (unsigned r = 0; r < POINTS; ++r) b[i] += scale[i] * rows[r][i] * rows[r][4];
        for (unsigned j = 0; j <= i; ++j) {
            g[i][j] = i == j ? 1e-13 : 0.0; /* keeps the pivots positive */
            for (unsigned r = 0; r < POINTS; ++r) g[i][j] += scale[i] * rows[r][i] * (scale[j] * rows[r][j]);
        }
    }
    for (unsigned i = 0; i < 4; ++i) {
        for (unsigned j = 0; j < i; ++j) {
            for (unsigned l = 0; l < j; ++l) g[i][j] -= g[i][l] * g[j][l];
            g[i][j] /= g[j][j];
        }
        for (unsigned l = 0; l < i; ++l) g[i][i] -= g[i][l] * g[i][l];
        g[i][i] = dawg_sqrt_d(dawg_max_d(g[i][i], 1e-14));
        for (unsigned l = 0; l < i; ++l) b[i] -= g[i][l] * b[l];
        b[i] /= g[i][i];
    }
    for (unsigned i = 4; i-- > 0;) {
        for (unsigned l = i + 1; l < 4; ++l) b[i] -= g[l][i] * x[l];
        x[i] = b[i] / g[i][i];
        b[i] = x[i];
    }
    for (unsigned i = 0; i < 4; ++i) x[i] *= scale[i];
}

/* 1 + q1 u + q2 u^2 = |1 + m t + sqrt(q2) t^2|^2 with t = j sqrt(u): m. Held above a share of the analog one. */
static double middle(double q1, double q2, double least)
{
    return dawg_sqrt_d(dawg_max_d(q1 + 2.0 * dawg_sqrt_d(q2), least));
}

dawg_svf dawg_section_second(const dawg_section_analog *a, double rate)
{
    const double f = dawg_min_d(a->hz, 0.40 * rate), t0 = tan_turns(f / rate);
    const double edge = dawg_min_d(dawg_max_d(dawg_min_d(EDGE_TURNS * rate, EDGE_HZ), 1.25 * f), 0.48 * rate);
    const double n1 = a->b * a->b - 2.0 * a->c, n2 = a->c * a->c, d1 = a->d * a->d - 2.0 * a->e, d2 = a->e * a->e;
    /* tangents of the phase of the poles, then of the zeros: steps are small where the response turns */
    static const double place[POINTS] = {0.0, -1.7, -0.6, 0.6, 1.7, -2.5, -1.0, -0.4, 0.4, 1.0, 2.5};
    const double stretch = f / a->hz, big = stretch * stretch;
    /* what the bilinear transform would take: the first estimate */
    double x[4] = {n1 * big, n2 * big * big, d1 * big, d2 * big * big}, u[POINTS], power[POINTS];
    for (unsigned i = 0; i < POINTS; ++i) {
        const double h = 0.5 * (i < POLE_POINTS ? a->d : a->b) * place[i];
        const double at = i + 1u < POINTS ? dawg_min_d(f * (h + dawg_sqrt_d(h * h + 1.0)), edge) : edge;
        const double t = tan_turns(at / rate) / t0, x2 = at / a->hz * (at / a->hz);
        u[i] = t * t;
        power[i] = (1.0 + x2 * (n1 + x2 * n2)) / (1.0 + x2 * (d1 + x2 * d2));
    }
    for (unsigned pass = 0; pass < PASSES; ++pass) {
        double rows[POINTS][5];
        for (unsigned i = 0; i < POINTS; ++i) {
            const double den = dawg_max_d(1.0 + u[i] * (x[2] + u[i] * x[3]), 1e-3);
            const double w = (i ? 1.0 : 4.0) / (den * power[i]);
            rows[i][0] = w * u[i];
            rows[i][1] = w * u[i] * u[i];
            rows[i][2] = -w * power[i] * u[i];
            rows[i][3] = -w * power[i] * u[i] * u[i];
            rows[i][4] = w * (power[i] - 1.0);
        }
        solve(rows, x);
    }
    x[1] = dawg_max_d(x[1], 1e-4 * n2 * big * big);
    x[3] = dawg_max_d(x[3], 1e-4 * d2 * big * big);
    const double mid_n = middle(x[0], x[1], 0.1 * a->b * a->b * big),
                 mid_d = middle(x[2], x[3], 0.1 * a->d * a->d * big);
    const double r = 1.0 / t0; /* t is counted in t0 */
    return realise(mid_n * r, dawg_sqrt_d(x[1]) * r * r, mid_d * r, dawg_sqrt_d(x[3]) * r * r);
}
