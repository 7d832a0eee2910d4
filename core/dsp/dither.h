/* SPDX-License-Identifier: MIT
 * dither.h - the last step of a master that becomes integers: triangular noise of two steps peak to peak, then rounding
 * to the nearest step. Mean and power of the error then do not depend on the signal (Lipshitz, Wannamaker, Vanderkooy
 * 1992, "Quantization and Dither: A Theoretical Survey", JAES 40(5)): white noise, half a step RMS, where rounding alone
 * distorts.
 *
 * The output lies on whole steps of 2^(1 - bits), under a ceiling and under full scale. Digital silence that lasts stays
 * silent: no noise after 20 ms of it, and then the noise begins anew from its seed. */
#ifndef DAWG_DITHER_H
#define DAWG_DITHER_H
#include "maths.h"
#include "noise.h"

#define DAWG_DITHER_SILENT_S 0.02

typedef struct dawg_dither {
    dawg_noise noise;
    uint64_t seed;
    uint32_t silent, silent_max; /* frames of digital silence so far, up to those after which it is quiet */
} dawg_dither;

static inline uint32_t dawg_dither_silent_frames(double rate) { return (uint32_t)(DAWG_DITHER_SILENT_S * rate + 0.5); }

static inline void dawg_dither_reset(dawg_dither *d, uint64_t seed, double rate)
{
    dawg_noise_seed(&d->noise, seed);
    d->seed = seed;
    d->silent_max = d->silent = dawg_dither_silent_frames(rate);
}

/* In steps: -1 < n < 1, triangular, from two halves of one number. */
static inline double dawg_dither_noise(dawg_noise *g)
{
    const uint32_t u = dawg_noise_u32(g);
    return ((double)(u & 0xffffu) + (double)(u >> 16) - 65535.0) * 0x1p-16;
}

/* One stereo frame, in place. bits: 2..24. ceiling >= 0. */
static inline void dawg_dither_frame(dawg_dither *d, uint32_t bits, float ceiling, float *l, float *r)
{
    if (*l != 0.0f || *r != 0.0f) d->silent = 0;
    else if (d->silent < d->silent_max) ++d->silent;
    if (d->silent == d->silent_max) {
        dawg_noise_seed(&d->noise, d->seed);
        return;
    }
    const double steps = (double)(1u << (bits - 1u)),
                 top = dawg_min_d(dawg_floor_d((double)ceiling * steps), steps - 1.0);
    float *const x[2] = {l, r};
    for (int c = 0; c < 2; ++c) {
        const double k = dawg_floor_d((double)*x[c] * steps + dawg_dither_noise(&d->noise) + 0.5);
        *x[c] = (float)(dawg_clamp_d(k, -top, top) / steps);
    }
}

#endif
