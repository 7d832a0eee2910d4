/* SPDX-License-Identifier: MIT
 * loudness_watch.c - see loudness_watch.h. */
#include "loudness_watch.h"
#include <string.h>

#define SLICE_BINS 900u   /* both passes take 20 periods: less than 100 ms at any rate */
#define SILENT_HOPS 3000u /* 30 s */
#define BLOCK_HOPS 10u    /* a gating block begins every 100 ms */
#define RELATIVE_GATE 0.1 /* -10 LU */
#define OFFSET_LUFS (-0.691)

enum { IDLE, ALL, GATED, FORGET_BLOCKS, FORGET_WINDOWS };

static double lufs(double power) { return power > 1e-20 ? OFFSET_LUFS + 0.5 * dawg_gain_to_db_d(power) : -200.0; }

void dawg_loudness_watch_reset(dawg_loudness_watch *w, double rate, uint32_t integrates)
{
    memset(w, 0, sizeof *w);
    w->integrates = integrates;
    dawg_loudness_init(&w->meter, rate, 2);
    w->integrated = w->momentary = w->short_term = DAWG_LOUDNESS_NONE;
}

void dawg_loudness_watch_process(dawg_loudness_watch *w, const float *const in[2], uint32_t n)
{
    dawg_loudness_process(&w->meter, in, n);
}

static void begin(dawg_loudness_watch *w, uint32_t stage, double gate)
{
    w->stage = stage;
    w->gate = gate;
    w->bin = 0;
    w->count = 0;
    w->sum = 0.0;
}

/* Goes on summing what is not below the gate; 1 when the last bin is in. */
static int gather(dawg_loudness_watch *w)
{
    const dawg_loudness_histogram *h = &w->meter.blocks;
    const uint32_t left = DAWG_LOUDNESS_BINS - w->bin, end = w->bin + (left < SLICE_BINS ? left : SLICE_BINS);
    for (; w->bin < end; ++w->bin) {
        if (h->power[w->bin] < w->gate * (double)h->count[w->bin]) continue;
        w->count += h->count[w->bin];
        w->sum += h->power[w->bin];
    }
    return end == DAWG_LOUDNESS_BINS;
}

static int forget(dawg_loudness_watch *w, dawg_loudness_histogram *h)
{
    const uint32_t left = DAWG_LOUDNESS_BINS - w->bin, end = w->bin + (left < SLICE_BINS ? left : SLICE_BINS);
    memset(h->power + w->bin, 0, sizeof(double) * (end - w->bin));
    memset(h->count + w->bin, 0, sizeof(uint32_t) * (end - w->bin));
    w->bin = end;
    return end == DAWG_LOUDNESS_BINS;
}

void dawg_loudness_watch_forget(dawg_loudness_watch *w)
{
    w->meter.momentary_max = w->meter.short_term_max = 0.0;
    w->integrated = DAWG_LOUDNESS_NONE;
    begin(w, FORGET_BLOCKS, 0.0);
}

static void look(dawg_loudness_watch *w)
{
    dawg_loudness *m = &w->meter;
    const double newest = m->hops[(m->hop + DAWG_LOUDNESS_HOPS - 1u) % DAWG_LOUDNESS_HOPS];
    const uint32_t was = w->silent;
    w->momentary = dawg_loudness_momentary(m);
    w->short_term = dawg_loudness_short_term(m);
    w->silent = newest > 0.0 ? 0u : was < SILENT_HOPS ? was + 1u : was;
    const int over = w->silent == SILENT_HOPS;
    if (over && was < SILENT_HOPS) dawg_loudness_watch_forget(w);
    else if (w->integrates && m->hop % BLOCK_HOPS == 0 && w->stage == IDLE && !over) begin(w, ALL, 0.0);
}

void dawg_loudness_watch_work(dawg_loudness_watch *w)
{
    if (w->meter.hop != w->seen) {
        w->seen = w->meter.hop;
        look(w);
    }
    switch (w->stage) {
    case ALL: {
        if (!gather(w)) return;
        const double gate = w->count ? RELATIVE_GATE * w->sum / (double)w->count : 0.0;
        begin(w, GATED, gate);
        return;
    }
    case GATED:
        if (!gather(w)) return;
        w->integrated = w->count ? lufs(w->sum / (double)w->count) : DAWG_LOUDNESS_NONE;
        begin(w, IDLE, 0.0);
        return;
    case FORGET_BLOCKS:
        if (forget(w, &w->meter.blocks)) begin(w, FORGET_WINDOWS, 0.0);
        return;
    case FORGET_WINDOWS:
        if (forget(w, &w->meter.windows)) begin(w, IDLE, 0.0);
        return;
    default: return;
    }
}
