/* SPDX-License-Identifier: MIT
 * Promises of the ducking delay that are bits, bounds and levels (sound REQ DL-1, DL-3, DL-4, DL-6; and what ducking
 * may touch). Signal quality and times are measured in test_ducking_delay.py. */
#include "dsp/tempo.h"
#include "kit/record.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include "support/rig.h"
#include <math.h>
#include <stdio.h>

extern const dawg_plugin dawg_ducking_delay;
static const dawg_plugin *const plugin = &dawg_ducking_delay;

/* Echoes alone, exact: no cuts, no modulation, no ducking. */
#define PLAIN "mix", 1.0, "range_db", 0.0, "modulation", 0.0, "low_cut_hz", 20.0, "high_cut_hz", 20000.0
static sound impulse(uint32_t n, float level)
{
    sound s = sound_make(n);
    s.ch[0][0] = s.ch[1][0] = level;
    return s;
}

/* ---- DL-1 ------------------------------------------------------------------------------------------------------- */

static void a_repeat_is_the_input_bit_for_bit(void **state)
{
    (void)state;
    static const double times[] = {1, 1.37, 33.3, 375, 1234.5678, 2000};
    uint32_t compared = 0, wrong = 0;
    for (uint32_t k = 0; k < GRID_RATES; ++k)
        for (int t = 0; t < 6; ++t) {
            const float rate = grid_rates[k];
            const uint32_t frames = (uint32_t)floor((double)(float)times[t] * 1e-3 * (double)rate + 0.5);
            if (!grid_full() && (k + (uint32_t)t) % 3) continue;
            rig r = rig_with(plugin, rate, PLAIN, "time_ms", times[t], "feedback", 0.0, NULL);
            sound in = sound_make(frames + 5000);
            sound_noise(in, k, 1.0f); /* full scale */
            sound out = rig_play(&r, in, no_sound);
            for (uint32_t i = 0; i < in.n; ++i, ++compared)
                for (uint32_t c = 0; c < 2; ++c) wrong += out.ch[c][i] != (i < frames ? 0.0f : in.ch[c][i - frames]);
            sound_free(&in), sound_free(&out), rig_free(&r);
        }
    print_message("%u frames\n", compared);
    dawg_record("DL-1", "samples that are not the delayed input, 11 rates, 1 to 2000 ms", wrong, "", "0");
    assert_int_equal(wrong, 0);
}

static void at_feedback_one_half_the_tenth_repeat_is_exact_too(void **state)
{
    (void)state;
    rig r = rig_with(plugin, 48000, PLAIN, "time_ms", 50.0, "feedback", 0.5, NULL);
    sound in = sound_make(2400 * 12);
    sound burst = in;
    burst.n = 2400;
    sound_song(burst, 5, 48000);
    sound out = rig_play(&r, in, no_sound);
    for (uint32_t k = 1; k <= 10; ++k)
        for (uint32_t i = 0; i < 2400; ++i) assert_true(out.ch[0][2400 * k + i] == ldexpf(in.ch[0][i], 1 - (int)k));
    sound_free(&in), sound_free(&out), rig_free(&r);
}

/* ---- DL-3, DL-4 ------------------------------------------------------------------------------------------------- */

