/* SPDX-License-Identifier: MIT
 * band_step.c - see band_step.h. */
#include "band_step.h"

#define KNOBS ((uint32_t)DAWG_FIT_KNOBS)
#define UNKNOWNS DAWG_FIT_UNKNOWNS
#define COLUMNS DAWG_FIT_COLUMNS

static const dawg_f4 unit[4] = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};

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

/* Symmetric, positive definite; of it the upper triangle, in whole columns of four. Factored: U of U' D^-1 U, where D is
 * U's diagonal, and 1 / D. */
typedef struct equations {
    uint32_t columns;
    dawg_f4 m[UNKNOWNS][COLUMNS], over[COLUMNS];
} equations;

/* The equations of a step, whose diagonal grows by damping. What does not move (moves: 0, else 1) has a row and a column of
 * an identity. */
static void equate(equations *e, const dawg_fit_normal *at, uint32_t bands, float damping, const float *moves)
{
    e->columns = (bands * KNOBS + 3u) / 4u;
    for (uint32_t i = 0; i < 4u * e->columns; ++i) {
        const uint32_t own = i / 4u, lane = i % 4u;
        const float diagonal = moves[i] * damping * (at->hessian[i][own][lane] + 1e-3f) + (1.0f - moves[i]);
        for (uint32_t c = own; c < e->columns; ++c)
            e->m[i][c] = at->hessian[i][c] * dawg_f4_load(moves + 4u * c) * dawg_f4_all(moves[i]);
        e->m[i][own] += unit[lane] * dawg_f4_all(diagonal);
    }
}

/* Gauss elimination, four rows at a time. 0: not positive definite. */
static int factor(equations *e)
{
    for (uint32_t g = 0; g < e->columns; ++g) {
        dawg_f4(*const top)[COLUMNS] = e->m + 4u * g;
        float over[4];
        for (uint32_t p = 0; p < 4u; ++p) {
            const float pivot = top[p][g][p];
            if (!(pivot > 1e-12f)) return 0;
            over[p] = 1.0f / pivot;
            for (uint32_t j = p + 1u; j < 4u; ++j) {
                const dawg_f4 times = dawg_f4_all(top[p][g][j] * over[p]);
                for (uint32_t c = g; c < e->columns; ++c) top[j][c] -= times * top[p][c];
            }
        }
        e->over[g] = dawg_f4_load(over);
        for (uint32_t i = 4u * g + 4u; i < 4u * e->columns; i += 2u) {
            dawg_f4 one[4], other[4], (*const row)[COLUMNS] = e->m + i;
            for (uint32_t p = 0; p < 4u; ++p) {
                one[p] = dawg_f4_all(top[p][i / 4u][i % 4u] * over[p]);
                other[p] = dawg_f4_all(top[p][i / 4u][i % 4u + 1u] * over[p]);
            }
            for (uint32_t c = i / 4u; c < e->columns; ++c) {
                const dawg_f4 t0 = top[0][c], t1 = top[1][c], t2 = top[2][c], t3 = top[3][c];
                row[0][c] -= (one[0] * t0 + one[1] * t1) + (one[2] * t2 + one[3] * t3);
                row[1][c] -= (other[0] * t0 + other[1] * t1) + (other[2] * t2 + other[3] * t3);
            }
        }
    }
    return 1;
}

/* y becomes D U'^-1 y: the right side after the same elimination, from column `from` on (before it, y is 0). */
static void eliminate(const equations *e, dawg_f4 *y, uint32_t from)
{
    for (uint32_t g = from; g < e->columns; ++g) {
        const dawg_f4(*top)[COLUMNS] = e->m + 4u * g;
        float v[4], times[4];
        dawg_f4_store(v, y[g]);
        for (uint32_t p = 0; p < 4u; ++p) {
            times[p] = v[p] * e->over[g][p];
            for (uint32_t j = p + 1u; j < 4u; ++j) v[j] -= times[p] * top[p][g][j];
        }
        y[g] = dawg_f4_load(v);
        for (uint32_t c = g + 1u; c < e->columns; ++c)
            for (uint32_t p = 0; p < 4u; ++p) y[c] -= dawg_f4_all(times[p]) * top[p][c];
    }
}

