/* SPDX-License-Identifier: MIT
 * limiter.c - true-peak brick-wall limiter for the end of a chain.
 *
 *   in -> input gain -+-> delay (detector + lookahead) --------------------> x gain -> clamp -> listen -> dither -> out
 *                     +-> 16x peaks -> needed gain -> link -> hold -> release -> smooth -^
 *
 * The gain that each sample needs, held and smoothed over the lookahead, has arrived in full when the sample comes
 * out, so nothing is clipped: the last clamp takes off rounding only. There is no attack knob: the attack is the
 * lookahead. There is no threshold: input_db drives the signal into the ceiling, as a threshold with make-up would.
 * A gain that moves much within a few samples makes new peaks between them: with less than 0.25 ms of lookahead true
 * peaks may pass the ceiling (by 1.5 dB at 0 ms); from 0.25 ms on they stay within 0.1 dB of it, from 0.5 ms on within
 * 0.02 dB. Samples never pass.
 *
 * Release: limit_release.h, in linear gain; the style is a line of its table. Reductions are 0 for none: below 2^-24 they
 * are set to 0, the gain is exactly 1 and the output is the delayed input, bit for bit.
 *
 * A parameter acts on the audio that enters with it: the ceiling travels through the delay beside the audio, so output
 * frame n obeys the ceiling of input frame n - latency even while it moves. */
#include "limiter_tables.h"
#include "analysis/drive_watch.h"
#include "dsp/cold.h"
#include "dsp/dither.h"
#include "dsp/lookahead.h"
#include "dsp/maths.h"
#include "dsp/switch.h"
#include "dsp/true_peak.h"
#include <string.h>

#define FADE_MS 20.0f      /* between two lookaheads */
#define SHARE_FADE_S 0.020 /* of a whole share of a follower */
#define DITHER_SEED 1u

enum { UNITY_FADE, DELTA_FADE, N_FADES };

/* One gain computer per lookahead. Two exist so that a new lookahead can warm up and fade in. */
typedef struct path {
    uint32_t frames; /* of lookahead */
    dawg_lookahead ahead[2];
    void *memory[2];
    dawg_limit_state release[2];
} path;

typedef struct limiter {
    float *audio[2], *ceiling; /* rings */
    uint32_t ring_mask, now;
    dawg_true_peak_design interpolator;
    dawg_true_peak input_peaks[2], output_peaks[2];
    path paths[2], *active;
    uint32_t fade_frames, turned;         /* turned: frames since the other path was started; 0: it rests */
    float input_gain[2], ceiling_gain[2]; /* at both ends of the control period */
    dawg_limit_release release;
    float share[2], body[2]; /* of the slow followers, at both ends of the control period */
    dawg_switch fade[N_FADES];
    dawg_dither dither;
    dawg_drive_watch *loudness;
    float lowest_gain; /* of this control period */
    dawg_peak_meter input_meter, output_meter, true_peak_meter;
    dawg_setup setup;
    int ready; /* parameters have arrived since the reset */
} limiter;

static uint32_t lookahead_frames(float ms, const dawg_setup *s)
{
    return (uint32_t)((double)ms * 0.001 * (double)s->sample_rate + 0.5);
}
static DAWG_COLD uint32_t latency(const float *p, const dawg_setup *s)
{
    return lookahead_frames(p[LOOKAHEAD_MS], s) + DAWG_TRUE_PEAK_DELAY;
}
static DAWG_COLD uint32_t latency_max(const dawg_setup *s)
{
    return lookahead_frames((float)LOOKAHEAD_MAX_MS, s) + DAWG_TRUE_PEAK_DELAY;
}

static DAWG_COLD void layout(void *self, dawg_arena *a, const dawg_setup *s)
{
    limiter *x = self;
    const uint32_t look_max = lookahead_frames((float)LOOKAHEAD_MAX_MS, s);
    uint32_t ring = DAWG_PERIOD;
    while (ring < latency_max(s) + DAWG_PERIOD) ring *= 2u;
    x->ring_mask = ring - 1u;
    x->ceiling = dawg_take(a, float, ring);
    x->loudness = dawg_take(a, dawg_drive_watch, 1);
    for (int c = 0; c < 2; ++c) {
        x->audio[c] = dawg_take(a, float, ring);
        for (int p = 0; p < 2; ++p) x->paths[p].memory[c] = dawg_take(a, unsigned char, dawg_lookahead_size(look_max));
    }
}

