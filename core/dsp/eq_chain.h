/* SPDX-License-Identifier: MIT
 * eq_chain.h - the sound of a parametric equalizer: up to sixteen bands in one of several modes, and the change between
 * modes while it plays. Equalizers with knobs are parameter tables around it.
 *
 *     minimum phase   in -> bands (eq_band.h) ---------------------------------------+
 *     hq              in -> 2x (oversample.h) -> bands -> 1x ------------------------+-> moving parts -> wet
 *     linear, mixed   in -> FIR of the prototypes' own magnitude (linear_phase.h) ---+   (eq_dynamic.h)
 *     all             in -> the mode's latency ------------------------------------------------------> dry
 *
 * Mixed: half of the minimum phase's shift, so that less rings before a blow. What moves with the sound follows as
 * minimum-phase bands at the rate itself in every mode; its detectors listen to `dry`.
 *
 * A change of mode: the new path runs until all that it remembers is the present sound, fades in over 20 ms, and the
 * old one stops. linear and mixed share a path and cross-fade their filters instead. */
#ifndef DAWG_EQ_CHAIN_H
#define DAWG_EQ_CHAIN_H
#include "cold.h"
#include "eq_band.h"
#include "eq_picture.h"
#include <stddef.h>

#define DAWG_EQ_ALL_MODES ((1u << DAWG_EQ_MODES) - 1u)

typedef struct dawg_eq_chain dawg_eq_chain;

/* modes: bits 1 << dawg_eq_mode of those that will be asked for; memory of the others is saved. */
DAWG_COLD size_t dawg_eq_chain_size(uint32_t bands, uint32_t modes, double rate);
/* Silence. mem: 16-byte aligned, zeroed or not, of that size. period: frames of a control period, at most 32. The first
 * plan after it fades nothing. This is reset as well. */
DAWG_COLD dawg_eq_chain *dawg_eq_chain_init(void *mem, uint32_t bands, uint32_t modes, uint32_t period, double rate);

/* At the start of each control period: all bands at its two ends (on, type, slope, placement: those of `to`). */
void dawg_eq_chain_plan(dawg_eq_chain *x, dawg_eq_mode mode, const dawg_eq_setting *from, const dawg_eq_setting *to);
/* In place of a plan whose settings, at both ends, are those of the last one, at both ends: cheaper. 0: plan, please. */
int dawg_eq_chain_hold(const dawg_eq_chain *x);
/* Frames at..at+n of the control period, n <= 32. wet[i]: left and right; dry: the input as late as `wet` is. None of
 * the three may alias. */
void dawg_eq_chain_run(dawg_eq_chain *x, uint32_t at, const float *const in[2], float *const dry[2], dawg_d2 *wet,
                       uint32_t n);
/* When the control period ends. */
void dawg_eq_chain_end(dawg_eq_chain *x);
/* In this control period `wet` is `dry`, bit for bit (wet is written all the same). */
int dawg_eq_chain_idle(const dawg_eq_chain *x);
/* What a dynamic band adds now, in dB: the end of this control period; 0 for others. */
DAWG_COLD double dawg_eq_chain_moves_db(const dawg_eq_chain *x, uint32_t band);

/* Samples, exact, of `wet` and of `dry`. */
DAWG_COLD uint32_t dawg_eq_chain_latency(dawg_eq_mode mode, double rate);
/* Samples from the end of the input until the output stays below -120 dBFS, latency included; gain: what follows. */
DAWG_COLD double dawg_eq_chain_tail(const dawg_eq_setting *bands, uint32_t n, dawg_eq_mode mode, double rate,
                                    double gain);
/* Of the bands in the path, those whose hz dawg_eq_design clamps in this mode; a FIR clamps none. */
DAWG_COLD uint32_t dawg_eq_chain_clamped(const dawg_eq_setting *bands, uint32_t n, dawg_eq_mode mode, double rate);

#endif
