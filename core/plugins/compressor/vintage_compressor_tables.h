/* SPDX-License-Identifier: MIT
 * vintage_compressor_tables.h - parameters, meters and presets of vintage_compressor.c. */
#ifndef DAWG_VINTAGE_COMPRESSOR_TABLES_H
#define DAWG_VINTAGE_COMPRESSOR_TABLES_H
#include "dsp/peak_meter.h"
#include "plugin.h"
#include "classic_laws.h"

#define SMOOTH_MS 100

enum {
    MODEL,
    STEPPED,
    THRESHOLD_DB,
    RATIO,
    ALL_BUTTONS,
    KNEE_DB,
    ATTACK_MS,
    RELEASE_MS,
    AUTO_RELEASE,
    TIME_CONSTANT,
    LINK,
    SIDECHAIN,
    KEY_LOW_CUT_HZ,
    KEY_HIGH_CUT_HZ,
    KEY_LISTEN,
    HARMONICS,
    DRIVE_DB,
    EVEN,
    ODD,
    TRANSFORMER,
    WARMTH,
    QUALITY,
    MAKEUP_DB,
    AUTO_MAKEUP,
    MIX,
    N_PARAMS
};
enum { GAIN_REDUCTION_DB, AUTO_MAKEUP_DB, INPUT_PEAK_DB, KEY_PEAK_DB, OUTPUT_PEAK_DB, N_METERS };

#define HAND DAWG_AUTOMATABLE
#define ML DAWG_ML_TARGET
#define BOTH (DAWG_AUTOMATABLE | DAWG_ML_TARGET)
#define SHARE(key, name, def, flags, help) DAWG_P(key, name, DAWG_NO_UNIT, DAWG_LIN, 0, 1, def, 50, flags, help)

