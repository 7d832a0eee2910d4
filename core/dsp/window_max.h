/* SPDX-License-Identifier: MIT
 * window_max.h - the largest of the last `length` numbers, four comparisons for every new number, never more.
 *
 * Van Herk 1992, Gil and Werman 1993: a window is the end of one block, whole blocks, and the start of the running one,
 * so running maxima from both sides answer it. Their backward pass comes all at once; here blocks are half a window
 * long, and that pass over the last block is spread over the running one, so that no sample costs more than another. */
#ifndef DAWG_WINDOW_MAX_H
#define DAWG_WINDOW_MAX_H
#include "cold.h"
#include "maths.h"

#define DAWG_WINDOW_MAX_FLOATS(length) (3u * ((length) / 2u)) /* memory for windows up to this length */

typedef struct dawg_window_max {
    float *running, *last, *older; /* three blocks of half a window; older[j] = max of that block from j on */
    float running_max, last_max;
    uint32_t half, odd, at; /* length = 2 half + odd */
} dawg_window_max;

/* Sets the length (>= 1) and forgets: the window is full of `before`. memory: DAWG_WINDOW_MAX_FLOATS(length). */
DAWG_COLD void dawg_window_max_reset(dawg_window_max *w, float *memory, uint32_t length, float before);

static inline float dawg_window_max_next(dawg_window_max *w, float x)
{
    const uint32_t i = w->at, half = w->half;
    if (half == 0) return x;
    w->running[i] = x;
    w->running_max = i ? dawg_max(w->running_max, x) : x;
    const uint32_t back = half - 1u - i;
    if (i) w->last[back] = dawg_max(w->last[back], w->last[back + 1u]);
    const uint32_t from = i + 1u - w->odd; /* of the older block, numbers from here on are still in the window */
    float top = dawg_max(w->running_max, w->last_max);
    if (from < half) top = dawg_max(top, w->older[from]);
    if (i + 1u < half) {
        w->at = i + 1u;
    } else {
        float *const free_block = w->older;
        w->older = w->last;
        w->last = w->running;
        w->running = free_block;
        w->last_max = w->running_max;
        w->at = 0;
    }
    return top;
}

#endif
