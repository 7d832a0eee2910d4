/* SPDX-License-Identifier: MIT
 * lookahead.c - see lookahead.h. */
#include "lookahead.h"
#include <string.h>

#define BOXES DAWG_LOOKAHEAD_BOXES

size_t dawg_lookahead_size(uint32_t max_frames)
{
    return sizeof(int64_t) * (max_frames + BOXES) + sizeof(float) * DAWG_WINDOW_MAX_FLOATS(max_frames + 2u);
}

void dawg_lookahead_reset(dawg_lookahead *x, void *memory, uint32_t frames)
{
    int64_t *ring = memory;
    memset(ring, 0, sizeof(int64_t) * (frames + BOXES));
    double product = 0x1p30;
    for (uint32_t i = 0; i < BOXES; ++i) {
        /* n boxes in a row are as long as the sum of (length - 1), plus 1 */
        const uint32_t length = 1u + (frames + i) / BOXES;
        x->box[i] = (dawg_running_sum){.ring = ring, .length = length};
        ring += length;
        product *= (double)length;
    }
    x->scale = 1.0 / product;
    dawg_window_max_reset(&x->hold, (float *)(void *)ring, frames + 2u, -1.0f);
}