static const dawg_param params[] = {
    DAWG_P_ENUM("model", "Model", CLASSIC_OPTO, BOTH,
                "Whose curve, times and colour: Teletronix LA-2A (light), UREI 1176 (FET), Fairchild 670 (tubes whose "
                "gain varies), SSL 4000 bus (VCA).",
                "opto", "fet", "vari_mu", "vca"),
    DAWG_P_BOOL(
        "stepped", "Stepped", 1, ML,
        "On: ratio, attack and release go to the nearest position of the model's switch, where it has one. Off: "
        "in between too."),
    DAWG_P("threshold_db", "Threshold", DAWG_DB, DAWG_LIN, -60, 0, -18, SMOOTH_MS, BOTH,
           "Level of the key, a sine's peak, from which it is compressed; FET: 2 dB higher for each doubling of the "
           "ratio over 4:1."),
    DAWG_P("ratio", "Ratio", DAWG_RATIO, DAWG_LOG, 1, 20, 4, SMOOTH_MS, BOTH | DAWG_MIN_IS_OFF,
           "1: nothing is compressed. Opto: 4 compresses, 20 limits; FET 4, 8, 12, 20; VCA 2, 4, 10; vari-mu: what it "
           "has risen to 20 dB over the threshold, 20."),
    DAWG_P_BOOL("all_buttons", "All Buttons", 0, BOTH,
                "FET only: all four ratio buttons in. 16:1, the attack 1 ms late, ten times the release's speed: lows "
                "distort."),
    DAWG_P("knee_db", "Knee", DAWG_DB, DAWG_LIN, 0, 12, 0, SMOOTH_MS, BOTH,
           "Width of the bend on top of the model's own: 12, 2, 20, 3 dB."),
    DAWG_P("attack_ms", "Attack", DAWG_MS, DAWG_LOG, 0.02f, 100, 10, SMOOTH_MS, BOTH,
           "Time in which the reduction covers 63 % of its way in dB. Opto 10 ms, otherwise 1 to 100; FET 0.02 to 0.8; "
           "VCA 0.1, 0.3, 1, 3, 10, 30; vari-mu: by time constant."),
    DAWG_P(
        "release_ms", "Release", DAWG_MS, DAWG_LOG, 20, 1200, 100, SMOOTH_MS, BOTH,
        "Time in which 63 % of the reduction is gone in dB; FET 50 to 1100; VCA 100, 300, 600, 1200. Opto: half of it "
        "in 60 ms, otherwise 20 to 1000. Vari-mu: by time constant."),
    DAWG_P_BOOL("auto_release", "Auto Release", 0, BOTH,
                "VCA only, its switch's last position: 0.1 s after a hit, 1.2 s after what lasted."),
    DAWG_P_ENUM(
        "time_constant", "Time Constant", 0, BOTH,
        "Vari-mu only, attack and release: 0.2 ms, 0.3 s; 0.2, 0.8; 0.4, 2; 0.8, 5; 0.4, 2 s after a peak and 10 "
        "after several; 0.2, 0.3 s after a peak, 10 after several, 25 after sustained sound.",
        "1", "2", "3", "4", "5", "6"),
    DAWG_P("link", "Link", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 1, 50, HAND,
           "1: both channels get the same gain and the image stands still; 0: each its own."),
    DAWG_P_BOOL("sidechain", "Sidechain", 1, HAND,
                "On: the key input drives the gain when something is connected to it. Off: the input does, always."),
    DAWG_P("key_low_cut_hz", "Key Low Cut", DAWG_HZ, DAWG_LOG, 20, 500, 20, 50, BOTH | DAWG_MIN_IS_OFF,
           "High-pass on the key alone, 12 dB per octave, -3 dB here; off at the minimum."),
    DAWG_P("key_high_cut_hz", "Key High Cut", DAWG_HZ, DAWG_LOG, 1000, 20000, 20000, 50, BOTH | DAWG_MAX_IS_OFF,
           "Low-pass on the key alone, 12 dB per octave, -3 dB here; off at the maximum."),
    DAWG_P_BOOL("key_listen", "Key Listen", 0, HAND, "Hear what drives the gain instead of the sound."),
    SHARE("harmonics", "Harmonics", 0.5f, BOTH | DAWG_MIN_IS_OFF,
          "How much of what tubes and transformers add is heard; at 0 the sound is clean."),
    DAWG_P("drive_db", "Drive", DAWG_DB, DAWG_LIN, 0, 24, 9, 50, BOTH,
           "How hard the harmonic stage is driven; its loudness stays."),
    SHARE("even", "Even", 0.6f, BOTH,
          "Share of even harmonics, the second above all; times the model's (opto 1, FET 0.5, vari-mu 0.8, VCA 0.2)."),
    SHARE("odd", "Odd", 0.4f, BOTH,
          "Share of odd harmonics, with soft limiting; times the model's (opto 0.5, FET 1, vari-mu 0.6, VCA 0.4)."),
    SHARE("transformer", "Transformer", 0.5f, BOTH,
          "Share of a core that saturates in the bass; times the model's (opto 0.7, FET 0.5, vari-mu 1, VCA 0.2)."),
    SHARE("warmth", "Warmth", 0, BOTH | DAWG_MIN_IS_OFF,
          "A low shelf before the harmonics: up to 3 dB more below 150 Hz."),
    DAWG_P_ENUM("quality", "Quality", 0, 0, "Oversampling of the harmonic stage: 4 or 8 times; latency is the same.",
                "eco", "hq"),
    DAWG_P("makeup_db", "Make-up", DAWG_DB, DAWG_LIN, -12, 24, 0, SMOOTH_MS, BOTH,
           "Gain of the compressed sound, into the harmonic stage, on top of the automatic one."),
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
/* tests/plugins/vintage_compressor.toml holds each promise as numbers. */
static const dawg_preset presets[] = {
    DAWG_PRESET(
        "gentle_vintage", "Gentle Vintage",
        "Opto: 3.1 dB (±0.2) off a tone at -12 dBFS and 7.5 dB (±0.2) at -6 dBFS, half of them back in 65 ms (±10), "
        "0.9 dB (±0.2) more at 40 Hz, harmonics 52.5 dB (±1) down; loudness within 1 LU.",
        {THRESHOLD_DB, -16}, {HARMONICS, 0.4f}, {WARMTH, 0.3f}),
    DAWG_PRESET("classic_vintage", "Classic Vintage",
                "FET 4:1: 4.5 dB (±0.2) off a tone at -12 dBFS after 0.4 ms, 63 % of them back in 200 ms (±10), "
                "harmonics 51 dB "
                "(±1) down; loudness within 1 LU.",
                {MODEL, CLASSIC_FET}, {ATTACK_MS, 0.4f}, {RELEASE_MS, 200}, {HARMONICS, 0.6f}, {DRIVE_DB, 12}),
    DAWG_PRESET(
        "vintage_slam", "Vintage Slam",
        "All buttons: 11 dB (±0.3) off a tone at -12 dBFS, 63 % of them back in 21 ms (±3), and 3.4 % of distortion at "
        "100 Hz (-29.3 dB ±1); loudness within 1 LU.",
        {MODEL, CLASSIC_FET}, {ALL_BUTTONS, 1}, {THRESHOLD_DB, -28}, {RATIO, 20}, {ATTACK_MS, 0.1f}, {RELEASE_MS, 200},
        {HARMONICS, 0.8f}, {DRIVE_DB, 15}),
    DAWG_PRESET(
        "vintage_parallel", "Vintage Parallel",
        "FET 8:1 from -36 dBFS under 60 % of the input: apart from make-up the loudest loses 4.1 dB (±0.3) and the "
        "quietest nothing; loudness within 1 LU.",
        {MODEL, CLASSIC_FET}, {THRESHOLD_DB, -36}, {RATIO, 8}, {ATTACK_MS, 0.1f}, {MIX, 0.4f}),
    DAWG_PRESET(
        "vocal_leveler", "Vocal Leveler",
        "Opto: 12 dB (±0.3) off a tone at -12 dBFS and under 1 dB off 45 Hz rumble as loud, harmonics 49.5 dB (±1) "
        "down; loudness within 1 LU.",
        {THRESHOLD_DB, -28}, {KEY_LOW_CUT_HZ, 120}, {HARMONICS, 0.6f}),
    DAWG_PRESET(
        "bus_glue", "Bus Glue",
        "VCA 4:1: 4.5 dB (±0.2) off a tone at -12 dBFS, 63 % of them after 30 ms (±2); a 45 Hz bass as loud counts for "
        "nothing, harmonics under -65 dB; loudness within 1 LU.",
        {MODEL, CLASSIC_VCA}, {ATTACK_MS, 30}, {AUTO_RELEASE, 1}, {KEY_LOW_CUT_HZ, 90}, {HARMONICS, 0.3f}),
    DAWG_PRESET("tube_master", "Tube Master",
                "Vari-mu: 2.4 dB (±0.2) off a tone at -12 dBFS and 6.1 dB (±0.2) at -6 dBFS, 63 % back in 0.3 s "
                "(±0.05) after a "
                "peak, 0.7 dB (±0.2) more at 40 Hz; loudness within 1 LU.",
                {MODEL, CLASSIC_VARI_MU}, {THRESHOLD_DB, -22}, {TIME_CONSTANT, 5}, {WARMTH, 0.25f}),
    DAWG_PRESET("bass_hold", "Bass Hold",
                "Opto limiting: 6 dB more in, from -12 dBFS on, is 0.3 dB (±0.2) more out; harmonics 41.5 dB (±1) "
                "down at 50 Hz, 48 dB (±1) at 1 kHz; loudness within 1 LU.",
                {THRESHOLD_DB, -22}, {RATIO, 20}, {TRANSFORMER, 1}, {DRIVE_DB, 12}),
};
#endif

#endif
