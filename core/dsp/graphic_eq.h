/* SPDX-License-Identifier: MIT
 * graphic_eq.h - a graphic equalizer of 32 bands: a row of bells in series whose response passes through the 32 gains
 * asked for, whatever their neighbours do. Stereo, minimum phase, no latency.
 *
 *     gains -> section gains (interaction model, Newton) -> 32 bells (eq_design.h) -> x -> bell 1 -> ... -> bell 32 -> y
 *
 * A bell is heard at its neighbours' centres too. Välimäki and Liski, "Accurate cascade graphic equalizer" (2017), take
 * that into account once, by a matrix of the bells' decibels at all centres; Rämö, Liski and Välimäki, "Third-octave and
 * Bark graphic-equalizer design with symmetric band filters" (2020), on other scales. Decibels of bells are not quite
 * proportional to their gain, so here the matrix (taken at 6 dB) is the Jacobian of a few Newton steps on the exact
 * prototypes. A small bell has 0.4 of its decibels where its neighbours stand: with less, the curve would ripple between
 * centres (at 0.4 a flat 6 dB keeps within 0.15 dB above 80 Hz, 0.45 below, where centres lie an octave apart); with more,
 * neighbours that pull apart would need far larger sections.
 *
 * Largest error of the response at the centres, 44.1 kHz and up: 0.2 dB for gains within +-12 dB whose neighbours are no
 * more than 12 dB apart, 0.45 dB for +-12 dB alternating. Sections end at DAWG_GRAPHIC_MAX_DB, and with them what is
 * possible: +-18 dB in random turns are missed by several dB.
 *
 * A new curve is designed in slices over about 8 ms and reached over as long again, sample by sample; the coefficients
 * that it ends at depend on the gains alone. A section under 0.01 dB is out of the path. */
#ifndef DAWG_GRAPHIC_EQ_H
#define DAWG_GRAPHIC_EQ_H
#include "cold.h"
#include "eq_design.h"

#define DAWG_GRAPHIC_BANDS 32u
#define DAWG_GRAPHIC_MAX_DB 36.0 /* of a section */
#define DAWG_GRAPHIC_LEAST_DB 0.01

/* What depends on centres and rate only. 17 kB. */
typedef struct dawg_graphic_plan {
    double rate;
    uint32_t bands; /* that lie under 0.45 of the rate; the others do nothing */
    double hz[DAWG_GRAPHIC_BANDS], q[DAWG_GRAPHIC_BANDS];
    double far[DAWG_GRAPHIC_BANDS][DAWG_GRAPHIC_BANDS];     /* [at][of]: (Q (f/f0 - f0/f))^2 */
    double inverse[DAWG_GRAPHIC_BANDS][DAWG_GRAPHIC_BANDS]; /* of the interaction matrix */
} dawg_graphic_plan;

/* hz: DAWG_GRAPHIC_BANDS centres, rising. Some 50 microseconds. */
DAWG_COLD void dawg_graphic_plan_make(dawg_graphic_plan *p, const float *hz, double rate);
/* The sections for gains in dB: DAWG_GRAPHIC_BANDS of them, wires where nothing is to be done. 70 microseconds. */
DAWG_COLD void dawg_graphic_sections(const dawg_graphic_plan *p, const double *gain_db, dawg_svf *sections);
/* Samples that they ring on after full-scale white noise, until they stay below -120 dBFS; never too short. */
DAWG_COLD double dawg_graphic_tail(const dawg_svf *sections, double gain);

typedef struct dawg_graphic_eq {
    dawg_graphic_plan plan;
    dawg_svf_run wire[DAWG_GRAPHIC_BANDS]; /* the bells at 0 dB */
    dawg_svf_run from[DAWG_GRAPHIC_BANDS], to[DAWG_GRAPHIC_BANDS], next[DAWG_GRAPHIC_BANDS];
    dawg_svf_state state[DAWG_GRAPHIC_BANDS];
    double goal[DAWG_GRAPHIC_BANDS];           /* of the design under way, or done last */
    double section[DAWG_GRAPHIC_BANDS];        /* its section gains so far */
    uint32_t heard_from, heard_to, heard_next; /* bitsets: sections that are no wire */
    uint32_t designing, moving;                /* slices, control periods done; 0: none under way */
    uint32_t per_slice, slices; /* sections designed per slice; slices of a design, and periods of a move */
    uint32_t period;            /* frames */
    uint32_t fresh;             /* the next aim is reached at once */
} dawg_graphic_eq;

/* Silence; keeps nothing. period: frames of a control period. */
DAWG_COLD void dawg_graphic_eq_reset(dawg_graphic_eq *x, const float *hz, uint32_t period, double rate);
/* At the start of each control period: where the curve is to go, and one slice of the work. */
DAWG_COLD void dawg_graphic_eq_aim(dawg_graphic_eq *x, const double *gain_db);
/* Frames at..at+n of the control period, in place. */
void dawg_graphic_eq_run(dawg_graphic_eq *x, uint32_t at, dawg_d2 *io, uint32_t n);
/* When the control period ends. */
void dawg_graphic_eq_end(dawg_graphic_eq *x);
DAWG_COLD void dawg_graphic_eq_silence(dawg_graphic_eq *x); /* forgets sound, keeps the curve */
/* No section is heard in this control period: run would leave every bit as it is. */
static inline int dawg_graphic_eq_idle(const dawg_graphic_eq *x) { return !(x->heard_from | x->heard_to); }

#endif
