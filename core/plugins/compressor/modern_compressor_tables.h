/* SPDX-License-Identifier: MIT
 * modern_compressor_tables.h - parameters, meters and presets of modern_compressor.c. */
#ifndef DAWG_MODERN_COMPRESSOR_TABLES_H
#define DAWG_MODERN_COMPRESSOR_TABLES_H
#include "dsp/peak_meter.h"
#include "plugin.h"

#define LOOKAHEAD_MAX_MS 10.0f
#define RATIO_MAX 100.0f /* stands for infinity */
#define SMOOTH_MS 100

enum {
    THRESHOLD_DB,
    RATIO,
    KNEE_DB,
    RANGE_DB,
    ATTACK_MS,
    HOLD_MS,
    RELEASE_MS,
    AUTO_RELEASE,
    ADAPTIVE_ATTACK,
    TRANSIENTS,
    DETECTOR,
    LOOKAHEAD_MS,
    PLACEMENT,
    LINK,
    SIDECHAIN,
    KEY_LOW_CUT_HZ,
    KEY_HIGH_CUT_HZ,
    KEY_LISTEN,
    MAKEUP_DB,
    AUTO_MAKEUP,
    MIX,
    N_PARAMS
};
enum { GAIN_REDUCTION_DB, AUTO_MAKEUP_DB, INPUT_PEAK_DB, KEY_PEAK_DB, OUTPUT_PEAK_DB, N_METERS };

#define HAND DAWG_AUTOMATABLE
#define BOTH (DAWG_AUTOMATABLE | DAWG_ML_TARGET)

static const dawg_param params[] = {
    DAWG_P("threshold_db", "Threshold", DAWG_DB, DAWG_LIN, -60, 0, -18, SMOOTH_MS, BOTH,
           "Level of the key, a sine's peak, from which it is compressed."),
    DAWG_P("ratio", "Ratio", DAWG_RATIO, DAWG_LOG, 1, RATIO_MAX, 3, SMOOTH_MS, BOTH | DAWG_MAX_IS_INFINITE,
           "dB of input for each dB of output above the threshold; at the maximum infinity: a limiter."),
    DAWG_P("knee_db", "Knee", DAWG_DB, DAWG_LIN, 0, 24, 6, SMOOTH_MS, BOTH,
           "Width of the bend around the threshold, a parabola."),
    DAWG_P("range_db", "Range", DAWG_DB, DAWG_LIN, 0, 60, 60, SMOOTH_MS, BOTH, "The most that is taken off."),
    DAWG_P("attack_ms", "Attack", DAWG_MS, DAWG_LOG, 0.01f, 100, 10, SMOOTH_MS, BOTH,
           "Time in which the reduction covers 63 % of its way in dB."),
    DAWG_P("hold_ms", "Hold", DAWG_MS, DAWG_LIN, 0, 500, 0, SMOOTH_MS, BOTH,
           "How long the reduction stays after the key has fallen."),
    DAWG_P("release_ms", "Release", DAWG_MS, DAWG_LOG, 5, 2000, 100, SMOOTH_MS, BOTH,
           "Time in which 63 % of the reduction is gone in dB; not shorter than the attack."),
    DAWG_P_BOOL(
        "auto_release", "Auto Release", 0, BOTH,
        "A short hit is released in the set time, what lasted for seconds in about eight times that, up to 4 s."),
    DAWG_P_BOOL("adaptive_attack", "Adaptive Attack", 0, BOTH,
                "Peaky material gets a faster attack than is set: a fifth at a crest factor of 10 dB."),
    DAWG_P("transients", "Transients", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 0, SMOOTH_MS, BOTH,
           "How much of the reduction waits 30 ms longer, so that onsets pass; the release keeps its time."),
    DAWG_P_ENUM("detector", "Detector", 0, HAND,
                "Peak follows the waveform; RMS its mean power over 10 ms, a sine reading the same.", "Peak", "RMS"),
    DAWG_P("lookahead_ms", "Lookahead", DAWG_MS, DAWG_LIN, 0, LOOKAHEAD_MAX_MS, 0, 0, DAWG_SETS_LATENCY,
           "How far the reduction is ahead of the sound, which comes out later by as much."),
    DAWG_P_ENUM("placement", "Placement", 0, HAND, "Which pair of channels is compressed.", "Stereo", "Mid/Side"),
    DAWG_P("link", "Link", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 1, 50, HAND,
           "1: both channels of the pair get the same gain and the image stands still; 0: each its own."),
    DAWG_P_BOOL("sidechain", "Sidechain", 1, HAND,
                "On: the key input drives the gain when something is connected to it. Off: the input does, always."),
    DAWG_P("key_low_cut_hz", "Key Low Cut", DAWG_HZ, DAWG_LOG, 20, 500, 20, 50, BOTH | DAWG_MIN_IS_OFF,
           "High-pass on the key alone, 12 dB per octave, -3 dB here; off at the minimum."),
    DAWG_P("key_high_cut_hz", "Key High Cut", DAWG_HZ, DAWG_LOG, 1000, 20000, 20000, 50, BOTH | DAWG_MAX_IS_OFF,
           "Low-pass on the key alone, 12 dB per octave, -3 dB here; off at the maximum."),
    DAWG_P_BOOL("key_listen", "Key Listen", 0, HAND, "Hear what drives the gain instead of the sound."),
    DAWG_P("makeup_db", "Make-up", DAWG_DB, DAWG_LIN, -12, 24, 0, SMOOTH_MS, BOTH,
           "Gain of the compressed sound, on top of the automatic one."),
    DAWG_P_BOOL("auto_makeup", "Auto Make-up", 1, HAND,
                "Makes the compressed sound as loud as the input (BS.1770), measured while it plays, within 1 LU."),
    DAWG_P("mix", "Mix", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 1, 50, BOTH,
           "From the input alone (0, exactly) to the compressed sound alone (1): parallel compression between."),
};
DAWG_PARAM_TABLE(params, N_PARAMS);

