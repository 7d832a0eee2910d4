/* SPDX-License-Identifier: MIT
 * suggestion.c - see suggestion.h. */
#include "suggestion.h"

#if !defined(DAWG_LEAN)
#include "analysis/curve_vote.h"
#include "analysis/tone_correction.h"
#include "dsp/eq_prototype.h"
#include "dsp/erb_curve.h"
#include "params.h"
#include <string.h>

#define CURVE_BANDS DAWG_ERB_BANDS
#define NONE UINT32_MAX
#define POINTS DAWG_SUGGEST_POINTS
#define LOW_HZ 60.0
#define HIGH_HZ 14000.0
#define OUTSIDE 0.03 /* weight beyond those: bands stay calm there */
#define UNKNOWN 0.25 /* weight where confidence is 0: what is not known stays as it is */

/* ---- parameters by key ------------------------------------------------------------------------------------------ */

/* The number of a parameter; NONE: there is none of this key. */
static uint32_t of_key(const dawg_plugin *p, const char *key)
{
    for (uint32_t i = 0; i < p->n_params; ++i)
        if (strcmp(p->params[i].key, key) == 0) return i;
    return NONE;
}

/* That of "band<band>_<name>", band 1..99. */
static uint32_t of_band(const dawg_plugin *p, uint32_t band, const char *name)
{
    char key[32] = "band", *at = key + 4;
    if (band > 9u) *at++ = (char)('0' + band / 10u);
    *at++ = (char)('0' + band % 10u);
    *at++ = '_';
    for (; *name && at < key + sizeof key - 1; ++name) *at++ = *name;
    return of_key(p, key);
}

static const char *label_of(dawg_eq_type t)
{
    return t == DAWG_EQ_LOW_SHELF ? "low shelf" : t == DAWG_EQ_HIGH_SHELF ? "high shelf" : "bell";
}
/* The value of an enum's label; NONE: it has no such label. */
static uint32_t labelled(const dawg_param *p, const char *label)
{
    for (uint32_t i = 0; p->labels && p->labels[i]; ++i)
        if (strcmp(p->labels[i], label) == 0) return i;
    return NONE;
}

/* The table's value next to this one. */
static void set(const dawg_plugin *p, dawg_suggestion *s, uint32_t param, double value)
{
    if (param != NONE) s->values[param] = dawg_param_legal(&p->params[param], (float)value);
}

/* ---- the curve -------------------------------------------------------------------------------------------------- */

typedef struct wanted {
    double db[CURVE_BANDS], confidence[CURVE_BANDS]; /* as measured */
    double safe_db[CURVE_BANDS];                     /* within the largest gain and slope */
    double hz[POINTS], point_db[POINTS], safe_point_db[POINTS], point_confidence[POINTS], weight[POINTS];
    double heard[POINTS]; /* the share of each point's stretch between LOW_HZ and HIGH_HZ */
    double max_gain_db, strength;
} wanted;

static double finite_or_0(float x) { return x - x == 0.0f ? (double)x : 0.0; }

/* The share of a point's stretch, which is as wide for the ear as any other's, that lies below hz. */
static double share_below(uint32_t point, double hz)
{
    const double at = (double)dawg_erb_position((float)hz) * ((double)POINTS / (double)CURVE_BANDS);
    return dawg_clamp_d(at - (double)point, 0.0, 1.0);
}

static void along_the_ear(const double band_db[CURVE_BANDS], const double hz[POINTS], double out[POINTS])
{
    dawg_erb_curve c;
    dawg_erb_curve_make(&c, band_db);
    for (uint32_t i = 0; i < POINTS; ++i) out[i] = (double)dawg_erb_curve_db(&c, (float)hz[i]);
}

