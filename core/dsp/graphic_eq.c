/* SPDX-License-Identifier: MIT
 * graphic_eq.c - see graphic_eq.h. With y = Q (f/f0 - f0/f) and a = 10^(gain/20) the bell's power is
 * (y^2 + a) / (y^2 + 1/a): the prototype of eq_design.h, and all that the interaction model needs. */
#include "graphic_eq.h"

#define BANDS DAWG_GRAPHIC_BANDS
#define NEIGHBOUR 0.4  /* share of a bell's decibels at its neighbours' centres */
#define MATRIX_DB 6.0  /* gain at which the interaction matrix is taken */
#define STEPS 4u       /* the first is the matrix alone */
#define TOP_TURNS 0.45 /* bands above do nothing */
#define DESIGN_S 0.006 /* how long the slices of a design take, about */
#define LN10_10 0.2302585092994046
#define LN10_20 0.1151292546497023

static double across(double f, double f0) { return f / f0 - f0 / f; }

/* Gauss-Jordan without pivoting: the matrix is nearly banded and its diagonal dominates. */
static void invert(double a[BANDS][BANDS], double inverse[BANDS][BANDS], uint32_t n)
{
    for (uint32_t i = 0; i < n; ++i)
        for (uint32_t j = 0; j < n; ++j) inverse[i][j] = i == j ? 1.0 : 0.0;
    for (uint32_t i = 0; i < n; ++i) {
        const double scale = 1.0 / a[i][i];
        for (uint32_t j = 0; j < n; ++j) a[i][j] *= scale, inverse[i][j] *= scale;
        for (uint32_t r = 0; r < n; ++r) {
            const double f = a[r][i];
            if (r == i) continue;
            for (uint32_t j = 0; j < n; ++j) a[r][j] -= f * a[i][j], inverse[r][j] -= f * inverse[i][j];
        }
    }
}

void dawg_graphic_plan_make(dawg_graphic_plan *p, const float *hz, double rate)
{
    double matrix[BANDS][BANDS];
    memset(p, 0, sizeof *p);
    p->rate = rate;
    for (; p->bands < BANDS && (double)hz[p->bands] < TOP_TURNS * rate; ++p->bands)
        p->hz[p->bands] = (double)hz[p->bands];
    const uint32_t n = p->bands;
    /* small gains: 1 / (1 + y^2) = NEIGHBOUR at the geometric mean of both neighbours' distances */
    const double y2 = 1.0 / NEIGHBOUR - 1.0;
    for (uint32_t i = 0; i < n; ++i) {
        const double down = i > 0 ? across(p->hz[i], p->hz[i - 1]) : 0.0;
        const double up = i + 1u < n ? across(p->hz[i + 1], p->hz[i]) : down;
        p->q[i] = dawg_sqrt_d(y2 / (up * (down > 0.0 ? down : up)));
    }
    const double a = dawg_exp_d(MATRIX_DB * LN10_20);
    for (uint32_t j = 0; j < n; ++j)
        for (uint32_t i = 0; i < n; ++i) {
            const double y = p->q[i] * across(p->hz[j], p->hz[i]);
            p->far[j][i] = y * y;
            matrix[j][i] = dawg_log_d((y * y + a) / (y * y + 1.0 / a)) / (LN10_10 * MATRIX_DB);
        }
    invert(matrix, p->inverse, n);
}

/* section += inverse (goal - decibels of all sections). */
static void step(const dawg_graphic_plan *p, const double *goal, double *section)
{
    double a[BANDS], b[BANDS], miss[BANDS];
    for (uint32_t i = 0; i < p->bands; ++i) {
        a[i] = dawg_exp_d(LN10_20 * section[i]);
        b[i] = 1.0 / a[i];
    }
    for (uint32_t j = 0; j < p->bands; ++j) {
        double over = 1.0, under = 1.0; /* at most (1e5)^32: far inside a double */
        for (uint32_t i = 0; i < p->bands; ++i) {
            over *= p->far[j][i] + a[i];
            under *= p->far[j][i] + b[i];
        }
        miss[j] = goal[j] - dawg_log_d(over / under) * (1.0 / LN10_10);
    }
    for (uint32_t i = 0; i < p->bands; ++i) {
        double more = 0.0;
        for (uint32_t j = 0; j < p->bands; ++j) more += p->inverse[i][j] * miss[j];
        section[i] = dawg_clamp_d(section[i] + more, -DAWG_GRAPHIC_MAX_DB, DAWG_GRAPHIC_MAX_DB);
    }
}

static double audible(double db) { return dawg_abs_d(db) < DAWG_GRAPHIC_LEAST_DB ? 0.0 : db; }

static dawg_svf design(const dawg_graphic_plan *p, uint32_t i, double db)
{
    return dawg_eq_design(DAWG_EQ_BELL, p->hz[i], p->rate, db, p->q[i]);
}