/* y becomes the solution. */
static void solve(const equations *e, dawg_f4 *y)
{
    eliminate(e, y, 0);
    for (uint32_t g = e->columns; g-- > 0;) {
        const dawg_f4(*top)[COLUMNS] = e->m + 4u * g;
        dawg_f4 sum[4] = {{0}, {0}, {0}, {0}};
        for (uint32_t c = g + 1u; c < e->columns; ++c)
            for (uint32_t p = 0; p < 4u; ++p) sum[p] += top[p][c] * y[c];
        dawg_f4_transpose(sum);
        float v[4];
        dawg_f4_store(v, y[g] - ((sum[0] + sum[2]) + (sum[1] + sum[3])));
        for (uint32_t p = 4; p-- > 0;) {
            for (uint32_t j = p + 1u; j < 4u; ++j) v[p] -= top[p][g][j] * v[j];
            v[p] *= e->over[g][p];
        }
        y[g] = dawg_f4_load(v);
    }
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

/* One step from where `at` was read; an unknown at its bound that would leave stays there. 0: no way. */
static int step(const dawg_fit_task *f, const dawg_fit_normal *at, double damping, dawg_fit_bands *b)
{
    equations e;
    dawg_fit_range room[UNKNOWNS];
    float moves[UNKNOWNS] = {0.0f};
    dawg_f4 by[COLUMNS];
    const uint32_t n = b->n * KNOBS;
    for (uint32_t i = 0; i < n; ++i) {
        const float down = at->descent[i / 4u][i % 4u];
        room[i] = bound(f, b->type[i / KNOBS], i % KNOBS);
        moves[i] = !((f->stands && i % KNOBS != DAWG_FIT_GAIN) || (b->x[i] <= room[i].lo && down < 0.0f) ||
                     (b->x[i] >= room[i].hi && down > 0.0f));
    }
    equate(&e, at, b->n, (float)damping, moves);
    if (!factor(&e)) return 0;
    for (uint32_t c = 0; c < e.columns; ++c) by[c] = dawg_f4_load(moves + 4u * c) * at->descent[c];
    solve(&e, by);
    for (uint32_t i = 0; i < n; ++i)
        if (moves[i] > 0.0f) b->x[i] = dawg_clamp_d(b->x[i] + (double)by[i / 4u][i % 4u], room[i].lo, room[i].hi);
    return 1;
}

static void normal(const dawg_fit_task *f, const dawg_fit_trial *t, dawg_fit_normal *out)
{
    dawg_band_normal(f->points, t->bands.n, t->rows, out);
    for (uint32_t i = DAWG_FIT_GAIN; i < t->bands.n * KNOBS; i += KNOBS) {
        out->hessian[i][i / 4u] += dawg_f4_all((float)f->ridge) * unit[i % 4u];
        out->descent[i / 4u] -= dawg_f4_all((float)(f->ridge * t->bands.x[i])) * unit[i % 4u];
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
    float moves[UNKNOWNS];
    double lost[DAWG_FIT_BANDS];
    normal(f, t, &at);
    for (uint32_t i = 0; i < UNKNOWNS; ++i) moves[i] = 1.0f;
    equate(&e, &at, t->bands.n, 1e-3f, moves);
    const int solved = factor(&e);
    for (uint32_t b = 0; b < t->bands.n; ++b) {
        const uint32_t gain = b * KNOBS + DAWG_FIT_GAIN;
        dawg_f4 y[COLUMNS] = {{0}}, inverse = {0};
        y[gain / 4u] = unit[gain % 4u];
        if (solved) eliminate(&e, y, gain / 4u);
        for (uint32_t c = gain / 4u; c < e.columns && solved; ++c) inverse += y[c] * y[c] * e.over[c];
        lost[b] = t->bands.x[gain] * t->bands.x[gain] / (solved ? (double)dawg_f4_sum(inverse) : 1.0);
        uint32_t rank = b;
        for (; rank > 0 && lost[order[rank - 1u]] > lost[b]; --rank) order[rank] = order[rank - 1u];
        order[rank] = b;
    }
}
