/* SPDX-License-Identifier: MIT
 * de_esser_tables.h - parameters, meters and presets of de_esser.c. */
#ifndef DAWG_DE_ESSER_TABLES_H
#define DAWG_DE_ESSER_TABLES_H
#include "dsp/peak_meter.h"
#include "dsp/sibilance.h"
#include "plugin.h"

#define LOOKAHEAD_MAX_MS 10.0f
#define SMOOTH_MS 100

enum {
    THRESHOLD_DB,
    RANGE_DB,
    FREQ_HZ,
    TRACKING,
    MODE,
    DETECTOR,
    ATTACK_MS,
    RELEASE_MS,
    LOOKAHEAD_MS,
    PLACEMENT,
    LINK,
    SIDECHAIN,
    LISTEN,
    MIX,
    N_PARAMS
};
enum { GAIN_REDUCTION_DB, SIBILANCE_DB, CENTRE_HZ, INPUT_PEAK_DB, OUTPUT_PEAK_DB, N_METERS };

#define HAND DAWG_AUTOMATABLE
#define BOTH (DAWG_AUTOMATABLE | DAWG_ML_TARGET)

static const dawg_param params[] = {
    DAWG_P("threshold_db", "Threshold", DAWG_DB, DAWG_LIN, -60, 0, -14, SMOOTH_MS, BOTH,
           "Level of the sibilant band from which all of the range is taken off, in a knee that begins 6 dB below: "
           "against the whole sound, or full scale, as the detector says."),
    DAWG_P("range_db", "Range", DAWG_DB, DAWG_LIN, 0, 20, 6, SMOOTH_MS, BOTH, "How far a sibilant is turned down."),
    DAWG_P("freq_hz", "Frequency", DAWG_HZ, DAWG_LOG, DAWG_SIBILANCE_HZ_MIN, DAWG_SIBILANCE_HZ_MAX, 7000, SMOOTH_MS,
           BOTH, "Middle of the sibilants; the detector hears 1.6 octaves around it."),
    DAWG_P_BOOL("tracking", "Tracking", 1, BOTH,
                "What is turned down follows the sibilants that are heard, half an octave up or down."),
    DAWG_P_ENUM("mode", "Mode", 0, HAND,
                "Split turns down what is above half the frequency, 36 dB per octave; Wide the whole sound.", "Split",
                "Wide"),
    DAWG_P_ENUM("detector", "Detector", 0, HAND,
                "Relative weighs the sibilant band against the whole sound, at any level; Absolute reads it in dBFS.",
                "Relative", "Absolute"),
    DAWG_P("attack_ms", "Attack", DAWG_MS, DAWG_LOG, 0.05f, 20, 0.1f, SMOOTH_MS, BOTH,
           "Time in which the reduction covers 63 % of its way in dB."),
    DAWG_P("release_ms", "Release", DAWG_MS, DAWG_LOG, 5, 500, 40, SMOOTH_MS, BOTH,
           "Time in which 63 % of the reduction is gone in dB; not shorter than the attack."),
    DAWG_P("lookahead_ms", "Lookahead", DAWG_MS, DAWG_LIN, 0, LOOKAHEAD_MAX_MS, 0, 0, DAWG_SETS_LATENCY,
           "How far the reduction is ahead of the sound, which comes out later by as much."),
    DAWG_P_ENUM("placement", "Placement", 0, HAND, "Which pair of channels is worked on.", "Stereo", "Mid/Side"),
    DAWG_P("link", "Link", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 1, 50, HAND,
           "1: both channels of the pair are turned down alike and the image stands still; 0: each its own."),
    DAWG_P_BOOL("sidechain", "Sidechain", 1, HAND,
                "On: the key input is listened to when something is connected to it. Off: the input, always."),
    DAWG_P_ENUM("listen", "Listen", 0, HAND, "Hear what is removed, or what the detector hears, instead of the sound.",
                "Off", "Removed", "Detector"),
    DAWG_P("mix", "Mix", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 1, 50, BOTH,
           "From the input alone (0, exactly) to the de-essed sound alone (1)."),
};
DAWG_PARAM_TABLE(params, N_PARAMS);

static const dawg_meter meters[] = {
    /* >= 0, of the deeper channel: at the end of the last control period */
    DAWG_M("gain_reduction_db", "Gain Reduction", DAWG_DB, 0),
    DAWG_M("sibilance_db", "Sibilance", DAWG_DB, DAWG_PEAK_SILENCE_DB), /* what the threshold is compared with */
    DAWG_M("centre_hz", "Centre", DAWG_HZ, 7000),                       /* of the sibilants */
    DAWG_M("input_peak_db", "Input Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
    DAWG_M("output_peak_db", "Output Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
};
DAWG_PARAM_TABLE(meters, N_METERS);

#if !defined(DAWG_LEAN)
/* tests/plugins/de_esser.toml holds each promise as numbers. */
static const dawg_preset presets[] = {
    DAWG_PRESET("light", "Light", "4 dB off sibilants that stand clear of the voice; a vowel keeps every bit.",
                {THRESHOLD_DB, -8}, {RANGE_DB, 4}, {RELEASE_MS, 50}),
    DAWG_PRESET("moderate", "Moderate", "6 dB off sibilants, wherever they lie from 5 to 10 kHz; 1 ms of lookahead.",
                {LOOKAHEAD_MS, 1}),
    DAWG_PRESET("heavy", "Heavy", "10 dB off sibilants, mild ones too, from their onset on: 2 ms of lookahead.",
                {THRESHOLD_DB, -16}, {RANGE_DB, 10}, {RELEASE_MS, 30}, {LOOKAHEAD_MS, 2}),
    DAWG_PRESET("deep_voice", "Deep Voice",
                "For low voices and \"sh\": 6 dB off 5 kHz, and half of them off 2.8 kHz while it hisses.",
                {THRESHOLD_DB, -13}, {FREQ_HZ, 5500}),
    DAWG_PRESET("bright_voice", "Bright Voice",
                "For high voices and close microphones: 7 dB off sibilants at 9 kHz, and 2 kHz keeps its level.",
                {THRESHOLD_DB, -13}, {RANGE_DB, 7}, {FREQ_HZ, 9000}),
    DAWG_PRESET("rap_wide", "Rap, Wide",
                "The whole voice loses 5 dB in a sibilant, as a hand on the fader would do it.", {RANGE_DB, 5},
                {MODE, 1}, {ATTACK_MS, 0.5f}, {RELEASE_MS, 60}, {LOOKAHEAD_MS, 1}),
    DAWG_PRESET("podcast", "Podcast",
                "Speech at a steady level: sibilants at -23 dBFS lose 8 dB, below -30 dBFS nothing.",
                {THRESHOLD_DB, -24}, {RANGE_DB, 8}, {DETECTOR, 1}, {RELEASE_MS, 50}, {LOOKAHEAD_MS, 1}),
    DAWG_PRESET("backing_sides", "Backing Voices",
                "For a stack of voices: middle and sides each lose 6 dB of their own sibilants.", {PLACEMENT, 1},
                {LINK, 0}, {RELEASE_MS, 50}),
};
#endif

#endif
