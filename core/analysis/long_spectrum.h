/* SPDX-License-Identifier: MIT
 * long_spectrum.h - the long-term average spectrum of stereo sound in 32 bands that are equally wide for the ear
 * (band_map.h), without its pauses, in slices that fit beside audio.
 *
 *     frames -> ring -> Hann window -> FFT of left + j right, sliced -> 32 energies -> gate -> average that forgets
 *
 * A window is the shortest power of two that is no shorter in time than 8192 points at 48 kHz (171 ms), its hop half of
 * that. Windows lie at multiples of the hop from the first frame after reset, so results depend on the frames heard and
 * on calls of work(), never on their chunks. One transform serves both channels: with Z = FFT(l + j r) the energies of a
 * bin add up to (|Z_k|^2 + |Z_(n-k)|^2) / 2.
 *
 * A window counts when its power is above -70 dBFS and above 20 dB under the mean of those that counted before (the idea
 * of the gates of ITU-R BS.1770). Energies are mean squares of both channels together: 0 dB is a full-scale sine in
 * both. */
#ifndef DAWG_LONG_SPECTRUM_H
#define DAWG_LONG_SPECTRUM_H
#include "dsp/cold.h"
#include "band_map.h"

#define DAWG_LONG_FORGET_S 10.0 /* of silence, under -80 dBFS: then everything heard is forgotten */

typedef struct dawg_long_spectrum dawg_long_spectrum;

/* Bytes for a rate of 8 .. 192 kHz: 0.2 MB up to 48 kHz, 0.7 MB at 192. */
DAWG_COLD size_t dawg_long_spectrum_size(double rate);
/* mem: 16-byte aligned, kept by the caller, not to be moved. */
DAWG_COLD dawg_long_spectrum *dawg_long_spectrum_init(void *mem, size_t size, double rate);
DAWG_COLD void dawg_long_spectrum_reset(dawg_long_spectrum *x); /* as if nothing had been heard */
/* Begins a new average; the ring of recent sound stays. */
DAWG_COLD void dawg_long_spectrum_restart(dawg_long_spectrum *x);

/* Frames of a control period or a part of it; finite. Only copies. */
void dawg_long_spectrum_feed(dawg_long_spectrum *x, const float *const in[2], uint32_t n);
/* Once per 32 frames, when they have been fed: one slice of what is pending. listens: 0 lets windows pass unheard.
 * memory_s: what is older counts less than 1/e; 0: a plain mean, nothing is forgotten. Returns whether a window has been
 * added to the average. */
int dawg_long_spectrum_work(dawg_long_spectrum *x, uint32_t listens, double memory_s);

double
dawg_long_spectrum_heard_s(const dawg_long_spectrum *x); /* sound in the average; with a memory it goes on, too */
DAWG_COLD double
dawg_long_spectrum_silent_s(const dawg_long_spectrum *x); /* since the last sound, up to DAWG_LONG_FORGET_S */
DAWG_COLD double dawg_long_spectrum_hop_s(const dawg_long_spectrum *x);
/* Power density of each band in dB (per Hz); DAWG_LONG_NONE where there is none. */
#define DAWG_LONG_NONE (-300.0)
DAWG_COLD void dawg_long_spectrum_read(const dawg_long_spectrum *x, double density_db[DAWG_ERB_BANDS]);

#endif
