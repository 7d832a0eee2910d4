/* SPDX-License-Identifier: MIT
 * svf.c - see svf.h: the response, and the series of bands. A band's recursion is a chain of three dependent operations
 * per sample, which leaves most of a processor idle; three chains side by side fill it, and four need more registers than
 * there are. */
#include "svf.h"

#define SIDE_BY_SIDE 3u

/* s = j sin(w/2) / (g cos(w/2)); numerator and denominator times (g cos)^2, so that nothing is infinite at half the
 * rate. */
void dawg_svf_response(const dawg_svf *sections, uint32_t n, double turns, double h[2])
{
    const double sine = dawg_sin_d(DAWG_PI * turns), cosine = dawg_cos_d(DAWG_PI * turns);
    double re = 1.0, im = 0.0;
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_svf *c = &sections[i];
        const double low = c->g * cosine, ss = sine * sine, sl = sine * low, ll = low * low;
        const double num_re = c->lp * ll - c->hp * ss, num_im = c->bp * sl, den_re = ll - ss, den_im = c->k * sl;
        const double scale = 1.0 / (den_re * den_re + den_im * den_im);
        const double this_re = (num_re * den_re + num_im * den_im) * scale;
        const double this_im = (num_im * den_re - num_re * den_im) * scale;
        const double was = re;
        re = was * this_re - im * this_im;
        im = was * this_im + im * this_re;
    }
    h[0] = re;
    h[1] = im;
}

/* bands <= n. A band works a sample behind the one before it; at the beginning the later bands have none yet, at the end
 * the earlier ones have no more. */
static inline __attribute__((always_inline)) void together(const dawg_svf_run *const *run, dawg_svf_state *const *s,
                                                           const uint32_t bands, dawg_d2 *x, uint32_t n)
{
    dawg_svf_state state[SIDE_BY_SIDE];
    dawg_svf_lanes c[SIDE_BY_SIDE];
    dawg_d2 made[SIDE_BY_SIDE]; /* by a band, for the next to take a turn later */
    const uint32_t last = bands - 1u;
    for (uint32_t b = 0; b < bands; ++b) c[b] = dawg_svf_in_lanes(run[b]), state[b] = *s[b];
    for (uint32_t i = 0; i < last; ++i) {
        for (uint32_t b = last; b > 0; --b)
            if (b <= i) made[b] = dawg_svf_tick_lanes(&c[b], &state[b], made[b - 1u]);
        made[0] = dawg_svf_tick_lanes(&c[0], &state[0], x[i]);
    }
    for (uint32_t i = last; i < n; ++i) {
        for (uint32_t b = last; b > 0; --b) made[b] = dawg_svf_tick_lanes(&c[b], &state[b], made[b - 1u]);
        made[0] = dawg_svf_tick_lanes(&c[0], &state[0], x[i]);
        x[i - last] = made[last];
    }
    for (uint32_t i = 0; i < last; ++i) {
        for (uint32_t b = last; b > i; --b) made[b] = dawg_svf_tick_lanes(&c[b], &state[b], made[b - 1u]);
        x[n - last + i] = made[last];
    }
    for (uint32_t b = 0; b < bands; ++b) *s[b] = state[b];
}

void dawg_svf_series(const dawg_svf_run *const *c, dawg_svf_state *const *s, uint32_t bands, dawg_d2 *x, uint32_t n)
{
    if (n >= SIDE_BY_SIDE) {
        for (; bands >= SIDE_BY_SIDE; bands -= SIDE_BY_SIDE, c += SIDE_BY_SIDE, s += SIDE_BY_SIDE)
            together(c, s, SIDE_BY_SIDE, x, n);
        if (bands == 2u) together(c, s, 2u, x, n), bands = 0;
    }
    for (; bands; --bands, ++c, ++s) together(c, s, 1u, x, n);
}
