/* SPDX-License-Identifier: MIT
 * eq_evidence.h - what one analysis window after the other says about problems, in sums that can be added up over any
 * stretch of time. A grid of 24 points per octave from 30 Hz on; at each point of each window that is heard (not more than
 * 40 dB below the loudest of late, which fades by 2 dB/s, and above -90 dB):
 *
 *   level    energy of a cell of 1/24 octave, with an eighth of each neighbour's, dB
 *   ground   median of the levels within an octave on either side (symmetric; at the ends of the grid less far)
 *   present  level - ground >= the threshold of presence
 *   ringing  present, and the bins within 1/24 octave (three at least) on either side have a geometric mean at most 5 dB
 *            below their arithmetic mean: that of noise is 2.5 dB below (one channel), a sine's or a comb's far more
 *   restless |level now - 2 level two hops ago + level four hops ago| > 3 dB: noise is, a held or decaying note is not
 *
 * Levels are averaged in dB: a filter adds the same to each window, so that its shape stands out whatever passes it, and a
 * few loud notes do not hide it.
 *
 *   relief   of a bin: its dB less half the ground of the nearest point, weighted by the power 0.4 of what is left of the
 *            ground: its power over the largest there of late, which fades by 30 dB/s
 *
 * shows a filter best. A mean of power sees it through the loudest windows alone, an even mean of dB is deceived by what
 * rings on in a filter when the sound has gone. What is left tells of that, while each hit counts, however loud it is.
 * Half the ground takes away most of a formant that passes, but little of a wide bell, which lifts the ground. The three
 * numbers are measured.
 *
 * For sibilance: high = energy 5 .. 10 kHz, body = 200 Hz .. 5 kHz; a window is in a burst when high / body is at least
 * 6 dB above its geometric mean of late (3 s). */
#ifndef DAWG_EQ_EVIDENCE_H
#define DAWG_EQ_EVIDENCE_H
#include "band_map.h"

#define DAWG_GRID_PER_OCTAVE 24u
#define DAWG_GRID_HZ 30.0
#define DAWG_GRID 232u /* up to 24 kHz */

typedef struct dawg_evidence {
    uint64_t windows, heard;
    double level[DAWG_GRID];                                              /* sums of dB over the windows heard */
    double weight[DAWG_GRID];                                             /* sums, of the relief */
    uint32_t present[DAWG_GRID], ringing[DAWG_GRID], restless[DAWG_GRID]; /* windows */
    uint64_t bursts, burst_windows;
    double burst_high, burst_octaves, body; /* sums of energy; burst_octaves: times octaves above 5 kHz */
} dawg_evidence;

void dawg_evidence_add(dawg_evidence *sum, const dawg_evidence *more);

typedef struct dawg_grid dawg_grid;

size_t dawg_grid_size(void);
dawg_grid *dawg_grid_init(void *mem, size_t size, uint32_t n, double rate); /* n points, hop n / 4 */
void dawg_grid_reset(dawg_grid *g);

uint32_t dawg_grid_points(const dawg_grid *g); /* those that lie below rate / 2 */
double dawg_grid_hz(double point);
void dawg_grid_grounds(const dawg_grid *g, const float level[DAWG_GRID], float ground[DAWG_GRID]);
/* Adds a window. decibels: of each bin of power, 0 .. bins - 1; becomes its relief times weight when the window is heard.
 * presence_db: the threshold. Returns whether it is heard. */
int dawg_grid_window(dawg_grid *g, const double *power, float *decibels, uint32_t bins, float presence_db,
                     dawg_evidence *sum);
/* Turns a sum of relief times weight into the mean relief. */
void dawg_grid_relief(const dawg_grid *g, const dawg_evidence *e, uint32_t bins, double *relief);

#endif
