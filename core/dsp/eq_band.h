/* SPDX-License-Identifier: MIT
 * eq_band.h - bands of an equalizer in series, stereo, in double: each moves without zipper noise, changes its type, slope
 * and placement and goes in and out of the path in a cross-fade, and is out of the path altogether at exactly 0 dB.
 *
 *     x -> band 1 -> band 2 -> ... -> y        band: x + fade_a (H_a x - x) + fade_b (H_b x - x)
 *
 * H_a and H_b are two voices of one to eight sections: the current kind and, for the length of a fade, the one before.
 * Coefficients are designed at control edges and interpolated per sample between them (svf.h); bands that stand still
 * run side by side. */
#ifndef DAWG_EQ_BAND_H
#define DAWG_EQ_BAND_H
#include "cold.h"
#include "eq_placement.h"
#include "eq_prototype.h"

#define DAWG_EQ_FADE_S 0.020  /* on, off, change of kind; rounded to control periods */
#define DAWG_EQ_BANDS_MAX 16u /* in one series */
#define DAWG_EQ_RING_MAX 128u /* sections in one series */

/* What cross-fades when it changes. */
typedef struct dawg_eq_kind {
    dawg_eq_type type;
    dawg_eq_slope slope;
    dawg_eq_placement placement;
} dawg_eq_kind;

typedef struct dawg_eq_voice_section {
    dawg_svf from, to;
    dawg_svf_run run;
    dawg_svf_state state;
} dawg_eq_voice_section;

typedef struct dawg_eq_voice {
    dawg_eq_kind kind;
    uint32_t sections;
    uint32_t level;           /* frames of the fade-in that have run: 0 is silent */
    int32_t way;              /* of the fade in this control period: 1, 0, -1 */
    uint32_t stale;           /* `to` is not what the knobs last said */
    uint32_t moving, neutral; /* in this control period: from and to differ; exactly 0 dB at both ends */
    dawg_eq_voice_section section[DAWG_EQ_SECTIONS];
} dawg_eq_voice;

/* 2.9 kB, 16-byte aligned. */
typedef struct dawg_eq_band {
    dawg_eq_voice voice[2];
    uint32_t current, fresh;
    uint32_t period, fade_frames;
    double rate;
} dawg_eq_band;

/* period: frames of a control period. The next plan is the first: it fades nothing. */
DAWG_COLD void dawg_eq_band_reset(dawg_eq_band *b, uint32_t period, double rate);
/* At the start of each control period; type and slope are those of `to`. A change of kind waits while an earlier one
 * still fades. */
void dawg_eq_band_plan(dawg_eq_band *b, int on, dawg_eq_placement placement, const dawg_eq_shape *from,
                       const dawg_eq_shape *to);
/* Frames at..at+n of the control period, in place; at most 16 bands. */
void dawg_eq_bands_run(dawg_eq_band *bands, uint32_t n_bands, uint32_t at, dawg_d2 *x, uint32_t n);
/* Not one band is heard in this control period: run would leave every bit as it is. */
int dawg_eq_bands_idle(const dawg_eq_band *bands, uint32_t n_bands);
/* Nothing fades or moves in this control period: the same plan again would change nothing. */
int dawg_eq_band_rests(const dawg_eq_band *b);
/* When the control period ends. */
void dawg_eq_band_end(dawg_eq_band *b);

/* Samples that sections in series ring on after full-scale white noise has stopped, until they stay below -120 dBFS;
 * gain: what follows them. At most twice as long as it takes, and never too short. At most 144 sections. */
DAWG_COLD double dawg_eq_tail(const dawg_svf *sections, uint32_t n, double gain);

#endif
