/* SPDX-License-Identifier: MIT
 * The detector of sibilance on tones, whose ratio is known: the curve at any level of the whole, dBFS when absolute, link,
 * tracking, hiss after sound; and that chunks do not matter. Voices are in tests/plugins/test_de_esser.py. */
#include "dsp/sibilance.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <math.h>
#include <string.h>

enum { PERIOD = 32, RATE = 48000 };

static dawg_sibilance_setting plain(void)
{
    return (dawg_sibilance_setting){.freq_hz = 7000,
                                    .threshold_db = -12,
                                    .range_db = 10,
                                    .attack_ms = 0.5f,
                                    .hold_ms = 5,
                                    .release_ms = 40,
                                    .link = 1};
}

typedef struct tones { /* peaks, at 1 kHz and at `hz` */
    double low[2], high[2], hz;
} tones;

/* Whether both lanes ended with the same bits. The mean reduction of the last 20 ms. */
static int play(dawg_sibilance *x, const dawg_sibilance_setting *s, tones t, double rate, double seconds,
                double mean[2])
{
    const uint32_t n = (uint32_t)(seconds * rate) / PERIOD * PERIOD, last = (uint32_t)(0.02 * rate);
    int same = 0;
    mean[0] = mean[1] = 0;
    for (uint32_t at = 0; at < n; at += PERIOD) {
        float key[2][PERIOD], out[2][PERIOD], band[2][PERIOD];
        for (uint32_t i = 0; i < PERIOD; ++i)
            for (uint32_t c = 0; c < 2; ++c) {
                const double turns = 2.0 * DAWG_PI * (double)(at + i) / rate;
                key[c][i] = (float)(t.low[c] * sin(1000.0 * turns) + t.high[c] * sin(t.hz * turns));
            }
        dawg_sibilance_plan(x, s);
        same = dawg_sibilance_run(x, 0, PERIOD, (const float *const[2]){key[0], key[1]},
                                  (float *const[2]){out[0], out[1]}, (float *const[2]){band[0], band[1]});
        for (uint32_t i = 0; i < 2 * PERIOD; ++i)
            if (at + i % PERIOD + last >= n) mean[i / PERIOD] += (double)out[i / PERIOD][i % PERIOD] / (double)last;
        dawg_sibilance_end(x);
    }
    return same;
}

static dawg_sibilance made(double rate)
{
    dawg_sibilance x;
    dawg_sibilance_reset(&x, PERIOD, rate);
    return x;
}

/* The parabola from 6 dB below the threshold up to the range at it, written out. */
static double ducker(double level, double threshold, double range)
{
    const double u = fmin(fmax((level - threshold + 6.0) / 6.0, 0.0), 1.0);
    return range * u * u;
}

/* Ratios -30 to 0 dB, levels -60 to 0 dBFS: a reduction within half a dB of ratio, the same at each level within 0.1 dB. */
static void the_ratio_decides_and_not_the_level(void **state)
{
    (void)state;
    const dawg_sibilance_setting s = plain();
    for (double ratio = -30; ratio <= 0; ratio += 1.5) {
        double first = -1;
        for (double level = -60; level <= 0; level += 12) {
            const double all = pow(10.0, level / 20.0), share = pow(10.0, ratio / 10.0);
            const double high = all * sqrt(share), low = all * sqrt(1.0 - share);
            dawg_sibilance x = made(RATE);
            double y[2];
            play(&x, &s, (tones){{low, low}, {high, high}, 7000}, RATE, 0.5, y);
            assert_true(y[0] >= ducker(ratio - 0.5, -12, 10) - 0.01 && y[0] <= ducker(ratio + 0.5, -12, 10) + 0.01);
            if (first < 0) first = y[0];
            assert_true(fabs(y[0] - first) < 0.1);
        }
    }
}

/* At every rate that has 7 kHz; and a low tone alone leaves it at exactly 0. */
static void a_high_tone_gets_the_range_and_a_low_one_nothing(void **state)
{
    (void)state;
    const dawg_sibilance_setting s = plain();
    for (uint32_t r = 0; r < GRID_RATES; ++r) {
        const double rate = (double)grid_rates[r];
        double y[2];
        dawg_sibilance x = made(rate);
        if (rate >= 16000.0) {
            play(&x, &s, (tones){{0, 0}, {0.1, 0.1}, 7000}, rate, 0.5, y);
            assert_true(fabs(y[0] - 10.0) < 1e-3 && dawg_sibilance_reduction_db(&x) > 9.999f);
        }
        x = made(rate);
        play(&x, &s, (tones){{0.1, 0.1}, {0, 0}, 7000}, rate, 1.5, y);
        assert_true(y[0] == 0.0 && y[1] == 0.0);
    }
}

/* A sine reads its peak, whatever else sounds: within 0.3 dB. */
static void absolute_means_dbfs(void **state)
{
    (void)state;
    dawg_sibilance_setting s = plain();
    s.absolute = 1, s.threshold_db = -30;
    for (double level = -42; level <= -24; level += 1.5) {
        const double high = pow(10.0, level / 20.0);
        dawg_sibilance x = made(RATE);
        double y[2];
        play(&x, &s, (tones){{0.5, 0.5}, {high, high}, 7000}, RATE, 0.5, y);
        assert_true(y[0] >= ducker(level - 0.3, -30, 10) - 0.01 && y[0] <= ducker(level + 0.3, -30, 10) + 0.01);
    }
}

