/* SPDX-License-Identifier: MIT
 * The limiter's gain: none under the ceiling (sound REQ LM-2), the same on both channels (LM-5), after an exact latency,
 * and as its meters show it. */
#include "kit/record.h"
#include "plugins/limiter.h"
#include "support/cmocka.h"

/* ---- LM-2 ------------------------------------------------------------------------------------------------------- */

static uint32_t frames_that_differ(sound in, sound out, uint32_t late, uint32_t from)
{
    uint32_t n = 0;
    for (uint32_t i = from; i < out.n; ++i)
        for (uint32_t c = 0; c < 2; ++c) n += memcmp(&out.ch[c][i], &in.ch[c][i - late], sizeof(float)) != 0;
    return n;
}

/* Uniform noise of -10 dBFS has a true peak under -1.5 dBTP; tiny numbers pass too. */
static void under_the_ceiling_the_output_is_the_delayed_input_bit_for_bit(void **state)
{
    (void)state;
    uint32_t ran = 0, wrong = 0;
    for (uint32_t k = 0; k < GRID_RATES; ++k)
        for (uint32_t set = 0; set < grid(6, 60); ++set, ++ran) {
            sound in = sound_make(LENGTH / 4), out = sound_make(LENGTH / 4);
            sound_noise(in, ran, 0.316f);
            for (uint32_t i = 0; i < in.n; i += 5) in.ch[0][i] = i % 3 ? 2e-38f : -1e-20f;
            rig r = rig_make(&dawg_limiter, grid_rates[k]);
            dawg_noise g;
            dawg_noise_seed(&g, ran);
            float values[N_PARAMS];
            params_draw(&dawg_limiter, set, &g, values);
            values[INPUT_DB] = 0.0f;
            values[CEILING_DB] = -1.0f;
            values[STYLE] = (float)(set % N_STYLES);
            values[DELTA] = values[DITHER] = 0.0f;
            params_set(&r, values);
            render(&r, in, out);
            const uint32_t late = dawg_latency(r.x);
            wrong += frames_that_differ(in, out, late, late);
            assert_true(dawg_meters(r.x)[GAIN_REDUCTION_DB] == 0.0f);
            rig_free(&r), sound_free(&in), sound_free(&out);
        }
    print_message("%u settings and rates\n", ran);
    dawg_record("LM-2", "samples that differ from the delayed input, 11 rates", wrong, "", "0");
    assert_int_equal(wrong, 0);
}

/* In the style Punchy the follower of the body, 12 release times, is the slowest. */
static void after_limiting_the_gain_comes_back_to_exactly_1(void **state)
{
    (void)state;
    static const float releases_ms[] = {1, 30, 100, 300};
    uint32_t wrong = 0;
    for (uint32_t k = 0; k < DAWG_COUNT(releases_ms) + N_STYLES; ++k) {
        const float release_ms = k < DAWG_COUNT(releases_ms) ? releases_ms[k] : 30.0f;
        const uint32_t style = k < DAWG_COUNT(releases_ms) ? 0 : k - DAWG_COUNT(releases_ms);
        rig r = rig_make(&dawg_limiter, 48000);
        dawg_set(r.x, RELEASE_MS, release_ms);
        dawg_set(r.x, STYLE, (float)style);
        dawg_set(r.x, INPUT_DB, 0);
        sound loud = sound_make(48000), in = sound_make(LENGTH), out = sound_make(LENGTH), rest = sound_make(48000);
        sound_noise(loud, k, 4.0f);
        render(&r, loud, rest);
        sound_noise(in, k + 9, 0.3f);
        for (uint32_t second = 0; second < 2 + (uint32_t)((style ? 0.252f : 0.084f) * release_ms);
             ++second) { /* 21 of the slowest time constant */
            sound_noise(loud, k, 0.3f);
            render(&r, loud, rest);
        }
        render(&r, in, out);
        const uint32_t late = dawg_latency(r.x);
        wrong += frames_that_differ(in, out, late, late);
        rig_free(&r), sound_free(&loud), sound_free(&in), sound_free(&out), sound_free(&rest);
    }
    dawg_record("LM-2", "samples that differ 84 release times after limiting (other styles: 252)", wrong, "", "0");
    assert_int_equal(wrong, 0);
}

