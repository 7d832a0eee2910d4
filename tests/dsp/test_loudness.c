/* SPDX-License-Identifier: MIT
 * The loudness meter: every row of EBU Tech 3341 and 3342 that can be synthesized (LU-1), and libebur128 as a second
 * opinion on random programmes (LU-2). */
#include "dsp/loudness.h"
#include "dsp/noise.h"
#include "kit/record.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#if defined(DAWG_HAVE_EBUR128)
#include <ebur128.h>
#endif

#define PI 3.14159265358979323846
static dawg_loudness meter;

/* ---- 1 kHz programmes made of pieces ---------------------------------------------------------------------------- */

typedef struct piece {
    double seconds, dbfs; /* peak of the sine per channel; SILENCE for none */
} piece;
#define SILENCE (-1000.0)

typedef struct watch { /* readings at every hop of 10 ms from `after_s` on */
    double after_s, s_min, s_max, m_min, m_max;
} watch;

typedef struct tone { /* goes on with its phase from piece to piece: a point that turns by `step` a frame */
    double rate, level[DAWG_LOUDNESS_CHANNELS];
    double complex at, step;
    uint64_t frame;
} tone;

static tone start_at(double rate, uint32_t channels, double hz)
{
    dawg_loudness_init(&meter, rate, channels);
    return (tone){.rate = rate, .at = 1.0, .step = cexp(2.0 * PI * I * hz / rate), .level = {1, 1, 1, 1, 1}};
}
static tone start(double rate, uint32_t channels) { return start_at(rate, channels, 1000.0); }

static watch watching(double after_s) { return (watch){after_s, 1e9, -1e9, 1e9, -1e9}; }

static void play(tone *t, piece p, watch *w)
{
    static float buffer[DAWG_LOUDNESS_CHANNELS][2048];
    const float *in[DAWG_LOUDNESS_CHANNELS];
    const double gain = p.dbfs == SILENCE ? 0.0 : pow(10.0, p.dbfs / 20.0);
    const uint64_t end = t->frame + (uint64_t)llround(p.seconds * t->rate);
    while (t->frame < end) {
        const uint64_t hop = meter.hop_end - meter.frame;
        const uint32_t n = (uint32_t)(end - t->frame < hop ? end - t->frame : hop);
        for (uint32_t i = 0; i < n; ++i, t->at *= t->step)
            for (uint32_t c = 0; c < meter.channels; ++c) buffer[c][i] = (float)(t->level[c] * gain * cimag(t->at));
        for (uint32_t c = 0; c < meter.channels; ++c) in[c] = buffer[c];
        dawg_loudness_process(&meter, in, n);
        t->frame += n;
        if (w && (double)t->frame >= w->after_s * t->rate) {
            const double s = dawg_loudness_short_term(&meter), m = dawg_loudness_momentary(&meter);
            *w = (watch){w->after_s, fmin(w->s_min, s), fmax(w->s_max, s), fmin(w->m_min, m), fmax(w->m_max, m)};
        }
    }
}

static void near(const char *what, double rate, double got, double want, double tolerance)
{
    if (fabs(got - want) > tolerance || grid_full())
        printf("%-12s %6.0f Hz: %.3f (%.1f +-%.2f)\n", what, rate, got, want, tolerance);
    assert_true(fabs(got - want) <= tolerance);
}
/* The same for what LU-1 promises: the table shows the worst rate of each row. */
static void reads(const char *what, double rate, double got, double want, double tolerance)
{
    char name[60], limit[20], detail[20];
    snprintf(name, sizeof name, "%s, error", what);
    snprintf(limit, sizeof limit, "<= %g", tolerance);
    snprintf(detail, sizeof detail, "%g Hz", rate);
    dawg_record_highest("LU-1", name, fabs(got - want), "LU", limit, detail);
    near(what, rate, got, want, tolerance);
}

/* ---- LU-1 ------------------------------------------------------------------------------------------------------- */

