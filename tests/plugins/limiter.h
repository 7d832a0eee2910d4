/* SPDX-License-Identifier: MIT
 * limiter.h - what the limiter's tests share: its parameters by number, a sound that is loud and awkward, a render. */
#ifndef DAWG_TEST_LIMITER_H
#define DAWG_TEST_LIMITER_H
#include "support/grid.h"
#include "support/registry.h"
#include "support/rig.h"
#include <math.h>

extern const dawg_plugin dawg_limiter;
enum {
    INPUT_DB,
    CEILING_DB,
    LOOKAHEAD_MS,
    RELEASE_MS,
    LINK,
    TRUE_PEAK,
    STYLE,
    AUTO_RELEASE,
    TRANSIENTS,
    TARGET_LUFS,
    UNITY_GAIN,
    DELTA,
    DITHER,
    N_PARAMS
};
enum { N_STYLES = 4 };
enum {
    GAIN_REDUCTION_DB,
    INPUT_PEAK_DB,
    OUTPUT_PEAK_DB,
    TRUE_PEAK_DBTP,
    MOMENTARY_LUFS,
    SHORT_TERM_LUFS,
    INTEGRATED_LUFS,
    SUGGESTED_DRIVE_DB
};
enum { LENGTH = 1 << 15 };

/* Loud and awkward: noise, full-scale squares, isolated samples, alternating bursts, steps, rests. Up to +12 dBFS. */
static inline void sound_awkward(sound s, uint64_t seed)
{
    dawg_noise g;
    dawg_noise_seed(&g, seed);
    for (uint32_t start = 0; start < s.n;) {
        const uint32_t length = 1 + pick(&g, 1500), kind = pick(&g, 6), period = 2 + pick(&g, 100);
        const float level = 4.0f * unit(&g);
        for (uint32_t i = start; i < s.n && i - start < length; ++i)
            for (uint32_t c = 0; c < 2; ++c) {
                const float r = dawg_noise_next(&g);
                s.ch[c][i] = level * (kind == 0   ? r
                                      : kind == 1 ? ((i % period) * 2 < period ? 1.0f : -1.0f)
                                      : kind == 2 ? (pick(&g, 200) == 0 ? r : 0.0f)
                                      : kind == 3 ? (i & 1 ? 1.0f : -1.0f)
                                      : kind == 4 ? (c ? 1.0f : -0.5f)
                                                  : 0.0f);
            }
        start += length;
    }
}

static inline void render(rig *r, sound in, sound out)
{
    const score s = {.in = in, .in_channels = 2};
    score_render(r, &s, 128, 0, out);
}

static inline double gain_of(double db) { return pow(10.0, db / 20.0); }

#endif
