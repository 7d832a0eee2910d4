/* SPDX-License-Identifier: MIT
 * band_fit.c - see band_fit.h. */
#include "band_fit.h"
#include "band_place.h"
#include "dsp/eq_prototype.h"
#include <string.h>

#define KNOBS ((uint32_t)DAWG_FIT_KNOBS)

/* Gauss-Newton steps, at most, and the share of the misfit below which a step is the last of its round. */
#define STEPS_BETWEEN 5u /* after each band that is placed */
#define SHARE_BETWEEN 0.05
#define STEPS_PLACED 8u  /* when no more are */
#define STEPS_SPREAD 18u /* or when all stood evenly */
#define SHARE_SPREAD 1e-3
#define STEPS_WITHOUT 1u /* after a band is taken out, before it is placed anew, */
#define STEPS_TRIED 3u   /* after that, */
#define SHARE_TRIED 0.02
#define STEPS_ANEW 12u /* and when it may be worth it there */
#define STEPS_MORE 12u /* with one band more or less */
#define SHARE_LEFT 0.03
#define STEPS_WHOLE 8u /* with every point again */
#define STEPS_AT_END 14u
#define SHARE_AT_END 1e-4

/* Of both searches together, in steps times bands, about what steps cost. No exchange of the first begins when only the
 * second's share is left, none of the second when nothing is. */
#define WORK 820
#define WORK_SPREAD 420
#define WORK_PLACE 4 /* placing a band */

#define LOW_LN_HZ 4.4 /* where shelves stand at first: 81 Hz, 9.9 kHz, Q 0.71 */
#define HIGH_LN_HZ 9.2
#define SHELF_LN_Q -0.34
#define CALM_DB 0.003   /* RMS that is left at which bands are looked for no further, */
#define ENOUGH_DB 0.002 /* and to which no step is worth it */
#define WORTH_IT 0.999  /* of the misfit, for a band to stay elsewhere */
#define MAY_BE 1.5      /* of the misfit, after the steps that try */
#define PAIRED_FROM 64u /* points: bands are placed by every two as one, half the work */
/* Penalty per band and dB^2 of gain, beside one dB^2 at one point: while bands are chosen, and for those that were, of
 * which two that fight would take large gains for little. */
#define RIDGE 1e-5
#define RIDGE_AT_END 1e-3

typedef dawg_fit_task task;
typedef dawg_fit_trial trial;

typedef struct search {
    const dawg_fit_plan *plan;
    task task;
    dawg_fit_points points;
    dawg_fit_choices choices;
    uint32_t most[DAWG_FIT_KINDS];
    int32_t left; /* of the work */
} search;

static void swap(trial *a, trial *b)
{
    const trial was = *a;
    *a = *b;
    *b = was;
}

static void take_out(dawg_fit_bands *b, uint32_t at)
{
    --b->n;
    memmove(b->type + at, b->type + at + 1u, sizeof *b->type * (b->n - at));
    memmove(b->x + at * KNOBS, b->x + (at + 1u) * KNOBS, sizeof(double) * KNOBS * (b->n - at));
}

static int place(search *s, trial *t)
{
    s->left -= WORK_PLACE;
    return dawg_fit_place(&s->task, &s->choices, s->most, t);
}

static void refine(search *s, trial *t, uint32_t steps, double share)
{
    s->left -= (int32_t)(dawg_fit_refine(&s->task, t, steps, share) * t->bands.n);
}

static double rms(const search *s, const trial *t) { return dawg_sqrt_d(t->cost / s->points.weights); }
static int calm(const search *s, const trial *t) { return rms(s, t) < CALM_DB; }
/* What is left, and what its bands must be worth. */
static double score(const search *s, const trial *t) { return rms(s, t) + s->plan->worth_db * t->bands.n; }

