/* SPDX-License-Identifier: MIT
 * sibilance.h - hears "s" and "sh" while they sound, and says how far to turn them down: two lanes (left and right, mid
 * and side), a de-esser's detector.
 *
 *     key -+-> freq/sqrt(3) .. freq sqrt(3) -> power, 1.5 ms ----------+
 *          +-> above 200 Hz -> power, 1.5 ms -> falls in 10 ms --------+-> ratio, dB -> curve -> link -> envelope.h
 *
 * Relative: the level is that of the sibilant band over that of the whole sound, which in a vowel is -20 dB or less and in
 * a sibilant near 0 dB, however loud the voice is. The whole is remembered for 10 ms, so that the high partials of a glottal
 * pulse are weighed against that pulse and not against the gap after it; below 200 Hz, rumble and hum tell nothing.
 * What is 30 dB below the loudest of late, which fades by 2 dB/s, counts by half, what is 50 dB below it for nothing: hiss
 * between words is no sibilant.
 * Absolute: the level is that of the sibilant band in dBFS, a sine reading its peak.
 *
 * The curve is a ducker's (gain_curve.h): the whole range from the threshold on, in a soft knee that begins
 * DAWG_SIBILANCE_KNEE_DB below it.
 *
 * Tracking: the root mean square frequency of the band in sibilants, from the power of its first difference,
 * 4 sin^2(pi f / rate) of its own; half an octave up or down from freq_hz, at most. */
#ifndef DAWG_SIBILANCE_H
#define DAWG_SIBILANCE_H
#include "cold.h"
#include "envelope.h"
#include "gain_curve.h"
#include "svf.h"
#include "switch.h"

#define DAWG_SIBILANCE_PERIOD_MAX 64u /* frames of a control period */
#define DAWG_SIBILANCE_KNEE_DB 6.0f
#define DAWG_SIBILANCE_HZ_MIN 5000.0f
#define DAWG_SIBILANCE_HZ_MAX 12000.0f

/* What is set. Numbers glide over the control period in which they are new; switches fade. */
typedef struct dawg_sibilance_setting {
    float freq_hz;                        /* the middle of the band, DAWG_SIBILANCE_HZ_MIN..MAX */
    float threshold_db;                   /* of the level from which the reduction is the whole range */
    float range_db;                       /* >= 0: the reduction of a sibilant */
    float attack_ms, hold_ms, release_ms; /* envelope.h */
    float link;        /* 0..1: share of the louder lane's reduction in both; 1: both bit for bit alike */
    uint32_t absolute; /* the level is in dBFS; else relative */
    uint32_t tracking; /* the centre follows the sibilants */
} dawg_sibilance_setting;

/* Followers of power. */
typedef struct dawg_sibilance_ear {
    double band, full, late; /* late: full, falling slower */
    double loudest;
} dawg_sibilance_ear;

enum { DAWG_SIBILANCE_BAND_SECTIONS = 3 };

typedef struct dawg_sibilance {
    uint32_t period, fresh;
    double rate, follow, fall, fade, forget;
    dawg_sibilance_setting from, to;
    dawg_gain_curve curve[2]; /* at both ends of the control period */
    dawg_envelope_times times;
    dawg_switch absolute, tracking;
    dawg_svf_run whole, band[DAWG_SIBILANCE_BAND_SECTIONS];
    dawg_svf_state whole_state, band_state[DAWG_SIBILANCE_BAND_SECTIONS];
    dawg_sibilance_ear ear[3]; /* one lane, the other, the louder of both */
    dawg_envelope lane[2];
    dawg_d2 last;    /* frame of the band */
    double power[2]; /* of the band and of its difference, in this control period */
    double heard[2]; /* the same, of late, in sibilants */
    double angle;    /* pi f / rate of the sibilants; 0: none heard yet */
    double centre_hz;
    float level_db; /* of the louder lane, at the last frame */
} dawg_sibilance;

/* period: frames of a control period, at most DAWG_SIBILANCE_PERIOD_MAX. No reduction; the next plan fades nothing. */
DAWG_COLD void dawg_sibilance_reset(dawg_sibilance *x, uint32_t period, double rate);
/* At the start of each control period. About a microsecond when a time or the frequency moved. */
void dawg_sibilance_plan(dawg_sibilance *x, const dawg_sibilance_setting *to);
/* Frames at..at+n of the control period. reduction_db[2][n] >= 0: exactly 0 where there is none; band[2][n]: what the
 * detector hears. True if both lanes' reductions have the same bits. */
int dawg_sibilance_run(dawg_sibilance *x, uint32_t at, uint32_t n, const float *const key[2],
                       float *const reduction_db[2], float *const band[2]);
/* When the control period ends. */
void dawg_sibilance_end(dawg_sibilance *x);

/* The deeper reduction of both lanes at the last frame, dB. */
float dawg_sibilance_reduction_db(const dawg_sibilance *x);
/* The middle of the sibilants at the end of the control period: freq_hz, or what tracking found. */
static inline double dawg_sibilance_centre_hz(const dawg_sibilance *x) { return x->centre_hz; }
/* What the threshold is compared with, at the last frame, of the louder lane: relative or dBFS, as is set. */
static inline float dawg_sibilance_level_db(const dawg_sibilance *x) { return x->level_db; }

/* The reduction of a steady tone of full scale at f_hz, dB. */
DAWG_COLD float dawg_sibilance_of_tone_db(const dawg_sibilance_setting *set, double rate, double f_hz);
/* The filters of the band, in series: what is heard of the detector. */
DAWG_COLD void dawg_sibilance_band(double freq_hz, double rate, dawg_svf sections[DAWG_SIBILANCE_BAND_SECTIONS]);

#endif
