/* SPDX-License-Identifier: MIT
 * graphic_mode.h - 32 gains as sound, in one of two phases, and the change between them while it plays.
 *
 *     minimum   in -> 32 bells (graphic_eq.h) -> wet                       dry = in          latency 0
 *     linear    in -> FIR through the same gains (linear_phase.h,          dry = in, late    (8191 - 1)/2 + 128 at 48 kHz
 *                     erb_curve.h between them) -> wet
 *     out = dry + mix (gain wet - dry)
 *
 * A change lets the new path run until all it remembers is its own, then fades to it. Where every gain is 0 dB, wet is
 * dry bit for bit in both phases. */
#ifndef DAWG_GRAPHIC_MODE_H
#define DAWG_GRAPHIC_MODE_H
#include "cold.h"
#include "erb_curve.h"
#include "graphic_eq.h"
#include "linear_phase.h"

#define DAWG_GRAPHIC_TAPS 8191u /* at 44.1 and 48 kHz */

typedef struct dawg_graphic_mode {
    dawg_graphic_eq eq;
    dawg_linear_phase *fir;
    dawg_erb_curve curve;             /* what the FIR is drawn from */
    double aimed[DAWG_GRAPHIC_BANDS]; /* the gains of that curve */
    uint32_t designs, repeats;        /* of the FIR: 0, odd or even; 1 or 2 of the same gains */
    uint32_t ready;                   /* one of these gains, or of those just before, is there */
    float *late[2];                   /* ring of dry sound */
    uint32_t ring, now, delay;        /* frames */
    uint32_t period, turn;            /* frames of a control period; which of those of a FIR block comes next */
    uint32_t linear;                  /* the phase that is heard, or that a fade leaves */
    uint32_t changing, warm;          /* to the other one; control periods that it has run */
    uint32_t fade_frames, faded;      /* of the change */
    uint32_t filtered;                /* frames of the fade from dry to FIR that have run */
    int32_t filter_way;               /* in this control period: 1, 0, -1 */
    uint32_t fir_runs, fir_fresh, fresh;
    double rate;
} dawg_graphic_mode;

typedef struct dawg_graphic_level { /* at both ends of the control period */
    double gain[2], mix[2];
} dawg_graphic_level;

DAWG_COLD uint32_t dawg_graphic_mode_delay(double rate); /* of linear phase, samples */
DAWG_COLD uint32_t dawg_graphic_mode_tail(double rate);  /* of linear phase: all of the FIR */
DAWG_COLD size_t dawg_graphic_mode_size(double rate);    /* of mem below */
DAWG_COLD void dawg_graphic_mode_init(dawg_graphic_mode *x, void *mem, double rate);
/* Silence. hz: the centres. The next plan is reached at once. */
DAWG_COLD void dawg_graphic_mode_reset(dawg_graphic_mode *x, const float *hz, uint32_t period);
/* At the start of each control period. */
void dawg_graphic_mode_plan(dawg_graphic_mode *x, uint32_t linear, const double *gain_db);
/* Frames at..at+n of the control period. */
void dawg_graphic_mode_run(dawg_graphic_mode *x, const dawg_graphic_level *level, uint32_t at, const float *const in[2],
                           float *const out[2], uint32_t n);
/* When the control period ends. */
void dawg_graphic_mode_end(dawg_graphic_mode *x);

#endif
