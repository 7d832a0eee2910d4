/* SPDX-License-Identifier: MIT
 * harmonics.h - the harmonic stage of the vintage plugins, stereo: tube and transformer (shaper.h), oversampled, added
 * to a sound that itself is only delayed.
 *
 *     sound -- held back --> 4x or 8x -> tube: what it adds --(+)-> DC blocker -> x amount --(+)--> out
 *       +------ delay ---+-> transformer: what it adds -------+                              |
 *                        +-------------------------------------------------------------------+
 *
 * The caller keeps the sound in a delay of its own, DAWG_HARMONICS_LATENCY long in both qualities, so that latency
 * never changes. With `amount` 0 the stage rests and forgets. A change of quality steps back for 10 ms, exchanges the
 * oversampler, and comes again. */
#ifndef DAWG_HARMONICS_H
#define DAWG_HARMONICS_H
#include "cold.h"
#include "oversample.h"
#include "shaper.h"

#define DAWG_HARMONICS_LATENCY 59u /* samples: 8x HQ; 4x eco has its input held back */
#define DAWG_HARMONICS_DC_HZ 8.0   /* of the blocker, -3 dB */
#define DAWG_HARMONICS_FADE_S 0.010

typedef struct dawg_harmonics_knobs {
    float amount, drive_db, even, odd, core; /* shares 0..1, drive >= 0 */
} dawg_harmonics_knobs;

/* Signal state of one channel; all zero bytes is silence. */
typedef struct dawg_harmonics_state {
    dawg_oversampler oversampler;
    dawg_core core;
    double offset; /* slow mean of what is added */
} dawg_harmonics_state;

typedef struct dawg_harmonics_end { /* what holds at an edge of a control period */
    dawg_shaper tube;
    float core_drive, core, amount;
} dawg_harmonics_end;

typedef struct dawg_harmonics {
    dawg_oversampler_design design[2]; /* 4x eco, 8x HQ */
    dawg_harmonics_state *state;       /* [2], the caller's */
    dawg_harmonics_end from, to;
    uint32_t heard, used, quality, fresh; /* used: the state is not silence */
    uint32_t level, fade_frames, period;  /* frames of the fade-in that have run */
    int32_t way;                          /* of the fade in this control period: 1, 0, -1 */
    float core_pole;
    double offset_pole;
} dawg_harmonics;

/* period: frames of a control period, at most 32. The next plan is the first. */
DAWG_COLD void dawg_harmonics_reset(dawg_harmonics *x, dawg_harmonics_state *state, uint32_t period, double rate);
/* At the start of each control period. quality: 0 eco, 1 HQ. */
void dawg_harmonics_plan(dawg_harmonics *x, uint32_t quality, const dawg_harmonics_knobs *from,
                         const dawg_harmonics_knobs *to);
static inline int dawg_harmonics_heard(const dawg_harmonics *x) { return x->heard != 0; }
/* How many frames the sound that goes in is to lag behind now. */
static inline uint32_t dawg_harmonics_held_back(const dawg_harmonics *x)
{
    return DAWG_HARMONICS_LATENCY - x->design[x->quality].latency;
}
/* One channel, frames at..at+n of the control period; while it is heard. in: held back; io: the sound, delayed. */
void dawg_harmonics_run(dawg_harmonics *x, uint32_t channel, uint32_t at, const float *in, float *io, uint32_t n);
void dawg_harmonics_end_period(dawg_harmonics *x);

/* What a quiet tone hears of it: a gain of 1 + this through the blocker. */
DAWG_COLD double dawg_harmonics_quiet(const dawg_harmonics_knobs *k);
/* Samples until what it added has left the blocker and the core. level: gain of what follows; loud: RMS of the sound
 * before it stopped, or of its bass per equal bandwidth, whichever is more (full-scale white noise: 0.58). */
DAWG_COLD double dawg_harmonics_tail(const dawg_harmonics_knobs *k, double level, double loud, double rate);

#endif
