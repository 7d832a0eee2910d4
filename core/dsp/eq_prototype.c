/* SPDX-License-Identifier: MIT
 * eq_prototype.c - see eq_prototype.h. The poles of a Butterworth filter of order N lie on the unit circle, evenly, so
 * its second-order sections have Q = 1/(2 cos a), a = pi (i - 1/2)/N for an even order and pi i/N for an odd one, i = 1 ..
 * N/2; an odd order has a pole at -1 besides. */
#include "eq_prototype.h"
#include "eq_steep.h"

#define BUTTERWORTH_Q 0.70710678118654752
#define Q_MAX 100.0 /* of a section: where dawg_eq_design ends */

uint32_t dawg_eq_section_qs(const dawg_eq_shape *b, double q[DAWG_EQ_SECTIONS])
{
    static const uint32_t orders[DAWG_EQ_SLOPES] = {1, 2, 3, 4, 6, 8, 12, 16};
    q[0] = b->q;
    if (!dawg_eq_is_pass(b->type) || b->slope == DAWG_EQ_12_DB) return 1;
    const uint32_t order = orders[b->slope];
    uint32_t n = 0;
    if (order & 1u) q[n++] = 0.0;
    for (uint32_t i = 1; i <= order / 2u; ++i)
        q[n++] = 0.5 / dawg_cos_d(DAWG_PI * (double)(2u * i - 1u + (order & 1u)) / (double)(2u * order));
    if (order > 1u) q[n - 1u] = dawg_min_d(q[n - 1u] * (b->q / BUTTERWORTH_Q), Q_MAX);
    return n;
}

static dawg_eq_type section_type(dawg_eq_type t, double q)
{
    if (q > 0.0) return t;
    return t == DAWG_EQ_LOW_PASS ? DAWG_EQ_LOW_PASS_1 : DAWG_EQ_HIGH_PASS_1;
}

uint32_t dawg_eq_sections(const dawg_eq_shape *b, double rate, dawg_svf sections[DAWG_EQ_SECTIONS])
{
    double q[DAWG_EQ_SECTIONS];
    const uint32_t n = dawg_eq_section_qs(b, q);
    if (n > 1) dawg_eq_steep(b->type, b->hz, rate, q, n, sections);
    else sections[0] = dawg_eq_design(section_type(b->type, q[0]), b->hz, rate, b->gain_db, q[0]);
    return n;
}

static dawg_eq_analog analog(dawg_eq_type type, double gain_db, double q)
{
    const double k = q > 0.0 ? 1.0 / q : 0.0;
    dawg_eq_analog h = {.n0 = 1.0, .n1 = 0.0, .n2 = 0.0, .d0 = 1.0, .d1 = k, .d2 = 1.0};
    const double a = dawg_eq_has_gain(type) ? dawg_exp_d(gain_db * (2.302585092994045684 / 40.0)) : 1.0;
    const double slope = dawg_sqrt_d(a) * k;
    switch (type) {
    case DAWG_EQ_BELL: h = (dawg_eq_analog){1.0, k * a, 1.0, 1.0, k / a, 1.0}; break;
    case DAWG_EQ_NOTCH: h.n2 = 1.0; break;
    case DAWG_EQ_LOW_SHELF: h = (dawg_eq_analog){a * a, a * slope, a, 1.0, slope, a}; break;
    case DAWG_EQ_HIGH_SHELF: h = (dawg_eq_analog){a, a * slope, a * a, a, slope, 1.0}; break;
    case DAWG_EQ_LOW_PASS: break;
    case DAWG_EQ_HIGH_PASS:
        h.n0 = 0.0;
        h.n2 = 1.0;
        break;
    case DAWG_EQ_LOW_PASS_1:
        h.d1 = 1.0;
        h.d2 = 0.0;
        break;
    case DAWG_EQ_HIGH_PASS_1: h = (dawg_eq_analog){0.0, 1.0, 0.0, 1.0, 1.0, 0.0}; break;
    }
    return h;
}

