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

static inline dawg_d2 dawg_d2_all(double x) { return (dawg_d2){x, x}; }

#endif