static void want(wanted *w, const float *curve_db, const float *confidence, const dawg_suggest_wish *wish)
{
    w->max_gain_db = dawg_clamp_d(wish->max_gain_db, 0.1, 24.0);
    w->strength = wish->strength > 0.0 ? dawg_min_d(wish->strength, 1.0) : 0.0;
    for (uint32_t i = 0; i < CURVE_BANDS; ++i) {
        w->db[i] = finite_or_0(curve_db[i]);
        w->confidence[i] = confidence ? dawg_clamp_d(finite_or_0(confidence[i]), 0.0, 1.0) : 1.0;
        w->safe_db[i] = dawg_clamp_d(w->db[i], -w->max_gain_db, w->max_gain_db);
    }
    dawg_tone_limit_slope(w->safe_db);
    for (uint32_t i = 0; i < POINTS; ++i) {
        const double at = ((double)i + 0.5) * ((double)CURVE_BANDS / (double)POINTS); /* bands from the lower end */
        const double from = dawg_clamp_d(at - 0.5, 0.0, (double)CURVE_BANDS - 1.001);
        const uint32_t band = (uint32_t)from;
        const double share = from - (double)band;
        w->hz[i] = dawg_erb_hz(at / (double)CURVE_BANDS);
        w->point_confidence[i] = w->confidence[band] + share * (w->confidence[band + 1u] - w->confidence[band]);
        w->heard[i] = share_below(i, HIGH_HZ) - share_below(i, LOW_HZ);
        w->weight[i] = (OUTSIDE + (1.0 - OUTSIDE) * w->heard[i]) * (UNKNOWN + (1.0 - UNKNOWN) * w->point_confidence[i]);
    }
    along_the_ear(w->db, w->hz, w->point_db);
    along_the_ear(w->safe_db, w->hz, w->safe_point_db);
}

/* RMS around the mean, and the mean, where it counts. */
static double rms(const wanted *w, const double *y, double *mean)
{
    double sum = 0.0, squares = 0.0, n = 0.0;
    for (uint32_t i = 0; i < POINTS; ++i)
        sum += w->heard[i] * y[i], squares += w->heard[i] * y[i] * y[i], n += w->heard[i];
    *mean = sum / n;
    return dawg_sqrt_d(dawg_max_d(squares / n - *mean * *mean, 0.0));
}

/* What the bands leave of the curve. */
static void judge(const wanted *w, const double done[POINTS], dawg_suggestion *s)
{
    double left[POINTS], mean;
    memcpy(s->hz, w->hz, sizeof s->hz);
    memcpy(s->done_db, done, sizeof s->done_db);
    for (uint32_t i = 0; i < POINTS; ++i) left[i] = w->point_db[i] - done[i];
    s->before_db = rms(w, w->point_db, &mean);
    s->after_db = rms(w, left, &mean);
    (void)rms(w, done, &s->level_db);
}

/* ---- 32 fixed bands --------------------------------------------------------------------------------------------- */

static int fixed_bands(const dawg_plugin *p, const wanted *w, uint32_t led, dawg_suggestion *s)
{
    double gain_db[CURVE_BANDS] = {0.0}, done[POINTS];
    for (uint32_t i = 0; i < CURVE_BANDS; ++i) {
        const uint32_t param = of_band(p, i + 1u, "gain_db");
        if (param == NONE) return 0;
        if (led && !(led >> i & 1u)) continue;
        set(p, s, param, w->strength * w->safe_db[i]);
        gain_db[i] = (double)s->values[param];
        if (dawg_abs_d(gain_db[i]) < DAWG_FIT_SMALLEST_DB) continue;
        s->band[s->bands++] = (dawg_suggested_band){.number = i + 1u,
                                                    .set = {DAWG_EQ_BELL, (double)p->band_hz[i], gain_db[i], 0.0},
                                                    .excess_db = -w->db[i],
                                                    .confidence = w->confidence[i]};
    }
    if (!led) set(p, s, of_key(p, "freeze"), 1.0);
    along_the_ear(gain_db, w->hz, done);
    judge(w, done, s);
    return 1;
}

/* ---- bands with frequency and Q --------------------------------------------------------------------------------- */

typedef struct slot {
    uint32_t number, on, type, freq, gain, q;
    uint32_t placement, range; /* NONE: the plugin has none */
} slot;

static int find_slot(const dawg_plugin *p, uint32_t number, slot *b)
{
    *b = (slot){.number = number, .on = of_band(p, number, "on")};
    if (b->on == NONE) return 0;
    b->type = of_band(p, number, "type");
    b->freq = of_band(p, number, "freq_hz");
    b->gain = of_band(p, number, "gain_db");
    b->q = of_band(p, number, "q");
    b->placement = of_band(p, number, "placement");
    b->range = of_band(p, number, "range_db");
    return b->type != NONE && b->freq != NONE && b->gain != NONE && b->q != NONE;
}

