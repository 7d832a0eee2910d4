/* SPDX-License-Identifier: MIT
 * suggestion.h - what a correction curve (analysis/curve_vote.h) becomes in an equalizer: plain values of its
 * parameters, and for each band the numbers that say why.
 *
 *   curve -> within max_gain_db, neighbours 6 dB apart at most -+-> 32 fixed bands: their gains -----------+-> x strength
 *                                                              +-> bands with frequency and Q: fitted -----+
 *                                                                  (analysis/band_fit.h) over free ones
 *
 * A band is free that is off, or at 0 dB and without dynamics, or that an earlier suggestion has set; what a hand has
 * set stays. Parameters are found in the plugin's table by their keys: bandN_on, _type, _freq_hz, _gain_db, _q, and
 * _placement and _range_db, if there, which become stereo and 0; freeze, if there, which is turned on, so that no engine
 * moves the curve away. Bands are curves of minimum phase prototypes: with auto_q on, Q is set so that it comes out. */
#ifndef DAWG_SUGGESTION_H
#define DAWG_SUGGESTION_H
#include "analysis/band_fit.h"
#include "analysis/band_map.h"
#include "plugin.h"

#define DAWG_SUGGEST_POINTS 96u    /* of the curve, equally far apart for the ear: three per band */
#define DAWG_SUGGEST_WORTH_DB 0.05 /* of RMS: what each band must take, so that a person reads a short list */

typedef struct dawg_suggest_wish {
    double strength;    /* 0..1, scales the gains and nothing else */
    double max_gain_db; /* 0.1..24, 12 is good */
    uint32_t own;       /* bit N - 1: band N is an earlier suggestion's */
    uint32_t led;       /* likewise: only the gains of these bands are set, where they stand; 0: bands are free */
} dawg_suggest_wish;

typedef struct dawg_suggested_band {
    uint32_t number;   /* N of bandN_ */
    dawg_fit_band set; /* a fixed band: a bell, Q 0 */
    double excess_db;  /* of the programme over what is wanted, averaged over the band's shape; its sign is the gain's
                          where a band but trims the flank of a larger one */
    double confidence; /* 0..1, likewise */
} dawg_suggested_band;

typedef struct dawg_suggestion {
    float values[DAWG_PARAMS_MAX]; /* of all parameters of the plugin */
    uint32_t bands;
    dawg_suggested_band band[DAWG_ERB_BANDS]; /* those that do something, in order of their numbers */
    double before_db, after_db; /* RMS of the curve around its mean, 60 Hz to 14 kHz; what the bands leave of it */
    double level_db;            /* mean of what the bands do there: loudness is to be matched elsewhere */
    double hz[DAWG_SUGGEST_POINTS], done_db[DAWG_SUGGEST_POINTS]; /* what they do, along frequency */
} dawg_suggestion;

#if !defined(DAWG_LEAN)
/* values: plain, of all parameters, as they are. curve_db: what to do, dB at dawg_erb_centres; not finite: 0.
 * confidence: 0..1, NULL: 1. Returns 0 when the plugin has no bands that fit. About a millisecond. */
int dawg_suggest(const dawg_plugin *p, const float *values, const float curve_db[DAWG_ERB_BANDS],
                 const float confidence[DAWG_ERB_BANDS], const dawg_suggest_wish *wish, dawg_suggestion *out);
#endif

#endif
