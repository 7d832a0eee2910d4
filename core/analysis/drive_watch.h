/* SPDX-License-Identifier: MIT
 * drive_watch.h - how loud a driven limiter makes a programme, and the drive that would reach a target. It hears the
 * limited sound with the drive taken off again, so that what is integrated stays true, but for what limiting costs, when
 * the drive moves: the programme is not measured anew. At a drive that stands still the readings are those of the
 * limited sound (loudness.h), whose programme begins when its first sample comes out, so that the gates see the blocks of
 * the file it becomes. A transport that starts begins a
 * new programme, as do 30 s of digital silence. */
#ifndef DAWG_DRIVE_WATCH_H
#define DAWG_DRIVE_WATCH_H
#include "loudness_watch.h"

/* 220 kB: from the arena. */
typedef struct dawg_drive_watch {
    dawg_loudness_watch loudness;
    uint32_t playing; /* the transport was */
    uint32_t late;    /* frames until the first sample comes out */
} dawg_drive_watch;

typedef struct dawg_drive_reading {
    float momentary, short_term, integrated; /* LUFS at the present drive; DAWG_LOUDNESS_NONE */
    float suggested_db;                      /* the present drive while there is nothing integrated */
} dawg_drive_reading;

void dawg_drive_watch_reset(dawg_drive_watch *w, double rate);
/* After a reset: the first `frames` frames are no part of the programme. */
void dawg_drive_watch_skip(dawg_drive_watch *w, uint32_t frames);
/* drive: linear, of each frame. At most 32 frames. */
void dawg_drive_watch_process(dawg_drive_watch *w, const float *const limited[2], const float *drive, uint32_t n);
/* When a control period of 32 frames has ended. */
dawg_drive_reading dawg_drive_watch_end(dawg_drive_watch *w, float drive_db, float target_lufs, uint32_t playing);

#endif
