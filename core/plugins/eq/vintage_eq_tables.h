/* SPDX-License-Identifier: MIT
 * vintage_eq_tables.h - the knobs, meters and presets of the vintage EQ (vintage_eq.c, which alone includes this). */
#ifndef DAWG_VINTAGE_EQ_TABLES_H
#define DAWG_VINTAGE_EQ_TABLES_H
#include "dsp/peak_meter.h"
#include "plugin.h"
#include "vintage_models.h"

#define SMOOTH_MS 50

enum {
    MODEL,
    STEPPED,
    LOW_FREQ_HZ,
    LOW_GAIN_DB,
    LOW_ATTEN_DB,
    LOW_TYPE,
    LOW_MID_FREQ_HZ,
    LOW_MID_GAIN_DB,
    LOW_MID_Q,
    MID_FREQ_HZ,
    MID_GAIN_DB,
    MID_Q,
    HIGH_MID_FREQ_HZ,
    HIGH_MID_GAIN_DB,
    HIGH_MID_Q,
    HIGH_FREQ_HZ,
    HIGH_GAIN_DB,
    HIGH_ATTEN_DB,
    HIGH_ATTEN_FREQ_HZ,
    BANDWIDTH,
    HIGH_TYPE,
    LOW_CUT_HZ,
    LOW_CUT_SLOPE,
    HIGH_CUT_HZ,
    DRIVE_DB,
    HARMONICS,
    EVEN,
    ODD,
    TRANSFORMER,
    QUALITY,
    OUTPUT_DB,
    MIX,
    N_PARAMS
};
enum { INPUT_PEAK_DB, OUTPUT_PEAK_DB, CLAMPED_BANDS, N_METERS };

#define ML DAWG_ML_TARGET
#define BOTH (DAWG_AUTOMATABLE | DAWG_ML_TARGET)
#define GAIN(key, name, help) DAWG_P(key, name, DAWG_DB, DAWG_LIN, -18, 18, 0, SMOOTH_MS, BOTH, help)
#define FREQ(key, name, low, high, def, flags, help)                                                                   \
    DAWG_P(key, name, DAWG_HZ, DAWG_LOG, low, high, def, SMOOTH_MS, flags, help)
#define Q(key, name, help) DAWG_P(key, name, DAWG_NO_UNIT, DAWG_LOG, 0.5f, 2.5f, 1, SMOOTH_MS, ML, help)
#define SHARE(key, name, def, flags, help) DAWG_P(key, name, DAWG_NO_UNIT, DAWG_LIN, 0, 1, def, SMOOTH_MS, flags, help)

