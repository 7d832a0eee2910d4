/* SPDX-License-Identifier: MIT
 * band_misfit.c - see band_misfit.h. */
#include "band_misfit.h"

#define KNOBS ((uint32_t)DAWG_FIT_KNOBS)
#define QUADS DAWG_FIT_QUADS
#define LN_DECADE 2.302585092994046           /* ln 10 */
#define DB_PER_LN ((float)(10.0 / LN_DECADE)) /* of power */
#define DB_PER_OCTAVE 3.01029996f             /* of power: 10 log10 2 */

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

/* Multiplies |H|^2 of one band into power, and writes the slopes of 10 log10 |H|^2 by its knobs, times sqrt(weight).
 *
 *   bell       N = (1-u)^2 + u A^2/Q^2,  D = (1-u)^2 + u/(A Q)^2,      |H|^2 = N/D
 *   low shelf  N = (A-u)^2 + u A/Q^2,    D = (1-A u)^2 + u A/Q^2,      |H|^2 = A^2 N/D
 *   high shelf                                                         |H|^2 = A^2 D/N
 *
 * With r = 1/(N D): |H|^2 = N^2 r, and a slope of its logarithm is (N' D - D' N) r. */
static void multiply(const dawg_fit_points *p, dawg_eq_type type, const double *x, dawg_f4 *power,
                     dawg_f4 (*slope)[QUADS])
{
    const dawg_f4 per_ff = dawg_f4_all((float)dawg_exp_d(-2.0 * x[DAWG_FIT_PLACE]));
    const double up = dawg_exp_d(x[DAWG_FIT_GAIN] * LN_DECADE / 40.0), narrow = dawg_exp_d(-2.0 * x[DAWG_FIT_WIDTH]);
    const dawg_f4 one = dawg_f4_all(1.0f), two = dawg_f4_all(2.0f), a = dawg_f4_all((float)up);
    const dawg_f4 quarter = dawg_f4_all(0.25f), ln = dawg_f4_all(DB_PER_LN);
    if (type == DAWG_EQ_BELL) {
        const dawg_f4 rise = dawg_f4_all((float)(up * up * narrow)), fall = dawg_f4_all((float)(narrow / (up * up)));
        for (uint32_t i = 0; i < p->quads; ++i) {
            const dawg_f4 u = p->ff[i] * per_ff, v = one - u, vv = v * v, more = u * rise, less = u * fall;
            const dawg_f4 n = vv + more, d = vv + less, r = one / (n * d), w = two * r * p->root[i];
            power[i] *= n * n * r;
            slope[DAWG_FIT_PLACE][i] = (less - more) * v * (one + u) * w * ln;
            slope[DAWG_FIT_GAIN][i] = (more * d + less * n) * w * quarter;
            slope[DAWG_FIT_WIDTH][i] = vv * (less - more) * w * ln;
        }
        return;
    }
    const dawg_f4 damp = dawg_f4_all((float)(up * narrow)), aa = a * a;
    const int high = type == DAWG_EQ_HIGH_SHELF;
    const dawg_f4 sign = dawg_f4_all(high ? -1.0f : 1.0f);
    for (uint32_t i = 0; i < p->quads; ++i) {
        const dawg_f4 u = p->ff[i] * per_ff, v = a - u, w = one - a * u, c = u * damp;
        const dawg_f4 n = v * v + c, d = w * w + c, r = one / (n * d), scaled = sign * r * p->root[i];
        const dawg_f4 n_u = c - two * v * u, d_u = c - two * a * w * u; /* by ln u */
        const dawg_f4 n_a = two * a * v + c;                            /* by ln A; of D it is d_u */
        power[i] *= aa * r * (high ? d * d : n * n);
        slope[DAWG_FIT_PLACE][i] = two * (d_u * n - n_u * d) * scaled * ln;
        slope[DAWG_FIT_GAIN][i] = ((n_a * d - d_u * n) * scaled + two * p->root[i]) * quarter;
        slope[DAWG_FIT_WIDTH][i] = two * c * (n - d) * scaled * ln;
    }
}

double dawg_band_misfit(const dawg_fit_points *p, const dawg_fit_bands *b, dawg_fit_rows *rows)
{
    dawg_f4 power[QUADS];
    for (uint32_t i = 0; i < p->quads; ++i) power[i] = dawg_f4_all(1.0f);
    for (uint32_t k = 0; k < b->n; ++k) multiply(p, b->type[k], b->x + k * KNOBS, power, rows->slope + k * KNOBS);
    for (uint32_t i = 0; i < p->quads; ++i) {
        for (uint32_t k = 0; k < 4u; ++k) power[i][k] = dawg_log2(power[i][k]);
        rows->residual[i] = (power[i] * dawg_f4_all(DB_PER_OCTAVE) - p->want[i]) * p->root[i];
    }
    center(p, rows->residual);
    return dot(rows->residual, rows->residual, p->quads);
}

/* Band by band: nine products at a time. */
static void products(const dawg_f4 (*a)[QUADS], const dawg_f4 (*b)[QUADS], uint32_t quads, float out[KNOBS][KNOBS])
{
    dawg_f4 s00 = {0}, s01 = {0}, s02 = {0}, s10 = {0}, s11 = {0}, s12 = {0}, s20 = {0}, s21 = {0}, s22 = {0};
    for (uint32_t i = 0; i < quads; ++i) {
        const dawg_f4 a0 = a[0][i], a1 = a[1][i], a2 = a[2][i], b0 = b[0][i], b1 = b[1][i], b2 = b[2][i];
        s00 += a0 * b0, s01 += a0 * b1, s02 += a0 * b2;
        s10 += a1 * b0, s11 += a1 * b1, s12 += a1 * b2;
        s20 += a2 * b0, s21 += a2 * b1, s22 += a2 * b2;
    }
    const dawg_f4 sums[KNOBS][KNOBS] = {{s00, s01, s02}, {s10, s11, s12}, {s20, s21, s22}};
    for (uint32_t k = 0; k < KNOBS; ++k)
        for (uint32_t m = 0; m < KNOBS; ++m) out[k][m] = dawg_f4_sum(sums[k][m]);
}

void dawg_band_normal(const dawg_fit_points *p, uint32_t bands, const dawg_fit_rows *rows, dawg_fit_normal *out)
{
    double level[DAWG_FIT_UNKNOWNS];
    for (uint32_t k = 0; k < bands * KNOBS; ++k) {
        level[k] = dot(rows->slope[k], p->root, p->quads);
        out->descent[k] = (float)-dot(rows->slope[k], rows->residual, p->quads);
    }
    for (uint32_t k = 0; k < bands; ++k)
        for (uint32_t m = k; m < bands; ++m) {
            float block[KNOBS][KNOBS];
            products(rows->slope + k * KNOBS, rows->slope + m * KNOBS, p->quads, block);
            for (uint32_t i = 0; i < KNOBS; ++i)
                for (uint32_t j = 0; j < KNOBS; ++j)
                    out->hessian[k * KNOBS + i][m * KNOBS + j] =
                        block[i][j] - (float)(level[k * KNOBS + i] * level[m * KNOBS + j] / p->weights);
        }
}
