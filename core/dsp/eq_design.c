/* SPDX-License-Identifier: MIT
 * eq_design.c - see eq_design.h. In the variable u = (tan(w/2) / tan(w0/2))^2 the power response of any digital
 * second-order section is n(u)/d(u) with quadratics n and d, just as the prototype's is N(U)/D(U) in U = (f/f0)^2. The
 * bilinear transform takes n = N, d = D, which is exact at f0 and cramped above. Here n and d are corrected by linear
 * least squares at 6 to 9 frequencies, weighted so that what counts is the relative error, in two passes so that the
 * weights know the fitted denominator (Sanathanan and Koerner 1963).
 *
 * To match power at chosen frequencies and take the minimum-phase root is Orfanidis 1997 (one frequency) and Vicanek
 * 2016 (three, with impulse-invariant poles); here the poles are fitted as well. Where the band does not determine both
 * (shelves and low-passes, whose second pole may lie beyond it) d2 is held at the impulse-invariant poles; a high-pass is
 * reined in towards them. Bells and shelves are fitted as cuts and inverted for boosts. Resonant high-passes near the
 * end of the band have no error to spare and get an even ripple instead (eq_ripple.h). */
#include "eq_design.h"
#include "eq_ripple.h"
#include "invariant_poles.h"
#include "least_squares.h"

#define SPREAD_POINTS 6u /* spread evenly over the prototype's phase, the last one on the edge */
#define DECADE_POINTS 4u /* high-pass: even in octaves from where it is down 40 dB to the edge */
#define ROWS_MAX 10u     /* points and the rein */
#define FAR_TURNS 1.0    /* first-order passes: fitted as second-order ones with a pole and a zero that cancel here */
#define HOLD 1e3         /* the first pass trusts the rein, so that the second has weights to trust */
#define FADE 1e-5        /* notch and passes: weight falls where the prototype is below this power (-50 dB) */
#define FLOOR 0.05       /* a fitted power counts as no less than this part of the prototype's in the weights */

typedef struct quad {
    double c0, c1, c2;
} quad;

static double at(const quad *q, double v) { return q->c0 + v * (q->c1 + v * q->c2); }

enum { FIT_C1 = 1, FIT_C2 = 2, FIT_D1 = 4, FIT_D2 = 8 };

/* |H|^2 = base + rho c(U)/d(U). The split keeps a bell of 0.01 dB as well conditioned as one of 12. */
typedef struct prototype {
    quad c, d;
    double base, rho;
    unsigned fitted;
    double k;    /* 1/Q of the whole transition: where the points go */
    double tie;  /* weight of the error at f0 itself */
    double rein; /* weight of a relative departure of d2 from the impulse-invariant poles */
} prototype;

typedef struct points {
    double x[ROWS_MAX], weight[ROWS_MAX]; /* f/f0 */
    unsigned n;
} points;

/* far: where the first-order passes' pole and zero that cancel lie, in f0. */
static prototype describe(dawg_eq_type type, double a, double q, double far)
{
    const double damp = 1.0 / (q * q) - 2.0, away = 1.0 / (far * far);
    prototype p = {.c = {0.0, 0.0, 1.0}, .d = {1.0, damp, 1.0}, .rho = 1.0, .k = 1.0 / q, .tie = 1.0};
    switch (type) {
    case DAWG_EQ_BELL:
        p.c = (quad){0.0, 1.0, 0.0};
        p.d.c1 = 1.0 / (a * a * q * q) - 2.0;
        p.base = 1.0;
        p.rho = (a * a - 1.0 / (a * a)) / (q * q);
        p.fitted = FIT_C1 | FIT_C2 | FIT_D1 | FIT_D2;
        p.tie = 100.0;
        break;
    case DAWG_EQ_LOW_SHELF:
    case DAWG_EQ_HIGH_SHELF:
        p.c = (quad){0.0, damp / a, 1.0 + 1.0 / (a * a)};
        p.d = (quad){1.0, damp / a, 1.0 / (a * a)};
        p.base = 1.0;
        p.rho = a * a - 1.0;
        p.fitted = FIT_C1 | FIT_C2 | FIT_D1;
        p.k = dawg_sqrt_d(p.k * p.k + a + 1.0 / a - 2.0); /* poles and zeros lie at f0 a^(+-1/2) */
        p.tie = 20.0 / (q * q);                           /* a resonant shelf is tied at its resonances instead */
        break;
    case DAWG_EQ_LOW_PASS:
        p.c = (quad){0.0, damp, 1.0};
        p.base = 1.0;
        p.rho = -1.0;
        p.fitted = FIT_C1 | FIT_C2 | FIT_D1;
        p.tie = 3.0;
        break;
    case DAWG_EQ_HIGH_PASS:
        p.fitted = FIT_C2 | FIT_D1 | FIT_D2;
        p.rein = 0.2;
        break;
    case DAWG_EQ_LOW_PASS_1:
    case DAWG_EQ_HIGH_PASS_1:
        p.c = (quad){0.0, 1.0, away};
        p.d = (quad){1.0, 1.0 + away, away};
        p.base = type == DAWG_EQ_LOW_PASS_1 ? 1.0 : 0.0;
        p.rho = type == DAWG_EQ_LOW_PASS_1 ? -1.0 : 1.0;
        p.fitted = FIT_C1 | FIT_C2 | FIT_D1;
        p.tie = 3.0;
        p.k = 2.0;
        break;
    case DAWG_EQ_NOTCH:
        p.c = (quad){1.0, -2.0, 1.0};
        p.fitted = FIT_D1 | FIT_D2;
        p.tie = 0.0;
        break;
    }
    return p;
}

