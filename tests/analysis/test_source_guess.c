/* SPDX-License-Identifier: MIT
 * The source guess (sound REQ AN-6) as a stream: chunks, memory, silence, what is no sound, what is too little of it.
 * Which kinds it knows: test_source_guess.py. */
#include "analysis/source_guess.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define PI 3.14159265358979323846
enum { RATE = 48000, LONGEST = 6 * RATE };
static _Alignas(16) unsigned char mem[1 << 20];
static float left[LONGEST], right[LONGEST];

static dawg_source_guess *make(float rate)
{
    assert_true(dawg_source_guess_size(rate) > 0 && dawg_source_guess_size(rate) <= sizeof mem);
    memset(mem, 0x5a, sizeof mem); /* whatever the memory held */
    dawg_source_guess *g = dawg_source_guess_init(mem, sizeof mem, rate);
    assert_non_null(g);
    return g;
}

/* Kick, snare and hats: decaying sine and noise, another level on either side. */
static void beat(uint32_t n)
{
    dawg_noise x;
    dawg_noise_seed(&x, 7);
    for (uint32_t i = 0; i < n; ++i) {
        const uint32_t eighth = RATE / 4, at = i % eighth, number = i / eighth;
        const double t = (double)at / RATE, hiss = (double)dawg_noise_next(&x);
        double y = 0.15 * hiss * exp(-t / 0.02);
        if (number % 4 == 0) y += 0.8 * sin(2.0 * PI * (50.0 * t + 3.0 * (1.0 - exp(-t / 0.02)))) * exp(-t / 0.08);
        if (number % 4 == 2) y += 0.5 * hiss * exp(-t / 0.06) + 0.3 * sin(2.0 * PI * 190.0 * t) * exp(-t / 0.04);
        left[i] = (float)y, right[i] = (float)(0.8 * y);
    }
}

static void pink(uint32_t n, uint64_t seed)
{
    dawg_noise x;
    dawg_noise_seed(&x, seed);
    double b[3] = {0};
    for (uint32_t i = 0; i < n; ++i) { /* Kellet's economy filter: -3 dB/octave within 0.5 dB above 9 Hz */
        const double w = (double)dawg_noise_next(&x);
        b[0] = 0.99765 * b[0] + w * 0.0990460;
        b[1] = 0.96300 * b[1] + w * 0.2965164;
        b[2] = 0.57000 * b[2] + w * 1.0526913;
        left[i] = right[i] = (float)(0.1 * (b[0] + b[1] + b[2] + w * 0.1848));
    }
}

static dawg_source answer(dawg_source_guess *g, float *confidence)
{
    dawg_source type;
    dawg_source_guess_read(g, &type, confidence);
    assert_true(*confidence >= 0.0f && *confidence <= 1.0f);
    return type;
}

static void chunks_of_any_length_give_the_same_bits(void **state)
{
    (void)state;
    static const uint32_t chunks[] = {1, 2, 31, 37, 64, 128, 333, 512, 1024, 4096, 100000};
    float whole[DAWG_SOURCE_FEATURES], parts[DAWG_SOURCE_FEATURES];
    const uint32_t n = 2 * RATE + 17;
    beat(n);
    dawg_source_guess *g = make(RATE);
    dawg_source_guess_process(g, left, right, n);
    dawg_source_guess_features(g, whole);
    for (size_t c = 0; c < sizeof chunks / sizeof chunks[0]; ++c) {
        g = make(RATE);
        for (uint32_t at = 0; at < n; at += chunks[c])
            dawg_source_guess_process(g, left + at, right + at, n - at < chunks[c] ? n - at : chunks[c]);
        dawg_source_guess_features(g, parts);
        assert_memory_equal(parts, whole, sizeof whole);
    }
}

