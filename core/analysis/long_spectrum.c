/* SPDX-License-Identifier: MIT
 * long_spectrum.c - see long_spectrum.h. */
#include "long_spectrum.h"
#include "dsp/maths.h"
#include "dsp/sliced_fft.h"
#include <string.h>

#define SLICE_POINTS 256u /* of a transform, which has 2 n: n / 128 slices of the n / 64 that a hop has */
#define SLICE_BINS 256u
#define GATE_POWER 1e-7    /* -70 dBFS */
#define GATE_RELATIVE 0.01 /* -20 dB */
#define SILENCE 1e-4f      /* -80 dBFS, peak */
#define FAINT 1e-12f       /* heard as 0, so that no product is denormal */

typedef enum { WAITING, TRANSFORMING, SUMMING } stage;

struct dawg_long_spectrum {
    double rate;
    uint32_t points, bins;
    float *window;  /* points */
    float *ring[2]; /* the last `points` frames: frame f lies at f % points */
    float *data;    /* points pairs */
    double *power;  /* per bin */
    double width_hz[DAWG_ERB_BANDS];
    dawg_band_map *map;
    dawg_sliced_fft *fft;
    void *map_mem, *fft_mem;

    uint32_t at; /* frames into the hop, and where the ring is written: now */
    uint32_t now;
    uint32_t quiet; /* frames since the last that was no silence; stops at the forgetting */
    stage stage;
    uint32_t next; /* slice of bins to be summed */
    double energy[DAWG_ERB_BANDS], total;
    uint64_t windows;
};

static uint32_t points_at(double rate)
{
    uint32_t n = 1024;
    while ((double)n * 48000.0 < 8192.0 * rate) n *= 2u;
    return n;
}

static size_t lay_out(dawg_long_spectrum *x, unsigned char *base, uint32_t n)
{
    size_t used = 0;
    void *at[7];
    const size_t bytes[7] = {sizeof *x,
                             sizeof(float) * n,
                             sizeof(float) * 2u * n,
                             sizeof(float) * 2u * n,
                             sizeof(double) * (n / 2u + 1u),
                             dawg_band_map_size(DAWG_ERB_BANDS),
                             dawg_sliced_fft_size(n)};
    for (uint32_t i = 0; i < 7; ++i) {
        at[i] = base ? base + used : NULL;
        used += (bytes[i] + 15u) & ~(size_t)15u;
    }
    if (!base) return used;
    x->window = at[1], x->ring[0] = at[2], x->ring[1] = x->ring[0] + n;
    x->data = at[3], x->power = at[4], x->map_mem = at[5], x->fft_mem = at[6];
    return used;
}

size_t dawg_long_spectrum_size(double rate) { return lay_out(NULL, NULL, points_at(rate)); }

dawg_long_spectrum *dawg_long_spectrum_init(void *mem, size_t size, double rate)
{
    const uint32_t n = points_at(rate);
    if (!mem || ((uintptr_t)mem & 15u) || size < dawg_long_spectrum_size(rate)) return NULL;
    dawg_long_spectrum *x = mem;
    memset(x, 0, sizeof *x);
    (void)lay_out(x, mem, n);
    x->rate = rate, x->points = n;
    for (uint32_t t = 0; t <= n / 2u; ++t) {
        x->window[t] = (float)(0.5 - 0.5 * dawg_cos_d(2.0 * DAWG_PI * (double)t / (double)n));
        x->window[(n - t) & (n - 1u)] = x->window[t];
    }
    double edges[DAWG_ERB_BANDS + 1];
    dawg_erb_edges(edges, DAWG_ERB_BANDS);
    x->map = dawg_band_map_init(x->map_mem, dawg_band_map_size(DAWG_ERB_BANDS), n, rate, edges, DAWG_ERB_BANDS);
    x->bins = dawg_band_map_bins(x->map);
    for (uint32_t i = 0; i < DAWG_ERB_BANDS; ++i)
        x->width_hz[i] = (edges[i + 1] - edges[i]) * dawg_band_map_covered(x->map, i);
    x->fft = dawg_sliced_fft_init(x->fft_mem, dawg_sliced_fft_size(n), n, DAWG_FFT_FORWARD);
    dawg_long_spectrum_reset(x);
    return x;
}

void dawg_long_spectrum_restart(dawg_long_spectrum *x)
{
    memset(x->energy, 0, sizeof x->energy);
    x->total = 0.0;
    x->windows = 0;
    x->stage = WAITING;
    x->next = 0;
}

void dawg_long_spectrum_reset(dawg_long_spectrum *x)
{
    dawg_long_spectrum_restart(x);
    memset(x->data, 0, sizeof(float) * 2u * x->points);
    memset(x->power, 0, sizeof(double) * (x->points / 2u + 1u));
    dawg_sliced_fft_start(x->fft, x->data); /* of nothing: so that its scratch is clear, too */
    while (!dawg_sliced_fft_step(x->fft, x->points)) continue;
    memset(x->ring[0], 0, sizeof(float) * 2u * x->points);
    x->at = x->now = 0;
    x->quiet = (uint32_t)(DAWG_LONG_FORGET_S * x->rate);
}

static void keep(float *to, const float *from, uint32_t n)
{
    for (uint32_t i = 0; i < n; ++i) to[i] = dawg_abs(from[i]) < FAINT ? 0.0f : from[i];
}

static int sounds(float l, float r) { return dawg_abs(l) > SILENCE || dawg_abs(r) > SILENCE; }

