/* SPDX-License-Identifier: MIT
 * The moving part of a dynamic band on steady tones at its frequency, where the static curve of a compressor (1 - 1/ratio
 * decibels for each over the threshold) says what it must do, and on steps, where its attack does. */
#include "dsp/eq_dynamic.h"
#include "support/cmocka.h"
#include <math.h>
#include <stdio.h>

#define RATE 48000.0
enum { PERIOD = 32, SETTLED = 3 * 1500 /* control periods: 3 s */ };
static const double pi = 3.14159265358979323846;

static const dawg_eq_shape bell_1k = {DAWG_EQ_BELL, DAWG_EQ_12_DB, 1000, 0, 1};
static const dawg_eq_dynamics cut = {
    .threshold_db = -30, .ratio = 2, .range_db = -24, .attack_ms = 20, .release_ms = 100};

static dawg_eq_dynamic d;
static float key[2][PERIOD];
static dawg_d2 sound[PERIOD];

/* One control period of a tone that is its own key; left and right are a quarter turn apart, so that the level of each
 * frame is known. same: right is left; -1: its opposite. */
static void period(const dawg_eq_shape *s, const dawg_eq_dynamics *m, dawg_eq_placement p, uint64_t k, double level_db,
                   int same)
{
    const double a = pow(10.0, level_db / 20.0), w = 2.0 * pi * s->hz / RATE;
    for (uint32_t i = 0; i < PERIOD; ++i) {
        const double t = w * (double)(k * PERIOD + i);
        key[0][i] = (float)(a * sin(t));
        key[1][i] = (float)(same ? same * a * sin(t) : a * cos(t));
    }
    /* in a loop of its own: in one with the above, gcc 12 -O3 forgets to round to float */
    for (uint32_t i = 0; i < PERIOD; ++i) sound[i] = (dawg_d2){(double)key[0][i], (double)key[1][i]};
    dawg_eq_dynamic_plan(&d, 1, p, s, m);
    dawg_eq_dynamic_run(&d, 0, (const float *const[2]){key[0], key[1]}, sound, PERIOD);
    dawg_eq_dynamic_end(&d);
}

static double level_of(dawg_d2 x) { return 10.0 * log10(x[0] * x[0] + x[1] * x[1]); }

static double settled_change_db(const dawg_eq_shape *s, const dawg_eq_dynamics *m, double level_db)
{
    dawg_eq_dynamic_reset(&d, PERIOD, RATE);
    for (uint64_t k = 0; k < SETTLED; ++k) period(s, m, DAWG_EQ_STEREO, k, level_db, 0);
    return level_of(sound[PERIOD - 1u]) - level_db;
}

static void a_steady_tone_is_moved_by_what_the_static_curve_says(void **state)
{
    (void)state;
    const double levels[] = {-40, -31, -24, -12, 0};
    const double ratios[] = {1.5, 2, 8}, ranges[] = {-24, -6, 6};
    double worst = 0.0;
    for (int f = 0; f < 3; ++f)
        for (int r = 0; r < 3; ++r)
            for (int g = 0; g < 3; ++g)
                for (int l = 0; l < 5; ++l) {
                    dawg_eq_shape s = bell_1k;
                    dawg_eq_dynamics m = cut;
                    s.hz = (const double[]){80, 1000, 9000}[f];
                    m.ratio = ratios[r], m.range_db = ranges[g];
                    const double over = fmax(levels[l] - m.threshold_db, 0.0);
                    const double much = fmin((1.0 - 1.0 / m.ratio) * over, fabs(m.range_db));
                    const double error = settled_change_db(&s, &m, levels[l]) - (m.range_db < 0 ? -much : much);
                    worst = fmax(worst, fabs(error));
                    if (fabs(error) > 0.1)
                        fail_msg("%g Hz, 1:%g, %g dB, %g dBFS: %.3f dB off", s.hz, m.ratio, m.range_db, levels[l],
                                 error);
                }
    printf("135 steady tones: largest error %.3f dB\n", worst);
}

