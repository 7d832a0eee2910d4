/* SPDX-License-Identifier: MIT
 * What becomes of a parameter value: clamped, rounded, rejected and counted; and the knob's two formulas. */
#include "support/cmocka.h"
#include "support/probes.h"
#include "support/rig.h"
#include <math.h>

static void values_out_of_range_are_clamped_and_counted(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_probe, 48000);
    const dawg_counters *c = dawg_get_counters(r.x);
    assert_int_equal(dawg_set(r.x, PROBE_GAIN, 5.0f), DAWG_SET_CLAMPED);
    assert_true(dawg_get(r.x, PROBE_GAIN) == 4.0f);
    assert_int_equal(dawg_set(r.x, PROBE_GAIN, -1e30f), DAWG_SET_CLAMPED);
    assert_true(dawg_get(r.x, PROBE_GAIN) == 0.0f);
    assert_int_equal(dawg_set(r.x, PROBE_FREQ_HZ, INFINITY), DAWG_SET_CLAMPED);
    assert_true(dawg_get(r.x, PROBE_FREQ_HZ) == 20000.0f);
    assert_int_equal(dawg_set(r.x, PROBE_FREQ_HZ, -INFINITY), DAWG_SET_CLAMPED);
    assert_true(dawg_get(r.x, PROBE_FREQ_HZ) == 20.0f);
    assert_int_equal(dawg_schedule(r.x, 1000, PROBE_GAIN, 9.0f, 0), DAWG_SET_CLAMPED);
    assert_int_equal(c->clamped, 5);
    assert_int_equal(dawg_set(r.x, PROBE_GAIN, 4.0f), DAWG_SET_OK);
    assert_int_equal(dawg_set(r.x, PROBE_FREQ_HZ, 20.0f), DAWG_SET_OK);
    assert_int_equal(c->clamped, 5);
    assert_int_equal(c->rejected, 0);
    rig_free(&r);
}

static void nan_and_unknown_parameters_are_rejected_and_counted(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_probe, 48000);
    const dawg_counters *c = dawg_get_counters(r.x);
    dawg_set(r.x, PROBE_GAIN, 2.5f);
    assert_int_equal(dawg_set(r.x, PROBE_GAIN, NAN), DAWG_SET_REJECTED);
    assert_int_equal(dawg_schedule(r.x, 64, PROBE_GAIN, -NAN, 0), DAWG_SET_REJECTED);
    assert_int_equal(dawg_set(r.x, PROBE_PARAMS + 1, 0.0f), DAWG_SET_REJECTED);
    assert_int_equal(dawg_set(r.x, UINT32_MAX, 0.0f), DAWG_SET_REJECTED);
    assert_int_equal(c->rejected, 4);
    assert_int_equal(c->clamped, 0);
    assert_true(dawg_get(r.x, PROBE_GAIN) == 2.5f);
    assert_true(dawg_get(r.x, PROBE_PARAMS + 1) == 0.0f);
    assert_true(dawg_get(r.x, UINT32_MAX) == 0.0f);
    rig_free(&r);
}

static void whole_numbers_are_rounded_to_the_nearest(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_probe, 48000);
    const struct {
        uint32_t param;
        float given, held;
    } rows[] = {{PROBE_COUNT, 2.4f, 2},  {PROBE_COUNT, 2.6f, 3}, {PROBE_COUNT, -2.6f, -3}, {PROBE_COUNT, -2.4f, -2},
                {PROBE_COUNT, 7.9f, 8},  {PROBE_MODE, 1.4f, 1},  {PROBE_MODE, 0.6f, 1},    {PROBE_MODE, 1.9f, 2},
                {PROBE_ON, 0.49f, 0},    {PROBE_ON, 0.51f, 1},   {PROBE_COUNT, 9.0f, 8},   {PROBE_COUNT, -3.4f, -3},
                {PROBE_PARAMS, 0.7f, 1}, {PROBE_PARAMS, 0.3f, 0}};
    for (uint32_t i = 0; i < DAWG_COUNT(rows); ++i) {
        dawg_set(r.x, rows[i].param, rows[i].given);
        assert_true(dawg_get(r.x, rows[i].param) == rows[i].held);
    }
    rig_free(&r);
}