static void feedback_of_110_percent_stays_under_3_dbfs_without_dc(void **state)
{
    (void)state;
    static const struct {
        const char *what, *keys[4];
        double values[4];
    } rows[] = {
        {"echoes alone", {"mix", "range_db"}, {1, 0}},
        {"half and half", {"mix", "range_db"}, {0.5, 0}},
        {"as it comes", {"mix"}, {0.3}},
        {"no cuts, no modulation", {"range_db", "low_cut_hz", "high_cut_hz", "modulation"}, {0, 20, 20000, 0}},
        {"deep modulation", {"mix", "range_db", "modulation", "rate_hz"}, {1, 0, 1, 5}},
        {"short and wide", {"mix", "range_db", "time_ms", "width"}, {0.5, 0, 7, 2}},
    };
    const uint32_t second = 48000, seconds = 120;
    for (int k = 0; k < (grid_full() ? 6 : 4); ++k) {
        rig r = rig_make(plugin, 48000);
        dawg_set(r.x, params_named(plugin, "feedback"), 1.1f);
        for (int i = 0; i < 4 && rows[k].keys[i]; ++i)
            dawg_set(r.x, params_named(plugin, rows[k].keys[i]), (float)rows[k].values[i]);
        sound in = sound_make(second);
        double peak = 0.0, sum[2] = {0.0, 0.0};
        for (uint32_t s = 0; s < seconds; ++s) {
            sound_noise(in, s, 1.0f); /* 0 dBFS peak */
            sound out = rig_play(&r, in, no_sound);
            assert_true(sound_finite(out));
            peak = fmax(peak, sound_peak(out, 0, out.n));
            for (uint32_t c = 0; c < 2; ++c)
                for (uint32_t i = 0; i < out.n; ++i) sum[c] += (double)out.ch[c][i];
            sound_free(&out);
        }
        const double dc = to_db(fmax(fabs(sum[0]), fabs(sum[1])) / (second * seconds));
        print_message("%s: peak %.2f dBFS, DC %.1f dBFS after %u s\n", rows[k].what, to_db(peak), dc, seconds);
        dawg_record_highest("DL-3", "feedback 110 %, 120 s of noise, peak", to_db(peak), "dBFS", "<= 3", rows[k].what);
        dawg_record_highest("DL-3", "feedback 110 %, 120 s of noise, |DC|", dc, "dBFS", "<= -60", rows[k].what);
        assert_true(to_db(peak) <= 3.0 && dc <= -60.0);
        sound_free(&in), rig_free(&r);
    }
}

/* Without low cut the offset of a recording would grow until it is all there is. */
static void an_offset_does_not_grow_at_110_percent(void **state)
{
    (void)state;
    rig r = rig_with(plugin, 48000, PLAIN, "feedback", 1.1, "time_ms", 100.0, NULL);
    sound in = sound_make(48000);
    double dc = 0.0;
    for (uint32_t s = 0; s < 30; ++s) {
        sound_noise(in, s, 0.5f);
        for (uint32_t i = 0; i < in.n; ++i) in.ch[0][i] += 0.01f;
        sound out = rig_play(&r, in, no_sound);
        for (uint32_t i = 0; i < in.n && s >= 20; ++i) dc += (double)out.ch[0][i] / (10.0 * in.n);
        sound_free(&out);
    }
    print_message("input offset -40 dBFS: echoes %.1f dBFS after 20 to 30 s\n", to_db(fabs(dc)));
    assert_true(to_db(fabs(dc)) <= -60.0);
    sound_free(&in), rig_free(&r);
}

static void a_loop_at_100_percent_keeps_its_energy_for_a_minute(void **state)
{
    (void)state;
    static const double times[] = {1, 20, 375};
    for (int t = 0; t < 3; ++t) {
        rig r = rig_with(plugin, 48000, PLAIN, "time_ms", times[t], "feedback", 1.0, NULL);
        sound in = impulse(96000, 0.25f), silence = sound_make(96000); /* -12 dBFS */
        double energy[2] = {0.0, 0.0};
        for (uint32_t s = 0; s < 30; ++s) {
            sound out = rig_play(&r, s ? silence : in, no_sound);
            for (uint32_t i = 0; i < out.n && (s == 1 || s == 29); ++i)
                energy[s == 29] += (double)out.ch[0][i] * (double)out.ch[0][i];
            sound_free(&out);
        }
        print_message("%g ms: energy after a minute %+.6f dB\n", times[t], 10.0 * log10(energy[1] / energy[0]));
        const double change = fabs(10.0 * log10(energy[1] / energy[0]));
        char detail[40];
        snprintf(detail, sizeof detail, "%g ms", times[t]);
        dawg_record_highest("DL-3", "feedback 100 %, energy off after 60 s", change, "dB", "<= 1", detail);
        assert_true(change < 0.1); /* REQ: 1 dB */
        sound_free(&in), sound_free(&silence), rig_free(&r);
    }
}

