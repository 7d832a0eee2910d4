/* SPDX-License-Identifier: MIT
 * The limiter's guarantee (sound REQ LM-1 for samples): the ceiling holds, whatever moves. What needs an estimator of
 * true peak is in test_limiter.py. */
#include "kit/record.h"
#include "plugins/limiter.h"
#include "support/cmocka.h"

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
            static const uint32_t moving[] = {INPUT_DB, LOOKAHEAD_MS, LOOKAHEAD_MS, RELEASE_MS, LINK,  TRUE_PEAK,
                                              STYLE,    AUTO_RELEASE, TRANSIENTS,   UNITY_GAIN, DELTA, DITHER};
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_sample_exceeds_the_ceiling),
        cmocka_unit_test(rounding_never_lifts_a_sample_over_0_dbfs),
        cmocka_unit_test(a_moving_ceiling_holds_for_the_audio_that_entered_with_it),
        cmocka_unit_test(nothing_exceeds_the_ceiling_while_any_other_parameter_moves),
        cmocka_unit_test(moving_the_ceiling_or_the_lookahead_never_clips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
