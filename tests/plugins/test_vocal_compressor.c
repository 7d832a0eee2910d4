/* SPDX-License-Identifier: MIT
 * Where the vocal compressor promises bits (sound REQ DY-5, DY-7, DY-9, VX-7) and its curve as drawn against what is
 * played. Times, distortion and the stages are in test_vocal_compressor.py. */
#include "kit/record.h"
#include "support/cmocka.h"
#include "support/compression.h"
#include "support/grid.h"

extern const dawg_plugin dawg_vocal_compressor;
static const dawg_plugin *const plugin = &dawg_vocal_compressor;
#define STAGES(db) "proximity_db", db, "de_ess_db", db, "breath_db", db, "presence_db", db, "air_db", db
#define PLAIN "key_low_cut_hz", 20.0, STAGES(0.0)

static void at_mix_0_the_output_is_the_delayed_input_bit_for_bit(void **state)
{
    (void)state;
    sound in = song_with_zeros();
    for (int all = 0; all < 2; ++all) { /* the second time with every stage at work */
        sound out =
            rig_play_once(rig_with(plugin, 48000, PLAIN, STAGES(9.0 * all), "mix", 0.0, "threshold_db", -60.0,
                                   "makeup_db", 12.0, "auto_makeup", 1.0, "lookahead_ms", 5.0 * all, "link", 0.0, NULL),
                          in, no_sound);
        assert_int_equal(bits_changed(in, out, all ? 240 : 0), 0);
        sound_free(&out);
    }
    sound_free(&in);
    dawg_record("DY-7", "samples that differ from the delayed input at mix 0", 0, "", "0");
}

static void at_ratio_1_the_output_is_the_delayed_input_bit_for_bit(void **state)
{
    (void)state;
    sound in = song_with_zeros();
    for (int late = 0; late < 2; ++late) {
        sound out = rig_play_once(rig_with(plugin, 48000, PLAIN, "ratio", 1.0, "threshold_db", -60.0, "auto_makeup",
                                           1.0, "lookahead_ms", 2.0 * late, "link", 0.0, "detector", (double)late,
                                           "key_low_cut_hz", 80.0, NULL),
                                  in, no_sound);
        assert_int_equal(bits_changed(in, out, late ? 96 : 0), 0);
        sound_free(&out);
    }
    sound_free(&in);
    dawg_record("DY-9", "samples that differ from the delayed input at ratio 1:1", 0, "", "0");
}

static rig keyed(uint32_t which)
{
    return rig_with(plugin, 48000, PLAIN, "threshold_db", -40.0, "auto_makeup", which ? 0.0 : 1.0, "sidechain",
                    which == 1 ? 0.0 : 1.0, NULL);
}

/* Automatic make-up too. */
static void a_silent_key_leaves_the_gain_at_exactly_1(void **state)
{
    (void)state;
    assert_a_silent_key_keeps_the_gain(keyed, bits_changed, 0);
    dawg_record("DY-5", "samples that a silent key changes", 0, "", "0");
}

static void at_link_1_both_channels_get_the_same_gain_bit_for_bit(void **state)
{
    (void)state;
    sound in = song_with_zeros();
    lower_on_the_right(in);
    for (int k = 0; k < 3; ++k) { /* linked; linked, auto release, RMS; not linked */
        sound out = rig_play_once(rig_with(plugin, 48000, PLAIN, "threshold_db", -24.0, "link", k < 2 ? 1.0 : 0.0,
                                           "auto_release", (double)(k == 1), "detector", (double)(k == 1),
                                           "auto_makeup", 1.0, NULL),
                                  in, no_sound);
        const uint32_t apart = samples_with_another_gain(out);
        if (k < 2) dawg_record("DY-5", "samples with another gain at link 1", apart, "", "0");
        assert_true(k < 2 ? apart == 0 : apart > SECOND / 4);
        sound_free(&out);
    }
    sound_free(&in);
}

/* ---- the drawing ------------------------------------------------------------------------------------------------ */

static void settle(uint32_t set, dawg_noise *g, float *v)
{
    static const char *const off[] = {"auto_makeup", "key_listen",  "proximity_db", "de_ess_db",
                                      "breath_db",   "presence_db", "air_db"};
    (void)set;
    v[params_named(plugin, "attack_ms")] = 1.0f + 9.0f * unit(g);
    v[params_named(plugin, "release_ms")] = 50.0f + 100.0f * unit(g);
    v[params_named(plugin, "key_low_cut_hz")] = 20.0f;
    for (uint32_t i = 0; i < DAWG_COUNT(off); ++i) v[params_named(plugin, off[i])] = 0.0f;
}

/* Any threshold, ratio, knee, make-up and mix; stages off; both detectors. */
static void the_curve_is_what_steady_tones_get(void **state)
{
    (void)state;
    const uint32_t sets = grid(40, 400);
    const curve_check found = check_curve(plugin, sets, settle);
    dawg_record("DY-1", "drawn curve against a played tone, any setting", found.worst_db, "dB", "<= 0.1");
    assert_true(found.worst_db <= 0.1 && found.compressed > sets / 5);
}

static void the_curve_has_the_textbooks_corners(void **state)
{
    (void)state;
    assert_textbook_corners(plugin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_mix_0_the_output_is_the_delayed_input_bit_for_bit),
        cmocka_unit_test(at_ratio_1_the_output_is_the_delayed_input_bit_for_bit),
        cmocka_unit_test(a_silent_key_leaves_the_gain_at_exactly_1),
        cmocka_unit_test(at_link_1_both_channels_get_the_same_gain_bit_for_bit),
        cmocka_unit_test(the_curve_is_what_steady_tones_get),
        cmocka_unit_test(the_curve_has_the_textbooks_corners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
