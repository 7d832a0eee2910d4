/* SPDX-License-Identifier: MIT
 * The state-variable filter against the transfer function it stands for, and against its energy. */
#include "dsp/noise.h"
#include "dsp/svf.h"
#include "support/cmocka.h"
#include <complex.h>
#include <math.h>
#include <stdio.h>

#define LENGTH 16384u
static const double pi = 3.14159265358979323846;

static dawg_svf random_svf(dawg_noise *g)
{
    const double a = (double)dawg_noise_next(g), b = (double)dawg_noise_next(g);
    return (dawg_svf){.g = pow(10.0, 2.0 * a - 0.5),
                      .k = pow(10.0, 1.5 * b),
                      .hp = 2.0 + (double)dawg_noise_next(g),
                      .bp = (double)dawg_noise_next(g),
                      .lp = 2.0 * (double)dawg_noise_next(g)};
}

static dawg_d2 noise2(dawg_noise *g) { return (dawg_d2){(double)dawg_noise_next(g), (double)dawg_noise_next(g)}; }

/* s = j tan(w/2) / g, the sum over an impulse response in double: gain and phase at 40 frequencies. */
static void response_is_the_bilinear_transform_of_the_prototype(void **state)
{
    (void)state;
    static dawg_d2 h[LENGTH];
    const dawg_svf sections[] = {
        {tan(pi * 0.01), sqrt(2.0), 0, 0, 1}, /* low-pass, Butterworth at rate/100 */
        {tan(pi * 0.2), 0.2, 1, 0, 0},        /* high-pass, Q 5 */
        {tan(pi * 0.1), 0.5, 1, 2.0, 1},      /* bell, +12 dB */
        {tan(pi * 0.4), 3.0, 1, 0, 1},        /* notch, real poles */
        {tan(pi * 0.05), 1.0, 0.7, -0.3, 2},  /* any numerator */
    };
    double worst = 0.0;
    for (uint32_t j = 0; j < sizeof sections / sizeof sections[0]; ++j) {
        const dawg_svf *c = &sections[j];
        const dawg_svf_run run = dawg_svf_ready(c);
        dawg_svf_state s = {{0, 0}, {0, 0}};
        for (uint32_t n = 0; n < LENGTH; ++n) h[n] = dawg_svf_tick(&run, &s, (dawg_d2){n == 0, n == 0 ? -3.0 : 0.0});
        for (uint32_t i = 0; i < 40; ++i) {
            const double w = pi * (i + 0.5) / 40.0;
            double complex sum = 0, other = 0;
            for (uint32_t n = 0; n < LENGTH; ++n) {
                sum += h[n][0] * cexp(-I * w * n);
                other += h[n][1] * cexp(-I * w * n);
            }
            const double complex z = I * tan(0.5 * w) / c->g;
            const double complex exact = (c->hp * z * z + c->bp * z + c->lp) / (z * z + c->k * z + 1.0);
            worst = fmax(worst, cabs(sum - exact));
            worst = fmax(worst, cabs(other + 3.0 * exact) / 3.0); /* the lanes are two channels */
        }
    }
    printf("largest error of the complex response %.2g\n", worst);
    assert_true(worst < 1e-11);
}

