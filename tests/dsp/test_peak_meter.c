/* SPDX-License-Identifier: MIT
 * The peak meter: what it shows, and how it falls. */
#include "dsp/noise.h"
#include "dsp/peak_meter.h"
#include "support/cmocka.h"
#include <math.h>

enum { PERIOD = 32 };

static float show(dawg_peak_meter *m, const float *left, const float *right)
{
    const float *x[2] = {left, right};
    dawg_peak_meter_feed(m, x, PERIOD);
    return dawg_peak_meter_end(m);
}

/* Every length and offset, against the plain loop; -0, denormals and 1e4 among the samples. */
static void peak_is_the_largest_magnitude(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 1);
    float x[80];
    for (uint32_t round = 0; round < 400; ++round) {
        for (uint32_t i = 0; i < 80; ++i) x[i] = dawg_noise_next(&g) * (round % 3 ? 1.0f : 1e-42f);
        if (round % 5 == 0) x[round % 80] = -1e4f;
        if (round % 7 == 0) x[round % 80] = -0.0f;
        const uint32_t at = round % 9, n = round % 70;
        float top = 0.0f;
        for (uint32_t i = 0; i < n; ++i) top = fmaxf(top, fabsf(x[at + i]));
        assert_true(dawg_peak(x + at, n, 0.0f) == top);
        assert_true(dawg_peak(x + at, n, 2e4f) == 2e4f);
    }
}

static void jumps_up_in_the_period_and_falls_20_db_per_second(void **state)
{
    (void)state;
    const float rates[] = {8000, 48000, 192000};
    for (int r = 0; r < 3; ++r) {
        float loud[PERIOD] = {0}, quiet[PERIOD] = {0}, shown = 0.0f;
        loud[17] = -0.5f;
        dawg_peak_meter m;
        dawg_peak_meter_reset(&m, PERIOD, rates[r]);
        assert_true(show(&m, quiet, quiet) == DAWG_PEAK_SILENCE_DB);
        assert_true(fabsf(show(&m, quiet, loud) + 6.0206f) < 1e-3f);
        const uint32_t second = (uint32_t)rates[r] / PERIOD;
        for (uint32_t i = 0; i < second; ++i) shown = show(&m, quiet, quiet);
        assert_true(fabsf(shown + 26.0206f) < 0.05f);
        for (uint32_t i = 0; i < 15 * second; ++i) shown = show(&m, quiet, quiet);
        assert_true(shown == DAWG_PEAK_SILENCE_DB);
    }
}

static void pieces_of_a_period_add_up(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 2);
    float x[PERIOD], y[PERIOD];
    for (uint32_t i = 0; i < PERIOD; ++i) x[i] = dawg_noise_next(&g), y[i] = dawg_noise_next(&g);
    dawg_peak_meter whole, parts;
    dawg_peak_meter_reset(&whole, PERIOD, 48000.0f);
    dawg_peak_meter_reset(&parts, PERIOD, 48000.0f);
    for (uint32_t at = 0, n = 1; at < PERIOD; at += n, n = n * 2 < PERIOD - at ? n * 2 : PERIOD - at) {
        const float *p[2] = {x + at, y + at};
        dawg_peak_meter_feed(&parts, p, n);
    }
    assert_true(show(&whole, x, y) == dawg_peak_meter_end(&parts));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(peak_is_the_largest_magnitude),
        cmocka_unit_test(jumps_up_in_the_period_and_falls_20_db_per_second),
        cmocka_unit_test(pieces_of_a_period_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
