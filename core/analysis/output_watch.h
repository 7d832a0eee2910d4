/* SPDX-License-Identifier: MIT
 * output_watch.h - what an engineer looks at who finishes a mix, made on the audio thread in slices of bounded work:
 * peaks, true peak, loudness (momentary, short-term, integrated) of the output and how it differs from the input's,
 * tonal balance. 30 s of digital silence begin a new programme (loudness_watch.h, balance_meter.h). */
#ifndef DAWG_OUTPUT_WATCH_H
#define DAWG_OUTPUT_WATCH_H
#include "balance_meter.h"
#include "loudness_watch.h"

typedef struct dawg_output_reading {
    float input_peak_db, output_peak_db, true_peak_dbtp;    /* fall by 20 dB per second; -200: silence */
    float momentary_lufs, short_term_lufs, integrated_lufs; /* DAWG_LOUDNESS_NONE: nothing yet */
    float change_lu;                                        /* short-term, output against input; 0: nothing yet */
    float balance_db[DAWG_BALANCE_BANDS];                   /* against the sum; DAWG_BALANCE_NONE: nothing yet */
} dawg_output_reading;

typedef struct dawg_output_watch dawg_output_watch;

size_t dawg_output_watch_size(double rate); /* 0.6 MB at 48 kHz, most of it histograms */
/* mem: 16-byte aligned, of that size, kept by the caller; period: frames of a control period. This is reset as well. */
dawg_output_watch *dawg_output_watch_init(void *mem, uint32_t period, double rate);

/* Frames of a control period, any chunking, finite; in: what went in, as late as the output is. */
void dawg_output_watch_process(dawg_output_watch *w, const float *const in[2], const float *const out[2], uint32_t n);
/* When the control period ends. */
const dawg_output_reading *dawg_output_watch_end(dawg_output_watch *w);

#endif
