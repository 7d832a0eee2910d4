/* SPDX-License-Identifier: MIT
 * What the auto EQ decides, on spectra made up here: level, tolerance, regions, resonances, slope, range, empty bands,
 * goals, loudness. */
#include "analysis/tone_correction.h"
#include "analysis/tone_targets.h"
#include "support/cmocka.h"
#include <math.h>
#include <string.h>

enum { BANDS = DAWG_ERB_BANDS };
enum { ALL = DAWG_FIX_MUD | DAWG_FIX_BOXINESS | DAWG_FIX_HARSHNESS | DAWG_FIX_SIBILANCE | DAWG_FIX_RESONANCE };
static double hz[BANDS], flat[BANDS], sound[BANDS], gain[BANDS];
static const dawg_tone_wish usual = {.goal = DAWG_GOAL_BALANCE, .flags = ALL, .range_db = 12};

static int spectra(void **state)
{
    (void)state;
    dawg_erb_centres(hz, BANDS);
    for (int i = 0; i < BANDS; ++i) flat[i] = sound[i] = -60.0;
    return 0;
}

static uint32_t correct(const dawg_tone_wish *w, const double *reference)
{
    return dawg_tone_correction(w, sound, reference, gain);
}

static double largest(void)
{
    double most = 0.0;
    for (int i = 0; i < BANDS; ++i) most = fmax(most, fabs(gain[i]));
    return most;
}

static int between(int i, double low, double high) { return hz[i] > low && hz[i] < high; }

static void level_is_no_tone(void **state)
{
    (void)state;
    for (int i = 0; i < BANDS; ++i) sound[i] = flat[i] + 31.0;
    assert_int_equal(correct(&usual, flat), 0);
    assert_true(largest() < 1e-9);
    for (int i = 0; i < BANDS; ++i) sound[i] = dawg_tone_finished_db(hz[i]) - 40.0;
    assert_int_equal(correct(&usual, NULL), 0);
    assert_true(largest() < 1e-9);
}

/* A dent and a bump of 6 dB, each six bands wide: within 1.2 dB of the inverse, and little elsewhere. */
static void damage_is_inverted(void **state)
{
    (void)state;
    for (int i = 0; i < BANDS; ++i) sound[i] = flat[i] + (i >= 4 && i < 10 ? 6 : i >= 20 && i < 26 ? -6 : 0);
    correct(&usual, flat);
    for (int i = 0; i < BANDS; ++i) assert_true(fabs(gain[i] + (sound[i] - flat[i])) < 1.2);
    assert_true(fabs(gain[7] + 6) < 0.01 && fabs(gain[23] - 6) < 0.01 && fabs(gain[15]) < 0.01);
}

static void taste_is_left_alone_without_a_reference(void **state)
{
    (void)state;
    for (int i = 0; i < BANDS; ++i) sound[i] = dawg_tone_finished_db(hz[i]) - 40.0 + (i % 12 < 6 ? 1.2 : -1.2);
    correct(&usual, NULL);
    assert_true(largest() < 1e-9);
    for (int i = 0; i < BANDS; ++i) sound[i] = dawg_tone_finished_db(hz[i]) - 40.0 + (i >= 24 ? -6.0 : 0.0);
    correct(&usual, NULL);
    assert_true(fabs(gain[28] - 4.0) < 0.01); /* 6 less the tolerance of 2 */
}