/* Alike in both channels at 60 Hz, where a level taken from the peaks would fall between them with times this short. */
static void a_low_tone_is_moved_without_ripple(void **state)
{
    (void)state;
    dawg_eq_shape s = bell_1k;
    dawg_eq_dynamics m = cut;
    s.hz = 60, m.attack_ms = 2, m.release_ms = 5;
    dawg_eq_dynamic_reset(&d, PERIOD, RATE);
    for (uint64_t k = 0; k < SETTLED; ++k) {
        period(&s, &m, DAWG_EQ_STEREO, k, -12, 1);
        if (k > SETTLED / 2) assert_true(fabs(d.next_db + 9.0) <= 0.1);
    }
}

static void under_the_threshold_no_bit_changes(void **state)
{
    (void)state;
    dawg_eq_dynamic_reset(&d, PERIOD, RATE);
    for (uint64_t k = 0; k < 1000; ++k) {
        period(&bell_1k, &cut, DAWG_EQ_STEREO, k, -33, 0);
        assert_true(dawg_eq_dynamic_idle(&d));
        for (uint32_t i = 0; i < PERIOD; ++i)
            assert_true(sound[i][0] == (double)key[0][i] && sound[i][1] == (double)key[1][i]);
    }
}

/* 63 % of a step in dB, from under the threshold to 18 dB over it. */
static void an_attack_is_as_long_as_it_says(void **state)
{
    (void)state;
    for (double attack_ms = 5; attack_ms <= 160; attack_ms *= 2) {
        dawg_eq_shape s = bell_1k;
        dawg_eq_dynamics m = cut;
        s.hz = 4000, m.attack_ms = attack_ms;
        dawg_eq_dynamic_reset(&d, PERIOD, RATE);
        for (uint64_t k = 0; k < 300; ++k) period(&s, &m, DAWG_EQ_STEREO, k, -60, 0);
        uint32_t frames = 0;
        for (uint64_t k = 300; !frames; ++k) {
            period(&s, &m, DAWG_EQ_STEREO, k, -12, 0);
            for (uint32_t i = 0; i < PERIOD && !frames; ++i)
                if (level_of(sound[i]) + 12.0 < -9.0 * (1.0 - exp(-1.0))) frames = (uint32_t)(k - 300) * PERIOD + i;
        }
        const double ms = 1000.0 * frames / RATE;
        printf("attack %g ms: %.2f ms\n", attack_ms, ms);
        assert_true(fabs(ms / attack_ms - 1.0) <= 0.1);
    }
}

static void a_band_hears_and_moves_its_own_lane_alone(void **state)
{
    (void)state;
    const struct {
        dawg_eq_placement on;
        int same;
        double change_db;
    } rows[] = {{DAWG_EQ_MID, 1, -9}, {DAWG_EQ_MID, -1, 0}, {DAWG_EQ_SIDE, -1, -9}, {DAWG_EQ_SIDE, 1, 0}};
    for (int r = 0; r < 4; ++r) {
        dawg_eq_dynamic_reset(&d, PERIOD, RATE);
        double power = 0.0;
        for (uint64_t k = 0; k < SETTLED; ++k) {
            period(&bell_1k, &cut, rows[r].on, k, -12, rows[r].same);
            if (k >= SETTLED - 3) /* two cycles */
                for (uint32_t i = 0; i < PERIOD; ++i) power += sound[i][0] * sound[i][0];
        }
        const double change_db = 10.0 * log10(2.0 * power / (3.0 * PERIOD)) + 12.0;
        assert_true(fabs(change_db - rows[r].change_db) <= 0.1);
        assert_int_equal(dawg_eq_dynamic_idle(&d), rows[r].change_db == 0.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_steady_tone_is_moved_by_what_the_static_curve_says),
        cmocka_unit_test(a_low_tone_is_moved_without_ripple),
        cmocka_unit_test(under_the_threshold_no_bit_changes),
        cmocka_unit_test(an_attack_is_as_long_as_it_says),
        cmocka_unit_test(a_band_hears_and_moves_its_own_lane_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
