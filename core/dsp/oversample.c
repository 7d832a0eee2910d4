/* SPDX-License-Identifier: MIT
 * oversample.c - see oversample.h. A half-band of 2 M + 1 taps (M odd) has taps only at its centre and at odd distances
 * from it, so of two samples at the higher rate one is a plain delay and the other a symmetric FIR of M + 1 taps that
 * runs at the lower rate. Both directions delay by M samples of the higher rate. */
#include "oversample.h"
#include "kaiser.h"
#include "maths.h"

#define STAGES DAWG_OVERSAMPLE_STAGES
#define BLOCK DAWG_OVERSAMPLE_BLOCK
#define HISTORY DAWG_OVERSAMPLE_HISTORY

/* Per stage: (M + 1) / 2 coefficients and Kaiser's beta, the smallest that meet the table in oversample.h. The first
 * stage passes 0.4308 (wide: 0.4535) of the base rate, the others also what its slope leaves, up to 0.5692. */
typedef struct recipe {
    uint32_t pairs;
    double beta;
} recipe;
static const recipe recipes[][STAGES] = {
    [DAWG_OVERSAMPLE_ECO] = {{19, 8.20}, {7, 9.55}, {4, 8.95}},
    [DAWG_OVERSAMPLE_HQ] = {{24, 10.45}, {9, 12.30}, {5, 11.25}},
    [DAWG_OVERSAMPLE_WIDE] = {{35, 10.20}, {9, 12.30}, {5, 11.25}},
};

static void make_half_band(dawg_half_band *h, recipe r)
{
    double tap[DAWG_OVERSAMPLE_PAIRS] = {0}, sum = 0.0;
    for (uint32_t j = 0; j < r.pairs; ++j) {
        const uint32_t distance = 2u * (r.pairs - j) - 1u; /* M, M - 2 .. 1 */
        const double u = (double)distance / (double)(2u * r.pairs);
        tap[j] = dawg_kaiser(u, r.beta) / (double)distance;
        if (distance & 2u) tap[j] = -tap[j]; /* sin(pi distance / 2) */
        sum += tap[j];
    }
    h->pairs = r.pairs;
    for (uint32_t j = 0; j < r.pairs; ++j) h->tap[j] = (float)(0.5 * tap[j] / sum);
}

void dawg_oversampler_make(dawg_oversampler_design *d, uint32_t factor, dawg_oversample_quality quality)
{
    *d = (dawg_oversampler_design){.stages = factor >= 8u ? 3u : factor >= 4u ? 2u : factor >= 2u ? 1u : 0u};
    for (uint32_t s = 0; s < d->stages; ++s) {
        dawg_half_band *h = &d->stage[s];
        make_half_band(h, recipes[quality][s]);
        const uint32_t m = 2u * h->pairs - 1u, whole = 1u << s; /* lower-rate samples of stage s per base sample */
        h->late = (whole - m % whole) % whole;
        d->latency += (m + h->late) / whole;
    }
}

void dawg_oversampler_reset(dawg_oversampler *x) { memset(x, 0, sizeof *x); }

/* ---- one stage -------------------------------------------------------------------------------------------------- */

/* newest: the FIR's newest sample of the first of four outputs. Two sums, so that additions overlap. */
static dawg_f4 four_sums(const dawg_half_band *h, const float *newest)
{
    const float *oldest = newest - (2u * h->pairs - 1u);
    dawg_f4 a = {0, 0, 0, 0}, b = a;
    uint32_t j = 0;
    for (; j + 1u < h->pairs; j += 2u) {
        a += (dawg_f4_load(newest - j) + dawg_f4_load(oldest + j)) * h->tap[j];
        b += (dawg_f4_load(newest - j - 1) + dawg_f4_load(oldest + j + 1)) * h->tap[j + 1u];
    }
    if (j < h->pairs) a += (dawg_f4_load(newest - j) + dawg_f4_load(oldest + j)) * h->tap[j];
    return a + b;
}

