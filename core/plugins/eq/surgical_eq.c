/* SPDX-License-Identifier: MIT
 * surgical_eq.c - eight parametric bands in series, minimum phase, no latency.
 *
 *   in -+-> band 1 -> ... -> band 8 -> x output --+-> out      out = in + mix (wet - in)
 *       +-----------------------------------------+
 *
 * Every band follows its analog prototype to the end of the audible band at the native rate (eq_design.h) and runs as a
 * state-variable filter in double, so a 20 Hz band at 192 kHz is as quiet as any other (eq_band.h, svf.h). A band that is
 * off, or a bell or shelf at 0 dB, is out of the path: with all of them so the output is the input, bit for bit. */
#include "plugin.h"
#include "dsp/eq_band.h"
#include "dsp/peak_meter.h"
#include <string.h>

#define BANDS 8u
enum { ON, TYPE, FREQ_HZ, GAIN_DB, Q, BAND_PARAMS };
enum { OUTPUT_DB = BANDS * BAND_PARAMS, MIX, N_PARAMS };
enum { INPUT_PEAK_DB, OUTPUT_PEAK_DB, N_METERS };
#define AT(band, param) (((band) - 1u) * BAND_PARAMS + (param))

#define SMOOTH_MS 50

/* The order of dawg_eq_type. */
#define BAND(n, hz)                                                                                                    \
    DAWG_P_BOOL("band" #n "_on", "Band " #n, 0, DAWG_ML_TARGET, "Puts band " #n " in the path."),                      \
        DAWG_P_ENUM("band" #n "_type", "Band " #n " Type", 0, DAWG_ML_TARGET,                                          \
                    "Shape: bell and shelves boost or cut, the notch takes out one frequency, the passes what lies "   \
                    "beyond theirs (12 dB per octave).",                                                               \
                    "bell", "notch", "low shelf", "high shelf", "low-pass", "high-pass"),                              \
        DAWG_P("band" #n "_freq_hz", "Band " #n " Frequency", DAWG_HZ, DAWG_LOG, 20, 20000, hz, SMOOTH_MS,             \
               DAWG_AUTOMATABLE | DAWG_ML_TARGET,                                                                      \
               "Centre of the bell or notch, middle of the shelf's slope, corner of the pass."),                       \
        DAWG_P("band" #n "_gain_db", "Band " #n " Gain", DAWG_DB, DAWG_LIN, -24, 24, 0, SMOOTH_MS,                     \
               DAWG_AUTOMATABLE | DAWG_ML_TARGET,                                                                      \
               "Boost or cut of a bell or shelf; at 0 dB they are out of the path. Other types have none."),           \
        DAWG_P("band" #n "_q", "Band " #n " Q", DAWG_NO_UNIT, DAWG_LOG, 0.1f, 40, 1, SMOOTH_MS, DAWG_ML_TARGET,        \
               "Narrowness: a bell is about 1.4/Q octaves wide at half its gain; a pass is flattest at 0.71; shelves " \
               "stop at 4.")

static const dawg_param params[] = {
    BAND(1, 80),
    BAND(2, 250),
    BAND(3, 500),
    BAND(4, 1000),
    BAND(5, 2000),
    BAND(6, 4000),
    BAND(7, 8000),
    BAND(8, 12000),
    DAWG_P("output_db", "Output", DAWG_DB, DAWG_LIN, -24, 24, 0, SMOOTH_MS, DAWG_AUTOMATABLE | DAWG_ML_TARGET,
           "Level of the equalized sound."),
    DAWG_P("mix", "Mix", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 1, SMOOTH_MS, DAWG_AUTOMATABLE,
           "0: the input, bit for bit; 1: the equalized sound alone."),
};
DAWG_PARAM_TABLE(params, N_PARAMS);

static const dawg_meter meters[] = {
    DAWG_M("input_peak_db", "Input Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
    DAWG_M("output_peak_db", "Output Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
};
DAWG_PARAM_TABLE(meters, N_METERS);

#if !defined(DAWG_LEAN)
enum {
    NOTCH = DAWG_EQ_NOTCH,
    LOW_SHELF = DAWG_EQ_LOW_SHELF,
    HIGH_SHELF = DAWG_EQ_HIGH_SHELF,
    HIGH_PASS = DAWG_EQ_HIGH_PASS
};
static const dawg_preset presets[] = {
    DAWG_PRESET(
        "remove_resonance", "Remove Resonance",
        "Takes 9 dB (±0.1) out at 420 Hz, a fifth of an octave wide, to be tuned to the note that rings; an octave "
        "away nothing changes by more than 0.15 dB.",
        {AT(3, ON), 1}, {AT(3, FREQ_HZ), 420}, {AT(3, GAIN_DB), -9}, {AT(3, Q), 7}),
    DAWG_PRESET(
        "de_mud", "De-Mud",
        "Cuts 4 dB (±0.1) at 300 Hz and leaves everything below 75 Hz and above 1.3 kHz within 0.3 dB; pink noise "
        "gets 0.3 to 0.5 LU quieter.",
        {AT(2, ON), 1}, {AT(2, FREQ_HZ), 300}, {AT(2, GAIN_DB), -4}),
    DAWG_PRESET(
        "de_harsh", "De-Harsh",
        "Cuts 3.5 dB (±0.1) at 3.2 kHz and 1 dB (±0.1) of the top octave; below 1 kHz everything stays within 0.2 "
        "dB, pink noise within 1 LU.",
        {AT(5, ON), 1}, {AT(5, FREQ_HZ), 3200}, {AT(5, GAIN_DB), -3.5f}, {AT(5, Q), 1.5f}, {AT(8, ON), 1},
        {AT(8, TYPE), HIGH_SHELF}, {AT(8, FREQ_HZ), 9000}, {AT(8, GAIN_DB), -1}, {AT(8, Q), 0.7f}),
    DAWG_PRESET(
        "vocal_cleanup", "Vocal Cleanup",
        "Rumble goes (-16 dB at 30 Hz or more), 280 Hz and 7 kHz step back by 2.5 dB (±0.2) and 3 kHz by 1.7 dB, "
        "16 kHz comes up by 1.8 dB (±0.2); a voice keeps its loudness within 0.5 LU.",
        {AT(1, ON), 1}, {AT(1, TYPE), HIGH_PASS}, {AT(1, Q), 0.71f}, {AT(2, ON), 1}, {AT(2, FREQ_HZ), 280},
        {AT(2, GAIN_DB), -3}, {AT(2, Q), 1.4f}, {AT(5, ON), 1}, {AT(5, FREQ_HZ), 3000}, {AT(5, GAIN_DB), -2},
        {AT(5, Q), 2}, {AT(7, ON), 1}, {AT(7, FREQ_HZ), 7000}, {AT(7, GAIN_DB), -3}, {AT(7, Q), 2}, {AT(8, ON), 1},
        {AT(8, TYPE), HIGH_SHELF}, {AT(8, GAIN_DB), 2}, {AT(8, Q), 0.7f}, {OUTPUT_DB, 0.5f}),
    DAWG_PRESET(
        "mastering_air", "Mastering Air",
        "Half a dB of weight at 60 Hz (±0.1), 1 dB less at 320 Hz (±0.1), 1.4 dB of air at 16 kHz (±0.1), and what "
        "lies below 20 Hz falls by 4 dB or more; loudness stays within 0.5 LU.",
        {AT(1, ON), 1}, {AT(1, TYPE), HIGH_PASS}, {AT(1, FREQ_HZ), 24}, {AT(1, Q), 0.71f}, {AT(2, ON), 1},
        {AT(2, TYPE), LOW_SHELF}, {AT(2, FREQ_HZ), 90}, {AT(2, GAIN_DB), 0.8f}, {AT(2, Q), 0.7f}, {AT(3, ON), 1},
        {AT(3, FREQ_HZ), 320}, {AT(3, GAIN_DB), -1}, {AT(3, Q), 0.7f}, {AT(8, ON), 1}, {AT(8, TYPE), HIGH_SHELF},
        {AT(8, GAIN_DB), 2}, {AT(8, Q), 0.6f}),
    DAWG_PRESET(
        "hum_50_hz", "Hum 50 Hz",
        "Mains hum and its first seven overtones, 50 to 400 Hz, fall by 60 dB or more; 75 Hz, half-way between two "
        "of them, changes by less than 0.15 dB.",
        {AT(1, ON), 1}, {AT(1, TYPE), NOTCH}, {AT(1, FREQ_HZ), 50}, {AT(1, Q), 10}, {AT(2, ON), 1},
        {AT(2, TYPE), NOTCH}, {AT(2, FREQ_HZ), 100}, {AT(2, Q), 20}, {AT(3, ON), 1}, {AT(3, TYPE), NOTCH},
        {AT(3, FREQ_HZ), 150}, {AT(3, Q), 30}, {AT(4, ON), 1}, {AT(4, TYPE), NOTCH}, {AT(4, FREQ_HZ), 200},
        {AT(4, Q), 40}, {AT(5, ON), 1}, {AT(5, TYPE), NOTCH}, {AT(5, FREQ_HZ), 250}, {AT(5, Q), 40}, {AT(6, ON), 1},
        {AT(6, TYPE), NOTCH}, {AT(6, FREQ_HZ), 300}, {AT(6, Q), 40}, {AT(7, ON), 1}, {AT(7, TYPE), NOTCH},
        {AT(7, FREQ_HZ), 350}, {AT(7, Q), 40}, {AT(8, ON), 1}, {AT(8, TYPE), NOTCH}, {AT(8, FREQ_HZ), 400},
        {AT(8, Q), 40}),
    DAWG_PRESET(
        "hum_60_hz", "Hum 60 Hz",
        "Mains hum and its first seven overtones, 60 to 480 Hz, fall by 60 dB or more; 90 Hz, half-way between two "
        "of them, changes by less than 0.15 dB.",
        {AT(1, ON), 1}, {AT(1, TYPE), NOTCH}, {AT(1, FREQ_HZ), 60}, {AT(1, Q), 12}, {AT(2, ON), 1},
        {AT(2, TYPE), NOTCH}, {AT(2, FREQ_HZ), 120}, {AT(2, Q), 24}, {AT(3, ON), 1}, {AT(3, TYPE), NOTCH},
        {AT(3, FREQ_HZ), 180}, {AT(3, Q), 36}, {AT(4, ON), 1}, {AT(4, TYPE), NOTCH}, {AT(4, FREQ_HZ), 240},
        {AT(4, Q), 40}, {AT(5, ON), 1}, {AT(5, TYPE), NOTCH}, {AT(5, FREQ_HZ), 300}, {AT(5, Q), 40}, {AT(6, ON), 1},
        {AT(6, TYPE), NOTCH}, {AT(6, FREQ_HZ), 360}, {AT(6, Q), 40}, {AT(7, ON), 1}, {AT(7, TYPE), NOTCH},
        {AT(7, FREQ_HZ), 420}, {AT(7, Q), 40}, {AT(8, ON), 1}, {AT(8, TYPE), NOTCH}, {AT(8, FREQ_HZ), 480},
        {AT(8, Q), 40}),
};
#endif

typedef struct surgical_eq {
    dawg_eq_band band[BANDS];
    dawg_peak_meter input, output;
    double gain_from, gain_to; /* output_db as a factor, at the ends of this control period */
    uint32_t fresh;            /* nothing has been planned since a reset */
} surgical_eq;

static void layout(void *self, dawg_arena *a, const dawg_setup *s) { (void)self, (void)a, (void)s; }

static void reset(void *self, const dawg_setup *s)
{
    surgical_eq *x = self;
    *x = (surgical_eq){.fresh = 1};
    for (uint32_t i = 0; i < BANDS; ++i) dawg_eq_band_reset(&x->band[i], DAWG_PERIOD, (double)s->sample_rate);
    dawg_peak_meter_reset(&x->input, DAWG_PERIOD, s->sample_rate);
    dawg_peak_meter_reset(&x->output, DAWG_PERIOD, s->sample_rate);
}

static dawg_eq_knobs knobs(const float *v)
{
    return (dawg_eq_knobs){(double)v[FREQ_HZ], (double)v[GAIN_DB], (double)v[Q]};
}
static dawg_eq_type type_of(const float *v) { return (dawg_eq_type)(v[TYPE] + 0.5f); }

static double gain_of(float db) { return db == 0.0f ? 1.0 : dawg_db_to_gain_d((double)db); }

static void plan(surgical_eq *x, const dawg_block *b)
{
    for (uint32_t i = 0; i < BANDS; ++i) {
        const float *from = b->from + i * BAND_PARAMS, *to = b->to + i * BAND_PARAMS;
        const dawg_eq_knobs k0 = knobs(from), k1 = knobs(to);
        dawg_eq_band_plan(&x->band[i], to[ON] > 0.5f, type_of(to), &k0, &k1);
    }
    x->gain_from = x->gain_to;
    if (x->fresh || dawg_moved(b, OUTPUT_DB)) {
        x->gain_from = gain_of(b->from[OUTPUT_DB]);
        x->gain_to = gain_of(b->to[OUTPUT_DB]);
    }
    x->fresh = 0;
}

/* The whole output is input + mix (gain wet - input), exact where nothing is to be done. */
static void finish(const surgical_eq *x, const dawg_block *b, const dawg_d2 *wet)
{
    const double g0 = x->gain_from, g1 = x->gain_to, m0 = (double)b->from[MIX], m1 = (double)b->to[MIX];
    const int plain_gain = g0 == 1.0 && g1 == 1.0, all_wet = m0 == 1.0 && m1 == 1.0;
    if (m0 == 0.0 && m1 == 0.0) { /* the input's own bits: -0 too */
        for (uint32_t c = 0; c < 2; ++c) memcpy(b->out[c], b->in[c], sizeof(float) * b->n);
        return;
    }
    for (uint32_t i = 0; i < b->n; ++i) {
        const double u = (double)(b->at + i) * (1.0 / DAWG_PERIOD);
        dawg_d2 y = plain_gain ? wet[i] : wet[i] * (g0 + (g1 - g0) * u);
        if (!all_wet) {
            const dawg_d2 in = {(double)b->in[0][i], (double)b->in[1][i]};
            y = in + (m0 + (m1 - m0) * u) * (y - in);
        }
        b->out[0][i] = (float)y[0];
        b->out[1][i] = (float)y[1];
    }
}

static void process(void *self, const dawg_block *b)
{
    surgical_eq *x = self;
    if (b->at == 0 || x->fresh) plan(x, b);
    if (dawg_eq_bands_idle(x->band, BANDS) && x->gain_from == 1.0 && x->gain_to == 1.0) {
        for (uint32_t c = 0; c < 2; ++c) memcpy(b->out[c], b->in[c], sizeof(float) * b->n);
    } else {
        dawg_d2 wet[DAWG_PERIOD];
        for (uint32_t i = 0; i < b->n; ++i) wet[i] = (dawg_d2){(double)b->in[0][i], (double)b->in[1][i]};
        dawg_eq_bands_run(x->band, BANDS, b->at, wet, b->n);
        finish(x, b, wet);
    }
    dawg_peak_meter_feed(&x->input, b->in, b->n);
    dawg_peak_meter_feed(&x->output, (const float *const *)b->out, b->n);
    if (b->at + b->n < DAWG_PERIOD) return;
    for (uint32_t i = 0; i < BANDS; ++i) dawg_eq_band_end(&x->band[i]);
    b->meters[INPUT_PEAK_DB] = dawg_peak_meter_end(&x->input);
    b->meters[OUTPUT_PEAK_DB] = dawg_peak_meter_end(&x->output);
}

/* The sections of the bands that are in the path, of band `only` alone if it is not 0. */
static uint32_t in_path(const float *v, const dawg_setup *s, uint32_t only, dawg_svf *sections)
{
    uint32_t n = 0;
    for (uint32_t band = 1; band <= BANDS; ++band, v += BAND_PARAMS) {
        const dawg_eq_type type = type_of(v);
        if (v[ON] < 0.5f || (dawg_eq_has_gain(type) && v[GAIN_DB] == 0.0f) || (only && only != band)) continue;
        sections[n++] =
            dawg_eq_design(type, (double)v[FREQ_HZ], (double)s->sample_rate, (double)v[GAIN_DB], (double)v[Q]);
    }
    return n;
}

static uint32_t tail(const float *v, const dawg_setup *s, const dawg_transport *t)
{
    (void)t;
    dawg_svf sections[BANDS];
    const uint32_t n = in_path(v, s, 0, sections);
    return (uint32_t)dawg_min_d(dawg_eq_tail(sections, n, gain_of(v[OUTPUT_DB]) * (double)v[MIX]),
                                (double)(DAWG_TAIL_FOREVER - 1u));
}

static void draw(const float *v, const dawg_setup *s, uint32_t part, const float *x, float *y, uint32_t n)
{
    dawg_svf sections[BANDS];
    const uint32_t bands = in_path(v, s, part, sections);
    const double gain = part ? 1.0 : gain_of(v[OUTPUT_DB]), mix = part ? 1.0 : (double)v[MIX];
    for (uint32_t i = 0; i < n; ++i) {
        double h[2];
        dawg_svf_response(sections, bands, (double)x[i] / (double)s->sample_rate, h);
        const double re = 1.0 + mix * (gain * h[0] - 1.0), im = mix * (gain * h[1]);
        y[i] = dawg_gain_to_db((float)dawg_sqrt_d(re * re + im * im));
    }
}

const dawg_plugin dawg_surgical_eq = {.key = DAWG_TEXT("surgical_eq"),
                                      .name = DAWG_TEXT("Surgical EQ"),
                                      .help = DAWG_TEXT("Eight exact bands for repair and shaping, without latency."),
                                      .category = DAWG_EQ,
                                      .version = 1,
                                      .params = params,
                                      .n_params = N_PARAMS,
                                      .meters = meters,
                                      .n_meters = N_METERS,
                                      .presets = DAWG_PRESETS(presets),
                                      .state_size = sizeof(surgical_eq),
                                      .layout = layout,
                                      .reset = reset,
                                      .process = process,
                                      .tail = tail,
                                      .curve_kind = DAWG_RESPONSE,
                                      .curve_parts = BANDS,
                                      .draw = draw};
