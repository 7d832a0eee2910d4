/* SPDX-License-Identifier: MIT
 * runtime.h - runs any dawg_plugin: parameters and their ramps, events, control periods, input guard, bypass, mono,
 * sidechain, transport and meters, so that a plugin contains only its own sound.
 *
 * Threads: an instance belongs to one thread. Nothing here allocates; the caller gives the memory. */
#ifndef DAWG_RUNTIME_H
#define DAWG_RUNTIME_H
#include "params.h"

#define DAWG_EVENTS_MAX 256u    /* waiting events per instance; more are refused and counted */
#define DAWG_RATE_MIN 8000.0f   /* Hz */
#define DAWG_RATE_MAX 192000.0f /* Hz */

typedef struct dawg_instance dawg_instance;

extern const dawg_plugin *const dawg_plugins[]; /* in registry.h order */
extern const uint32_t dawg_plugin_count;
#if !defined(DAWG_LEAN)
const dawg_plugin *dawg_plugin_find(const char *key); /* NULL: no such key */
#endif

/* Bytes that an instance needs at this rate. 0: the rate is outside 8000..192000 Hz. */
size_t dawg_instance_size(const dawg_plugin *p, const dawg_setup *s);
/* mem: 16-byte aligned. NULL: too small, misaligned, or a bad rate. All parameters are at their defaults. */
dawg_instance *dawg_instance_init(void *mem, size_t size, const dawg_plugin *p, const dawg_setup *s);
/* As freshly made, but parameters keep their targets (which hold at once) and counters and the transport stay.
 * Forgets waiting events. The instance's frame count starts again at 0. */
void dawg_instance_reset(dawg_instance *x);

/* What became of a value. Out of range is clamped, NaN and unknown parameters are rejected; both are counted. */
typedef enum { DAWG_SET_OK, DAWG_SET_CLAMPED, DAWG_SET_REJECTED, DAWG_SET_QUEUE_FULL } dawg_set_result;

/* Takes effect at the next control edge (at once if none has run since a reset). */
dawg_set_result dawg_set(dawg_instance *x, uint32_t param, float plain);
/* Takes effect at the first control edge at or after `frame` (frames since init or reset) and gets there in
 * ramp_frames, or in the parameter's own smooth_ms if that is longer. Steps (int, enum, bool) do not ramp. */
dawg_set_result dawg_schedule(dawg_instance *x, uint64_t frame, uint32_t param, float plain, uint32_t ramp_frames);
float dawg_get(const dawg_instance *x, uint32_t param); /* the target; 0 for an unknown number */

/* Holds from the next control edge; the beat moves on from there while playing. The last call wins. */
void dawg_set_transport(dawg_instance *x, const dawg_transport *t);

/* Any number of frames. in_channels 0 = silence, 1 = mono (duplicated), 2 = stereo; side_channels likewise, where 0
 * means that no key is connected (latched at control edges). out[2] may alias in. */
void dawg_process(dawg_instance *x, const float *const *in, uint32_t in_channels, const float *const *side,
                  uint32_t side_channels, float *const *out, uint32_t frames);

const float *dawg_meters(const dawg_instance *x); /* one value per declared meter */
uint32_t dawg_latency(const dawg_instance *x);    /* samples, at the target values */
uint32_t dawg_tail(const dawg_instance *x);       /* samples, at the target values; DAWG_TAIL_FOREVER allowed */
uint64_t dawg_frame(const dawg_instance *x);      /* frames processed since init or reset */

/* Since init; a reset keeps them. */
typedef struct dawg_counters {
    uint32_t guarded;  /* input samples heard as 0: NaN, Inf, beyond DAWG_INPUT_MAX */
    uint32_t clamped;  /* values that were out of range */
    uint32_t rejected; /* NaN values and unknown parameters */
    uint32_t dropped;  /* events refused by a full queue */
    uint32_t faults;   /* periods in which the plugin made a non-finite sample: silenced and reset */
    uint32_t wishes;   /* parameters that the plugin moved itself (dawg_wish), each move; wraps around */
} dawg_counters;
const dawg_counters *dawg_get_counters(const dawg_instance *x);

#endif
