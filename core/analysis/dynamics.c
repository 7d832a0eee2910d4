/* SPDX-License-Identifier: MIT
 * dynamics.c - see dynamics.h. */
#include "dynamics.h"
#include <string.h>

#define BANDS DAWG_DYNAMICS_BANDS
#define BLOCKS DAWG_DYNAMICS_BLOCKS
#define BLOCKS_PER_S 10.0
#define GATED 4u       /* blocks of 100 ms in one of 400 ms */
#define SHORT_TERM 30u /* in 3 s */
#define SILENCE 1e-12  /* mean square of both channels */
#define CHUNK 64u

static const double part_hz[BANDS - 1] = {150.0, 1000.0, 5000.0};

static uint64_t end_of(const dawg_dynamics *d, uint64_t block)
{
    return (uint64_t)((double)(block + 1u) * d->rate / BLOCKS_PER_S + 0.5);
}

/* Two outputs of one section, 1 / (s^2 + sqrt(2) s + 1) and s^2 / (...): the bilinear transform is warped towards the
 * top, which the highest sections of low rates show; no band's edge is moved by it. */
void dawg_dynamics_init(dawg_dynamics *d, double rate)
{
    dawg_k_weighting k;
    memset(d, 0, sizeof *d);
    d->rate = rate;
    dawg_k_weighting_design(&k, rate);
    const dawg_svf weighting[2] = {dawg_svf_from_biquad(&k.shelf), dawg_svf_from_biquad(&k.high_pass)};
    for (uint32_t i = 0; i < 2; ++i) d->weighting[i] = dawg_svf_ready(&weighting[i]);
    for (; d->parts < BANDS - 1 && part_hz[d->parts] < 0.45 * rate; ++d->parts) {
        const double g = dawg_tan_d(DAWG_PI * part_hz[d->parts] / rate), damping = 1.4142135623730951;
        d->high[d->parts] = dawg_svf_ready(&(dawg_svf){.g = g, .k = damping, .hp = 1.0});
    }
    dawg_dynamics_reset(d);
}

void dawg_dynamics_reset(dawg_dynamics *d)
{
    d->frame = d->block = 0;
    d->block_end = end_of(d, 0);
    memset(d->weighted, 0, sizeof d->weighted);
    memset(d->state, 0, sizeof d->state);
    memset(&d->loud, 0, sizeof d->loud);
    memset(d->now, 0, sizeof d->now);
    memset(d->ring, 0, sizeof d->ring);
}

static inline dawg_d2 larger(dawg_d2 a, dawg_d2 b)
{
    typedef int64_t bits __attribute__((vector_size(16)));
    const bits more = a > b;
    return (dawg_d2)(((bits)a & more) | ((bits)b & ~more));
}

/* x is spoilt. */
static void weigh(dawg_dynamics *d, dawg_d2 *x, uint32_t n)
{
    const dawg_svf_run *const c[2] = {&d->weighting[0], &d->weighting[1]};
    dawg_svf_state *const s[2] = {&d->weighted[0], &d->weighted[1]};
    dawg_d2 sum = d->loud;
    dawg_svf_series(c, s, 2, x, n);
    for (uint32_t i = 0; i < n; ++i) sum += x[i] * x[i];
    d->loud = sum;
}

/* Sums go on from sample to sample: they do not depend on chunks. */
static inline void add(dawg_dynamics_gauge *g, dawg_d2 x)
{
    const dawg_d2 square = x * x;
    g->energy += square;
    g->peak = larger(g->peak, square);
}

/* Gauges what lies below the part, which is the mean of the second integrator's charges before and after (svf.h); x
 * becomes what lies above. */
static void part(dawg_dynamics *d, uint32_t i, dawg_d2 *x, uint32_t n)
{
    const dawg_svf_run high = d->high[i];
    dawg_svf_state s = d->state[i];
    dawg_dynamics_gauge low = d->now[i];
    for (uint32_t t = 0; t < n; ++t) {
        const dawg_d2 before = s.s2;
        x[t] = dawg_svf_tick(&high, &s, x[t]);
        add(&low, 0.5 * (before + s.s2));
    }
    d->state[i] = s;
    d->now[i] = low;
}

