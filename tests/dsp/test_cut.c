/* SPDX-License-Identifier: MIT
 * The low and high cut of a path: -3.01 dB where they should be, out of the path bit for bit, and no click between. */
#include "dsp/cut.h"
#include "support/cmocka.h"
#include "support/rig.h"
#include <math.h>
#include <stdio.h>

enum { P = 32 };

/* A low cut that goes from one frequency to another in 50 ms, from period 500 on, and a high cut that stays. */
static void play(sound io, float rate, float low_from, float low_to, float high)
{
    dawg_cut a, b;
    dawg_cut_reset(&a, DAWG_EQ_HIGH_PASS, 20.0f, P, (double)rate);
    dawg_cut_reset(&b, DAWG_EQ_LOW_PASS, 20000.0f, P, (double)rate);
    const double periods = 0.05 * (double)rate / P;
    double from = (double)low_from;
    for (uint32_t k = 0; k * P < io.n; ++k) {
        const double u = fmin(1.0, fmax(0.0, (k - 499.0) / periods)), s = u * u * (3.0 - 2.0 * u);
        const double to = s >= 1.0 ? (double)low_to : (double)low_from * pow((double)(low_to / low_from), s);
        dawg_cut_plan(&a, (float)from, (float)to);
        dawg_cut_plan(&b, high, high);
        from = to;
        for (uint32_t at = 0; at < P; at += 13)
            dawg_cuts_run(&a, &b, at, P - at < 13 ? P - at : 13, io.ch[0] + k * P + at, io.ch[1] + k * P + at);
        dawg_cut_end(&a);
        dawg_cut_end(&b);
    }
}

/* Level of a tone in the last half second over that of the input; dB. */
static double gain_db(double hz, float rate, float low, float high)
{
    sound s = sound_make((uint32_t)rate / P * P);
    sound_sine(s, rate, hz, 0.5f);
    play(s, rate, low, low, high);
    double re = 0.0, im = 0.0;
    const uint32_t half = s.n / 2;
    const double w = 2.0 * acos(-1.0) * hz / (double)rate;
    for (uint32_t i = half; i < s.n; ++i) { /* Hann window: whole periods are not needed */
        const double h = 0.5 - 0.5 * cos(2.0 * acos(-1.0) * (i - half + 0.5) / half);
        re += h * (double)s.ch[0][i] * cos(w * i);
        im += h * (double)s.ch[0][i] * sin(w * i);
    }
    sound_free(&s);
    return 20.0 * log10(sqrt(re * re + im * im) * 4.0 / half / 0.5);
}

static void cut_frequencies_are_3_db_down(void **state)
{
    (void)state;
    static const float rates[] = {44100, 48000, 96000};
    double worst = 0.0;
    for (int r = 0; r < 3; ++r) {
        for (float hz = 30; hz <= 1000; hz *= 1.8f)
            worst = fmax(worst, fabs(gain_db((double)hz, rates[r], hz, 20000) + 3.0103));
        for (float hz = 1000; hz <= 16000; hz *= 1.7f)
            worst = fmax(worst, fabs(gain_db((double)hz, rates[r], 20, hz) + 3.0103));
        assert_true(fabs(gain_db(100, rates[r], 1000, 20000) + 40.0) < 0.1); /* 12 dB per octave */
        assert_true(fabs(gain_db(10000, rates[r], 20, 1000) + 40.0) < 0.1);  /* and no cramping */
    }
    print_message("-3.01 dB within %.3f dB\n", worst);
    assert_true(worst < 0.02);
}

static void out_of_the_path_it_changes_no_bit(void **state)
{
    (void)state;
    sound in = sound_make(32000), out = sound_make(32000);
    sound_noise(in, 1, 1.0f);
    sound_noise(out, 1, 1.0f);
    play(out, 48000, 20, 20, 20000);
    assert_int_equal(sound_first_difference(in, out), UINT32_MAX);
    sound_free(&in), sound_free(&out);
}

/* A cut that moves, alone and before one that is out of the path. */
static void alone_it_is_the_first_of_two(void **state)
{
    (void)state;
    sound pair = sound_make(32000), alone = sound_make(32000);
    sound_noise(pair, 1, 1.0f);
    sound_noise(alone, 1, 1.0f);
    play(pair, 48000, 20, 300, 20000);
    dawg_cut a;
    dawg_cut_reset(&a, DAWG_EQ_HIGH_PASS, 20.0f, P, 48000);
    double from = 20.0;
    for (uint32_t k = 0; k * P < alone.n; ++k) {
        const double u = fmin(1.0, fmax(0.0, (k - 499.0) / (0.05 * 48000 / P))), s = u * u * (3.0 - 2.0 * u);
        const double to = s >= 1.0 ? 300.0 : 20.0 * pow(15.0, s);
        dawg_cut_plan(&a, (float)from, (float)to);
        from = to;
        dawg_cut_run(&a, 0, P, alone.ch[0] + k * P, alone.ch[1] + k * P);
        dawg_cut_end(&a);
    }
    assert_int_equal(sound_first_difference(pair, alone), UINT32_MAX);
    sound_free(&pair), sound_free(&alone);
}

static void it_joins_and_leaves_the_path_without_a_click_and_wholly(void **state)
{
    (void)state;
    static const float ends[][2] = {{20, 150}, {150, 20}, {20, 20.01f}, {100, 400}};
    for (int k = 0; k < 4; ++k) {
        sound out = sound_make(48000), in = sound_make(48000);
        sound_sine(in, 48000, 200, 0.5f);
        sound_sine(out, 48000, 200, 0.5f);
        play(out, 48000, ends[k][0], ends[k][1], 20000);
        const double db = to_db(sound_peak_above(out, 48000, 2000.0, 12000, 30000));
        print_message("%g -> %g Hz: %.1f dBFS above 2 kHz\n", (double)ends[k][0], (double)ends[k][1], db);
        assert_true(db <= -75.0);
        const uint32_t landed = 499 * P + (uint32_t)(0.05 * 48000) + (uint32_t)(0.021 * 48000) + 2 * P;
        for (uint32_t i = landed; i < 48000 && ends[k][1] == 20.0f; ++i) assert_true(out.ch[0][i] == in.ch[0][i]);
        sound_free(&in), sound_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_frequencies_are_3_db_down),
        cmocka_unit_test(out_of_the_path_it_changes_no_bit),
        cmocka_unit_test(alone_it_is_the_first_of_two),
        cmocka_unit_test(it_joins_and_leaves_the_path_without_a_click_and_wholly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
