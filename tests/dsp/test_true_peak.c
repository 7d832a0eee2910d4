/* SPDX-License-Identifier: MIT
 * The true-peak detector against waveforms whose height between the samples is known in closed form: tones and sums of
 * tones, and EBU Tech 3341 rows 15 to 23. */
#include "dsp/noise.h"
#include "dsp/true_peak.h"
#include "kit/record.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <math.h>

#define PI 3.14159265358979323846
enum { LENGTH = 2000, LATE = DAWG_TRUE_PEAK_DELAY, EDGE = DAWG_TRUE_PEAK_TAPS, POINTS = 16 };
static dawg_true_peak_design design;
static float signal[LENGTH], peaks[LENGTH];

static void detect(uint32_t n)
{
    dawg_true_peak x;
    dawg_true_peak_reset(&x);
    dawg_true_peak_process(&x, &design, signal, n, peaks);
}

/* Largest reading once the history holds the signal alone. */
static double reading_db(uint32_t n)
{
    double top = 0.0;
    detect(n);
    for (uint32_t i = EDGE; i < n; ++i) top = fmax(top, (double)peaks[i]);
    return 20.0 * log10(top);
}

static void tone(double cycles_per_frame, double phase_deg, double peak, uint32_t n)
{
    for (uint32_t i = 0; i < n; ++i)
        signal[i] = (float)(peak * sin(2.0 * PI * (fmod(cycles_per_frame * i, 1.0) + phase_deg / 360.0)));
}

static void a_steady_tone_reads_its_peak_within_0_05_db_up_to_0_47_of_the_rate(void **state)
{
    (void)state;
    /* Simple ratios meet the same few points for ever: the hardest. The others meet all. */
    static const double ratios[] = {1.0 / 4, 1.0 / 3, 1.0 / 5,  1.0 / 6,  1.0 / 8,  3.0 / 8, 2.0 / 5,
                                    3.0 / 7, 4.0 / 9, 5.0 / 11, 5.0 / 12, 7.0 / 16, 9.0 / 20};
    const uint32_t phases = grid(12, 60), steps = grid(60, 600);
    double low = 0.0, high = 0.0;
    for (uint32_t k = 0; k < steps + sizeof ratios / sizeof *ratios; ++k) {
        const double f = k < steps ? 0.001 + (0.47 - 0.001) * k / (steps - 1) : ratios[k - steps];
        for (uint32_t p = 0; p < phases; ++p) {
            tone(f, 180.0 * p / phases, 0.5, LENGTH);
            const double error = reading_db(LENGTH) - 20.0 * log10(0.5);
            low = fmin(low, error), high = fmax(high, error);
        }
    }
    print_message("errors %+.4f ... %+.4f dB\n", low, high);
    dawg_record("LM-1", "detector alone, steady tones to 0.47 of the rate, error", fmax(-low, high), "dB", "<= 0.05");
    assert_true(low >= -0.05);
    assert_true(high <= 0.05);
}

static void the_span_of_each_sample_reads_the_waveform_between_it_and_the_next(void **state)
{
    (void)state;
    double worst = 0.0;
    for (uint32_t round = 0; round < grid(20, 500); ++round) {
        enum { TONES = 6 };
        double f[TONES], phase[TONES];
        dawg_noise g;
        dawg_noise_seed(&g, round);
        for (int k = 0; k < TONES; ++k) {
            f[k] = 0.21 * (1.0 + (double)dawg_noise_next(&g)); /* 0 .. 0.42 */
            phase[k] = (double)dawg_noise_next(&g);
        }
        for (uint32_t i = 0; i < 400; ++i) {
            double sum = 0.0;
            for (int k = 0; k < TONES; ++k) sum += sin(2.0 * PI * (f[k] * i + phase[k]));
            signal[i] = (float)(sum / (double)TONES);
        }
        detect(400);
        for (uint32_t i = EDGE; i < 400; ++i) {
            double top = 0.0;
            for (uint32_t point = 0; point < POINTS; ++point) {
                const double t = (double)(i - LATE) + (double)point / (double)POINTS;
                double sum = 0.0;
                for (int k = 0; k < TONES; ++k) sum += sin(2.0 * PI * (f[k] * t + phase[k]));
                top = fmax(top, fabs(sum / (double)TONES));
            }
            worst = fmax(worst, fabs(top - (double)peaks[i]));
        }
    }
    print_message("largest error %.5f of full scale\n", worst);
    assert_true(worst < 0.002);
}

static void every_sample_shows_and_shows_exactly_delay_frames_late(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 3);
    for (uint32_t i = 0; i < LENGTH; ++i) signal[i] = dawg_noise_next(&g);
    detect(LENGTH);
    for (uint32_t i = LATE; i < LENGTH; ++i) assert_true(peaks[i] >= fabsf(signal[i - LATE]));
    for (uint32_t i = 0; i < LENGTH; ++i) signal[i] = i == 100 ? -0.7f : 0.0f;
    detect(LENGTH);
    for (uint32_t i = 0; i < LENGTH; ++i) {
        if (i == 100 + LATE) assert_true(peaks[i] == 0.7f);
        else assert_true(peaks[i] < 0.7f);
        if (i < 100 || i >= 100 + EDGE) assert_true(peaks[i] == 0.0f); /* silence is silent at once */
    }
}

