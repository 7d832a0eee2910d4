/* SPDX-License-Identifier: MIT
 * loudness_match.c - see loudness_match.h. The prototypes stand for what plays: it follows them within 0.2 dB. */
#include "loudness_match.h"

#define GLIDE_S 0.02
#define GLIDE_PERIODS 256u /* at most */
#define POINTS 25u         /* of a hundred, per control period */

struct dawg_loudness_match {
    dawg_eq_loudness loudness;
    dawg_eq_picture picture;
    dawg_eq_setting measured[DAWG_EQ_CHAIN_BANDS]; /* what is in the picture */
    double rate, louder_db;
    double glide[GLIDE_PERIODS]; /* a ring: what was to be taken off, period by period */
    uint32_t bands, periods, at;
    uint32_t steady; /* periods since it has changed, at most `periods` */
    uint32_t measuring, fresh;
};

size_t dawg_loudness_match_size(void) { return sizeof(dawg_loudness_match); }

dawg_loudness_match *dawg_loudness_match_init(void *mem, uint32_t bands, uint32_t period, double rate)
{
    dawg_loudness_match *x = mem;
    memset(x, 0, sizeof *x);
    dawg_eq_loudness_init(&x->loudness, rate);
    x->bands = bands;
    x->rate = rate;
    x->periods = (uint32_t)dawg_clamp_d(GLIDE_S * rate / (double)period + 0.5, 2.0, (double)GLIDE_PERIODS);
    x->fresh = 1;
    return x;
}

static int same(const dawg_eq_setting *a, const dawg_eq_setting *b)
{
    if ((!a->on || dawg_eq_neutral(&a->shape)) && (!b->on || dawg_eq_neutral(&b->shape))) return 1;
    return a->on == b->on && a->placement == b->placement && a->shape.type == b->shape.type &&
           a->shape.slope == b->shape.slope && a->shape.hz == b->shape.hz && a->shape.gain_db == b->shape.gain_db &&
           a->shape.q == b->shape.q;
}

/* Begins to measure what is not measured yet; 0: all is. */
static int begin(dawg_loudness_match *x, const dawg_eq_setting *bands)
{
    int differs = (int)x->fresh;
    for (uint32_t i = 0; i < x->bands && !differs; ++i) differs = !same(&x->measured[i], &bands[i]);
    if (!differs) return 0;
    memcpy(x->measured, bands, sizeof *bands * x->bands);
    dawg_eq_picture_make(&x->picture, bands, x->bands, DAWG_EQ_LINEAR, x->rate);
    return 1;
}

double dawg_loudness_match_step(dawg_loudness_match *x, const dawg_eq_setting *bands, int on, double more_db)
{
    const uint32_t n = x->periods;
    const double before = x->glide[x->at];
    if (!x->measuring && on) x->measuring = (uint32_t)begin(x, bands);
    if (x->measuring && x->picture.n == 0) { /* a wire: exactly nothing */
        x->louder_db = 0.0;
        x->measuring = 0;
    }
    if (x->measuring)
        x->measuring = !dawg_eq_loudness_step(&x->loudness, dawg_eq_picture_power, &x->picture,
                                              x->fresh ? DAWG_EQ_LOUDNESS_POINTS : POINTS, &x->louder_db);
    const double wanted = on ? x->louder_db + more_db : 0.0;
    x->at = x->at + 1u < n ? x->at + 1u : 0u;
    x->glide[x->at] = wanted;
    x->steady = x->fresh ? n : wanted != before ? 0u : x->steady < n ? x->steady + 1u : n;
    if (x->fresh)
        for (uint32_t i = 0; i < n; ++i) x->glide[i] = wanted;
    x->fresh = 0;
    if (x->steady == n) return wanted;
    double sum = 0.0, weights = 0.0;
    for (uint32_t i = 0; i < n; ++i) { /* i periods ago */
        const double w = dawg_min_d((double)i + 1.0, (double)(n - i));
        sum += w * x->glide[x->at >= i ? x->at - i : x->at + n - i];
        weights += w;
    }
    return sum / weights;
}

double dawg_loudness_match_settled(const dawg_eq_setting *bands, uint32_t n, double rate)
{
    dawg_eq_loudness l;
    dawg_eq_picture p;
    double db = 0.0;
    dawg_eq_loudness_init(&l, rate);
    dawg_eq_picture_make(&p, bands, n, DAWG_EQ_LINEAR, rate);
    if (p.n) (void)dawg_eq_loudness_step(&l, dawg_eq_picture_power, &p, DAWG_EQ_LOUDNESS_POINTS, &db);
    return db;
}
