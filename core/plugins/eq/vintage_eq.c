/* SPDX-License-Identifier: MIT
 * vintage_eq.c - five bands and two cuts by the control points of classic consoles and of the Pultec, then harmonics.
 *
 *   in -+-> filters (vintage_chain.h) -> delay + harmonics (harmonics.h) -> x output --+--> out = in + mix (wet - in)
 *       +------------------------------> delay -----------------------------------------+
 *
 * The models are data (vintage_models.c); bands that a model's hardware does not have act by the law of those that it
 * has. Harmonics are added to the equalized sound, which itself is only delayed: without them, and with all bands at
 * 0 dB, the output is the input, bit for bit, 59 samples later at every setting (harmonics.h). */
#include "plugin.h"
#include "dsp/cold.h"
#include "dsp/eq_band.h"
#include "dsp/fade.h"
#include "dsp/harmonics.h"
#include "dsp/peak_meter.h"
#include "vintage_chain.h"
#include "vintage_eq_tables.h"
#include <string.h>

#define LATENCY DAWG_HARMONICS_LATENCY
#define RING 128u /* frames, a power of two, more than the latency and a control period */

typedef struct ring {
    float x[2][RING];
} ring;

typedef struct vintage_eq {
    vintage_chain chain;
    dawg_harmonics stage;
    ring *dry, *wet;
    dawg_harmonics_state *stage_state; /* [2] */
    uint32_t at;                       /* frames written to the rings, modulo RING */
    float gain_from, gain_to;          /* output_db as a factor, at the ends of this control period */
    dawg_peak_meter input, output;
    uint32_t fresh;
} vintage_eq;

/* ---- life ------------------------------------------------------------------------------------------------------- */

static DAWG_COLD void layout(void *self, dawg_arena *a, const dawg_setup *s)
{
    vintage_eq *x = self;
    (void)s;
    x->dry = dawg_take(a, ring, 1);
    x->wet = dawg_take(a, ring, 1);
    x->stage_state = dawg_take(a, dawg_harmonics_state, 2);
}

static DAWG_COLD void reset(void *self, const dawg_setup *s)
{
    vintage_eq *x = self;
    const double rate = (double)s->sample_rate;
    *x = (vintage_eq){.dry = x->dry, .wet = x->wet, .stage_state = x->stage_state, .fresh = 1};
    memset(x->dry, 0, sizeof *x->dry);
    memset(x->wet, 0, sizeof *x->wet);
    vintage_chain_reset(&x->chain, DAWG_PERIOD, rate);
    dawg_harmonics_reset(&x->stage, x->stage_state, DAWG_PERIOD, rate);
    dawg_peak_meter_reset(&x->input, DAWG_PERIOD, s->sample_rate);
    dawg_peak_meter_reset(&x->output, DAWG_PERIOD, s->sample_rate);
}

/* ---- control ---------------------------------------------------------------------------------------------------- */

static vintage_knobs knobs(const float *v)
{
    return (vintage_knobs){
        .model = (vintage_model_id)(v[MODEL] + 0.5f),
        .stepped = v[STEPPED] > 0.5f,
        .low_bell = v[LOW_TYPE] > 0.5f,
        .high_bell = v[HIGH_TYPE] > 0.5f,
        .slope = (uint32_t)(v[LOW_CUT_SLOPE] + 0.5f),
        .low_cut_on = v[LOW_CUT_HZ] > params[LOW_CUT_HZ].min,
        .high_cut_on = v[HIGH_CUT_HZ] < params[HIGH_CUT_HZ].max,
        .hz = {v[LOW_FREQ_HZ], v[LOW_MID_FREQ_HZ], v[MID_FREQ_HZ], v[HIGH_MID_FREQ_HZ], v[HIGH_FREQ_HZ]},
        .gain_db = {v[LOW_GAIN_DB], v[LOW_MID_GAIN_DB], v[MID_GAIN_DB], v[HIGH_MID_GAIN_DB], v[HIGH_GAIN_DB]},
        .q = {1.0f, v[LOW_MID_Q], v[MID_Q], v[HIGH_MID_Q], 1.0f},
        .low_atten_db = v[LOW_ATTEN_DB],
        .high_atten_db = v[HIGH_ATTEN_DB],
        .high_atten_hz = v[HIGH_ATTEN_FREQ_HZ],
        .bandwidth = v[BANDWIDTH],
        .low_cut_hz = v[LOW_CUT_HZ],
        .high_cut_hz = v[HIGH_CUT_HZ],
    };
}

static float gain_of(float db) { return db == 0.0f ? 1.0f : dawg_db_to_gain(db); }

/* The transformers' share of the model, or on the way from one model to the next, `frames` into the control period. */
static float iron(const vintage_chain *c, uint32_t frames)
{
    const float now = vintage_models[c->voice[c->current].wiring.model].iron;
    if (!c->fading) return now;
    const float old = vintage_models[c->voice[c->current ^ 1u].wiring.model].iron;
    const uint32_t at = c->faded + frames < c->fade_frames ? c->faded + frames : c->fade_frames;
    return old + dawg_ease((float)(int32_t)at / (float)(int32_t)c->fade_frames) * (now - old);
}

