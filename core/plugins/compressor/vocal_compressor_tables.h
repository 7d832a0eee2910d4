/* SPDX-License-Identifier: MIT
 * vocal_compressor_tables.h - parameters, meters and presets of vocal_compressor.c. */
#ifndef DAWG_VOCAL_COMPRESSOR_TABLES_H
#define DAWG_VOCAL_COMPRESSOR_TABLES_H
#include "dsp/peak_meter.h"
#include "plugin.h"

#define LOOKAHEAD_MAX_MS 10.0f
#define RATIO_MAX 100.0f /* stands for infinity */
#define SMOOTH_MS 100

enum {
    THRESHOLD_DB,
    RATIO,
    KNEE_DB,
    ATTACK_MS,
    RELEASE_MS,
    AUTO_RELEASE,
    DETECTOR,
    LOOKAHEAD_MS,
    LINK,
    SIDECHAIN,
    KEY_LOW_CUT_HZ,
    KEY_LISTEN,
    VOICE,
    PROXIMITY_DB,
    DE_ESS_DB,
    BREATH_DB,
    PRESENCE_DB,
    AIR_DB,
    MAKEUP_DB,
    AUTO_MAKEUP,
    MIX,
    N_PARAMS
};
enum {
    GAIN_REDUCTION_DB,
    AUTO_MAKEUP_DB,
    INPUT_PEAK_DB,
    KEY_PEAK_DB,
    OUTPUT_PEAK_DB,
    FUNDAMENTAL_HZ,
    DETECTED_VOICE,
    PROXIMITY_REDUCTION_DB,
    DE_ESS_REDUCTION_DB,
    BREATH_REDUCTION_DB,
    N_METERS
};

#define HAND DAWG_AUTOMATABLE
#define BOTH (DAWG_AUTOMATABLE | DAWG_ML_TARGET)
#define STAGE (BOTH | DAWG_MIN_IS_OFF)

static const dawg_param params[] = {
    DAWG_P("threshold_db", "Threshold", DAWG_DB, DAWG_LIN, -60, 0, -20, SMOOTH_MS, BOTH,
           "Level of the key, a sine's peak, from which it is compressed."),
    DAWG_P("ratio", "Ratio", DAWG_RATIO, DAWG_LOG, 1, RATIO_MAX, 3, SMOOTH_MS, BOTH | DAWG_MAX_IS_INFINITE,
           "dB of input for each dB of output above the threshold; at the maximum infinity: a limiter."),
    DAWG_P("knee_db", "Knee", DAWG_DB, DAWG_LIN, 0, 24, 8, SMOOTH_MS, BOTH,
           "Width of the bend around the threshold, a parabola."),
    DAWG_P("attack_ms", "Attack", DAWG_MS, DAWG_LOG, 0.01f, 100, 6, SMOOTH_MS, BOTH,
           "Time in which the reduction covers 63 % of its way in dB."),
    DAWG_P("release_ms", "Release", DAWG_MS, DAWG_LOG, 5, 2000, 80, SMOOTH_MS, BOTH,
           "Time in which 63 % of the reduction is gone in dB; not shorter than the attack."),
    DAWG_P_BOOL(
        "auto_release", "Auto Release", 1, BOTH,
        "A syllable is released in the set time, what lasted for seconds in about eight times that, up to 4 s."),
    DAWG_P_ENUM("detector", "Detector", 0, HAND,
                "Peak follows the waveform; RMS its mean power over 10 ms, a sine reading the same.", "Peak", "RMS"),
    DAWG_P("lookahead_ms", "Lookahead", DAWG_MS, DAWG_LIN, 0, LOOKAHEAD_MAX_MS, 0, 0, DAWG_SETS_LATENCY,
           "How far the reduction is ahead of the sound, which comes out later by as much."),
    DAWG_P("link", "Link", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 1, 50, HAND,
           "1: both channels get the same gain and the image stands still; 0: each its own."),
    DAWG_P_BOOL("sidechain", "Sidechain", 1, HAND,
                "On: the key input drives the gain when something is connected to it. Off: the input does, always."),
    DAWG_P("key_low_cut_hz", "Key Low Cut", DAWG_HZ, DAWG_LOG, 20, 500, 80, 50, BOTH | DAWG_MIN_IS_OFF,
           "High-pass on the key alone, 12 dB per octave, -3 dB here; off at the minimum."),
    DAWG_P_BOOL("key_listen", "Key Listen", 0, HAND, "Hear what drives the gain instead of the sound."),
    DAWG_P_ENUM("voice", "Voice", 0, HAND,
                "Where proximity, presence and de-ess work. Auto: as for a man or a woman, by the fundamental heard; "
                "Rap for words that have to cut, Sung for the singer's formant.",
                "Auto", "Male", "Female", "Rap", "Sung"),
    DAWG_P("proximity_db", "Proximity", DAWG_DB, DAWG_LIN, 0, 12, 4, SMOOTH_MS, STAGE,
           "The most that is taken off the lows when they boom because the voice is close; 0 is off."),
    DAWG_P("de_ess_db", "De-ess", DAWG_DB, DAWG_LIN, 0, 18, 5, SMOOTH_MS, STAGE,
           "How far sibilants are turned down, in their own band, at any level of the voice; 0 is off."),
    DAWG_P("breath_db", "Breath", DAWG_DB, DAWG_LIN, 0, 24, 6, SMOOTH_MS, STAGE,
           "How far breaths between phrases are turned down; consonants stay; 0 is off."),
    DAWG_P("presence_db", "Presence", DAWG_DB, DAWG_LIN, 0, 9, 1.5f, SMOOTH_MS, STAGE,
           "Lift of the band of 2.8 to 4.5 kHz that words are understood by; 0 is off."),
    DAWG_P("air_db", "Air", DAWG_DB, DAWG_LIN, 0, 9, 1.5f, SMOOTH_MS, STAGE,
           "Lift of what lies above 10 kHz; 0 is off."),
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
    DAWG_M("fundamental_hz", "Fundamental", DAWG_HZ, 0),                 /* 0: no voice sounds */
    DAWG_M("detected_voice", "Detected Voice", DAWG_NO_UNIT, 0),         /* 0 none yet, 1 male, 2 female, as `voice` */
    DAWG_M("proximity_reduction_db", "Proximity Reduction", DAWG_DB, 0), /* all three >= 0 */
    DAWG_M("de_ess_reduction_db", "De-ess Reduction", DAWG_DB, 0),
    DAWG_M("breath_reduction_db", "Breath Reduction", DAWG_DB, 0),
};
DAWG_PARAM_TABLE(meters, N_METERS);

