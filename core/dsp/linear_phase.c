/* SPDX-License-Identifier: MIT
 * linear_phase.c - see linear_phase.h.
 *
 * Running: X_t is the spectrum of the last two blocks of 128, H_p that of taps 128p .. 128p+127 and as many zeros; the
 * last 128 samples of the inverse of sum over p of X_(t-p) H_p are the output, played while the next block comes in. The
 * centre tap, larger than all others, is no part of that: a late copy of the input takes its place, so that rounding of
 * the transforms is small beside it and an impulse comes back symmetric to 1e-7 (sound REQ EQ-8).
 * Designing: two real impulse responses a, b come out of one inverse transform of A + iB. It has 2 (taps + 1) points,
 * so that only what lies one and a half filter lengths or more from the centre folds back into the filter. */
#include "linear_phase.h"
#include "delay.h"
#include "fade.h"
#include "fft.h"
#include "fft_lanes.h"
#include "fir_lows.h"
#include "maths.h"
#include "sliced_fft.h"
#include "vec.h"
#include <string.h>

#define BLOCK DAWG_FIR_BLOCK
#define SPAN (2u * BLOCK) /* points of a block's transform */
#define PITCH 264u        /* floats of a spectrum: 129 bins in 33 vectors of four, each vector's re before its im */
#define FADE_S 0.02

/* A slice of the design, in points and partitions: each kind costs about as much as the others. */
#define SLICE_DRAWN 192u
#define SLICE_TRANSFORMED 1536u
#define SLICE_PARTITIONS 4u /* the lanes of a vector */

/* What is smaller in a spectrum is 0, 340 dB below full scale: so no product of two is denormal. */
#define FAINT 1e-17f
static float lift(float x) { return dawg_abs(x) < FAINT ? 0.0f : x; }

#define SCRATCH (2u * SPAN * sizeof(dawg_c4))
_Static_assert(SCRATCH >= sizeof(float) * 2u * DAWG_FIR_PATHS * SLICE_DRAWN, "what is drawn fits into the scratch");

typedef struct filter {
    float *h[DAWG_FIR_PATHS]; /* one spectrum per partition */
    float centre[DAWG_FIR_PATHS];
    uint32_t crossed, alike;
    uint32_t there; /* 0: no filter, silence */
} filter;

typedef enum { IDLE, DRAWING, TRANSFORMING, PARTITIONING, READY, FADING } stage;

struct dawg_linear_phase {
    double rate;
    uint32_t taps_max, crossed_max, taps, partitions;
    dawg_fft *block_fft;
    dawg_sliced_fft *design_fft;
    void *design_mem;
    size_t design_bytes;

    /* sound */
    float *past[2];       /* spectra of the last blocks, a ring */
    float in[2][SPAN];    /* the block before and the one that is coming in */
    float out[2][BLOCK];  /* the block that is being played */
    dawg_delay delay[2];  /* the input on its way to the centre tap */
    float late[2][BLOCK]; /* what meets it in the block that is being made */
    _Alignas(16) float bins[DAWG_FFT_FLOATS(SPAN)];
    uint32_t newest; /* in the ring; the older the higher */
    uint32_t at;     /* frames into the block */

    /* filters and the design of the next one */
    filter filters[2];
    uint32_t playing;
    dawg_fir_target target;
    float *points;  /* A + iB, then a + ib */
    float *scratch; /* re and im of every path, SLICE_DRAWN each; or four partitions and their transforms */
    float *turns;
    stage stage;
    uint32_t pair; /* 1: the second transform, for lr and rl */
    uint32_t next; /* point, partition, or block of the fade that comes next */
};

/* ---- memory ------------------------------------------------------------------------------------------------------ */

static void *take(unsigned char *base, size_t *used, size_t bytes)
{
    void *at = base ? base + *used : NULL;
    *used += (bytes + 15u) & ~(size_t)15u;
    return at;
}

