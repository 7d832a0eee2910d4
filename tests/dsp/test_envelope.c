/* SPDX-License-Identifier: MIT
 * The gain smoother: its times, and (with the gain computer before it) what a compressor made of the two measures:
 * static curve and distortion (sound REQ DY-1 to DY-3). */
#include "dsp/envelope.h"
#include "dsp/gain_curve.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <math.h>
#include <stdio.h>

static const double part = 0.6321205588285577; /* 1 - 1/e */

/* Time in ms at which a step of `db` has gone 63.2 % of its way, between frames. */
static double attack_time(const dawg_envelope_times *t, double rate, double db)
{
    dawg_envelope e = {0};
    for (double n = 0;; ++n) {
        const double before = e.y, y = dawg_envelope_tick(&e, t, db);
        if (y >= part * db) return (n + 1.0 - (y - part * db) / (y - before)) / rate * 1e3;
    }
}
static double release_time(const dawg_envelope_times *t, double rate, double db)
{
    dawg_envelope e = {.peak = db, .y = db, .held = t->hold};
    for (double n = 0;; ++n) {
        const double before = e.y, y = dawg_envelope_tick(&e, t, 0.0), goal = (1.0 - part) * db;
        if (y <= goal) return (n + 1.0 - (goal - y) / (before - y)) / rate * 1e3;
    }
}

static void times_are_63_percent_of_the_step(void **state)
{
    (void)state;
    static const double attacks[] = {0.1, 1, 3, 10, 30, 100}, releases[] = {20, 50, 100, 200, 1000, 2000};
    double worst_attack = 0.0, worst_release = 0.0;
    for (uint32_t r = 0; r < GRID_RATES; ++r) {
        const double rate = (double)grid_rates[r], frame = 1e3 / rate;
        for (uint32_t a = 0; a < 6; ++a)
            for (uint32_t k = 0; k < 6; ++k) {
                if (releases[k] < 2.0 * attacks[a] || (!grid_full() && (a + k + r) % 3)) continue;
                const dawg_envelope_times t = dawg_envelope_design(attacks[a], 0.0, releases[k], rate);
                const double up = attack_time(&t, rate, 12.0), down = release_time(&t, rate, 12.0);
                assert_true(fabs(up - attacks[a]) <= 0.002 * attacks[a] + frame);
                assert_true(fabs(down - releases[k]) <= 0.002 * releases[k] + 2.0 * frame);
                if (rate == 48000) {
                    worst_attack = fmax(worst_attack, fabs(up / attacks[a] - 1.0));
                    worst_release = fmax(worst_release, fabs(down / releases[k] - 1.0));
                }
            }
    }
    print_message("48 kHz: attack within %.2f %%, release within %.2f %% of what is set\n", 100 * worst_attack,
                  100 * worst_release);
}

static void a_release_is_not_shorter_than_the_attack(void **state)
{
    (void)state;
    const dawg_envelope_times t = dawg_envelope_design(50, 0, 10, 48000);
    assert_true(fabs(release_time(&t, 48000, 12.0) - 50.0) < 0.1);
}

static void the_hold_comes_before_the_release(void **state)
{
    (void)state;
    const dawg_envelope_times t = dawg_envelope_design(5, 123, 100, 48000);
    assert_int_equal(t.hold, 5904);
    assert_true(fabs(release_time(&t, 48000, 12.0) - 223.0) < 0.5);
    dawg_envelope e = {0};
    for (int n = 0; n < 96000; ++n) /* a crest every 100 ms keeps it there */
        if (dawg_envelope_tick(&e, &t, n % 4800 == 0 ? 12.0 : 0.0), n > 48000) assert_true(e.y > 11.999);
}

