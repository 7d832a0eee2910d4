/* SPDX-License-Identifier: MIT
 * The FFT against the sum that defines it, in long double: sound REQ AN-1. */
#include "dsp/fft.h"
#include "dsp/noise.h"
#include "kit/record.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <math.h>
#include <stdio.h>

#define N 8192u
#define BINS (N / 2u + 1u)
static _Alignas(16) unsigned char mem[400000];
static float x[N], y[DAWG_FFT_FLOATS(N)], back[N];
static double exact[BINS][2], turn[N][2]; /* turn[i]: e^(-2 pi i k / n), from long double */

static dawg_fft *make(uint32_t n)
{
    const size_t need = dawg_fft_size(n);
    assert_true(need > 0 && need <= sizeof mem);
    dawg_fft *f = dawg_fft_init(mem, need, n);
    assert_non_null(f);
    for (uint32_t i = 0; i < n; ++i) {
        const long double phase = -2.0L * acosl(-1.0L) * (long double)i / (long double)n;
        turn[i][0] = (double)cosl(phase), turn[i][1] = (double)sinl(phase);
    }
    return f;
}

/* Skips zero samples, so that impulses cost nothing. */
static void dft(uint32_t n)
{
    for (uint32_t k = 0; k <= n / 2; ++k) exact[k][0] = exact[k][1] = 0.0;
    for (uint32_t t = 0; t < n; ++t)
        for (uint32_t k = 0; x[t] != 0.0f && k <= n / 2; ++k) {
            const uint32_t i = (uint32_t)((uint64_t)t * k % n);
            exact[k][0] += (double)x[t] * turn[i][0], exact[k][1] += (double)x[t] * turn[i][1];
        }
}

typedef struct errors {
    double rms_db, max_bin, back, parseval; /* relative to the RMS of the spectrum or of the signal */
} errors;

static errors measure(dawg_fft *f, uint32_t n)
{
    dft(n);
    dawg_fft_forward(f, x, y);
    dawg_fft_inverse(f, y, back);
    double power = 0, wrong = 0, worst = 0, energy = 0, spectrum = 0, returned = 0;
    for (uint32_t k = 0; k <= n / 2; ++k) {
        const double re = (double)y[2 * k], im = (double)y[2 * k + 1];
        const double e = hypot(re - exact[k][0], im - exact[k][1]);
        power += exact[k][0] * exact[k][0] + exact[k][1] * exact[k][1];
        wrong += e * e;
        worst = fmax(worst, e);
        spectrum += (re * re + im * im) * (k == 0 || k == n / 2 ? 1.0 : 2.0) / (double)n;
    }
    for (uint32_t t = 0; t < n; ++t) {
        const double e = (double)back[t] - (double)x[t];
        energy += (double)x[t] * (double)x[t];
        returned += e * e;
    }
    const double rms = sqrt(power / (double)(n / 2 + 1));
    return (errors){10.0 * log10(wrong / power + 1e-40), worst / rms, sqrt(returned / energy),
                    fabs(spectrum / energy - 1.0)};
}

/* AN-1 speaks of 8192; lengths with factors 3 and 5 lose a little more on the way there and back. */
static void hold(const char *name, errors e, double round_trip)
{
    printf("%-28s rms %.1f dB, worst bin %.2g, round trip %.2g, Parseval %.2g\n", name, e.rms_db, e.max_bin, e.back,
           e.parseval);
    assert_true(e.rms_db <= -130.0 && e.max_bin <= 1e-6 && e.back <= round_trip && e.parseval <= 1e-6);
}

/* What AN-1 promises of 8192 points; the worst signal is shown. */
static void record(const char *name, errors e)
{
    dawg_record_highest("AN-1", "8192 points, error", e.rms_db, "dB RMS", "<= -130", name);
    dawg_record_highest("AN-1", "8192 points, worst bin over the RMS", e.max_bin, "", "<= 1e-6", name);
    dawg_record_highest("AN-1", "8192 points, round trip", e.back, "", "<= 2e-7", name);
    dawg_record_highest("AN-1", "8192 points, Parseval", e.parseval, "", "<= 1e-6", name);
}

static void white(uint32_t n)
{
    dawg_noise noise;
    dawg_noise_seed(&noise, 11);
    for (uint32_t t = 0; t < n; ++t) x[t] = dawg_noise_next(&noise);
}

static void white_noise_of_8192_is_right_to_130_db(void **state)
{
    (void)state;
    dawg_fft *f = make(N);
    white(N);
    const errors e = measure(f, N);
    record("white noise", e);
    hold("white noise", e, 2e-7);
}

