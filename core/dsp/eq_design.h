/* SPDX-License-Identifier: MIT
 * eq_design.h - digital second-order sections that follow their analog prototypes to the end of the audible band.
 *
 * Largest error in dB from 20 Hz to the lower of 20 kHz and 0.45 of the rate, for hz up to 0.41 of it, |gain_db| <= 12,
 * Q 0.5 to 10, where the prototype is above -40 dB (notch: -30 dB):
 *                                44.1 kHz   48 kHz   88.2 kHz and up
 *   bell                           0.18      0.12      0.01
 *   shelves, Q 0.5 to 1            0.11      0.11      0.01
 *   low-pass                       0.40      0.20      0.01
 *   high-pass, Q 0.5 to 2          0.41      0.30      0.03
 *   high-pass, Q 2 to 3           0.85      0.55      0.03   (0.41, 0.29 dB above hz)
 *   high-pass, Q 3 to 10          1.88      1.16      0.07   (0.78, 0.49 dB above hz; eq_ripple.h)
 *   notch                          0.48      0.44      0.02
 *   6 dB per octave: low-pass      0.32      0.18      0.01
 *                    high-pass     0.12      0.08      0.01
 * Passes of 18 dB per octave and more: eq_steep.h.
 * The bilinear transform of a bell at 16 kHz is 6 dB off at 48 kHz. */
#ifndef DAWG_EQ_DESIGN_H
#define DAWG_EQ_DESIGN_H
#include "cold.h"
#include "svf.h"

typedef enum {
    DAWG_EQ_BELL,       /* (s^2 + s A/Q + 1) / (s^2 + s/(A Q) + 1),  A = 10^(gain_db/40),  s = j f/hz */
    DAWG_EQ_NOTCH,      /* (s^2 + 1) / (s^2 + s/Q + 1) */
    DAWG_EQ_LOW_SHELF,  /* A (s^2 + s sqrt(A)/Q + A) / (A s^2 + s sqrt(A)/Q + 1) */
    DAWG_EQ_HIGH_SHELF, /* A (A s^2 + s sqrt(A)/Q + 1) / (s^2 + s sqrt(A)/Q + A) */
    DAWG_EQ_LOW_PASS,   /* 1 / (s^2 + s/Q + 1): 12 dB per octave, -3.01 dB at hz with Q = 0.7071 */
    DAWG_EQ_HIGH_PASS,  /* s^2 / (s^2 + s/Q + 1) */
    DAWG_EQ_LOW_PASS_1, /* 1 / (s + 1): 6 dB per octave; has no Q. A slope of bands, not their type */
    DAWG_EQ_HIGH_PASS_1 /* s / (s + 1) */
} dawg_eq_type;

#define DAWG_EQ_BAND_TURNS 0.45 /* fits end here (of the rate) ... */
#define DAWG_EQ_BAND_HZ 20000.0 /* ... or here, whichever is lower, but always beyond hz */
#define DAWG_EQ_SHELF_Q_MAX 4.0
#define DAWG_EQ_MAX_TURNS 0.49           /* hz / rate is clamped to this; */
#define DAWG_EQ_HIGH_PASS_MAX_TURNS 0.45 /* for a high-pass: its peak must lie in the band, where it can be seen */

/* hz > 0, rate > 0, |gain_db| <= 48 (bell and shelves only), q 0.05..100 (a shelf's stops at 4). Stable and minimum
 * phase at every setting, exactly a wire at 0 dB; a boost and the equal cut cancel; neighbouring settings give
 * neighbouring coefficients. One to two microseconds: fit for each control period in which something moves. */
DAWG_COLD dawg_svf dawg_eq_design(dawg_eq_type type, double hz, double rate, double gain_db, double q);

#endif
