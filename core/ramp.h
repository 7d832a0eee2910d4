/* SPDX-License-Identifier: MIT
 * ramp.h - how a parameter travels: a smoothstep from where it is to its target in `steps` control periods, plus the
 * speed that it had, which brakes to rest in `brake` periods. Both are cubics (the Hermite basis).
 *
 * A lone step is the smoothstep 3u^2 - 2u^3, within 1 % of a raised cosine; unlike that it can be redirected on the way
 * without a corner, so that a target which moves in every period is followed two thirds of a ramp behind. The brake is
 * the parameter's own smooth_ms however long the ramp is, so that a redirected ramp swings at most 7.3 % past where it
 * was heading. LOG parameters travel in octaves. The last step is the target itself, bit for bit. */
#ifndef DAWG_RAMP_H
#define DAWG_RAMP_H
#include "dsp/maths.h"
#include "params.h"

typedef struct dawg_ramp {
    float start, speed, end;     /* plain values, or octaves; speed: per `brake` periods */
    uint32_t step, steps, brake; /* at rest when step == steps; brake <= steps */
} dawg_ramp;

static inline float dawg_ramp_value(const dawg_ramp *r)
{
    const float u = (float)r->step / (float)r->steps, v = (float)r->step / (float)r->brake, w = 1.0f - v;
    const float swing = r->step < r->brake ? v * w * w * r->speed : 0.0f;
    return r->start + (u * u * (3.0f - 2.0f * u) * (r->end - r->start) + swing);
}

static inline float dawg_ramp_speed(const dawg_ramp *r) /* per period */
{
    const float u = (float)r->step / (float)r->steps, v = (float)r->step / (float)r->brake;
    const float swing = r->step < r->brake ? (1.0f - v) * (1.0f - 3.0f * v) * r->speed / (float)r->brake : 0.0f;
    return 6.0f * u * (1.0f - u) * (r->end - r->start) / (float)r->steps + swing;
}

/* Points the ramp of a parameter that is at plain value `now` at a new one. 1 <= brake <= steps. */
static inline void dawg_ramp_aim(dawg_ramp *r, const dawg_param *p, float now, float target, uint32_t steps,
                                 uint32_t brake)
{
    const int log = p->curve == DAWG_LOG;
    dawg_ramp next = {.steps = steps, .brake = brake, .end = log ? dawg_log2(target) : target};
    if (r->step < r->steps) {
        next.start = dawg_ramp_value(r);
        next.speed = dawg_ramp_speed(r) * (float)brake;
    } else {
        next.start = log ? dawg_log2(now) : now;
    }
    *r = next;
}

/* One control period on: the plain value at its end. Call while step < steps. */
static inline float dawg_ramp_next(dawg_ramp *r, const dawg_param *p, float target)
{
    if (++r->step == r->steps) return target;
    const float v = dawg_ramp_value(r);
    return dawg_clamp(p->curve == DAWG_LOG ? dawg_exp2(v) : v, p->min, p->max);
}

#endif
