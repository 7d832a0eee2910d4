/* SPDX-License-Identifier: MIT
 * vec.h - the vector types: four floats, two doubles. GCC and clang vector extensions, so the same source becomes SSE,
 * wasm SIMD or plain scalar code with the same bits (element-wise + - * / only; horizontal sums have a fixed order). */
#ifndef DAWG_VEC_H
#define DAWG_VEC_H
#include <stdint.h>
#include <string.h>

typedef float dawg_f4 __attribute__((vector_size(16)));
typedef int32_t dawg_i4 __attribute__((vector_size(16)));
typedef double dawg_d2 __attribute__((vector_size(16)));

static inline dawg_f4 dawg_f4_load(const float *p)
{
    dawg_f4 v;
    memcpy(&v, p, sizeof v);
    return v;
}
static inline void dawg_f4_store(float *p, dawg_f4 v) { memcpy(p, &v, sizeof v); }
static inline dawg_f4 dawg_f4_all(float x) { return (dawg_f4){x, x, x, x}; }
/* (0 + 2) + (1 + 3): the one order of summation in every build. */
static inline float dawg_f4_sum(dawg_f4 v) { return (v[0] + v[2]) + (v[1] + v[3]); }

/* Pairs side by side to and from two vectors: a0 a2 b0 b2; a1 a3 b1 b3; a0 b0 a1 b1; a2 b2 a3 b3. */
static inline dawg_f4 dawg_f4_even(dawg_f4 a, dawg_f4 b) { return __builtin_shufflevector(a, b, 0, 2, 4, 6); }
static inline dawg_f4 dawg_f4_odd(dawg_f4 a, dawg_f4 b) { return __builtin_shufflevector(a, b, 1, 3, 5, 7); }
static inline dawg_f4 dawg_f4_zip_low(dawg_f4 a, dawg_f4 b) { return __builtin_shufflevector(a, b, 0, 4, 1, 5); }
static inline dawg_f4 dawg_f4_zip_high(dawg_f4 a, dawg_f4 b) { return __builtin_shufflevector(a, b, 2, 6, 3, 7); }
/* Four by four: lane j of vector i becomes lane i of vector j. */
static inline void dawg_f4_transpose(dawg_f4 v[4])
{
    const dawg_f4 a = dawg_f4_zip_low(v[0], v[2]), b = dawg_f4_zip_high(v[0], v[2]);
    const dawg_f4 c = dawg_f4_zip_low(v[1], v[3]), d = dawg_f4_zip_high(v[1], v[3]);
    v[0] = dawg_f4_zip_low(a, c), v[1] = dawg_f4_zip_high(a, c);
    v[2] = dawg_f4_zip_low(b, d), v[3] = dawg_f4_zip_high(b, d);
}

static inline dawg_d2 dawg_d2_all(double x) { return (dawg_d2){x, x}; }

#endif
