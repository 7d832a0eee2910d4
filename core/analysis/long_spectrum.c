/* SPDX-License-Identifier: MIT
 * long_spectrum.c - see long_spectrum.h. */
#include "long_spectrum.h"
#include "dsp/maths.h"
#include "stereo_power.h"
#include <string.h>

#define SLICE_POINTS 256u /* of a transform, which has 2 n: n / 128 slices of the n / 64 that a hop has */
#define SLICE_BINS 256u
#define GATE_POWER 1e-7    /* -70 dBFS */
#define GATE_RELATIVE 0.01 /* -20 dB */
#define SILENCE 1e-4f      /* -80 dBFS, peak */
#define FAINT 1e-12f       /* heard as 0, so that no product is denormal */

struct dawg_long_spectrum {
    double rate;
    uint32_t points, bins;
    float *ring[2]; /* the last `points` frames: frame f lies at f % points */
    double width_hz[DAWG_ERB_BANDS];
    dawg_band_map *map;
    dawg_stereo_power *spectrum;
    void *map_mem, *spectrum_mem;

    uint32_t at; /* frames into the hop, and where the ring is written: now */
    uint32_t now;
    uint32_t quiet;      /* frames since the last that was no silence; stops at the forgetting */
    uint32_t is_pending; /* a window */
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
    void *at[4];
    const size_t bytes[4] = {sizeof *x, sizeof(float) * 2u * n, dawg_band_map_size(DAWG_ERB_BANDS),
                             dawg_stereo_power_size(n)};
    for (uint32_t i = 0; i < 4; ++i) {
        at[i] = base ? base + used : NULL;
        used += (bytes[i] + 15u) & ~(size_t)15u;
    }
    if (!base) return used;
    x->ring[0] = at[1], x->ring[1] = x->ring[0] + n, x->map_mem = at[2], x->spectrum_mem = at[3];
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
    double edges[DAWG_ERB_BANDS + 1];
    dawg_erb_edges(edges, DAWG_ERB_BANDS);
    x->map = dawg_band_map_init(x->map_mem, dawg_band_map_size(DAWG_ERB_BANDS), n, rate, edges, DAWG_ERB_BANDS);
    x->bins = dawg_band_map_bins(x->map);
    for (uint32_t i = 0; i < DAWG_ERB_BANDS; ++i)
        x->width_hz[i] = (edges[i + 1] - edges[i]) * dawg_band_map_covered(x->map, i);
    x->spectrum = dawg_stereo_power_init(x->spectrum_mem, dawg_stereo_power_size(n), n, x->bins);
    dawg_long_spectrum_reset(x);
    return x;
}

void dawg_long_spectrum_restart(dawg_long_spectrum *x)
{
    memset(x->energy, 0, sizeof x->energy);
    x->total = 0.0;
    x->windows = 0;
    x->is_pending = 0;
}

void dawg_long_spectrum_reset(dawg_long_spectrum *x)
{
    dawg_long_spectrum_restart(x);
    dawg_stereo_power_reset(x->spectrum);
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

static int count_window(dawg_long_spectrum *x, double memory_s)
{
    double energy[DAWG_ERB_BANDS], total = 0.0;
    dawg_band_map_sum(x->map, dawg_stereo_power_bins(x->spectrum), energy);
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
            dawg_stereo_power_take(x->spectrum, (const float *const[2]){x->ring[0], x->ring[1]}, x->points, x->now);
            x->is_pending = 1;
        }
        return 0;
    }
    if (!x->is_pending || !dawg_stereo_power_step(x->spectrum, SLICE_POINTS, SLICE_BINS)) return 0;
    x->is_pending = 0;
    return count_window(x, memory_s);
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
