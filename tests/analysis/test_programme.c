/* SPDX-License-Identifier: MIT
 * The programme meter: true-peak rows of EBU Tech 3341 (15 to 23), peaks per channel, and what a file may hold. */
#include "analysis/programme.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <math.h>
#include <stdio.h>

#define PI 3.14159265358979323846
enum { LONGEST = 2 * 192000 };
static dawg_programme meter;
static dawg_programme_report got;
static float left[LONGEST], right[LONGEST];

static void measure(double rate, uint32_t channels, uint32_t n, uint32_t block)
{
    dawg_programme_init(&meter, rate, channels);
    for (uint32_t at = 0; at < n; at += block) {
        const float *const in[2] = {left + at, right + at};
        dawg_programme_process(&meter, in, n - at < block ? n - at : block);
    }
    dawg_programme_read(&meter, &got);
}

static void true_peak_is(const char *name, double rate, double want)
{
    printf("%-8s %6.0f Hz: %+.3f dBTP (%+.1f +0.2 -0.4)\n", name, rate, got.true_peak_dbtp, want);
    assert_true(got.true_peak_dbtp <= want + 0.2 && got.true_peak_dbtp >= want - 0.4);
}

static void tones_between_the_samples_read_their_true_peak(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double divisor, degrees, level, want;
    } rows[] = {{"3341-15", 4, 0, 0.50, -6},
                {"3341-16", 4, 45, 0.50, -6},
                {"3341-17", 6, 60, 0.50, -6},
                {"3341-18", 8, 67.5, 0.50, -6},
                {"3341-19", 4, 45, 1.41, 3}};
    static const double rates[] = {48000, 44100, 96000, 88200, 192000};
    for (uint32_t r = 0; r < grid(3, 5); ++r)
        for (uint32_t k = 0; k < 5; ++k) {
            const uint32_t n = (uint32_t)rates[r], fade = n / 10;
            for (uint32_t i = 0; i < n; ++i) { /* faded, as the EBU's files are: an edge would have a peak of its own */
                const double edge = fmin(1.0, (double)(i < n - i ? i : n - i) / fade);
                const double turns = fmod((double)i / rows[k].divisor, 1.0) + rows[k].degrees / 360.0;
                left[i] = right[i] = (float)(rows[k].level * edge * sin(2.0 * PI * turns));
            }
            measure(rates[r], 2, n, 480);
            true_peak_is(rows[k].name, rates[r], rows[k].want);
        }
}

/* A half-scale tone of rate/6 with one full-scale cycle, made at four times the rate, low-passed to 0.45 of the rate
 * (Blackman-windowed sinc, 769 taps), scaled to peak 1, then every fourth sample from 0, 1, 2 or 3 on. */
static void a_burst_between_the_samples_reads_its_true_peak(void **state)
{
    (void)state;
    enum { N = 4 * 960, HALF = 384 };
    static double wide[N], filtered[N];
    double peak = 0;
    for (int i = 0; i < N; ++i) {
        const int from_middle = i - N / 2, inside = from_middle >= 0 && from_middle < 24;
        wide[i] = (inside ? 1.0 : 0.5) * sin(2.0 * PI * (double)(from_middle % 24) / 24.0) *
                  fmin(1.0, (double)(i < N - i ? i : N - i) / 480.0);
    }
    for (int i = 0; i < N; ++i) {
        filtered[i] = 0.0;
        for (int m = -HALF; m <= HALF; ++m) {
            if (i + m < 0 || i + m >= N) continue;
            const double cut = 0.45 / 2.0, u = (double)m / (HALF + 1);
            const double sinc = m ? sin(PI * cut * m) / (PI * m) : cut;
            filtered[i] += wide[i + m] * sinc * (0.42 + 0.5 * cos(PI * u) + 0.08 * cos(2.0 * PI * u));
        }
        peak = fmax(peak, fabs(filtered[i]));
    }
    static const char *const names[] = {"3341-20", "3341-21", "3341-22", "3341-23"};
    for (int offset = 0; offset < 4; ++offset) {
        for (int i = 0; i < N / 4; ++i) left[i] = right[i] = (float)(filtered[4 * i + offset] / peak);
        measure(48000, 2, N / 4, 37);
        true_peak_is(names[offset], 48000, 0.0);
    }
}

