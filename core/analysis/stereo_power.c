/* SPDX-License-Identifier: MIT
 * stereo_power.c - see stereo_power.h. */
#include "stereo_power.h"
#include "dsp/maths.h"
#include "dsp/sliced_fft.h"
#include <string.h>

struct dawg_stereo_power {
    uint32_t points, bins;
    float *window; /* points */
    float *data;   /* points pairs */
    double *power; /* n / 2 + 1 */
    dawg_sliced_fft *fft;
    uint32_t is_summing, next; /* slice of bins */
};

static size_t lay_out(dawg_stereo_power *x, unsigned char *base, uint32_t n, void **fft)
{
    size_t used = 0;
    void *at[5];
    const size_t bytes[5] = {sizeof *x, sizeof(float) * n, sizeof(float) * 2u * n, sizeof(double) * (n / 2u + 1u),
                             dawg_sliced_fft_size(n)};
    for (uint32_t i = 0; i < 5; ++i) {
        at[i] = base ? base + used : NULL;
        used += (bytes[i] + 15u) & ~(size_t)15u;
    }
    if (base) x->window = at[1], x->data = at[2], x->power = at[3], *fft = at[4];
    return used;
}

size_t dawg_stereo_power_size(uint32_t n) { return dawg_sliced_fft_size(n) ? lay_out(NULL, NULL, n, NULL) : 0; }

dawg_stereo_power *dawg_stereo_power_init(void *mem, size_t size, uint32_t n, uint32_t bins)
{
    const size_t need = dawg_stereo_power_size(n);
    void *fft = NULL;
    if (!mem || ((uintptr_t)mem & 15u) || !need || size < need || bins > n / 2u + 1u) return NULL;
    dawg_stereo_power *x = mem;
    memset(x, 0, sizeof *x);
    (void)lay_out(x, mem, n, &fft);
    x->points = n, x->bins = bins;
    for (uint32_t t = 0; t <= n / 2u; ++t) {
        x->window[t] = (float)(0.5 - 0.5 * dawg_cos_d(2.0 * DAWG_PI * (double)t / (double)n));
        x->window[(n - t) & (n - 1u)] = x->window[t];
    }
    x->fft = dawg_sliced_fft_init(fft, dawg_sliced_fft_size(n), n, DAWG_FFT_FORWARD);
    dawg_stereo_power_reset(x);
    return x;
}

void dawg_stereo_power_reset(dawg_stereo_power *x)
{
    memset(x->data, 0, sizeof(float) * 2u * x->points);
    memset(x->power, 0, sizeof(double) * (x->points / 2u + 1u));
    dawg_sliced_fft_start(x->fft, x->data); /* of nothing: so that its scratch is clear, too */
    while (!dawg_sliced_fft_step(x->fft, x->points)) continue;
    x->is_summing = x->next = 0;
}

void dawg_stereo_power_take(dawg_stereo_power *x, const float *const ring[2], uint32_t frames, uint32_t from)
{
    const uint32_t ahead = frames - from,
                   first = ahead < x->points ? ahead : x->points; /* frames up to the ring's end */
    for (uint32_t part = 0; part < 2; ++part) {
        const uint32_t at = part ? 0 : from, to = part ? first : 0, n = part ? x->points - first : first;
        const float *const w = x->window + to, *const l = ring[0] + at, *const r = ring[1] + at;
        float *const z = x->data + 2u * (size_t)to;
        for (uint32_t t = 0; t < n; ++t) z[2u * t] = w[t] * l[t], z[2u * t + 1u] = w[t] * r[t];
    }
    dawg_sliced_fft_start(x->fft, x->data);
    x->is_summing = x->next = 0;
}

static double power_of(const dawg_stereo_power *x, uint32_t here, uint32_t mirrored)
{
    const double scale = 16.0 / (3.0 * (double)x->points * (double)x->points) * 0.5; /* sum w^2 = 3 n / 8 */
    const float *a = x->data + 2u * (size_t)here, *b = x->data + 2u * (size_t)mirrored;
    const double a_re = (double)a[0], a_im = (double)a[1], b_re = (double)b[0], b_im = (double)b[1];
    return scale * ((a_re * a_re + a_im * a_im) + (b_re * b_re + b_im * b_im));
}

/* A share of the rows in which the bins lie, so that neighbours in memory follow one another. */
static int sum_bins(dawg_stereo_power *x, uint32_t bins)
{
    const uint32_t slices = (x->bins + bins - 1u) / bins, rows = dawg_sliced_fft_rows(x->fft);
    for (uint32_t row = rows * x->next / slices; row < rows * (x->next + 1u) / slices; ++row) {
        const uint32_t first = row ? row : rows; /* bin 0 mirrors itself */
        uint32_t here = dawg_sliced_fft_place(x->fft, first), there = dawg_sliced_fft_place(x->fft, x->points - first);
        for (uint32_t k = first; k < x->bins; k += rows) x->power[k] = power_of(x, here++, there--);
    }
    if (++x->next < slices) return 0;
    x->is_summing = x->next = 0;
    x->power[0] = 0.5 * power_of(x, 0, 0); /* without a mirror image, as is the last */
    if (x->bins > x->points / 2u) x->power[x->points / 2u] *= 0.5;
    return 1;
}

int dawg_stereo_power_step(dawg_stereo_power *x, uint32_t points, uint32_t bins)
{
    if (x->is_summing) return sum_bins(x, bins);
    x->is_summing = (uint32_t)dawg_sliced_fft_step(x->fft, points);
    return 0;
}

double *dawg_stereo_power_bins(dawg_stereo_power *x) { return x->power; }
