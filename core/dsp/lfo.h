/* SPDX-License-Identifier: MIT
 * lfo.h - a sine oscillator for modulation: exact at the ends of each control period, a cubic through their values and
 * slopes (Hermite) in between. The cubic's error is at most (2 pi hz frames / rate)^4 / 384: 7e-7 at hz = rate/1600 and
 * 32 frames. So it has no stairs, costs one sine and one cosine per period for any number of voices, and does not
 * depend on how a period is cut into calls.
 *
 * The phase is an integer of 64 bits (turns / 2^64): 1e-12 of the frequency at 0.01 Hz and 192 kHz, for ever. */
#ifndef DAWG_LFO_H
#define DAWG_LFO_H
#include "cold.h"
#include <stdint.h>

typedef struct dawg_lfo {
    uint64_t phase;                      /* at the end of the present period */
    double sine[2], cosine[2], speed[2]; /* at both ends of it; speed in radians per period */
} dawg_lfo;

/* A voice's lead over the oscillator. */
typedef struct dawg_lfo_lead {
    double turns, sine, cosine;
} dawg_lfo_lead;

/* One voice over one control period. */
typedef struct dawg_lfo_curve {
    double c0, c1, c2, c3;
} dawg_lfo_curve;

DAWG_COLD void dawg_lfo_reset(dawg_lfo *x, double turns); /* the phase, >= 0, with which the next period starts */
/* To the next control period: `frames` long, in which the frequency goes in a straight line; frames * hz < rate. */
void dawg_lfo_next(dawg_lfo *x, double hz_from, double hz_to, uint32_t frames, double rate);

dawg_lfo_lead dawg_lfo_lead_by(double turns);
/* Between two leads (the same one for a fixed voice). */
dawg_lfo_curve dawg_lfo_sine(const dawg_lfo *x, const dawg_lfo_lead *from, const dawg_lfo_lead *to);

/* u in 0..1: the place inside the period. */
static inline double dawg_lfo_at(const dawg_lfo_curve *c, double u)
{
    return ((c->c3 * u + c->c2) * u + c->c1) * u + c->c0;
}
#endif
