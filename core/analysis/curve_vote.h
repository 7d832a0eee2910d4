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
 * Corrections are Gaussian around 0 with a standard deviation of P before anything is heard, so that after hearing
 *
 *   confidence = P^2 / (P^2 + V)   is the share of their variance that y explains (Wiener 1949), 0..1
 *   curve      = confidence y      is the posterior mean, less its mean over the bands from 67 Hz to 13.6 kHz: level is
 *                                  no part of tone
 *
 * The models' answers are means already. To shrink them once more is meant: little help is lost and half of the harm. */
#ifndef DAWG_CURVE_VOTE_H
#define DAWG_CURVE_VOTE_H
#include "band_map.h"

#define DAWG_VOTE_PRIOR_DB 4.0  /* P: the mean size of the damage that the models are trained to undo */
#define DAWG_VOTE_SHARED 0.8    /* r: whole tracks halve no error; 2.37 dB against 2.65 dB of one piece, squared */
#define DAWG_VOTE_SUREST_DB 0.1 /* no smaller s is believed; 0 and less mean this */

/* curve_db, sigma_db: [n][32]. A value that is not finite, or whose sigma is NaN or over 1000 dB, is left out; a band
 * without any has curve (but for the mean) and confidence 0. Returns 0, and zeros, when no band has any. */
int dawg_curve_vote(const float *curve_db, const float *sigma_db, uint32_t n, float out_curve_db[DAWG_ERB_BANDS],
                    float out_confidence[DAWG_ERB_BANDS]);

/* Takes the mean over the bands from 67 Hz to 13.6 kHz out. */
void dawg_curve_level(double curve_db[DAWG_ERB_BANDS]);

#endif
