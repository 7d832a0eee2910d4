/* SPDX-License-Identifier: MIT
 * erb_curve.h - a smooth curve through 32 gains on the ear's frequency scale: Catmull-Rom (1974) over the number of
 * equivalent rectangular bandwidths, 21.4 log10(1 + 0.00437 f) (Glasberg and Moore 1990), with 0 dB from one band beyond
 * either end on. Centres: band i of 32 equal steps from 20 Hz to 20 kHz. */
#ifndef DAWG_ERB_CURVE_H
#define DAWG_ERB_CURVE_H
#include "maths.h"

#define DAWG_ERB_CURVE_BANDS 32u
#define DAWG_ERB_CURVE_KNOTS (DAWG_ERB_CURVE_BANDS + 4u) /* two of 0 dB at either end */

typedef struct dawg_erb_curve {
    float db[DAWG_ERB_CURVE_KNOTS];
} dawg_erb_curve;

static inline void dawg_erb_curve_make(dawg_erb_curve *c, const double *gain_db)
{
    for (uint32_t i = 0; i < DAWG_ERB_CURVE_KNOTS; ++i) {
        const uint32_t band = i - 2u;
        c->db[i] = band < DAWG_ERB_CURVE_BANDS ? (float)gain_db[band] : 0.0f;
    }
}

/* Bands from the lower end of the first: band i is centred at i + 0.5. hz >= 0. */
static inline float dawg_erb_position(float hz)
{
    const float low = 0.12088273f, step = 0.19828412f; /* log2(1 + 0.00437 20); a 32nd of the way to 20 kHz */
    return (dawg_log2(1.0f + 0.00437f * hz) - low) * (1.0f / step);
}

static inline float dawg_erb_curve_db(const dawg_erb_curve *c, float hz)
{
    const float at = dawg_clamp(dawg_erb_position(hz) + 0.5f, 0.0f, (float)DAWG_ERB_CURVE_BANDS + 0.999f);
    const int32_t k = (int32_t)at; /* between knots k + 1 and k + 2 */
    const float u = at - (float)k, *p = c->db + k;
    const float slope = 0.5f * (p[2] - p[0]), next = 0.5f * (p[3] - p[1]), rise = p[2] - p[1];
    return p[1] + u * (slope + u * ((3.0f * rise - 2.0f * slope - next) + u * (slope + next - 2.0f * rise)));
}

#endif
