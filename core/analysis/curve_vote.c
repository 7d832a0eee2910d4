/* SPDX-License-Identifier: MIT
 * curve_vote.c - see curve_vote.h. */
#include "curve_vote.h"
#include "dsp/maths.h"

#define BANDS DAWG_ERB_BANDS
#define LOW_HZ 67.0
#define HIGH_HZ 13600.0
#define UNSURE_DB 1000.0 /* with a larger s nothing is said */

static int finite(float x) { return x - x == 0.0f; }

/* Variance of what piece i says about a band; below 0: nothing. */
static double variance(const float *curve_db, const float *sigma_db, uint32_t at)
{
    if (!finite(curve_db[at]) || !((double)sigma_db[at] <= UNSURE_DB)) return -1.0;
    const double s = dawg_max_d((double)sigma_db[at], DAWG_VOTE_SUREST_DB);
    return s * s;
}

typedef struct joined {
    double mean, variance;
    uint32_t n;
} joined;

/* `more`: T of the header. */
static joined join(const float *curve_db, const float *sigma_db, uint32_t n, uint32_t band, double more)
{
    double weights = 0.0, sum = 0.0, shared = 0.0;
    joined j = {.n = 0};
    for (uint32_t i = 0, at = band; i < n; ++i, at += BANDS) {
        const double s2 = variance(curve_db, sigma_db, at);
        if (s2 < 0.0) continue;
        const double w = 1.0 / ((1.0 - DAWG_VOTE_SHARED) * s2 + more);
        weights += w;
        sum += w * (double)curve_db[at];
        shared += w * s2;
        ++j.n;
    }
    if (!j.n) return j;
    j.mean = sum / weights;
    j.variance = (1.0 + DAWG_VOTE_SHARED * shared) / weights;
    return j;
}

/* T of the header. */
static double between(const float *curve_db, const float *sigma_db, uint32_t n, uint32_t band)
{
    const joined j = join(curve_db, sigma_db, n, band, 0.0);
    double weights = 0.0, squares = 0.0, off = 0.0;
    if (j.n < 2u) return 0.0;
    for (uint32_t i = 0, at = band; i < n; ++i, at += BANDS) {
        const double s2 = variance(curve_db, sigma_db, at);
        if (s2 < 0.0) continue;
        const double w = 1.0 / ((1.0 - DAWG_VOTE_SHARED) * s2), d = (double)curve_db[at] - j.mean;
        weights += w;
        squares += w * w;
        off += w * d * d;
    }
    return dawg_max_d(0.0, (off - (double)(j.n - 1u)) / (weights - squares / weights));
}

void dawg_curve_level(double curve_db[BANDS])
{
    double hz[BANDS], sum = 0.0;
    uint32_t n = 0;
    dawg_erb_centres(hz, BANDS);
    for (uint32_t i = 0; i < BANDS; ++i)
        if (hz[i] >= LOW_HZ && hz[i] <= HIGH_HZ) sum += curve_db[i], ++n;
    for (uint32_t i = 0; i < BANDS; ++i) curve_db[i] -= sum / (double)n;
}

int dawg_curve_vote(const float *curve_db, const float *sigma_db, uint32_t n, float out_curve_db[BANDS],
                    float out_confidence[BANDS])
{
    double curve[BANDS] = {0.0}, doubt[BANDS];
    uint32_t any = 0;
    for (uint32_t b = 0; b < BANDS; ++b) {
        const joined j = join(curve_db, sigma_db, n, b, between(curve_db, sigma_db, n, b));
        curve[b] = j.n ? j.mean : 0.0;
        doubt[b] = j.n ? DAWG_VOTE_DOUBT * j.variance : -1.0;
        any |= j.n;
    }
    dawg_curve_level(curve);
    for (uint32_t b = 0; b < BANDS; ++b) {
        const double y2 = curve[b] * curve[b], confidence = doubt[b] < 0.0 ? 0.0 : y2 / (y2 + doubt[b]);
        out_confidence[b] = (float)confidence;
        curve[b] *= confidence;
    }
    dawg_curve_level(curve);
    for (uint32_t b = 0; b < BANDS; ++b) out_curve_db[b] = (float)curve[b];
    return any != 0u;
}
