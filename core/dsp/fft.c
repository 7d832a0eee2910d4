/* SPDX-License-Identifier: MIT
 * fft.c - see fft.h. kissfft is compiled (CMakeLists.txt) with sin and cos mapped to dawg_sin_d and dawg_cos_d and with
 * its allocator mapped away: it reaches for memory of its own only for factors above 5, which are refused here. */
#include "fft.h"
#include "kiss_fftr.h"

struct dawg_fft {
    kiss_fftr_cfg forward, inverse;
    uint32_t n;
};

#define ALIGN(bytes) (((bytes) + 15u) & ~(size_t)15u)

static size_t one_way(uint32_t n)
{
    uint32_t rest = n / 2u;
    for (uint32_t p = 2; p <= 5; ++p)
        while (rest && rest % p == 0) rest /= p;
    if (n < 4u || n > DAWG_FFT_MAX || n % 2u || rest != 1u) return 0;
    size_t bytes = 0;
    (void)kiss_fftr_alloc((int)n, 0, NULL, &bytes);
    return ALIGN(bytes);
}

size_t dawg_fft_size(uint32_t n)
{
    const size_t each = one_way(n);
    return each ? ALIGN(sizeof(dawg_fft)) + 2u * each : 0;
}

dawg_fft *dawg_fft_init(void *mem, size_t size, uint32_t n)
{
    const size_t need = dawg_fft_size(n);
    if (!mem || ((uintptr_t)mem & 15u) || !need || size < need) return NULL;
    dawg_fft *f = mem;
    unsigned char *at = (unsigned char *)mem + ALIGN(sizeof *f);
    const size_t each = one_way(n);
    size_t forward = each, inverse = each;
    f->forward = kiss_fftr_alloc((int)n, 0, at, &forward);
    f->inverse = kiss_fftr_alloc((int)n, 1, at + each, &inverse);
    f->n = n;
    return f;
}

void dawg_fft_forward(dawg_fft *f, const float *time, float *bins)
{
    kiss_fftr(f->forward, time, (kiss_fft_cpx *)bins);
}

void dawg_fft_inverse(dawg_fft *f, const float *bins, float *time)
{
    kiss_fftri(f->inverse, (const kiss_fft_cpx *)bins, time);
    const float scale = 1.0f / (float)f->n;
    for (uint32_t i = 0; i < f->n; ++i) time[i] *= scale;
}
