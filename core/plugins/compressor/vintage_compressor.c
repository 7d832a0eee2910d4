/* SPDX-License-Identifier: MIT
 * vintage_compressor.c - four classic compressors by their published behaviour, then tubes and transformers.
 *
 *   in --+--> x gain x make-up --> warmth (low shelf) --> delay + harmonics (harmonics.h) --+--> out = in + mix (wet - in)
 *        +--> delay ------------------------------------------------------------------------+
 *        |
 *   key or in --> low cut --> high cut --+--> classic_detector.h --> gain
 *                                        +--> delay --> listen: instead of the compressed sound
 *
 * The models are data (classic_laws.c). Harmonics are added to the compressed sound, which itself is only delayed:
 * without them, at a ratio of 1:1 or under a silent key, the output is the input, bit for bit, 59 samples later at every
 * setting (harmonics.h). Automatic make-up (makeup.h) gives the compressed sound the loudness of the input, so that the
 * harmonic stage gets what it would without compression; it is not part of the drawn curve. */
#include "vintage_compressor_tables.h"
#include "dsp/cold.h"
#include "dsp/auto_makeup.h"
#include "dsp/cut.h"
#include "dsp/delay.h"
#include "dsp/eq_band.h"
#include "dsp/harmonics.h"
#include "classic_detector.h"
#include <string.h>

#define LATENCY DAWG_HARMONICS_LATENCY
#define WARMTH_HZ 150.0
#define WARMTH_DB 3.0
#define WARMTH_Q 0.6

enum { INPUT, KEY, OUTPUT, N_PEAKS }; /* in the order of their meters */

typedef struct vintage_compressor {
    classic_detector detector;
    dawg_cut low, high;
    dawg_auto_makeup makeup;
    dawg_eq_band *warmth;
    dawg_harmonics stage;
    dawg_harmonics_state *stage_state; /* [2] */
    dawg_delay dry[2], wet[2], key[2];
    dawg_switch listen;
    dawg_peak_meter peak[N_PEAKS];
    uint32_t fresh; /* no control period has begun since the reset */
} vintage_compressor;

/* ---- life ------------------------------------------------------------------------------------------------------- */

static DAWG_COLD void layout(void *self, dawg_arena *a, const dawg_setup *s)
{
    vintage_compressor *x = self;
    const uint32_t longest = LATENCY + DAWG_PERIOD;
    (void)s;
    x->warmth = dawg_take(a, dawg_eq_band, 1);
    x->stage_state = dawg_take(a, dawg_harmonics_state, 2);
    for (int c = 0; c < 2; ++c) {
        dawg_delay_init(&x->dry[c], dawg_take(a, float, dawg_delay_size(longest)), longest);
        dawg_delay_init(&x->wet[c], dawg_take(a, float, dawg_delay_size(longest)), longest);
        dawg_delay_init(&x->key[c], dawg_take(a, float, dawg_delay_size(longest)), longest);
    }
}

static DAWG_COLD void reset(void *self, const dawg_setup *s)
{
    vintage_compressor *x = self;
    const double rate = (double)s->sample_rate;
    for (int c = 0; c < 2; ++c) {
        dawg_delay_reset(&x->dry[c]);
        dawg_delay_reset(&x->wet[c]);
        dawg_delay_reset(&x->key[c]);
    }
    classic_detector_reset(&x->detector, DAWG_PERIOD, rate);
    dawg_cut_reset(&x->low, DAWG_EQ_HIGH_PASS, params[KEY_LOW_CUT_HZ].min, DAWG_PERIOD, rate);
    dawg_cut_reset(&x->high, DAWG_EQ_LOW_PASS, params[KEY_HIGH_CUT_HZ].max, DAWG_PERIOD, rate);
    dawg_auto_makeup_reset(&x->makeup, DAWG_PERIOD, rate);
    dawg_eq_band_reset(x->warmth, DAWG_PERIOD, rate);
    dawg_harmonics_reset(&x->stage, x->stage_state, DAWG_PERIOD, rate);
    dawg_switch_reset(&x->listen, DAWG_PERIOD, rate);
    for (int i = 0; i < N_PEAKS; ++i) dawg_peak_meter_reset(&x->peak[i], DAWG_PERIOD, s->sample_rate);
    x->fresh = 1;
}

