/* SPDX-License-Identifier: MIT
 * The long-term spectrum in 32 bands against levels that theory names, its gates, its memory, its indifference to
 * chunks, level and rate. */
#include "analysis/long_spectrum.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846
enum { PERIOD = 32, BANDS = DAWG_ERB_BANDS };

typedef struct bench {
    void *mem;
    dawg_long_spectrum *x;
    double rate, memory_s;
    uint32_t windows;
    dawg_noise noise;
} bench;

static bench make(double rate, double memory_s)
{
    bench b = {.rate = rate, .memory_s = memory_s};
    const size_t size = (dawg_long_spectrum_size(rate) + 15) & ~(size_t)15;
    b.mem = aligned_alloc(16, size);
    memset(b.mem, 0x5a, size);
    b.x = dawg_long_spectrum_init(b.mem, size, rate);
    assert_non_null(b.x);
    dawg_noise_seed(&b.noise, 3);
    return b;
}

static void feed(bench *b, const float *l, const float *r, uint32_t chunk)
{
    for (uint32_t at = 0, n; at < PERIOD; at += n) {
        n = chunk < PERIOD - at ? chunk : PERIOD - at;
        const float *const in[2] = {l + at, r + at};
        dawg_long_spectrum_feed(b->x, in, n);
    }
    b->windows += (uint32_t)dawg_long_spectrum_work(b->x, 1, b->memory_s);
}

/* White noise of that peak in both channels, `right` times as much in the right one. */
static void white(bench *b, double seconds, float level, float right, uint32_t chunk)
{
    for (uint32_t k = 0; k < (uint32_t)(seconds * b->rate / PERIOD); ++k) {
        float l[PERIOD], r[PERIOD];
        for (int i = 0; i < PERIOD; ++i) {
            l[i] = level * dawg_noise_next(&b->noise);
            r[i] = level * right * dawg_noise_next(&b->noise);
        }
        feed(b, l, r, chunk);
    }
}

static void sine(bench *b, double seconds, double hz, double level)
{
    uint32_t t = 0;
    for (uint32_t k = 0; k < (uint32_t)(seconds * b->rate / PERIOD); ++k) {
        float l[PERIOD];
        for (int i = 0; i < PERIOD; ++i, ++t) l[i] = (float)(level * sin(fmod(hz * t / b->rate, 1.0) * 2.0 * PI));
        feed(b, l, l, PERIOD);
    }
}

static double energy_of(const double *density, int i)
{
    double edges[BANDS + 1];
    dawg_erb_edges(edges, BANDS);
    return density[i] + 10.0 * log10(edges[i + 1] - edges[i]);
}

/* Uniform noise of peak 0.5 has 1/12 of a mean square in each channel, spread from 0 to half the rate; 0 dB is a sine of
 * peak 1 in both channels. */
static void white_noise_is_flat_and_has_its_level(void **state)
{
    (void)state;
    const double rates[] = {8000, 44100, 48000, 192000};
    for (int r = 0; r < 4; ++r) {
        bench b = make(rates[r], 0);
        white(&b, 20, 0.5f, 1.0f, PERIOD);
        double d[BANDS], edges[BANDS + 1];
        dawg_erb_edges(edges, BANDS);
        dawg_long_spectrum_read(b.x, d);
        const double expected = 10.0 * log10(1.0 / 6.0 / (0.5 * rates[r]));
        for (int i = 0; i < BANDS; ++i) {
            if (edges[i] >= 0.5 * rates[r]) assert_true(d[i] == DAWG_LONG_NONE);
            else if (edges[i + 1] < 0.45 * rates[r] && fabs(d[i] - expected) > (i < 2 ? 1.0 : 0.5))
                fail_msg("%g Hz, band %d: %.2f dB, expected %.2f", rates[r], i + 1, d[i], expected);
        }
        free(b.mem);
    }
}

static void a_sine_lies_in_its_band_with_its_level(void **state)
{
    (void)state;
    double centre[BANDS], d[BANDS];
    dawg_erb_centres(centre, BANDS);
    for (int i = 2; i < BANDS; i += 3) {
        bench b = make(48000, 0);
        sine(&b, 2, centre[i], 0.1);
        dawg_long_spectrum_read(b.x, d);
        assert_true(fabs(energy_of(d, i) + 20.0) < 0.15);
        free(b.mem);
    }
}

