/* SPDX-License-Identifier: MIT
 * vocal_compressor.c - a compressor for a voice, and what a voice needs besides, each in its own band.
 *
 *     in --+--> delay (lookahead) --+------> x gain make-up --> stages --> out, with the dry sound by mix
 *          |                        +--> what the stages listen to   (vocal_stages.h)
 *   key or in --> low cut --+--> compressor.h --> gain
 *                           +--> delay --> listen: instead of the compressed sound
 *
 * The gain multiplies the delayed input, and of the stages only what they change is added:
 *
 *     out = in (1 - mix + mix gain make-up) + mix (stages(w) - w),   w = in gain make-up
 *
 * so mix, ratio 1:1 or a silent key are exact wherever no stage acts. With lookahead the reduction also holds for that
 * long, so that attack and release are early and late by the same.
 *
 * Automatic make-up (makeup.h) gives the compressed sound the loudness of the input; what the stages lift comes on top.
 * Neither is part of the drawn curve. Sources: Giannoulis, Massberg, Reiss 2012 (envelope.h, gain_curve.h), ITU-R BS.1770
 * (makeup.h), McLeod & Wyvill 2005 (fundamental.h), and those of the stages. */
#include "dsp/cold.h"
#include "dsp/auto_makeup.h"
#include "dsp/compressor.h"
#include "dsp/cut.h"
#include "dsp/lookahead_tap.h"
#include "dsp/peak_meter.h"
#include "vocal_compressor_tables.h"
#include "vocal_stages.h"
#include <string.h>

enum { INPUT, KEY, OUTPUT, N_PEAKS }; /* in the order of their meters */

typedef struct vocal_compressor {
    dawg_compressor compressor;
    dawg_cut low;
    dawg_auto_makeup makeup;
    dawg_delay audio[2], key[2];
    dawg_lookahead_tap late;
    dawg_switch listen;
    dawg_vocal_stages *stages;
    dawg_peak_meter peak[N_PEAKS];
    uint32_t fresh; /* no control period has begun since the reset */
    float rate;
} vocal_compressor;

/* ---- life ------------------------------------------------------------------------------------------------------- */

static uint32_t lookahead_frames(float ms, const dawg_setup *s)
{
    return (uint32_t)((double)ms * 0.001 * (double)s->sample_rate + 0.5);
}
static DAWG_COLD uint32_t latency(const float *v, const dawg_setup *s) { return lookahead_frames(v[LOOKAHEAD_MS], s); }
static DAWG_COLD uint32_t latency_max(const dawg_setup *s) { return lookahead_frames(LOOKAHEAD_MAX_MS, s); }

static DAWG_COLD void layout(void *self, dawg_arena *a, const dawg_setup *s)
{
    vocal_compressor *x = self;
    const uint32_t longest = latency_max(s) + DAWG_PERIOD;
    x->stages = dawg_take(a, dawg_vocal_stages, 1);
    for (int c = 0; c < 2; ++c) {
        dawg_delay_init(&x->audio[c], dawg_take(a, float, dawg_delay_size(longest)), longest);
        dawg_delay_init(&x->key[c], dawg_take(a, float, dawg_delay_size(longest)), longest);
    }
}

static DAWG_COLD void reset(void *self, const dawg_setup *s)
{
    vocal_compressor *x = self;
    const double rate = (double)s->sample_rate;
    for (int c = 0; c < 2; ++c) {
        dawg_delay_reset(&x->audio[c]);
        dawg_delay_reset(&x->key[c]);
    }
    dawg_compressor_reset(&x->compressor, DAWG_PERIOD, rate);
    dawg_cut_reset(&x->low, DAWG_EQ_HIGH_PASS, params[KEY_LOW_CUT_HZ].min, DAWG_PERIOD, rate);
    dawg_auto_makeup_reset(&x->makeup, DAWG_PERIOD, rate);
    dawg_lookahead_tap_reset(&x->late, DAWG_PERIOD, rate);
    dawg_switch_reset(&x->listen, DAWG_PERIOD, rate);
    dawg_vocal_stages_reset(x->stages, s->sample_rate);
    for (int i = 0; i < N_PEAKS; ++i) dawg_peak_meter_reset(&x->peak[i], DAWG_PERIOD, s->sample_rate);
    x->fresh = 1;
    x->rate = s->sample_rate;
}

