/* SPDX-License-Identifier: MIT
 * section_fit.h - digital sections that follow analog ones given by their coefficients, for networks that are not one
 * of eq_design.h's types. Magnitude is matched from DC to the end of the audible band; minimum phase, stable. */
#ifndef DAWG_SECTION_FIT_H
#define DAWG_SECTION_FIT_H
#include "cold.h"
#include "svf.h"

/* (1 + j f/zero_hz) / (1 + j f/pole_hz): exact in magnitude at DC, at sqrt(zero pole) or 0.2 of the rate, whichever is
 * lower, and two octaves higher or at 0.44 of the rate. Both > 0, infinite allowed as 1e9. */
DAWG_COLD dawg_svf dawg_section_first(double zero_hz, double pole_hz, double rate);

/* Two of them in one, with equal shares of `turn`: 1 for real zeros; less for a complex pair of that size, whose
 * damping is so much smaller (the cosine of its angle to the negative axis). */
DAWG_COLD dawg_svf dawg_section_pair(const double zero_hz[2], double turn, const double pole_hz[2], double rate);

/* (1 + b s + c s^2) / (1 + d s + e s^2), s = j f/hz, all > 0: least squares in power, Sanathanan and Koerner 1963, from
 * the bilinear transform. The response should bend around hz. */
typedef struct dawg_section_analog {
    double hz, b, c, d, e;
} dawg_section_analog;
DAWG_COLD dawg_svf dawg_section_second(const dawg_section_analog *a, double rate);

/* j f / (hz + j f): the first-order high-pass, bilinear, -3.01 dB at hz (exact). */
DAWG_COLD dawg_svf dawg_section_high_pass(double hz, double rate);

#endif
