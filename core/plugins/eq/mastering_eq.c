/* SPDX-License-Identifier: MIT
 * mastering_eq.c - six broad bands, a tone curve and the stereo balance for finished mixes, with a loudness readout.
 *
 *   in -> [6 bands, 8 tone shelves] -> mid and side -> x output --+-> out    out = dry + mix (wet [- dry: delta] - dry)
 *    |     eq_chain.h                                             |
 *    +---- the same latency ------------------------------- dry --+
 *
 * The bands follow their analog prototypes within 0.2 dB to 20 kHz at 44.1 kHz in every phase mode: a FIR drawn from
 * the prototypes (linear; mixed: with half of the minimum phase's shift, so that less rings before a blow), or matched
 * sections at twice the rate (minimum). The tone shelves stand at the edges of eight balance bands (tone_targets.h);
 * with Q 0.5 they overlap into a smooth curve. Five of them, two octaves apart, are the tilt: least squares in dB over
 * 40 Hz to 17 kHz give the shares below, within 0.11 dB of a straight line from 50 Hz to 15 kHz at 1.5 dB per octave.
 *
 * With nothing to do the output is the input, bit for bit, as late as the phase mode is. */
#include "analysis/output_watch.h"
#include "analysis/tone_targets.h"
#include "dsp/cold.h"
#include "dsp/eq_chain.h"
#include "dsp/fade.h"
#include "dsp/loudness_match.h"
#include "dsp/peak_meter.h"
#include "mastering_eq_tables.h"
#include "plugin.h"
#include <string.h>

#define FADE_S 0.02 /* of target and delta */

typedef struct mastering_eq {
    void *chain_memory, *match_memory, *watch_memory;
    dawg_eq_chain *chain;
    dawg_loudness_match *match;
    dawg_output_watch *watch;
    uint32_t fade_periods;
    uint32_t profile[2], turned;    /* the target, from one to the next; periods into the fade, settled at its end */
    float tone_db[DAWG_TONE_BANDS]; /* what is heard of it at the end of this control period */
    uint32_t delta;                 /* frames of its fade that have run */
    int32_t delta_way;
    double gain[2], mid[2], side[2]; /* factors at the ends of this control period */
    double rate;
    uint32_t fresh;
} mastering_eq;

/* ---- knobs ------------------------------------------------------------------------------------------------------ */

static dawg_eq_mode mode_of(const float *v)
{
    const uint32_t phase = (uint32_t)(v[PHASE] + 0.5f);
    return phase == MINIMUM ? DAWG_EQ_HQ : phase == LINEAR ? DAWG_EQ_LINEAR : DAWG_EQ_MIXED;
}
#define MODES (1u << DAWG_EQ_HQ | 1u << DAWG_EQ_LINEAR | 1u << DAWG_EQ_MIXED)

static double gain_of(double db) { return db == 0.0 ? 1.0 : dawg_db_to_gain_d(db); }

static uint32_t target_of(const float *v) { return (uint32_t)(v[TARGET] + 0.5f); }

static float offset_db(const float *v, uint32_t profile, uint32_t band)
{
    return profile == DAWG_TONE_CUSTOM ? v[CUSTOM1_DB + band] : dawg_tone_offset_db[profile][band];
}

static void tone_of(const float *v, float tone_db[DAWG_TONE_BANDS])
{
    for (uint32_t i = 0; i < DAWG_TONE_BANDS; ++i) tone_db[i] = v[TARGET_AMOUNT] * offset_db(v, target_of(v), i);
}

/* Stands on band 5, 0.5-2 kHz: what lies below hangs on low shelves, what lies above on high ones. */
#define BASE 4u
static DAWG_COLD void settings_of(const float *v, const float tone_db[DAWG_TONE_BANDS], dawg_eq_setting *s)
{
    static const dawg_eq_type types[] = {DAWG_EQ_BELL, DAWG_EQ_LOW_SHELF, DAWG_EQ_HIGH_SHELF};
    static const struct {
        double hz, tilt;      /* share of the tilt, octaves */
        int32_t inner, outer; /* the balance bands on either side; -1: none */
    } shelf[SHELVES] = {{30, -2.126, -1, -1}, {60, 0, 1, 0},       {120, -2.077, 2, 1}, {250, 0, 3, 2},
                        {500, -2.009, 4, 3},  {2000, 1.908, 4, 5}, {4000, 0, 5, 6},     {8000, 2.523, 6, 7}};
    for (uint32_t i = 0; i < BANDS; ++i, v += BAND_PARAMS) {
        s[i] = (dawg_eq_setting){.on = v[ON] > 0.5f,
                                 .placement = (dawg_eq_placement)(v[PLACEMENT] + 0.5f),
                                 .shape = {.type = types[(uint32_t)(v[TYPE] + 0.5f)],
                                           .slope = DAWG_EQ_12_DB,
                                           .hz = (double)v[FREQ_HZ],
                                           .gain_db = (double)v[GAIN_DB],
                                           .q = (double)v[Q]}};
    }
    v -= BANDS * BAND_PARAMS;
    for (uint32_t i = 0; i < SHELVES; ++i) {
        double gain = (double)v[TILT_DB] * shelf[i].tilt;
        if (shelf[i].inner >= 0) gain += (double)tone_db[shelf[i].outer] - (double)tone_db[shelf[i].inner];
        s[BANDS + i] =
            (dawg_eq_setting){.on = 1,
                              .placement = DAWG_EQ_STEREO,
                              .shape = {.type = shelf[i].hz < 1000.0 ? DAWG_EQ_LOW_SHELF : DAWG_EQ_HIGH_SHELF,
                                        .slope = DAWG_EQ_12_DB,
                                        .hz = shelf[i].hz,
                                        .gain_db = gain,
                                        .q = 0.5}};
    }
}

