/* SPDX-License-Identifier: MIT
 * events.c - see events.h. */
#include "events.h"
#include <string.h>

int dawg_events_add(dawg_events *q, const dawg_event *e)
{
    if (q->n == DAWG_EVENTS_MAX) return 0;
    uint32_t i = q->n++;
    for (; i > 0 && q->at[i - 1].frame > e->frame; --i) q->at[i] = q->at[i - 1];
    q->at[i] = *e;
    return 1;
}

uint32_t dawg_events_due(const dawg_events *q, uint64_t frame)
{
    uint32_t due = 0;
    while (due < q->n && q->at[due].frame <= frame) ++due;
    return due;
}

int dawg_events_move(const dawg_events *q, uint64_t frame, uint32_t param)
{
    for (uint32_t i = 0; i < q->n && q->at[i].frame <= frame; ++i)
        if (q->at[i].param == param) return 1;
    return 0;
}

void dawg_events_apply(const dawg_events *q, uint64_t frame, float *values)
{
    for (uint32_t i = 0; i < q->n && q->at[i].frame <= frame; ++i) values[q->at[i].param] = q->at[i].value;
}

void dawg_events_drop(dawg_events *q, uint32_t n)
{
    q->n -= n;
    if (n) memmove(q->at, q->at + n, sizeof *q->at * q->n);
}
