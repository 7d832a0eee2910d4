/* SPDX-License-Identifier: MIT
 * runtime.c - see runtime.h. The unit of time is the control period: 32 frames counted from init or reset, whatever
 * the caller's chunks, so that equal input gives equal bits in any block size (sound REQ E-1, E-2). */
#include "runtime.h"
#include "dry_path.h"
#include "dsp/guard.h"
#include "dsp/maths.h"
#include "events.h"
#include "ramp.h"
#include <string.h>

#define STATE_MAX 8192u /* bytes of a plugin's own struct; anything larger comes from the arena */
#define WORDS (DAWG_PARAMS_MAX / 64u)
#define BEAT_MAX 1e9 /* beats either way: 700 days at 999 bpm, and exact to 1e-7 in a double */

struct dawg_instance {
    const dawg_plugin *plugin;
    dawg_setup setup;
    void *self;
    float *target, *from, *to, *meters; /* per parameter (with bypass), per meter */
    float *wish;                        /* per parameter: what the plugin wants, 0 where it wants nothing */
    uint64_t wished[WORDS];
    dawg_ramp *ramps;
    uint64_t moving[WORDS], moved[WORDS];
    uint32_t fresh;  /* the plugin has run no control period since it was last reset */
    uint32_t silent; /* the plugin broke in this control period: it rests until the next */
    uint64_t frame;
    dawg_events events;
    dawg_transport transport, next_transport;
    uint32_t has_next_transport;

    dawg_dry_path dry;
    uint32_t latency_stale;
    uint32_t has_side; /* latched at control edges */
    dawg_counters counters;
};

/* ---- parameters ------------------------------------------------------------------------------------------------- */

static void set_bit(uint64_t *bits, uint32_t i) { bits[i >> 6] |= (uint64_t)1 << (i & 63u); }

static const dawg_ramp at_rest = {.steps = 1, .step = 1, .brake = 1};

static void land(dawg_instance *x, uint32_t i)
{
    x->from[i] = x->to[i] = x->target[i];
    x->ramps[i] = at_rest;
}

/* Frames to the nearest number of control periods, one at least. */
static uint32_t periods(uint32_t frames)
{
    const uint32_t n = frames / DAWG_PERIOD + (frames % DAWG_PERIOD >= DAWG_PERIOD / 2u);
    return n ? n : 1u;
}

