/* SPDX-License-Identifier: MIT
 * Bands fitted to a curve: the slopes it steps by are those of the curves, and what is planted, flat, bounded or not
 * worth a band. Curves are summed here from the formulas of eq_design.h. */
#include "analysis/band_fit.h"
#include "support/cmocka.h"
#include <complex.h>
#include <math.h>
#include <string.h>

enum { N = 72 };
static double hz[N];

static int points(void **state)
{
    (void)state;
    for (int i = 0; i < N; ++i) hz[i] = 20.0 * pow(1000.0, (i + 0.5) / N);
    return 0;
}

static double band_db(dawg_eq_type type, double f, double f0, double gain_db, double q)
{
    const double a = pow(10.0, gain_db / 40.0);
    const double complex s = I * f / f0;
    const double complex up = s * s + s * sqrt(a) / q,
                         h = type == DAWG_EQ_BELL        ? (s * s + s * a / q + 1) / (s * s + s / (a * q) + 1)
                             : type == DAWG_EQ_LOW_SHELF ? a * (up + a) / (a * s * s + s * sqrt(a) / q + 1)
                                                         : a * (a * s * s + s * sqrt(a) / q + 1) / (up + a);
    return 20.0 * log10(cabs(h));
}

static double rms_around_mean(const double *y)
{
    double mean = 0.0, sum = 0.0;
    for (int i = 0; i < N; ++i) mean += y[i] / N;
    for (int i = 0; i < N; ++i) sum += (y[i] - mean) * (y[i] - mean) / N;
    return sqrt(sum);
}

static double left(const double *want, const dawg_fit_band *band, uint32_t n)
{
    double y[N];
    memcpy(y, want, sizeof y);
    for (uint32_t b = 0; b < n; ++b)
        for (int i = 0; i < N; ++i) y[i] -= band_db(band[b].type, hz[i], band[b].freq_hz, band[b].gain_db, band[b].q);
    return rms_around_mean(y);
}

static dawg_fit_plan plan(uint32_t bands, double worth_db)
{
    return (dawg_fit_plan){1, bands - 2u, 1, bands, 12.0, worth_db};
}

/* By differences of 1e-4 in ln f0 and ln Q and 1e-3 dB. */
static void slopes_are_those_of_the_curves(void **state)
{
    (void)state;
    static const struct {
        dawg_eq_type type;
        double hz, gain, q;
    } rows[] = {{DAWG_EQ_BELL, 300, 6, 1.4},         {DAWG_EQ_BELL, 5000, -9, 0.5},
                {DAWG_EQ_LOW_SHELF, 120, 5, 0.7},    {DAWG_EQ_LOW_SHELF, 400, -7, 1.0},
                {DAWG_EQ_HIGH_SHELF, 6000, 8, 0.71}, {DAWG_EQ_HIGH_SHELF, 2000, -4, 0.5}};
    double want[N] = {0}, weight[N];
    static dawg_fit_points p;
    static dawg_fit_rows r;
    for (int i = 0; i < N; ++i) weight[i] = 1.0 + i % 3;
    dawg_fit_points_make(&p, hz, want, weight, N);
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; ++k) {
        const double x[3] = {log(rows[k].hz), rows[k].gain, log(rows[k].q)}, by[3] = {1e-4, 1e-3, 1e-4};
        dawg_fit_bands b = {.n = 1, .type = {rows[k].type}, .x = {x[0], x[1], x[2]}};
        dawg_band_misfit(&p, &b, &r);
        for (int j = 0; j < 3; ++j)
            for (int i = 0; i < N; ++i) {
                double at[2];
                for (int side = 0; side < 2; ++side) {
                    double y[3] = {x[0], x[1], x[2]};
                    y[j] += side ? by[j] : -by[j];
                    at[side] = band_db(rows[k].type, hz[i], exp(y[0]), y[1], exp(y[2]));
                }
                const double true_slope = (at[1] - at[0]) / (2.0 * by[j]) * sqrt(weight[i]);
                assert_true(fabs((double)r.slope[j][i / 4][i % 4] - true_slope) < 2e-4 + 1e-4 * fabs(true_slope));
            }
    }
}