/* With its switch off an excess of 8 dB in the middle of the region stays; a lack there is still filled. */
static void each_region_has_its_switch(void **state)
{
    (void)state;
    static const struct {
        uint32_t flag;
        double low, high, middle;
    } rows[] = {{DAWG_FIX_MUD, 200, 500, 300},
                {DAWG_FIX_BOXINESS, 400, 800, 570},
                {DAWG_FIX_HARSHNESS, 2000, 5000, 2900},
                {DAWG_FIX_SIBILANCE, 5000, 10000, 7000}};
    for (int k = 0; k < 4; ++k) {
        int at = 0;
        for (int i = 0; i < BANDS; ++i) {
            sound[i] = flat[i] + (between(i, rows[k].low, rows[k].high) ? 8 : 0);
            if (fabs(hz[i] - rows[k].middle) < fabs(hz[at] - rows[k].middle)) at = i;
        }
        dawg_tone_wish without = usual;
        without.flags &= ~rows[k].flag;
        assert_true(correct(&usual, flat) >= 1);
        assert_true(fabs(gain[at] + 8) < 0.5);
        assert_true(correct(&without, flat) >= 1); /* it is still seen */
        assert_true(fabs(gain[at]) < 0.5);
        for (int i = 0; i < BANDS; ++i) sound[i] = 2 * flat[i] - sound[i];
        correct(&without, flat);
        assert_true(fabs(gain[at] - 8) < 0.5);
    }
}

static void a_resonance_is_cut_where_it_is_or_not_at_all(void **state)
{
    (void)state;
    for (int i = 0; i < BANDS; ++i) sound[i] = flat[i] + (i == 15 ? 9 : 0);
    assert_int_equal(correct(&usual, flat), 1);
    assert_true(gain[15] < -6.0 && gain[15] >= -9.0);
    assert_true(fabs(gain[13]) < 0.1 && fabs(gain[17]) < 0.1);
    dawg_tone_wish without = usual;
    without.flags &= ~(uint32_t)DAWG_FIX_RESONANCE;
    correct(&without, flat);
    assert_true(gain[15] > -1.2);
}

static void no_gain_exceeds_range_and_slope(void **state)
{
    (void)state;
    for (int i = 0; i < BANDS; ++i) sound[i] = flat[i] + (i / 3 % 2 ? 17 : -17);
    for (double range = 0; range <= 18; range += 3) {
        dawg_tone_wish w = usual;
        w.range_db = range;
        correct(&w, flat);
        assert_true(largest() <= range);
        for (int i = 1; i < BANDS; ++i) assert_true(fabs(gain[i] - gain[i - 1]) <= 6.0 + 1e-9);
    }
}

/* A bass has no treble: that is no defect. Nor has silence a tone. */
static void what_is_not_there_is_not_raised(void **state)
{
    (void)state;
    for (int i = 0; i < BANDS; ++i) sound[i] = hz[i] < 900 ? flat[i] : flat[i] - 70.0;
    correct(&usual, flat);
    for (int i = 0; i < BANDS; ++i)
        if (hz[i] < 700 || hz[i] > 1400) assert_true(fabs(gain[i]) < 0.1);
    for (int i = 0; i < BANDS; ++i) sound[i] = -300.0;
    assert_int_equal(correct(&usual, flat), 0);
    assert_true(largest() == 0.0);
    correct(&usual, NULL);
    assert_true(largest() == 0.0);
    memcpy(sound, flat, sizeof sound);
    double nothing[BANDS];
    for (int i = 0; i < BANDS; ++i) nothing[i] = -300.0;
    correct(&usual, nothing);
    assert_true(largest() == 0.0);
}

static void goals_and_air_add_their_curves(void **state)
{
    (void)state;
    for (int g = 0; g < DAWG_GOALS; ++g) {
        const dawg_tone_wish w = {.goal = (dawg_tone_goal)g, .flags = ALL, .range_db = 12};
        memcpy(sound, flat, sizeof sound);
        correct(&w, flat);
        for (int i = 0; i < BANDS; ++i) assert_true(fabs(gain[i] - dawg_tone_goal_db(w.goal, hz[i])) < 1e-9);
        assert_true(g == DAWG_GOAL_BALANCE ? largest() == 0.0 : largest() > 1.5);
    }
    const dawg_tone_wish air = {.flags = ALL | DAWG_ENHANCE_AIR, .range_db = 12};
    correct(&air, flat);
    for (int i = 0; i < BANDS; ++i) {
        if (hz[i] < 7000) assert_true(gain[i] == 0.0);
        if (hz[i] > 14000) assert_true(fabs(gain[i] - 3.0) < 1e-9);
    }
}

