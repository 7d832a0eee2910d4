/* SPDX-License-Identifier: MIT
 * auto_eq.c - an equalizer that sets itself: 32 bands whose gains follow what is wrong with the sound's long-term tone.
 *
 *   in -+-> 32 gains, minimum or linear phase (graphic_mode.h) -> x match -> x output -> mix -> out
 *       +-> long-term spectrum (long_spectrum.h) -+
 *   key --> long-term spectrum ------------------+-> correction (tone_correction.h) -> moves band1 ... band32_gain_db
 *
 * The curve is the parameters: the engine moves them as a hand would (dawg_wish), so what it found is seen, saved, and can
 * be moved on. What is heard is amount times the gains, plus the biases, within +-range_db. The bands are equally wide for
 * the ear (analysis/band_map.h). match_db is the engine's, too, and heard while match_loudness is on: how loud the curve
 * makes a sound depends on the sound, so that no setting tells. output_db is the hand's alone.
 *
 * The engine listens to the input, not to what it made of it, so there is no loop that could hunt. It begins after 1.5 s
 * of sound, comes nearer by a share of the rest with every window (85 ms at 48 kHz), and rests once it is there, until
 * 0.2 dB are wrong again. While something sounds on the second input, that is the reference; otherwise it is finished
 * music. After 10 s of silence it forgets what it heard; the curve stays.
 *
 * learn gathers a plain mean while it is on and moves nothing; when it goes off, or after 10 s of silence, the curve is
 * what was learned and freeze goes on. */
#include "plugin.h"
#include "analysis/long_spectrum.h"
#include "analysis/tone_correction.h"
#include "dsp/cold.h"
#include "dsp/fade.h"
#include "dsp/graphic_mode.h"
#include "dsp/peak_meter.h"
#include "auto_eq_tables.h"
#include <string.h>

#define HEARD_LEAST_S 1.5
#define SLOWEST_S 30.0 /* memory at speed 0 */
#define QUICKEST_S 0.5 /* and at 1 */
#define GLIDE 0.25     /* time constant of the gains' way, in memories */
#define REST_DB 0.05   /* nearer than this is there ... */
#define STIR_DB 0.20   /* ... and stays until it is farther than this */
#define BIAS_DB 3.0
#define MATCH_FADE_S 0.02 /* when match_loudness is switched */
#define MATCH_REST_DB 0.05

typedef struct auto_eq {
    dawg_graphic_mode *sound;
    void *sound_mem, *spectrum_mem[2];
    dawg_long_spectrum *programme, *key;
    double heard[BANDS];                        /* gains that are heard, at the end of this control period */
    double low[BANDS], mid[BANDS], high[BANDS]; /* dB of the biases at 1 */
    dawg_graphic_level level;
    uint32_t matched, match_periods; /* control periods of the fade that the match is in; all of them */
    dawg_peak_meter input, output;
    double rate, hop_s;
    float problems, loudness_db; /* in the programme heard; what the heard gains do to its loudness */
    uint32_t listening, learning, keyed, rests, fresh;
} auto_eq;

static DAWG_COLD void layout(void *self, dawg_arena *a, const dawg_setup *s)
{
    auto_eq *x = self;
    const double rate = (double)s->sample_rate;
    x->sound = dawg_take(a, dawg_graphic_mode, 1);
    x->sound_mem = dawg_take(a, unsigned char, dawg_graphic_mode_size(rate));
    for (uint32_t i = 0; i < 2; ++i) x->spectrum_mem[i] = dawg_take(a, unsigned char, dawg_long_spectrum_size(rate));
    x->rate = 0.0; /* nothing has been made in it yet */
}

/* 1 below 120 Hz, 0 above 500; mirrored, 2 and 8 kHz: raised cosines over the ear's scale. */
static DAWG_COLD double shoulder(double hz, double full_hz, double none_hz)
{
    const double at = (double)dawg_erb_position((float)hz), full = (double)dawg_erb_position((float)full_hz);
    const double u = dawg_clamp_d((at - full) / ((double)dawg_erb_position((float)none_hz) - full), 0.0, 1.0);
    return 0.5 + 0.5 * dawg_cos_d(DAWG_PI * u);
}