static void the_normal_equations_are_sums_around_the_weighted_mean(void **state)
{
    (void)state;
    double want[N], weight[N], sum = 0.0;
    static dawg_fit_points p;
    static dawg_fit_rows r;
    static dawg_fit_normal n;
    for (int i = 0; i < N; ++i) want[i] = sin(0.2 * i), weight[i] = 0.5 + i % 4, sum += weight[i];
    dawg_fit_points_make(&p, hz, want, weight, N);
    const dawg_fit_bands b = {.n = 2, .type = {DAWG_EQ_BELL, DAWG_EQ_LOW_SHELF}, .x = {6, 3, 0.2, 5, -4, -0.3}};
    dawg_band_misfit(&p, &b, &r);
    dawg_band_normal(&p, 2, &r, &n);
    for (int k = 0; k < 6; ++k)
        for (int m = k; m < 6; ++m) {
            double product = 0.0, a = 0.0, c = 0.0;
            for (int i = 0; i < N; ++i) {
                const double u = (double)r.slope[k][i / 4][i % 4], v = (double)r.slope[m][i / 4][i % 4];
                product += u * v, a += u * sqrt(weight[i]), c += v * sqrt(weight[i]);
            }
            assert_true(fabs((double)n.hessian[k][m / 4][m % 4] - (product - a * c / sum)) <
                        1e-4 * (1.0 + fabs(product)));
        }
    for (int k = 0; k < 6; ++k) {
        double down = 0.0;
        for (int i = 0; i < N; ++i) down -= (double)(r.slope[k][i / 4][i % 4] * r.residual[i / 4][i % 4]);
        assert_true(fabs((double)n.descent[k / 4][k % 4] - down) < 1e-3 + 1e-4 * fabs(down));
    }
}

static void pairs_weigh_and_want_what_both_did(void **state)
{
    (void)state;
    static dawg_fit_points all, pairs;
    for (uint32_t n = 65; n <= 72; ++n) {
        double want[N], weight[N];
        for (uint32_t i = 0; i < n; ++i) want[i] = sin(0.7 * i), weight[i] = i % 5 == 4 ? 0.0 : 0.5 + i % 3;
        dawg_fit_points_make(&all, hz, want, weight, n);
        dawg_fit_points_pair(&pairs, &all);
        for (uint32_t k = 0; k < 4u * pairs.quads; ++k) {
            double heavy = 0.0, wanted = 0.0;
            for (uint32_t i = 2 * k; i < 2 * k + 2 && i < n; ++i) heavy += weight[i], wanted += weight[i] * want[i];
            const double root = (double)pairs.root[k / 4][k % 4];
            assert_true(fabs(root * root - heavy) < 1e-5);
            assert_true(fabs(root * root * (double)pairs.want[k / 4][k % 4] - wanted) < 1e-5);
            if (2 * k + 1 >= n) continue;
            assert_true(fabs((double)pairs.ff[k / 4][k % 4] / (hz[2 * k] * hz[2 * k + 1]) - 1.0) < 1e-5);
        }
    }
}

static void planted_bands_are_found_at_any_level(void **state)
{
    (void)state;
    double want[N];
    for (int level = -9; level <= 9; level += 9) {
        for (int i = 0; i < N; ++i)
            want[i] = level + band_db(DAWG_EQ_LOW_SHELF, hz[i], 120, 4, 0.7) +
                      band_db(DAWG_EQ_BELL, hz[i], 900, -6, 1.2) + band_db(DAWG_EQ_HIGH_SHELF, hz[i], 7000, 5, 0.7);
        dawg_fit_band b[DAWG_FIT_BANDS];
        const dawg_fit_plan p = plan(8, 0.05);
        assert_int_equal(dawg_band_fit(hz, want, NULL, N, &p, b), 3);
        static const dawg_fit_band planted[] = {
            {DAWG_EQ_LOW_SHELF, 120, 4, 0.7}, {DAWG_EQ_BELL, 900, -6, 1.2}, {DAWG_EQ_HIGH_SHELF, 7000, 5, 0.7}};
        for (int k = 0; k < 3; ++k) {
            assert_int_equal(b[k].type, planted[k].type);
            assert_true(fabs(b[k].gain_db - planted[k].gain_db) < 0.15);
            assert_true(fabs(log2(b[k].freq_hz / planted[k].freq_hz)) < 0.05);
        }
        assert_true(left(want, b, 3) < 0.03);
    }
}