static const dawg_meter meters[] = {
    /* >= 0, of the deeper channel: at the end of the last control period */
    DAWG_M("gain_reduction_db", "Gain Reduction", DAWG_DB, 0),
    DAWG_M("auto_makeup_db", "Auto Make-up", DAWG_DB, 0),
    DAWG_M("input_peak_db", "Input Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
    DAWG_M("key_peak_db", "Key Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB), /* filtered */
    DAWG_M("output_peak_db", "Output Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
};
DAWG_PARAM_TABLE(meters, N_METERS);

#if !defined(DAWG_LEAN)
/* tests/plugins/modern_compressor.toml holds each promise as numbers. */
static const dawg_preset presets[] = {
    DAWG_PRESET("transparent", "Transparent",
                "2:1 in a 12 dB knee: 4 dB off a tone at -8 dBFS, which at 50 Hz keeps under 0.1 % of distortion; "
                "loudness within 1 LU.",
                {THRESHOLD_DB, -16}, {RATIO, 2}, {KNEE_DB, 12}, {ATTACK_MS, 15}, {RELEASE_MS, 150}, {AUTO_RELEASE, 1},
                {LOOKAHEAD_MS, 5}),
    DAWG_PRESET("bus_glue", "Bus Glue",
                "4 dB off a tone at -12 dBFS, 63 % of them after 30 ms; a 45 Hz bass counts 12 dB less, so that kicks "
                "do not pump; loudness within 1 LU.",
                {THRESHOLD_DB, -20}, {RATIO, 2}, {KNEE_DB, 8}, {ATTACK_MS, 30}, {AUTO_RELEASE, 1},
                {KEY_LOW_CUT_HZ, 90}),
    DAWG_PRESET("drum_punch", "Drum Punch",
                "Hits keep their first 20 ms: the reduction of 9 dB at -12 dBFS comes later than that and is back 63 % "
                "in 80 ms; loudness within 1 LU.",
                {THRESHOLD_DB, -24}, {RATIO, 4}, {KNEE_DB, 3}, {ATTACK_MS, 3}, {RELEASE_MS, 80}, {TRANSIENTS, 0.9f}),
    DAWG_PRESET("parallel", "Parallel",
                "Half the sound at 8:1 from -36 dBFS: apart from make-up the loudest loses no more than 6 dB and the "
                "quietest nothing; loudness within 1 LU.",
                {THRESHOLD_DB, -36}, {RATIO, 8}, {ATTACK_MS, 1}, {MIX, 0.5f}),
    DAWG_PRESET("voice_leveler", "Voice Leveler",
                "Mean power from -28 dBFS at 3:1: 8 dB off a tone at -16 dBFS, under 1 dB off 40 Hz rumble as loud; "
                "loudness within 1 LU.",
                {THRESHOLD_DB, -28}, {KNEE_DB, 10}, {ATTACK_MS, 5}, {RELEASE_MS, 120}, {AUTO_RELEASE, 1}, {DETECTOR, 1},
                {LOOKAHEAD_MS, 2}, {KEY_LOW_CUT_HZ, 120}),
    DAWG_PRESET("peak_stop", "Peak Stop",
                "A full-scale tone that begins suddenly comes out at -6 dBFS with less than 0.5 dB of overshoot, 2 ms "
                "late; loudness within 1 LU.",
                {THRESHOLD_DB, -6}, {RATIO, RATIO_MAX}, {KNEE_DB, 0}, {ATTACK_MS, 0.4f}, {RELEASE_MS, 60},
                {LOOKAHEAD_MS, 2}, {AUTO_MAKEUP, 0}),
    DAWG_PRESET("mid_side_master", "Mid/Side Master",
                "The middle loses 4 dB at -11 dBFS and sides at -40 dBFS nothing: the image opens where it is loud; "
                "loudness within 1 LU.",
                {THRESHOLD_DB, -20}, {RATIO, 1.8f}, {KNEE_DB, 10}, {ATTACK_MS, 20}, {RELEASE_MS, 150},
                {AUTO_RELEASE, 1}, {LOOKAHEAD_MS, 5}, {PLACEMENT, 1}, {LINK, 0}),
    DAWG_PRESET("kick_duck", "Kick Duck",
                "For a kick on the key input: one at -6 dBFS takes off 20 dB, which are back 63 % 170 ms after it; "
                "loudness within 1 LU.",
                {THRESHOLD_DB, -30}, {RATIO, 6}, {KNEE_DB, 3}, {ATTACK_MS, 1}, {HOLD_MS, 20}, {RELEASE_MS, 150}),
};
#endif

#endif