/* Points parameter i at a legal value; the ramp starts with the control period that begins now. */
static void aim(dawg_instance *x, uint32_t i, float value, uint32_t ramp_frames)
{
    const dawg_param *p = dawg_param_info(x->plugin, i);
    const uint32_t own = periods((uint32_t)(p->smooth_ms * 0.001f * x->setup.sample_rate + 0.5f));
    const uint32_t asked = dawg_param_is_step(p) ? 1u : periods(ramp_frames), steps = asked > own ? asked : own;
    if (value == x->target[i] && x->ramps[i].steps - x->ramps[i].step <= steps) return; /* there, or as soon as asked */
    x->target[i] = value;
    if (p->flags & DAWG_SETS_LATENCY) x->latency_stale = 1;
    if (x->fresh) {
        land(x, i);
        return;
    }
    dawg_ramp_aim(&x->ramps[i], p, x->to[i], value, steps, own);
    set_bit(x->moving, i);
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

void *dawg_arena_take(dawg_arena *a, size_t bytes)
{
    const size_t at = (a->used + 15u) & ~(size_t)15u;
    a->used = at + bytes;
    return a->base ? a->base + at : NULL;
}

/* One pass used twice: counting (base NULL), then carving. */
static void carve(dawg_instance *x, dawg_arena *a, const dawg_plugin *p, const dawg_setup *s)
{
    _Alignas(16) unsigned char scratch[STATE_MAX] = {0}; /* zeroed, like what is carved */
    const uint32_t n = dawg_param_count(p);
    a->used += sizeof *x;
    x->self = dawg_take(a, unsigned char, p->state_size);
    x->target = dawg_take(a, float, n);
    x->from = dawg_take(a, float, n);
    x->to = dawg_take(a, float, n);
    x->ramps = dawg_take(a, dawg_ramp, n);
    x->meters = dawg_take(a, float, p->n_meters);
    x->wish = dawg_take(a, float, n);
    x->events.at = dawg_take(a, dawg_event, DAWG_EVENTS_MAX);
    dawg_dry_path_layout(&x->dry, a, p->latency_max ? p->latency_max(s) : 0u);
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
    for (uint32_t i = 0; i < dawg_param_count(p); ++i) x->target[i] = dawg_param_info(p, i)->def;
    dawg_instance_reset(x);
    return x;
}

static uint32_t latency_of(const dawg_instance *x, const float *values)
{
    return x->plugin->latency ? x->plugin->latency(values, &x->setup) : 0u;
}

static int bypassed(const dawg_instance *x) { return x->target[x->plugin->n_params] > 0.5f; }

static void forget_wishes(dawg_instance *x)
{
    memset(x->wish, 0, sizeof(float) * dawg_param_count(x->plugin));
    memset(x->wished, 0, sizeof x->wished);
}

static void reset_dry_path(dawg_instance *x)
{
    dawg_dry_path_reset(&x->dry, x->setup.sample_rate, latency_of(x, x->target), bypassed(x));
    x->latency_stale = 0;
}

/* What holds from the next control edge on: the targets, or what waits for that edge. */
static void coming(const dawg_instance *x, float *values)
{
    memcpy(values, x->target, sizeof(float) * dawg_param_count(x->plugin));
    dawg_events_apply(&x->events, x->frame, values);
}

void dawg_instance_reset(dawg_instance *x)
{
    const dawg_plugin *p = x->plugin;
    float values[DAWG_PARAMS_MAX];
    coming(x, values);
    memcpy(x->target, values, sizeof(float) * dawg_param_count(p));
    x->fresh = 1;
    x->silent = 0;
    x->frame = 0;
    x->events.n = 0;
    for (uint32_t i = 0; i < dawg_param_count(p); ++i) land(x, i);
    memset(x->moving, 0, sizeof x->moving);
    forget_wishes(x);
    for (uint32_t i = 0; i < p->n_meters; ++i) x->meters[i] = p->meters[i].idle;
    reset_dry_path(x);
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
    *plain = dawg_param_legal(p, *plain);
    x->counters.clamped += (uint32_t)outside;
    return outside ? DAWG_SET_CLAMPED : DAWG_SET_OK;
}

dawg_set_result dawg_set(dawg_instance *x, uint32_t param, float plain) { return dawg_schedule(x, 0, param, plain, 0); }

dawg_set_result dawg_schedule(dawg_instance *x, uint64_t frame, uint32_t param, float plain, uint32_t ramp_frames)
{
    const dawg_set_result result = check(x, param, &plain);
    if (result == DAWG_SET_REJECTED) return result;
    if (frame < x->frame) frame = x->frame;
    const int on_edge = frame % DAWG_PERIOD == 0 && frame == x->frame; /* that has not run yet */
    if (on_edge && !dawg_events_move(&x->events, frame, param)) {      /* earlier events of it keep their order */
        aim(x, param, plain, ramp_frames);
        return result;
    }
    const dawg_event e = {.frame = frame, .param = param, .value = plain, .ramp_frames = ramp_frames};
    if (dawg_events_add(&x->events, &e)) return result;
    ++x->counters.dropped;
    return DAWG_SET_QUEUE_FULL;
}

float dawg_get(const dawg_instance *x, uint32_t param)
{
    float values[DAWG_PARAMS_MAX];
    coming(x, values);
    return param < dawg_param_count(x->plugin) ? values[param] : 0.0f;
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
    const uint32_t due = dawg_events_due(&x->events, x->frame);
    const dawg_event *e = x->events.at;
    for (uint32_t i = 0; i < due; ++i, ++e) aim(x, e->param, e->value, e->ramp_frames);
    dawg_events_drop(&x->events, due);
}

/* Moves one parameter to the end of the period that begins now; true while it is on its way. */
static int step_param(dawg_instance *x, uint32_t i)
{
    dawg_ramp *r = &x->ramps[i];
    const dawg_param *p = dawg_param_info(x->plugin, i);
    const int step = dawg_param_is_step(p);
    x->from[i] = x->to[i];
    if (r->step >= r->steps) return 0;
    x->to[i] = dawg_ramp_next(r, p, x->target[i]);
    if (r->step == r->steps) *r = at_rest;
    if (step) x->from[i] = x->to[i];
    if (step || x->from[i] != x->to[i]) set_bit(x->moved, i);
    return 1;
}

static void begin_period(dawg_instance *x, uint32_t side_channels)
{
    const uint32_t n = dawg_param_count(x->plugin);
    step_transport(x);
    due_events(x);
    memset(x->moved, 0, sizeof x->moved);
    if (x->frame == 0) reset_dry_path(x); /* what was set before the first frame holds at once */
    if (x->fresh) {
        for (uint32_t i = 0; i < n; ++i) set_bit(x->moved, i);
    } else {
        for (uint32_t w = 0; w < WORDS; ++w)
            for (uint64_t left = x->moving[w]; left; left &= left - 1u) {
                const uint32_t i = w * 64u + (uint32_t)__builtin_ctzll(left);
                if (!step_param(x, i)) x->moving[w] &= ~((uint64_t)1 << (i & 63u));
            }
    }
    if (x->latency_stale && dawg_dry_path_settled(&x->dry)) { /* one fade at a time: a change during one waits */
        dawg_dry_path_set_latency(&x->dry, latency_of(x, x->target));
        x->latency_stale = 0;
    }
    x->has_side = side_channels > 0 && x->plugin->side_channels > 0;
    x->fresh = x->silent = 0;
}

/* The plugin's own moves, when a period has ended: they hold from the edge that comes. */
static void grant_wishes(dawg_instance *x)
{
    uint64_t any = 0;
    for (uint32_t w = 0; w < WORDS; ++w) {
        any |= x->wished[w];
        for (uint64_t left = x->wished[w]; left; left &= left - 1u) {
            const uint32_t i = w * 64u + (uint32_t)__builtin_ctzll(left);
            const dawg_param *p = dawg_param_info(x->plugin, i);
            const float plain = p && p->flags & DAWG_ML_TARGET ? dawg_param_legal(p, x->wish[i]) : 0.0f;
            if (!p || !(p->flags & DAWG_ML_TARGET) || x->wish[i] != x->wish[i] || plain == x->target[i]) continue;
            aim(x, i, plain, 0);
            ++x->counters.wishes;
        }
    }
    if (any) forget_wishes(x);
}

/* ---- audio ------------------------------------------------------------------------------------------------------ */

/* Two guarded channels whatever the caller has: mono is duplicated, nothing is silence. */
static uint32_t guard_stereo(float to[2][DAWG_PERIOD], const float *const *from, uint32_t channels, uint32_t at,
                             uint32_t n)
{
    uint32_t bad = 0;
    for (uint32_t c = 0; c < 2; ++c) {
        if (c < channels) bad += dawg_guard(to[c], from[c] + at, n);
        else if (channels) memcpy(to[c], to[0], sizeof(float) * n);
        else memset(to[c], 0, sizeof(float) * n);
    }
    return bad;
}

/* Stops at its end: half a day of broken input must not read as none. */
static void count_guarded(dawg_instance *x, uint32_t more)
{
    const uint32_t so_far = x->counters.guarded;
    x->counters.guarded = so_far > UINT32_MAX - more ? UINT32_MAX : so_far + more;
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

/* The plugin made a sample that is no number: it starts anew at the next control edge, and is silent until then. Frames
 * of this period that the caller already has are the one thing that depends on chunking; no plugin is known to get here. */
static void fault(dawg_instance *x)
{
    ++x->counters.faults;
    x->plugin->reset(x->self, &x->setup);
    for (uint32_t i = 0; i < dawg_param_count(x->plugin); ++i) land(x, i);
    for (uint32_t i = 0; i < x->plugin->n_meters; ++i) x->meters[i] = x->plugin->meters[i].idle;
    forget_wishes(x);
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
        count_guarded(x, guard_stereo(inside, in, in_channels, done, n));
        if (x->has_side) count_guarded(x, guard_stereo(key, side, side_channels, done, n));
        const dawg_block b = {.in = in_ptr,
                              .side = x->has_side ? key_ptr : NULL,
                              .out = out_ptr,
                              .n = n,
                              .at = at,
                              .from = x->from,
                              .to = x->to,
                              .moved = x->moved,
                              .transport = &x->transport,
                              .meters = x->meters,
                              .wish = x->wish,
                              .wished = x->wished};
        if (!x->silent) x->plugin->process(x->self, &b);
        if (!x->silent && !all_finite(out_ptr, n)) fault(x);
        if (x->silent) silence(out_ptr, n);
        if (at + n == DAWG_PERIOD) grant_wishes(x);
        dawg_dry_path_process(&x->dry, bypassed(x), inside, out_ptr, n);
        x->frame += n;
    }
}

const float *dawg_meters(const dawg_instance *x) { return x->meters; }
uint32_t dawg_latency(const dawg_instance *x)
{
    float values[DAWG_PARAMS_MAX];
    coming(x, values);
    return latency_of(x, values);
}
uint32_t dawg_tail(const dawg_instance *x)
{
    float values[DAWG_PARAMS_MAX];
    coming(x, values);
    const dawg_transport *t = x->has_next_transport ? &x->next_transport : &x->transport;
    if (values[x->plugin->n_params] > 0.5f) return dawg_latency(x) + x->dry.fade_frames; /* bypassed */
    return x->plugin->tail ? x->plugin->tail(values, &x->setup, t) : 0u;
}
uint64_t dawg_frame(const dawg_instance *x) { return x->frame; }
const dawg_counters *dawg_get_counters(const dawg_instance *x) { return &x->counters; }
