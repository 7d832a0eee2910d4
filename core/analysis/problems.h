/* SPDX-License-Identifier: MIT
 * problems.h - resonance, mud, boxiness, harshness and sibilance, each by a formula. There is no standard for them: the
 * ranges are those of mixing books (De Man 2017 reviews the words), the thresholds are held to planted truth. All
 * thresholds in dB are times 4^(0.5 - sensitivity); those named are for sensitivity 0.5. Names as in eq_evidence.h.
 *
 * RESONANCE, 60 Hz .. 12 kHz and up to 0.35 of the rate, over the stretch of time looked at:
 *   the mean level is the largest within 1/8 octave, and 4 dB above its ground; the fitted bell has 6 dB
 *   it falls by 3 dB, or half way to the ground, on both sides within less than 1/3 octave together
 *   present (3 dB in a single window) in half of the windows heard, at least
 *   unless strict, it is no note: ringing in half of the windows heard and, where 1/24 octave is less than three bins,
 *   restless in 2/5 of them
 *   The bell (bell_fit.h) is fitted to the mean relief. Unless strict, it is near the peak, its Q is above 2.5, and the fit
 *   leaves less than 2.5 dB: a note's lines leave more than any bell does. Only what rings in all windows but one of 50
 *   may leave more, as a band of noise with steep edges does. The excess is the bell's gain. A note's frequency is that of
 *   its line (tone.h).
 * MUD 200 .. 500 Hz, BOXINESS 400 .. 800 Hz, HARSHNESS 2 .. 5 kHz, once the resonances are mended:
 *   the band stands 3 dB above the curve fitted to the rest (tonal_curve.h), and 2.5 times as far as the rest strays from
 *   it; half as far in its median
 *   it did so in 3/4 of the blocks of half a second that were heard, and in a row of them that lasts 1 s
 *   Of mud and boxiness only the larger is reported.
 * SIBILANCE 5 .. 10 kHz:
 *   two bursts at least, in at most 2/5 of the windows heard
 *   the mean energy of the windows in bursts over the mean body of all windows is more than 3 dB above -10 dB (a voice
 *   with mild sibilants has -12 dB)
 *
 * severity: excess / 18 dB for resonances, / 9 dB for the others, at most 1. confidence: the share of the windows or
 * blocks in which the problem was there, times excess / (excess + what the fit left); for sibilance it grows with the
 * excess, and with the bursts up to four. */
#ifndef DAWG_PROBLEMS_H
#define DAWG_PROBLEMS_H
#include "bell_fit.h"
#include "eq_engine.h"
#include "eq_evidence.h"

#define DAWG_SIBILANCE_DB (-10.0) /* bursts against the body, 200 Hz .. 5 kHz: as in a voice with clear sibilants */

enum { DAWG_BROAD_TYPES = 3 }; /* DAWG_MUD, DAWG_BOXINESS, DAWG_HARSHNESS */

/* Blocks of half a second in which each broad problem stood out. */
typedef struct dawg_broad_blocks {
    uint32_t heard, excessive[DAWG_BROAD_TYPES], run[DAWG_BROAD_TYPES], longest[DAWG_BROAD_TYPES];
} dawg_broad_blocks;

/* Which broad problems stand out in this block's energy (DAWG_LOG_BANDS): bit t for type DAWG_MUD + t. */
uint32_t dawg_broad_seen(const double *energy, double rate, double sensitivity);
/* Takes the next block in. was_heard: it held sound. */
void dawg_broad_count(dawg_broad_blocks *b, uint32_t seen, int was_heard);
/* The threshold of presence, dB. */
double dawg_presence_db(double sensitivity);

typedef struct dawg_stretch { /* of time: what is looked at; must hold still until the search is done */
    const double *power;      /* of bins 0 .. bins - 1, mean over all windows */
    const double *relief;     /* of the same, mean over the windows heard */
    const double *energy;     /* mean power in DAWG_LOG_BANDS */
    uint32_t bins;
    const dawg_evidence *evidence;
    const dawg_broad_blocks *blocks;
} dawg_stretch;

enum { DAWG_RESONANCES = 8 };

typedef struct dawg_problem_search {
    const dawg_grid *grid;
    dawg_stretch stretch;
    double rate, bin_hz, sensitivity;
    uint32_t strict, candidates, step;
    struct {
        uint32_t point;
        double excess_db, width_octaves, share;
    } candidate[DAWG_RESONANCES]; /* the most prominent */
    dawg_bell_fit fit;
    uint32_t count;
    dawg_problem found[DAWG_EQ_PROBLEMS];
} dawg_problem_search;

void dawg_problem_search_begin(dawg_problem_search *s, const dawg_grid *grid, const dawg_stretch *stretch, double rate,
                               double bin_hz, double sensitivity, uint32_t strict);
/* One bounded slice. Returns whether there is more; then found[0 .. count - 1] are ready, the most severe first. */
int dawg_problem_search_step(dawg_problem_search *s);

#endif