void dawg_graphic_sections(const dawg_graphic_plan *p, const double *gain_db, dawg_svf *sections)
{
    double section[BANDS] = {0};
    for (uint32_t k = 0; k < STEPS; ++k) step(p, gain_db, section);
    for (uint32_t i = 0; i < BANDS; ++i)
        sections[i] = i < p->bands ? design(p, i, audible(section[i])) : (dawg_svf){1.0, 2.0, 1.0, 2.0, 1.0};
}

/* ---- how long it rings ------------------------------------------------------------------------------------------- */

/* log |H|^2 at z = e^(-theta + jw): s = (z - 1) / (z + 1). */
static double log_power(const dawg_svf *h, double theta, double w)
{
    const double r = dawg_exp_d(-theta), c = r * dawg_cos_d(w), d = r * dawg_sin_d(w);
    const double m = 1.0 / ((c + 1.0) * (c + 1.0) + d * d);
    const double re = (r * r - 1.0) * m, im = 2.0 * d * m, s2_re = re * re - im * im, s2_im = 2.0 * re * im;
    double log = 0.0, power = 1.0;
    for (uint32_t i = 0; i < BANDS; ++i, ++h) {
        const double gg = h->g * h->g, n_re = h->hp * s2_re + h->bp * h->g * re + h->lp * gg;
        const double n_im = h->hp * s2_im + h->bp * h->g * im;
        const double d_re = s2_re + h->k * h->g * re + gg, d_im = s2_im + h->k * h->g * im;
        power *= dawg_max_d(n_re * n_re + n_im * n_im, 1e-60) / dawg_max_d(d_re * d_re + d_im * d_im, 1e-60);
        if (i % 8u == 7u) log += dawg_log_d(power), power = 1.0;
    }
    return log;
}

/* Decay of a section's slower pole per sample, and its angle. */
static void pole(const dawg_svf *h, double *sigma, double *w)
{
    const double half = 0.5 * h->k, g = h->g, root = dawg_sqrt_d(dawg_abs_d(half * half - 1.0));
    const double re = half < 1.0 ? -g * half : -g / (half + root), im = half < 1.0 ? g * root : 0.0;
    const double m = 1.0 / ((1.0 - re) * (1.0 - re) + im * im);
    const double z_re = (1.0 - re * re - im * im) * m, z_im = 2.0 * im * m; /* (1 + s) / (1 - s) */
    *sigma = -0.5 * dawg_log_d(dawg_max_d(z_re * z_re + z_im * z_im, 1e-12));
    /* the angle itself is only needed to look near it */
    *w = 2.0 * (im < 1.0 ? im * (1.0 - im * im * (1.0 / 3.0 - 0.2 * im * im)) : 0.5 * DAWG_PI - 0.7 / im);
}

/* After the noise stops, y(t) e^(theta t) is bounded by |H| on the circle of radius e^(-theta), as long as all poles lie
 * inside it (Chernoff's argument). The best of a few circles; the poles' own angles are where |H| is large there. */
