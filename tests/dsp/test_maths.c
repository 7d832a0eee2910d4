/* SPDX-License-Identifier: MIT
 * The kernels of dsp/maths.h against libm in long double: the error printed beside each declaration is never exceeded,
 * and what ought to be exact is. Ranges are walked evenly and, for small numbers, evenly in the logarithm. */
#include "dsp/maths.h"
#include "support/grid.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

/* |y - exact| in units of the last place that a number of `digits` bits and the size of exact has. */
static double ulps(double y, long double exact, int digits, int min_exp)
{
    int e;
    (void)frexpl(exact, &e);
    if (e < min_exp) e = min_exp;
    return (double)(fabsl((long double)y - exact) / ldexpl(1.0L, e - digits));
}

static long double sin_turns_l(long double t)
{
    const long double r = t - roundl(t), folded = fabsl(r) > 0.25L ? copysignl(0.5L, r) - r : r;
    return sinl(2.0L * acosl(-1.0L) * folded);
}
static long double db_to_gain_l(long double db) { return powl(10.0L, db / 20.0L); }
static long double gain_to_db_l(long double g) { return 20.0L * log10l(g); }

typedef struct row {
    const char *name;
    float (*f)(float);
    double (*d)(double);
    long double (*exact)(long double);
    double lo, hi, ulp;
} row;

static const row rows[] = {
    {"exp2", dawg_exp2, NULL, exp2l, -126, 127, 1.1},
    {"log2", dawg_log2, NULL, log2l, 0x1p-126, 0x1p127, 3.2},
    {"log2 about 1", dawg_log2, NULL, log2l, 0.5, 2, 3.2},
    {"tanh", dawg_tanh, NULL, tanhl, -12, 12, 2.7},
    {"sin_turns", dawg_sin_turns, NULL, sin_turns_l, -0.25, 0.25, 3.2},
    {"sin_turns, one turn", dawg_sin_turns, NULL, sin_turns_l, -1, 1, 3.2},
    {"db_to_gain", dawg_db_to_gain, NULL, db_to_gain_l, -758, 758, 1.4},
    {"gain_to_db", dawg_gain_to_db, NULL, gain_to_db_l, 1.01e-10, 1e10, 4.0},
    {"gain_to_db about 1", dawg_gain_to_db, NULL, gain_to_db_l, 0.5, 2, 4.0},
    {"sin", dawg_sin, NULL, sinl, -32768, 32768, 0.51},
    {"cos", dawg_cos, NULL, cosl, -32768, 32768, 0.51},
    {"sin, two turns", dawg_sin, NULL, sinl, -7, 7, 0.51},
    {"cos, two turns", dawg_cos, NULL, cosl, -7, 7, 0.51},
    {"tan", dawg_tan, NULL, tanl, -1.57, 1.57, 0.51},
    {"exp_d", NULL, dawg_exp_d, expl, -700, 700, 1.1},
    {"exp_d about 0", NULL, dawg_exp_d, expl, -1, 1, 1.1},
    {"log_d", NULL, dawg_log_d, logl, 0x1p-1022, 0x1p1023, 0.9},
    {"log_d about 1", NULL, dawg_log_d, logl, 0.5, 2, 0.9},
    {"sin_d", NULL, dawg_sin_d, sinl, -0x1p20, 0x1p20, 0.9},
    {"cos_d", NULL, dawg_cos_d, cosl, -0x1p20, 0x1p20, 0.9},
    {"sin_d, two turns", NULL, dawg_sin_d, sinl, -7, 7, 0.9},
    {"cos_d, two turns", NULL, dawg_cos_d, cosl, -7, 7, 0.9},
    {"tan_d", NULL, dawg_tan_d, tanl, -1.5707963267948966, 1.5707963267948966, 2.5},
    {"tan_d close to its pole", NULL, dawg_tan_d, tanl, 1.5706, 1.5707963267948966, 2.5},
    {"db_to_gain_d", NULL, dawg_db_to_gain_d, db_to_gain_l, -6080, 6080, 1.5},
    {"db_to_gain_d, audio", NULL, dawg_db_to_gain_d, db_to_gain_l, -200, 48, 1.5},
    {"gain_to_db_d", NULL, dawg_gain_to_db_d, gain_to_db_l, 0x1p-1022, 0x1p1023, 1.8},
    {"gain_to_db_d about 1", NULL, dawg_gain_to_db_d, gain_to_db_l, 0.5, 2, 1.8},
};

