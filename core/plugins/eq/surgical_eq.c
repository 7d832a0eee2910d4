/* SPDX-License-Identifier: MIT
 * surgical_eq.c - eight parametric bands in series, in minimum, linear or mixed phase, static or moving with the sound.
 *
 *   in -+-> bands (eq_chain.h) -> x output, matched loudness -+-> listen -> x mix -+-> out
 *       +-> delay of the same latency ---------------------------+------------ 1 - mix -+
 *       +-> problem detection -> up to four more bells (problem_fix.h)
 *
 * Every band follows its analog prototype to the end of the audible band at the native rate (eq_design.h) and runs as a
 * state-variable filter in double, so a 20 Hz band at 192 kHz is as quiet as any other (eq_band.h, svf.h). A band that is
 * off, or a bell or shelf at 0 dB, is out of the path: with all of them so the output is the input, bit for bit, as late
 * as the mode says. */
#include "plugin.h"
#include "analysis/problem_fix.h"
#include "dsp/cold.h"
#include "dsp/eq_chain.h"
#include "dsp/eq_listen.h"
#include "dsp/eq_loudness.h"
#include "dsp/fade.h"
#include "surgical_eq_tables.h"
#include <string.h>

#define AUTO_Q_FADES 4u /* a bell of 24 dB moves far */
#define FIX_RATIO 20.0  /* of a bell that acts above a threshold, against sibilance */
#define FIX_ATTACK_MS 1.0
#define FIX_RELEASE_MS 60.0

/* ---- state ------------------------------------------------------------------------------------------------------ */

/* A switch that acts slowly: 0..1 at both ends of the control period. */
typedef struct gate {
    uint32_t level;
    double from, to;
} gate;

typedef struct surgical_eq {
    void *chain_memory, *engine_memory;
    dawg_eq_setting *at;      /* of all bands now: [0] at the start of the period, [ALL_BANDS] at its end */
    dawg_eq_picture *picture; /* of the static curve, for loudness and for what is fixed already */
    dawg_eq_loudness *loudness;
    dawg_eq_chain *chain;
    dawg_problem_fix fix;
    dawg_eq_listen listen;
    dawg_peak_meter input, output;
    gate auto_q, match, detect;
    double rate;
    uint32_t fade_frames, fresh, settled;     /* settled: `at` is the same at both ends, and current */
    uint32_t pictured, summing;               /* the picture is that of the knobs; its loudness is being summed */
    uint32_t points;                          /* of the sum, in each period */
    double loudness_db, match_db, match_step; /* of the curve; on the way to it; per period */
    double gain_from, gain_to;                /* output_db and match as a factor, at the ends of this control period */
} surgical_eq;

static DAWG_COLD void layout(void *self, dawg_arena *a, const dawg_setup *s)
{
    surgical_eq *x = self;
    const double rate = (double)s->sample_rate;
    x->chain_memory = dawg_arena_take(a, dawg_eq_chain_size(ALL_BANDS, DAWG_EQ_ALL_MODES, rate));
    x->engine_memory = dawg_arena_take(a, dawg_eq_engine_size(rate));
    x->at = dawg_take(a, dawg_eq_setting, 2u * ALL_BANDS);
    x->picture = dawg_take(a, dawg_eq_picture, 1);
    x->loudness = dawg_take(a, dawg_eq_loudness, 1);
}

static DAWG_COLD void reset(void *self, const dawg_setup *s)
{
    surgical_eq *x = self;
    const double rate = (double)s->sample_rate;
    *x = (surgical_eq){.chain_memory = x->chain_memory,
                       .engine_memory = x->engine_memory,
                       .at = x->at,
                       .picture = x->picture,
                       .loudness = x->loudness,
                       .rate = rate,
                       .fresh = 1};
    x->chain = dawg_eq_chain_init(x->chain_memory, ALL_BANDS, DAWG_EQ_ALL_MODES, DAWG_PERIOD, rate);
    memset(x->engine_memory, 0, dawg_eq_engine_size(rate));
    dawg_problem_fix_reset(&x->fix, dawg_eq_engine_init(x->engine_memory, dawg_eq_engine_size(rate), rate), DAWG_PERIOD,
                           rate);
    memset(x->at, 0, sizeof(dawg_eq_setting) * 2u * ALL_BANDS);
    memset(x->picture, 0, sizeof *x->picture);
    dawg_eq_loudness_init(x->loudness, rate);
    dawg_eq_listen_reset(&x->listen, DAWG_PERIOD, rate);
    dawg_peak_meter_reset(&x->input, DAWG_PERIOD, s->sample_rate);
    dawg_peak_meter_reset(&x->output, DAWG_PERIOD, s->sample_rate);
    const uint32_t periods = (uint32_t)(DAWG_EQ_FADE_S * rate / DAWG_PERIOD + 0.5);
    x->fade_frames = (periods ? periods : 1u) * DAWG_PERIOD;
    x->points = (uint32_t)(DAWG_EQ_LOUDNESS_POINTS * DAWG_PERIOD / (0.005 * rate)) + 1u; /* a sum takes 5 ms */
}

