/* SPDX-License-Identifier: MIT
 * k_weighting.c - see k_weighting.h. The shelf keeps its analog poles (impulse invariance) and takes the analog gain
 * at 0 Hz, at its corner and at Nyquist (Vicanek 2016, "Matched Second Order Digital Filters"); the high-pass, tuned
 * far below any Nyquist, is the bilinear transform. */
#include "k_weighting.h"

/* Shelf: H(s) = (V s^2 + B s + 1) / (s^2 + s/Q + 1), s in units of the corner; least squares on the response of the
 * printed section, 20 Hz - 20 kHz: 0.00003 dB. */
#define SHELF_HZ 1688.72909
#define SHELF_Q 0.710064005
#define SHELF_V 1.58483073 /* gain far above: 4.0 dB */
#define SHELF_B (1.26059891 / SHELF_Q)

/* High-pass: H(s) = G s^2 / (s^2 + s/Q + 1): the printed section taken back through the bilinear transform. */
#define HIGH_PASS_HZ 38.13547087602444
#define HIGH_PASS_Q 0.5003270373238773
#define HIGH_PASS_G 1.0049948987146884 /* 1, -2, 1 as printed do not make unity gain */

/* |H|^2 of the shelf's prototype. */
static double shelf_power(double hz)
{
    const double w = hz / SHELF_HZ, w2 = w * w;
    const double num_re = 1.0 - SHELF_V * w2, num_im = SHELF_B * w, den_re = 1.0 - w2, den_im = w / SHELF_Q;
    return (num_re * num_re + num_im * num_im) / (den_re * den_re + den_im * den_im);
}

/* Power of 1, z^-1, z^-2 weighted b0, b1, b2 is the dot product of (B0, B1, B2) with
 * (1 - p, p, 4 p (1 - p)), p = sin^2(w/2), where B0 and B1 are the powers at 0 Hz and at Nyquist. */
static dawg_biquad shelf(double rate)
{
    const double w0 = 2.0 * DAWG_PI * SHELF_HZ / rate, q = 0.5 / SHELF_Q, r = dawg_exp_d(-q * w0);
    const double a1 = -2.0 * r * dawg_cos_d(dawg_sqrt_d(1.0 - q * q) * w0), a2 = r * r;
    const double at_0 = 1.0 + a1 + a2, at_nyquist = 1.0 - a1 + a2;
    const double sine = dawg_sin_d(0.5 * w0), p = sine * sine, cross = 4.0 * p * (1.0 - p);
    const double top = at_nyquist * at_nyquist * shelf_power(0.5 * rate);
    const double den = at_0 * at_0 * (1.0 - p) + at_nyquist * at_nyquist * p - 4.0 * a2 * cross;
    const double mid = (den * shelf_power(SHELF_HZ) - at_0 * at_0 * (1.0 - p) - top * p) / cross;
    const double sum = 0.5 * (at_0 + dawg_sqrt_d(top)), b0 = 0.5 * (sum + dawg_sqrt_d(sum * sum + mid));
    return (dawg_biquad){b0, 0.5 * (at_0 - dawg_sqrt_d(top)), -mid / (4.0 * b0), a1, a2};
}

static dawg_biquad high_pass(double rate)
{
    const double k = dawg_tan_d(DAWG_PI * HIGH_PASS_HZ / rate), norm = 1.0 / (1.0 + k / HIGH_PASS_Q + k * k);
    const double b = HIGH_PASS_G * norm;
    return (dawg_biquad){b, -2.0 * b, b, 2.0 * (k * k - 1.0) * norm, (1.0 - k / HIGH_PASS_Q + k * k) * norm};
}

void dawg_k_weighting_design(dawg_k_weighting *k, double rate)
{
    k->shelf = shelf(rate);
    k->high_pass = high_pass(rate);
}