void dawg_eq_prototype_make(dawg_eq_prototype *p, const dawg_eq_shape *b)
{
    double q[DAWG_EQ_SECTIONS];
    *p = (dawg_eq_prototype){.n = dawg_eq_section_qs(b, q), .per_hz = 1.0 / b->hz};
    const int shelf = b->type == DAWG_EQ_LOW_SHELF || b->type == DAWG_EQ_HIGH_SHELF;
    if (shelf) q[0] = dawg_min_d(q[0], DAWG_EQ_SHELF_Q_MAX);
    for (uint32_t i = 0; i < p->n; ++i) p->section[i] = analog(section_type(b->type, q[i]), b->gain_db, q[i]);
}

/* Sixteen orders at 24 kHz over 20 Hz make 1e98: no overflow in a double. */
double dawg_eq_prototype_power(const dawg_eq_prototype *p, double hz)
{
    const double x = hz * p->per_hz, xx = x * x;
    double num = 1.0, den = 1.0;
    for (uint32_t i = 0; i < p->n; ++i) {
        const dawg_eq_analog *h = &p->section[i];
        const double nr = h->n0 - h->n2 * xx, dr = h->d0 - h->d2 * xx;
        num *= nr * nr + h->n1 * h->n1 * xx;
        den *= dr * dr + h->d1 * h->d1 * xx;
    }
    return num / dawg_max_d(den, 1e-300);
}

/* N conj(D) of a section, and |D|^2. */
typedef struct quotient {
    double re, im, den;
} quotient;
static quotient section_at(const dawg_eq_analog *h, double x)
{
    const double xx = x * x, nr = h->n0 - h->n2 * xx, ni = h->n1 * x, dr = h->d0 - h->d2 * xx, di = h->d1 * x;
    return (quotient){nr * dr + ni * di, ni * dr - nr * di, dawg_max_d(dr * dr + di * di, 1e-300)};
}

void dawg_eq_prototype_response(const dawg_eq_prototype *p, double hz, double h[2])
{
    double re = 1.0, im = 0.0;
    for (uint32_t i = 0; i < p->n; ++i) {
        const quotient s = section_at(&p->section[i], hz * p->per_hz);
        const double was = re;
        re = (was * s.re - im * s.im) / s.den;
        im = (was * s.im + im * s.re) / s.den;
    }
    h[0] = re;
    h[1] = im;
}

/* The root of w = |w| e^(j phi) with half its angle is r + j im/(2 r), r = sqrt((|w| + re)/2); its size is sqrt(|w|), so
 * that times sqrt(|w|) it is |w| e^(j phi/2). A section's phase lies within +-pi, so its half never jumps but at a notch;
 * at +-pi itself, where r is 0, it is j sqrt(|w|). All the sizes share one root. */
void dawg_eq_prototype_half_phase(const dawg_eq_prototype *p, double hz, double h[2])
{
    double re = 1.0, im = 0.0, sizes = 1.0, den = 1.0;
    for (uint32_t i = 0; i < p->n; ++i) {
        const quotient s = section_at(&p->section[i], hz * p->per_hz);
        const double size = dawg_sqrt_d(s.re * s.re + s.im * s.im);
        const double r = dawg_sqrt_d(dawg_max_d(0.5 * (size + s.re), 0.0));
        const int turned = r * r <= 1e-14 * size; /* rounding of size + re is all there is */
        const double j = turned ? dawg_sqrt_d(size) : 0.5 * s.im / r, was = re;
        re = was * (turned ? 0.0 : r) - im * j;
        im = was * j + im * (turned ? 0.0 : r);
        sizes *= size;
        den *= s.den;
    }
    const double scale = dawg_sqrt_d(sizes) / den;
    h[0] = scale * re;
    h[1] = scale * im;
}

void dawg_eq_shapes_db(const dawg_eq_shape *bands, uint32_t count, const double *hz, uint32_t n, double *db)
{
    for (uint32_t k = 0; k < n; ++k) db[k] = 0.0;
    for (uint32_t i = 0; i < count; ++i) {
        dawg_eq_prototype p;
        dawg_eq_prototype_make(&p, &bands[i]);
        for (uint32_t k = 0; k < n; ++k)
            db[k] += 4.342944819032518 * dawg_log_d(dawg_max_d(dawg_eq_prototype_power(&p, hz[k]), 1e-30));
    }
}
