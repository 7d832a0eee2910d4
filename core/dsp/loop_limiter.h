/* SPDX-License-Identifier: MIT
 * loop_limiter.h - keeps a feedback loop under full scale by turning it down: the gain falls at once by as much as the
 * present frame needs, stays while crests keep coming near the ceiling, and then returns. One gain for all channels.
 * Below the ceiling it is exactly 1, so a loop that never gets there is exactly linear; and a tone that is held at the
 * ceiling has a constant gain. A clipper would square off a loop whose gain is above 1, because it bites the same
 * frames on every turn. It forgets within the time of a turn or two: a longer memory would go on damping a short loop
 * after the sound that overloaded it, and cut its tail. */
#ifndef DAWG_LOOP_LIMITER_H
#define DAWG_LOOP_LIMITER_H
#include "maths.h"

#define DAWG_LOOP_CEILING 1.0f    /* 0 dBFS */
#define DAWG_LOOP_NEAR 0.99f      /* a crest above this share of the ceiling renews the hold */
#define DAWG_LOOP_HOLD_MAX_S 0.05 /* a crest of 20 Hz comes every 25 ms */
#define DAWG_LOOP_RELEASE_MAX_S 0.3

typedef struct dawg_loop_limiter {
    float over;                /* 1 - gain */
    float keep;                /* share of it that is left after one frame of release */
    uint32_t hold, held, turn; /* frames */
} dawg_loop_limiter;

/* For a loop of `turn` frames: a hold and a time constant of one turn, up to 50 and 300 ms. The gain stays. */
static inline void dawg_loop_limiter_set(dawg_loop_limiter *x, uint32_t turn, double rate)
{
    if (turn == x->turn) return;
    x->turn = turn;
    x->hold = (uint32_t)dawg_min_d((double)turn, DAWG_LOOP_HOLD_MAX_S * rate);
    x->keep = (float)dawg_exp_d(-1.0 / dawg_min_d((double)turn, DAWG_LOOP_RELEASE_MAX_S * rate));
}

/* True if frames of up to this peak would pass untouched: then nothing needs to be run. */
static inline int dawg_loop_limiter_rests(const dawg_loop_limiter *x, float peak)
{
    return x->over == 0.0f && peak <= DAWG_LOOP_CEILING;
}

/* peak: the largest magnitude of the frame over the channels. Returns the gain for it. */
static inline float dawg_loop_limiter_tick(dawg_loop_limiter *x, float peak)
{
    if (x->held) {
        --x->held;
    } else {
        x->over *= x->keep;
        if (x->over < 1e-7f) x->over = 0.0f;
    }
    float gain = 1.0f - x->over;
    if (peak * gain > DAWG_LOOP_CEILING) {
        gain = DAWG_LOOP_CEILING / peak;
        x->over = 1.0f - gain;
    }
    if (x->over > 0.0f && peak * gain > DAWG_LOOP_NEAR * DAWG_LOOP_CEILING) x->held = x->hold;
    return gain;
}
#endif
