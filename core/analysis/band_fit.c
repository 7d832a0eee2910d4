/* SPDX-License-Identifier: MIT
 * band_fit.c - see band_fit.h. */
#include "band_fit.h"
#include "dsp/eq_prototype.h"
#include <string.h>

#define KNOBS ((uint32_t)DAWG_FIT_KNOBS)
#define UNKNOWNS DAWG_FIT_UNKNOWNS
#define QUADS DAWG_FIT_QUADS

/* Gauss-Newton steps, at most; a round ends sooner when a step takes less than its share of the misfit. */
#define STEPS_BETWEEN 5u /* after each band that is placed */
#define SHARE_BETWEEN 0.05
#define STEPS_WITHOUT 2u /* after a band is taken out, before it is placed anew, */
#define STEPS_ANEW 12u   /* and after that */
#define SHARE_ANEW 0.03
#define STEPS_AT_END 20u
#define SHARE_AT_END 1e-4
#define EXCHANGES 6u       /* bands that are tried elsewhere */
#define WORTH_IT 0.999     /* of the misfit, for a band to stay there */
#define RIDGE 1e-5         /* penalty per band and dB^2 of gain, beside one dB^2 at one point: two bands do not fight */
#define LEAST_DB 1e-3      /* of RMS, that a band must promise to be placed */
#define THIRD_OCTAVE 0.231 /* ln 2 / 3 */

typedef struct range {
    double lo, hi;
} range;

typedef struct fit {
    const dawg_fit_plan *plan;
    dawg_fit_points points;
} fit;

enum { LOW_SHELF, BELL, HIGH_SHELF, KINDS };
static const dawg_eq_type types[KINDS] = {DAWG_EQ_LOW_SHELF, DAWG_EQ_BELL, DAWG_EQ_HIGH_SHELF};
static uint32_t kind_of(dawg_eq_type t)
{
    return t == DAWG_EQ_LOW_SHELF ? LOW_SHELF : t == DAWG_EQ_BELL ? BELL : HIGH_SHELF;
}

double dawg_fit_band_db(const dawg_fit_band *b, double f_hz)
{
    dawg_eq_prototype p;
    dawg_eq_prototype_make(&p, &(dawg_eq_shape){b->type, DAWG_EQ_12_DB, b->freq_hz, b->gain_db, b->q});
    return 0.5 * dawg_gain_to_db_d(dawg_eq_prototype_power(&p, f_hz));
}

/* ---- least squares ---------------------------------------------------------------------------------------------- */

/* Where the knobs of a band may go: shelves at the ends, bells between, no bell so narrow that it follows single
 * notes. ln Hz, ln Q. */
static const range places[KINDS] = {{3.4012, 6.2146}, {3.4012, 9.6803}, {7.3132, 9.6803}}; /* 30, 500, 1500, 16000 Hz */
static const range widths[KINDS] = {{-0.69315, 0.0}, {-0.91629, 1.38629}, {-0.69315, 0.0}}; /* 0.5..1, 0.4..4 */

static range bound(const fit *f, dawg_eq_type t, uint32_t knob)
{
    if (knob == DAWG_FIT_GAIN) return (range){-f->plan->max_gain_db, f->plan->max_gain_db};
    return (knob == DAWG_FIT_PLACE ? places : widths)[kind_of(t)];
}

static double misfit(const fit *f, const dawg_fit_bands *b, dawg_fit_rows *rows)
{
    double sum = dawg_band_misfit(&f->points, b, rows);
    for (uint32_t k = 0; k < b->n; ++k)
        sum += RIDGE * b->x[k * KNOBS + DAWG_FIT_GAIN] * b->x[k * KNOBS + DAWG_FIT_GAIN];
    return sum;
}

/* Gauss elimination of a symmetric, positive definite system, of which the upper triangle counts, for `sides` right
 * sides at once; x: those, then the solutions. 0: not positive definite. */
