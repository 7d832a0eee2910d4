/* SPDX-License-Identifier: MIT
 * Slots and bells of problem_fix.h: how fast a bell comes, how long it stays, what it leaves alone. What the bells do to
 * sound is held to numbers in tests/plugins/test_surgical_eq_dynamic.py. */
#include "analysis/problem_fix.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846
#define RING_HZ 1000.0
#define RING_DB 12.0

enum { RATE = 48000, PERIOD = 32, ALL = (1 << DAWG_PROBLEM_TYPES) - 1 };

static void *mem;
static dawg_problem_fix fix;
static dawg_eq_picture eq;
static dawg_noise random_left, random_right;
static double past[2][4];   /* of the bell: x1 x2 y1 y2 */
static double steepest_db;  /* of any bell in a control period */
static dawg_fix_slot first; /* slot 0 of before */

static int prepare(void **state)
{
    (void)state;
    mem = aligned_alloc(16, (dawg_eq_engine_size(RATE) + 15u) & ~(size_t)15u);
    return mem == NULL;
}

static int dispose(void **state)
{
    (void)state;
    free(mem);
    return 0;
}

static int start(void **state)
{
    (void)state;
    const size_t size = dawg_eq_engine_size(RATE);
    dawg_problem_fix_reset(&fix, dawg_eq_engine_init(mem, size, RATE), PERIOD, RATE);
    memset(&eq, 0, sizeof eq);
    memset(past, 0, sizeof past);
    dawg_noise_seed(&random_left, 3);
    dawg_noise_seed(&random_right, 4);
    steepest_db = 0.0;
    first = (dawg_fix_slot){0};
    return 0;
}

/* The bell of the Audio EQ Cookbook (Bristow-Johnson), Q 8. */
static float ring(uint32_t c, double x)
{
    const double a = pow(10.0, RING_DB / 40.0), w = 2.0 * PI * RING_HZ / RATE, alpha = sin(w) / 16.0;
    double *p = past[c];
    const double y = ((1.0 + alpha * a) * x - 2.0 * cos(w) * p[0] + (1.0 - alpha * a) * p[1] + 2.0 * cos(w) * p[2] -
                      (1.0 - alpha / a) * p[3]) /
                     (1.0 + alpha / a);
    p[1] = p[0], p[0] = x, p[3] = p[2], p[2] = y;
    return (float)y;
}

typedef enum { SILENT, PLAIN, RINGING } sound;

static void play(double seconds, sound what, uint32_t kinds)
{
    for (uint32_t period = 0; period < (uint32_t)(seconds * RATE / PERIOD); ++period) {
        float left[PERIOD], right[PERIOD];
        for (uint32_t i = 0; i < PERIOD; ++i) {
            const double l = 0.05 * (double)dawg_noise_next(&random_left),
                         r = 0.05 * (double)dawg_noise_next(&random_right);
            left[i] = what == SILENT ? 0.0f : what == PLAIN ? (float)l : ring(0, l);
            right[i] = what == SILENT ? 0.0f : what == PLAIN ? (float)r : ring(1, r);
        }
        const float *const in[2] = {left, right};
        dawg_problem_fix_glide(&fix);
        if (fix.slot[0].kind && first.kind) steepest_db = fmax(steepest_db, fabs(fix.slot[0].now_db - first.now_db));
        first = fix.slot[0];
        dawg_problem_fix_feed(&fix, in, PERIOD);
        dawg_problem_fix_work(&fix, 0.5, kinds, &eq);
    }
}

static void a_ring_gets_a_bell_that_comes_at_12_db_per_second(void **state)
{
    (void)state;
    play(6.0, RINGING, ALL);
    assert_int_equal(fix.slot[0].kind, 1 + DAWG_RESONANCE);
    assert_true(fabs(log2(fix.slot[0].now_hz / RING_HZ)) < 1.0 / 24.0);
    assert_true(fabs(fix.slot[0].now_db + RING_DB) < 2.0);
    assert_true(steepest_db > 0.0 && steepest_db <= 12.0 * PERIOD / RATE + 1e-12);
    assert_true(fix.slot[0].threshold_db == DAWG_EQ_NONE);
    for (uint32_t i = 1; i < DAWG_FIX_SLOTS; ++i) assert_int_equal(fix.slot[i].kind, 0);
}