static int is_free(const dawg_plugin *p, const float *values, const slot *b, uint32_t own)
{
    if ((own >> (b->number - 1u) & 1u) || !(values[b->on] > 0.5f)) return 1;
    for (uint32_t t = 0; t < 3u; ++t) {
        static const dawg_eq_type with_gain[] = {DAWG_EQ_BELL, DAWG_EQ_LOW_SHELF, DAWG_EQ_HIGH_SHELF};
        if ((uint32_t)(values[b->type] + 0.5f) != labelled(&p->params[b->type], label_of(with_gain[t]))) continue;
        return values[b->gain] == 0.0f && (b->range == NONE || values[b->range] == 0.0f);
    }
    return 0;
}

/* Adds the band's curve to done, and averages over the band's own shape where it counts: its gain at each point over
 * its largest. */
static void reason(const wanted *w, dawg_suggested_band *b, double done[POINTS])
{
    double db[POINTS], shape = 0.0, curve = 0.0, confidence = 0.0;
    dawg_fit_band_curve(&b->set, w->hz, POINTS, db);
    for (uint32_t i = 0; i < POINTS; ++i) {
        const double part = w->heard[i] * db[i] / b->set.gain_db;
        done[i] += db[i];
        shape += part;
        curve += part * w->point_db[i];
        confidence += part * w->point_confidence[i];
    }
    b->excess_db = shape > 0.0 ? -curve / shape : 0.0;
    b->confidence = shape > 0.0 ? confidence / shape : 0.0;
}

/* Whether a bell of this Q on the knob is a narrower one the more gain it has. */
static int narrows(const dawg_plugin *p, const float *values, dawg_eq_type t)
{
    const uint32_t auto_q = of_key(p, "auto_q");
    return t == DAWG_EQ_BELL && auto_q != NONE && values[auto_q] > 0.5f;
}

static void write_band(const dawg_plugin *p, const slot *at, const dawg_fit_band *b, dawg_suggestion *s)
{
    set(p, s, at->on, 1.0);
    set(p, s, at->type, (double)labelled(&p->params[at->type], label_of(b->type)));
    set(p, s, at->freq, b->freq_hz);
    set(p, s, at->gain, b->gain_db);
    set(p, s, at->q, narrows(p, s->values, b->type) ? b->q / dawg_eq_auto_q(b->gain_db, 1.0) : b->q);
    set(p, s, at->placement, 0.0);
    set(p, s, at->range, 0.0);
}

/* In order, so that bands stay sorted, each in the slot whose default frequency is nearest. */
static void choose_slots(const dawg_plugin *p, const slot *slots, uint32_t n_slots, const dawg_fit_band *bands,
                         uint32_t n, uint32_t *chosen)
{
    for (uint32_t i = 0, first = 0; i < n; ++i) {
        double nearest = 1e300;
        for (uint32_t k = first; k + (n - i) <= n_slots; ++k) {
            const double far = dawg_abs_d(dawg_log_d(bands[i].freq_hz / (double)p->params[slots[k].freq].def));
            if (far < nearest) nearest = far, chosen[i] = k;
        }
        first = chosen[i] + 1u;
    }
}

