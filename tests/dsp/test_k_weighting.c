/* SPDX-License-Identifier: MIT
 * K-weighting against the filter that BS.1770 prints (LU-3). */
#include "dsp/k_weighting.h"
#include "kit/record.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <complex.h>
#include <math.h>
#include <stdio.h>

#define PI 3.14159265358979323846

static double magnitude_db(const double b[3], const double a[3], double w)
{
    const double complex z = cexp(-I * w);
    return 20.0 * log10(cabs((b[0] + z * (b[1] + z * b[2])) / (a[0] + z * (a[1] + z * a[2]))));
}
static double section_db(const dawg_biquad *c, double w)
{
    return magnitude_db((const double[3]){c->b0, c->b1, c->b2}, (const double[3]){1.0, c->a1, c->a2}, w);
}
/* The coefficients that BS.1770-5 prints for 48 kHz, annex 1 tables 1 and 2. */
static double printed_db(double hz)
{
    const double w = 2.0 * PI * hz / 48000.0;
    return magnitude_db((const double[3]){1.53512485958697, -2.69169618940638, 1.19839281085285},
                        (const double[3]){1.0, -1.69065929318241, 0.73248077421585}, w) +
           magnitude_db((const double[3]){1.0, -2.0, 1.0}, (const double[3]){1.0, -1.99004745483398, 0.99007225036621},
                        w);
}

static void lu_3_the_weighting_follows_the_printed_filter_at_any_rate(void **state)
{
    (void)state;
    for (size_t r = 0; r < GRID_RATES; ++r) {
        const double rate = (double)grid_rates[r], top = fmin(20000.0, 0.45 * rate);
        dawg_k_weighting k;
        dawg_k_weighting_design(&k, rate);
        double worst = 0, at = 0;
        for (int i = 0; i <= 2000; ++i) {
            const double hz = 10.0 * pow(top / 10.0, i / 2000.0), w = 2.0 * PI * hz / rate;
            const double e = fabs(section_db(&k.shelf, w) + section_db(&k.high_pass, w) - printed_db(hz));
            if (e > worst) worst = e, at = hz;
        }
        printf("%6.0f Hz: %.5f dB at %.0f Hz\n", rate, worst, at);
        char detail[40];
        snprintf(detail, sizeof detail, "%g Hz", rate);
        if (rate == 48000.0) dawg_record("LU-3", "K filter at 48 kHz, error", worst, "dB", "<= 0.05");
        else dawg_record_highest("LU-3", "K filter at other rates, error", worst, "dB", "<= 0.1", detail);
        assert_true(worst <= (rate >= 22050.0 ? 0.001 : rate >= 16000.0 ? 0.004 : rate > 11000.0 ? 0.02 : 0.04));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lu_3_the_weighting_follows_the_printed_filter_at_any_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
