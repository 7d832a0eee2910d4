/* SPDX-License-Identifier: MIT
 * auto_eq_tables.h - the knobs, meters and presets of the auto EQ (auto_eq.c, which alone includes this). */
#ifndef DAWG_AUTO_EQ_TABLES_H
#define DAWG_AUTO_EQ_TABLES_H
#include "analysis/tone_correction.h"
#include "dsp/graphic_eq.h"
#include "dsp/peak_meter.h"
#include "plugin.h"

#define BANDS DAWG_GRAPHIC_BANDS
enum {
    BAND1_GAIN_DB,
    AMOUNT = BANDS,
    SPEED,
    FREEZE,
    LEARN,
    GOAL,
    RANGE_DB,
    FIX_MUD,
    FIX_BOXINESS,
    FIX_HARSHNESS,
    FIX_RESONANCE,
    FIX_SIBILANCE,
    ENHANCE_AIR,
    LOW_BIAS,
    MID_BIAS,
    HIGH_BIAS,
    PHASE,
    MATCH_LOUDNESS,
    OUTPUT_DB,
    MIX,
    MATCH_DB,
    N_PARAMS
};
enum { INPUT_PEAK_DB, OUTPUT_PEAK_DB, LOUDNESS_CHANGE_DB, ACTIVITY_DB, PROBLEMS, HEARD_S, REFERENCE, N_METERS };

#define SMOOTH_MS 50
#define BAND_SMOOTH_MS 50 /* the equalizer's own way to a new curve comes on top */

/* Centres of 32 bands that are equally wide for the ear, 20 Hz to 20 kHz: dawg_erb_centres, four digits. */
static const float band_hz[BANDS] = {37.7f,  76.97f, 122,  173.7f, 233,  301.1f, 379.1f, 468.7f, 571.5f, 689.4f, 824.7f,
                                     979.9f, 1158,   1362, 1597,   1866, 2174,   2528,   2935,   3401,   3935,   4549,
                                     5253,   6061,   6987, 8050,   9270, 10670,  12280,  14120,  16230,  18660};

#define BAND(n, hz)                                                                                                    \
    DAWG_P("band" #n "_gain_db", "Band " #n " (" hz ")", DAWG_DB, DAWG_LIN, -18, 18, 0, BAND_SMOOTH_MS,                \
           DAWG_ML_TARGET, "The curve at " hz ", as the engine or a hand has set it.")