/* The ring is heard until it is half of the last 3 s, at most: 10 to 13 s after its end the bell lets go. */
static void a_bell_stays_ten_seconds_after_the_ring_and_then_goes(void **state)
{
    (void)state;
    play(6.0, RINGING, ALL);
    play(10.0, PLAIN, ALL);
    assert_true(fabs(fix.slot[0].now_db + RING_DB) < 2.0);
    play(4.5, PLAIN, ALL); /* 1 s of it for the way */
    assert_int_equal(fix.slot[0].kind, 0);
}

static void a_ring_that_comes_and_goes_keeps_its_bell(void **state)
{
    (void)state;
    play(6.0, RINGING, ALL);
    for (uint32_t i = 0; i < 3; ++i) {
        play(6.0, PLAIN, ALL);
        assert_true(fabs(fix.slot[0].now_db + RING_DB) < 2.0);
        play(5.0, RINGING, ALL);
    }
    assert_true(fabs(fix.slot[0].now_db + RING_DB) < 2.0);
}

static void a_kind_that_no_longer_counts_lets_go_at_once(void **state)
{
    (void)state;
    play(6.0, RINGING, ALL);
    play(2.5, RINGING, ALL & ~(1u << DAWG_RESONANCE));
    assert_int_equal(fix.slot[0].kind, 0);
}

static void what_an_equalizer_cuts_already_is_let_go(void **state)
{
    (void)state;
    play(6.0, RINGING, ALL);
    const dawg_eq_setting cut = {.on = 1, .shape = {DAWG_EQ_BELL, DAWG_EQ_12_DB, RING_HZ, -RING_DB, 8.0}};
    dawg_eq_picture_make(&eq, &cut, 1, DAWG_EQ_LINEAR, RATE);
    play(2.5, RINGING, ALL);
    assert_int_equal(fix.slot[0].kind, 0);
}

static void in_silence_a_bell_stands_still_until_all_is_forgotten(void **state)
{
    (void)state;
    play(6.0, RINGING, ALL);
    const double before = fix.slot[0].now_db;
    play(9.5, SILENT, ALL);
    assert_true(fix.slot[0].now_db == before);
    play(1.5, SILENT, ALL);
    assert_int_equal(fix.slot[0].kind, 0);
    assert_true(fix.clean);
}

/* Five rings for four slots: the bell that was named longest ago makes room. Reports of the engine cannot be had so
 * exactly; the slots are set as if 3 of them had not been named for a while. */
static void the_bell_that_was_named_longest_ago_makes_room(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < DAWG_FIX_SLOTS; ++i)
        fix.slot[i] =
            (dawg_fix_slot){1 + DAWG_RESONANCE, 3000.0 + 1000.0 * i, -6.0, 8.0, 3000.0 + 1000.0 * i, -6.0, 8.0,
                            DAWG_EQ_NONE,       i == 2 ? 1.0 : 0.0};
    play(6.0, RINGING, ALL);
    for (uint32_t i = 0; i < DAWG_FIX_SLOTS; ++i)
        assert_true(fabs(fix.slot[i].hz / (i == 2 ? RING_HZ : 3000.0 + 1000.0 * i) - 1.0) < 0.03);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_ring_gets_a_bell_that_comes_at_12_db_per_second, start),
        cmocka_unit_test_setup(a_bell_stays_ten_seconds_after_the_ring_and_then_goes, start),
        cmocka_unit_test_setup(a_ring_that_comes_and_goes_keeps_its_bell, start),
        cmocka_unit_test_setup(a_kind_that_no_longer_counts_lets_go_at_once, start),
        cmocka_unit_test_setup(what_an_equalizer_cuts_already_is_let_go, start),
        cmocka_unit_test_setup(in_silence_a_bell_stands_still_until_all_is_forgotten, start),
        cmocka_unit_test_setup(the_bell_that_was_named_longest_ago_makes_room, start),
    };
    return cmocka_run_group_tests(tests, prepare, dispose);
}