typedef struct row {
    const char *name;
    double want, tolerance;
    piece pieces[6];
} row;

static const row integrated_rows[] = {
    {"3341-1", -23, 0.1, {{20, -23}}},
    {"3341-2", -33, 0.1, {{20, -33}}},
    {"3341-3", -23, 0.1, {{10, -36}, {60, -23}, {10, -36}}},
    {"3341-4", -23, 0.1, {{10, -72}, {10, -36}, {60, -23}, {10, -36}, {10, -72}}},
    {"3341-5", -23, 0.1, {{20, -26}, {20.1, -20}, {20, -26}}},
};
static const row range_rows[] = {
    {"3342-1", 10, 1, {{20, -20}, {20, -30}}},
    {"3342-2", 5, 1, {{20, -20}, {20, -15}}},
    {"3342-3", 20, 1, {{20, -40}, {20, -20}}},
    {"3342-4", 15, 1, {{20, -50}, {20, -35}, {20, -20}, {20, -35}, {20, -50}}},
};

static void run_rows(const row *rows, size_t n, double rate, double (*reading)(const dawg_loudness *))
{
    for (size_t i = 0; i < n; ++i) {
        tone t = start(rate, 2);
        for (const piece *p = rows[i].pieces; p->seconds > 0.0; ++p) play(&t, *p, NULL);
        reads(rows[i].name, rate, reading(&meter), rows[i].want, rows[i].tolerance);
    }
}

static void steady_tones(double rate)
{
    for (double level = -33.0; level <= -23.0; level += 10.0) {
        tone t = start(rate, 2);
        watch w = watching(3.0);
        play(&t, (piece){20, level}, &w);
        reads("3341-1,2 M", rate, w.m_min, level, 0.1), reads("3341-1,2 M", rate, w.m_max, level, 0.1);
        reads("3341-1,2 S", rate, w.s_min, level, 0.1), reads("3341-1,2 S", rate, w.s_max, level, 0.1);
    }
}

static void five_channels(double rate)
{
    tone t = start(rate, 5);
    const double dbfs[5] = {-28, -28, -24, -30, -30};
    for (int c = 0; c < 5; ++c) t.level[c] = pow(10.0, dbfs[c] / 20.0);
    play(&t, (piece){20, 0}, NULL);
    reads("3341-6", rate, dawg_loudness_integrated(&meter), -23, 0.1);
}

static void constant_readings(double rate)
{
    tone t = start(rate, 2);
    watch w = watching(3.0);
    for (int i = 0; i < 5; ++i) play(&t, (piece){1.34, -20}, &w), play(&t, (piece){1.66, -30}, &w);
    reads("3341-9 min", rate, w.s_min, -23, 0.1), reads("3341-9 max", rate, w.s_max, -23, 0.1);
    t = start(rate, 2);
    w = watching(1.0);
    for (int i = 0; i < 25; ++i) play(&t, (piece){0.18, -20}, &w), play(&t, (piece){0.22, -30}, &w);
    reads("3341-12 min", rate, w.m_min, -23, 0.1), reads("3341-12 max", rate, w.m_max, -23, 0.1);
}

