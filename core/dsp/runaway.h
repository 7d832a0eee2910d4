/* SPDX-License-Identifier: MIT
 * runaway.h - keeps single bands of a feedback delay from building up while the rest does not: a note whose period fits
 * into the delay, a loop that plays at its tempo, a filter that boosts.
 *
 *     echo --> four bands' cuts --> limiter --+--> heard, fed back          the bands: under 300 Hz, around 600 and
 *     input, echo --> four bands, per turn ---+--> how far over trend       2400 Hz, over 4800 Hz
 *
 * The trend of a band is what its echoes would be if input and echo added up as unrelated sounds do, in power:
 *
 *     trend[n + 1] = input[n] + feedback^2 limiter^2 trend[n]       mean squares of turn n; one turn is one delay time
 *
 * because what grows evenly, by the feedback or by what is played, is no runaway. A band that stands more than 5 dB over
 * the highest trend of this turn and the two beside it is building up: its loop gain is lowered until it stands 4 dB over,
 * by as much as it is over plus what it grew in the last turn, so that a steady growth is stopped in one turn and 6 dB are
 * not passed for long. A cut is a bell of two octaves (at the ends, a shelf) of up to 24 dB that leaves the path when it is
 * not needed.
 *
 * However alike they are, echoes at a feedback of 50 % or less add up to less than 5 dB over trend: (1 + f) / (1 - f) in
 * power at most. Then, and whenever nothing builds up, no bit is changed. Turns under 50 ms are left alone: their resonances
 * are their sound, and too short to measure. */
#ifndef DAWG_RUNAWAY_H
#define DAWG_RUNAWAY_H
#include "cold.h"
#include "eq_band.h"

#define DAWG_RUNAWAY_BANDS 4u
#define DAWG_RUNAWAY_LIMIT_DB 5.0f
#define DAWG_RUNAWAY_GOAL_DB 4.0f
#define DAWG_RUNAWAY_CUT_MAX_DB 24.0f
#define DAWG_RUNAWAY_TURN_MIN_S 0.050

typedef struct dawg_runaway {
    double rate;
    uint32_t period, turn, at; /* frames: of a control period, of a turn; place in the turn, of which */
    uint32_t listens, known;   /* it is on and the turn is long enough; the trend is known */
    uint32_t cuts; /* not 0: bands are in the path, or were in the last control period and have to be cleared */
    float step_db; /* by which a cut moves in a control period */
    dawg_f4 p, q, r, c1, c2, d; /* of the filters that listen, as in svf.h, a band in each lane */
    dawg_f4 s1[2], s2[2];       /* input, echo */
    dawg_f4 power[2];           /* of the turn so far: sums of squares */
    float fed, passed;          /* squares of feedback and of the limiter's gain, summed likewise */
    float before[DAWG_RUNAWAY_BANDS], trend[DAWG_RUNAWAY_BANDS]; /* of the last turn and of this one */
    float over_db[DAWG_RUNAWAY_BANDS], goal_db[DAWG_RUNAWAY_BANDS];
    float cut_db[2][DAWG_RUNAWAY_BANDS]; /* >= 0, at both ends of the control period */
    dawg_eq_band band[DAWG_RUNAWAY_BANDS];
} dawg_runaway;

/* period: frames of a control period. A loop that is silent. */
DAWG_COLD void dawg_runaway_reset(dawg_runaway *x, uint32_t period, double rate);
/* At the start of each control period; turn: frames of the delay. */
void dawg_runaway_plan(dawg_runaway *x, int on, uint32_t turn);
/* Takes the cuts off frames at..at+n of the control period, in place, before the limiter. */
void dawg_runaway_cut(dawg_runaway *x, uint32_t at, uint32_t n, float *left, float *right);
/* Of the same frames: what goes into the loop besides the echo, the echo after the limiter, and at each frame the gain of
 * the limiter and the feedback. */
void dawg_runaway_listen(dawg_runaway *x, uint32_t n, const float *const in[2], const float *const echo[2],
                         const float *limiter, const float *feedback);
/* When the control period ends. */
void dawg_runaway_end(dawg_runaway *x);

/* The largest cut of a band at the end of the control period, dB >= 0. */
static inline float dawg_runaway_cut_db(const dawg_runaway *x)
{
    float most = 0.0f;
    for (uint32_t i = 0; i < DAWG_RUNAWAY_BANDS; ++i) most = dawg_max(most, x->cut_db[1][i]);
    return most;
}
#endif