static double error_at(const row *r, double x)
{
    if (r->f) {
        const float in = (float)x;
        return ulps((double)r->f(in), r->exact((long double)in), 24, -125);
    }
    return ulps(r->d(x), r->exact((long double)x), 53, -1021);
}

static void errors_stay_within_what_the_header_says(void **state)
{
    (void)state;
    const uint32_t n = grid(100000, 1000000);
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; ++k) {
        const row *r = &rows[k];
        const double small = r->lo > 0 ? r->lo : r->hi * 1e-9;
        double worst = 0, at = 0;
        for (uint32_t i = 0; i <= n; ++i) {
            const double u = (double)i / (double)n, geometric = small * pow(r->hi / small, u);
            const double xs[] = {r->lo + (r->hi - r->lo) * u, fmin(geometric, r->hi), -geometric};
            for (int j = 0; j < 3; ++j) {
                if (xs[j] < r->lo) continue;
                const double e = error_at(r, xs[j]);
                if (!(e <= worst)) worst = e, at = xs[j];
            }
        }
        printf("%-24s %.3f ulp (allowed %.2f) at %.9g\n", r->name, worst, r->ulp, at);
        assert_true(worst <= r->ulp);
    }
}

static void pow_stays_accurate_for_large_exponents(void **state)
{
    (void)state;
    double worst = 0;
    for (int i = 1; i < 2000; ++i) {
        const double x = exp(i * 0.013 - 13.0);
        for (int j = -60; j <= 60; ++j) {
            const double y = j * 0.373, size = fabs(y * log(x));
            if (size > 690.0) continue;
            const double e = ulps(dawg_pow_d(x, y), powl((long double)x, (long double)y), 53, -1021);
            worst = fmax(worst, e - size / 16.0);
        }
    }
    printf("pow_d: %.3f + |y log x| / 16 ulp\n", worst);
    assert_true(worst <= 1.5);
    assert_true(dawg_pow_d(3.7, 0.0) == 1.0 && dawg_pow_d(1.0, 123.4) == 1.0 && dawg_pow_d(2.0, 10.0) == 1024.0);
    assert_true(isfinite(dawg_pow_d(1e300, 1e300)) && dawg_pow_d(1e300, -1e300) > 0.0);
}

static void powers_of_two_are_exact_both_ways(void **state)
{
    (void)state;
    for (int n = -126; n <= 127; ++n) {
        assert_true(dawg_exp2((float)n) == ldexpf(1.0f, n));
        assert_true(dawg_log2(ldexpf(1.0f, n)) == (float)n);
    }
    assert_true(dawg_exp2(-1000.0f) == 0x1p-126f && dawg_exp2(1000.0f) == 0x1p127f);
    assert_true(dawg_exp2(-INFINITY) == 0x1p-126f && dawg_exp2(INFINITY) == 0x1p127f);
    assert_true(dawg_log2(0.0f) == -126.0f && dawg_log2(1e-45f) == -126.0f && dawg_log2(-1.0f) == -126.0f);
}

static void quarter_turns_are_exact_after_any_number_of_turns(void **state)
{
    (void)state;
    for (float turns = -0x1p20f; turns <= 0x1p20f; turns += 0x1p15f) {
        assert_true(dawg_sin_turns(turns) == 0.0f);
        assert_true(dawg_sin_turns(turns + 0.25f) == 1.0f);
        assert_true(dawg_sin_turns(turns + 0.5f) == 0.0f);
        assert_true(dawg_sin_turns(turns + 0.75f) == -1.0f);
        assert_true(dawg_sin_turns(turns + 0.125f) == dawg_sin_turns(0.125f));
    }
    for (int i = 0; i <= 4000000; ++i) {
        const float t = (float)i * 0x1p-22f;
        assert_true(dawg_abs(dawg_sin_turns(t)) <= 1.0f);
        assert_true(dawg_sin_turns(-t) == -dawg_sin_turns(t));
    }
}

