/* SPDX-License-Identifier: MIT
 * limiter.c - true-peak brick-wall limiter for the end of a chain.
 *
 *   in -> input gain -+-> delay (detector + lookahead) ------------------------------> x gain -> clamp -> out
 *                     +-> 16x peaks -> needed gain -> link -> hold -> release -> smooth -----^
 *
 * The gain that each sample needs, held and smoothed over the lookahead, has arrived in full when the sample comes
 * out, so nothing is clipped: the last clamp takes off rounding only. There is no attack knob: the attack is the
 * lookahead. There is no threshold: input_db drives the signal into the ceiling, as a threshold with make-up would.
 * A gain that moves much within a few samples makes new peaks between them: with less than 0.25 ms of lookahead true
 * peaks may pass the ceiling (by 1.5 dB at 0 ms); from 0.25 ms on they stay within 0.1 dB of it, from 0.5 ms on within
 * 0.02 dB. Samples never pass.
 *
 * Release: reduction falls quickly (release_ms) towards a slow follower that only sustained reduction charges, so one
 * hit is forgotten at once and dense music is not pumped; both are first order, in linear gain. Reductions are 0 for
 * none: below 2^-24 they are set to 0, the gain is exactly 1 and the output is the delayed input, bit for bit.
 *
 * A parameter acts on the audio that enters with it: the ceiling travels through the delay beside the audio, so output
 * frame n obeys the ceiling of input frame n - latency even while it moves. */
#include "plugin.h"
#include "dsp/lookahead.h"
#include "dsp/maths.h"
#include "dsp/peak_meter.h"
#include "dsp/true_peak.h"
#include <string.h>

enum { INPUT_DB, CEILING_DB, LOOKAHEAD_MS, RELEASE_MS, LINK, TRUE_PEAK, N_PARAMS };
enum { GAIN_REDUCTION_DB, INPUT_PEAK_DB, OUTPUT_PEAK_DB, TRUE_PEAK_DBTP, N_METERS };

#define LOOKAHEAD_MAX_MS 10.0
#define FADE_MS 20.0f /* between two lookaheads */
#define SLOW_RISE 2.0 /* the slow follower's time constants, in release_ms */
#define SLOW_FALL 4.0
#define NO_REDUCTION 0x1p-24

static const dawg_param params[] = {
    DAWG_P("input_db", "Input", DAWG_DB, DAWG_LIN, -12, 24, 0, 50, DAWG_AUTOMATABLE | DAWG_ML_TARGET,
           "Drives the signal into the ceiling: every dB makes quiet parts 1 dB louder (a threshold with make-up)."),
    DAWG_P("ceiling_db", "Ceiling", DAWG_DB, DAWG_LIN, -20, 0, -1, 50, DAWG_AUTOMATABLE | DAWG_ML_TARGET,
           "Highest level that comes out: no sample exceeds it, nor, with True Peak and some lookahead, what lies "
           "between two."),
    DAWG_P(
        "lookahead_ms", "Lookahead", DAWG_MS, DAWG_LIN, 0, LOOKAHEAD_MAX_MS, 5, 0, DAWG_SETS_LATENCY,
        "How long before a peak the gain starts to fall: the attack. True Peak holds from 0.25 ms on (within 0.1 dB)."),
    DAWG_P("release_ms", "Release", DAWG_MS, DAWG_LOG, 1, 1000, 100, 20, DAWG_AUTOMATABLE | DAWG_ML_TARGET,
           "Time to regain 63 % after a short peak; after sustained limiting about five times as long."),
    DAWG_P("link", "Link", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 1, 50, DAWG_AUTOMATABLE,
           "1: both channels get the same gain and the image stands still; 0: each channel is limited alone."),
    DAWG_P_BOOL("true_peak", "True Peak", 1, DAWG_AUTOMATABLE,
                "Limits the waveform between the samples too, where a converter or a resampler would clip it."),
};
DAWG_PARAM_TABLE(params, N_PARAMS);

