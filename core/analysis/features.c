/* SPDX-License-Identifier: MIT
 * features.c - see features.h. */
#include "features.h"
#include "band_map.h"
#include "dsp/guard.h"
#include "dsp/sliced_fft.h"
#include "dynamics.h"
#include "features_tone.h"
#include "onsets.h"
#include <string.h>

#define BANDS DAWG_FEATURE_BANDS
#define WINDOW_S (8192.0 / 48000.0)
#define KEPT 116u  /* windows */
#define CHUNK 256u /* frames */
#define LONE 1e-9  /* of the other channel's energy: no channel to correlate with */

enum { MID, SIDE, CROSS /* mid conj(side), real part */, PARTS = 4 };
static const double part_edges[PARTS + 1] = {20.0, 150.0, 1000.0, 5000.0, 20000.0};

typedef struct window_energy {
    float band[2][BANDS]; /* of mid and side, mean square */
    double part[3][PARTS];
} window_energy;

struct dawg_features {
    double rate, scale;
    uint32_t frames, points, bins; /* of a window, of its transform, that the bands touch */
    dawg_sliced_fft *fft;          /* of mid + j side */
    dawg_band_map *map, *parts;
    dawg_onsets *onsets;
    float *taper, *past[2]; /* past: rings of the window's length */
    float *data;            /* points pairs */
    double *power[3];       /* of bins, so scaled that they add up to mean squares */
    window_energy *ring;    /* window w lies at w % KEPT */
    uint64_t frame, window, window_end;
    dawg_features_bands bands;
    dawg_dynamics dynamics;
};

/* ---- memory ----------------------------------------------------------------------------------------------------- */

static uint32_t frames_at(double rate) { return (uint32_t)(WINDOW_S * rate + 0.5); }

/* Twice the window at least: the power spectrum of n frames is known by 2 n points, not by n, and where bins lie differs
 * between rates. */
static uint32_t points_at(double rate)
{
    uint32_t n = 1024;
    while (n < 2u * frames_at(rate)) n *= 2u;
    return n;
}

/* Windows begin on one grid in time at every rate. */
static uint64_t end_of(const dawg_features *f, uint64_t window)
{
    return f->frames + (uint64_t)((double)window * (0.5 * WINDOW_S) * f->rate + 0.5);
}

/* Lays f out behind itself in mem; with mem NULL only counts. */
static size_t lay_out(dawg_features *f, unsigned char *mem, double rate)
{
    const uint32_t n = points_at(rate), window = frames_at(rate);
    const size_t bytes[] = {sizeof *f,
                            dawg_sliced_fft_size(n),
                            dawg_band_map_size(BANDS),
                            dawg_band_map_size(PARTS),
                            dawg_onsets_size(rate),
                            sizeof(float) * window,
                            sizeof(float) * window,
                            sizeof(float) * window,
                            sizeof(float) * 2u * n,
                            sizeof(double) * 3u * (n / 2u + 1u),
                            sizeof(window_energy) * KEPT};
    enum { BLOCKS = sizeof bytes / sizeof bytes[0] };
    size_t used = 0;
    void *at[BLOCKS];
    for (uint32_t i = 0; i < BLOCKS; ++i) {
        at[i] = mem ? mem + used : NULL;
        used += (bytes[i] + 15u) & ~(size_t)15u;
    }
    if (!mem) return used;
    double edges[BANDS + 1];
    dawg_erb_edges(edges, BANDS);
    f->fft = dawg_sliced_fft_init(at[1], bytes[1], n, DAWG_FFT_FORWARD);
    f->map = dawg_band_map_init(at[2], bytes[2], n, rate, edges, BANDS);
    f->parts = dawg_band_map_init(at[3], bytes[3], n, rate, part_edges, PARTS);
    f->onsets = dawg_onsets_init(at[4], bytes[4], rate);
    f->taper = at[5], f->past[MID] = at[6], f->past[SIDE] = at[7];
    f->data = at[8], f->power[MID] = at[9], f->ring = at[10];
    f->power[SIDE] = f->power[MID] + (n / 2u + 1u), f->power[CROSS] = f->power[SIDE] + (n / 2u + 1u);
    f->frames = window, f->points = n;
    return used;
}

size_t dawg_features_size(double rate) { return rate >= 8000.0 && rate <= 192000.0 ? lay_out(NULL, NULL, rate) : 0; }

