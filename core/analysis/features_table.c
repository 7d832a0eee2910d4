/* SPDX-License-Identifier: MIT
 * features_table.c - keys and units of a frame of features (features.h), in its order. Bands are numbered from the
 * lowest, 1, as the bands of plugins are. */
#include "features.h"

#define NINE(p) p "1", p "2", p "3", p "4", p "5", p "6", p "7", p "8", p "9"
#define TEN(p) p "0", NINE(p)
#define BANDS_OF(p)                                                                                                    \
    NINE(p), TEN(p "1"), TEN(p "2"), TEN(p "3"), TEN(p "4"), TEN(p "5"), p "60", p "61", p "62", p "63", p "64"
#define FOUR(p) p "1", p "2", p "3", p "4"

static const char *const names[DAWG_FEATURES] = {
    BANDS_OF("mid_mean_db_"),
    BANDS_OF("mid_p10_db_"),
    BANDS_OF("mid_p50_db_"),
    BANDS_OF("mid_p90_db_"),
    BANDS_OF("side_mean_db_"),
    BANDS_OF("side_p10_db_"),
    BANDS_OF("side_p50_db_"),
    BANDS_OF("side_p90_db_"),
    "integrated_lufs",
    "short_term_lufs",
    "range_lu",
    FOUR("crest_db_"),
    "onsets_per_s",
    FOUR("correlation_"),
    "centroid_erb",
    "slope_db_per_octave",
    "sibilance_db",
};

static const char *const units[DAWG_FEATURES - DAWG_INTEGRATED_LUFS] = {
    "LUFS", "LUFS", "LU", "dB", "dB", "dB", "dB", "1/s", "", "", "", "", "ERB", "dB/octave", "dB"};

const char *dawg_features_name(uint32_t i) { return i < DAWG_FEATURES ? names[i] : ""; }

const char *dawg_features_unit(uint32_t i)
{
    if (i >= DAWG_FEATURES) return "";
    return i < DAWG_INTEGRATED_LUFS ? "dB" : units[i - DAWG_INTEGRATED_LUFS];
}
