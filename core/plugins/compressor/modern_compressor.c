/* SPDX-License-Identifier: MIT
 * modern_compressor.c - a clean feed-forward compressor for tracks, buses and masters.
 *
 *     in --+--> delay (lookahead) ------------------------------------+--> x (1 - mix + mix gain make-up) --> out
 *          |                                                          |
 *   key or in --> low cut --> high cut --+--> (mid/side) --> compressor.h --> gain
 *                                        +--> delay --> listen: instead of the compressed sound
 *
 * The gain multiplies the delayed input, so dry and wet are one signal and mix, ratio 1:1 or a silent key are exact. Both
 * lanes of mid/side get their gains through L' = L (m + s)/2 + R (m - s)/2: equal gains leave left and right untouched.
 * With lookahead the reduction also holds for that long, so that attack and release are early and late by the same.
 *
 * Automatic make-up (makeup.h) gives the compressed sound the loudness of the input; it is not part of the drawn curve.
 * Sources: Giannoulis, Massberg, Reiss 2012 and 2013 (envelope.h, gain_curve.h, crest.h), ITU-R BS.1770 (makeup.h). */
#include "modern_compressor_tables.h"
#include "dsp/cold.h"
#include "dsp/auto_makeup.h"
#include "dsp/compressor.h"
#include "dsp/cut.h"
#include "dsp/eq_band.h"
#include "dsp/lookahead_tap.h"
#include "dsp/peak_meter.h"
#include <string.h>

enum { MID_SIDE, LISTEN, N_FADES };
enum { INPUT, KEY, OUTPUT, N_PEAKS }; /* in the order of their meters */

typedef struct modern_compressor {
    dawg_compressor compressor;
    dawg_cut low, high;
    dawg_auto_makeup makeup;
    dawg_delay audio[2], key[2];
    dawg_lookahead_tap late;
    dawg_switch fade[N_FADES];
    dawg_peak_meter peak[N_PEAKS];
    uint32_t fresh; /* no control period has begun since the reset */
    float rate;
} modern_compressor;

/* ---- life ------------------------------------------------------------------------------------------------------- */

static uint32_t lookahead_frames(float ms, const dawg_setup *s)
{
    return (uint32_t)((double)ms * 0.001 * (double)s->sample_rate + 0.5);
}
static DAWG_COLD uint32_t latency(const float *v, const dawg_setup *s) { return lookahead_frames(v[LOOKAHEAD_MS], s); }
static DAWG_COLD uint32_t latency_max(const dawg_setup *s) { return lookahead_frames(LOOKAHEAD_MAX_MS, s); }

static DAWG_COLD void layout(void *self, dawg_arena *a, const dawg_setup *s)
{
    modern_compressor *x = self;
    const uint32_t longest = latency_max(s) + DAWG_PERIOD;
    for (int c = 0; c < 2; ++c) {
        dawg_delay_init(&x->audio[c], dawg_take(a, float, dawg_delay_size(longest)), longest);
        dawg_delay_init(&x->key[c], dawg_take(a, float, dawg_delay_size(longest)), longest);
    }
}

static DAWG_COLD void reset(void *self, const dawg_setup *s)
{
    modern_compressor *x = self;
    const double rate = (double)s->sample_rate;
    for (int c = 0; c < 2; ++c) {
        dawg_delay_reset(&x->audio[c]);
        dawg_delay_reset(&x->key[c]);
    }
    dawg_compressor_reset(&x->compressor, DAWG_PERIOD, rate);
    dawg_cut_reset(&x->low, DAWG_EQ_HIGH_PASS, params[KEY_LOW_CUT_HZ].min, DAWG_PERIOD, rate);
    dawg_cut_reset(&x->high, DAWG_EQ_LOW_PASS, params[KEY_HIGH_CUT_HZ].max, DAWG_PERIOD, rate);
    dawg_auto_makeup_reset(&x->makeup, DAWG_PERIOD, rate);
    dawg_lookahead_tap_reset(&x->late, DAWG_PERIOD, rate);
    for (int i = 0; i < N_FADES; ++i) dawg_switch_reset(&x->fade[i], DAWG_PERIOD, rate);
    for (int i = 0; i < N_PEAKS; ++i) dawg_peak_meter_reset(&x->peak[i], DAWG_PERIOD, s->sample_rate);
    x->fresh = 1;
    x->rate = s->sample_rate;
}

