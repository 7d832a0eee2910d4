/* SPDX-License-Identifier: MIT
 * example_key.c - what it does, in half a sentence.
 *
 *   in -+-> x output --+-> out      out = in + mix (wet - in)
 *       +--------------+
 *
 * Where its maths comes from: author, year, equation or clause of a standard. */
#include "plugin.h"
#include "dsp/cold.h"
#include "dsp/peak_meter.h"
#include <string.h>

enum { OUTPUT_DB, MIX, N_PARAMS };
enum { INPUT_PEAK_DB, OUTPUT_PEAK_DB, N_METERS };

#define SMOOTH_MS 50

static const dawg_param params[] = {
    DAWG_P("output_db", "Output", DAWG_DB, DAWG_LIN, -24, 24, 0, SMOOTH_MS, DAWG_AUTOMATABLE | DAWG_ML_TARGET,
           "Level of the processed sound."),
    DAWG_P("mix", "Mix", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 1, SMOOTH_MS, DAWG_AUTOMATABLE,
           "0: the input, bit for bit; 1: the processed sound alone."),
};
DAWG_PARAM_TABLE(params, N_PARAMS);

static const dawg_meter meters[] = {
    DAWG_M("input_peak_db", "Input Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
    DAWG_M("output_peak_db", "Output Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
};
DAWG_PARAM_TABLE(meters, N_METERS);

typedef struct example_key {
    dawg_peak_meter input, output;
} example_key;

static DAWG_COLD void layout(void *self, dawg_arena *a, const dawg_setup *s) { (void)self, (void)a, (void)s; }

static DAWG_COLD void reset(void *self, const dawg_setup *s)
{
    example_key *x = self;
    *x = (example_key){0};
    dawg_peak_meter_reset(&x->input, DAWG_PERIOD, s->sample_rate);
    dawg_peak_meter_reset(&x->output, DAWG_PERIOD, s->sample_rate);
}

/* The sound itself. */
static void run(const dawg_block *b, float wet[2][DAWG_PERIOD])
{
    const float gain[2] = {dawg_db_to_gain(b->from[OUTPUT_DB]), dawg_db_to_gain(b->to[OUTPUT_DB])};
    for (int c = 0; c < 2; ++c)
        for (uint32_t i = 0; i < b->n; ++i) wet[c][i] = dawg_along(gain, b->at + i) * b->in[c][i];
}

/* Exact at both ends. */
static void blend(const dawg_block *b, float wet[2][DAWG_PERIOD])
{
    const float mix[2] = {b->from[MIX], b->to[MIX]};
    const int all_dry = mix[0] == 0.0f && mix[1] == 0.0f, all_wet = mix[0] == 1.0f && mix[1] == 1.0f;
    for (int c = 0; c < 2; ++c) {
        if (all_dry || all_wet) {
            memcpy(b->out[c], all_dry ? b->in[c] : wet[c], sizeof(float) * b->n);
            continue;
        }
        for (uint32_t i = 0; i < b->n; ++i)
            b->out[c][i] = b->in[c][i] + dawg_along(mix, b->at + i) * (wet[c][i] - b->in[c][i]);
    }
}

static void process(void *self, const dawg_block *b)
{
    example_key *x = self;
    float wet[2][DAWG_PERIOD];
    run(b, wet);
    blend(b, wet);
    dawg_peak_meter_feed(&x->input, b->in, b->n);
    dawg_peak_meter_feed(&x->output, (const float *const *)b->out, b->n);
    if (b->at + b->n < DAWG_PERIOD) return;
    b->meters[INPUT_PEAK_DB] = dawg_peak_meter_end(&x->input);
    b->meters[OUTPUT_PEAK_DB] = dawg_peak_meter_end(&x->output);
}

/* blend() would have to delay the dry sound by as much. */
static DAWG_COLD uint32_t latency(const float *v, const dawg_setup *s)
{
    (void)v, (void)s;
    return 0;
}

static DAWG_COLD uint32_t tail(const float *v, const dawg_setup *s, const dawg_transport *t)
{
    (void)t;
    return latency(v, s); /* nothing is remembered */
}

#if !defined(DAWG_LEAN)
/* tests/plugins/example_key.toml holds each promise as numbers. */
static const dawg_preset presets[] = {
    DAWG_PRESET("half_a_db", "Half a dB", "0.5 dB (±0.05) louder at every level.", {OUTPUT_DB, 1}, {MIX, 0.5f}),
};
#endif

const dawg_plugin dawg_example_key = {
    .key = DAWG_TEXT("example_key"),
    .name = DAWG_TEXT("Example Name"),
    .help = DAWG_HELP("What it does, in one sentence."),
    .category = DAWG_UTILITY,
    .version = 1,
    .params = params,
    .n_params = N_PARAMS,
    .meters = meters,
    .n_meters = N_METERS,
    .presets = DAWG_PRESETS(presets),
    .state_size = sizeof(example_key),
    .layout = DAWG_SOUND(layout),
    .reset = DAWG_SOUND(reset),
    .process = DAWG_SOUND(process),
    .latency = DAWG_SOUND(latency),
    .tail = DAWG_SOUND(tail),
};
