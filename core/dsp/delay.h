/* SPDX-License-Identifier: MIT
 * delay.h - a delay line: a ring of a power-of-two length, read bit-exactly at whole frames, or swept: at a fractional,
 * moving delay through a 16-tap Kaiser-windowed sinc.
 *
 * The kernel is sinc(t) I0(9 sqrt(1 - (t/8)^2)) / I0(9), |t| < 8 frames (Kaiser 1974; Laakso, Valimaki, Karjalainen,
 * Laine 1996, "Splitting the unit delay", the windowed-sinc design), each phase scaled to unit sum so that a loop gains
 * nothing at DC. It is tabulated at 257 fractions and interpolated between them in a straight line; fraction 0 is the
 * unit impulse, so a sweep that comes to rest on a whole frame reads exactly what a whole-frame read does.
 * A swept sine against the true one: SNR >= 95 dB up to rate/5, >= 88 dB up to rate/3.2, >= 30 dB at rate/2.7; loss at
 * the worst fraction 0.23 dB at rate/2.7, 1.5 dB at rate/2.4.
 *
 * The order of work in a loop is read, then write: frame i of a read of n frames is `delay` before frame i of the next
 * write, so n must not exceed the delay (for a swept read: the shortest delay - 7). */
#ifndef DAWG_DELAY_H
#define DAWG_DELAY_H
#include "cold.h"
#include <stddef.h>
#include <stdint.h>

#define DAWG_DELAY_TAPS 16u
#define DAWG_DELAY_PHASES 256u
#define DAWG_DELAY_TABLE (DAWG_DELAY_TAPS * (DAWG_DELAY_PHASES + 1u)) /* floats */
#define DAWG_DELAY_AHEAD 7u /* frames that a swept read looks past its place */
#define DAWG_DELAY_SHORT 8u /* the shortest swept delay, frames: then one frame at a time */

typedef struct dawg_delay {
    float *ring; /* the first 15 frames are repeated at the end, so that a kernel never wraps */
    uint32_t mask, at, used;
} dawg_delay;

/* Floats of memory for delays of up to `longest` frames; longest <= 2^30. */
DAWG_COLD size_t dawg_delay_size(uint32_t longest);
DAWG_COLD void dawg_delay_init(dawg_delay *x, float *memory,
                               uint32_t longest); /* memory: zeroed, dawg_delay_size floats */
DAWG_COLD void dawg_delay_reset(dawg_delay *x);   /* silence */

void dawg_delay_write(dawg_delay *x, const float *in, uint32_t n);
void dawg_delay_read(const dawg_delay *x, float *out, uint32_t n, uint32_t delay);

/* The kernel, DAWG_DELAY_TABLE floats, the same at every rate: 4096 Bessel sums, about 0.3 ms. */
DAWG_COLD void dawg_delay_table(float *table);
/* Frame i is base + offset[i] frames old, at least DAWG_DELAY_SHORT. Split in two because a float cannot hold a long
 * delay and its fraction: |offset| <= 1024 keeps the fraction to 6e-5 frames. */
void dawg_delay_read_swept(const dawg_delay *x, const float *table, float *out, uint32_t n, uint32_t base,
                           const float *offset);
#endif