static void add(points *p, double x, double weight)
{
    p->x[p->n] = x;
    p->weight[p->n++] = weight;
}

/* p = -cos of the phase of s^2 + k s + 1, so that steps in p are small where the response turns; the squared cosines
 * are the upper half of Chebyshev's nodes, which crowd towards both ends. */
static void spread(points *pts, double k, double edge)
{
    static const double node[SPREAD_POINTS] = {1.0, 0.93301270189221941, 0.75, 0.5, 0.25, 0.066987298107780702};
    const double s_edge = (edge * edge - 1.0) / (k * edge);
    const double span = s_edge / dawg_sqrt_d(1.0 + s_edge * s_edge) + 1.0;
    add(pts, edge, 1.0);
    for (unsigned i = 1; i < SPREAD_POINTS; ++i) {
        const double p = span * node[i] - 1.0, h = 0.5 * k * p / dawg_sqrt_d(1.0 - p * p);
        add(pts, h + dawg_sqrt_d(h * h + 1.0), 1.0);
    }
}

static points choose(dawg_eq_type type, const prototype *p, double a, double edge)
{
    points pts = {.n = 0};
    if (type == DAWG_EQ_HIGH_PASS) {
        const double half = dawg_sqrt_d(1.0 + 0.25 * p->k * p->k);
        const double lowest = 0.1 / dawg_sqrt_d(dawg_sqrt_d(1.0 + p->k * p->k));
        const double step = dawg_pow_d(edge / lowest, 1.0 / (DECADE_POINTS - 1.0));
        double x = lowest;
        for (unsigned i = 0; i < DECADE_POINTS; ++i, x *= step) add(&pts, dawg_min_d(x, edge), 1.0);
        add(&pts, half - 0.5 * p->k, 1.0); /* the half-power points of the resonance */
        add(&pts, dawg_min_d(half + 0.5 * p->k, edge), 1.0);
    } else {
        spread(&pts, p->k, edge);
    }
    if (p->tie > 0.0) add(&pts, 1.0, p->tie);
    if (type == DAWG_EQ_LOW_SHELF || type == DAWG_EQ_HIGH_SHELF) {
        add(&pts, dawg_sqrt_d(a), 1.0);
        add(&pts, dawg_min_d(dawg_sqrt_d(1.0 / a), edge), 1.0);
    }
    return pts;
}

/* d2 of the impulse-invariant poles exp(s w0), s the roots of d in s = jU^(1/2); t0 = tan^2(w0/2). */
static double invariant_d2(const quad *d, double w0, double t0)
{
    const double r = dawg_sqrt_d(d->c2), sigma = 0.5 * dawg_sqrt_d(d->c1 + 2.0 * r) / r;
    const dawg_invariant_poles z = dawg_invariant_poles_at(sigma, r, w0);
    const double ratio = t0 * z.at_nyquist / z.at_dc;
    return ratio * ratio;
}

