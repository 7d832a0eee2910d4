/* SPDX-License-Identifier: MIT
 * reference_match.c - see reference_match.h. */
#include "reference_match.h"
#include "dsp/k_weighting.h"
#include <string.h>

#define POINTS DAWG_MATCH_POINTS
#define BANDS DAWG_MATCH_BANDS
#define WORTH_DB 0.02 /* of RMS: what each band must take */
#define LN2 0.6931471805599453
#define LN_DECADE 2.302585092994046  /* ln 10 */
#define DB_PER_LN (10.0 / LN_DECADE) /* of power */
#define OCTAVES 9.965784284662087    /* 20 Hz to 20 kHz */
#define SMOOTH_OCTAVES (1.0 / 3.0)   /* half the width of the kernel's foot: its width at half height */
#define LOW_HZ 80.0                  /* from here down and from HIGH_HZ up the kernel widens, within an octave, */
#define HIGH_HZ 8000.0               /* to twice its width: there is less to tell one band from the next */
#define K_RATE 96000.0               /* at which the K-weighting is read: as good as analog to 20 kHz */

static double centre_hz(uint32_t i) { return 20.0 * dawg_exp_d(3.0 * LN_DECADE * ((double)i + 0.5) / (double)POINTS); }

/* ---- what is wanted --------------------------------------------------------------------------------------------- */

static double power_of(double db) { return dawg_exp_d(db / DB_PER_LN); }
static double db_of(double power) { return power > 1e-300 ? DB_PER_LN * dawg_log_d(power) : -3000.0; }

static double loudest(const float *db)
{
    double top = -3000.0;
    for (uint32_t i = 0; i < POINTS; ++i)
        if ((double)db[i] > top) top = (double)db[i];
    return top;
}

/* The bands in which both have energy, without those next to a gap: half of such a band may lie inside it. */
static uint32_t shared(const float *a, const float *b, uint8_t use[POINTS])
{
    const double a_floor = dawg_max_d(loudest(a) - DAWG_MATCH_FLOOR_DB, DAWG_MATCH_SILENCE_DB),
                 b_floor = dawg_max_d(loudest(b) - DAWG_MATCH_FLOOR_DB, DAWG_MATCH_SILENCE_DB);
    uint8_t full[POINTS];
    uint32_t n = 0;
    for (uint32_t i = 0; i < POINTS; ++i) full[i] = (double)a[i] > a_floor && (double)b[i] > b_floor;
    for (uint32_t i = 0; i < POINTS; ++i) {
        use[i] = full[i] && (i == 0 || full[i - 1u]) && (i + 1u == POINTS || full[i + 1u]);
        n += use[i];
    }
    return n;
}

static double smoothing_points(double hz)
{
    const double below = dawg_log_d(LOW_HZ / hz), above = dawg_log_d(hz / HIGH_HZ);
    const double wider = dawg_clamp_d(dawg_max_d(below, above) / LN2, 0.0, 1.0);
    return SMOOTH_OCTAVES * (1.0 + wider) * (double)POINTS / OCTAVES;
}

/* Power averaged over the shared bands around each of them, with a raised cosine; dB. */
static void smooth(const float *db, const uint8_t *use, double *out)
{
    double power[POINTS];
    for (uint32_t i = 0; i < POINTS; ++i) power[i] = use[i] ? power_of((double)db[i]) : 0.0;
    for (uint32_t i = 0; i < POINTS; ++i) {
        const double reach = smoothing_points(centre_hz(i));
        double sum = 0.0, weights = 0.0;
        for (uint32_t k = 0; k < POINTS && use[i]; ++k) {
            const double far = dawg_abs_d((double)k - (double)i);
            if (!use[k] || far >= reach) continue;
            const double w = 1.0 + dawg_cos_d(DAWG_PI * far / reach);
            sum += w * power[k];
            weights += w;
        }
        out[i] = use[i] ? db_of(sum / weights) : 0.0;
    }
}

/* K-weighted power of a spectrum that a curve (dB, or NULL) has changed. */
static double loud_power(const float *db, const uint8_t *use, const double *k_power, const double *curve)
{
    double sum = 0.0;
    for (uint32_t i = 0; i < POINTS; ++i)
        if (use[i]) sum += k_power[i] * power_of((double)db[i] + (curve ? curve[i] : 0.0));
    return sum;
}