static const dawg_meter meters[] = {
    DAWG_M("gain_reduction_db", "Gain Reduction", DAWG_DB, 0), /* >= 0: the deepest of the last control period */
    DAWG_M("input_peak_db", "Input Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB), /* before input_db */
    DAWG_M("output_peak_db", "Output Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
    DAWG_M("true_peak_dbtp", "True Peak", DAWG_DBTP, DAWG_PEAK_SILENCE_DB), /* of the output */
};
DAWG_PARAM_TABLE(meters, N_METERS);

#if !defined(DAWG_LEAN)
static const dawg_preset presets[] = {
    DAWG_PRESET("streaming_safe", "Streaming Safe",
                "At most -1 dBTP, as Spotify, Apple Music and YouTube ask; what stays under it passes bit for bit.",
                {RELEASE_MS, 200}),
    DAWG_PRESET("loud_streaming", "Loud Streaming",
                "4 dB of drive, at most -2 dBTP, as Spotify asks of masters louder than -14 LUFS: 3 to 4 LU louder.",
                {INPUT_DB, 4}, {CEILING_DB, -2}, {RELEASE_MS, 60}),
    DAWG_PRESET("mastering", "Mastering", "3 dB of drive, at most -0.3 dBTP: 2.5 to 3 LU louder.", {INPUT_DB, 3},
                {CEILING_DB, -0.3f}, {RELEASE_MS, 150}),
    DAWG_PRESET("transparent", "Transparent",
                "Takes 6 dB off a 50 Hz tone with less than 0.01 % of distortion; at most -1 dBTP.", {LOOKAHEAD_MS, 10},
                {RELEASE_MS, 300}),
    DAWG_PRESET("broadcast", "Broadcast", "At most -2 dBTP (ATSC A/85); level changes within 0.5 LU.", {CEILING_DB, -2},
                {LOOKAHEAD_MS, 8}, {RELEASE_MS, 500}),
    DAWG_PRESET("drum_bus", "Drum Bus", "4 dB of drive, gain back 63 % within 40 ms after a hit; at most -1 dBTP.",
                {INPUT_DB, 4}, {LOOKAHEAD_MS, 1.5f}, {RELEASE_MS, 25}),
    DAWG_PRESET("live", "Live", "0.96 ms late at 48 kHz, at most -1 dBTP.", {LOOKAHEAD_MS, 0.5f}, {RELEASE_MS, 80}),
};
#endif

/* One gain computer per lookahead. Two exist so that a new lookahead can warm up and fade in. */
typedef struct path {
    uint32_t frames; /* of lookahead */
    dawg_lookahead ahead[2];
    void *memory[2];
    double fast[2], slow[2]; /* reductions */
} path;

typedef struct limiter {
    float *audio[2], *ceiling; /* rings */
    uint32_t ring_mask, now;
    dawg_true_peak_design interpolator;
    dawg_true_peak input_peaks[2], output_peaks[2];
    path paths[2], *active;
    uint32_t fade_frames, turned;         /* turned: frames since the other path was started; 0: it rests */
    float input_gain[2], ceiling_gain[2]; /* at both ends of the control period */
    double fast_keep, slow_rise, slow_fall;
    float lowest_gain; /* of this control period */
    dawg_peak_meter input_meter, output_meter, true_peak_meter;
    dawg_setup setup;
    int ready; /* parameters have arrived since the reset */
} limiter;

static uint32_t lookahead_frames(float ms, const dawg_setup *s)
{
    return (uint32_t)((double)ms * 0.001 * (double)s->sample_rate + 0.5);
}
static uint32_t latency(const float *p, const dawg_setup *s)
{
    return lookahead_frames(p[LOOKAHEAD_MS], s) + DAWG_TRUE_PEAK_DELAY;
}
static uint32_t latency_max(const dawg_setup *s)
{
    return lookahead_frames((float)LOOKAHEAD_MAX_MS, s) + DAWG_TRUE_PEAK_DELAY;
}

static void layout(void *self, dawg_arena *a, const dawg_setup *s)
{
    limiter *x = self;
    const uint32_t look_max = lookahead_frames((float)LOOKAHEAD_MAX_MS, s);
    uint32_t ring = DAWG_PERIOD;
    while (ring < latency_max(s) + DAWG_PERIOD) ring *= 2u;
    x->ring_mask = ring - 1u;
    x->ceiling = dawg_take(a, float, ring);
    for (int c = 0; c < 2; ++c) {
        x->audio[c] = dawg_take(a, float, ring);
        for (int p = 0; p < 2; ++p) x->paths[p].memory[c] = dawg_take(a, unsigned char, dawg_lookahead_size(look_max));
    }
}

static void reset(void *self, const dawg_setup *s)
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
    x->ready = 0;
}

/* ---- control ---------------------------------------------------------------------------------------------------- */

/* A hair (2 millionths of a dB) under 10^(db/20), so that neither this rounding nor that of the decimal number that
 * somebody typed lets a sample exceed the ceiling they compute in double. 0 dB is exactly 1. */
static float ceiling_gain(float db)
{
    return db == 0.0f ? 1.0f : (float)(dawg_db_to_gain_d((double)db) * (1.0 - 0x1p-22));
}

static double one_pole_keep(double time_ms, float rate) { return dawg_exp_d(-1000.0 / (time_ms * (double)rate)); }

static void start_path(path *p, uint32_t frames, const path *from)
{
    p->frames = frames;
    for (int c = 0; c < 2; ++c) {
        dawg_lookahead_reset(&p->ahead[c], p->memory[c], frames);
        p->fast[c] = from ? from->fast[c] : 0.0;
        p->slow[c] = from ? from->slow[c] : 0.0;
    }
}

static path *resting_path(limiter *x) { return x->active == &x->paths[0] ? &x->paths[1] : &x->paths[0]; }

/* The resting path computes along until all it has seen is its own (warm), then the output fades over to it. */
static uint32_t warm_frames(const path *p) { return p->frames + 2u; }

static void begin_period(limiter *x, const dawg_block *b)
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
    if (!x->ready || dawg_moved(b, RELEASE_MS)) {
        const double ms = (double)b->to[RELEASE_MS];
        const float rate = x->setup.sample_rate;
        x->fast_keep = one_pole_keep(ms, rate);
        x->slow_rise = 1.0 - one_pole_keep(ms * SLOW_RISE, rate);
        x->slow_fall = 1.0 - one_pole_keep(ms * SLOW_FALL, rate);
    }
    if (!x->ready) {
        start_path(x->active, frames, NULL);
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

static inline double released(const limiter *x, path *p, int c, double held)
{
    double slow = p->slow[c], fast = p->fast[c];
    slow += (held - slow) * (held > slow ? x->slow_rise : x->slow_fall);
    slow = slow < NO_REDUCTION ? 0.0 : slow;
    const double floor = dawg_max_d(held, slow);
    fast = floor + (dawg_max_d(fast, floor) - floor) * x->fast_keep;
    fast = fast < NO_REDUCTION ? 0.0 : fast;
    p->slow[c] = slow;
    p->fast[c] = fast;
    return fast;
}

static void run_path(const limiter *x, path *p, float needed[2][DAWG_PERIOD], uint32_t n, float gain[2][DAWG_PERIOD],
                     float out[2][DAWG_PERIOD])
{
    float ceiling[DAWG_PERIOD];
    const uint32_t delay = p->frames + DAWG_TRUE_PEAK_DELAY;
    ring_read(x, x->ceiling, delay, n, ceiling);
    for (int c = 0; c < 2; ++c) {
        for (uint32_t i = 0; i < n; ++i) {
            const double held = 1.0 - (double)dawg_lookahead_hold(&p->ahead[c], needed[c][i]);
            gain[c][i] = (float)(1.0 - dawg_lookahead_smooth(&p->ahead[c], released(x, p, c, held)));
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

static void measure(limiter *x, const dawg_block *b, float gain[2][DAWG_PERIOD])
{
    dawg_peak_meter_feed(&x->input_meter, b->in, b->n);
    dawg_peak_meter_feed(&x->output_meter, (const float *const *)b->out, b->n);
    for (int c = 0; c < 2; ++c) {
        for (uint32_t i = 0; i < b->n; ++i) x->lowest_gain = dawg_min(x->lowest_gain, gain[c][i]);
        x->true_peak_meter.now =
            dawg_true_peak_largest(&x->output_peaks[c], &x->interpolator, b->out[c], b->n, x->true_peak_meter.now);
    }
    if (b->at + b->n < DAWG_PERIOD) return;
    b->meters[GAIN_REDUCTION_DB] = x->lowest_gain < 1.0f ? -dawg_gain_to_db(x->lowest_gain) : 0.0f;
    b->meters[INPUT_PEAK_DB] = dawg_peak_meter_end(&x->input_meter);
    b->meters[OUTPUT_PEAK_DB] = dawg_peak_meter_end(&x->output_meter);
    b->meters[TRUE_PEAK_DBTP] = dawg_peak_meter_end(&x->true_peak_meter);
    x->lowest_gain = 1.0f;
}

static void process(void *self, const dawg_block *b)
{
    limiter *x = self;
    const uint32_t n = b->n;
    float driven[2][DAWG_PERIOD], needed[2][DAWG_PERIOD], ceiling[DAWG_PERIOD];
    float out[2][DAWG_PERIOD], gain[2][DAWG_PERIOD], other_out[2][DAWG_PERIOD], other_gain[2][DAWG_PERIOD];
    if (b->at == 0 || !x->ready) begin_period(x, b);

    for (uint32_t i = 0; i < n; ++i) {
        const float g = dawg_along(x->input_gain, b->at + i);
        ceiling[i] = dawg_along(x->ceiling_gain, b->at + i);
        for (int c = 0; c < 2; ++c) driven[c][i] = b->in[c][i] * g;
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

    run_path(x, x->active, needed, n, gain, out);
    if (x->turned) {
        path *next = resting_path(x);
        run_path(x, next, needed, n, other_gain, other_out);
        fade_paths(x, n, out, other_out, x->turned - 1u, warm_frames(next));
        fade_paths(x, n, gain, other_gain, x->turned - 1u, warm_frames(next));
        x->turned += n;
    }
    for (int c = 0; c < 2; ++c) memcpy(b->out[c], out[c], sizeof(float) * n);
    x->now += n;
    measure(x, b, gain);
}

static uint32_t tail(const float *p, const dawg_setup *s, const dawg_transport *t)
{
    (void)t;
    return latency(p, s); /* nothing recursive is heard: the last sample leaves, and that is all */
}

static void draw(const float *p, const dawg_setup *s, uint32_t part, const float *x, float *y, uint32_t n)
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
    .help = DAWG_HELP("True-peak brick-wall limiter with lookahead."),
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