/* ---- control ---------------------------------------------------------------------------------------------------- */

static classic_knobs knobs(const float *v)
{
    return (classic_knobs){.model = (classic_model_id)(v[MODEL] + 0.5f),
                           .stepped = v[STEPPED] > 0.5f,
                           .all_buttons = v[ALL_BUTTONS] > 0.5f,
                           .auto_release = v[AUTO_RELEASE] > 0.5f,
                           .time_constant = (uint32_t)(v[TIME_CONSTANT] + 0.5f),
                           .threshold_db = v[THRESHOLD_DB],
                           .ratio = v[RATIO],
                           .knee_db = v[KNEE_DB],
                           .attack_ms = v[ATTACK_MS],
                           .release_ms = v[RELEASE_MS]};
}

static dawg_harmonics_knobs stage_knobs(const float *v, classic_colour own)
{
    return (dawg_harmonics_knobs){v[HARMONICS], v[DRIVE_DB], v[EVEN] * own.even, v[ODD] * own.odd,
                                  v[TRANSFORMER] * own.iron};
}

static dawg_eq_shape shelf(const float *v)
{
    return (dawg_eq_shape){
        .type = DAWG_EQ_LOW_SHELF, .hz = WARMTH_HZ, .gain_db = WARMTH_DB * (double)v[WARMTH], .q = WARMTH_Q};
}

static void begin_period(vintage_compressor *x, const dawg_block *b)
{
    const float *v = b->to;
    const classic_knobs set = knobs(v);
    const dawg_eq_shape from = shelf(b->from), to = shelf(v);
    classic_detector_plan(&x->detector, &set, v[LINK]);
    const dawg_harmonics_knobs start = stage_knobs(b->from, classic_detector_colour(&x->detector, 0));
    const dawg_harmonics_knobs end = stage_knobs(v, classic_detector_colour(&x->detector, DAWG_PERIOD));
    dawg_harmonics_plan(&x->stage, v[QUALITY] > 0.5f, &start, &end);
    dawg_cut_plan(&x->low, b->from[KEY_LOW_CUT_HZ], v[KEY_LOW_CUT_HZ]);
    dawg_cut_plan(&x->high, b->from[KEY_HIGH_CUT_HZ], v[KEY_HIGH_CUT_HZ]);
    dawg_eq_band_plan(x->warmth, 1, DAWG_EQ_STEREO, &from, &to);
    dawg_switch_plan(&x->listen, v[KEY_LISTEN] > 0.5f);
    dawg_auto_makeup_plan(&x->makeup, v[AUTO_MAKEUP] > 0.5f);
    x->fresh = 0;
}

static DAWG_COLD void end_period(vintage_compressor *x, const dawg_block *b)
{
    classic_detector_end(&x->detector);
    dawg_cut_end(&x->low);
    dawg_cut_end(&x->high);
    dawg_eq_band_end(x->warmth);
    dawg_harmonics_end_period(&x->stage);
    dawg_switch_end(&x->listen);
    dawg_auto_makeup_end(&x->makeup);
    b->meters[GAIN_REDUCTION_DB] = x->detector.deepest;
    b->meters[AUTO_MAKEUP_DB] = (float)x->makeup.db[0];
    for (int i = 0; i < N_PEAKS; ++i) b->meters[INPUT_PEAK_DB + i] = dawg_peak_meter_end(&x->peak[i]);
}

/* ---- sound ------------------------------------------------------------------------------------------------------ */

