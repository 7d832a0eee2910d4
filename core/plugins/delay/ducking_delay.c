/* SPDX-License-Identifier: MIT
 * ducking_delay.c - stereo echoes that step back while the voice speaks.
 *
 *     in --+----------------------------------------------------------- dry ------+--> out
 *          |                                                                      |
 *          +--(+)--> echo line --> cuts --> runaway.h --> limiter ----+-- width - duck - wet
 *              ^                                                      |             ^
 *              +--------------------- feedback -----------------------+      key or in: ducker.h
 *
 * Ducking acts on what is heard, not in the loop: an echo that was ducked is there again when the voice pauses. Without
 * modulation and cuts each repeat is an exact copy; a new time cross-fades (echo_line.h). There is no latency.
 *
 * Dry and wet gains are f(1 - mix) and f(mix) with f(m) = 1.5 m - 0.5 m^3: equal power within 0.25 dB, because an echo is
 * uncorrelated with what it falls on; exact at both ends; and never more than 1.375 together, so that a full-scale
 * input and a loop at its limit stay under +3 dBFS.
 *
 * Sources: gain computer and detector Giannoulis, Massberg, Reiss 2012 (ducker.h); filters Zavalishin 2012 (svf.h);
 * interpolation Laakso et al. 1996 (delay.h). */
#include "dsp/cold.h"
#include "dsp/cut.h"
#include "dsp/echo_line.h"
#include "dsp/loop_limiter.h"
#include "dsp/loop_tail.h"
#include "dsp/runaway.h"
#include "ducker.h"
#include "ducking_delay_tables.h"
#include <string.h>

#define TEMPO_MIN 20.0 /* bpm: a half note is then 6 s, which bounds the line: 4 MB at 48 kHz, 16 MB at 192 kHz */
#define DEPTH_S 0.005  /* peak deviation at full modulation: 54 cents at 1 Hz, in proportion to depth and rate */
#define DC_HZ 1.0      /* above feedback 1 the loop has a high-pass, or an offset would grow in it */

typedef struct ducking_delay {
    float rate;
    uint32_t fresh; /* no control period has begun since the reset */
    dawg_echo_line line;
    dawg_cut low, high;
    double offset[2], offset_pole; /* slow mean of the loop and what it follows per frame */
    dawg_loop_limiter limiter;
    dawg_ducker *ducker;
    dawg_runaway *runaway;
    dawg_peak_meter input, output;
} ducking_delay;

/* ---- life ------------------------------------------------------------------------------------------------------- */

static DAWG_COLD void layout(void *self, dawg_arena *a, const dawg_setup *s)
{
    ducking_delay *x = self;
    const double longest_s = 60.0 / TEMPO_MIN * DAWG_NOTE_BEATS_MAX + DEPTH_S;
    const uint32_t longest = (uint32_t)(longest_s * (double)s->sample_rate) + 1u;
    dawg_echo_line_init(&x->line, dawg_take(a, float, dawg_echo_line_size(longest)), longest);
    x->ducker = dawg_take(a, dawg_ducker, 1);
    x->runaway = dawg_take(a, dawg_runaway, 1);
}

static DAWG_COLD void reset(void *self, const dawg_setup *s)
{
    ducking_delay *x = self;
    const double rate = (double)s->sample_rate;
    *x = (ducking_delay){
        .rate = s->sample_rate, .fresh = 1, .line = x->line, .ducker = x->ducker, .runaway = x->runaway};
    dawg_echo_line_reset(&x->line, DAWG_PERIOD, rate);
    dawg_ducker_reset(x->ducker, x->rate);
    dawg_runaway_reset(x->runaway, DAWG_PERIOD, rate);
    dawg_cut_reset(&x->low, DAWG_EQ_HIGH_PASS, params[LOW_CUT_HZ].min, DAWG_PERIOD, rate);
    dawg_cut_reset(&x->high, DAWG_EQ_LOW_PASS, params[HIGH_CUT_HZ].max, DAWG_PERIOD, rate);
    x->offset_pole = 1.0 - dawg_exp_d(-2.0 * DAWG_PI * DC_HZ / rate);
    dawg_peak_meter_reset(&x->input, DAWG_PERIOD, x->rate);
    dawg_peak_meter_reset(&x->output, DAWG_PERIOD, x->rate);
}

