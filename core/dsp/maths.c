/* SPDX-License-Identifier: MIT
 * maths.c - see maths.h. Range reduction in the manner of Cody and Waite (1980): a constant split into parts whose
 * products with the integer are exact; the arrangement of exp, log, sin, cos and pow follows the ideas of Sun's fdlibm
 * (Ng 1993); the coefficients are our own, derived by tools/fit_maths.py. */
#include "maths.h"

#define ROUND 0x1.8p52 /* x + ROUND - ROUND: x to the nearest integer, which also sits in the low mantissa bits */
#define LN2_HI 0x1.62e42ffp-1 /* 33 bits */
#define LN2_LO -0x1.718432a1b0e26p-35
#define LOG2_E 0x1.71547652b82fep+0

static uint64_t bits(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}
static double from_bits(uint64_t u)
{
    double x;
    memcpy(&x, &u, sizeof x);
    return x;
}
/* a + b = sum + the error returned, exactly (Knuth, TAOCP vol. 2, 4.2.2). */
static double two_sum(double a, double b, double *sum)
{
    const double s = a + b, bb = s - a;
    *sum = s;
    return (a - (s - bb)) + (b - bb);
}
/* x cut to its upper 21 fraction bits: products of two such are exact. */
static double upper(double x) { return from_bits(bits(x) & 0xffffffff00000000u); }

/* ---- float: one polynomial in double, rounded once -------------------------------------------------------------- */

/* |x| <= pi/2, relative error 2^-35. */
static double sine(double x)
{
    const double z = x * x;
    double p = -0x1.9a0c585e2a85fp-26;
    p = p * z + 0x1.716b8f84d09e8p-19;
    p = p * z + -0x1.a017a84500b14p-13;
    p = p * z + 0x1.11110b721d670p-7;
    p = p * z + -0x1.5555554168b9ep-3;
    p = p * z + 0x1.ffffffffd1528p-1;
    return x * p;
}

#define PI_HI 0x1.921fb544p+1 /* 33 bits */
#define PI_LO 0x1.0b4611a626331p-33

/* sin(x - half_turns pi), half_turns a multiple of 1/2; odd: whether its integer part is. */
static float sine_after(double x, double half_turns, uint64_t odd)
{
    const double r = (x - half_turns * PI_HI) - half_turns * PI_LO;
    return (float)(odd & 1u ? -sine(r) : sine(r));
}
float dawg_sin(float x)
{
    const double t = (double)x * (1.0 / DAWG_PI) + ROUND;
    return sine_after((double)x, t - ROUND, bits(t));
}
/* cos x = sin(x + pi/2), and x + pi/2 - n pi = x - (n - 1/2) pi. */
float dawg_cos(float x)
{
    const double t = (double)x * (1.0 / DAWG_PI) + 0.5 + ROUND;
    return sine_after((double)x, t - ROUND - 0.5, bits(t));
}
float dawg_tan(float x)
{
    const double d = (double)x;
    return (float)(sine(d) / sine(DAWG_PI / 2.0 - dawg_abs_d(d)));
}

/* ---- double: exp, log, pow, dB ---------------------------------------------------------------------------------- */

/* e^(hi + lo), |hi + lo| <= 700, lo below one unit in the last place of hi. */
static double exp_kernel(double hi, double lo)
{
    const double t = hi * LOG2_E + ROUND, n = t - ROUND;
    const double r = (hi - n * LN2_HI) + (lo - n * LN2_LO);
    double p = 0x1.add773f1864b3p-26;
    p = p * r + 0x1.28af42a60c9fap-22;
    p = p * r + 0x1.71deec62e8918p-19;
    p = p * r + 0x1.a01997c656a0fp-16;
    p = p * r + 0x1.a01a014498ae6p-13;
    p = p * r + 0x1.6c16c1852c01cp-10;
    p = p * r + 0x1.1111111122b4ap-7;
    p = p * r + 0x1.55555555502a0p-5;
    p = p * r + 0x1.555555555550fp-3;
    p = p * r + 0x1.000000000000bp-1;
    return (1.0 + (r + r * r * p)) * from_bits((bits(t) << 52) + 0x3ff0000000000000u);
}
double dawg_exp_d(double x) { return exp_kernel(dawg_clamp_d(x, -700.0, 700.0), 0.0); }

/* x = 2^k (1 + f), 1 + f in sqrt(1/2)..sqrt(2). */
static double split(double x, double *k)
{
    const uint64_t u = bits(x), above = u - 0x3fe6a09e667f3bcdu;
    *k = (double)((int64_t)above >> 52);
    return from_bits(u - (above & 0xfff0000000000000u)) - 1.0;
}
/* log(1 + f) = 2s + s R(s^2) with s = f / (2 + f), |s| <= 0.172. */
static double log_series(double z)
{
    double p = 0x1.2f0c27a7f4ea2p-3;
    p = p * z + 0x1.39a0fbda25a6cp-3;
    p = p * z + 0x1.74664748302cdp-3;
    p = p * z + 0x1.c71c51d9f3896p-3;
    p = p * z + 0x1.249249423762fp-2;
    p = p * z + 0x1.999999997f76ap-2;
    p = p * z + 0x1.5555555555594p-1;
    return p * z;
}
/* 2s = f - s f and s f = f^2/2 - s f^2/2: f itself is exact, and what is added to it is small. */
double dawg_log_d(double x)
{
    double k;
    const double f = split(x, &k), s = f / (2.0 + f), half = 0.5 * f * f;
    return k * LN2_HI - ((half - (s * (half + log_series(s * s)) + k * LN2_LO)) - f);
}