/* Alone and in series, at both ends of the band too, where s is 0 and infinite. */
static void the_computed_response_is_the_formula(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 7);
    double worst = 0.0;
    for (uint32_t k = 0; k < 2000; ++k) {
        dawg_svf sections[8];
        double complex exact = 1.0, low = 1.0, high = 1.0;
        const double turns = 0.5 * pow(10.0, -2.0 + 2.0 * (double)dawg_noise_next(&g));
        const uint32_t n = k % 9;
        for (uint32_t i = 0; i < n; ++i) {
            const dawg_svf c = sections[i] = random_svf(&g);
            const double complex s = I * tan(pi * turns) / c.g;
            exact *= (c.hp * s * s + c.bp * s + c.lp) / (s * s + c.k * s + 1.0);
            low *= c.lp;
            high *= c.hp;
        }
        double h[2], at_0[2], at_half[2];
        dawg_svf_response(sections, n, turns, h);
        dawg_svf_response(sections, n, 0.0, at_0);
        dawg_svf_response(sections, n, 0.5, at_half);
        worst = fmax(worst, cabs(h[0] + I * h[1] - exact) / (cabs(exact) + 1e-3));
        worst = fmax(worst, cabs(at_0[0] + I * at_0[1] - low) / (cabs(low) + 1e-3));
        worst = fmax(worst, cabs(at_half[0] + I * at_half[1] - high) / (cabs(high) + 1e-3));
    }
    printf("2000 filters of 0 to 8 sections: largest error %.2g\n", worst);
    assert_true(worst < 1e-11);
}

static void butterworth_is_3_db_down_at_its_frequency(void **state)
{
    (void)state;
    const dawg_svf c = {tan(pi * 1000.0 / 48000.0), sqrt(2.0), 0, 0, 1};
    const dawg_svf_run run = dawg_svf_ready(&c);
    dawg_svf_state s = {{0, 0}, {0, 0}};
    double top = 0.0;
    for (uint32_t n = 0; n < 48000; ++n) {
        const double x = sin(2.0 * pi * 1000.0 * n / 48000.0);
        const dawg_d2 y = dawg_svf_tick(&run, &s, (dawg_d2){x, x});
        if (n > 24000) top += y[0] * y[0];
    }
    const double db = 10.0 * log10(2.0 * top / 23999.0);
    printf("%.5f dB\n", db);
    assert_true(fabs(db + 3.0103) < 0.001);
}

/* The unforced recursion with other coefficients for every sample: the sum of squares of the integrators' charges never
 * rises, whatever the sequence (Wishnick 2014, "Time-varying filters for musical applications"). */
static void no_sequence_of_coefficients_feeds_the_states(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 3);
    dawg_svf_state s = {{1.0, -0.3}, {-0.5, 2.0}};
    double before[2] = {1.25, 4.09}, grown = 0.0;
    dawg_svf from = random_svf(&g), to = from;
    for (uint32_t n = 0; n < 1000000; ++n) {
        if (n % 32 == 0) from = to, to = random_svf(&g);
        const dawg_svf now = n % 2 ? dawg_svf_between(&from, &to, (n % 32) / 32.0) : random_svf(&g);
        const dawg_svf_run run = dawg_svf_ready(&now);
        dawg_svf_tick(&run, &s, dawg_d2_all(0.0));
        for (int c = 0; c < 2; ++c) {
            const double energy = s.s1[c] * s.s1[c] + s.s2[c] * s.s2[c];
            if (before[c] > 1e-200) grown = fmax(grown, energy / before[c]);
            before[c] = energy;
        }
        if (before[0] < 1e-100 || before[1] < 1e-100)
            s = (dawg_svf_state){{1, 0.2}, {0.3, 1}}, before[0] = 1.09, before[1] = 1.04;
    }
    printf("largest growth of the energy in a sample: %.17g\n", grown);
    assert_true(grown <= 1.0 + 1e-14);
}

