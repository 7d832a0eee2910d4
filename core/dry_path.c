/* SPDX-License-Identifier: MIT
 * dry_path.c - see dry_path.h. */
#include "dry_path.h"
#include "dsp/maths.h"
#include <string.h>

void dawg_dry_path_layout(dawg_dry_path *x, dawg_arena *a, uint32_t latency_max)
{
    uint32_t size = DAWG_PERIOD;
    while (size < latency_max + DAWG_PERIOD) size *= 2u;
    for (int c = 0; c < 2; ++c) x->ring[c] = dawg_take(a, float, size);
    x->mask = size - 1u;
}

void dawg_dry_path_reset(dawg_dry_path *x, float sample_rate, uint32_t latency, int bypassed)
{
    for (int c = 0; c < 2; ++c) memset(x->ring[c], 0, sizeof(float) * (x->mask + 1u));
    x->at = 0;
    x->fade_frames = (uint32_t)(DAWG_BYPASS_MS * 0.001f * sample_rate + 0.5f);
    x->latency = x->old_latency = latency;
    x->latency_fade = x->fade_frames;
    x->pos = bypassed ? x->fade_frames : 0u;
}

void dawg_dry_path_set_latency(dawg_dry_path *x, uint32_t latency)
{
    if (latency == x->latency) return;
    x->old_latency = x->latency;
    x->latency = latency;
    x->latency_fade = 0;
}

/* 0 -> 1 as a raised cosine over fade_frames. */
static float fade_gain(const dawg_dry_path *x, uint32_t pos)
{
    return pos >= x->fade_frames ? 1.0f : 0.5f - 0.5f * dawg_cos(DAWG_PI_F * (float)pos / (float)x->fade_frames);
}

static void mix(const dawg_dry_path *x, const float *ring, uint32_t goal, float *out, uint32_t n)
{
    uint32_t pos = x->pos, latency_fade = x->latency_fade;
    for (uint32_t i = 0, at = x->at; i < n; ++i, ++at) {
        if (pos != goal) pos = pos < goal ? pos + 1u : pos - 1u;
        float dry = ring[(at - x->latency) & x->mask];
        if (latency_fade < x->fade_frames) {
            const float old = ring[(at - x->old_latency) & x->mask];
            dry = old + (dry - old) * fade_gain(x, ++latency_fade);
        }
        if (pos == x->fade_frames) out[i] = dry;
        else if (pos) out[i] += (dry - out[i]) * fade_gain(x, pos);
    }
}

void dawg_dry_path_process(dawg_dry_path *x, int bypassed, float in[2][DAWG_PERIOD], float *const *out, uint32_t n)
{
    const uint32_t goal = bypassed ? x->fade_frames : 0u;
    for (uint32_t c = 0; c < 2; ++c) {
        /* The ring's length is a multiple of the period and blocks never cross one, so a block never wraps. */
        memcpy(x->ring[c] + (x->at & x->mask), in[c], sizeof(float) * n);
        if (x->pos || goal) mix(x, x->ring[c], goal, out[c], n);
    }
    x->at += n;
    if (x->pos < goal) x->pos = x->pos + n < goal ? x->pos + n : goal;
    else x->pos = x->pos > goal + n ? x->pos - n : goal;
    if (x->latency_fade < x->fade_frames) x->latency_fade += n;
}
