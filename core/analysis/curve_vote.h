/* SPDX-License-Identifier: MIT
 * curve_vote.h - joins what a model says about several pieces of one programme into one correction curve of 32 bands,
 * and says how sure it is.
 *
 * Each band by itself. y_i, s_i: what piece i says and its standard deviation, dB. Of the squared error of one piece
 * the share r is the track's: every piece makes it and no mean takes it away; the rest differs from piece to piece.
 * Random effects after DerSimonian and Laird 1986:
 *
 *   u_i = (1 - r) s_i^2                                            what one piece can be off the track's mean by chance
 *   T   = max(0, (Q - (n-1)) / (sum 1/u - sum 1/u^2 / sum 1/u))    what the pieces differ by beyond that,
 *   Q   = sum (y_i - m)^2 / u_i,  m their mean weighted by 1/u_i
 *   y   = sum w_i y_i / sum w_i,  w_i = 1/(u_i + T)                the mean
 *   V   = 1 / sum w_i + r sum w_i s_i^2 / sum w_i                  its variance; of one piece alone s^2
 *
 * The models' answers are posterior means: shrunk once already, by how large corrections are in general. What remains to
 * ask is whether this one is a correction at all or a track that is unlike others by intent:
 *
 *   confidence = y^2 / (y^2 + K V)  0..1, y without its mean over the bands from 67 Hz to 13.6 kHz: level is no part of
 *                                   tone. A move of its own standard deviation gets 2/3, small unsure ones next to nothing
 *   curve      = confidence y       less its mean over the same bands
 *
 * K was chosen on training packages that were left out (600 segments of one; error as a share of doing nothing, and what
 * is suggested for the same segments untouched): the means as they are 0.669 and 1.28 dB, K = 0.3 0.688 and 0.80, K = 0.5
 * 0.699 and 0.69, K = 0.8 0.714 and 0.58; P^2 / (P^2 + V) with P = 6 dB, the share that a Gaussian prior would have, 0.720
 * and 1.01. */
#ifndef DAWG_CURVE_VOTE_H
#define DAWG_CURVE_VOTE_H
#include "band_map.h"

#define DAWG_VOTE_DOUBT 0.5     /* K */
#define DAWG_VOTE_SHARED 0.8    /* r: whole tracks halve no error; 2.37 dB against 2.65 dB of one piece, squared */
#define DAWG_VOTE_SUREST_DB 0.1 /* no smaller s is believed; 0 and less mean this */

/* curve_db, sigma_db: [n][32]. A value that is not finite, or whose sigma is NaN or over 1000 dB, is left out; a band
 * without any has curve (but for the mean) and confidence 0. Returns 0, and zeros, when no band has any. */
int dawg_curve_vote(const float *curve_db, const float *sigma_db, uint32_t n, float out_curve_db[DAWG_ERB_BANDS],
                    float out_confidence[DAWG_ERB_BANDS]);

/* Takes the mean over the bands from 67 Hz to 13.6 kHz out. */
void dawg_curve_level(double curve_db[DAWG_ERB_BANDS]);

#endif
