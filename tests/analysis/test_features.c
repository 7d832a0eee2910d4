/* SPDX-License-Identifier: MIT
 * The feature frame (sound REQ FT-3, FT-4) as a stream: chunks, memory, level, silence, what is no audio; its table; a
 * curve of gains in its own terms. What the values are is held to numpy in test_features.py. */
#include "analysis/features.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { RATE = 48000, LONGEST = 12 * RATE, BANDS = DAWG_FEATURE_BANDS };
static _Alignas(16) unsigned char mem[2 << 20];
static float left[LONGEST], right[LONGEST];

static dawg_features *make(double rate)
{
    assert_true(dawg_features_size(rate) > 0 && dawg_features_size(rate) <= sizeof mem);
    memset(mem, 0x5a, sizeof mem); /* whatever the memory held */
    dawg_features *f = dawg_features_init(mem, dawg_features_size(rate), rate);
    assert_non_null(f);
    return f;
}

/* Hits of decaying noise over a chord, another level on either side. */
static void sound(uint32_t n, uint64_t seed)
{
    dawg_noise x;
    dawg_noise_seed(&x, seed);
    for (uint32_t i = 0; i < n; ++i) {
        const double t = (double)i / RATE, since = fmod(t, 0.25);
        const double hit = 0.3 * exp(-since / 0.03) * (double)dawg_noise_next(&x);
        const double chord = 0.1 * (sin(692.0 * t) + sin(1382.0 * t) + sin(4146.0 * t + 1.0));
        left[i] = (float)(hit + chord), right[i] = (float)(0.5 * hit + chord + 0.01 * (double)dawg_noise_next(&x));
    }
}

static void frame_of(double rate, uint32_t n, float *frame)
{
    dawg_features *f = make(rate);
    dawg_features_process(f, left, right, n);
    dawg_features_read(f, frame);
}

static void chunks_of_any_length_give_the_same_bits(void **state)
{
    (void)state;
    static const uint32_t chunks[] = {1, 2, 31, 37, 64, 128, 333, 512, 1024, 4096, 8193, 100000};
    static const double rates[] = {8000, 44100, 48000};
    float whole[DAWG_FEATURES], parts[DAWG_FEATURES];
    const uint32_t n = 3 * RATE + 1717;
    sound(n, 7);
    for (size_t r = 0; r < sizeof rates / sizeof rates[0]; ++r) {
        frame_of(rates[r], n, whole);
        for (size_t c = 0; c < sizeof chunks / sizeof chunks[0]; ++c) {
            dawg_features *f = make(rates[r]);
            for (uint32_t at = 0; at < n; at += chunks[c]) {
                dawg_features_process(f, left + at, right + at, n - at < chunks[c] ? n - at : chunks[c]);
                if (at % 50000 < chunks[c]) dawg_features_read(f, parts); /* looking changes nothing */
            }
            dawg_features_read(f, parts);
            assert_memory_equal(parts, whole, sizeof whole);
        }
    }
}

static void a_reset_forgets_everything(void **state)
{
    (void)state;
    float fresh[DAWG_FEATURES], again[DAWG_FEATURES];
    sound(3 * RATE, 7);
    dawg_features *f = make(RATE);
    dawg_features_process(f, left, right, 3 * RATE);
    dawg_features_read(f, fresh);
    dawg_features_process(f, right, left, RATE + 5);
    dawg_features_reset(f);
    assert_true(dawg_features_seconds(f) == 0.0);
    dawg_features_process(f, left, right, 3 * RATE);
    dawg_features_read(f, again);
    assert_memory_equal(fresh, again, sizeof fresh);
}

/* 12.8 s of another sound are whole numbers of windows, blocks and onset windows: the same grid, and nothing left of it. */
static void a_frame_is_of_the_last_10_s_alone(void **state)
{
    (void)state;
    enum { OTHER = 614400, N = 11 * RATE };
    float fresh[DAWG_FEATURES], later[DAWG_FEATURES];
    dawg_features *f = make(RATE);
    sound(OTHER / 2, 3);
    for (uint32_t i = 0; i < 2; ++i) dawg_features_process(f, right, left, OTHER / 2);
    sound(N, 7);
    dawg_features_process(f, left, right, N);
    dawg_features_read(f, later);
    frame_of(RATE, N, fresh);
    for (uint32_t i = 0; i < DAWG_FEATURES; ++i)
        if (!(fabsf(later[i] - fresh[i]) <= 1e-4f))
            fail_msg("%s: %g, and %g after another sound", dawg_features_name(i), (double)fresh[i], (double)later[i]);
}