static void end_block(dawg_dynamics *d)
{
    dawg_dynamics_block *b = &d->ring[d->block % BLOCKS];
    b->loud = d->loud[0] + d->loud[1];
    for (uint32_t i = 0; i < BANDS; ++i) {
        b->energy[i] = d->now[i].energy[0] + d->now[i].energy[1];
        b->peak[i] = dawg_max_d(d->now[i].peak[0], d->now[i].peak[1]);
    }
    b->frames = (uint32_t)(d->frame - (d->block ? end_of(d, d->block - 1u) : 0));
    memset(&d->loud, 0, sizeof d->loud);
    memset(d->now, 0, sizeof d->now);
    for (uint32_t i = 0; i < 2; ++i) dawg_svf_flush(&d->weighted[i]);
    for (uint32_t i = 0; i < d->parts; ++i) dawg_svf_flush(&d->state[i]);
    ++d->block;
    d->block_end = end_of(d, d->block);
}

void dawg_dynamics_process(dawg_dynamics *d, const float *left, const float *right, uint32_t n)
{
    dawg_d2 x[CHUNK], weighted[CHUNK];
    for (uint32_t done = 0, m; done < n; done += m) {
        const uint64_t missing = d->block_end - d->frame;
        m = n - done < CHUNK ? n - done : CHUNK;
        if (m > missing) m = (uint32_t)missing;
        for (uint32_t i = 0; i < m; ++i)
            x[i] = weighted[i] = (dawg_d2){(double)left[done + i], (double)right[done + i]};
        weigh(d, weighted, m);
        for (uint32_t i = 0; i < d->parts; ++i) part(d, i, x, m);
        dawg_dynamics_gauge top = d->now[d->parts];
        for (uint32_t i = 0; i < m; ++i) add(&top, x[i]);
        d->now[d->parts] = top;
        d->frame += m;
        if (d->frame == d->block_end) end_block(d);
    }
}

/* ---- readings --------------------------------------------------------------------------------------------------- */

/* K-weighted mean square of `n` blocks from `first` on. */
static double loud_of(const dawg_dynamics *d, uint64_t first, uint64_t n)
{
    double sum = 0.0, frames = 0.0;
    for (uint64_t b = first; b < first + n; ++b) {
        sum += d->ring[b % BLOCKS].loud;
        frames += (double)d->ring[b % BLOCKS].frames;
    }
    return frames > 0.0 ? sum / frames : 0.0;
}

/* Counts all windows of n blocks that lie in the ring. */
static void gather(dawg_dynamics *d, uint64_t n)
{
    const uint64_t first = d->block > BLOCKS ? d->block - BLOCKS : 0;
    memset(&d->gate, 0, sizeof d->gate);
    for (uint64_t b = first; b + n <= d->block; ++b) dawg_loudness_count(&d->gate, loud_of(d, b, n));
}

static double crest(const dawg_dynamics *d, uint32_t band)
{
    const uint64_t n = d->block < BLOCKS ? d->block : BLOCKS;
    double energy = 0.0, peak = 0.0, frames = 0.0;
    for (uint64_t b = d->block - n; b < d->block; ++b) {
        const dawg_dynamics_block *one = &d->ring[b % BLOCKS];
        energy += one->energy[band];
        peak = dawg_max_d(peak, one->peak[band]);
        frames += (double)one->frames;
    }
    const double mean = frames > 0.0 ? energy / (2.0 * frames) : 0.0;
    return mean > SILENCE ? 0.5 * dawg_gain_to_db_d(peak / mean) : 0.0;
}

void dawg_dynamics_read(dawg_dynamics *d, dawg_dynamics_report *report)
{
    const uint64_t n = d->block < SHORT_TERM ? d->block : SHORT_TERM;
    gather(d, GATED);
    report->integrated_lufs = dawg_loudness_gated(&d->gate);
    report->short_term_lufs = dawg_loudness_lufs(loud_of(d, d->block - n, n));
    gather(d, SHORT_TERM);
    report->range_lu = dawg_max_d(dawg_loudness_spread(&d->gate), 0.0);
    for (uint32_t i = 0; i < BANDS; ++i) report->crest_db[i] = crest(d, i);
}
