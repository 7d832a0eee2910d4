/* SPDX-License-Identifier: MIT
 * The drive that a limiter is advised: against the loudness meter, while the drive moves, after a latency, over long
 * rests, and from the start of the transport. */
#include "analysis/drive_watch.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include <math.h>
#include <stdlib.h>

enum { PERIOD = 32, RATE = 48000 };
static dawg_drive_watch watch;
static dawg_loudness meter;
static dawg_noise noise;

static void begin(void)
{
    dawg_drive_watch_reset(&watch, RATE);
    dawg_loudness_init(&meter, RATE, 2);
    dawg_noise_seed(&noise, 4);
}

/* Noise at this level behind a drive that nothing limits; the meter hears what comes out. */
static dawg_drive_reading play(double seconds, float level, float drive_db, uint32_t playing)
{
    dawg_drive_reading r = {0};
    float out[2][PERIOD], drive[PERIOD];
    const float *const in[2] = {out[0], out[1]}, gain = powf(10.0f, drive_db / 20.0f);
    for (uint32_t at = 0; at < (uint32_t)(seconds * RATE); at += PERIOD) {
        for (uint32_t i = 0; i < PERIOD; ++i) {
            drive[i] = gain;
            for (int c = 0; c < 2; ++c) out[c][i] = gain * level * dawg_noise_next(&noise);
        }
        dawg_loudness_process(&meter, in, PERIOD);
        dawg_drive_watch_process(&watch, in, drive, PERIOD);
        r = dawg_drive_watch_end(&watch, drive_db, -14.0f, playing);
    }
    return r;
}

static void readings_are_those_of_the_meter_and_the_suggestion_reaches_the_target(void **state)
{
    (void)state;
    for (float drive_db = -12.0f; drive_db <= 24.0f; drive_db += 9.0f) {
        begin();
        const dawg_drive_reading r = play(5, 0.05f, drive_db, 0);
        const double integrated = dawg_loudness_integrated(&meter);
        assert_true(fabs((double)r.integrated - integrated) < 0.02); /* the newest block may still be counted */
        assert_true(fabs((double)r.short_term - dawg_loudness_short_term(&meter)) < 1e-3);
        assert_true(fabs((double)r.momentary - dawg_loudness_momentary(&meter)) < 1e-3);
        assert_true(fabs((double)(r.suggested_db - drive_db) - (-14.0 - integrated)) < 0.02);
    }
}

static void a_moving_drive_does_not_change_what_is_suggested(void **state)
{
    (void)state;
    begin();
    const float at_rest = play(5, 0.05f, 0.0f, 0).suggested_db;
    const dawg_drive_reading moved = play(5, 0.05f, 10.0f, 0);
    assert_true(fabs((double)(moved.suggested_db - at_rest)) < 0.05);
    assert_true(fabs((double)(moved.integrated + moved.suggested_db - 10.0f + 14.0f)) < 1e-4);
}

static void nothing_heard_suggests_nothing(void **state)
{
    (void)state;
    begin();
    const dawg_drive_reading r = play(2, 0.0f, 3.0f, 0);
    assert_true(r.suggested_db == 3.0f);
    assert_true(r.integrated == -200.0f && r.short_term == -200.0f && r.momentary == -200.0f);
}

/* Latency before the first sample moves no gating block: the same bits as without. */
static void what_is_skipped_is_no_part_of_the_programme(void **state)
{
    (void)state;
    double readings[2];
    for (uint32_t late = 0; late < 2; ++late) {
        begin();
        dawg_drive_watch_skip(&watch, late * 3 * PERIOD);
        if (late) {
            const dawg_noise before = noise;
            (void)play(3.0 * PERIOD / RATE, 0.2f, 0.0f, 0);
            noise = before;
        }
        readings[late] = (double)play(2, 0.05f, 0.0f, 0).integrated;
    }
    assert_true(readings[0] > -100.0 && readings[0] == readings[1]);
}

/* A song with a rest of 20 s is one programme; a transport that starts, or 30 s of digital silence, begin another. */
static void a_new_programme_begins_with_the_transport_or_after_30_s_of_silence(void **state)
{
    (void)state;
    begin();
    const float before = play(5, 0.2f, 0.0f, 1).integrated;
    assert_true(before > -30.0f);
    assert_true(fabs((double)(play(20, 0.0f, 0.0f, 1).integrated - before)) < 0.5);
    (void)play(1, 0.0f, 0.0f, 0);
    assert_true(play(0.2, 0.0f, 0.0f, 1).integrated == -200.0f);
    assert_true(fabs((double)(play(5, 0.02f, 0.0f, 1).integrated - before) + 20.0) < 0.5);
    assert_true(play(31, 0.0f, 0.0f, 1).integrated == -200.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readings_are_those_of_the_meter_and_the_suggestion_reaches_the_target),
        cmocka_unit_test(a_moving_drive_does_not_change_what_is_suggested),
        cmocka_unit_test(nothing_heard_suggests_nothing),
        cmocka_unit_test(what_is_skipped_is_no_part_of_the_programme),
        cmocka_unit_test(a_new_programme_begins_with_the_transport_or_after_30_s_of_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