static const dawg_param params[] = {
    DAWG_P_ENUM(
        "model", "Model", VINTAGE_NEVE, ML,
        "Whose positions, ranges, widths and slopes the bands follow: Neve 1073, API 550, SSL 4000 E (brown) or G "
        "(black), Pultec EQP-1A.",
        "neve", "api", "ssl_e", "ssl_g", "pultec"),
    DAWG_P_BOOL(
        "stepped", "Stepped", 1, ML,
        "On: frequencies go to the nearest position of the model's switch, where it has one. Off: in between too."),
    FREQ("low_freq_hz", "Low Frequency", 20, 450, 60, BOTH, "Middle of the low shelf's slope, or centre of its bell."),
    GAIN("low_gain_db", "Low Gain",
         "Stops at the model's range: 16, 12, 15, 18 dB; Pultec 0 to 13.5, at the shelf's bottom."),
    DAWG_P("low_atten_db", "Low Attenuation", DAWG_DB, DAWG_LIN, 0, 17.5f, 0, SMOOTH_MS, BOTH,
           "Pultec only: attenuation of the lows, at once with their boost and with its corner higher."),
    DAWG_P_ENUM("low_type", "Low Type", 0, ML, "API and SSL only; the others' low band is a shelf.", "shelf", "bell"),
    FREQ("low_mid_freq_hz", "Low Mid Frequency", 67, 2500, 330, BOTH, "Centre of the low mid bell."),
    GAIN("low_mid_gain_db", "Low Mid Gain",
         "Stops at the model's range: 18, 12, 15, 18 dB; Pultec (the MEQ-5's peak) 0 to 10."),
    Q("low_mid_q", "Low Mid Q", "Width as a multiple of the model's own, which may depend on gain; SSL E: Q itself."),
    FREQ("mid_freq_hz", "Mid Frequency", 200, 7200, 1600, BOTH, "Centre of the mid bell."),
    GAIN("mid_gain_db", "Mid Gain",
         "Stops at the model's range: 18, 12, 15, 18 dB; Pultec (the MEQ-5's dip) -10 to 0."),
    Q("mid_q", "Mid Q", "Width as a multiple of the model's own, which may depend on gain; SSL: Q itself, on the E."),
    FREQ("high_mid_freq_hz", "High Mid Frequency", 600, 20000, 3300, BOTH, "Centre of the high mid bell."),
    GAIN("high_mid_gain_db", "High Mid Gain",
         "Stops at the model's range: 18, 12, 15, 18 dB; Pultec (the MEQ-5's peak) 0 to 8."),
    Q("high_mid_q", "High Mid Q", "Width as a multiple of the model's own, which may depend on gain; SSL E: Q itself."),
    FREQ("high_freq_hz", "High Frequency", 1500, 20000, 12000, BOTH,
         "Middle of the high shelf's slope, or centre of its bell; Neve: fixed at 12 kHz while stepped."),
    GAIN("high_gain_db", "High Gain", "Stops at the model's range: 16, 12, 15, 18 dB; Pultec 0 to 18 at its sharpest."),
    DAWG_P("high_atten_db", "High Attenuation", DAWG_DB, DAWG_LIN, 0, 16, 0, SMOOTH_MS, BOTH,
           "Pultec only: attenuation of the highs, at once with their boost."),
    FREQ("high_atten_freq_hz", "High Attenuation Frequency", 5000, 20000, 10000, ML,
         "Pultec only: where the attenuation has reached its number."),
    SHARE("bandwidth", "Bandwidth", 0.5f, BOTH,
          "Pultec only: from sharp (0) to broad (1), where the boost is up to 8 dB less."),
    DAWG_P_ENUM("high_type", "High Type", 0, ML, "API and SSL only; Neve's high band is a shelf, the Pultec's a bell.",
                "shelf", "bell"),
    FREQ("low_cut_hz", "Low Cut", 16, 350, 16, BOTH | DAWG_MIN_IS_OFF,
         "High-pass, -3 dB here; off at the minimum. While stepped: Neve 50, 80, 160, 300 Hz, API 50 Hz."),
    DAWG_P_ENUM("low_cut_slope", "Low Cut Slope", 1, ML, "dB per octave, as Butterworth; Neve and SSL have 18.", "12",
                "18", "24"),
    FREQ("high_cut_hz", "High Cut", 3000, 22000, 22000, BOTH | DAWG_MAX_IS_OFF,
         "Low-pass, 12 dB per octave, -3 dB here; off at the maximum. While stepped: API 15 kHz."),
    DAWG_P("drive_db", "Drive", DAWG_DB, DAWG_LIN, 0, 24, 9, SMOOTH_MS, BOTH,
           "How hard the harmonic stage is driven; its loudness stays."),
    SHARE("harmonics", "Harmonics", 0, BOTH | DAWG_MIN_IS_OFF,
          "How much of what the stage adds is heard; at 0 the sound is clean."),
    SHARE("even", "Even", 0.6f, BOTH, "Share of even harmonics, the second above all: warm, as a tube alone."),
    SHARE("odd", "Odd", 0.4f, BOTH, "Share of odd harmonics, with soft limiting: dense, as tubes in push-pull."),
    SHARE("transformer", "Transformer", 0.5f, BOTH,
          "Share of a transformer's core, which saturates in the bass; times the model's (Neve 1 ... SSL G 0.25)."),
    DAWG_P_ENUM("quality", "Quality", 0, 0, "Oversampling of the harmonic stage: 4 or 8 times; latency is the same.",
                "eco", "hq"),
    DAWG_P("output_db", "Output", DAWG_DB, DAWG_LIN, -24, 24, 0, SMOOTH_MS, BOTH, "Level of the equalized sound."),
    SHARE("mix", "Mix", 1, DAWG_AUTOMATABLE, "0: the input, bit for bit; 1: the equalized sound alone."),
};
DAWG_PARAM_TABLE(params, N_PARAMS);