static const dawg_param params[] = {
    BAND(1, "38 Hz"),
    BAND(2, "77 Hz"),
    BAND(3, "122 Hz"),
    BAND(4, "174 Hz"),
    BAND(5, "233 Hz"),
    BAND(6, "301 Hz"),
    BAND(7, "379 Hz"),
    BAND(8, "469 Hz"),
    BAND(9, "572 Hz"),
    BAND(10, "689 Hz"),
    BAND(11, "825 Hz"),
    BAND(12, "980 Hz"),
    BAND(13, "1.16 kHz"),
    BAND(14, "1.36 kHz"),
    BAND(15, "1.60 kHz"),
    BAND(16, "1.87 kHz"),
    BAND(17, "2.17 kHz"),
    BAND(18, "2.53 kHz"),
    BAND(19, "2.94 kHz"),
    BAND(20, "3.40 kHz"),
    BAND(21, "3.94 kHz"),
    BAND(22, "4.55 kHz"),
    BAND(23, "5.25 kHz"),
    BAND(24, "6.06 kHz"),
    BAND(25, "6.99 kHz"),
    BAND(26, "8.05 kHz"),
    BAND(27, "9.27 kHz"),
    BAND(28, "10.7 kHz"),
    BAND(29, "12.3 kHz"),
    BAND(30, "14.1 kHz"),
    BAND(31, "16.2 kHz"),
    BAND(32, "18.7 kHz"),
    DAWG_P("amount", "Amount", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 1, SMOOTH_MS, DAWG_AUTOMATABLE,
           "How much of the curve is heard."),
    DAWG_P("speed", "Speed", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 0.5f, 0, DAWG_AUTOMATABLE,
           "How fast the curve follows: the engine remembers 30 s at 0, 4 s in the middle, half a second at 1."),
    DAWG_P_BOOL("freeze", "Freeze", 0, DAWG_ML_TARGET, "The engine moves nothing: the curve stays as it is."),
    DAWG_P_BOOL("learn", "Learn", 0, DAWG_ML_TARGET,
                "Gathers the sound while on and moves nothing; turned off, the curve is what was learned, frozen."),
    DAWG_P_ENUM("goal", "Goal", 0, 0, "What the engine adds to a balanced tone.", "balance", "clarity", "warmth",
                "brightness", "punch"),
    DAWG_P("range_db", "Range", DAWG_DB, DAWG_LIN, 0, 18, 12, SMOOTH_MS, DAWG_AUTOMATABLE,
           "No band is boosted or cut by more."),
    DAWG_P_BOOL("fix_mud", "Fix Mud", 1, 0, "The engine may cut what is too much between 200 and 500 Hz."),
    DAWG_P_BOOL("fix_boxiness", "Fix Boxiness", 1, 0, "The engine may cut what is too much between 400 and 800 Hz."),
    DAWG_P_BOOL("fix_harshness", "Fix Harshness", 1, 0, "The engine may cut what is too much between 2 and 5 kHz."),
    DAWG_P_BOOL("fix_resonance", "Fix Resonances", 1, 0,
                "The engine may cut a band that stands out from its neighbours."),
    DAWG_P_BOOL("fix_sibilance", "Fix Sibilance", 1, 0, "The engine may cut what is too much between 5 and 10 kHz."),
    DAWG_P_BOOL("enhance_air", "Enhance Air", 0, 0, "The engine adds up to 3 dB above 10 kHz."),
    DAWG_P("low_bias", "Low Bias", DAWG_NO_UNIT, DAWG_LIN, -1, 1, 0, SMOOTH_MS, DAWG_AUTOMATABLE | DAWG_ML_TARGET,
           "Your taste below 250 Hz, up to 3 dB either way, on top of the curve."),
    DAWG_P("mid_bias", "Mid Bias", DAWG_NO_UNIT, DAWG_LIN, -1, 1, 0, SMOOTH_MS, DAWG_AUTOMATABLE | DAWG_ML_TARGET,
           "Your taste between 250 Hz and 4 kHz, up to 3 dB either way, on top of the curve."),
    DAWG_P("high_bias", "High Bias", DAWG_NO_UNIT, DAWG_LIN, -1, 1, 0, SMOOTH_MS, DAWG_AUTOMATABLE | DAWG_ML_TARGET,
           "Your taste above 4 kHz, up to 3 dB either way, on top of the curve."),
    DAWG_P_ENUM("phase", "Phase", 0, DAWG_SETS_LATENCY,
                "Minimum: no latency. Linear: no phase shift, 88 ms late at 48 kHz.", "minimum", "linear"),
    DAWG_P_BOOL("match_loudness", "Match Loudness", 1, 0,
                "The sound that the engine heard keeps its loudness: match_db is heard, and the engine moves it."),
    DAWG_P("output_db", "Output", DAWG_DB, DAWG_LIN, -12, 12, 0, SMOOTH_MS, DAWG_AUTOMATABLE | DAWG_ML_TARGET,
           "Level of the equalized sound, on top of the loudness match."),
    DAWG_P("mix", "Mix", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 1, SMOOTH_MS, DAWG_AUTOMATABLE,
           "0: the input, bit for bit; 1: the equalized sound alone."),
    DAWG_P("match_db", "Loudness Match", DAWG_DB, DAWG_LIN, -18, 18, 0, SMOOTH_MS, DAWG_ML_TARGET,
           "What the engine makes up for with match_loudness on, as far as the curve can ask for it; off, it is not "
           "heard."),
};
DAWG_PARAM_TABLE(params, N_PARAMS);