static DAWG_COLD void reset(void *self, const dawg_setup *s)
{
    limiter *x = self;
    dawg_true_peak_make(&x->interpolator);
    for (uint32_t i = 0; i <= x->ring_mask; ++i) x->ceiling[i] = 1.0f; /* of the silence before the first frame */
    for (int c = 0; c < 2; ++c) {
        memset(x->audio[c], 0, sizeof(float) * (x->ring_mask + 1u));
        dawg_true_peak_reset(&x->input_peaks[c]);
        dawg_true_peak_reset(&x->output_peaks[c]);
    }
    x->active = &x->paths[0];
    x->now = x->turned = 0;
    x->fade_frames = (uint32_t)(FADE_MS * 0.001f * s->sample_rate + 0.5f);
    x->setup = *s;
    x->lowest_gain = 1.0f;
    dawg_peak_meter_reset(&x->input_meter, DAWG_PERIOD, s->sample_rate);
    dawg_peak_meter_reset(&x->output_meter, DAWG_PERIOD, s->sample_rate);
    dawg_peak_meter_reset(&x->true_peak_meter, DAWG_PERIOD, s->sample_rate);
    for (int i = 0; i < N_FADES; ++i) dawg_switch_reset(&x->fade[i], DAWG_PERIOD, (double)s->sample_rate);
    dawg_dither_reset(&x->dither, DITHER_SEED, (double)s->sample_rate);
    dawg_drive_watch_reset(x->loudness, (double)s->sample_rate);
    x->ready = 0;
}

/* ---- control ---------------------------------------------------------------------------------------------------- */

/* A hair (2 millionths of a dB) under 10^(db/20), so that neither this rounding nor that of the decimal number that
 * somebody typed lets a sample exceed the ceiling they compute in double. 0 dB is exactly 1. */
static float ceiling_gain(float db)
{
    return db == 0.0f ? 1.0f : (float)(dawg_db_to_gain_d((double)db) * (1.0 - 0x1p-22));
}

static DAWG_COLD void start_path(path *p, uint32_t frames, const path *from)
{
    p->frames = frames;
    for (int c = 0; c < 2; ++c) {
        dawg_lookahead_reset(&p->ahead[c], p->memory[c], frames);
        p->release[c] = from ? from->release[c] : (dawg_limit_state){0.0, 0.0, 0.0};
    }
}

static path *resting_path(limiter *x) { return x->active == &x->paths[0] ? &x->paths[1] : &x->paths[0]; }

/* The resting path computes along until all it has seen is its own (warm), then the output fades over to it. */
static uint32_t warm_frames(const path *p) { return p->frames + 2u; }

static void plan_share(const limiter *x, float share[2], float goal)
{
    const float step = (float)DAWG_PERIOD / ((float)SHARE_FADE_S * x->setup.sample_rate);
    share[0] = x->ready ? share[1] : goal;
    share[1] = dawg_clamp(goal, share[0] - step, share[0] + step);
}

static void plan_release(limiter *x, const dawg_block *b)
{
    const dawg_limit_style *s = &styles[(uint32_t)b->to[STYLE]];
    if (!x->ready || dawg_moved(b, RELEASE_MS) || dawg_moved(b, STYLE))
        x->release = dawg_limit_release_design(s, (double)b->to[RELEASE_MS], (double)x->setup.sample_rate);
    plan_share(x, x->share, b->to[AUTO_RELEASE] > 0.5f ? (float)s->share : 0.0f);
    plan_share(x, x->body, (float)s->body + (1.0f - (float)s->body) * b->to[TRANSIENTS]);
}

