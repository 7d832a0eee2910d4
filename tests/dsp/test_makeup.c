/* SPDX-License-Identifier: MIT
 * Make-up by loudness: a known gain is found, quiet parts do not count as loud ones do, silence is waited through and
 * then forgotten. */
#include "dsp/makeup.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <math.h>

enum { PERIOD = 32 };

/* Noise of some level through some gain for a while; the make-up at the end. */
static double play(dawg_makeup *x, dawg_noise *g, double rate, double seconds, float level, float gain)
{
    double db = x->power.db;
    for (double at = 0; at < seconds * rate; at += PERIOD) {
        float in[2][PERIOD], weighted[2][PERIOD], out[2][PERIOD];
        for (uint32_t i = 0; i < 2 * PERIOD; ++i) in[i / PERIOD][i % PERIOD] = level * dawg_noise_next(g);
        dawg_makeup_weigh(x, (const float *const[2]){in[0], in[1]}, PERIOD,
                          (float *const[2]){weighted[0], weighted[1]});
        for (uint32_t i = 0; i < 2 * PERIOD; ++i) out[i / PERIOD][i % PERIOD] = gain * weighted[i / PERIOD][i % PERIOD];
        dawg_makeup_feed(x, (const float *const[2]){weighted[0], weighted[1]}, (const float *const[2]){out[0], out[1]},
                         PERIOD);
        db = dawg_makeup_end(x);
    }
    return db;
}

/* From the first second on, at every rate; a gain of 1 is made up by exactly nothing, one above 1 not at all. */
static void a_gain_is_made_up_exactly(void **state)
{
    (void)state;
    const double gains[] = {0, 1, 6, 20, 40, -6};
    for (uint32_t r = 0; r < GRID_RATES; ++r)
        for (uint32_t k = 0; k < 6; ++k) {
            dawg_noise g;
            dawg_makeup x;
            dawg_noise_seed(&g, 3);
            dawg_makeup_reset(&x, PERIOD, (double)grid_rates[r]);
            const double db = play(&x, &g, (double)grid_rates[r], 1.0, 0.1f, (float)pow(10.0, -gains[k] / 20.0));
            assert_true(fabs(db - fmax(gains[k], 0.0)) < 0.01 && (k > 0 || db == 0.0));
        }
}

/* 5 s of -26 dB that pass, 5 s of -6 dB that lose 10 dB: power 100:1 for the loud part, 9.9 dB. */
static void loud_parts_count(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_makeup x;
    dawg_noise_seed(&g, 4);
    dawg_makeup_reset(&x, PERIOD, 48000);
    assert_true(fabs(play(&x, &g, 48000, 5.0, 0.05f, 1.0f)) < 0.01);
    const double db = play(&x, &g, 48000, 5.0, 0.5f, (float)pow(10.0, -0.5));
    assert_true(fabs(db - 10.0 * 100.0 / 101.0) < 0.1);
}

/* A level that changes is followed over 30 s: 10 dB in one minute, 0 in the next; after 30 s of that, e^-1 of 10 dB and
 * what the first minute has lost by its end. */
static void the_programme_fades_over_30_s(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_makeup x;
    dawg_noise_seed(&g, 5);
    dawg_makeup_reset(&x, PERIOD, 48000);
    play(&x, &g, 48000, 60.0, 0.3f, (float)pow(10.0, -0.5));
    const double first = exp(-1.0) - exp(-3.0), second = 1.0 - exp(-1.0);
    assert_true(fabs(play(&x, &g, 48000, 30.0, 0.3f, 1.0f) - 10.0 * first / (first + second)) < 0.15);
}

static void a_pause_is_waited_through_and_a_longer_one_forgotten(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_makeup x;
    dawg_noise_seed(&g, 6);
    dawg_makeup_reset(&x, PERIOD, 48000);
    play(&x, &g, 48000, 2.0, 0.1f, 0.5f);
    assert_true(fabs(play(&x, &g, 48000, 8.0, 0.0f, 1.0f) - 6.02) < 0.01);
    assert_true(fabs(play(&x, &g, 48000, 8.0, 1e-6f, 1.0f)) < 0.01);
    assert_true(play(&x, &g, 48000, 10.0, 0.0f, 1.0f) == 0.0 && x.power.weight == 0.0 && x.power.in == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gain_is_made_up_exactly),
        cmocka_unit_test(loud_parts_count),
        cmocka_unit_test(the_programme_fades_over_30_s),
        cmocka_unit_test(a_pause_is_waited_through_and_a_longer_one_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
