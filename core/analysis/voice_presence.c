/* SPDX-License-Identifier: MIT
 * voice_presence.c - see voice_presence.h. */
#include "voice_presence.h"
#include "dsp/onepole.h"
#include <string.h>

#define LOWEST_HZ 70.0f
#define HIGHEST_HZ 520.0f
#define CLEAR 0.82f /* of the fundamental: a drum's tone under its noise has less */
#define NOTE_S 0.060f
#define LOOK_S 0.005
#define LOOKS 4u /* 20 ms */
#define SMOOTH_S 0.150
#define STILL (1.5f / 1200.0f) /* octaves in 20 ms: no more is no voice's */
#define JUMP (40.0f / 1200.0f) /* octaves from one look to the next: another note */
#define BEGINS 0.3f            /* how much a note is taken to move at first, and must to be a voice's */
#define MOVES 0.5f
#define FALLEN 0.0316f /* of the highest mean square: -15 dB */
#define PARTIALS 1.1f  /* mean square of the partials' numbers, weighed by their power: 1 is a sine */
#define WINDOW_S 0.020 /* as the fundamental's */
#define RISE_S 0.25f
#define FALL_S 2.0f

void dawg_voice_presence_reset(dawg_voice_presence *x, uint32_t period, double rate)
{
    const double per_s = rate / (double)period;
    memset(x, 0, sizeof *x);
    dawg_fundamental_reset(&x->fundamental, rate);
    x->seconds = (float)(1.0 / per_s);
    x->rate = (float)rate;
    x->window = dawg_onepole_from_time(WINDOW_S, per_s);
    x->hop = (uint32_t)dawg_max_d(LOOK_S * per_s + 0.5, 1.0);
    x->smooth = dawg_onepole_from_time(SMOOTH_S, per_s / (double)x->hop);
}

void dawg_voice_presence_feed(dawg_voice_presence *x, const float *key, uint32_t n)
{
    float power = x->now[0], slope = x->now[1], past = x->past;
    dawg_fundamental_feed(&x->fundamental, key, n);
    for (uint32_t i = 0; i < n; ++i) {
        const float step = key[i] - past;
        past = key[i];
        power += past * past;
        slope += step * step;
    }
    x->now[0] = power, x->now[1] = slope, x->past = past;
    x->frames += n;
}

static void measure(dawg_voice_presence *x)
{
    const float share = x->frames ? 1.0f / (float)x->frames : 0.0f;
    dawg_onepole_tick(&x->power, x->window, share * x->now[0]);
    dawg_onepole_tick(&x->slope, x->window, share * x->now[1]);
    x->power = dawg_flush(x->power);
    x->slope = dawg_flush(x->slope);
    x->now[0] = x->now[1] = 0.0f;
    x->frames = 0;
}

static int has_partials(const dawg_voice_presence *x, float hz)
{
    const float sine = 2.0f * dawg_sin_turns(0.5f * hz / x->rate); /* slope of one of that pitch */
    return x->slope > PARTIALS * sine * sine * x->power;
}

/* A note begins. */
static void begin(dawg_voice_presence *x, float octaves)
{
    x->run_s = x->top = 0.0f;
    x->waited = 0;
    x->moving = BEGINS;
    for (uint32_t i = 0; i <= LOOKS; ++i) x->octaves[i] = octaves;
}

static void look(dawg_voice_presence *x, float octaves)
{
    if (++x->waited < x->hop) return;
    x->waited = 0;
    if (dawg_abs(octaves - x->octaves[0]) > JUMP) {
        begin(x, octaves);
        return;
    }
    for (uint32_t i = LOOKS; i > 0; --i) x->octaves[i] = x->octaves[i - 1];
    x->octaves[0] = octaves;
    dawg_onepole_tick(&x->moving, x->smooth, dawg_abs(octaves - x->octaves[LOOKS]) > STILL ? 1.0f : 0.0f);
}

static int sounds(dawg_voice_presence *x)
{
    const dawg_fundamental *f = &x->fundamental;
    measure(x);
    if (f->hz < LOWEST_HZ || f->hz > HIGHEST_HZ || f->clarity < CLEAR) {
        x->run_s = 0.0f;
        return 0;
    }
    const float octaves = dawg_log2(f->hz);
    if (x->run_s == 0.0f) begin(x, octaves);
    look(x, octaves);
    x->run_s = dawg_min(x->run_s + x->seconds, 1.0f);
    x->top = dawg_max(x->top, x->power);
    return x->run_s > NOTE_S && x->moving > MOVES && x->power > FALLEN * x->top && has_partials(x, f->hz);
}

void dawg_voice_presence_end(dawg_voice_presence *x)
{
    dawg_fundamental_end(&x->fundamental);
    const float step = sounds(x) ? 1.0f / RISE_S : -1.0f / FALL_S;
    x->share = dawg_clamp(x->share + step * x->seconds, 0.0f, 1.0f);
    x->moving = dawg_flush(x->moving);
}
