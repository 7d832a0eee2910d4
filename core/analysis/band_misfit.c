/* SPDX-License-Identifier: MIT
 * band_misfit.c - see band_misfit.h. */
#include "band_misfit.h"

#define KNOBS ((uint32_t)DAWG_FIT_KNOBS)
#define QUADS DAWG_FIT_QUADS
#define DB_PER_LN 4.34294482f     /* of power: 10 / ln 10 */
#define DB_PER_OCTAVE 3.01029996f /* of power: 10 log10 2 */
#define OCTAVES_PER_LN 1.44269504 /* 1 / ln 2 */
#define A_PER_DB 0.08304820237    /* octaves of A = 10^(dB / 40) */

void dawg_fit_points_make(dawg_fit_points *p, const double *hz, const double *want_db, const double *weight, uint32_t n)
{
    if (n > DAWG_FIT_POINTS) n = DAWG_FIT_POINTS;
    *p = (dawg_fit_points){.quads = (n + 3u) / 4u};
    for (uint32_t i = 0; i < 4u * p->quads; ++i) {
        const uint32_t from = i < n ? i : n - 1u;
        const double w = i >= n ? 0.0 : weight ? weight[i] : 1.0;
        p->ff[i / 4u][i % 4u] = (float)(hz[from] * hz[from]);
        p->want[i / 4u][i % 4u] = (float)want_db[from];
        p->root[i / 4u][i % 4u] = (float)dawg_sqrt_d(w);
        p->weights += w;
    }
    if (!(p->weights > 0.0)) p->quads = 0;
}

void dawg_fit_points_pair(dawg_fit_points *to, const dawg_fit_points *from)
{
    *to = (dawg_fit_points){.quads = (from->quads + 1u) / 2u, .weights = from->weights};
    for (uint32_t i = 0; i < 2u * from->quads; ++i) {
        const uint32_t a = i / 2u, b = 2u * (i % 2u);
        const float one = from->root[a][b] * from->root[a][b], other = from->root[a][b + 1u] * from->root[a][b + 1u];
        const float sum = one + other, share = sum > 0.0f ? one / sum : 1.0f;
        to->ff[i / 4u][i % 4u] = (float)dawg_sqrt_d((double)from->ff[a][b] * (double)from->ff[a][b + 1u]);
        to->want[i / 4u][i % 4u] = share * from->want[a][b] + (1.0f - share) * from->want[a][b + 1u];
        to->root[i / 4u][i % 4u] = (float)dawg_sqrt_d((double)sum);
    }
    for (uint32_t k = 2; k < 4u && from->quads % 2u; ++k) { /* half a vector that counts nothing */
        to->ff[to->quads - 1u][k] = to->ff[to->quads - 1u][1];
        to->want[to->quads - 1u][k] = to->want[to->quads - 1u][1];
    }
}

static double dot(const dawg_f4 *a, const dawg_f4 *b, uint32_t quads)
{
    dawg_f4 sum = {0};
    for (uint32_t i = 0; i < quads; ++i) sum += a[i] * b[i];
    return (double)dawg_f4_sum(sum);
}

/* Takes the weighted mean out of y, which is times sqrt(weight). */
static void center(const dawg_fit_points *p, dawg_f4 *y)
{
    const dawg_f4 mean = dawg_f4_all((float)(dot(p->root, y, p->quads) / p->weights));
    for (uint32_t i = 0; i < p->quads; ++i) y[i] -= mean * p->root[i];
}

static inline void raise(float *power, dawg_f4 by) { dawg_f4_store(power, dawg_f4_load(power) * by); }

/* Multiplies |H|^2 of one band into power, and writes the slopes of 10 log10 |H|^2 by its knobs, times sqrt(weight).
 *
 *   bell       N = (1-u)^2 + u A^2/Q^2,  D = (1-u)^2 + u/(A Q)^2,      |H|^2 = N/D
 *   low shelf  N = (A-u)^2 + u A/Q^2,    D = (1-A u)^2 + u A/Q^2,      |H|^2 = A^2 N/D
 *   high shelf                                                         |H|^2 = A^2 D/N
 *
 * With r = 1/(N D): |H|^2 = N^2 r, and a slope of its logarithm is (N' D - D' N) r. */