/* Corrects p->c and p->d. */
static void fit(prototype *p, const points *pts, int fade, double w0)
{
    const quad c = p->c, d = p->d;
    const double t = dawg_tan_d(0.5 * w0), t0 = t * t;
    const double invariant = invariant_d2(&d, w0, t0), held = p->fitted & FIT_D2 ? 0.0 : invariant - d.c2;
    const double p01 = c.c0 * d.c1 - c.c1, p02 = c.c0 * d.c2 - c.c2, p12 = c.c1 * d.c2 - c.c2 * d.c1;
    double u[ROWS_MAX], column[ROWS_MAX][5], weight[ROWS_MAX], power_n[ROWS_MAX], power_d[ROWS_MAX];
    for (unsigned i = 0; i < pts->n; ++i) {
        const double x = pts->x[i], big = x * x, tx = dawg_tan_d(0.5 * w0 * x);
        u[i] = tx * tx / t0;
        const double cu = at(&c, big), du = at(&d, big), power = p->base * du + p->rho * cu;
        /* the error of c/d, cross-multiplied, is linear in the corrections to c1, c2, d1, d2 */
        column[i][0] = u[i] * du;
        column[i][1] = u[i] * u[i] * du;
        column[i][2] = -u[i] * cu;
        column[i][3] = -u[i] * u[i] * cu;
        column[i][4] = (big - u[i]) * (p01 + p02 * (big + u[i]) + p12 * u[i] * big) + held * column[i][3];
        power_d[i] = du;
        power_n[i] = fade ? power + FADE * du : power; /* a notch has no relative error at its centre */
        weight[i] = fade ? pts->weight[i] * power / power_n[i] : pts->weight[i];
    }
    for (int pass = 0; pass < 2; ++pass) {
        double rows[ROWS_MAX][5], e[4] = {0}, change[4] = {0.0, 0.0, 0.0, held};
        unsigned n = 0;
        for (unsigned i = 0; i < pts->n; ++i) {
            double now_n = power_n[i], now_d = power_d[i];
            if (pass) {
                now_d = at(&p->d, u[i]);
                now_n = p->base * now_d + p->rho * at(&p->c, u[i]) + (fade ? FADE * now_d : 0.0);
                now_d = dawg_max_d(now_d, FLOOR * power_d[i]);
                now_n = dawg_max_d(now_n, FLOOR * power_n[i]);
            }
            const double w = weight[i] / dawg_sqrt_d(now_n * now_d * power_n[i] * power_d[i]);
            n = 0;
            for (unsigned j = 0; j < 4; ++j)
                if (p->fitted >> j & 1u) rows[i][n++] = w * column[i][j];
            rows[i][4] = w * column[i][4];
        }
        const double rein = pass ? p->rein : HOLD * p->rein;
        for (unsigned j = 0; j < n; ++j) rows[pts->n][j] = 0.0;
        rows[pts->n][n - 1u] = rein / invariant;
        rows[pts->n][4] = rein * (d.c2 / invariant - 1.0);
        dawg_least_squares(rows, pts->n + (p->rein > 0.0), n, e);
        for (unsigned j = 0, l = 0; j < 4; ++j)
            if (p->fitted >> j & 1u) change[j] = e[l++];
        p->c = (quad){c.c0, c.c1 + change[0], c.c2 + change[1]};
        p->d = (quad){1.0, d.c1 + change[2], d.c2 + change[3]};
    }
}

/* How far a high-pass is resonant and high enough for an even ripple: with Q from 2 to 3, with f0 from 0.175 to 0.225
 * of the rate. */
static double evenness(double f, double k)
{
    return dawg_clamp_d(1.0 / k - 2.0, 0.0, 1.0) * dawg_clamp_d((f - 0.175) / 0.05, 0.0, 1.0);
}

/* Reciprocals of power are mixed, so that an error of the mix lies between those of its parts. */
static void even_out(prototype *p, double share, double w0, double edge)
{
    double q[3];
    dawg_eq_ripple(w0, p->k, edge, q);
    const double own = (1.0 - share) / p->c.c2, q0 = own + share * q[0];
    p->d = (quad){1.0, (own * p->d.c1 + share * q[1]) / q0, (own * p->d.c2 + share * q[2]) / q0};
    p->c.c2 = 1.0 / q0;
}