static int solve(double m[UNKNOWNS][UNKNOWNS], double (*x)[UNKNOWNS], uint32_t n, uint32_t sides)
{
    for (uint32_t i = 0; i < n; ++i) {
        if (!(m[i][i] > 1e-14)) return 0;
        const double over = 1.0 / m[i][i];
        for (uint32_t j = i + 1u; j < n; ++j) {
            const double t = m[i][j] * over;
            for (uint32_t k = j; k < n; ++k) m[j][k] -= t * m[i][k];
            for (uint32_t s = 0; s < sides; ++s) x[s][j] -= t * x[s][i];
        }
    }
    for (uint32_t s = 0; s < sides; ++s)
        for (uint32_t i = n; i-- > 0;) {
            for (uint32_t k = i + 1u; k < n; ++k) x[s][i] -= m[i][k] * x[s][k];
            x[s][i] /= m[i][i];
        }
    return 1;
}

/* One step from where `at` was read; an unknown at its bound that would leave stays there. 0: no way. */
static int step(const fit *f, const dawg_fit_normal *at, double damping, dawg_fit_bands *b)
{
    double m[UNKNOWNS][UNKNOWNS], move[1][UNKNOWNS];
    uint32_t free_one[UNKNOWNS], n = 0;
    for (uint32_t i = 0; i < b->n * KNOBS; ++i) {
        const range r = bound(f, b->type[i / KNOBS], i % KNOBS);
        const double down = at->descent[i];
        if ((b->x[i] <= r.lo && down < 0.0) || (b->x[i] >= r.hi && down > 0.0)) continue;
        for (uint32_t k = 0; k < n; ++k) m[k][n] = at->hessian[i][free_one[k]];
        m[n][n] = at->hessian[i][i] * (1.0 + damping) + damping * 1e-3;
        move[0][n] = down;
        free_one[n++] = i;
    }
    if (!solve(m, move, n, 1)) return 0;
    for (uint32_t k = 0; k < n; ++k) {
        const uint32_t i = free_one[k];
        const range r = bound(f, b->type[i / KNOBS], i % KNOBS);
        b->x[i] = dawg_clamp_d(b->x[i] + move[0][k], r.lo, r.hi);
    }
    return 1;
}

static void normal(const fit *f, const dawg_fit_bands *b, const dawg_fit_rows *rows, dawg_fit_normal *out)
{
    dawg_band_normal(&f->points, b->n, rows, out);
    for (uint32_t i = DAWG_FIT_GAIN; i < b->n * KNOBS; i += KNOBS) {
        out->hessian[i][i] += RIDGE;
        out->descent[i] -= RIDGE * b->x[i];
    }
}

/* Bands on their way, with room for the rows of where they are and of where they might go. */
typedef struct trial {
    dawg_fit_bands bands;
    double cost;
    dawg_fit_rows *rows, *spare;
} trial;

static void look(const fit *f, trial *t) { t->cost = misfit(f, &t->bands, t->rows); }

/* Damped Gauss-Newton steps inside the bounds. */
static void refine(const fit *f, trial *t, uint32_t steps, double share)
{
    dawg_fit_normal at;
    double damping = 0.01;
    int fresh = 1;
    for (look(f, t); steps && damping < 1e6; --steps) {
        dawg_fit_bands to = t->bands;
        if (fresh) normal(f, &t->bands, t->rows, &at);
        fresh = 0;
        const double cost = step(f, &at, damping, &to) ? misfit(f, &to, t->spare) : t->cost;
        if (!(cost < t->cost)) {
            damping *= 6.0;
            continue;
        }
        dawg_fit_rows *const left = t->rows;
        const double taken = t->cost - cost;
        *t = (trial){to, cost, t->spare, left};
        fresh = 1;
        damping = dawg_max_d(damping * 0.2, 1e-7);
        if (taken < share * cost) break;
    }
}

/* ---- where the next band helps most ----------------------------------------------------------------------------- */

