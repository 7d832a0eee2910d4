/* SPDX-License-Identifier: MIT
 * Band maps keep the books of energy: sound REQ AN-3. The spectra of sounds are held to scipy in test_listening.py. */
#include "analysis/band_map.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include <math.h>
#include <string.h>

enum { LONGEST = 32768, BANDS = 100 };
static _Alignas(16) unsigned char mem[16384];
static double power[LONGEST / 2 + 1], energy[BANDS], edges[BANDS + 1];

static dawg_band_map *make(uint32_t n, double rate, const double *at, uint32_t bands)
{
    assert_true(dawg_band_map_size(bands) <= sizeof mem);
    memset(mem, 0x5a, sizeof mem);
    dawg_band_map *m = dawg_band_map_init(mem, dawg_band_map_size(bands), n, rate, at, bands);
    assert_non_null(m);
    return m;
}

static const struct {
    uint32_t n;
    double rate;
} sizes[] = {{8192, 44100},   {8192, 48000}, {16384, 88200}, {16384, 96000},
             {32768, 192000}, {2048, 8000},  {4096, 22050}};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

/* The bins' energy between two frequencies, bin by bin, from their definition. */
static double textbook(uint32_t n, double rate, double low, double high)
{
    const double wide = rate / n;
    double sum = 0;
    for (uint32_t k = 0; k <= n / 2; ++k) {
        const double from = fmax(0, (k - 0.5) * wide), to = fmin(rate / 2, (k + 0.5) * wide);
        const double inside = fmin(to, high) - fmax(from, low);
        if (inside > 0) sum += power[k] * inside / (to - from);
    }
    return sum;
}

static void every_band_is_the_textbook_sum_and_nothing_is_lost(void **state)
{
    (void)state;
    dawg_noise noise;
    dawg_noise_seed(&noise, 7);
    dawg_log_edges(edges);
    for (uint32_t s = 0; s < SIZES; ++s) {
        const uint32_t n = sizes[s].n;
        const double rate = sizes[s].rate;
        for (uint32_t k = 0; k <= n / 2; ++k) power[k] = exp(5.0 * (double)dawg_noise_next(&noise));
        dawg_band_map *m = make(n, rate, edges, BANDS);
        dawg_band_map_sum(m, power, energy);
        double all = 0;
        for (uint32_t i = 0; i < BANDS; ++i) {
            const double want = textbook(n, rate, edges[i], edges[i + 1]);
            assert_true(fabs(energy[i] - want) <= 1e-12 * want + 1e-300);
            all += energy[i];
        }
        assert_true(fabs(10.0 * log10(all / textbook(n, rate, 20, 20000))) <= 1e-9);
    }
}

static void single_bins_go_where_they_belong(void **state)
{
    (void)state;
    /* Between bins 21 and 22, 42 and 43, 85 and 86, 170 and 171. */
    static const double octaves[] = {0, 125.9765625, 249.0234375, 500.9765625, 999.0234375, 24000};
    dawg_band_map *m = make(8192, 48000, octaves, 5);
    assert_int_equal(dawg_band_map_count(m), 5);
    assert_int_equal(dawg_band_map_bins(m), 4097);
    const struct {
        uint32_t bin, band;
    } rows[] = {{0, 0}, {1, 0}, {21, 0}, {22, 1}, {42, 1}, {43, 2}, {100, 3}, {171, 4}, {4096, 4}};
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; ++r) {
        memset(power, 0, sizeof power);
        power[rows[r].bin] = 3.0;
        dawg_band_map_sum(m, power, energy);
        for (uint32_t i = 0; i < 5; ++i) assert_true(fabs(energy[i] - (i == rows[r].band ? 3.0 : 0.0)) < 1e-12);
    }
    memset(power, 0, sizeof power);
    power[21] = power[64] = 1.0;
    static const double cut[] = {100, 122.314453125, 375, 400}; /* through bins 21 (20.5 .. 21.5) at 20.875, 64 at 64 */
    m = make(8192, 48000, cut, 3);
    dawg_band_map_sum(m, power, energy);
    assert_true(fabs(energy[0] - 0.375) < 1e-9 && fabs(energy[1] - 0.625 - 0.5) < 1e-9 && fabs(energy[2] - 0.5) < 1e-9);
}

static void above_half_the_rate_there_is_nothing(void **state)
{
    (void)state;
    dawg_log_edges(edges);
    for (uint32_t k = 0; k <= 1024; ++k) power[k] = 1.0;
    dawg_band_map *m = make(2048, 8000, edges, BANDS);
    dawg_band_map_sum(m, power, energy);
    for (uint32_t i = 0; i < BANDS; ++i) {
        const double want = fmin(1, fmax(0, (4000 - edges[i]) / (edges[i + 1] - edges[i])));
        assert_true(fabs(dawg_band_map_covered(m, i) - want) < 1e-12);
        assert_true((energy[i] > 0.0) == (want > 0.0));
    }
    assert_true(dawg_band_map_bins(m) == 1025);
}

static void the_edges_are_those_that_are_documented(void **state)
{
    (void)state;
    dawg_log_edges(edges);
    assert_true(edges[0] == 20.0 && edges[BANDS] == 20000.0);
    for (uint32_t i = 0; i < BANDS; ++i) assert_true(fabs(edges[i + 1] / edges[i] - 1.0715193052376064) < 1e-12);
    double erb[DAWG_ERB_BANDS + 1], centres[DAWG_ERB_BANDS];
    dawg_erb_edges(erb, DAWG_ERB_BANDS);
    dawg_erb_centres(centres, DAWG_ERB_BANDS);
    assert_true(erb[0] == 20.0 && erb[DAWG_ERB_BANDS] == 20000.0);
    const double low = 21.4 * log10(1 + 0.00437 * 20),
                 step = (21.4 * log10(1 + 0.00437 * 20000) - low) / DAWG_ERB_BANDS;
    for (uint32_t i = 0; i < DAWG_ERB_BANDS; ++i) {
        assert_true(fabs(21.4 * log10(1 + 0.00437 * erb[i]) - (low + i * step)) < 1e-9);
        assert_true(fabs(21.4 * log10(1 + 0.00437 * centres[i]) - (low + (i + 0.5) * step)) < 1e-9);
    }
    double balance[DAWG_BALANCE_BANDS + 1];
    dawg_balance_edges(balance);
    assert_true(balance[0] == 20 && balance[4] == 500 && balance[8] == 20000);
}

static void impossible_memory_is_refused(void **state)
{
    (void)state;
    dawg_log_edges(edges);
    const size_t need = dawg_band_map_size(BANDS);
    assert_null(dawg_band_map_init(NULL, need, 8192, 48000, edges, BANDS));
    assert_null(dawg_band_map_init(mem + 4, need, 8192, 48000, edges, BANDS));
    assert_null(dawg_band_map_init(mem, need - 1, 8192, 48000, edges, BANDS));
    memset(mem + need, 0x5a, 16);
    assert_non_null(dawg_band_map_init(mem, need, 8192, 48000, edges, BANDS));
    for (size_t i = 0; i < 16; ++i) assert_int_equal(mem[need + i], 0x5a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_band_is_the_textbook_sum_and_nothing_is_lost),
        cmocka_unit_test(single_bins_go_where_they_belong),
        cmocka_unit_test(above_half_the_rate_there_is_nothing),
        cmocka_unit_test(the_edges_are_those_that_are_documented),
        cmocka_unit_test(impossible_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
