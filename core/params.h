/* SPDX-License-Identifier: MIT
 * params.h - what a parameter table means: numbers, legal values, and the one mapping between knob and plain value. */
#ifndef DAWG_PARAMS_H
#define DAWG_PARAMS_H
#include "plugin.h"

/* Parameter numbers of an instance: 0..n_params-1 are the plugin's own, n_params is `bypass`, which every plugin has. */
static inline uint32_t dawg_param_count(const dawg_plugin *p) { return p->n_params + 1u; }
const dawg_param *dawg_param_info(const dawg_plugin *p, uint32_t param); /* NULL: no such number */

/* Knob position 0..1 <-> plain value: the only copy of these two formulas in C. Both clamp; the ends are exact. */
float dawg_param_to_plain(const dawg_param *p, float knob);
float dawg_param_to_knob(const dawg_param *p, float plain);

/* Int, enum and bool step; everything else ramps. */
static inline int dawg_param_is_step(const dawg_param *p)
{
    return p->curve == DAWG_INT || p->curve == DAWG_ENUM || p->curve == DAWG_BOOL;
}
float dawg_param_legal(const dawg_param *p, float plain); /* clamped; steps rounded to the nearest */

#endif
