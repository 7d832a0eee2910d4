/* SPDX-License-Identifier: MIT
 * dynamics.h - loudness and crest factors of the last 10 s of stereo sound, exact over a ring of blocks of 100 ms.
 *
 *     left, right -> K-weighting -> mean square of the block
 *                 -> at 150 Hz, 1 kHz, 5 kHz: low-pass | high-pass -> next -> peak and mean square of four bands
 *
 * Loudness: BS.1770-5 (integrated: blocks of 400 ms every 100 ms, gated at -70 LUFS and -10 LU), Tech 3342 (range:
 * windows of 3 s every 100 ms), with the gates of dsp/loudness.h. Crest factor: the largest sample of either channel
 * over the root of both channels' mean square, in bands parted by Butterworth sections of 12 dB per octave; it is at
 * least 0 dB. Blocks end at multiples of 100 ms from the first frame after reset. */
#ifndef DAWG_DYNAMICS_H
#define DAWG_DYNAMICS_H
#include "dsp/k_weighting.h"
#include "dsp/loudness.h"

#define DAWG_DYNAMICS_BANDS 4u    /* below 150 Hz, to 1 kHz, to 5 kHz, above */
#define DAWG_DYNAMICS_BLOCKS 100u /* of 100 ms */

typedef struct dawg_dynamics_gauge { /* squares, by channel: sum, largest */
    dawg_d2 energy, peak;
} dawg_dynamics_gauge;

typedef struct dawg_dynamics_block {
    double loud;                        /* sum of squares, K-weighted */
    double energy[DAWG_DYNAMICS_BANDS]; /* sum of squares of both channels */
    double peak[DAWG_DYNAMICS_BANDS];   /* largest square */
    uint32_t frames;
} dawg_dynamics_block;

/* 120 kB: keep it off the stack. */
typedef struct dawg_dynamics {
    double rate;
    dawg_svf_run weighting[2]; /* K: its two sections, in a structure that runs in stereo */
    dawg_svf_state weighted[2];
    dawg_svf_run high[DAWG_DYNAMICS_BANDS - 1];
    dawg_svf_state state[DAWG_DYNAMICS_BANDS - 1];
    uint32_t parts; /* that lie below rate / 2: bands less one */
    uint64_t frame, block, block_end;
    dawg_d2 loud; /* of the block under way, by channel: sums of squares, K-weighted; */
    dawg_dynamics_gauge now[DAWG_DYNAMICS_BANDS];
    dawg_dynamics_block ring[DAWG_DYNAMICS_BLOCKS]; /* block b lies at b % BLOCKS */
    dawg_loudness_histogram gate;                   /* while reading */
} dawg_dynamics;

typedef struct dawg_dynamics_report {
    double integrated_lufs;               /* DAWG_LOUDNESS_NONE: less than 400 ms, or nothing above -70 LUFS */
    double short_term_lufs;               /* of the last 3 s, of all there is before; DAWG_LOUDNESS_NONE: silence */
    double range_lu;                      /* 0 before 3 s */
    double crest_db[DAWG_DYNAMICS_BANDS]; /* 0: silence (below -120 dBFS), or above rate / 2 */
} dawg_dynamics_report;

void dawg_dynamics_init(dawg_dynamics *d, double rate); /* 8000..192000 Hz */
void dawg_dynamics_reset(dawg_dynamics *d);
void dawg_dynamics_process(dawg_dynamics *d, const float *left, const float *right, uint32_t n); /* finite */
/* Of whole blocks. */
void dawg_dynamics_read(dawg_dynamics *d, dawg_dynamics_report *report);

#endif