/* ---- control ---------------------------------------------------------------------------------------------------- */

static dawg_gain_curve curve_of(const float *v)
{
    const float slope = v[RATIO] < RATIO_MAX ? dawg_gain_curve_slope(v[RATIO]) : 1.0f;
    return dawg_gain_curve_make(v[THRESHOLD_DB], slope, v[KNEE_DB], v[RANGE_DB]);
}

static DAWG_COLD void begin_period(modern_compressor *x, const dawg_block *b)
{
    const float *v = b->to;
    const uint32_t frames = lookahead_frames(v[LOOKAHEAD_MS], &(dawg_setup){x->rate});
    const dawg_compressor_setting set = {.curve = curve_of(v),
                                         .attack_ms = v[ATTACK_MS],
                                         .hold_ms = v[HOLD_MS] + 1000.0f * (float)frames / x->rate,
                                         .release_ms = v[RELEASE_MS],
                                         .transients = v[TRANSIENTS],
                                         .link = v[LINK],
                                         .rms = v[DETECTOR] > 0.5f,
                                         .auto_release = v[AUTO_RELEASE] > 0.5f,
                                         .adaptive_attack = v[ADAPTIVE_ATTACK] > 0.5f};
    dawg_compressor_plan(&x->compressor, &set);
    dawg_cut_plan(&x->low, b->from[KEY_LOW_CUT_HZ], v[KEY_LOW_CUT_HZ]);
    dawg_cut_plan(&x->high, b->from[KEY_HIGH_CUT_HZ], v[KEY_HIGH_CUT_HZ]);
    dawg_lookahead_tap_plan(&x->late, frames);
    dawg_switch_plan(&x->fade[MID_SIDE], v[PLACEMENT] > 0.5f);
    dawg_switch_plan(&x->fade[LISTEN], v[KEY_LISTEN] > 0.5f);
    dawg_auto_makeup_plan(&x->makeup, v[AUTO_MAKEUP] > 0.5f);
    x->fresh = 0;
}

static DAWG_COLD void end_period(modern_compressor *x, const dawg_block *b)
{
    dawg_compressor_end(&x->compressor);
    dawg_cut_end(&x->low);
    dawg_cut_end(&x->high);
    for (int i = 0; i < N_FADES; ++i) dawg_switch_end(&x->fade[i]);
    dawg_lookahead_tap_end(&x->late);
    dawg_auto_makeup_end(&x->makeup);
    b->meters[GAIN_REDUCTION_DB] = dawg_compressor_reduction_db(&x->compressor);
    b->meters[AUTO_MAKEUP_DB] = (float)x->makeup.db[0];
    for (int i = 0; i < N_PEAKS; ++i) b->meters[INPUT_PEAK_DB + i] = dawg_peak_meter_end(&x->peak[i]);
}

/* ---- sound ------------------------------------------------------------------------------------------------------ */

typedef float stereo[2][DAWG_PERIOD];

/* Left and right to the lanes that are compressed, in place. */
static void to_lanes(const modern_compressor *x, const dawg_block *b, stereo io)
{
    if (dawg_switch_off(&x->fade[MID_SIDE])) return;
    for (uint32_t i = 0; i < b->n; ++i) {
        const float w = dawg_switch_at(&x->fade[MID_SIDE], b->at + i), l = io[0][i], r = io[1][i];
        const float mid = 0.5f * (l + r), side = 0.5f * (l - r);
        io[0][i] = w < 1.0f ? l + w * (mid - l) : mid;
        io[1][i] = w < 1.0f ? r + w * (side - r) : side;
    }
}