/* ---- control ---------------------------------------------------------------------------------------------------- */

static double delay_frames(const float *v, double rate, const dawg_transport *t)
{
    const uint32_t note = (uint32_t)v[SYNC];
    return rate * (note ? dawg_note_seconds(note, dawg_max_d(t->tempo_bpm, TEMPO_MIN)) : (double)v[TIME_MS] * 1e-3);
}

static void plan_line(ducking_delay *x, const dawg_block *b)
{
    const double rate = (double)x->rate;
    const dawg_echo_plan plan = {.frames = delay_frames(b->to, rate, b->transport),
                                 .depth_from = (double)b->from[MODULATION] * DEPTH_S * rate,
                                 .depth_to = (double)b->to[MODULATION] * DEPTH_S * rate,
                                 .hz_from = (double)b->from[RATE_HZ],
                                 .hz_to = (double)b->to[RATE_HZ],
                                 .lead = (double)b->to[STEREO_PHASE] / 360.0};
    dawg_echo_line_plan(&x->line, &plan);
    dawg_loop_limiter_set(&x->limiter, dawg_echo_line_frames(&x->line), rate);
    dawg_cut_plan(&x->low, b->from[LOW_CUT_HZ], b->to[LOW_CUT_HZ]);
    dawg_cut_plan(&x->high, b->from[HIGH_CUT_HZ], b->to[HIGH_CUT_HZ]);
}

static dawg_ducker_setting ducking_of(const float *v)
{
    return (dawg_ducker_setting){.threshold_db = v[THRESHOLD_DB],
                                 .knee_db = v[KNEE_DB],
                                 .range_db = v[RANGE_DB],
                                 .attack_ms = v[ATTACK_MS],
                                 .hold_ms = v[HOLD_MS],
                                 .release_ms = v[RELEASE_MS],
                                 .smart = v[SMART_DUCKING] > 0.5f,
                                 .adaptive = v[ADAPTIVE_RELEASE] > 0.5f};
}

static void begin_period(ducking_delay *x, const dawg_block *b)
{
    const dawg_ducker_setting ducking = ducking_of(b->to);
    plan_line(x, b);
    dawg_ducker_plan(x->ducker, &ducking);
    dawg_runaway_plan(x->runaway, b->to[ANTI_RUNAWAY] > 0.5f, dawg_echo_line_frames(&x->line));
    x->fresh = 0;
}

static void end_period(ducking_delay *x, const dawg_block *b)
{
    dawg_echo_line_end(&x->line);
    dawg_cut_end(&x->low);
    dawg_cut_end(&x->high);
    for (int c = 0; c < 2; ++c) x->offset[c] = dawg_flush_d(x->offset[c]);
    dawg_ducker_end(x->ducker);
    dawg_runaway_end(x->runaway);
    b->meters[GAIN_REDUCTION_DB] = dawg_ducker_reduction_db(x->ducker);
    b->meters[INPUT_PEAK_DB] = dawg_peak_meter_end(&x->input);
    b->meters[OUTPUT_PEAK_DB] = dawg_peak_meter_end(&x->output);
    b->meters[DELAY_MS] = (float)dawg_echo_line_frames(&x->line) * 1000.0f / x->rate;
    b->meters[VOICE] = dawg_ducker_voice(x->ducker);
    b->meters[ADAPTED_RELEASE_MS] = dawg_ducker_release_ms(x->ducker);
    b->meters[RUNAWAY_CUT_DB] = dawg_runaway_cut_db(x->runaway);
}

/* ---- sound ------------------------------------------------------------------------------------------------------ */