static void multiply(const dawg_fit_points *p, dawg_eq_type type, const double *x, float *power,
                     dawg_f4 (*slope)[QUADS])
{
    const float narrow = dawg_exp2((float)(-2.0 * OCTAVES_PER_LN * x[DAWG_FIT_WIDTH])); /* 1/Q^2 */
    const float up = dawg_exp2((float)(A_PER_DB * x[DAWG_FIT_GAIN]));                   /* A */
    const dawg_f4 per_ff = dawg_f4_all(dawg_exp2((float)(-2.0 * OCTAVES_PER_LN * x[DAWG_FIT_PLACE])));
    const dawg_f4 one = dawg_f4_all(1.0f), two = dawg_f4_all(2.0f), a = dawg_f4_all(up);
    const dawg_f4 quarter = dawg_f4_all(0.25f), ln = dawg_f4_all(DB_PER_LN);
    if (type == DAWG_EQ_BELL) {
        const dawg_f4 rise = dawg_f4_all(up * up * narrow), fall = dawg_f4_all(narrow / (up * up));
        for (uint32_t i = 0; i < p->quads; ++i) {
            const dawg_f4 u = p->ff[i] * per_ff, v = one - u, vv = v * v, more = u * rise, less = u * fall;
            const dawg_f4 n = vv + more, d = vv + less, r = one / (n * d), w = two * r * p->root[i];
            raise(power + 4u * i, n * n * r);
            slope[DAWG_FIT_PLACE][i] = (less - more) * v * (one + u) * w * ln;
            slope[DAWG_FIT_GAIN][i] = (more * d + less * n) * w * quarter;
            slope[DAWG_FIT_WIDTH][i] = vv * (less - more) * w * ln;
        }
        return;
    }
    const dawg_f4 damp = dawg_f4_all(up * narrow), aa = a * a;
    const int high = type == DAWG_EQ_HIGH_SHELF;
    const dawg_f4 sign = dawg_f4_all(high ? -1.0f : 1.0f);
    for (uint32_t i = 0; i < p->quads; ++i) {
        const dawg_f4 u = p->ff[i] * per_ff, v = a - u, w = one - a * u, c = u * damp;
        const dawg_f4 n = v * v + c, d = w * w + c, r = one / (n * d), scaled = sign * r * p->root[i];
        const dawg_f4 n_u = c - two * v * u, d_u = c - two * a * w * u; /* by ln u */
        const dawg_f4 n_a = two * a * v + c;                            /* by ln A; of D it is d_u */
        raise(power + 4u * i, aa * r * (high ? d * d : n * n));
        slope[DAWG_FIT_PLACE][i] = two * (d_u * n - n_u * d) * scaled * ln;
        slope[DAWG_FIT_GAIN][i] = ((n_a * d - d_u * n) * scaled + two * p->root[i]) * quarter;
        slope[DAWG_FIT_WIDTH][i] = two * c * (n - d) * scaled * ln;
    }
}

double dawg_band_misfit(const dawg_fit_points *p, const dawg_fit_bands *b, dawg_fit_rows *rows)
{
    float power[4u * QUADS];
    for (uint32_t i = 0; i < 4u * p->quads; ++i) power[i] = 1.0f;
    for (uint32_t k = 0; k < b->n; ++k) multiply(p, b->type[k], b->x + k * KNOBS, power, rows->slope + k * KNOBS);
    for (uint32_t k = b->n * KNOBS; k % 4u; ++k)
        for (uint32_t i = 0; i < p->quads; ++i) rows->slope[k][i] = dawg_f4_all(0.0f);
    for (uint32_t i = 0; i < 4u * p->quads; ++i) power[i] = dawg_log2(power[i]) * DB_PER_OCTAVE;
    for (uint32_t i = 0; i < p->quads; ++i)
        rows->residual[i] = (dawg_f4_load(power + 4u * i) - p->want[i]) * p->root[i];
    center(p, rows->residual);
    return dot(rows->residual, rows->residual, p->quads);
}

static dawg_f4 sums(dawg_f4 of[4])
{
    dawg_f4_transpose(of);
    return (of[0] + of[2]) + (of[1] + of[3]);
}

/* Two vectors times four. */
static void products(const dawg_f4 *a, const dawg_f4 *b, const dawg_f4 (*column)[QUADS], uint32_t quads, dawg_f4 *of_a,
                     dawg_f4 *of_b)
{
    dawg_f4 s[4] = {{0}, {0}, {0}, {0}}, t[4] = {{0}, {0}, {0}, {0}};
    for (uint32_t i = 0; i < quads; ++i)
        for (uint32_t k = 0; k < 4u; ++k) {
            s[k] += a[i] * column[k][i];
            t[k] += b[i] * column[k][i];
        }
    *of_a = sums(s);
    *of_b = sums(t);
}

void dawg_band_normal(const dawg_fit_points *p, uint32_t bands, const dawg_fit_rows *rows, dawg_fit_normal *out)
{
    dawg_f4 level[DAWG_FIT_COLUMNS];
    for (uint32_t c = 0; 4u * c < bands * KNOBS; ++c) {
        const dawg_f4(*column)[QUADS] = rows->slope + 4u * c;
        products(p->root, rows->residual, column, p->quads, level + c, out->descent + c);
        out->descent[c] = -out->descent[c];
        for (uint32_t i = 0; i < 4u * c + 4u; i += 2u) {
            products(rows->slope[i], rows->slope[i + 1u], column, p->quads, out->hessian[i] + c,
                     out->hessian[i + 1u] + c);
            for (uint32_t k = i; k < i + 2u; ++k)
                out->hessian[k][c] -= dawg_f4_all((float)((double)level[k / 4u][k % 4u] / p->weights)) * level[c];
        }
    }
}