/* Left and right times the gains of the lanes. */
static void multiply(const modern_compressor *x, const dawg_block *b, const float *const in[2], stereo gain,
                     float *const restrict out[2])
{
    if (dawg_switch_off(&x->fade[MID_SIDE])) {
        for (int c = 0; c < 2; ++c)
            for (uint32_t i = 0; i < b->n; ++i) out[c][i] = in[c][i] * gain[c][i];
        return;
    }
    for (uint32_t i = 0; i < b->n; ++i) {
        const float w = dawg_switch_at(&x->fade[MID_SIDE], b->at + i), l = in[0][i], r = in[1][i];
        const float own = 0.5f * (gain[0][i] + gain[1][i]), other = 0.5f * (gain[0][i] - gain[1][i]);
        const float left = l * gain[0][i], right = r * gain[1][i];
        out[0][i] = left + w * ((own * l + other * r) - left);
        out[1][i] = right + w * ((own * r + other * l) - right);
    }
}

static void make_key(modern_compressor *x, const dawg_block *b, stereo key)
{
    const float *const *from = b->side && b->to[SIDECHAIN] > 0.5f ? b->side : b->in;
    for (int c = 0; c < 2; ++c) memcpy(key[c], from[c], sizeof(float) * b->n);
    dawg_cuts_run(&x->low, &x->high, b->at, b->n, key[0], key[1]);
    dawg_peak_meter_feed(&x->peak[KEY], (const float *const[2]){key[0], key[1]}, b->n);
    for (int c = 0; c < 2; ++c) dawg_delay_write(&x->key[c], key[c], b->n);
}

/* Of the compressed sound alone: what the make-up is measured on. */
static void measure(modern_compressor *x, const dawg_block *b, const float *const dry[2], stereo gain)
{
    if (dawg_auto_makeup_off(&x->makeup)) return;
    stereo weighted, wet;
    const float *const weighted_ptr[2] = {weighted[0], weighted[1]}, *const wet_ptr[2] = {wet[0], wet[1]};
    dawg_makeup_weigh(&x->makeup.measured, dry, b->n, (float *const[2]){weighted[0], weighted[1]});
    multiply(x, b, weighted_ptr, gain, (float *const[2]){wet[0], wet[1]});
    dawg_makeup_feed(&x->makeup.measured, weighted_ptr, wet_ptr, b->n);
}

/* With make-up and the dry share: exactly 1 where all that is. */
static void complete(const modern_compressor *x, const dawg_block *b, int lanes, stereo gain)
{
    const float mix[2] = {b->from[MIX], b->to[MIX]};
    float makeup[2];
    for (uint32_t end = 0; end < 2; ++end)
        makeup[end] = dawg_db_to_gain((end ? b->to : b->from)[MAKEUP_DB] + dawg_auto_makeup_db(&x->makeup, end));
    for (int c = 0; c < lanes; ++c)
        for (uint32_t i = 0; i < b->n; ++i) {
            const float m = dawg_along(mix, b->at + i);
            gain[c][i] = (1.0f - m) + m * (gain[c][i] * dawg_along(makeup, b->at + i));
        }
    if (lanes == 1) memcpy(gain[1], gain[0], sizeof(float) * b->n);
}

/* The key in place of the compressed sound. */
static void listen(const modern_compressor *x, const dawg_block *b, stereo dry)
{
    if (dawg_switch_off(&x->fade[LISTEN])) return;
    const float mix[2] = {b->from[MIX], b->to[MIX]};
    stereo key;
    dawg_lookahead_tap_read(&x->late, x->key, b->at, b->n, (float *const[2]){key[0], key[1]});
    for (int c = 0; c < 2; ++c)
        for (uint32_t i = 0; i < b->n; ++i) {
            const float w = dawg_switch_at(&x->fade[LISTEN], b->at + i), m = dawg_along(mix, b->at + i);
            const float heard = (1.0f - m) * dry[c][i] + m * key[c][i], y = b->out[c][i];
            b->out[c][i] = w < 1.0f ? y + w * (heard - y) : heard;
        }
}