/* The tone of finished music, as published: 4.5 to 5 dB per octave down from 100 Hz to 4 kHz, more above. */
static void finished_music_falls_as_published(void **state)
{
    (void)state;
    const double slope = (dawg_tone_finished_db(100) - dawg_tone_finished_db(4000)) / log2(40.0);
    assert_true(slope > 4.5 && slope < 5.0);
    assert_true((dawg_tone_finished_db(5000) - dawg_tone_finished_db(16000)) / log2(3.2) > 6.0);
    for (double f = 20; f < 20000; f *= 1.05)
        assert_true(fabs(dawg_tone_finished_db(f) - dawg_tone_finished_db(f * 1.05)) < 1.5);
}

/* One target for all plugins: its eight bands are those of tone_targets.h, by summing densities. */
static void finished_music_is_that_of_the_tone_targets(void **state)
{
    (void)state;
    double edges[DAWG_BALANCE_BANDS + 1], energy[DAWG_BALANCE_BANDS] = {0}, all = 0.0;
    dawg_balance_edges(edges);
    for (double f = 20; f < 20000; f *= 1.0005)
        for (uint32_t i = 0; i < DAWG_BALANCE_BANDS; ++i)
            if (f >= edges[i] && f < edges[i + 1]) energy[i] += f * pow(10.0, dawg_tone_finished_db(f) / 10.0);
    for (uint32_t i = 0; i < DAWG_BALANCE_BANDS; ++i) all += energy[i];
    for (uint32_t i = 0; i < DAWG_BALANCE_BANDS; ++i)
        assert_true(fabs(10.0 * log10(energy[i] / all) - (double)dawg_tone_neutral_db[i]) < 0.1);
}

/* A gain in all bands is that much louder; 1 kHz alone counts at 0.7 dB of K-weighting more than 100 Hz. */
static void loudness_is_k_weighted(void **state)
{
    (void)state;
    for (int i = 0; i < BANDS; ++i) gain[i] = -4.0;
    assert_true(fabs(dawg_tone_loudness_db(flat, gain) + 4.0) < 1e-9);
    memset(gain, 0, sizeof gain);
    assert_true(dawg_tone_loudness_db(flat, gain) == 0.0);
    for (int i = 0; i < BANDS; ++i) sound[i] = i == 12 || i == 2 ? 0.0 : -300.0;
    double edges[BANDS + 1];
    dawg_erb_edges(edges, BANDS);
    gain[12] = -200;
    const double low = edges[3] - edges[2], high = edges[13] - edges[12];
    const double ratio = -10.0 * log10(low / (low + high * pow(10.0, 0.185))); /* 1158 Hz over 122 Hz: 1.85 dB */
    assert_true(fabs(dawg_tone_loudness_db(sound, gain) + ratio) < 0.3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(level_is_no_tone, spectra),
        cmocka_unit_test_setup(damage_is_inverted, spectra),
        cmocka_unit_test_setup(taste_is_left_alone_without_a_reference, spectra),
        cmocka_unit_test_setup(each_region_has_its_switch, spectra),
        cmocka_unit_test_setup(a_resonance_is_cut_where_it_is_or_not_at_all, spectra),
        cmocka_unit_test_setup(no_gain_exceeds_range_and_slope, spectra),
        cmocka_unit_test_setup(what_is_not_there_is_not_raised, spectra),
        cmocka_unit_test_setup(goals_and_air_add_their_curves, spectra),
        cmocka_unit_test_setup(finished_music_falls_as_published, spectra),
        cmocka_unit_test_setup(finished_music_is_that_of_the_tone_targets, spectra),
        cmocka_unit_test_setup(loudness_is_k_weighted, spectra),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
