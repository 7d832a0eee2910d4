/* SPDX-License-Identifier: MIT
 * reference_match.h - makes a programme sound like a reference: two long-term spectra become six bands of mastering_eq.
 *
 *   difference = reference - programme, both smoothed over a third of an octave (two thirds at the ends); level is no
 *   part of it; what lies beyond +-max_gain_db is cut off
 *   bands      = low shelf, four bells, high shelf whose curves, summed, come nearest to it (least squares in dB)
 *
 * Level: a constant is fitted along with the bands and thrown away (band_fit.h), so that a louder reference gives the
 * same bands as a quiet one. The curves are the analog prototypes, which mastering_eq plays in every phase mode.
 *
 * How to use it: feed programme and reference to an eq_engine each, give their 100 log bands (20 Hz..20 kHz, dB) and
 * their lengths to dawg_reference_match, and set parameters 0..35 of mastering_eq to what dawg_reference_match_values
 * writes. Then either mastering_eq's match_loudness is on, or its output_db is set to result.output_db: the programme
 * keeps its loudness. A millisecond; no memory of its own; the same bits everywhere. */
#ifndef DAWG_REFERENCE_MATCH_H
#define DAWG_REFERENCE_MATCH_H
#include "band_fit.h"
#include <stdint.h>

#define DAWG_MATCH_BANDS 6u               /* of mastering_eq */
#define DAWG_MATCH_POINTS DAWG_FIT_POINTS /* log bands, equally wide in octaves, 20 Hz..20 kHz */
#define DAWG_MATCH_MIN_S 1.0
#define DAWG_MATCH_FLOOR_DB 60.0       /* a band this far under the loudest says nothing */
#define DAWG_MATCH_SILENCE_DB (-120.0) /* no band over this: silence */
#define DAWG_MATCH_MIN_POINTS 30u      /* three octaves */
#define DAWG_MATCH_MAX_GAIN_DB 12.0f   /* a good max_gain_db */

/* Why nothing is suggested. What to tell the user: the programme (the reference) is shorter than 1 s; is silent;
 * programme and reference have less than three octaves in common. */
typedef enum dawg_match_status {
    DAWG_MATCH_OK,
    DAWG_MATCH_PROGRAMME_SHORT,
    DAWG_MATCH_REFERENCE_SHORT,
    DAWG_MATCH_PROGRAMME_SILENT,
    DAWG_MATCH_REFERENCE_SILENT,
    DAWG_MATCH_NOTHING_SHARED
} dawg_match_status;

typedef struct dawg_match_sound {
    const float *band_db; /* [DAWG_MATCH_POINTS]: energy of each log band, any reference level */
    double seconds;       /* of sound that it was made from */
} dawg_match_sound;

typedef struct dawg_match {
    dawg_fit_band band[DAWG_MATCH_BANDS]; /* gain exactly 0: not needed */
    double level_db;                      /* how much louder the reference is (K-weighted) */
    double output_db;                     /* keeps the programme's K-weighted loudness */
    double before_db, after_db; /* RMS of the smoothed difference around its mean, without and with the bands */
    uint32_t points;            /* log bands in which both have energy */
} dawg_match;

/* strength: 0..1, scales the gains. max_gain_db: 0.1..24, of each band and of the difference. */
dawg_match_status dawg_reference_match(const dawg_match_sound *programme, const dawg_match_sound *reference,
                                       double strength, double max_gain_db, dawg_match *result);

/* Plain values of mastering_eq's first parameters, in its order: bandN_on, _type, _freq_hz, _gain_db, _q, _placement
 * for N = 1..6. A band that is not needed is off. */
#define DAWG_MATCH_VALUES (DAWG_MATCH_BANDS * 6u)
void dawg_reference_match_values(const dawg_match *m, float values[DAWG_MATCH_VALUES]);

#endif