/* ---- LM-5 ------------------------------------------------------------------------------------------------------- */

/* The right channel is the left one, 2^-6 as large: at equal gains it still is, bit for bit, but for the samples that
 * the last clamp of the left channel rounds. */
static void at_link_1_both_channels_get_the_same_gain_bit_for_bit(void **state)
{
    (void)state;
    sound in = sound_make(LENGTH), out = sound_make(LENGTH);
    dawg_noise g;
    dawg_noise_seed(&g, 5);
    uint32_t clamped = 0, wrong = 0;
    for (uint32_t set = 0; set < grid(12, 200); ++set) {
        sound_awkward(in, set);
        for (uint32_t i = 0; i < in.n; ++i) in.ch[1][i] = in.ch[0][i] * 0x1p-6f;
        rig r = rig_make(&dawg_limiter, 48000);
        float values[N_PARAMS];
        params_draw(&dawg_limiter, set, &g, values);
        values[LINK] = 1.0f;
        values[DELTA] = values[DITHER] = 0.0f;
        values[LOOKAHEAD_MS] = fmaxf(values[LOOKAHEAD_MS], 1.0f);
        params_set(&r, values);
        render(&r, in, out);
        float top = 0.0f;
        for (uint32_t i = 0; i < out.n; ++i) top = fmaxf(top, fabsf(out.ch[0][i]));
        for (uint32_t i = 0; i < out.n; ++i) {
            const float scaled = out.ch[0][i] * 0x1p-6f;
            if (out.ch[1][i] == scaled) continue;
            ++clamped;
            wrong += !(fabsf(out.ch[0][i]) == top && fabs((double)out.ch[1][i] / (double)scaled - 1.0) < 2e-7);
        }
        rig_free(&r);
    }
    print_message("%u samples rounded at the ceiling\n", clamped);
    dawg_record("LM-5", "samples with another gain at link 1, but for rounding at the ceiling", wrong, "", "0");
    assert_int_equal(wrong, 0);
    sound_free(&in), sound_free(&out);
}

static void at_link_0_a_quiet_channel_is_left_alone(void **state)
{
    (void)state;
    sound in = sound_make(LENGTH), out = sound_make(LENGTH);
    sound_noise(in, 6, 0.2f);
    for (uint32_t i = 0; i < in.n; ++i) in.ch[0][i] *= 15.0f;
    rig r = rig_make(&dawg_limiter, 48000);
    dawg_set(r.x, LINK, 0.0f);
    render(&r, in, out);
    const uint32_t late = dawg_latency(r.x);
    for (uint32_t i = late; i < out.n; ++i) assert_true(out.ch[1][i] == in.ch[1][i - late]);
    rig_free(&r), sound_free(&in), sound_free(&out);
}

static void latency_is_lookahead_plus_detector_whatever_else_is_set(void **state)
{
    (void)state;
    static const float looks_ms[] = {0, 0.5f, 1, 2.5f, 5, 10};
    uint32_t off = 0;
    for (uint32_t k = 0; k < GRID_RATES; ++k)
        for (uint32_t j = 0; j < DAWG_COUNT(looks_ms); ++j)
            for (uint32_t set = 0; set < 8; ++set) {
                rig r = rig_make(&dawg_limiter, grid_rates[k]);
                dawg_set(r.x, LOOKAHEAD_MS, looks_ms[j]);
                dawg_set(r.x, INPUT_DB, set & 1 ? 24.0f : -12.0f);
                dawg_set(r.x, TRUE_PEAK, set & 2 ? 1.0f : 0.0f);
                dawg_set(r.x, LINK, set & 4 ? 1.0f : 0.0f);
                dawg_set(r.x, STYLE, (float)(set % N_STYLES));
                const uint32_t expected = (uint32_t)lround((double)looks_ms[j] * 0.001 * (double)grid_rates[k]) + 22;
                off = dawg_latency(r.x) > off + expected ? dawg_latency(r.x) - expected : off;
                off = expected > off + dawg_latency(r.x) ? expected - dawg_latency(r.x) : off;
                sound in = sound_make(4096), out = sound_make(4096);
                in.ch[0][100] = in.ch[1][100] = 0.7f;
                render(&r, in, out);
                for (uint32_t i = 0; i < 4096; ++i) assert_true((out.ch[0][i] != 0.0f) == (i == 100 + expected));
                rig_free(&r), sound_free(&in), sound_free(&out);
            }
    dawg_record("LM-5", "latency error, 11 rates, any drive, link, style or detector", off, "samples", "0");
    assert_int_equal(off, 0);
}

