/* SPDX-License-Identifier: MIT
 * The limiter's guarantees (sound REQ LM-1 for samples, LM-2, LM-5) and its gain-reduction meter. What needs an
 * estimator of true peak is in test_limiter.py. */
#include "kit/record.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include "support/registry.h"
#include "support/rig.h"
#include <math.h>

extern const dawg_plugin dawg_limiter;
enum { INPUT_DB, CEILING_DB, LOOKAHEAD_MS, RELEASE_MS, LINK, TRUE_PEAK, N_PARAMS };
enum { GAIN_REDUCTION_DB, INPUT_PEAK_DB, OUTPUT_PEAK_DB, TRUE_PEAK_DBTP };
enum { LENGTH = 1 << 15 };

/* Loud and awkward: noise, full-scale squares, isolated samples, alternating bursts, steps, rests. Up to +12 dBFS. */
static void sound_awkward(sound s, uint64_t seed)
{
    dawg_noise g;
    dawg_noise_seed(&g, seed);
    for (uint32_t start = 0; start < s.n;) {
        const uint32_t length = 1 + pick(&g, 1500), kind = pick(&g, 6), period = 2 + pick(&g, 100);
        const float level = 4.0f * unit(&g);
        for (uint32_t i = start; i < s.n && i - start < length; ++i)
            for (uint32_t c = 0; c < 2; ++c) {
                const float r = dawg_noise_next(&g);
                s.ch[c][i] = level * (kind == 0   ? r
                                      : kind == 1 ? ((i % period) * 2 < period ? 1.0f : -1.0f)
                                      : kind == 2 ? (pick(&g, 200) == 0 ? r : 0.0f)
                                      : kind == 3 ? (i & 1 ? 1.0f : -1.0f)
                                      : kind == 4 ? (c ? 1.0f : -0.5f)
                                                  : 0.0f);
            }
        start += length;
    }
}

static void render(rig *r, sound in, sound out)
{
    const score s = {.in = in, .in_channels = 2};
    score_render(r, &s, 128, 0, out);
}

static double gain_of(double db) { return pow(10.0, db / 20.0); }

/* ---- LM-1 ------------------------------------------------------------------------------------------------------- */

static void no_sample_exceeds_the_ceiling(void **state)
{
    (void)state;
    static const float rates[] = {44100, 48000, 96000, 8000, 192000};
    static const double ceilings[] = {0.0,  -0.1, -0.2, -0.3, -0.5,  -0.7,  -1.0,
                                      -1.5, -2.0, -3.0, -6.0, -9.99, -13.7, -20.0};
    const uint32_t sets = grid(3, 40);
    sound in = sound_make(LENGTH), out = sound_make(LENGTH);
    dawg_noise g;
    dawg_noise_seed(&g, 1);
    uint32_t ran = 0;
    double nearest = 1.0;
    for (uint32_t k = 0; k < DAWG_COUNT(rates); ++k)
        for (uint32_t j = 0; j < DAWG_COUNT(ceilings); ++j)
            for (uint32_t set = 0; set < sets; ++set) {
                rig r = rig_make(&dawg_limiter, rates[k]);
                float values[N_PARAMS];
                params_draw(&dawg_limiter, set, &g, values);
                values[CEILING_DB] = (float)ceilings[j];
                if (set % 3 == 0) values[LOOKAHEAD_MS] = set % 2 ? 0.0f : 0.1f;
                params_set(&r, values);
                sound_awkward(in, ++ran);
                render(&r, in, out);
                const double limit = gain_of(ceilings[j]), top = sound_peak(out, 0, LENGTH); /* no tolerance */
                if (!(top <= limit)) {
                    params_print(&dawg_limiter, values);
                    fail_msg("%g Hz: a sample of %.9g, ceiling %.9g", (double)rates[k], top, limit);
                }
                nearest = fmin(nearest, 1.0 - top / limit);
                rig_free(&r);
            }
    print_message("%u renders; the nearest sample lies %.1e under its ceiling\n", ran, nearest);
    dawg_record("LM-1", "sample peak over the ceiling, any setting", 20.0 * log10(1.0 - nearest), "dB", "<= 0");
    assert_true(nearest < 1e-5); /* the ceiling was reached */
    sound_free(&in), sound_free(&out);
}

