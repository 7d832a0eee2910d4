/* SPDX-License-Identifier: MIT
 * onsets.h - how often something begins: onsets per second of stereo sound, from spectral flux.
 *
 * Every 10 ms a Hann window of 21.3 ms (1024 frames at 48 kHz) is transformed, the power of both
 * channels summed in 24 bands that are
 * equally wide for the ear (band_map.h). Flux is the mean over the bands of how many dB they have risen in 20 ms, falls
 * counting 0; a band is never taken to lie more than 35 dB under the louder of the two windows. An onset is a window
 * whose flux is the largest within 30 ms to either side and at least 2.5 dB above the mean flux of the half second before
 * (peak picking as in Dixon 2006, "Onset detection revisited", on the log spectrum of Klapuri 1999). Below -100 dBFS
 * nothing begins. Level and, below half the rate, the rate do not matter: the windows lie on one grid in time. */
#ifndef DAWG_ONSETS_H
#define DAWG_ONSETS_H
#include <stddef.h>
#include <stdint.h>

typedef struct dawg_onsets dawg_onsets;

size_t dawg_onsets_size(double rate); /* bytes at 8 .. 192 kHz; 0: another rate */
/* mem: 16-byte aligned, kept by the caller, not to be moved. NULL: too small, misaligned, or no such rate. */
dawg_onsets *dawg_onsets_init(void *mem, size_t size, double rate);
void dawg_onsets_reset(dawg_onsets *o);
void dawg_onsets_process(dawg_onsets *o, const float *left, const float *right, uint32_t n); /* finite; any n */
/* Over the last 10 s, less at the start, up to 30 ms ago; 0 before the first windows. */
double dawg_onsets_per_s(const dawg_onsets *o);

#endif