static void a_reset_forgets_everything(void **state)
{
    (void)state;
    float fresh[DAWG_SOURCE_FEATURES], again[DAWG_SOURCE_FEATURES];
    beat(2 * RATE);
    dawg_source_guess *g = make(RATE);
    dawg_source_guess_process(g, left, right, 2 * RATE);
    dawg_source_guess_features(g, fresh);
    dawg_source_guess_process(g, right, left, RATE + 5);
    dawg_source_guess_reset(g);
    dawg_source_guess_process(g, left, right, 2 * RATE);
    dawg_source_guess_features(g, again);
    assert_memory_equal(fresh, again, sizeof fresh);
}

static void a_beat_is_drums_and_less_than_a_second_of_it_is_unknown(void **state)
{
    (void)state;
    float confidence;
    beat(4 * RATE);
    dawg_source_guess *g = make(RATE);
    dawg_source_guess_process(g, left, right, RATE * 9 / 10);
    assert_int_equal(answer(g, &confidence), DAWG_SOURCE_UNKNOWN);
    assert_float_equal(confidence, 1.0f, 0.0f);
    dawg_source_guess_process(g, left + RATE * 9 / 10, right + RATE * 9 / 10, 4 * RATE - RATE * 9 / 10);
    assert_int_equal(answer(g, &confidence), DAWG_SOURCE_DRUMS);
    printf("a beat: drums, %.2f\n", (double)confidence);
    assert_true(confidence >= 0.5f);
}

/* Half a second at the last bit of a 16-bit recording, or 12 dB above it, is a rest, not a sound. */
static void a_hush_before_the_first_note_does_not_count(void **state)
{
    (void)state;
    const uint32_t hush = RATE / 2, n = 4 * RATE;
    float plain[DAWG_SOURCE_FEATURES], after[DAWG_SOURCE_FEATURES];
    beat(n);
    memmove(left + hush, left, (n - hush) * sizeof left[0]);
    memmove(right + hush, right, (n - hush) * sizeof right[0]);
    for (uint32_t pass = 0; pass < 3; ++pass) {
        const float level = pass == 0 ? 0.0f : pass == 1 ? 0x1p-16f : 0x1p-14f;
        dawg_noise x;
        dawg_noise_seed(&x, 9);
        for (uint32_t i = 0; i < hush; ++i) left[i] = right[i] = level * dawg_noise_next(&x);
        dawg_source_guess *g = make(RATE);
        dawg_source_guess_process(g, left, right, n);
        dawg_source_guess_features(g, pass ? after : plain);
        for (uint32_t i = 0; pass && i < DAWG_SOURCE_FEATURES; ++i)
            if (fabsf(after[i] - plain[i]) > 0.01f * (1.0f + fabsf(plain[i])))
                fail_msg("%s: %g, and %g after the hush", dawg_source_listen_name(i), (double)plain[i],
                         (double)after[i]);
    }
}

static void silence_and_what_is_no_audio_are_unknown(void **state)
{
    (void)state;
    static const float levels[] = {0.0f, 1e-45f, 5e-6f, NAN, INFINITY, 1e30f};
    for (size_t l = 0; l < sizeof levels / sizeof levels[0]; ++l) {
        float confidence;
        for (uint32_t i = 0; i < 3 * RATE; ++i) left[i] = right[i] = i & 16 ? levels[l] : -levels[l];
        dawg_source_guess *g = make(RATE);
        dawg_source_guess_process(g, left, right, 3 * RATE);
        assert_int_equal(answer(g, &confidence), DAWG_SOURCE_UNKNOWN);
        assert_float_equal(confidence, 1.0f, 0.0f);
    }
}

static void pink_noise_is_unknown_at_any_level(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; ++seed)
        for (float gain = 1.0f; gain > 0.01f; gain *= 0.25f) {
            float confidence;
            pink(5 * RATE, seed);
            for (uint32_t i = 0; i < 5 * RATE; ++i) left[i] *= gain, right[i] *= gain;
            dawg_source_guess *g = make(RATE);
            for (uint32_t second = 0; second < 5; ++second) {
                dawg_source_guess_process(g, left + second * RATE, right + second * RATE, RATE);
                assert_int_equal(answer(g, &confidence), DAWG_SOURCE_UNKNOWN);
            }
        }
}

