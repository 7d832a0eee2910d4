/* SPDX-License-Identifier: MIT
 * fft_lanes.c - see fft_lanes.h. */
#include "fft_lanes.h"
#include "maths.h"

void dawg_fft_lanes_turns(float *turns, uint32_t n, int inverse)
{
    const double turn = (inverse ? 2.0 : -2.0) * DAWG_PI;
    for (uint32_t j = 0; j < n; ++j) {
        turns[2u * j] = (float)dawg_cos_d(turn * (double)j / (double)n);
        turns[2u * j + 1u] = (float)dawg_sin_d(turn * (double)j / (double)n);
    }
}

static inline dawg_c4 plus(dawg_c4 a, dawg_c4 b) { return (dawg_c4){a.re + b.re, a.im + b.im}; }
static inline dawg_c4 minus(dawg_c4 a, dawg_c4 b) { return (dawg_c4){a.re - b.re, a.im - b.im}; }

dawg_c4 *dawg_fft_lanes(const float *turns, uint32_t n, dawg_c4 *x, dawg_c4 *y)
{
    const dawg_f4 quarter = dawg_f4_all(turns[n / 2u + 1u]); /* e(1/4) is i or -i */
    uint32_t stride = 1, size = n;
    for (; size >= 4u; size /= 4u, stride *= 4u) {
        const uint32_t far = n / 4u;
        for (uint32_t p = 0; p < size / 4u; ++p) {
            const dawg_c4 w1 = dawg_c4_all(turns + 2u * p * stride), w2 = dawg_c4_all(turns + 4u * p * stride);
            const dawg_c4 w3 = dawg_c4_all(turns + 6u * p * stride);
            const dawg_c4 *from = x + p * stride;
            dawg_c4 *to = y + 4u * p * stride;
            for (uint32_t q = 0; q < stride; ++q) {
                const dawg_c4 a = from[q], b = from[q + far], c = from[q + 2u * far], d = from[q + 3u * far];
                const dawg_c4 even = plus(a, c), odd = plus(b, d), even_ = minus(a, c), b_d = minus(b, d);
                const dawg_c4 odd_ = {-quarter * b_d.im, quarter * b_d.re};
                to[q] = plus(even, odd);
                to[q + stride] = dawg_c4_times(plus(even_, odd_), w1);
                to[q + 2u * stride] = dawg_c4_times(minus(even, odd), w2);
                to[q + 3u * stride] = dawg_c4_times(minus(even_, odd_), w3);
            }
        }
        dawg_c4 *done = y;
        y = x, x = done;
    }
    if (size == 1u) return x;
    for (uint32_t q = 0; q < stride; ++q) {
        y[q] = plus(x[q], x[q + stride]);
        y[q + stride] = minus(x[q], x[q + stride]);
    }
    return y;
}