/* ---- settings --------------------------------------------------------------------------------------------------- */

static dawg_eq_mode mode_of(const float *v)
{
    static const dawg_eq_mode modes[] = {DAWG_EQ_MINIMUM, DAWG_EQ_LINEAR, DAWG_EQ_LINEAR_LONG, DAWG_EQ_MIXED};
    const dawg_eq_mode m = modes[(uint32_t)(v[PHASE] + 0.5f)];
    return m == DAWG_EQ_MINIMUM && v[QUALITY] > 0.5f ? DAWG_EQ_HQ : m;
}

static double gain_of(double db) { return db == 0.0 ? 1.0 : dawg_db_to_gain_d(db); }

/* auto_q: how much of it acts, 0..1. */
static dawg_eq_setting setting(const float *v, uint32_t band, double auto_q)
{
    const float *b = v + AT(band, 0), *m = v + AND(band, 0);
    dawg_eq_setting s = {
        .on = b[ON] > 0.5f,
        .placement = (dawg_eq_placement)(m[PLACEMENT] + 0.5f),
        .shape = {(dawg_eq_type)(b[TYPE] + 0.5f), (dawg_eq_slope)(m[SLOPE] + 0.5f), (double)b[FREQ_HZ],
                  (double)b[GAIN_DB], (double)b[Q]},
        .dynamics = {(double)m[THRESHOLD_DB], (double)m[RATIO], (double)m[RANGE_DB], (double)m[ATTACK_MS],
                     (double)m[RELEASE_MS]},
    };
    if (auto_q > 0.0 && s.shape.type == DAWG_EQ_BELL) s.shape.q *= dawg_eq_auto_q(s.shape.gain_db, auto_q);
    return s;
}

static DAWG_COLD void settings(const float *v, double auto_q, dawg_eq_setting *s)
{
    for (uint32_t band = 1; band <= BANDS; ++band) s[band - 1u] = setting(v, band, auto_q);
}

static void follow_gate(gate *g, int on, uint32_t frames, int first)
{
    if (first) g->level = on ? frames : 0;
    else if (on && g->level < frames) g->level += DAWG_PERIOD;
    else if (!on && g->level > 0) g->level -= DAWG_PERIOD;
    g->from = g->to;
    g->to = (double)dawg_ease((float)g->level / (float)frames);
    if (first) g->from = g->to;
}

/* The bells of problem_fix.h behind the user's. Returns whether there are any. */
static DAWG_COLD int fixing(surgical_eq *x, double amount)
{
    int any = (int)x->fresh;
    for (uint32_t i = 0; i < DAWG_FIX_SLOTS; ++i)
        any |= x->fix.slot[i].kind || x->at[BANDS + i].shape.gain_db != 0.0 ||
               x->at[ALL_BANDS + BANDS + i].dynamics.range_db != 0.0;
    if (!any) return 0;
    for (uint32_t i = 0; i < DAWG_FIX_SLOTS; ++i) {
        const dawg_fix_slot *slot = &x->fix.slot[i];
        dawg_eq_setting *from = &x->at[BANDS + i], *to = from + ALL_BANDS;
        *from = *to;
        const double gain_db = slot->kind ? amount * slot->now_db : 0.0;
        *to = (dawg_eq_setting){.on = 1, .dynamics = {.ratio = 1.0, .attack_ms = 1.0, .release_ms = 10.0}};
        to->shape = (dawg_eq_shape){DAWG_EQ_BELL, DAWG_EQ_12_DB, 1000.0, gain_db, 1.0};
        if (gain_db != 0.0) to->shape.hz = slot->now_hz;
        if (gain_db != 0.0) to->shape.q = slot->now_q;
        if (gain_db != 0.0 && slot->threshold_db > DAWG_EQ_NONE) {
            to->shape.gain_db = 0.0;
            to->dynamics = (dawg_eq_dynamics){slot->threshold_db, FIX_RATIO, gain_db, FIX_ATTACK_MS, FIX_RELEASE_MS};
        }
        if (from->shape.gain_db == 0.0) {
            *from = *to;
            from->shape.gain_db = 0.0;
        } else if (to->shape.gain_db == 0.0) {
            to->shape.hz = from->shape.hz;
            to->shape.q = from->shape.q;
        }
    }
    return 1;
}

