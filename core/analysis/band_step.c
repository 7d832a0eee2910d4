/* SPDX-License-Identifier: MIT
 * band_step.c - see band_step.h. */
#include "band_step.h"
#include <string.h>

#define KNOBS ((uint32_t)DAWG_FIT_KNOBS)
#define UNKNOWNS DAWG_FIT_UNKNOWNS

uint32_t dawg_fit_kind(dawg_eq_type t)
{
    return t == DAWG_EQ_LOW_SHELF ? DAWG_FIT_LOW_SHELF : t == DAWG_EQ_BELL ? DAWG_FIT_BELL : DAWG_FIT_HIGH_SHELF;
}

/* Where the knobs of a band may go: shelves at the ends, bells between, no bell so narrow that it follows single
 * notes. ln Hz, ln Q. */
const dawg_fit_range dawg_fit_places[DAWG_FIT_KINDS] = {
    {3.4012, 6.2146}, {3.4012, 9.6803}, {7.3132, 9.6803}}; /* 30, 500, 1500, 16000 Hz */
static const dawg_fit_range widths[DAWG_FIT_KINDS] = {
    {-0.69315, 0.0}, {-0.91629, 1.38629}, {-0.69315, 0.0}}; /* 0.5..1, 0.4..4 */

static dawg_fit_range bound(const dawg_fit_task *f, dawg_eq_type t, uint32_t knob)
{
    if (knob == DAWG_FIT_GAIN) return (dawg_fit_range){-f->max_gain_db, f->max_gain_db};
    return (knob == DAWG_FIT_PLACE ? dawg_fit_places : widths)[dawg_fit_kind(t)];
}

static double misfit(const dawg_fit_task *f, const dawg_fit_bands *b, dawg_fit_rows *rows)
{
    double sum = dawg_band_misfit(f->points, b, rows);
    for (uint32_t k = 0; k < b->n; ++k)
        sum += f->ridge * b->x[k * KNOBS + DAWG_FIT_GAIN] * b->x[k * KNOBS + DAWG_FIT_GAIN];
    return sum;
}

void dawg_fit_look(const dawg_fit_task *f, dawg_fit_trial *t) { t->cost = misfit(f, &t->bands, t->rows); }

/* ---- a system of equations --------------------------------------------------------------------------------------- */

/* Symmetric, positive definite; the upper triangle counts, in whole vectors of four. Right sides behind it. */
#define SIDES UNKNOWNS /* the first column of those */
typedef struct equations {
    float m[UNKNOWNS][SIDES + DAWG_FIT_BANDS];
} equations;

static inline void subtract(float *row, const float *pivot, dawg_f4 times, uint32_t from, uint32_t to)
{
    for (uint32_t k = from; k < to; k += 4u)
        dawg_f4_store(row + k, dawg_f4_load(row + k) - times * dawg_f4_load(pivot + k));
}

/* The same for four rows above, one after the other. */
static inline void subtract_four(float *row, float (*pivot)[SIDES + DAWG_FIT_BANDS], const dawg_f4 times[4],
                                 uint32_t from, uint32_t to)
{
    for (uint32_t k = from; k < to; k += 4u) {
        dawg_f4 v = dawg_f4_load(row + k);
        for (uint32_t p = 0; p < 4u; ++p) v -= times[p] * dawg_f4_load(pivot[p] + k);
        dawg_f4_store(row + k, v);
    }
}

/* Gauss elimination by four rows at a time; n: a multiple of four. Right sides become solutions. 0: not positive
 * definite. */
static int solve(equations *e, uint32_t n, uint32_t sides)
{
    const uint32_t end = SIDES + sides;
    for (uint32_t i = 0; i < n; i += 4u) {
        float over[4];
        for (uint32_t p = 0; p < 4u; ++p) {
            const float *pivot = e->m[i + p];
            if (!(pivot[i + p] > 1e-12f)) return 0;
            over[p] = 1.0f / pivot[i + p];
            for (uint32_t j = p + 1u; j < 4u; ++j) {
                const dawg_f4 times = dawg_f4_all(pivot[i + j] * over[p]);
                subtract(e->m[i + j], pivot, times, i, n);
                subtract(e->m[i + j], pivot, times, SIDES, end);
            }
        }
        for (uint32_t j = i + 4u; j < n; ++j) {
            dawg_f4 times[4];
            for (uint32_t p = 0; p < 4u; ++p) times[p] = dawg_f4_all(e->m[i + p][j] * over[p]);
            subtract_four(e->m[j], e->m + i, times, j & ~3u, n);
            subtract_four(e->m[j], e->m + i, times, SIDES, end);
        }
    }
    for (uint32_t s = SIDES; s < end; ++s) {
        float x[UNKNOWNS] = {0};
        for (uint32_t i = n; i-- > 0;) { /* what is not yet known is 0 */
            dawg_f4 sum = {0};
            for (uint32_t k = i & ~3u; k < n; k += 4u) sum += dawg_f4_load(x + k) * dawg_f4_load(e->m[i] + k);
            x[i] = (e->m[i][s] - dawg_f4_sum(sum)) / e->m[i][i];
        }
        for (uint32_t i = 0; i < n; ++i) e->m[i][s] = x[i];
    }
    return 1;
}

