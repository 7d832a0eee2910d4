/* SPDX-License-Identifier: MIT
 * eq_placement.h - which part of a stereo sound a band works on. Mid is (L + R)/2, side (L - R)/2. */
#ifndef DAWG_EQ_PLACEMENT_H
#define DAWG_EQ_PLACEMENT_H
#include "vec.h"

typedef enum {
    DAWG_EQ_STEREO,
    DAWG_EQ_MID,
    DAWG_EQ_SIDE,
    DAWG_EQ_LEFT,
    DAWG_EQ_RIGHT,
    DAWG_EQ_PLACEMENTS
} dawg_eq_placement;

static inline int dawg_eq_is_mid_side(dawg_eq_placement p) { return p == DAWG_EQ_MID || p == DAWG_EQ_SIDE; }

/* To the lanes that the band works in, and back: left and right, or mid and side. */
static inline dawg_d2 dawg_eq_to_lanes(dawg_eq_placement p, dawg_d2 x)
{
    return dawg_eq_is_mid_side(p) ? (dawg_d2){0.5 * (x[0] + x[1]), 0.5 * (x[0] - x[1])} : x;
}
static inline dawg_d2 dawg_eq_from_lanes(dawg_eq_placement p, dawg_d2 x)
{
    return dawg_eq_is_mid_side(p) ? (dawg_d2){x[0] + x[1], x[0] - x[1]} : x;
}
/* Of the two lanes: 1 where the band works, 0 where it does not. */
static inline dawg_d2 dawg_eq_lanes(dawg_eq_placement p)
{
    return (dawg_d2){p == DAWG_EQ_STEREO || p == DAWG_EQ_MID || p == DAWG_EQ_LEFT ? 1.0 : 0.0,
                     p == DAWG_EQ_STEREO || p == DAWG_EQ_SIDE || p == DAWG_EQ_RIGHT ? 1.0 : 0.0};
}

#endif
