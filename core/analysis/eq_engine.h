/* SPDX-License-Identifier: MIT
 * eq_engine.h - listens for what an equalizer could do about a sound: spectrum in bands, tonal balance, tilt, and
 * problems with the bell that would mend each (problems.h has their formulas).
 *
 *     frames -> ring -> Hann window, FFT -> bin powers -> last 3 s, and all since reset -> bands -> detectors -> report
 *
 * A window is the shortest power of two that is no shorter in time than 8192 points at 48 kHz (171 ms; 8192 at 44.1 and
 * 48 kHz, 16384 at 96 kHz), its hop a quarter. Windows lie at multiples of the hop from the first frame after reset, and
 * an unfinished window at the end is not counted: results depend on the frames heard, never on their chunks.
 *
 * Levels: bin powers are mean squares, sum |X|^2 2 / (n sum w^2), so that the bins of a window add up to the mean square
 * of what it saw; both channels' are added. 0 dB is a full-scale sine in both channels: 10 log10(left^2 + right^2).
 *
 * For the audio thread: process() copies, work() does one bounded slice, recent() reads what is ready. Called
 * once per 128 frames or more often, work() keeps up at every rate from 8 kHz. */
#ifndef DAWG_EQ_ENGINE_H
#define DAWG_EQ_ENGINE_H
#include "band_map.h"
#include <stddef.h>
#include <stdint.h>

#define DAWG_EQ_NONE (-200.0) /* dB: silence, or above rate / 2; no reading is lower */
#define DAWG_EQ_PROBLEMS 16u

typedef enum {
    DAWG_RESONANCE,
    DAWG_MUD,       /* 200 .. 500 Hz */
    DAWG_BOXINESS,  /* 400 .. 800 Hz */
    DAWG_HARSHNESS, /* 2 .. 5 kHz */
    DAWG_SIBILANCE, /* 5 .. 10 kHz, in bursts */
    DAWG_PROBLEM_TYPES
} dawg_problem_type;

/* frequency_hz, gain_db and q are the bell that mends it (analog bell, Q as in dsp/eq_design.h; gain_db < 0). */
typedef struct dawg_problem {
    dawg_problem_type type;
    double frequency_hz, gain_db, q;
    double excess_db;            /* above its surroundings, > 0 */
    double severity, confidence; /* 0..1 */
} dawg_problem;

typedef struct dawg_eq_report {
    uint64_t windows; /* heard; 0: nothing is known yet */
    double level_db;  /* of the whole spectrum, 20 Hz .. 20 kHz */
    double bands_db[DAWG_LOG_BANDS];
    double balance_db[DAWG_BALANCE_BANDS];
    double tilt_db_per_octave; /* of the power density: white noise 0, pink noise -3.01; 0 while level_db is NONE */
    uint32_t problem_count;    /* the most severe first */
    dawg_problem problems[DAWG_EQ_PROBLEMS];
} dawg_eq_report;

typedef enum { DAWG_EQ_RECENT /* the last 3 s */, DAWG_EQ_TOTAL /* since reset */ } dawg_eq_view;

typedef struct dawg_eq_engine dawg_eq_engine;

/* Bytes for a rate of 8 .. 192 kHz: 0.8 MB at 48 kHz, 1.8 MB at most. 0: another rate. */
size_t dawg_eq_engine_size(double rate);
/* mem: 16-byte aligned, kept by the caller, not to be moved. NULL: too small or misaligned. Sensitivity 0.5, not strict. */
dawg_eq_engine *dawg_eq_engine_init(void *mem, size_t size, double rate);
void dawg_eq_engine_reset(dawg_eq_engine *e); /* as if nothing had been heard; settings stay */

/* sensitivity 0..1: thresholds in dB are multiplied by 4^(0.5 - sensitivity), so 0.5 is as documented, 0 twice and 1 half
 * of it. strict: steady musical tones count as resonances, too. */
void dawg_eq_engine_set(dawg_eq_engine *e, double sensitivity, uint32_t strict);

/* Any n; the channels may be the same. What is no audio (dsp/guard.h) is heard as 0. Only copies, as long as work() was
 * called once per 32 frames; otherwise it does the slices that stand in the way itself. */
void dawg_eq_engine_process(dawg_eq_engine *e, const float *left, const float *right, uint32_t n);
/* One slice of what is pending. Returns whether there is more. */
int dawg_eq_engine_work(dawg_eq_engine *e);

/* The last finished report on the last 3 s (fewer at the start), renewed twice a second; no cost. Of problems it names
 * those that last (lasting.h). Valid until the next call that is not const; its contents depend on frames and calls of work() only. */
const dawg_eq_report *dawg_eq_engine_recent(const dawg_eq_engine *e);
/* Finishes pending slices, then reports: milliseconds, not for the audio thread. */
void dawg_eq_engine_read(dawg_eq_engine *e, dawg_eq_view view, dawg_eq_report *report);

/* The spectrum itself, for other band maps: points per window, and the mean power of both channels added (see above) in
 * bins 0 .. n/2 (0 above 24 kHz), of finished slices; the last 3 s end at a whole block of half a second. Returns windows averaged; 0: power is all 0. */
uint32_t dawg_eq_engine_points(const dawg_eq_engine *e);
uint64_t dawg_eq_engine_power(const dawg_eq_engine *e, dawg_eq_view view, double *power);

#endif
