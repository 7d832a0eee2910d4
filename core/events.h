/* SPDX-License-Identifier: MIT
 * events.h - moves of parameters that wait for their frame: a queue sorted by frame, those of one frame in the order in
 * which they came. */
#ifndef DAWG_EVENTS_H
#define DAWG_EVENTS_H
#include "runtime.h"

typedef struct dawg_event {
    uint64_t frame;
    float value; /* plain and legal */
    uint32_t param, ramp_frames;
} dawg_event;

typedef struct dawg_events {
    dawg_event *at; /* DAWG_EVENTS_MAX of them */
    uint32_t n;
} dawg_events;

/* 0: the queue is full. */
int dawg_events_add(dawg_events *q, const dawg_event *e);
/* How many are due at this frame: the first of the queue. */
uint32_t dawg_events_due(const dawg_events *q, uint64_t frame);
/* Whether one that is due moves this parameter. */
int dawg_events_move(const dawg_events *q, uint64_t frame, uint32_t param);
/* The values that hold once those that are due have moved theirs. */
void dawg_events_apply(const dawg_events *q, uint64_t frame, float *values);
/* Takes the first n away. */
void dawg_events_drop(dawg_events *q, uint32_t n);

#endif
