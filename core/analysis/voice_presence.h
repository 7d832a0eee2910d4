/* SPDX-License-Identifier: MIT
 * voice_presence.h - whether a voice sounds, 0..1, while it plays. What tells a voice from an instrument that has a pitch
 * as well is that its pitch is never still (Titze 1994, "Principles of Voice Production"): a fundamental (fundamental.h)
 * of 70 to 520 Hz, nearly periodic, for 60 ms, that for half of the time is more than 1.5 cents from where it was 20 ms
 * before and never jumps; whose level has not fallen by 15 dB, as a drum's does at once; and that has partials, unlike
 * the gliding sine of a tom or a synthetic bass: the mean square of its slope is at least 1.1 times that of a sine of that
 * pitch and power.
 *
 *     key -> fundamental -> moves, with partials? -> +1 per 0.25 s, else -1 per 2 s, between 0 and 1
 *
 * Strings, keys and machines that play notes one after the other are told apart from voices; a lead with vibrato, or with
 * four and more notes a second without gaps, is not, and a voice tuned to a straight line is not heard as one. */
#ifndef DAWG_VOICE_PRESENCE_H
#define DAWG_VOICE_PRESENCE_H
#include "dsp/cold.h"
#include "fundamental.h"

typedef struct dawg_voice_presence {
    dawg_fundamental fundamental;
    float seconds;                    /* of a control period */
    uint32_t hop, waited;             /* control periods between two looks at the pitch, and since the last */
    float smooth;                     /* share per look */
    float octaves[5];                 /* the pitch, newest first */
    float moving;                     /* 0..1: for how much of the time the pitch moves */
    float power, slope, now[2], past; /* mean squares of late, the sums of this control period, the last sample */
    uint32_t frames;                  /* of this control period so far */
    float window;                     /* share per control period */
    float rate;
    float run_s, top; /* of the note: how long, and the highest of its mean squares */
    float share;      /* 0..1: the result */
} dawg_voice_presence;

/* period: frames of a control period. Nothing heard. */
DAWG_COLD void dawg_voice_presence_reset(dawg_voice_presence *x, uint32_t period, double rate);
void dawg_voice_presence_feed(dawg_voice_presence *x, const float *key, uint32_t n);
/* When the control period ends. */
void dawg_voice_presence_end(dawg_voice_presence *x);

#endif
