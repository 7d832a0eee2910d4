/* SPDX-License-Identifier: MIT
 * invariant_poles.h - the impulse-invariant poles z = exp(s w0) of an analog section, w0 in radians per sample. */
#ifndef DAWG_INVARIANT_POLES_H
#define DAWG_INVARIANT_POLES_H
#include "maths.h"

typedef struct dawg_invariant_poles {
    double at_dc, at_nyquist; /* (1 - z1) (1 - z2) and (1 + z1) (1 + z2) */
} dawg_invariant_poles;

/* s: the roots of s^2 + 2 sigma s + 1/r; sigma, r > 0. */
static inline dawg_invariant_poles dawg_invariant_poles_at(double sigma, double r, double w0)
{
    const double disc = sigma * sigma - 1.0 / r;
    if (disc > 0.0) {
        const double fast = sigma + dawg_sqrt_d(disc), slow = 1.0 / (r * fast);
        const double z1 = dawg_exp_d(-dawg_min_d(fast * w0, 100.0)), z2 = dawg_exp_d(-slow * w0);
        return (dawg_invariant_poles){(1.0 - z1) * (1.0 - z2), (1.0 + z1) * (1.0 + z2)};
    }
    const double z = dawg_exp_d(-sigma * w0), half = dawg_sin_d(0.5 * w0 * dawg_sqrt_d(-disc));
    return (dawg_invariant_poles){(1.0 - z) * (1.0 - z) + 4.0 * z * half * half,
                                  (1.0 - z) * (1.0 - z) + 4.0 * z * (1.0 - half * half)};
}

#endif
