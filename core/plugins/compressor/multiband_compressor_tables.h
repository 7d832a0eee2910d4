/* SPDX-License-Identifier: MIT
 * multiband_compressor_tables.h - parameters, meters and presets of multiband_compressor.c. */
#ifndef DAWG_MULTIBAND_COMPRESSOR_TABLES_H
#define DAWG_MULTIBAND_COMPRESSOR_TABLES_H
#include "dsp/peak_meter.h"
#include "plugin.h"

#define RATIO_MAX 100.0f /* stands for infinity */
#define SMOOTH_MS 100
#define BANDS 4u
#define CROSSOVERS 3u

enum { ON, SOLO, MUTE, THRESHOLD_DB, RATIO, KNEE_DB, RANGE_DB, LIFT_DB, ATTACK_MS, RELEASE_MS, GAIN_DB, BAND_PARAMS };
enum { CROSSOVER_HZ, BAND = CROSSOVERS, AUTO_BALANCE = BAND + BANDS * BAND_PARAMS, LINK, OUTPUT_DB, MIX, N_PARAMS };
#define AT(band, param) (BAND + ((band) - 1u) * BAND_PARAMS + (param))

/* Of each of three or four in a row. */
enum {
    GAIN_REDUCTION_DB,
    BAND_GAIN_REDUCTION_DB,
    BAND_BALANCE_DB = BAND_GAIN_REDUCTION_DB + BANDS,
    CROSSOVER_NOW_HZ = BAND_BALANCE_DB + BANDS,
    SUGGESTED_CROSSOVER_HZ = CROSSOVER_NOW_HZ + CROSSOVERS,
    INPUT_PEAK_DB = SUGGESTED_CROSSOVER_HZ + CROSSOVERS,
    OUTPUT_PEAK_DB,
    N_METERS
};

#define HAND DAWG_AUTOMATABLE
#define BOTH (DAWG_AUTOMATABLE | DAWG_ML_TARGET)