void dawg_long_spectrum_feed(dawg_long_spectrum *x, const float *const in[2], uint32_t n)
{
    const uint32_t longest = (uint32_t)(DAWG_LONG_FORGET_S * x->rate), room = x->points - x->now;
    const uint32_t first = n < room ? n : room;
    for (uint32_t c = 0; c < 2; ++c) {
        keep(x->ring[c] + x->now, in[c], first);
        keep(x->ring[c], in[c] + first, n - first);
    }
    uint32_t silent = 0;
    while (silent < n && !sounds(in[0][n - 1u - silent], in[1][n - 1u - silent])) ++silent;
    x->quiet = silent < n ? silent : x->quiet + n < longest ? x->quiet + n : longest;
    x->now = (x->now + n) & (x->points - 1u);
    x->at += n;
}

/* left + j right, windowed, the oldest frame first. */
static void take_window(dawg_long_spectrum *x)
{
    const uint32_t old = x->points - x->now; /* frames up to the ring's end */
    for (uint32_t part = 0; part < 2; ++part) {
        const uint32_t from = part ? 0 : x->now, to = part ? old : 0, n = part ? x->now : old;
        const float *const w = x->window + to, *const l = x->ring[0] + from, *const r = x->ring[1] + from;
        float *const z = x->data + 2u * (size_t)to;
        for (uint32_t t = 0; t < n; ++t) z[2u * t] = w[t] * l[t], z[2u * t + 1u] = w[t] * r[t];
    }
}

/* Mean squares: the bins of a window add up to those of both channels together. */
static double power_of(const dawg_long_spectrum *x, uint32_t here, uint32_t mirrored)
{
    const double scale = 16.0 / (3.0 * (double)x->points * (double)x->points) * 0.5;
    const float *a = x->data + 2u * (size_t)here, *b = x->data + 2u * (size_t)mirrored;
    const double a_re = (double)a[0], a_im = (double)a[1], b_re = (double)b[0], b_im = (double)b[1];
    return scale * ((a_re * a_re + a_im * a_im) + (b_re * b_re + b_im * b_im));
}

/* A share of the rows in which the bins lie, so that neighbours in memory follow one another. */
static int sum_bins(dawg_long_spectrum *x)
{
    const uint32_t slices = (x->bins + SLICE_BINS - 1u) / SLICE_BINS, rows = dawg_sliced_fft_rows(x->fft);
    for (uint32_t row = rows * x->next / slices; row < rows * (x->next + 1u) / slices; ++row) {
        const uint32_t first = row ? row : rows; /* bin 0 mirrors itself */
        uint32_t here = dawg_sliced_fft_place(x->fft, first), there = dawg_sliced_fft_place(x->fft, x->points - first);
        for (uint32_t k = first; k < x->bins; k += rows) x->power[k] = power_of(x, here++, there--);
    }
    if (x->next == 0) x->power[0] = power_of(x, 0, 0);
    return ++x->next == slices;
}

static int count_window(dawg_long_spectrum *x, double memory_s)
{
    double energy[DAWG_ERB_BANDS], total = 0.0;
    dawg_band_map_sum(x->map, x->power, energy);
    for (uint32_t i = 0; i < DAWG_ERB_BANDS; ++i) total += energy[i];
    if (total < GATE_POWER || total < GATE_RELATIVE * x->total) return 0;
    ++x->windows;
    const double plain = 1.0 / (double)x->windows;
    const double share = memory_s > 0.0 ? dawg_max_d(plain, dawg_long_spectrum_hop_s(x) / memory_s) : plain;
    const double a = dawg_min_d(share, 1.0);
    for (uint32_t i = 0; i < DAWG_ERB_BANDS; ++i) x->energy[i] += a * (energy[i] - x->energy[i]);
    x->total += a * (total - x->total);
    return 1;
}

int dawg_long_spectrum_work(dawg_long_spectrum *x, uint32_t listens, double memory_s)
{
    const uint32_t hop = x->points / 2u;
    if (x->windows && x->quiet == (uint32_t)(DAWG_LONG_FORGET_S * x->rate)) dawg_long_spectrum_restart(x);
    if (x->at >= hop) {
        x->at -= hop;
        if (listens) {
            take_window(x);
            dawg_sliced_fft_start(x->fft, x->data);
            x->stage = TRANSFORMING;
        }
        return 0;
    }
    if (x->stage == TRANSFORMING) {
        if (!dawg_sliced_fft_step(x->fft, SLICE_POINTS)) return 0;
        x->stage = SUMMING, x->next = 0;
    } else if (x->stage == SUMMING && sum_bins(x)) {
        x->stage = WAITING;
        return count_window(x, memory_s);
    }
    return 0;
}

double dawg_long_spectrum_heard_s(const dawg_long_spectrum *x)
{
    return (double)x->windows * dawg_long_spectrum_hop_s(x);
}
double dawg_long_spectrum_silent_s(const dawg_long_spectrum *x) { return (double)x->quiet / x->rate; }
double dawg_long_spectrum_hop_s(const dawg_long_spectrum *x) { return 0.5 * (double)x->points / x->rate; }

void dawg_long_spectrum_read(const dawg_long_spectrum *x, double density_db[DAWG_ERB_BANDS])
{
    for (uint32_t i = 0; i < DAWG_ERB_BANDS; ++i) {
        const double d = x->width_hz[i] > 0.0 ? x->energy[i] / x->width_hz[i] : 0.0;
        density_db[i] = d > 1e-30 ? 0.5 * dawg_gain_to_db_d(d) : DAWG_LONG_NONE;
    }
}
