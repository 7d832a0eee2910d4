/* SPDX-License-Identifier: MIT
 * The limiter of a feedback loop: nothing below full scale, never more than full scale, steady under a steady tone. */
#include "dsp/loop_limiter.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include <math.h>
#include <stdio.h>

static void below_full_scale_nothing_happens(void **state)
{
    (void)state;
    dawg_loop_limiter x = {0};
    dawg_noise g;
    dawg_noise_seed(&g, 1);
    dawg_loop_limiter_set(&x, 18000, 48000);
    for (int i = 0; i < 100000; ++i) assert_true(dawg_loop_limiter_tick(&x, fabsf(dawg_noise_next(&g))) == 1.0f);
    assert_true(dawg_loop_limiter_rests(&x, 1.0f) && !dawg_loop_limiter_rests(&x, 1.0001f));
}

static void nothing_passes_full_scale(void **state)
{
    (void)state;
    dawg_loop_limiter x = {0};
    dawg_noise g;
    dawg_noise_seed(&g, 2);
    dawg_loop_limiter_set(&x, 18000, 48000);
    for (int i = 0; i < 1000000; ++i) {
        const float size = i % 5000 ? 2.0f : 20000.0f, peak = fabsf(size * dawg_noise_next(&g));
        assert_true(peak * dawg_loop_limiter_tick(&x, peak) <= 1.0000002f);
    }
}

static void a_steady_tone_gets_a_steady_gain(void **state)
{
    (void)state;
    static const double hz[] = {20, 50, 200, 997, 5003};
    for (int f = 0; f < 5; ++f) {
        dawg_loop_limiter x = {0};
        dawg_loop_limiter_set(&x, 18000, 48000);
        float least = 1.0f, most = 0.0f;
        for (int i = 0; i < 96000; ++i) {
            const float gain = dawg_loop_limiter_tick(&x, fabsf((float)(1.5 * sin(6.283185307 * hz[f] * i / 48000))));
            if (i < 24000) continue;
            least = fminf(least, gain);
            most = fmaxf(most, gain);
        }
        print_message("%5.0f Hz, 3.5 dB over: gain %.4f dB, ripple %.4f dB\n", hz[f], 20 * log10((double)least),
                      20 * log10((double)(most / least)));
        assert_true(20 * log10((double)(most / least)) < 0.001 && fabsf(least - 1.0f / 1.5f) < 1e-3f);
    }
}

static void it_forgets_in_the_time_of_a_turn(void **state)
{
    (void)state;
    static const uint32_t turns[] = {8, 100, 2000, 18000, 96000};
    static const double limit_ms[] = {0.34, 4.2, 83.4, 351, 351}; /* a hold and 63 % of the way, a turn each */
    for (int k = 0; k < 5; ++k) {
        dawg_loop_limiter x = {0};
        dawg_loop_limiter_set(&x, turns[k], 48000);
        dawg_loop_limiter_tick(&x, 2.0f);
        int n = 0;
        while (1.0f - dawg_loop_limiter_tick(&x, 0.0f) > 0.5f * 0.36788f) ++n;
        assert_true(n / 48.0 <= limit_ms[k] && n / 48.0 > 0.95 * limit_ms[k] - 0.05);
    }
}

static void it_lets_go_wholly(void **state)
{
    (void)state;
    dawg_loop_limiter x = {0};
    dawg_loop_limiter_set(&x, 18000, 48000);
    dawg_loop_limiter_tick(&x, 2.0f);
    for (int i = 0; i < 48000 * 6; ++i) dawg_loop_limiter_tick(&x, 0.0f);
    assert_true(x.over == 0.0f && x.held == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(below_full_scale_nothing_happens),
        cmocka_unit_test(nothing_passes_full_scale),
        cmocka_unit_test(a_steady_tone_gets_a_steady_gain),
        cmocka_unit_test(it_forgets_in_the_time_of_a_turn),
        cmocka_unit_test(it_lets_go_wholly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