static void seconds_grow_to_10(void **state)
{
    (void)state;
    dawg_features *f = make(RATE);
    dawg_features_process(f, left, right, 8191);
    assert_true(dawg_features_seconds(f) == 0.0);
    dawg_features_process(f, left, right, 1);
    assert_true(fabs(dawg_features_seconds(f) - 8192.0 / RATE) < 1e-12);
    dawg_features_process(f, left, right, 4096);
    assert_true(fabs(dawg_features_seconds(f) - 12288.0 / RATE) < 1e-12);
    dawg_features_process(f, left, right, LONGEST);
    assert_true(fabs(dawg_features_seconds(f) - 117.0 * 4096.0 / RATE) < 1e-12);
}

static int is_level(uint32_t i) { return i <= DAWG_SHORT_TERM_LUFS; }

/* Loudness to 0.01 LU, which is how finely its gates see (dsp/loudness.h). */
static void a_gain_moves_levels_by_itself_and_nothing_else(void **state)
{
    (void)state;
    static const double gains_db[] = {-24.0, -6.0206, -3.3, 6.0, 20.0};
    float plain[DAWG_FEATURES], other[DAWG_FEATURES];
    sound(11 * RATE, 7);
    frame_of(RATE, 11 * RATE, plain);
    for (size_t g = 0; g < sizeof gains_db / sizeof gains_db[0]; ++g) {
        sound(11 * RATE, 7);
        for (uint32_t i = 0; i < 11 * RATE; ++i) {
            left[i] *= (float)pow(10.0, gains_db[g] / 20.0);
            right[i] *= (float)pow(10.0, gains_db[g] / 20.0);
        }
        frame_of(RATE, 11 * RATE, other);
        for (uint32_t i = 0; i < DAWG_FEATURES; ++i) {
            const double moved = is_level(i) ? gains_db[g] : 0.0;
            const double allowed = i >= DAWG_INTEGRATED_LUFS && i <= DAWG_RANGE_LU ? 0.0101 : 1e-3;
            if (plain[i] < -95.0f || !(fabs((double)(other[i] - plain[i]) - moved) > allowed)) continue;
            fail_msg("%+.1f dB: %s moves from %g to %g", gains_db[g], dawg_features_name(i), (double)plain[i],
                     (double)other[i]);
        }
    }
}

static void assert_silent(const float *frame)
{
    for (uint32_t i = 0; i < DAWG_CENTROID_ERB; ++i)
        if (frame[i] != (i <= DAWG_SHORT_TERM_LUFS ? DAWG_FEATURES_NONE : 0.0f))
            fail_msg("%s reads %g in silence", dawg_features_name(i), (double)frame[i]);
    assert_true(frame[DAWG_SLOPE_DB_PER_OCTAVE] == 0.0f);
    assert_true(isfinite(frame[DAWG_CENTROID_ERB]) && isfinite(frame[DAWG_SIBILANCE_DB]));
}

static void silence_and_what_is_no_audio_read_the_floor(void **state)
{
    (void)state;
    static const float levels[] = {0.0f, 1e-45f, 1e-8f, NAN, INFINITY, 1e30f};
    float frame[DAWG_FEATURES];
    dawg_features *f = make(RATE);
    dawg_features_read(f, frame); /* nothing was heard at all */
    assert_silent(frame);
    for (size_t l = 0; l < sizeof levels / sizeof levels[0]; ++l) {
        for (uint32_t i = 0; i < 3 * RATE; ++i) left[i] = right[i] = i & 16 ? levels[l] : -levels[l];
        frame_of(RATE, 3 * RATE, frame);
        assert_silent(frame);
    }
}

static void what_is_no_audio_is_heard_as_zero(void **state)
{
    (void)state;
    float zeros[DAWG_FEATURES], others[DAWG_FEATURES];
    static const float bad[] = {NAN, INFINITY, -INFINITY, 1e5f};
    for (uint32_t pass = 0; pass < 2; ++pass) {
        sound(3 * RATE, 7);
        for (uint32_t i = 0; i < 3 * RATE; i += 997) left[i] = pass ? bad[i % 4] : 0.0f;
        frame_of(RATE, 3 * RATE, pass ? others : zeros);
    }
    assert_memory_equal(zeros, others, sizeof zeros);
}