/* A ceiling of 0 dBFS is exactly 1: the worst case for rounding, because nothing lies between it and the gain. */
static void rounding_never_lifts_a_sample_over_0_dbfs(void **state)
{
    (void)state;
    sound in = sound_make(LENGTH), out = sound_make(LENGTH);
    uint32_t at_limit = 0;
    for (uint32_t round = 0; round < grid(40, 2000); ++round) {
        rig r = rig_make(&dawg_limiter, 48000);
        dawg_set(r.x, CEILING_DB, 0);
        dawg_set(r.x, TRUE_PEAK, 0);
        dawg_set(r.x, RELEASE_MS, 1);
        dawg_set(r.x, LOOKAHEAD_MS, (float)(round % 4) * 0.25f);
        sound_noise(in, round, 1.5f + (float)round);
        render(&r, in, out);
        for (uint32_t i = 0; i < LENGTH; ++i)
            for (uint32_t c = 0; c < 2; ++c) {
                at_limit += fabsf(out.ch[c][i]) == 1.0f;
                if (!(fabsf(out.ch[c][i]) <= 1.0f)) fail_msg("round %u: a sample of %.9g", round, (double)out.ch[c][i]);
            }
        rig_free(&r);
    }
    print_message("%u samples at 0 dBFS\n", at_limit);
    assert_true(at_limit > 1000);
    sound_free(&in), sound_free(&out);
}

/* The plugin under test behind a process() that keeps the ceiling at both ends of each control period. */
static float edges[LENGTH / DAWG_PERIOD][2];
static uint32_t periods;
static void spying(void *self, const dawg_block *b)
{
    if (b->at == 0 && periods < LENGTH / DAWG_PERIOD) {
        edges[periods][0] = b->from[CEILING_DB];
        edges[periods++][1] = b->to[CEILING_DB];
    }
    dawg_limiter.process(self, b);
}

/* The ceiling belongs to the audio that enters with it: output frame n obeys that of input frame n - latency. */
static void a_moving_ceiling_holds_for_the_audio_that_entered_with_it(void **state)
{
    (void)state;
    dawg_plugin spy = dawg_limiter;
    spy.process = spying;
    const uint32_t rounds = grid(20, 500);
    sound in = sound_make(LENGTH), out = sound_make(LENGTH);
    dawg_noise g;
    dawg_noise_seed(&g, 2);
    for (uint32_t round = 0; round < rounds; ++round) {
        rig r = rig_make(&spy, 48000);
        float values[N_PARAMS];
        params_draw(&spy, round, &g, values);
        params_set(&r, values);
        for (uint32_t e = 0; e < 60; ++e)
            dawg_schedule(r.x, pick(&g, LENGTH), CEILING_DB, -20.0f * unit(&g), pick(&g, 2) ? pick(&g, 6000) : 0);
        sound_awkward(in, 100 + round);
        periods = 0;
        render(&r, in, out);
        const uint32_t late = dawg_latency(r.x);
        for (uint32_t i = late; i < LENGTH; ++i) {
            const float *edge = edges[(i - late) / DAWG_PERIOD];
            const double limit = gain_of((double)fmaxf(edge[0], edge[1]));
            const double top = fmax(fabs((double)out.ch[0][i]), fabs((double)out.ch[1][i]));
            if (!(top <= limit)) fail_msg("round %u, frame %u: %.9g over a ceiling of %.9g", round, i, top, limit);
        }
        rig_free(&r);
    }
    sound_free(&in), sound_free(&out);
}

static void nothing_exceeds_the_ceiling_while_any_other_parameter_moves(void **state)
{
    (void)state;
    const uint32_t rounds = grid(30, 1000);
    sound in = sound_make(LENGTH), out = sound_make(LENGTH);
    dawg_noise g;
    dawg_noise_seed(&g, 3);
    for (uint32_t round = 0; round < rounds; ++round) {
        rig r = rig_make(&dawg_limiter, round & 1 ? 44100 : 96000);
        for (uint32_t e = 0; e < 120; ++e) {
            static const uint32_t moving[] = {INPUT_DB, LOOKAHEAD_MS, LOOKAHEAD_MS, RELEASE_MS, LINK, TRUE_PEAK};
            const uint32_t param = moving[pick(&g, DAWG_COUNT(moving))];
            dawg_schedule(r.x, pick(&g, LENGTH), param, dawg_param_to_plain(&dawg_limiter.params[param], unit(&g)), 0);
        }
        sound_awkward(in, 200 + round);
        render(&r, in, out);
        const double top = sound_peak(out, 0, LENGTH);
        if (!(top <= gain_of(-1.0))) fail_msg("round %u: a sample of %.9g", round, top);
        rig_free(&r);
    }
    sound_free(&in), sound_free(&out);
}