static void k_weights(double *power)
{
    dawg_k_weighting k;
    dawg_k_weighting_design(&k, K_RATE);
    for (uint32_t i = 0; i < POINTS; ++i) {
        const double w = 2.0 * DAWG_PI * centre_hz(i) / K_RATE;
        power[i] = dawg_k_weighting_power(&k, w);
    }
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

/* Where bands stand that are not needed; all at 0 dB. mastering_eq's defaults. */
static const dawg_fit_band untouched[BANDS] = {{DAWG_EQ_LOW_SHELF, 80, 0, 0.71}, {DAWG_EQ_BELL, 250, 0, 1},
                                               {DAWG_EQ_BELL, 1000, 0, 1},       {DAWG_EQ_BELL, 3000, 0, 1},
                                               {DAWG_EQ_BELL, 6000, 0, 1},       {DAWG_EQ_HIGH_SHELF, 10000, 0, 0.71}};

/* Shelves stand at the ends, bells in order of frequency from the second band on. */
static void fit(const double *hz, const double *want, uint32_t n, double most, dawg_fit_band band[BANDS])
{
    const dawg_fit_plan plan = {.low_shelves = 1,
                                .bells = BANDS - 2u,
                                .high_shelves = 1,
                                .bands = BANDS,
                                .max_gain_db = most,
                                .worth_db = WORTH_DB};
    dawg_fit_band found[DAWG_FIT_BANDS];
    const uint32_t count = dawg_band_fit(hz, want, NULL, n, &plan, found);
    for (uint32_t i = 0, bells = 0; i < count; ++i) {
        const dawg_eq_type t = found[i].type;
        band[t == DAWG_EQ_LOW_SHELF ? 0 : t == DAWG_EQ_BELL ? ++bells : BANDS - 1u] = found[i];
    }
}

static double rms_around_mean(const double *y, uint32_t n)
{
    double mean = 0.0, sum = 0.0;
    for (uint32_t i = 0; i < n; ++i) mean += y[i] / (double)n;
    for (uint32_t i = 0; i < n; ++i) sum += (y[i] - mean) * (y[i] - mean);
    return dawg_sqrt_d(sum / (double)n);
}

dawg_match_status dawg_reference_match(const dawg_match_sound *programme, const dawg_match_sound *reference,
                                       double strength, double max_gain_db, dawg_match *result)
{
    const double most = dawg_clamp_d(max_gain_db, 0.1, 24.0), amount = dawg_clamp_d(strength, 0.0, 1.0);
    double all_hz[POINTS], one[POINTS], hz[POINTS], want[POINTS], from[POINTS], to[POINTS], k_power[POINTS],
        curve[POINTS], left[POINTS];
    uint8_t use[POINTS];
    *result = (dawg_match){.level_db = 0.0};
    memcpy(result->band, untouched, sizeof untouched);
    if (!(programme->seconds >= DAWG_MATCH_MIN_S)) return DAWG_MATCH_PROGRAMME_SHORT;
    if (!(reference->seconds >= DAWG_MATCH_MIN_S)) return DAWG_MATCH_REFERENCE_SHORT;
    if (!(loudest(programme->band_db) > DAWG_MATCH_SILENCE_DB)) return DAWG_MATCH_PROGRAMME_SILENT;
    if (!(loudest(reference->band_db) > DAWG_MATCH_SILENCE_DB)) return DAWG_MATCH_REFERENCE_SILENT;
    result->points = shared(programme->band_db, reference->band_db, use);
    if (result->points < DAWG_MATCH_MIN_POINTS) return DAWG_MATCH_NOTHING_SHARED;

    smooth(programme->band_db, use, from);
    smooth(reference->band_db, use, to);
    k_weights(k_power);
    const double loud = loud_power(programme->band_db, use, k_power, NULL);
    result->level_db = db_of(loud_power(reference->band_db, use, k_power, NULL)) - db_of(loud);
    for (uint32_t i = 0, n = 0; i < POINTS; ++i) {
        all_hz[i] = centre_hz(i);
        if (!use[i]) continue;
        hz[n] = all_hz[i];
        left[n] = to[i] - from[i];
        want[n] = dawg_clamp_d(left[n] - result->level_db, -most, most);
        ++n;
    }
    result->before_db = rms_around_mean(left, result->points);
    fit(hz, want, result->points, most, result->band);
    for (uint32_t b = 0; b < BANDS; ++b) {
        double *gain = &result->band[b].gain_db;
        *gain *= amount;
        if (dawg_abs_d(*gain) < DAWG_FIT_SMALLEST_DB) *gain = 0.0;
    }
    memset(curve, 0, sizeof curve);
    for (uint32_t b = 0; b < BANDS; ++b) {
        if (result->band[b].gain_db == 0.0) continue;
        dawg_fit_band_curve(&result->band[b], all_hz, POINTS, one);
        for (uint32_t i = 0; i < POINTS; ++i) curve[i] += one[i];
    }
    for (uint32_t i = 0, n = 0; i < POINTS; ++i)
        if (use[i]) left[n++] -= curve[i];
    result->after_db = rms_around_mean(left, result->points);
    result->output_db = db_of(loud) - db_of(loud_power(programme->band_db, use, k_power, curve));
    return DAWG_MATCH_OK;
}

void dawg_reference_match_values(const dawg_match *m, float values[DAWG_MATCH_VALUES])
{
    for (uint32_t i = 0; i < BANDS; ++i) {
        const dawg_fit_band *b = &m->band[i];
        float *v = values + i * 6u;
        v[0] = b->gain_db != 0.0 ? 1.0f : 0.0f;
        v[1] = b->type == DAWG_EQ_BELL ? 0.0f : b->type == DAWG_EQ_LOW_SHELF ? 1.0f : 2.0f;
        v[2] = (float)b->freq_hz;
        v[3] = (float)b->gain_db;
        v[4] = (float)b->q;
        v[5] = 0.0f;
    }
}
