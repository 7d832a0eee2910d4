/* SPDX-License-Identifier: MIT
 * guard.h - what counts as audio: NaN, infinities and anything beyond +80 dBFS are heard as 0 and counted (sound REQ
 * E-6). */
#ifndef DAWG_GUARD_H
#define DAWG_GUARD_H
#include "maths.h"
#include <float.h>

#define DAWG_INPUT_MAX 1e4f /* +80 dBFS */

static inline int dawg_is_audio(float x) { return dawg_abs(x) <= DAWG_INPUT_MAX; } /* false for NaN */

/* Copies n samples; what is no audio becomes 0. Denormals do too, uncounted: a dry path would compute with them, and
 * wasm cannot flush (sound REQ E-5). Returns how many were no audio. */
static inline uint32_t dawg_guard(float *to, const float *from, uint32_t n)
{
    uint32_t bad = 0;
    for (uint32_t i = 0; i < n; ++i) {
        const float a = dawg_abs(from[i]);
        const int ok = dawg_is_audio(from[i]), tiny = a < FLT_MIN && a > 0.0f;
        to[i] = ok && !tiny ? from[i] : 0.0f;
        bad += (uint32_t)!ok;
    }
    return bad;
}

#endif
