/* SPDX-License-Identifier: MIT
 * limiter_tables.h - parameters, meters, styles and presets of limiter.c. */
#ifndef DAWG_LIMITER_TABLES_H
#define DAWG_LIMITER_TABLES_H
#include "dsp/limit_release.h"
#include "dsp/loudness.h"
#include "dsp/peak_meter.h"
#include "plugin.h"

#define LOOKAHEAD_MAX_MS 10.0

enum {
    INPUT_DB,
    CEILING_DB,
    LOOKAHEAD_MS,
    RELEASE_MS,
    LINK,
    TRUE_PEAK,
    STYLE,
    AUTO_RELEASE,
    TRANSIENTS,
    TARGET_LUFS,
    UNITY_GAIN,
    DELTA,
    DITHER,
    N_PARAMS
};
enum {
    GAIN_REDUCTION_DB,
    INPUT_PEAK_DB,
    OUTPUT_PEAK_DB,
    TRUE_PEAK_DBTP,
    MOMENTARY_LUFS,
    SHORT_TERM_LUFS,
    INTEGRATED_LUFS,
    SUGGESTED_DRIVE_DB,
    N_METERS
};

#define BOTH (DAWG_AUTOMATABLE | DAWG_ML_TARGET)

static const dawg_param params[] = {
    DAWG_P("input_db", "Input", DAWG_DB, DAWG_LIN, -12, 24, 0, 50, BOTH,
           "Drives the signal into the ceiling: every dB makes quiet parts 1 dB louder (a threshold with make-up)."),
    DAWG_P("ceiling_db", "Ceiling", DAWG_DB, DAWG_LIN, -20, 0, -1, 50, BOTH,
           "Highest level that comes out: no sample exceeds it, nor, with True Peak and some lookahead, what lies "
           "between two."),
    DAWG_P(
        "lookahead_ms", "Lookahead", DAWG_MS, DAWG_LIN, 0, LOOKAHEAD_MAX_MS, 5, 0, DAWG_SETS_LATENCY,
        "How long before a peak the gain starts to fall: the attack. True Peak holds from 0.25 ms on (within 0.1 dB)."),
    DAWG_P("release_ms", "Release", DAWG_MS, DAWG_LOG, 1, 1000, 100, 20, BOTH,
           "Time to regain 63 % after a short peak in the styles Transparent and Punchy; others take a share of it."),
    DAWG_P("link", "Link", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 1, 50, DAWG_AUTOMATABLE,
           "1: both channels get the same gain and the image stands still; 0: each channel is limited alone."),
    DAWG_P_BOOL("true_peak", "True Peak", 1, DAWG_AUTOMATABLE,
                "Limits the waveform between the samples too, where a converter or a resampler would clip it."),
    DAWG_P_ENUM(
        "style", "Style", 0, BOTH,
        "From clean to loud: Transparent ripples and distorts least, Punchy keeps hits above the rest, Aggressive "
        "and Wall let go sooner.",
        "Transparent", "Punchy", "Aggressive", "Wall"),
    DAWG_P_BOOL(
        "auto_release", "Auto Release", 1, BOTH,
        "After sustained limiting the gain comes back about five times as slowly as after a hit; off: always in "
        "the same time."),
    DAWG_P("transients", "Transients", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 0, 50, BOTH,
           "How much of what a hit needs is also taken off what follows it, so that hits stand out as before; costs "
           "loudness."),
    DAWG_P("target_lufs", "Target", DAWG_LUFS, DAWG_LIN, -36, -5, -14, 0, 0,
           "Integrated loudness that the meter Suggested Drive aims at; the sound stays as it is."),
    DAWG_P_BOOL(
        "unity_gain", "Unity Gain", 0, DAWG_AUTOMATABLE,
        "For listening: takes a drive above 0 dB off again, so that what is heard is the limiting, not the level."),
    DAWG_P_BOOL("delta", "Delta", 0, DAWG_AUTOMATABLE,
                "For listening: what the limiter takes off, instead of what it leaves; cut at the ceiling."),
    DAWG_P_ENUM("dither", "Dither", 0, 0,
                "Rounds the output to whole steps of this many bits, with triangular noise: for a file of that depth.",
                "Off", "16 bit", "20 bit", "24 bit"),
};
DAWG_PARAM_TABLE(params, N_PARAMS);