/* The system of a step, with rows of an identity up to a multiple of four, which is returned; the diagonal grows by
 * damping. */
static uint32_t equate(equations *e, const dawg_fit_normal *at, uint32_t n, float damping)
{
    const uint32_t full = (n + 3u) & ~3u;
    for (uint32_t i = 0; i < full; ++i) {
        memset(e->m[i], 0, sizeof e->m[i]);
        if (i < n) memcpy(e->m[i] + i, at->hessian[i] + i, sizeof(float) * (n - i));
        e->m[i][i] += i < n ? damping * (e->m[i][i] + 1e-3f) : 1.0f;
    }
    return full;
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

/* One step from where `at` was read; an unknown at its bound that would leave stays there. 0: no way. */
static int step(const dawg_fit_task *f, const dawg_fit_normal *at, double damping, dawg_fit_bands *b)
{
    equations e;
    const uint32_t n = b->n * KNOBS, full = equate(&e, at, n, (float)damping);
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_fit_range r = bound(f, b->type[i / KNOBS], i % KNOBS);
        const float down = at->descent[i];
        const int stays = (f->stands && i % KNOBS != DAWG_FIT_GAIN) || (b->x[i] <= r.lo && down < 0.0f) ||
                          (b->x[i] >= r.hi && down > 0.0f);
        e.m[i][SIDES] = stays ? 0.0f : down;
        if (!stays) continue;
        for (uint32_t k = 0; k < i; ++k) e.m[k][i] = 0.0f;
        for (uint32_t k = i + 1u; k < n; ++k) e.m[i][k] = 0.0f;
    }
    if (!solve(&e, full, 1)) return 0;
    for (uint32_t i = f->stands ? DAWG_FIT_GAIN : 0u; i < n; i += f->stands ? KNOBS : 1u) {
        const dawg_fit_range r = bound(f, b->type[i / KNOBS], i % KNOBS);
        b->x[i] = dawg_clamp_d(b->x[i] + (double)e.m[i][SIDES], r.lo, r.hi);
    }
    return 1;
}

static void normal(const dawg_fit_task *f, const dawg_fit_trial *t, dawg_fit_normal *out)
{
    dawg_band_normal(f->points, t->bands.n, t->rows, out);
    for (uint32_t i = DAWG_FIT_GAIN; i < t->bands.n * KNOBS; i += KNOBS) {
        out->hessian[i][i] += (float)f->ridge;
        out->descent[i] -= (float)(f->ridge * t->bands.x[i]);
    }
}

uint32_t dawg_fit_refine(const dawg_fit_task *f, dawg_fit_trial *t, uint32_t steps, double share)
{
    dawg_fit_normal at;
    double damping = 0.05;
    uint32_t done = 0;
    int fresh = 1;
    for (dawg_fit_look(f, t); done < steps && damping < 1e6 && t->cost > f->enough; ++done) {
        dawg_fit_bands to = t->bands;
        if (fresh) normal(f, t, &at);
        fresh = 0;
        const double cost = step(f, &at, damping, &to) ? misfit(f, &to, t->spare) : t->cost;
        if (!(cost < t->cost)) {
            damping *= 10.0;
            continue;
        }
        dawg_fit_rows *const left = t->rows;
        const double taken = t->cost - cost;
        *t = (dawg_fit_trial){to, cost, t->spare, left};
        fresh = 1;
        damping = dawg_max_d(damping * 0.1, 1e-6);
        if (taken < share * cost) break;
    }
    return done;
}

/* To second order a band's loss is its gain^2 over the gain's element of the inverse Hessian (Hassibi and Stork 1993). */
void dawg_fit_by_use(const dawg_fit_task *f, const dawg_fit_trial *t, uint32_t order[DAWG_FIT_BANDS])
{
    dawg_fit_normal at;
    equations e;
    double lost[DAWG_FIT_BANDS];
    const uint32_t bands = t->bands.n;
    normal(f, t, &at);
    const uint32_t full = equate(&e, &at, bands * KNOBS, 1e-3f);
    for (uint32_t b = 0; b < bands; ++b) e.m[b * KNOBS + DAWG_FIT_GAIN][SIDES + b] = 1.0f;
    const int solved = solve(&e, full, bands);
    for (uint32_t b = 0; b < bands; ++b) {
        const uint32_t gain = b * KNOBS + DAWG_FIT_GAIN;
        lost[b] = t->bands.x[gain] * t->bands.x[gain] / (solved ? (double)e.m[gain][SIDES + b] : 1.0);
        uint32_t rank = b;
        for (; rank > 0 && lost[order[rank - 1u]] > lost[b]; --rank) order[rank] = order[rank - 1u];
        order[rank] = b;
    }
}
