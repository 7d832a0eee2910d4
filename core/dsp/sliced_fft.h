/* SPDX-License-Identifier: MIT
 * sliced_fft.h - one long complex Fourier transform in slices of bounded work, for designs that go on while sound runs.
 *
 *     n points as n1 rows x n2 columns: every column transformed, turned by e^(+-2 pi i row column / n), every row
 *     transformed; the result lies transposed (Gentleman & Sande 1966; the "four-step" of Bailey 1990, less the last).
 *
 * Four columns or rows at a time (fft_lanes.h), in float. No scaling in either direction. */
#ifndef DAWG_SLICED_FFT_H
#define DAWG_SLICED_FFT_H
#include "cold.h"
#include <stddef.h>
#include <stdint.h>

typedef struct dawg_sliced_fft dawg_sliced_fft;
typedef enum { DAWG_FFT_FORWARD /* e^(-2 pi i k t / n) */, DAWG_FFT_INVERSE /* e^(+...) */ } dawg_fft_direction;

#define DAWG_SLICED_FFT_MIN 16u
#define DAWG_SLICED_FFT_MAX (1u << 20)

/* Bytes for n points, about 140 sqrt(n); the points themselves stay with the caller. 0: n is no power of two within
 * MIN..MAX. */
DAWG_COLD size_t dawg_sliced_fft_size(uint32_t n);
/* mem: 16-byte aligned, kept by the caller, not to be moved. NULL: too small, misaligned, or n is not allowed. */
DAWG_COLD dawg_sliced_fft *dawg_sliced_fft_init(void *mem, size_t size, uint32_t n, dawg_fft_direction direction);

/* Begins to transform n pairs (re, im) where they lie; they belong to the transform until it is done. */
void dawg_sliced_fft_start(dawg_sliced_fft *f, float *data);
/* Fours of columns or rows until at least `points` points are through; each point goes through twice. 1: all done. */
int dawg_sliced_fft_step(dawg_sliced_fft *f, uint32_t points);
/* Where pair i of the result lies in data, counted in pairs. */
uint32_t dawg_sliced_fft_place(const dawg_sliced_fft *f, uint32_t i);
/* Pairs that lie beside each other are so many apart: place(i + rows) = place(i) + 1, as long as i + rows < n. */
uint32_t dawg_sliced_fft_rows(const dawg_sliced_fft *f);

#endif