/* The right channel is the left one at 2^-6 of its level, linked: it has the same gain and is never clipped, so it shows
 * whether the left one was. */
static void moving_the_ceiling_or_the_lookahead_never_clips(void **state)
{
    (void)state;
    sound in = sound_make(LENGTH), out = sound_make(LENGTH);
    dawg_noise g;
    dawg_noise_seed(&g, 4);
    double worst = 0.0;
    for (uint32_t round = 0; round < grid(20, 500); ++round) {
        rig r = rig_make(&dawg_limiter, 48000);
        dawg_set(r.x, LOOKAHEAD_MS, 1.0f + (float)(round % 9));
        for (uint32_t e = 0; e < 12; ++e) {
            const uint32_t param = e & 1 ? CEILING_DB : LOOKAHEAD_MS;
            dawg_schedule(r.x, pick(&g, LENGTH), param,
                          param == CEILING_DB ? -20.0f * unit(&g) : 1.0f + 9.0f * unit(&g), 0);
        }
        sound_awkward(in, 300 + round);
        for (uint32_t i = 0; i < in.n; ++i) in.ch[1][i] = in.ch[0][i] * 0x1p-6f;
        render(&r, in, out);
        for (uint32_t i = 0; i < LENGTH; ++i)
            worst = fmax(worst, fabs((double)out.ch[0][i] - 64.0 * (double)out.ch[1][i]));
        rig_free(&r);
    }
    print_message("clipped by %.1e of full scale at most: rounding\n", worst);
    assert_true(worst < 1e-6);
    sound_free(&in), sound_free(&out);
}

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

static void after_limiting_the_gain_comes_back_to_exactly_1(void **state)
{
    (void)state;
    static const float releases_ms[] = {1, 30, 100, 300};
    uint32_t wrong = 0;
    for (uint32_t k = 0; k < DAWG_COUNT(releases_ms); ++k) {
        rig r = rig_make(&dawg_limiter, 48000);
        dawg_set(r.x, RELEASE_MS, releases_ms[k]);
        dawg_set(r.x, INPUT_DB, 0);
        sound loud = sound_make(48000), in = sound_make(LENGTH), out = sound_make(LENGTH), rest = sound_make(48000);
        sound_noise(loud, k, 4.0f);
        render(&r, loud, rest);
        sound_noise(in, k + 9, 0.3f);
        for (uint32_t second = 0; second < 2 + (uint32_t)(0.084f * releases_ms[k]);
             ++second) { /* 21 of its 4 releases */
            sound_noise(loud, k, 0.3f);
            render(&r, loud, rest);
        }
        render(&r, in, out);
        const uint32_t late = dawg_latency(r.x);
        wrong += frames_that_differ(in, out, late, late);
        rig_free(&r), sound_free(&loud), sound_free(&in), sound_free(&out), sound_free(&rest);
    }
    dawg_record("LM-2", "samples that differ 84 release times after limiting", wrong, "", "0");
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
                const uint32_t expected = (uint32_t)lround((double)looks_ms[j] * 0.001 * (double)grid_rates[k]) + 22;
                off = dawg_latency(r.x) > off + expected ? dawg_latency(r.x) - expected : off;
                off = expected > off + dawg_latency(r.x) ? expected - dawg_latency(r.x) : off;
                sound in = sound_make(4096), out = sound_make(4096);
                in.ch[0][100] = in.ch[1][100] = 0.7f;
                render(&r, in, out);
                for (uint32_t i = 0; i < 4096; ++i) assert_true((out.ch[0][i] != 0.0f) == (i == 100 + expected));
                rig_free(&r), sound_free(&in), sound_free(&out);
            }
    dawg_record("LM-5", "latency error, 11 rates, any drive, link or detector", off, "samples", "0");
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
        cmocka_unit_test(no_sample_exceeds_the_ceiling),
        cmocka_unit_test(rounding_never_lifts_a_sample_over_0_dbfs),
        cmocka_unit_test(a_moving_ceiling_holds_for_the_audio_that_entered_with_it),
        cmocka_unit_test(nothing_exceeds_the_ceiling_while_any_other_parameter_moves),
        cmocka_unit_test(moving_the_ceiling_or_the_lookahead_never_clips),
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
