/* SPDX-License-Identifier: MIT
 * The analog filters behind the bands: against the formulas of eq_design.h and Butterworth's |H|^2 = 1/(1 + x^2N). */
#include "dsp/eq_prototype.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include <complex.h>
#include <math.h>

static const uint32_t orders[DAWG_EQ_SLOPES] = {1, 2, 3, 4, 6, 8, 12, 16};

static double random_in(dawg_noise *g, double low, double high)
{
    return low * pow(high / low, 0.5 + 0.5 * (double)dawg_noise_next(g));
}

static double complex formula(dawg_eq_type type, double hz, double gain_db, double q, double f)
{
    const double complex s = I * (f / hz);
    const double a = pow(10.0, gain_db / 40.0), r = sqrt(a) / q;
    switch (type) {
    case DAWG_EQ_BELL: return (s * s + s * a / q + 1.0) / (s * s + s / (a * q) + 1.0);
    case DAWG_EQ_NOTCH: return (s * s + 1.0) / (s * s + s / q + 1.0);
    case DAWG_EQ_LOW_SHELF: return a * (s * s + r * s + a) / (a * s * s + r * s + 1.0);
    case DAWG_EQ_HIGH_SHELF: return a * (a * s * s + r * s + 1.0) / (s * s + r * s + a);
    case DAWG_EQ_LOW_PASS: return 1.0 / (s * s + s / q + 1.0);
    case DAWG_EQ_HIGH_PASS: return s * s / (s * s + s / q + 1.0);
    case DAWG_EQ_LOW_PASS_1:
    case DAWG_EQ_HIGH_PASS_1: break;
    }
    return NAN;
}

static void bands_of_second_order_are_the_formulas_of_eq_design(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 1);
    for (uint32_t i = 0; i < 3000; ++i) {
        const dawg_eq_shape b = {(dawg_eq_type)(i % 6), DAWG_EQ_12_DB, random_in(&g, 20, 20000),
                                 24.0 * (double)dawg_noise_next(&g), random_in(&g, 0.1, 4)};
        const double f = random_in(&g, 10, 24000);
        const double complex exact = formula(b.type, b.hz, b.gain_db, b.q, f);
        dawg_eq_prototype p;
        dawg_eq_prototype_make(&p, &b);
        double h[2], half[2];
        dawg_eq_prototype_response(&p, f, h);
        dawg_eq_prototype_half_phase(&p, f, half);
        const double size = cabs(exact), power = dawg_eq_prototype_power(&p, f);
        assert_true(cabs(h[0] + I * h[1] - exact) < 1e-9 * (1.0 + size));
        assert_true(fabs(power - size * size) < 1e-9 * (1.0 + size * size));
        /* H |H| is the square of the half-phase response */
        const double complex root = half[0] + I * half[1];
        assert_true(cabs(root * root - exact * size) < 1e-9 * (1.0 + size * size));
        assert_true(half[0] >= -1e-12); /* the root in the right half plane: half of a phase within +-180 degrees */
    }
}

static void decibels_of_bands_add_up(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 2);
    for (uint32_t i = 0; i < 500; ++i) {
        dawg_eq_shape b[3];
        double hz[7], db[7];
        for (uint32_t k = 0; k < 3; ++k)
            b[k] = (dawg_eq_shape){(dawg_eq_type)((i + k) % 6), DAWG_EQ_12_DB, random_in(&g, 20, 20000),
                                   24.0 * (double)dawg_noise_next(&g), random_in(&g, 0.3, 4)};
        for (uint32_t k = 0; k < 7; ++k) hz[k] = random_in(&g, 20, 20000);
        dawg_eq_shapes_db(b, 3, hz, 7, db);
        for (uint32_t k = 0; k < 7; ++k) {
            double sum = 0.0;
            for (uint32_t j = 0; j < 3; ++j)
                sum += 20.0 * log10(cabs(formula(b[j].type, b[j].hz, b[j].gain_db, b[j].q, hz[k])));
            assert_true(fabs(db[k] - sum) < 1e-6 * (1.0 + fabs(sum)));
        }
    }
}

static void slopes_are_butterworths_and_their_peak_is_the_knobs(void **state)
{
    (void)state;
    for (uint32_t s = 0; s < DAWG_EQ_SLOPES; ++s)
        for (uint32_t high = 0; high < 2; ++high) {
            const dawg_eq_type type = high ? DAWG_EQ_HIGH_PASS : DAWG_EQ_LOW_PASS;
            dawg_eq_prototype p;
            dawg_eq_prototype_make(&p, &(dawg_eq_shape){type, (dawg_eq_slope)s, 1000.0, 0.0, sqrt(0.5)});
            assert_int_equal(p.n, (orders[s] + 1) / 2);
            for (double f = 30.0; f < 24000.0; f *= 1.3) {
                const double x = high ? 1000.0 / f : f / 1000.0;
                const double exact = 1.0 / (1.0 + pow(x, 2.0 * orders[s]));
                assert_true(fabs(dawg_eq_prototype_power(&p, f) / exact - 1.0) < 1e-9);
            }
            /* at hz each section has its Q: twice the knob's is 6 dB more, but for the slope that has none */
            const double flat = dawg_eq_prototype_power(&p, 1000.0);
            dawg_eq_prototype_make(&p, &(dawg_eq_shape){type, (dawg_eq_slope)s, 1000.0, 0.0, 2.0 * sqrt(0.5)});
            assert_true(fabs(flat - 0.5) < 1e-9);
            assert_true(fabs(dawg_eq_prototype_power(&p, 1000.0) / flat - (s ? 4.0 : 1.0)) < 1e-9);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bands_of_second_order_are_the_formulas_of_eq_design),
        cmocka_unit_test(decibels_of_bands_add_up),
        cmocka_unit_test(slopes_are_butterworths_and_their_peak_is_the_knobs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