dawg_features *dawg_features_init(void *mem, size_t size, double rate)
{
    const size_t need = dawg_features_size(rate);
    if (!mem || ((uintptr_t)mem & 15u) || !need || size < need) return NULL;
    dawg_features *f = mem;
    memset(f, 0, sizeof *f);
    (void)lay_out(f, mem, rate);
    f->rate = rate;
    f->bins = dawg_band_map_bins(f->map);
    f->scale = 2.0 / ((double)f->points * 0.375 * (double)f->frames); /* the taper's squares add up to 3/8 of it */
    for (uint32_t t = 0; t < f->frames; ++t)
        f->taper[t] = (float)(0.5 - 0.5 * dawg_cos_d(2.0 * DAWG_PI * ((double)t + 0.5) / (double)f->frames));
    dawg_features_bands_init(&f->bands);
    dawg_dynamics_init(&f->dynamics, rate);
    dawg_features_reset(f);
    return f;
}

void dawg_features_reset(dawg_features *f)
{
    f->frame = f->window = 0;
    f->window_end = end_of(f, 0);
    for (uint32_t c = MID; c <= SIDE; ++c) memset(f->past[c], 0, sizeof(float) * f->frames);
    dawg_dynamics_reset(&f->dynamics);
    dawg_onsets_reset(f->onsets);
}

/* ---- sound ------------------------------------------------------------------------------------------------------ */

/* Z, the spectrum of the last window's mid + j side. */
static void transform(dawg_features *f)
{
    const float *mid = f->past[MID], *side = f->past[SIDE];
    uint32_t at = (uint32_t)(f->frame % f->frames);
    for (uint32_t t = 0; t < f->frames; ++t) {
        f->data[2u * t] = f->taper[t] * mid[at];
        f->data[2u * t + 1u] = f->taper[t] * side[at];
        at = at + 1u < f->frames ? at + 1u : 0;
    }
    memset(f->data + 2u * f->frames, 0, sizeof(float) * 2u * (f->points - f->frames));
    dawg_sliced_fft_start(f->fft, f->data);
    while (!dawg_sliced_fft_step(f->fft, 2u * f->points)) continue;
}

/* 2 M = Z_k + conj Z_(n-k), 2 j S = Z_k - conj Z_(n-k). */
static void part_channels(dawg_features *f)
{
    const double scale = 0.25 * f->scale;
    for (uint32_t k = 0; k < f->bins; ++k) {
        const float *a = f->data + 2u * dawg_sliced_fft_place(f->fft, k);
        const float *b = f->data + 2u * dawg_sliced_fft_place(f->fft, (f->points - k) & (f->points - 1u));
        const double mid_re = (double)a[0] + (double)b[0], mid_im = (double)a[1] - (double)b[1];
        const double side_re = (double)a[1] + (double)b[1], side_im = (double)b[0] - (double)a[0];
        f->power[MID][k] = scale * (mid_re * mid_re + mid_im * mid_im);
        f->power[SIDE][k] = scale * (side_re * side_re + side_im * side_im);
        f->power[CROSS][k] = scale * (mid_re * side_re + mid_im * side_im);
    }
    for (uint32_t i = 0; i < 3u && f->bins > f->points / 2u; ++i)
        f->power[i][f->points / 2u] *= 0.5; /* has no mirror image */
}

static void end_window(dawg_features *f)
{
    window_energy *w = &f->ring[f->window % KEPT];
    double energy[BANDS];
    transform(f);
    part_channels(f);
    for (uint32_t c = MID; c <= SIDE; ++c) {
        dawg_band_map_sum(f->map, f->power[c], energy);
        for (uint32_t i = 0; i < BANDS; ++i) w->band[c][i] = (float)energy[i];
    }
    for (uint32_t i = 0; i < 3; ++i) dawg_band_map_sum(f->parts, f->power[i], w->part[i]);
    ++f->window;
    f->window_end = end_of(f, f->window);
}

static void remember(dawg_features *f, const float *mid, const float *side, uint32_t n)
{
    for (uint32_t done = 0, m; done < n; done += m) {
        const uint32_t at = (uint32_t)(f->frame % f->frames);
        const uint64_t missing = f->window_end - f->frame;
        m = n - done < f->frames - at ? n - done : f->frames - at;
        if (m > missing) m = (uint32_t)missing;
        memcpy(f->past[MID] + at, mid + done, sizeof(float) * m);
        memcpy(f->past[SIDE] + at, side + done, sizeof(float) * m);
        f->frame += m;
        if (f->frame == f->window_end) end_window(f);
    }
}