/* A sibilant on the left, a vowel on the right. */
static void link_shares_the_reduction(void **state)
{
    (void)state;
    const float links[] = {0, 0.5f, 1};
    for (uint32_t k = 0; k < 3; ++k) {
        dawg_sibilance_setting s = plain();
        s.link = links[k];
        dawg_sibilance x = made(RATE);
        double y[2];
        const int same = play(&x, &s, (tones){{0, 0.3}, {0.3, 0}, 7000}, RATE, 1.5, y);
        assert_int_equal(same, k == 2);
        if (k < 2) assert_true(fabs(y[0] - 10.0) < 0.01 && fabs(y[1] - 10.0 * (double)links[k]) < 0.01);
        if (k == 2) assert_true(y[0] == y[1] && y[0] > 9.9);
    }
}

/* A sibilant 54 dB below the loudest of late is hiss; 20 dB below it is one. After 15 s the loudest has faded by 30 dB. */
static void hiss_after_sound_is_no_sibilant(void **state)
{
    (void)state;
    const dawg_sibilance_setting s = plain();
    const struct {
        double pause_s, high, least, most;
    } rows[] = {{0, 0.002, 0, 0}, {0, 0.1, 9.9, 10}, {15, 0.003, 9, 10}};
    for (uint32_t i = 0; i < 3; ++i) {
        dawg_sibilance x = made(RATE);
        double y[2];
        play(&x, &s, (tones){{1, 1}, {0, 0}, 7000}, RATE, 0.5, y);
        if (rows[i].pause_s > 0) play(&x, &s, (tones){{0, 0}, {0, 0}, 7000}, RATE, rows[i].pause_s, y);
        play(&x, &s, (tones){{0, 0}, {rows[i].high, rows[i].high}, 7000}, RATE, 1.5, y);
        assert_true(y[0] >= rows[i].least && y[0] <= rows[i].most);
    }
}

/* Within 0.5 % of a tone's frequency, half an octave from freq_hz at most; off: exactly freq_hz. */
static void the_centre_follows_the_sibilants(void **state)
{
    (void)state;
    const double rates[] = {32000, 44100, 48000, 96000, 192000};
    const struct {
        double set, hz, found;
    } rows[] = {{7000, 5500, 5500},
                {7000, 7000, 7000},
                {7000, 9000, 9000},
                {6000, 5000, 5000},
                {5000, 8000, 5000 * sqrt(2.0)},
                {9000, 6000, 9000 / sqrt(2.0)},
                {6000, 4000, 5000}};
    for (uint32_t r = 0; r < 5; ++r)
        for (uint32_t i = 0; i < 7; ++i) {
            dawg_sibilance_setting s = plain();
            s.freq_hz = (float)rows[i].set;
            double y[2];
            dawg_sibilance x = made(rates[r]);
            play(&x, &s, (tones){{0, 0}, {0.1, 0.1}, rows[i].hz}, rates[r], 0.3, y);
            assert_true(dawg_sibilance_centre_hz(&x) == rows[i].set);
            s.tracking = 1;
            play(&x, &s, (tones){{0, 0}, {0.1, 0.1}, rows[i].hz}, rates[r], 0.3, y);
            assert_true(fabs(dawg_sibilance_centre_hz(&x) / rows[i].found - 1.0) < 0.005);
            play(&x, &s, (tones){{0.1, 0.1}, {0, 0}, 7000}, rates[r], 1.0, y); /* a vowel does not move it */
            assert_true(fabs(dawg_sibilance_centre_hz(&x) / rows[i].found - 1.0) < 0.005);
        }
}

/* Bursts of noise under everything that moves, in one go and in odd pieces. */
static void chunks_do_not_matter(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < 2; ++k) {
        dawg_noise g;
        dawg_noise_seed(&g, 8);
        dawg_sibilance one = made(RATE), other = made(RATE);
        for (uint32_t p = 0; p < 600; ++p) {
            float key[2][PERIOD], a[2][PERIOD], b[2][PERIOD], band[2][PERIOD];
            const float loud = p / 40 % 2 ? 0.5f : 0.001f;
            for (uint32_t i = 0; i < 2 * PERIOD; ++i) key[i / PERIOD][i % PERIOD] = loud * dawg_noise_next(&g);
            dawg_sibilance_setting s = plain();
            s.tracking = 1, s.absolute = p > 200 && p < 400, s.link = k ? 1.0f : (float)(p % 100) / 99.0f;
            s.threshold_db = -20.0f + (float)(p % 10), s.freq_hz = 6000.0f + (float)p;
            dawg_sibilance_plan(&one, &s), dawg_sibilance_plan(&other, &s);
            dawg_sibilance_run(&one, 0, PERIOD, (const float *const[2]){key[0], key[1]}, (float *const[2]){a[0], a[1]},
                               (float *const[2]){band[0], band[1]});
            for (uint32_t at = 0, n; at < PERIOD; at += n) {
                n = 1 + (p + at) % 7;
                if (n > PERIOD - at) n = PERIOD - at;
                dawg_sibilance_run(&other, at, n, (const float *const[2]){key[0] + at, key[1] + at},
                                   (float *const[2]){b[0] + at, b[1] + at},
                                   (float *const[2]){band[0] + at, band[1] + at});
            }
            assert_memory_equal(a, b, sizeof a);
            dawg_sibilance_end(&one), dawg_sibilance_end(&other);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ratio_decides_and_not_the_level),
        cmocka_unit_test(a_high_tone_gets_the_range_and_a_low_one_nothing),
        cmocka_unit_test(absolute_means_dbfs),
        cmocka_unit_test(link_shares_the_reduction),
        cmocka_unit_test(hiss_after_sound_is_no_sibilant),
        cmocka_unit_test(the_centre_follows_the_sibilants),
        cmocka_unit_test(chunks_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