static void repeats_fall_by_the_feedback(void **state)
{
    (void)state;
    double worst = 0.0;
    for (double feedback = 0.1; feedback <= 1.05; feedback += 0.1) {
        rig r = rig_with(plugin, 48000, PLAIN, "time_ms", 30.0, "feedback", feedback, NULL);
        sound in = impulse(20000, 0.25f), out = rig_play(&r, in, no_sound);
        for (uint32_t n = 1; n <= 10; ++n)
            worst = fmax(worst, fabs(to_db((double)out.ch[0][1440 * n] / 0.25) - to_db(pow(feedback, n - 1.0))));
        sound_free(&in), sound_free(&out), rig_free(&r);
    }
    print_message("10 repeats at 10 feedbacks: within %.6f dB\n", worst);
    dawg_record("DL-4", "repeats 1 to 10, feedback 0.1 to 1, error", worst, "dB", "<= 0.1");
    assert_true(worst <= 0.001); /* REQ: 0.1 dB */
}

/* DL-3 and DL-4 once more, at delays that anti-runaway listens to: what falls or stays as it should is no build-up. */
static void anti_runaway_leaves_repeats_and_energy_alone(void **state)
{
    (void)state;
    double worst = 0.0;
    for (double feedback = 0.1; feedback <= 1.05; feedback += 0.1) {
        rig r = rig_with(plugin, 48000, PLAIN, "time_ms", 60.0, "feedback", feedback, "anti_runaway", 1.0, NULL);
        sound in = impulse(40000, 0.25f), out = rig_play(&r, in, no_sound);
        for (uint32_t n = 1; n <= 10; ++n)
            worst = fmax(worst, fabs(to_db((double)out.ch[0][2880 * n] / 0.25) - to_db(pow(feedback, n - 1.0))));
        sound_free(&in), sound_free(&out), rig_free(&r);
    }
    dawg_record("DL-8", "on: repeats 1 to 10, feedback 0.1 to 1, error", worst, "dB", "<= 0.1");
    rig r = rig_with(plugin, 48000, PLAIN, "time_ms", 375.0, "feedback", 1.0, "anti_runaway", 1.0, NULL);
    sound in = sound_make(96000), silence = sound_make(96000);
    double energy[2] = {0.0, 0.0};
    sound_song(in, 3, 48000);
    for (uint32_t s = 0; s < 30; ++s) {
        sound out = rig_play(&r, s ? silence : in, no_sound);
        for (uint32_t i = 0; i < out.n && (s == 1 || s == 29); ++i)
            energy[s == 29] += (double)out.ch[0][i] * (double)out.ch[0][i];
        sound_free(&out);
    }
    const double change = fabs(10.0 * log10(energy[1] / energy[0]));
    dawg_record("DL-8", "on: music at 100 %, energy off after 60 s", change, "dB", "<= 1");
    print_message("10 repeats within %.6f dB; energy after a minute %.6f dB off\n", worst, change);
    assert_true(worst <= 0.001 && energy[0] > 0.0 && change < 0.5); /* REQ: 0.1 and 1 dB; 2 s are no whole turns */
    sound_free(&in), sound_free(&silence), rig_free(&r);
}

/* ---- DL-6 ------------------------------------------------------------------------------------------------------- */