static DAWG_COLD void reset(void *self, const dawg_setup *s)
{
    auto_eq *x = self;
    const double rate = (double)s->sample_rate;
    if (x->rate != rate) {
        dawg_graphic_mode_init(x->sound, x->sound_mem, rate);
        x->programme = dawg_long_spectrum_init(x->spectrum_mem[0], dawg_long_spectrum_size(rate), rate);
        x->key = dawg_long_spectrum_init(x->spectrum_mem[1], dawg_long_spectrum_size(rate), rate);
        x->rate = rate;
        x->match_periods = (uint32_t)(MATCH_FADE_S * rate / DAWG_PERIOD) + 1u;
        x->hop_s = dawg_long_spectrum_hop_s(x->programme);
    }
    dawg_graphic_mode_reset(x->sound, band_hz, DAWG_PERIOD);
    dawg_long_spectrum_reset(x->programme);
    dawg_long_spectrum_reset(x->key);
    for (uint32_t i = 0; i < BANDS; ++i) {
        const double hz = (double)band_hz[i];
        x->heard[i] = 0.0;
        x->low[i] = BIAS_DB * shoulder(hz, 120.0, 500.0);
        x->high[i] = BIAS_DB * shoulder(hz, 8000.0, 2000.0);
        x->mid[i] = BIAS_DB - x->low[i] - x->high[i];
    }
    x->problems = x->loudness_db = 0.0f;
    x->listening = x->learning = x->keyed = x->rests = 0;
    x->fresh = 1;
    dawg_peak_meter_reset(&x->input, DAWG_PERIOD, s->sample_rate);
    dawg_peak_meter_reset(&x->output, DAWG_PERIOD, s->sample_rate);
}

/* ---- control ----------------------------------------------------------------------------------------------------- */

static int on(const float *v, uint32_t param) { return v[param] > 0.5f; }

static DAWG_COLD void heard_gains(const auto_eq *x, const float *v, double *gain_db)
{
    const double amount = (double)v[AMOUNT], range = (double)v[RANGE_DB];
    const double low = (double)v[LOW_BIAS], mid = (double)v[MID_BIAS], high = (double)v[HIGH_BIAS];
    for (uint32_t i = 0; i < BANDS; ++i) {
        const double bias = low * x->low[i] + mid * x->mid[i] + high * x->high[i];
        gain_db[i] = dawg_clamp_d(amount * (double)v[BAND1_GAIN_DB + i] + bias, -range, range);
    }
}

static double gain_of(double db) { return db == 0.0 ? 1.0 : dawg_db_to_gain_d(db); }

/* No curve makes a sound louder than its largest boost or softer than its largest cut. */
static double heard_match(const double *gain_db, const float *v)
{
    double least = 0.0, most = 0.0;
    for (uint32_t i = 0; i < BANDS; ++i) {
        least = dawg_min_d(least, gain_db[i]);
        most = dawg_max_d(most, gain_db[i]);
    }
    return dawg_clamp_d((double)v[MATCH_DB], -most, -least);
}

static void plan_gain(auto_eq *x, const dawg_block *b)
{
    const uint32_t was = x->matched, all = x->match_periods;
    if (on(b->to, MATCH_LOUDNESS)) x->matched = x->fresh ? all : was + (was < all);
    else x->matched = x->fresh ? 0 : was - (was > 0);
    x->level.gain[0] = x->level.gain[1];
    if (x->fresh || x->matched != was || b->moved[0]) {
        const double share = (double)dawg_ease((float)x->matched / (float)all);
        x->level.gain[1] = gain_of((double)b->to[OUTPUT_DB] + share * heard_match(x->heard, b->to));
    }
    if (x->fresh) x->level.gain[0] = x->level.gain[1];
}