/* Both ends, and the way: g in equal ratios (within 0.01 % where it doubles in 8 control periods), the rest linear. */
static void between_two_designs_g_glides_and_the_mix_slides(void **state)
{
    (void)state;
    const dawg_svf a = {0.1, 1, 2, 3, 4}, b = {0.3, 2, 4, 2, 8};
    const dawg_svf x = dawg_svf_between(&a, &b, 0.0), y = dawg_svf_between(&a, &b, 1.0),
                   m = dawg_svf_between(&a, &b, 0.5);
    assert_memory_equal(&x, &a, sizeof a);
    assert_true(fabs(y.g - b.g) < 1e-15 && y.k == b.k && y.hp == b.hp && y.bp == b.bp && y.lp == b.lp);
    assert_true(m.k == 1.5 && m.hp == 3.0 && m.bp == 2.5 && m.lp == 6.0);
    double worst = 0.0;
    for (int way = -1; way <= 1; way += 2)
        for (double u = 0.0; u <= 1.0; u += 0.01) {
            const double ratio = pow(2.0, way / 8.0);
            const dawg_svf from = {0.2, 1, 1, 1, 1}, to = {0.2 * ratio, 1, 1, 1, 1};
            worst = fmax(worst, fabs(dawg_svf_between(&from, &to, u).g / (0.2 * pow(ratio, u)) - 1.0));
            const dawg_svf tiny = {1e-9, 1, 1, 1, 1}, huge = {10.0, 1, 1, 1, 1}; /* never 0 or less */
            assert_true(dawg_svf_between(&tiny, &huge, u).g > 0.0 && dawg_svf_between(&huge, &tiny, u).g > 0.0);
        }
    printf("g is off an equal ratio by %.2g at most\n", worst);
    assert_true(worst < 1e-4);
}

/* Any number of bands, any length, in pieces: the same bits as one band after the other, and the same states. */
static void bands_side_by_side_are_bands_in_a_row(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 5);
    for (uint32_t bands = 0; bands <= 13; ++bands) {
        dawg_svf_run run[13];
        dawg_svf_state series[13], single[13];
        const dawg_svf_run *c[13];
        dawg_svf_state *s[13];
        for (uint32_t b = 0; b < bands; ++b) {
            const dawg_svf v = random_svf(&g);
            run[b] = dawg_svf_ready(&v);
            single[b] = series[b] = (dawg_svf_state){noise2(&g), noise2(&g)};
            c[b] = &run[b], s[b] = &series[b];
        }
        for (uint32_t n = 0; n <= 40; ++n) {
            dawg_d2 x[40], y[40];
            for (uint32_t i = 0; i < n; ++i) x[i] = y[i] = noise2(&g);
            dawg_svf_series(c, s, bands, x, n);
            for (uint32_t b = 0; b < bands; ++b)
                for (uint32_t i = 0; i < n; ++i) y[i] = dawg_svf_tick(&run[b], &single[b], y[i]);
            assert_memory_equal(x, y, sizeof(dawg_d2) * n);
            assert_memory_equal(series, single, sizeof(dawg_svf_state) * bands);
        }
    }
}

/* 20 Hz, Q 40 at 192 kHz is the slowest a band gets: flushed every 32 frames it is exactly 0 in the end (E-5). */
static void a_flushed_filter_falls_silent(void **state)
{
    (void)state;
    const dawg_svf c = {tan(pi * 20.0 / 192000.0), 1.0 / 40.0, 0, 1, 0};
    const dawg_svf_run run = dawg_svf_ready(&c);
    dawg_svf_state s = {{1, -1}, {0.5, 1}};
    uint32_t n = 0;
    while ((s.s1[0] != 0 || s.s2[0] != 0 || s.s1[1] != 0 || s.s2[1] != 0) && n < 120u * 192000u) {
        dawg_svf_tick(&run, &s, dawg_d2_all(0.0));
        if (++n % 32 == 0) dawg_svf_flush(&s);
    }
    printf("silent after %.1f s\n", n / 192000.0);
    assert_true(n < 60u * 192000u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(response_is_the_bilinear_transform_of_the_prototype),
        cmocka_unit_test(the_computed_response_is_the_formula),
        cmocka_unit_test(butterworth_is_3_db_down_at_its_frequency),
        cmocka_unit_test(no_sequence_of_coefficients_feeds_the_states),
        cmocka_unit_test(between_two_designs_g_glides_and_the_mix_slides),
        cmocka_unit_test(bands_side_by_side_are_bands_in_a_row),
        cmocka_unit_test(a_flushed_filter_falls_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