static dawg_harmonics_knobs stage_knobs(const float *v, float iron_share)
{
    return (dawg_harmonics_knobs){v[HARMONICS], v[DRIVE_DB], v[EVEN], v[ODD], v[TRANSFORMER] * iron_share};
}

/* Bands and cuts in the path whose frequency the rate cannot hold. */
static DAWG_COLD uint32_t clamped(const vintage_knobs *k, double rate)
{
    const vintage_wiring w = vintage_wire(k);
    const vintage_plan p = vintage_settings(&w, k);
    uint32_t count = 0;
    for (uint32_t i = 0; i < VINTAGE_NETWORK; ++i)
        count += p.section[i].on && p.section[i].hz > DAWG_EQ_MAX_TURNS * rate;
    return count;
}

static void plan(vintage_eq *x, const dawg_block *b)
{
    const vintage_knobs from = knobs(b->from), to = knobs(b->to);
    vintage_chain_plan(&x->chain, &from, &to);
    if (x->fresh || b->moved[0]) b->meters[CLAMPED_BANDS] = (float)clamped(&to, x->chain.rate);
    const dawg_harmonics_knobs start = stage_knobs(b->from, iron(&x->chain, 0));
    const dawg_harmonics_knobs end = stage_knobs(b->to, iron(&x->chain, DAWG_PERIOD));
    dawg_harmonics_plan(&x->stage, b->to[QUALITY] > 0.5f, &start, &end);
    x->gain_from = x->gain_to;
    if (x->fresh || dawg_moved(b, OUTPUT_DB)) {
        x->gain_from = gain_of(b->from[OUTPUT_DB]);
        x->gain_to = gain_of(b->to[OUTPUT_DB]);
    }
    x->fresh = 0;
}

static void end_period(vintage_eq *x, const dawg_block *b)
{
    vintage_chain_end(&x->chain);
    dawg_harmonics_end_period(&x->stage);
    b->meters[INPUT_PEAK_DB] = dawg_peak_meter_end(&x->input);
    b->meters[OUTPUT_PEAK_DB] = dawg_peak_meter_end(&x->output);
}

/* ---- sound ------------------------------------------------------------------------------------------------------ */

static void write(ring *r, uint32_t c, uint32_t at, const float *from, uint32_t n)
{
    for (uint32_t i = 0; i < n; ++i) r->x[c][(at + i) & (RING - 1u)] = from[i];
}

static void read(const ring *r, uint32_t c, uint32_t at, uint32_t late, float *to, uint32_t n)
{
    for (uint32_t i = 0; i < n; ++i) to[i] = r->x[c][(at + i - late) & (RING - 1u)];
}

/* out = in + mix (output wet - in), exact where nothing is to be done. */
static void finish(const vintage_eq *x, const dawg_block *b, uint32_t c, const float *wet)
{
    const float gain[2] = {x->gain_from, x->gain_to}, mix[2] = {b->from[MIX], b->to[MIX]};
    const int plain = gain[0] == 1.0f && gain[1] == 1.0f, all_wet = mix[0] == 1.0f && mix[1] == 1.0f;
    float dry[DAWG_PERIOD];
    float *const out = b->out[c];
    read(x->dry, c, x->at, LATENCY, dry, b->n);
    for (uint32_t i = 0; i < b->n; ++i) {
        const float y = plain ? wet[i] : wet[i] * dawg_along(gain, b->at + i);
        out[i] = all_wet ? y : dry[i] + dawg_along(mix, b->at + i) * (y - dry[i]);
    }
    if (mix[0] == 0.0f && mix[1] == 0.0f) memcpy(out, dry, sizeof(float) * b->n); /* its own bits: -0 too */
}

static void process(void *self, const dawg_block *b)
{
    vintage_eq *x = self;
    if (b->at == 0 || x->fresh) plan(x, b);
    float eq[2][DAWG_PERIOD];
    const float *equalized[2] = {b->in[0], b->in[1]};
    if (!vintage_chain_idle(&x->chain)) {
        dawg_d2 io[DAWG_PERIOD];
        for (uint32_t i = 0; i < b->n; ++i) io[i] = (dawg_d2){(double)b->in[0][i], (double)b->in[1][i]};
        vintage_chain_run(&x->chain, b->at, io, b->n);
        for (uint32_t i = 0; i < b->n; ++i) {
            eq[0][i] = (float)io[i][0];
            eq[1][i] = (float)io[i][1];
        }
        equalized[0] = eq[0];
        equalized[1] = eq[1];
    }
    for (uint32_t c = 0; c < 2; ++c) {
        float wet[DAWG_PERIOD], held[DAWG_PERIOD];
        write(x->dry, c, x->at, b->in[c], b->n);
        write(x->wet, c, x->at, equalized[c], b->n);
        read(x->wet, c, x->at, LATENCY, wet, b->n);
        if (dawg_harmonics_heard(&x->stage)) {
            read(x->wet, c, x->at, dawg_harmonics_held_back(&x->stage), held, b->n);
            dawg_harmonics_run(&x->stage, c, b->at, held, wet, b->n);
        }
        finish(x, b, c, wet);
    }
    x->at = (x->at + b->n) & (RING - 1u);
    dawg_peak_meter_feed(&x->input, b->in, b->n);
    dawg_peak_meter_feed(&x->output, (const float *const *)b->out, b->n);
    if (b->at + b->n == DAWG_PERIOD) end_period(x, b);
}

