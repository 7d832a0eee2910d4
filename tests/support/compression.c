/* SPDX-License-Identifier: MIT
 * compression.c - see compression.h. */
#include "support/compression.h"
#include "draw.h"
#include "support/cmocka.h"
#include <math.h>
#include <string.h>

sound song_with_zeros(void)
{
    sound in = sound_make(SECOND);
    sound_song(in, 3, SECOND);
    for (uint32_t i = 0; i < in.n; i += 7) in.ch[0][i] = -0.0f;
    return in;
}

uint32_t samples_changed(sound in, sound out, uint32_t late)
{
    uint32_t changed = 0;
    for (uint32_t c = 0; c < 2; ++c)
        for (uint32_t i = late; i < in.n; ++i) changed += out.ch[c][i] != in.ch[c][i - late];
    return changed;
}

uint32_t bits_changed(sound in, sound out, uint32_t late)
{
    uint32_t changed = 0;
    for (uint32_t c = 0; c < 2; ++c)
        for (uint32_t i = late; i < in.n; ++i)
            changed += memcmp(&out.ch[c][i], &in.ch[c][i - late], sizeof(float)) != 0;
    return changed;
}

void assert_a_silent_key_keeps_the_gain(rig (*make)(uint32_t which), changed_of changed, uint32_t late)
{
    sound in = song_with_zeros(), silence = sound_make(SECOND), out[3];
    for (uint32_t k = 0; k < 3; ++k) out[k] = rig_play_once(make(k), in, k < 2 ? silence : no_sound);
    assert_int_equal(changed(in, out[0], late), 0);
    assert_int_equal(sound_bits_that_differ(out[1], out[2]), 0);
    assert_true(sound_bits_that_differ(out[0], out[1]) > 10000);
    for (uint32_t k = 0; k < 3; ++k) sound_free(&out[k]);
    sound_free(&in), sound_free(&silence);
}

void lower_on_the_right(sound x)
{
    for (uint32_t i = 0; i < x.n; ++i) x.ch[1][i] = x.ch[0][i] * 0x1p-6f;
}

uint32_t samples_with_another_gain(sound x)
{
    uint32_t apart = 0;
    for (uint32_t i = 0; i < x.n; ++i) apart += x.ch[1][i] != x.ch[0][i] * 0x1p-6f;
    return apart;
}

/* ---- the drawing ------------------------------------------------------------------------------------------------ */

double steady_tone_dbfs(const dawg_plugin *p, const float *values, double level_dbfs)
{
    rig r = rig_make(p, SECOND);
    params_set(&r, values);
    sound x = sound_make(2 * SECOND);
    sound_sine(x, SECOND, 1000.0, (float)pow(10.0, level_dbfs / 20.0));
    score_render(&r, &(score){.in = x, .in_channels = 2}, 500, 0, x);
    const double db = to_db(sound_peak(x, x.n - SECOND / 10, x.n));
    rig_free(&r), sound_free(&x);
    return db;
}

static double drawn_dbfs(const dawg_plugin *p, const float *values, float level_dbfs)
{
    float y;
    assert_true(dawg_draw(p, &(dawg_setup){SECOND}, values, 0, &level_dbfs, &y, 1));
    return (double)y;
}

curve_check check_curve(const dawg_plugin *p, uint32_t sets, void (*settle)(uint32_t set, dawg_noise *g, float *values))
{
    const uint32_t makeup = params_named(p, "makeup_db");
    curve_check found = {0};
    dawg_noise g;
    dawg_noise_seed(&g, 31);
    for (uint32_t s = 0; s < sets; ++s) {
        float v[DAWG_PARAMS_MAX];
        params_draw(p, 3, &g, v);
        settle(s, &g, v);
        const float x = -60.0f * unit(&g);
        const double y = drawn_dbfs(p, v, x);
        found.compressed += y - (double)v[makeup] < (double)x - 1.0;
        found.worst_db = fmax(found.worst_db, fabs(steady_tone_dbfs(p, v, (double)x) - y));
    }
    print_message("%u settings, %u of them compress: largest error %.3f dB\n", sets, found.compressed, found.worst_db);
    return found;
}

/* 4:1, infinity, 1:1: the diagonal below, 1/ratio above, parallel for make-up. */
void assert_textbook_corners(const dawg_plugin *p)
{
    const struct {
        double ratio, x, y;
    } rows[] = {{4, -50, -47}, {4, -20, -17}, {4, 0, -12}, {100, -20, -17}, {100, 0, -17}, {1, 0, 3}, {2, -10, -12}};
    for (uint32_t i = 0; i < DAWG_COUNT(rows); ++i) {
        float v[DAWG_PARAMS_MAX];
        dawg_noise g = {0};
        params_draw(p, 0, &g, v);
        v[params_named(p, "threshold_db")] = -20, v[params_named(p, "knee_db")] = 0;
        v[params_named(p, "makeup_db")] = 3, v[params_named(p, "ratio")] = (float)rows[i].ratio;
        assert_true(fabs(drawn_dbfs(p, v, (float)rows[i].x) - rows[i].y) < 1e-4);
    }
}
