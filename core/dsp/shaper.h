/* SPDX-License-Identifier: MIT
 * shaper.h - the harmonics of tubes and transformers: what a stage adds to a sound, so that the sound itself stays
 * exact.
 *
 * Tube: u = drive x / 4, so that at 0 dB of drive the knee lies 12 dB above full scale;
 *     y = makeup (x + 4/drive (odd (tanh u - u) + even E tanh^2 u))
 * tanh gives odd harmonics that fall steadily and limits softly; tanh^2 the even ones, the second above all, and never
 * more than E. E is such that a tone at -12 dBFS with 12 dB of drive has its second harmonic 37 dB down at even = 1,
 * the third 45 dB at odd = 1. tanh is analytic within pi/2 of the axis, which is what keeps high harmonics, and with
 * them aliases, down. Run it oversampled.
 *
 * Transformer: flux is the integral of voltage, so a core saturates in the bass: p follows x through a one-pole
 * low-pass at 40 Hz, and y = x - (p - tanh(d p)/d). The third harmonic falls by 70 dB from 50 Hz to 1 kHz. It makes
 * nothing above the bass, so it runs at the base rate. */
#ifndef DAWG_SHAPER_H
#define DAWG_SHAPER_H
#include "maths.h"
#include "vec.h"

#define DAWG_SHAPER_KNEE 4.0f /* full scales at 0 dB of drive */
#define DAWG_SHAPER_EVEN 0.115f

typedef struct dawg_shaper {
    float drive;     /* linear, >= 1 */
    float odd, even; /* shares, 0..1 */
    float makeup;    /* holds the loudness of noise at -18 LUFS */
} dawg_shaper;

dawg_shaper dawg_shaper_design(float drive_db, float odd, float even);

/* y - x for `frames` base-rate frames of `factor` samples each, in place: frames at..at+frames of a control period of
 * `period` frames, on the straight way between two settings. */
void dawg_shaper_added(const dawg_shaper *from, const dawg_shaper *to, uint32_t at, uint32_t period, float *x,
                       uint32_t frames, uint32_t factor);

typedef struct dawg_core {
    float flux; /* signal state: flush it when a control period ends */
} dawg_core;
#define DAWG_CORE_HZ 40.0
#define DAWG_CORE_DRIVE 0.75f /* d at 0 dB of drive */

/* The flux p for a sample x. pole: dawg_onepole_from_hz(DAWG_CORE_HZ, rate). */
static inline float dawg_core_flux(dawg_core *c, float pole, float x) { return c->flux += pole * (x - c->flux); }
/* y - x; d > 0. */
static inline float dawg_core_added(float d, float flux) { return dawg_tanh(d * flux) / d - flux; }

#endif
