/* SPDX-License-Identifier: MIT
 * Where the multiband compressor promises bits (sound REQ DY-5, DY-7), and its curves as drawn against what is played. The
 * bands, times and distortion are in test_multiband_compressor.py. */
#include "draw.h"
#include "dsp/crossover.h"
#include "kit/record.h"
#include "support/cmocka.h"
#include "support/compression.h"
#include "support/grid.h"
#include <math.h>
#include <stdio.h>

extern const dawg_plugin dawg_multiband_compressor;
static const dawg_plugin *const plugin = &dawg_multiband_compressor;
enum { BANDS = 4 };

static uint32_t band_key(uint32_t band, const char *name)
{
    char text[40];
    snprintf(text, sizeof text, "band%u_%s", band, name);
    return params_named(plugin, text);
}

/* Without auto balance, 4:1 above a threshold in every band. */
#define BAND(b, db) "band" #b "_threshold_db", db, "band" #b "_ratio", 4.0
#define PLAIN(db) "auto_balance", 0.0, BAND(1, db), BAND(2, db), BAND(3, db), BAND(4, db)

static void at_mix_0_the_output_is_the_input_bit_for_bit(void **state)
{
    (void)state;
    rig r = rig_with(plugin, 48000, PLAIN(-50.0), "mix", 0.0, "auto_balance", 1.0, "output_db", 12.0, "band2_gain_db",
                     9.0, "band3_mute", 1.0, "link", 0.0, NULL);
    sound in = song_with_zeros(), out = rig_play_once(r, in, no_sound);
    assert_int_equal(sound_bits_that_differ(in, out), 0);
    dawg_record("DY-7", "samples that differ from the input at mix 0", 0, "", "0");
    sound_free(&in), sound_free(&out);
}

/* The right channel is the left one 24 dB lower: a power of two, so equal gains mean equal bits. */
static void at_link_1_both_channels_get_the_same_gain_bit_for_bit(void **state)
{
    (void)state;
    for (int linked = 1; linked >= 0; --linked) {
        rig r = rig_with(plugin, 48000, PLAIN(-40.0), "link", (double)linked, "auto_balance", 1.0, "band1_lift_db", 6.0,
                         NULL);
        sound in = sound_make(SECOND); /* without pauses, in which what is left rounds to 0 earlier on the right */
        sound_noise(in, 5, 0.5f);
        for (uint32_t i = 0; i < in.n; ++i) in.ch[1][i] = in.ch[0][i] * 0x1p-4f;
        sound out = rig_play_once(r, in, no_sound);
        uint32_t apart = 0;
        for (uint32_t i = 0; i < out.n; ++i) apart += out.ch[1][i] != out.ch[0][i] * 0x1p-4f;
        if (linked) dawg_record("DY-5", "bands linked, samples with another gain", apart, "", "0");
        assert_true(linked ? apart == 0 : apart > SECOND / 4);
        sound_free(&in), sound_free(&out);
    }
}

/* A band that is off passes as one at 1:1 does; a muted one is gone, with Solo, too. */
static void on_solo_and_mute_are_exact(void **state)
{
    (void)state;
    sound in = song_with_zeros(), out[6];
    rig r[6] = {rig_with(plugin, 48000, PLAIN(-40.0), "band2_on", 0.0, NULL),
                rig_with(plugin, 48000, PLAIN(-40.0), "band2_ratio", 1.0, NULL),
                rig_with(plugin, 48000, PLAIN(-40.0), "band1_mute", 1.0, "band3_mute", 1.0, "band4_mute", 1.0, NULL),
                rig_with(plugin, 48000, PLAIN(-40.0), "band2_solo", 1.0, NULL),
                rig_with(plugin, 48000, PLAIN(-40.0), "band2_solo", 1.0, "band3_solo", 1.0, "band3_mute", 1.0, NULL),
                rig_with(plugin, 48000, PLAIN(-40.0), "band2_solo", 1.0, "band2_mute", 1.0, NULL)};
    for (uint32_t i = 0; i < 6; ++i) out[i] = rig_play_once(r[i], in, no_sound);
    assert_int_equal(sound_bits_that_differ(out[0], out[1]), 0);
    assert_int_equal(sound_bits_that_differ(out[2], out[3]), 0);
    assert_int_equal(sound_bits_that_differ(out[2], out[4]), 0);
    assert_true(sound_peak(out[5], 0, SECOND) == 0.0 && sound_peak(out[2], 0, SECOND) > 0.01);
    for (uint32_t i = 0; i < 6; ++i) sound_free(&out[i]);
    sound_free(&in);
}

/* ---- the drawing ------------------------------------------------------------------------------------------------ */

/* Three decades and more for each band: a tone in the middle of one is 0.17 dB lower there, and in no other above -37
 * dB. */
static const float crossovers[3] = {100, 1000, 10000};
static const double centre_hz[BANDS] = {31.25, 316.25, 3162.5, 20000};

/* Random settings whose times let a tone settle in a second. */
static void draw_settings(dawg_noise *g, float *v)
{
    params_draw(plugin, 3, g, v);
    for (uint32_t b = 1; b <= BANDS; ++b) {
        v[band_key(b, "attack_ms")] = 5.0f + 10.0f * unit(g);
        v[band_key(b, "release_ms")] = 80.0f + 40.0f * unit(g);
        v[band_key(b, "solo")] = v[band_key(b, "mute")] = 0.0f;
    }
    for (uint32_t i = 0; i < 3; ++i) v[params_named(plugin, "crossover1_hz") + i] = crossovers[i];
    v[params_named(plugin, "auto_balance")] = 0.0f;
}

