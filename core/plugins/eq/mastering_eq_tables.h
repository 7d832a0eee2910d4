/* SPDX-License-Identifier: MIT
 * mastering_eq_tables.h - the knobs, meters and presets of the mastering EQ (mastering_eq.c, which alone includes this). */
#ifndef DAWG_MASTERING_EQ_TABLES_H
#define DAWG_MASTERING_EQ_TABLES_H
#include "analysis/balance_meter.h"
#include "analysis/tone_targets.h"
#include "dsp/eq_chain.h"
#include "dsp/loudness.h"
#include "dsp/peak_meter.h"
#include "plugin.h"

#define BANDS 6u
#define SHELVES 8u
#define SETTINGS (BANDS + SHELVES)
/* analysis/reference_match.h writes the first 36 parameters: this order is its order. */
enum { ON, TYPE, FREQ_HZ, GAIN_DB, Q, PLACEMENT, BAND_PARAMS };
enum {
    PHASE = BANDS * BAND_PARAMS,
    TILT_DB,
    WIDTH,
    MID_DB,
    SIDE_DB,
    TARGET,
    TARGET_AMOUNT,
    CUSTOM1_DB,
    MATCH_LOUDNESS = CUSTOM1_DB + (int)DAWG_TONE_BANDS,
    DELTA,
    OUTPUT_DB,
    MIX,
    N_PARAMS
};
enum {
    INPUT_PEAK_DB,
    OUTPUT_PEAK_DB,
    TRUE_PEAK_DBTP,
    MOMENTARY_LUFS,
    SHORT_TERM_LUFS,
    INTEGRATED_LUFS,
    LOUDNESS_CHANGE_DB,
    BALANCE1_DB,
    CLAMPED_BANDS = BALANCE1_DB + (int)DAWG_TONE_BANDS,
    N_METERS
};
#define AT(band, param) (((band) - 1u) * BAND_PARAMS + (param))

#define SMOOTH_MS 50
enum { MINIMUM, LINEAR, MIXED };
enum { BELL, LOW_SHELF, HIGH_SHELF };

