/* SPDX-License-Identifier: MIT
 * eq_listen.h - hear what a band works on: instead of the equalized sound the input through the band's own band-pass or side
 * (dawg_eq_key), on the band's lanes; mid or side is heard on both channels. A change of band fades through the equalized sound.
 *
 *     wet + fade (key(dry) - wet) */
#ifndef DAWG_EQ_LISTEN_H
#define DAWG_EQ_LISTEN_H
#include "cold.h"
#include "eq_dynamic.h"

typedef struct dawg_eq_listen {
    uint32_t period, fade_frames;
    double rate;
    uint32_t fresh, band, level; /* band 0: none */
    int32_t way;
    dawg_eq_type type;
    dawg_eq_placement placement;
    dawg_svf from, to;
    dawg_svf_state state;
} dawg_eq_listen;

DAWG_COLD void dawg_eq_listen_reset(dawg_eq_listen *x, uint32_t period, double rate);
/* At the start of each control period. band 0: none, and the rest is ignored. */
void dawg_eq_listen_plan(dawg_eq_listen *x, uint32_t band, dawg_eq_placement placement, const dawg_eq_shape *to);
/* Frames at..at+n of the control period, over wet. */
void dawg_eq_listen_run(dawg_eq_listen *x, uint32_t at, const float *const dry[2], dawg_d2 *wet, uint32_t n);
void dawg_eq_listen_end(dawg_eq_listen *x);
static inline int dawg_eq_listen_idle(const dawg_eq_listen *x) { return x->level == 0 && x->way == 0; }

#endif