static void tanh_is_odd_and_ends_at_one(void **state)
{
    (void)state;
    for (int i = 0; i <= 1000000; ++i) {
        const float x = (float)i * 2e-5f, y = dawg_tanh(x);
        assert_true(y >= 0.0f && y <= 1.0f && dawg_tanh(-x) == -y);
        if (x > 9.1f) assert_true(y == 1.0f);
    }
    assert_true(dawg_tanh(INFINITY) == 1.0f && dawg_tanh(-1e30f) == -1.0f);
    assert_true(dawg_tanh(1e-40f) == 1e-40f && dawg_tanh(-1e-20f) == -1e-20f && dawg_tanh(0.0f) == 0.0f);
}

static void decibels_are_exact_at_unity_and_come_back(void **state)
{
    (void)state;
    assert_true(dawg_db_to_gain(0.0f) == 1.0f && dawg_db_to_gain_d(0.0) == 1.0);
    assert_true(dawg_gain_to_db(1.0f) == 0.0f && dawg_gain_to_db_d(1.0) == 0.0);
    assert_true(dawg_gain_to_db(0.0f) == -200.0f && dawg_gain_to_db(-1.0f) == -200.0f);
    assert_true(dawg_gain_to_db(1e-10f) == -200.0f && dawg_gain_to_db(2e-10f) > -194.0f);
    assert_true(isfinite(dawg_db_to_gain(1e9f)) && dawg_db_to_gain(-1e9f) > 0.0f);
    double worst = 0, worst_d = 0;
    for (int i = -19900; i <= 6000; ++i) {
        const double db = i * 0.01;
        worst = fmax(worst, fabs((double)dawg_gain_to_db(dawg_db_to_gain((float)db)) - (double)(float)db));
        worst_d = fmax(worst_d, fabs(dawg_gain_to_db_d(dawg_db_to_gain_d(db)) - db));
    }
    printf("dB round trip -199..60: float %.2g dB, double %.2g dB\n", worst, worst_d);
    assert_true(worst <= 4e-5 && worst_d <= 1e-13);
}

static void a_sine_squared_and_a_cosine_squared_make_one(void **state)
{
    (void)state;
    assert_true(dawg_cos(0.0f) == 1.0f && dawg_sin(0.0f) == 0.0f && dawg_cos_d(0.0) == 1.0 && dawg_sin_d(0.0) == 0.0);
    assert_true(dawg_tan(0.0f) == 0.0f && dawg_tan_d(0.0) == 0.0 && dawg_exp_d(0.0) == 1.0 && dawg_log_d(1.0) == 0.0);
    for (int i = -100000; i <= 100000; ++i) {
        const double x = i * 0.01, s = dawg_sin_d(x), c = dawg_cos_d(x);
        assert_true(fabs(s * s + c * c - 1.0) <= 4e-16);
        assert_true(dawg_sin_d(-x) == -s && dawg_cos_d(-x) == c);
    }
}

static void floor_and_round_follow_their_names(void **state)
{
    (void)state;
    for (int i = -40000; i <= 40000; ++i) {
        const float x = (float)i * 0.125f;
        assert_true(dawg_floor(x) == floorf(x) && dawg_floor_d((double)x) == floor((double)x));
        assert_true(dawg_round(x) == floorf(x + 0.5f));
    }
}

static void what_is_tiny_becomes_zero_and_the_rest_stays(void **state)
{
    (void)state;
    assert_true(dawg_flush(0.99e-15f) == 0.0f && dawg_flush(-1e-40f) == 0.0f && dawg_flush(1.01e-15f) == 1.01e-15f);
    assert_true(dawg_flush_d(-0.99e-15) == 0.0 && dawg_flush_d(1.01e-15) == 1.01e-15 && dawg_flush_d(-0.5) == -0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_stay_within_what_the_header_says),
        cmocka_unit_test(pow_stays_accurate_for_large_exponents),
        cmocka_unit_test(powers_of_two_are_exact_both_ways),
        cmocka_unit_test(quarter_turns_are_exact_after_any_number_of_turns),
        cmocka_unit_test(tanh_is_odd_and_ends_at_one),
        cmocka_unit_test(decibels_are_exact_at_unity_and_come_back),
        cmocka_unit_test(a_sine_squared_and_a_cosine_squared_make_one),
        cmocka_unit_test(floor_and_round_follow_their_names),
        cmocka_unit_test(what_is_tiny_becomes_zero_and_the_rest_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
