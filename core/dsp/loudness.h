/* SPDX-License-Identifier: MIT
 * loudness.h - the loudness meter: K-weighting, mean squares over sliding windows, gates. ITU-R BS.1770-5 annex 1
 * (integrated), EBU Tech 3341 v4 (momentary 400 ms, short-term 3 s), EBU Tech 3342 (loudness range).
 *
 * Time is cut into hops of 10 ms that end on fixed frames of the programme, so readings do not depend on the chunks in
 * which it arrives, and a 400 ms tone is read whole wherever it starts (Tech 3341 cases 13 and 14). Gating blocks of
 * 400 ms are taken every 100 ms, short-term values for the range every second (the 2 s overlap of Tech 3342 v2; since
 * v3 it asks for 2.9 s). Time before the first frame counts as silence in the momentary and short-term readings; the
 * gates see whole windows only.
 *
 * Any length of programme in fixed memory: gated values go to bins of 0.01 LU with exact sums, so that the means are
 * exact, and only a gate's edge and the range's percentiles are read to 0.01 LU. */
#ifndef DAWG_LOUDNESS_H
#define DAWG_LOUDNESS_H
#include "cold.h"
#include "k_weighting.h"

#define DAWG_LOUDNESS_CHANNELS 5u
#define DAWG_LOUDNESS_NONE (-200.0) /* LUFS or LU: nothing that this reading could be made of */
#define DAWG_LOUDNESS_HOPS 300u     /* of 10 ms: the short-term window */
#define DAWG_LOUDNESS_BINS 9000u    /* -70..+20 LUFS; what is louder shares the top bin */

typedef struct dawg_loudness_histogram {
    double power[DAWG_LOUDNESS_BINS]; /* sum of the mean squares counted in each bin */
    uint32_t count[DAWG_LOUDNESS_BINS];
} dawg_loudness_histogram;

/* The gates themselves, for who keeps powers by other rules: K-weighted mean squares summed over channels go in, those
 * below -70 LUFS are left out. DAWG_LOUDNESS_NONE where nothing lies above that gate. */
DAWG_COLD double dawg_loudness_lufs(double power);
DAWG_COLD void dawg_loudness_count(dawg_loudness_histogram *h, double power);
DAWG_COLD double dawg_loudness_gated(const dawg_loudness_histogram *blocks); /* LUFS: of blocks of 400 ms, BS.1770-5 */
DAWG_COLD double dawg_loudness_spread(const dawg_loudness_histogram *windows); /* LU: of windows of 3 s, Tech 3342 */

/* 220 kB: keep it off the stack. */
typedef struct dawg_loudness {
    dawg_k_weighting weighting;
    double rate;
    uint32_t channels;
    uint64_t frame, hop, hop_end; /* frames and whole hops so far; the frame at which the hop under way ends */
    dawg_k_weighting_state state[DAWG_LOUDNESS_CHANNELS];
    double hop_power[DAWG_LOUDNESS_CHANNELS];                    /* sum of squares in the hop under way */
    double hops[DAWG_LOUDNESS_HOPS];                             /* ring: weighted sums of squares over channels */
    double momentary, short_term, momentary_max, short_term_max; /* mean squares */
    dawg_loudness_histogram blocks, windows;                     /* of 400 ms; of 3 s */
} dawg_loudness;

/* rate: 8000..192000 Hz. channels: 1..5, the first of L, R, C, Ls, Rs (the surrounds weigh 1.41); one is mono and
 * counts once. */
DAWG_COLD void dawg_loudness_init(dawg_loudness *m, double rate, uint32_t channels);
DAWG_COLD void dawg_loudness_reset(dawg_loudness *m);
void dawg_loudness_process(dawg_loudness *m, const float *const *in, uint32_t n); /* in[channels][n], finite */

/* LUFS, as of the last hop; DAWG_LOUDNESS_NONE for digital silence. */
double dawg_loudness_momentary(const dawg_loudness *m);
double dawg_loudness_short_term(const dawg_loudness *m);
DAWG_COLD double dawg_loudness_momentary_max(const dawg_loudness *m);
DAWG_COLD double dawg_loudness_short_term_max(const dawg_loudness *m);
/* Of the programme so far; DAWG_LOUDNESS_NONE when no window lies above the -70 LUFS gate. */
DAWG_COLD double dawg_loudness_integrated(const dawg_loudness *m); /* LUFS */
DAWG_COLD double dawg_loudness_range(const dawg_loudness *m);      /* LU */

#endif