typedef float stereo[2][DAWG_PERIOD];

static void make_key(vintage_compressor *x, const dawg_block *b, stereo key)
{
    const float *const *from = b->side && b->to[SIDECHAIN] > 0.5f ? b->side : b->in;
    for (int c = 0; c < 2; ++c) memcpy(key[c], from[c], sizeof(float) * b->n);
    dawg_cuts_run(&x->low, &x->high, b->at, b->n, key[0], key[1]);
    dawg_peak_meter_feed(&x->peak[KEY], (const float *const[2]){key[0], key[1]}, b->n);
    for (int c = 0; c < 2; ++c) dawg_delay_write(&x->key[c], key[c], b->n);
}

/* Of the gain alone: what the make-up is measured on. */
static void measure(vintage_compressor *x, const dawg_block *b, stereo gain)
{
    if (dawg_auto_makeup_off(&x->makeup)) return;
    stereo weighted, wet;
    const float *const in[2] = {weighted[0], weighted[1]}, *const out[2] = {wet[0], wet[1]};
    dawg_makeup_weigh(&x->makeup.measured, b->in, b->n, (float *const[2]){weighted[0], weighted[1]});
    for (int c = 0; c < 2; ++c)
        for (uint32_t i = 0; i < b->n; ++i) wet[c][i] = weighted[c][i] * gain[c][i];
    dawg_makeup_feed(&x->makeup.measured, in, out, b->n);
}

/* The input times gain and make-up: its own bits where all that is 1. */
static void compress(const vintage_compressor *x, const dawg_block *b, stereo gain, stereo wet)
{
    float makeup[2];
    for (uint32_t end = 0; end < 2; ++end)
        makeup[end] = dawg_db_to_gain((end ? b->to : b->from)[MAKEUP_DB] + dawg_auto_makeup_db(&x->makeup, end));
    for (int c = 0; c < 2; ++c)
        for (uint32_t i = 0; i < b->n; ++i) wet[c][i] = b->in[c][i] * (gain[c][i] * dawg_along(makeup, b->at + i));
}

static void warm(vintage_compressor *x, const dawg_block *b, stereo wet)
{
    if (dawg_eq_bands_idle(x->warmth, 1)) return;
    dawg_d2 io[DAWG_PERIOD];
    for (uint32_t i = 0; i < b->n; ++i) io[i] = (dawg_d2){(double)wet[0][i], (double)wet[1][i]};
    dawg_eq_bands_run(x->warmth, 1, b->at, io, b->n);
    for (int c = 0; c < 2; ++c)
        for (uint32_t i = 0; i < b->n; ++i) wet[c][i] = (float)io[i][c];
}

/* With harmonics, 59 samples later. */
static void colour(vintage_compressor *x, const dawg_block *b, stereo wet)
{
    float held[DAWG_PERIOD];
    for (uint32_t c = 0; c < 2; ++c) {
        dawg_delay_write(&x->wet[c], wet[c], b->n);
        dawg_delay_read(&x->wet[c], wet[c], b->n, LATENCY + b->n);
        if (!dawg_harmonics_heard(&x->stage)) continue;
        dawg_delay_read(&x->wet[c], held, b->n, dawg_harmonics_held_back(&x->stage) + b->n);
        dawg_harmonics_run(&x->stage, c, b->at, held, wet[c], b->n);
    }
}

