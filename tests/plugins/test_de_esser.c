/* SPDX-License-Identifier: MIT
 * Where the de-esser promises bits (sound REQ DS-2, DY-5, DY-7), and its response as drawn against what is played. Voices
 * and times are in test_de_esser.py. */
#include "draw.h"
#include "dsp/maths.h"
#include "kit/record.h"
#include "support/cmocka.h"
#include "support/compression.h"
#include "support/grid.h"
#include <math.h>

extern const dawg_plugin dawg_de_esser;
static const dawg_plugin *const plugin = &dawg_de_esser;

/* A vowel's partials: 220 Hz and its multiples, 12 dB per octave down, other phases on the right; up to 4 kHz. */
static sound vowel(double rate)
{
    sound in = sound_make((uint32_t)rate);
    for (uint32_t k = 1; k <= 18; ++k)
        for (uint32_t i = 0; i < in.n; ++i) {
            const double turns = 220.0 * k * (double)i / rate, level = 0.3 / (double)(k * k);
            in.ch[0][i] += (float)(level * sin(2.0 * DAWG_PI * turns));
            in.ch[1][i] += (float)(level * sin(2.0 * DAWG_PI * turns + k));
        }
    return in;
}

static sound after(sound x, uint32_t frames)
{
    return (sound){.ch = {x.ch[0] + frames, x.ch[1] + frames}, .n = x.n - frames};
}

/* A vowel, from half a second after its onset on, in every mode and placement; and a song at a range of 0 dB. */
static void without_a_sibilant_the_output_is_the_delayed_input_bit_for_bit(void **state)
{
    (void)state;
    uint32_t apart = 0;
    for (uint32_t k = 0; k < 8; ++k) {
        const double rate = k & 1u ? 44100.0 : 96000.0, wide = k >> 1 & 1u, mid_side = k >> 2 & 1u;
        rig r = rig_with(plugin, rate, "range_db", 20.0, "mode", wide, "placement", mid_side, "link", 1.0 - mid_side,
                         "release_ms", 10.0, "lookahead_ms", 2.0 * wide, NULL);
        sound in = vowel(rate), out = rig_play_once(r, in, no_sound);
        const uint32_t late = wide > 0 ? (uint32_t)(0.002 * rate + 0.5) : 0, half = (uint32_t)rate / 2;
        apart += samples_changed(after(in, half), after(out, half), late);
        sound_free(&in), sound_free(&out);
        r = rig_with(plugin, 48000, "range_db", 0.0, "threshold_db", -60.0, "mode", wide, "placement", mid_side, NULL);
        in = song_with_zeros(), out = rig_play_once(r, in, no_sound);
        apart += samples_changed(in, out, 0);
        sound_free(&in), sound_free(&out);
    }
    dawg_record("DS-2", "samples that differ from the input without a sibilant", apart, "", "0");
    assert_int_equal(apart, 0);
}

static void at_mix_0_the_output_is_the_delayed_input_bit_for_bit(void **state)
{
    (void)state;
    for (int k = 0; k < 6; ++k) {
        rig r = rig_with(plugin, 48000, "mix", 0.0, "threshold_db", -60.0, "range_db", 20.0, "lookahead_ms",
                         5.0 * (k & 1), "placement", (double)(k & 1), "link", 0.0, "listen", (double)(k / 2), NULL);
        sound in = song_with_zeros(), out = rig_play_once(r, in, no_sound);
        assert_int_equal(samples_changed(in, out, k & 1 ? 240 : 0), 0);
        sound_free(&in), sound_free(&out);
    }
    dawg_record("DS-6", "samples that differ from the delayed input at mix 0", 0, "", "0");
}

static rig keyed(uint32_t which)
{
    return rig_with(plugin, 48000, "range_db", 20.0, "sidechain", which == 1 ? 0.0 : 1.0, NULL);
}

static void a_silent_key_leaves_the_gain_at_exactly_1(void **state)
{
    (void)state;
    assert_a_silent_key_keeps_the_gain(keyed, samples_changed, 0);
    dawg_record("DS-5", "samples that a silent key changes", 0, "", "0");
}

/* The key is the left channel and, on the right, a vowel; both channels carry the same, a power of two apart. */
static void at_link_1_both_channels_get_the_same_gain_bit_for_bit(void **state)
{
    (void)state;
    for (int k = 0; k < 4; ++k) { /* linked, split and wide; not linked */
        rig r = rig_with(plugin, 48000, "range_db", 12.0, "mode", (double)(k & 1), "link", k < 2 ? 1.0 : 0.0, NULL);
        sound in = song_with_zeros(), side = vowel(48000);
        dawg_noise g;
        dawg_noise_seed(&g, 9);
        for (uint32_t i = 0; i < in.n; ++i) { /* no rest: what rings on is flushed at a level of its own */
            in.ch[0][i] += 0.01f * dawg_noise_next(&g);
            side.ch[0][i] = in.ch[0][i];
        }
        lower_on_the_right(in);
        sound out = rig_play_once(r, in, side);
        const uint32_t apart = samples_with_another_gain(out);
        if (k < 2) dawg_record("DS-5", "samples with another gain at link 1", apart, "", "0");
        assert_true(k < 2 ? apart == 0 : apart > SECOND / 4);
        sound_free(&in), sound_free(&side), sound_free(&out);
    }
}

