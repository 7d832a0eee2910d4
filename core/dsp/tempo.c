/* SPDX-License-Identifier: MIT
 * tempo.c - see tempo.h. */
#include "tempo.h"

/* In 48ths of a beat, the coarsest grid that holds all of them. */
static const uint8_t ticks[DAWG_NOTE_COUNT] = {0, 3, 4, 6, 9, 8, 12, 18, 16, 24, 36, 32, 48, 72, 64, 96};

double dawg_note_beats(uint32_t note) { return note < DAWG_NOTE_COUNT ? (double)ticks[note] / 48.0 : 0.0; }
