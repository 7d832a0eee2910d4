/* SPDX-License-Identifier: MIT
 * svf.c - see svf.h: the response, and the series of bands. A band's recursion is a chain of three dependent operations
 * per sample, which leaves most of a processor idle; four chains side by side fill it. */
#include "svf.h"

#define SIDE_BY_SIDE 4u

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

static inline __attribute__((always_inline)) void together(const dawg_svf_run *const *c, dawg_svf_state *const *s,
                                                           uint32_t bands, dawg_d2 *x, uint32_t n)
{
    dawg_svf_run run[SIDE_BY_SIDE];
    dawg_svf_state state[SIDE_BY_SIDE];
    dawg_d2 between[SIDE_BY_SIDE]; /* what a band has made and the next has yet to take */
    for (uint32_t b = 0; b < bands; ++b) {
        run[b] = *c[b];
        state[b] = *s[b];
        between[b] = dawg_d2_all(0.0);
    }
    const uint32_t last = bands - 1u;
    for (uint32_t i = 0; i < n + last; ++i) {
        if (i >= last && i < n) {
            for (uint32_t b = last; b > 0; --b) between[b] = dawg_svf_tick(&run[b], &state[b], between[b - 1u]);
            between[0] = dawg_svf_tick(&run[0], &state[0], x[i]);
        } else { /* filling or emptying: only bands that have a sample to work on */
            for (uint32_t b = last; b > 0; --b)
                if (i >= b && i - b < n) between[b] = dawg_svf_tick(&run[b], &state[b], between[b - 1u]);
            if (i < n) between[0] = dawg_svf_tick(&run[0], &state[0], x[i]);
        }
        if (i >= last) x[i - last] = between[last];
    }
    for (uint32_t b = 0; b < bands; ++b) *s[b] = state[b];
}

void dawg_svf_series(const dawg_svf_run *const *c, dawg_svf_state *const *s, uint32_t bands, dawg_d2 *x, uint32_t n)
{
    for (; bands >= 4u; bands -= 4u, c += 4, s += 4) together(c, s, 4u, x, n);
    if (bands == 3u) together(c, s, 3u, x, n);
    if (bands == 2u) together(c, s, 2u, x, n);
    if (bands == 1u) together(c, s, 1u, x, n);
}