static void maxima_wherever_a_tone_starts(double rate, int stride)
{
    for (int i = 0; i < 20; i += stride) {
        tone t = start(rate, 2);
        play(&t, (piece){i * 0.15, SILENCE}, NULL), play(&t, (piece){3, -23}, NULL),
            play(&t, (piece){1, SILENCE}, NULL);
        reads("3341-10", rate, dawg_loudness_short_term_max(&meter), -23, 0.1);
        t = start(rate, 2);
        play(&t, (piece){i * 0.02, SILENCE}, NULL), play(&t, (piece){0.4, -23}, NULL),
            play(&t, (piece){1, SILENCE}, NULL);
        reads("3341-13", rate, dawg_loudness_momentary_max(&meter), -23, 0.1);
    }
    tone t = start(rate, 2);
    for (int i = 0; i < 20 && stride == 1; ++i) {
        watch w = watching(0.0);
        play(&t, (piece){i * 0.15, SILENCE}, &w), play(&t, (piece){3, -38 + i}, &w);
        play(&t, (piece){3 - i * 0.15, SILENCE}, &w);
        reads("3341-11", rate, w.s_max, -38 + i, 0.1);
    }
    t = start(rate, 2);
    for (int i = 0; i < 20; i += stride) {
        watch w = watching(0.0);
        play(&t, (piece){i * 0.02, SILENCE}, &w), play(&t, (piece){0.4, -38 + i}, &w);
        play(&t, (piece){0.4 - i * 0.02, SILENCE}, &w);
        reads("3341-14", rate, w.m_max, -38 + i, 0.1);
    }
}

static void lu_1_every_synthesizable_row_reads_as_the_ebu_asks(void **state)
{
    (void)state;
    static const double rates[] = {48000, 44100, 96000, 88200, 192000};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; ++i) {
        const int whole = i == 0 || grid_full();
        steady_tones(rates[i]);
        run_rows(integrated_rows, whole ? 5 : 3, rates[i], dawg_loudness_integrated);
        five_channels(rates[i]);
        run_rows(range_rows, whole ? 4 : 1, rates[i], dawg_loudness_range);
        constant_readings(rates[i]);
        maxima_wherever_a_tone_starts(rates[i], whole ? 1 : 7);
    }
}

static void a_full_scale_997_hz_tone_in_one_channel_reads_minus_3_01(void **state)
{
    (void)state;
    static const double rates[] = {8000, 11025, 16000, 22050, 32000, 44100, 48000, 88200, 96000, 192000};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; ++i)
        for (uint32_t channels = 1; channels <= 2; ++channels) { /* mono counts once: equal to one channel of two */
            tone t = start_at(rates[i], channels, 997.0);
            t.level[1] = 0.0;
            play(&t, (piece){5, 0}, NULL);
            const double tolerance = rates[i] < 16000.0 ? 0.04 : 0.01;
            reads("997 Hz", rates[i], dawg_loudness_integrated(&meter), -3.01, tolerance);
            reads("997 Hz S", rates[i], dawg_loudness_short_term(&meter), -3.01, tolerance);
        }
}

/* ---- what has no loudness --------------------------------------------------------------------------------------- */

static void what_cannot_be_read_says_so(void **state)
{
    (void)state;
    tone t = start(48000, 2);
    assert_true(dawg_loudness_momentary(&meter) == DAWG_LOUDNESS_NONE);
    play(&t, (piece){5, SILENCE}, NULL);
    assert_true(dawg_loudness_momentary_max(&meter) == DAWG_LOUDNESS_NONE);
    assert_true(dawg_loudness_short_term_max(&meter) == DAWG_LOUDNESS_NONE);
    assert_true(dawg_loudness_integrated(&meter) == DAWG_LOUDNESS_NONE);
    assert_true(dawg_loudness_range(&meter) == DAWG_LOUDNESS_NONE);

    t = start(48000, 2); /* under the gate: there is a momentary reading and nothing to integrate */
    play(&t, (piece){5, -72}, NULL);
    near("-72", 48000, dawg_loudness_momentary(&meter), -72, 0.1);
    assert_true(dawg_loudness_integrated(&meter) == DAWG_LOUDNESS_NONE);
    assert_true(dawg_loudness_range(&meter) == DAWG_LOUDNESS_NONE);

    t = start(48000, 2); /* shorter than a window */
    play(&t, (piece){0.39, -20}, NULL);
    assert_true(dawg_loudness_integrated(&meter) == DAWG_LOUDNESS_NONE);
    play(&t, (piece){0.01, -20}, NULL);
    near("0.4 s", 48000, dawg_loudness_integrated(&meter), -20, 0.1);
    assert_true(dawg_loudness_range(&meter) == DAWG_LOUDNESS_NONE);
    play(&t, (piece){2.6, -20}, NULL);
    assert_true(dawg_loudness_range(&meter) == 0.0);
}