/* ---- the drawing ------------------------------------------------------------------------------------------------ */

/* dB of the last 50 ms of a tone, whole cycles of 20 Hz, that has sounded for a second. */
static double rendered(const float *v, double hz, double peak)
{
    const float rate = 48000;
    rig r = rig_make(plugin, rate);
    params_set(&r, v);
    sound in = sound_make(SECOND), out = sound_make(SECOND);
    sound_sine(in, rate, hz, (float)peak);
    score_render(&r, &(score){.in = in, .in_channels = 2}, 500, 0, out);
    double x = 0.0, y = 0.0;
    for (uint32_t i = SECOND - 2400; i < SECOND; ++i) {
        x += (double)in.ch[0][i] * (double)in.ch[0][i];
        y += (double)out.ch[0][i] * (double)out.ch[0][i];
    }
    rig_free(&r), sound_free(&in), sound_free(&out);
    return 10.0 * log10(y / x);
}

static double drawn(float *v, double hz, double shift_db)
{
    const float was = v[params_named(plugin, "threshold_db")], x = (float)hz;
    float y;
    v[params_named(plugin, "threshold_db")] = was + (float)shift_db;
    assert_true(dawg_draw(plugin, &(dawg_setup){48000}, v, 0, &x, &y, 1));
    v[params_named(plugin, "threshold_db")] = was;
    return (double)y;
}

/* Any threshold, range, frequency, mode, detector and mix, tones from 200 Hz to 20 kHz: within 0.1 dB of the response for
 * thresholds 0.2 dB up or down, which is what the detector's ripple at twice the frequency of a tone moves. */
static void the_response_is_what_steady_tones_get(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 31);
    double worst = 0.0;
    uint32_t reduced = 0;
    const uint32_t sets = grid(80, 1500);
    for (uint32_t s = 0; s < sets; ++s) {
        float v[DAWG_PARAMS_MAX];
        params_draw(plugin, 3, &g, v);
        v[params_named(plugin, "threshold_db")] = -30.0f * unit(&g);
        v[params_named(plugin, "tracking")] = v[params_named(plugin, "placement")] = v[params_named(plugin, "listen")] =
            0.0f;
        v[params_named(plugin, "link")] = 1.0f;
        v[params_named(plugin, "attack_ms")] = 0.1f, v[params_named(plugin, "release_ms")] = 100.0f;
        const double hz = 20.0 * floor(10.0 * pow(100.0, (double)unit(&g)));
        const int absolute = v[params_named(plugin, "detector")] > 0.5f;
        const double y = rendered(v, hz, absolute ? 1.0 : 0.1), up = drawn(v, hz, 0.2), down = drawn(v, hz, -0.2);
        const double error = fmax(fmax(y - fmax(up, down), fmin(up, down) - y), 0.0);
        worst = fmax(worst, error);
        reduced += y < -1.0;
    }
    print_message("%u settings, %u of them turn the tone down: largest error %.3f dB\n", sets, reduced, worst);
    dawg_record("DS-1", "drawn response against a played tone, any setting", worst, "dB", "<= 0.1");
    assert_true(worst <= 0.1 && reduced > sets / 8);
}

/* 6 dB off above half the frequency, half of the power's way at it, nothing an octave below; wide: 6 dB off wherever a tone
 * is a sibilant. */
static void the_response_has_the_shelfs_corner(void **state)
{
    (void)state;
    const struct {
        double mode, hz, db;
    } rows[] = {{0, 7000, -6}, {0, 10000, -6}, {0, 1500, 0}, {0, 200, 0}, {1, 7000, -6}, {1, 1000, 0}};
    for (uint32_t i = 0; i < DAWG_COUNT(rows); ++i) {
        float v[DAWG_PARAMS_MAX];
        dawg_noise g = {0};
        params_draw(plugin, 0, &g, v);
        v[params_named(plugin, "mode")] = (float)rows[i].mode;
        assert_true(fabs(drawn(v, rows[i].hz, 0.0) - rows[i].db) < 0.01);
    }
    float v[DAWG_PARAMS_MAX];
    dawg_noise g = {0};
    params_draw(plugin, 0, &g, v);
    v[params_named(plugin, "threshold_db")] = -60.0f;
    assert_true(fabs(drawn(v, 3500.0, 0.0) - 10.0 * log10(0.5 + 0.5 * pow(10.0, -0.6))) < 0.001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_sibilant_the_output_is_the_delayed_input_bit_for_bit),
        cmocka_unit_test(at_mix_0_the_output_is_the_delayed_input_bit_for_bit),
        cmocka_unit_test(a_silent_key_leaves_the_gain_at_exactly_1),
        cmocka_unit_test(at_link_1_both_channels_get_the_same_gain_bit_for_bit),
        cmocka_unit_test(the_response_is_what_steady_tones_get),
        cmocka_unit_test(the_response_has_the_shelfs_corner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