/* Carves, or with base = NULL only counts. */
static size_t lay_out(dawg_linear_phase *x, unsigned char *base, uint32_t taps_max, uint32_t crossed)
{
    size_t used = 0;
    (void)take(base, &used, sizeof *x);
    const size_t spectra = sizeof(float) * PITCH * ((taps_max + 1u) / BLOCK);
    for (uint32_t c = 0; c < 2; ++c) x->past[c] = take(base, &used, spectra);
    for (uint32_t f = 0; f < 2; ++f)
        for (uint32_t path = 0; path < (crossed ? 4u : 2u); ++path) x->filters[f].h[path] = take(base, &used, spectra);
    for (uint32_t c = 0; c < 2; ++c)
        dawg_delay_init(&x->delay[c], take(base, &used, sizeof(float) * dawg_delay_size(taps_max / 2u)), taps_max / 2u);
    x->points = take(base, &used, sizeof(float) * 4u * ((size_t)taps_max + 1u));
    x->scratch = take(base, &used, SCRATCH);
    x->turns = take(base, &used, sizeof(float) * 2u * SPAN);
    x->block_fft = take(base, &used, dawg_fft_size(SPAN));
    x->design_bytes = dawg_sliced_fft_size(2u * (taps_max + 1u));
    x->design_mem = take(base, &used, x->design_bytes);
    return used;
}

static int allowed(uint32_t taps)
{
    return taps + 1u >= 4u * BLOCK && taps + 1u <= DAWG_SLICED_FFT_MAX / 2u && !(taps & (taps + 1u));
}

uint32_t dawg_linear_phase_taps(uint32_t base, double rate)
{
    uint32_t length = base + 1u;
    for (double r = 48000.0; r < rate; r *= 2.0) length *= 2u;
    for (double r = 24000.0; r >= rate && length > 8u * BLOCK; r /= 2.0) length /= 2u;
    return length - 1u;
}

uint32_t dawg_linear_phase_delay(uint32_t taps) { return (taps - 1u) / 2u + BLOCK; }

size_t dawg_linear_phase_size(uint32_t taps_max, uint32_t crossed)
{
    dawg_linear_phase scratch;
    return allowed(taps_max) ? lay_out(&scratch, NULL, taps_max, crossed) : 0;
}

dawg_linear_phase *dawg_linear_phase_init(void *mem, size_t size, uint32_t taps_max, uint32_t crossed, double rate)
{
    const size_t need = dawg_linear_phase_size(taps_max, crossed);
    if (!mem || ((uintptr_t)mem & 15u) || !need || size < need) return NULL;
    dawg_linear_phase *x = mem;
    memset(x, 0, sizeof *x);
    (void)lay_out(x, mem, taps_max, crossed);
    x->rate = rate, x->taps_max = taps_max, x->crossed_max = crossed;
    for (uint32_t c = 0; c < 2; ++c) memset(x->delay[c].ring, 0, sizeof(float) * dawg_delay_size(taps_max / 2u));
    x->block_fft = dawg_fft_init(x->block_fft, dawg_fft_size(SPAN), SPAN);
    dawg_fft_lanes_turns(x->turns, SPAN, 0);
    dawg_linear_phase_set_taps(x, taps_max);
    return x;
}

void dawg_linear_phase_reset(dawg_linear_phase *x)
{
    for (uint32_t c = 0; c < 2; ++c) memset(x->past[c], 0, sizeof(float) * PITCH * x->partitions);
    memset(x->in, 0, sizeof x->in), memset(x->out, 0, sizeof x->out), memset(x->bins, 0, sizeof x->bins);
    for (uint32_t c = 0; c < 2; ++c) dawg_delay_reset(&x->delay[c]);
    memset(x->late, 0, sizeof x->late);
    x->newest = x->at = x->playing = x->pair = x->next = 0;
    x->filters[0].there = x->filters[1].there = 0;
    x->stage = IDLE;
}

void dawg_linear_phase_set_taps(dawg_linear_phase *x, uint32_t taps)
{
    if (!allowed(taps) || taps > x->taps_max) return;
    if (taps != x->taps) {
        x->taps = taps, x->partitions = (taps + 1u) / BLOCK;
        x->design_fft = dawg_sliced_fft_init(x->design_mem, x->design_bytes, 2u * (taps + 1u), DAWG_FFT_INVERSE);
    }
    dawg_linear_phase_reset(x);
}

/* ---- design ------------------------------------------------------------------------------------------------------ */

int dawg_linear_phase_aim(dawg_linear_phase *x, const dawg_fir_target *t)
{
    if (x->stage != IDLE || (t->crossed && !x->crossed_max)) return 0;
    x->target = *t;
    x->filters[!x->playing].crossed = t->crossed, x->filters[!x->playing].alike = t->alike;
    x->stage = DRAWING, x->pair = x->next = 0;
    return 1;
}