/* ---- meters ----------------------------------------------------------------------------------------------------- */

/* A quiet constant on the right, linked to a loud left, shows the gain: the meter is its least value in each period. */
static void gain_reduction_meter_is_the_deepest_gain_of_the_last_period(void **state)
{
    (void)state;
    sound in = sound_make(LENGTH), out = sound_make(DAWG_PERIOD);
    sound_awkward(in, 7);
    for (uint32_t i = 0; i < in.n; ++i) in.ch[1][i] = 0x1p-10f;
    rig r = rig_make(&dawg_limiter, 48000);
    double worst = 0.0, deepest = 0.0;
    for (uint32_t at = 0; at < LENGTH; at += DAWG_PERIOD) {
        const float *from[2] = {in.ch[0] + at, in.ch[1] + at};
        float *to[2] = {out.ch[0], out.ch[1]};
        dawg_process(r.x, from, 2, NULL, 0, to, DAWG_PERIOD);
        if (at < 1024) continue; /* the constant has not come out yet */
        double least = 1.0;
        for (uint32_t i = 0; i < DAWG_PERIOD; ++i) least = fmin(least, (double)out.ch[1][i] * 0x1p10);
        worst = fmax(worst, fabs((double)dawg_meters(r.x)[GAIN_REDUCTION_DB] + 20.0 * log10(least)));
        deepest = fmax(deepest, -20.0 * log10(least));
    }
    print_message("within %.1e dB, down to %.1f dB\n", worst, deepest);
    assert_true(deepest > 6.0);
    assert_true(worst < 1e-4);
    rig_free(&r), sound_free(&in), sound_free(&out);
}

static void peak_meters_read_what_went_in_and_what_came_out(void **state)
{
    (void)state;
    sound in = sound_make(96000), out = sound_make(96000);
    sound_sine(in, 48000, 1000, 2.0f); /* +6.02 dBFS */
    rig r = rig_make(&dawg_limiter, 48000);
    dawg_set(r.x, INPUT_DB, 3);
    dawg_set(r.x, CEILING_DB, -2);
    render(&r, in, out);
    const float *m = dawg_meters(r.x);
    assert_true(fabs((double)m[INPUT_PEAK_DB] - 6.0206) < 0.05); /* falls by 0.013 dB in a control period */
    assert_true(fabs((double)m[OUTPUT_PEAK_DB] + 2.0) < 0.05);
    assert_true(fabs((double)m[TRUE_PEAK_DBTP] + 2.0) < 0.05);
    assert_true(fabs((double)m[GAIN_REDUCTION_DB] - 11.0206) < 0.01);
    rig_free(&r), sound_free(&in), sound_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(under_the_ceiling_the_output_is_the_delayed_input_bit_for_bit),
        cmocka_unit_test(after_limiting_the_gain_comes_back_to_exactly_1),
        cmocka_unit_test(at_link_1_both_channels_get_the_same_gain_bit_for_bit),
        cmocka_unit_test(at_link_0_a_quiet_channel_is_left_alone),
        cmocka_unit_test(latency_is_lookahead_plus_detector_whatever_else_is_set),
        cmocka_unit_test(gain_reduction_meter_is_the_deepest_gain_of_the_last_period),
        cmocka_unit_test(peak_meters_read_what_went_in_and_what_came_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