static int moving_bands(const dawg_plugin *p, const float *values, const wanted *w, uint32_t own, dawg_suggestion *s)
{
    slot slots[DAWG_FIT_BANDS], b;
    dawg_fit_band found[DAWG_FIT_BANDS];
    uint32_t n_slots = 0, chosen[DAWG_FIT_BANDS], number = 1;
    for (; find_slot(p, number, &b); ++number)
        if (n_slots < DAWG_FIT_BANDS && is_free(p, values, &b, own)) slots[n_slots++] = b;
    if (number == 1u) return 0;
    const double most = n_slots ? (double)p->params[slots[0].gain].max : 0.0;
    const dawg_fit_plan plan = {.low_shelves = 1,
                                .bells = n_slots < DAWG_FIT_BANDS - 2u ? n_slots : DAWG_FIT_BANDS - 2u,
                                .high_shelves = 1,
                                .bands = n_slots,
                                .max_gain_db = dawg_min_d(w->max_gain_db, most),
                                .worth_db = DAWG_SUGGEST_WORTH_DB};
    uint32_t n = n_slots ? dawg_band_fit(w->hz, w->safe_point_db, w->weight, POINTS, &plan, found) : 0;
    double done[POINTS] = {0.0};
    for (uint32_t i = 0; i < n_slots; ++i) { /* an earlier suggestion's bands end */
        if (!(own >> (slots[i].number - 1u) & 1u)) continue;
        set(p, s, slots[i].on, 0.0);
        set(p, s, slots[i].gain, 0.0);
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; ++i) {
        found[i].gain_db *= w->strength;
        if (dawg_abs_d(found[i].gain_db) >= DAWG_FIT_SMALLEST_DB) found[kept++] = found[i];
    }
    choose_slots(p, slots, n_slots, found, kept, chosen);
    for (uint32_t i = 0; i < kept; ++i) {
        const slot *at = &slots[chosen[i]];
        write_band(p, at, &found[i], s);
        dawg_suggested_band *out = &s->band[s->bands++];
        *out = (dawg_suggested_band){.number = at->number, .set = found[i]};
        out->set.gain_db = (double)s->values[at->gain];
        reason(w, out, done);
    }
    judge(w, done, s);
    return 1;
}

/* Gains of bands that stand. A bell that narrows with its gain has the width of the gain that it has now. */
static int led_bands(const dawg_plugin *p, const float *values, const wanted *w, uint32_t led, dawg_suggestion *s)
{
    static const dawg_eq_type with_gain[] = {DAWG_EQ_BELL, DAWG_EQ_LOW_SHELF, DAWG_EQ_HIGH_SHELF};
    slot slots[DAWG_FIT_BANDS], b;
    dawg_fit_band band[DAWG_FIT_BANDS];
    double done[POINTS] = {0.0};
    uint32_t n = 0, number = 1;
    for (; find_slot(p, number, &b); ++number)
        for (uint32_t t = 0; t < 3u && n < DAWG_FIT_BANDS && (led >> (number - 1u) & 1u); ++t) {
            if ((uint32_t)(values[b.type] + 0.5f) != labelled(&p->params[b.type], label_of(with_gain[t]))) continue;
            const double gain_db = (double)values[b.gain], q = (double)values[b.q];
            const double width = narrows(p, values, with_gain[t]) ? q * dawg_eq_auto_q(gain_db, 1.0) : q;
            slots[n] = b;
            band[n++] = (dawg_fit_band){with_gain[t], (double)values[b.freq], gain_db, width};
        }
    if (number == 1u) return 0;
    dawg_band_fit_gains(w->hz, w->safe_point_db, w->weight, POINTS, w->max_gain_db, band, n);
    for (uint32_t i = 0; i < n; ++i) {
        set(p, s, slots[i].gain, w->strength * band[i].gain_db);
        band[i].gain_db = (double)s->values[slots[i].gain];
        if (dawg_abs_d(band[i].gain_db) < DAWG_FIT_SMALLEST_DB) continue;
        dawg_suggested_band *out = &s->band[s->bands++];
        *out = (dawg_suggested_band){.number = slots[i].number, .set = band[i]};
        reason(w, out, done);
    }
    judge(w, done, s);
    return 1;
}

int dawg_suggest(const dawg_plugin *p, const float *values, const float curve_db[CURVE_BANDS],
                 const float confidence[CURVE_BANDS], const dawg_suggest_wish *wish, dawg_suggestion *out)
{
    wanted w;
    *out = (dawg_suggestion){.bands = 0};
    memcpy(out->values, values, sizeof(float) * p->n_params);
    want(&w, curve_db, confidence, wish);
    if (p->band_hz && p->n_bands == CURVE_BANDS) return fixed_bands(p, &w, wish->led, out);
    if (wish->led) return led_bands(p, values, &w, wish->led, out);
    return moving_bands(p, values, &w, wish->own, out);
}
#endif