/* The logarithm as hi + lo to 2^-57, times y as hi + lo, so that the error does not grow with the exponent. */
double dawg_pow_d(double x, double y)
{
    double k, log_hi, hi;
    const double f = split(x, &k), d = 2.0 + f, s = f / d, s_hi = upper(s), d_hi = upper(d);
    const double s_lo = ((f - s_hi * d_hi) - s_hi * (f - (d_hi - 2.0))) / d;
    double log_lo = two_sum(k * LN2_HI, 2.0 * s_hi, &log_hi);
    log_lo += k * LN2_LO + (2.0 * s_lo + s * log_series(s * s));
    const double l_hi = upper(log_hi + log_lo), l_lo = (log_hi - l_hi) + log_lo, y_hi = upper(y);
    const double lo = two_sum(y_hi * l_hi, (y - y_hi) * l_hi + y * l_lo, &hi);
    return dawg_abs_d(hi) < 700.0 ? exp_kernel(hi, lo) : exp_kernel(dawg_clamp_d(hi, -700.0, 700.0), 0.0);
}

#define DB_PER_OCTAVE_HI 0x1.8151824cp+2 /* 20 log10 2 in two parts, 33 and 53 bits */
#define DB_PER_OCTAVE_LO 0x1.d61fabf59b5d8p-32
#define NEPER_PER_DB 0x1.d791c5f888822p-4 /* ln 10 / 20 */

double dawg_db_to_gain_d(double db)
{
    const double x = dawg_clamp_d(db, -6080.0, 6080.0), t = x * (1.0 / DB_PER_OCTAVE_HI) + ROUND, n = t - ROUND;
    const double rest = (x - n * DB_PER_OCTAVE_HI) - n * DB_PER_OCTAVE_LO;
    return exp_kernel(rest * NEPER_PER_DB, 0.0) * from_bits((bits(t) << 52) + 0x3ff0000000000000u);
}
double dawg_gain_to_db_d(double g) { return dawg_log_d(g) * (1.0 / NEPER_PER_DB); }

/* ---- double: sin, cos, tan -------------------------------------------------------------------------------------- */

/* x = quadrant pi/2 + hi + lo, |hi| <= pi/4: pi/2 in four parts, the first three of 33 bits. */
static unsigned reduce(double x, double *hi, double *lo)
{
    const double t = x * (2.0 / DAWG_PI) + ROUND, k = t - ROUND;
    double a, b;
    const double a_lo = two_sum(x - k * 0x1.921fb544p+0, -(k * 0x1.0b4611a6p-34), &a);
    const double b_lo = two_sum(a, -(k * 0x1.3198a2ep-69), &b);
    *lo = two_sum(b, a_lo + (b_lo - k * 0x1.b839a252049c1p-104), hi);
    return (unsigned)(bits(t) & 3u);
}
static double sin_kernel(double hi, double lo)
{
    const double z = hi * hi;
    double p = 0x1.5d8e3faa69bb0p-33;
    p = p * z + -0x1.ae5e548d98501p-26;
    p = p * z + 0x1.71de355f1c731p-19;
    p = p * z + -0x1.a01a019bf22f2p-13;
    p = p * z + 0x1.111111110f75dp-7;
    p = p * z + -0x1.5555555555548p-3;
    return hi + (hi * z * p + lo * (1.0 - 0.5 * z));
}
static double cos_kernel(double hi, double lo)
{
    const double z = hi * hi, half = 0.5 * z, head = 1.0 - half;
    double p = -0x1.8f9f6dc0b2518p-37;
    p = p * z + 0x1.1ee9cccc4021dp-29;
    p = p * z + -0x1.27e4f7d9024a5p-22;
    p = p * z + 0x1.a01a019c689eep-16;
    p = p * z + -0x1.6c16c16c14e4ap-10;
    p = p * z + 0x1.555555555554ap-5;
    return head + (((1.0 - head) - half) + (z * z * p - hi * lo));
}
static double sin_of_quadrant(unsigned q, double hi, double lo)
{
    const double v = q & 1u ? cos_kernel(hi, lo) : sin_kernel(hi, lo);
    return q & 2u ? -v : v;
}
double dawg_sin_d(double x)
{
    double hi, lo;
    const unsigned q = reduce(x, &hi, &lo);
    return sin_of_quadrant(q, hi, lo);
}
double dawg_cos_d(double x)
{
    double hi, lo;
    const unsigned q = reduce(x, &hi, &lo);
    return sin_of_quadrant(q + 1u, hi, lo);
}
double dawg_tan_d(double x)
{
    double hi, lo;
    const unsigned q = reduce(x, &hi, &lo);
    return sin_of_quadrant(q, hi, lo) / sin_of_quadrant(q + 1u, hi, lo);
}
