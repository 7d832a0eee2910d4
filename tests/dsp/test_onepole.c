/* SPDX-License-Identifier: MIT
 * The one-pole low-pass: its time constant and its corner. */
#include "dsp/onepole.h"
#include "support/cmocka.h"
#include <math.h>
#include <stdio.h>

static void reaches_63_percent_in_its_time_constant(void **state)
{
    (void)state;
    const double rates[] = {8000, 44100, 48000, 192000}, times[] = {0.001, 0.01, 0.5};
    for (int r = 0; r < 4; ++r)
        for (int t = 0; t < 3; ++t) {
            const float a = dawg_onepole_from_time(times[t], rates[r]);
            float y = 0.0f, before = 0.0f;
            double n = 0.0;
            const double goal = 1.0 - exp(-1.0);
            for (; (double)y < goal; ++n) before = y, dawg_onepole_tick(&y, a, 1.0f);
            const double at = n - ((double)y - goal) / (double)(y - before);
            assert_true(fabs(at / (times[t] * rates[r]) - 1.0) < 0.005);
        }
    assert_true(dawg_onepole_from_time(0.0, 48000.0) == 1.0f);
}

/* Within 1 % up to a twentieth of the rate: gain at `hz` between 0.70 and 0.714 means that. */
static void is_3_db_down_at_its_corner(void **state)
{
    (void)state;
    double worst = 0.0;
    for (double hz = 20.0; hz <= 2400.0; hz *= 1.5) {
        const double a = (double)dawg_onepole_from_hz(hz, 48000.0);
        double low = hz * 0.5, high = hz * 2.0; /* |a / (1 - (1 - a) / z)| = 0.7071 between them */
        for (int i = 0; i < 60; ++i) {
            const double mid = sqrt(low * high), w = 2.0 * 3.14159265358979 * mid / 48000.0, b = 1.0 - a;
            const double gain = a / sqrt(1.0 - 2.0 * b * cos(w) + b * b);
            if (gain > sqrt(0.5)) low = mid;
            else high = mid;
        }
        worst = fmax(worst, fabs(low / hz - 1.0));
    }
    printf("corner off by %.3f %% at most\n", 100.0 * worst);
    assert_true(worst < 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reaches_63_percent_in_its_time_constant),
        cmocka_unit_test(is_3_db_down_at_its_corner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