static void nothing_wanted_needs_no_band(void **state)
{
    (void)state;
    double want[N], none[N] = {0};
    dawg_fit_band b[DAWG_FIT_BANDS];
    const dawg_fit_plan p = plan(8, 0.0);
    for (int i = 0; i < N; ++i) want[i] = -7.0;
    assert_int_equal(dawg_band_fit(hz, want, NULL, N, &p, b), 0);
    for (int i = 0; i < N; ++i) want[i] = 6.0 * sin(0.3 * i);
    assert_int_equal(dawg_band_fit(hz, want, none, N, &p, b), 0); /* no point counts */
    assert_int_equal(dawg_band_fit(hz, want, NULL, 0, &p, b), 0);
    assert_true(dawg_band_fit(hz, want, NULL, N, &p, b) > 4);
}

/* Each band left in takes worth_db off the RMS, by which taking it out must raise it at least; fewer bands than that
 * would leave more. */
static void every_band_is_worth_it(void **state)
{
    (void)state;
    double want[N];
    dawg_fit_band all[DAWG_FIT_BANDS], few[DAWG_FIT_BANDS];
    for (int seed = 0; seed < 20; ++seed) {
        for (int i = 0; i < N; ++i)
            want[i] =
                3.0 * sin(0.05 * (1 + seed % 7) * i + seed) + 1.5 * sin(0.11 * i - seed) + 0.04 * sin(1.3 * i + seed);
        const dawg_fit_plan every = plan(8, 0.0), worthy = plan(8, 0.05);
        const uint32_t n_all = dawg_band_fit(hz, want, NULL, N, &every, all);
        const uint32_t n = dawg_band_fit(hz, want, NULL, N, &worthy, few);
        assert_true(n <= n_all);
        assert_true(left(want, few, n) <= left(want, all, n_all) + 0.05 * (n_all - n) + 0.01);
        for (uint32_t k = 0; k < n; ++k) {
            dawg_fit_band without[DAWG_FIT_BANDS];
            uint32_t m = 0;
            for (uint32_t i = 0; i < n; ++i)
                if (i != k) without[m++] = few[i];
            assert_true(left(want, without, m) >= left(want, few, n) + 0.05);
        }
    }
}

static void bands_keep_their_bounds_and_their_order(void **state)
{
    (void)state;
    double want[N];
    dawg_fit_band b[DAWG_FIT_BANDS];
    for (int i = 0; i < N; ++i) want[i] = i / 9 % 2 ? 20.0 : -20.0;
    for (uint32_t bands = 3; bands <= 8; ++bands) {
        dawg_fit_plan p = plan(bands, 0.0);
        p.max_gain_db = 5.0;
        const uint32_t n = dawg_band_fit(hz, want, NULL, N, &p, b);
        assert_true(n > 0 && n <= bands);
        uint32_t shelves = 0;
        for (uint32_t k = 0; k < n; ++k) {
            const int bell = b[k].type == DAWG_EQ_BELL, low = b[k].type == DAWG_EQ_LOW_SHELF;
            shelves += !bell;
            assert_true(fabs(b[k].gain_db) <= 5.0 && fabs(b[k].gain_db) >= DAWG_FIT_SMALLEST_DB);
            assert_true(b[k].q >= (bell ? 0.4 : 0.5) * 0.999 && b[k].q <= (bell ? 4.0 : 1.0) * 1.001);
            assert_true(b[k].freq_hz >= (bell || low ? 30 : 1500) * 0.999 &&
                        b[k].freq_hz <= (low ? 500 : 16000) * 1.001);
            assert_true(!low || k == 0);
            assert_true(b[k].type != DAWG_EQ_HIGH_SHELF || k == n - 1);
            if (bell && k && b[k - 1].type == DAWG_EQ_BELL) assert_true(b[k].freq_hz >= b[k - 1].freq_hz);
        }
        assert_true(shelves <= 2 && n - shelves <= bands - 2);
    }
}

