/* SPDX-License-Identifier: MIT
 * spectrum.h - a streaming power spectrum of stereo sound, for display and for listening. Hann-windowed discrete Fourier
 * transform (Harris 1978, "On the use of windows for harmonic analysis with the DFT"), read as peak amplitude.
 *
 * With the periodic window w[t] = 0.5 - 0.5 cos(2 pi t / N), N = DAWG_SPECTRUM_POINTS, and X[k] = sum over t of
 * w[t] x[t] e^(-2 pi i k t / N), the amplitude of bin k is A[k] = 4 |X[k]| / N: the window's mean is 1/2, and a sine
 * shares its energy with its mirror image. Bins 0 and N/2 have none, there A[k] = 2 |X[k]| / N. A reading is
 * 10 log10((A_left^2 + A_right^2) / 2) dBFS: 0 for a sine of peak 1 in both channels at the middle of a bin, -3.01 in one
 * channel. Midway between two bins a sine reads 1.42 dB less (the window's scalloping loss); its neighbours at the middle
 * of a bin read -6.02. Bins lie rate / N apart.
 *
 * Windows end on multiples of DAWG_SPECTRUM_HOP frames, so that readings do not depend on the chunks in which sound
 * arrives; time before the first frame counts as silence. */
#ifndef DAWG_SPECTRUM_H
#define DAWG_SPECTRUM_H
#include <stddef.h>
#include <stdint.h>

#define DAWG_SPECTRUM_POINTS 8192u
#define DAWG_SPECTRUM_HOP 1024u
#define DAWG_SPECTRUM_BINS (DAWG_SPECTRUM_POINTS / 2u + 1u)
#define DAWG_SPECTRUM_NONE (-200.0f) /* dBFS: silence; no reading is lower */

typedef struct dawg_spectrum dawg_spectrum;

/* About 240 kB. */
size_t dawg_spectrum_size(void);
/* mem: 16-byte aligned, kept by the caller, not to be moved. NULL: too small or misaligned. */
dawg_spectrum *dawg_spectrum_init(void *mem, size_t size);
void dawg_spectrum_reset(dawg_spectrum *s); /* as if nothing had been heard */

/* Any n; the channels may be the same. What is no audio (dsp/guard.h) is heard as 0. Cheap: it copies. */
void dawg_spectrum_process(dawg_spectrum *s, const float *left, const float *right, uint32_t n);
/* Of the window that ended with the last whole hop: two transforms, not for the audio thread. */
void dawg_spectrum_read(dawg_spectrum *s, float dbfs[DAWG_SPECTRUM_BINS]);

#endif