int dawg_linear_phase_busy(const dawg_linear_phase *x) { return x->stage != IDLE; }

/* The two paths that one transform makes, or twice the same. */
static void pair_of(const dawg_linear_phase *x, uint32_t pair[2])
{
    const dawg_fir_target *t = &x->target;
    pair[0] = x->pair ? DAWG_FIR_LR : DAWG_FIR_LL;
    pair[1] = x->pair ? DAWG_FIR_RL : !t->alike ? DAWG_FIR_RR : t->crossed ? DAWG_FIR_LR : DAWG_FIR_LL;
}

/* Z[k] = A + iB, and at n - k, since a and b are real, conj(A) + i conj(B). */
static void draw(dawg_linear_phase *x)
{
    float *re[DAWG_FIR_PATHS], *im[DAWG_FIR_PATHS];
    for (uint32_t path = 0; path < DAWG_FIR_PATHS; ++path) {
        re[path] = x->scratch + SLICE_DRAWN * path;
        im[path] = re[path] + SLICE_DRAWN * DAWG_FIR_PATHS;
    }
    const uint32_t half = x->taps + 1u, first = x->next, left = half + 1u - first;
    const uint32_t n = left < SLICE_DRAWN ? left : SLICE_DRAWN;
    x->target.draw(x->target.user, x->rate / (2.0 * (double)half), first, n, re, im);
    if (first == 0) dawg_fir_lows(re, im, n, x->target.crossed, x->target.complex, x->target.alike);
    uint32_t pair[2];
    pair_of(x, pair);
    const uint32_t a = pair[0], b = pair[1];
    for (uint32_t i = 0; i < n; ++i) {
        const uint32_t k = first + i, mirror = (2u * half - k) & (2u * half - 1u);
        const int turned = x->target.complex && k != 0 && k != half;
        const float ai = turned ? im[a][i] : 0.0f, bi = turned ? im[b][i] : 0.0f;
        x->points[2u * k] = re[a][i] - bi, x->points[2u * k + 1u] = re[b][i] + ai;
        x->points[2u * mirror] = re[a][i] + bi, x->points[2u * mirror + 1u] = re[b][i] - ai;
    }
    x->next = first + n;
}

/* bins: 129 pairs -> 33 vectors. */
static void pack(const float *bins, float *spectrum)
{
    for (uint32_t v = 0; v < PITCH / 8u; ++v)
        for (uint32_t i = 0; i < 4; ++i) {
            const uint32_t k = 4u * v + i;
            spectrum[8u * v + i] = k <= BLOCK ? lift(bins[2u * k]) : 0.0f;
            spectrum[8u * v + 4u + i] = k <= BLOCK ? lift(bins[2u * k + 1u]) : 0.0f;
        }
}

static inline dawg_f4 lift_all(dawg_f4 x)
{
    const dawg_i4 faint = (x < dawg_f4_all(FAINT)) & (x > dawg_f4_all(-FAINT));
    return (dawg_f4)((dawg_i4)x & ~faint);
}

/* Bin k of four spectra in a row. */
static inline void store_bin(float *spectra, uint32_t k, dawg_f4 re, dawg_f4 im)
{
    float *at = spectra + 8u * (k / 4u) + k % 4u;
    at[0] = re[0], at[PITCH] = re[1], at[2u * PITCH] = re[2], at[3u * PITCH] = re[3];
    at[4] = im[0], at[PITCH + 4u] = im[1], at[2u * PITCH + 4u] = im[2], at[3u * PITCH + 4u] = im[3];
}