static void levels_beyond_the_bins_still_integrate(void **state)
{
    (void)state;
    tone t = start(48000, 2);
    play(&t, (piece){5, 60}, NULL);
    near("+60 dBFS", 48000, dawg_loudness_integrated(&meter), 60, 0.1);
    assert_true(dawg_loudness_range(&meter) == 0.0);
}

static void after_a_loud_programme_the_filters_end_at_zero(void **state)
{
    (void)state;
    tone t = start(48000, 2);
    play(&t, (piece){1, 0}, NULL);
    play(&t, (piece){10, SILENCE}, NULL);
    for (int c = 0; c < 2; ++c) {
        assert_true(meter.state[c].shelf.s1 == 0.0 && meter.state[c].shelf.s2 == 0.0);
        assert_true(meter.state[c].high_pass.s1 == 0.0 && meter.state[c].high_pass.s2 == 0.0);
    }
}

/* ---- random programmes ------------------------------------------------------------------------------------------ */

enum { LONGEST = 60 * 48000 };
static float programme[2][LONGEST];

/* Scenes of 0.2 to 6 s: noise of changing colour and a tone, each at its own level between -60 and -6 dBFS. */
static uint32_t make_programme(uint32_t seed, double rate, double seconds)
{
    dawg_noise noise;
    dawg_noise_seed(&noise, seed);
    const uint32_t n = (uint32_t)(seconds * rate);
    double low[2] = {0, 0};
    for (uint32_t at = 0, end; at < n; at = end) {
        const double r1 = 0.5 + 0.5 * (double)dawg_noise_next(&noise), r2 = 0.5 + 0.5 * (double)dawg_noise_next(&noise);
        const double r3 = 0.5 + 0.5 * (double)dawg_noise_next(&noise), r4 = 0.5 + 0.5 * (double)dawg_noise_next(&noise);
        const double level = pow(10.0, (-60.0 + 54.0 * sqrt(r1)) / 20.0), hz = 30.0 * pow(500.0, r2);
        const double colour = r3 * r3, width = r4, scene = (0.2 + 5.8 * r2 * r4) * rate;
        end = at + (uint32_t)scene < n ? at + (uint32_t)scene : n;
        for (uint32_t i = at; i < end; ++i) {
            const double s = 0.5 * sin(2.0 * PI * fmod(hz / rate * (double)i, 1.0));
            for (int c = 0; c < 2; ++c) {
                low[c] += (0.02 + 0.98 * colour) * ((double)dawg_noise_next(&noise) - low[c]);
                programme[c][i] = (float)(level * (s * (c ? width : 1.0) + low[c]));
            }
        }
    }
    return n;
}

static void feed(double rate, uint32_t n, uint32_t block)
{
    dawg_loudness_init(&meter, rate, 2);
    for (uint32_t at = 0; at < n; at += block) {
        const float *const in[2] = {programme[0] + at, programme[1] + at};
        dawg_loudness_process(&meter, in, n - at < block ? n - at : block);
    }
}

static void readings_do_not_depend_on_the_block_size(void **state)
{
    (void)state;
    static dawg_loudness first;
    static const double rates[] = {48000, 44100, 88200, 96000, 192000, 11025}; /* 110.25 frames a hop at 11025 Hz */
    static const uint32_t blocks[] = {4096, 1, 37, 480};
    for (size_t r = 0; r < sizeof rates / sizeof rates[0]; ++r) {
        const uint32_t n = make_programme(3, rates[r], 8.1);
        for (size_t b = 0; b < 4; ++b) {
            feed(rates[r], n, blocks[b]);
            if (b == 0) memcpy(&first, &meter, sizeof meter);
            else assert_memory_equal(&first, &meter, sizeof meter);
        }
        dawg_loudness_reset(&meter);
        const float *const in[2] = {programme[0], programme[1]};
        dawg_loudness_process(&meter, in, n);
        assert_memory_equal(&first, &meter, sizeof meter);
        assert_true(dawg_loudness_integrated(&meter) > -60.0);
    }
}