/* Writes the knobs of the best band of this kind against the residual, and returns the squares that it would take. */
static double candidate(const fit *f, uint32_t kind, const dawg_f4 *residual, double *knob)
{
    static const double qs[] = {0.7, 0.5, 1.4, 2.8};
    const dawg_fit_points *p = &f->points;
    const double most = f->plan->max_gain_db;
    double best = 0.0;
    for (double at = places[kind].lo; at <= places[kind].hi; at += THIRD_OCTAVE)
        for (uint32_t k = 0; k < (kind == BELL ? 4u : 1u); ++k) {
            dawg_f4 s = {0}, ss = {0}, sr = {0};
            const double hz = dawg_exp_d(at);
            for (uint32_t i = 0; i < p->quads; ++i) {
                const dawg_f4 y = dawg_band_slope(types[kind], p->ff[i], hz, qs[k]) * p->root[i];
                s += y * p->root[i];
                ss += y * y;
                sr -= y * residual[i];
            }
            const double sum = (double)dawg_f4_sum(s), product = (double)dawg_f4_sum(sr);
            const double power = (double)dawg_f4_sum(ss) - sum * sum / p->weights;
            if (power < 1e-3 * p->weights) continue;
            const double gain = dawg_clamp_d(product / power, -most, most);
            const double taken = gain * (2.0 * product - gain * power);
            if (taken <= best) continue;
            best = taken;
            knob[DAWG_FIT_PLACE] = at;
            knob[DAWG_FIT_GAIN] = gain;
            knob[DAWG_FIT_WIDTH] = dawg_log_d(qs[k]);
        }
    return best;
}

static void add(dawg_fit_bands *b, dawg_eq_type t, const double *knob)
{
    b->type[b->n] = t;
    memcpy(b->x + b->n * KNOBS, knob, sizeof(double) * KNOBS);
    ++b->n;
}

static void take_out(dawg_fit_bands *b, uint32_t at)
{
    --b->n;
    memmove(b->type + at, b->type + at + 1u, sizeof *b->type * (b->n - at));
    memmove(b->x + at * KNOBS, b->x + (at + 1u) * KNOBS, sizeof(double) * KNOBS * (b->n - at));
}

