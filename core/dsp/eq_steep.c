/* SPDX-License-Identifier: MIT
 * eq_steep.c - see eq_steep.h. With poles z = e^s and zeros at z = 1 a digital high-pass is the product of the analog one
 * and of its images about every multiple of the rate (the sine as a product over its zeros, Euler 1748). A Butterworth
 * filter is so flat above its corner that the images are nothing but a gain: with U = (f/hz)^2 and u = tan^2(w/2)
 *
 *     |H|^2 = U^N / (1 + U^N) = c u^N / (d_1(u) .. d_n(u)),    1 / (1 + U^N) = c (u/U)^N / (d_1(u) .. d_n(u))
 *
 * to 0.03 dB from order 8 on, up to 0.41 of the rate. So a low-pass needs zeros that make (u/U)^N, the same for all hz
 * and rates (ZEROS). What is left, the images of low orders and of a last section whose Q is not Butterworth's, is smooth:
 * the first section, which is the least resonant, takes it off the whole, by least squares in relative power. */
#include "eq_steep.h"
#include "invariant_poles.h"
#include "least_squares.h"

#define POINTS 6u
#define DOWN_40_DB 4.6051701859880914 /* ln 100: over the order, how far in ln(f/hz) from the corner */
#define BEYOND 1.02                   /* the fit ends no lower than here, in hz */
#define REIN 1e-3                     /* weight of a change of the coefficients by 1 */
#define LEAST 0.05 /* part of what the first section has that stays; no setting is known to need it */

/* 1 + b t + c t^2, t = j tan(w/2). The power of 3, 4, 6 or 8 orders' zeros is within 0.061, 0.027, 0.006 or 0.002 dB of
 * (tan(w/2) / (w/2))^(2N) to 0.45 of the rate: Chebyshev approximation. Orders 12 and 16 take those of 6 and 8 twice. */
typedef struct zeros {
    double b, c;
} zeros;
static const zeros of_order_3[] = {{0.28628788411, 0.0}, {1.98305651560, 1.06813556475}};
static const zeros of_order_4[] = {{1.57324643599, 0.30133525994}, {1.48343929890, 0.65791949704}};
static const zeros of_order_6[] = {
    {0.97694157052, 0.29769975420}, {1.66217502219, 0.23823170249}, {1.93017768551, 1.16531767941}};
static const zeros of_order_8[] = {{0.75277509746, 0.17305037059},
                                   {1.74019874272, 0.20124218546},
                                   {1.29676911900, 0.60542988274},
                                   {2.29699082990, 1.62234737929}};

static const zeros *zeros_of(uint32_t order)
{
    if (order <= 4) return order == 3 ? of_order_3 : of_order_4;
    return order % 6u == 0 ? of_order_6 : of_order_8;
}

/* q: 0 for a pole of first order, which is one of a double pole whose other a zero cancels. */
static dawg_svf poles(double q, double w0)
{
    if (q == 0.0) {
        const double z = dawg_exp_d(-w0);
        return (dawg_svf){.g = (1.0 - z) / (1.0 + z), .k = 2.0};
    }
    const double sigma = 0.5 / q;
    const dawg_invariant_poles z = dawg_invariant_poles_at(sigma, 1.0, w0);
    const double lost = 1.0 - dawg_exp_d(-2.0 * sigma * w0); /* 1 - z1 z2 */
    return (dawg_svf){.g = dawg_sqrt_d(z.at_dc / z.at_nyquist), .k = 2.0 * lost / dawg_sqrt_d(z.at_dc * z.at_nyquist)};
}

/* |H|^2 of an analog section at U. */
static double analog(int high, double q, double u)
{
    if (q == 0.0) return (high ? u : 1.0) / (1.0 + u);
    return (high ? u * u : 1.0) / ((1.0 - u) * (1.0 - u) + u / (q * q));
}

/* Numerator and denominator of |H|^2 of a section, v = u / g^2. */
static double above(const dawg_svf *h, double v)
{
    const double even = h->lp - h->hp * v;
    return even * even + h->bp * h->bp * v;
}
static double below(const dawg_svf *h, double v) { return (1.0 - v) * (1.0 - v) + h->k * h->k * v; }

/* Its gain is the analog one's at hz. */
static dawg_svf high_pass(double q, double w0)
{
    dawg_svf h = poles(q, w0);
    const double t = dawg_tan_d(0.5 * w0) / h.g, v = t * t;
    h.hp = 1.0;
    if (q == 0.0) h.bp = 1.0;
    const double gain = dawg_sqrt_d(analog(1, q, 1.0) * below(&h, v) / above(&h, v));
    h.hp *= gain;
    h.bp *= gain;
    return h;
}

static dawg_svf low_pass(double q, double w0, const zeros *n)
{
    dawg_svf h = poles(q, w0);
    h.lp = 1.0;
    h.bp = n->b * h.g + (q == 0.0);
    h.hp = (q == 0.0 ? n->b : n->c * h.g) * h.g;
    return h;
}

