/* SPDX-License-Identifier: MIT
 * Where the vintage compressor promises bits (sound REQ DY-5, DY-7, DY-9), one latency, and its curves as drawn against
 * what is played and against the models' published shapes. Times and colour are in test_vintage_compressor.py. */
#include "draw.h"
#include "kit/record.h"
#include "support/cmocka.h"
#include "support/compression.h"
#include "support/grid.h"
#include <math.h>

extern const dawg_plugin dawg_vintage_compressor;
static const dawg_plugin *const plugin = &dawg_vintage_compressor;
enum { LATENCY = 59, MODELS = 4 };
enum { OPTO, FET, VARI_MU, VCA }; /* in the order of the labels */
#define PLAIN "auto_makeup", 0.0, "harmonics", 0.0

static void at_mix_0_the_output_is_the_delayed_input_bit_for_bit(void **state)
{
    (void)state;
    uint32_t count = 0;
    for (int model = 0; model < MODELS; ++model) {
        rig r = rig_with(plugin, 48000, PLAIN, "mix", 0.0, "model", (double)model, "threshold_db", -60.0, "makeup_db",
                         12.0, "auto_makeup", 1.0, "harmonics", 1.0, "warmth", 1.0, NULL);
        sound in = song_with_zeros(), out = rig_play_once(r, in, no_sound);
        count += bits_changed(in, out, LATENCY);
        sound_free(&in), sound_free(&out);
    }
    dawg_record("DY-7", "vintage_compressor: samples that differ from the delayed input at mix 0", count, "", "0");
    assert_int_equal(count, 0);
}

static void at_ratio_1_the_output_is_the_delayed_input_bit_for_bit(void **state)
{
    (void)state;
    uint32_t count = 0;
    for (int k = 0; k < 2 * MODELS; ++k) {
        rig r =
            rig_with(plugin, 48000, PLAIN, "ratio", 1.0, "model", (double)(k / 2), "stepped", (double)(k & 1),
                     "threshold_db", -60.0, "auto_makeup", 1.0, "all_buttons", 1.0, "knee_db", 12.0, "link", 0.0, NULL);
        sound in = song_with_zeros(), out = rig_play_once(r, in, no_sound);
        count += bits_changed(in, out, LATENCY);
        sound_free(&in), sound_free(&out);
    }
    dawg_record("DY-9", "vintage_compressor: samples that differ from the delayed input at 1:1", count, "", "0");
    assert_int_equal(count, 0);
}

static double keyed_model;
static rig keyed(uint32_t which)
{
    return rig_with(plugin, 48000, PLAIN, "model", keyed_model, "threshold_db", -40.0, "auto_makeup", which ? 0.0 : 1.0,
                    "sidechain", which == 1 ? 0.0 : 1.0, NULL);
}

/* Automatic make-up too. */
static void a_silent_key_leaves_the_gain_at_exactly_1(void **state)
{
    (void)state;
    for (keyed_model = 0; keyed_model < MODELS; ++keyed_model)
        assert_a_silent_key_keeps_the_gain(keyed, bits_changed, LATENCY);
    dawg_record("DY-5", "vintage_compressor: samples that a silent key changes", 0, "", "0");
}

static void at_link_1_both_channels_get_the_same_gain_bit_for_bit(void **state)
{
    (void)state;
    for (int k = 0; k < 2 * MODELS; ++k) { /* each model, linked and not */
        const int linked = k < MODELS;
        rig r = rig_with(plugin, 48000, PLAIN, "model", (double)(k % MODELS), "threshold_db", -24.0, "link",
                         (double)linked, "auto_makeup", 1.0, "auto_release", 1.0, "time_constant", 5.0, NULL);
        sound in = song_with_zeros();
        lower_on_the_right(in);
        sound out = rig_play_once(r, in, no_sound);
        const uint32_t apart = samples_with_another_gain(out);
        if (linked) dawg_record("DY-5", "vintage_compressor: samples with another gain at link 1", apart, "", "0");
        assert_true(linked ? apart == 0 : apart > SECOND / 4);
        sound_free(&in), sound_free(&out);
    }
}

static void latency_is_59_whatever_the_settings(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 1);
    for (uint32_t i = 0; i < 500; ++i) {
        float v[DAWG_PARAMS_MAX];
        params_draw(plugin, i, &g, v);
        const dawg_setup s = {grid_rates[i % GRID_RATES]};
        assert_int_equal(plugin->latency(v, &s), LATENCY);
    }
}

/* ---- the drawing ------------------------------------------------------------------------------------------------ */

static uint32_t coloured;

static void settle(uint32_t set, dawg_noise *g, float *v)
{
    v[params_named(plugin, "model")] = (float)(set % MODELS);
    v[params_named(plugin, "attack_ms")] = 1.0f + 9.0f * unit(g);
    v[params_named(plugin, "release_ms")] = 200.0f + 100.0f * unit(g);
    v[params_named(plugin, "threshold_db")] = -40.0f + 40.0f * unit(g);
    v[params_named(plugin, "auto_makeup")] = v[params_named(plugin, "key_listen")] =
        v[params_named(plugin, "all_buttons")] = v[params_named(plugin, "warmth")] = 0.0f;
    v[params_named(plugin, "harmonics")] = (float)(set & 4u ? 1 : 0) * unit(g);
    v[params_named(plugin, "makeup_db")] = fminf(v[params_named(plugin, "makeup_db")], 6.0f);
    v[params_named(plugin, "key_low_cut_hz")] = 20.0f, v[params_named(plugin, "key_high_cut_hz")] = 20000.0f;
    coloured += v[params_named(plugin, "harmonics")] > 0.0f;
}