#define BAND(n, type, hz, q)                                                                                           \
    DAWG_P_BOOL("band" #n "_on", "Band " #n, 0, DAWG_ML_TARGET, "Puts band " #n " in the path."),                      \
        DAWG_P_ENUM("band" #n "_type", "Band " #n " Type", type, DAWG_ML_TARGET,                                       \
                    "A bell works around its frequency, a shelf on all that lies below or above it.", "bell",          \
                    "low shelf", "high shelf"),                                                                        \
        DAWG_P("band" #n "_freq_hz", "Band " #n " Frequency", DAWG_HZ, DAWG_LOG, 20, 20000, hz, SMOOTH_MS,             \
               DAWG_AUTOMATABLE | DAWG_ML_TARGET, "Centre of the bell, middle of the shelf's slope."),                 \
        DAWG_P("band" #n "_gain_db", "Band " #n " Gain", DAWG_DB, DAWG_LIN, -15, 15, 0, SMOOTH_MS,                     \
               DAWG_AUTOMATABLE | DAWG_ML_TARGET, "Boost or cut; at 0 dB the band is out of the path."),               \
        DAWG_P("band" #n "_q", "Band " #n " Q", DAWG_NO_UNIT, DAWG_LOG, 0.2f, 10, q, SMOOTH_MS, DAWG_ML_TARGET,        \
               "Narrowness: a bell is about 1.4/Q octaves wide at half its gain; shelves stop at 4."),                 \
        DAWG_P_ENUM("band" #n "_placement", "Band " #n " Placement", 0, DAWG_ML_TARGET,                                \
                    "What the band works on: mid is what both channels share, side what they do not.", "stereo",       \
                    "mid", "side", "left", "right")
#define CUSTOM(n, range)                                                                                               \
    DAWG_P("custom" #n "_db", "Custom " range, DAWG_DB, DAWG_LIN, -12, 12, 0, SMOOTH_MS, DAWG_ML_TARGET,               \
           "Your own target: " range " against neutral, heard when the target is custom.")

static const dawg_param params[] = {
    BAND(1, LOW_SHELF, 80, 0.71f),
    BAND(2, BELL, 250, 1),
    BAND(3, BELL, 1000, 1),
    BAND(4, BELL, 3000, 1),
    BAND(5, BELL, 6000, 1),
    BAND(6, HIGH_SHELF, 10000, 0.71f),
    DAWG_P_ENUM("phase", "Phase", LINEAR, DAWG_SETS_LATENCY,
                "Minimum: least latency, turns phases where it lifts or cuts. Linear: turns none, and rings as long "
                "before a blow as after it. Mixed: half-way.",
                "minimum", "linear", "mixed"),
    DAWG_P("tilt_db", "Tilt", DAWG_DB, DAWG_LIN, -1.5f, 1.5f, 0, SMOOTH_MS, DAWG_AUTOMATABLE | DAWG_ML_TARGET,
           "Dark to bright around 1 kHz: a straight line, in dB per octave."),
    DAWG_P("width", "Width", DAWG_NO_UNIT, DAWG_LIN, 0, 2, 1, SMOOTH_MS, DAWG_AUTOMATABLE | DAWG_ML_TARGET,
           "Level of the side: 0 is mono, 1 as it was, 2 twice as wide."),
    DAWG_P("mid_db", "Mid", DAWG_DB, DAWG_LIN, -12, 12, 0, SMOOTH_MS, DAWG_AUTOMATABLE | DAWG_ML_TARGET,
           "Level of what both channels share."),
    DAWG_P("side_db", "Side", DAWG_DB, DAWG_LIN, -12, 12, 0, SMOOTH_MS, DAWG_AUTOMATABLE | DAWG_ML_TARGET,
           "Level of what the channels do not share."),
    DAWG_P_ENUM("target", "Target", DAWG_TONE_NEUTRAL, DAWG_ML_TARGET,
                "A balance of eight bands: finished popular music, three departures from it, or your own. The balance "
                "meters show the distance to it.",
                "neutral", "warm", "bright", "dark", "custom"),
    DAWG_P("target_amount", "Target Amount", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 0, SMOOTH_MS,
           DAWG_AUTOMATABLE | DAWG_ML_TARGET, "How much of the target's departure from neutral is heard."),
    CUSTOM(1, "20-60 Hz"),
    CUSTOM(2, "60-120 Hz"),
    CUSTOM(3, "120-250 Hz"),
    CUSTOM(4, "250-500 Hz"),
    CUSTOM(5, "0.5-2 kHz"),
    CUSTOM(6, "2-4 kHz"),
    CUSTOM(7, "4-8 kHz"),
    CUSTOM(8, "8-20 kHz"),
    DAWG_P_BOOL("match_loudness", "Match Loudness", 0, DAWG_ML_TARGET,
                "Takes back by how much bands, tilt and target make pink noise louder or softer (K-weighted)."),
    DAWG_P_BOOL("delta", "Delta", 0, 0, "Hear what is changed: the equalized sound minus the input."),
    DAWG_P("output_db", "Output", DAWG_DB, DAWG_LIN, -24, 24, 0, SMOOTH_MS, DAWG_AUTOMATABLE | DAWG_ML_TARGET,
           "Level of the equalized sound."),
    DAWG_P("mix", "Mix", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 1, SMOOTH_MS, DAWG_AUTOMATABLE,
           "0: the input, bit for bit; 1: the equalized sound alone."),
};
DAWG_PARAM_TABLE(params, N_PARAMS);

#define BALANCE(n, range) DAWG_M("balance" #n "_db", "Balance " range, DAWG_DB, DAWG_BALANCE_NONE)
static const dawg_meter meters[] = {
    DAWG_M("input_peak_db", "Input Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
    DAWG_M("output_peak_db", "Output Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
    DAWG_M("true_peak_dbtp", "True Peak", DAWG_DBTP, DAWG_PEAK_SILENCE_DB),
    DAWG_M("momentary_lufs", "Momentary", DAWG_LUFS, (float)DAWG_LOUDNESS_NONE),
    DAWG_M("short_term_lufs", "Short-Term", DAWG_LUFS, (float)DAWG_LOUDNESS_NONE),
    DAWG_M("integrated_lufs", "Integrated", DAWG_LUFS, (float)DAWG_LOUDNESS_NONE),
    DAWG_M("loudness_change_db", "Loudness Change", DAWG_DB, 0), /* short-term, output against input */
    BALANCE(1, "20-60 Hz"), /* output's share of energy against the target's, last ten seconds */
    BALANCE(2, "60-120 Hz"),
    BALANCE(3, "120-250 Hz"),
    BALANCE(4, "250-500 Hz"),
    BALANCE(5, "0.5-2 kHz"),
    BALANCE(6, "2-4 kHz"),
    BALANCE(7, "4-8 kHz"),
    BALANCE(8, "8-20 kHz"),
    DAWG_M("clamped_bands", "Bands Beyond the Rate", DAWG_NO_UNIT, 0),
};
DAWG_PARAM_TABLE(meters, N_METERS);

#if !defined(DAWG_LEAN)
enum { MID = DAWG_EQ_MID, SIDE = DAWG_EQ_SIDE };
static const dawg_preset presets[] = {
    DAWG_PRESET("neutral_mastering", "Neutral Mastering",
                "What rumbles below the music falls by 2.5 dB (±0.2) at 20 Hz, 280 Hz makes room (-0.9 dB ±0.1), 15 "
                "kHz gains 0.7 dB (±0.1); 1 kHz and pink noise's loudness stay within 0.3 dB.",
                {AT(1, ON), 1}, {AT(1, FREQ_HZ), 22}, {AT(1, GAIN_DB), -4}, {AT(2, ON), 1}, {AT(2, FREQ_HZ), 280},
                {AT(2, GAIN_DB), -0.8f}, {AT(2, Q), 0.8f}, {AT(6, ON), 1}, {AT(6, GAIN_DB), 0.9f}, {MATCH_LOUDNESS, 1}),
    DAWG_PRESET("warm_mastering", "Warm Mastering",
                "1.5 dB more (±0.2) from 30 to 300 Hz, 0.9 dB less (±0.2) from 10 kHz up, towards the warm target; "
                "pink noise keeps its loudness within 0.1 LU.",
                {AT(1, ON), 1}, {AT(1, GAIN_DB), 1}, {AT(2, ON), 1}, {AT(2, GAIN_DB), 0.6f}, {TARGET, DAWG_TONE_WARM},
                {TARGET_AMOUNT, 0.6f}, {MATCH_LOUDNESS, 1}),
    DAWG_PRESET("bright_modern", "Bright Modern",
                "0.5 to 1.5 dB less below 1 kHz, 1.1 dB more (±0.2) at 15 kHz, 2.5 dB (±0.3) from 280 Hz to 15 kHz; "
                "pink noise keeps its loudness within 0.1 LU.",
                {AT(1, ON), 1}, {AT(1, FREQ_HZ), 70}, {AT(1, GAIN_DB), 0.6f}, {AT(4, ON), 1}, {AT(4, GAIN_DB), 0.8f},
                {AT(4, Q), 0.7f}, {AT(6, ON), 1}, {AT(6, GAIN_DB), 1}, {TARGET, DAWG_TONE_BRIGHT},
                {TARGET_AMOUNT, 0.5f}, {MATCH_LOUDNESS, 1}),
    DAWG_PRESET(
        "streaming_safe", "Streaming Safe",
        "Headroom for lossy codecs: 1 dB less (±0.05) at 1 kHz, 1.9 dB (±0.15) at 18 kHz, 5.3 dB (±0.3) at 20 Hz; the "
        "song's true peak falls by 0.8 to 1.6 dB. Where a service turns loud programmes down, nothing is lost.",
        {AT(1, ON), 1}, {AT(1, FREQ_HZ), 25}, {AT(1, GAIN_DB), -6}, {AT(6, ON), 1}, {AT(6, FREQ_HZ), 16000},
        {AT(6, GAIN_DB), -1.5f}, {OUTPUT_DB, -1}),
    DAWG_PRESET("mid_side_width", "Mid/Side Width",
                "The side gains 1.2 dB (±0.1) at 1 kHz and 3.2 dB (±0.2) at 10 kHz, and loses 4.3 dB (±0.3) at 60 Hz; "
                "the mid stays as it was (±0.01 dB).",
                {AT(1, ON), 1}, {AT(1, FREQ_HZ), 110}, {AT(1, GAIN_DB), -6}, {AT(1, PLACEMENT), SIDE}, {AT(6, ON), 1},
                {AT(6, FREQ_HZ), 7000}, {AT(6, GAIN_DB), 2.4f}, {AT(6, PLACEMENT), SIDE}, {WIDTH, 1.15f}),
    DAWG_PRESET("mono_bass", "Mono Bass",
                "Below 60 Hz the side lies 14 dB lower or more, at 1 kHz it is as it was (±0.05 dB), and so is the mid "
                "everywhere.",
                {AT(1, ON), 1}, {AT(1, FREQ_HZ), 150}, {AT(1, GAIN_DB), -15}, {AT(1, PLACEMENT), SIDE}),
    DAWG_PRESET("centre_forward", "Centre Forward",
                "In the mid 2.5 kHz rises by 1.5 dB (±0.1) and 280 Hz falls by 0.95 dB (±0.1); the side stays as it "
                "was (±0.01 dB).",
                {AT(3, ON), 1}, {AT(3, FREQ_HZ), 300}, {AT(3, GAIN_DB), -1}, {AT(3, PLACEMENT), MID}, {AT(4, ON), 1},
                {AT(4, FREQ_HZ), 2500}, {AT(4, GAIN_DB), 1.5f}, {AT(4, Q), 0.8f}, {AT(4, PLACEMENT), MID}),
    DAWG_PRESET("tame_the_top", "Tame the Top",
                "Mixed phase: 6 kHz steps back by 2.1 dB (±0.2) against 1 kHz, under a line that falls by a quarter of "
                "a decibel per octave; pink noise keeps its loudness within 0.1 LU.",
                {PHASE, MIXED}, {AT(5, ON), 1}, {AT(5, GAIN_DB), -1.5f}, {AT(5, Q), 1.2f}, {TILT_DB, -0.25f},
                {MATCH_LOUDNESS, 1}),
};
#endif

#endif