static DAWG_COLD void plan(auto_eq *x, const dawg_block *b)
{
    if (b->moved[0] || x->fresh) heard_gains(x, b->to, x->heard); /* fewer than 64 parameters */
    plan_gain(x, b);
    for (uint32_t end = 0; end < 2; ++end) x->level.mix[end] = (double)(end ? b->to : b->from)[MIX];
    dawg_graphic_mode_plan(x->sound, (uint32_t)on(b->to, PHASE), x->heard);
    x->fresh = 0;
}

/* ---- the engine -------------------------------------------------------------------------------------------------- */

/* 0: no key, or a silent one; 1: enough of it has been heard to follow it. */
static double reference(const auto_eq *x, const dawg_block *b)
{
    return b->side ? dawg_min_d(dawg_long_spectrum_heard_s(x->key) / HEARD_LEAST_S, 1.0) : 0.0;
}

/* The curve that would be right, and what the engine sees on the way there. */
static void judge(auto_eq *x, const dawg_block *b, double programme[BANDS], double gain_db[BANDS])
{
    static const uint32_t switches[] = {FIX_MUD,       FIX_BOXINESS,  FIX_HARSHNESS,
                                        FIX_SIBILANCE, FIX_RESONANCE, ENHANCE_AIR};
    dawg_tone_wish wish = {.goal = (dawg_tone_goal)(b->to[GOAL] + 0.5f), .range_db = (double)b->to[RANGE_DB]};
    for (uint32_t i = 0; i < DAWG_COUNT(switches); ++i) wish.flags |= (uint32_t)on(b->to, switches[i]) << i;
    double key[BANDS];
    dawg_long_spectrum_read(x->programme, programme);
    dawg_long_spectrum_read(x->key, key);
    x->problems = (float)dawg_tone_correction(&wish, programme, reference(x, b) == 1.0 ? key : NULL, gain_db);
}

static void wish_curve(auto_eq *x, const dawg_block *b, const double *programme, const double *gain_db)
{
    float v[N_PARAMS];
    double heard[BANDS];
    memcpy(v, b->to, sizeof v);
    for (uint32_t i = 0; i < BANDS; ++i) {
        v[BAND1_GAIN_DB + i] = (float)gain_db[i];
        if (v[BAND1_GAIN_DB + i] != b->to[BAND1_GAIN_DB + i]) dawg_wish(b, BAND1_GAIN_DB + i, v[BAND1_GAIN_DB + i]);
    }
    heard_gains(x, v, heard);
    x->loudness_db = (float)dawg_tone_loudness_db(programme, heard);
    if (on(v, MATCH_LOUDNESS) && dawg_abs(v[MATCH_DB] + x->loudness_db) > MATCH_REST_DB)
        dawg_wish(b, MATCH_DB, -x->loudness_db);
}

static double memory_s(const float *v) { return SLOWEST_S * dawg_pow_d(QUICKEST_S / SLOWEST_S, (double)v[SPEED]); }

static void follow(auto_eq *x, const dawg_block *b)
{
    double programme[BANDS], want[BANDS], most = 0.0;
    judge(x, b, programme, want);
    for (uint32_t i = 0; i < BANDS; ++i)
        most = dawg_max_d(most, dawg_abs_d(want[i] - (double)b->to[BAND1_GAIN_DB + i]));
    x->rests = most < (x->rests ? STIR_DB : REST_DB);
    const double share = x->rests ? 0.0 : 1.0 - dawg_exp_d(-x->hop_s / (GLIDE * memory_s(b->to)));
    for (uint32_t i = 0; i < BANDS; ++i) {
        const double now = (double)b->to[BAND1_GAIN_DB + i];
        want[i] = now + share * (want[i] - now);
    }
    wish_curve(x, b, programme, want);
}

static void end_learning(auto_eq *x, const dawg_block *b)
{
    if (dawg_long_spectrum_heard_s(x->programme) >= HEARD_LEAST_S) {
        double programme[BANDS], want[BANDS];
        judge(x, b, programme, want);
        wish_curve(x, b, programme, want);
        dawg_wish(b, FREEZE, 1.0f);
    }
    dawg_wish(b, LEARN, 0.0f);
}

