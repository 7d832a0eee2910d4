/* SPDX-License-Identifier: MIT
 * crossover.c - see crossover.h. */
#include "crossover.h"

#define ROOT_2 1.41421356237309505
#define OCTAVE 2.0

enum { FIRST, MIDDLE, LAST };

void dawg_crossover_place(const float wish_hz[DAWG_CROSSOVERS], double rate, double hz[DAWG_CROSSOVERS])
{
    const double top = DAWG_CROSSOVER_MAX_TURNS * rate;
    hz[MIDDLE] = dawg_min_d((double)wish_hz[MIDDLE], top / OCTAVE);
    hz[FIRST] = dawg_min_d((double)wish_hz[FIRST], hz[MIDDLE] / OCTAVE);
    hz[LAST] = dawg_max_d(dawg_min_d((double)wish_hz[LAST], top), OCTAVE * hz[MIDDLE]);
}

void dawg_crossover_reset(dawg_crossover *x, uint32_t period, double rate)
{
    *x = (dawg_crossover){.period = period, .fresh = 1, .rate = rate};
}

static double tangent(double hz, double rate) { return dawg_tan_d(DAWG_PI * hz / rate); }

void dawg_crossover_plan(dawg_crossover *x, const double hz[DAWG_CROSSOVERS])
{
    x->moving = 0;
    for (uint32_t i = 0; i < DAWG_CROSSOVERS; ++i) {
        x->from[i] = x->to[i];
        if (x->hz[i] == hz[i]) continue;
        x->hz[i] = hz[i];
        x->to[i] = tangent(hz[i], x->rate);
        if (x->fresh) x->from[i] = x->to[i];
        x->moving |= x->from[i] != x->to[i];
    }
    x->fresh = 0;
}

/* ---- sound ------------------------------------------------------------------------------------------------------ */

/* Of both sections of a split at one moment: svf.h, p, q and r. */
typedef struct moment {
    dawg_d2 p, q, r;
} moment;

static moment at_g(double g)
{
    const double a1 = 1.0 / (1.0 + g * (g + ROOT_2)), a2 = g * a1, a3 = g * a2;
    return (moment){dawg_d2_all(2.0 * a1 - 1.0), dawg_d2_all(2.0 * a2), dawg_d2_all(2.0 * a3)};
}

/* g at each of n frames from `at` on, or once if it stands still. */
static void moments(const dawg_crossover *x, uint32_t i, uint32_t at, uint32_t n, moment *m)
{
    if (!x->moving) {
        m[0] = at_g(x->to[i]);
        return;
    }
    const dawg_svf from = {.g = x->from[i]}, to = {.g = x->to[i]};
    for (uint32_t t = 0; t < n; ++t) m[t] = at_g(dawg_svf_between(&from, &to, (double)(at + t) / (double)x->period).g);
}

/* One section: low-pass and all-pass. The outputs are means of the integrators' charges before and after. */
static inline dawg_d2 section(const moment *m, dawg_svf_state *s, dawg_d2 x, dawg_d2 *all_pass)
{
    const dawg_d2 e = x - s->s2, s1 = s->s1, s2 = s->s2;
    s->s1 = m->p * s1 + m->q * e;
    s->s2 = s2 + (m->q * s1 + m->r * e);
    *all_pass = x - dawg_d2_all(ROOT_2) * (s1 + s->s1);
    return dawg_d2_all(0.5) * (s2 + s->s2);
}

/* io becomes the low half. step: 1 while a crossover moves, else 0. */
static void run_split(const moment *m, uint32_t step, dawg_svf_state split[2], uint32_t n, dawg_d2 *restrict io,
                      dawg_d2 *restrict high)
{
    dawg_svf_state a = split[0], b = split[1];
    for (uint32_t t = 0; t < n; ++t, m += step) {
        dawg_d2 all, none;
        const dawg_d2 half = section(m, &a, io[t], &all);
        io[t] = section(m, &b, half, &none);
        high[t] = all - io[t];
    }
    split[0] = a, split[1] = b;
}

static void run_all_pass(const moment *m, uint32_t step, dawg_svf_state *state, uint32_t n, dawg_d2 *io)
{
    dawg_svf_state a = *state;
    for (uint32_t t = 0; t < n; ++t, m += step) (void)section(m, &a, io[t], &io[t]);
    *state = a;
}

static void give(const dawg_d2 *x, uint32_t n, float *const to[2])
{
    for (uint32_t t = 0; t < n; ++t) {
        const dawg_d2 y = dawg_svf_heard(x[t]);
        to[0][t] = (float)y[0];
        to[1][t] = (float)y[1];
    }
}

void dawg_crossover_run(dawg_crossover *x, uint32_t at, uint32_t n, const float *const in[2],
                        float *const band[DAWG_CROSSOVER_BANDS][2])
{
    moment m[DAWG_CROSSOVERS][DAWG_CROSSOVER_PERIOD_MAX];
    dawg_d2 half[2][DAWG_CROSSOVER_PERIOD_MAX], high[DAWG_CROSSOVER_PERIOD_MAX];
    const uint32_t step = x->moving;
    for (uint32_t i = 0; i < DAWG_CROSSOVERS; ++i) moments(x, i, at, n, m[i]);
    for (uint32_t t = 0; t < n; ++t) half[0][t] = (dawg_d2){(double)in[0][t], (double)in[1][t]};
    run_split(m[MIDDLE], step, x->split[MIDDLE], n, half[0], half[1]);
    for (uint32_t side = 0; side < 2; ++side) {
        const uint32_t own = side ? LAST : FIRST, other = side ? FIRST : LAST;
        run_all_pass(m[other], step, &x->all_pass[side], n, half[side]);
        run_split(m[own], step, x->split[own], n, half[side], high);
        give(half[side], n, band[2u * side]);
        give(high, n, band[2u * side + 1u]);
    }
}

void dawg_crossover_end(dawg_crossover *x)
{
    for (uint32_t i = 0; i < DAWG_CROSSOVERS; ++i)
        for (uint32_t k = 0; k < 2; ++k) dawg_svf_flush(&x->split[i][k]);
    for (uint32_t k = 0; k < 2; ++k) dawg_svf_flush(&x->all_pass[k]);
}

/* ---- what it says of itself ------------------------------------------------------------------------------------- */

void dawg_crossover_sections(const double hz[DAWG_CROSSOVERS], double rate, uint32_t band,
                             dawg_svf sections[DAWG_CROSSOVER_TAIL_SECTIONS])
{
    const uint32_t side = band / 2u, own = side ? LAST : FIRST, other = side ? FIRST : LAST;
    const double g = tangent(hz[own], rate), middle = tangent(hz[MIDDLE], rate);
    const double middle_high = (double)side, own_high = (double)(band & 1u);
    for (uint32_t k = 0; k < 2; ++k) {
        sections[k] = (dawg_svf){.g = middle, .k = ROOT_2, .hp = middle_high, .lp = 1.0 - middle_high};
        sections[2u + k] = (dawg_svf){.g = g, .k = ROOT_2, .hp = own_high, .lp = 1.0 - own_high};
    }
    sections[4] = (dawg_svf){.g = tangent(hz[other], rate), .k = ROOT_2, .hp = 1.0, .bp = -ROOT_2, .lp = 1.0};
}