static void frames_stay_finite_after_any_sound_at_every_rate(void **state)
{
    (void)state;
    dawg_noise x;
    dawg_noise_seed(&x, 3);
    for (uint32_t i = 0; i < 4 * RATE; ++i) { /* bursts of every size, full scale to denormal, and holes */
        const float size = (float)pow(10.0, -50.0 * (double)(i / 1000 % 17) / 16.0);
        left[i] = i / 5000 % 3 ? size * dawg_noise_next(&x) : 0.0f;
        right[i] = i / 7000 % 2 ? -left[i] : 9000.0f * left[i];
    }
    for (uint32_t r = 0; r < GRID_RATES; ++r) {
        float frame[DAWG_FEATURES];
        frame_of((double)grid_rates[r], 4 * RATE, frame);
        const size_t size = dawg_features_size((double)grid_rates[r]); /* nothing was written beyond */
        for (size_t i = size; i < sizeof mem && i < size + 4096; ++i) assert_int_equal(mem[i], 0x5a);
        for (uint32_t i = 0; i < DAWG_FEATURES; ++i) assert_true(isfinite(frame[i]));
        for (uint32_t i = 0; i < DAWG_RANGE_LU; ++i) assert_true(frame[i] >= DAWG_FEATURES_NONE);
        for (uint32_t i = 0; i < 4; ++i) {
            assert_true(frame[DAWG_CREST_DB + i] >= 0.0f);
            assert_true(fabsf(frame[DAWG_CORRELATION + i]) <= 1.0f);
        }
    }
}

static void bands_above_half_the_rate_read_the_floor(void **state)
{
    (void)state;
    float frame[DAWG_FEATURES];
    sound(6 * RATE, 7);
    frame_of(8000, 6 * RATE, frame);
    for (uint32_t b = 0; b < BANDS; ++b) {
        if (b < 41) assert_true(frame[DAWG_MID_MEAN_DB + b] > -100.0f);
        if (b > 41) /* band 41, from 0, reaches from 3.94 to 4.23 kHz */
            for (uint32_t k = 0; k < 8; ++k) assert_true(frame[k * BANDS + b] == DAWG_FEATURES_NONE);
    }
    assert_true(frame[DAWG_CREST_DB + 3] == 0.0f && frame[DAWG_CORRELATION + 3] == 0.0f);
}

static void memory_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    assert_int_equal(dawg_features_size(7999), 0);
    assert_int_equal(dawg_features_size(192001), 0);
    assert_int_equal(dawg_features_size(NAN), 0);
    const size_t size = dawg_features_size(RATE);
    printf("%zu kB at 48 kHz, %zu kB at 192 kHz\n", size / 1000, dawg_features_size(192000) / 1000);
    assert_true(size <= 700000 && dawg_features_size(192000) <= 2100000);
    assert_null(dawg_features_init(NULL, size, RATE));
    assert_null(dawg_features_init(mem, size - 1, RATE));
    assert_null(dawg_features_init(mem, 8, RATE));
    assert_null(dawg_features_init(mem + 4, sizeof mem - 4, RATE));
    assert_null(dawg_features_init(mem, sizeof mem, 4000));
    assert_non_null(dawg_features_init(mem, size, RATE));
}

static void every_value_has_a_key_of_its_own_and_a_unit(void **state)
{
    (void)state;
    assert_string_equal(dawg_features_name(0), "mid_mean_db_1");
    assert_string_equal(dawg_features_name(DAWG_MID_P90_DB + 9), "mid_p90_db_10");
    assert_string_equal(dawg_features_name(DAWG_SIDE_MEAN_DB + BANDS - 1), "side_mean_db_64");
    assert_string_equal(dawg_features_name(DAWG_CREST_DB + 3), "crest_db_4");
    assert_string_equal(dawg_features_name(DAWG_CORRELATION), "correlation_1");
    assert_string_equal(dawg_features_name(DAWG_SIBILANCE_DB), "sibilance_db");
    assert_string_equal(dawg_features_unit(DAWG_SIDE_MEAN_DB), "dB");
    assert_string_equal(dawg_features_unit(DAWG_INTEGRATED_LUFS), "LUFS");
    assert_string_equal(dawg_features_unit(DAWG_RANGE_LU), "LU");
    assert_string_equal(dawg_features_unit(DAWG_ONSETS_PER_S), "1/s");
    assert_string_equal(dawg_features_unit(DAWG_CORRELATION + 3), "");
    assert_string_equal(dawg_features_unit(DAWG_SLOPE_DB_PER_OCTAVE), "dB/octave");
    assert_string_equal(dawg_features_name(DAWG_FEATURES), "");
    assert_string_equal(dawg_features_unit(DAWG_FEATURES), "");
    for (uint32_t a = 0; a < DAWG_FEATURES; ++a) {
        assert_true(dawg_features_name(a)[0] != '\0');
        for (uint32_t b = 0; b < a; ++b) assert_string_not_equal(dawg_features_name(a), dawg_features_name(b));
    }
}

