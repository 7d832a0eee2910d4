/* SPDX-License-Identifier: MIT
 * surgical_eq_tables.h - the knobs, meters and presets of the surgical EQ (surgical_eq.c, which alone includes this). */
#ifndef DAWG_SURGICAL_EQ_TABLES_H
#define DAWG_SURGICAL_EQ_TABLES_H
#include "analysis/problem_fix.h"
#include "dsp/eq_chain.h"
#include "dsp/peak_meter.h"
#include "plugin.h"

#define BANDS 8u
#define ALL_BANDS (BANDS + DAWG_FIX_SLOTS)
enum { ON, TYPE, FREQ_HZ, GAIN_DB, Q, BAND_PARAMS };
enum { SLOPE, PLACEMENT, THRESHOLD_DB, RATIO, RANGE_DB, ATTACK_MS, RELEASE_MS, MORE_PARAMS };
enum {
    OUTPUT_DB = BANDS * BAND_PARAMS,
    MIX,
    MORE,
    PHASE = MORE + BANDS * MORE_PARAMS,
    QUALITY,
    AUTO_Q,
    MATCH_LOUDNESS,
    LISTEN,
    DETECT,
    AUTO_FIX,
    SENSITIVITY,
    DETECT_RESONANCE, /* the order of dawg_problem_type */
    DETECT_MUD,
    DETECT_BOXINESS,
    DETECT_HARSHNESS,
    DETECT_SIBILANCE,
    N_PARAMS
};
enum { PROBLEM_HZ, PROBLEM_DB, PROBLEM_Q, PROBLEM_KIND, PROBLEM_METERS };
enum {
    INPUT_PEAK_DB,
    OUTPUT_PEAK_DB,
    BAND_NOW_DB,
    CLAMPED_BANDS = BAND_NOW_DB + BANDS,
    MATCH_DB,
    PROBLEMS,
    N_METERS = PROBLEMS + DAWG_FIX_SLOTS * PROBLEM_METERS
};
#define AT(band, param) (((band) - 1u) * BAND_PARAMS + (param))
#define AND(band, param) (MORE + ((band) - 1u) * MORE_PARAMS + (param))

#define SMOOTH_MS 50