/* The loudness of the static curve, and the way of the output gain to it in as long as a fade. */
static DAWG_COLD void match(surgical_eq *x, const float *v, int first)
{
    if (x->match.to == 0.0 && x->match.from == 0.0 && !(v[DETECT] > 0.5f)) {
        x->pictured = 0;
        x->match_db = x->loudness_db = x->match_step = 0.0;
        return;
    }
    if (!x->pictured && !x->summing) {
        dawg_eq_setting s[BANDS];
        settings(v, x->auto_q.to, s);
        dawg_eq_picture_make(x->picture, s, BANDS, DAWG_EQ_LINEAR, x->rate);
        x->pictured = x->summing = 1;
    }
    const double before = x->loudness_db;
    const uint32_t points = first ? DAWG_EQ_LOUDNESS_POINTS : x->points;
    if (x->summing && dawg_eq_loudness_step(x->loudness, dawg_eq_picture_power, x->picture, points, &x->loudness_db)) {
        x->summing = 0;
        if (x->loudness_db != before)
            x->match_step = dawg_abs_d(x->loudness_db - x->match_db) * (DAWG_PERIOD / (double)x->fade_frames);
    }
    const double way = x->loudness_db - x->match_db;
    x->match_db = first || dawg_abs_d(way) <= x->match_step
                      ? x->loudness_db
                      : x->match_db + (way < 0.0 ? -x->match_step : x->match_step);
}

static void plan_listening(surgical_eq *x, const float *v)
{
    const uint32_t band = (uint32_t)(v[LISTEN] + 0.5f);
    if (!band && !x->listen.band && !x->fresh) return;
    const dawg_eq_setting s = setting(v, band ? band : 1u, x->auto_q.to);
    dawg_eq_listen_plan(&x->listen, band, s.placement, &s.shape);
}

static void plan(surgical_eq *x, const dawg_block *b)
{
    int moves = (int)x->fresh;
    for (uint32_t w = 0; w < 4; ++w) moves |= b->moved[w] != 0;
    follow_gate(&x->auto_q, b->to[AUTO_Q] > 0.5f, AUTO_Q_FADES * x->fade_frames, (int)x->fresh);
    follow_gate(&x->match, b->to[MATCH_LOUDNESS] > 0.5f, x->fade_frames, (int)x->fresh);
    follow_gate(&x->detect, b->to[DETECT] > 0.5f, x->fade_frames, (int)x->fresh);
    moves |= x->auto_q.from != x->auto_q.to;
    if (moves) {
        settings(b->from, x->auto_q.from, x->at);
        settings(b->to, x->auto_q.to, x->at + ALL_BANDS);
        x->pictured = 0;
    } else if (!x->settled) {
        memcpy(x->at, x->at + ALL_BANDS, sizeof *x->at * BANDS);
    }
    const int settled = !moves && x->settled;
    x->settled = !moves;
    dawg_problem_fix_glide(&x->fix);
    const int fixes = fixing(x, (double)b->to[AUTO_FIX] * x->detect.to);
    if (x->detect.to == 0.0) dawg_problem_fix_forget(&x->fix);
    if (!settled || fixes || !dawg_eq_chain_hold(x->chain))
        dawg_eq_chain_plan(x->chain, mode_of(b->to), x->at, x->at + ALL_BANDS);
    match(x, b->to, (int)x->fresh);
    plan_listening(x, b->to);
    x->gain_from = x->gain_to;
    x->gain_to = gain_of((double)b->to[OUTPUT_DB] - x->match.to * x->match_db);
    if (x->fresh) x->gain_from = x->gain_to;
    x->fresh = 0;
}

/* ---- sound ------------------------------------------------------------------------------------------------------ */

