/* SPDX-License-Identifier: MIT
 * What stands between key and gain: curve, link, switches and the programme-dependent stages, each by its own number; and
 * that chunks do not matter. Times and distortion of the detector alone are in test_envelope.c. */
#include "dsp/compressor.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include <math.h>
#include <string.h>

enum { PERIOD = 32, RATE = 48000 };

static dawg_compressor_setting plain(void)
{
    return (dawg_compressor_setting){
        .curve = dawg_gain_curve_make(-20, 0.75f, 0, 60), .attack_ms = 10, .release_ms = 100, .link = 1};
}

/* Two constant levels for a while; the reduction at the end. */
static void hold(dawg_compressor *x, const dawg_compressor_setting *s, float left, float right, uint32_t frames,
                 float last[2])
{
    float key[2][PERIOD], out[2][PERIOD];
    for (uint32_t i = 0; i < PERIOD; ++i) key[0][i] = left, key[1][i] = right;
    for (uint32_t at = 0; at < frames; at += PERIOD) {
        dawg_compressor_plan(x, s);
        dawg_compressor_run(x, 0, PERIOD, (const float *const[2]){key[0], key[1]}, (float *const[2]){out[0], out[1]});
        dawg_compressor_end(x);
    }
    last[0] = out[0][PERIOD - 1], last[1] = out[1][PERIOD - 1];
}

static dawg_compressor made(void)
{
    dawg_compressor x;
    dawg_compressor_reset(&x, PERIOD, RATE);
    return x;
}

/* -8 dBFS is 12 dB over: 9 dB off. RMS reads a constant 3.01 dB higher, as a sine whose peaks lie there. */
static void a_steady_level_is_reduced_by_the_curve(void **state)
{
    (void)state;
    const float level = (float)pow(10.0, -8.0 / 20.0);
    for (uint32_t k = 0; k < 4; ++k) {
        dawg_compressor x = made();
        dawg_compressor_setting s = plain();
        float y[2];
        s.rms = k & 1, s.auto_release = k & 2, s.transients = 0.5f, s.adaptive_attack = 1;
        hold(&x, &s, level, level, RATE, y);
        const double goal = 9.0 + (k & 1 ? 0.75 * 10.0 * log10(2.0) : 0.0);
        assert_true(fabs((double)y[0] - goal) < 1e-3 && y[0] == y[1]);
        assert_true(dawg_compressor_reduction_db(&x) == y[0]);
    }
}

static void link_shares_the_deeper_goal(void **state)
{
    (void)state;
    const float links[] = {0, 0.5f, 1};
    for (uint32_t k = 0; k < 3; ++k) {
        dawg_compressor x = made();
        dawg_compressor_setting s = plain();
        float y[2];
        s.link = links[k];
        hold(&x, &s, 1.0f, 0.1f, RATE, y); /* 15 dB and none */
        assert_true(fabsf(y[0] - 15.0f) < 1e-3f && fabsf(y[1] - 15.0f * links[k]) < 1e-3f);
        assert_true(k < 2 || y[0] == y[1]);
        hold(&x, &s, 0.1f, 1.0f, 2 * RATE, y);
        assert_true(fabsf(y[1] - 15.0f) < 1e-3f && fabsf(y[0] - 15.0f * links[k]) < 1e-3f);
    }
}

/* A constant after 2 s of pulses of the same height, one in 400 frames (26 dB of crest factor): the reduction after one
 * set attack. Without adaption 63 %; with the eighth of the time that such material gets, all of it. */
static void the_attack_adapts_at_most_eightfold(void **state)
{
    (void)state;
    for (uint32_t adaptive = 0; adaptive < 2; ++adaptive) {
        dawg_compressor x = made();
        dawg_compressor_setting s = plain();
        float key[PERIOD], out[2][PERIOD], y[2];
        s.adaptive_attack = adaptive;
        s.release_ms = 10;
        for (uint32_t n = 0; n < 2 * RATE; n += PERIOD) {
            for (uint32_t i = 0; i < PERIOD; ++i) key[i] = (n + i) % 400 == 0 ? 1.0f : 0.0f;
            dawg_compressor_plan(&x, &s);
            dawg_compressor_run(&x, 0, PERIOD, (const float *const[2]){key, key}, (float *const[2]){out[0], out[1]});
            dawg_compressor_end(&x);
        }
        assert_true(fabs(x.crest.share - (adaptive ? DAWG_CREST_LEAST : 1.0)) < 0.03);
        for (uint32_t c = 0; c < 2; ++c) x.lane[c] = (dawg_compressor_lane){{0, 0, 0}, 0, 0, 0};
        hold(&x, &s, 1.0f, 1.0f, 480, y);
        assert_true(adaptive ? y[0] > 14.9f : fabsf(y[0] - 15.0f * 0.632f) < 0.2f);
    }
}