static void chunks_do_not_change_a_bit(void **state)
{
    (void)state;
    static float chunked[LENGTH];
    static const uint32_t sizes[] = {1, 2, 3, 7, 31, 32, 33, 64, 100, 1999};
    dawg_noise g;
    dawg_noise_seed(&g, 4);
    for (uint32_t i = 0; i < LENGTH; ++i) signal[i] = dawg_noise_next(&g);
    detect(LENGTH);
    float top = 0.0f;
    for (uint32_t i = 0; i < LENGTH; ++i) top = fmaxf(top, peaks[i]);
    for (uint32_t k = 0; k < sizeof sizes / sizeof *sizes; ++k) {
        dawg_true_peak x, y;
        dawg_true_peak_reset(&x), dawg_true_peak_reset(&y);
        float largest = 0.0f;
        for (uint32_t at = 0, n; at < LENGTH; at += n) {
            n = LENGTH - at < sizes[k] ? LENGTH - at : sizes[k];
            memcpy(chunked + at, signal + at, sizeof(float) * n);
            dawg_true_peak_process(&x, &design, chunked + at, n, chunked + at); /* in place */
            largest = dawg_true_peak_largest(&y, &design, signal + at, n, largest);
        }
        assert_memory_equal(chunked, peaks, sizeof peaks);
        assert_true(largest == top);
    }
}

static void denormal_input_reads_zero(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < LENGTH; ++i) signal[i] = i & 1 ? 1e-40f : -1e-40f;
    detect(LENGTH);
    for (uint32_t i = 0; i < LENGTH; ++i) assert_true(peaks[i] == 0.0f);
}

/* ---- EBU Tech 3341 ---------------------------------------------------------------------------------------------- */

static void within_ebu(int number, double reading, double expected)
{
    char name[40];
    snprintf(name, sizeof name, "3341-%d, detector", number);
    dawg_record("LU-1", name, reading, "dBTP",
                number < 19    ? "-6.0 +0.2/-0.4"
                : number == 19 ? "+3.0 +0.2/-0.4"
                               : "0.0 +0.2/-0.4");
    print_message("3341-%d: %+.3f dBTP\n", number, reading);
    assert_true(reading <= expected + 0.2);
    assert_true(reading >= expected - 0.4);
}

static void ebu_tech_3341_rows_15_to_19_read_true(void **state)
{
    (void)state;
    static const struct {
        double f, phase, peak, expected;
    } rows[] = {{1.0 / 4, 0, 0.5, -6},
                {1.0 / 4, 45, 0.5, -6},
                {1.0 / 6, 60, 0.5, -6},
                {1.0 / 8, 67.5, 0.5, -6},
                {1.0 / 4, 45, 1.41, 3}};
    for (int k = 0; k < 5; ++k) {
        tone(rows[k].f, rows[k].phase, rows[k].peak, LENGTH);
        within_ebu(15 + k, reading_db(LENGTH), rows[k].expected);
    }
}

/* A burst made at 4 fs whose largest value is 1: a half-scale tone at fs / 6 with one full-scale cycle in it, low-passed
 * (Kaiser, 100 dB from 0.45 fs on) and decimated from four different offsets. The peak falls on no sample of the result. */
static void ebu_tech_3341_rows_20_to_23_read_true_from_every_decimation_offset(void **state)
{
    (void)state;
    enum { HIGH = 4 * 1200, TAPS = 513 };
    static double burst[HIGH], low[HIGH], h[TAPS];
    double sum = 0.0, top = 0.0;
    for (int i = 0; i < TAPS; ++i) {
        const double t = i - TAPS / 2, u = t / (TAPS / 2 + 1), cut = 0.425 / 4.0;
        double window = 0.0, term = 1.0, q = 0.25 * 10.06 * 10.06 * (1.0 - u * u);
        for (int k = 1; k < 40; ++k) window += term, term *= q / ((double)k * k);
        sum += h[i] = window * (t == 0.0 ? 2.0 * cut : sin(2.0 * PI * cut * t) / (PI * t));
    }
    for (int i = 0; i < HIGH; ++i) {
        const int on = i >= 800 && i < 4000, full = i >= 2400 && i < 2424;
        burst[i] = on ? (full ? 1.0 : 0.5) * sin(2.0 * PI * i / 24.0) : 0.0;
    }
    for (int i = 0; i < HIGH; ++i) {
        low[i] = 0.0;
        for (int k = 0; k < TAPS; ++k)
            if (i - k + TAPS / 2 >= 0 && i - k + TAPS / 2 < HIGH) low[i] += h[k] / sum * burst[i - k + TAPS / 2];
        top = fmax(top, fabs(low[i]));
    }
    for (int offset = 0; offset < 4; ++offset) {
        for (int i = 0; i < HIGH / 4; ++i) signal[i] = (float)(low[4 * i + offset] / top);
        within_ebu(20 + offset, reading_db(HIGH / 4), 0.0);
    }
}

int main(void)
{
    dawg_true_peak_make(&design);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_steady_tone_reads_its_peak_within_0_05_db_up_to_0_47_of_the_rate),
        cmocka_unit_test(the_span_of_each_sample_reads_the_waveform_between_it_and_the_next),
        cmocka_unit_test(every_sample_shows_and_shows_exactly_delay_frames_late),
        cmocka_unit_test(chunks_do_not_change_a_bit),
        cmocka_unit_test(denormal_input_reads_zero),
        cmocka_unit_test(ebu_tech_3341_rows_15_to_19_read_true),
        cmocka_unit_test(ebu_tech_3341_rows_20_to_23_read_true_from_every_decimation_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
