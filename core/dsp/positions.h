/* SPDX-License-Identifier: MIT
 * positions.h - the positions of a switch on old equipment, or the range of a pot. */
#ifndef DAWG_POSITIONS_H
#define DAWG_POSITIONS_H
#include <stdint.h>

#define DAWG_POSITIONS_MAX 10u

/* In plain units, > 0; n = 0: a continuous pot from low to high. */
typedef struct dawg_positions {
    float low, high;
    uint32_t n;
    float at[DAWG_POSITIONS_MAX];
} dawg_positions;

#define DAWG_POSITIONS(low, high, n, ...)                                                                              \
    {                                                                                                                  \
        low, high, n, { __VA_ARGS__ }                                                                                  \
    }
#define DAWG_POT(low, high) {low, high, 0, {0}}

static inline float dawg_positions_apart(float a, float b) { return a > b ? a / b : b / a; }

/* The position nearest to a value, in octaves; n > 0. */
static inline uint32_t dawg_positions_nearest(const dawg_positions *row, float value)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < row->n; ++i)
        if (dawg_positions_apart(row->at[i], value) < dawg_positions_apart(row->at[best], value)) best = i;
    return best;
}

static inline float dawg_positions_clamp(const dawg_positions *row, float value)
{
    return value < row->low ? row->low : value > row->high ? row->high : value;
}

/* Where a knob stands: at the nearest position of a switch if it is to be one, or in between. */
static inline float dawg_positions_value(const dawg_positions *row, int stepped, float value)
{
    return stepped && row->n ? row->at[dawg_positions_nearest(row, value)] : dawg_positions_clamp(row, value);
}
#endif
