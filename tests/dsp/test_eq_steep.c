/* SPDX-License-Identifier: MIT
 * Low- and high-passes of 18 to 96 dB per octave against Butterworth's |H|^2 = 1/(1 + x^2N), its most resonant pair of
 * poles changed to the knob's Q: sound REQ EQ-1 at the level of the coefficients. */
#include "dsp/eq_prototype.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <math.h>
#include <stdio.h>

enum { FIRST = DAWG_EQ_18_DB, SLOPES = DAWG_EQ_SLOPES - FIRST };
static const uint32_t orders[SLOPES] = {3, 4, 6, 8, 12, 16};
static const double pi = 3.14159265358979323846, butterworth = 0.70710678118654752;

static double random_in(dawg_noise *g, double low, double high)
{
    return low * pow(high / low, 0.5 + 0.5 * (double)dawg_noise_next(g));
}

static dawg_eq_shape shape(dawg_eq_type type, uint32_t slope, double hz, double q)
{
    return (dawg_eq_shape){type, (dawg_eq_slope)(FIRST + slope), hz, 0.0, q};
}

static double analog_db(const dawg_eq_shape *b, double f)
{
    const double order = orders[b->slope - FIRST], x = b->type == DAWG_EQ_LOW_PASS ? f / b->hz : b->hz / f, xx = x * x;
    const double q = 0.5 / cos(0.5 * pi * (order - 1.0) / order), now = fmin(q * b->q / butterworth, 100.0);
    const double flat = (1.0 - xx) * (1.0 - xx);
    return 10.0 * log10((flat + xx / (q * q)) / (flat + xx / (now * now)) / (1.0 + pow(x, 2.0 * order)));
}

static double digital_db(const dawg_svf *sections, uint32_t n, double turns)
{
    double power = 1.0;
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_svf *c = &sections[i];
        const double v = pow(tan(pi * turns) / c->g, 2.0);
        power *= (pow(c->lp - c->hp * v, 2.0) + c->bp * c->bp * v) / (pow(1.0 - v, 2.0) + c->k * c->k * v);
    }
    return 10.0 * log10(power);
}

/* Largest error from 20 Hz to the lower of 20 kHz and 0.45 of the rate, where the prototype is over -40 dB. */
static double misfit(const dawg_eq_shape *b, double rate)
{
    dawg_svf sections[DAWG_EQ_SECTIONS];
    const uint32_t n = dawg_eq_sections(b, rate, sections);
    const double top = fmin(20000.0, 0.45 * rate);
    double worst = 0.0;
    for (uint32_t i = 0; i < 360; ++i) {
        const double f = i < 300 ? 20.0 * pow(top / 20.0, i / 299.0) : fmin(top, b->hz * (1.0 + (i - 330.0) / 120.0));
        const double exact = analog_db(b, f);
        if (exact > -40.0) worst = fmax(worst, fabs(digital_db(sections, n, f / rate) - exact));
    }
    return worst;
}

/* From 20 Hz to the lower of 20 kHz and 0.41 of the rate: the table of eq_steep.h, and Q 0.5 to 10. */
static void steep_passes_follow_their_prototypes_to_the_end_of_the_band(void **state)
{
    (void)state;
    static const struct {
        double rate;
        dawg_eq_type type;
        double limit[SLOPES], any_q[SLOPES];
    } rows[] = {
        {44100, DAWG_EQ_LOW_PASS, {0.08, 0.04, 0.03, 0.01, 0.03, 0.01}, {0.17, 0.18, 0.16, 0.08, 0.09, 0.04}},
        {48000, DAWG_EQ_LOW_PASS, {0.08, 0.04, 0.01, 0.01, 0.02, 0.01}, {0.15, 0.14, 0.07, 0.04, 0.04, 0.02}},
        {88200, DAWG_EQ_LOW_PASS, {0.02, 0.01, 0.01, 0.01, 0.02, 0.01}, {0.02, 0.02, 0.01, 0.01, 0.02, 0.01}},
        {44100, DAWG_EQ_HIGH_PASS, {0.12, 0.08, 0.03, 0.02, 0.01, 0.01}, {0.65, 0.46, 0.27, 0.17, 0.07, 0.03}},
        {48000, DAWG_EQ_HIGH_PASS, {0.06, 0.04, 0.02, 0.01, 0.01, 0.01}, {0.41, 0.27, 0.13, 0.07, 0.03, 0.01}},
        {88200, DAWG_EQ_HIGH_PASS, {0.01, 0.01, 0.01, 0.01, 0.01, 0.01}, {0.01, 0.01, 0.01, 0.01, 0.01, 0.01}},
    };
    const uint32_t frequencies = grid(25, 120), qs = grid(4, 12);
    for (uint32_t r = 0; r < sizeof rows / sizeof rows[0]; ++r)
        for (uint32_t s = 0; s < SLOPES; ++s) {
            const double top = fmin(20000.0, 0.41 * rows[r].rate);
            double worst[2] = {0, 0}, at[2] = {0, 0};
            for (uint32_t i = 0; i < frequencies; ++i)
                for (uint32_t j = 0; j <= qs; ++j) {
                    /* half of the frequencies in equal octaves, half in equal steps: errors grow towards the top */
                    const double x = i / (frequencies - 1.0);
                    const double hz = i % 2 ? 20.0 * pow(top / 20.0, x) : 20.0 + (top - 20.0) * x;
                    const double q = j ? 0.5 * pow(20.0, (j - 1.0) / (qs - 1.0)) : butterworth;
                    const dawg_eq_shape b = shape(rows[r].type, s, hz, q);
                    const double error = misfit(&b, rows[r].rate);
                    if (error > worst[j > 0]) worst[j > 0] = error, at[j > 0] = hz;
                }
            printf("%6.0f Hz  %s, order %2u  %.3f dB (%.0f Hz); Q 0.5 to 10: %.3f dB (%.0f Hz)\n", rows[r].rate,
                   rows[r].type == DAWG_EQ_LOW_PASS ? "low-pass " : "high-pass", orders[s], worst[0], at[0], worst[1],
                   at[1]);
            assert_true(worst[0] <= rows[r].limit[s]);
            assert_true(worst[1] <= rows[r].any_q[s]);
        }
}

