/* SPDX-License-Identifier: MIT
 * Dither: whole steps, noise of half a step whatever the signal, no step over the ceiling, silence stays silent. What it
 * does to a low tone is in tests/plugins/test_limiter_dither.py. */
#include "dsp/dither.h"
#include "kit/record.h"
#include "support/cmocka.h"
#include <math.h>

enum { N = 1 << 18 };
static const uint32_t bits[] = {16, 20, 24};
static float left[N], right[N];

static void dither(uint32_t b, float ceiling)
{
    dawg_dither d;
    dawg_dither_reset(&d, 1, 48000);
    for (int i = 0; i < N; ++i) dawg_dither_frame(&d, b, ceiling, &left[i], &right[i]);
}

/* Lipshitz, Wannamaker, Vanderkooy 1992: mean 0 and a quarter of a step squared, for any value of the input. */
static void the_error_has_mean_0_and_half_a_step_rms_whatever_the_value(void **state)
{
    (void)state;
    double worst_mean = 0.0, worst_db = 0.0;
    for (int b = 0; b < 3; ++b)
        for (int k = 0; k < 8; ++k) { /* eighths of a step, from 0.37 on */
            const double step = pow(2.0, 1.0 - bits[b]), x = (double)(float)((k / 8.0 + 3.0) * step + 0.25);
            for (int i = 0; i < N; ++i) left[i] = right[i] = (float)x;
            dither(bits[b], 1.0f);
            double sum = 0.0, squares = 0.0;
            for (int i = 0; i < N; ++i) {
                const double e = ((double)left[i] - x) / step;
                sum += e, squares += e * e;
                assert_true(fmod((double)left[i], step) == 0.0);
            }
            worst_mean = fmax(worst_mean, fabs(sum / N));
            worst_db = fmax(worst_db, fabs(10.0 * log10(squares / N / 0.25)));
        }
    print_message("mean %.4f steps, power %.3f dB from a quarter\n", worst_mean, worst_db);
    dawg_record("LM-6", "mean of the error, any value, 16, 20, 24 bit", worst_mean, "steps", "<= 0.005");
    dawg_record("LM-6", "power of the error against a quarter of a step squared", worst_db, "dB", "<= 0.05");
    assert_true(worst_mean <= 0.005 && worst_db <= 0.05); /* 0.001 and 0.02 dB are the errors of this many samples */
}

static void the_noise_is_white_and_that_of_the_channels_is_unrelated(void **state)
{
    (void)state;
    for (int i = 0; i < N; ++i) left[i] = right[i] = 0.3f;
    dither(16, 1.0f);
    double power = 0.0, next = 0.0, other = 0.0;
    for (int i = 0; i + 1 < N; ++i) {
        const double e = (double)left[i] - 0.3, f = (double)right[i] - 0.3;
        power += e * e, next += e * ((double)left[i + 1] - 0.3), other += e * f;
    }
    print_message("next %.4f, other channel %.4f\n", next / power, other / power);
    assert_true(fabs(next / power) < 0.01 && fabs(other / power) < 0.01); /* 5 sigma of this many samples */
}

static void no_step_lies_over_the_ceiling_or_full_scale(void **state)
{
    (void)state;
    static const float ceilings[] = {1.0f, 0.891f, 0.1f, 1e-6f, 0.0f};
    for (int b = 0; b < 3; ++b)
        for (int k = 0; k < 5; ++k) {
            for (int i = 0; i < N; ++i) left[i] = ceilings[k], right[i] = -ceilings[k];
            if (ceilings[k] == 0.0f) left[0] = right[0] = 1e-9f;
            dither(bits[b], ceilings[k]);
            const float top = (float)(1.0 - pow(2.0, 1.0 - bits[b]));
            for (int i = 0; i < N; ++i) {
                assert_true(fabsf(left[i]) <= ceilings[k] && fabsf(right[i]) <= ceilings[k]);
                assert_true(left[i] <= top && right[i] >= -top);
            }
        }
}

/* 20 ms after the sound; a pause that is shorter keeps its noise. */
static void digital_silence_becomes_silent(void **state)
{
    (void)state;
    for (int i = 0; i < N; ++i) left[i] = right[i] = i < 100 || i == 1000 ? 0.1f : 0.0f;
    dither(16, 1.0f);
    int noisy = 0;
    for (int i = 100; i < 1000; ++i) noisy += left[i] != 0.0f;
    assert_true(noisy > 100);
    for (int i = 1001 + 960; i < N; ++i) assert_true(left[i] == 0.0f && right[i] == 0.0f);
    for (int i = 0; i < N; ++i) left[i] = right[i] = 0.0f;
    dither(16, 1.0f);
    for (int i = 0; i < N; ++i) assert_true(left[i] == 0.0f && right[i] == 0.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_error_has_mean_0_and_half_a_step_rms_whatever_the_value),
        cmocka_unit_test(the_noise_is_white_and_that_of_the_channels_is_unrelated),
        cmocka_unit_test(no_step_lies_over_the_ceiling_or_full_scale),
        cmocka_unit_test(digital_silence_becomes_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