#if !defined(DAWG_LEAN)
/* tests/plugins/vocal_compressor.toml holds each promise as numbers. */
static const dawg_preset presets[] = {
    DAWG_PRESET("natural_vocal", "Natural Vocal",
                "Hardly to be noticed: 6.7 dB off a tone at -8 dBFS in 10 ms; sibilants down by 4 dB, presence up by "
                "1.5; loudness within 1 LU.",
                {THRESHOLD_DB, -18}, {KNEE_DB, 10}, {ATTACK_MS, 10}, {RELEASE_MS, 100}, {PROXIMITY_DB, 3},
                {DE_ESS_DB, 4}, {BREATH_DB, 3}, {PRESENCE_DB, 2}),
    DAWG_PRESET("radio_vocal", "Radio Vocal",
                "Dense and in front: 9 dB off a tone at -8 dBFS in 6 ms; sibilants and breaths down by 6 dB, presence "
                "up by 3; loudness within 1 LU.",
                {RATIO, 4}, {RELEASE_MS, 60}, {KNEE_DB, 6}, {PROXIMITY_DB, 5}, {DE_ESS_DB, 6}, {PRESENCE_DB, 3},
                {AIR_DB, 2.5f}),
    DAWG_PRESET("rap_vocal", "Rap Vocal",
                "Every word cuts: 11.2 dB off a tone at -8 dBFS in 3 ms, back in 40; 4.5 kHz up by 4 dB, breaths down "
                "by 6; loudness within 1 LU.",
                {THRESHOLD_DB, -22}, {RATIO, 5}, {KNEE_DB, 4}, {ATTACK_MS, 3}, {RELEASE_MS, 40}, {AUTO_RELEASE, 0},
                {VOICE, 3}, {PROXIMITY_DB, 3.5f}, {PRESENCE_DB, 4}, {AIR_DB, 2}),
    DAWG_PRESET("sung_vocal", "Sung Vocal",
                "Notes keep their onset: 5.7 dB off a tone at -8 dBFS in 12 ms; the singer's formant at 2.8 kHz up by "
                "2.5 dB, air by 3; loudness within 1 LU.",
                {THRESHOLD_DB, -16}, {RATIO, 3.5f}, {ATTACK_MS, 12}, {RELEASE_MS, 120}, {VOICE, 4}, {PROXIMITY_DB, 3},
                {DE_ESS_DB, 5.5f}, {BREATH_DB, 4}, {PRESENCE_DB, 2.5f}, {AIR_DB, 3}),
    DAWG_PRESET("podcast_voice", "Podcast Voice",
                "An even level: 13.3 dB off a tone at -8 dBFS by its mean power; breaths down by 10 dB, sibilants by "
                "7, a boom by up to 6; a song as loud within 1 LU.",
                {THRESHOLD_DB, -24}, {RATIO, 6}, {KNEE_DB, 10}, {ATTACK_MS, 8}, {DETECTOR, 1}, {PROXIMITY_DB, 6},
                {DE_ESS_DB, 7}, {BREATH_DB, 10}, {PRESENCE_DB, 2.5f}, {AIR_DB, 2}),
    DAWG_PRESET("close_microphone", "Close Microphone",
                "Takes the room of a mouth at the microphone: a boom down by up to 9 dB, breaths by 12, sibilants by "
                "8; 4 dB off a tone at -8 dBFS; a song as loud within 1 LU.",
                {RATIO, 1.5f}, {PROXIMITY_DB, 9}, {DE_ESS_DB, 8}, {BREATH_DB, 12}, {PRESENCE_DB, 2}, {AIR_DB, 2}),
    DAWG_PRESET("level_only", "Level Only",
                "Nothing but the compressor, 2 ms ahead: 8 dB off a tone at -8 dBFS, 3 kHz, 8 kHz and 16 kHz as they "
                "were; loudness within 1 LU.",
                {KNEE_DB, 10}, {LOOKAHEAD_MS, 2}, {PROXIMITY_DB, 0}, {DE_ESS_DB, 0}, {BREATH_DB, 0}, {PRESENCE_DB, 0},
                {AIR_DB, 0}),
};
#endif

#endif