static void begin_again(auto_eq *x)
{
    dawg_long_spectrum_restart(x->programme);
    dawg_long_spectrum_restart(x->key);
}

/* At the end of a control period. */
static DAWG_COLD void listen(auto_eq *x, const dawg_block *b)
{
    const uint32_t learn = (uint32_t)on(b->to, LEARN), listens = learn || !on(b->to, FREEZE), keyed = b->side != NULL;
    if (learn != x->learning) {
        if (!learn) end_learning(x, b);
        begin_again(x);
    } else if (!listens && x->listening) {
        begin_again(x);
    }
    if (keyed != x->keyed) dawg_long_spectrum_restart(x->key);
    x->learning = learn, x->listening = listens, x->keyed = keyed;
    if (learn && dawg_long_spectrum_heard_s(x->programme) > 0.0 &&
        dawg_long_spectrum_silent_s(x->programme) >= DAWG_LONG_FORGET_S - 0.1)
        end_learning(x, b);
    if (dawg_long_spectrum_heard_s(x->programme) == 0.0) x->problems = x->loudness_db = 0.0f, x->rests = 0;
    const double memory = learn ? 0.0 : memory_s(b->to);
    const int settling = dawg_long_spectrum_silent_s(x->key) < 1.0; /* until its last window is silence, too */
    dawg_long_spectrum_work(x->key, listens && (keyed || settling), memory);
    if (!dawg_long_spectrum_work(x->programme, listens, memory) || learn || !listens) return;
    if (dawg_long_spectrum_heard_s(x->programme) >= HEARD_LEAST_S) follow(x, b);
}

/* ---- sound ------------------------------------------------------------------------------------------------------- */

static void process(void *self, const dawg_block *b)
{
    auto_eq *x = self;
    static const float none[DAWG_PERIOD];
    const float *const nothing[2] = {none, none};
    if (b->at == 0 || x->fresh) plan(x, b);
    dawg_long_spectrum_feed(x->programme, b->in, b->n);
    dawg_long_spectrum_feed(x->key, b->side ? b->side : nothing, b->n);
    dawg_graphic_mode_run(x->sound, &x->level, b->at, b->in, b->out, b->n);
    dawg_peak_meter_feed(&x->input, b->in, b->n);
    dawg_peak_meter_feed(&x->output, (const float *const *)b->out, b->n);
    if (b->at + b->n < DAWG_PERIOD) return;
    dawg_graphic_mode_end(x->sound);
    listen(x, b);
    double power = 0.0;
    for (uint32_t i = 0; i < BANDS; ++i) power += x->heard[i] * x->heard[i];
    b->meters[INPUT_PEAK_DB] = dawg_peak_meter_end(&x->input);
    b->meters[OUTPUT_PEAK_DB] = dawg_peak_meter_end(&x->output);
    b->meters[LOUDNESS_CHANGE_DB] = x->loudness_db;
    b->meters[ACTIVITY_DB] = (float)dawg_sqrt_d(power / (double)BANDS);
    b->meters[PROBLEMS] = x->problems;
    b->meters[HEARD_S] = (float)dawg_long_spectrum_heard_s(x->programme);
    b->meters[REFERENCE] = (float)reference(x, b);
}

static DAWG_COLD uint32_t latency(const float *v, const dawg_setup *s)
{
    return on(v, PHASE) ? dawg_graphic_mode_delay((double)s->sample_rate) : 0;
}
static DAWG_COLD uint32_t latency_max(const dawg_setup *s) { return dawg_graphic_mode_delay((double)s->sample_rate); }

/* ---- what the settings do, without an instance -------------------------------------------------------------------- */

typedef struct settings {
    double gain_db[BANDS], gain; /* heard; linear, of the whole */
    uint32_t flat;
} settings;

