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
#define STEPS_PLACED 8u  /* when all are, */
#define STEPS_SPREAD 30u /* or stood evenly */
#define SHARE_SPREAD 1e-3
#define STEPS_WITHOUT 2u /* after a band is taken out, before it is placed anew, */
#define STEPS_TRIED 4u   /* after that, */
#define SHARE_TRIED 0.01
#define STEPS_ANEW 20u  /* and when it may be worth it there */
#define SHARE_LEFT 0.01 /* after a band is left out for good */
#define STEPS_LEFT 12u
#define STEPS_WHOLE 8u /* with every point again */
#define STEPS_AT_END 20u
#define SHARE_AT_END 1e-4

#define STARTS 2u
#define LOW_LN_HZ 4.4 /* where shelves stand at first: 81 Hz, 9.9 kHz, Q 0.71 */
#define HIGH_LN_HZ 9.2
#define SHELF_LN_Q -0.34
#define WORK 1920u      /* of one start's exchanges: steps times bands^2, what a step costs */
#define CALM_DB 0.003   /* RMS that is left at which bands are looked for no further, */
#define ENOUGH_DB 0.002 /* and to which no step is worth it */
#define WORTH_IT 0.999  /* of the misfit, for a band to stay elsewhere */
#define MAY_BE 1.3      /* of the misfit, after the steps that try */
#define HOPE 16.0       /* times the least misfit: another start that may get there */
#define PAIRED_FROM 64u /* points: bands are placed by every two as one, half the work */
/* Penalty per band and dB^2 of gain, beside one dB^2 at one point: while bands are chosen, and for those that were, of
 * which two that fight would take large gains for little. */
#define RIDGE 1e-5
#define RIDGE_AT_END 5e-3

typedef dawg_fit_task task;
typedef dawg_fit_trial trial;

typedef struct search {
    const dawg_fit_plan *plan;
    task task;
    dawg_fit_points points;
    dawg_fit_choices choices;
    uint32_t most[DAWG_FIT_KINDS];
} search;

static void take_out(dawg_fit_bands *b, uint32_t at)
{
    --b->n;
    memmove(b->type + at, b->type + at + 1u, sizeof *b->type * (b->n - at));
    memmove(b->x + at * KNOBS, b->x + (at + 1u) * KNOBS, sizeof(double) * KNOBS * (b->n - at));
}
static int place(const search *s, trial *t) { return dawg_fit_place(&s->task, &s->choices, s->most, t); }
static double rms(const search *s, const trial *t) { return dawg_sqrt_d(t->cost / s->points.weights); }

static void swap(trial *a, trial *b)
{
    const trial was = *a;
    *a = *b;
    *b = was;
}

static int calm(const search *s, double cost) { return cost < CALM_DB * CALM_DB * s->points.weights; }

/* Takes one band out and places it anew, the least useful first, while that helps and there is work left. */
static void exchange(const search *s, trial *t, trial *other)
{
    const task *f = &s->task;
    uint32_t order[DAWG_FIT_BANDS] = {0}, next = 0, left = WORK / (s->plan->bands * s->plan->bands);
    dawg_fit_by_use(f, t, order);
    while (left && next < t->bands.n && !calm(s, t->cost)) {
        other->bands = t->bands;
        take_out(&other->bands, order[next++]);
        uint32_t done = dawg_fit_refine(f, other, STEPS_WITHOUT, SHARE_AT_END);
        if (!place(s, other)) continue;
        done += dawg_fit_refine(f, other, STEPS_TRIED, SHARE_TRIED);
        if (done < left && other->cost < MAY_BE * t->cost) done += dawg_fit_refine(f, other, STEPS_ANEW, SHARE_TRIED);
        left -= done < left ? done : left;
        if (!(other->cost < WORTH_IT * t->cost)) continue;
        swap(t, other);
        dawg_fit_by_use(f, t, order);
        next = 0;
    }
}

/* One band after the other where it helps most. */
static void pursue(const search *s, trial *t, uint32_t bands)
{
    t->bands.n = 0;
    dawg_fit_look(&s->task, t);
    while (t->bands.n < bands && place(s, t)) dawg_fit_refine(&s->task, t, STEPS_BETWEEN, SHARE_BETWEEN);
    dawg_fit_refine(&s->task, t, STEPS_PLACED, SHARE_AT_END);
}

