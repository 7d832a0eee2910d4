/* SPDX-License-Identifier: MIT
 * maths.h - the only transcendental functions in core/. Built from + - * / and sqrt alone, so that every compiler and
 * every target gives the same bits; libm differs between C libraries (sound REQ E-9).
 *
 * float kernels are for audio and control rate, double kernels (suffix _d) for filter design. The error stated beside
 * each is asserted by tests/dsp/test_maths.c. No function sets errno, traps or branches on NaN: NaN in gives an
 * unspecified finite or NaN value; callers pass guarded numbers. */
#ifndef DAWG_MATHS_H
#define DAWG_MATHS_H
#include <stdint.h>

#define DAWG_PI 3.14159265358979323846
#define DAWG_PI_F 3.14159265f

/* Exact helpers: no rounding beyond IEEE. */
static inline float dawg_abs(float x) { return __builtin_fabsf(x); }
static inline double dawg_abs_d(double x) { return __builtin_fabs(x); }
/* In the form that wasm has one instruction for (pmin, pmax). */
static inline float dawg_min(float a, float b) { return a < b ? a : b; }
static inline float dawg_max(float a, float b) { return b < a ? a : b; }
static inline float dawg_clamp(float x, float lo, float hi) /* lo <= hi */
{
    const float up = x < lo ? lo : x;
    return hi < up ? hi : up;
}
static inline double dawg_min_d(double a, double b) { return a < b ? a : b; }
static inline double dawg_max_d(double a, double b) { return b < a ? a : b; }
static inline double dawg_clamp_d(double x, double lo, double hi) /* lo <= hi */
{
    const double up = x < lo ? lo : x;
    return hi < up ? hi : up;
}
static inline double dawg_sqrt_d(double x) { return __builtin_sqrt(x); } /* x >= 0 */
/* Largest integer <= x, |x| < 2^31. */
static inline float dawg_floor(float x)
{
    const float t = (float)(int32_t)x;
    return t > x ? t - 1.0f : t;
}
static inline double dawg_floor_d(double x) /* |x| < 2^62 */
{
    const double t = (double)(int64_t)x;
    return t > x ? t - 1.0 : t;
}
static inline float dawg_round(float x) { return dawg_floor(x + 0.5f); } /* halves go up */

/* A recursive state below this is set to exactly 0: wasm cannot flush denormals (sound REQ E-5). */
#define DAWG_TINY 1e-15f
static inline float dawg_flush(float x) { return dawg_abs(x) < DAWG_TINY ? 0.0f : x; }
static inline double dawg_flush_d(double x) { return dawg_abs_d(x) < (double)DAWG_TINY ? 0.0 : x; }

/* Largest error in units in the last place of the true value (ulp), over the whole range named. */

/* Inline and free of branches, for per-sample loops. */
static inline float dawg_exp2(float x);        /* 2^x, 1.1 ulp; clamped to 2^-126 .. 2^127 */
static inline float dawg_log2(float x);        /* 3.2 ulp; x below 2^-126 reads as 2^-126 */
static inline float dawg_tanh(float x);        /* 2.7 ulp, all x; odd, never beyond +-1 */
static inline float dawg_sin_turns(float t);   /* sin(2 pi t), 3.2 ulp, |t| <= 2^22; exact period: for LFOs */
static inline float dawg_db_to_gain(float db); /* 10^(db/20), 1.4 ulp; clamped to +-758 dB */
static inline float dawg_gain_to_db(float g);  /* 20 log10(g), 4.0 ulp; g <= 1e-10 reads -200 */

float dawg_sin(float x); /* radians, 0.51 ulp, |x| <= 2^15 */
float dawg_cos(float x); /* radians, 0.51 ulp, |x| <= 2^15 */
float dawg_tan(float x); /* radians, 0.51 ulp, |x| <= 1.57 */

double dawg_exp_d(double x);           /* 1.1 ulp; clamped to |x| <= 700 */
double dawg_log_d(double x);           /* 0.9 ulp; x >= 2^-1022 */
double dawg_sin_d(double x);           /* radians, 0.9 ulp, |x| <= 2^20 */
double dawg_cos_d(double x);           /* radians, 0.9 ulp, |x| <= 2^20 */
double dawg_tan_d(double x);           /* radians, 2.5 ulp, |x| < pi/2 */
double dawg_db_to_gain_d(double db);   /* 10^(db/20), 1.5 ulp; clamped to +-6080 dB */
double dawg_gain_to_db_d(double g);    /* 20 log10(g), 1.8 ulp; g >= 2^-1022 */
double dawg_pow_d(double x, double y); /* 1.5 + |y log x| / 16 ulp, x >= 2^-1022; clamped to e^-700 .. e^700 */

#include "maths_kernels.h"
#endif