/* Peak in dBFS of the last half second of tones that have had a second and a half. */
static double rendered(const float *v, const double *hz, uint32_t tones, double peak_db)
{
    rig r = rig_make(plugin, 48000);
    params_set(&r, v);
    sound x = sound_make(2 * SECOND), one = sound_make(2 * SECOND);
    for (uint32_t k = 0; k < tones; ++k) {
        sound_sine(one, 48000, hz[k], (float)(pow(10.0, peak_db / 20.0) / tones));
        for (uint32_t c = 0; c < 2; ++c)
            for (uint32_t i = 0; i < x.n; ++i) x.ch[c][i] += one.ch[c][i];
    }
    score_render(&r, &(score){.in = x, .in_channels = 2}, 500, 0, x);
    const double db = to_db(sound_peak(x, x.n - 24000, x.n));
    rig_free(&r), sound_free(&x), sound_free(&one);
    return db;
}

/* A part, on a tone at its middle, the other bands muted: the tone is 0.17 dB lower in the band than outside. */
static void a_band_is_drawn_as_it_is_played(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 31);
    double worst = 0.0;
    uint32_t moved = 0;
    const uint32_t sets = grid(24, 200);
    for (uint32_t s = 0; s < sets; ++s) {
        float v[DAWG_PARAMS_MAX], y;
        const uint32_t band = 2 + s % 2;
        draw_settings(&g, v);
        for (uint32_t b = 1; b <= BANDS; ++b) v[band_key(b, "mute")] = (float)(b != band);
        v[params_named(plugin, "mix")] = 1.0f;
        const double level = -60.0 * (double)unit(&g), own = 20.0 * log10(1.0 / (1.01 * 1.01));
        const float x = (float)(level + own);
        assert_true(dawg_draw(plugin, &(dawg_setup){48000}, v, band, &x, &y, 1));
        moved += fabs((double)(y - x) - (double)v[band_key(band, "gain_db")] -
                      (double)v[params_named(plugin, "output_db")]) > 1.0;
        worst = fmax(worst, fabs(rendered(v, &centre_hz[band - 1], 1, level) - (double)y));
    }
    print_message("%u settings, %u of them change the level: largest error %.3f dB\n", sets, moved, worst);
    dawg_record("DY-1", "drawn curve of a band against a played tone", worst, "dB", "<= 0.1");
    assert_true(worst <= 0.1 && moved > sets / 5);
}

/* The whole, on four tones. What a tone lacks in its own band its neighbours have, at their gain. */
static void the_whole_is_drawn_as_four_tones_are_played(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 32);
    double worst = 0.0;
    const uint32_t sets = grid(12, 100);
    for (uint32_t s = 0; s < sets; ++s) {
        float v[DAWG_PARAMS_MAX], y;
        draw_settings(&g, v);
        for (uint32_t b = 1; b <= BANDS; ++b) { /* neighbours that are not far apart */
            v[band_key(b, "gain_db")] *= 0.25f;
            v[band_key(b, "range_db")] = 12.0f * unit(&g);
            v[band_key(b, "lift_db")] = 6.0f * unit(&g);
        }
        const float x = -40.0f * unit(&g);
        assert_true(dawg_draw(plugin, &(dawg_setup){48000}, v, 0, &x, &y, 1));
        worst = fmax(worst, fabs(rendered(v, centre_hz, BANDS, (double)x) - (double)y));
    }
    print_message("%u settings: largest error %.3f dB\n", sets, worst);
    dawg_record("DY-1", "drawn curve of the whole against four tones", worst, "dB", "<= 0.4");
    assert_true(worst <= 0.4);
}

static void a_drawn_band_has_the_textbooks_corners(void **state)
{
    (void)state;
    const struct {
        double ratio, lift, x, y;
    } rows[] = {{4, 0, -50, -47},  {4, 0, -20, -17},  {4, 0, 0, -12},      {100, 0, 0, -17},    {2, 10, -30, -22},
                {2, 10, -60, -47}, {1, 24, -60, -57}, {100, 24, -40, -17}, {4, 24, -200, -173}, {2, 10, 0, -7}};
    for (uint32_t i = 0; i < DAWG_COUNT(rows); ++i) {
        float v[DAWG_PARAMS_MAX], y;
        dawg_noise g = {0};
        params_draw(plugin, 0, &g, v);
        v[band_key(3, "threshold_db")] = -20, v[band_key(3, "knee_db")] = 0, v[band_key(3, "gain_db")] = 3;
        v[band_key(3, "ratio")] = (float)rows[i].ratio, v[band_key(3, "lift_db")] = (float)rows[i].lift;
        const float x = (float)rows[i].x;
        assert_true(dawg_draw(plugin, &(dawg_setup){48000}, v, 3, &x, &y, 1));
        assert_true(fabs((double)y - rows[i].y) < 1e-4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_mix_0_the_output_is_the_input_bit_for_bit),
        cmocka_unit_test(at_link_1_both_channels_get_the_same_gain_bit_for_bit),
        cmocka_unit_test(on_solo_and_mute_are_exact),
        cmocka_unit_test(a_band_is_drawn_as_it_is_played),
        cmocka_unit_test(the_whole_is_drawn_as_four_tones_are_played),
        cmocka_unit_test(a_drawn_band_has_the_textbooks_corners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
