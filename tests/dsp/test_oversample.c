/* SPDX-License-Identifier: MIT
 * The oversampler's linear path (sound REQ SA-2): its response summed directly from the impulse response at every
 * frequency, images and aliases from all phases, latency, linear phase. */
#include "dsp/noise.h"
#include "dsp/oversample.h"
#include "kit/record.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <math.h>
#include <stdlib.h>

#define PI 3.14159265358979323846
enum { SPAN = 200, KINDS = 3, HIGH = SPAN * 8 }; /* base-rate frames that hold every impulse response */
static const uint32_t factors[] = {2, 4, 8};
static const struct {
    dawg_oversample_quality quality;
    const char *name;
    double stop_db, pass_db;
    uint32_t latency[3];
    double pass_edge; /* of the base rate */
} kinds[] = {
    {DAWG_OVERSAMPLE_ECO, "eco", 80.0, 0.002, {37, 44, 46}, 19000.0 / 44100.0},
    {DAWG_OVERSAMPLE_HQ, "HQ", 100.0, 0.0002, {47, 56, 59}, 19000.0 / 44100.0},
    {DAWG_OVERSAMPLE_WIDE, "wide", 100.0, 0.0002, {69, 78, 81}, 20000.0 / 44100.0},
};

/* |sum h[i] exp(-2 pi j f i)|, f in cycles per frame of h. */
static double magnitude(const double *h, uint32_t n, double f)
{
    double re = 0.0, im = 0.0;
    for (uint32_t i = 0; i < n; ++i) {
        const double turns = fmod(f * i, 1.0);
        re += h[i] * cos(2.0 * PI * turns);
        im += h[i] * sin(2.0 * PI * turns);
    }
    return sqrt(re * re + im * im);
}

/* Up: the output for one impulse. Down: the output at frame i for an impulse at frame p of the high rate is h[f i - p];
 * all p together give h. Both in double, scaled to unity gain. */
static void impulse_response(const dawg_oversampler_design *d, uint32_t factor, int down, double *h)
{
    static float low[SPAN], high[HIGH];
    const uint32_t n = SPAN * factor;
    for (uint32_t i = 0; i < n; ++i) h[i] = 0.0;
    for (uint32_t phase = 0; phase < (down ? factor : 1u); ++phase) {
        static dawg_oversampler x;
        dawg_oversampler_reset(&x);
        memset(low, 0, sizeof low), memset(high, 0, sizeof high);
        if (down) {
            high[phase] = 1.0f;
            dawg_oversampler_down(&x, d, high, SPAN, low);
            for (uint32_t i = 0; i < SPAN; ++i)
                if (i * factor >= phase) h[i * factor - phase] = (double)low[i];
        } else {
            low[0] = 1.0f;
            dawg_oversampler_up(&x, d, low, SPAN, high);
            for (uint32_t i = 0; i < n; ++i) h[i] = (double)high[i] / factor;
        }
    }
}

static void response_is_flat_to_the_pass_bands_end_and_rejects_images_and_aliases(void **state)
{
    (void)state;
    static double h[HIGH];
    const uint32_t steps = grid(300, 3000);
    for (uint32_t k = 0; k < KINDS; ++k)
        for (uint32_t f = 0; f < 3; ++f) {
            dawg_oversampler_design d;
            dawg_oversampler_make(&d, factors[f], kinds[k].quality);
            for (int down = 0; down < 2; ++down) {
                impulse_response(&d, factors[f], down, h);
                double ripple = 0.0, stop = 0.0;
                for (uint32_t i = 0; i <= steps; ++i) {
                    const double at = kinds[k].pass_edge * i / steps;
                    const double g = magnitude(h, SPAN * factors[f], at / factors[f]);
                    ripple = fmax(ripple, fabs(20.0 * log10(g)));
                    for (uint32_t image = 1; image <= factors[f] / 2; ++image) { /* around each multiple of the rate */
                        stop = fmax(stop, magnitude(h, SPAN * factors[f], (image - at) / factors[f]));
                        stop = fmax(stop, magnitude(h, SPAN * factors[f], (image + at) / factors[f]));
                    }
                }
                const double stop_db = 20.0 * log10(stop);
                print_message("%s %ux %s: ripple %.5f dB, stop band %.1f dB\n", kinds[k].name, factors[f],
                              down ? "down" : "up", ripple, stop_db);
                char name[60];
                snprintf(name, sizeof name, "%s %ux %s, stop band", kinds[k].name, factors[f], down ? "down" : "up");
                dawg_record("SA-2", name, stop_db, "dB", k ? "<= -100" : "<= -80");
                snprintf(name, sizeof name, "%s %ux %s, pass band", kinds[k].name, factors[f], down ? "down" : "up");
                dawg_record("SA-2", name, ripple, "dB", "<= 0.05");
                assert_true(ripple <= kinds[k].pass_db);
                assert_true(stop_db <= -kinds[k].stop_db);
            }
        }
}