static DAWG_COLD void begin_period(limiter *x, const dawg_block *b)
{
    const uint32_t frames = lookahead_frames(b->to[LOOKAHEAD_MS], &x->setup);
    if (!x->ready || dawg_moved(b, INPUT_DB)) {
        x->input_gain[0] = dawg_db_to_gain(b->from[INPUT_DB]);
        x->input_gain[1] = dawg_db_to_gain(b->to[INPUT_DB]);
    } else {
        x->input_gain[0] = x->input_gain[1];
    }
    if (!x->ready || dawg_moved(b, CEILING_DB)) {
        x->ceiling_gain[0] = ceiling_gain(b->from[CEILING_DB]);
        x->ceiling_gain[1] = ceiling_gain(b->to[CEILING_DB]);
    } else {
        x->ceiling_gain[0] = x->ceiling_gain[1];
    }
    plan_release(x, b);
    dawg_switch_plan(&x->fade[UNITY_FADE], b->to[UNITY_GAIN] > 0.5f);
    dawg_switch_plan(&x->fade[DELTA_FADE], b->to[DELTA] > 0.5f);
    if (!x->ready) {
        start_path(x->active, frames, NULL);
        dawg_drive_watch_skip(x->loudness, frames + DAWG_TRUE_PEAK_DELAY);
    } else if (x->turned && x->turned >= warm_frames(resting_path(x)) + x->fade_frames) {
        x->active = resting_path(x);
        x->turned = 0;
    }
    if (!x->turned && frames != x->active->frames) {
        start_path(resting_path(x), frames, x->active);
        x->turned = 1; /* counts from 1: 0 means at rest */
    }
    x->ready = 1;
}

/* ---- signal ----------------------------------------------------------------------------------------------------- */

static void ring_write(const limiter *x, float *ring, const float *from, uint32_t n)
{
    for (uint32_t i = 0; i < n; ++i) ring[(x->now + i) & x->ring_mask] = from[i];
}
static void ring_read(const limiter *x, const float *ring, uint32_t delay, uint32_t n, float *to)
{
    for (uint32_t i = 0; i < n; ++i) to[i] = ring[(x->now + i - delay) & x->ring_mask];
}

/* The gain that each frame of the detector's output needs: exactly 1 where the peak is under the ceiling. */
static void needed_gain(const float *peak, const float *ceiling, uint32_t n, float *needed)
{
    for (uint32_t i = 0; i < n; ++i) needed[i] = ceiling[i] / dawg_max(peak[i], ceiling[i]);
}

static void link_channels(const dawg_block *b, uint32_t n, float needed[2][DAWG_PERIOD])
{
    const float ends[2] = {b->from[LINK], b->to[LINK]};
    for (uint32_t i = 0; i < n; ++i) {
        const float l = dawg_along(ends, b->at + i), least = dawg_min(needed[0][i], needed[1][i]);
        for (int c = 0; c < 2; ++c) needed[c][i] = (1.0f - l) * needed[c][i] + l * least;
    }
}

static void run_path(const limiter *x, const dawg_block *b, path *p, float needed[2][DAWG_PERIOD],
                     float gain[2][DAWG_PERIOD], float out[2][DAWG_PERIOD])
{
    const uint32_t n = b->n;
    float ceiling[DAWG_PERIOD];
    const uint32_t delay = p->frames + DAWG_TRUE_PEAK_DELAY;
    ring_read(x, x->ceiling, delay, n, ceiling);
    for (int c = 0; c < 2; ++c) {
        for (uint32_t i = 0; i < n; ++i) {
            const double held = 1.0 - (double)dawg_lookahead_hold(&p->ahead[c], needed[c][i]);
            const double share = (double)dawg_along(x->share, b->at + i), body = (double)dawg_along(x->body, b->at + i);
            const double reduction = dawg_limit_release_tick(&p->release[c], &x->release, share, body, held);
            gain[c][i] = (float)(1.0 - dawg_lookahead_smooth(&p->ahead[c], reduction));
        }
        ring_read(x, x->audio[c], delay, n, out[c]);
        for (uint32_t i = 0; i < n; ++i) out[c][i] = dawg_clamp(out[c][i] * gain[c][i], -ceiling[i], ceiling[i]);
    }
}

/* The new path over the old: smoothstep, so neither end has a corner. */
static void fade_paths(const limiter *x, uint32_t n, float a[2][DAWG_PERIOD], float b[2][DAWG_PERIOD], uint32_t turned,
                       uint32_t warm)
{
    for (uint32_t i = 0; i < n; ++i) {
        const uint32_t frame = turned + i;
        const float u = frame < warm ? 0.0f : dawg_min((float)(frame - warm) / (float)x->fade_frames, 1.0f);
        const float w = u * u * (3.0f - 2.0f * u);
        for (int c = 0; c < 2; ++c) a[c][i] = w < 1.0f ? a[c][i] + (b[c][i] - a[c][i]) * w : b[c][i];
    }
}

