/* SPDX-License-Identifier: MIT
 * tempo.h - note lengths for tempo sync. A quarter note is one beat; T (triplet) is 2/3 and D (dotted) 3/2 of the plain
 * note. */
#ifndef DAWG_TEMPO_H
#define DAWG_TEMPO_H
#include "cold.h"
#include <stdint.h>

/* The labels of a `sync` parameter and their numbers: append only. */
#define DAWG_NOTES                                                                                                     \
    "off", "1/64", "1/32T", "1/32", "1/32D", "1/16T", "1/16", "1/16D", "1/8T", "1/8", "1/8D", "1/4T", "1/4", "1/4D",   \
        "1/2T", "1/2"
enum {
    DAWG_NOTE_OFF,
    DAWG_NOTE_64,
    DAWG_NOTE_32T,
    DAWG_NOTE_32,
    DAWG_NOTE_32D,
    DAWG_NOTE_16T,
    DAWG_NOTE_16,
    DAWG_NOTE_16D,
    DAWG_NOTE_8T,
    DAWG_NOTE_8,
    DAWG_NOTE_8D,
    DAWG_NOTE_4T,
    DAWG_NOTE_4,
    DAWG_NOTE_4D,
    DAWG_NOTE_2T,
    DAWG_NOTE_2,
    DAWG_NOTE_COUNT
};
#define DAWG_NOTE_BEATS_MAX 2.0 /* of a half note */

DAWG_COLD double dawg_note_beats(uint32_t note); /* 0 for "off" and for numbers that name no note */
/* Seconds of a note; tempo_bpm > 0. */
static inline double dawg_note_seconds(uint32_t note, double tempo_bpm)
{
    return 60.0 / tempo_bpm * dawg_note_beats(note);
}
#endif