static const dawg_meter meters[] = {
    DAWG_M("input_peak_db", "Input Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
    DAWG_M("output_peak_db", "Output Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
    DAWG_M("clamped_bands", "Bands Beyond the Rate", DAWG_NO_UNIT, 0),
};
DAWG_PARAM_TABLE(meters, N_METERS);

#if !defined(DAWG_LEAN)
/* tests/plugins/vintage_eq.toml holds each promise as numbers. */
static const dawg_preset presets[] = {
    DAWG_PRESET("warm_vocal", "Warm Vocal",
                "Neve: 2.5 dB (±0.3) less at 330 Hz, 1.2 to 2.5 dB more at 4.8 kHz and above, rumble below 50 Hz gone "
                "(-22 dB at "
                "20 Hz or more), a second harmonic 44 dB (±1) down at -12 dBFS; loudness within 1 LU.",
                {LOW_CUT_HZ, 50}, {LOW_MID_GAIN_DB, -2.5f}, {MID_FREQ_HZ, 4800}, {MID_GAIN_DB, 1.5f},
                {HIGH_GAIN_DB, 2.5f}, {DRIVE_DB, 12}, {HARMONICS, 0.6f}, {EVEN, 0.8f}, {ODD, 0.2f}),
    DAWG_PRESET("punchy_drums", "Punchy Drums",
                "API: 3 to 4 dB more at 100 Hz than at 200 Hz, 4 dB (±0.3) less at 500 Hz, 2.5 dB (±0.3) more at 5 "
                "kHz, 1 to 1.5 % "
                "of harmonics at -12 dBFS; loudness within 1 LU.",
                {MODEL, VINTAGE_API}, {LOW_TYPE, 1}, {LOW_FREQ_HZ, 100}, {LOW_GAIN_DB, 4}, {LOW_MID_FREQ_HZ, 500},
                {LOW_MID_GAIN_DB, -4}, {HIGH_MID_FREQ_HZ, 5000}, {HIGH_MID_GAIN_DB, 3}, {DRIVE_DB, 18},
                {HARMONICS, 0.7f}, {EVEN, 0.7f}, {TRANSFORMER, 0.7f}, {OUTPUT_DB, -0.6f}),
    DAWG_PRESET("ssl_bus", "SSL Bus",
                "SSL G: 1.8 dB (±0.3) at 40 Hz and 2.4 dB (±0.3) at 14 kHz with the G's dips beside them, 1 dB (±0.2) "
                "less at 300 "
                "Hz, harmonics 54 dB (±1) down; loudness within 0.5 LU.",
                {MODEL, VINTAGE_SSL_G}, {LOW_FREQ_HZ, 70}, {LOW_GAIN_DB, 1.5f}, {LOW_MID_FREQ_HZ, 300},
                {LOW_MID_GAIN_DB, -1}, {HIGH_FREQ_HZ, 10000}, {HIGH_GAIN_DB, 2}, {LOW_CUT_HZ, 20}, {DRIVE_DB, 12},
                {HARMONICS, 0.25f}),
    DAWG_PRESET("pultec_low_end", "Pultec Low End",
                "Boost and attenuation at 60 Hz together: 3.5 dB (±0.3) more at 30 Hz, 2 dB (±0.3) less at 300 Hz, 1.9 "
                "dB (±0.3) "
                "more at 10 kHz, the second harmonic 46 dB (±1) down at -12 dBFS; loudness within 1 LU.",
                {MODEL, VINTAGE_PULTEC}, {LOW_GAIN_DB, 6}, {LOW_ATTEN_DB, 6}, {HIGH_FREQ_HZ, 10000}, {HIGH_GAIN_DB, 3},
                {BANDWIDTH, 0.7f}, {DRIVE_DB, 12}, {HARMONICS, 0.5f}, {EVEN, 0.8f}),
    DAWG_PRESET(
        "pultec_air", "Pultec Air",
        "A broad boost that reaches 3.9 dB (±0.2) over the lows at 16 kHz, 1.5 dB (±0.2) less at 300 Hz, no harmonics; "
        "loudness within 1 LU.",
        {MODEL, VINTAGE_PULTEC}, {HIGH_FREQ_HZ, 16000}, {HIGH_GAIN_DB, 6}, {BANDWIDTH, 0.8f}, {MID_FREQ_HZ, 300},
        {MID_GAIN_DB, -1.5f}, {OUTPUT_DB, -0.6f}),
    DAWG_PRESET("bass_weight", "Bass Weight",
                "SSL E: 3 dB (±0.3) at 60 Hz, 3.7 dB (±0.3) less at 280 Hz, 2.9 dB (±0.3) of growl at 1.2 kHz, cuts at "
                "35 Hz and "
                "9 kHz; loudness within 1 LU.",
                {MODEL, VINTAGE_SSL_E}, {LOW_CUT_HZ, 35}, {LOW_FREQ_HZ, 90}, {LOW_GAIN_DB, 4}, {LOW_MID_FREQ_HZ, 280},
                {LOW_MID_GAIN_DB, -4}, {HIGH_MID_FREQ_HZ, 1200}, {HIGH_MID_GAIN_DB, 3}, {HIGH_CUT_HZ, 9000},
                {DRIVE_DB, 15}, {HARMONICS, 0.5f}, {ODD, 0.7f}),
    DAWG_PRESET(
        "transformer_glow", "Transformer Glow",
        "No filter, only the stage: at 50 Hz and -12 dBFS 3 % of harmonics (-30.6 dB ±1), at 1 kHz 1 % (-40.6 dB ±1); "
        "loudness within 0.5 LU.",
        {DRIVE_DB, 18}, {HARMONICS, 1}, {EVEN, 0.3f}, {ODD, 0.3f}, {TRANSFORMER, 1}),
};
#endif

#endif