void dawg_features_process(dawg_features *f, const float *left, const float *right, uint32_t n)
{
    float l[CHUNK], r[CHUNK], mid[CHUNK], side[CHUNK];
    for (uint32_t done = 0, m; done < n; done += m) {
        m = n - done < CHUNK ? n - done : CHUNK;
        (void)dawg_guard(l, left + done, m);
        (void)dawg_guard(r, right + done, m);
        for (uint32_t i = 0; i < m; ++i) {
            mid[i] = 0.5f * (l[i] + r[i]);
            side[i] = 0.5f * (l[i] - r[i]);
        }
        dawg_dynamics_process(&f->dynamics, l, r, m);
        dawg_onsets_process(f->onsets, l, r, m);
        remember(f, mid, side, m);
    }
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static uint64_t first_kept(const dawg_features *f) { return f->window > KEPT ? f->window - KEPT : 0; }

double dawg_features_seconds(const dawg_features *f)
{
    return f->window ? (double)(f->window - first_kept(f) + 1u) * (0.5 * WINDOW_S) : 0.0;
}

static float floored(double db) { return db > (double)DAWG_FEATURES_NONE ? (float)db : DAWG_FEATURES_NONE; }
static float decibels(double power) { return floored((double)(3.01029996f * dawg_log2((float)power))); }

static void sort(float *v, uint32_t n)
{
    for (uint32_t i = 1; i < n; ++i) {
        const float x = v[i];
        uint32_t k = i;
        for (; k > 0 && v[k - 1u] > x; --k) v[k] = v[k - 1u];
        v[k] = x;
    }
}

/* Of sorted values; share 0..1. */
static float percentile(const float *sorted_db, uint32_t n, float share)
{
    const float at = share * (float)(n - 1u);
    const uint32_t k = (uint32_t)at;
    return k + 1u < n ? sorted_db[k] + (at - (float)k) * (sorted_db[k + 1u] - sorted_db[k]) : sorted_db[k];
}

static void read_band(const dawg_features *f, uint32_t channel, uint32_t band, float *frame)
{
    float db[KEPT], *out = frame + (channel == MID ? DAWG_MID_MEAN_DB : DAWG_SIDE_MEAN_DB) + band;
    const uint64_t first = first_kept(f);
    const uint32_t n = (uint32_t)(f->window - first);
    double sum = 0.0;
    for (uint32_t k = 0; k < n; ++k) {
        const float p = f->ring[(first + k) % KEPT].band[channel][band];
        sum += (double)p;
        db[k] = p;
    }
    sort(db, n); /* powers: what is ranked needs no logarithm of its own */
    for (uint32_t k = 0; k < n; ++k) db[k] = decibels((double)db[k]);
    out[0] = n ? decibels(sum / (double)n) : DAWG_FEATURES_NONE;
    out[1 * BANDS] = n ? percentile(db, n, 0.1f) : DAWG_FEATURES_NONE;
    out[2 * BANDS] = n ? percentile(db, n, 0.5f) : DAWG_FEATURES_NONE;
    out[3 * BANDS] = n ? percentile(db, n, 0.9f) : DAWG_FEATURES_NONE;
}

/* With M and S for sums of squares, C for the sum of mid conj(side): |L|^2 = M + S + 2 C, |R|^2 = M + S - 2 C,
 * Re L conj(R) = M - S. */
static float correlation(const dawg_features *f, uint32_t part)
{
    double sum[3] = {0.0, 0.0, 0.0};
    for (uint64_t w = first_kept(f); w < f->window; ++w)
        for (uint32_t i = 0; i < 3; ++i) sum[i] += f->ring[w % KEPT].part[i][part];
    const double both = sum[MID] + sum[SIDE], left = both + 2.0 * sum[CROSS], right = both - 2.0 * sum[CROSS];
    if (!(dawg_min_d(left, right) > LONE * both) || both < 1e-12) return 0.0f; /* -120 dB */
    return (float)dawg_clamp_d((sum[MID] - sum[SIDE]) / dawg_sqrt_d(left * right), -1.0, 1.0);
}

void dawg_features_read(dawg_features *f, float frame[DAWG_FEATURES])
{
    dawg_dynamics_report dynamics;
    for (uint32_t i = 0; i < BANDS; ++i)
        for (uint32_t c = MID; c <= SIDE; ++c) read_band(f, c, i, frame);
    dawg_dynamics_read(&f->dynamics, &dynamics);
    frame[DAWG_INTEGRATED_LUFS] = floored(dynamics.integrated_lufs);
    frame[DAWG_SHORT_TERM_LUFS] = floored(dynamics.short_term_lufs);
    frame[DAWG_RANGE_LU] = (float)dynamics.range_lu;
    for (uint32_t i = 0; i < PARTS; ++i) {
        frame[DAWG_CREST_DB + i] = (float)dynamics.crest_db[i];
        frame[DAWG_CORRELATION + i] = correlation(f, i);
    }
    frame[DAWG_ONSETS_PER_S] = (float)dawg_onsets_per_s(f->onsets);
    dawg_features_tone(&f->bands, frame);
}