#define CROSSOVER(n, min, max, def, help)                                                                              \
    DAWG_P("crossover" #n "_hz", "Crossover " #n, DAWG_HZ, DAWG_LOG, min, max, def, 50, BOTH, help)

#define BAND_TABLE(n, name, attack, release)                                                                           \
    DAWG_P_BOOL("band" #n "_on", name, 1, DAWG_ML_TARGET, "Compresses this band; off: it passes as it is."),           \
        DAWG_P_BOOL("band" #n "_solo", name " Solo", 0, 0, "Only bands with Solo are heard."),                         \
        DAWG_P_BOOL("band" #n "_mute", name " Mute", 0, 0, "This band is not heard, with Solo neither."),              \
        DAWG_P("band" #n "_threshold_db", name " Threshold", DAWG_DB, DAWG_LIN, -60, 0, -24, SMOOTH_MS, BOTH,          \
               "Level of the band, a sine's peak, from which it is compressed."),                                      \
        DAWG_P("band" #n "_ratio", name " Ratio", DAWG_RATIO, DAWG_LOG, 1, RATIO_MAX, 2, SMOOTH_MS,                    \
               BOTH | DAWG_MAX_IS_INFINITE,                                                                            \
               "dB of input for each dB of output above the threshold, and below it as far as it is lifted; at the "   \
               "maximum infinity."),                                                                                   \
        DAWG_P("band" #n "_knee_db", name " Knee", DAWG_DB, DAWG_LIN, 0, 24, 6, SMOOTH_MS, DAWG_ML_TARGET,             \
               "Width of the bend around the threshold, a parabola."),                                                 \
        DAWG_P("band" #n "_range_db", name " Range", DAWG_DB, DAWG_LIN, 0, 60, 60, SMOOTH_MS, BOTH,                    \
               "The most that is taken off above the threshold; 0: no downward compression."),                         \
        DAWG_P("band" #n "_lift_db", name " Lift", DAWG_DB, DAWG_LIN, 0, 24, 0, SMOOTH_MS, DAWG_ML_TARGET,             \
               "The most by which sound below the threshold is raised: upward compression; 0: none."),                 \
        DAWG_P("band" #n "_attack_ms", name " Attack", DAWG_MS, DAWG_LOG, 0.1f, 100, attack, SMOOTH_MS,                \
               DAWG_ML_TARGET, "Time in which the gain covers 63 % of its way down in dB."),                           \
        DAWG_P("band" #n "_release_ms", name " Release", DAWG_MS, DAWG_LOG, 10, 2000, release, SMOOTH_MS,              \
               DAWG_ML_TARGET,                                                                                         \
               "Time in which the gain covers 63 % of its way back in dB; not shorter than the "                       \
               "attack."),                                                                                             \
        DAWG_P("band" #n "_gain_db", name " Gain", DAWG_DB, DAWG_LIN, -18, 18, 0, SMOOTH_MS, BOTH,                     \
               "Level of the compressed band, on top of the automatic balance.")

static const dawg_param params[] = {
    CROSSOVER(1, 40, 1000, 200, "Between bands 1 and 2, at most half of crossover 2: what is used is metered."),
    CROSSOVER(2, 100, 6000, 1000, "Between bands 2 and 3; crossovers 1 and 3 keep an octave away from it."),
    CROSSOVER(3, 1000, 16000, 5000, "Between bands 3 and 4, at least twice crossover 2, at most 0.45 of the rate."),
    BAND_TABLE(1, "Band 1", 15, 150),
    BAND_TABLE(2, "Band 2", 10, 100),
    BAND_TABLE(3, "Band 3", 8, 80),
    BAND_TABLE(4, "Band 4", 5, 50),
    DAWG_P_BOOL(
        "auto_balance", "Auto Balance", 1, HAND,
        "Each band gets back what compression takes from it on average, at most 24 dB, measured while it plays: "
        "tone and loudness stay, movement goes."),
    DAWG_P("link", "Link", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 1, 50, HAND,
           "1: both channels of a band get the same gain and the image stands still; 0: each its own."),
    DAWG_P("output_db", "Output", DAWG_DB, DAWG_LIN, -24, 24, 0, SMOOTH_MS, BOTH, "Level of the compressed sound."),
    DAWG_P(
        "mix", "Mix", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 1, 50, BOTH,
        "From the bands as they were (phase of the crossovers, so nothing combs) to the compressed sound alone; at 0 "
        "the input, exactly, after a fade of 20 ms."),
};
DAWG_PARAM_TABLE(params, N_PARAMS);

#define REDUCTION(n) DAWG_M("band" #n "_gain_reduction_db", "Band " #n " Gain Reduction", DAWG_DB, 0)
#define BALANCE(n) DAWG_M("band" #n "_balance_db", "Band " #n " Balance", DAWG_DB, 0)
#define NOW(n) DAWG_M("crossover" #n "_now_hz", "Crossover " #n " Now", DAWG_HZ, 0)
#define SUGGESTED(n) DAWG_M("suggested_crossover" #n "_hz", "Suggested Crossover " #n, DAWG_HZ, 0)
static const dawg_meter meters[] = {
    DAWG_M("gain_reduction_db", "Gain Reduction", DAWG_DB, 0), /* of the band that is reduced most, >= 0 */
    /* of the deeper channel, at the end of the last control period; below 0: lifted */
    REDUCTION(1),
    REDUCTION(2),
    REDUCTION(3),
    REDUCTION(4),
    BALANCE(1),
    BALANCE(2),
    BALANCE(3),
    BALANCE(4),
    NOW(1),
    NOW(2),
    NOW(3),
    SUGGESTED(1), /* 0: not enough was heard */
    SUGGESTED(2),
    SUGGESTED(3),
    DAWG_M("input_peak_db", "Input Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
    DAWG_M("output_peak_db", "Output Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
};
DAWG_PARAM_TABLE(meters, N_METERS);

#if !defined(DAWG_LEAN)
#define EACH(param, a, b, c, d)                                                                                        \
    {AT(1, param), a}, {AT(2, param), b}, {AT(3, param), c}, { AT(4, param), d }
/* tests/plugins/multiband_compressor.toml holds each promise as numbers. */
static const dawg_preset presets[] = {
    DAWG_PRESET(
        "master_bus", "Master Bus",
        "2:1 in a 12 dB knee above -28 dBFS: 4 dB off a tone at -20 dBFS in any band, the lows in 30 ms, the highs in "
        "8; loudness within 1 LU.",
        EACH(THRESHOLD_DB, -28, -28, -28, -28), EACH(KNEE_DB, 12, 12, 12, 12), EACH(ATTACK_MS, 30, 20, 12, 8),
        EACH(RELEASE_MS, 250, 180, 120, 80), {CROSSOVER_HZ, 120}, {CROSSOVER_HZ + 2, 6000}),
    DAWG_PRESET(
        "vocal_enhancement", "Vocal Enhancement",
        "3:1 on what a voice says (180 Hz to 6 kHz), 8 dB off a tone at -16 dBFS; 1.5 dB less below and 1.5 dB more "
        "presence and air; loudness within 1 LU.",
        EACH(THRESHOLD_DB, -30, -28, -28, -36), {AT(2, RATIO), 3}, {AT(3, RATIO), 3}, {AT(4, RATIO), 2.5f},
        EACH(KNEE_DB, 8, 8, 8, 8), EACH(ATTACK_MS, 20, 8, 5, 3), EACH(RELEASE_MS, 180, 140, 100, 60),
        EACH(GAIN_DB, -1.5f, -0.5f, 1.5f, 1.5f), {CROSSOVER_HZ, 180}, {CROSSOVER_HZ + 1, 1200},
        {CROSSOVER_HZ + 2, 6000}),
    DAWG_PRESET("bass_control", "Bass Control",
                "Below 150 Hz 4:1 above -30 dBFS: notes 12 dB apart come out 3 dB apart; what is above 600 Hz is not "
                "touched; loudness within 1 LU.",
                {AT(2, ON), 0}, {AT(3, ON), 0}, {AT(4, ON), 0}, {AT(1, THRESHOLD_DB), -30}, {AT(1, RATIO), 4},
                {AT(1, ATTACK_MS), 20}, {AT(1, RELEASE_MS), 200}, {CROSSOVER_HZ, 150}),
    DAWG_PRESET(
        "drum_bus", "Drum Bus",
        "4:1, and blows pass: 30 ms in the lows and 15 in the middle; the top is caught in 1 ms; three quarters "
        "wet; loudness within 1 LU.",
        EACH(THRESHOLD_DB, -26, -28, -30, -34), EACH(RATIO, 4, 4, 4, 4), EACH(KNEE_DB, 4, 4, 4, 4),
        EACH(ATTACK_MS, 30, 15, 15, 1), EACH(RELEASE_MS, 120, 90, 70, 40), {CROSSOVER_HZ, 110}, {CROSSOVER_HZ + 1, 800},
        {MIX, 0.75f}),
    DAWG_PRESET("quiet_detail", "Quiet Detail",
                "Upward alone: a tone at -50 dBFS comes up by 8 dB, one at -20 dBFS hardly, apart from auto balance; "
                "loudness within 1 LU.",
                EACH(THRESHOLD_DB, -30, -30, -30, -30), EACH(RANGE_DB, 0, 0, 0, 0), EACH(LIFT_DB, 8, 8, 8, 8),
                EACH(RELEASE_MS, 300, 250, 200, 150)),
    DAWG_PRESET("tame_harshness", "Tame Harshness",
                "2 to 6 kHz alone, 3:1 above -34 dBFS, at most 8 dB, in 2 ms; what is below 1 kHz and above 12 kHz "
                "keeps its level within 1 dB; loudness within 1 LU.",
                {AT(1, ON), 0}, {AT(2, ON), 0}, {AT(4, ON), 0}, {AT(3, THRESHOLD_DB), -34}, {AT(3, RATIO), 3},
                {AT(3, RANGE_DB), 8}, {AT(3, ATTACK_MS), 2}, {AT(3, RELEASE_MS), 60}, {CROSSOVER_HZ + 1, 2000},
                {CROSSOVER_HZ + 2, 6000}, {AUTO_BALANCE, 0}, {OUTPUT_DB, 0.5f}),
    DAWG_PRESET("dense", "Dense",
                "4:1 above -32 dBFS and up to 6 dB up below: tones at -44 and -20 dBFS, 24 dB apart, come out 10 dB "
                "apart at the most; "
                "loudness within 1 LU.",
                EACH(THRESHOLD_DB, -32, -32, -32, -32), EACH(RATIO, 4, 4, 4, 4), EACH(LIFT_DB, 6, 6, 6, 6)),
};
#endif

#endif