static DAWG_COLD void publish_loudness(limiter *x, const dawg_block *b)
{
    const dawg_drive_reading r =
        dawg_drive_watch_end(x->loudness, b->to[INPUT_DB], b->to[TARGET_LUFS], b->transport->playing);
    b->meters[MOMENTARY_LUFS] = r.momentary;
    b->meters[SHORT_TERM_LUFS] = r.short_term;
    b->meters[INTEGRATED_LUFS] = r.integrated;
    b->meters[SUGGESTED_DRIVE_DB] = dawg_clamp(r.suggested_db, params[INPUT_DB].min, params[INPUT_DB].max);
}

/* Of the limited sound. */
static void measure(limiter *x, const dawg_block *b, const float *drive, float gain[2][DAWG_PERIOD],
                    float out[2][DAWG_PERIOD])
{
    const float *const limited[2] = {out[0], out[1]};
    dawg_peak_meter_feed(&x->input_meter, b->in, b->n);
    dawg_peak_meter_feed(&x->output_meter, limited, b->n);
    dawg_drive_watch_process(x->loudness, limited, drive, b->n);
    for (int c = 0; c < 2; ++c) {
        for (uint32_t i = 0; i < b->n; ++i) x->lowest_gain = dawg_min(x->lowest_gain, gain[c][i]);
        x->true_peak_meter.now =
            dawg_true_peak_largest(&x->output_peaks[c], &x->interpolator, out[c], b->n, x->true_peak_meter.now);
    }
    if (b->at + b->n < DAWG_PERIOD) return;
    b->meters[GAIN_REDUCTION_DB] = x->lowest_gain < 1.0f ? -dawg_gain_to_db(x->lowest_gain) : 0.0f;
    b->meters[INPUT_PEAK_DB] = dawg_peak_meter_end(&x->input_meter);
    b->meters[OUTPUT_PEAK_DB] = dawg_peak_meter_end(&x->output_meter);
    b->meters[TRUE_PEAK_DBTP] = dawg_peak_meter_end(&x->true_peak_meter);
    publish_loudness(x, b);
    x->lowest_gain = 1.0f;
}

/* What is taken off in place of what is left; the drive taken off. Never more than the ceiling. */
static void listen(limiter *x, const dawg_block *b, const float *drive, const float *ceiling, float out[2][DAWG_PERIOD])
{
    const uint32_t n = b->n, delay = x->active->frames + DAWG_TRUE_PEAK_DELAY;
    float dry[DAWG_PERIOD];
    for (int c = 0; c < 2 && !dawg_switch_off(&x->fade[DELTA_FADE]); ++c) {
        ring_read(x, x->audio[c], delay, n, dry);
        for (uint32_t i = 0; i < n; ++i) {
            const float w = dawg_switch_at(&x->fade[DELTA_FADE], b->at + i);
            const float taken = dawg_clamp(dry[i] - out[c][i], -ceiling[i], ceiling[i]);
            out[c][i] = w < 1.0f ? out[c][i] + w * (taken - out[c][i]) : taken;
        }
    }
    for (uint32_t i = 0; i < n && !dawg_switch_off(&x->fade[UNITY_FADE]); ++i) {
        const float w = dawg_switch_at(&x->fade[UNITY_FADE], b->at + i);
        const float unity = 1.0f / dawg_max(drive[i], 1.0f), g = w < 1.0f ? 1.0f + w * (unity - 1.0f) : unity;
        for (int c = 0; c < 2; ++c) out[c][i] *= g;
    }
}