/* Any model, threshold, ratio, knee, harmonics, drive, make-up and mix. All buttons follow so fast that a tone has let go a
 * little between its crests: not they. */
static void the_curve_is_what_steady_tones_get(void **state)
{
    (void)state;
    const uint32_t sets = grid(60, 600);
    const curve_check found = check_curve(plugin, sets, settle);
    dawg_record("VC-1", "drawn curve against a played tone, any setting", found.worst_db, "dB", "<= 0.1");
    assert_true(found.worst_db <= 0.1 && found.compressed > sets / 5 && coloured > sets / 3);
}

enum { ALL_BUTTONS = 99 }; /* as a ratio of the FET's */

/* A curve without colour: dB out at dB over the threshold of -40 dBFS. */
static double drawn(int model, double ratio, double over_db)
{
    float v[DAWG_PARAMS_MAX], y;
    const float x = -40.0f + (float)over_db;
    dawg_noise g = {0};
    params_draw(plugin, 0, &g, v);
    v[params_named(plugin, "model")] = (float)model, v[params_named(plugin, "ratio")] = (float)ratio,
                           v[params_named(plugin, "threshold_db")] = -40.0f;
    v[params_named(plugin, "harmonics")] = 0.0f;
    if (ratio == ALL_BUTTONS) v[params_named(plugin, "ratio")] = 4.0f, v[params_named(plugin, "all_buttons")] = 1.0f;
    assert_true(dawg_draw(plugin, &(dawg_setup){48000}, v, 0, &x, &y, 1));
    return (double)y;
}

static double local_ratio(int model, double ratio, double over_db)
{
    return 0.2 / (drawn(model, ratio, over_db + 0.1) - drawn(model, ratio, over_db - 0.1));
}

/* Fairchild: at most 2:1 at 3 dB over the threshold, at least 5:1 at 20 dB, rising all the way; 1:1 to about 20:1. */
static void vari_mu_has_a_ratio_that_rises_with_the_level(void **state)
{
    (void)state;
    double last = 0.99;
    for (double over = -10.0; over <= 40.0; over += 0.5) {
        const double now = local_ratio(VARI_MU, 20.0, over);
        assert_true(now > last - 0.01 * now);
        last = now;
    }
    const double at_3 = local_ratio(VARI_MU, 20.0, 3.0), at_20 = local_ratio(VARI_MU, 20.0, 20.5);
    dawg_record("VC-4", "vari-mu, ratio 3 dB over the threshold", at_3, "", "<= 2");
    dawg_record("VC-4", "vari-mu, ratio 20 dB over the threshold", at_20, "", ">= 5");
    assert_true(at_3 <= 2.0 && at_20 >= 5.0 && fabs(local_ratio(VARI_MU, 20.0, -5.0) - 1.0) < 1e-3);
}

/* The ratios of the switches, 25 dB over the threshold where every bend has ended; knobs in between go to the nearest. */
static void ratios_are_those_of_the_switches(void **state)
{
    (void)state;
    const struct {
        int model;
        double knob, ratio;
    } rows[] = {{OPTO, 3, 4},    {OPTO, 4, 4},  {OPTO, 12, 20},        {OPTO, 20, 20},   {FET, 2, 4},   {FET, 4, 4},
                {FET, 7, 8},     {FET, 8, 8},   {FET, 12, 12},         {FET, 20, 20},    {VCA, 1.5, 2}, {VCA, 2, 2},
                {VCA, 4, 4},     {VCA, 10, 10}, {VCA, 20, 10},         {VARI_MU, 2, 20}, {OPTO, 1, 1},  {FET, 1, 1},
                {VARI_MU, 1, 1}, {VCA, 1, 1},   {FET, ALL_BUTTONS, 16}};
    double worst = 0.0;
    for (uint32_t i = 0; i < DAWG_COUNT(rows); ++i)
        worst = fmax(worst, fabs(local_ratio(rows[i].model, rows[i].knob, 25.0) / rows[i].ratio - 1.0));
    dawg_record("VC-1", "ratio far over the threshold, of the switch's position, off by", 100.0 * worst, "%", "<= 1");
    assert_true(worst <= 0.01);
}

/* 1176: a higher ratio raises the threshold. */
static void fet_raises_the_threshold_with_the_ratio(void **state)
{
    (void)state;
    const double ratios[] = {4, 8, 12, 20};
    double last = -1.0;
    for (uint32_t i = 0; i < 4; ++i) {
        const double far = 30.0, slope = 1.0 / local_ratio(FET, ratios[i], far);
        const double onset = /* where the line far above meets the diagonal */
            (drawn(FET, ratios[i], far) + 40.0 - slope * far) / (1.0 - slope);
        assert_true(onset > last + 1.0 || i == 0);
        last = onset;
    }
    dawg_record("VC-3", "FET: threshold at 20:1 over that at 4:1", last, "dB", "4.6 +- 0.1");
    assert_true(fabs(last - 2.0 * log2(5.0)) < 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_mix_0_the_output_is_the_delayed_input_bit_for_bit),
        cmocka_unit_test(at_ratio_1_the_output_is_the_delayed_input_bit_for_bit),
        cmocka_unit_test(a_silent_key_leaves_the_gain_at_exactly_1),
        cmocka_unit_test(at_link_1_both_channels_get_the_same_gain_bit_for_bit),
        cmocka_unit_test(latency_is_59_whatever_the_settings),
        cmocka_unit_test(the_curve_is_what_steady_tones_get),
        cmocka_unit_test(vari_mu_has_a_ratio_that_rises_with_the_level),
        cmocka_unit_test(ratios_are_those_of_the_switches),
        cmocka_unit_test(fet_raises_the_threshold_with_the_ratio),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
