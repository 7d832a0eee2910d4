/* SPDX-License-Identifier: MIT
 * Loudness and crest factors of the last 10 s (sound REQ FT-1, FT-3): the loudness meter's readings while it lasts, crest
 * factors of known sounds, chunks. Against numpy: test_features.py. */
#include "analysis/dynamics.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define PI 3.14159265358979323846
enum { RATE = 48000, LONGEST = 12 * RATE };
static float left[LONGEST], right[LONGEST];
static dawg_dynamics d;
static dawg_loudness meter;

/* Noise whose level steps every 0.7 s, -14 to -44 dBFS. */
static void steps(uint32_t n)
{
    dawg_noise x;
    dawg_noise_seed(&x, 11);
    for (uint32_t i = 0; i < n; ++i) {
        const double level = pow(10.0, -0.05 * (10.0 + 7.0 * (double)(i / 33600 % 5)));
        left[i] = (float)(level * (double)dawg_noise_next(&x)), right[i] = 0.7f * left[i];
    }
}

static dawg_dynamics_report report_of(uint32_t n, uint32_t chunk)
{
    dawg_dynamics_report r;
    dawg_dynamics_init(&d, RATE);
    for (uint32_t at = 0; at < n; at += chunk)
        dawg_dynamics_process(&d, left + at, right + at, n - at < chunk ? n - at : chunk);
    dawg_dynamics_read(&d, &r);
    return r;
}

/* To a hundredth of LU: the same gates, powers that are added in another order. */
static void ten_seconds_read_as_the_loudness_meter_does(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {RATE / 2, 2 * RATE, 5 * RATE, 10 * RATE};
    steps(LONGEST);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; ++i) {
        const float *const in[2] = {left, right};
        dawg_loudness_init(&meter, RATE, 2);
        dawg_loudness_process(&meter, in, lengths[i]);
        const dawg_dynamics_report r = report_of(lengths[i], 4096);
        printf("%5.1f s: %.3f LUFS, range %.2f LU\n", (double)lengths[i] / RATE, r.integrated_lufs, r.range_lu);
        assert_true(fabs(r.integrated_lufs - dawg_loudness_integrated(&meter)) < 0.01);
        if (lengths[i] >= 3 * RATE) assert_true(fabs(r.short_term_lufs - dawg_loudness_short_term(&meter)) < 0.001);
        else assert_true(r.range_lu == 0.0);
    }
}

static void what_is_older_than_10_s_does_not_count(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < LONGEST; ++i) { /* loud for 1.5 s, then soft */
        const double level = i < 3 * RATE / 2 ? 0.9 : 0.01;
        left[i] = right[i] = (float)(level * sin(2.0 * PI * 997.0 * (double)i / RATE));
    }
    assert_true(report_of(11 * RATE, 4096).integrated_lufs > -20.0);
    const dawg_dynamics_report r = report_of(12 * RATE, 4096);
    assert_true(fabs(r.integrated_lufs - -40.0) < 0.05);
    assert_true(fabs(r.crest_db[1] - 3.0103) < 0.05);
}

/* Largest over root mean square: sine 3.01 dB; a pulse in 100 frames 20 dB, in the bands as its filters let it be. */
static void crest_factors_of_known_sounds(void **state)
{
    (void)state;
    static const double hz[] = {50.0, 400.0, 2000.0, 11000.0};
    for (uint32_t band = 0; band < DAWG_DYNAMICS_BANDS; ++band) {
        for (uint32_t i = 0; i < LONGEST; ++i)
            left[i] = right[i] = (float)(0.5 * sin(2.0 * PI * hz[band] * (double)i / RATE + 0.3));
        const dawg_dynamics_report r = report_of(LONGEST, 4096);
        assert_true(fabs(r.crest_db[band] - 3.0103) < 0.05);
    }
    for (uint32_t i = 0; i < LONGEST; ++i) left[i] = i % 48000 == 24000 ? 1.0f : 0.0f, right[i] = 0.0f;
    const dawg_dynamics_report r = report_of(LONGEST, 4096);
    for (uint32_t band = 1; band < DAWG_DYNAMICS_BANDS; ++band)
        assert_true(r.crest_db[band] > r.crest_db[band - 1] + 3.0);
}

/* All bits: of sums in double, where another order would show. */
static void chunks_do_not_matter(void **state)
{
    (void)state;
    static const uint32_t chunks[] = {1, 7, 63, 64, 65, 480, 4801, LONGEST};
    steps(LONGEST);
    const dawg_dynamics_report whole = report_of(LONGEST, 4096);
    for (size_t c = 0; c < sizeof chunks / sizeof chunks[0]; ++c) {
        const dawg_dynamics_report r = report_of(LONGEST, chunks[c]);
        assert_memory_equal(&r, &whole, sizeof r);
    }
}

static void silence_is_none(void **state)
{
    (void)state;
    memset(left, 0, sizeof left), memset(right, 0, sizeof right);
    const dawg_dynamics_report r = report_of(LONGEST, 4096);
    assert_true(r.integrated_lufs == DAWG_LOUDNESS_NONE && r.short_term_lufs == DAWG_LOUDNESS_NONE &&
                r.range_lu == 0.0);
    for (uint32_t band = 0; band < DAWG_DYNAMICS_BANDS; ++band) assert_true(r.crest_db[band] == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_seconds_read_as_the_loudness_meter_does),
        cmocka_unit_test(what_is_older_than_10_s_does_not_count),
        cmocka_unit_test(crest_factors_of_known_sounds),
        cmocka_unit_test(chunks_do_not_matter),
        cmocka_unit_test(silence_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
