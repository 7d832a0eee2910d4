/* SPDX-License-Identifier: MIT
 * Bypass: sound REQ E-10. `late` is half its input, late by its latency, so plugin and bypass are 6 dB apart. */
#include "support/cmocka.h"
#include "support/grid.h"
#include "support/probes.h"
#include "support/rig.h"
#include <math.h>
#include <string.h>

enum { P = DAWG_PERIOD, BYPASS = LATE_PARAMS, RATE = 48000, FADE = 960 };
static const double pi = 3.14159265358979323846;
static double raised_cosine(double u) { return u <= 0 ? 0 : u >= 1 ? 1 : 0.5 - 0.5 * cos(pi * u); }

static void render(rig *r, sound in, const timed *events, uint32_t n, sound out)
{
    const score s = {.in = in, .in_channels = 2, .events = events, .n_events = n};
    score_render(r, &s, 333, 0, out);
}

static void settled_bypass_is_the_input_bit_for_bit_late_by_the_latency(void **state)
{
    (void)state;
    const uint32_t delays[][2] = {{0, 0}, {1, 0}, {31, 5}, {32, 0}, {100, 50}, {999, 0}, {1000, 1000}, {1024, 1024}};
    sound in = sound_make(20000), out = sound_make(20000);
    sound_noise(in, 1, 1.0f);
    for (uint32_t k = 0; k < GRID_RATES; ++k)
        for (uint32_t d = 0; d < DAWG_COUNT(delays); ++d) {
            rig r = rig_make(&dawg_late, grid_rates[k]);
            const uint32_t late = delays[d][0] + delays[d][1];
            dawg_set(r.x, LATE_DELAY_FRAMES, (float)delays[d][0]);
            dawg_set(r.x, LATE_GLIDE_FRAMES, (float)delays[d][1]);
            assert_int_equal(dawg_latency(r.x), late);
            const timed on = {.frame = 5000, .param = BYPASS, .value = 1};
            render(&r, in, &on, 1, out);
            const uint32_t fade = (uint32_t)(0.02 * (double)grid_rates[k] + 0.5), edge = 5024;
            for (uint32_t i = edge + fade; i < out.n; ++i)
                assert_memory_equal(&out.ch[i & 1][i], &in.ch[i & 1][i - late], sizeof(float));
            const uint32_t early =
                edge + fade - fade / 20; /* and not earlier than 20 ms: 0.6 % is the plugin's at 19 ms */
            assert_true(out.ch[0][early] != in.ch[0][early - late]);
            rig_free(&r);
        }
    sound_free(&in), sound_free(&out);
}

static void a_bypassed_plugin_has_no_tail_but_its_delay_and_the_fade(void **state)
{
    (void)state;
    rig r = rig_make(dawg_plugin_find("ducking_delay"), RATE);
    assert_true(dawg_tail(r.x) > RATE);
    dawg_set(r.x, dawg_param_count(r.plugin) - 1u, 1);
    assert_int_equal(dawg_tail(r.x), FADE);
    rig_free(&r);
    rig late = rig_make(&dawg_late, RATE);
    dawg_set(late.x, LATE_DELAY_FRAMES, 100);
    dawg_set(late.x, BYPASS, 1);
    assert_int_equal(dawg_tail(late.x), 100 + FADE);
    rig_free(&late);
}

static void bypass_set_before_the_first_frame_is_settled_from_there(void **state)
{
    (void)state;
    sound in = sound_make(1000), out = sound_make(1000);
    sound_noise(in, 1, 1.0f);
    rig r = rig_make(&dawg_late, RATE);
    dawg_set(r.x, BYPASS, 1);
    for (uint32_t life = 0; life < 2; ++life) {
        render(&r, in, NULL, 0, out);
        for (uint32_t i = 0; i < 1000; ++i) assert_true(out.ch[0][i] == (i < 100 ? 0.0f : in.ch[0][i - 100]));
        dawg_instance_reset(r.x); /* stays bypassed */
    }
    rig_free(&r);
    sound_free(&in), sound_free(&out);
}

static void the_fade_is_a_raised_cosine_of_20_ms_both_ways(void **state)
{
    (void)state;
    sound in = sound_make(20000), out = sound_make(20000);
    for (uint32_t i = 0; i < in.n; ++i) in.ch[0][i] = in.ch[1][i] = 1.0f;
    rig r = rig_make(&dawg_late, RATE);
    const timed both[] = {{.frame = 3200, .param = BYPASS, .value = 1}, {.frame = 9600, .param = BYPASS, .value = 0}};
    render(&r, in, both, 2, out);
    for (uint32_t i = 1000; i < out.n; ++i) { /* the plugin plays 0.5, the bypass 1.0 */
        const double on = raised_cosine((i - 3199.0) / 960.0), off = raised_cosine((i - 9599.0) / 960.0);
        assert_true(fabs((double)out.ch[0][i] - (0.5 + 0.5 * (on - off))) < 1e-6);
    }
    assert_true(out.ch[0][3200 + FADE - 1] == 1.0f && out.ch[0][9600 + FADE - 1] == 0.5f); /* exactly, both ends */
    rig_free(&r);
    sound_free(&in), sound_free(&out);
}

