/* SPDX-License-Identifier: MIT
 * dry_path.h - bypass: keeps the guarded input and, while bypass is on, hears it instead of the plugin, delayed by the
 * plugin's latency. Switching is a raised cosine, computed per sample; settled, it is the input bit for bit. A change
 * of latency cross-fades in the same way. */
#ifndef DAWG_DRY_PATH_H
#define DAWG_DRY_PATH_H
#include "plugin.h"

#define DAWG_BYPASS_MS 20.0f /* length of every fade here */

typedef struct dawg_dry_path {
    float *ring[2];
    uint32_t mask, at;
    uint32_t latency, old_latency, latency_fade; /* latency_fade: frames into the fade, fade_frames when settled */
    uint32_t fade_frames, pos;                   /* pos: 0 = plugin, fade_frames = input */
} dawg_dry_path;

void dawg_dry_path_layout(dawg_dry_path *x, dawg_arena *a, uint32_t latency_max);
void dawg_dry_path_reset(dawg_dry_path *x, float sample_rate, uint32_t latency, int bypassed);

static inline int dawg_dry_path_settled(const dawg_dry_path *x) { return x->latency_fade >= x->fade_frames; }
/* Starts the fade to a new latency; call only when settled. */
void dawg_dry_path_set_latency(dawg_dry_path *x, uint32_t latency);

/* n frames that do not cross a control edge: stores in, and mixes it over out where it is to be heard. */
void dawg_dry_path_process(dawg_dry_path *x, int bypassed, float in[2][DAWG_PERIOD], float *const *out, uint32_t n);

#endif
