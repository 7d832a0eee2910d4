/* SPDX-License-Identifier: MIT
 * noise.h - seeded random numbers, one generator per instance: two runs give the same bits.
 * PCG-XSH-RR 64/32 (O'Neill 2014, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms"). */
#ifndef DAWG_NOISE_H
#define DAWG_NOISE_H
#include <stdint.h>

typedef struct dawg_noise {
    uint64_t state;
} dawg_noise;

static inline uint32_t dawg_noise_u32(dawg_noise *x)
{
    const uint64_t s = x->state;
    x->state = s * 6364136223846793005u + 1442695040888963407u;
    const uint32_t v = (uint32_t)(((s >> 18) ^ s) >> 27), rot = (uint32_t)(s >> 59);
    return (v >> rot) | (v << ((32u - rot) & 31u));
}
static inline void dawg_noise_seed(dawg_noise *x, uint64_t seed)
{
    x->state = seed + 1442695040888963407u;
    (void)dawg_noise_u32(x);
}
/* Uniform in [-1, 1), 24 bits. */
static inline float dawg_noise_next(dawg_noise *x)
{
    return (float)(int32_t)(dawg_noise_u32(x) >> 8) * 0x1p-23f - 1.0f;
}

#endif