static void a_flat_curve_is_a_gain_and_none_is_nothing(void **state)
{
    (void)state;
    float plain[DAWG_FEATURES], flat[DAWG_FEATURES], same[DAWG_FEATURES], curve[BANDS] = {0};
    sound(11 * RATE, 7);
    for (uint32_t i = 0; i < 11 * RATE; ++i) right[i] = left[i]; /* the side is silent, and stays so */
    frame_of(RATE, 11 * RATE, plain);
    memcpy(same, plain, sizeof same);
    dawg_features_equalize(same, curve);
    assert_memory_equal(same, plain, sizeof same);
    for (uint32_t b = 0; b < BANDS; ++b) curve[b] = 7.5f;
    memcpy(flat, plain, sizeof flat);
    dawg_features_equalize(flat, curve);
    for (uint32_t i = 0; i < DAWG_FEATURES; ++i) {
        const float moved = is_level(i) && plain[i] > DAWG_FEATURES_NONE ? 7.5f : 0.0f;
        assert_float_equal(flat[i], plain[i] + moved, 2e-4f);
    }
    assert_true(flat[DAWG_SIDE_MEAN_DB] == DAWG_FEATURES_NONE);
    for (uint32_t b = 0; b < BANDS; ++b) curve[b] = -200.0f;
    dawg_features_equalize(flat, curve);
    for (uint32_t i = 0; i < DAWG_INTEGRATED_LUFS; ++i) assert_true(flat[i] == DAWG_FEATURES_NONE);
}

static void many_frames_are_each_by_its_own_curve(void **state)
{
    (void)state;
    enum { N = 5 };
    static float frames[N][DAWG_FEATURES], curves[N][BANDS], one[DAWG_FEATURES];
    dawg_noise x;
    dawg_noise_seed(&x, 5);
    sound(4 * RATE, 7);
    frame_of(RATE, 4 * RATE, one);
    for (uint32_t k = 0; k < N; ++k) {
        memcpy(frames[k], one, sizeof one);
        for (uint32_t b = 0; b < BANDS; ++b) curves[k][b] = 12.0f * dawg_noise_next(&x);
    }
    dawg_features_equalize_all(frames[0], curves[0], N);
    for (uint32_t k = 0; k < N; ++k) {
        float alone[DAWG_FEATURES];
        memcpy(alone, one, sizeof alone);
        dawg_features_equalize(alone, curves[k]);
        assert_memory_equal(alone, frames[k], sizeof alone);
        assert_memory_not_equal(alone, one, sizeof alone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_of_any_length_give_the_same_bits),
        cmocka_unit_test(a_reset_forgets_everything),
        cmocka_unit_test(a_frame_is_of_the_last_10_s_alone),
        cmocka_unit_test(seconds_grow_to_10),
        cmocka_unit_test(a_gain_moves_levels_by_itself_and_nothing_else),
        cmocka_unit_test(silence_and_what_is_no_audio_read_the_floor),
        cmocka_unit_test(what_is_no_audio_is_heard_as_zero),
        cmocka_unit_test(frames_stay_finite_after_any_sound_at_every_rate),
        cmocka_unit_test(bands_above_half_the_rate_read_the_floor),
        cmocka_unit_test(memory_that_does_not_fit_is_refused),
        cmocka_unit_test(every_value_has_a_key_of_its_own_and_a_unit),
        cmocka_unit_test(a_flat_curve_is_a_gain_and_none_is_nothing),
        cmocka_unit_test(many_frames_are_each_by_its_own_curve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