/* out = dry + mix (gain wet, or what is listened to, - dry), exact where nothing is to be done. */
static void finish(surgical_eq *x, const dawg_block *b, const float *const dry[2], dawg_d2 *wet)
{
    const double g0 = x->gain_from, g1 = x->gain_to, m0 = (double)b->from[MIX], m1 = (double)b->to[MIX];
    const int plain_gain = g0 == 1.0 && g1 == 1.0, all_wet = m0 == 1.0 && m1 == 1.0;
    const int idle = plain_gain && dawg_eq_chain_idle(x->chain) && dawg_eq_listen_idle(&x->listen);
    if (idle || (m0 == 0.0 && m1 == 0.0)) { /* the input's own bits: -0 too */
        for (uint32_t c = 0; c < 2; ++c) memcpy(b->out[c], dry[c], sizeof(float) * b->n);
        return;
    }
    for (uint32_t i = 0; i < b->n && !plain_gain; ++i)
        wet[i] *= g0 + (g1 - g0) * ((double)(b->at + i) * (1.0 / DAWG_PERIOD));
    dawg_eq_listen_run(&x->listen, b->at, dry, wet, b->n);
    for (uint32_t i = 0; i < b->n; ++i) {
        dawg_d2 y = wet[i];
        if (!all_wet) {
            const double u = (double)(b->at + i) * (1.0 / DAWG_PERIOD);
            const dawg_d2 in = {(double)dry[0][i], (double)dry[1][i]};
            y = in + (m0 + (m1 - m0) * u) * (y - in);
        }
        y = dawg_svf_heard(y);
        b->out[0][i] = (float)y[0];
        b->out[1][i] = (float)y[1];
    }
}

static void show(surgical_eq *x, const dawg_block *b)
{
    const dawg_eq_setting *now = x->at + ALL_BANDS;
    b->meters[INPUT_PEAK_DB] = dawg_peak_meter_end(&x->input);
    b->meters[OUTPUT_PEAK_DB] = dawg_peak_meter_end(&x->output);
    for (uint32_t i = 0; i < BANDS; ++i) {
        const int gains = now[i].on && dawg_eq_has_gain(now[i].shape.type);
        b->meters[BAND_NOW_DB + i] = gains ? (float)(now[i].shape.gain_db + dawg_eq_chain_moves_db(x->chain, i)) : 0.0f;
    }
    if (!x->settled) b->meters[CLAMPED_BANDS] = (float)dawg_eq_chain_clamped(now, BANDS, mode_of(b->to), x->rate);
    b->meters[MATCH_DB] = (float)(-x->match.to * x->match_db);
    for (uint32_t i = 0; i < DAWG_FIX_SLOTS && (x->detect.from > 0.0 || x->detect.to > 0.0); ++i) {
        const dawg_fix_slot *s = &x->fix.slot[i];
        float *m = b->meters + PROBLEMS + i * PROBLEM_METERS;
        const int is = s->kind && s->gain_db != 0.0;
        m[PROBLEM_HZ] = is ? (float)s->hz : 0.0f;
        m[PROBLEM_DB] = is ? (float)s->gain_db : 0.0f;
        m[PROBLEM_Q] = is ? (float)s->q : 0.0f;
        m[PROBLEM_KIND] = is ? (float)s->kind : 0.0f;
    }
}

static void process(void *self, const dawg_block *b)
{
    surgical_eq *x = self;
    if (b->at == 0 || x->fresh) plan(x, b);
    float late[2][DAWG_PERIOD];
    float *const dry[2] = {late[0], late[1]};
    dawg_d2 wet[DAWG_PERIOD];
    dawg_eq_chain_run(x->chain, b->at, b->in, dry, wet, b->n);
    finish(x, b, (const float *const *)dry, wet);
    dawg_peak_meter_feed(&x->input, b->in, b->n);
    dawg_peak_meter_feed(&x->output, (const float *const *)b->out, b->n);
    if (x->detect.to > 0.0) dawg_problem_fix_feed(&x->fix, b->in, b->n);
    if (b->at + b->n < DAWG_PERIOD) return;
    dawg_eq_chain_end(x->chain);
    dawg_eq_listen_end(&x->listen);
    if (x->detect.to > 0.0) {
        uint32_t kinds = 0;
        for (uint32_t k = 0; k < DAWG_PROBLEM_TYPES; ++k) kinds |= (uint32_t)(b->to[DETECT_RESONANCE + k] > 0.5f) << k;
        dawg_problem_fix_work(&x->fix, (double)b->to[SENSITIVITY], kinds, x->picture);
    }
    show(x, b);
}

/* ---- what a host asks ------------------------------------------------------------------------------------------- */

static DAWG_COLD uint32_t latency(const float *v, const dawg_setup *s)
{
    return dawg_eq_chain_latency(mode_of(v), (double)s->sample_rate);
}

