/* SPDX-License-Identifier: MIT
 * ducking_delay_tables.h - parameters, meters and presets of ducking_delay.c. */
#ifndef DAWG_DUCKING_DELAY_TABLES_H
#define DAWG_DUCKING_DELAY_TABLES_H
#include "dsp/peak_meter.h"
#include "dsp/tempo.h"
#include "plugin.h"

enum {
    TIME_MS,
    SYNC,
    FEEDBACK,
    MIX,
    THRESHOLD_DB,
    KNEE_DB,
    RANGE_DB,
    ATTACK_MS,
    HOLD_MS,
    RELEASE_MS,
    SIDECHAIN,
    LOW_CUT_HZ,
    HIGH_CUT_HZ,
    MODULATION,
    RATE_HZ,
    STEREO_PHASE,
    WIDTH,
    SMART_DUCKING,
    ADAPTIVE_RELEASE,
    ANTI_RUNAWAY,
    N_PARAMS
};
enum {
    GAIN_REDUCTION_DB,
    INPUT_PEAK_DB,
    OUTPUT_PEAK_DB,
    DELAY_MS,
    VOICE,
    ADAPTED_RELEASE_MS,
    RUNAWAY_CUT_DB,
    N_METERS
};

#define HAND DAWG_AUTOMATABLE
#define BOTH (DAWG_AUTOMATABLE | DAWG_ML_TARGET)

static const dawg_param params[] = {
    DAWG_P("time_ms", "Time", DAWG_MS, DAWG_LOG, 1, 2000, 375, 0, BOTH,
           "Time between echoes, to the nearest sample; a change cross-fades in 40 ms without bending the pitch."),
    DAWG_P_ENUM("sync", "Sync", 0, BOTH, "Note length at the song's tempo that replaces the time; T triplet, D dotted.",
                DAWG_NOTES),
    DAWG_P("feedback", "Feedback", DAWG_NO_UNIT, DAWG_LIN, 0, 1.1f, 0.35f, 50, BOTH,
           "Level of each echo relative to the one before; above 1 they grow until the loop's limiter holds them."),
    DAWG_P("mix", "Mix", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 0.3f, 50, BOTH,
           "From the input alone (0, exactly) to echoes alone (1), at equal power."),
    DAWG_P("threshold_db", "Threshold", DAWG_DB, DAWG_LIN, -60, 0, -20, 100, BOTH,
           "Peak level of the key from which the echoes are ducked by the whole range."),
    DAWG_P("knee_db", "Knee", DAWG_DB, DAWG_LIN, 0, 24, 6, 100, BOTH, "How far below the threshold ducking begins."),
    DAWG_P("range_db", "Range", DAWG_DB, DAWG_LIN, 0, 60, 12, 100, BOTH, "How far the echoes go down."),
    DAWG_P("attack_ms", "Attack", DAWG_MS, DAWG_LOG, 1, 100, 10, 100, BOTH,
           "Time in which ducking covers 63 % of its depth in dB."),
    DAWG_P("hold_ms", "Hold", DAWG_MS, DAWG_LIN, 0, 500, 20, 100, BOTH,
           "How long the echoes stay down after the key has fallen; bridges syllables."),
    DAWG_P("release_ms", "Release", DAWG_MS, DAWG_LOG, 10, 1000, 200, 100, BOTH,
           "Time in which 63 % of the ducking is gone in dB; not shorter than the attack."),
    DAWG_P_BOOL("sidechain", "Sidechain", 1, HAND,
                "On: the key input drives the ducking when something is connected to it. Off: the input does, always."),
    DAWG_P("low_cut_hz", "Low Cut", DAWG_HZ, DAWG_LOG, 20, 1000, 100, 50, BOTH | DAWG_MIN_IS_OFF,
           "High-pass in the loop, 12 dB per octave, -3 dB here on the first echo; off at the minimum."),
    DAWG_P("high_cut_hz", "High Cut", DAWG_HZ, DAWG_LOG, 1000, 20000, 10000, 50, BOTH | DAWG_MAX_IS_OFF,
           "Low-pass in the loop, 12 dB per octave, -3 dB here on the first echo; off at the maximum."),
    DAWG_P("modulation", "Modulation", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 0.05f, 100, BOTH,
           "Peak deviation of the time, 5 ms at 1, though at most a quarter of it; at 0 echoes are exact copies."),
    DAWG_P("rate_hz", "Rate", DAWG_HZ, DAWG_LOG, 0.05f, 5, 0.3f, 100, BOTH, "Rate of the modulation, a sine."),
    DAWG_P("stereo_phase", "Stereo Phase", DAWG_DEGREES, DAWG_LIN, 0, 180, 90, 100, BOTH,
           "Lead of the right channel's modulation over the left one's."),
    DAWG_P("width", "Width", DAWG_NO_UNIT, DAWG_LIN, 0, 2, 1, 50, BOTH,
           "Side level of the echoes: 0 mono, 1 as they are, 2 doubled."),
    DAWG_P_BOOL("smart_ducking", "Smart Ducking", 0, BOTH,
                "While a voice is heard in the key the threshold is up to 6 dB lower; nothing else lowers it."),
    DAWG_P_BOOL(
        "adaptive_release", "Adaptive Release", 0, BOTH,
        "Release x0.5 for a key that seldom sounds, x1 when it does half of the time, x1.5 when nearly always."),
    DAWG_P_BOOL(
        "anti_runaway", "Anti-Runaway", 0, BOTH,
        "A band whose echoes pile up over 5 dB higher than feedback and input explain is turned down; from 50 ms on."),
};
DAWG_PARAM_TABLE(params, N_PARAMS);