static void an_impulse_anywhere_has_a_flat_spectrum(void **state)
{
    (void)state;
    dawg_fft *f = make(N);
    errors worst = {-400, 0, 0, 0};
    for (uint32_t at = 0; at < 64; ++at) {
        for (uint32_t t = 0; t < N; ++t) x[t] = 0.0f;
        x[at + 64 * (at * 37 % 128)] = 1.0f;
        const errors e = measure(f, N);
        worst = (errors){fmax(worst.rms_db, e.rms_db), fmax(worst.max_bin, e.max_bin), fmax(worst.back, e.back),
                         fmax(worst.parseval, e.parseval)};
    }
    record("impulses", worst);
    hold("impulses, every place mod 64", worst, 2e-7);
}

static void single_lines_are_right(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t bin;
    } lines[] = {{"DC", 0}, {"bin 1", 1}, {"bin 1001", 1001}, {"bin 4095", 4095}, {"Nyquist", N / 2}};
    dawg_fft *f = make(N);
    for (uint32_t k = 0; k < 5; ++k) {
        for (uint32_t t = 0; t < N; ++t) x[t] = (float)turn[(uint64_t)lines[k].bin * t % N][0];
        errors e = measure(f, N);
        e.max_bin /= sqrt(BINS); /* a line stands sqrt(BINS) above the RMS of all bins: relative to the line itself */
        record(lines[k].name, e);
        hold(lines[k].name, e, 2e-7);
    }
}

static void a_hann_windowed_sine_has_no_spurious_line_above_140_dbc(void **state)
{
    (void)state;
    dawg_fft *f = make(N);
    const double pi = acos(-1.0);
    for (uint32_t t = 0; t < N; ++t)
        x[t] = (float)((0.5 - 0.5 * cos(2.0 * pi * t / N)) * sin(2.0 * pi * 997.0 * t / N));
    dawg_fft_forward(f, x, y);
    double peak = 0, floor_level = 0;
    for (uint32_t k = 0; k < BINS; ++k) {
        const double level = hypot((double)y[2 * k], (double)y[2 * k + 1]);
        if (k + 1 >= 997 && k <= 998) peak = fmax(peak, level);
        else floor_level = fmax(floor_level, level);
    }
    printf("spurious floor %.1f dBc\n", 20.0 * log10(floor_level / peak));
    dawg_record("AN-1", "spurious floor of a Hann-windowed sine", 20.0 * log10(floor_level / peak), "dBc", "<= -140");
    assert_true(20.0 * log10(floor_level / peak) <= -140.0);
}

static void other_lengths_are_right_and_work_in_place(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {4, 6, 10, 30, 64, 480, 512, 960, 1024, 1920, 2048, 4096, 7200};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; ++s) {
        const uint32_t n = sizes[s];
        dawg_fft *f = make(n);
        white(n);
        char name[32];
        (void)snprintf(name, sizeof name, "%u", n);
        hold(name, measure(f, n), n & (n - 1u) ? 2.5e-7 : 2e-7);
        float place[DAWG_FFT_FLOATS(N)];
        memcpy(place, x, sizeof(float) * n);
        dawg_fft_forward(f, place, place);
        assert_memory_equal(place, y, sizeof(float) * DAWG_FFT_FLOATS(n));
        dawg_fft_inverse(f, place, place);
        assert_memory_equal(place, back, sizeof(float) * n);
    }
}

static void impossible_lengths_and_memory_are_refused(void **state)
{
    (void)state;
    static const uint32_t bad[] = {0, 1, 2, 3, 7, 14, 15, 1022, 8191, (1u << 20) + 2u, 1u << 21, UINT32_MAX};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; ++i) {
        assert_int_equal(dawg_fft_size(bad[i]), 0);
        assert_null(dawg_fft_init(mem, sizeof mem, bad[i]));
    }
    const size_t need = dawg_fft_size(512);
    assert_null(dawg_fft_init(mem, need - 1, 512));
    assert_null(dawg_fft_init(mem + 4, need, 512));
    assert_null(dawg_fft_init(NULL, need, 512));
    memset(mem + need, 0x5a, 64);
    assert_non_null(dawg_fft_init(mem, need, 512));
    for (int i = 0; i < 64; ++i) assert_int_equal(mem[need + (size_t)i], 0x5a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(white_noise_of_8192_is_right_to_130_db),
        cmocka_unit_test(an_impulse_anywhere_has_a_flat_spectrum),
        cmocka_unit_test(single_lines_are_right),
        cmocka_unit_test(a_hann_windowed_sine_has_no_spurious_line_above_140_dbc),
        cmocka_unit_test(other_lengths_are_right_and_work_in_place),
        cmocka_unit_test(impossible_lengths_and_memory_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