/* ---- what it says of itself ------------------------------------------------------------------------------------- */

static DAWG_COLD uint32_t latency(const float *v, const dawg_setup *s)
{
    (void)v, (void)s;
    return LATENCY;
}
static DAWG_COLD uint32_t latency_max(const dawg_setup *s)
{
    (void)s;
    return LATENCY;
}

/* What is left of full-scale white noise behind the filters, as dawg_harmonics_tail asks. */
static DAWG_COLD double loudness(const dawg_svf *sections, uint32_t n, double rate)
{
    enum { POINTS = 24 };
    double h[2], power = 0.0, most = 0.0;
    for (uint32_t i = 0; i < POINTS; ++i) {
        dawg_svf_response(sections, n, (0.5 + (double)i) / (2.0 * POINTS), h);
        power += (h[0] * h[0] + h[1] * h[1]) / POINTS;
    }
    for (double hz = 5.0; hz < 100.0; hz *= 2.0) {
        dawg_svf_response(sections, n, hz / rate, h);
        most = dawg_max_d(most, h[0] * h[0] + h[1] * h[1]);
    }
    return dawg_sqrt_d(dawg_max_d(power, most) * (1.0 / 3.0));
}

static DAWG_COLD uint32_t tail(const float *v, const dawg_setup *s, const dawg_transport *t)
{
    (void)t;
    const double rate = (double)s->sample_rate, level = (double)(gain_of(v[OUTPUT_DB]) * v[MIX]);
    const vintage_knobs k = knobs(v);
    const dawg_harmonics_knobs stage = stage_knobs(v, vintage_models[k.model].iron);
    dawg_svf sections[VINTAGE_SECTIONS];
    const uint32_t n = vintage_in_path(&k, rate, 0, sections);
    const double rings = dawg_eq_tail(sections, n, level * (1.0 + dawg_harmonics_quiet(&stage)));
    const double leaks = dawg_harmonics_tail(&stage, level, loudness(sections, n, rate), rate);
    return LATENCY + (uint32_t)dawg_min_d(dawg_max_d(rings, leaks), 2e9);
}

/* Parts: the five bands, low cut, high cut. The whole: as a quiet tone hears it, for which the stage is a little gain
 * through its blocker. */
#define PARTS (VINTAGE_BANDS + 2u)
static DAWG_COLD void draw(const float *v, const dawg_setup *s, uint32_t part, const float *x, float *y, uint32_t n)
{
    const vintage_knobs k = knobs(v);
    const dawg_harmonics_knobs stage = stage_knobs(v, 0.0f);
    const double more = part ? 0.0 : dawg_harmonics_quiet(&stage);
    const double gain = part ? 1.0 : (double)gain_of(v[OUTPUT_DB]), mix = part ? 1.0 : (double)v[MIX];
    dawg_svf sections[VINTAGE_SECTIONS];
    const uint32_t count = vintage_in_path(&k, (double)s->sample_rate, part, sections);
    for (uint32_t i = 0; i < n; ++i) {
        double h[2];
        dawg_svf_response(sections, count, (double)x[i] / (double)s->sample_rate, h);
        const double r = (double)x[i] / DAWG_HARMONICS_DC_HZ, pass = more * r / (1.0 + r * r); /* more j r/(1 + j r) */
        const double re = gain * (h[0] * (1.0 + pass * r) - h[1] * pass);
        const double im = gain * (h[1] * (1.0 + pass * r) + h[0] * pass);
        const double all_re = 1.0 + mix * (re - 1.0), all_im = mix * im;
        y[i] = dawg_gain_to_db((float)dawg_sqrt_d(all_re * all_re + all_im * all_im));
    }
}

const dawg_plugin dawg_vintage_eq = {
    .key = DAWG_TEXT("vintage_eq"),
    .name = DAWG_TEXT("Vintage EQ"),
    .help = DAWG_HELP("Console and tube equalizers by their control points, with their harmonics."),
    .category = DAWG_EQ,
    .version = 1,
    .params = params,
    .n_params = N_PARAMS,
    .meters = meters,
    .n_meters = N_METERS,
    .presets = DAWG_PRESETS(presets),
    .state_size = sizeof(vintage_eq),
    .layout = DAWG_SOUND(layout),
    .reset = DAWG_SOUND(reset),
    .process = DAWG_SOUND(process),
    .latency = DAWG_SOUND(latency),
    .latency_max = DAWG_SOUND(latency_max),
    .tail = DAWG_SOUND(tail),
    .curve_kind = DAWG_RESPONSE,
    .curve_parts = PARTS,
    .draw = draw};
