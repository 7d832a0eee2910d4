/* SPDX-License-Identifier: MIT
 * sliced_fft.c - see sliced_fft.h. With k = k2 + n2 k1 and t = t1 + n1 t2,
 *     X[t] = sum over k2 of e(t2 k2 / n2) e(t1 k2 / n) sum over k1 of e(t1 k1 / n1) x[k],    e(u) = e^(+-2 pi i u). */
#include "sliced_fft.h"
#include "fft_lanes.h"
#include "maths.h"

struct dawg_sliced_fft {
    float *column, *row; /* e(j / n1), j < n1; e(j / n2), j < n2 */
    float *fine;         /* e(j / n), j < n2 */
    dawg_c4 *lane;       /* e(j i / n) in lane i, j < n1 */
    dawg_c4 *x, *y;      /* four columns or rows */
    float *data;
    uint32_t n1, n2, log_n1, log_n2; /* n2 is n1 or 2 n1 */
    uint32_t at;                     /* columns done, then n2 + rows done */
};

#define HEAD ((sizeof(dawg_sliced_fft) + 15u) & ~(size_t)15u)

/* 0: not allowed. */
static uint32_t log_of(uint32_t n)
{
    if (n < DAWG_SLICED_FFT_MIN || n > DAWG_SLICED_FFT_MAX || (n & (n - 1u))) return 0;
    uint32_t log = 0;
    while (1u << log < n) ++log;
    return log;
}

size_t dawg_sliced_fft_size(uint32_t n)
{
    const uint32_t log = log_of(n), n1 = 1u << log / 2u, n2 = 1u << (log - log / 2u);
    return log ? HEAD + sizeof(dawg_c4) * (n1 + 2u * n2) + sizeof(float) * 2u * (n1 + 2u * n2) : 0;
}

dawg_sliced_fft *dawg_sliced_fft_init(void *mem, size_t size, uint32_t n, dawg_fft_direction direction)
{
    const size_t need = dawg_sliced_fft_size(n);
    if (!mem || ((uintptr_t)mem & 15u) || !need || size < need) return NULL;
    const uint32_t log = log_of(n), n1 = 1u << log / 2u, n2 = 1u << (log - log / 2u);
    const int inverse = direction == DAWG_FFT_INVERSE;
    dawg_sliced_fft *f = mem;
    memset(f, 0, sizeof *f);
    f->n1 = n1, f->n2 = n2, f->log_n1 = log / 2u, f->log_n2 = log - log / 2u;
    f->at = n1 + n2;
    f->lane = (dawg_c4 *)(void *)((unsigned char *)mem + HEAD);
    f->x = f->lane + n1, f->y = f->x + n2;
    f->column = (float *)(void *)(f->y + n2);
    f->row = f->column + 2u * n1, f->fine = f->row + 2u * n2;

    dawg_fft_lanes_turns(f->column, n1, inverse);
    dawg_fft_lanes_turns(f->row, n2, inverse);
    const double step = (inverse ? 2.0 : -2.0) * DAWG_PI / (double)n; /* n is a power of two: exact */
    for (uint32_t j = 0; j < n2; ++j) {
        f->fine[2u * j] = (float)dawg_cos_d(step * (double)j);
        f->fine[2u * j + 1u] = (float)dawg_sin_d(step * (double)j);
    }
    for (uint32_t j = 0; j < n1; ++j)
        for (uint32_t i = 0; i < 4; ++i) {
            f->lane[j].re[i] = (float)dawg_cos_d(step * (double)(j * i));
            f->lane[j].im[i] = (float)dawg_sin_d(step * (double)(j * i));
        }
    return f;
}

static void transform_columns(dawg_sliced_fft *f, uint32_t k2)
{
    const size_t pitch = 2u * (size_t)f->n2;
    float *p = f->data + 2u * (size_t)k2;
    for (uint32_t k1 = 0; k1 < f->n1; ++k1, p += pitch) {
        const dawg_f4 a = dawg_f4_load(p), b = dawg_f4_load(p + 4);
        f->x[k1] = (dawg_c4){dawg_f4_even(a, b), dawg_f4_odd(a, b)};
    }
    const dawg_c4 *line = dawg_fft_lanes(f->column, f->n1, f->x, f->y);
    p = f->data + 2u * (size_t)k2;
    for (uint32_t t1 = 0, m = 0; t1 < f->n1; ++t1, m += k2, p += pitch) {
        const float *a = f->column + 2u * (m >> f->log_n2), *b = f->fine + 2u * (m & (f->n2 - 1u));
        const float w[2] = {a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]};
        const dawg_c4 z = dawg_c4_times(line[t1], dawg_c4_times(f->lane[t1], dawg_c4_all(w)));
        dawg_f4_store(p, dawg_f4_zip_low(z.re, z.im));
        dawg_f4_store(p + 4, dawg_f4_zip_high(z.re, z.im));
    }
}

static void transform_rows(dawg_sliced_fft *f, uint32_t t1)
{
    const size_t pitch = 2u * (size_t)f->n2;
    float *first = f->data + pitch * t1;
    for (uint32_t k = 0; k < f->n2; k += 2u) {
        dawg_f4 v[4];
        for (uint32_t i = 0; i < 4; ++i) v[i] = dawg_f4_load(first + i * pitch + 2u * k);
        dawg_f4_transpose(v);
        f->x[k] = (dawg_c4){v[0], v[1]}, f->x[k + 1u] = (dawg_c4){v[2], v[3]};
    }
    const dawg_c4 *line = dawg_fft_lanes(f->row, f->n2, f->x, f->y);
    for (uint32_t t2 = 0; t2 < f->n2; t2 += 2u) {
        dawg_f4 v[4] = {line[t2].re, line[t2].im, line[t2 + 1u].re, line[t2 + 1u].im};
        dawg_f4_transpose(v);
        for (uint32_t i = 0; i < 4; ++i) dawg_f4_store(first + i * pitch + 2u * t2, v[i]);
    }
}

void dawg_sliced_fft_start(dawg_sliced_fft *f, float *data) { f->data = data, f->at = 0; }

int dawg_sliced_fft_step(dawg_sliced_fft *f, uint32_t points)
{
    for (uint32_t done = 0; done < points && f->at < f->n1 + f->n2; f->at += 4u) {
        if (f->at < f->n2) transform_columns(f, f->at), done += 4u * f->n1;
        else transform_rows(f, f->at - f->n2), done += 4u * f->n2;
    }
    return f->at == f->n1 + f->n2;
}

uint32_t dawg_sliced_fft_place(const dawg_sliced_fft *f, uint32_t i)
{
    return (i & (f->n1 - 1u)) << f->log_n2 | i >> f->log_n1;
}

uint32_t dawg_sliced_fft_rows(const dawg_sliced_fft *f) { return f->n1; }