/* With the dry share, and the key in place of the compressed sound. */
static void finish(vintage_compressor *x, const dawg_block *b, stereo wet)
{
    const float mix[2] = {b->from[MIX], b->to[MIX]};
    const int all_wet = mix[0] == 1.0f && mix[1] == 1.0f, all_dry = mix[0] == 0.0f && mix[1] == 0.0f;
    const int listens = !dawg_switch_off(&x->listen);
    float dry[DAWG_PERIOD], key[DAWG_PERIOD];
    for (int c = 0; c < 2; ++c) {
        float *const out = b->out[c];
        dawg_delay_write(&x->dry[c], b->in[c], b->n);
        dawg_delay_read(&x->dry[c], dry, b->n, LATENCY + b->n);
        if (listens) {
            dawg_delay_read(&x->key[c], key, b->n, LATENCY + b->n);
            for (uint32_t i = 0; i < b->n; ++i) {
                const float w = dawg_switch_at(&x->listen, b->at + i);
                wet[c][i] = w < 1.0f ? wet[c][i] + w * (key[i] - wet[c][i]) : key[i];
            }
        }
        for (uint32_t i = 0; i < b->n; ++i)
            out[i] = all_wet ? wet[c][i] : dry[i] + dawg_along(mix, b->at + i) * (wet[c][i] - dry[i]);
        if (all_dry) memcpy(out, dry, sizeof(float) * b->n); /* its own bits: -0 too */
    }
}

