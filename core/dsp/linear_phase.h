/* SPDX-License-Identifier: MIT
 * linear_phase.h - a long stereo FIR whose response is drawn in the frequency domain: linear phase, or any phase around
 * the same delay. It runs as uniformly partitioned fast convolution (overlap-save; Stockham 1966, Wefers 2015) and is
 * redesigned in slices of bounded work while it runs, so that no quantum is dearer than a few others.
 *
 *     in L,R -> blocks of 128 -> spectra of the last P blocks x filter spectra (2 or 4 paths) -> out L,R
 *     target(f) -> inverse transform, in slices -> cut to `taps`, no window -> partition spectra -> cross-fade
 *
 * The filter is h[0..taps-1], taps odd; a target without imaginary part makes h[n] == h[taps-1-n] bit for bit. The
 * delay is (taps-1)/2 + DAWG_FIR_BLOCK samples, exactly, whatever the target. Below 10 Hz (8191 taps at 48 kHz) the
 * target is moved so that less of its response lies outside the taps (fir_lows.h). */
#ifndef DAWG_LINEAR_PHASE_H
#define DAWG_LINEAR_PHASE_H
#include "cold.h"
#include <stddef.h>
#include <stdint.h>

#define DAWG_FIR_BLOCK 128u /* frames of a partition: a whole number of control periods */

/* From in to out, left and right: an equalizer that treats both alike has ll = rr and no cross paths. */
typedef enum {
    DAWG_FIR_LL,
    DAWG_FIR_RR,
    DAWG_FIR_LR /* left in, right out */,
    DAWG_FIR_RL,
    DAWG_FIR_PATHS
} dawg_fir_path;

/* The response at f = (first + i) hz_step, i < n: re[path][i], im[path][i] relative to the delay. Paths and imaginary
 * parts that were not announced (dawg_fir_target) need not be written. Called in slices of up to 192 points. */
typedef void (*dawg_fir_draw)(const void *user, double hz_step, uint32_t first, uint32_t n,
                              float *const re[DAWG_FIR_PATHS], float *const im[DAWG_FIR_PATHS]);
typedef struct dawg_fir_target {
    dawg_fir_draw draw;
    const void *user; /* must hold still until the design is done */
    uint32_t crossed; /* 0: ll and rr only; 1: all four paths */
    uint32_t complex; /* 0: linear phase; 1: im counts too */
    uint32_t alike;   /* 1: rr = ll and rl = lr, and only ll and lr are announced: half the work where paths cross */
} dawg_fir_target;

typedef struct dawg_linear_phase dawg_linear_phase;

/* base: the length from 24 to 48 kHz (24 excluded), 8191 or 32767; it doubles and halves with the rate. */
DAWG_COLD uint32_t dawg_linear_phase_taps(uint32_t base, double rate);
DAWG_COLD uint32_t dawg_linear_phase_delay(uint32_t taps); /* (taps-1)/2 + DAWG_FIR_BLOCK */
/* Bytes; 0: taps_max is no power of two minus one, or shorter than 511. 8191 taps: 0.65 MB, 0.92 MB crossed; 32767: 2.5
 * and 3.6 MB. taps_max: the longest that set_taps will ask for. crossed: four paths possible. */
DAWG_COLD size_t dawg_linear_phase_size(uint32_t taps_max, uint32_t crossed);
/* mem: 16-byte aligned, zeroed or not. NULL: too small, misaligned, or taps_max is not allowed. */
DAWG_COLD dawg_linear_phase *dawg_linear_phase_init(void *mem, size_t size, uint32_t taps_max, uint32_t crossed,
                                                    double rate);
/* Silence, and no filter (output 0) until the first target. */
DAWG_COLD void dawg_linear_phase_reset(dawg_linear_phase *x);
/* Another length: forgets sound and filter, as reset does. */
DAWG_COLD void dawg_linear_phase_set_taps(dawg_linear_phase *x, uint32_t taps);
/* Begins a design; refused (0) while one is under way or fading in. */
DAWG_COLD int dawg_linear_phase_aim(dawg_linear_phase *x, const dawg_fir_target *t);
int dawg_linear_phase_busy(const dawg_linear_phase *x);
/* One slice of the design, if any: once per control period of 32 frames, so that a design takes 60 ms (8191 taps) or
 * 250 ms from 44.1 kHz up, at most 90 and 330 ms below, twice that with four different paths; then it fades in over 20
 * ms and up to a block more. settle() does the rest at once and fades nothing: for the first period after a reset. */
void dawg_linear_phase_work(dawg_linear_phase *x);
DAWG_COLD void dawg_linear_phase_settle(dawg_linear_phase *x);
/* n frames, any chunking; in and out may be the same. */
void dawg_linear_phase_run(dawg_linear_phase *x, const float *const in[2], float *const out[2], uint32_t n);
#endif
