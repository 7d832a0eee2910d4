/* SPDX-License-Identifier: MIT
 * maths_kernels.h - the bodies of the float kernels that run per sample. Included by maths.h, never alone.
 *
 * Inline and without a branch, so that a loop over samples becomes SIMD: range reduction in the manner of Cody and
 * Waite (1980; the constant in two parts whose product with the integer is exact), then a polynomial whose
 * coefficients tools/fit_maths.py derives. Rounding to an integer adds and takes off 1.5 * 2^23: the integer then also
 * sits in the low mantissa bits, ready to become an exponent. */
#ifndef DAWG_MATHS_KERNELS_H
#define DAWG_MATHS_KERNELS_H
#include <stdint.h>
#include <string.h>

#define DAWG_ROUND_F 0x1.8p23f /* x + this - this: x to the nearest integer, |x| <= 2^22 */

static inline uint32_t dawg_bits(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}
static inline float dawg_from_bits(uint32_t u)
{
    float x;
    memcpy(&x, &u, sizeof x);
    return x;
}

/* 2^(n + f): shifted is n + DAWG_ROUND_F, -126 <= n <= 127, |f| <= 1/2. */
static inline float dawg_exp2_kernel(float shifted, float f)
{
    float p = 0x1.3f906cp-13f;
    p = p * f + 0x1.5f0a66p-10f;
    p = p * f + 0x1.3b30b0p-7f;
    p = p * f + 0x1.c6af78p-5f;
    p = p * f + 0x1.ebfbd8p-3f;
    p = p * f + 0x1.62e430p-1f;
    return (1.0f + f * p) * dawg_from_bits((dawg_bits(shifted) << 23) + 0x3f800000u);
}

static inline float dawg_exp2(float x)
{
    x = dawg_clamp(x, -126.0f, 127.0f);
    const float shifted = x + DAWG_ROUND_F;
    return dawg_exp2_kernel(shifted, x - (shifted - DAWG_ROUND_F));
}

static inline float dawg_db_to_gain(float db)
{
    db = dawg_clamp(db, -758.0f, 764.0f);
    const float shifted = db * 0x1.542a5ap-3f + DAWG_ROUND_F; /* octaves of gain: db / (20 log10 2) */
    const float n = shifted - DAWG_ROUND_F;
    const float rest = (db - n * 0x1.816p+2f) + n * 0x1.cfb672p-11f; /* 20 log10 2 in two parts, 12 and 24 bits */
    return dawg_exp2_kernel(shifted, rest * 0x1.542a5ap-3f);
}

/* x = 2^e (1 + f) with 1 + f in sqrt(1/2)..sqrt(2); log2(1 + f) is odd in s = f / (2 + f). */
static inline float dawg_log2(float x)
{
    const uint32_t u = dawg_bits(dawg_max(x, 0x1p-126f)), above = u - 0x3f3504f3u;
    const float e = (float)((int32_t)above >> 23), f = dawg_from_bits(u - (above & 0xff800000u)) - 1.0f;
    const float s = f / (2.0f + f), z = s * s;
    float p = 0x1.c79130p-2f;
    p = p * z + 0x1.26ee5cp-1f;
    p = p * z + 0x1.ec7234p-1f;
    p = p * z + 0x1.715476p+1f;
    return e + s * p;
}

static inline float dawg_gain_to_db(float g)
{
    const float db = dawg_log2(g) * 0x1.815182p+2f; /* 20 log10 2 */
    return g > 1e-10f ? db : -200.0f;
}

/* E / (E + 2) with E = e^(2|x|) - 1 = 2^n (e^r - 1) + (2^n - 1), so that nothing cancels at small x. */
static inline float dawg_tanh(float x)
{
    const float y = dawg_min(2.0f * dawg_abs(x), 19.0f); /* from 18.1 on the result rounds to 1 */
    const float shifted = y * 0x1.715476p+0f + DAWG_ROUND_F;
    const float n = shifted - DAWG_ROUND_F;
    const float r = (y - n * 0x1.62e4p-1f) - n * 0x1.7f7d1cp-20f; /* ln 2 in two parts, 16 and 24 bits */
    float p = 0x1.6b6514p-10f;
    p = p * r + 0x1.1228c2p-7f;
    p = p * r + 0x1.555722p-5f;
    p = p * r + 0x1.5554aep-3f;
    p = p * r + 0x1.fffffep-2f;
    const float scale = dawg_from_bits((dawg_bits(shifted) << 23) + 0x3f800000u);
    const float e = scale * (r + r * r * p) + (scale - 1.0f);
    return dawg_from_bits(dawg_bits(e / (e + 2.0f)) | (dawg_bits(x) & 0x80000000u));
}

/* Folded to a quarter turn; 2 pi in two parts keeps the slope at 0 to the last bit. */
static inline float dawg_sin_turns(float t)
{
    float r = t - ((t + DAWG_ROUND_F) - DAWG_ROUND_F);
    const float other = (r < 0.0f ? -0.5f : 0.5f) - r;
    r = dawg_abs(r) > 0.25f ? other : r;
    const float z = r * r;
    float p = 0x1.3de8aep+5f;
    p = p * z + -0x1.325132p+6f;
    p = p * z + 0x1.4668ecp+6f;
    p = p * z + -0x1.4abbc4p+5f;
    return r * 0x1.921fb6p+2f + r * (p * z + -0x1.777a5cp-23f);
}

#endif