/* One attack after the onset: 63 % without, 22 % (10 ms of 40) with transients at 1; the same in the end. */
static void transients_wait_30_ms_longer(void **state)
{
    (void)state;
    dawg_compressor_setting s = plain();
    for (uint32_t k = 0; k < 2; ++k) {
        dawg_compressor x = made();
        float y[2];
        s.transients = (float)k;
        hold(&x, &s, 1.0f, 1.0f, 480, y);
        assert_true(fabs((double)y[0] - 15.0 * (1.0 - exp(k ? -0.25 : -1.0))) < 0.05);
        hold(&x, &s, 1.0f, 1.0f, RATE, y);
        assert_true(fabsf(y[0] - 15.0f) < 1e-3f);
    }
}

static void in_silence_everything_comes_to_rest_at_exactly_0(void **state)
{
    (void)state;
    dawg_compressor x = made();
    dawg_compressor_setting s = plain();
    float y[2];
    s.rms = s.auto_release = s.adaptive_attack = 1;
    hold(&x, &s, 1.0f, 0.5f, RATE, y);
    assert_true(y[0] > 10.0f);
    hold(&x, &s, 0.0f, 0.0f, 60 * RATE, y);
    for (uint32_t c = 0; c < 2; ++c) {
        const dawg_compressor_lane *l = &x.lane[c];
        assert_true(y[c] == 0.0f && l->envelope.y == 0.0 && l->envelope.peak == 0.0 && l->slow == 0.0 &&
                    l->late == 0.0 && l->power == 0.0);
    }
    assert_true(x.crest.share == 1.0 && x.crest.mean == 0.0 && x.crest.peak == 0.0);
}

/* Silence is lifted most, at once when it begins so, and goes where the lift goes; from there sound is met in the attack
 * and left in the release, and exactly the lift is there again. */
static void silence_rests_at_the_lift(void **state)
{
    (void)state;
    dawg_compressor x = made();
    dawg_compressor_setting s = plain();
    float y[2];
    s.curve.lift_db = 12;
    hold(&x, &s, 0.0f, 0.0f, PERIOD, y);
    assert_true(y[0] == -12.0f && y[1] == -12.0f && dawg_compressor_reduction_db(&x) == -12.0f);
    s.curve.lift_db = 18;
    hold(&x, &s, 0.0f, 0.0f, PERIOD, y);
    assert_true(y[0] < -17.8f && y[0] >= -18.0f && dawg_compressor_reduction_db(&x) == -18.0f);
    hold(&x, &s, 0.0f, 0.0f, PERIOD, y);
    assert_true(y[0] == -18.0f);
    hold(&x, &s, (float)pow(10.0, -28.0 / 20.0), 0.0f, RATE, y); /* 8 dB under: 6 dB up */
    assert_true(fabs((double)y[0] + 6.0) < 1e-3 && y[0] == y[1]);
    hold(&x, &s, 0.0f, 0.0f, 3 * RATE, y);
    assert_true(y[0] == -18.0f && dawg_compressor_reduction_db(&x) == -18.0f);
}

/* Everything on and on its way, in chunks of 32, and of 1, 5 and 26 frames. */
static void chunks_do_not_matter(void **state)
{
    (void)state;
    static const uint32_t chunks[2][3] = {{32, 0, 0}, {1, 5, 26}};
    dawg_compressor x[2] = {made(), made()};
    dawg_noise g;
    dawg_noise_seed(&g, 5);
    for (uint32_t p = 0; p < 400; ++p) {
        float key[2][PERIOD], out[2][2][PERIOD];
        for (uint32_t i = 0; i < 2 * PERIOD; ++i) key[i / PERIOD][i % PERIOD] = dawg_noise_next(&g);
        dawg_compressor_setting s = plain();
        if (p % 100 < 20) memset(key, 0, sizeof key);
        s.curve.threshold_db = -40.0f + 0.05f * (float)p;
        s.curve.lift_db = p < 350 ? 0.05f * (float)(p % 60) : 0.0f;
        s.link = 0.3f, s.transients = (float)p / 400.0f;
        s.rms = p > 50 && p < 300, s.auto_release = p > 100, s.adaptive_attack = p > 200;
        for (uint32_t k = 0; k < 2; ++k) {
            dawg_compressor_plan(&x[k], &s);
            for (uint32_t c = 0, at = 0; c < 3; at += chunks[k][c++])
                dawg_compressor_run(&x[k], at, chunks[k][c], (const float *const[2]){key[0] + at, key[1] + at},
                                    (float *const[2]){out[k][0] + at, out[k][1] + at});
            dawg_compressor_end(&x[k]);
        }
        assert_memory_equal(out[0], out[1], sizeof out[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_steady_level_is_reduced_by_the_curve),
        cmocka_unit_test(link_shares_the_deeper_goal),
        cmocka_unit_test(the_attack_adapts_at_most_eightfold),
        cmocka_unit_test(transients_wait_30_ms_longer),
        cmocka_unit_test(in_silence_everything_comes_to_rest_at_exactly_0),
        cmocka_unit_test(silence_rests_at_the_lift),
        cmocka_unit_test(chunks_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
