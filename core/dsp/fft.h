/* SPDX-License-Identifier: MIT
 * fft.h - the discrete Fourier transform of real signals. kissfft (Borgerding) does the work in float; its twiddle
 * factors come from dawg_sin_d and dawg_cos_d, so that the same bits appear everywhere.
 *
 * X[k] = sum over t of x[t] e^(-2 pi i k t / n), for k = 0 .. n/2, as pairs (re, im). No scaling forward, 1/n back. */
#ifndef DAWG_FFT_H
#define DAWG_FFT_H
#include "cold.h"
#include <stddef.h>
#include <stdint.h>

typedef struct dawg_fft dawg_fft;

#define DAWG_FFT_MAX (1u << 20)
#define DAWG_FFT_FLOATS(n) ((n) + 2u) /* n/2 + 1 complex pairs */

/* Bytes that a transform of n real samples needs, both ways. 0: n is not even, not made of factors 2, 3 and 5, or
 * outside 4..DAWG_FFT_MAX. */
DAWG_COLD size_t dawg_fft_size(uint32_t n);
/* mem: 16-byte aligned, kept by the caller, not to be moved. NULL: too small, misaligned, or n is not allowed. */
DAWG_COLD dawg_fft *dawg_fft_init(void *mem, size_t size, uint32_t n);

/* Transforms may run in place: time and bins may be the same DAWG_FFT_FLOATS(n) floats. */
void dawg_fft_forward(dawg_fft *f, const float *time, float *bins);
void dawg_fft_inverse(dawg_fft *f, const float *bins, float *time);

#endif
