/* SPDX-License-Identifier: MIT
 * compression.h - what the tests of plugins with a key, a gain and a transfer curve share: sounds on which bits show, and
 * the curve as drawn against what is played. Everything at 48 kHz. */
#ifndef DAWG_TEST_COMPRESSION_H
#define DAWG_TEST_COMPRESSION_H
#include "support/rig.h"

enum { SECOND = 48000 };

sound song_with_zeros(void); /* a second of song in which each seventh sample on the left is -0 */
/* How many samples are not what came in `late` frames before: by value, where -0 is 0, or by bits. */
typedef uint32_t changed_of(sound in, sound out, uint32_t late);
changed_of samples_changed, bits_changed;

/* A silent key, the same switched off, and none; in that order from `make`. The first must leave the input as it is, `late`
 * frames later; the others must be the same, and another sound. */
void assert_a_silent_key_keeps_the_gain(rig (*make)(uint32_t which), changed_of changed, uint32_t late);
/* The right channel becomes the left one 36 dB lower: a power of two, so equal gains mean equal bits. */
void lower_on_the_right(sound x);
uint32_t samples_with_another_gain(sound x);

/* Peak in dBFS of the last 100 ms of a 1 kHz tone that has sounded for two seconds. */
double steady_tone_dbfs(const dawg_plugin *p, const float *values, double level_dbfs);
/* The transfer curve as drawn against steady tones of -60 to 0 dBFS, under `sets` random settings that `settle` completes:
 * what must not move, and times within which a tone settles. */
typedef struct curve_check {
    double worst_db;
    uint32_t compressed; /* settings that take off more than 1 dB */
} curve_check;
curve_check check_curve(const dawg_plugin *p, uint32_t sets,
                        void (*settle)(uint32_t set, dawg_noise *g, float *values));
/* The textbook's line at a threshold of -20 dBFS, several ratios, no knee and 3 dB of make-up. */
void assert_textbook_corners(const dawg_plugin *p);

#endif
