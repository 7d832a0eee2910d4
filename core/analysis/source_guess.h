/* SPDX-License-Identifier: MIT
 * source_guess.h - which kind of sound is this? source_listen.h hears 34 scalars in the last ten seconds
 * of sound, and a multinomial logistic regression (Cox 1966) over them and their squares gives a probability for each
 * kind. Weights: models/source_guess/train.py. How often it is right, and where it is not: models/source_guess/CARD.md.
 *
 * The answer does not depend on the level, on the chunks in which sound arrives, or on the rate as long as it is at
 * least 32 kHz (below, the missing top counts as silence: still an answer, but nobody measured how good). */
#ifndef DAWG_SOURCE_GUESS_H
#define DAWG_SOURCE_GUESS_H
#include "source_listen.h"

typedef enum dawg_source {
    DAWG_SOURCE_UNKNOWN, /* noise, an effect, less than a second of sound, or no kind clearly ahead */
    DAWG_SOURCE_VOCAL,
    DAWG_SOURCE_DRUMS, /* a kit */
    DAWG_SOURCE_BASS,
    DAWG_SOURCE_GUITAR,
    DAWG_SOURCE_KEYS,    /* pianos, organs, accordion */
    DAWG_SOURCE_STRINGS, /* bowed: solo and ensemble */
    DAWG_SOURCE_BRASS,
    DAWG_SOURCE_PERCUSSION, /* by hand, mallets, bells */
    DAWG_SOURCE_MIX,        /* a whole song */
    DAWG_SOURCES
} dawg_source;

typedef struct dawg_source_guess dawg_source_guess;

/* Bytes at this rate (Hz, 8000..192000); 0: the rate is not allowed. About 180 kB at 48 kHz. */
size_t dawg_source_guess_size(float rate);
/* mem: 16-byte aligned, kept by the caller, not to be moved. NULL: too small, misaligned, or the rate is not allowed. */
dawg_source_guess *dawg_source_guess_init(void *mem, size_t size, float rate);
void dawg_source_guess_reset(dawg_source_guess *g); /* as if nothing had been heard */

/* Any n; the channels may be the same. What is no audio (dsp/guard.h) is heard as 0. A frame's work is spread: no 32
 * frames of sound cost more than one transform of 85 ms. */
void dawg_source_guess_process(dawg_source_guess *g, const float *left, const float *right, uint32_t n);

/* confidence: the probability of the answer, 0..1; of UNKNOWN it is the probability that no named kind is right as far
 * as the model knows, and 1 when there was too little sound. Changes nothing. */
void dawg_source_guess_read(const dawg_source_guess *g, dawg_source *type, float *confidence);

/* "unknown", "vocal" ... "mix": as dawg analyze --json writes it. */
const char *dawg_source_name(dawg_source type);

/* For training: what the regression sees, before scaling. Names: dawg_source_listen_name. */
void dawg_source_guess_features(const dawg_source_guess *g, float features[DAWG_SOURCE_FEATURES]);

#endif
