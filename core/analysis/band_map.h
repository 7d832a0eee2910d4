/* SPDX-License-Identifier: MIT
 * band_map.h - sums the bins of a power spectrum into frequency bands of any edges, without losing or doubling energy:
 * a bin gives each band the share of its width that lies in it. (With a centre rule, 10 of 100 logarithmic bands between
 * 20 Hz and 20 kHz would hold no bin of 8192 points at 48 kHz.)
 *
 * Bin k of n points is rate / n wide around k rate / n; bins 0 and n/2 are half as wide, for their other half lies at
 * negative frequencies and above rate / 2. */
#ifndef DAWG_BAND_MAP_H
#define DAWG_BAND_MAP_H
#include <stddef.h>
#include <stdint.h>

#define DAWG_LOG_BANDS 100u   /* 20 Hz .. 20 kHz, equal ratios of 1.0715 */
#define DAWG_BALANCE_BANDS 8u /* 20, 60, 120, 250, 500 Hz, 2, 4, 8, 20 kHz */
#define DAWG_ERB_BANDS 32u    /* 20 Hz .. 20 kHz, equally wide for the ear: 1.30 equivalent rectangular bandwidths */

void dawg_log_edges(double edges[DAWG_LOG_BANDS + 1]);
void dawg_balance_edges(double edges[DAWG_BALANCE_BANDS + 1]);
/* The number of equivalent rectangular bandwidths below f, 21.4 log10(1 + 0.00437 f) (Glasberg and Moore 1990, equation
 * 4): 0.78 at 20 Hz, 41.7 at 20 kHz. */
double dawg_erb_number(double hz);
/* Bands from 20 Hz to 20 kHz, equally spaced on that scale, `bands` of them; the centres lie midway on it. edges: bands +
 * 1. */
void dawg_erb_edges(double *edges, uint32_t bands);
void dawg_erb_centres(double *centres, uint32_t bands);
double dawg_erb_hz(double t); /* the share t, 0..1, of the way from 20 Hz to 20 kHz on that scale */

typedef struct dawg_band_map dawg_band_map;

size_t dawg_band_map_size(uint32_t bands);
/* mem: 16-byte aligned, kept by the caller. n: even; edges: bands + 1, rising, from 0 Hz on, copied. NULL: too small or
 * misaligned. */
dawg_band_map *dawg_band_map_init(void *mem, size_t size, uint32_t n, double rate, const double *edges, uint32_t bands);

uint32_t dawg_band_map_count(const dawg_band_map *m);
/* How many bins, from 0 on, the bands touch: no others are read. n/2 + 1 at most. */
uint32_t dawg_band_map_bins(const dawg_band_map *m);
/* Which part of a band's width lies below rate / 2, 0..1. At 0 the band has no energy and is to be read as "none". */
double dawg_band_map_covered(const dawg_band_map *m, uint32_t band);
/* power: one-sided, dawg_band_map_bins() values; energy: one sum per band. */
void dawg_band_map_sum(const dawg_band_map *m, const double *power, double *energy);

#endif
