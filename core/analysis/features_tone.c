/* SPDX-License-Identifier: MIT
 * features_tone.c - see features_tone.h. */
#include "features_tone.h"
#include "band_map.h"
#include "dsp/k_weighting.h"

#define BANDS DAWG_FEATURE_BANDS
#define SLOPE_FROM_HZ 60.0f
#define SLOPE_TO_HZ 14000.0f
#define BODY_FROM_HZ 200.0f
#define SIBILANTS_FROM_HZ 5000.0f
#define SIBILANTS_TO_HZ 10000.0f
#define K_RATE 192000.0 /* where the weighting's digital filter is the analog one */
#define NARROW 0.083    /* octaves^2: the variance of one octave */

void dawg_features_bands_init(dawg_features_bands *b)
{
    double edges[BANDS + 1], centres[BANDS];
    dawg_k_weighting k;
    dawg_k_weighting_design(&k, K_RATE);
    dawg_erb_edges(edges, BANDS);
    dawg_erb_centres(centres, BANDS);
    for (uint32_t i = 0; i < BANDS; ++i) {
        b->hz[i] = (float)centres[i];
        b->erb[i] = (float)dawg_erb_number(centres[i]);
        b->octaves[i] = (float)(dawg_log_d(centres[i]) * 1.4426950408889634);
        b->width_db[i] = (float)(0.5 * dawg_gain_to_db_d(edges[i + 1] - edges[i]));
        b->loud[i] = (float)dawg_k_weighting_power(&k, 2.0 * DAWG_PI * centres[i] / K_RATE);
    }
}

static float power_of(float db) { return dawg_exp2(0.332192809f * db); }
static float db_of(double power) { return 3.01029996f * dawg_log2((float)power); }

void dawg_features_tone(const dawg_features_bands *b, float *frame)
{
    const float *mean_db = frame + DAWG_MID_MEAN_DB;
    double sum = 0.0, moment = 0.0, body = 0.0, sibilants = 0.0;
    double n = 0.0, x = 0.0, y = 0.0, xx = 0.0, xy = 0.0;
    for (uint32_t i = 0; i < BANDS; ++i) {
        const double p = (double)power_of(mean_db[i]);
        sum += p;
        moment += p * (double)b->erb[i];
        if (b->hz[i] > BODY_FROM_HZ && b->hz[i] < SIBILANTS_FROM_HZ) body += p;
        if (b->hz[i] > SIBILANTS_FROM_HZ && b->hz[i] < SIBILANTS_TO_HZ) sibilants += p;
        if (b->hz[i] < SLOPE_FROM_HZ || b->hz[i] > SLOPE_TO_HZ || mean_db[i] <= DAWG_FEATURES_NONE) continue;
        const double at = (double)b->octaves[i], db = (double)(mean_db[i] - b->width_db[i]);
        n += 1.0, x += at, y += db, xx += at * at, xy += at * db;
    }
    const double spread = n * xx - x * x; /* n^2 times the variance */
    frame[DAWG_CENTROID_ERB] = (float)(moment / sum);
    frame[DAWG_SLOPE_DB_PER_OCTAVE] = spread > NARROW * n * n ? (float)((n * xy - x * y) / spread) : 0.0f;
    frame[DAWG_SIBILANCE_DB] = db_of(sibilants / body);
}

static float weight_of(const dawg_features_bands *b, const float *frame, uint32_t band)
{
    return b->loud[band] * (power_of(frame[DAWG_MID_MEAN_DB + band]) + power_of(frame[DAWG_SIDE_MEAN_DB + band]));
}

static double loudness_of(const dawg_features_bands *b, const float *frame)
{
    double sum = 0.0;
    for (uint32_t i = 0; i < BANDS; ++i) sum += (double)weight_of(b, frame, i);
    return sum;
}

/* What is at the floor is not known to be anything. */
static float moved(float db, float by)
{
    return db > DAWG_FEATURES_NONE ? dawg_max(db + by, DAWG_FEATURES_NONE) : DAWG_FEATURES_NONE;
}

void dawg_features_move(const dawg_features_bands *b, float *frame, const float *curve_db)
{
    const double before = loudness_of(b, frame);
    for (uint32_t k = 0; k < 8u; ++k) /* mean and percentiles of mid and side */
        for (uint32_t i = 0; i < BANDS; ++i) frame[k * BANDS + i] = moved(frame[k * BANDS + i], curve_db[i]);
    const float louder_db = db_of(loudness_of(b, frame) / before);
    frame[DAWG_INTEGRATED_LUFS] = moved(frame[DAWG_INTEGRATED_LUFS], louder_db);
    frame[DAWG_SHORT_TERM_LUFS] = moved(frame[DAWG_SHORT_TERM_LUFS], louder_db);
    dawg_features_tone(b, frame);
}

void dawg_features_weights(const float *frame, float weights[BANDS])
{
    dawg_features_bands b;
    dawg_features_bands_init(&b);
    for (uint32_t i = 0; i < BANDS; ++i) weights[i] = weight_of(&b, frame, i);
}

void dawg_features_equalize_all(float *frames, const float *curves_db, uint32_t n)
{
    dawg_features_bands b;
    dawg_features_bands_init(&b);
    for (size_t i = 0; i < n; ++i) dawg_features_move(&b, frames + i * DAWG_FEATURES, curves_db + i * BANDS);
}

void dawg_features_equalize(float *frame, const float curve_db[BANDS])
{
    dawg_features_equalize_all(frame, curve_db, 1);
}
