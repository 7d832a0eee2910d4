/* SPDX-License-Identifier: MIT
 * lasting.h - of the problems that one search after the other has found, those that all of the last three did: what comes
 * and goes with a note is no matter for an equalizer. The same: of one type, no further than 1/6 octave apart. */
#ifndef DAWG_LASTING_H
#define DAWG_LASTING_H
#include "eq_engine.h"

#define DAWG_LASTING_SEARCHES 3u

typedef struct dawg_lasting {
    uint64_t searches;
    struct {
        uint32_t count;
        dawg_problem problems[DAWG_EQ_PROBLEMS];
    } found[DAWG_LASTING_SEARCHES]; /* ring */
} dawg_lasting;

/* Takes the next search's count <= DAWG_EQ_PROBLEMS problems; those that last go to `named`, in their order. Returns how
 * many. */
uint32_t dawg_lasting_take(dawg_lasting *l, const dawg_problem *found, uint32_t count, dawg_problem *named);

#endif