/* Every rate, 1 Hz to beyond the rate, Q 0.05 to 100: poles and zeros in the left half plane of s, a low-pass passes DC as
 * it is and a high-pass none of it, and nothing gets louder than the prototype does, 2 dB apart. */
static void every_setting_is_stable_and_minimum_phase(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 1);
    double excess = -99.0;
    const uint32_t count = grid(20000, 200000);
    for (uint32_t i = 0; i < count; ++i) {
        const double rate = (double)grid_rates[i / 12 % GRID_RATES];
        dawg_eq_shape b = shape(i % 2 ? DAWG_EQ_HIGH_PASS : DAWG_EQ_LOW_PASS, i / 2 % SLOPES, random_in(&g, 1, 96000),
                                random_in(&g, 0.05, 100));
        dawg_svf c[DAWG_EQ_SECTIONS];
        const uint32_t n = dawg_eq_sections(&b, rate, c);
        assert_int_equal(n, (orders[i / 2 % SLOPES] + 1) / 2);
        for (uint32_t j = 0; j < n; ++j) {
            assert_true(c[j].g > 0.0 && c[j].k > 0.0 && c[j].g < 1e4 && c[j].k < 1e5);
            assert_true(c[j].hp >= 0.0 && c[j].bp >= 0.0 && c[j].hp + c[j].bp < 1e6);
            assert_true(c[j].lp == (i % 2 ? 0.0 : 1.0));
        }
        b.hz = fmin(b.hz, (i % 2 ? 0.45 : 0.49) * rate); /* where it is clamped */
        double top = -99.0, peak = 0.0;
        for (uint32_t j = 1; j < 100; ++j) {
            const double near = b.hz * pow(2.0, (j - 50.0) / 80.0);
            top = fmax(top, digital_db(c, n, 0.5 * j / 100.0));
            if (near < 0.5 * rate) top = fmax(top, digital_db(c, n, near / rate));
            peak = fmax(peak, analog_db(&b, near));
        }
        excess = fmax(excess, top - peak);
    }
    printf("%u settings, at most %.2f dB above the prototype's peak\n", count, excess);
    assert_true(excess < 2.0);
}

/* No branch of the design is heard: in small steps of a knob the response moves as the prototype's does. */
static void neighbouring_settings_give_neighbouring_responses(void **state)
{
    (void)state;
    const double rate = 44100.0;
    double worst = 0.0;
    for (uint32_t s = 0; s < 2 * SLOPES; ++s)
        for (uint32_t knob = 0; knob < 2; ++knob)
            for (uint32_t start = 0; start < 4; ++start) {
                double last_error[40] = {0};
                for (uint32_t i = 0; i <= 1000; ++i) {
                    const double x = i / 1000.0, hz = knob ? 3000.0 * (1.0 + 1.6 * start) : 650.0 * pow(28.0, x);
                    const double q = knob ? 0.2 * pow(20.0, x) : start < 2 ? butterworth : 3.0;
                    const dawg_eq_shape b = shape(s % 2 ? DAWG_EQ_HIGH_PASS : DAWG_EQ_LOW_PASS, s / 2, hz, q);
                    dawg_svf c[DAWG_EQ_SECTIONS];
                    const uint32_t n = dawg_eq_sections(&b, rate, c);
                    for (uint32_t j = 0; j < 40; ++j) {
                        const double f = 100.0 * pow(198.0, j / 39.0), exact = analog_db(&b, f);
                        const double error = digital_db(c, n, f / rate) - exact;
                        if (i && exact > -40.0) worst = fmax(worst, fabs(error - last_error[j]));
                        last_error[j] = error;
                    }
                }
            }
    printf("the error moves by at most %.4f dB from step to step\n", worst);
    assert_true(worst < 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steep_passes_follow_their_prototypes_to_the_end_of_the_band),
        cmocka_unit_test(every_setting_is_stable_and_minimum_phase),
        cmocka_unit_test(neighbouring_settings_give_neighbouring_responses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