/* Fewer bands than there are kinds of them; more points than are paired; an odd number of those. */
static void any_plan_and_any_points_give_no_more_than_was_asked(void **state)
{
    (void)state;
    static const uint32_t points[] = {1, 2, 5, 63, 64, 65, 67, DAWG_FIT_POINTS};
    double at[DAWG_FIT_POINTS], want[DAWG_FIT_POINTS];
    dawg_fit_band b[DAWG_FIT_BANDS];
    for (size_t k = 0; k < sizeof points / sizeof points[0]; ++k)
        for (uint32_t bands = 0; bands <= 4; ++bands) {
            for (uint32_t i = 0; i < points[k]; ++i) {
                at[i] = 20.0 * pow(1000.0, (i + 0.5) / points[k]);
                want[i] = band_db(DAWG_EQ_BELL, at[i], 700, 6, 0.8) + band_db(DAWG_EQ_HIGH_SHELF, at[i], 5000, -4, 0.7);
            }
            const dawg_fit_plan p = {1, 6, 1, bands, 12.0, 0.05};
            const uint32_t n = dawg_band_fit(at, want, NULL, points[k], &p, b);
            assert_true(n <= bands && (n > 0 || bands == 0 || points[k] < 3));
            if (bands < 2 || points[k] < 63) continue;
            double y[DAWG_FIT_POINTS], mean = 0.0;
            for (uint32_t i = 0; i < points[k]; ++i) {
                y[i] = want[i];
                for (uint32_t j = 0; j < n; ++j) y[i] -= band_db(b[j].type, at[i], b[j].freq_hz, b[j].gain_db, b[j].q);
                mean += y[i] / points[k];
            }
            for (uint32_t i = 0; i < points[k]; ++i) assert_true(fabs(y[i] - mean) < 0.3);
        }
}

/* A bump of 6 dB where nothing counts is left alone; the one that counts is not. */
static void weights_say_where_it_matters(void **state)
{
    (void)state;
    double want[N], weight[N];
    dawg_fit_band b[DAWG_FIT_BANDS];
    for (int i = 0; i < N; ++i) {
        want[i] = band_db(DAWG_EQ_BELL, hz[i], 200, 6, 2) + band_db(DAWG_EQ_BELL, hz[i], 6000, 6, 2);
        weight[i] = hz[i] < 1200 ? 1.0 : 1e-4;
    }
    const dawg_fit_plan p = plan(8, 0.05);
    assert_int_equal(dawg_band_fit(hz, want, weight, N, &p, b), 1);
    assert_true(fabs(b[0].freq_hz - 200) < 10 && fabs(b[0].gain_db - 6) < 0.3);
    assert_int_equal(dawg_band_fit(hz, want, NULL, N, &p, b), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slopes_are_those_of_the_curves),
        cmocka_unit_test(the_normal_equations_are_sums_around_the_weighted_mean),
        cmocka_unit_test(pairs_weigh_and_want_what_both_did),
        cmocka_unit_test(planted_bands_are_found_at_any_level),
        cmocka_unit_test(nothing_wanted_needs_no_band),
        cmocka_unit_test(every_band_is_worth_it),
        cmocka_unit_test(bands_keep_their_bounds_and_their_order),
        cmocka_unit_test(any_plan_and_any_points_give_no_more_than_was_asked),
        cmocka_unit_test(weights_say_where_it_matters),
    };
    return cmocka_run_group_tests(tests, points, NULL);
}