static void process(void *self, const dawg_block *b)
{
    modern_compressor *x = self;
    stereo key, gain, dry;
    const float *const dry_ptr[2] = {dry[0], dry[1]};
    if (b->at == 0 || x->fresh) begin_period(x, b);
    make_key(x, b, key);
    to_lanes(x, b, key);
    const int same = dawg_compressor_run(&x->compressor, b->at, b->n, (const float *const[2]){key[0], key[1]},
                                         (float *const[2]){gain[0], gain[1]});
    const int lanes = same ? 1 : 2; /* that need computing */
    for (int c = 0; c < lanes; ++c)
        for (uint32_t i = 0; i < b->n; ++i) gain[c][i] = dawg_db_to_gain(-gain[c][i]);
    if (same) memcpy(gain[1], gain[0], sizeof(float) * b->n);
    for (int c = 0; c < 2; ++c) dawg_delay_write(&x->audio[c], b->in[c], b->n);
    dawg_lookahead_tap_read(&x->late, x->audio, b->at, b->n, (float *const[2]){dry[0], dry[1]});
    measure(x, b, dry_ptr, gain);
    complete(x, b, lanes, gain);
    multiply(x, b, dry_ptr, gain, b->out);
    listen(x, b, dry);
    dawg_peak_meter_feed(&x->peak[INPUT], b->in, b->n);
    dawg_peak_meter_feed(&x->peak[OUTPUT], (const float *const *)b->out, b->n);
    if (b->at + b->n == DAWG_PERIOD) end_period(x, b);
}

/* ---- what it says of itself ------------------------------------------------------------------------------------- */

/* Only the key's filters ring, and only while they are listened to. */
static DAWG_COLD uint32_t tail(const float *v, const dawg_setup *s, const dawg_transport *t)
{
    (void)t;
    const double rate = (double)s->sample_rate;
    dawg_svf cuts[2];
    uint32_t n = 0;
    if (v[KEY_LISTEN] > 0.5f && v[KEY_LOW_CUT_HZ] > params[KEY_LOW_CUT_HZ].min)
        cuts[n++] = dawg_cut_design(DAWG_EQ_HIGH_PASS, (double)v[KEY_LOW_CUT_HZ], rate);
    if (v[KEY_LISTEN] > 0.5f && v[KEY_HIGH_CUT_HZ] < params[KEY_HIGH_CUT_HZ].max)
        cuts[n++] = dawg_cut_design(DAWG_EQ_LOW_PASS, (double)v[KEY_HIGH_CUT_HZ], rate);
    return latency(v, s) + (n ? (uint32_t)dawg_eq_tail(cuts, n, 1.0) : 0u);
}

/* Of both channels alike, apart from automatic make-up. */
static DAWG_COLD void draw(const float *v, const dawg_setup *s, uint32_t part, const float *x, float *y, uint32_t n)
{
    (void)s, (void)part;
    const dawg_gain_curve curve = curve_of(v);
    for (uint32_t i = 0; i < n; ++i) {
        const float gain = dawg_db_to_gain(v[MAKEUP_DB] - dawg_gain_curve_db(&curve, x[i]));
        y[i] = x[i] + dawg_gain_to_db((1.0f - v[MIX]) + v[MIX] * gain);
    }
}

const dawg_plugin dawg_modern_compressor = {
    .key = DAWG_TEXT("modern_compressor"),
    .name = DAWG_TEXT("Modern Compressor"),
    .help = DAWG_HELP("A clean compressor that adapts to what it hears and keeps the loudness."),
    .category = DAWG_COMPRESSOR,
    .version = 1,
    .side_channels = 2,
    .params = params,
    .n_params = N_PARAMS,
    .meters = meters,
    .n_meters = N_METERS,
    .presets = DAWG_PRESETS(presets),
    .state_size = sizeof(modern_compressor),
    .layout = DAWG_SOUND(layout),
    .reset = DAWG_SOUND(reset),
    .process = DAWG_SOUND(process),
    .latency = DAWG_SOUND(latency),
    .latency_max = DAWG_SOUND(latency_max),
    .tail = DAWG_SOUND(tail),
    .curve_kind = DAWG_TRANSFER,
    .draw = DAWG_SOUND(draw),
};