static void synced_echoes_come_within_half_a_sample(void **state)
{
    (void)state;
    static const float rates[] = {44100, 48000, 96000};
    static const double tempos[] = {20, 33.3, 60, 87.5, 120, 133.7, 174, 222.2, 300};
    double worst = 0.0;
    uint32_t ran = 0;
    for (uint32_t k = 0; k < 3; ++k)
        for (uint32_t t = 0; t < 9; ++t)
            for (uint32_t note = 1; note < DAWG_NOTE_COUNT; ++note) {
                if (!grid_full() && (k + t + note) % 5) continue;
                rig r = rig_with(plugin, (double)rates[k], PLAIN, "sync", (double)note, "feedback", 0.0, NULL);
                dawg_set_transport(r.x, &(dawg_transport){.tempo_bpm = tempos[t]});
                const double goal = dawg_note_beats(note) * 60.0 / tempos[t] * (double)rates[k];
                sound in = impulse((uint32_t)goal + 100, 0.5f), out = rig_play(&r, in, no_sound);
                uint32_t at = 0;
                while (at < out.n - 1 && out.ch[0][at] == 0.0f) ++at;
                worst = fmax(worst, fabs((double)at - goal));
                assert_true(out.ch[0][at] == 0.5f);
                ++ran;
                sound_free(&in), sound_free(&out), rig_free(&r);
            }
    print_message("%u notes, tempos and rates: within %.4f samples\n", ran, worst);
    dawg_record("DL-1", "tempo-synced interval, error", worst, "samples", "<= 0.5");
    assert_true(worst <= 0.5 + 1e-6);
}

/* 1 ms at 8 kHz is 8 frames, the least a swept read can do: modulation then has no room, and says so in its help. */
static void the_shortest_time_works_at_the_lowest_rate(void **state)
{
    (void)state;
    rig r = rig_with(plugin, 8000, PLAIN, "time_ms", 1.0, "feedback", 0.5, "modulation", 1.0, "rate_hz", 5.0, NULL);
    sound in = impulse(4000, 0.5f), out = rig_play(&r, in, no_sound);
    for (uint32_t i = 0; i < 160; ++i)
        assert_true(out.ch[0][i] == (i && i % 8 == 0 ? ldexpf(0.5f, 1 - (int)i / 8) : 0.0f));
    sound_free(&in), sound_free(&out), rig_free(&r);
}

/* ---- mix and ducking -------------------------------------------------------------------------------------------- */

static void mix_is_equal_power_and_exact_at_both_ends(void **state)
{
    (void)state;
    double low = 0.0, high = -100.0;
    for (double m = 0.0; m <= 1.0; m += 0.125) {
        rig r = rig_with(plugin, 48000, PLAIN, "mix", m, "feedback", 0.0, "time_ms", 10.0, NULL);
        sound in = impulse(1000, 0.5f), out = rig_play(&r, in, no_sound);
        const double dry = (double)out.ch[0][0] / 0.5, wet = (double)out.ch[0][480] / 0.5;
        assert_true(fabs(dry - (1.0 - m) * (1.5 - 0.5 * (1.0 - m) * (1.0 - m))) < 1e-6 &&
                    fabs(wet - m * (1.5 - 0.5 * m * m)) < 1e-6);
        low = fmin(low, 10.0 * log10(dry * dry + wet * wet));
        high = fmax(high, dry + wet);
        sound_free(&in), sound_free(&out), rig_free(&r);
    }
    print_message("power within %.2f dB; dry and wet together at most %.4f\n", low, high);
    assert_true(low > -0.25 && high <= 1.375001);

    rig r = rig_with(plugin, 48000, PLAIN, "mix", 0.0, "feedback", 0.9, NULL);
    sound in = sound_make(30000);
    sound_song(in, 4, 48000);
    for (uint32_t i = 0; i < in.n; i += 7) in.ch[0][i] = -0.0f;
    sound out = rig_play(&r, in, no_sound);
    assert_int_equal(sound_first_difference(in, out), UINT32_MAX);
    sound_free(&in), sound_free(&out), rig_free(&r);
}

