/* SPDX-License-Identifier: MIT
 * echo_line.h - the stereo delay line of a clean echo: two rings (delay.h) read at one time. At rest it reads whole
 * frames, so echoes are exact copies. A new time cross-fades between two taps in 40 ms at equal gain (it never adds up
 * to more than either, so a loop around it stays as stable as it was) and does not bend the pitch; times that keep
 * moving, as under a tempo ramp, are reached by one such fade after the other. Modulation sweeps the taps by a sine.
 *
 * The order of work is plan (once per control period), then for each run of at most `run` frames read and write, then
 * end (once per control period). */
#ifndef DAWG_ECHO_LINE_H
#define DAWG_ECHO_LINE_H
#include "cold.h"
#include "delay.h"
#include "lfo.h"

#define DAWG_ECHO_FADE_S 0.040
#define DAWG_ECHO_SHORTEST DAWG_DELAY_SHORT /* frames */
#define DAWG_ECHO_PERIOD_MAX 64u            /* frames of a control period */

/* A place that is being read: whole frames, and the peak of the modulation around them at both ends of the period. */
typedef struct dawg_echo_tap {
    uint32_t frames;
    float depth_from, depth_to;
} dawg_echo_tap;

typedef struct dawg_echo_line {
    dawg_delay ring[2];
    float *table;
    double rate;
    uint32_t period, first, tabled;
    dawg_echo_tap now, next; /* next fades in while `fading` */
    uint32_t fading, fade, fade_frames;
    uint32_t run; /* frames that can be read before one of them must be written */
    dawg_lfo lfo;
    dawg_lfo_lead lead[2]; /* of the right channel, at both ends of the period */
    dawg_lfo_curve wave[2];
} dawg_echo_line;

/* What the line should do in the control period that begins. */
typedef struct dawg_echo_plan {
    double frames;               /* delay; rounded to a whole frame, at least DAWG_ECHO_SHORTEST */
    double depth_from, depth_to; /* peak deviation asked for, frames */
    double hz_from, hz_to;       /* of the modulation */
    double lead;                 /* of the right channel's modulation at the period's end, turns */
} dawg_echo_plan;

/* Floats of memory for delays of up to `longest` frames, modulation included. */
DAWG_COLD size_t dawg_echo_line_size(uint32_t longest);
DAWG_COLD void dawg_echo_line_init(dawg_echo_line *x, float *memory, uint32_t longest); /* zeroed */
DAWG_COLD void dawg_echo_line_reset(dawg_echo_line *x, uint32_t period, double rate);

double dawg_echo_frames(double frames); /* what `frames` is rounded to */
/* What is left of a depth: a quarter of the time, so that echoes keep their order and their tail its length, and no echo
 * under DAWG_ECHO_SHORTEST. */
double dawg_echo_depth(double frames, double asked);

void dawg_echo_line_plan(dawg_echo_line *x, const dawg_echo_plan *p);
/* Frames at..at+n of the control period; n <= run. */
void dawg_echo_line_read(const dawg_echo_line *x, uint32_t at, uint32_t n, float *left, float *right);
void dawg_echo_line_write(dawg_echo_line *x, uint32_t n, const float *left, const float *right);
void dawg_echo_line_end(dawg_echo_line *x);

/* The time that is being read, or faded to. */
static inline uint32_t dawg_echo_line_frames(const dawg_echo_line *x)
{
    return x->fading ? x->next.frames : x->now.frames;
}
#endif
