/* SPDX-License-Identifier: MIT
 * draw.h - asks a plugin for its curve (plugin.h): what its settings do to level, for drawing, computed by the code that
 * makes the sound. Needs no instance. */
#ifndef DAWG_DRAW_H
#define DAWG_DRAW_H
#include "plugin.h"

/* y[i] of x[i] for i < n; y may be x. Returns 0, and leaves y alone, when the plugin has no curve or no such part.
 * values: n_params plain values, legal or not: they are clamped, and NaN means the default. x beyond its
 * range (0 Hz to half the rate; -200 to 80 dBFS) stands for the end it is beyond, NaN for the lower one. y is finite and
 * never below -200. */
int dawg_draw(const dawg_plugin *p, const dawg_setup *s, const float *values, uint32_t part, const float *x, float *y,
              uint32_t n);

#endif
