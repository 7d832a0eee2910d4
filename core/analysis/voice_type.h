/* SPDX-License-Identifier: MIT
 * voice_type.h - whether a voice is a man's or a woman's, by the mean of its fundamental in octaves: of speech and song
 * so far, then over the last five seconds of it. The means of men and women lie near 120 and 210 Hz, their ranges about
 * 85 to 155 and 165 to 255 Hz (Titze 1994, "Principles of Voice Production"): the border is 160 Hz, and a voice that is
 * decided has to pass it by 4 % to be the other. */
#ifndef DAWG_VOICE_TYPE_H
#define DAWG_VOICE_TYPE_H
#include "dsp/maths.h"

#define DAWG_VOICE_BORDER_HZ 160.0f
#define DAWG_VOICE_FIRM_OCTAVES 0.057f /* 4 % */
#define DAWG_VOICE_MEAN_S 5.0f
#define DAWG_VOICE_FIRST_S 0.3f /* of voiced sound, before anything is said */

typedef enum { DAWG_VOICE_UNKNOWN, DAWG_VOICE_MALE, DAWG_VOICE_FEMALE } dawg_voice_kind;

typedef struct dawg_voice_type {
    float octaves, heard_s; /* the mean, over the border; of how long */
    dawg_voice_kind kind;
} dawg_voice_type;

/* A fundamental that lasted for so many seconds; 0 Hz: none. Zeroed, it knows nothing. */
static inline void dawg_voice_type_hear(dawg_voice_type *x, float hz, float seconds)
{
    if (hz <= 0.0f) return;
    x->heard_s = dawg_min(x->heard_s + seconds, DAWG_VOICE_MEAN_S);
    x->octaves += seconds / x->heard_s * (dawg_log2(hz / DAWG_VOICE_BORDER_HZ) - x->octaves);
    if (x->heard_s < DAWG_VOICE_FIRST_S) return;
    const float firm = x->kind == DAWG_VOICE_UNKNOWN  ? 0.0f
                       : x->kind == DAWG_VOICE_FEMALE ? -DAWG_VOICE_FIRM_OCTAVES
                                                      : DAWG_VOICE_FIRM_OCTAVES;
    x->kind = x->octaves < firm ? DAWG_VOICE_MALE : DAWG_VOICE_FEMALE;
}

#endif
