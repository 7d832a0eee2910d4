/* SPDX-License-Identifier: MIT
 * The echo line: exact copies at rest, fades between times that leave nothing but the two times, modulation that starts
 * from and returns to the exact copy, and one result whatever the length of a run. */
#include "dsp/echo_line.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include "support/rig.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { P = 32, RATE = 48000 };
static dawg_echo_line line;
static float *memory;

static void make_line(uint32_t longest)
{
    memory = calloc(dawg_echo_line_size(longest), sizeof(float));
    assert_non_null(memory);
    line = (dawg_echo_line){0};
    dawg_echo_line_init(&line, memory, longest);
    dawg_echo_line_reset(&line, P, RATE);
}

/* A time and a depth per period; runs of at most `cut` frames; feedback in the loop. */
typedef double (*score_of)(uint32_t period);
static sound play(sound in, score_of frames, score_of depth, double hz, double lead, uint32_t cut, float feedback)
{
    sound out = sound_make(in.n);
    make_line(20000);
    for (uint32_t k = 0; k * P < in.n; ++k) {
        const double now = depth ? depth(k) : 0.0, before = depth && k ? depth(k - 1) : now;
        dawg_echo_line_plan(&line, &(dawg_echo_plan){frames(k), before, now, hz, hz, lead});
        for (uint32_t at = 0, n; at < P; at += n) {
            float run[2][P], *left = run[0], *right = run[1];
            n = P - at < line.run ? P - at : line.run;
            if (n > cut) n = cut;
            dawg_echo_line_read(&line, at, n, left, right);
            for (uint32_t c = 0; c < 2; ++c)
                for (uint32_t i = 0; i < n; ++i) {
                    out.ch[c][k * P + at + i] = run[c][i];
                    run[c][i] = in.ch[c][k * P + at + i] + feedback * run[c][i];
                }
            dawg_echo_line_write(&line, n, left, right);
        }
        dawg_echo_line_end(&line);
    }
    free(memory);
    return out;
}

static double steady(uint32_t k) { return (void)k, 4321.4; }
static double jumping(uint32_t k) { return k < 500 ? 1000.0 : 3500.0; }
static double gliding(uint32_t k) { return 1000.0 + 4.0 * k; }
static double restless(uint32_t k) { return 9.0 + 40.0 * (k % 7) + 3000.0 * (k / 300); }
static double deep(uint32_t k) { return k < 400 ? 0.0 : 240.0; }
static double in_and_out(uint32_t k)
{
    return k < 600 || k > 1200 ? 0.0 : 120.0 * (1.0 - cos((k - 600.0) * 0.01047197551));
}

static void at_rest_echoes_are_the_input_bit_for_bit(void **state)
{
    (void)state;
    sound in = sound_make(60000);
    sound_noise(in, 1, 1.0f);
    sound out = play(in, steady, NULL, 1.0, 0.25, P, 0.0f);
    for (uint32_t i = 0; i < in.n; ++i)
        for (uint32_t c = 0; c < 2; ++c) assert_true(out.ch[c][i] == (i < 4321 ? 0.0f : in.ch[c][i - 4321]));
    sound_free(&in), sound_free(&out);
}

static void a_new_time_leaves_nothing_but_the_two_times(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        score_of frames;
    } rows[] = {{"jump", jumping}, {"ramp", gliding}};
    for (int r = 0; r < 2; ++r) {
        sound in = sound_make(64000);
        sound_sine(in, RATE, 200.0, 0.5f);
        sound out = play(in, rows[r].frames, NULL, 1.0, 0.0, P, 0.35f);
        const double db = to_db(sound_peak_above(out, RATE, 2000.0, 12000, 50000));
        print_message("%s of the time, 200 Hz at -6 dBFS: %.1f dBFS above 2 kHz\n", rows[r].name, db);
        assert_true(db <= -75.0);
        sound_free(&in), sound_free(&out);
    }
}

/* At every moment the output lies between the two echoes. */
static void a_fade_never_adds_up_to_more_than_its_sides(void **state)
{
    (void)state;
    sound in = sound_make(48000);
    sound_noise(in, 2, 1.0f);
    sound out = play(in, jumping, NULL, 1.0, 0.0, P, 0.0f);
    for (uint32_t i = 4000; i < in.n; ++i) {
        const float a = in.ch[0][i - 1000], b = in.ch[0][i - 3500];
        assert_true(out.ch[0][i] <= fmaxf(a, b) + 1e-6f && out.ch[0][i] >= fminf(a, b) - 1e-6f);
        if (i < 500 * P) assert_true(out.ch[0][i] == a);
        if (i > 500 * P + (uint32_t)(0.041 * RATE)) assert_true(out.ch[0][i] == b); /* 40 ms, to the next period */
    }
    sound_free(&in), sound_free(&out);
}

static void modulation_comes_and_goes_without_a_click_and_leaves_exact_copies(void **state)
{
    (void)state;
    sound in = sound_make(64000);
    sound_sine(in, RATE, 200.0, 0.5f);
    sound out = play(in, steady, in_and_out, 3.0, 0.25, P, 0.0f);
    const double db = to_db(sound_peak_above(out, RATE, 2000.0, 8000, 60000));
    print_message("modulation in and out: %.1f dBFS above 2 kHz\n", db);
    assert_true(db <= -75.0);
    for (uint32_t i = 4321; i < in.n; ++i)
        if (i < 600 * P || i > 1202 * P) assert_true(out.ch[0][i] == in.ch[0][i - 4321]);
    sound_free(&in), sound_free(&out);
}

static void runs_of_any_length_give_the_same_bits(void **state)
{
    (void)state;
    sound in = sound_make(64000);
    sound_song(in, 3, RATE);
    sound whole = play(in, restless, deep, 4.0, 0.4, P, 0.8f);
    for (uint32_t cut = 1; cut < P; cut += 5) {
        sound out = play(in, restless, deep, 4.0, 0.4, cut, 0.8f);
        assert_int_equal(sound_first_difference(whole, out), UINT32_MAX);
        sound_free(&out);
    }
    sound_free(&in), sound_free(&whole);
}

static void a_depth_is_cut_where_the_line_would_have_to_look_ahead(void **state)
{
    (void)state;
    assert_true(dawg_echo_depth(8.0, 100.0) == 0.0 && dawg_echo_depth(1000.0, 240.0) == 240.0);
    assert_true(dawg_echo_depth(108.0, 240.0) == 27.0 && dawg_echo_depth(9.0, 240.0) < 1.0);
    assert_true(dawg_echo_frames(0.0) == 8.0 && dawg_echo_frames(99.5) == 100.0 && dawg_echo_frames(99.4) == 99.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_rest_echoes_are_the_input_bit_for_bit),
        cmocka_unit_test(a_new_time_leaves_nothing_but_the_two_times),
        cmocka_unit_test(a_fade_never_adds_up_to_more_than_its_sides),
        cmocka_unit_test(modulation_comes_and_goes_without_a_click_and_leaves_exact_copies),
        cmocka_unit_test(runs_of_any_length_give_the_same_bits),
        cmocka_unit_test(a_depth_is_cut_where_the_line_would_have_to_look_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
