/* SPDX-License-Identifier: MIT
 * source_listen.h - what source_guess.h hears: scalars of a sound's spectrum, pitch, onsets, level and width over the
 * last ten seconds of it. Frames of 56 ms every 20 ms, the same time at every rate; nothing depends on the level. */
#ifndef DAWG_SOURCE_LISTEN_H
#define DAWG_SOURCE_LISTEN_H
#include <stddef.h>
#include <stdint.h>

#define DAWG_SOURCE_FEATURES 34u

typedef struct dawg_source_listen dawg_source_listen;

size_t dawg_source_listen_size(float rate); /* 0: not 8000..192000 Hz */
dawg_source_listen *dawg_source_listen_init(void *mem, size_t size, float rate);
void dawg_source_listen_reset(dawg_source_listen *g);
void dawg_source_listen_process(dawg_source_listen *g, const float *left, const float *right, uint32_t n);

/* Seconds with sound since the reset: louder than -100 dBFS and than 40 dB below the loudest frame, which is forgotten by
 * 1 dB/s. Only they count, for all but rests and the rate of onsets. */
float dawg_source_listen_heard_s(const dawg_source_listen *g);
void dawg_source_listen_read(const dawg_source_listen *g, float features[DAWG_SOURCE_FEATURES]);
const char *dawg_source_listen_name(uint32_t feature); /* unit as suffix; "" beyond the last */

#endif
