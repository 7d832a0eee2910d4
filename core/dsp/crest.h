/* SPDX-License-Identifier: MIT
 * crest.h - how much faster than set an adaptive attack is: in proportion to 1 / crest factor squared, as in Giannoulis,
 * Massberg, Reiss 2013, "Parameter Automation in a Dynamic Range Compressor", JAES 61(10); a tone (3 dB) keeps the set
 * time, peaky material (10 dB) gets a fifth of it, at most an eighth. Their followers of peak and mean square, 200 ms,
 * see a crest in every onset; the share is smoothed over half a second, so that it follows the material. */
#ifndef DAWG_CREST_H
#define DAWG_CREST_H
#include "maths.h"

#define DAWG_CREST_S 0.2
#define DAWG_CREST_SMOOTH_S 0.5
#define DAWG_CREST_TONE 2.0 /* peak over mean square of a sine */
#define DAWG_CREST_LEAST 0.125
#define DAWG_CREST_FLOOR 1e-10 /* mean square: -100 dBFS; below, there is no material */

typedef struct dawg_crest {
    double follow, smooth; /* per frame; per control period */
    double peak, mean;     /* squares */
    double share;          /* of the attack time: 1 at rest */
} dawg_crest;

/* period: frames of a control period. */
static inline void dawg_crest_reset(dawg_crest *c, uint32_t period, double rate)
{
    *c = (dawg_crest){.follow = 1.0 - dawg_exp_d(-1.0 / (DAWG_CREST_S * rate)),
                      .smooth = 1.0 - dawg_exp_d(-(double)period / (DAWG_CREST_SMOOTH_S * rate)),
                      .share = 1.0};
}

static inline void dawg_crest_forget(dawg_crest *c)
{
    c->peak = c->mean = 0.0;
    c->share = 1.0;
}

static inline void dawg_crest_tick(dawg_crest *c, float x)
{
    const double power = (double)x * (double)x;
    c->mean += c->follow * (power - c->mean);
    c->peak = dawg_max_d(power, c->peak + c->follow * (power - c->peak));
}

/* When the control period ends. */
static inline void dawg_crest_end(dawg_crest *c)
{
    c->mean = dawg_flush_d(c->mean);
    c->peak = dawg_flush_d(c->peak);
    const double goal =
        c->mean < DAWG_CREST_FLOOR ? 1.0 : dawg_clamp_d(DAWG_CREST_TONE * c->mean / c->peak, DAWG_CREST_LEAST, 1.0);
    c->share += c->smooth * (goal - c->share);
    if (dawg_abs_d(goal - c->share) < 1e-6) c->share = goal;
}
#endif