static void process(void *self, const dawg_block *b)
{
    vintage_compressor *x = self;
    stereo key, gain, wet;
    if (b->at == 0 || x->fresh) begin_period(x, b);
    make_key(x, b, key);
    const int same = classic_detector_run(&x->detector, b->at, b->n, (const float *const[2]){key[0], key[1]},
                                          (float *const[2]){gain[0], gain[1]});
    for (int c = 0; c < (same ? 1 : 2); ++c)
        for (uint32_t i = 0; i < b->n; ++i) gain[c][i] = dawg_db_to_gain(-gain[c][i]);
    if (same) memcpy(gain[1], gain[0], sizeof(float) * b->n);
    measure(x, b, gain);
    compress(x, b, gain, wet);
    warm(x, b, wet);
    colour(x, b, wet);
    finish(x, b, wet);
    dawg_peak_meter_feed(&x->peak[INPUT], b->in, b->n);
    dawg_peak_meter_feed(&x->peak[OUTPUT], (const float *const *)b->out, b->n);
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

static dawg_gain_curve curve_of(const float *v)
{
    const classic_knobs k = knobs(v);
    const classic_wiring w = classic_wire(&k);
    return classic_law_of(&w, &k).curve;
}

static DAWG_COLD uint32_t key_tail(const float *v, double rate)
{
    dawg_svf cuts[2];
    uint32_t n = 0;
    if (v[KEY_LOW_CUT_HZ] > params[KEY_LOW_CUT_HZ].min)
        cuts[n++] = dawg_cut_design(DAWG_EQ_HIGH_PASS, (double)v[KEY_LOW_CUT_HZ], rate);
    if (v[KEY_HIGH_CUT_HZ] < params[KEY_HIGH_CUT_HZ].max)
        cuts[n++] = dawg_cut_design(DAWG_EQ_LOW_PASS, (double)v[KEY_HIGH_CUT_HZ], rate);
    return n ? (uint32_t)dawg_eq_tail(cuts, n, (double)v[MIX]) : 0u;
}

/* Full-scale white noise, as loud as its curve leaves it or as automatic make-up restores it; what rings and leaks
 * after it is the shelf, the blocker and the core. */
static DAWG_COLD uint32_t tail(const float *v, const dawg_setup *s, const dawg_transport *t)
{
    (void)t;
    const double rate = (double)s->sample_rate;
    if (v[KEY_LISTEN] > 0.5f) return LATENCY + key_tail(v, rate);
    const dawg_gain_curve curve = curve_of(v);
    const float reduced_db = v[AUTO_MAKEUP] > 0.5f ? 0.0f : dawg_gain_curve_db(&curve, 0.0f);
    const double level = dawg_db_to_gain_d((double)(v[MAKEUP_DB] - reduced_db)), noise = 0.58;
    const dawg_harmonics_knobs stage = stage_knobs(v, classic_colour_of((classic_model_id)(v[MODEL] + 0.5f)));
    const dawg_eq_shape warmth = shelf(v);
    const dawg_svf section = dawg_eq_design(warmth.type, warmth.hz, rate, warmth.gain_db, warmth.q);
    const double mix = (double)v[MIX], boost = dawg_db_to_gain_d(warmth.gain_db);
    const double rings = warmth.gain_db > 0.0 ? dawg_eq_tail(&section, 1, level * mix) : 0.0;
    const double leaks = dawg_harmonics_tail(&stage, mix, noise * level * boost, rate);
    return LATENCY + (uint32_t)dawg_max_d(rings, leaks);
}

/* What a steady tone far above the bass has after the harmonic stage, whose mean its blocker takes off: peaks of both
 * signs, for an amplitude. */
#define SHAPE 32u
static DAWG_COLD void tube(const dawg_harmonics_knobs *k, float amplitude, float peak[2])
{
    const dawg_shaper shaper = dawg_shaper_design(k->drive_db, k->odd, k->even);
    float x[SHAPE + 2], mean = 0.0f;
    for (uint32_t i = 0; i < SHAPE; ++i) /* half a cycle, from trough to crest */
        x[i] = amplitude * dawg_sin_turns(((float)(int32_t)i + 0.5f) / (2.0f * SHAPE) - 0.25f);
    x[SHAPE] = amplitude;
    x[SHAPE + 1] = -amplitude;
    dawg_shaper_added(&shaper, &shaper, 0, DAWG_PERIOD, x, SHAPE + 2, 1);
    for (uint32_t i = 0; i < SHAPE; ++i) mean += x[i] * (1.0f / SHAPE);
    peak[0] = amplitude + k->amount * (x[SHAPE] - mean);
    peak[1] = amplitude - k->amount * (x[SHAPE + 1] - mean);
}

/* Of both channels alike, apart from automatic make-up and warmth. */
static DAWG_COLD void draw(const float *v, const dawg_setup *s, uint32_t part, const float *x, float *y, uint32_t n)
{
    (void)s, (void)part;
    const dawg_gain_curve curve = curve_of(v);
    const dawg_harmonics_knobs stage = stage_knobs(v, classic_colour_of((classic_model_id)(v[MODEL] + 0.5f)));
    for (uint32_t i = 0; i < n; ++i) {
        const float gain = dawg_db_to_gain(v[MAKEUP_DB] - dawg_gain_curve_db(&curve, x[i]));
        float wet[2] = {gain, gain};
        if (stage.amount > 0.0f) {
            const float in = dawg_db_to_gain(x[i]);
            tube(&stage, in * gain, wet);
            for (int k = 0; k < 2; ++k) wet[k] /= in;
        }
        y[i] = x[i] + dawg_gain_to_db(dawg_max(dawg_abs((1.0f - v[MIX]) + v[MIX] * wet[0]),
                                               dawg_abs((1.0f - v[MIX]) + v[MIX] * wet[1])));
    }
}

const dawg_plugin dawg_vintage_compressor = {
    .key = DAWG_TEXT("vintage_compressor"),
    .name = DAWG_TEXT("Vintage Compressor"),
    .help = DAWG_HELP("Opto, FET, tube and VCA compressors as they were published, with their colour."),
    .category = DAWG_COMPRESSOR,
    .version = 1,
    .side_channels = 2,
    .params = params,
    .n_params = N_PARAMS,
    .meters = meters,
    .n_meters = N_METERS,
    .presets = DAWG_PRESETS(presets),
    .state_size = sizeof(vintage_compressor),
    .layout = DAWG_SOUND(layout),
    .reset = DAWG_SOUND(reset),
    .process = DAWG_SOUND(process),
    .latency = DAWG_SOUND(latency),
    .latency_max = DAWG_SOUND(latency_max),
    .tail = DAWG_SOUND(tail),
    .curve_kind = DAWG_TRANSFER,
    .draw = DAWG_SOUND(draw),
};
