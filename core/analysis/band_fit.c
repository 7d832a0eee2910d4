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
#define SHARE_LEFT 0.01 /* after a band is left out for good */
#define STEPS_AT_END 20u
#define SHARE_AT_END 1e-4
#define EXCHANGES 4u   /* bands that are tried elsewhere */
#define WORTH_IT 0.999 /* of the misfit, for a band to stay there */
/* Penalty per band and dB^2 of gain, beside one dB^2 at one point: while bands are chosen, and for those that were, of
 * which two that fight would take large gains for little. */
#define RIDGE 1e-5
#define RIDGE_AT_END 5e-3
#define LEAST_DB 1e-3      /* of RMS, that a band must promise to be placed */
#define THIRD_OCTAVE 0.231 /* ln 2 / 3 */

typedef struct range {
    double lo, hi;
} range;

typedef struct fit {
    const dawg_fit_plan *plan;
    dawg_fit_points points;
    double ridge;
    int stands; /* gains alone move */
} fit;

enum { LOW_SHELF, BELL, HIGH_SHELF, KINDS };
static const dawg_eq_type types[KINDS] = {DAWG_EQ_LOW_SHELF, DAWG_EQ_BELL, DAWG_EQ_HIGH_SHELF};
static uint32_t kind_of(dawg_eq_type t)
{
    return t == DAWG_EQ_LOW_SHELF ? LOW_SHELF : t == DAWG_EQ_BELL ? BELL : HIGH_SHELF;
}

void dawg_fit_band_curve(const dawg_fit_band *b, const double *hz, uint32_t n, double *db)
{
    dawg_eq_prototype p;
    dawg_eq_prototype_make(&p, &(dawg_eq_shape){b->type, DAWG_EQ_12_DB, b->freq_hz, b->gain_db, b->q});
    for (uint32_t i = 0; i < n; ++i) db[i] = 0.5 * dawg_gain_to_db_d(dawg_eq_prototype_power(&p, hz[i]));
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
        sum += f->ridge * b->x[k * KNOBS + DAWG_FIT_GAIN] * b->x[k * KNOBS + DAWG_FIT_GAIN];
    return sum;
}

/* A symmetric, positive definite system of which the upper triangle counts, and right sides behind it. */
#define SIDES UNKNOWNS /* the first column of those */
typedef struct equations {
    float m[UNKNOWNS][SIDES + DAWG_FIT_BANDS];
} equations;

/* Gauss elimination, four columns at a time; right sides become solutions. 0: not positive definite. */
static int solve(equations *e, uint32_t n, uint32_t sides)
{
    for (uint32_t i = 0; i < n; ++i) {
        const float *pivot = e->m[i];
        if (!(pivot[i] > 1e-12f)) return 0;
        const float over = 1.0f / pivot[i];
        for (uint32_t j = i + 1u; j < n; ++j) {
            float *row = e->m[j];
            const dawg_f4 t = dawg_f4_all(pivot[j] * over);
            for (uint32_t k = j & ~3u; k < n; k += 4u)
                dawg_f4_store(row + k, dawg_f4_load(row + k) - t * dawg_f4_load(pivot + k));
            for (uint32_t k = SIDES; k < SIDES + sides; k += 4u)
                dawg_f4_store(row + k, dawg_f4_load(row + k) - t * dawg_f4_load(pivot + k));
        }
    }
    for (uint32_t s = SIDES; s < SIDES + sides; ++s)
        for (uint32_t i = n; i-- > 0;) {
            float x = e->m[i][s];
            for (uint32_t k = i + 1u; k < n; ++k) x -= e->m[i][k] * e->m[k][s];
            e->m[i][s] = x / e->m[i][i];
        }
    return 1;
}

/* The system of a step; the diagonal grows by damping. */
static void equate(equations *e, const dawg_fit_normal *at, uint32_t n, float damping)
{
    memset(e, 0, sizeof *e);
    for (uint32_t i = 0; i < n; ++i) {
        memcpy(e->m[i], at->hessian[i], sizeof at->hessian[i]);
        e->m[i][i] += damping * (e->m[i][i] + 1e-3f);
    }
}

/* One step from where `at` was read; an unknown at its bound that would leave stays there. 0: no way. */
static int step(const fit *f, const dawg_fit_normal *at, double damping, dawg_fit_bands *b)
{
    equations e;
    const uint32_t n = b->n * KNOBS;
    equate(&e, at, n, (float)damping);
    for (uint32_t i = 0; i < n; ++i) {
        const range r = bound(f, b->type[i / KNOBS], i % KNOBS);
        const float down = at->descent[i];
        const int stays = (f->stands && i % KNOBS != DAWG_FIT_GAIN) || (b->x[i] <= r.lo && down < 0.0f) ||
                          (b->x[i] >= r.hi && down > 0.0f);
        e.m[i][SIDES] = stays ? 0.0f : down;
        if (!stays) continue;
        for (uint32_t k = 0; k < i; ++k) e.m[k][i] = 0.0f;
        for (uint32_t k = i + 1u; k < n; ++k) e.m[i][k] = 0.0f;
    }
    if (!solve(&e, n, 1)) return 0;
    for (uint32_t i = f->stands ? DAWG_FIT_GAIN : 0u; i < n; i += f->stands ? KNOBS : 1u) {
        const range r = bound(f, b->type[i / KNOBS], i % KNOBS);
        b->x[i] = dawg_clamp_d(b->x[i] + (double)e.m[i][SIDES], r.lo, r.hi);
    }
    return 1;
}

