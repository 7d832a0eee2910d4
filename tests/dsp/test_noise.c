/* SPDX-License-Identifier: MIT
 * The random numbers: PCG's published output, a uniform and white distribution, one stream per seed. */
#include "dsp/noise.h"
#include "support/cmocka.h"
#include <math.h>
#include <stdio.h>

#define N (1 << 20)
static float x[N];

static void fill(uint64_t seed)
{
    dawg_noise noise;
    dawg_noise_seed(&noise, seed);
    for (int i = 0; i < N; ++i) x[i] = dawg_noise_next(&noise);
}

/* The demonstration of the PCG library (seed 42, stream 54): its own increment is 109, so the state is stepped here. */
static void output_is_the_published_one(void **state)
{
    (void)state;
    static const uint32_t published[] = {0xa15c02b7, 0x7b47f409, 0xba1d3330, 0x83d2f293, 0xbfa4784b, 0xcbed606e};
    uint64_t s = (109u + 42u) * 6364136223846793005u + 109u;
    for (int i = 0; i < 6; ++i) {
        dawg_noise noise = {s};
        assert_int_equal(dawg_noise_u32(&noise), published[i]);
        assert_true(noise.state == s * 6364136223846793005u + 1442695040888963407u);
        s = s * 6364136223846793005u + 109u;
    }
}

static void equal_seeds_give_equal_bits_and_others_do_not(void **state)
{
    (void)state;
    dawg_noise a, b, c;
    dawg_noise_seed(&a, 7), dawg_noise_seed(&b, 7), dawg_noise_seed(&c, 8);
    int same = 0;
    for (int i = 0; i < 1000; ++i) {
        const uint32_t v = dawg_noise_u32(&a);
        assert_int_equal(v, dawg_noise_u32(&b));
        same += v == dawg_noise_u32(&c);
    }
    assert_true(same <= 1);
}

/* Five standard deviations of each estimate: chance alone passes all but about one seed in a million. */
static void values_are_uniform_between_minus_one_and_one(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 4; ++seed) {
        fill(seed);
        double sum = 0, square = 0;
        int count[256] = {0};
        for (int i = 0; i < N; ++i) {
            assert_true(x[i] >= -1.0f && x[i] < 1.0f);
            sum += (double)x[i], square += (double)x[i] * (double)x[i];
            ++count[(int)((x[i] + 1.0f) * 128.0f)];
        }
        double chi = 0;
        for (int k = 0; k < 256; ++k) chi += pow(count[k] - N / 256.0, 2.0) / (N / 256.0);
        printf("seed %u: mean %.5f, power %.5f, chi-square %.0f of 255\n", (unsigned)seed, sum / N, square / N, chi);
        assert_true(fabs(sum / N) <= 5.0 * sqrt(1.0 / 3.0 / N));
        assert_true(fabs(square / N - 1.0 / 3.0) <= 5.0 * sqrt(4.0 / 45.0 / N));
        assert_true(fabs(chi - 255.0) <= 5.0 * sqrt(2.0 * 255.0));
    }
}

static void neighbours_and_neighbouring_seeds_are_uncorrelated(void **state)
{
    (void)state;
    static float other[N];
    fill(2);
    for (int i = 0; i < N; ++i) other[i] = x[i];
    fill(1);
    double worst = 0;
    for (int lag = 0; lag <= 64; ++lag) {
        double own = 0, cross = 0;
        for (int i = lag; i < N; ++i) {
            own += (double)x[i] * (double)x[i - lag];
            cross += (double)x[i] * (double)other[i - lag];
        }
        worst = fmax(worst, fmax(lag ? fabs(own) : 0.0, fabs(cross)) * 3.0 / N);
    }
    printf("largest correlation over 64 lags: %.5f\n", worst);
    assert_true(worst <= 5.0 / sqrt(N));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_is_the_published_one),
        cmocka_unit_test(equal_seeds_give_equal_bits_and_others_do_not),
        cmocka_unit_test(values_are_uniform_between_minus_one_and_one),
        cmocka_unit_test(neighbours_and_neighbouring_seeds_are_uncorrelated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
