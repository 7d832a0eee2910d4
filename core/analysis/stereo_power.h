/* SPDX-License-Identifier: MIT
 * stereo_power.h - the power of each bin of a stereo window, both channels added, in slices that fit beside audio.
 *
 *     ring -> Hann window -> FFT of left + j right, sliced (sliced_fft.h) -> (|Z_k|^2 + |Z_(n-k)|^2) / 2
 *
 * Powers are mean squares, sum |X|^2 2 / (n sum w^2), so that the bins of a window add up to the mean square of what it
 * saw. One transform serves both channels: |L|^2 + |R|^2 is that mean of Z = L + j R and its mirror image. */
#ifndef DAWG_STEREO_POWER_H
#define DAWG_STEREO_POWER_H
#include "dsp/cold.h"
#include <stddef.h>
#include <stdint.h>

typedef struct dawg_stereo_power dawg_stereo_power;

/* Bytes for windows of n frames, a power of two within sliced_fft.h's limits; about 17 n. */
DAWG_COLD size_t dawg_stereo_power_size(uint32_t n);
/* bins: the first so many are computed, n / 2 + 1 at most. mem: 16-byte aligned, kept by the caller, not to be moved.
 * NULL: too small, misaligned, or n is not allowed. */
DAWG_COLD dawg_stereo_power *dawg_stereo_power_init(void *mem, size_t size, uint32_t n, uint32_t bins);
DAWG_COLD void dawg_stereo_power_reset(dawg_stereo_power *x); /* as if no window had been taken; powers are 0 */

/* Takes the n frames from `from` on, of left and right in rings of `frames` >= n, which may change afterwards. Copies. */
void dawg_stereo_power_take(dawg_stereo_power *x, const float *const ring[2], uint32_t frames, uint32_t from);
/* A slice: at least `points` points of the transform, which has 2 n, or then about `bins` of the powers. 1: all done. */
int dawg_stereo_power_step(dawg_stereo_power *x, uint32_t points, uint32_t bins);
/* Of the last window that is done; the caller may use them as scratch until the next. */
double *dawg_stereo_power_bins(dawg_stereo_power *x);

#endif
