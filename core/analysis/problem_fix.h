/* SPDX-License-Identifier: MIT
 * problem_fix.h - bells that mend what the EQ engine hears, come as it finds problems and go when they are gone.
 *
 *     frames -> eq_engine.h, twice a second -> up to four problems, each in a slot -> bells that glide there
 *
 * A problem stays in its slot while reports name it within a sixth of an octave; its bell moves at 12 dB and a third of an
 * octave per second. Resonances and sibilance come and go with the notes and words that wake them: their slots last for
 * 10 s of sound after the last report, or until a new problem finds no other. What an equalizer already does about a
 * problem is taken off: its own gain at the frequency against that half an octave beside it. Under -120 dBFS bells and
 * reports stand still, nothing is listened to; after 10 s of that everything heard is forgotten.
 *
 * A bell against sibilance is to act in the bursts alone, as a dynamic one (dsp/eq_dynamic.h), above a level between
 * that of the bursts and the one up to which they are no excess (problems.h). */
#ifndef DAWG_PROBLEM_FIX_H
#define DAWG_PROBLEM_FIX_H
#include "eq_engine.h"
#include "dsp/eq_picture.h"

#define DAWG_FIX_SLOTS 4u
#define DAWG_FIX_FORGET_S 10.0
#define DAWG_FIX_HOLD_S 10.0

typedef struct dawg_fix_slot {
    uint32_t kind;                /* 0: free; else 1 + dawg_problem_type */
    double hz, gain_db, q;        /* of the bell as a report asked for it last; gain_db 0: it is no longer asked for */
    double now_hz, now_db, now_q; /* where it is */
    double threshold_db;          /* dBFS, peak: it acts above; DAWG_EQ_NONE: always */
    double unnamed_s;             /* of sound, since the last report that named it */
} dawg_fix_slot;

typedef struct dawg_problem_fix {
    dawg_eq_engine *engine;
    double rate, period_s;
    uint32_t turn;             /* control periods so far */
    uint32_t period, was_busy; /* was_busy: the engine; when it no longer is, a report may be new */
    float peak;                /* of this control period */
    uint32_t listens;          /* to this control period: the one before was no silence */
    uint32_t quiet;            /* frames of silence so far */
    uint32_t washing, clean;   /* silence goes through the engine, so that nothing stays anywhere in it; it has */
    dawg_fix_slot slot[DAWG_FIX_SLOTS];
} dawg_problem_fix;

/* engine: of dawg_eq_engine_init; stays the caller's. period: frames of a control period. */
void dawg_problem_fix_reset(dawg_problem_fix *x, dawg_eq_engine *engine, uint32_t period, double rate);
/* Forgets everything; costs nothing when there is nothing. */
void dawg_problem_fix_forget(dawg_problem_fix *x);
void dawg_problem_fix_feed(dawg_problem_fix *x, const float *const in[2], uint32_t n);
/* Once per control period. kinds: bits 1 << dawg_problem_type that count; eq: what is done already. */
void dawg_problem_fix_work(dawg_problem_fix *x, double sensitivity, uint32_t kinds, const dawg_eq_picture *eq);
/* Moves the bells of all slots one control period on. */
void dawg_problem_fix_glide(dawg_problem_fix *x);

#endif
