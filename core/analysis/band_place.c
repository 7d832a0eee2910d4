/* SPDX-License-Identifier: MIT
 * band_place.c - see band_place.h. */
#include "band_place.h"

#define LEAST_DB 1e-3      /* of RMS, that a band must promise to be placed */
#define THIRD_OCTAVE 0.231 /* ln 2 / 3 */

/* dB per dB of a bell's, a low shelf's or a high shelf's gain as that goes to 0. iq: 1/Q^2. */
static inline dawg_f4 slope(uint32_t kind, dawg_f4 u, dawg_f4 iq)
{
    const dawg_f4 one = dawg_f4_all(1.0f), half = dawg_f4_all(0.5f), v = one - u, c = u * iq, r = one / (v * v + c);
    if (kind == DAWG_FIT_BELL) return c * r;
    const dawg_f4 tilt = half * v * (one + u) * r;
    return kind == DAWG_FIT_LOW_SHELF ? half + tilt : half - tilt;
}

static void add(dawg_fit_choices *c, const dawg_fit_points *p, uint32_t kind, double at, double q)
{
    static const dawg_eq_type types[DAWG_FIT_KINDS] = {DAWG_EQ_LOW_SHELF, DAWG_EQ_BELL, DAWG_EQ_HIGH_SHELF};
    const dawg_f4 per_ff = dawg_f4_all((float)dawg_exp_d(-2.0 * at)), iq = dawg_f4_all((float)(1.0 / (q * q)));
    dawg_f4 *y = c->curve[c->n], sum = {0}, power = {0};
    for (uint32_t i = 0; i < p->quads; ++i) {
        y[i] = slope(kind, p->ff[i] * per_ff, iq) * p->root[i];
        sum += y[i] * p->root[i];
    }
    const dawg_f4 mean = dawg_f4_all((float)((double)dawg_f4_sum(sum) / p->weights));
    for (uint32_t i = 0; i < p->quads; ++i) {
        y[i] -= mean * p->root[i];
        power += y[i] * y[i];
    }
    const double squares = (double)dawg_f4_sum(power);
    if (squares < 1e-3 * p->weights || c->n == DAWG_FIT_CHOICES - 1u) return;
    c->of[c->n].type = types[kind];
    c->of[c->n].place = at;
    c->of[c->n].width = dawg_log_d(q);
    c->of[c->n++].power = squares;
}

void dawg_fit_choices_make(dawg_fit_choices *c, const dawg_fit_points *p)
{
    static const double qs[] = {0.7, 0.5, 1.4, 2.8};
    c->n = 0;
    for (uint32_t kind = 0; kind < DAWG_FIT_KINDS; ++kind)
        for (double at = dawg_fit_places[kind].lo; at <= dawg_fit_places[kind].hi; at += THIRD_OCTAVE)
            for (uint32_t k = 0; k < (kind == DAWG_FIT_BELL ? 4u : 1u); ++k) add(c, p, kind, at, qs[k]);
}

int dawg_fit_place(const dawg_fit_task *f, const dawg_fit_choices *c, const uint32_t most[DAWG_FIT_KINDS],
                   dawg_fit_trial *t)
{
    uint32_t placed[DAWG_FIT_KINDS] = {0}, chosen = c->n;
    double best = LEAST_DB * LEAST_DB * f->points->weights, gain = 0.0;
    for (uint32_t k = 0; k < t->bands.n; ++k) ++placed[dawg_fit_kind(t->bands.type[k])];
    for (uint32_t k = 0; k < c->n; ++k) {
        const uint32_t kind = dawg_fit_kind(c->of[k].type);
        if (placed[kind] >= most[kind]) continue;
        dawg_f4 sum = {0};
        for (uint32_t i = 0; i < f->points->quads; ++i) sum -= c->curve[k][i] * t->rows->residual[i];
        const double product = (double)dawg_f4_sum(sum), power = c->of[k].power;
        const double db = dawg_clamp_d(product / power, -f->max_gain_db, f->max_gain_db);
        const double taken = db * (2.0 * product - db * power);
        if (taken <= best) continue;
        best = taken;
        gain = db;
        chosen = k;
    }
    if (chosen == c->n) return 0;
    dawg_fit_add(&t->bands, c->of[chosen].type, c->of[chosen].place, gain, c->of[chosen].width);
    return 1;
}
