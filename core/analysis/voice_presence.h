/* SPDX-License-Identifier: MIT
 * voice_presence.h - whether a voice sounds, 0..1, while it plays. What tells a voice from an instrument that has a pitch
 * as well is that its pitch is never still: a fundamental (fundamental.h) of 70 to 520 Hz, nearly periodic, for 60 ms, that
 * moves by 2 to 80 cents around its mean of 50 ms without a jump, and whose level has not fallen by 15 dB, as a drum's
 * does at once. What is true of a glide, a vibrato or the jitter of a held vowel (Titze 1994, "Principles of Voice
 * Production") is not of strings, keys and machines that play notes one after the other; what glides or has vibrato counts
 * as a voice, and a voice tuned to a straight line does not.
 *
 *     key -> fundamental -> moves? -> +1 per 0.25 s, else -1 per 1.5 s, between 0 and 1 */
#ifndef DAWG_VOICE_PRESENCE_H
#define DAWG_VOICE_PRESENCE_H
#include "fundamental.h"

typedef struct dawg_voice_presence {
    dawg_fundamental fundamental;
    float seconds;         /* of a control period */
    float follow, smooth;  /* shares per control period */
    float octaves, moving; /* mean of the pitch, and how far it is from it on average */
    float run_s, top;      /* of the note: how long, and the highest of its mean squares */
    float share;           /* 0..1: the result */
} dawg_voice_presence;

/* period: frames of a control period. Nothing heard. */
void dawg_voice_presence_reset(dawg_voice_presence *x, uint32_t period, double rate);
void dawg_voice_presence_feed(dawg_voice_presence *x, const float *key, uint32_t n);
/* When the control period ends. */
void dawg_voice_presence_end(dawg_voice_presence *x);

#endif