/* Above feedback 1 takes the slow mean off, by a share that keeps the loop's gain at DC under 1. */
static void drop_offset(ducking_delay *x, const float feedback[2], uint32_t at, uint32_t n, float io[2][DAWG_PERIOD])
{
    if (feedback[0] <= 1.0f && feedback[1] <= 1.0f) {
        x->offset[0] = x->offset[1] = 0.0;
        return;
    }
    const float all = params[FEEDBACK].max - 1.0f;
    for (uint32_t i = 0; i < n; ++i) {
        const double part = (double)dawg_clamp((dawg_along(feedback, at + i) - 1.0f) / all, 0.0f, 1.0f);
        for (int c = 0; c < 2; ++c) {
            x->offset[c] += x->offset_pole * ((double)io[c][i] - x->offset[c]);
            io[c][i] = (float)((double)io[c][i] - part * x->offset[c]);
        }
    }
}

/* What a width adds to the left channel and takes from the right. */
static float spread(float left, float right, float width) { return 0.5f * (width - 1.0f) * (left - right); }

/* Holds both the loop and what is heard of it, which a width above 1 raises, under full scale; gain: what it does. */
static void limit(dawg_loop_limiter *x, const float width[2], uint32_t at, uint32_t n, float io[2][DAWG_PERIOD],
                  float *gain)
{
    float peak[DAWG_PERIOD];
    for (uint32_t i = 0; i < n; ++i) {
        const float l = io[0][i], r = io[1][i], wide = spread(l, r, dawg_along(width, at + i));
        const float loop = dawg_max(dawg_abs(l), dawg_abs(r)), heard = dawg_max(dawg_abs(l + wide), dawg_abs(r - wide));
        peak[i] = dawg_max(loop, heard);
        gain[i] = 1.0f;
    }
    if (dawg_loop_limiter_rests(x, dawg_peak(peak, n, 0.0f))) return;
    for (uint32_t i = 0; i < n; ++i) {
        gain[i] = dawg_loop_limiter_tick(x, peak[i]);
        io[0][i] *= gain[i];
        io[1][i] *= gain[i];
    }
}

/* The loop, for as many frames as can be read before one of them must be written. */
static void turn(ducking_delay *x, const dawg_block *b, uint32_t start, uint32_t n, float echo[2][DAWG_PERIOD])
{
    const uint32_t at = b->at + start;
    const float feedback[2] = {b->from[FEEDBACK], b->to[FEEDBACK]}, width[2] = {b->from[WIDTH], b->to[WIDTH]};
    const float *const in[2] = {b->in[0] + start, b->in[1] + start};
    float run[2][DAWG_PERIOD], held[DAWG_PERIOD], fed[DAWG_PERIOD];
    dawg_echo_line_read(&x->line, at, n, run[0], run[1]);
    dawg_cuts_run(&x->low, &x->high, at, n, run[0], run[1]);
    dawg_runaway_cut(x->runaway, at, n, run[0], run[1]);
    drop_offset(x, feedback, at, n, run);
    limit(&x->limiter, width, at, n, run, held);
    for (uint32_t i = 0; i < n; ++i) fed[i] = dawg_along(feedback, at + i);
    dawg_runaway_listen(x->runaway, n, in, (const float *const[2]){run[0], run[1]}, held, fed);
    for (int c = 0; c < 2; ++c) {
        memcpy(echo[c] + start, run[c], sizeof(float) * n);
        for (uint32_t i = 0; i < n; ++i) run[c][i] = dawg_flush(in[c][i] + fed[i] * run[c][i]);
    }
    dawg_echo_line_write(&x->line, n, run[0], run[1]);
}

static float mix_gain(float m) { return m * (1.5f - 0.5f * m * m); }