static void latency_is_a_whole_number_of_samples_and_the_phase_is_linear(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < KINDS; ++k)
        for (uint32_t f = 0; f < 3; ++f) {
            static float in[SPAN], high[HIGH], out[SPAN];
            static dawg_oversampler x;
            dawg_oversampler_design d;
            dawg_oversampler_make(&d, factors[f], kinds[k].quality);
            assert_int_equal(d.latency, kinds[k].latency[f]);
            dawg_oversampler_reset(&x);
            memset(in, 0, sizeof in);
            in[0] = 1.0f;
            dawg_oversampler_up(&x, &d, in, SPAN, high);
            dawg_oversampler_down(&x, &d, high, SPAN, out);
            double sum = 0.0;
            for (uint32_t i = 0; i < SPAN; ++i) sum += (double)out[i];
            assert_true(fabs(sum - 1.0) < 1e-6);
            for (uint32_t i = 0; i < SPAN; ++i) {
                if (i != d.latency) assert_true(fabsf(out[i]) < 0.9f * out[d.latency]);
                const double mirror = i <= 2 * d.latency ? (double)out[2 * d.latency - i] : 0.0;
                assert_true(fabs((double)out[i] - mirror) < 1e-8); /* symmetric about the latency: linear phase */
            }
        }
}

static void round_trip_gives_back_what_lies_in_the_pass_band(void **state)
{
    (void)state;
    enum { N = 3000, TONES = 9 };
    static float in[N], high[N * 8], out[N];
    static dawg_oversampler x;
    for (uint32_t k = 0; k < KINDS; ++k) {
        for (uint32_t i = 0; i < N; ++i) {
            double sum = 0.0;
            for (int t = 0; t < TONES; ++t)
                sum +=
                    sin(2.0 * PI * fmod((0.003 + (kinds[k].pass_edge - 0.003) * t / (double)(TONES - 1)) * i, 1.0) + t);
            in[i] = (float)(sum / (double)TONES);
        }
        for (uint32_t f = 0; f < 3; ++f) {
            dawg_oversampler_design d;
            dawg_oversampler_make(&d, factors[f], kinds[k].quality);
            dawg_oversampler_reset(&x);
            dawg_oversampler_up(&x, &d, in, N, high);
            dawg_oversampler_down(&x, &d, high, N, out);
            double worst = 0.0;
            for (uint32_t i = 200; i < N; ++i) worst = fmax(worst, fabs((double)out[i] - (double)in[i - d.latency]));
            print_message("%s %ux: null %.1f dBFS\n", kinds[k].name, factors[f], 20.0 * log10(worst));
            assert_true(20.0 * log10(worst) < -kinds[k].stop_db + 15.0);
        }
    }
}

static void chunks_do_not_change_a_bit(void **state)
{
    (void)state;
    enum { N = 500 };
    static float in[N], high[2][N * 8], out[2][N];
    static dawg_oversampler x;
    static const uint32_t sizes[] = {1, 2, 3, 7, 31, 32, 33, 37, 64, 333};
    dawg_noise g;
    dawg_noise_seed(&g, 5);
    for (uint32_t i = 0; i < N; ++i) in[i] = dawg_noise_next(&g);
    for (uint32_t k = 0; k < KINDS; ++k)
        for (uint32_t f = 0; f < 3; ++f) {
            dawg_oversampler_design d;
            dawg_oversampler_make(&d, factors[f], kinds[k].quality);
            dawg_oversampler_reset(&x);
            dawg_oversampler_up(&x, &d, in, N, high[0]);
            dawg_oversampler_down(&x, &d, high[0], N, out[0]);
            for (uint32_t s = 0; s < sizeof sizes / sizeof *sizes; ++s) {
                dawg_oversampler_reset(&x);
                for (uint32_t at = 0, n; at < N; at += n) {
                    n = N - at < sizes[s] ? N - at : sizes[s];
                    dawg_oversampler_up(&x, &d, in + at, n, high[1] + at * factors[f]);
                    dawg_oversampler_down(&x, &d, high[1] + at * factors[f], n, out[1] + at);
                }
                assert_memory_equal(high[0], high[1], sizeof(float) * N * factors[f]);
                assert_memory_equal(out[0], out[1], sizeof out[0]);
            }
        }
}

static void factor_1_is_a_copy_and_silence_is_silent(void **state)
{
    (void)state;
    static float in[SPAN * 2], high[HIGH * 2], out[SPAN * 2];
    static dawg_oversampler x;
    dawg_oversampler_design d;
    dawg_oversampler_make(&d, 1, DAWG_OVERSAMPLE_HQ);
    assert_int_equal(d.latency, 0);
    for (uint32_t i = 0; i < SPAN; ++i) in[i] = (float)i;
    dawg_oversampler_reset(&x);
    dawg_oversampler_up(&x, &d, in, SPAN, high);
    dawg_oversampler_down(&x, &d, high, SPAN, out);
    assert_memory_equal(in, out, sizeof(float) * SPAN);
    dawg_oversampler_make(&d, 8, DAWG_OVERSAMPLE_HQ);
    for (uint32_t i = SPAN; i < SPAN * 2; ++i) in[i] = 1e-40f; /* denormal: counts as silence */
    dawg_oversampler_up(&x, &d, in, SPAN * 2, high);
    dawg_oversampler_down(&x, &d, high, SPAN * 2, out);
    assert_true(out[SPAN + d.latency] != 0.0f);
    assert_true(high[HIGH * 2 - 1] == 0.0f);
    assert_true(out[SPAN * 2 - 1] == 0.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(response_is_flat_to_the_pass_bands_end_and_rejects_images_and_aliases),
        cmocka_unit_test(latency_is_a_whole_number_of_samples_and_the_phase_is_linear),
        cmocka_unit_test(round_trip_gives_back_what_lies_in_the_pass_band),
        cmocka_unit_test(chunks_do_not_change_a_bit),
        cmocka_unit_test(factor_1_is_a_copy_and_silence_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