/* A high-pass by its denominator, e0 + e1 v + e2 v^2 more. */
static dawg_svf mend_high(const dawg_svf *h, const double e[3])
{
    const double c0 = dawg_max_d(1.0 + e[0], LEAST), c2 = dawg_max_d(1.0 + e[2], LEAST), mean = dawg_sqrt_d(c0 * c2);
    const double damping = dawg_max_d(h->k * h->k - 2.0 + e[1] + 2.0 * mean, LEAST * h->k * h->k);
    return (dawg_svf){.g = h->g * dawg_sqrt_d(dawg_sqrt_d(c0 / c2)),
                      .k = dawg_sqrt_d(damping / mean),
                      .hp = h->hp / dawg_sqrt_d(c2),
                      .bp = h->bp / dawg_sqrt_d(mean),
                      .lp = 0.0};
}

/* A low-pass by its numerator, e0 v + e1 v^2 more: its gain at DC stays. */
static dawg_svf mend_low(const dawg_svf *h, const double e[2])
{
    dawg_svf m = *h;
    m.hp = dawg_sqrt_d(dawg_max_d(h->hp * h->hp + e[1], 0.0));
    const double damping = h->bp * h->bp - 2.0 * h->hp + e[0] + 2.0 * m.hp;
    m.bp = dawg_sqrt_d(dawg_max_d(damping, LEAST * h->bp * h->bp));
    return m;
}

/* Of the points of a high-pass: half as much again in the pass band, without a step. */
static double weight(double x) { return dawg_clamp_d(2.5 * x - 1.25, 1.0, 1.5); }

static void mend(int high, double f, double rate, uint32_t order, const double *q, uint32_t n, dawg_svf *sections)
{
    static const double node[POINTS] = {/* Chebyshev's, in 0..1 */
                                        0.017037086855466, 0.146446609406726, 0.370590477448740,
                                        0.629409522551260, 0.853553390593274, 0.982962913144534};
    const double reach = dawg_exp_d(DOWN_40_DB / (double)order);
    const double edge = dawg_max_d(dawg_min_d(DAWG_EQ_BAND_TURNS, DAWG_EQ_BAND_HZ / rate) / f, BEYOND);
    const double span = high ? dawg_log_d(edge * reach) : dawg_min_d(edge, reach);
    const unsigned unknowns = high ? 3u : 2u;
    double rows[POINTS + 3u][DAWG_LEAST_SQUARES_MAX + 1u], e[DAWG_LEAST_SQUARES_MAX];
    for (unsigned i = 0; i < POINTS; ++i) {
        const double x = high ? dawg_exp_d(span * node[i]) / reach : span * node[i];
        const double t = dawg_tan_d(DAWG_PI * f * x), u = t * t;
        double off = 1.0; /* what the power must be multiplied by */
        for (uint32_t s = 0; s < n; ++s) {
            const double v = u / (sections[s].g * sections[s].g);
            off *= analog(high, q[s], x * x) * below(&sections[s], v) / above(&sections[s], v);
        }
        const double v = u / (sections[0].g * sections[0].g), w = high ? weight(x) : 1.0;
        const double column = high ? w * off / below(&sections[0], v) : v / (above(&sections[0], v) * off);
        rows[i][0] = column;
        rows[i][1] = column * v;
        rows[i][2] = column * v * v;
        rows[i][DAWG_LEAST_SQUARES_MAX] = high ? w * (off - 1.0) : 1.0 / off - 1.0;
    }
    for (unsigned i = 0; i < unknowns; ++i)
        for (unsigned j = 0; j <= DAWG_LEAST_SQUARES_MAX; ++j) rows[POINTS + i][j] = i == j ? REIN : 0.0;
    dawg_least_squares(rows, POINTS + unknowns, unknowns, e);
    sections[0] = high ? mend_high(&sections[0], e) : mend_low(&sections[0], e);
}

void dawg_eq_steep(dawg_eq_type type, double hz, double rate, const double *q, uint32_t n, dawg_svf *sections)
{
    const int high = type == DAWG_EQ_HIGH_PASS;
    const double f = dawg_min_d(hz / rate, high ? DAWG_EQ_HIGH_PASS_MAX_TURNS : DAWG_EQ_MAX_TURNS);
    const double w0 = 2.0 * DAWG_PI * f;
    const uint32_t order = 2u * n - (q[0] == 0.0), period = order > 8u ? n / 2u : n;
    const zeros *numerator = zeros_of(order);
    for (uint32_t i = 0; i < n; ++i)
        sections[i] = high ? high_pass(q[i], w0) : low_pass(q[i], w0, &numerator[i % period]);
    mend(high, f, rate, order, q, n, sections);
}
