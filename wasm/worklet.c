/* SPDX-License-Identifier: MIT
 * worklet.c - what dawg-worklet.wasm offers: plugin instances by number (the order of the manifest), one shared set of
 * planar audio buffers, no imports. Memory grows only in dawgx_create, dawgx_buffers and dawgx_scratch. */
#include "alloc.h"
#include "draw.h"
#include "export.h"
#include "runtime.h"

uint32_t DAWG_EXPORT(dawgx_abi)(void) { return DAWG_ABI; }
uint32_t DAWG_EXPORT(dawgx_manifest_hash)(void) { return DAWG_MANIFEST_HASH; }
uint32_t DAWG_EXPORT(dawgx_plugin_count)(void) { return dawg_plugin_count; }

/* Memory of its own that only grows; what was in it is lost when it does. */
typedef struct buffer {
    void *at;
    size_t bytes;
} buffer;
static void *room(buffer *b, size_t bytes)
{
    if (!b->at || bytes > b->bytes) {
        dawg_free(b->at);
        b->at = dawg_alloc(bytes);
        b->bytes = b->at ? bytes : 0u;
    }
    return b->at;
}

/* Planar audio [in L | in R | key L | key R | out L | out R], each `frames` floats apart. 0: no memory. Views of the
 * memory must be made anew afterwards. */
float *DAWG_EXPORT(dawgx_buffers)(uint32_t frames)
{
    static buffer audio;
    if (frames > UINT32_MAX / (6u * sizeof(float))) return NULL; /* would wrap around in 32 bits */
    return room(&audio, sizeof(float) * 6u * (size_t)frames);
}

/* Room for what a call takes or gives by pointer: 16-byte aligned, valid until the next call of this. 0: no memory.
 * Processing never uses it. Views of the memory must be made anew afterwards. */
void *DAWG_EXPORT(dawgx_scratch)(uint32_t bytes)
{
    static buffer scratch;
    return room(&scratch, bytes);
}

/* Bytes of one instance; 0: no such plugin, or a rate outside 8000..192000 Hz. */
uint32_t DAWG_EXPORT(dawgx_instance_size)(uint32_t plugin, float rate)
{
    const dawg_setup s = {rate};
    return plugin < dawg_plugin_count ? (uint32_t)dawg_instance_size(dawg_plugins[plugin], &s) : 0u;
}

/* 0: no such plugin, a bad rate, or no memory. */
dawg_instance *DAWG_EXPORT(dawgx_create)(uint32_t plugin, float rate)
{
    const uint32_t size = dawgx_instance_size(plugin, rate);
    void *mem = size ? dawg_alloc(size) : NULL;
    const dawg_setup s = {rate};
    return mem ? dawg_instance_init(mem, size, dawg_plugins[plugin], &s) : NULL;
}
void DAWG_EXPORT(dawgx_destroy)(dawg_instance *x) { dawg_free(x); }
uint32_t DAWG_EXPORT(dawgx_memory_used)(void) { return (uint32_t)dawg_alloc_used(); }

void DAWG_EXPORT(dawgx_reset)(dawg_instance *x) { dawg_instance_reset(x); }

/* Returns a dawg_set_result: 0 ok, 1 clamped, 2 rejected, 3 queue full. */
uint32_t DAWG_EXPORT(dawgx_set)(dawg_instance *x, uint32_t param, float plain)
{
    return (uint32_t)dawg_set(x, param, plain);
}
uint32_t DAWG_EXPORT(dawgx_schedule)(dawg_instance *x, uint32_t frame_low, uint32_t frame_high, uint32_t param,
                                     float plain, uint32_t ramp_frames)
{
    return (uint32_t)dawg_schedule(x, (uint64_t)frame_high << 32 | frame_low, param, plain, ramp_frames);
}
float DAWG_EXPORT(dawgx_get)(const dawg_instance *x, uint32_t param) { return dawg_get(x, param); }

/* Knob 0..1 <-> plain value of a plugin's parameter; 0 for an unknown one. */
float DAWG_EXPORT(dawgx_to_plain)(uint32_t plugin, uint32_t param, float knob)
{
    const dawg_param *p = plugin < dawg_plugin_count ? dawg_param_info(dawg_plugins[plugin], param) : NULL;
    return p ? dawg_param_to_plain(p, knob) : 0.0f;
}
float DAWG_EXPORT(dawgx_to_knob)(uint32_t plugin, uint32_t param, float plain)
{
    const dawg_param *p = plugin < dawg_plugin_count ? dawg_param_info(dawg_plugins[plugin], param) : NULL;
    return p ? dawg_param_to_knob(p, plain) : 0.0f;
}

/* A plugin's curve in place (draw.h): xy holds n x and gets n y. values: one per parameter; those beyond n_values are at
 * their defaults. 0: no such plugin, curve or part, or a bad rate. */
uint32_t DAWG_EXPORT(dawgx_curve)(uint32_t plugin, float rate, uint32_t part, const float *values, uint32_t n_values,
                                  float *xy, uint32_t n)
{
    if (!dawgx_instance_size(plugin, rate)) return 0u;
    const dawg_plugin *p = dawg_plugins[plugin];
    const dawg_setup s = {rate};
    float all[DAWG_PARAMS_MAX];
    for (uint32_t i = 0; i < p->n_params; ++i) all[i] = i < n_values ? values[i] : p->params[i].def;
    return (uint32_t)dawg_draw(p, &s, all, part, xy, xy, n);
}

void DAWG_EXPORT(dawgx_transport)(dawg_instance *x, double tempo_bpm, double beat, uint32_t playing)
{
    const dawg_transport t = {tempo_bpm, beat, playing};
    dawg_set_transport(x, &t);
}

/* Reads and writes `audio`, the buffers of dawgx_buffers, whose channels lie `stride` floats apart; frames <= stride.
 * Channels present: 0 (silence, no key), 1 (mono) or 2. */
void DAWG_EXPORT(dawgx_process)(dawg_instance *x, float *audio, uint32_t stride, uint32_t frames, uint32_t in_channels,
                                uint32_t side_channels)
{
    const float *in[2] = {audio, audio + stride}, *side[2] = {audio + 2 * stride, audio + 3 * stride};
    float *out[2] = {audio + 4 * stride, audio + 5 * stride};
    dawg_process(x, in, in_channels, side, side_channels, out, frames);
}

const float *DAWG_EXPORT(dawgx_meters)(const dawg_instance *x) { return dawg_meters(x); }
uint32_t DAWG_EXPORT(dawgx_latency)(const dawg_instance *x) { return dawg_latency(x); }
uint32_t DAWG_EXPORT(dawgx_tail)(const dawg_instance *x) { return dawg_tail(x); }

/* Six u32: guarded, clamped, rejected, dropped, faults, wishes (runtime.h). */
const dawg_counters *DAWG_EXPORT(dawgx_counters)(const dawg_instance *x) { return dawg_get_counters(x); }