double dawg_graphic_tail(const dawg_svf *sections, double gain)
{
    static const double part[] = {0.5, 0.65, 0.77, 0.86, 0.92, 0.96};
    double sigma[BANDS], w[BANDS], slowest = 1e9;
    int any = 0;
    for (uint32_t i = 0; i < BANDS; ++i) {
        const dawg_svf *h = &sections[i];
        sigma[i] = -1.0;
        if (h->hp == 1.0 && h->lp == 1.0 && h->bp == h->k) continue;
        any = 1;
        pole(h, &sigma[i], &w[i]);
        slowest = dawg_min_d(slowest, sigma[i]);
    }
    if (!any || gain <= 0.0) return 0.0;
    double best = 1e300;
    for (uint32_t k = 0; k < sizeof part / sizeof part[0]; ++k) {
        const double theta = part[k] * slowest;
        double level = 0.0; /* of the amplitude, relative to the noise's */
        for (uint32_t i = 0; i < BANDS; ++i) {
            if (sigma[i] < 0.0) continue;
            const double close = (sigma[i] - theta) / dawg_sqrt_d(2.0 * sigma[i]);
            level += dawg_exp_d(0.5 * log_power(sections, theta, w[i])) * close;
        }
        const double time = dawg_log_d(dawg_max_d(level * gain * 3.2, 1e-6) * 1e6) / theta;
        best = dawg_min_d(best, time);
    }
    return best + 64.0;
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

void dawg_graphic_eq_reset(dawg_graphic_eq *x, const float *hz, uint32_t period, double rate)
{
    memset(x, 0, sizeof *x);
    dawg_graphic_plan_make(&x->plan, hz, rate);
    for (uint32_t i = 0; i < x->plan.bands; ++i) {
        const dawg_svf wire = design(&x->plan, i, 0.0);
        x->from[i] = x->to[i] = x->next[i] = x->wire[i] = dawg_svf_ready(&wire);
    }
    const double periods = DESIGN_S * rate / (double)period;
    x->per_slice = (uint32_t)((double)BANDS / periods) + 1u;
    x->slices = STEPS + (BANDS + x->per_slice - 1u) / x->per_slice;
    x->period = period;
    x->fresh = 1;
}

static void begin(dawg_graphic_eq *x, const double *gain_db)
{
    memcpy(x->goal, gain_db, sizeof x->goal);
    memset(x->section, 0, sizeof x->section);
    x->heard_next = 0;
    x->designing = 1;
}

static void work(dawg_graphic_eq *x)
{
    const uint32_t slice = x->designing++ - 1u;
    if (slice < STEPS) {
        step(&x->plan, x->goal, x->section);
        return;
    }
    const uint32_t first = (slice - STEPS) * x->per_slice, after = first + x->per_slice;
    for (uint32_t i = first; i < after && i < x->plan.bands; ++i) {
        const double db = audible(x->section[i]);
        const dawg_svf h = design(&x->plan, i, db);
        x->next[i] = db == 0.0 ? x->wire[i] : dawg_svf_ready(&h);
        x->heard_next |= (uint32_t)(db != 0.0) << i;
    }
}

static void arrive(dawg_graphic_eq *x)
{
    memcpy(x->from, x->to, sizeof x->from);
    for (uint32_t gone = x->heard_from & ~x->heard_to; gone; gone &= gone - 1u)
        x->state[__builtin_ctz(gone)] = (dawg_svf_state){0};
    x->heard_from = x->heard_to;
    x->moving = 0;
}

static int differs(const dawg_graphic_eq *x, const double *gain_db)
{
    for (uint32_t i = 0; i < x->plan.bands; ++i)
        if (x->goal[i] != gain_db[i]) return 1;
    return 0;
}

void dawg_graphic_eq_aim(dawg_graphic_eq *x, const double *gain_db)
{
    if (!x->designing && differs(x, gain_db)) begin(x, gain_db);
    while (x->designing && x->designing <= x->slices) {
        work(x);
        if (!x->fresh) break;
    }
    if (x->designing > x->slices && !x->moving) {
        memcpy(x->to, x->next, sizeof x->to);
        x->heard_to = x->heard_next;
        x->designing = 0;
        x->moving = 1;
        if (x->fresh) arrive(x);
    }
    x->fresh = 0;
}

/* One section on its way from one design to another. Its state matrix is a contraction at both ends (svf.h), so every
 * mean of them is one, too. */
static void run_moving(dawg_graphic_eq *x, uint32_t i, uint32_t at, dawg_d2 *io, uint32_t n)
{
    const dawg_svf_run *a = &x->from[i], *b = &x->to[i];
    const dawg_d2 pq = {a->p, a->q}, rd = {a->r, a->d}, cc = {a->c1, a->c2};
    const dawg_d2 pq_way = {b->p - a->p, b->q - a->q}, rd_way = {b->r - a->r, b->d - a->d};
    const dawg_d2 cc_way = {b->c1 - a->c1, b->c2 - a->c2};
    const double per_frame = 1.0 / (double)(x->slices * x->period);
    const uint32_t done = (x->moving - 1u) * x->period + at;
    dawg_svf_state s = x->state[i];
    for (uint32_t k = 0; k < n; ++k) {
        const dawg_d2 u = dawg_d2_all((double)(done + k) * per_frame);
        const dawg_d2 now_pq = pq + pq_way * u, now_rd = rd + rd_way * u, now_cc = cc + cc_way * u;
        const dawg_svf_run run = {now_pq[0], now_pq[1], now_rd[0], now_cc[0], now_cc[1], now_rd[1]};
        io[k] = dawg_svf_tick(&run, &s, io[k]);
    }
    x->state[i] = s;
}

void dawg_graphic_eq_run(dawg_graphic_eq *x, uint32_t at, dawg_d2 *io, uint32_t n)
{
    const uint32_t heard = x->heard_from | x->heard_to;
    if (x->moving) {
        for (uint32_t left = heard; left; left &= left - 1u) run_moving(x, (uint32_t)__builtin_ctz(left), at, io, n);
        return;
    }
    const dawg_svf_run *run[BANDS];
    dawg_svf_state *state[BANDS];
    uint32_t m = 0;
    for (uint32_t left = heard; left; left &= left - 1u) {
        const uint32_t i = (uint32_t)__builtin_ctz(left);
        run[m] = &x->to[i];
        state[m++] = &x->state[i];
    }
    dawg_svf_series(run, state, m, io, n);
}

void dawg_graphic_eq_end(dawg_graphic_eq *x)
{
    for (uint32_t left = x->heard_from | x->heard_to; left; left &= left - 1u)
        dawg_svf_flush(&x->state[__builtin_ctz(left)]);
    if (x->moving && ++x->moving > x->slices) arrive(x);
}

void dawg_graphic_eq_silence(dawg_graphic_eq *x) { memset(x->state, 0, sizeof x->state); }
