/* SPDX-License-Identifier: MIT
 * biquad.c - see biquad.h. The bilinear transform s = (1 - 1/z) / (g (1 + 1/z)) between the two structures, and the
 * magnitude written with sin^2(w/2) so that nothing cancels at low frequencies. */
#include "biquad.h"

dawg_biquad dawg_biquad_from_svf(const dawg_svf *c)
{
    const double g = c->g, g2 = g * g, a0 = 1.0 / (1.0 + g * c->k + g2);
    return (dawg_biquad){.b0 = (c->hp + g * c->bp + g2 * c->lp) * a0,
                         .b1 = 2.0 * (g2 * c->lp - c->hp) * a0,
                         .b2 = (c->hp - g * c->bp + g2 * c->lp) * a0,
                         .a1 = 2.0 * (g2 - 1.0) * a0,
                         .a2 = (1.0 - g * c->k + g2) * a0};
}

dawg_svf dawg_svf_from_biquad(const dawg_biquad *c)
{
    const double dc = 1.0 + c->a1 + c->a2, nyquist = 1.0 - c->a1 + c->a2; /* > 0 when stable */
    const double g = dawg_sqrt_d(dc / nyquist), to_s = 2.0 / (g * nyquist);
    return (dawg_svf){.g = g,
                      .k = (1.0 - c->a2) * to_s,
                      .hp = (c->b0 - c->b1 + c->b2) / nyquist,
                      .bp = (c->b0 - c->b2) * to_s,
                      .lp = (c->b0 + c->b1 + c->b2) / dc};
}

double dawg_biquad_magnitude(const dawg_biquad *c, double w)
{
    const double s = dawg_sin_d(0.5 * w), x = s * s;
    const double bs = c->b0 + c->b1 + c->b2, as = 1.0 + c->a1 + c->a2;
    const double n =
        bs * bs - 4.0 * x * (c->b0 * c->b1 + 4.0 * c->b0 * c->b2 + c->b1 * c->b2 - 4.0 * x * c->b0 * c->b2);
    const double d = as * as - 4.0 * x * (c->a1 + 4.0 * c->a2 + c->a1 * c->a2 - 4.0 * x * c->a2);
    return dawg_sqrt_d(dawg_max_d(n / d, 0.0));
}