/* The spectra of partitions p .. p+3 of both responses of the pair, a partition in each lane. */
static void partition(dawg_linear_phase *x, uint32_t p)
{
    const uint32_t n = 2u * (x->taps + 1u);
    const int32_t centre = (int32_t)(x->taps - 1u) / 2;
    const float scale = 1.0f / (float)n;
    uint32_t pair[2];
    pair_of(x, pair);
    filter *f = &x->filters[!x->playing];
    float *taps = x->scratch; /* as dawg_c4: four re, four im */
    memset(taps, 0, sizeof(dawg_c4) * SPAN);
    for (uint32_t lane = 0; lane < SLICE_PARTITIONS; ++lane)
        for (uint32_t i = 0, tap = BLOCK * (p + lane); i < BLOCK && tap < x->taps; ++i, ++tap) {
            int32_t t = (int32_t)tap - centre;
            if (t < 0) t = x->target.complex ? t + (int32_t)n : -t; /* one sample for both sides: an exact mirror */
            const float *point = x->points + 2u * dawg_sliced_fft_place(x->design_fft, (uint32_t)t);
            if (t == 0) {
                f->centre[pair[0]] = lift(scale * point[0]), f->centre[pair[1]] = lift(scale * point[1]);
                continue;
            }
            taps[8u * i + lane] = scale * point[0], taps[8u * i + 4u + lane] = scale * point[1];
        }
    dawg_c4 *z = (dawg_c4 *)(void *)taps;
    z = dawg_fft_lanes(x->turns, SPAN, z, z + SPAN);
    const dawg_f4 half = dawg_f4_all(0.5f);
    float *a = f->h[pair[0]] + (size_t)PITCH * p, *b = f->h[pair[1]] + (size_t)PITCH * p;
    for (uint32_t k = 0; k <= BLOCK; ++k) { /* the spectrum of a is z's hermitian part, that of ib the rest */
        const dawg_c4 u = z[k], v = z[(SPAN - k) % SPAN];
        store_bin(a, k, lift_all(half * (u.re + v.re)), lift_all(half * (u.im - v.im)));
        if (b != a) store_bin(b, k, lift_all(half * (u.im + v.im)), lift_all(half * (v.re - u.re)));
    }
    for (uint32_t k = BLOCK + 1u; k < PITCH / 2u; ++k)
        store_bin(a, k, dawg_f4_all(0.0f), dawg_f4_all(0.0f)), store_bin(b, k, dawg_f4_all(0.0f), dawg_f4_all(0.0f));
}

void dawg_linear_phase_work(dawg_linear_phase *x)
{
    switch (x->stage) {
    case DRAWING:
        draw(x);
        if (x->next <= x->taps + 1u) break;
        dawg_sliced_fft_start(x->design_fft, x->points);
        x->stage = TRANSFORMING;
        break;
    case TRANSFORMING:
        if (!dawg_sliced_fft_step(x->design_fft, SLICE_TRANSFORMED)) break;
        x->stage = PARTITIONING, x->next = 0;
        break;
    case PARTITIONING:
        partition(x, x->next), x->next += SLICE_PARTITIONS;
        if (x->next < x->partitions) break;
        x->next = 0;
        if (x->target.crossed && !x->target.alike && !x->pair) x->pair = 1, x->stage = DRAWING;
        else x->stage = READY;
        break;
    case IDLE:
    case READY:
    case FADING: break;
    }
}

static void arrive(dawg_linear_phase *x)
{
    x->playing = !x->playing;
    x->filters[x->playing].there = 1;
    x->stage = IDLE;
}

void dawg_linear_phase_settle(dawg_linear_phase *x)
{
    if (x->stage == IDLE) return;
    while (x->stage < READY) dawg_linear_phase_work(x);
    arrive(x);
}

/* ---- sound ------------------------------------------------------------------------------------------------------- */

static inline void multiply_add(dawg_f4 *re, dawg_f4 *im, const float *x, const float *h)
{
    const dawg_f4 xr = dawg_f4_load(x), xi = dawg_f4_load(x + 4), hr = dawg_f4_load(h), hi = dawg_f4_load(h + 4);
    *re += xr * hr - xi * hi;
    *im += xr * hi + xi * hr;
}

/* sum += X_(t-p) H_p over all partitions, four at a time so that the sums stay in registers longer. */
static void convolve(const dawg_linear_phase *x, const float *past, const float *h, float *sum)
{
    const uint32_t wrap = x->partitions - 1u;
    for (uint32_t p = 0; p < x->partitions; p += 4u, h += 4u * PITCH) {
        const float *x0 = past + (size_t)PITCH * ((x->newest + p) & wrap);
        const float *x1 = past + (size_t)PITCH * ((x->newest + p + 1u) & wrap);
        const float *x2 = past + (size_t)PITCH * ((x->newest + p + 2u) & wrap);
        const float *x3 = past + (size_t)PITCH * ((x->newest + p + 3u) & wrap);
        for (uint32_t i = 0; i < PITCH; i += 8u) {
            dawg_f4 re = dawg_f4_load(sum + i), im = dawg_f4_load(sum + i + 4u);
            multiply_add(&re, &im, x0 + i, h + i);
            multiply_add(&re, &im, x1 + i, h + i + PITCH);
            multiply_add(&re, &im, x2 + i, h + i + 2u * PITCH);
            multiply_add(&re, &im, x3 + i, h + i + 3u * PITCH);
            dawg_f4_store(sum + i, re), dawg_f4_store(sum + i + 4u, im);
        }
    }
}

