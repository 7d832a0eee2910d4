/* SPDX-License-Identifier: MIT
 * fir_lows.c - see fir_lows.h.
 *
 * Cosine j of the circle's N = 2 (taps + 1) samples against cosine k, summed over the half that lies outside the taps,
 * is (-1)^(j+k) N/2 (g(j-k) + g(j+k)) with g(m) = sin(pi m/2) / (pi m), up to 1/N; sines: the difference. What lies
 * outside is the low end's: higher points count less and less (fade.h), so that where the n points end is not heard. */
#include "fir_lows.h"
#include "fade.h"
#include "maths.h"

#define LOWS DAWG_FIR_LOWS
#define POINTS_MAX 256u

static void draw_g(double g[POINTS_MAX + LOWS])
{
    for (uint32_t m = 0; m < POINTS_MAX + LOWS; ++m)
        g[m] = m == 0 ? 0.5 : m % 2u == 0 ? 0.0 : (m % 4u == 1u ? 1.0 : -1.0) / (DAWG_PI * (double)m);
}

/* hold[k]: DAWG_FIR_HOLD over the target's power, in the part of the sound (left, right, mid, side or what lies between)
 * of which least passes: twice the determinant's square over the sum of squares of the matrix. */
static void holds(float *const re[4], float *const im[4], uint32_t crossed, uint32_t complex, uint32_t alike,
                  double hold[LOWS])
{
    const uint32_t rr = alike ? 0u : 1u, rl = alike ? 2u : 3u;
    for (uint32_t k = 0; k < LOWS; ++k) {
        const uint32_t path[4] = {0u, rr, 2u, rl};
        double h[4][2] = {{0.0}}, sum = 0.0;
        for (uint32_t i = 0; i < (crossed ? 4u : 2u); ++i) {
            h[i][0] = (double)re[path[i]][k];
            h[i][1] = complex && k > 0 ? (double)im[path[i]][k] : 0.0;
            sum += h[i][0] * h[i][0] + h[i][1] * h[i][1];
        }
        const double a = h[0][0] * h[1][0] - h[0][1] * h[1][1] - (h[2][0] * h[3][0] - h[2][1] * h[3][1]);
        const double b = h[0][0] * h[1][1] + h[0][1] * h[1][0] - (h[2][0] * h[3][1] + h[2][1] * h[3][0]);
        hold[k] = DAWG_FIR_HOLD * dawg_max_d(sum, 1e-12) / dawg_max_d(2.0 * (a * a + b * b), 1e-24);
    }
}

/* By elimination; the matrix is positive definite, but for half a column. */
static void solve(double a[LOWS][LOWS + 1u], uint32_t first)
{
    for (uint32_t k = first; k < LOWS; ++k)
        for (uint32_t i = k + 1u; i < LOWS; ++i) {
            const double f = a[i][k] / a[k][k];
            for (uint32_t j = k; j <= LOWS; ++j) a[i][j] -= f * a[k][j];
        }
    for (uint32_t k = LOWS; k-- > first;) {
        for (uint32_t j = k + 1u; j < LOWS; ++j) a[k][LOWS] -= a[k][j] * a[j][LOWS];
        a[k][LOWS] /= a[k][k];
    }
}

/* even = 1: cosines, a real part; -1: sines, an imaginary part, which is 0 at 0 Hz. level: what does not count. */
static void move(float *x, float level, uint32_t n, double even, const double *g, const double hold[LOWS])
{
    const uint32_t first = even > 0.0 ? 0u : 1u;
    double z[POINTS_MAX] = {0.0}, a[LOWS][LOWS + 1u];
    for (uint32_t j = first; j < n; ++j) {
        const double share = (double)dawg_ease(1.0f - (float)j / (float)(n - 1u));
        z[j] = (j % 2u ? -1.0 : 1.0) * (j ? 1.0 : 0.5) * share * ((double)x[j] - (double)level);
    }
    for (uint32_t k = first; k < LOWS; ++k) {
        const double sign = k % 2u ? -1.0 : 1.0;
        double outside = 0.0;
        for (uint32_t j = first; j < LOWS; ++j) {
            const double both = g[j < k ? k - j : j - k] + even * g[j + k];
            a[k][j] = (j % 2u ? -sign : sign) * (j ? 1.0 : 0.5) * both;
            outside += z[j] * both;
        }
        for (uint32_t j = LOWS; j < n; ++j) outside += z[j] * (g[j - k] + even * g[j + k]);
        a[k][k] += hold[k];
        a[k][LOWS] = -sign * outside;
    }
    solve(a, first);
    for (uint32_t k = first; k < LOWS; ++k) x[k] = (float)((double)x[k] + a[k][LOWS]);
}

void dawg_fir_lows(float *const re[4], float *const im[4], uint32_t n, uint32_t crossed, uint32_t complex,
                   uint32_t alike)
{
    double hold[LOWS], g[POINTS_MAX + LOWS];
    draw_g(g);
    if (n > POINTS_MAX) n = POINTS_MAX;
    holds(re, im, crossed, complex, alike, hold);
    for (uint32_t path = 0; path < (crossed ? 4u : 2u); ++path) {
        if (alike && path % 2u) continue; /* order: ll, rr, lr, rl */
        move(re[path], re[path][n - 1u], n, 1.0, g, hold);
        if (complex) move(im[path], 0.0f, n, -1.0, g, hold);
    }
}
