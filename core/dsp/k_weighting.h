/* SPDX-License-Identifier: MIT
 * k_weighting.h - the K-weighting of loudness meters: a shelf (+4 dB above 1.7 kHz, the head) and a high-pass (38 Hz),
 * ITU-R BS.1770-5 annex 1, in series, double.
 *
 * The standard prints coefficients for 48 kHz only and asks for the same response at other rates. Here both sections
 * are designed from analog prototypes that were recovered from those coefficients, so 48 kHz is no special case: up to
 * 0.45 of any rate and 20 kHz, within 0.001 dB of the printed filter from 22.05 kHz on, 0.003 at 16 kHz, 0.02 at
 * 11.025 kHz and 0.04 at 8 kHz (tests/dsp/test_loudness.c). */
#ifndef DAWG_K_WEIGHTING_H
#define DAWG_K_WEIGHTING_H
#include "cold.h"
#include "biquad.h"

typedef struct dawg_k_weighting {
    dawg_biquad shelf, high_pass;
} dawg_k_weighting;

/* Signal state of one channel. */
typedef struct dawg_k_weighting_state {
    dawg_biquad_state shelf, high_pass;
} dawg_k_weighting_state;

DAWG_COLD void dawg_k_weighting_design(dawg_k_weighting *k, double rate); /* Hz, 8000..192000 */

static inline double dawg_k_weighting_tick(const dawg_k_weighting *k, dawg_k_weighting_state *s, double x)
{
    return dawg_biquad_tick(&k->high_pass, &s->high_pass, dawg_biquad_tick(&k->shelf, &s->shelf, x));
}

static inline void dawg_k_weighting_flush(dawg_k_weighting_state *s)
{
    dawg_biquad_flush(&s->shelf);
    dawg_biquad_flush(&s->high_pass);
}

/* |H|^2 at w radians per sample, 0..pi. Designed at 96 kHz or more it is the analog weighting's up to 20 kHz. */
static inline double dawg_k_weighting_power(const dawg_k_weighting *k, double w)
{
    const double g = dawg_biquad_magnitude(&k->shelf, w) * dawg_biquad_magnitude(&k->high_pass, w);
    return g * g;
}

#endif
