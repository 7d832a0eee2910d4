/* SPDX-License-Identifier: MIT
 * The biquad against its own difference equation in long double, and the two structures against each other. */
#include "dsp/biquad.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include <math.h>
#include <stdio.h>

static const double pi = 3.14159265358979323846;

/* Stable: poles of radius 0..0.999. */
static dawg_biquad random_biquad(dawg_noise *g)
{
    const double r = 0.4995 + 0.4995 * (double)dawg_noise_next(g), w = pi * (0.5 + 0.5 * (double)dawg_noise_next(g));
    return (dawg_biquad){(double)dawg_noise_next(g), (double)dawg_noise_next(g), (double)dawg_noise_next(g),
                         -2.0 * r * cos(w), r * r};
}

static void output_is_the_difference_equation(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 1);
    double worst = 0.0;
    for (uint32_t k = 0; k < 200; ++k) {
        const dawg_biquad c = random_biquad(&g);
        dawg_biquad_state s = {0, 0};
        long double x1 = 0, x2 = 0, y1 = 0, y2 = 0, top = 1e-3L;
        for (uint32_t n = 0; n < 2000; ++n) {
            const double x = (double)dawg_noise_next(&g);
            const long double y = (long double)c.b0 * x + (long double)c.b1 * x1 + (long double)c.b2 * x2 -
                                  (long double)c.a1 * y1 - (long double)c.a2 * y2;
            x2 = x1, x1 = x, y2 = y1, y1 = y;
            top = fmaxl(top, fabsl(y));
            worst = fmax(worst, (double)(fabsl(y - (long double)dawg_biquad_tick(&c, &s, x)) / top));
        }
    }
    printf("largest error %.2g of the peak\n", worst);
    assert_true(worst < 1e-11);
}

/* sum b_k e^(-jwk) / sum a_k e^(-jwk) */
static double magnitude(const dawg_biquad *c, double w)
{
    const double br = c->b0 + c->b1 * cos(w) + c->b2 * cos(2 * w), bi = c->b1 * sin(w) + c->b2 * sin(2 * w);
    const double ar = 1.0 + c->a1 * cos(w) + c->a2 * cos(2 * w), ai = c->a1 * sin(w) + c->a2 * sin(2 * w);
    return hypot(br, bi) / hypot(ar, ai);
}

static void magnitude_is_the_textbook_sum(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 2);
    double worst = 0.0;
    for (uint32_t k = 0; k < 1000; ++k) {
        const dawg_biquad c = random_biquad(&g);
        for (uint32_t i = 0; i <= 20; ++i) {
            const double w = pi * i / 20.0, exact = magnitude(&c, w);
            worst = fmax(worst, fabs(dawg_biquad_magnitude(&c, w) - exact) / (exact + 1e-3));
        }
    }
    printf("largest relative error %.2g\n", worst);
    assert_true(worst < 1e-8);
}

/* A 2 Hz high-pass at 192 kHz: cos(w) would leave five digits, sin^2(w/2) keeps the curve. */
static void magnitude_holds_at_the_lowest_frequencies(void **state)
{
    (void)state;
    const dawg_svf hp = {tan(pi * 2.0 / 192000.0), sqrt(2.0), 1, 0, 0};
    const dawg_biquad c = dawg_biquad_from_svf(&hp);
    for (double hz = 1.0; hz < 100.0; hz *= 1.3) {
        const double u = tan(pi * hz / 192000.0) / hp.g, exact = u * u / sqrt(1.0 + u * u * u * u);
        assert_true(fabs(dawg_biquad_magnitude(&c, 2.0 * pi * hz / 192000.0) / exact - 1.0) < 1e-5);
    }
}

static void both_structures_are_the_same_filter(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 3);
    double there = 0.0, sound = 0.0;
    for (uint32_t k = 0; k < 500; ++k) {
        const dawg_biquad c = random_biquad(&g);
        const dawg_svf v = dawg_svf_from_biquad(&c);
        const dawg_biquad d = dawg_biquad_from_svf(&v);
        there = fmax(there,
                     fabs(c.b0 - d.b0) + fabs(c.b1 - d.b1) + fabs(c.b2 - d.b2) + fabs(c.a1 - d.a1) + fabs(c.a2 - d.a2));
        const dawg_svf_run run = dawg_svf_ready(&v);
        dawg_svf_state s = {{0, 0}, {0, 0}};
        dawg_biquad_state t = {0, 0};
        for (uint32_t n = 0; n < 1000; ++n) {
            const double x = (double)dawg_noise_next(&g);
            const double y = dawg_biquad_tick(&c, &t, x);
            sound = fmax(sound, fabs(dawg_svf_tick(&run, &s, dawg_d2_all(x))[0] - y) / fmax(1.0, fabs(y)));
        }
    }
    printf("there and back %.2g, output %.2g\n", there, sound);
    assert_true(there < 1e-11 && sound < 1e-8);
}

static void a_flushed_filter_falls_silent(void **state)
{
    (void)state;
    const dawg_biquad c = {1, 0, 0, -2.0 * 0.999 * cos(0.01), 0.999 * 0.999};
    dawg_biquad_state s = {1, 1};
    uint32_t n = 0;
    for (; (s.s1 != 0.0 || s.s2 != 0.0) && n < 100000; ++n) {
        dawg_biquad_tick(&c, &s, 0.0);
        if (n % 32 == 31) dawg_biquad_flush(&s);
    }
    assert_true(n < 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_is_the_difference_equation),
        cmocka_unit_test(magnitude_is_the_textbook_sum),
        cmocka_unit_test(magnitude_holds_at_the_lowest_frequencies),
        cmocka_unit_test(both_structures_are_the_same_filter),
        cmocka_unit_test(a_flushed_filter_falls_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