/* All bands at once: shelves at the ends, bells where each has the same weight of points around it. */
static void spread(const search *s, trial *t)
{
    const dawg_fit_points *p = &s->points;
    const uint32_t bells = s->plan->bells, low = s->plan->low_shelves, all = low + bells + s->plan->high_shelves;
    double sum = 0.0, ff = 1.0;
    uint32_t at = 0;
    t->bands.n = 0;
    for (uint32_t k = 0; k < all && k < s->plan->bands; ++k) {
        const int bell = k >= low && k < low + bells;
        const double share = bell ? p->weights * ((double)(k - low) + 0.5) / (double)bells : 0.0;
        for (; at < 4u * p->quads && sum <= share && bell; ++at) {
            const double root = (double)p->root[at / 4u][at % 4u];
            sum += root * root;
            ff = (double)p->ff[at / 4u][at % 4u];
        }
        double *x = t->bands.x + k * KNOBS;
        x[DAWG_FIT_PLACE] = bell ? 0.5 * dawg_log_d(ff) : k < low ? LOW_LN_HZ : HIGH_LN_HZ;
        x[DAWG_FIT_GAIN] = 0.0;
        x[DAWG_FIT_WIDTH] = bell ? 0.0 : SHELF_LN_Q;
        t->bands.type[t->bands.n++] = bell ? DAWG_EQ_BELL : k < low ? DAWG_EQ_LOW_SHELF : DAWG_EQ_HIGH_SHELF;
    }
    dawg_fit_refine(&s->task, t, STEPS_SPREAD, SHARE_SPREAD);
}

/* Takes bands out that are not worth it, the least useful first. */
static void thin_out(const search *s, trial *t, trial *other)
{
    uint32_t order[DAWG_FIT_BANDS] = {0};
    while (t->bands.n) {
        dawg_fit_by_use(&s->task, t, order);
        other->bands = t->bands;
        take_out(&other->bands, order[0]);
        dawg_fit_refine(&s->task, other, STEPS_LEFT, SHARE_LEFT);
        if (rms(s, other) - rms(s, t) >= s->plan->worth_db) break;
        swap(t, other);
    }
}

/* Of all starts the one that leaves least, with what its bands must be worth: one band says what two that share it would. */
static void seek(const search *s, trial *t, trial *other)
{
    dawg_fit_bands best = {.n = 0};
    double least = 0.0, score = 0.0;
    for (uint32_t start = 0; start < STARTS; ++start) {
        if (start) spread(s, t);
        else pursue(s, t, s->plan->bands);
        if (!t->bands.n) return;
        if (!start || t->cost < HOPE * least) exchange(s, t, other);
        least = start ? dawg_min_d(least, t->cost) : t->cost;
        if (s->plan->worth_db > 0.0) thin_out(s, t, other);
        const double now = rms(s, t) + s->plan->worth_db * t->bands.n;
        if (!start || now < score) {
            score = now;
            best = t->bands;
        }
        if (calm(s, least)) break;
    }
    t->bands = best;
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
    dawg_fit_refine(&s.task, &best, STEPS_WHOLE, SHARE_AT_END);
    if (plan->worth_db > 0.0) thin_out(&s, &best, &other);
    s.task.ridge = RIDGE_AT_END;
    s.task.enough = 0.0;
    dawg_fit_refine(&s.task, &best, STEPS_AT_END, SHARE_AT_END);
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
    t.bands.n = bands < DAWG_FIT_BANDS ? bands : DAWG_FIT_BANDS;
    for (uint32_t k = 0; k < t.bands.n; ++k) {
        double *x = t.bands.x + k * KNOBS;
        t.bands.type[k] = band[k].type;
        x[DAWG_FIT_PLACE] = dawg_log_d(band[k].freq_hz);
        x[DAWG_FIT_GAIN] = dawg_clamp_d(band[k].gain_db, -max_gain_db, max_gain_db);
        x[DAWG_FIT_WIDTH] = dawg_log_d(band[k].q);
    }
    if (points.quads && t.bands.n) dawg_fit_refine(&f, &t, STEPS_AT_END, SHARE_AT_END);
    for (uint32_t k = 0; k < t.bands.n; ++k) band[k].gain_db = t.bands.x[k * KNOBS + DAWG_FIT_GAIN];
}
