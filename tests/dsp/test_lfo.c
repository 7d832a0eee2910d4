/* SPDX-License-Identifier: MIT
 * The modulation oscillator (sound REQ MO-4) against sin() of the C library at the true phase. */
#include "dsp/lfo.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <math.h>
#include <stdio.h>

enum { P = 32 };
static const double turn = 6.283185307179586;

static dawg_lfo_curve next(dawg_lfo *x, double hz, double rate, const dawg_lfo_lead *lead)
{
    dawg_lfo_next(x, hz, hz, P, rate);
    return dawg_lfo_sine(x, lead, lead);
}

/* Largest distance from the true sine over `seconds`. */
static double worst(double hz, double rate, double seconds, double lead_turns)
{
    dawg_lfo x;
    dawg_lfo_reset(&x, 0.0);
    const dawg_lfo_lead lead = dawg_lfo_lead_by(lead_turns);
    double most = 0.0;
    for (double at = 0.0; at < seconds * rate; at += P) {
        const dawg_lfo_curve c = next(&x, hz, rate, &lead);
        for (int i = 0; i < P; i += 3)
            most = fmax(most, fabs(dawg_lfo_at(&c, (double)i / P) - sin(turn * (hz * (at + i) / rate + lead_turns))));
    }
    return most;
}

/* The stated bound, which is also the bound on every stair and distortion product: 7e-7 is -123 dB. */
static void the_sine_is_right_at_every_frame(void **state)
{
    (void)state;
    static const double hz[] = {0.01, 0.3, 1, 5, 20};
    static const float rates[] = {8000, 44100, 192000};
    for (int r = 0; r < 3; ++r)
        for (int i = 0; i < 5; ++i) {
            const double rate = (double)rates[r], bound = pow(turn * hz[i] * P / rate, 4) / 384.0 + 1e-10;
            const double found = worst(hz[i], rate, 3.0, 0.0);
            print_message("%5.2f Hz at %6.0f Hz: error %.1e (%.0f dB)\n", hz[i], rate, found, 20.0 * log10(found));
            assert_true(found <= bound);
            if (hz[i] <= rate / 1600.0) assert_true(found <= 7e-7);
        }
}

static void ten_minutes_later_the_phase_is_still_right(void **state)
{
    (void)state;
    static const double hz[] = {0.01, 0.3, 4.999};
    for (int i = 0; i < 3; ++i)
        for (double rate = 44100; rate < 2e5; rate += 147900) {
            dawg_lfo x;
            dawg_lfo_reset(&x, 0.0);
            const uint32_t periods = (uint32_t)(600.0 * rate / P);
            for (uint32_t k = 0; k < periods; ++k) dawg_lfo_next(&x, hz[i], hz[i], P, rate);
            const double turns = hz[i] * periods * P / rate, phase = (double)x.phase * 0x1p-64;
            const double off = phase - (turns - floor(turns)), error = fabs(off - floor(off + 0.5)) / turns;
            print_message("%5.3f Hz at %6.0f Hz: frequency error %.1e\n", hz[i], rate, error);
            assert_true(error <= 1e-9); /* REQ: 1e-5 */
        }
}

static void two_channels_keep_their_angle(void **state)
{
    (void)state;
    for (double degrees = -180; degrees <= 180; degrees += 22.5)
        assert_true(worst(1.7, 48000, 1.0, degrees / 360.0) < 2e-9); /* 1e-7 degrees; REQ: 0.2 */
}

/* A new rate bends the curve without a step in value or slope; so does a new angle. */
static void changes_keep_the_phase(void **state)
{
    (void)state;
    const double rate = 8000, rates_hz[] = {1, 1, 3, 5, 5, 0.2, 0.2}, leads[] = {0, 0, 0.05, 0.1, 0.1, 0.1, 0.1};
    dawg_lfo x;
    dawg_lfo_reset(&x, 0.3);
    double end = sin(turn * 0.3), slope = 0.0, area = 0.3;
    for (int k = 0; k < 6; ++k) {
        const dawg_lfo_lead from = dawg_lfo_lead_by(leads[k]), to = dawg_lfo_lead_by(leads[k + 1]);
        dawg_lfo_next(&x, rates_hz[k], rates_hz[k + 1], P, rate);
        const dawg_lfo_curve c = dawg_lfo_sine(&x, &from, &to);
        assert_true(fabs(dawg_lfo_at(&c, 0.0) - end) < 1e-12);
        if (k > 0 && leads[k] == leads[k - 1] && leads[k] == leads[k + 1]) assert_true(fabs(c.c1 - slope) < 1e-12);
        area += 0.5 * (rates_hz[k] + rates_hz[k + 1]) * P / rate;
        end = dawg_lfo_at(&c, 1.0);
        slope = c.c1 + 2.0 * c.c2 + 3.0 * c.c3;
        assert_true(fabs(end - sin(turn * (area + leads[k + 1]))) < 1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sine_is_right_at_every_frame),
        cmocka_unit_test(ten_minutes_later_the_phase_is_still_right),
        cmocka_unit_test(two_channels_keep_their_angle),
        cmocka_unit_test(changes_keep_the_phase),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