static void peaks_are_kept_per_channel(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 48000; ++i) {
        const double end = fmin(1.0, (double)(48000 - i) / 4800.0); /* a cut edge has a peak of its own */
        left[i] = (float)(0.5 * end * sin(2.0 * PI * 997.0 / 48000.0 * i));
        right[i] = 0.5f * left[i];
    }
    right[4711] = -0.7f;
    measure(48000, 2, 48000, 4096);
    assert_true(fabs(got.channel_sample_peak_dbfs[0] - 20.0 * log10(0.5)) <= 0.001);
    assert_true(fabs(got.channel_sample_peak_dbfs[1] - 20.0 * log10(0.7)) <= 0.001);
    assert_true(got.sample_peak_dbfs == got.channel_sample_peak_dbfs[1]);
    assert_true(got.true_peak_dbtp == got.channel_true_peak_dbtp[1] && got.true_peak_dbtp >= got.sample_peak_dbfs);
    assert_true(fabs(got.channel_true_peak_dbtp[0] - 20.0 * log10(0.5)) <= 0.05);
    assert_true(got.duration_s == 1.0 && got.guarded == 0);

    measure(48000, 1, 43200, 4096); /* mono counts once: one channel at half scale */
    assert_true(fabs(got.integrated_lufs - (-3.01 - 6.02)) <= 0.01);
    assert_true(fabs(got.sample_peak_dbfs - 20.0 * log10(0.5)) <= 0.001);
}

static void a_peak_after_the_last_frame_counts(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 480; ++i) left[i] = 0.0f;
    left[478] = left[479] = 0.9f; /* two equal samples: the waveform rises above them in between */
    measure(48000, 1, 480, 480);
    printf("two samples of 0.9 at the end: %+.2f dBTP\n", got.true_peak_dbtp);
    assert_true(got.true_peak_dbtp > 20.0 * log10(0.9 * 1.2)); /* band-limited: 2 sinc(1/2) = 1.27 times */
}

static void silence_and_nothing_measure_as_none(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 48000; ++i) left[i] = right[i] = 0.0f;
    for (uint32_t n = 0; n <= 48000; n += 48000) {
        measure(48000, 2, n, 512);
        assert_true(got.integrated_lufs == DAWG_LOUDNESS_NONE && got.momentary_max_lufs == DAWG_LOUDNESS_NONE);
        assert_true(got.short_term_max_lufs == DAWG_LOUDNESS_NONE && got.range_lu == DAWG_LOUDNESS_NONE);
        assert_true(got.sample_peak_dbfs == DAWG_LOUDNESS_NONE && got.true_peak_dbtp == DAWG_LOUDNESS_NONE);
        assert_true(got.duration_s == n / 48000.0);
    }
}

static void bad_samples_are_silence_and_are_counted(void **state)
{
    (void)state;
    dawg_noise noise;
    dawg_noise_seed(&noise, 5);
    for (uint32_t i = 0; i < 96000; ++i) left[i] = right[i] = 0.1f * dawg_noise_next(&noise);
    left[100] = right[7000] = left[9000] = right[50000] = 0.0f;
    measure(48000, 2, 96000, 333);
    const dawg_programme_report clean = got;
    left[100] = NAN, right[7000] = INFINITY, left[9000] = -INFINITY, right[50000] = 1e30f;
    measure(48000, 2, 96000, 1000);
    assert_int_equal(got.guarded, 4);
    got.guarded = 0;
    assert_memory_equal(&got, &clean, sizeof got); /* and other blocks give the same bits */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tones_between_the_samples_read_their_true_peak),
        cmocka_unit_test(a_burst_between_the_samples_reads_its_true_peak),
        cmocka_unit_test(peaks_are_kept_per_channel),
        cmocka_unit_test(a_peak_after_the_last_frame_counts),
        cmocka_unit_test(silence_and_nothing_measure_as_none),
        cmocka_unit_test(bad_samples_are_silence_and_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