static const dawg_meter meters[] = {
    DAWG_M("input_peak_db", "Input Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
    DAWG_M("output_peak_db", "Output Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
    DAWG_M("loudness_change_db", "Loudness Change", DAWG_DB, 0), /* of what was heard, by the curve alone */
    DAWG_M("activity_db", "Activity", DAWG_DB, 0),               /* RMS of the 32 gains that are heard */
    DAWG_M("problems", "Problems", DAWG_NO_UNIT, 0),             /* that the engine sees (tone_correction.h) */
    DAWG_M("heard_s", "Heard", DAWG_S, 0),                       /* sound that its judgement rests on */
    DAWG_M("reference", "Reference", DAWG_NO_UNIT, 0),           /* share of the key heard that it takes; 1: followed */
};
DAWG_PARAM_TABLE(meters, N_METERS);

#if !defined(DAWG_LEAN)
enum { CLARITY = DAWG_GOAL_CLARITY, PUNCH = DAWG_GOAL_PUNCH };
/* "Mud": pink noise with 11 dB too much between 200 and 390 Hz, the clean noise as reference, after 4 to 8 s. */
static const dawg_preset presets[] = {
    DAWG_PRESET("auto_vocal", "Auto Vocal",
                "Takes 5 dB (±0.7) out of 11 dB of mud, lifts 14 kHz by 1.6 dB (±0.5) and lowers 350 Hz by 2 dB (±0.5) "
                "where nothing is wrong; no band moves by more than 9 dB, a voice keeps its loudness within 0.5 LU.",
                {AMOUNT, 0.7f}, {GOAL, CLARITY}, {RANGE_DB, 9}, {ENHANCE_AIR, 1}),
    DAWG_PRESET(
        "auto_drums", "Auto Drums",
        "Lifts 100 Hz by 1.5 dB (±0.5) and lowers 350 Hz by 1.6 dB (±0.5) where nothing is wrong, leaves bright "
        "cymbals alone (within 0.5 dB at 7 kHz); drums keep their loudness within 0.5 LU.",
        {AMOUNT, 0.75f}, {GOAL, PUNCH}, {RANGE_DB, 9}, {LOW_BIAS, 0.2f}, {FIX_SIBILANCE, 0}),
    DAWG_PRESET(
        "auto_bass", "Auto Bass",
        "Takes 4.4 dB (±0.7) out of 11 dB of mud and leaves an attack that is too bright (2 to 10 kHz) within 1 "
        "dB; a bass keeps its loudness within 0.7 LU.",
        {AMOUNT, 0.7f}, {GOAL, CLARITY}, {RANGE_DB, 9}, {LOW_BIAS, 0.3f}, {FIX_HARSHNESS, 0}, {FIX_SIBILANCE, 0}),
    DAWG_PRESET(
        "auto_mix_bus", "Auto Mix Bus",
        "A sound that matches its reference passes bit for bit; 1.6 dB (±0.5) of 11 dB of mud go in 8 s, at most 6 "
        "dB in the end; a song keeps its loudness within 0.3 LU.",
        {AMOUNT, 0.5f}, {SPEED, 0.3f}, {RANGE_DB, 6}, {FIX_RESONANCE, 0}),
    DAWG_PRESET(
        "gentle_correction", "Gentle Correction",
        "A sound that matches its reference passes bit for bit; no band moves by more than 4 dB, 32 bands by 0.8 "
        "dB (±0.4, RMS) on a song, whose loudness stays within 0.3 LU.",
        {AMOUNT, 0.4f}, {SPEED, 0.3f}, {RANGE_DB, 4}),
    DAWG_PRESET(
        "aggressive_fix", "Aggressive Fix",
        "Takes 9 dB (±1) out of 11 dB of mud and as much out of a resonance at 1.16 kHz, within 4 s; no band moves "
        "by more than 15 dB, loudness stays within 0.7 LU.",
        {SPEED, 0.7f}, {RANGE_DB, 15}, {ENHANCE_AIR, 1}),
    DAWG_PRESET("learn_and_hold", "Learn and Hold",
                "While it learns, the sound passes bit for bit; turned off (or after 10 s of silence), 80 % of the "
                "correction that was learned stays, frozen.",
                {AMOUNT, 0.8f}, {LEARN, 1}),
    DAWG_PRESET("linear_mastering", "Linear Mastering",
                "Without phase shift, 88 ms late at 48 kHz; no band moves by more than 3 dB, and slowly (15 s); a song "
                "keeps its loudness within 0.3 LU.",
                {AMOUNT, 0.5f}, {SPEED, 0.17f}, {RANGE_DB, 3}, {FIX_RESONANCE, 0}, {PHASE, 1}),
};
#endif

#endif