static void every_plugin_has_a_bypass_after_its_own_parameters(void **state)
{
    (void)state;
    assert_int_equal(dawg_param_count(&dawg_probe), PROBE_PARAMS + 1);
    const dawg_param *bypass = dawg_param_info(&dawg_probe, PROBE_PARAMS);
    assert_string_equal(bypass->key, "bypass");
    assert_int_equal(bypass->curve, DAWG_BOOL);
    assert_true(bypass->flags & DAWG_AUTOMATABLE);
    assert_ptr_equal(dawg_param_info(&dawg_probe, 0), &dawg_probe.params[0]);
    assert_null(dawg_param_info(&dawg_probe, PROBE_PARAMS + 1));
    assert_null(dawg_param_info(&dawg_probe, UINT32_MAX));
}

static void the_ends_of_a_knob_are_exact_and_beyond_them_it_stays_there(void **state)
{
    (void)state;
    for (uint32_t i = 0; i <= PROBE_PARAMS; ++i) {
        const dawg_param *p = dawg_param_info(&dawg_probe, i);
        assert_true(dawg_param_to_plain(p, 0.0f) == p->min && dawg_param_to_plain(p, 1.0f) == p->max);
        assert_true(dawg_param_to_plain(p, -3.0f) == p->min && dawg_param_to_plain(p, 7.0f) == p->max);
        assert_true(dawg_param_to_plain(p, INFINITY) == p->max && dawg_param_to_plain(p, NAN) == p->min);
        assert_true(dawg_param_to_knob(p, p->min) == 0.0f && dawg_param_to_knob(p, p->max) == 1.0f);
        assert_true(dawg_param_to_knob(p, -INFINITY) == 0.0f && dawg_param_to_knob(p, INFINITY) == 1.0f);
        assert_true(dawg_param_to_knob(p, NAN) == 0.0f);
    }
}

/* 20 Hz * 1000^knob against libm in double: within 1e-6 of the octaves a knob spans. */
static void a_log_knob_moves_in_equal_ratios(void **state)
{
    (void)state;
    const dawg_param *p = &dawg_probe.params[PROBE_FREQ_HZ];
    for (int i = 0; i <= 1000; ++i) {
        const double knob = i / 1000.0, hz = 20.0 * pow(1000.0, knob);
        assert_true(fabs((double)dawg_param_to_plain(p, (float)knob) / hz - 1.0) < 7e-6);
        assert_true(fabs((double)dawg_param_to_knob(p, (float)hz) - knob) < 1e-6);
    }
}

static void a_linear_knob_moves_in_equal_steps(void **state)
{
    (void)state;
    const dawg_param *p = &dawg_probe.params[PROBE_SLOW];
    for (int i = 0; i <= 1000; ++i) {
        const double knob = i / 1000.0, db = -60.0 + 72.0 * knob;
        assert_true(fabs((double)dawg_param_to_plain(p, (float)knob) - db) < 1e-5);
        assert_true(fabs((double)dawg_param_to_knob(p, (float)db) - knob) < 2e-7);
    }
}

/* A value that the knob has given survives the way back and forth, and the way never leaves the range. */
static void knob_and_plain_value_are_inverse(void **state)
{
    (void)state;
    for (uint32_t i = 0; i <= PROBE_PARAMS; ++i) {
        const dawg_param *p = dawg_param_info(&dawg_probe, i);
        const int whole = p->curve == DAWG_INT || p->curve == DAWG_ENUM || p->curve == DAWG_BOOL;
        float last = p->min;
        for (int k = 0; k <= 4096; ++k) {
            const float knob = (float)k / 4096.0f, plain = dawg_param_to_plain(p, knob);
            assert_true(plain >= last && plain <= p->max); /* never backwards, never outside */
            last = plain;
            const float again = dawg_param_to_plain(p, dawg_param_to_knob(p, plain));
            if (whole) assert_true(again == plain && plain == floorf(plain));
            else assert_true(fabsf(dawg_param_to_knob(p, plain) - knob) < 1e-6f);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_out_of_range_are_clamped_and_counted),
        cmocka_unit_test(nan_and_unknown_parameters_are_rejected_and_counted),
        cmocka_unit_test(whole_numbers_are_rounded_to_the_nearest),
        cmocka_unit_test(every_plugin_has_a_bypass_after_its_own_parameters),
        cmocka_unit_test(the_ends_of_a_knob_are_exact_and_beyond_them_it_stays_there),
        cmocka_unit_test(a_log_knob_moves_in_equal_ratios),
        cmocka_unit_test(a_linear_knob_moves_in_equal_steps),
        cmocka_unit_test(knob_and_plain_value_are_inverse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
