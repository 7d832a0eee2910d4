/* SPDX-License-Identifier: MIT
 * vocal_stages.h - what vocal_compressor.c does to a voice after it is compressed, each stage in its own band:
 *
 *     x -> breath (all of it, between phrases) -> proximity (lows) -> de-ess (sibilants) -> presence (bell) -> air (shelf)
 *
 * The first three listen to the dry sound, so that nothing they do depends on the compressor; a voice is taken to be in
 * the middle: what is tracked is (left + right) / 2. Where a stage works is a matter of the voice. */
#ifndef DAWG_VOCAL_STAGES_H
#define DAWG_VOCAL_STAGES_H
#include "dsp/cold.h"
#include "analysis/fundamental.h"
#include "analysis/voice_type.h"
#include "dsp/breath.h"
#include "dsp/dynamic_shelf.h"
#include "dsp/eq_band.h"
#include "dsp/proximity.h"
#include "dsp/sibilance.h"

typedef enum { DAWG_VOCAL_AUTO, DAWG_VOCAL_MALE, DAWG_VOCAL_FEMALE, DAWG_VOCAL_RAP, DAWG_VOCAL_SUNG } dawg_vocal_voice;
enum { DAWG_VOCAL_PROXIMITY, DAWG_VOCAL_PRESENCE, DAWG_VOCAL_DE_ESS, DAWG_VOCAL_PLACES };
enum { DAWG_VOCAL_BANDS = 2 }; /* presence, air */

/* dB >= 0; 0 is off, out of the path. */
typedef struct dawg_vocal_setting {
    float proximity_db, de_ess_db, breath_db, presence_db, air_db;
} dawg_vocal_setting;

typedef struct dawg_vocal_stages {
    dawg_fundamental fundamental;
    dawg_voice_type type;
    dawg_breath breath;
    dawg_proximity proximity;
    dawg_sibilance sibilance;
    dawg_dynamic_shelf shelf;
    uint32_t de_esses; /* it is in the path */
    dawg_eq_band band[DAWG_VOCAL_BANDS];
    /* frequencies of the stages: at both ends of the control period, and the ends of the glide */
    double hz[2][DAWG_VOCAL_PLACES], glide[2][DAWG_VOCAL_PLACES];
    uint32_t glide_periods, glided, fresh;
    double breath_share[2];
    float breath_gain[2]; /* at both ends of the control period */
    float rate;
} dawg_vocal_stages;

DAWG_COLD void dawg_vocal_stages_reset(dawg_vocal_stages *x, float rate);
/* At the start of each control period. */
void dawg_vocal_stages_plan(dawg_vocal_stages *x, dawg_vocal_voice voice, const dawg_vocal_setting *from,
                            const dawg_vocal_setting *to);
/* Frames at..at+n of the control period: listens to dry, works on io; a stage that takes off nothing leaves
 * every bit as it is. */
void dawg_vocal_stages_run(dawg_vocal_stages *x, uint32_t at, uint32_t n, const float *const dry[2], dawg_d2 *io);
/* When the control period ends. */
void dawg_vocal_stages_end(dawg_vocal_stages *x);

/* What a stage takes off at the end of the control period, dB >= 0. */
static inline float dawg_vocal_proximity_db(const dawg_vocal_stages *x) { return dawg_abs((float)x->proximity.to_db); }
static inline float dawg_vocal_breath_db(const dawg_vocal_stages *x)
{
    return dawg_abs(dawg_gain_to_db(x->breath_gain[1]));
}
static inline float dawg_vocal_de_ess_db(const dawg_vocal_stages *x)
{
    return x->de_esses ? dawg_sibilance_reduction_db(&x->sibilance) : 0.0f;
}

/* The sections that ring at these settings, at most DAWG_VOCAL_SECTIONS; how many. */
#define DAWG_VOCAL_SECTIONS 6u
DAWG_COLD uint32_t dawg_vocal_sections(dawg_vocal_voice voice, const dawg_vocal_setting *set, double rate,
                                       dawg_svf sections[DAWG_VOCAL_SECTIONS]);

#endif
