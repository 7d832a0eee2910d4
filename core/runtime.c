/* SPDX-License-Identifier: MIT
 * runtime.c - see runtime.h. The unit of time is the control period: 32 frames counted from init or reset, whatever
 * the caller's chunks, so that equal input gives equal bits in any block size (sound REQ E-1, E-2). */
#include "runtime.h"
#include "dsp/maths.h"
#include <string.h>

#define DAWG_PLUGIN(key) extern const dawg_plugin dawg_##key;
#include "plugins/registry.h"
#undef DAWG_PLUGIN
#define DAWG_PLUGIN(key) &dawg_##key,
const dawg_plugin *const dawg_plugins[] = {
#include "plugins/registry.h"
};
#undef DAWG_PLUGIN
const uint32_t dawg_plugin_count = DAWG_COUNT(dawg_plugins);

static const dawg_param bypass_param =
    DAWG_P_BOOL("bypass", "Bypass", 0, DAWG_AUTOMATABLE, "Hear the input instead, delayed by the plugin's latency.");

#define STATE_MAX 8192u /* bytes of a plugin's own struct; anything larger comes from the arena */
#define WORDS (DAWG_PARAMS_MAX / 64u)
#define BEAT_MAX 1e9 /* beats either way: 700 days at 999 bpm, and exact to 1e-7 in a double */

typedef struct event {
    uint64_t frame;
    float value;
    uint32_t param, ramp_frames;
} event;

/* A cubic from where the parameter is (with its present speed) to its target, at rest, in `steps` control periods. A
 * lone step is the smoothstep 3u^2 - 2u^3, within 1 % of a raised cosine; unlike that it can be redirected on the way
 * without a corner, so a target that moves in every period is followed 0.67 ramps behind. LOG parameters move in
 * octaves. The last step is the target itself, bit for bit. */
typedef struct ramp {
    float start, speed, end; /* speed: per whole ramp */
    uint32_t step, steps;
} ramp;

struct dawg_instance {
    const dawg_plugin *plugin;
    dawg_setup setup;
    void *self;
    float *target, *from, *to, *meters; /* per parameter (with bypass), per meter */
    ramp *ramps;
    uint64_t moving[WORDS], moved[WORDS];
    uint32_t fresh;  /* the plugin has run no control period since it was last reset */
    uint32_t silent; /* the plugin broke in this control period: it rests until the next */
    uint64_t frame;
    event *events; /* sorted by frame */
    uint32_t n_events;
    dawg_transport transport, next_transport;
    uint32_t has_next_transport;

    float *dry[2]; /* ring of guarded input for bypass and its latency */
    uint32_t dry_mask, dry_at, latency, old_latency, latency_fade, latency_stale;
    uint32_t fade_frames, bypass_pos; /* bypass_pos: 0 = plugin, fade_frames = dry */
    uint32_t has_side;                /* latched at control edges */
    dawg_counters counters;
};

/* ---- parameters ------------------------------------------------------------------------------------------------- */

#if !defined(DAWG_LEAN)
const dawg_plugin *dawg_plugin_find(const char *key)
{
    for (uint32_t i = 0; i < dawg_plugin_count; ++i)
        if (!strcmp(dawg_plugins[i]->key, key)) return dawg_plugins[i];
    return NULL;
}
#endif

const dawg_param *dawg_param_info(const dawg_plugin *p, uint32_t param)
{
    return param < p->n_params ? &p->params[param] : param == p->n_params ? &bypass_param : NULL;
}

static int is_step(const dawg_param *p)
{
    return p->curve == DAWG_INT || p->curve == DAWG_ENUM || p->curve == DAWG_BOOL;
}

static float legal(const dawg_param *p, float v)
{
    v = dawg_clamp(v, p->min, p->max);
    return is_step(p) ? dawg_round(v) : v;
}

float dawg_param_to_plain(const dawg_param *p, float knob)
{
    if (!(knob > 0.0f)) return p->min;
    if (knob >= 1.0f) return p->max;
    if (p->curve != DAWG_LOG) return legal(p, p->min + (p->max - p->min) * knob);
    return legal(p, p->min * dawg_exp2(dawg_log2(p->max / p->min) * knob));
}

float dawg_param_to_knob(const dawg_param *p, float plain)
{
    if (!(plain > p->min)) return 0.0f;
    if (plain >= p->max) return 1.0f;
    if (p->curve != DAWG_LOG) return (plain - p->min) / (p->max - p->min);
    return dawg_clamp(dawg_log2(plain / p->min) / dawg_log2(p->max / p->min), 0.0f, 1.0f);
}

