/* SPDX-License-Identifier: MIT
 * rig.c - see rig.h. */
#include "support/rig.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_die(void *p)
{
    if (!p) {
        fprintf(stderr, "rig: out of memory, or the instance was refused\n");
        exit(1);
    }
    return p;
}

/* ---- instances -------------------------------------------------------------------------------------------------- */

rig rig_make(const dawg_plugin *p, float rate)
{
    rig r = {.plugin = p, .setup = {.sample_rate = rate}};
    r.size = dawg_instance_size(p, &r.setup);
    r.mem = malloc(r.size); /* 16-byte aligned on every 64-bit system */
    memset(or_die(r.mem), 0xA5, r.size);
    r.x = or_die(dawg_instance_init(r.mem, r.size, p, &r.setup));
    return r;
}

void rig_remake(rig *r) { r->x = or_die(dawg_instance_init(r->mem, r->size, r->plugin, &r->setup)); }

void rig_free(rig *r)
{
    free(r->mem);
    *r = (rig){0};
}

/* ---- chance ----------------------------------------------------------------------------------------------------- */

uint32_t pick(dawg_noise *g, uint32_t n) { return dawg_noise_u32(g) % n; }
float unit(dawg_noise *g) { return (float)(dawg_noise_u32(g) >> 8) * 0x1p-24f; }

uint64_t seed_of(const char *text)
{
    uint64_t h = 14695981039346656037u;
    for (; *text; ++text) h = (h ^ (unsigned char)*text) * 1099511628211u;
    return h;
}

/* ---- parameters ------------------------------------------------------------------------------------------------- */

void params_draw(const dawg_plugin *p, uint32_t set, dawg_noise *g, float *values)
{
    for (uint32_t i = 0; i < p->n_params; ++i) {
        const dawg_param *q = &p->params[i];
        const uint32_t end = pick(g, 10);
        const float knob = unit(g);
        values[i] = set == 0   ? q->def
                    : set == 1 ? q->min
                    : set == 2 ? q->max
                               : dawg_param_to_plain(q, end == 0   ? 0.0f
                                                        : end == 1 ? 1.0f
                                                                   : knob);
    }
}

void params_set(rig *r, const float *values)
{
    for (uint32_t i = 0; i < r->plugin->n_params; ++i) dawg_set(r->x, i, values[i]);
}

uint32_t params_find(const dawg_plugin *p, const char *key)
{
    for (uint32_t i = 0; i < p->n_params; ++i)
        if (!strcmp(p->params[i].key, key)) return i;
    return UINT32_MAX;
}

uint32_t params_named(const dawg_plugin *p, const char *key)
{
    const uint32_t i = params_find(p, key);
    if (i == UINT32_MAX) fprintf(stderr, "rig: %s has no %s\n", p->key, key), exit(1);
    return i;
}

rig rig_with(const dawg_plugin *p, double rate, ...)
{
    rig r = rig_make(p, (float)rate);
    va_list list;
    va_start(list, rate);
    for (const char *key; (key = va_arg(list, const char *));) {
        const double value = va_arg(list, double);
        if (dawg_set(r.x, params_named(p, key), (float)value) != DAWG_SET_OK)
            fprintf(stderr, "rig: %s.%s cannot be %g\n", p->key, key, value), exit(1);
    }
    va_end(list);
    return r;
}

/* ---- sound ------------------------------------------------------------------------------------------------------ */

sound sound_make(uint32_t n)
{
    float *both = or_die(calloc(2u * (size_t)n + 1u, sizeof *both));
    return (sound){.ch = {both, both + n}, .n = n};
}

void sound_free(sound *s)
{
    free(s->ch[0]);
    *s = (sound){0};
}

void sound_noise(sound s, uint64_t seed, float peak)
{
    dawg_noise g;
    dawg_noise_seed(&g, seed);
    for (uint32_t i = 0; i < s.n; ++i)
        for (uint32_t c = 0; c < 2; ++c) s.ch[c][i] = peak * dawg_noise_next(&g);
}

void sound_sine(sound s, float rate, double hz, float peak)
{
    const double step = 2.0 * acos(-1.0) * hz / (double)rate;
    for (uint32_t i = 0; i < s.n; ++i) s.ch[0][i] = s.ch[1][i] = peak * (float)sin(step * i);
}

