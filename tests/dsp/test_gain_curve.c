/* SPDX-License-Identifier: MIT
 * The static curve against its textbook formula in double, written out by cases. */
#include "dsp/gain_curve.h"
#include "support/cmocka.h"
#include <math.h>
#include <stdio.h>

/* Giannoulis, Massberg, Reiss 2012, eq. 4: output level of a compressor. */
static double ideal(double x, double t, double r, double w)
{
    if (2.0 * (x - t) < -w) return x;
    if (2.0 * fabs(x - t) <= w && w > 0.0)
        return x + (1.0 / r - 1.0) * (x - t + w / 2.0) * (x - t + w / 2.0) / (2.0 * w);
    return t + (x - t) / r;
}

static void the_curve_is_the_textbook_one(void **state)
{
    (void)state;
    static const double ratios[] = {1.0, 1.1, 2.0, 4.0, 10.0, 100.0, (double)INFINITY};
    double worst = 0.0;
    uint32_t points = 0;
    for (double t = -60; t <= 0; t += 7.5)
        for (uint32_t r = 0; r < 7; ++r)
            for (double w = 0; w <= 24; w += 3) {
                const dawg_gain_curve c =
                    dawg_gain_curve_make((float)t, dawg_gain_curve_slope((float)ratios[r]), (float)w, DAWG_RANGE_ALL);
                for (double x = -100; x <= 12; x += 0.37, ++points)
                    worst = fmax(worst, fabs(x - (double)dawg_gain_curve_db(&c, (float)x) - ideal(x, t, ratios[r], w)));
            }
    print_message("%u points, largest error %.1e dB\n", points, worst);
    assert_true(worst < 1e-4); /* REQ DY-1: 0.01 dB */
}

static void below_the_knee_and_at_ratio_1_there_is_no_reduction_at_all(void **state)
{
    (void)state;
    const dawg_gain_curve c = dawg_gain_curve_make(-20, 1.0f, 12, DAWG_RANGE_ALL),
                          one = dawg_gain_curve_make(-20, 0, 6, 40);
    for (float x = -200; x <= -26; x += 0.5f) assert_true(dawg_gain_curve_db(&c, x) == 0.0f);
    for (float x = -200; x <= 20; x += 0.5f) assert_true(dawg_gain_curve_db(&one, x) == 0.0f);
    assert_true(dawg_gain_curve_onset_db(&c) == -26.0f);
}

static void reduction_rises_evenly_and_stops_at_the_range(void **state)
{
    (void)state;
    const dawg_gain_curve c = dawg_gain_curve_make(-30, 0.75f, 10, 9);
    float before = 0.0f, slope = 0.0f;
    for (float x = -60; x <= 12; x += 0.25f) {
        const float db = dawg_gain_curve_db(&c, x);
        assert_true(db >= before && db <= 9.0f);
        if (db < 9.0f) assert_true(db - before >= slope - 1e-5f); /* the knee bends one way only */
        slope = db < 9.0f ? db - before : slope;
        before = db;
    }
    assert_true(before == 9.0f);
}

static void a_ducker_goes_all_the_way_at_its_threshold(void **state)
{
    (void)state;
    for (float knee = 0; knee <= 24; knee += 4)
        for (float range = 0; range <= 60; range += 12) {
            const dawg_gain_curve c = dawg_gain_curve_ducker(-20, knee, range);
            assert_true(fabsf(dawg_gain_curve_db(&c, -20) - range) < 1e-3f && dawg_gain_curve_db(&c, 0) == range);
            assert_true(dawg_gain_curve_db(&c, -20.11f - knee) == 0.0f);
            if (knee > 0) assert_true(fabsf(dawg_gain_curve_db(&c, -20 - knee / 2) - range / 4) < 1e-3f);
        }
}

static void a_curve_on_its_way_has_no_jumps(void **state)
{
    (void)state;
    const dawg_gain_curve a = dawg_gain_curve_make(-40, 0.9f, 20, 12), b = dawg_gain_curve_make(-10, 0.2f, 0, 40);
    for (int i = 0; i <= 8; ++i) {
        const dawg_gain_curve c = dawg_gain_curve_between(&a, &b, (float)i / 8.0f);
        float before = 0.0f;
        for (float x = -70; x < 10; x += 0.05f) {
            const float db = dawg_gain_curve_db(&c, x);
            assert_true(db - before >= 0.0f && db - before < 0.05f);
            before = db;
        }
    }
    const dawg_gain_curve end = dawg_gain_curve_between(&a, &b, 1.0f);
    assert_true(end.threshold_db == -10.0f && end.range_db == 40.0f);
}

/* As far above the threshold as below, and no further than the lift, which has nothing to do with the range. */
static void lift_is_the_mirror_image_of_reduction(void **state)
{
    (void)state;
    dawg_gain_curve c = dawg_gain_curve_make(-30, 0.75f, 10, DAWG_RANGE_ALL);
    for (float away = -60; away <= 60; away += 0.25f) assert_true(dawg_gain_curve_lift_db(&c, -30 - away) == 0.0f);
    c.lift_db = 12;
    for (float away = -60; away <= 60; away += 0.25f)
        assert_true(dawg_gain_curve_lift_db(&c, -30 - away) == dawg_min(dawg_gain_curve_db(&c, -30 + away), 12.0f));
    assert_true(dawg_gain_curve_rest_db(&c) == 12.0f);
    const dawg_gain_curve one = {.threshold_db = -30, .lift_db = 12}, none = dawg_gain_curve_make(-30, 0.75f, 10, 0);
    assert_true(dawg_gain_curve_rest_db(&one) == 0.0f);
    assert_true(dawg_gain_curve_between(&c, &none, 0.25f).lift_db == 9.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_curve_is_the_textbook_one),
        cmocka_unit_test(below_the_knee_and_at_ratio_1_there_is_no_reduction_at_all),
        cmocka_unit_test(reduction_rises_evenly_and_stops_at_the_range),
        cmocka_unit_test(a_ducker_goes_all_the_way_at_its_threshold),
        cmocka_unit_test(a_curve_on_its_way_has_no_jumps),
        cmocka_unit_test(lift_is_the_mirror_image_of_reduction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