/* One output channel of a filter: BLOCK samples. */
static const float *play(dawg_linear_phase *x, const filter *f, uint32_t channel)
{
    _Alignas(16) float sum[PITCH] = {0};
    float centre[2] = {0.0f, 0.0f}; /* from the same channel and from the other */
    if (f->there) {
        const dawg_fir_path straight = channel && !f->alike ? DAWG_FIR_RR : DAWG_FIR_LL;
        const dawg_fir_path across = !channel && !f->alike ? DAWG_FIR_RL : DAWG_FIR_LR;
        convolve(x, x->past[channel], f->h[straight], sum);
        if (f->crossed) convolve(x, x->past[!channel], f->h[across], sum);
        centre[0] = f->centre[straight];
        if (f->crossed) centre[1] = f->centre[across];
    }
    for (uint32_t k = 0; k <= BLOCK; ++k) {
        const uint32_t i = 8u * (k / 4u) + k % 4u;
        x->bins[2u * k] = lift(sum[i]), x->bins[2u * k + 1u] = lift(sum[i + 4u]);
    }
    dawg_fft_inverse(x->block_fft, x->bins, x->bins);
    float *y = x->bins + BLOCK;
    for (uint32_t i = 0; i < BLOCK; ++i) y[i] += centre[0] * x->late[channel][i] + centre[1] * x->late[!channel][i];
    return y;
}

static void run_block(dawg_linear_phase *x)
{
    x->newest = (x->newest - 1u) & (x->partitions - 1u);
    for (uint32_t c = 0; c < 2; ++c) {
        dawg_fft_forward(x->block_fft, x->in[c], x->bins);
        pack(x->bins, x->past[c] + (size_t)PITCH * x->newest);
        dawg_delay_read(&x->delay[c], x->late[c], BLOCK, (x->taps - 1u) / 2u);
        dawg_delay_write(&x->delay[c], x->in[c] + BLOCK, BLOCK);
        for (uint32_t i = 0; i < BLOCK; ++i) x->in[c][i] = x->in[c][BLOCK + i];
    }
    const uint32_t blocks = (uint32_t)(FADE_S * x->rate / (double)BLOCK) + 1u;
    if (x->stage == FADING && x->next == blocks) arrive(x); /* the last block of the fade has been played, too */
    if (x->stage == READY) x->stage = FADING, x->next = 0;
    for (uint32_t c = 0; c < 2; ++c) {
        const float *y = play(x, &x->filters[x->playing], c);
        memcpy(x->out[c], y, sizeof(float) * BLOCK);
        if (x->stage != FADING) continue;
        filter next = x->filters[!x->playing];
        next.there = 1;
        y = play(x, &next, c);
        const float step = 1.0f / (float)(blocks * BLOCK);
        for (uint32_t i = 0; i < BLOCK; ++i) {
            const float share = dawg_ease((float)(x->next * BLOCK + i + 1u) * step);
            x->out[c][i] += share * (y[i] - x->out[c][i]);
        }
    }
    if (x->stage == FADING) ++x->next;
}

void dawg_linear_phase_run(dawg_linear_phase *x, const float *const in[2], float *const out[2], uint32_t n)
{
    for (uint32_t done = 0; done < n;) {
        const uint32_t left = n - done, room = BLOCK - x->at, m = left < room ? left : room;
        for (uint32_t c = 0; c < 2; ++c)
            for (uint32_t i = 0; i < m; ++i) x->in[c][BLOCK + x->at + i] = dawg_flush(in[c][done + i]);
        for (uint32_t c = 0; c < 2; ++c) memcpy(out[c] + done, x->out[c] + x->at, sizeof(float) * m);
        done += m, x->at += m;
        if (x->at == BLOCK) x->at = 0, run_block(x);
    }
}
