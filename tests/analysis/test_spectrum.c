/* SPDX-License-Identifier: MIT
 * The streaming spectrum against the sum that defines it, in double, and against levels that theory names. */
#include "analysis/spectrum.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define N DAWG_SPECTRUM_POINTS
#define HOP DAWG_SPECTRUM_HOP
#define BINS DAWG_SPECTRUM_BINS
#define PI 3.14159265358979323846
enum { LONGEST = 40000 };
static _Alignas(16) unsigned char mem[400000];
static float left[LONGEST], right[LONGEST], got[BINS], again[BINS];

static dawg_spectrum *make(void)
{
    assert_true(dawg_spectrum_size() <= sizeof mem);
    memset(mem, 0x5a, sizeof mem); /* whatever the memory held */
    dawg_spectrum *s = dawg_spectrum_init(mem, sizeof mem);
    assert_non_null(s);
    return s;
}

static void noise(uint32_t n, float level)
{
    dawg_noise a, b;
    dawg_noise_seed(&a, 3);
    dawg_noise_seed(&b, 4);
    for (uint32_t i = 0; i < n; ++i) left[i] = level * dawg_noise_next(&a), right[i] = 0.3f * dawg_noise_next(&b);
}

static void sine(double bin, double to_left, double to_right)
{
    for (uint32_t i = 0; i < 2 * N; ++i) {
        const double y = sin(fmod(bin * i, N) * 2.0 * PI / N + 0.7);
        left[i] = (float)(to_left * y), right[i] = (float)(to_right * y);
    }
}

/* The header's formula, term by term; frames before 0 are silence. */
static double textbook(uint32_t k, int64_t end)
{
    double sum = 0;
    for (int c = 0; c < 2; ++c) {
        double re = 0, im = 0;
        for (int64_t t = 0; t < N; ++t) {
            const int64_t frame = end - N + t;
            if (frame < 0) continue;
            const double x = (double)(c ? right : left)[frame] * (0.5 - 0.5 * cos(2.0 * PI * (double)t / N));
            const double turn = 2.0 * PI * (double)(t * k % N) / N;
            re += x * cos(turn), im -= x * sin(turn);
        }
        const double amplitude = (k == 0 || k == N / 2 ? 2.0 : 4.0) * hypot(re, im) / N;
        sum += amplitude * amplitude;
    }
    return 10.0 * log10(sum / 2.0);
}

static void noise_reads_as_the_textbook_sum(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {HOP, 5000, N, N + HOP + 17, 30011};
    noise(LONGEST, 0.8f);
    double worst = 0;
    for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; ++l) {
        dawg_spectrum *s = make();
        dawg_spectrum_process(s, left, right, lengths[l]);
        dawg_spectrum_read(s, got);
        for (uint32_t k = 0; k < BINS; k += k % 3 ? 64 : 61)
            worst = fmax(worst, fabs((double)got[k] - textbook(k, lengths[l] / HOP * HOP)));
        worst = fmax(worst, fabs((double)got[N / 2] - textbook(N / 2, lengths[l] / HOP * HOP)));
    }
    printf("white noise: largest difference %.2g dB\n", worst);
    assert_true(worst <= 1e-3);
}

static void a_full_scale_sine_reads_0_db_at_its_bin(void **state)
{
    (void)state;
    static const uint32_t bins[] = {2, 17, 170, 1001, 4000, 4094};
    double worst = 0, floor_level = -300;
    for (size_t b = 0; b < sizeof bins / sizeof bins[0]; ++b) {
        dawg_spectrum *s = make();
        sine(bins[b], 1, 1);
        dawg_spectrum_process(s, left, right, 2 * N);
        dawg_spectrum_read(s, got);
        worst = fmax(worst, fabs((double)got[bins[b]]));
        worst = fmax(worst, fabs((double)got[bins[b] - 1] + 20.0 * log10(2.0)));
        for (uint32_t k = 0; k < BINS; ++k)
            if (k + 1 < bins[b] || k > bins[b] + 1) floor_level = fmax(floor_level, (double)got[k]);
    }
    printf("bin centres: within %.2g dB, elsewhere %.1f dB\n", worst, floor_level);
    assert_true(worst <= 1e-3 && floor_level <= -135.0);
}

static void levels_and_channels_count_by_power(void **state)
{
    (void)state;
    static const struct {
        double left, right, want;
    } rows[] = {{1, 0, -3.0103}, {0, 1, -3.0103}, {0.1, 0.1, -20}, {1, -1, 0}, {0.001, 0.001, -60}, {1e-6, 1e-6, -120}};
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; ++r) {
        dawg_spectrum *s = make();
        sine(500, rows[r].left, rows[r].right);
        dawg_spectrum_process(s, left, right, 2 * N);
        dawg_spectrum_read(s, got);
        assert_true(fabs((double)got[500] - rows[r].want) <= 1e-3);
    }
}

/* Hann at half a bin: sinc(1/2) / (1 - 1/4) = 8 / (3 pi). */
static void between_two_bins_a_sine_reads_1_42_db_less(void **state)
{
    (void)state;
    dawg_spectrum *s = make();
    sine(700.5, 1, 1);
    dawg_spectrum_process(s, left, right, 2 * N);
    dawg_spectrum_read(s, got);
    const double loss = 20.0 * log10(8.0 / (3.0 * PI));
    printf("midway: %.4f and %.4f dB, theory %.4f\n", (double)got[700], (double)got[701], loss);
    assert_true(fabs((double)got[700] - loss) <= 1e-3 && fabs((double)got[701] - loss) <= 1e-3);
}

