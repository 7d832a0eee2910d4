/* SPDX-License-Identifier: MIT
 * loudness_watch.h - the loudness of what goes into and comes out of a plugin, for the audio thread: the meter of
 * dsp/loudness.h, but its integrated reading, which looks through 9000 bins, is made in slices after each gating block.
 * A new programme begins when the caller says so, or by itself after 30 s of digital silence. */
#ifndef DAWG_LOUDNESS_WATCH_H
#define DAWG_LOUDNESS_WATCH_H
#include "dsp/loudness.h"

/* 220 kB: from the arena. */
typedef struct dawg_loudness_watch {
    dawg_loudness meter;
    uint64_t seen;  /* whole hops at the last look */
    uint32_t stage; /* of the reading under way, or of forgetting */
    uint32_t bin, integrates;
    double gate, sum; /* mean squares */
    uint64_t count;
    uint32_t silent;                          /* hops of digital silence, up to those that begin a new programme */
    double integrated, momentary, short_term; /* LUFS; DAWG_LOUDNESS_NONE */
} dawg_loudness_watch;

/* Stereo. integrates: 0 leaves the integrated reading out. */
void dawg_loudness_watch_reset(dawg_loudness_watch *w, double rate, uint32_t integrates);
/* Begins a new programme: what is integrated goes, in slices as well. */
void dawg_loudness_watch_forget(dawg_loudness_watch *w);
/* Any n, finite. */
void dawg_loudness_watch_process(dawg_loudness_watch *w, const float *const in[2], uint32_t n);
/* One slice, when a control period of 32 frames has ended; the readings follow within 20 periods of a gating block. */
void dawg_loudness_watch_work(dawg_loudness_watch *w);

#endif