static DAWG_COLD settings read(const float *v)
{
    auto_eq x;
    settings r = {.flat = 1};
    for (uint32_t i = 0; i < BANDS; ++i) {
        const double hz = (double)band_hz[i];
        x.low[i] = BIAS_DB * shoulder(hz, 120.0, 500.0);
        x.high[i] = BIAS_DB * shoulder(hz, 8000.0, 2000.0);
        x.mid[i] = BIAS_DB - x.low[i] - x.high[i];
    }
    heard_gains(&x, v, r.gain_db);
    for (uint32_t i = 0; i < BANDS; ++i) r.flat &= r.gain_db[i] == 0.0;
    r.gain = gain_of((double)v[OUTPUT_DB] + (on(v, MATCH_LOUDNESS) ? heard_match(r.gain_db, v) : 0.0));
    return r;
}

/* Longest where the lowest bands are boosted. While the engine may move them, it is asked for more than there is. */
static DAWG_COLD uint32_t tail(const float *v, const dawg_setup *s, const dawg_transport *t)
{
    (void)t;
    settings r = read(v);
    const double rate = (double)s->sample_rate, gain = r.gain * (double)v[MIX];
    if (v[MIX] == 0.0f) return latency(v, s);
    if (on(v, PHASE)) return dawg_graphic_mode_tail(rate);
    const double most = (double)v[AMOUNT] * (double)v[RANGE_DB];
    const int moves = !on(v, FREEZE) && most > 0.0;
    if (r.flat && !moves) return 0;
    dawg_graphic_plan p;
    dawg_svf sections[BANDS];
    dawg_graphic_plan_make(&p, band_hz, rate);
    dawg_graphic_sections(&p, r.gain_db, sections);
    double rings = dawg_graphic_tail(sections, gain);
    if (moves) {
        for (uint32_t i = 0; i < BANDS; ++i) r.gain_db[i] = dawg_max_d(most - 6.0 * (double)i, 0.0);
        dawg_graphic_sections(&p, r.gain_db, sections);
        rings = dawg_max_d(rings, dawg_graphic_tail(sections, gain));
    }
    return (uint32_t)dawg_min_d(rings, 1e9);
}

static DAWG_COLD void draw(const float *v, const dawg_setup *s, uint32_t part, const float *x, float *y, uint32_t n)
{
    (void)part;
    const settings r = read(v);
    const double mix = (double)v[MIX];
    dawg_graphic_plan p;
    dawg_svf sections[BANDS];
    dawg_erb_curve curve;
    const int linear = on(v, PHASE);
    if (linear) {
        dawg_erb_curve_make(&curve, r.gain_db);
    } else {
        dawg_graphic_plan_make(&p, band_hz, (double)s->sample_rate);
        dawg_graphic_sections(&p, r.gain_db, sections);
    }
    for (uint32_t i = 0; i < n; ++i) {
        double h[2] = {1.0, 0.0};
        if (linear) h[0] = (double)dawg_db_to_gain(dawg_erb_curve_db(&curve, x[i]));
        else if (!r.flat) dawg_svf_response(sections, BANDS, (double)(x[i] / s->sample_rate), h);
        const double re = 1.0 + mix * (r.gain * h[0] - 1.0), im = mix * (r.gain * h[1]);
        y[i] = dawg_gain_to_db((float)dawg_sqrt_d(re * re + im * im));
    }
}

const dawg_plugin dawg_auto_eq = {
    .key = DAWG_TEXT("auto_eq"),
    .name = DAWG_TEXT("Auto EQ"),
    .help = DAWG_HELP("Listens, and sets its 32 bands itself."),
    .category = DAWG_EQ,
    .version = 2,
    .side_channels = 2,
    .params = params,
    .n_params = N_PARAMS,
    .meters = meters,
    .n_meters = N_METERS,
    .presets = DAWG_PRESETS(presets),
    .state_size = sizeof(auto_eq),
    .layout = DAWG_SOUND(layout),
    .reset = DAWG_SOUND(reset),
    .process = DAWG_SOUND(process),
    .latency = DAWG_SOUND(latency),
    .latency_max = DAWG_SOUND(latency_max),
    .tail = DAWG_SOUND(tail),
    .band_hz = band_hz,
    .n_bands = BANDS,
    .curve_kind = DAWG_RESPONSE,
    .draw = DAWG_SOUND(draw),
};
