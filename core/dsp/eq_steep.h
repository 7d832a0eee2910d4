/* SPDX-License-Identifier: MIT
 * eq_steep.h - low- and high-passes of 18 dB per octave and more, designed as a whole: the errors of sections that are
 * designed one by one add up (eq_design.h), and here they cancel.
 *
 * Largest error in dB from 20 Hz to the lower of 20 kHz and 0.45 of the rate, for hz up to 0.41 of it, where the Butterworth
 * filter is above -40 dB:
 *                                        44.1 kHz   48 kHz   88.2 kHz and up
 *   low-pass, 18 dB per octave             0.08      0.08      0.02
 *   low-pass, 24 and more                  0.04      0.04      0.02
 *   high-pass, 18 dB per octave            0.12      0.06      0.01
 *   high-pass, 24 and more                 0.08      0.04      0.01 */
#ifndef DAWG_EQ_STEEP_H
#define DAWG_EQ_STEEP_H
#include "cold.h"
#include "eq_design.h"

#define DAWG_EQ_STEEP_MIN 2u /* sections */
#define DAWG_EQ_STEEP_MAX 8u

/* DAWG_EQ_LOW_PASS or DAWG_EQ_HIGH_PASS of order 3, 4, 6, 8, 12 or 16. hz > 0, rate > 0, clamped as in eq_design.h. q: of the
 * Butterworth filter's n sections, least first; the last may be any from 0.05 to 100. An odd order has a 0 first: its pole of
 * first order. Stable and minimum phase at every setting; neighbouring settings give neighbouring coefficients. */
DAWG_COLD void dawg_eq_steep(dawg_eq_type type, double hz, double rate, const double *q, uint32_t n,
                             dawg_svf *sections);

#endif