static const dawg_meter meters[] = {
    DAWG_M("gain_reduction_db", "Ducking", DAWG_DB, 0), /* >= 0: at the end of the last control period */
    DAWG_M("input_peak_db", "Input Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
    DAWG_M("output_peak_db", "Output Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
    DAWG_M("delay_ms", "Delay", DAWG_MS, 0),   /* the time that sounds, or is being faded to */
    DAWG_M("voice", "Voice", DAWG_NO_UNIT, 0), /* 0..1, while smart ducking listens */
    DAWG_M("adapted_release_ms", "Adapted Release", DAWG_MS, 0),
    DAWG_M("runaway_cut_db", "Runaway Cut", DAWG_DB, 0), /* >= 0: the most that a band is turned down */
};
DAWG_PARAM_TABLE(meters, N_METERS);

/* ---- presets ---------------------------------------------------------------------------------------------------- */
#if !defined(DAWG_LEAN)
/* tests/plugins/ducking_delay.toml holds each promise as numbers. */
static const dawg_preset presets[] = {
    DAWG_PRESET(
        "vocal_clarity", "Vocal Clarity",
        "Echoes at 375 ms lie 14 dB lower under a voice at -20 dBFS or louder and are back 0.3 s after it (63 %); "
        "nothing below 200 Hz or above 7 kHz; loudness within 1 LU.",
        {MIX, 0.25f}, {THRESHOLD_DB, -26}, {RANGE_DB, 14}, {HOLD_MS, 60}, {RELEASE_MS, 240}, {LOW_CUT_HZ, 200},
        {HIGH_CUT_HZ, 7000}),
    DAWG_PRESET(
        "broadcast_voice", "Broadcast Voice",
        "Short echoes at 250 ms, 12 dB apart, that go 20 dB down within 15 ms of a word at -24 dBFS and stay down "
        "for 0.15 s of pause; loudness within 1 LU.",
        {TIME_MS, 250}, {FEEDBACK, 0.25f}, {MIX, 0.25f}, {THRESHOLD_DB, -30}, {RANGE_DB, 20}, {ATTACK_MS, 5},
        {HOLD_MS, 150}, {RELEASE_MS, 150}, {LOW_CUT_HZ, 180}, {HIGH_CUT_HZ, 6000}),
    DAWG_PRESET("subtle_duck", "Subtle Duck",
                "Echoes only 4.5 dB lower while playing, in a soft 18 dB knee: 1.1 dB at -21 dBFS, all of it from "
                "-12 dBFS; loudness within 1 LU.",
                {FEEDBACK, 0.4f}, {MIX, 0.25f}, {THRESHOLD_DB, -12}, {KNEE_DB, 18}, {RANGE_DB, 4.5f}, {ATTACK_MS, 20},
                {RELEASE_MS, 300}),
    DAWG_PRESET("dotted_eighth", "Dotted Eighth",
                "Three sixteenths at any tempo: 450 ms at 100 bpm, each echo 6 dB under the last, 9 dB lower while "
                "playing; loudness within 1 LU.",
                {SYNC, DAWG_NOTE_8D}, {FEEDBACK, 0.5f}, {MIX, 0.25f}, {RANGE_DB, 9}, {LOW_CUT_HZ, 150}),
    DAWG_PRESET(
        "dub", "Dub",
        "Quarter notes, 600 ms at 100 bpm, that take 10 s to fall by 30 dB and lose treble above 2.5 kHz and bass "
        "below 250 Hz on every turn; up to 2 LU softer.",
        {SYNC, DAWG_NOTE_4}, {FEEDBACK, 0.85f}, {MIX, 0.4f}, {RANGE_DB, 6}, {LOW_CUT_HZ, 250}, {HIGH_CUT_HZ, 2500},
        {MODULATION, 0.25f}, {RATE_HZ, 0.6f}),
    DAWG_PRESET("kick_gate", "Kick Gate",
                "For a kick drum on the key input: eighth notes vanish, 60 dB down, 5 ms after each hit and swell back "
                "in 90 ms (63 %); loudness within 1 LU.",
                {SYNC, DAWG_NOTE_8}, {FEEDBACK, 0.6f}, {MIX, 0.25f}, {THRESHOLD_DB, -24}, {KNEE_DB, 3}, {RANGE_DB, 60},
                {ATTACK_MS, 1}, {RELEASE_MS, 90}),
    DAWG_PRESET("wide_slap", "Wide Slap",
                "One slap at 110 ms, 20 dB over the next, whose sides are doubled and whose channels drift apart by up "
                "to 2 ms; loudness within 1 LU.",
                {TIME_MS, 110}, {FEEDBACK, 0.1f}, {MIX, 0.25f}, {RANGE_DB, 8}, {MODULATION, 0.2f}, {RATE_HZ, 0.5f},
                {STEREO_PHASE, 180}, {WIDTH, 2}),
    DAWG_PRESET(
        "smart_vocal", "Smart Vocal",
        "As Vocal Clarity, but 6 dB earlier for a voice alone: with crests of -32 dBFS it has the echoes 6 dB lower, a "
        "tone of that level leaves them; 63 % are back 360 ms after dense talk, 120 ms after a lone word; loudness "
        "within 1 LU.",
        {MIX, 0.25f}, {THRESHOLD_DB, -26}, {RANGE_DB, 14}, {HOLD_MS, 60}, {RELEASE_MS, 240}, {LOW_CUT_HZ, 200},
        {HIGH_CUT_HZ, 7000}, {SMART_DUCKING, 1}, {ADAPTIVE_RELEASE, 1}),
    DAWG_PRESET(
        "smart_broadcast", "Smart Broadcast",
        "As Broadcast Voice, but 6 dB earlier for a voice alone: with crests of -36 dBFS it has the echoes 9 dB lower, "
        "a tone of that level leaves them; loudness within 1 LU.",
        {TIME_MS, 250}, {FEEDBACK, 0.25f}, {MIX, 0.25f}, {THRESHOLD_DB, -30}, {RANGE_DB, 20}, {ATTACK_MS, 5},
        {HOLD_MS, 150}, {RELEASE_MS, 150}, {LOW_CUT_HZ, 180}, {HIGH_CUT_HZ, 6000}, {SMART_DUCKING, 1}),
    DAWG_PRESET(
        "endless_dub", "Endless Dub",
        "Quarter notes, 600 ms at 100 bpm, that lose 0.4 dB a turn; a note of 1 kHz, which fits that time, piles up to "
        "4 dB over the other echoes, not 12; loudness within 1 LU.",
        {SYNC, DAWG_NOTE_4}, {FEEDBACK, 0.95f}, {MIX, 0.25f}, {RANGE_DB, 9}, {LOW_CUT_HZ, 150}, {HIGH_CUT_HZ, 6000},
        {MODULATION, 0}, {ANTI_RUNAWAY, 1}),
};
#endif

#endif
