/* SPDX-License-Identifier: MIT
 * lookahead_tap.c - see lookahead_tap.h. */
#include "lookahead_tap.h"

#define PERIOD_MAX 64u

void dawg_lookahead_tap_read(const dawg_lookahead_tap *x, const dawg_delay line[2], uint32_t at, uint32_t n,
                             float *const out[2])
{
    float next[PERIOD_MAX];
    for (int c = 0; c < 2; ++c) {
        dawg_delay_read(&line[c], out[c], n, x->frames[0] + n);
        if (dawg_switch_off(&x->fade)) continue;
        dawg_delay_read(&line[c], next, n, x->frames[1] + n);
        for (uint32_t i = 0; i < n; ++i) {
            const float w = dawg_switch_at(&x->fade, at + i);
            out[c][i] = w < 1.0f ? out[c][i] + w * (next[i] - out[c][i]) : next[i];
        }
    }
}
