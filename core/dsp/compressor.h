/* SPDX-License-Identifier: MIT
 * compressor.h - from a key to gain reduction in dB: two lanes (left and right, mid and side), feed-forward.
 *
 *     key -> peak, or RMS of 10 ms -> dB -> gain curve -> link -> peak and release -> auto release -> attack -> transients
 *
 * Gain computer first, smoothing after it in dB: Giannoulis, Massberg, Reiss 2012 (gain_curve.h, envelope.h), so that the
 * static curve holds for every tone. Programme dependence: auto_release.h, crest.h. RMS reads a sine as its peak, so that
 * the threshold means the same with both.
 *
 * Transients: a second, 30 ms later attack follows the same goal; where it lags, that share of the reduction is not made
 * yet. An onset passes, and once the sound holds the reduction is what it would have been; the release is not touched.
 *
 * With a curve that lifts (upward compression), reduction is below 0 where the sound is lifted. All is smoothed alike: the
 * attack takes a lift away, the release brings it back, and silence rests at the most of it. */
#ifndef DAWG_COMPRESSOR_H
#define DAWG_COMPRESSOR_H
#include "cold.h"
#include "auto_release.h"
#include "crest.h"
#include "gain_curve.h"
#include "switch.h"

#define DAWG_COMPRESSOR_PERIOD_MAX 64u /* frames of a control period */

/* What is set. Numbers glide over the control period in which they are new; switches fade. */
typedef struct dawg_compressor_setting {
    dawg_gain_curve curve;
    float attack_ms, hold_ms, release_ms; /* envelope.h */
    float transients;                     /* 0..1: share of the later attack */
    float link; /* 0..1: share of the larger of both lanes' goals; 1: both bit for bit alike */
    uint32_t rms, auto_release, adaptive_attack;
} dawg_compressor_setting;

typedef struct dawg_compressor_lane {
    dawg_envelope envelope;
    double slow, late; /* followers of auto release and transients, dB */
    double power;      /* mean square */
} dawg_compressor_lane;

typedef struct dawg_compressor {
    uint32_t period, fresh;
    double rate, rms_follow, late_attack;
    dawg_compressor_setting from, to;
    float rest_db[2]; /* of silence, at both ends of the control period: 0 or less */
    dawg_envelope_times times;
    dawg_auto_release release;
    dawg_switch rms, auto_release;
    dawg_crest crest;
    dawg_compressor_lane lane[2];
} dawg_compressor;

/* period: frames of a control period, at most DAWG_COMPRESSOR_PERIOD_MAX. No reduction; the next plan fades nothing. */
DAWG_COLD void dawg_compressor_reset(dawg_compressor *x, uint32_t period, double rate);
/* At the start of each control period. About a microsecond when a time moved. */
void dawg_compressor_plan(dawg_compressor *x, const dawg_compressor_setting *to);
/* Frames at..at+n of the control period. reduction_db[2][n]: exactly 0 where there is none. True if both lanes have the
 * same bits. */
int dawg_compressor_run(dawg_compressor *x, uint32_t at, uint32_t n, const float *const key[2],
                        float *const reduction_db[2]);
/* When the control period ends. */
void dawg_compressor_end(dawg_compressor *x);

/* The deeper reduction of both lanes at the last frame, dB. */
float dawg_compressor_reduction_db(const dawg_compressor *x);

#endif
