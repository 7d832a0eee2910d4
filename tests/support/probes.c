/* SPDX-License-Identifier: MIT
 * probes.c - see probes.h. */
#include "support/probes.h"
#include "dsp/maths.h"
#include <math.h>
#include <string.h>

/* ---- probe ------------------------------------------------------------------------------------------------------ */

static const dawg_param probe_params[] = {
    DAWG_P("gain", "Gain", DAWG_NO_UNIT, DAWG_LIN, 0, 4, 1, 50, DAWG_AUTOMATABLE, "Output over input."),
    DAWG_P("freq_hz", "Frequency", DAWG_HZ, DAWG_LOG, 20, 20000, 1000, 50, DAWG_AUTOMATABLE, "Logged only."),
    DAWG_P("count", "Count", DAWG_NO_UNIT, DAWG_INT, -3, 8, 2, 0, 0, "Logged only."),
    DAWG_P_ENUM("mode", "Mode", 1, 0, "Logged only.", "one", "two", "three"),
    DAWG_P_BOOL("on", "On", 0, 0, "Logged only."),
    DAWG_P("quick", "Quick", DAWG_NO_UNIT, DAWG_LIN, -1, 1, 0, 0, 0, "Logged only; no ramp of its own."),
    DAWG_P("slow_db", "Slow", DAWG_DB, DAWG_LIN, -60, 12, 0, 100, 0, "Logged only; the longest ramp allowed."),
};
DAWG_PARAM_TABLE(probe_params, PROBE_PARAMS);
static const dawg_meter probe_meters[] = {DAWG_M("peak_db", "Peak", DAWG_DB, -200)};

typedef struct probe {
    uint32_t periods;
} probe;
probe_call probe_log[PROBE_LOG];
uint32_t probe_calls;
void probe_forget(void) { probe_calls = 0; }

static void probe_layout(void *self, dawg_arena *a, const dawg_setup *s) { (void)self, (void)a, (void)s; }
static void probe_reset(void *self, const dawg_setup *s)
{
    (void)s;
    ((probe *)self)->periods = 0;
}
static void probe_process(void *self, const dawg_block *b)
{
    probe *x = self;
    x->periods += b->at == 0;
    if (probe_calls < PROBE_LOG) {
        probe_call *l = &probe_log[probe_calls];
        *l = (probe_call){.n = b->n, .at = b->at, .has_side = b->side != NULL, .moved = b->moved[0]};
        l->transport = *b->transport;
        memcpy(l->from, b->from, sizeof l->from);
        memcpy(l->to, b->to, sizeof l->to);
    }
    ++probe_calls;
    const float from = b->from[PROBE_GAIN], step = (b->to[PROBE_GAIN] - from) / (float)DAWG_PERIOD;
    for (uint32_t c = 0; c < 2; ++c)
        for (uint32_t i = 0; i < b->n; ++i) {
            b->out[c][i] = b->in[c][i] * (from + step * (float)(b->at + i));
            if (b->side) b->out[c][i] += 0.5f * b->side[c][i];
        }
    b->meters[0] = dawg_gain_to_db(dawg_abs(b->out[0][0]));
}

const dawg_plugin dawg_probe = {.key = "probe",
                                .name = "Probe",
                                .help = "Test only.",
                                .category = DAWG_UTILITY,
                                .version = 1,
                                .side_channels = 2,
                                .params = probe_params,
                                .n_params = PROBE_PARAMS,
                                .meters = probe_meters,
                                .n_meters = 1,
                                .state_size = sizeof(probe),
                                .layout = probe_layout,
                                .reset = probe_reset,
                                .process = probe_process};

/* ---- late ------------------------------------------------------------------------------------------------------- */

static const dawg_param late_params[] = {
    DAWG_P("delay_frames", "Delay", DAWG_NO_UNIT, DAWG_INT, 0, 1024, 100, 0, DAWG_SETS_LATENCY, "Latency, a step."),
    DAWG_P("leak", "Leak", DAWG_NO_UNIT, DAWG_LIN, 0, 0.999f, 0, 20, 0, "Feedback over one frame."),
    DAWG_P("glide_frames", "Glide", DAWG_NO_UNIT, DAWG_LIN, 0, 1024, 0, 50, DAWG_SETS_LATENCY, "Latency that ramps."),
};
DAWG_PARAM_TABLE(late_params, LATE_PARAMS);

typedef struct late {
    float *line[2], leaky[2];
    uint32_t frames, at;
} late;

static void late_layout(void *self, dawg_arena *a, const dawg_setup *s)
{
    late *x = self;
    (void)s;
    x->frames = LATE_MAX + 1;
    for (uint32_t c = 0; c < 2; ++c) x->line[c] = dawg_take(a, float, x->frames);
}
static void late_reset(void *self, const dawg_setup *s)
{
    late *x = self;
    (void)s;
    x->at = 0;
    for (uint32_t c = 0; c < 2; ++c) {
        x->leaky[c] = 0.0f;
        memset(x->line[c], 0, sizeof(float) * x->frames);
    }
}
static uint32_t late_latency(const float *v, const dawg_setup *s)
{
    (void)s;
    return (uint32_t)(v[LATE_DELAY_FRAMES] + v[LATE_GLIDE_FRAMES]);
}
static uint32_t late_latency_max(const dawg_setup *s)
{
    (void)s;
    return LATE_MAX;
}
static uint32_t late_tail(const float *v, const dawg_setup *s, const dawg_transport *t)
{
    return late_latency(v, s) + (t->tempo_bpm > 500.0); /* shows which transport it was asked for */
}
static void late_process(void *self, const dawg_block *b)
{
    late *x = self;
    for (uint32_t i = 0; i < b->n; ++i) {
        const uint32_t delay = (uint32_t)(b->to[LATE_DELAY_FRAMES] + b->to[LATE_GLIDE_FRAMES]);
        const uint32_t from = (x->at + x->frames - delay) % x->frames;
        for (uint32_t c = 0; c < 2; ++c) {
            x->line[c][x->at] = 0.5f * b->in[c][i];
            x->leaky[c] = dawg_flush(x->line[c][from] + b->to[LATE_LEAK] * x->leaky[c]);
            b->out[c][i] = x->leaky[c];
        }
        x->at = (x->at + 1u) % x->frames;
    }
}