static void a_fade_turned_round_halfway_goes_back_the_same_way(void **state)
{
    (void)state;
    sound in = sound_make(8000), out = sound_make(8000);
    for (uint32_t i = 0; i < in.n; ++i) in.ch[0][i] = in.ch[1][i] = 1.0f;
    rig r = rig_make(&dawg_late, RATE);
    const timed both[] = {{.frame = 3200, .param = BYPASS, .value = 1}, {.frame = 3680, .param = BYPASS, .value = 0}};
    render(&r, in, both, 2, out);
    for (uint32_t i = 3200; i < 3680; ++i) assert_true(out.ch[0][i] == out.ch[0][3680 + 3678 - i] || i == 3679);
    assert_true(out.ch[0][3680 + 480 - 1] == 0.5f);
    rig_free(&r);
    sound_free(&in), sound_free(&out);
}

/* The 200 Hz sine of E-3 at -6 dBFS through a switch of 6 dB. */
static void switching_bypass_leaves_no_click_above_minus_75_dbfs(void **state)
{
    (void)state;
    double worst = 0.0;
    sound in = sound_make(24000), out = sound_make(24000);
    sound_sine(in, RATE, 200.0, 0.5f);
    for (uint32_t offset = 0; offset < 240; offset += 32) {
        rig r = rig_make(&dawg_late, RATE);
        dawg_set(r.x, LATE_DELAY_FRAMES,
                 240); /* a whole turn: plugin and bypass are in phase, as an engineer hears it */
        const timed both[] = {{.frame = 8000 + offset, .param = BYPASS, .value = 1},
                              {.frame = 16000 + offset, .param = BYPASS, .value = 0}};
        render(&r, in, both, 2, out);
        worst = fmax(worst, sound_peak_above(out, RATE, 2000.0, 7000, 18000));
        rig_free(&r);
    }
    print_message("bypass on and off, 8 phases: %.1f dBFS above 2 kHz\n", to_db(worst));
    assert_true(to_db(worst) <= -75.0);
    sound_free(&in), sound_free(&out);
}

/* Latency is changed while bypass is heard: a step, a step back within the fade, and a ramp of 50 ms that moves it in
 * every period. The delayed input glides over in fades, and in the end it is exact. */
static void a_change_of_latency_under_bypass_is_faded(void **state)
{
    (void)state;
    const timed step[] = {{.frame = 8000, .param = LATE_DELAY_FRAMES, .value = 220}};
    const timed twice[] = {{.frame = 8000, .param = LATE_DELAY_FRAMES, .value = 220},
                           {.frame = 8200, .param = LATE_DELAY_FRAMES, .value = 40}};
    const timed ramp[] = {{.frame = 8000, .param = LATE_GLIDE_FRAMES, .value = 777}};
    const struct {
        const char *name;
        const timed *events;
        uint32_t n, latency;
    } rows[] = {{"step", step, 1, 220}, {"two steps in one fade", twice, 2, 40}, {"ramp", ramp, 1, 877}};
    sound in = sound_make(24000), out = sound_make(24000);
    sound_sine(in, RATE, 200.0, 0.5f);
    for (uint32_t k = 0; k < DAWG_COUNT(rows); ++k) {
        rig r = rig_make(&dawg_late, RATE);
        dawg_set(r.x, BYPASS, 1);
        render(&r, in, rows[k].events, rows[k].n, out);
        const double db = to_db(sound_peak_above(out, RATE, 2000.0, 7000, 14000));
        print_message("%s: %.1f dBFS above 2 kHz\n", rows[k].name, db);
        assert_true(db <= -75.0);
        assert_int_equal(dawg_latency(r.x), rows[k].latency);
        for (uint32_t i = 14000; i < out.n; ++i) assert_true(out.ch[0][i] == in.ch[0][i - rows[k].latency]);
        rig_free(&r);
    }
    sound_free(&in), sound_free(&out);
}

/* The plugin goes on behind the bypass: what comes back is what it would have played. */
static void the_plugin_goes_on_behind_the_bypass(void **state)
{
    (void)state;
    sound in = sound_make(20000), with = sound_make(20000), without = sound_make(20000);
    sound_noise(in, 1, 1.0f);
    const timed both[] = {{.frame = 3200, .param = BYPASS, .value = 1}, {.frame = 9600, .param = BYPASS, .value = 0}};
    for (uint32_t k = 0; k < 2; ++k) {
        rig r = rig_make(&dawg_late, RATE);
        dawg_set(r.x, LATE_LEAK, 0.99f);
        render(&r, in, both, k ? 2 : 0, k ? with : without);
        rig_free(&r);
    }
    assert_memory_equal(with.ch[0] + 9600 + FADE, without.ch[0] + 9600 + FADE, sizeof(float) * (20000 - 9600 - FADE));
    assert_memory_equal(with.ch[0], without.ch[0], sizeof(float) * 3200);
    sound_free(&in), sound_free(&with), sound_free(&without);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settled_bypass_is_the_input_bit_for_bit_late_by_the_latency),
        cmocka_unit_test(a_bypassed_plugin_has_no_tail_but_its_delay_and_the_fade),
        cmocka_unit_test(bypass_set_before_the_first_frame_is_settled_from_there),
        cmocka_unit_test(the_fade_is_a_raised_cosine_of_20_ms_both_ways),
        cmocka_unit_test(a_fade_turned_round_halfway_goes_back_the_same_way),
        cmocka_unit_test(switching_bypass_leaves_no_click_above_minus_75_dbfs),
        cmocka_unit_test(a_change_of_latency_under_bypass_is_faded),
        cmocka_unit_test(the_plugin_goes_on_behind_the_bypass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
