/* SPDX-License-Identifier: MIT
 * tone_correction.h - what an equalizer of 32 bands would do about a sound's long-term spectrum, so that its tone comes
 * near to that of a reference, or of finished music, without touching what is no defect.
 *
 *     reference - programme -> level out -> tolerance -> gate -> narrow and broad -> what may be cut -> slope -> + goal
 *
 *   level      the interquartile mean of the differences between 60 Hz and 16 kHz: level is no part of tone, and half of
 *              the bands may be damaged without pulling it
 *   tolerance  without a reference, differences up to 2 dB are a matter of taste and left alone
 *   gate       a band that is nearly empty (under -100 dBFS), or more than 24 to 36 dB away from the reference, is not a
 *              defect but another instrument: its weight fades to 0
 *   narrow     what is cut more than 1 dB deeper than the median of five neighbours: resonances. The rest is smoothed
 *              over three bands (3.8 equivalent rectangular bandwidths)
 *   cuts       fix_* say in which regions an excess may be cut; where regions overlap, each that is on counts its part
 *   slope      neighbours differ by 6 dB at most
 *
 * The tone of finished music is the curve of which tone_targets.h holds the eight bands: -4.75 dB per octave from 100 Hz
 * to 4 kHz, steeper above, less below (sources there). */
#ifndef DAWG_TONE_CORRECTION_H
#define DAWG_TONE_CORRECTION_H
#include "band_map.h"

typedef enum {
    DAWG_GOAL_BALANCE,
    DAWG_GOAL_CLARITY,
    DAWG_GOAL_WARMTH,
    DAWG_GOAL_BRIGHTNESS,
    DAWG_GOAL_PUNCH,
    DAWG_GOALS
} dawg_tone_goal;

enum {
    DAWG_FIX_MUD = 1u << 0,       /* 200 .. 500 Hz */
    DAWG_FIX_BOXINESS = 1u << 1,  /* 400 .. 800 Hz */
    DAWG_FIX_HARSHNESS = 1u << 2, /* 2 .. 5 kHz */
    DAWG_FIX_SIBILANCE = 1u << 3, /* 5 .. 10 kHz */
    DAWG_FIX_RESONANCE = 1u << 4, /* a band that stands out from its neighbours */
    DAWG_ENHANCE_AIR = 1u << 5    /* up to 3 dB more above 10 kHz */
};

typedef struct dawg_tone_wish {
    dawg_tone_goal goal;
    uint32_t flags;  /* of the enum above */
    double range_db; /* no gain is larger */
} dawg_tone_wish;

/* Densities in dB per Hz, as dawg_long_spectrum_read gives them. reference: NULL for finished music. gain_db: what to do
 * in each band. Returns how many problems there are: regions of fix_* with an excess of more than 3 dB in the mean of
 * their bands, and bands that stand out by more than 4 dB. */
uint32_t dawg_tone_correction(const dawg_tone_wish *wish, const double programme[DAWG_ERB_BANDS],
                              const double reference[DAWG_ERB_BANDS], double gain_db[DAWG_ERB_BANDS]);

/* Bends a curve so that neighbours differ by 6 dB at most. */
void dawg_tone_limit_slope(double gain_db[DAWG_ERB_BANDS]);

/* How much louder the gains make the programme: K-weighted as in ITU-R BS.1770, without its gates. LU; 0 for silence. */
double dawg_tone_loudness_db(const double programme[DAWG_ERB_BANDS], const double gain_db[DAWG_ERB_BANDS]);

/* The data, dB: the density of finished music (any level), and what a goal adds. */
double dawg_tone_finished_db(double hz);
double dawg_tone_goal_db(dawg_tone_goal goal, double hz);

#endif