/* A key that sounds for a second, and the same echoes with and without it. */
static void ducking_hides_echoes_and_does_not_erase_them(void **state)
{
    (void)state;
    const uint32_t second = 48000;
    sound in = sound_make(4 * second), talk = sound_make(4 * second), out[3];
    sound start = in, voice = talk;
    start.n = 2000;
    voice.n = second;
    sound_noise(start, 1, 0.03f); /* the input itself stays under the threshold */
    sound_sine(voice, 48000, 300.0, 0.5f);
    for (int k = 0; k < 3; ++k) { /* ducked by the key; not ducked; a key that is switched off */
        rig r =
            rig_with(plugin, 48000, PLAIN, "time_ms", 100.0, "feedback", 0.95, "release_ms", 50.0, "mix", 0.5, NULL);
        dawg_set(r.x, params_named(plugin, "range_db"), k == 1 ? 0.0f : 60.0f);
        dawg_set(r.x, params_named(plugin, "sidechain"), k == 2 ? 0.0f : 1.0f);
        out[k] = sound_make(in.n);
        const score s = {.in = in, .in_channels = 2, .side = talk, .side_channels = 2};
        score_render(&r, &s, 128, 0, out[k]);
        rig_free(&r);
    }
    const double dry = 0.5 * (1.5 - 0.125);
    double hidden = 0.0, heard = 0.0, back = 0.0;
    for (uint32_t i = 0; i < in.n; ++i) {
        const double wet = (double)out[0].ch[0][i] - dry * (double)in.ch[0][i];
        const double all = (double)out[1].ch[0][i] - dry * (double)in.ch[0][i];
        if (i > second / 4 && i < second) hidden = fmax(hidden, fabs(wet)), heard = fmax(heard, fabs(all));
        if (i > 2 * second) back = fmax(back, fabs(to_db(fabs(wet / all))) * (fabs(all) > 1e-3));
    }
    print_message("echoes at %.1f dB, under the key %.1f dB; a second after it within %.4f dB\n", to_db(heard),
                  to_db(hidden), back);
    assert_true(fabs(to_db(hidden / heard) + 60.0) < 0.5 && back < 0.1);
    assert_int_equal(sound_first_difference(out[1], out[2]), UINT32_MAX);
    for (int k = 0; k < 3; ++k) sound_free(&out[k]);
    sound_free(&in), sound_free(&talk);
}

static void width_0_is_mono_and_2_doubles_the_sides(void **state)
{
    (void)state;
    sound in = sound_make(20000), out[3];
    sound_noise(in, 3, 0.3f);
    for (int w = 0; w < 3; ++w) {
        rig r = rig_with(plugin, 48000, PLAIN, "time_ms", 10.0, "feedback", 0.0, "width", (double)w, NULL);
        out[w] = rig_play(&r, in, no_sound);
        rig_free(&r);
    }
    for (uint32_t i = 0; i < in.n; ++i) {
        const float l = out[1].ch[0][i], r = out[1].ch[1][i];
        assert_true(fabsf(out[0].ch[0][i] - 0.5f * (l + r)) < 1e-7f && fabsf(out[0].ch[1][i] - 0.5f * (l + r)) < 1e-7f);
        assert_true(fabsf(out[2].ch[0][i] - out[2].ch[1][i] - 2.0f * (l - r)) < 3e-7f);
    }
    for (int w = 0; w < 3; ++w) sound_free(&out[w]);
    sound_free(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_repeat_is_the_input_bit_for_bit),
        cmocka_unit_test(at_feedback_one_half_the_tenth_repeat_is_exact_too),
        cmocka_unit_test(feedback_of_110_percent_stays_under_3_dbfs_without_dc),
        cmocka_unit_test(an_offset_does_not_grow_at_110_percent),
        cmocka_unit_test(a_loop_at_100_percent_keeps_its_energy_for_a_minute),
        cmocka_unit_test(repeats_fall_by_the_feedback),
        cmocka_unit_test(anti_runaway_leaves_repeats_and_energy_alone),
        cmocka_unit_test(synced_echoes_come_within_half_a_sample),
        cmocka_unit_test(the_shortest_time_works_at_the_lowest_rate),
        cmocka_unit_test(mix_is_equal_power_and_exact_at_both_ends),
        cmocka_unit_test(ducking_hides_echoes_and_does_not_erase_them),
        cmocka_unit_test(width_0_is_mono_and_2_doubles_the_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