/* ---- control ---------------------------------------------------------------------------------------------------- */

static dawg_gain_curve curve_of(const float *v)
{
    const float slope = v[RATIO] < RATIO_MAX ? dawg_gain_curve_slope(v[RATIO]) : 1.0f;
    return dawg_gain_curve_make(v[THRESHOLD_DB], slope, v[KNEE_DB], DAWG_RANGE_ALL);
}

static dawg_vocal_setting stages_of(const float *v)
{
    return (dawg_vocal_setting){v[PROXIMITY_DB], v[DE_ESS_DB], v[BREATH_DB], v[PRESENCE_DB], v[AIR_DB]};
}

static dawg_vocal_voice voice_of(const float *v) { return (dawg_vocal_voice)(uint32_t)(v[VOICE] + 0.5f); }

static DAWG_COLD void begin_period(vocal_compressor *x, const dawg_block *b)
{
    const float *v = b->to;
    const uint32_t frames = lookahead_frames(v[LOOKAHEAD_MS], &(dawg_setup){x->rate});
    const dawg_compressor_setting set = {.curve = curve_of(v),
                                         .attack_ms = v[ATTACK_MS],
                                         .hold_ms = 1000.0f * (float)frames / x->rate,
                                         .release_ms = v[RELEASE_MS],
                                         .link = v[LINK],
                                         .rms = v[DETECTOR] > 0.5f,
                                         .auto_release = v[AUTO_RELEASE] > 0.5f};
    const dawg_vocal_setting from = stages_of(b->from), to = stages_of(v);
    dawg_compressor_plan(&x->compressor, &set);
    dawg_cut_plan(&x->low, b->from[KEY_LOW_CUT_HZ], v[KEY_LOW_CUT_HZ]);
    dawg_lookahead_tap_plan(&x->late, frames);
    dawg_switch_plan(&x->listen, v[KEY_LISTEN] > 0.5f);
    dawg_auto_makeup_plan(&x->makeup, v[AUTO_MAKEUP] > 0.5f);
    dawg_vocal_stages_plan(x->stages, voice_of(v), &from, &to);
    x->fresh = 0;
}

static DAWG_COLD void end_period(vocal_compressor *x, const dawg_block *b)
{
    dawg_compressor_end(&x->compressor);
    dawg_cut_end(&x->low);
    dawg_switch_end(&x->listen);
    dawg_lookahead_tap_end(&x->late);
    dawg_auto_makeup_end(&x->makeup);
    dawg_vocal_stages_end(x->stages);
    b->meters[GAIN_REDUCTION_DB] = dawg_compressor_reduction_db(&x->compressor);
    b->meters[AUTO_MAKEUP_DB] = (float)x->makeup.db[0];
    b->meters[FUNDAMENTAL_HZ] = x->stages->fundamental.hz;
    b->meters[DETECTED_VOICE] = (float)x->stages->type.kind;
    b->meters[PROXIMITY_REDUCTION_DB] = dawg_vocal_proximity_db(x->stages);
    b->meters[DE_ESS_REDUCTION_DB] = dawg_vocal_de_ess_db(x->stages);
    b->meters[BREATH_REDUCTION_DB] = dawg_vocal_breath_db(x->stages);
    for (int i = 0; i < N_PEAKS; ++i) b->meters[INPUT_PEAK_DB + i] = dawg_peak_meter_end(&x->peak[i]);
}

/* ---- sound ------------------------------------------------------------------------------------------------------ */

typedef float stereo[2][DAWG_PERIOD];

