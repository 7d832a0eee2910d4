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

/* Radix 4 forward, of four points `far` apart. Backward, the second and the fourth change places. */
static inline void quarters(const dawg_c4 *from, uint32_t far, dawg_c4 of[4])
{
    const dawg_c4 a = from[0], b = from[far], c = from[2u * far], d = from[3u * far];
    const dawg_c4 even = plus(a, c), odd = plus(b, d), e = minus(a, c), o = minus(b, d);
    of[0] = plus(even, odd), of[1] = (dawg_c4){e.re + o.im, e.im - o.re};
    of[2] = minus(even, odd), of[3] = (dawg_c4){e.re - o.im, e.im + o.re};
}

dawg_c4 *dawg_fft_lanes(const float *turns, uint32_t n, dawg_c4 *x, dawg_c4 *y)
{
    const uint32_t one = turns[n / 2u + 1u] < 0.0f ? 1u : 3u, three = 4u - one; /* e(1/4) is -i, or i */
    uint32_t stride = 1, size = n;
    dawg_c4 of[4];
    for (; size >= 4u; size /= 4u, stride *= 4u) {
        const uint32_t far = n / 4u;
        for (uint32_t q = 0; q < stride; ++q) { /* p = 0: nothing to turn */
            quarters(x + q, far, of);
            y[q] = of[0], y[q + one * stride] = of[1];
            y[q + 2u * stride] = of[2], y[q + three * stride] = of[3];
        }
        for (uint32_t p = 1; p < size / 4u; ++p) {
            const uint32_t w = 2u * p * stride;
            const dawg_c4 w1 = dawg_c4_all(turns + one * w), w2 = dawg_c4_all(turns + 2u * w);
            const dawg_c4 w3 = dawg_c4_all(turns + three * w);
            const dawg_c4 *from = x + p * stride;
            dawg_c4 *to = y + 4u * p * stride;
            for (uint32_t q = 0; q < stride; ++q) {
                quarters(from + q, far, of);
                to[q] = of[0], to[q + one * stride] = dawg_c4_times(of[1], w1);
                to[q + 2u * stride] = dawg_c4_times(of[2], w2), to[q + three * stride] = dawg_c4_times(of[3], w3);
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
