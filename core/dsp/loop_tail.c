/* SPDX-License-Identifier: MIT
 * loop_tail.c - each frequency loses the loop's gain at it once per turn, and a turn takes the delay plus the filters'
 * group delay there; the slowest frequency counts (the dominant pole of the loop, found on a grid of 6 points per
 * octave). What is left after the last whole turn rings out at the pace of the slowest filter, as does the first. */
#include "loop_tail.h"
#include "maths.h"

#define FLOOR 1e-6 /* -120 dBFS */
#define CREST 4.0  /* a loop turns a full-scale signal into one with higher peaks: white noise by up to 12 dB */
#define NUDGE 2e-4 /* relative step in frequency for the slope of the phase */

/* Gain of a section at w radians per sample and its group delay in frames. */
static double section(const dawg_svf *f, double w, double *delay)
{
    double re[2], im[2];
    for (int i = 0; i < 2; ++i) {
        const double s = dawg_tan_d(0.5 * w * (i ? 1.0 + NUDGE : 1.0)) / f->g, square = s * s;
        const double nr = f->lp - f->hp * square, ni = f->bp * s, dr = 1.0 - square, di = f->k * s;
        const double over = 1.0 / (dr * dr + di * di);
        re[i] = (nr * dr + ni * di) * over;
        im[i] = (ni * dr - nr * di) * over;
    }
    const double power = re[0] * re[0] + im[0] * im[0];
    *delay = (im[0] * re[1] - re[0] * im[1]) / dawg_max_d(power, 1e-30) / (NUDGE * w);
    return dawg_sqrt_d(power);
}

/* Frames per neper of a section's slowest pole: z = (1 + g p) / (1 - g p) for the roots p of s^2 + k s + 1. */
static double ring_out(const dawg_svf *f)
{
    const double square = f->g * f->g, middle = -0.5 * f->k, apart = middle * middle - 1.0;
    double power = (1.0 - f->g * f->k + square) / (1.0 + f->g * f->k + square); /* |z|^2 of a complex pair */
    for (int i = 0; i < 2 && apart > 0.0; ++i) {
        const double p = f->g * (middle + (i ? dawg_sqrt_d(apart) : -dawg_sqrt_d(apart))), z = (1.0 + p) / (1.0 - p);
        power = i ? dawg_max_d(power, z * z) : z * z;
    }
    return -2.0 / dawg_log_d(dawg_clamp_d(power, 1e-30, 0.9999999999));
}

uint32_t dawg_loop_tail(const dawg_loop *loop, double rate)
{
    const double fall = dawg_log_d(dawg_max_d(loop->level, 1e-30) * CREST / FLOOR); /* nepers */
    double longest = loop->frames, ring = 0.0;                                      /* ring: frames per neper */
    if (loop->level <= FLOOR) return 0;
    for (uint32_t i = 0; i < loop->n_cuts; ++i) ring = dawg_max_d(ring, ring_out(&loop->cuts[i]));
    for (double hz = 5.0; hz < 0.49 * rate; hz *= 1.12246) {
        double gain = loop->feedback, turn = loop->frames, late;
        for (uint32_t i = 0; i < loop->n_cuts; ++i) {
            gain *= section(&loop->cuts[i], 2.0 * DAWG_PI * hz / rate, &late);
            turn += dawg_max_d(late, 0.0);
        }
        if (gain >= 1.0) return UINT32_MAX;
        const double loss = -dawg_log_d(dawg_max_d(gain, 1e-30)), turns = dawg_floor_d(fall / loss);
        longest = dawg_max_d(longest, (1.0 + turns) * turn + (fall - turns * loss) * ring);
    }
    longest = dawg_max_d(longest, loop->frames + dawg_log_d(loop->level / FLOOR) * ring);
    return longest < 4294967295.0 ? (uint32_t)longest : UINT32_MAX;
}
