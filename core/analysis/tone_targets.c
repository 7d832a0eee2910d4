/* SPDX-License-Identifier: MIT
 * tone_targets.c - see tone_targets.h. */
#include "tone_targets.h"

const float dawg_tone_neutral_db[DAWG_TONE_BANDS] = {-10.4f, -5.9f, -6.1f, -8.2f, -7.7f, -13.4f, -15.9f, -20.4f};

const float dawg_tone_offset_db[DAWG_TONE_TARGETS][DAWG_TONE_BANDS] = {
    [DAWG_TONE_WARM] = {0.5f, 1.5f, 2.0f, 1.0f, 0.0f, -1.0f, -1.5f, -2.0f},
    [DAWG_TONE_BRIGHT] = {0.0f, 0.0f, -1.0f, -1.0f, 0.0f, 1.0f, 2.0f, 3.0f},
    [DAWG_TONE_DARK] = {0.0f, 0.0f, 0.0f, 0.0f, 0.0f, -1.5f, -3.5f, -6.0f},
};