static DAWG_COLD uint32_t latency(const float *v, const dawg_setup *s)
{
    return dawg_eq_chain_latency(mode_of(v), (double)s->sample_rate);
}
static DAWG_COLD uint32_t latency_max(const dawg_setup *s)
{
    return dawg_eq_chain_latency(DAWG_EQ_LINEAR, (double)s->sample_rate);
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

static DAWG_COLD void layout(void *self, dawg_arena *a, const dawg_setup *s)
{
    mastering_eq *x = self;
    const double rate = (double)s->sample_rate;
    x->chain_memory = dawg_arena_take(a, dawg_eq_chain_size(SETTINGS, MODES, rate));
    x->match_memory = dawg_arena_take(a, dawg_loudness_match_size());
    x->watch_memory = dawg_arena_take(a, dawg_output_watch_size(rate));
}

static DAWG_COLD void reset(void *self, const dawg_setup *s)
{
    mastering_eq *x = self;
    const double rate = (double)s->sample_rate;
    *x = (mastering_eq){
        .chain_memory = x->chain_memory, .match_memory = x->match_memory, .watch_memory = x->watch_memory, .fresh = 1};
    x->chain = dawg_eq_chain_init(x->chain_memory, SETTINGS, MODES, DAWG_PERIOD, rate);
    x->match = dawg_loudness_match_init(x->match_memory, SETTINGS, DAWG_PERIOD, rate);
    x->watch = dawg_output_watch_init(x->watch_memory, DAWG_PERIOD, rate);
    const uint32_t periods = (uint32_t)(FADE_S * rate / DAWG_PERIOD + 0.5);
    x->fade_periods = periods ? periods : 1u;
    x->rate = rate;
}

/* ---- plan ------------------------------------------------------------------------------------------------------- */

static DAWG_COLD void turn_target(mastering_eq *x, const float *to)
{
    if (x->fresh) {
        x->profile[0] = x->profile[1] = target_of(to);
        x->turned = x->fade_periods;
    } else if (x->turned < x->fade_periods) {
        ++x->turned;
    } else if (target_of(to) != x->profile[1]) {
        x->profile[0] = x->profile[1];
        x->profile[1] = target_of(to);
        x->turned = 1;
    }
    const float share = dawg_ease((float)x->turned / (float)x->fade_periods);
    for (uint32_t i = 0; i < DAWG_TONE_BANDS; ++i) {
        const float a = offset_db(to, x->profile[0], i), b = offset_db(to, x->profile[1], i);
        x->tone_db[i] = to[TARGET_AMOUNT] * (x->turned == x->fade_periods ? b : a + (b - a) * share);
    }
}

static DAWG_COLD void plan(mastering_eq *x, const dawg_block *b)
{
    dawg_eq_setting from[SETTINGS], to[SETTINGS];
    float was[DAWG_TONE_BANDS];
    memcpy(was, x->tone_db, sizeof was);
    turn_target(x, b->to);
    if (x->fresh) memcpy(was, x->tone_db, sizeof was);
    settings_of(b->from, was, from);
    settings_of(b->to, x->tone_db, to);
    dawg_eq_chain_plan(x->chain, mode_of(b->to), from, to);
    b->meters[CLAMPED_BANDS] = (float)dawg_eq_chain_clamped(to, BANDS, mode_of(b->to), x->rate);

    const double base = (double)x->tone_db[BASE];
    const double match = dawg_loudness_match_step(x->match, to, b->to[MATCH_LOUDNESS] > 0.5f, base);
    const double next[3] = {gain_of((double)b->to[OUTPUT_DB] + base - match), gain_of((double)b->to[MID_DB]),
                            gain_of((double)b->to[SIDE_DB]) * (double)b->to[WIDTH]};
    double *const ends[3] = {x->gain, x->mid, x->side};
    for (uint32_t i = 0; i < 3u; ++i) {
        ends[i][0] = x->fresh ? next[i] : ends[i][1];
        ends[i][1] = next[i];
    }
    const int delta = b->to[DELTA] > 0.5f;
    const uint32_t frames = x->fade_periods * DAWG_PERIOD;
    if (x->fresh) x->delta = delta ? frames : 0u;
    x->delta_way = delta ? x->delta < frames : -(x->delta > 0);
    x->fresh = 0;
}

/* ---- signal ----------------------------------------------------------------------------------------------------- */

static int still(const double ends[2]) { return ends[0] == 1.0 && ends[1] == 1.0; }

static void finish(const mastering_eq *x, const dawg_block *b, float dry[2][DAWG_PERIOD], const dawg_d2 *wet)
{
    const double m0 = (double)b->from[MIX], m1 = (double)b->to[MIX], *g = x->gain, *mid = x->mid, *side = x->side;
    const int all_wet = m0 == 1.0 && m1 == 1.0, all_dry = m0 == 0.0 && m1 == 0.0;
    const int no_delta = x->delta == 0 && x->delta_way == 0, plain = still(mid) && still(side), unity = still(g);
    if (all_dry || (no_delta && plain && unity && dawg_eq_chain_idle(x->chain))) { /* its own bits, -0 too */
        for (uint32_t c = 0; c < 2; ++c) memcpy(b->out[c], dry[c], sizeof(float) * b->n);
        return;
    }
    const double frames = (double)(x->fade_periods * DAWG_PERIOD);
    for (uint32_t i = 0; i < b->n; ++i) {
        const double u = (double)(b->at + i) * (1.0 / DAWG_PERIOD);
        const dawg_d2 in = {(double)dry[0][i], (double)dry[1][i]};
        dawg_d2 y = wet[i];
        if (!plain) {
            const dawg_d2 other = {y[1], y[0]}; /* both lanes at work: a compiler leaves no rubbish in one */
            const dawg_d2 m = 0.5 * (y + other) * (mid[0] + (mid[1] - mid[0]) * u);
            const dawg_d2 s = 0.5 * (y - other) * (side[0] + (side[1] - side[0]) * u);
            y = m + s;
        }
        if (!unity) y *= g[0] + (g[1] - g[0]) * u;
        if (!no_delta) {
            const double at = (double)((int32_t)x->delta + x->delta_way * (int32_t)(b->at + i)) / frames;
            y -= (double)dawg_ease((float)at) * in;
        }
        if (!all_wet) y = in + (m0 + (m1 - m0) * u) * (y - in);
        b->out[0][i] = (float)y[0];
        b->out[1][i] = (float)y[1];
    }
}

static DAWG_COLD void publish(const dawg_output_reading *r, const dawg_block *b)
{
    b->meters[INPUT_PEAK_DB] = r->input_peak_db;
    b->meters[OUTPUT_PEAK_DB] = r->output_peak_db;
    b->meters[TRUE_PEAK_DBTP] = r->true_peak_dbtp;
    b->meters[MOMENTARY_LUFS] = r->momentary_lufs;
    b->meters[SHORT_TERM_LUFS] = r->short_term_lufs;
    b->meters[INTEGRATED_LUFS] = r->integrated_lufs;
    b->meters[LOUDNESS_CHANGE_DB] = r->change_lu;
    for (uint32_t i = 0; i < DAWG_TONE_BANDS; ++i) {
        const float want = dawg_tone_neutral_db[i] + offset_db(b->to, target_of(b->to), i);
        b->meters[BALANCE1_DB + i] = r->balance_db[i] > DAWG_BALANCE_NONE ? r->balance_db[i] - want : DAWG_BALANCE_NONE;
    }
}

static void process(void *self, const dawg_block *b)
{
    mastering_eq *x = self;
    float dry[2][DAWG_PERIOD];
    dawg_d2 wet[DAWG_PERIOD];
    if (b->at == 0 || x->fresh) plan(x, b);
    dawg_eq_chain_run(x->chain, b->at, b->in, (float *const[2]){dry[0], dry[1]}, wet, b->n);
    finish(x, b, dry, wet);

    dawg_output_watch_process(x->watch, (const float *const[2]){dry[0], dry[1]}, (const float *const *)b->out, b->n);
    if (b->at + b->n < DAWG_PERIOD) return;
    dawg_eq_chain_end(x->chain);
    x->delta += (uint32_t)(x->delta_way * (int32_t)DAWG_PERIOD);
    publish(dawg_output_watch_end(x->watch), b);
}

/* ---- what the settings do --------------------------------------------------------------------------------------- */

typedef struct whole {
    dawg_eq_picture picture;
    double gain, mid, side;
} whole;

static DAWG_COLD void describe(const float *v, const dawg_setup *s, whole *w)
{
    dawg_eq_setting settings[SETTINGS];
    float tone_db[DAWG_TONE_BANDS];
    const double rate = (double)s->sample_rate;
    tone_of(v, tone_db);
    settings_of(v, tone_db, settings);
    const double base = (double)tone_db[BASE];
    const double match = v[MATCH_LOUDNESS] > 0.5f ? dawg_loudness_match_settled(settings, SETTINGS, rate) + base : 0.0;
    dawg_eq_picture_make(&w->picture, settings, SETTINGS, mode_of(v), rate);
    w->gain = gain_of((double)v[OUTPUT_DB] + base - match);
    w->mid = gain_of((double)v[MID_DB]);
    w->side = gain_of((double)v[SIDE_DB]) * (double)v[WIDTH];
}

static DAWG_COLD uint32_t tail(const float *v, const dawg_setup *s, const dawg_transport *t)
{
    (void)t;
    dawg_eq_setting settings[SETTINGS];
    float tone_db[DAWG_TONE_BANDS];
    whole w;
    tone_of(v, tone_db);
    settings_of(v, tone_db, settings);
    describe(v, s, &w);
    const double gain = w.gain * dawg_max_d(w.mid, w.side) * (double)v[MIX];
    const double late = (double)latency(v, s); /* the input's own way */
    const double samples = dawg_eq_chain_tail(settings, SETTINGS, mode_of(v), (double)s->sample_rate, gain);
    return (uint32_t)dawg_min_d(dawg_max_d(samples, late), (double)(DAWG_TAIL_FOREVER - 1u));
}

/* A sound in both channels, of equal level but independent: what of its power comes out. */
static DAWG_COLD void draw(const float *v, const dawg_setup *s, uint32_t part, const float *x, float *y, uint32_t n)
{
    whole w;
    const double mix = (double)v[MIX], less = v[DELTA] > 0.5f ? 1.0 : 0.0;
    if (part) {
        dawg_eq_setting settings[SETTINGS];
        const float flat[DAWG_TONE_BANDS] = {0};
        settings_of(v, flat, settings);
        settings[part - 1u].placement = DAWG_EQ_STEREO; /* the band's own curve, on whatever it works */
        dawg_eq_picture_make(&w.picture, &settings[part - 1u], 1, mode_of(v), (double)s->sample_rate);
    } else {
        describe(v, s, &w);
    }
    for (uint32_t i = 0; i < n; ++i) {
        double h[2][2][2], power = 0.0;
        dawg_eq_picture_at(&w.picture, (double)x[i], h);
        for (uint32_t from = 0; from < 2u && !part; ++from)
            for (uint32_t k = 0; k < 2u; ++k) { /* re, im */
                const double mid = 0.5 * w.mid * (h[0][from][k] + h[1][from][k]);
                const double side = 0.5 * w.side * (h[0][from][k] - h[1][from][k]);
                for (uint32_t to = 0; to < 2u; ++to) {
                    const double unit = to == from && k == 0 ? 1.0 : 0.0, wet = w.gain * (to ? mid - side : mid + side);
                    const double out = unit + mix * (wet - less * unit - unit);
                    power += 0.5 * out * out;
                }
            }
        if (part) power = h[0][0][0] * h[0][0][0] + h[0][0][1] * h[0][0][1];
        y[i] = dawg_gain_to_db((float)dawg_sqrt_d(power));
    }
}

const dawg_plugin dawg_mastering_eq = {
    .key = DAWG_TEXT("mastering_eq"),
    .name = DAWG_TEXT("Mastering EQ"),
    .help = DAWG_HELP("Six broad bands, tone and width for finished mixes, linear phase, with loudness and balance."),
    .category = DAWG_EQ,
    .version = 2,
    .params = params,
    .n_params = N_PARAMS,
    .meters = meters,
    .n_meters = N_METERS,
    .presets = DAWG_PRESETS(presets),
    .state_size = sizeof(mastering_eq),
    .layout = DAWG_SOUND(layout),
    .reset = DAWG_SOUND(reset),
    .process = DAWG_SOUND(process),
    .latency = DAWG_SOUND(latency),
    .latency_max = DAWG_SOUND(latency_max),
    .tail = DAWG_SOUND(tail),
    .curve_kind = DAWG_RESPONSE,
    .curve_parts = BANDS,
    .draw = DAWG_SOUND(draw),
};