static void make_key(vocal_compressor *x, const dawg_block *b, stereo key)
{
    const float *const *from = b->side && b->to[SIDECHAIN] > 0.5f ? b->side : b->in;
    for (int c = 0; c < 2; ++c) memcpy(key[c], from[c], sizeof(float) * b->n);
    dawg_cut_run(&x->low, b->at, b->n, key[0], key[1]);
    dawg_peak_meter_feed(&x->peak[KEY], (const float *const[2]){key[0], key[1]}, b->n);
    for (int c = 0; c < 2; ++c) dawg_delay_write(&x->key[c], key[c], b->n);
}

static void find_gain(vocal_compressor *x, const dawg_block *b, stereo key, stereo gain)
{
    const int same = dawg_compressor_run(&x->compressor, b->at, b->n, (const float *const[2]){key[0], key[1]},
                                         (float *const[2]){gain[0], gain[1]});
    for (int c = 0; c < (same ? 1 : 2); ++c)
        for (uint32_t i = 0; i < b->n; ++i) gain[c][i] = dawg_db_to_gain(-gain[c][i]);
    if (same) memcpy(gain[1], gain[0], sizeof(float) * b->n);
}

/* Of the compressed sound alone: what the make-up is measured on. */
static void measure(vocal_compressor *x, const dawg_block *b, const float *const dry[2], stereo gain)
{
    if (dawg_auto_makeup_off(&x->makeup)) return;
    stereo weighted, wet;
    const float *const weighted_ptr[2] = {weighted[0], weighted[1]}, *const wet_ptr[2] = {wet[0], wet[1]};
    dawg_makeup_weigh(&x->makeup.measured, dry, b->n, (float *const[2]){weighted[0], weighted[1]});
    for (int c = 0; c < 2; ++c)
        for (uint32_t i = 0; i < b->n; ++i) wet[c][i] = weighted[c][i] * gain[c][i];
    dawg_makeup_feed(&x->makeup.measured, weighted_ptr, wet_ptr, b->n);
}

static void make_up(const vocal_compressor *x, const dawg_block *b, stereo gain)
{
    float makeup[2];
    for (uint32_t end = 0; end < 2; ++end)
        makeup[end] = dawg_db_to_gain((end ? b->to : b->from)[MAKEUP_DB] + dawg_auto_makeup_db(&x->makeup, end));
    for (int c = 0; c < 2; ++c)
        for (uint32_t i = 0; i < b->n; ++i) gain[c][i] *= dawg_along(makeup, b->at + i);
}

/* The stages always run, so that they hear; what they change is added where that is not nothing. */
static void complete(vocal_compressor *x, const dawg_block *b, const float *const dry[2], stereo gain)
{
    const float mix[2] = {b->from[MIX], b->to[MIX]};
    dawg_d2 wet[DAWG_PERIOD];
    for (uint32_t i = 0; i < b->n; ++i)
        wet[i] = (dawg_d2){(double)dry[0][i] * (double)gain[0][i], (double)dry[1][i] * (double)gain[1][i]};
    dawg_vocal_stages_run(x->stages, b->at, b->n, dry, wet);
    for (uint32_t c = 0; c < 2; ++c)
        for (uint32_t i = 0; i < b->n; ++i) {
            const float m = dawg_along(mix, b->at + i), y = dry[c][i] * ((1.0f - m) + m * gain[c][i]);
            const double change = (double)m * (wet[i][c] - (double)dry[c][i] * (double)gain[c][i]);
            b->out[c][i] = change == 0.0 ? y : (float)((double)y + change);
        }
}

/* The key in place of the compressed sound. */
static void listen(const vocal_compressor *x, const dawg_block *b, const float *const dry[2])
{
    if (dawg_switch_off(&x->listen)) return;
    const float mix[2] = {b->from[MIX], b->to[MIX]};
    stereo key;
    dawg_lookahead_tap_read(&x->late, x->key, b->at, b->n, (float *const[2]){key[0], key[1]});
    for (int c = 0; c < 2; ++c)
        for (uint32_t i = 0; i < b->n; ++i) {
            const float w = dawg_switch_at(&x->listen, b->at + i), m = dawg_along(mix, b->at + i);
            const float heard = (1.0f - m) * dry[c][i] + m * key[c][i], y = b->out[c][i];
            b->out[c][i] = w < 1.0f ? y + w * (heard - y) : heard;
        }
}