/* The order of dawg_eq_type. */
#define BAND(n, hz)                                                                                                    \
    DAWG_P_BOOL("band" #n "_on", "Band " #n, 0, DAWG_ML_TARGET, "Puts band " #n " in the path."),                      \
        DAWG_P_ENUM("band" #n "_type", "Band " #n " Type", 0, DAWG_ML_TARGET,                                          \
                    "Shape: bell and shelves boost or cut, the notch takes out one frequency, the passes what lies "   \
                    "beyond theirs (12 dB per octave, or as the slope says).",                                         \
                    "bell", "notch", "low shelf", "high shelf", "low-pass", "high-pass"),                              \
        DAWG_P("band" #n "_freq_hz", "Band " #n " Frequency", DAWG_HZ, DAWG_LOG, 20, 20000, hz, SMOOTH_MS,             \
               DAWG_AUTOMATABLE | DAWG_ML_TARGET,                                                                      \
               "Centre of the bell or notch, middle of the shelf's slope, corner of the pass."),                       \
        DAWG_P("band" #n "_gain_db", "Band " #n " Gain", DAWG_DB, DAWG_LIN, -24, 24, 0, SMOOTH_MS,                     \
               DAWG_AUTOMATABLE | DAWG_ML_TARGET,                                                                      \
               "Boost or cut of a bell or shelf; at 0 dB they are out of the path. Other types have none."),           \
        DAWG_P("band" #n "_q", "Band " #n " Q", DAWG_NO_UNIT, DAWG_LOG, 0.1f, 40, 1, SMOOTH_MS, DAWG_ML_TARGET,        \
               "Narrowness: a bell is about 1.4/Q octaves wide at half its gain; a pass is flattest at 0.71; shelves " \
               "stop at 4.")

/* The orders of dawg_eq_slope and dawg_eq_placement. */
#define MOVES(n)                                                                                                       \
    DAWG_P_ENUM("band" #n "_slope", "Band " #n " Slope", 1, DAWG_ML_TARGET,                                            \
                "How steep a low- or high-pass is, per octave; Q raises its corner. Other types have none.", "6 dB",   \
                "12 dB", "18 dB", "24 dB", "36 dB", "48 dB", "72 dB", "96 dB"),                                        \
        DAWG_P_ENUM("band" #n "_placement", "Band " #n " Placement", 0, DAWG_ML_TARGET,                                \
                    "Works on both channels, on what they share (mid), on what they do not (side), or on one.",        \
                    "stereo", "mid", "side", "left", "right"),                                                         \
        DAWG_P("band" #n "_threshold_db", "Band " #n " Threshold", DAWG_DB, DAWG_LIN, -80, 0, -30, SMOOTH_MS,          \
               DAWG_ML_TARGET, "Peak level of the band's own part of the sound over which a dynamic band moves."),     \
        DAWG_P("band" #n "_ratio", "Band " #n " Ratio", DAWG_RATIO, DAWG_LOG, 1, 20, 2, SMOOTH_MS, DAWG_ML_TARGET,     \
               "How far it moves: 1 - 1/ratio dB for each dB over the threshold; at 1 it does not."),                  \
        DAWG_P("band" #n "_range_db", "Band " #n " Range", DAWG_DB, DAWG_LIN, -24, 24, 0, SMOOTH_MS, DAWG_ML_TARGET,   \
               "Most that a bell or shelf moves on top of its gain: below 0 it cuts what gets loud, above 0 it lifts " \
               "it; 0: a static band."),                                                                               \
        DAWG_P("band" #n "_attack_ms", "Band " #n " Attack", DAWG_MS, DAWG_LOG, 1, 200, 10, SMOOTH_MS, DAWG_ML_TARGET, \
               "Time in which a dynamic band covers 63 % of its way in dB."),                                          \
        DAWG_P("band" #n "_release_ms", "Band " #n " Release", DAWG_MS, DAWG_LOG, 10, 1000, 120, SMOOTH_MS,            \
               DAWG_ML_TARGET, "Time in which a dynamic band has gone 63 % of its way back.")

static const dawg_param params[] = {
    BAND(1, 80),
    BAND(2, 250),
    BAND(3, 500),
    BAND(4, 1000),
    BAND(5, 2000),
    BAND(6, 4000),
    BAND(7, 8000),
    BAND(8, 12000),
    DAWG_P("output_db", "Output", DAWG_DB, DAWG_LIN, -24, 24, 0, SMOOTH_MS, DAWG_AUTOMATABLE | DAWG_ML_TARGET,
           "Level of the equalized sound."),
    DAWG_P("mix", "Mix", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 1, SMOOTH_MS, DAWG_AUTOMATABLE,
           "0: the input, bit for bit, as late as the mode; 1: the equalized sound alone."),
    MOVES(1),
    MOVES(2),
    MOVES(3),
    MOVES(4),
    MOVES(5),
    MOVES(6),
    MOVES(7),
    MOVES(8),
    DAWG_P_ENUM(
        "phase", "Phase", 0, DAWG_SETS_LATENCY,
        "Minimum: no latency. Linear: no shift at all, exact for bands with frequency/Q from 33 Hz; long: from 10 "
        "Hz. Mixed: half the shift, with less ringing before a blow.",
        "minimum", "linear", "linear long", "mixed"),
    DAWG_P_ENUM("quality", "Quality", 0, DAWG_SETS_LATENCY,
                "HQ runs minimum phase at twice the rate: within 0.2 dB of the analog curves to 20 kHz.", "standard",
                "hq"),
    DAWG_P_BOOL("auto_q", "Auto Q", 0, DAWG_ML_TARGET,
                "Bells narrow with their gain: Q is the knob's times 0.5 + gain/12 dB, so as set at 6 dB."),
    DAWG_P_BOOL("match_loudness", "Match Loudness", 0, DAWG_ML_TARGET,
                "Takes the loudness that the static curve adds to pink noise (K-weighted) off the output."),
    DAWG_P_ENUM(
        "listen", "Listen", 0, 0,
        "Hear what a band works on in place of the equalized sound: the input through its own band-pass or side.",
        "off", "band 1", "band 2", "band 3", "band 4", "band 5", "band 6", "band 7", "band 8"),
    DAWG_P_BOOL("detect", "Detect Problems", 0, DAWG_ML_TARGET,
                "Looks for problems in the last three seconds of the input and suggests a bell for each."),
    DAWG_P("auto_fix", "Auto Fix", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 0, SMOOTH_MS, DAWG_ML_TARGET,
           "How much of the suggested bells, up to four, is applied; a resonance keeps its own for 10 s, sibilance is "
           "cut in "
           "bursts."),
    DAWG_P("sensitivity", "Sensitivity", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 0.5f, SMOOTH_MS, DAWG_ML_TARGET,
           "What counts as a problem: at 1 half of the excess in dB that it takes at 0.5, at 0 twice."),
    DAWG_P_BOOL("detect_resonance", "Detect Resonances", 1, DAWG_ML_TARGET,
                "Narrow peaks that ring whatever is played."),
    DAWG_P_BOOL("detect_mud", "Detect Mud", 1, DAWG_ML_TARGET, "Too much from 200 to 500 Hz."),
    DAWG_P_BOOL("detect_boxiness", "Detect Boxiness", 1, DAWG_ML_TARGET, "Too much from 400 to 800 Hz."),
    DAWG_P_BOOL("detect_harshness", "Detect Harshness", 1, DAWG_ML_TARGET, "Too much from 2 to 5 kHz."),
    DAWG_P_BOOL("detect_sibilance", "Detect Sibilance", 1, DAWG_ML_TARGET, "Bursts of 5 to 10 kHz that stand out."),
};
DAWG_PARAM_TABLE(params, N_PARAMS);

#define NOW(n) DAWG_M("band" #n "_now_db", "Band " #n " Gain Now", DAWG_DB, 0)
#define PROBLEM(n)                                                                                                     \
    DAWG_M("problem" #n "_freq_hz", "Problem " #n " Frequency", DAWG_HZ, 0),                                           \
        DAWG_M("problem" #n "_gain_db", "Problem " #n " Gain", DAWG_DB, 0),                                            \
        DAWG_M("problem" #n "_q", "Problem " #n " Q", DAWG_NO_UNIT, 0),                                                \
        DAWG_M("problem" #n "_kind", "Problem " #n " Kind", DAWG_NO_UNIT, 0)
/* A problem's kind: 0 none, 1 resonance, 2 mud, 3 boxiness, 4 harshness, 5 sibilance. */
static const dawg_meter meters[] = {
    DAWG_M("input_peak_db", "Input Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
    DAWG_M("output_peak_db", "Output Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
    NOW(1),
    NOW(2),
    NOW(3),
    NOW(4),
    NOW(5),
    NOW(6),
    NOW(7),
    NOW(8),
    DAWG_M("clamped_bands", "Bands Beyond the Rate", DAWG_NO_UNIT, 0),
    DAWG_M("match_db", "Matched By", DAWG_DB, 0),
    PROBLEM(1),
    PROBLEM(2),
    PROBLEM(3),
    PROBLEM(4),
};
DAWG_PARAM_TABLE(meters, N_METERS);

#if !defined(DAWG_LEAN)
enum {
    NOTCH = DAWG_EQ_NOTCH,
    LOW_SHELF = DAWG_EQ_LOW_SHELF,
    HIGH_SHELF = DAWG_EQ_HIGH_SHELF,
    HIGH_PASS = DAWG_EQ_HIGH_PASS
};
static const dawg_preset presets[] = {
    DAWG_PRESET(
        "remove_resonance", "Remove Resonance",
        "Takes 9 dB (±0.1) out at 420 Hz, a fifth of an octave wide, to be tuned to the note that rings; an octave "
        "away nothing changes by more than 0.15 dB.",
        {AT(3, ON), 1}, {AT(3, FREQ_HZ), 420}, {AT(3, GAIN_DB), -9}, {AT(3, Q), 7}),
    DAWG_PRESET(
        "de_mud", "De-Mud",
        "Cuts 4 dB (±0.1) at 300 Hz and leaves everything below 75 Hz and above 1.3 kHz within 0.3 dB; pink noise "
        "gets 0.3 to 0.5 LU quieter.",
        {AT(2, ON), 1}, {AT(2, FREQ_HZ), 300}, {AT(2, GAIN_DB), -4}),
    DAWG_PRESET(
        "de_harsh", "De-Harsh",
        "Cuts 3.5 dB (±0.1) at 3.2 kHz and 1 dB (±0.1) of the top octave; below 1 kHz everything stays within 0.2 "
        "dB, pink noise within 1 LU.",
        {AT(5, ON), 1}, {AT(5, FREQ_HZ), 3200}, {AT(5, GAIN_DB), -3.5f}, {AT(5, Q), 1.5f}, {AT(8, ON), 1},
        {AT(8, TYPE), HIGH_SHELF}, {AT(8, FREQ_HZ), 9000}, {AT(8, GAIN_DB), -1}, {AT(8, Q), 0.7f}),
    DAWG_PRESET(
        "vocal_cleanup", "Vocal Cleanup",
        "Rumble goes (-16 dB at 30 Hz or more), 280 Hz and 7 kHz step back by 2.5 dB (±0.2) and 3 kHz by 1.7 dB, "
        "16 kHz comes up by 1.8 dB (±0.2); a voice keeps its loudness within 0.5 LU.",
        {AT(1, ON), 1}, {AT(1, TYPE), HIGH_PASS}, {AT(1, Q), 0.71f}, {AT(2, ON), 1}, {AT(2, FREQ_HZ), 280},
        {AT(2, GAIN_DB), -3}, {AT(2, Q), 1.4f}, {AT(5, ON), 1}, {AT(5, FREQ_HZ), 3000}, {AT(5, GAIN_DB), -2},
        {AT(5, Q), 2}, {AT(7, ON), 1}, {AT(7, FREQ_HZ), 7000}, {AT(7, GAIN_DB), -3}, {AT(7, Q), 2}, {AT(8, ON), 1},
        {AT(8, TYPE), HIGH_SHELF}, {AT(8, GAIN_DB), 2}, {AT(8, Q), 0.7f}, {OUTPUT_DB, 0.5f}),
    DAWG_PRESET(
        "mastering_air", "Mastering Air",
        "Half a dB of weight at 60 Hz (±0.1), 1 dB less at 320 Hz (±0.1), 1.4 dB of air at 16 kHz (±0.1), and what "
        "lies below 20 Hz falls by 4 dB or more; loudness stays within 0.5 LU.",
        {AT(1, ON), 1}, {AT(1, TYPE), HIGH_PASS}, {AT(1, FREQ_HZ), 24}, {AT(1, Q), 0.71f}, {AT(2, ON), 1},
        {AT(2, TYPE), LOW_SHELF}, {AT(2, FREQ_HZ), 90}, {AT(2, GAIN_DB), 0.8f}, {AT(2, Q), 0.7f}, {AT(3, ON), 1},
        {AT(3, FREQ_HZ), 320}, {AT(3, GAIN_DB), -1}, {AT(3, Q), 0.7f}, {AT(8, ON), 1}, {AT(8, TYPE), HIGH_SHELF},
        {AT(8, GAIN_DB), 2}, {AT(8, Q), 0.6f}),
    DAWG_PRESET(
        "hum_50_hz", "Hum 50 Hz",
        "Mains hum and its first seven overtones, 50 to 400 Hz, fall by 60 dB or more; 75 Hz, half-way between two "
        "of them, changes by less than 0.15 dB.",
        {AT(1, ON), 1}, {AT(1, TYPE), NOTCH}, {AT(1, FREQ_HZ), 50}, {AT(1, Q), 10}, {AT(2, ON), 1},
        {AT(2, TYPE), NOTCH}, {AT(2, FREQ_HZ), 100}, {AT(2, Q), 20}, {AT(3, ON), 1}, {AT(3, TYPE), NOTCH},
        {AT(3, FREQ_HZ), 150}, {AT(3, Q), 30}, {AT(4, ON), 1}, {AT(4, TYPE), NOTCH}, {AT(4, FREQ_HZ), 200},
        {AT(4, Q), 40}, {AT(5, ON), 1}, {AT(5, TYPE), NOTCH}, {AT(5, FREQ_HZ), 250}, {AT(5, Q), 40}, {AT(6, ON), 1},
        {AT(6, TYPE), NOTCH}, {AT(6, FREQ_HZ), 300}, {AT(6, Q), 40}, {AT(7, ON), 1}, {AT(7, TYPE), NOTCH},
        {AT(7, FREQ_HZ), 350}, {AT(7, Q), 40}, {AT(8, ON), 1}, {AT(8, TYPE), NOTCH}, {AT(8, FREQ_HZ), 400},
        {AT(8, Q), 40}),
    DAWG_PRESET(
        "hum_60_hz", "Hum 60 Hz",
        "Mains hum and its first seven overtones, 60 to 480 Hz, fall by 60 dB or more; 90 Hz, half-way between two "
        "of them, changes by less than 0.15 dB.",
        {AT(1, ON), 1}, {AT(1, TYPE), NOTCH}, {AT(1, FREQ_HZ), 60}, {AT(1, Q), 12}, {AT(2, ON), 1},
        {AT(2, TYPE), NOTCH}, {AT(2, FREQ_HZ), 120}, {AT(2, Q), 24}, {AT(3, ON), 1}, {AT(3, TYPE), NOTCH},
        {AT(3, FREQ_HZ), 180}, {AT(3, Q), 36}, {AT(4, ON), 1}, {AT(4, TYPE), NOTCH}, {AT(4, FREQ_HZ), 240},
        {AT(4, Q), 40}, {AT(5, ON), 1}, {AT(5, TYPE), NOTCH}, {AT(5, FREQ_HZ), 300}, {AT(5, Q), 40}, {AT(6, ON), 1},
        {AT(6, TYPE), NOTCH}, {AT(6, FREQ_HZ), 360}, {AT(6, Q), 40}, {AT(7, ON), 1}, {AT(7, TYPE), NOTCH},
        {AT(7, FREQ_HZ), 420}, {AT(7, Q), 40}, {AT(8, ON), 1}, {AT(8, TYPE), NOTCH}, {AT(8, FREQ_HZ), 480},
        {AT(8, Q), 40}),
    DAWG_PRESET(
        "dynamic_de_harsh", "Dynamic De-Harsh",
        "Takes up to 6 dB out at 3.2 kHz while it is loud: 6 dB (±0.2) of a tone of -6 dBFS there, nothing (±0.01 dB) "
        "of one of -40 dBFS, and pink noise at -20 dBFS RMS keeps its loudness within 0.7 LU.",
        {AT(5, ON), 1}, {AT(5, FREQ_HZ), 3200}, {AT(5, Q), 1.5f}, {AND(5, THRESHOLD_DB), -24}, {AND(5, RATIO), 3},
        {AND(5, RANGE_DB), -6}, {AND(5, ATTACK_MS), 5}, {AND(5, RELEASE_MS), 100}),
    DAWG_PRESET(
        "mastering_linear", "Mastering Linear",
        "Linear phase: 0.5 dB of weight at 50 Hz, 0.2 dB less at 300 Hz, 0.7 dB of air at 16 kHz (all ±0.1), and the "
        "loudness of pink noise stays within 0.1 LU.",
        {PHASE, 1}, {MATCH_LOUDNESS, 1}, {AT(1, ON), 1}, {AT(1, TYPE), LOW_SHELF}, {AT(1, FREQ_HZ), 100},
        {AT(1, GAIN_DB), 0.8f}, {AT(1, Q), 0.7f}, {AT(2, ON), 1}, {AT(2, FREQ_HZ), 300}, {AT(2, GAIN_DB), -0.8f},
        {AT(2, Q), 0.7f}, {AT(8, ON), 1}, {AT(8, TYPE), HIGH_SHELF}, {AT(8, FREQ_HZ), 10000}, {AT(8, GAIN_DB), 1.5f},
        {AT(8, Q), 0.6f}),
    DAWG_PRESET("mono_bass", "Mono Bass",
                "The sides lose what lies below 120 Hz at 24 dB per octave (-24 dB or more at 60 Hz); the middle "
                "passes bit for "
                "bit.",
                {AT(1, ON), 1}, {AT(1, TYPE), HIGH_PASS}, {AT(1, FREQ_HZ), 120}, {AT(1, Q), 0.71f}, {AND(1, SLOPE), 3},
                {AND(1, PLACEMENT), DAWG_EQ_SIDE}),
    DAWG_PRESET("auto_cleanup", "Auto Cleanup",
                "Listens for resonances, mud, boxiness, harshness and sibilance and takes 70 % of what they are too "
                "much away: a "
                "resonance of 12 dB on pink noise falls by 6 dB or more within 5 s; pink noise alone stays as it is.",
                {DETECT, 1}, {AUTO_FIX, 0.7f}),
};
#endif

#endif
