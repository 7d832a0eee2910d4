/* SPDX-License-Identifier: MIT
 * params.c - see params.h. */
#include "params.h"
#include "dsp/maths.h"

static const dawg_param bypass_param =
    DAWG_P_BOOL("bypass", "Bypass", 0, DAWG_AUTOMATABLE, "Hear the input instead, delayed by the plugin's latency.");

const dawg_param *dawg_param_info(const dawg_plugin *p, uint32_t param)
{
    return param < p->n_params ? &p->params[param] : param == p->n_params ? &bypass_param : NULL;
}

float dawg_param_legal(const dawg_param *p, float plain)
{
    const float v = dawg_clamp(plain, p->min, p->max);
    return dawg_param_is_step(p) ? dawg_round(v) : v;
}

float dawg_param_to_plain(const dawg_param *p, float knob)
{
    if (!(knob > 0.0f)) return p->min;
    if (knob >= 1.0f) return p->max;
    if (p->curve != DAWG_LOG) return dawg_param_legal(p, p->min + (p->max - p->min) * knob);
    return dawg_param_legal(p, p->min * dawg_exp2(dawg_log2(p->max / p->min) * knob));
}

float dawg_param_to_knob(const dawg_param *p, float plain)
{
    if (!(plain > p->min)) return 0.0f;
    if (plain >= p->max) return 1.0f;
    if (p->curve != DAWG_LOG) return (plain - p->min) / (p->max - p->min);
    return dawg_clamp(dawg_log2(plain / p->min) / dawg_log2(p->max / p->min), 0.0f, 1.0f);
}
