/* SPDX-License-Identifier: MIT
 * fir_lows.h - a FIR's target below what is heard, moved so that less of its impulse response lies outside the taps.
 *
 * A wide cut near 20 Hz has a slow real pole (5 Hz at 20 Hz, -12 dB, Q 0.5), whose response outlasts 171 ms; cut off, it
 * misses the target by 0.23 dB at 20 Hz. What does so is a bend of the target below 10 Hz, where nobody hears or
 * measures it. So the lowest points are free, and what they become minimizes by least squares
 *
 *     energy outside the taps + DAWG_FIR_HOLD energy of (change/target)
 *
 * of which the second term keeps what is nearly silent there (a high-pass) silent; it is the same in all paths, so beside
 * a high-pass on side a cut on mid stays as it is drawn. Points lie at half the resolution of
 * the taps (2 (taps + 1) of them round the circle), so that the sum outside the taps is the same for every length. */
#ifndef DAWG_FIR_LOWS_H
#define DAWG_FIR_LOWS_H
#include "cold.h"
#include <stdint.h>

#define DAWG_FIR_LOWS 4u /* free points: 0 to 8.8 Hz with 8191 taps at 48 kHz */
#define DAWG_FIR_HOLD 3e-3

/* re[path], im[path]: the target's first n points, n at least 64, of the paths ll, rr, lr, rl. crossed: lr and rl count;
 * complex: im counts; alike: rr = ll and rl = lr, and only ll and lr are there. A target that is flat stays as it is. */
DAWG_COLD void dawg_fir_lows(float *const re[4], float *const im[4], uint32_t n, uint32_t crossed, uint32_t complex,
                             uint32_t alike);
#endif
