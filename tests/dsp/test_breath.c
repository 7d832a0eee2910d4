/* SPDX-License-Identifier: MIT
 * What is a breath (sound REQ VX-5): dark, soft, unvoiced, and lasting; each mark on its own. A tone stands for the sound,
 * so that its level and place are exact. Talk is in tests/plugins/test_vocal_compressor.py. */
#include "dsp/breath.h"
#include "support/cmocka.h"
#include <math.h>

enum { PERIOD = 32, RATE = 48000 };

/* A voice of a second at -20 dBFS, then a tone; its share after so many seconds of that. */
static double share(double hz, double db, int voiced, double seconds, dawg_breath *x)
{
    float y[PERIOD];
    double end = 0.0;
    dawg_breath_reset(x, PERIOD, RATE);
    for (uint32_t t = 0; t < (uint32_t)((1.0 + seconds) * RATE); t += PERIOD) {
        const int is_voice = t < RATE;
        const double level = pow(10.0, (is_voice ? -20.0 : db) / 20.0), f = is_voice ? 150.0 : hz;
        for (uint32_t i = 0; i < PERIOD; ++i) y[i] = (float)(level * sin(2.0 * DAWG_PI * f * (t + i) / RATE));
        dawg_breath_feed(x, y, 7);
        dawg_breath_feed(x, y + 7, PERIOD - 7);
        end = dawg_breath_end(x, is_voice || voiced);
    }
    return end;
}

static void it_has_all_its_marks(void **state)
{
    (void)state;
    dawg_breath x;
    assert_true(share(2000, -45, 0, 1, &x) == 1.0);
    assert_true(share(2000, -32, 0, 1, &x) == 1.0); /* 12 dB under the voice */
    assert_true(share(2000, -65, 0, 1, &x) == 1.0); /* 45 */
    assert_true(share(2000, -28, 0, 1, &x) == 0.0); /* too loud */
    assert_true(share(2000, -72, 0, 1, &x) == 0.0); /* nothing there */
    assert_true(share(7000, -45, 0, 1, &x) == 0.0); /* a fricative */
    assert_true(share(2000, -45, 1, 1, &x) == 0.0); /* a voice */
}

/* 25 dB under the voice the followers take 30 ms to fall below its mark. */
static void it_waits_70_ms_and_lets_go_at_once(void **state)
{
    (void)state;
    dawg_breath x;
    assert_true(share(2000, -45, 0, 0.07, &x) == 0.0);
    assert_true(share(2000, -45, 0, 0.17, &x) > 0.9);
    float y[PERIOD];
    double left = 1.0;
    for (uint32_t t = 0; t < RATE / 50; t += PERIOD) { /* 20 ms of a louder sound */
        for (uint32_t i = 0; i < PERIOD; ++i) y[i] = 0.1f * (float)sin(2.0 * DAWG_PI * 150.0 * (t + i) / RATE);
        dawg_breath_feed(&x, y, PERIOD);
        left = dawg_breath_end(&x, 0);
    }
    assert_true(left < 0.05);
}

/* Before a voice was heard nothing is known of its level. */
static void without_a_voice_there_is_no_breath(void **state)
{
    (void)state;
    dawg_breath x;
    dawg_breath_reset(&x, PERIOD, RATE);
    float y[PERIOD];
    for (uint32_t t = 0; t < RATE; t += PERIOD) {
        for (uint32_t i = 0; i < PERIOD; ++i) y[i] = 0.01f * (float)sin(2.0 * DAWG_PI * 2000.0 * (t + i) / RATE);
        dawg_breath_feed(&x, y, PERIOD);
        assert_true(dawg_breath_end(&x, 0) == 0.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_has_all_its_marks),
        cmocka_unit_test(it_waits_70_ms_and_lets_go_at_once),
        cmocka_unit_test(without_a_voice_there_is_no_breath),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
