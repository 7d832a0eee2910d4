/* SPDX-License-Identifier: MIT
 * loop_tail.h - how long a feedback delay rings after its input has stopped. */
#ifndef DAWG_LOOP_TAIL_H
#define DAWG_LOOP_TAIL_H
#include "cold.h"
#include "svf.h"

typedef struct dawg_loop {
    double frames;        /* of the longest turn, without the filters */
    double feedback;      /* gain of a turn, without the filters */
    double level;         /* of the first echo, heard, for a full-scale input */
    const dawg_svf *cuts; /* filters in the loop; they never boost */
    uint32_t n_cuts;
} dawg_loop;

/* Frames until what is heard stays under -120 dBFS; UINT32_MAX: never, or longer than it can say. */
DAWG_COLD uint32_t dawg_loop_tail(const dawg_loop *loop, double rate);
#endif
