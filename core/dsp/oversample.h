/* SPDX-License-Identifier: MIT
 * oversample.h - runs a stage at 2, 4 or 8 times the sample rate: up, the stage, down. One channel.
 *
 * A cascade of polyphase half-band FIR filters, linear phase, Kaiser-windowed sinc (Kaiser 1974; Mitra, Digital Signal
 * Processing, 13.6). With f in units of the base rate, at every factor:
 *                                   HQ              eco             wide
 *   pass band to                    0.4308          0.4308          0.4535 (20 kHz at 44.1 kHz)
 *     flat within                   +-0.0002 dB     +-0.002 dB      +-0.0002 dB
 *   stop band and images            >= 100 dB       >= 80 dB        >= 100 dB
 *   latency of up + down, 2/4/8x    47/56/59        37/44/46        69/78/81  samples at the base rate, exact
 * 0.4308 is 19 kHz at 44.1 kHz, 20.6 kHz at 48 kHz. From the pass band's end to 1 less that the first half-band crosses over: images and aliases of that band fall back into it. HQ and eco
 * are for what makes new frequencies, wide for linear stages that are to be right to 20 kHz. */
#ifndef DAWG_OVERSAMPLE_H
#define DAWG_OVERSAMPLE_H
#include "cold.h"
#include "vec.h"

#define DAWG_OVERSAMPLE_STAGES 3
#define DAWG_OVERSAMPLE_MAX (1u << DAWG_OVERSAMPLE_STAGES)
#define DAWG_OVERSAMPLE_BLOCK 32u   /* base-rate frames worked on at once; any n may be given */
#define DAWG_OVERSAMPLE_PAIRS 35u   /* most coefficients of one half-band */
#define DAWG_OVERSAMPLE_HISTORY 72u /* most past samples that a filter reads, in whole vectors */

#define DAWG_OVERSAMPLE_WIDE_2X_LATENCY 69u

typedef enum { DAWG_OVERSAMPLE_ECO, DAWG_OVERSAMPLE_HQ, DAWG_OVERSAMPLE_WIDE } dawg_oversample_quality;

/* The taps at odd distances from the centre, outermost first; the centre is 1/2 and all others are 0. `late` delays the
 * stage's way down, in samples of its lower rate, so that the whole latency is an integer at the base rate. */
typedef struct dawg_half_band {
    float tap[DAWG_OVERSAMPLE_PAIRS]; /* doubled, so that they sum to 1/2: each phase has unity gain */
    uint32_t pairs, late;
} dawg_half_band;

typedef struct dawg_oversampler_design {
    dawg_half_band stage[DAWG_OVERSAMPLE_STAGES];
    uint32_t stages;
    uint32_t latency; /* of up and down together, samples at the base rate */
} dawg_oversampler_design;

typedef struct dawg_oversampler_line {
    float x[DAWG_OVERSAMPLE_HISTORY + DAWG_OVERSAMPLE_BLOCK * DAWG_OVERSAMPLE_MAX / 2u];
} dawg_oversampler_line;

/* Signal state of one channel: 7 kB, no pointers. All zero bytes is the reset state too. */
typedef struct dawg_oversampler {
    dawg_oversampler_line up[DAWG_OVERSAMPLE_STAGES], even[DAWG_OVERSAMPLE_STAGES], odd[DAWG_OVERSAMPLE_STAGES];
} dawg_oversampler;

/* factor: 1 (a plain copy, no latency), 2, 4 or 8. */
DAWG_COLD void dawg_oversampler_make(dawg_oversampler_design *d, uint32_t factor, dawg_oversample_quality quality);
DAWG_COLD void dawg_oversampler_reset(dawg_oversampler *x);

/* n base-rate frames in, n * factor out (and back). Each direction keeps its own history, so a caller may use one of
 * them alone; chunking does not change a bit. in and out must not overlap. Input below DAWG_TINY counts as 0. */
void dawg_oversampler_up(dawg_oversampler *x, const dawg_oversampler_design *d, const float *in, uint32_t n,
                         float *out);
void dawg_oversampler_down(dawg_oversampler *x, const dawg_oversampler_design *d, const float *in, uint32_t n,
                           float *out);

#endif