/* Adds the band that helps most. 0: there is none. */
static int place(const fit *f, trial *t)
{
    const uint32_t most[KINDS] = {f->plan->low_shelves, f->plan->bells, f->plan->high_shelves};
    uint32_t placed[KINDS] = {0}, kind = KINDS;
    double best = LEAST_DB * LEAST_DB * f->points.weights, knob[KNOBS] = {0};
    for (uint32_t k = 0; k < t->bands.n; ++k) ++placed[kind_of(t->bands.type[k])];
    for (uint32_t k = 0; k < KINDS; ++k) {
        double found[KNOBS] = {0};
        const double taken = placed[k] < most[k] ? candidate(f, k, t->rows->residual, found) : 0.0;
        if (taken <= best) continue;
        best = taken;
        kind = k;
        memcpy(knob, found, sizeof knob);
    }
    if (kind == KINDS) return 0;
    add(&t->bands, types[kind], knob);
    return 1;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

/* The bands, the one first without which least is lost when the others make up for it: to second order that is its
 * gain^2 over the gain's element of the inverse Hessian (Hassibi and Stork 1993). */
static void by_use(const fit *f, const trial *t, uint32_t order[DAWG_FIT_BANDS])
{
    dawg_fit_normal at;
    double m[UNKNOWNS][UNKNOWNS] = {{0.0}}, x[DAWG_FIT_BANDS][UNKNOWNS] = {{0.0}}, lost[DAWG_FIT_BANDS];
    const uint32_t bands = t->bands.n, n = bands * KNOBS;
    normal(f, &t->bands, t->rows, &at);
    for (uint32_t i = 0; i < n; ++i) {
        for (uint32_t k = i; k < n; ++k) m[i][k] = at.hessian[k][i];
        m[i][i] += 1e-3 + 1e-3 * m[i][i];
    }
    for (uint32_t b = 0; b < bands; ++b) x[b][b * KNOBS + DAWG_FIT_GAIN] = 1.0;
    const int solved = solve(m, x, n, bands);
    for (uint32_t b = 0; b < bands; ++b) {
        const uint32_t gain = b * KNOBS + DAWG_FIT_GAIN;
        lost[b] = t->bands.x[gain] * t->bands.x[gain] / (solved ? x[b][gain] : 1.0);
        uint32_t rank = b;
        for (; rank > 0 && lost[order[rank - 1u]] > lost[b]; --rank) order[rank] = order[rank - 1u];
        order[rank] = b;
    }
}

static double rms(const fit *f, const trial *t) { return dawg_sqrt_d(t->cost / f->points.weights); }

static void swap(trial *a, trial *b)
{
    const trial was = *a;
    *a = *b;
    *b = was;
}

/* Takes one band out and places it anew, the least useful first, while that helps. */
static void exchange(const fit *f, trial *t, trial *other)
{
    uint32_t order[DAWG_FIT_BANDS] = {0}, next = 0;
    by_use(f, t, order);
    for (uint32_t tries = EXCHANGES; tries && next < t->bands.n; --tries) {
        other->bands = t->bands;
        take_out(&other->bands, order[next++]);
        refine(f, other, STEPS_WITHOUT, SHARE_AT_END);
        if (!place(f, other)) continue;
        refine(f, other, STEPS_ANEW, SHARE_ANEW);
        if (!(other->cost < WORTH_IT * t->cost)) continue;
        swap(t, other);
        by_use(f, t, order);
        next = 0;
    }
}

/* Takes bands out that are not worth it, the least useful first. */
static void thin_out(const fit *f, trial *t, trial *other)
{
    uint32_t order[DAWG_FIT_BANDS] = {0};
    while (t->bands.n) {
        by_use(f, t, order);
        other->bands = t->bands;
        take_out(&other->bands, order[0]);
        refine(f, other, STEPS_ANEW, SHARE_AT_END);
        if (rms(f, other) - rms(f, t) >= f->plan->worth_db) break;
        swap(t, other);
    }
}

/* Low shelf, bells by frequency, high shelf. */
static uint32_t arrange(const dawg_fit_bands *b, dawg_fit_band *out)
{
    uint32_t n = 0;
    for (uint32_t k = 0; k < b->n; ++k) {
        const double *x = b->x + k * KNOBS;
        const dawg_fit_band found = {b->type[k], dawg_exp_d(x[DAWG_FIT_PLACE]), x[DAWG_FIT_GAIN],
                                     dawg_exp_d(x[DAWG_FIT_WIDTH])};
        if (dawg_abs_d(found.gain_db) < DAWG_FIT_SMALLEST_DB) continue;
        uint32_t at = n++;
        for (; at > 0; --at) {
            const uint32_t before = kind_of(out[at - 1u].type), kind = kind_of(found.type);
            if (before < kind || (before == kind && out[at - 1u].freq_hz <= found.freq_hz)) break;
            out[at] = out[at - 1u];
        }
        out[at] = found;
    }
    return n;
}

uint32_t dawg_band_fit(const double *hz, const double *want_db, const double *weight, uint32_t n,
                       const dawg_fit_plan *plan, dawg_fit_band band[DAWG_FIT_BANDS])
{
    fit f = {.plan = plan};
    dawg_fit_rows rows[4];
    trial best = {.rows = rows, .spare = rows + 1}, other = {.rows = rows + 2, .spare = rows + 3};
    dawg_fit_points_make(&f.points, hz, want_db, weight, n);
    if (!f.points.quads) return 0;
    look(&f, &best);
    while (best.bands.n < plan->bands && place(&f, &best)) refine(&f, &best, STEPS_BETWEEN, SHARE_BETWEEN);
    if (!best.bands.n) return 0;
    refine(&f, &best, STEPS_AT_END, SHARE_AT_END);
    exchange(&f, &best, &other);
    refine(&f, &best, STEPS_AT_END, SHARE_AT_END);
    if (plan->worth_db > 0.0) thin_out(&f, &best, &other);
    return arrange(&best.bands, band);
}
