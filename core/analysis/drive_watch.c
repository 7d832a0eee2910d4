/* SPDX-License-Identifier: MIT
 * drive_watch.c - see drive_watch.h. */
#include "drive_watch.h"

#define FRAMES 32u

void dawg_drive_watch_reset(dawg_drive_watch *w, double rate)
{
    dawg_loudness_watch_reset(&w->loudness, rate, 1);
    w->playing = 1; /* a transport that runs from the start begins nothing */
    w->late = 0;
}

void dawg_drive_watch_skip(dawg_drive_watch *w, uint32_t frames) { w->late = frames; }

void dawg_drive_watch_process(dawg_drive_watch *w, const float *const limited[2], const float *drive, uint32_t n)
{
    float plain[2][FRAMES];
    const uint32_t from = w->late < n ? w->late : n;
    w->late -= from;
    for (uint32_t i = from; i < n; ++i) {
        const float g = 1.0f / drive[i];
        for (int c = 0; c < 2; ++c) plain[c][i] = limited[c][i] * g;
    }
    dawg_loudness_watch_process(&w->loudness, (const float *const[2]){plain[0] + from, plain[1] + from}, n - from);
}

static float driven(double plain, float drive_db)
{
    return plain > DAWG_LOUDNESS_NONE ? (float)(plain + (double)drive_db) : (float)DAWG_LOUDNESS_NONE;
}

dawg_drive_reading dawg_drive_watch_end(dawg_drive_watch *w, float drive_db, float target_lufs, uint32_t playing)
{
    dawg_loudness_watch *l = &w->loudness;
    if (playing && !w->playing) dawg_loudness_watch_forget(l);
    w->playing = playing;
    dawg_loudness_watch_work(l);
    return (dawg_drive_reading){
        .momentary = driven(l->momentary, drive_db),
        .short_term = driven(l->short_term, drive_db),
        .integrated = driven(l->integrated, drive_db),
        .suggested_db = l->integrated > DAWG_LOUDNESS_NONE ? (float)((double)target_lufs - l->integrated) : drive_db,
    };
}