static void normal(const fit *f, const dawg_fit_bands *b, const dawg_fit_rows *rows, dawg_fit_normal *out)
{
    dawg_band_normal(&f->points, b->n, rows, out);
    for (uint32_t i = DAWG_FIT_GAIN; i < b->n * KNOBS; i += KNOBS) {
        out->hessian[i][i] += (float)f->ridge;
        out->descent[i] -= (float)(f->ridge * b->x[i]);
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
        damping = dawg_max_d(damping * 0.2, 1e-6);
        if (taken < share * cost) break;
    }
}

/* ---- where the next band helps most ----------------------------------------------------------------------------- */

/* dB per dB of a bell's, a low shelf's or a high shelf's gain as that goes to 0. iq: 1/Q^2. */
static inline dawg_f4 slope(uint32_t kind, dawg_f4 u, dawg_f4 iq)
{
    const dawg_f4 one = dawg_f4_all(1.0f), half = dawg_f4_all(0.5f), v = one - u, c = u * iq, r = one / (v * v + c);
    if (kind == BELL) return c * r;
    const dawg_f4 tilt = half * v * (one + u) * r;
    return kind == LOW_SHELF ? half + tilt : half - tilt;
}

/* Writes the knobs of the best band of this kind against the residual, and returns the squares that it would take. */
static double candidate(const fit *f, uint32_t kind, const dawg_f4 *residual, double *knob)
{
    static const double qs[] = {0.7, 0.5, 1.4, 2.8};
    const dawg_fit_points *p = &f->points;
    const double most = f->plan->max_gain_db;
    double best = 0.0;
    for (double at = places[kind].lo; at <= places[kind].hi; at += THIRD_OCTAVE) {
        const dawg_f4 per_ff = dawg_f4_all((float)dawg_exp_d(-2.0 * at));
        for (uint32_t k = 0; k < (kind == BELL ? 4u : 1u); ++k) {
            const dawg_f4 iq = dawg_f4_all((float)(1.0 / (qs[k] * qs[k])));
            dawg_f4 s = {0}, ss = {0}, sr = {0};
            for (uint32_t i = 0; i < p->quads; ++i) {
                const dawg_f4 y = slope(kind, p->ff[i] * per_ff, iq) * p->root[i];
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
    equations e;
    double lost[DAWG_FIT_BANDS];
    const uint32_t bands = t->bands.n, n = bands * KNOBS;
    normal(f, &t->bands, t->rows, &at);
    equate(&e, &at, n, 1e-3f);
    for (uint32_t b = 0; b < bands; ++b) e.m[b * KNOBS + DAWG_FIT_GAIN][SIDES + b] = 1.0f;
    const int solved = solve(&e, n, bands);
    for (uint32_t b = 0; b < bands; ++b) {
        const uint32_t gain = b * KNOBS + DAWG_FIT_GAIN;
        lost[b] = t->bands.x[gain] * t->bands.x[gain] / (solved ? (double)e.m[gain][SIDES + b] : 1.0);
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
        refine(f, other, STEPS_ANEW, SHARE_LEFT);
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
    fit f = {.plan = plan, .ridge = RIDGE};
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
    f.ridge = RIDGE_AT_END;
    refine(&f, &best, STEPS_AT_END, SHARE_AT_END);
    return arrange(&best.bands, band);
}

void dawg_band_fit_gains(const double *hz, const double *want_db, const double *weight, uint32_t n, double max_gain_db,
                         dawg_fit_band *band, uint32_t bands)
{
    const dawg_fit_plan plan = {.max_gain_db = max_gain_db};
    fit f = {.plan = &plan, .ridge = RIDGE_AT_END, .stands = 1};
    dawg_fit_rows rows[2];
    trial t = {.rows = rows, .spare = rows + 1};
    dawg_fit_points_make(&f.points, hz, want_db, weight, n);
    for (uint32_t k = 0; k < bands && k < DAWG_FIT_BANDS; ++k)
        add(&t.bands, band[k].type,
            (double[KNOBS]){[DAWG_FIT_PLACE] = dawg_log_d(band[k].freq_hz),
                            [DAWG_FIT_GAIN] = dawg_clamp_d(band[k].gain_db, -max_gain_db, max_gain_db),
                            [DAWG_FIT_WIDTH] = dawg_log_d(band[k].q)});
    if (f.points.quads && t.bands.n) refine(&f, &t, STEPS_AT_END, SHARE_AT_END);
    for (uint32_t k = 0; k < t.bands.n; ++k) band[k].gain_db = t.bands.x[k * KNOBS + DAWG_FIT_GAIN];
}
