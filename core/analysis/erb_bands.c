/* SPDX-License-Identifier: MIT
 * erb_bands.c - see erb_bands.h. */
#include "erb_bands.h"
#include "dsp/maths.h"

#define LOW_HZ 40.0
#define HIGH_HZ 16000.0

static double erb_of(double hz) { return 21.4 / 2.302585092994046 * dawg_log_d(1.0 + 0.00437 * hz); }
static double hz_of(double erb) { return (dawg_exp_d(erb * 2.302585092994046 / 21.4) - 1.0) / 0.00437; }

void dawg_erb_bands_init(dawg_erb_bands *b, uint32_t points, double rate)
{
    const double low = erb_of(LOW_HZ), step = (erb_of(HIGH_HZ) - low) / DAWG_ERB_BANDS;
    const double bin_hz = rate / (double)points;
    for (uint32_t i = 0; i <= DAWG_ERB_BANDS; ++i) {
        const double at = dawg_min_d(hz_of(low + step * i) / bin_hz + 0.5, (double)(points / 2));
        b->edge_bin[i] = (uint32_t)at;
        b->edge_part[i] = (float)(at - (double)b->edge_bin[i]);
    }
    for (uint32_t i = 0; i < DAWG_ERB_BANDS; ++i) b->centre[i] = (float)(low + step * (i + 0.5));
}

float dawg_erb_bands_energy(const dawg_erb_bands *b, const float *power, uint32_t from, uint32_t to)
{
    const uint32_t first = b->edge_bin[from], last = b->edge_bin[to];
    float sum = power[last] * b->edge_part[to] - power[first] * b->edge_part[from];
    for (uint32_t k = first; k < last; ++k) sum += power[k];
    return dawg_max(sum, 0.0f);
}