/* Takes one band out and places it anew, the least useful first, while that helps and more work is left than is kept. */
static void exchange(search *s, trial *t, trial *other, int32_t keep)
{
    uint32_t order[DAWG_FIT_BANDS] = {0}, next = 0;
    dawg_fit_by_use(&s->task, t, order);
    while (s->left > keep && next < t->bands.n && !calm(s, t)) {
        other->bands = t->bands;
        take_out(&other->bands, order[next++]);
        refine(s, other, STEPS_WITHOUT, SHARE_AT_END);
        if (!place(s, other)) continue;
        refine(s, other, STEPS_TRIED, SHARE_TRIED);
        if (other->cost < MAY_BE * t->cost) refine(s, other, STEPS_ANEW, SHARE_TRIED);
        if (!(other->cost < WORTH_IT * t->cost)) continue;
        swap(t, other);
        dawg_fit_by_use(&s->task, t, order);
        next = 0;
    }
}

/* One band after the other where it helps most. */
static void pursue(search *s, trial *t)
{
    t->bands.n = 0;
    dawg_fit_look(&s->task, t);
    while (t->bands.n < s->plan->bands && place(s, t)) refine(s, t, STEPS_BETWEEN, SHARE_BETWEEN);
    refine(s, t, STEPS_PLACED, SHARE_AT_END);
}

/* Adds bands while they are worth it. */
static void grow(search *s, trial *t, trial *other)
{
    while (t->bands.n < s->plan->bands && !calm(s, t)) {
        other->bands = t->bands;
        dawg_fit_look(&s->task, other);
        if (!place(s, other)) return;
        refine(s, other, STEPS_MORE, SHARE_LEFT);
        if (score(s, other) >= score(s, t)) return;
        swap(t, other);
    }
}

/* Takes bands out that are not worth it, the least useful first. */
static void thin_out(search *s, trial *t, trial *other)
{
    uint32_t order[DAWG_FIT_BANDS] = {0};
    while (s->plan->worth_db > 0.0 && t->bands.n) {
        dawg_fit_by_use(&s->task, t, order);
        other->bands = t->bands;
        take_out(&other->bands, order[0]);
        refine(s, other, STEPS_MORE, SHARE_LEFT);
        if (score(s, other) > score(s, t)) return;
        swap(t, other);
    }
}

/* ln Hz of the point up to which the points weigh more than this. */
static double below(const dawg_fit_points *p, double weight)
{
    double ff = 1.0, sum = 0.0;
    for (uint32_t i = 0; i < 4u * p->quads && sum <= weight; ++i) {
        const double root = (double)p->root[i / 4u][i % 4u];
        sum += root * root;
        ff = (double)p->ff[i / 4u][i % 4u];
    }
    return 0.5 * dawg_log_d(ff);
}

/* All bands at once: shelves at the ends, bells where each has the same weight of points around it. */
static void spread(search *s, trial *t)
{
    const uint32_t all = s->plan->bands, low = s->plan->low_shelves < all ? s->plan->low_shelves : all;
    const uint32_t high = s->plan->high_shelves < all - low ? s->plan->high_shelves : all - low;
    const uint32_t bells = s->plan->bells < all - low - high ? s->plan->bells : all - low - high;
    t->bands.n = 0;
    for (uint32_t k = 0; k < low; ++k) dawg_fit_add(&t->bands, DAWG_EQ_LOW_SHELF, LOW_LN_HZ, 0.0, SHELF_LN_Q);
    for (uint32_t k = 0; k < bells; ++k)
        dawg_fit_add(&t->bands, DAWG_EQ_BELL, below(&s->points, s->points.weights * ((double)k + 0.5) / (double)bells),
                     0.0, 0.0);
    for (uint32_t k = 0; k < high; ++k) dawg_fit_add(&t->bands, DAWG_EQ_HIGH_SHELF, HIGH_LN_HZ, 0.0, SHELF_LN_Q);
    refine(s, t, STEPS_SPREAD, SHARE_SPREAD);
}

/* Bands that are worth it, where they help most. Adding and taking out ends by itself: exchanges get no less for it. */
static void settle(search *s, trial *t, trial *other, int32_t keep)
{
    exchange(s, t, other, keep);
    const int32_t left = s->left;
    grow(s, t, other);
    thin_out(s, t, other);
    s->left = left;
}