void sound_song(sound s, uint64_t seed, float rate)
{
    dawg_noise g;
    dawg_noise_seed(&g, seed);
    const double turn = 2.0 * acos(-1.0) / (double)rate;
    for (uint32_t start = 0; start < s.n;) {
        const uint32_t length = (uint32_t)(rate * (0.01f + 0.2f * unit(&g)));
        const uint32_t kind = pick(&g, 4); /* 0: a rest, 1: a noise hit, else a tone */
        const double hz = 40.0 * pow(2.0, 8.0 * (double)unit(&g)), level = pow(10.0, -2.0 * (double)unit(&g));
        const float pan = unit(&g);
        for (uint32_t i = start; i < s.n && i - start < length; ++i) {
            const double t = (double)(i - start), fall = level * exp(-6.0 * t / (double)length);
            const double x = kind == 0 ? 0.0 : kind == 1 ? (double)dawg_noise_next(&g) : sin(turn * hz * t);
            s.ch[0][i] = (float)(fall * x) * pan;
            s.ch[1][i] = (float)(fall * x) * (1.0f - pan);
        }
        start += length;
    }
}

uint32_t sound_first_difference(sound a, sound b)
{
    for (uint32_t i = 0; i < a.n && i < b.n; ++i)
        for (uint32_t c = 0; c < 2; ++c)
            if (memcmp(&a.ch[c][i], &b.ch[c][i], sizeof(float)) != 0) return i;
    return a.n == b.n ? UINT32_MAX : a.n < b.n ? a.n : b.n;
}

uint64_t sound_bits_that_differ(sound a, sound b)
{
    uint64_t bits = 0;
    for (uint32_t c = 0; c < 2; ++c)
        for (uint32_t i = 0; i < a.n && i < b.n; ++i) {
            uint32_t x, y;
            memcpy(&x, &a.ch[c][i], sizeof x);
            memcpy(&y, &b.ch[c][i], sizeof y);
            for (uint32_t wrong = x ^ y; wrong; wrong &= wrong - 1) ++bits;
        }
    return bits;
}

double sound_peak(sound s, uint32_t from, uint32_t to)
{
    float peak = 0.0f;
    for (uint32_t c = 0; c < 2; ++c)
        for (uint32_t i = from; i < to; ++i) peak = fmaxf(peak, fabsf(s.ch[c][i]));
    return (double)peak;
}

int sound_finite(sound s)
{
    for (uint32_t c = 0; c < 2; ++c)
        for (uint32_t i = 0; i < s.n; ++i)
            if (!isfinite(s.ch[c][i])) return 0;
    return 1;
}

double to_db(double gain) { return gain > 0.0 ? 20.0 * log10(gain) : -999.0; }

/* Modified Bessel function of the first kind, order 0, by its series: the Kaiser window's shape. */
static double bessel_i0(double x)
{
    double sum = 1.0, term = 1.0;
    for (int k = 1; k < 64; ++k) sum += term *= (x / (2.0 * k)) * (x / (2.0 * k));
    return sum;
}

/* Kaiser-windowed high-pass, beta 12 (stop band -118 dB), 10.7 ms to each side: 800 Hz wide at the edge. */
double sound_peak_above(sound s, float rate, double hz, uint32_t from, uint32_t to)
{
    const double pi = acos(-1.0);
    const int half = (int)(0.0107 * (double)rate);
    double *taps = or_die(malloc(sizeof *taps * (size_t)(2 * half + 1))), peak = 0.0;
    for (int k = -half; k <= half; ++k) {
        const double u = (double)k / half, w = bessel_i0(12.0 * sqrt(1.0 - u * u)) / bessel_i0(12.0);
        const double x = 2.0 * hz / (double)rate, low = k == 0 ? x : sin(pi * x * k) / (pi * k);
        taps[k + half] = (k == 0 ? 1.0 : 0.0) - w * low;
    }
    for (int64_t i = from; i < (int64_t)to; ++i) {
        double y = 0.0;
        for (int k = -half; k <= half; ++k)
            if (i - k >= 0 && i - k < (int64_t)s.n) y += taps[k + half] * (double)s.ch[0][i - k];
        peak = fmax(peak, fabs(y));
    }
    free(taps);
    return peak;
}

/* ---- scores ----------------------------------------------------------------------------------------------------- */