static void one_channel_counts_half_and_chunks_do_not_count(void **state)
{
    (void)state;
    bench a = make(48000, 0), b = make(48000, 0), c = make(48000, 0);
    white(&a, 3, 0.5f, 1.0f, PERIOD), white(&b, 3, 0.5f, 1.0f, 5), white(&c, 3, 0.5f, 0.0f, PERIOD);
    double da[BANDS], db[BANDS], dc[BANDS];
    dawg_long_spectrum_read(a.x, da), dawg_long_spectrum_read(b.x, db), dawg_long_spectrum_read(c.x, dc);
    assert_memory_equal(da, db, sizeof da);
    for (int i = 6; i < BANDS; ++i) assert_true(fabs(da[i] - dc[i] - 3.01) < 1.5);
    free(a.mem), free(b.mem), free(c.mem);
}

static void pauses_and_faint_parts_are_not_counted(void **state)
{
    (void)state;
    bench b = make(48000, 0);
    white(&b, 3, 0.5f, 1.0f, PERIOD);
    const double heard = dawg_long_spectrum_heard_s(b.x);
    assert_true(heard > 2.6 && heard <= 3.0);
    white(&b, 5, 0.0f, 1.0f, PERIOD);
    white(&b, 5, 0.0002f, 1.0f, PERIOD);                        /* under -70 dBFS */
    white(&b, 5, 0.02f, 1.0f, PERIOD);                          /* 28 dB under what came before */
    assert_true(dawg_long_spectrum_heard_s(b.x) < heard + 0.5); /* windows across the edges */
    white(&b, 2, 0.2f, 1.0f, PERIOD);                           /* 8 dB under */
    assert_true(dawg_long_spectrum_heard_s(b.x) > heard + 1.5);
    free(b.mem);
}

/* A step of 20 dB up in level: with a memory of 2 s, after 2 s 63 % of the new power is there (windows of 0.17 s). */
static void memory_is_a_time_constant_and_without_one_all_counts(void **state)
{
    (void)state;
    double d[BANDS];
    bench b = make(48000, 2.0);
    white(&b, 12, 0.05f, 1.0f, PERIOD), white(&b, 2, 0.5f, 1.0f, PERIOD);
    dawg_long_spectrum_read(b.x, d);
    const double whole = 10.0 * log10(1.0 / 6.0 / 24000.0);
    assert_true(fabs(pow(10.0, (d[24] - whole) / 10.0) - 0.63) < 0.08);
    free(b.mem);
    b = make(48000, 0.0);
    white(&b, 6, 0.1f, 1.0f, PERIOD), white(&b, 2, 0.5f, 1.0f, PERIOD);
    dawg_long_spectrum_read(b.x, d);
    assert_true(fabs(pow(10.0, (d[24] - whole) / 10.0) - (6.0 * 0.04 + 2.0) / 8.0) < 0.03);
    free(b.mem);
}

static void ten_seconds_of_silence_are_forgetting(void **state)
{
    (void)state;
    double d[BANDS];
    bench b = make(44100, 0.0);
    white(&b, 3, 0.5f, 1.0f, PERIOD), white(&b, 9.8, 0.0f, 1.0f, PERIOD);
    assert_true(dawg_long_spectrum_heard_s(b.x) > 2.5);
    assert_true(fabs(dawg_long_spectrum_silent_s(b.x) - 9.8) < 0.01);
    white(&b, 0.3, 0.0f, 1.0f, PERIOD);
    assert_true(dawg_long_spectrum_heard_s(b.x) == 0.0);
    dawg_long_spectrum_read(b.x, d);
    for (int i = 0; i < BANDS; ++i) assert_true(d[i] == DAWG_LONG_NONE);
    free(b.mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(white_noise_is_flat_and_has_its_level),
        cmocka_unit_test(a_sine_lies_in_its_band_with_its_level),
        cmocka_unit_test(one_channel_counts_half_and_chunks_do_not_count),
        cmocka_unit_test(pauses_and_faint_parts_are_not_counted),
        cmocka_unit_test(memory_is_a_time_constant_and_without_one_all_counts),
        cmocka_unit_test(ten_seconds_of_silence_are_forgetting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