#if defined(DAWG_HAVE_EBUR128)
static void lu_2_random_programmes_read_as_in_libebur128(void **state)
{
    (void)state;
    static float interleaved[2 * 4800];
    double worst_i = 0, worst_m = 0, worst_s = 0, worst_r = 0;
    for (uint32_t k = 0; k < grid(10, 50); ++k) {
        const double rate = k % 2 ? 44100.0 : 48000.0;
        const uint32_t n = make_programme(100 + k, rate, 20.0 + 4.0 * (k % 11)), hop = (uint32_t)rate / 10u;
        ebur128_state *oracle = ebur128_init(2, (unsigned long)rate, EBUR128_MODE_I | EBUR128_MODE_LRA);
        assert_non_null(oracle);
        dawg_loudness_init(&meter, rate, 2);
        for (uint32_t at = 0; at + hop <= n; at += hop) {
            for (uint32_t i = 0; i < hop; ++i)
                for (uint32_t c = 0; c < 2; ++c) interleaved[2 * i + c] = programme[c][at + i];
            const float *const in[2] = {programme[0] + at, programme[1] + at};
            double m, s;
            assert_int_equal(ebur128_add_frames_float(oracle, interleaved, hop), 0);
            assert_int_equal(ebur128_loudness_momentary(oracle, &m), 0);
            assert_int_equal(ebur128_loudness_shortterm(oracle, &s), 0);
            dawg_loudness_process(&meter, in, hop);
            worst_m = fmax(worst_m, fabs(dawg_loudness_momentary(&meter) - m));
            worst_s = fmax(worst_s, fabs(dawg_loudness_short_term(&meter) - s));
        }
        double integrated, range;
        assert_int_equal(ebur128_loudness_global(oracle, &integrated), 0);
        assert_int_equal(ebur128_loudness_range(oracle, &range), 0);
        worst_i = fmax(worst_i, fabs(dawg_loudness_integrated(&meter) - integrated));
        worst_r = fmax(worst_r, fabs(dawg_loudness_range(&meter) - range));
        ebur128_destroy(&oracle);
    }
    printf("largest difference: M %.4f S %.4f I %.4f LRA %.4f LU\n", worst_m, worst_s, worst_i, worst_r);
    dawg_record("LU-2", "momentary, largest difference", worst_m, "LU", "<= 0.02");
    dawg_record("LU-2", "short-term, largest difference", worst_s, "LU", "<= 0.02");
    dawg_record("LU-2", "integrated, largest difference", worst_i, "LU", "<= 0.02");
    dawg_record("LU-2", "range, largest difference", worst_r, "LU", "<= 0.05");
    assert_true(worst_m <= 0.02 && worst_s <= 0.02 && worst_i <= 0.02 && worst_r <= 0.05);
}
#else
static void lu_2_random_programmes_read_as_in_libebur128(void **state)
{
    (void)state;
    printf("skipped: libebur128 is not installed\n");
    skip();
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lu_1_every_synthesizable_row_reads_as_the_ebu_asks),
        cmocka_unit_test(a_full_scale_997_hz_tone_in_one_channel_reads_minus_3_01),
        cmocka_unit_test(what_cannot_be_read_says_so),
        cmocka_unit_test(levels_beyond_the_bins_still_integrate),
        cmocka_unit_test(after_a_loud_programme_the_filters_end_at_zero),
        cmocka_unit_test(readings_do_not_depend_on_the_block_size),
        cmocka_unit_test(lu_2_random_programmes_read_as_in_libebur128),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