static void mix(const dawg_block *b, const float *duck_gain, float echo[2][DAWG_PERIOD])
{
    const float from = b->from[MIX], to = b->to[MIX], width[2] = {b->from[WIDTH], b->to[WIDTH]};
    const float dry[2] = {mix_gain(1.0f - from), mix_gain(1.0f - to)}, wet[2] = {mix_gain(from), mix_gain(to)};
    if (from == 0.0f && to == 0.0f) { /* the input's own bits: -0 too */
        for (int c = 0; c < 2; ++c) memcpy(b->out[c], b->in[c], sizeof(float) * b->n);
        return;
    }
    float *const restrict left = b->out[0], *const restrict right = b->out[1];
    for (uint32_t i = 0; i < b->n; ++i) {
        const uint32_t frame = b->at + i;
        const float l = echo[0][i], r = echo[1][i], wide = spread(l, r, dawg_along(width, frame));
        const float g = dawg_along(wet, frame) * duck_gain[i], d = dawg_along(dry, frame);
        left[i] = d * b->in[0][i] + g * (l + wide);
        right[i] = d * b->in[1][i] + g * (r - wide);
    }
}

static void process(void *self, const dawg_block *b)
{
    ducking_delay *x = self;
    const float *const *key = b->side && b->to[SIDECHAIN] > 0.5f ? b->side : b->in;
    float gain[DAWG_PERIOD], echo[2][DAWG_PERIOD];
    if (b->at == 0 || x->fresh) begin_period(x, b);
    dawg_ducker_run(x->ducker, b->at, b->n, key, gain);
    for (uint32_t done = 0, n; done < b->n; done += n) {
        n = b->n - done < x->line.run ? b->n - done : x->line.run;
        turn(x, b, done, n, echo);
    }
    mix(b, gain, echo);
    dawg_peak_meter_feed(&x->input, b->in, b->n);
    dawg_peak_meter_feed(&x->output, (const float *const *)b->out, b->n);
    if (b->at + b->n == DAWG_PERIOD) end_period(x, b);
}

/* ---- tail ------------------------------------------------------------------------------------------------------- */

/* Ducking is left out: the echoes come back up. */
static DAWG_COLD uint32_t tail(const float *v, const dawg_setup *s, const dawg_transport *t)
{
    const double rate = (double)s->sample_rate, frames = dawg_echo_frames(delay_frames(v, rate, t));
    const double depth = dawg_echo_depth(frames, (double)v[MODULATION] * DEPTH_S * rate);
    dawg_svf cuts[2];
    uint32_t n = 0;
    if (v[LOW_CUT_HZ] > params[LOW_CUT_HZ].min)
        cuts[n++] = dawg_cut_design(DAWG_EQ_HIGH_PASS, (double)v[LOW_CUT_HZ], rate);
    if (v[HIGH_CUT_HZ] < params[HIGH_CUT_HZ].max)
        cuts[n++] = dawg_cut_design(DAWG_EQ_LOW_PASS, (double)v[HIGH_CUT_HZ], rate);
    const dawg_loop loop = {.frames = frames + depth + (depth > 0.0 ? (double)DAWG_DELAY_SHORT : 0.0),
                            .feedback = (double)v[FEEDBACK],
                            .level = (double)(mix_gain(v[MIX]) * dawg_max(v[WIDTH], 1.0f)),
                            .cuts = cuts,
                            .n_cuts = n};
    return dawg_loop_tail(&loop, rate);
}

const dawg_plugin dawg_ducking_delay = {.key = DAWG_TEXT("ducking_delay"),
                                        .name = DAWG_TEXT("Ducking Delay"),
                                        .help = DAWG_HELP("Stereo echoes that step back while the voice speaks."),
                                        .category = DAWG_DELAY,
                                        .version = 1,
                                        .side_channels = 2,
                                        .params = params,
                                        .n_params = N_PARAMS,
                                        .meters = meters,
                                        .n_meters = N_METERS,
                                        .presets = DAWG_PRESETS(presets),
                                        .state_size = sizeof(ducking_delay),
                                        .layout = DAWG_SOUND(layout),
                                        .reset = DAWG_SOUND(reset),
                                        .process = DAWG_SOUND(process),
                                        .tail = tail};