static float to_domain(const dawg_param *p, float plain) { return p->curve == DAWG_LOG ? dawg_log2(plain) : plain; }
static float from_domain(const dawg_param *p, float v) { return p->curve == DAWG_LOG ? dawg_exp2(v) : v; }

static float ramp_value(const ramp *r)
{
    const float u = (float)r->step / (float)r->steps, w = 1.0f - u;
    return r->start + u * (w * w * r->speed + u * (3.0f - 2.0f * u) * (r->end - r->start));
}
static float ramp_speed(const ramp *r)
{
    const float u = (float)r->step / (float)r->steps, w = 1.0f - u;
    return w * (1.0f - 3.0f * u) * r->speed + 6.0f * u * w * (r->end - r->start);
}

static void set_bit(uint64_t *bits, uint32_t i) { bits[i >> 6] |= (uint64_t)1 << (i & 63u); }

static void land(dawg_instance *x, uint32_t i)
{
    x->from[i] = x->to[i] = x->target[i];
    x->ramps[i] = (ramp){.steps = 1, .step = 1};
}

/* Points parameter i at a legal value; the ramp starts with the control period that begins now. */
static void aim(dawg_instance *x, uint32_t i, float value, uint32_t ramp_frames)
{
    const dawg_param *p = dawg_param_info(x->plugin, i);
    if (value == x->target[i]) return;
    x->target[i] = value;
    if (p->flags & DAWG_SETS_LATENCY) x->latency_stale = 1;
    if (x->fresh) {
        land(x, i);
        return;
    }
    uint32_t frames = (uint32_t)(p->smooth_ms * 0.001f * x->setup.sample_rate + 0.5f);
    if (ramp_frames > frames) frames = ramp_frames;
    ramp *r = &x->ramps[i];
    ramp next = {.steps = 1u, .end = to_domain(p, value)};
    if (!is_step(p)) next.steps = frames / DAWG_PERIOD + (frames % DAWG_PERIOD >= DAWG_PERIOD / 2u);
    if (next.steps < 1u) next.steps = 1u;
    if (r->step < r->steps) {
        next.start = ramp_value(r);
        next.speed = ramp_speed(r) / (float)r->steps * (float)next.steps;
    } else {
        next.start = to_domain(p, x->to[i]);
    }
    *r = next;
    set_bit(x->moving, i);
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

void *dawg_arena_take(dawg_arena *a, size_t bytes)
{
    const size_t at = (a->used + 15u) & ~(size_t)15u;
    a->used = at + bytes;
    return a->base ? a->base + at : NULL;
}

static uint32_t dry_frames(const dawg_plugin *p, const dawg_setup *s)
{
    const uint32_t need = (p->latency_max ? p->latency_max(s) : 0u) + DAWG_PERIOD;
    uint32_t size = DAWG_PERIOD;
    while (size < need) size *= 2u;
    return size;
}

/* One pass used twice: counting (base NULL), then carving. */
static void carve(dawg_instance *x, dawg_arena *a, const dawg_plugin *p, const dawg_setup *s)
{
    _Alignas(16) unsigned char scratch[STATE_MAX];
    const uint32_t n = dawg_param_count(p), dry = dry_frames(p, s);
    a->used += sizeof *x;
    x->self = dawg_take(a, unsigned char, p->state_size);
    x->target = dawg_take(a, float, n);
    x->from = dawg_take(a, float, n);
    x->to = dawg_take(a, float, n);
    x->ramps = dawg_take(a, ramp, n);
    x->meters = dawg_take(a, float, p->n_meters);
    x->events = dawg_take(a, event, DAWG_EVENTS_MAX);
    for (int c = 0; c < 2; ++c) x->dry[c] = dawg_take(a, float, dry);
    x->dry_mask = dry - 1u;
    p->layout(x->self ? x->self : (void *)scratch, a, s);
}

static int rate_ok(const dawg_setup *s) { return s->sample_rate >= DAWG_RATE_MIN && s->sample_rate <= DAWG_RATE_MAX; }

size_t dawg_instance_size(const dawg_plugin *p, const dawg_setup *s)
{
    if (!rate_ok(s) || p->state_size > STATE_MAX || dawg_param_count(p) > DAWG_PARAMS_MAX) return 0;
    dawg_instance count;
    dawg_arena a = {NULL, 0};
    carve(&count, &a, p, s);
    return a.used;
}

dawg_instance *dawg_instance_init(void *mem, size_t size, const dawg_plugin *p, const dawg_setup *s)
{
    const size_t need = dawg_instance_size(p, s);
    if (!mem || ((uintptr_t)mem & 15u) || !need || size < need) return NULL;
    memset(mem, 0, need);
    dawg_instance *x = mem;
    dawg_arena a = {mem, 0};
    carve(x, &a, p, s);
    x->plugin = p;
    x->setup = *s;
    x->transport = x->next_transport = (dawg_transport){.tempo_bpm = 120.0};
    x->fade_frames = (uint32_t)(DAWG_BYPASS_MS * 0.001f * s->sample_rate + 0.5f);
    for (uint32_t i = 0; i < dawg_param_count(p); ++i) x->target[i] = dawg_param_info(p, i)->def;
    dawg_instance_reset(x);
    return x;
}

static uint32_t current_latency(const dawg_instance *x)
{
    return x->plugin->latency ? x->plugin->latency(x->target, &x->setup) : 0u;
}

void dawg_instance_reset(dawg_instance *x)
{
    const dawg_plugin *p = x->plugin;
    for (uint32_t i = 0; i < dawg_param_count(p); ++i) x->target[i] = dawg_get(x, i);
    x->fresh = 1;
    x->silent = 0;
    x->frame = 0;
    x->n_events = 0;
    for (uint32_t i = 0; i < dawg_param_count(p); ++i) land(x, i);
    memset(x->moving, 0, sizeof x->moving);
    for (uint32_t i = 0; i < p->n_meters; ++i) x->meters[i] = p->meters[i].idle;
    for (int c = 0; c < 2; ++c) memset(x->dry[c], 0, sizeof(float) * (x->dry_mask + 1u));
    x->dry_at = 0;
    x->latency_fade = x->fade_frames;
    p->reset(x->self, &x->setup);
}

/* ---- control ---------------------------------------------------------------------------------------------------- */

static dawg_set_result check(dawg_instance *x, uint32_t param, float *plain)
{
    const dawg_param *p = dawg_param_info(x->plugin, param);
    if (!p || *plain != *plain) {
        ++x->counters.rejected;
        return DAWG_SET_REJECTED;
    }
    const int outside = *plain < p->min || *plain > p->max;
    *plain = legal(p, *plain);
    x->counters.clamped += (uint32_t)outside;
    return outside ? DAWG_SET_CLAMPED : DAWG_SET_OK;
}

dawg_set_result dawg_set(dawg_instance *x, uint32_t param, float plain) { return dawg_schedule(x, 0, param, plain, 0); }

dawg_set_result dawg_schedule(dawg_instance *x, uint64_t frame, uint32_t param, float plain, uint32_t ramp_frames)
{
    const dawg_set_result result = check(x, param, &plain);
    if (result == DAWG_SET_REJECTED) return result;
    if (frame < x->frame) frame = x->frame;
    if (frame % DAWG_PERIOD == 0 && frame == x->frame) { /* on an edge that has not run yet */
        int waiting = 0;                                 /* earlier events of this edge keep their order */
        for (uint32_t i = 0; i < x->n_events && x->events[i].frame <= frame; ++i)
            waiting |= x->events[i].param == param;
        if (!waiting) {
            aim(x, param, plain, ramp_frames);
            return result;
        }
    }
    if (x->n_events == DAWG_EVENTS_MAX) {
        ++x->counters.dropped;
        return DAWG_SET_QUEUE_FULL;
    }
    uint32_t i = x->n_events++;
    for (; i > 0 && x->events[i - 1].frame > frame; --i) x->events[i] = x->events[i - 1];
    x->events[i] = (event){.frame = frame, .param = param, .value = plain, .ramp_frames = ramp_frames};
    return result;
}

float dawg_get(const dawg_instance *x, uint32_t param)
{
    if (param >= dawg_param_count(x->plugin)) return 0.0f;
    float value = x->target[param]; /* or what waits for the next control edge */
    for (uint32_t i = 0; i < x->n_events && x->events[i].frame <= x->frame; ++i)
        if (x->events[i].param == param) value = x->events[i].value;
    return value;
}

void dawg_set_transport(dawg_instance *x, const dawg_transport *t)
{
    if (!(t->tempo_bpm == t->tempo_bpm) || !(dawg_abs_d(t->beat) <= BEAT_MAX)) {
        ++x->counters.rejected;
        return;
    }
    x->next_transport = *t;
    x->next_transport.tempo_bpm = dawg_clamp_d(t->tempo_bpm, 20.0, 999.0);
    x->next_transport.playing = t->playing != 0;
    x->has_next_transport = 1;
}

static void step_transport(dawg_instance *x)
{
    if (x->has_next_transport) {
        x->transport = x->next_transport;
        x->has_next_transport = 0;
    } else if (x->transport.playing && x->frame) {
        x->transport.beat += (double)DAWG_PERIOD / (double)x->setup.sample_rate * x->transport.tempo_bpm / 60.0;
    }
}

static void due_events(dawg_instance *x)
{
    uint32_t due = 0;
    while (due < x->n_events && x->events[due].frame <= x->frame) ++due;
    for (uint32_t i = 0; i < due; ++i) aim(x, x->events[i].param, x->events[i].value, x->events[i].ramp_frames);
    x->n_events -= due;
    if (due) memmove(x->events, x->events + due, sizeof(event) * x->n_events);
}

/* Moves one parameter to the end of the period that begins now; true while it is on its way. */
static int step_param(dawg_instance *x, uint32_t i)
{
    ramp *r = &x->ramps[i];
    const dawg_param *p = dawg_param_info(x->plugin, i);
    x->from[i] = x->to[i];
    if (r->step >= r->steps) return 0;
    if (++r->step == r->steps) x->to[i] = x->target[i];
    else x->to[i] = dawg_clamp(from_domain(p, ramp_value(r)), p->min, p->max);
    if (is_step(p)) x->from[i] = x->to[i];
    if (is_step(p) || x->from[i] != x->to[i]) set_bit(x->moved, i);
    return 1;
}

/* Bypass follows the plugin's latency, one fade at a time: a change during a fade waits for its end. */
static void follow_latency(dawg_instance *x)
{
    if (x->frame == 0) {
        x->latency = current_latency(x);
    } else {
        if (!x->latency_stale || x->latency_fade < x->fade_frames) return;
        x->old_latency = x->latency;
        x->latency = current_latency(x);
        if (x->latency != x->old_latency) x->latency_fade = 0;
    }
    x->latency_stale = 0;
}

static void begin_period(dawg_instance *x, uint32_t side_channels)
{
    const uint32_t n = dawg_param_count(x->plugin);
    step_transport(x);
    due_events(x);
    memset(x->moved, 0, sizeof x->moved);
    if (x->frame == 0) x->bypass_pos = x->target[x->plugin->n_params] > 0.5f ? x->fade_frames : 0u;
    if (x->fresh) {
        for (uint32_t i = 0; i < n; ++i) set_bit(x->moved, i);
    } else {
        for (uint32_t w = 0; w < WORDS; ++w)
            for (uint64_t left = x->moving[w]; left; left &= left - 1u) {
                const uint32_t i = w * 64u + (uint32_t)__builtin_ctzll(left);
                if (!step_param(x, i)) x->moving[w] &= ~((uint64_t)1 << (i & 63u));
            }
    }
    follow_latency(x);
    x->has_side = side_channels > 0 && x->plugin->side_channels > 0;
    x->fresh = x->silent = 0;
}

/* ---- audio ------------------------------------------------------------------------------------------------------ */

static uint32_t guard(float *to, const float *from, uint32_t n)
{
    uint32_t bad = 0;
    for (uint32_t i = 0; i < n; ++i) {
        const int ok = dawg_abs(from[i]) <= DAWG_INPUT_MAX; /* false for NaN */
        to[i] = ok ? from[i] : 0.0f;
        bad += (uint32_t)!ok;
    }
    return bad;
}

/* Two guarded channels whatever the caller has: mono is duplicated, nothing is silence. */
static uint32_t guard_stereo(float to[2][DAWG_PERIOD], const float *const *from, uint32_t channels, uint32_t at,
                             uint32_t n)
{
    uint32_t bad = 0;
    for (uint32_t c = 0; c < 2; ++c) {
        if (c < channels) bad += guard(to[c], from[c] + at, n);
        else if (channels) memcpy(to[c], to[0], sizeof(float) * n);
        else memset(to[c], 0, sizeof(float) * n);
    }
    return bad;
}

/* 0 -> 1 as a raised cosine over fade_frames. */
static float fade_gain(const dawg_instance *x, uint32_t pos)
{
    return pos >= x->fade_frames ? 1.0f : 0.5f - 0.5f * dawg_cos(DAWG_PI_F * (float)pos / (float)x->fade_frames);
}

/* Keeps the guarded input for bypass and, where it is heard, mixes the delayed input over the output. */
static void bypass(dawg_instance *x, float in[2][DAWG_PERIOD], float *const *out, uint32_t n)
{
    const uint32_t goal = x->target[x->plugin->n_params] > 0.5f ? x->fade_frames : 0u;
    const uint32_t pos = x->bypass_pos, fade = x->latency_fade;
    /* The ring's length is a multiple of the period and blocks never cross one, so a block never wraps. */
    for (uint32_t c = 0; c < 2; ++c) memcpy(x->dry[c] + (x->dry_at & x->dry_mask), in[c], sizeof(float) * n);
    for (uint32_t c = 0; c < 2 && (pos || goal); ++c) {
        const float *ring = x->dry[c];
        uint32_t at = x->dry_at, p = pos, f = fade;
        for (uint32_t i = 0; i < n; ++i, ++at) {
            if (p != goal) p = p < goal ? p + 1u : p - 1u;
            float dry = ring[(at - x->latency) & x->dry_mask];
            if (f < x->fade_frames) {
                const float old = ring[(at - x->old_latency) & x->dry_mask];
                dry = old + (dry - old) * fade_gain(x, ++f);
            }
            if (p == x->fade_frames) out[c][i] = dry;
            else if (p) out[c][i] += (dry - out[c][i]) * fade_gain(x, p);
        }
    }
    x->dry_at += n;
    if (pos < goal) x->bypass_pos = pos + n < goal ? pos + n : goal;
    else x->bypass_pos = pos > goal + n ? pos - n : goal;
    if (fade < x->fade_frames) x->latency_fade = fade + n;
}

static int all_finite(float *const *out, uint32_t n)
{
    uint32_t bad = 0;
    for (uint32_t c = 0; c < 2; ++c)
        for (uint32_t i = 0; i < n; ++i) bad |= (uint32_t)!(dawg_abs(out[c][i]) <= 3.4e38f);
    return !bad;
}

static void silence(float *const *out, uint32_t n)
{
    for (uint32_t c = 0; c < 2; ++c) memset(out[c], 0, sizeof(float) * n);
}

/* The plugin made a sample that is no number: it starts anew at the next control edge, and is silent until then. */
static void fault(dawg_instance *x)
{
    ++x->counters.faults;
    x->plugin->reset(x->self, &x->setup);
    for (uint32_t i = 0; i < dawg_param_count(x->plugin); ++i) land(x, i);
    for (uint32_t i = 0; i < x->plugin->n_meters; ++i) x->meters[i] = x->plugin->meters[i].idle;
    x->fresh = x->silent = 1;
}

void dawg_process(dawg_instance *x, const float *const *in, uint32_t in_channels, const float *const *side,
                  uint32_t side_channels, float *const *out, uint32_t frames)
{
    float inside[2][DAWG_PERIOD], key[2][DAWG_PERIOD];
    const float *const in_ptr[2] = {inside[0], inside[1]}, *const key_ptr[2] = {key[0], key[1]};
    for (uint32_t done = 0, n; done < frames; done += n) {
        const uint32_t at = (uint32_t)(x->frame % DAWG_PERIOD);
        if (at == 0) begin_period(x, side_channels);
        n = frames - done < DAWG_PERIOD - at ? frames - done : DAWG_PERIOD - at;
        float *const out_ptr[2] = {out[0] + done, out[1] + done};
        x->counters.guarded += guard_stereo(inside, in, in_channels, done, n);
        if (x->has_side) x->counters.guarded += guard_stereo(key, side, side_channels, done, n);
        const dawg_block b = {.in = in_ptr,
                              .side = x->has_side ? key_ptr : NULL,
                              .out = out_ptr,
                              .n = n,
                              .at = at,
                              .from = x->from,
                              .to = x->to,
                              .moved = x->moved,
                              .transport = &x->transport,
                              .meters = x->meters};
        if (!x->silent) x->plugin->process(x->self, &b);
        if (!x->silent && !all_finite(out_ptr, n)) fault(x);
        if (x->silent) silence(out_ptr, n);
        bypass(x, inside, out_ptr, n);
        x->frame += n;
    }
}

const float *dawg_meters(const dawg_instance *x) { return x->meters; }
uint32_t dawg_latency(const dawg_instance *x) { return current_latency(x); }
uint32_t dawg_tail(const dawg_instance *x)
{
    return x->plugin->tail ? x->plugin->tail(x->target, &x->setup, &x->transport) : 0u;
}
uint64_t dawg_frame(const dawg_instance *x) { return x->frame; }
const dawg_counters *dawg_get_counters(const dawg_instance *x) { return &x->counters; }
