/* SPDX-License-Identifier: MIT
 * shaper.c - see shaper.h. */
#include "shaper.h"

/* Gaussian noise of RMS s comes out of tanh with RMS s (1 + 4 s^2)^(-1/4), within 2 % up to s = 1. */
#define NOISE_RMS 0.126f /* of noise at -18 LUFS, nearly */

dawg_shaper dawg_shaper_design(float drive_db, float odd, float even)
{
    const float drive = dawg_db_to_gain(drive_db), s = NOISE_RMS * drive / DAWG_SHAPER_KNEE;
    const float left = 1.0f / __builtin_sqrtf(__builtin_sqrtf(1.0f + 4.0f * s * s));
    return (dawg_shaper){.drive = drive, .odd = odd, .even = even, .makeup = 1.0f / (1.0f - odd * (1.0f - left))};
}

static inline __attribute__((always_inline)) float added(float x, float in, float odd, float even, float rest,
                                                         float out)
{
    x = dawg_flush(x); /* or its square is a denormal number */
    const float u = in * x, t = dawg_tanh(u);
    return rest * x + out * (odd * (t - u) + even * (t * t));
}

void dawg_shaper_added(const dawg_shaper *from, const dawg_shaper *to, uint32_t at, uint32_t period, float *x,
                       uint32_t frames, uint32_t factor)
{
    const int still = from->drive == to->drive && from->odd == to->odd && from->even == to->even;
    const float step = 1.0f / (float)(int32_t)period;
    const uint32_t run = still ? frames * factor : factor;
    for (uint32_t done = 0, i = 0; done < frames * factor; done += run, ++i) {
        const float w = still ? 0.0f : (float)(int32_t)(at + i) * step;
        const float drive = from->drive + (to->drive - from->drive) * w, in = drive * (1.0f / DAWG_SHAPER_KNEE);
        const float makeup = from->makeup + (to->makeup - from->makeup) * w, out = makeup / in, rest = makeup - 1.0f;
        const float odd = from->odd + (to->odd - from->odd) * w;
        const float even = DAWG_SHAPER_EVEN * (from->even + (to->even - from->even) * w);
        float *const y = x + done;
        for (uint32_t j = 0; j < run; ++j) y[j] = added(y[j], in, odd, even, rest, out);
    }
}
