/* SPDX-License-Identifier: MIT
 * Where the vocal compressor promises bits (sound REQ DY-5, DY-7, DY-9, VX-7) and its curve as drawn against what is
 * played. Times, distortion and the stages are in test_vocal_compressor.py. */
#include "draw.h"
#include "kit/record.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include "support/rig.h"
#include <math.h>
#include <stdarg.h>

extern const dawg_plugin dawg_vocal_compressor;
enum { LENGTH = 48000 };

static uint32_t key(const char *name)
{
    const uint32_t i = params_find(&dawg_vocal_compressor, name);
    assert_true(i != UINT32_MAX);
    return i;
}

static const char *const stages[] = {"proximity_db", "de_ess_db", "breath_db", "presence_db", "air_db"};

/* Defaults without stages, key cut and automatic make-up, and then pairs of name and double, ended by NULL. */
static rig set(double rate, ...)
{
    rig r = rig_make(&dawg_vocal_compressor, (float)rate);
    dawg_set(r.x, key("auto_makeup"), 0.0f);
    dawg_set(r.x, key("key_low_cut_hz"), 20.0f);
    for (uint32_t i = 0; i < DAWG_COUNT(stages); ++i) dawg_set(r.x, key(stages[i]), 0.0f);
    va_list list;
    va_start(list, rate);
    for (const char *name; (name = va_arg(list, const char *));) dawg_set(r.x, key(name), (float)va_arg(list, double));
    va_end(list);
    return r;
}

static sound render(rig *r, sound in, sound side)
{
    sound out = sound_make(in.n);
    const score s = {.in = in, .in_channels = 2, .side = side, .side_channels = side.n ? 2 : 0};
    score_render(r, &s, 128, 0, out);
    rig_free(r);
    return out;
}

static const sound none = {.n = 0};

static sound loud_song(void)
{
    sound in = sound_make(LENGTH);
    sound_song(in, 3, 48000);
    for (uint32_t i = 0; i < in.n; i += 7) in.ch[0][i] = -0.0f;
    return in;
}

static void assert_late(sound in, sound out, uint32_t late)
{
    for (uint32_t c = 0; c < 2; ++c)
        for (uint32_t i = late; i < in.n; ++i) assert_true(out.ch[c][i] == in.ch[c][i - late]);
}

static void at_mix_0_the_output_is_the_delayed_input_bit_for_bit(void **state)
{
    (void)state;
    for (int all = 0; all < 2; ++all) { /* the second time with every stage at work */
        rig r = set(48000, "mix", 0.0, "threshold_db", -60.0, "makeup_db", 12.0, "auto_makeup", 1.0, "lookahead_ms",
                    5.0 * all, "link", 0.0, NULL);
        for (uint32_t i = 0; all && i < DAWG_COUNT(stages); ++i) dawg_set(r.x, key(stages[i]), 9.0f);
        sound in = loud_song(), out = render(&r, in, none);
        assert_late(in, out, all ? 240 : 0);
        sound_free(&in), sound_free(&out);
    }
    dawg_record("DY-7", "samples that differ from the delayed input at mix 0", 0, "", "0");
}

static void at_ratio_1_the_output_is_the_delayed_input_bit_for_bit(void **state)
{
    (void)state;
    for (int late = 0; late < 2; ++late) {
        rig r = set(48000, "ratio", 1.0, "threshold_db", -60.0, "auto_makeup", 1.0, "lookahead_ms", 2.0 * late, "link",
                    0.0, "detector", (double)late, "key_low_cut_hz", 80.0, NULL);
        sound in = loud_song(), out = render(&r, in, none);
        assert_late(in, out, late ? 96 : 0);
        sound_free(&in), sound_free(&out);
    }
    dawg_record("DY-9", "samples that differ from the delayed input at ratio 1:1", 0, "", "0");
}

/* A silent key: gain exactly 1, automatic make-up too. The same key switched off: the input drives. */
static void a_silent_key_leaves_the_gain_at_exactly_1(void **state)
{
    (void)state;
    sound in = loud_song(), silence = sound_make(LENGTH), out[3];
    for (int k = 0; k < 3; ++k) { /* silent key; the same, switched off; no key */
        rig r = set(48000, "threshold_db", -40.0, "auto_makeup", k ? 0.0 : 1.0, "sidechain", k == 1 ? 0.0 : 1.0, NULL);
        out[k] = render(&r, in, k < 2 ? silence : none);
    }
    assert_late(in, out[0], 0);
    assert_int_equal(sound_bits_that_differ(out[1], out[2]), 0);
    assert_true(sound_bits_that_differ(out[0], out[1]) > 10000);
    dawg_record("DY-5", "samples that a silent key changes", 0, "", "0");
    for (int k = 0; k < 3; ++k) sound_free(&out[k]);
    sound_free(&in), sound_free(&silence);
}

