/* SPDX-License-Identifier: MIT
 * The limiter's drawn transfer curve is what a steady sound gets: against the peaks of a direct voltage and of a sine. */
#include "draw.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include "support/rig.h"
#include <math.h>

extern const dawg_plugin dawg_limiter;
static const float rates[] = {44100, 48000, 96000};

/* The curve is that of the limited sound, not of what is listened to. */
static void listen_to_the_limited_sound(float *v)
{
    static const char *const keys[] = {"unity_gain", "delta", "dither"};
    for (uint32_t i = 0; i < DAWG_COUNT(keys); ++i) v[params_find(&dawg_limiter, keys[i])] = 0.0f;
}

/* Peak in dBFS of the last 100 ms of half a second, the first 100 ms of which are faded in: the overshoot between the
 * samples of a sudden beginning would be held down for longer. hz 0: a direct voltage. */
static double rendered(float rate, const float *v, double hz, double level_db)
{
    rig r = rig_make(&dawg_limiter, rate);
    params_set(&r, v);
    sound x = sound_make((uint32_t)(0.5f * rate));
    const float level = (float)pow(10.0, level_db / 20.0);
    if (hz > 0.0) sound_sine(x, rate, hz, level);
    else
        for (uint32_t i = 0; i < x.n; ++i) x.ch[0][i] = x.ch[1][i] = level;
    const uint32_t fade = (uint32_t)(0.1f * rate);
    for (uint32_t i = 0; i < fade; ++i)
        for (uint32_t c = 0; c < 2; ++c) x.ch[c][i] *= 0.5f - 0.5f * (float)cos(acos(-1.0) * i / fade);
    score_render(&r, &(score){.in = x, .in_channels = 2}, 500, 0, x);
    const double db = to_db(sound_peak(x, x.n - fade, x.n));
    rig_free(&r), sound_free(&x);
    return db;
}

/* Levels -60 to +30 dBFS, any drive, ceiling, lookahead, release, link, detector. With true peak a direct voltage reads
 * 0.0003 dB high (the interpolator's ripple at DC). */
static void the_curve_is_what_steady_sounds_get(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 21);
    double worst[2] = {0.0, 0.0};
    const uint32_t sets = grid(40, 400);
    uint32_t limited = 0;
    for (uint32_t set = 0; set < sets; ++set) {
        float v[DAWG_PARAMS_MAX], y;
        params_draw(&dawg_limiter, set < 1 ? 0 : 3, &g, v);
        listen_to_the_limited_sound(v);
        const float x = 90.0f * unit(&g) - 60.0f, rate = rates[set % 3];
        assert_true(dawg_draw(&dawg_limiter, &(dawg_setup){rate}, v, 0, &x, &y, 1));
        limited += y > v[params_find(&dawg_limiter, "ceiling_db")] - 1e-4f;
        for (uint32_t tone = 0; tone < 2; ++tone)
            worst[tone] = fmax(worst[tone], fabs(rendered(rate, v, 211.0 * tone, (double)x) - (double)y));
    }
    print_message("%u settings, %u limited: largest error %.2g dB (direct), %.2g dB (sine)\n", sets, limited, worst[0],
                  worst[1]);
    assert_true(worst[0] < 0.01 && worst[1] < 0.01);
}

/* Straight, 1 dB per dB, shifted by the drive, up to the ceiling; flat from there. The textbook's line. */
static void the_curve_is_a_line_with_a_hard_corner(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 22);
    double worst = 0.0;
    for (uint32_t set = 0; set < 100; ++set) {
        float v[DAWG_PARAMS_MAX], x[300], y[300];
        params_draw(&dawg_limiter, set, &g, v);
        for (uint32_t i = 0; i < 300; ++i) x[i] = (float)i * 0.5f - 100.0f;
        assert_true(dawg_draw(&dawg_limiter, &(dawg_setup){48000}, v, 0, x, y, 300));
        const float drive = v[params_find(&dawg_limiter, "input_db")],
                    ceiling = v[params_find(&dawg_limiter, "ceiling_db")];
        for (uint32_t i = 0; i < 300; ++i)
            worst = fmax(worst, fabs((double)y[i] - fmin((double)(x[i] + drive), (double)ceiling)));
    }
    print_message("largest error %.2g dB\n", worst);
    assert_true(worst < 1e-4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_curve_is_what_steady_sounds_get),
        cmocka_unit_test(the_curve_is_a_line_with_a_hard_corner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