static const dawg_meter meters[] = {
    DAWG_M("gain_reduction_db", "Gain Reduction", DAWG_DB, 0), /* >= 0: the deepest of the last control period */
    DAWG_M("input_peak_db", "Input Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB), /* before input_db */
    /* of the limited sound, whatever is listened to */
    DAWG_M("output_peak_db", "Output Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
    DAWG_M("true_peak_dbtp", "True Peak", DAWG_DBTP, DAWG_PEAK_SILENCE_DB),
    DAWG_M("momentary_lufs", "Momentary", DAWG_LUFS, (float)DAWG_LOUDNESS_NONE),
    DAWG_M("short_term_lufs", "Short-term", DAWG_LUFS, (float)DAWG_LOUDNESS_NONE),
    DAWG_M("integrated_lufs", "Integrated", DAWG_LUFS, (float)DAWG_LOUDNESS_NONE), /* at the present drive */
    DAWG_M("suggested_drive_db", "Suggested Drive", DAWG_DB, 0), /* for input_db, to reach target_lufs */
};
DAWG_PARAM_TABLE(meters, N_METERS);

/* In the order of the labels. tests/plugins/test_limiter_styles.py holds what sets them apart. */
static const dawg_limit_style styles[] = {
    {.release = 1.0, .rise = 2.0, .fall = 4.0, .share = 1.0, .body = 0.0},
    {.release = 1.0, .rise = 2.0, .fall = 4.0, .share = 1.0, .body = 0.75},
    {.release = 0.4, .rise = 2.0, .fall = 2.0, .share = 0.6, .body = 0.0},
    {.release = 0.15, .rise = 6.0, .fall = 6.0, .share = 1.0, .body = 0.0},
};
static const uint32_t dither_bits[] = {0, 16, 20, 24};

#if !defined(DAWG_LEAN)
static const dawg_preset presets[] = {
    DAWG_PRESET("streaming_safe", "Streaming Safe",
                "At most -1 dBTP, as Spotify, Apple Music and YouTube ask; what stays under it passes bit for bit.",
                {RELEASE_MS, 200}),
    DAWG_PRESET("loud_streaming", "Loud Streaming",
                "4 dB of drive, at most -2 dBTP, as Spotify asks of masters louder than -14 LUFS: 3 to 4 LU louder.",
                {INPUT_DB, 4}, {CEILING_DB, -2}, {RELEASE_MS, 60}),
    DAWG_PRESET("mastering", "Mastering",
                "3 dB of drive, at most -0.3 dBTP: 2.5 to 3 LU louder; suggests the drive for -9 LUFS.", {INPUT_DB, 3},
                {CEILING_DB, -0.3f}, {RELEASE_MS, 150}, {TARGET_LUFS, -9}),
    DAWG_PRESET("transparent", "Transparent",
                "Takes 6 dB off a 50 Hz tone with less than 0.01 % of distortion; at most -1 dBTP.", {LOOKAHEAD_MS, 10},
                {RELEASE_MS, 300}),
    DAWG_PRESET("broadcast", "Broadcast",
                "At most -2 dBTP (ATSC A/85); level changes within 0.5 LU; suggests the drive for -24 LUFS.",
                {CEILING_DB, -2}, {LOOKAHEAD_MS, 8}, {RELEASE_MS, 500}, {TARGET_LUFS, -24}),
    DAWG_PRESET("drum_bus", "Drum Bus", "4 dB of drive, gain back 63 % within 40 ms after a hit; at most -1 dBTP.",
                {INPUT_DB, 4}, {LOOKAHEAD_MS, 1.5f}, {RELEASE_MS, 25}),
    DAWG_PRESET("live", "Live", "0.96 ms late at 48 kHz, at most -1 dBTP.", {LOOKAHEAD_MS, 0.5f}, {RELEASE_MS, 80}),
    DAWG_PRESET("spotify", "Spotify", "At most -1 dBTP; suggests the drive for -14 LUFS.", {RELEASE_MS, 150}),
    DAWG_PRESET("youtube", "YouTube", "At most -1 dBTP; suggests the drive for -14 LUFS.", {RELEASE_MS, 120}),
    DAWG_PRESET("apple_music", "Apple Music", "At most -1 dBTP; suggests the drive for -16 LUFS.", {RELEASE_MS, 150},
                {TARGET_LUFS, -16}),
    DAWG_PRESET("ebu_r128", "EBU R 128", "At most -1 dBTP; suggests the drive for -23 LUFS.", {RELEASE_MS, 300},
                {TARGET_LUFS, -23}),
    DAWG_PRESET("punchy", "Punchy",
                "6 dB of drive; a song keeps at least 1 dB more of its crest than at the defaults; at most -1 dBTP.",
                {INPUT_DB, 6}, {STYLE, 1}, {TRANSIENTS, 0.4f}),
    DAWG_PRESET("wall", "Wall", "9 dB of drive, gain back 63 % within 20 ms: as loud as it gets; at most -1 dBTP.",
                {INPUT_DB, 9}, {STYLE, 3}, {LOOKAHEAD_MS, 3}),
    DAWG_PRESET("cd_master", "CD Master",
                "2 dB of drive, at most -0.3 dBTP, whole 16-bit steps with dither: a noise floor of -96 dBFS.",
                {INPUT_DB, 2}, {CEILING_DB, -0.3f}, {RELEASE_MS, 200}, {TARGET_LUFS, -11}, {DITHER, 1}),
};
#endif

#endif