static void play_cue(rig *r, const cue *q, uint32_t *side_channels)
{
    switch (q->kind) {
    case CUE_SET: dawg_set(r->x, q->param, q->value); break;
    case CUE_TRANSPORT: dawg_set_transport(r->x, &q->transport); break;
    case CUE_SIDE: *side_channels = (uint32_t)q->value; break;
    case CUE_RESET: dawg_instance_reset(r->x); break;
    }
}

void score_render(rig *r, const score *s, uint32_t block, uint64_t seed, sound out)
{
    dawg_noise g;
    dawg_noise_seed(&g, seed);
    for (uint32_t i = 0; i < s->n_events; ++i)
        dawg_schedule(r->x, s->events[i].frame, s->events[i].param, s->events[i].value, s->events[i].ramp_frames);
    uint32_t side_channels = s->side_channels;
    for (uint32_t at = 0, next = 0, n; at < out.n; at += n) {
        while (next < s->n_cues && s->cues[next].frame <= at) play_cue(r, &s->cues[next++], &side_channels);
        n = block ? block : 1u + pick(&g, 600);
        if (next < s->n_cues && n > s->cues[next].frame - at) n = s->cues[next].frame - at;
        if (n > out.n - at) n = out.n - at;
        const uint32_t in_channels = at < s->in.n ? s->in_channels : 0u; /* a score that has ended is silence */
        if (in_channels && n > s->in.n - at) n = s->in.n - at;
        const float *in[2] = {NULL, NULL}, *side[2] = {NULL, NULL};
        float *to[2];
        for (uint32_t c = 0; c < 2; ++c) {
            if (in_channels) in[c] = s->in.ch[c] + at;
            if (side_channels) side[c] = s->side.ch[c] + at;
            to[c] = out.ch[c] + at;
        }
        dawg_process(r->x, in, in_channels, side, side_channels, to, n);
    }
}

sound rig_play(rig *r, sound in, sound side)
{
    sound out = sound_make(in.n);
    const score s = {.in = in, .in_channels = 2, .side = side, .side_channels = side.n ? 2 : 0};
    score_render(r, &s, 128, 0, out);
    return out;
}

sound rig_play_once(rig r, sound in, sound side)
{
    sound out = rig_play(&r, in, side);
    rig_free(&r);
    return out;
}

static int by_frame(const void *a, const void *b)
{
    const uint32_t x = ((const cue *)a)->frame, y = ((const cue *)b)->frame;
    return (x > y) - (x < y);
}

void score_busy(busy *b, const dawg_plugin *p, sound in, sound side, uint64_t seed)
{
    dawg_noise g;
    dawg_noise_seed(&g, seed);
    const uint32_t bypass_on = pick(&g, in.n);
    for (uint32_t i = 0; i < DAWG_COUNT(b->events); ++i) {
        timed *e = &b->events[i];
        e->frame = pick(&g, in.n);
        e->param = pick(&g, p->n_params);
        e->value = dawg_param_to_plain(&p->params[e->param], unit(&g));
        e->ramp_frames = pick(&g, 2) ? pick(&g, 6000) : 0u;
    }
    for (uint32_t i = 0; i < 2; ++i) /* 1500 frames of bypass */
        b->events[i] = (timed){.frame = bypass_on + 1500u * i, .param = p->n_params, .value = (float)(1u - i)};
    for (uint32_t i = 0; i < DAWG_COUNT(b->cues); ++i) {
        cue *q = &b->cues[i];
        *q = (cue){.frame = pick(&g, in.n), .kind = (cue_kind)(i % 3u), .param = pick(&g, p->n_params)};
        if (q->kind == CUE_SET) q->value = dawg_param_to_plain(&p->params[q->param], unit(&g));
        if (q->kind == CUE_SIDE) q->value = (float)pick(&g, 3);
        q->transport = (dawg_transport){
            .tempo_bpm = 40.0 + (double)pick(&g, 200), .beat = (double)pick(&g, 4000) / 7.0, .playing = pick(&g, 2)};
    }
    qsort(b->cues, DAWG_COUNT(b->cues), sizeof *b->cues, by_frame);
    b->score = (score){.in = in,
                       .side = side,
                       .in_channels = 2,
                       .side_channels = 2,
                       .cues = b->cues,
                       .n_cues = DAWG_COUNT(b->cues),
                       .events = b->events,
                       .n_events = DAWG_COUNT(b->events)};
}
