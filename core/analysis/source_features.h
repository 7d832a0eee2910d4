/* SPDX-License-Identifier: MIT
 * source_features.h - the statistics that source_listen.c keeps, and the features made of them. Their order is the
 * order of the weights in source_guess_table.h: after a change run models/source_guess/train.py. */
#ifndef DAWG_SOURCE_FEATURES_H
#define DAWG_SOURCE_FEATURES_H
#include "source_listen.h"

#define SHAPES 6 /* cosine terms of the bands' levels */

enum { /* statistics over frames with sound, but for RESTING and ONSETS, which count rests too; RISE, ATTACK: over onsets */
       CENTROID,
       SPREAD,
       FLATNESS,
       FLATNESS_TOP,
       HARMONICITY,
       PITCHED,
       PITCH,
       GLIDE,
       JUMP,
       LEVEL,
       SYLLABLES,
       CREST,
       WIDTH_LOW,
       WIDTH_HIGH,
       ONSETS,
       RISE,
       ATTACK,
       FALLING,
       DARKENING,
       RESTING,
       SHARE_LOW,
       SHARE_HIGH,
       SHAPE,
       STATS = SHAPE + SHAPES
};

/* A mean, or a standard deviation, times scale. */
static const struct {
    uint8_t stat, spread;
    float scale;
    const char *name;
} features_of[DAWG_SOURCE_FEATURES] = {
    {SHARE_LOW, 0, 1, "share_below_150_hz_db"},
    {SHARE_HIGH, 0, 1, "share_above_5_khz_db"},
    {CENTROID, 0, 1, "centroid_erb"},
    {CENTROID, 1, 1, "centroid_spread_erb"},
    {SPREAD, 0, 1, "width_erb"},
    {SHAPE, 0, 1, "shape_1_db"},
    {SHAPE + 1, 0, 1, "shape_2_db"},
    {SHAPE + 2, 0, 1, "shape_3_db"},
    {SHAPE + 3, 0, 1, "shape_4_db"},
    {SHAPE + 4, 0, 1, "shape_5_db"},
    {SHAPE + 5, 0, 1, "shape_6_db"},
    {SHAPE + 1, 1, 1, "shape_2_spread_db"},
    {SHAPE + 2, 1, 1, "shape_3_spread_db"},
    {FLATNESS, 0, 1, "flatness_db"},
    {FLATNESS_TOP, 0, 1, "flatness_top_db"},
    {FLATNESS, 1, 1, "flatness_spread_db"},
    {HARMONICITY, 0, 1, "harmonicity"},
    {HARMONICITY, 1, 1, "harmonicity_spread"},
    {PITCHED, 0, 1, "pitched_share"},
    {PITCH, 0, 1, "pitch_octaves"},
    {PITCH, 1, 1, "pitch_spread_octaves"},
    {GLIDE, 0, 1, "glide_semitones"},
    {JUMP, 0, 1, "jump_share"},
    {ONSETS, 0, 50, "onsets_per_s"},
    {RISE, 0, 1, "rise_db"},
    {ATTACK, 0, 1, "attack_db"},
    {FALLING, 0, 1, "fall_db_per_s"},
    {DARKENING, 0, 1, "darkening_erb_per_s"},
    {LEVEL, 1, 1, "level_spread_db"},
    {SYLLABLES, 1, 1, "syllables_db"},
    {CREST, 0, 1, "crest_db"},
    {RESTING, 0, 1, "rest_share"},
    {WIDTH_LOW, 0, 1, "side_share_low"},
    {WIDTH_HIGH, 0, 1, "side_share_high"},
};

#endif