static void features_stay_finite_after_any_sound(void **state)
{
    (void)state;
    dawg_noise x;
    dawg_noise_seed(&x, 3);
    for (uint32_t i = 0; i < 4 * RATE; ++i) { /* bursts of every size, full scale to denormal, and holes */
        const float size = (float)pow(10.0, -50.0 * (double)(i / 1000 % 17) / 16.0);
        left[i] = i / 5000 % 3 ? size * dawg_noise_next(&x) : 0.0f;
        right[i] = i / 7000 % 2 ? -left[i] : 9000.0f * left[i];
    }
    static const float rates[] = {8000, 11025, 22050, 44100, 48000, 96000, 192000};
    for (size_t r = 0; r < sizeof rates / sizeof rates[0]; ++r) {
        float f[DAWG_SOURCE_FEATURES], confidence;
        dawg_source_guess *g = make(rates[r]);
        dawg_source_guess_process(g, left, right, 4 * RATE);
        dawg_source_guess_features(g, f);
        for (uint32_t i = 0; i < DAWG_SOURCE_FEATURES; ++i) assert_true(isfinite(f[i]));
        (void)answer(g, &confidence);
    }
}

static void memory_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    assert_int_equal(dawg_source_guess_size(7999), 0);
    assert_int_equal(dawg_source_guess_size(192001), 0);
    assert_int_equal(dawg_source_guess_size(NAN), 0);
    const size_t size = dawg_source_guess_size(RATE);
    printf("%zu kB at 48 kHz\n", size / 1000);
    assert_null(dawg_source_guess_init(NULL, size, RATE));
    assert_null(dawg_source_guess_init(mem, size - 1, RATE));
    assert_null(dawg_source_guess_init(mem, 8, RATE));
    assert_null(dawg_source_guess_init(mem + 4, sizeof mem - 4, RATE));
    assert_null(dawg_source_guess_init(mem, sizeof mem, 4000));
    assert_non_null(dawg_source_guess_init(mem, size, RATE));
}

static void every_kind_and_every_feature_has_a_name_of_its_own(void **state)
{
    (void)state;
    assert_string_equal(dawg_source_name(DAWG_SOURCE_UNKNOWN), "unknown");
    assert_string_equal(dawg_source_name(DAWG_SOURCE_MIX), "mix");
    assert_string_equal(dawg_source_name(DAWG_SOURCES), "unknown");
    for (uint32_t a = 0; a < DAWG_SOURCES; ++a)
        for (uint32_t b = 0; b < a; ++b)
            assert_string_not_equal(dawg_source_name((dawg_source)a), dawg_source_name((dawg_source)b));
    for (uint32_t a = 0; a < DAWG_SOURCE_FEATURES; ++a)
        for (uint32_t b = 0; b < a; ++b)
            assert_string_not_equal(dawg_source_listen_name(a), dawg_source_listen_name(b));
    assert_string_equal(dawg_source_listen_name(DAWG_SOURCE_FEATURES), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_of_any_length_give_the_same_bits),
        cmocka_unit_test(a_reset_forgets_everything),
        cmocka_unit_test(a_beat_is_drums_and_less_than_a_second_of_it_is_unknown),
        cmocka_unit_test(a_hush_before_the_first_note_does_not_count),
        cmocka_unit_test(silence_and_what_is_no_audio_are_unknown),
        cmocka_unit_test(pink_noise_is_unknown_at_any_level),
        cmocka_unit_test(features_stay_finite_after_any_sound),
        cmocka_unit_test(memory_that_does_not_fit_is_refused),
        cmocka_unit_test(every_kind_and_every_feature_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