static void process(void *self, const dawg_block *b)
{
    vocal_compressor *x = self;
    stereo key, gain, dry;
    const float *const dry_ptr[2] = {dry[0], dry[1]};
    if (b->at == 0 || x->fresh) begin_period(x, b);
    make_key(x, b, key);
    find_gain(x, b, key, gain);
    for (int c = 0; c < 2; ++c) dawg_delay_write(&x->audio[c], b->in[c], b->n);
    dawg_lookahead_tap_read(&x->late, x->audio, b->at, b->n, (float *const[2]){dry[0], dry[1]});
    measure(x, b, dry_ptr, gain);
    make_up(x, b, gain);
    complete(x, b, dry_ptr, gain);
    listen(x, b, dry_ptr);
    dawg_peak_meter_feed(&x->peak[INPUT], b->in, b->n);
    dawg_peak_meter_feed(&x->peak[OUTPUT], (const float *const *)b->out, b->n);
    if (b->at + b->n == DAWG_PERIOD) end_period(x, b);
}

/* ---- what it says of itself ------------------------------------------------------------------------------------- */

/* The stages ring, and the key's filter while it is listened to. */
static DAWG_COLD uint32_t tail(const float *v, const dawg_setup *s, const dawg_transport *t)
{
    (void)t;
    const double rate = (double)s->sample_rate;
    const dawg_vocal_setting set = stages_of(v);
    dawg_svf ring[DAWG_VOCAL_SECTIONS + 1u];
    uint32_t n = dawg_vocal_sections(voice_of(v), &set, rate, ring);
    if (v[KEY_LISTEN] > 0.5f && v[KEY_LOW_CUT_HZ] > params[KEY_LOW_CUT_HZ].min)
        ring[n++] = dawg_cut_design(DAWG_EQ_HIGH_PASS, (double)v[KEY_LOW_CUT_HZ], rate);
    return latency(v, s) + (n ? (uint32_t)dawg_eq_tail(ring, n, (double)dawg_db_to_gain(v[MAKEUP_DB])) : 0u);
}

/* Of both channels alike, apart from automatic make-up and the stages. */
static DAWG_COLD void draw(const float *v, const dawg_setup *s, uint32_t part, const float *x, float *y, uint32_t n)
{
    (void)s, (void)part;
    const dawg_gain_curve curve = curve_of(v);
    for (uint32_t i = 0; i < n; ++i) {
        const float gain = dawg_db_to_gain(v[MAKEUP_DB] - dawg_gain_curve_db(&curve, x[i]));
        y[i] = x[i] + dawg_gain_to_db((1.0f - v[MIX]) + v[MIX] * gain);
    }
}

const dawg_plugin dawg_vocal_compressor = {
    .key = DAWG_TEXT("vocal_compressor"),
    .name = DAWG_TEXT("Vocal Compressor"),
    .help = DAWG_HELP(
        "A compressor for voices that minds their sibilants, breaths, boom and brilliance, each in its band."),
    .category = DAWG_COMPRESSOR,
    .version = 1,
    .side_channels = 2,
    .params = params,
    .n_params = N_PARAMS,
    .meters = meters,
    .n_meters = N_METERS,
    .presets = DAWG_PRESETS(presets),
    .state_size = sizeof(vocal_compressor),
    .layout = DAWG_SOUND(layout),
    .reset = DAWG_SOUND(reset),
    .process = DAWG_SOUND(process),
    .latency = DAWG_SOUND(latency),
    .latency_max = DAWG_SOUND(latency_max),
    .tail = DAWG_SOUND(tail),
    .curve_kind = DAWG_TRANSFER,
    .draw = DAWG_SOUND(draw),
};
