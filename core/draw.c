/* SPDX-License-Identifier: MIT
 * draw.c - see draw.h. */
#include "draw.h"
#include "dsp/maths.h"
#include "params.h"

int dawg_draw(const dawg_plugin *p, const dawg_setup *s, const float *values, uint32_t part, const float *x, float *y,
              uint32_t n)
{
    if (!p->draw || part > p->curve_parts) return 0;
    const int is_hz = p->curve_kind == DAWG_RESPONSE;
    const float low = is_hz ? 0.0f : DAWG_CURVE_FLOOR_DB, high = is_hz ? 0.5f * s->sample_rate : DAWG_CURVE_TOP_DB;
    float params[DAWG_PARAMS_MAX];
    for (uint32_t i = 0; i < p->n_params; ++i)
        params[i] = values[i] == values[i] ? dawg_param_legal(&p->params[i], values[i]) : p->params[i].def;
    for (uint32_t i = 0; i < n; ++i) y[i] = x[i] > low ? dawg_min(x[i], high) : low;
    p->draw(params, s, part, y, y, n);
    for (uint32_t i = 0; i < n; ++i) y[i] = dawg_max(y[i], DAWG_CURVE_FLOOR_DB);
    return 1;
}
