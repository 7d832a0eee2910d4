/* SPDX-License-Identifier: MIT
 * grid.h - how much the conformance suite runs. By default a fixed, thinned grid; with DAWG_TEST_FULL=1 in the
 * environment the whole one. Every test prints what it ran. */
#ifndef DAWG_TEST_GRID_H
#define DAWG_TEST_GRID_H
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static inline int grid_full(void)
{
    const char *v = getenv("DAWG_TEST_FULL");
    return v && *v && strcmp(v, "0") != 0;
}
/* The thin number by default, the full one when asked. */
static inline uint32_t grid(uint32_t thin, uint32_t full) { return grid_full() ? full : thin; }

/* Sound REQ E-8: every rate a browser or a file can have. */
static const float grid_rates[] = {8000, 11025, 16000, 22050, 32000, 44100, 48000, 88200, 96000, 176400, 192000};
enum { GRID_RATES = 11 };

/* Sound REQ E-1; 0 stands for random sizes. */
static const uint32_t grid_blocks[] = {1, 2, 7, 31, 37, 64, 128, 333, 441, 512, 1024, 4096, 0};
enum { GRID_BLOCKS = 13 };

/* Parameter sets per plugin: the first three are the defaults, all minima, all maxima; the rest are random. */
#define GRID_SETS grid(5, 24)
/* At 8 kHz an echo or a release is reached within few frames, so odd sets run there. */
static inline float grid_rate(uint32_t set) { return set & 1u ? 8000.0f : 48000.0f; }
/* Sets for the tests that render minutes of silence. */
#define GRID_SETS_LONG grid(3, 8)
/* Fuzzed blocks per plugin (E-13). */
#define GRID_FUZZ_BLOCKS grid(10000, 1000000)
/* Silence after which nothing may be left of a sound (E-5), seconds. */
#define GRID_SILENCE_S 120u
/* Tails beyond this are drawn again: -120 dB is 40 % of the way to the flush at -300 dB, and 120 s must do for all. */
#define GRID_TAIL_MAX_S 40.0

#endif