/* The bands that leave least. Those that were placed one by one say most plainly what is wrong: others must be better by
 * half of what a band must be worth. */
static void seek(search *s, trial *t, trial *other)
{
    const double worth = s->plan->worth_db;
    s->left = WORK;
    pursue(s, t);
    if (!t->bands.n) return;
    settle(s, t, other, WORK_SPREAD);
    const dawg_fit_bands placed = t->bands;
    const double least = score(s, t);
    if (least < CALM_DB + 2.0 * worth) return; /* no other can be better by as much */
    spread(s, t);
    settle(s, t, other, 0);
    if (score(s, t) + 0.5 * worth >= least) t->bands = placed;
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
            const uint32_t before = dawg_fit_kind(out[at - 1u].type), kind = dawg_fit_kind(found.type);
            if (before < kind || (before == kind && out[at - 1u].freq_hz <= found.freq_hz)) break;
            out[at] = out[at - 1u];
        }
        out[at] = found;
    }
    return n;
}

void dawg_fit_band_curve(const dawg_fit_band *b, const double *hz, uint32_t n, double *db)
{
    dawg_eq_prototype p;
    dawg_eq_prototype_make(&p, &(dawg_eq_shape){b->type, DAWG_EQ_12_DB, b->freq_hz, b->gain_db, b->q});
    for (uint32_t i = 0; i < n; ++i) db[i] = 0.5 * dawg_gain_to_db_d(dawg_eq_prototype_power(&p, hz[i]));
}

uint32_t dawg_band_fit(const double *hz, const double *want_db, const double *weight, uint32_t n,
                       const dawg_fit_plan *plan, dawg_fit_band band[DAWG_FIT_BANDS])
{
    search s = {.plan = plan, .most = {plan->low_shelves, plan->bells, plan->high_shelves}};
    dawg_fit_rows rows[4];
    trial best = {.rows = rows, .spare = rows + 1}, other = {.rows = rows + 2, .spare = rows + 3};
    dawg_fit_points_make(&s.points, hz, want_db, weight, n);
    if (!s.points.quads) return 0;
    const dawg_fit_points all = s.points;
    if (n >= PAIRED_FROM) dawg_fit_points_pair(&s.points, &all);
    s.task = (task){.points = &s.points,
                    .max_gain_db = plan->max_gain_db,
                    .ridge = RIDGE,
                    .enough = ENOUGH_DB * ENOUGH_DB * s.points.weights};
    dawg_fit_choices_make(&s.choices, &s.points);
    seek(&s, &best, &other);
    if (!best.bands.n) return 0;
    s.points = all;
    if (plan->worth_db > 0.0) {
        refine(&s, &best, STEPS_WHOLE, SHARE_AT_END);
        thin_out(&s, &best, &other);
    }
    s.task.ridge = RIDGE_AT_END;
    s.task.enough = 0.0;
    refine(&s, &best, STEPS_AT_END, SHARE_AT_END);
    return arrange(&best.bands, band);
}

void dawg_band_fit_gains(const double *hz, const double *want_db, const double *weight, uint32_t n, double max_gain_db,
                         dawg_fit_band *band, uint32_t bands)
{
    dawg_fit_points points;
    const task f = {.points = &points, .max_gain_db = max_gain_db, .ridge = RIDGE_AT_END, .stands = 1};
    dawg_fit_rows rows[2];
    trial t = {.rows = rows, .spare = rows + 1};
    dawg_fit_points_make(&points, hz, want_db, weight, n);
    for (uint32_t k = 0; k < bands && k < DAWG_FIT_BANDS; ++k)
        dawg_fit_add(&t.bands, band[k].type, dawg_log_d(band[k].freq_hz),
                     dawg_clamp_d(band[k].gain_db, -max_gain_db, max_gain_db), dawg_log_d(band[k].q));
    if (points.quads && t.bands.n) dawg_fit_refine(&f, &t, STEPS_AT_END, SHARE_AT_END);
    for (uint32_t k = 0; k < t.bands.n; ++k) band[k].gain_db = t.bands.x[k * KNOBS + DAWG_FIT_GAIN];
}
