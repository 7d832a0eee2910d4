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

/* Both outputs of one section, 1 / (s^2 + sqrt(2) s + 1) and s^2 / (...): the bilinear transform is warped towards the
 * top, which the highest sections of low rates show; no band's edge is moved by it. */
void dawg_dynamics_init(dawg_dynamics *d, double rate)
{
    memset(d, 0, sizeof *d);
    d->rate = rate;
    dawg_k_weighting_design(&d->weighting, rate);
    for (; d->parts < BANDS - 1 && part_hz[d->parts] < 0.45 * rate; ++d->parts) {
        const double g = dawg_tan_d(DAWG_PI * part_hz[d->parts] / rate), k = 1.4142135623730951;
        d->low[d->parts] = dawg_svf_ready(&(dawg_svf){.g = g, .k = k, .lp = 1.0});
        d->high[d->parts] = dawg_svf_ready(&(dawg_svf){.g = g, .k = k, .hp = 1.0});
    }
    dawg_dynamics_reset(d);
}

void dawg_dynamics_reset(dawg_dynamics *d)
{
    d->frame = d->block = 0;
    d->block_end = end_of(d, 0);
    memset(d->weighted, 0, sizeof d->weighted);
    memset(d->state, 0, sizeof d->state);
    memset(&d->now, 0, sizeof d->now);
    memset(d->ring, 0, sizeof d->ring);
}

static double louder(double a, dawg_d2 x) { return dawg_max_d(a, dawg_max_d(dawg_abs_d(x[0]), dawg_abs_d(x[1]))); }

static void weigh(dawg_dynamics *d, const float *in, uint32_t channel, uint32_t n)
{
    const dawg_k_weighting k = d->weighting;
    dawg_k_weighting_state s = d->weighted[channel];
    double sum = d->now.loud;
    for (uint32_t i = 0; i < n; ++i) {
        const double y = dawg_k_weighting_tick(&k, &s, (double)in[i]);
        sum += y * y;
    }
    d->weighted[channel] = s;
    d->now.loud = sum;
}

/* Peak and energy of band `band`. */
static void gauge(dawg_dynamics *d, uint32_t band, const dawg_d2 *x, uint32_t n)
{
    dawg_d2 sum = {0.0, 0.0};
    double peak = d->now.peak[band];
    for (uint32_t i = 0; i < n; ++i) {
        sum += x[i] * x[i];
        peak = louder(peak, x[i]);
    }
    d->now.energy[band] += sum[0] + sum[1];
    d->now.peak[band] = peak;
}

/* x becomes what lies above the part, low what lies below. */
static void part(dawg_dynamics *d, uint32_t i, dawg_d2 *x, dawg_d2 *low, uint32_t n)
{
    const dawg_svf_run up = d->high[i], down = d->low[i];
    dawg_svf_state s = d->state[i];
    for (uint32_t t = 0; t < n; ++t) {
        low[t] = down.d * x[t] + (down.c1 * s.s1 + down.c2 * s.s2);
        x[t] = dawg_svf_tick(&up, &s, x[t]);
    }
    d->state[i] = s;
}

static void end_block(dawg_dynamics *d)
{
    d->ring[d->block % BLOCKS] = d->now;
    memset(&d->now, 0, sizeof d->now);
    for (uint32_t c = 0; c < 2; ++c) dawg_k_weighting_flush(&d->weighted[c]);
    for (uint32_t i = 0; i < d->parts; ++i) dawg_svf_flush(&d->state[i]);
    ++d->block;
    d->block_end = end_of(d, d->block);
}

void dawg_dynamics_process(dawg_dynamics *d, const float *left, const float *right, uint32_t n)
{
    dawg_d2 x[CHUNK], low[CHUNK];
    for (uint32_t done = 0, m; done < n; done += m) {
        const uint64_t missing = d->block_end - d->frame;
        m = n - done < CHUNK ? n - done : CHUNK;
        if (m > missing) m = (uint32_t)missing;
        weigh(d, left + done, 0, m);
        weigh(d, right + done, 1, m);
        for (uint32_t i = 0; i < m; ++i) x[i] = (dawg_d2){(double)left[done + i], (double)right[done + i]};
        for (uint32_t i = 0; i < d->parts; ++i) {
            part(d, i, x, low, m);
            gauge(d, i, low, m);
        }
        gauge(d, d->parts, x, m);
        d->now.frames += m;
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
    return mean > SILENCE ? 0.5 * dawg_gain_to_db_d(peak * peak / mean) : 0.0;
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