static void process(void *self, const dawg_block *b)
{
    limiter *x = self;
    const uint32_t n = b->n;
    float drive[DAWG_PERIOD], driven[2][DAWG_PERIOD], needed[2][DAWG_PERIOD], ceiling[DAWG_PERIOD];
    float out[2][DAWG_PERIOD], gain[2][DAWG_PERIOD], other_out[2][DAWG_PERIOD], other_gain[2][DAWG_PERIOD];
    if (b->at == 0 || !x->ready) begin_period(x, b);

    for (uint32_t i = 0; i < n; ++i) {
        drive[i] = dawg_along(x->input_gain, b->at + i);
        ceiling[i] = dawg_along(x->ceiling_gain, b->at + i);
        for (int c = 0; c < 2; ++c) driven[c][i] = b->in[c][i] * drive[i];
    }
    ring_write(x, x->ceiling, ceiling, n);
    ring_read(x, x->ceiling, DAWG_TRUE_PEAK_DELAY, n, ceiling);
    for (int c = 0; c < 2; ++c) {
        float peak[DAWG_PERIOD];
        ring_write(x, x->audio[c], driven[c], n);
        dawg_true_peak_process(&x->input_peaks[c], &x->interpolator, driven[c], n, peak);
        if (b->to[TRUE_PEAK] < 0.5f) {
            ring_read(x, x->audio[c], DAWG_TRUE_PEAK_DELAY, n, peak);
            for (uint32_t i = 0; i < n; ++i) peak[i] = dawg_abs(peak[i]);
        }
        needed_gain(peak, ceiling, n, needed[c]);
    }
    link_channels(b, n, needed);

    run_path(x, b, x->active, needed, gain, out);
    if (x->turned) {
        path *next = resting_path(x);
        run_path(x, b, next, needed, other_gain, other_out);
        fade_paths(x, n, out, other_out, x->turned - 1u, warm_frames(next));
        fade_paths(x, n, gain, other_gain, x->turned - 1u, warm_frames(next));
        x->turned += n;
    }
    measure(x, b, drive, gain, out);
    const uint32_t bits = dither_bits[(uint32_t)b->to[DITHER]];
    ring_read(x, x->ceiling, x->active->frames + DAWG_TRUE_PEAK_DELAY, n, ceiling);
    listen(x, b, drive, ceiling, out);
    for (uint32_t i = 0; i < n && bits; ++i) dawg_dither_frame(&x->dither, bits, ceiling[i], &out[0][i], &out[1][i]);
    for (int c = 0; c < 2; ++c) memcpy(b->out[c], out[c], sizeof(float) * n);
    x->now += n;
    for (int i = 0; i < N_FADES && b->at + n == DAWG_PERIOD; ++i) dawg_switch_end(&x->fade[i]);
}

static DAWG_COLD uint32_t tail(const float *p, const dawg_setup *s, const dawg_transport *t)
{
    (void)t;
    /* nothing recursive is heard: the last sample leaves, and then the dither for a moment */
    return latency(p, s) + (p[DITHER] > 0.5f ? dawg_dither_silent_frames((double)s->sample_rate) : 0u);
}

/* Of the limited sound, whatever is listened to. */
static DAWG_COLD void draw(const float *p, const dawg_setup *s, uint32_t part, const float *x, float *y, uint32_t n)
{
    (void)s, (void)part;
    const float drive = dawg_db_to_gain(p[INPUT_DB]), ceiling = ceiling_gain(p[CEILING_DB]);
    for (uint32_t i = 0; i < n; ++i) {
        const float peak = drive * dawg_db_to_gain(x[i]);
        float needed;
        needed_gain(&peak, &ceiling, 1, &needed);
        y[i] = dawg_gain_to_db(peak * needed);
    }
}

const dawg_plugin dawg_limiter = {
    .key = DAWG_TEXT("limiter"),
    .name = DAWG_TEXT("Limiter"),
    .help = DAWG_HELP("True-peak brick-wall limiter with lookahead, styles, a loudness target and dither."),
    .category = DAWG_UTILITY,
    .version = 1,
    .params = params,
    .n_params = N_PARAMS,
    .meters = meters,
    .n_meters = N_METERS,
    .presets = DAWG_PRESETS(presets),
    .state_size = sizeof(limiter),
    .layout = DAWG_SOUND(layout),
    .reset = DAWG_SOUND(reset),
    .process = DAWG_SOUND(process),
    .latency = DAWG_SOUND(latency),
    .latency_max = DAWG_SOUND(latency_max),
    .tail = DAWG_SOUND(tail),
    .curve_kind = DAWG_TRANSFER,
    .draw = DAWG_SOUND(draw),
};
