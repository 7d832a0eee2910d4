/* SPDX-License-Identifier: MIT
 * window_max.c - see window_max.h. */
#include "window_max.h"

void dawg_window_max_reset(dawg_window_max *w, float *memory, uint32_t length, float before)
{
    const uint32_t half = length / 2u;
    *w = (dawg_window_max){.running = memory,
                           .last = memory + half,
                           .older = memory + 2u * half,
                           .running_max = before,
                           .last_max = before,
                           .half = half,
                           .odd = length & 1u};
    for (uint32_t i = 0; i < 3u * half; ++i) memory[i] = before;
}
