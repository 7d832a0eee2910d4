/* SPDX-License-Identifier: MIT
 * The long transform in slices (dsp/sliced_fft.h) against the sum that defines it, in double. */
#include "dsp/noise.h"
#include "dsp/sliced_fft.h"
#include "support/cmocka.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846
enum { N_MAX = 65536 };
static float data[2 * N_MAX], input[2 * N_MAX];
static double turn[N_MAX][2];

static dawg_sliced_fft *make(uint32_t n, dawg_fft_direction direction)
{
    static _Alignas(16) unsigned char mem[65536];
    const size_t need = dawg_sliced_fft_size(n);
    assert_true(need > 0 && need <= sizeof mem);
    memset(mem, 0xff, need);
    dawg_sliced_fft *f = dawg_sliced_fft_init(mem, need, n, direction);
    assert_non_null(f);
    return f;
}

static void noise_into_input(uint32_t n)
{
    dawg_noise noise;
    dawg_noise_seed(&noise, 5);
    for (uint32_t i = 0; i < 2 * n; ++i) input[i] = dawg_noise_next(&noise);
}

static uint32_t transform(dawg_sliced_fft *f, uint32_t n, uint32_t points)
{
    memcpy(data, input, sizeof(float) * 2 * n);
    dawg_sliced_fft_start(f, data);
    uint32_t steps = 1;
    while (!dawg_sliced_fft_step(f, points)) ++steps;
    return steps;
}

/* RMS error over the RMS of the result, dB; every `stride`th point is summed. */
static double error_db(const dawg_sliced_fft *f, uint32_t n, int sign, uint32_t stride)
{
    for (uint32_t i = 0; i < n; ++i) turn[i][0] = cos(2.0 * PI * i / n), turn[i][1] = sign * sin(2.0 * PI * i / n);
    double wrong = 0, power = 0;
    for (uint32_t t = 0; t < n; t += stride) {
        double re = 0, im = 0;
        for (uint32_t k = 0; k < n; ++k) {
            const double *w = turn[(uint64_t)k * t % n], a = (double)input[2 * k], b = (double)input[2 * k + 1];
            re += a * w[0] - b * w[1], im += a * w[1] + b * w[0];
        }
        const float *got = data + 2 * dawg_sliced_fft_place(f, t);
        wrong += pow((double)got[0] - re, 2) + pow((double)got[1] - im, 2);
        power += re * re + im * im;
    }
    return 10.0 * log10(wrong / power + 1e-40);
}

static void every_length_is_the_defining_sum_to_130_db(void **state)
{
    (void)state;
    for (uint32_t n = 16; n <= N_MAX; n *= 2)
        for (int sign = -1; sign <= 1; sign += 2) {
            dawg_sliced_fft *f = make(n, sign > 0 ? DAWG_FFT_INVERSE : DAWG_FFT_FORWARD);
            noise_into_input(n);
            transform(f, n, 1000);
            const double e = error_db(f, n, sign, n > 1024 ? n / 256 + 1 : 1);
            if (sign > 0) printf("%5u points: %.1f dB\n", n, e);
            assert_true(e <= -130.0);
        }
}

static void every_result_has_a_place_of_its_own(void **state)
{
    (void)state;
    static unsigned char taken[N_MAX];
    for (uint32_t n = 16; n <= N_MAX; n *= 2) {
        const dawg_sliced_fft *f = make(n, DAWG_FFT_INVERSE);
        memset(taken, 0, sizeof taken);
        for (uint32_t i = 0; i < n; ++i) {
            const uint32_t at = dawg_sliced_fft_place(f, i), beside = i + dawg_sliced_fft_rows(f);
            if (beside < n) assert_int_equal(dawg_sliced_fft_place(f, beside), at + 1u);
            assert_true(at < n && !taken[at]);
            taken[at] = 1;
        }
    }
}

static void slices_of_any_size_give_the_same_bits(void **state)
{
    (void)state;
    enum { N = 8192 };
    static float whole[2 * N];
    dawg_sliced_fft *f = make(N, DAWG_FFT_INVERSE);
    noise_into_input(N);
    assert_int_equal(transform(f, N, UINT32_MAX), 1);
    memcpy(whole, data, sizeof whole);
    const uint32_t sizes[] = {1, 512, 513, 1024, 2048};
    for (uint32_t i = 0; i < 5; ++i) {
        const uint32_t steps = transform(f, N, sizes[i]);
        assert_memory_equal(whole, data, sizeof whole);
        /* fours of 64 points, then of 128 */
        const uint32_t slice = sizes[i] < 512 ? 512 : (sizes[i] + 511) / 512 * 512;
        assert_in_range(steps, 2 * N / slice, sizes[i] < 512 ? N / 256 + N / 512 : 2 * N / sizes[i] + 1);
    }
}

static void other_lengths_and_memory_are_refused(void **state)
{
    (void)state;
    static _Alignas(16) unsigned char mem[8192];
    const uint32_t bad[] = {0, 1, 8, 15, 17, 48, 1000, DAWG_SLICED_FFT_MAX * 2, UINT32_MAX};
    for (uint32_t i = 0; i < sizeof bad / sizeof *bad; ++i) {
        assert_int_equal(dawg_sliced_fft_size(bad[i]), 0);
        assert_null(dawg_sliced_fft_init(mem, sizeof mem, bad[i], DAWG_FFT_INVERSE));
    }
    const size_t need = dawg_sliced_fft_size(256);
    assert_null(dawg_sliced_fft_init(mem, need - 1, 256, DAWG_FFT_INVERSE));
    assert_null(dawg_sliced_fft_init(mem + 8, need, 256, DAWG_FFT_INVERSE));
    assert_null(dawg_sliced_fft_init(NULL, need, 256, DAWG_FFT_INVERSE));
    assert_non_null(dawg_sliced_fft_init(mem, need, 256, DAWG_FFT_INVERSE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_is_the_defining_sum_to_130_db),
        cmocka_unit_test(every_result_has_a_place_of_its_own),
        cmocka_unit_test(slices_of_any_size_give_the_same_bits),
        cmocka_unit_test(other_lengths_and_memory_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
