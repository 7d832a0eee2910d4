/* SPDX-License-Identifier: MIT
 * fft_lanes.h - four complex Fourier transforms at once, one per vector lane; n is a power of two, at least 4.
 *
 * Stockham's self-sorting form in radix 4, the last pass in radix 2 where log2(n) is odd (Van Loan, Computational
 * Frameworks for the Fast Fourier Transform, 1992, 1.7). No scaling in either direction. */
#ifndef DAWG_FFT_LANES_H
#define DAWG_FFT_LANES_H
#include "cold.h"
#include "vec.h"

typedef struct dawg_c4 {
    dawg_f4 re, im;
} dawg_c4;

/* turns[j] = e(j / n), j < n, as pairs: e(u) = cos(2 pi u) -+ i sin(2 pi u), - forward, + inverse. */
DAWG_COLD void dawg_fft_lanes_turns(float *turns, uint32_t n, int inverse);
/* Transforms x, n points; both x and y are overwritten. Returns whichever of them holds the result, in order. */
dawg_c4 *dawg_fft_lanes(const float *turns, uint32_t n, dawg_c4 *x, dawg_c4 *y);

static inline dawg_c4 dawg_c4_times(dawg_c4 a, dawg_c4 b)
{
    return (dawg_c4){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
/* The same complex number, a pair, in all lanes. */
static inline dawg_c4 dawg_c4_all(const float *w) { return (dawg_c4){dawg_f4_all(w[0]), dawg_f4_all(w[1])}; }

#endif
