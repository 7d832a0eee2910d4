/* SPDX-License-Identifier: MIT
 * The dynamic shelf: no bit at gain 1, the Butterworth shelf's response at every other, nothing under 2 kHz for a
 * de-esser's corners, no growth whatever moves, and chunks that do not matter. */
#include "dsp/dynamic_shelf.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <math.h>
#include <string.h>

enum { PERIOD = 32 };

static dawg_dynamic_shelf made(double rate)
{
    dawg_dynamic_shelf x;
    dawg_dynamic_shelf_reset(&x, PERIOD, rate);
    return x;
}

/* One period of both lanes with one reduction. */
static void run(dawg_dynamic_shelf *x, double hz, const dawg_d2 *in, float reduction, dawg_d2 *removed)
{
    float db[PERIOD];
    for (uint32_t i = 0; i < PERIOD; ++i) db[i] = reduction;
    dawg_dynamic_shelf_plan(x, hz);
    dawg_dynamic_shelf_run(x, 0, PERIOD, in, (const float *const[2]){db, db}, removed);
    dawg_dynamic_shelf_end(x);
}

static void without_reduction_nothing_is_removed(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 1);
    dawg_dynamic_shelf x = made(48000);
    for (uint32_t p = 0; p < 1000; ++p) {
        dawg_d2 in[PERIOD], removed[PERIOD];
        for (uint32_t i = 0; i < PERIOD; ++i)
            in[i] = (dawg_d2){(double)dawg_noise_next(&g), (double)dawg_noise_next(&g)};
        run(&x, 3500.0 + (double)(p % 50), in, 0.0f, removed);
        for (uint32_t i = 0; i < PERIOD; ++i) assert_true(removed[i][0] == 0.0 && removed[i][1] == 0.0);
    }
}

static double drawn_db(double corner, double cut, double rate, double f)
{
    dawg_svf sections[DAWG_DYNAMIC_SHELF_SECTIONS];
    double h[2];
    dawg_dynamic_shelf_sections(corner, cut, rate, sections);
    dawg_svf_response(sections, DAWG_DYNAMIC_SHELF_SECTIONS, f / rate, h);
    return 20.0 * log10(hypot(h[0], h[1]));
}

/* Tones, settled: the gain by projection within 0.01 dB of |H| written out. */
static void the_response_is_the_butterworth_shelfs(void **state)
{
    (void)state;
    const double corners[] = {2500, 3500, 6000}, hz[] = {200, 2000, 3500, 5000, 9000}, cuts[] = {1, 6, 20};
    for (uint32_t k = 0; k < GRID_RATES * 45u; ++k) {
        const double rate = (double)grid_rates[k / 45u], corner = corners[k % 3u], f = hz[k / 3u % 5u];
        const double cut = cuts[k / 15u % 3u];
        if (f >= 0.45 * rate || corner >= 0.45 * rate) continue;
        dawg_dynamic_shelf x = made(rate);
        double re = 0, im = 0;
        const uint32_t periods = (uint32_t)(0.1 * rate) / PERIOD;
        for (uint32_t p = 0; p < 2 * periods; ++p) {
            dawg_d2 in[PERIOD], removed[PERIOD];
            for (uint32_t i = 0; i < PERIOD; ++i)
                in[i] = dawg_d2_all(sin(2.0 * DAWG_PI * f * (double)(p * PERIOD + i) / rate));
            run(&x, corner, in, (float)cut, removed);
            for (uint32_t i = 0; i < PERIOD && p >= periods; ++i) {
                const double w = 2.0 * DAWG_PI * f * (double)(p * PERIOD + i) / rate, y = in[i][1] - removed[i][1];
                const double m = (double)((p - periods) * PERIOD + i) / (double)(periods * PERIOD);
                const double window = 2.0 * (1.0 - cos(2.0 * DAWG_PI * m)) / (double)(periods * PERIOD);
                re += window * y * sin(w), im += window * y * cos(w);
            }
        }
        const double w = pow(tan(DAWG_PI * f / rate) / tan(DAWG_PI * corner / rate), 12.0);
        const double expected = 10.0 * log10((1.0 + pow(10.0, -cut / 10.0) * w) / (1.0 + w));
        assert_true(fabs(20.0 * log10(hypot(re, im)) - expected) < 0.01);
        assert_true(fabs(drawn_db(corner, cut, rate, f) - expected) < 1e-6);
    }
}

/* Corners from 2.5 kHz, 20 dB, rates from 16 kHz. */
static void nothing_under_2_khz_changes_by_more_than_0_3_db(void **state)
{
    (void)state;
    for (uint32_t r = 0; r < GRID_RATES; ++r)
        for (double f = 20; f <= 2000 && grid_rates[r] >= 16000; f += 20)
            assert_true(fabs(drawn_db(2500, 20, (double)grid_rates[r], f)) <= 0.3);
}

/* Corner and gain thrown about in each period: noise in, no more than noise out, and silence soon after it. */
static void nothing_grows_whatever_moves(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 2);
    dawg_dynamic_shelf x = made(48000);
    double most = 0.0;
    for (uint32_t p = 0; p < 20000; ++p) {
        dawg_d2 in[PERIOD], removed[PERIOD];
        for (uint32_t i = 0; i < PERIOD; ++i) in[i] = dawg_d2_all(p < 19000 ? (double)dawg_noise_next(&g) : 0.0);
        const double a = (double)dawg_noise_next(&g), b = (double)dawg_noise_next(&g);
        run(&x, 6000.0 + 3500.0 * a, in, 10.0f + 10.0f * (float)b, removed);
        if (p == 19000) assert_true(most < 4.0);
        if (p >= 19500) assert_true(removed[0][0] == 0.0);
        for (uint32_t i = 0; i < PERIOD; ++i) most = fmax(most, fabs(in[i][0] - removed[i][0]));
    }
}

static void chunks_do_not_matter(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 3);
    dawg_dynamic_shelf one = made(48000), other = made(48000);
    for (uint32_t p = 0; p < 300; ++p) {
        dawg_d2 in[PERIOD], a[PERIOD], b[PERIOD];
        float db[2][PERIOD];
        for (uint32_t i = 0; i < PERIOD; ++i) {
            in[i] = (dawg_d2){(double)dawg_noise_next(&g), (double)dawg_noise_next(&g)};
            for (uint32_t c = 0; c < 2; ++c) db[c][i] = 10.0f + 10.0f * dawg_noise_next(&g);
        }
        const double hz = p % 3 ? 3000.0 + (double)p : 3000.0;
        dawg_dynamic_shelf_plan(&one, hz), dawg_dynamic_shelf_plan(&other, hz);
        dawg_dynamic_shelf_run(&one, 0, PERIOD, in, (const float *const[2]){db[0], db[1]}, a);
        for (uint32_t at = 0, n; at < PERIOD; at += n) {
            n = 1 + (p + at) % 5;
            if (n > PERIOD - at) n = PERIOD - at;
            dawg_dynamic_shelf_run(&other, at, n, in + at, (const float *const[2]){db[0] + at, db[1] + at}, b + at);
        }
        assert_memory_equal(a, b, sizeof a);
        dawg_dynamic_shelf_end(&one), dawg_dynamic_shelf_end(&other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_reduction_nothing_is_removed),
        cmocka_unit_test(the_response_is_the_butterworth_shelfs),
        cmocka_unit_test(nothing_under_2_khz_changes_by_more_than_0_3_db),
        cmocka_unit_test(nothing_grows_whatever_moves),
        cmocka_unit_test(chunks_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
