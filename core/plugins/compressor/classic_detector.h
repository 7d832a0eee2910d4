/* SPDX-License-Identifier: MIT
 * classic_detector.h - from a key to gain reduction in dB, as the models of classic_laws.h make it; two lanes.
 *
 *     key -> |x| in dB -> the model's curve -> link -> release, in up to three stages -> attack -> (lag) -> reduction
 *
 * The originals listen behind their gain cell. In dB such a loop, r' = (F(level - r) - r) / tau, is of first order and
 * rests where r is what the static curve says of the input, so it is computed from the input, in closed form: no sample
 * of delay in the loop, nothing to become unstable, any rate, and times that are those of the closed loop, as they were
 * published. One thing stays of the loop: while the output is under the threshold its detector hears nothing, so that
 * the release heads for no reduction at all until the curve catches it.
 *
 *     peak[n] = max(curve(level), release peak[n-1])
 *     slow[n] = peak + (rise or fall) (slow[n-1] - peak);  held = max(peak, share slow)
 *     y[n]    = held + attack (y[n-1] - held)
 *
 * Switches (classic_wiring) change by a cross-fade in 20 ms between two detectors, of which the new one starts from what
 * the other holds; numbers glide over the control period in which they are new. */
#ifndef DAWG_CLASSIC_DETECTOR_H
#define DAWG_CLASSIC_DETECTOR_H
#include "dsp/cold.h"
#include "dsp/switch.h"
#include "classic_laws.h"

#define CLASSIC_PERIOD_MAX 32u /* frames of a control period */

typedef struct classic_times {
    double attack, lag, release; /* share of the distance that is left after one frame */
    double share[CLASSIC_STAGES], rise[CLASSIC_STAGES], fall[CLASSIC_STAGES];
} classic_times;

typedef struct classic_lane { /* dB of reduction */
    double peak, slow[CLASSIC_STAGES], y, late;
} classic_lane;

typedef struct classic_voice {
    classic_wiring wiring;
    classic_law law; /* at the end of this control period */
    dawg_gain_curve from;
    classic_times times;
    classic_lane lane[2];
    uint32_t fresh;
} classic_voice;

typedef struct classic_detector {
    uint32_t period, fresh, current;
    double rate;
    classic_voice voice[2]; /* [current]: the one that stays */
    dawg_switch fade;       /* from the other to the current one */
    float link[2];          /* at both ends of the control period */
    float deepest;          /* reduction at the last frame, dB */
} classic_detector;

/* period: frames of a control period. No reduction; the next plan fades nothing. */
DAWG_COLD void classic_detector_reset(classic_detector *x, uint32_t period, double rate);
/* At the start of each control period. link: share of the larger of both lanes' goals; 1: both bit for bit alike. */
DAWG_COLD void classic_detector_plan(classic_detector *x, const classic_knobs *k, float link);
/* Frames at..at+n of the control period. reduction_db[2][n] >= 0: exactly 0 where there is none. True if both lanes have
 * the same bits. */
int classic_detector_run(classic_detector *x, uint32_t at, uint32_t n, const float *const key[2],
                         float *const reduction_db[2]);
/* When the control period ends. */
DAWG_COLD void classic_detector_end(classic_detector *x);
/* The colour of the model, or on the way from one to the next, `frame` frames into the control period. */
classic_colour classic_detector_colour(const classic_detector *x, uint32_t frame);

#endif
