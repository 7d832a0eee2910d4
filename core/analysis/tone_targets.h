/* SPDX-License-Identifier: MIT
 * tone_targets.h - how finished music is balanced, as data: eight bands, 20 60 120 250 500 2k 4k 8k 20k Hz
 * (band_map.h), and the wishes that depart from it.
 *
 * Neutral is a long-term average spectrum of popular music. Its power density is flat from 60 to 100 Hz, falls by
 * 4.75 dB per octave from 100 Hz to 4 kHz, by 6.5 to 8 kHz and by 10 above; downwards it falls by 3 dB from 60 to 40 Hz
 * and is 10 dB down at 20 Hz. The slope of 4.5 to 5 dB per octave up to 4 kHz and its growing steeper above are the
 * findings of Pestana, Ma, Reiss, Barbosa and Black, "Spectral characteristics of popular commercial recordings
 * 1950-2010" (AES 135, 2013) and of Elowsson and Friberg, "Long-term average spectrum in popular music and its relation
 * to the level of the percussion" (AES 142, 2017, paper 9762); the numbers for the ends are this project's rounding.
 * Good records lie within 6 dB of it. Warm, bright and dark are this project's own design: offsets against neutral. */
#ifndef DAWG_TONE_TARGETS_H
#define DAWG_TONE_TARGETS_H
#include <stdint.h>

#define DAWG_TONE_BANDS 8u

typedef enum {
    DAWG_TONE_NEUTRAL,
    DAWG_TONE_WARM,
    DAWG_TONE_BRIGHT,
    DAWG_TONE_DARK,
    DAWG_TONE_CUSTOM,
    DAWG_TONE_TARGETS
} dawg_tone_target;

/* Energy of each band, dB against the sum of all. */
extern const float dawg_tone_neutral_db[DAWG_TONE_BANDS];

/* Against neutral, dB; 0 for DAWG_TONE_CUSTOM, whose offsets are the user's. */
extern const float dawg_tone_offset_db[DAWG_TONE_TARGETS][DAWG_TONE_BANDS];

#endif
