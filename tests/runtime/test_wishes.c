/* SPDX-License-Identifier: MIT
 * A plugin moves its own parameters (dawg_wish): when, how far, which ones, and who wins. */
#include "support/cmocka.h"
#include "support/probes.h"
#include "support/rig.h"
#include <math.h>

enum { RAMP = 96 }; /* 2 ms at 48 kHz: three control periods */

/* One control period whose first frame says what to wish. */
static void period(rig *r, float left, float right)
{
    float in[2][DAWG_PERIOD] = {{left}, {right}}, out[2][DAWG_PERIOD];
    dawg_process(r->x, (const float *const[]){in[0], in[1]}, 2, NULL, 0, (float *const[]){out[0], out[1]}, DAWG_PERIOD);
}
static uint32_t wishes(const rig *r) { return dawg_get_counters(r->x)->wishes; }

static void a_wish_holds_from_the_next_control_edge_with_the_parameters_own_ramp(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_wisher, 48000);
    float in[2][4 * DAWG_PERIOD], out[2][4 * DAWG_PERIOD];
    for (uint32_t i = 0; i < 4 * DAWG_PERIOD; ++i) in[0][i] = in[1][i] = 0.125f;
    in[0][0] = 0.5f;
    dawg_process(r.x, (const float *const[]){in[0], in[1]}, 2, NULL, 0, (float *const[]){out[0], out[1]}, 31);
    assert_true(dawg_get(r.x, WISHER_LEVEL) == 1.0f); /* the period has not ended */
    dawg_process(r.x, (const float *const[]){in[0] + 31, in[1] + 31}, 2, NULL, 0,
                 (float *const[]){out[0] + 31, out[1] + 31}, 4 * DAWG_PERIOD - 31);
    assert_true(dawg_get(r.x, WISHER_LEVEL) == 2.0f);
    assert_int_equal(wishes(&r), 1);
    for (uint32_t i = 1; i <= DAWG_PERIOD; ++i) assert_true(out[0][i] == in[0][i]);
    for (uint32_t i = DAWG_PERIOD + 1; i < RAMP + DAWG_PERIOD; ++i)
        assert_true(out[0][i] > out[0][i - 1] && out[0][i] < 0.25f);
    period(&r, 0.125f, 0);
    assert_true(dawg_get(r.x, WISHER_LEVEL) == 2.0f);
    rig_free(&r);
}

static void wishes_are_clamped_and_what_is_no_number_is_not_granted(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_wisher, 48000);
    period(&r, 1.5f, 0);
    assert_true(dawg_get(r.x, WISHER_LEVEL) == 4.0f);
    period(&r, -1.0f, 0);
    assert_true(dawg_get(r.x, WISHER_LEVEL) == 0.0f);
    period(&r, 0, -0.5f); /* NaN */
    assert_true(dawg_get(r.x, WISHER_LEVEL) == 0.0f);
    assert_int_equal(wishes(&r), 2);
    assert_int_equal(dawg_get_counters(r.x)->clamped, 0); /* that counts the host's mistakes */
    assert_int_equal(dawg_get_counters(r.x)->rejected, 0);
    rig_free(&r);
}

static void only_what_a_brain_may_move_the_plugin_may_move(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_wisher, 48000);
    period(&r, 0, 0.75f);
    assert_true(dawg_get(r.x, WISHER_FIXED) == 1.0f);
    assert_int_equal(wishes(&r), 0);
    rig_free(&r);
}

static void a_move_from_outside_at_the_same_edge_wins(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_wisher, 48000);
    dawg_schedule(r.x, DAWG_PERIOD, WISHER_LEVEL, 3.0f, 0);
    period(&r, 0.5f, 0);
    period(&r, 0, 0);
    assert_true(dawg_get(r.x, WISHER_LEVEL) == 3.0f);
    period(&r, 0.5f, 0);
    dawg_set(r.x, WISHER_LEVEL, 0.5f);
    period(&r, 0, 0);
    assert_true(dawg_get(r.x, WISHER_LEVEL) == 0.5f);
    rig_free(&r);
}

static void a_reset_forgets_a_wish_that_waits_and_keeps_what_was_granted(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_wisher, 48000);
    float in[2][8] = {{0.5f}}, out[2][8];
    period(&r, 0.75f, 0);
    dawg_process(r.x, (const float *const[]){in[0], in[1]}, 2, NULL, 0, (float *const[]){out[0], out[1]}, 8);
    dawg_instance_reset(r.x);
    period(&r, 0, 0);
    assert_true(dawg_get(r.x, WISHER_LEVEL) == 3.0f);
    rig_free(&r);
}

static void wishes_do_not_depend_on_blocks(void **state)
{
    (void)state;
    enum { LENGTH = 9000 };
    sound in = sound_make(LENGTH), out[2] = {sound_make(LENGTH), sound_make(LENGTH)};
    sound_noise(in, 3, 1.0f);
    const score s = {.in = in, .in_channels = 2};
    for (uint32_t k = 0; k < 2; ++k) {
        rig r = rig_make(&dawg_wisher, 48000);
        score_render(&r, &s, k ? 0 : LENGTH, 11, out[k]);
        assert_true(wishes(&r) > 50);
        rig_free(&r);
    }
    assert_int_equal(sound_bits_that_differ(out[0], out[1]), 0);
    sound_free(&in), sound_free(&out[0]), sound_free(&out[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wish_holds_from_the_next_control_edge_with_the_parameters_own_ramp),
        cmocka_unit_test(wishes_are_clamped_and_what_is_no_number_is_not_granted),
        cmocka_unit_test(only_what_a_brain_may_move_the_plugin_may_move),
        cmocka_unit_test(a_move_from_outside_at_the_same_edge_wins),
        cmocka_unit_test(a_reset_forgets_a_wish_that_waits_and_keeps_what_was_granted),
        cmocka_unit_test(wishes_do_not_depend_on_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