/* Upwards, so that nothing is overwritten before it has moved; wasm's memmove takes several times as long. */
static void slide(dawg_oversampler_line *l, uint32_t n)
{
    _Static_assert(HISTORY % 4u == 0, "whole vectors");
    for (uint32_t i = 0; i < HISTORY; i += 4u) dawg_f4_store(l->x + i, dawg_f4_load(l->x + i + n));
}

/* As many of four as there is room for. */
static inline void put(float *out, dawg_f4 v, uint32_t room)
{
    if (room >= 4u) dawg_f4_store(out, v);
    else memcpy(out, &v, sizeof(float) * room);
}

static void stage_up(dawg_oversampler_line *line, const dawg_half_band *h, const float *in, uint32_t n, float *out)
{
    float *now = line->x + HISTORY;
    for (uint32_t i = 0; i < n; ++i) now[i] = dawg_flush(in[i]);
    for (uint32_t i = 0; i < n; i += 4u) {
        const dawg_f4 fir = four_sums(h, now + i), plain = dawg_f4_load(now + i - (h->pairs - 1u));
        const dawg_f4 low = dawg_f4_zip_low(fir, plain), high = dawg_f4_zip_high(fir, plain);
        put(out + 2u * i, low, 2u * (n - i));
        if (n - i > 2u) put(out + 2u * i + 4u, high, 2u * (n - i) - 4u);
    }
    slide(line, n);
}

/* n: frames at the lower rate. */
static void stage_down(dawg_oversampler_line *even, dawg_oversampler_line *odd, const dawg_half_band *h,
                       const float *in, uint32_t n, float *out)
{
    float *e = even->x + HISTORY, *o = odd->x + HISTORY;
    for (uint32_t i = 0; i < n; ++i) {
        e[i] = dawg_flush(in[2u * i]);
        o[i] = dawg_flush(in[2u * i + 1u]);
    }
    for (uint32_t i = 0; i < n; i += 4u) {
        const dawg_f4 fir = four_sums(h, e + i - h->late), plain = dawg_f4_load(o + i - h->late - h->pairs);
        const dawg_f4 y = (fir + plain) * 0.5f;
        put(out + i, y, n - i);
    }
    slide(even, n);
    slide(odd, n);
}

/* ---- the cascade ------------------------------------------------------------------------------------------------ */

void dawg_oversampler_up(dawg_oversampler *x, const dawg_oversampler_design *d, const float *in, uint32_t n, float *out)
{
    float a[BLOCK * 2u], b[BLOCK * 4u];
    if (d->stages == 0) memcpy(out, in, sizeof(float) * n);
    for (uint32_t done = 0, m; done < n && d->stages; done += m) {
        m = n - done < BLOCK ? n - done : BLOCK;
        float *to = out + ((size_t)done << d->stages);
        stage_up(&x->up[0], &d->stage[0], in + done, m, d->stages == 1u ? to : a);
        if (d->stages >= 2u) stage_up(&x->up[1], &d->stage[1], a, 2u * m, d->stages == 2u ? to : b);
        if (d->stages >= 3u) stage_up(&x->up[2], &d->stage[2], b, 4u * m, to);
    }
}

void dawg_oversampler_down(dawg_oversampler *x, const dawg_oversampler_design *d, const float *in, uint32_t n,
                           float *out)
{
    float a[BLOCK * 2u], b[BLOCK * 4u];
    if (d->stages == 0) memcpy(out, in, sizeof(float) * n);
    for (uint32_t done = 0, m; done < n && d->stages; done += m) {
        m = n - done < BLOCK ? n - done : BLOCK;
        const float *from = in + ((size_t)done << d->stages);
        if (d->stages >= 3u) stage_down(&x->even[2], &x->odd[2], &d->stage[2], from, 4u * m, b);
        if (d->stages >= 2u) stage_down(&x->even[1], &x->odd[1], &d->stage[1], d->stages == 2u ? from : b, 2u * m, a);
        stage_down(&x->even[0], &x->odd[0], &d->stage[0], d->stages == 1u ? from : a, m, out + done);
    }
}
