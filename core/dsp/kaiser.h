/* SPDX-License-Identifier: MIT
 * kaiser.h - the Kaiser window (Kaiser 1974), for filters that are designed once: double, by the series of the modified
 * Bessel function I0 (Abramowitz and Stegun 9.6.12). */
#ifndef DAWG_KAISER_H
#define DAWG_KAISER_H

/* I0(beta sqrt(1 - u^2)), |u| <= 1, to the last bits of a double; 1 at both ends, so divide by the sum of the taps. */
static inline double dawg_kaiser(double u, double beta)
{
    const double q = 0.25 * beta * beta * (u * u < 1.0 ? 1.0 - u * u : 0.0);
    double term = 1.0, sum = 1.0;
    for (double k = 1.0; term > 1e-17 * sum; k += 1.0) {
        term *= q / (k * k);
        sum += term;
    }
    return sum;
}

#endif
