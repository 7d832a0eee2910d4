/* SPDX-License-Identifier: MIT
 * ducker.h - what steps back while a key plays: the gain of ducking_delay.c's echoes.
 *
 *     key --+--> peak --> gain curve --> envelope --> gain, one for both channels so that their image stands still
 *           +--> a voice? --> threshold lower by 6 dB    (smart: analysis/voice_presence.h)
 *           +--> density --> release x0.5 to x1.5        (adaptive: dsp/density.h)
 *
 * Adaptive release is twice the density of the key, within 0.5 and 1.5: a key that sounds for half the time, as the peak
 * of it sees the ducker's onset, has the set release; one that sounds for a quarter of the time or less, half of it; for
 * three quarters and more, one and a half times. */
#ifndef DAWG_DUCKER_H
#define DAWG_DUCKER_H
#include "dsp/cold.h"
#include "analysis/voice_presence.h"
#include "dsp/density.h"
#include "dsp/envelope.h"
#include "dsp/gain_curve.h"
#include "plugin.h"

#define DAWG_DUCKER_SMART_DB 6.0f

typedef struct dawg_ducker_setting {
    float threshold_db, knee_db, range_db;
    float attack_ms, hold_ms, release_ms;
    uint32_t smart, adaptive;
} dawg_ducker_setting;

typedef struct dawg_ducker {
    float rate;
    uint32_t fresh;           /* no control period has begun since the reset */
    dawg_ducker_setting last; /* threshold and release as they act */
    dawg_gain_curve curve[2]; /* at both ends of the control period */
    float onset;              /* linear key level below which nothing is ducked */
    dawg_envelope_times times;
    dawg_envelope envelope;
    dawg_density density;
    uint32_t sounds; /* the key was over the onset in this control period */
    dawg_voice_presence voice;
} dawg_ducker;

DAWG_COLD void dawg_ducker_reset(dawg_ducker *x, float rate);
/* At the start of each control period. */
void dawg_ducker_plan(dawg_ducker *x, const dawg_ducker_setting *set);
/* The gain at frames at..at+n of the control period. */
void dawg_ducker_run(dawg_ducker *x, uint32_t at, uint32_t n, const float *const key[2], float *gain);
/* When the control period ends. */
void dawg_ducker_end(dawg_ducker *x);

/* At the end of the last control period: dB >= 0; 0..1, 0 unless smart; ms. */
static inline float dawg_ducker_reduction_db(const dawg_ducker *x) { return (float)x->envelope.y; }
static inline float dawg_ducker_voice(const dawg_ducker *x) { return x->last.smart ? x->voice.share : 0.0f; }
static inline float dawg_ducker_release_ms(const dawg_ducker *x) { return x->last.release_ms; }
#endif