static void a_constant_and_the_nyquist_tone_read_0_db(void **state)
{
    (void)state;
    for (uint32_t nyquist = 0; nyquist < 2; ++nyquist) {
        dawg_spectrum *s = make();
        for (uint32_t i = 0; i < N; ++i) left[i] = right[i] = nyquist && i % 2 ? -1.0f : 1.0f;
        dawg_spectrum_process(s, left, right, N);
        dawg_spectrum_read(s, got);
        assert_true(fabs((double)got[nyquist ? N / 2 : 0]) <= 1e-3);
    }
}

static void any_chunking_reads_the_same_bits(void **state)
{
    (void)state;
    static const uint32_t chunks[] = {1, 37, 128, 1000, 4096, 9216, 30000};
    noise(LONGEST, 0.5f);
    dawg_spectrum *s = make();
    dawg_spectrum_process(s, left, right, LONGEST);
    dawg_spectrum_read(s, got);
    for (size_t c = 0; c < sizeof chunks / sizeof chunks[0]; ++c) {
        s = make();
        for (uint32_t at = 0; at < LONGEST; at += chunks[c]) {
            dawg_spectrum_process(s, left + at, right + at, LONGEST - at < chunks[c] ? LONGEST - at : chunks[c]);
            if (at % 5000 < chunks[c]) dawg_spectrum_read(s, again); /* looking changes nothing */
        }
        dawg_spectrum_read(s, again);
        assert_memory_equal(again, got, sizeof got);
    }
}

static void readings_change_at_whole_hops_only(void **state)
{
    (void)state;
    noise(LONGEST, 0.5f);
    dawg_spectrum *s = make();
    dawg_spectrum_process(s, left, right, 20 * HOP);
    dawg_spectrum_read(s, got);
    for (uint32_t more = 1; more <= HOP; ++more) {
        dawg_spectrum_process(s, left + 20 * HOP + more, right + 20 * HOP + more, 1);
        if (more != 1 && more < HOP - 1 && more % 100) continue;
        dawg_spectrum_read(s, again);
        assert_true((memcmp(again, got, sizeof got) == 0) == (more < HOP));
    }
}

static void silence_and_what_is_no_audio_read_as_none(void **state)
{
    (void)state;
    static const float bad[] = {0.0f, NAN, INFINITY, -INFINITY, 1e30f, 1e-40f};
    dawg_spectrum *s = make();
    dawg_spectrum_read(s, got); /* nothing was heard yet */
    for (uint32_t k = 0; k < BINS; ++k) assert_true(got[k] == DAWG_SPECTRUM_NONE);
    for (size_t b = 0; b < sizeof bad / sizeof bad[0]; ++b) {
        for (uint32_t i = 0; i < N; ++i) left[i] = right[i] = bad[b];
        dawg_spectrum_process(s, left, right, N);
        dawg_spectrum_read(s, got);
        for (uint32_t k = 0; k < BINS; ++k) assert_true(got[k] == DAWG_SPECTRUM_NONE);
    }
}

static void a_reset_forgets_what_was_heard(void **state)
{
    (void)state;
    noise(LONGEST, 0.5f);
    dawg_spectrum *s = make();
    dawg_spectrum_process(s, left, right, 5000);
    dawg_spectrum_read(s, got);
    dawg_spectrum_process(s, left, right, 12345);
    dawg_spectrum_reset(s);
    dawg_spectrum_process(s, left, right, 5000);
    dawg_spectrum_read(s, again);
    assert_memory_equal(again, got, sizeof got);
}

static void impossible_memory_is_refused(void **state)
{
    (void)state;
    const size_t need = dawg_spectrum_size();
    assert_null(dawg_spectrum_init(NULL, need));
    assert_null(dawg_spectrum_init(mem + 4, need));
    assert_null(dawg_spectrum_init(mem, need - 1));
    memset(mem + need, 0x5a, 64);
    dawg_spectrum *s = dawg_spectrum_init(mem, need);
    assert_non_null(s);
    noise(LONGEST, 0.5f);
    dawg_spectrum_process(s, left, right, LONGEST);
    dawg_spectrum_read(s, got);
    for (size_t i = 0; i < 64; ++i) assert_int_equal(mem[need + i], 0x5a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_reads_as_the_textbook_sum),
        cmocka_unit_test(a_full_scale_sine_reads_0_db_at_its_bin),
        cmocka_unit_test(levels_and_channels_count_by_power),
        cmocka_unit_test(between_two_bins_a_sine_reads_1_42_db_less),
        cmocka_unit_test(a_constant_and_the_nyquist_tone_read_0_db),
        cmocka_unit_test(any_chunking_reads_the_same_bits),
        cmocka_unit_test(readings_change_at_whole_hops_only),
        cmocka_unit_test(silence_and_what_is_no_audio_read_as_none),
        cmocka_unit_test(a_reset_forgets_what_was_heard),
        cmocka_unit_test(impossible_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
