/* SPDX-License-Identifier: MIT
 * features.h - the frame of numbers that models hear: 64 bands of mid and side, and what dynamics, stereo and tone come
 * to, of the last 10 s. The only implementation: training reads the same one.
 *
 *     frames -> mid, side -> ring -> Hann window, FFT -> energy of 64 bands -> ring of 116 windows -> mean, percentiles
 *                                                    -> mid, side, cross energy of 4 bands         -> correlation
 *            -> loudness, crest factors (dynamics.h), onsets (onsets.h)
 *
 * Windows last 170.7 ms (8192 frames at 48 kHz), half overlapping, at multiples of 85.3 ms from the first frame after
 * reset: one grid in time at every rate, padded with zeros to a power of two that is twice as long
 * or more. 116 of them reach over 9.98 s. What is
 * unfinished at the end does not count: a frame depends on the sound, never on its chunks. What is no audio
 * (dsp/guard.h) is heard as 0.
 *
 * The frame, in this order; p_b is the mean square in band b, a full-scale sine in both channels 0.5 of mid:
 *   mid_mean_db_b   10 log10 of the mean of p_b over the windows, mid = (left + right) / 2: an equalizer's g dB over the
 *                   band move it by g
 *   mid_p10_db_b    10th percentile of 10 log10 p_b over the windows, between neighbours by linear interpolation;
 *   mid_p50_db_b    median;
 *   mid_p90_db_b    90th percentile
 *   side_...        the same four of side = (left - right) / 2
 *   integrated_lufs, short_term_lufs, range_lu, crest_db_1..4: dynamics.h
 *   onsets_per_s    onsets.h
 *   correlation_1..4  Re sum L conj(R) / sqrt(sum |L|^2 sum |R|^2) over all windows and bins of 20 to 150 Hz, to 1 kHz, to
 *                   5 kHz, to 20 kHz, -1..1; 0 where a channel is 90 dB below the other, or silent
 *   centroid_erb    sum P_b e_b / sum P_b, P_b = 10^(mid_mean_db_b / 10), e_b the ERB number of the band's centre
 *   slope_db_per_octave  regression line of mid_mean_db_b - 10 log10(width of band b in Hz) over log2 of its centre, bands
 *                   centred between 60 Hz and 14 kHz that are not at the floor: white noise 0, pink noise -3.01
 *   sibilance_db    10 log10 of the sum of P_b from 5 to 10 kHz over that from 200 Hz to 5 kHz, by centres
 * Bands and loudness never read less than DAWG_FEATURES_NONE dB: silence, or above half the rate. A gain moves bands and
 * loudness by itself and nothing else.
 *
 * Not for the audio thread: a window's work is done in one go. */
#ifndef DAWG_FEATURES_H
#define DAWG_FEATURES_H
#include <stddef.h>
#include <stdint.h>

#define DAWG_FEATURES_VERSION 1u /* of the meaning of a frame: models name the one they were trained with */
#define DAWG_FEATURES_NONE (-120.0f)
#define DAWG_FEATURE_BANDS 64u /* 20 Hz .. 20 kHz, 0.64 equivalent rectangular bandwidths each (band_map.h) */

enum { /* where things lie in a frame */
       DAWG_MID_MEAN_DB = 0,
       DAWG_MID_P10_DB = 1 * DAWG_FEATURE_BANDS,
       DAWG_MID_P50_DB = 2 * DAWG_FEATURE_BANDS,
       DAWG_MID_P90_DB = 3 * DAWG_FEATURE_BANDS,
       DAWG_SIDE_MEAN_DB = 4 * DAWG_FEATURE_BANDS, /* and its percentiles */
       DAWG_INTEGRATED_LUFS = 8 * DAWG_FEATURE_BANDS,
       DAWG_SHORT_TERM_LUFS,
       DAWG_RANGE_LU,
       DAWG_CREST_DB,
       DAWG_ONSETS_PER_S = DAWG_CREST_DB + 4,
       DAWG_CORRELATION,
       DAWG_CENTROID_ERB = DAWG_CORRELATION + 4,
       DAWG_SLOPE_DB_PER_OCTAVE,
       DAWG_SIBILANCE_DB,
       DAWG_FEATURES
};

/* Key and unit of value i; "" beyond the last. Keys are for ever. */
const char *dawg_features_name(uint32_t i);
const char *dawg_features_unit(uint32_t i);

typedef struct dawg_features dawg_features;

/* Bytes for a rate of 8 .. 192 kHz: 0.7 MB at 48 kHz, 2.1 MB at 192. 0: another rate. */
size_t dawg_features_size(double rate);
/* mem: 16-byte aligned, kept by the caller, not to be moved. NULL: too small, misaligned, or no such rate. */
dawg_features *dawg_features_init(void *mem, size_t size, double rate);
void dawg_features_reset(dawg_features *f); /* as if nothing had been heard */
void dawg_features_process(dawg_features *f, const float *left, const float *right, uint32_t n); /* any n */
/* How much sound the bands of a frame would be made of now, 9.98 s at most. 0: all reads as silence. */
double dawg_features_seconds(const dawg_features *f);
void dawg_features_read(dawg_features *f, float frame[DAWG_FEATURES]);

/* K-weighted mean square of each band, mid and side together: how much each counts for loudness, so that an equalizer of
 * g_b dB makes the sound 10 log10(sum w_b 10^(g_b / 10) / sum w_b) louder. */
void dawg_features_weights(const float *frame, float weights[DAWG_FEATURE_BANDS]);
/* What the frame would be had the sound gone through an equalizer of these gains at the bands' centres: moves the bands
 * (what is at the floor stays there), loudness by the K-weighted sum over the bands, centroid, slope and sibilance.
 * Dynamics, onsets and correlation are left as they are. Against sound that was really rendered: sound REQ FT-5. */
void dawg_features_equalize(float *frame, const float curve_db[DAWG_FEATURE_BANDS]);
/* n frames, one after the other, each by its own curve. */
void dawg_features_equalize_all(float *frames, const float *curves_db, uint32_t n);

#endif