const dawg_plugin dawg_late = {.key = "late",
                               .name = "Late",
                               .help = "Test only.",
                               .category = DAWG_UTILITY,
                               .version = 1,
                               .params = late_params,
                               .n_params = LATE_PARAMS,
                               .state_size = sizeof(late),
                               .layout = late_layout,
                               .reset = late_reset,
                               .process = late_process,
                               .latency = late_latency,
                               .latency_max = late_latency_max,
                               .tail = late_tail};

/* ---- broken ----------------------------------------------------------------------------------------------------- */

static const dawg_param broken_params[] = {
    DAWG_P_BOOL("on", "On", 0, 0, "Breaks."),
    DAWG_P("at_frame", "At", DAWG_NO_UNIT, DAWG_INT, 0, 100000, 0, 0, 0, "Frame since reset that is not a number."),
    DAWG_P_BOOL("stuck", "Stuck", 0, 0, "Stays broken until reset."),
};
DAWG_PARAM_TABLE(broken_params, BROKEN_PARAMS);
static const dawg_meter broken_meters[] = {DAWG_M("frames", "Frames", DAWG_NO_UNIT, -7)};

typedef struct broken {
    uint32_t frame, edges;
} broken;

static void broken_reset(void *self, const dawg_setup *s)
{
    (void)s;
    *(broken *)self = (broken){0};
}
static void broken_process(void *self, const dawg_block *b)
{
    broken *x = self;
    /* A plugin that designs at edges only must never be run between a reset and the next edge. */
    x->edges += b->at == 0;
    const uint32_t at = (uint32_t)b->to[BROKEN_AT_FRAME];
    for (uint32_t i = 0; i < b->n; ++i, ++x->frame)
        for (uint32_t c = 0; c < 2; ++c) {
            const int now = x->frame == at || (b->to[BROKEN_STUCK] > 0.5f && x->frame > at);
            const int broke = x->edges == 0 || (b->to[BROKEN_ON] > 0.5f && now);
            b->out[c][i] = broke ? NAN : b->in[c][i];
        }
    b->meters[0] = (float)x->frame;
}

const dawg_plugin dawg_broken = {.key = "broken",
                                 .name = "Broken",
                                 .help = "Test only.",
                                 .category = DAWG_UTILITY,
                                 .version = 1,
                                 .params = broken_params,
                                 .n_params = BROKEN_PARAMS,
                                 .meters = broken_meters,
                                 .n_meters = 1,
                                 .state_size = sizeof(broken),
                                 .layout = probe_layout,
                                 .reset = broken_reset,
                                 .process = broken_process};

/* ---- wisher ----------------------------------------------------------------------------------------------------- */

static const dawg_param wisher_params[] = {
    DAWG_P("level", "Level", DAWG_NO_UNIT, DAWG_LIN, 0, 4, 1, 2, DAWG_ML_TARGET, "The plugin's own to move."),
    DAWG_P("fixed", "Fixed", DAWG_NO_UNIT, DAWG_LIN, 0, 4, 1, 2, 0, "Not the plugin's to move."),
};
DAWG_PARAM_TABLE(wisher_params, WISHER_PARAMS);

static void wisher_reset(void *self, const dawg_setup *s) { (void)self, (void)s; }
static void wisher_process(void *self, const dawg_block *b)
{
    (void)self;
    if (b->at == 0 && !(dawg_abs(b->in[0][0]) < 0.25f)) dawg_wish(b, WISHER_LEVEL, 4.0f * b->in[0][0]);
    if (b->at == 0 && b->in[1][0] >= 0.25f) dawg_wish(b, WISHER_FIXED, 4.0f * b->in[1][0]);
    if (b->at == 0 && b->in[1][0] <= -0.25f) dawg_wish(b, WISHER_LEVEL, NAN);
    const float level[2] = {b->from[WISHER_LEVEL], b->to[WISHER_LEVEL]};
    for (uint32_t c = 0; c < 2; ++c)
        for (uint32_t i = 0; i < b->n; ++i) b->out[c][i] = b->in[c][i] * dawg_along(level, b->at + i);
}

const dawg_plugin dawg_wisher = {.key = "wisher",
                                 .name = "Wisher",
                                 .help = "Test only.",
                                 .category = DAWG_UTILITY,
                                 .version = 1,
                                 .params = wisher_params,
                                 .n_params = WISHER_PARAMS,
                                 .state_size = 1,
                                 .layout = probe_layout,
                                 .reset = wisher_reset,
                                 .process = wisher_process};