/* The right channel is the left one 36 dB lower, far under the threshold: a power of two, so equal gains mean equal bits. */
static void at_link_1_both_channels_get_the_same_gain_bit_for_bit(void **state)
{
    (void)state;
    for (int k = 0; k < 3; ++k) { /* linked; linked, auto release, RMS; not linked */
        rig r = set(48000, "threshold_db", -24.0, "link", k < 2 ? 1.0 : 0.0, "auto_release", (double)(k == 1),
                    "detector", (double)(k == 1), "auto_makeup", 1.0, NULL);
        sound in = loud_song();
        for (uint32_t i = 0; i < in.n; ++i) in.ch[1][i] = in.ch[0][i] * 0x1p-6f;
        sound out = render(&r, in, none);
        uint32_t apart = 0;
        for (uint32_t i = 0; i < out.n; ++i) apart += out.ch[1][i] != out.ch[0][i] * 0x1p-6f;
        if (k < 2) dawg_record("DY-5", "samples with another gain at link 1", apart, "", "0");
        assert_true(k < 2 ? apart == 0 : apart > LENGTH / 4);
        sound_free(&in), sound_free(&out);
    }
}

/* ---- the drawing ------------------------------------------------------------------------------------------------ */

/* Peak in dBFS of the last 100 ms of a 1 kHz tone that has had ten time constants. */
static double rendered(const float *v, double level_db)
{
    const float rate = 48000;
    rig r = rig_make(&dawg_vocal_compressor, rate);
    params_set(&r, v);
    sound x = sound_make(2 * LENGTH);
    sound_sine(x, rate, 1000.0, (float)pow(10.0, level_db / 20.0));
    score_render(&r, &(score){.in = x, .in_channels = 2}, 500, 0, x);
    const double db = to_db(sound_peak(x, x.n - 4800, x.n));
    rig_free(&r), sound_free(&x);
    return db;
}

/* Levels -60 to 0 dBFS; any threshold, ratio, knee, make-up and mix; stages off; both detectors. */
static void the_curve_is_what_steady_tones_get(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 31);
    double worst = 0.0;
    uint32_t compressed = 0;
    const uint32_t sets = grid(40, 400);
    for (uint32_t s = 0; s < sets; ++s) {
        float v[DAWG_PARAMS_MAX], y;
        params_draw(&dawg_vocal_compressor, 3, &g, v);
        v[key("attack_ms")] = 1.0f + 9.0f * unit(&g);
        v[key("release_ms")] = 50.0f + 100.0f * unit(&g);
        v[key("auto_makeup")] = v[key("key_listen")] = 0.0f;
        v[key("key_low_cut_hz")] = 20.0f;
        for (uint32_t i = 0; i < DAWG_COUNT(stages); ++i) v[key(stages[i])] = 0.0f;
        const float x = -60.0f * unit(&g);
        assert_true(dawg_draw(&dawg_vocal_compressor, &(dawg_setup){48000}, v, 0, &x, &y, 1));
        compressed += y - v[key("makeup_db")] < x - 1.0f;
        worst = fmax(worst, fabs(rendered(v, (double)x) - (double)y));
    }
    print_message("%u settings, %u of them compress: largest error %.3f dB\n", sets, compressed, worst);
    dawg_record("DY-1", "drawn curve against a played tone, any setting", worst, "dB", "<= 0.1");
    assert_true(worst <= 0.1 && compressed > sets / 5);
}

/* The textbook's line at 4:1 and at infinity: 1:1 below, 1/ratio above, parallel for make-up. */
static void the_curve_has_the_textbooks_corners(void **state)
{
    (void)state;
    const struct {
        double ratio, x, y;
    } rows[] = {{4, -50, -47}, {4, -20, -17}, {4, 0, -12}, {100, -20, -17}, {100, 0, -17}, {1, 0, 3}, {2, -10, -12}};
    for (uint32_t i = 0; i < DAWG_COUNT(rows); ++i) {
        float v[DAWG_PARAMS_MAX], y;
        dawg_noise g = {0};
        params_draw(&dawg_vocal_compressor, 0, &g, v);
        v[key("threshold_db")] = -20, v[key("knee_db")] = 0, v[key("makeup_db")] = 3,
        v[key("ratio")] = (float)rows[i].ratio;
        const float x = (float)rows[i].x;
        assert_true(dawg_draw(&dawg_vocal_compressor, &(dawg_setup){48000}, v, 0, &x, &y, 1));
        assert_true(fabs((double)y - rows[i].y) < 1e-4);
    }
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