static void the_goal_is_reached_and_never_passed(void **state)
{
    (void)state;
    const dawg_envelope_times t = dawg_envelope_design(100, 0, 1000, 192000);
    dawg_envelope e = {0};
    for (int n = 0; n < 192000 * 4; ++n) assert_true(dawg_envelope_tick(&e, &t, 12.0) <= 12.0);
    assert_true(fabs(e.y - 12.0) < 1e-9);
    for (int n = 0; n < 192000 * 25; ++n) {
        assert_true(dawg_envelope_tick(&e, &t, 0.0) >= 0.0);
        if (n % 32 == 31) dawg_envelope_flush(&e);
    }
    assert_true(e.y == 0.0 && e.peak == 0.0);
}

/* A compressor: T -20, R 4, no knee. Returns gain reduction at the end, and writes what came out. */
static double compress(double hz, double peak_db, double attack, double release, double rate, float *out, uint32_t n)
{
    const dawg_gain_curve c = dawg_gain_curve_make(-20, 0.75f, 0, DAWG_RANGE_ALL);
    const dawg_envelope_times t = dawg_envelope_design(attack, 0, release, rate);
    const double peak = pow(10.0, peak_db / 20.0), w = 2.0 * acos(-1.0) * hz / rate;
    dawg_envelope e = {0};
    double mean = 0.0;
    for (uint32_t i = 0; i < n; ++i) {
        const float x = (float)(peak * sin(w * i));
        const double y = dawg_envelope_tick(&e, &t, (double)dawg_gain_curve_db(&c, dawg_gain_to_db(fabsf(x))));
        if (i >= n / 2) mean += y / (n - n / 2);
        out[i] = x * dawg_db_to_gain((float)-y);
    }
    return mean;
}

enum { SECOND = 48000 };
static float out[4 * SECOND];

static void a_steady_tone_is_reduced_by_the_static_curve(void **state)
{
    (void)state;
    static const double hz[] = {50, 100, 1000, 5000, 10000}, limit[] = {0.35, 0.2, 0.1, 0.2, 0.2};
    for (int f = 0; f < 5; ++f) {
        double worst = 0.0;
        for (double db = -60; db <= 0; db += grid_full() ? 1 : 5) {
            const double goal = db > -20 ? 0.75 * (db + 20.0) : 0.0;
            worst = fmax(worst, fabs(compress(hz[f], db, 10, 100, SECOND, out, 2 * SECOND) - goal));
            if (db <= -21) assert_true(worst <= 0.01);
        }
        print_message("%5.0f Hz, 10/100 ms: static curve within %.3f dB\n", hz[f], worst);
        assert_true(worst <= limit[f]);
    }
}

/* Power of bin k of the last second (1 Hz apart). */
static double bin(uint32_t k)
{
    double re = 0.0, im = 0.0;
    const double w = 2.0 * acos(-1.0) * k / SECOND;
    for (uint32_t i = 0; i < SECOND; ++i) {
        re += (double)out[3 * SECOND + i] * cos(w * i);
        im += (double)out[3 * SECOND + i] * sin(w * i);
    }
    return re * re + im * im;
}

static void distortion_of_low_tones_is_small(void **state)
{
    (void)state;
    static const uint32_t hz[] = {50, 100, 1000};
    static const double limit[] = {0.3, 0.1, 0.01}; /* per cent, at 10/100 ms and 6 dB of reduction */
    for (int f = 0; f < 3; ++f) {
        const double db = compress(hz[f], -12, 10, 100, SECOND, out, 4 * SECOND);
        double harmonics = 0.0;
        for (uint32_t k = 2; k <= 12; ++k) harmonics += bin(k * hz[f]);
        const double thd = 100.0 * sqrt(harmonics / bin(hz[f]));
        print_message("%4u Hz: THD %.4f %% at %.2f dB of reduction\n", hz[f], thd, db);
        assert_true(thd <= limit[f] && fabs(db - 6.0) < 0.3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_63_percent_of_the_step),
        cmocka_unit_test(a_release_is_not_shorter_than_the_attack),
        cmocka_unit_test(the_hold_comes_before_the_release),
        cmocka_unit_test(the_goal_is_reached_and_never_passed),
        cmocka_unit_test(a_steady_tone_is_reduced_by_the_static_curve),
        cmocka_unit_test(distortion_of_low_tones_is_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
