/* SPDX-License-Identifier: MIT
 * balance_meter.h - tonal balance of running sound for the audio thread: the energy of eight bands (band_map.h) over
 * the last ten seconds or so, in small slices of work.
 *
 *     frames -> ring -> Hann window -> one transform of left + i right, sliced -> powers -> bands -> mean
 *
 * Windows are 171 ms (8192 frames at 48 kHz), half overlapped. The mean forgets with a time constant of 10 s; windows
 * under -70 dB leave it alone, and after 30 s of digital silence it starts anew. Results depend on the frames heard,
 * never on their chunks. */
#ifndef DAWG_BALANCE_METER_H
#define DAWG_BALANCE_METER_H
#include "band_map.h"

#define DAWG_BALANCE_NONE (-200.0f) /* dB: nothing was heard; no reading is lower */

typedef struct dawg_balance_meter dawg_balance_meter;

size_t dawg_balance_meter_size(double rate); /* 170 kB at 48 kHz */
/* mem: 16-byte aligned, of that size, kept by the caller. rate: 8000..192000 Hz. */
dawg_balance_meter *dawg_balance_meter_init(void *mem, double rate);

/* Frames of one control period, any chunking; finite. Only copies. */
void dawg_balance_meter_process(dawg_balance_meter *m, const float *const in[2], uint32_t n);
/* One slice, when a control period of 32 frames has ended. Returns 1 when the reading has changed. */
int dawg_balance_meter_work(dawg_balance_meter *m);
/* Energy of each band, dB against the sum of all; of the last finished window. */
void dawg_balance_meter_read(const dawg_balance_meter *m, float db[DAWG_BALANCE_BANDS]);

#endif
