/* SPDX-License-Identifier: MIT
 * density.h - how densely something plays: the share of the time in which it sounds, 0..1, as a mean of 2 s. Gaps of up to
 * 50 ms, between the crests of a low tone or inside a syllable, are none. Before anything is known it is a half. */
#ifndef DAWG_DENSITY_H
#define DAWG_DENSITY_H
#include "onepole.h"
#include <stdint.h>

#define DAWG_DENSITY_S 2.0
#define DAWG_DENSITY_GAP_S 0.050

typedef struct dawg_density {
    float follow;        /* per control period */
    uint32_t gap, quiet; /* control periods: that are bridged, and since it last sounded */
    float share;
} dawg_density;

/* period: frames of a control period. */
static inline void dawg_density_reset(dawg_density *x, uint32_t period, double rate)
{
    const double per_s = rate / (double)period;
    const uint32_t gap = (uint32_t)(DAWG_DENSITY_GAP_S * per_s);
    *x = (dawg_density){dawg_onepole_from_time(DAWG_DENSITY_S, per_s), gap, gap + 1u, 0.5f};
}

/* When the control period ends; sounds: it did in it. */
static inline void dawg_density_end(dawg_density *x, int sounds)
{
    x->quiet = sounds ? 0u : x->quiet <= x->gap ? x->quiet + 1u : x->quiet;
    x->share = dawg_flush(x->share + x->follow * ((x->quiet <= x->gap ? 1.0f : 0.0f) - x->share));
}
#endif