static DAWG_COLD uint32_t latency_max(const dawg_setup *s)
{
    return dawg_eq_chain_latency(DAWG_EQ_LINEAR_LONG, (double)s->sample_rate);
}

static DAWG_COLD double matched_db(const float *v, double rate)
{
    if (v[MATCH_LOUDNESS] < 0.5f) return 0.0;
    dawg_eq_setting s[BANDS];
    dawg_eq_picture p;
    dawg_eq_loudness l;
    double db = 0.0;
    settings(v, v[AUTO_Q] > 0.5f ? 1.0 : 0.0, s);
    dawg_eq_picture_make(&p, s, BANDS, DAWG_EQ_LINEAR, rate);
    dawg_eq_loudness_init(&l, rate);
    (void)dawg_eq_loudness_step(&l, dawg_eq_picture_power, &p, DAWG_EQ_LOUDNESS_POINTS, &db);
    return db;
}

/* The bells of auto_fix, cuts that come with the sound, are not in it: no setting says what they are. */
static DAWG_COLD uint32_t tail(const float *v, const dawg_setup *s, const dawg_transport *t)
{
    (void)t;
    const double rate = (double)s->sample_rate;
    const dawg_eq_mode mode = mode_of(v);
    dawg_eq_setting at[BANDS];
    settings(v, v[AUTO_Q] > 0.5f ? 1.0 : 0.0, at);
    const double gain = gain_of((double)v[OUTPUT_DB] - matched_db(v, rate)) * (double)v[MIX];
    double longest = dawg_eq_chain_tail(at, BANDS, mode, rate, gain);
    if (v[LISTEN] > 0.5f) {
        const dawg_svf key = dawg_eq_key(&at[(uint32_t)(v[LISTEN] + 0.5f) - 1u].shape, rate);
        longest = dawg_eq_tail(&key, 1, 1.0) + (double)dawg_eq_chain_latency(mode, rate);
    }
    return (uint32_t)dawg_min_d(longest, (double)(DAWG_TAIL_FOREVER - 1u));
}

/* The whole: of a tone alike in both channels, the mean power of what comes out of them. A band: its own shape, wherever
 * it is placed. Dynamic bands at rest. */
static DAWG_COLD void draw(const float *v, const dawg_setup *s, uint32_t part, const float *x, float *y, uint32_t n)
{
    const double rate = (double)s->sample_rate;
    dawg_eq_setting at[BANDS];
    dawg_eq_picture p;
    settings(v, v[AUTO_Q] > 0.5f ? 1.0 : 0.0, at);
    if (part) at[part - 1u].placement = DAWG_EQ_STEREO;
    dawg_eq_picture_make(&p, part ? &at[part - 1u] : at, part ? 1u : BANDS, mode_of(v), rate);
    const double gain = part ? 1.0 : gain_of((double)v[OUTPUT_DB] - matched_db(v, rate));
    const double mix = part ? 1.0 : (double)v[MIX];
    for (uint32_t i = 0; i < n; ++i) {
        double h[2][2][2], power = 0.0;
        dawg_eq_picture_at(&p, (double)x[i], h);
        for (uint32_t to = 0; to < 2; ++to) {
            const double re = 1.0 + mix * (gain * (h[to][0][0] + h[to][1][0]) - 1.0);
            const double im = mix * (gain * (h[to][0][1] + h[to][1][1]));
            power += 0.5 * (re * re + im * im);
        }
        y[i] = dawg_gain_to_db((float)dawg_sqrt_d(power));
    }
}

const dawg_plugin dawg_surgical_eq = {.key = DAWG_TEXT("surgical_eq"),
                                      .name = DAWG_TEXT("Surgical EQ"),
                                      .help = DAWG_HELP("Eight exact bands for repair and shaping, static or dynamic."),
                                      .category = DAWG_EQ,
                                      .version = 2,
                                      .params = params,
                                      .n_params = N_PARAMS,
                                      .meters = meters,
                                      .n_meters = N_METERS,
                                      .presets = DAWG_PRESETS(presets),
                                      .state_size = sizeof(surgical_eq),
                                      .layout = DAWG_SOUND(layout),
                                      .reset = DAWG_SOUND(reset),
                                      .process = DAWG_SOUND(process),
                                      .latency = DAWG_SOUND(latency),
                                      .latency_max = DAWG_SOUND(latency_max),
                                      .tail = DAWG_SOUND(tail),
                                      .curve_kind = DAWG_RESPONSE,
                                      .curve_parts = BANDS,
                                      .draw = draw};
