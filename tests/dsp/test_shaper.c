/* SPDX-License-Identifier: MIT
 * The shaper against its formula in double and against Fourier's series of it; the transformer's core; that chunks and
 * ramps do not matter. Aliases and loudness are measured through the plugins. */
#include "dsp/onepole.h"
#include "dsp/shaper.h"
#include "kit/record.h"
#include "support/cmocka.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

static double db(double x) { return 20.0 * log10(fmax(x, 1e-20)); }

/* What shaper.h promises, with the C library's tanh: y - x. */
static double formula(double x, double drive_db, double odd, double even)
{
    const double in = pow(10.0, drive_db / 20.0) / 4.0, t = tanh(in * x), s = 0.126 * in;
    const double makeup = 1.0 / (1.0 - odd * (1.0 - pow(1.0 + 4.0 * s * s, -0.25)));
    return makeup * (x + (odd * (t - in * x) + 0.115 * even * t * t) / in) - x;
}

static void follows_its_formula(void **state)
{
    (void)state;
    const float shares[] = {0, 0.4f, 1};
    double worst = 0.0;
    for (float drive = 0; drive <= 24; drive += 6)
        for (int o = 0; o < 3; ++o)
            for (int e = 0; e < 3; ++e) {
                const dawg_shaper s = dawg_shaper_design(drive, shares[o], shares[e]);
                for (double x = -4.0; x <= 4.0; x += 0.037) {
                    float y = (float)x;
                    dawg_shaper_added(&s, &s, 0, 32, &y, 1, 1);
                    const double want = formula((double)(float)x, drive, (double)shares[o], (double)shares[e]);
                    worst = fmax(worst, fabs((double)y - want));
                }
            }
    printf("largest error %.2e\n", worst);
    assert_true(worst < 3e-6);
}

static double harmonic(const dawg_shaper *s, double level, int k)
{
    enum { N = 4096 };
    double re = 0.0, im = 0.0;
    for (int i = 0; i < N; ++i) {
        const double x = level * sin(2.0 * pi * i / N);
        float y = (float)x;
        dawg_shaper_added(s, s, 0, 32, &y, 1, 1);
        re += ((double)y + x) * cos(2.0 * pi * k * i / N);
        im += ((double)y + x) * sin(2.0 * pi * k * i / N);
    }
    return 2.0 * sqrt(re * re + im * im) / N;
}

/* At -12 dBFS with 12 dB of drive. */
static void harmonics_are_where_the_header_says(void **state)
{
    (void)state;
    const dawg_shaper even = dawg_shaper_design(12, 0, 1), odd = dawg_shaper_design(12, 1, 0);
    const double h2 = db(harmonic(&even, 0.25, 2) / harmonic(&even, 0.25, 1));
    const double h3 = db(harmonic(&odd, 0.25, 3) / harmonic(&odd, 0.25, 1));
    printf("second %.1f dBc, third %.1f dBc\n", h2, h3);
    dawg_record("SA-6", "second harmonic, even = 1", h2, "dBc", "-37 +- 1");
    dawg_record("SA-6", "third harmonic, odd = 1", h3, "dBc", "-45.5 +- 1");
    assert_true(fabs(h2 + 37.0) < 1.0 && fabs(h3 + 45.5) < 1.0);
    assert_true(db(harmonic(&even, 0.25, 3)) < -120.0 && db(harmonic(&odd, 0.25, 2)) < -120.0);
    for (int k = 2; k < 6; k += 2) assert_true(harmonic(&even, 1.0, k) > 3.0 * harmonic(&even, 1.0, k + 2));
}

/* Even harmonics never grow past DAWG_SHAPER_EVEN of what the odd ones are limited to. */
static void is_bounded(void **state)
{
    (void)state;
    const dawg_shaper s = dawg_shaper_design(24, 1, 1);
    const float limit = s.makeup * (1.0f + DAWG_SHAPER_EVEN) / (s.drive / DAWG_SHAPER_KNEE);
    for (float x = -1e4f; x <= 1e4f; x += 13.7f) {
        float y = x;
        dawg_shaper_added(&s, &s, 0, 32, &y, 1, 1);
        assert_true(fabsf(y + x) <= limit * 1.0001f + fabsf(x) * 1e-6f);
    }
}

static void ramps_do_not_depend_on_chunks(void **state)
{
    (void)state;
    const dawg_shaper a = dawg_shaper_design(3, 0.2f, 0.9f), b = dawg_shaper_design(20, 1, 0.1f);
    float whole[32 * 4], parts[32 * 4];
    for (int i = 0; i < 128; ++i) whole[i] = parts[i] = (float)sin(0.1 * i);
    dawg_shaper_added(&a, &b, 0, 32, whole, 32, 4);
    const uint32_t cuts[] = {0, 1, 8, 31, 32};
    for (int i = 0; i < 4; ++i) dawg_shaper_added(&a, &b, cuts[i], 32, parts + 4 * cuts[i], cuts[i + 1] - cuts[i], 4);
    assert_memory_equal(whole, parts, sizeof whole);
    float start = 0.5f, still = 0.5f; /* the ramp begins at `from` */
    dawg_shaper_added(&a, &b, 0, 32, &start, 1, 1);
    dawg_shaper_added(&a, &a, 0, 32, &still, 1, 1);
    assert_true(fabsf(start - still) < 1e-6f);
}

/* Third harmonic of what the core makes of a tone, over the tone. */
static double core_third(double hz, double rate, float d)
{
    const uint32_t n = (uint32_t)rate;
    const float pole = dawg_onepole_from_hz(DAWG_CORE_HZ, rate);
    dawg_core c = {0};
    double re = 0.0, im = 0.0;
    for (uint32_t i = 0; i < 2 * n; ++i) {
        const float y = dawg_core_added(d, dawg_core_flux(&c, pole, (float)(0.25 * sin(2.0 * pi * hz * i / rate))));
        if (i < n) continue;
        re += (double)y * cos(2.0 * pi * 3.0 * hz * i / rate);
        im += (double)y * sin(2.0 * pi * 3.0 * hz * i / rate);
    }
    return 2.0 * sqrt(re * re + im * im) / n / 0.25;
}

static void the_core_saturates_in_the_bass(void **state)
{
    (void)state;
    const double rates[] = {44100, 48000, 192000};
    for (int r = 0; r < 3; ++r) {
        const double low = db(core_third(50, rates[r], 3)), high = db(core_third(1000, rates[r], 3));
        printf("%g Hz: third harmonic %.1f dBc at 50 Hz, %.1f at 1 kHz\n", rates[r], low, high);
        assert_true(low > -45.0 && low < -35.0);
        assert_true(low - high > 60.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_its_formula),
        cmocka_unit_test(harmonics_are_where_the_header_says),
        cmocka_unit_test(is_bounded),
        cmocka_unit_test(ramps_do_not_depend_on_chunks),
        cmocka_unit_test(the_core_saturates_in_the_bass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