/* q = (sqrt(c0) - u sqrt(c2))^2 + u damping: minimum phase needs c2 and damping >= 0. Held above half of the
 * prototype's, which no setting is known to need, and c2 above a thousandth, which bells of more than 24 dB do (in
 * low-passes the prototype's is 0, and rounding goes below). */
static double damping(const quad *q) { return 2.0 * dawg_sqrt_d(dawg_max_d(q->c0 * q->c2, 0.0)) + q->c1; }
static quad guarded(quad q, const quad *proto, double least_c2)
{
    const double least = 0.5 * damping(proto);
    q.c2 = dawg_max_d(q.c2, least_c2 * proto->c2);
    const double have = damping(&q);
    if (have < least) q.c1 += least - have;
    return q;
}

static dawg_svf realise(const quad *n, const quad *d, double gain, double w0)
{
    const double root = dawg_sqrt_d(d->c2);
    return (dawg_svf){.g = dawg_tan_d(0.5 * w0) / dawg_sqrt_d(root),
                      .k = dawg_sqrt_d(damping(d) / root),
                      .hp = gain * dawg_sqrt_d(n->c2 / d->c2),
                      .bp = gain * dawg_sqrt_d(dawg_max_d(damping(n), 0.0) / root),
                      .lp = gain * dawg_sqrt_d(n->c0)};
}

dawg_svf dawg_eq_design(dawg_eq_type type, double hz, double rate, double gain_db, double q)
{
    const int shelf = type == DAWG_EQ_LOW_SHELF || type == DAWG_EQ_HIGH_SHELF, has_gain = shelf || type == DAWG_EQ_BELL;
    /* a high-pass must have its peak in the band, where it can be seen */
    const double highest =
        type == DAWG_EQ_HIGH_PASS || type == DAWG_EQ_HIGH_PASS_1 ? DAWG_EQ_HIGH_PASS_MAX_TURNS : DAWG_EQ_MAX_TURNS;
    const double f = dawg_min_d(hz / rate, highest), w0 = 2.0 * DAWG_PI * f;
    const double beyond = dawg_min_d(1.15 * f, f + 0.4 * (0.5 - f));
    const double a = has_gain ? dawg_exp_d(-dawg_abs_d(gain_db) * (2.302585092994045684 / 40.0)) : 1.0;
    const double farther =
        shelf ? dawg_min_d(DAWG_EQ_BAND_TURNS, f / dawg_sqrt_d(a)) : 0.0; /* the upper pole or zero */
    const double band = dawg_max_d(dawg_min_d(DAWG_EQ_BAND_TURNS, DAWG_EQ_BAND_HZ / rate), farther);
    const double edge = dawg_max_d(band, type == DAWG_EQ_HIGH_PASS ? f : beyond) / f;
    const int first = type == DAWG_EQ_LOW_PASS_1 || type == DAWG_EQ_HIGH_PASS_1;
    const double far = first ? FAR_TURNS / f : 1.0;
    prototype p = describe(type, a, shelf ? dawg_min_d(q, DAWG_EQ_SHELF_Q_MAX) : q, far);
    const quad c = p.c, d = p.d;
    const points pts = choose(type, &p, a, edge);
    const double even = type == DAWG_EQ_HIGH_PASS ? evenness(f, p.k) : 0.0;
    if (even < 1.0) fit(&p, &pts, !has_gain, w0);
    if (even > 0.0) even_out(&p, even, w0, edge);

    const quad proto_n = {p.base * d.c0 + p.rho * c.c0, p.base * d.c1 + p.rho * c.c1, p.base * d.c2 + p.rho * c.c2};
    quad n = {p.base * p.d.c0 + p.rho * p.c.c0, p.base * p.d.c1 + p.rho * p.c.c1, p.base * p.d.c2 + p.rho * p.c.c2};
    n = guarded(n, &proto_n, 1e-3);
    p.d = guarded(p.d, &d, 1e-3);
    /* a low shelf is the inverse high shelf, scaled; both are cuts here */
    const int invert = has_gain && (type == DAWG_EQ_LOW_SHELF ? gain_db < 0.0 : gain_db > 0.0);
    const double gain = type != DAWG_EQ_LOW_SHELF ? 1.0 : gain_db < 0.0 ? a * a : 1.0 / (a * a);
    return invert ? realise(&p.d, &n, gain, w0) : realise(&n, &p.d, gain, w0);
}
