/* SPDX-License-Identifier: MIT
 * loudness.c - see loudness.h. Powers are K-weighted mean squares summed over channels with their weights; loudness is
 * -0.691 + 10 log10 of one (BS.1770-5 annex 1, equation 2). */
#include "loudness.h"

#define HOPS_PER_SECOND 100.0
#define MOMENTARY_HOPS 40u
#define BLOCK_STEP_HOPS 10u   /* gating blocks of 400 ms overlap by 75 % */
#define WINDOW_STEP_HOPS 100u /* short-term values for the range: one a second, as libebur128 takes them */
#define OFFSET_LUFS (-0.691)
#define GATE_LUFS (-70.0)
#define BINS_PER_LU 100.0
#define INTEGRATED_GATE 0.1 /* -10 LU */
#define RANGE_GATE 0.01     /* -20 LU */

static const double weights[DAWG_LOUDNESS_CHANNELS] = {1.0, 1.0, 1.0, 1.41, 1.41};

double dawg_loudness_lufs(double power)
{
    const double level = power > 1e-20 ? OFFSET_LUFS + 0.5 * dawg_gain_to_db_d(power) : DAWG_LOUDNESS_NONE;
    return dawg_max_d(level, DAWG_LOUDNESS_NONE);
}

/* The first frame after hop k - 1: exact on the average at rates that 10 ms does not divide. */
static uint64_t hop_start(const dawg_loudness *m, uint64_t k)
{
    return (uint64_t)(dawg_floor_d((double)k * m->rate / HOPS_PER_SECOND + 0.5));
}

/* ---- gated statistics ------------------------------------------------------------------------------------------- */

void dawg_loudness_count(dawg_loudness_histogram *h, double power)
{
    const double level = dawg_loudness_lufs(power);
    if (level < GATE_LUFS) return;
    const double bin = dawg_min_d((level - GATE_LUFS) * BINS_PER_LU, (double)(DAWG_LOUDNESS_BINS - 1u));
    h->power[(uint32_t)bin] += power;
    ++h->count[(uint32_t)bin];
}

/* Number and mean power of what is counted in bins from `first` on. */
static uint64_t gather(const dawg_loudness_histogram *h, uint32_t first, double *mean)
{
    uint64_t n = 0;
    double sum = 0.0;
    for (uint32_t i = first; i < DAWG_LOUDNESS_BINS; ++i) {
        n += h->count[i];
        sum += h->power[i];
    }
    *mean = n ? sum / (double)n : 0.0;
    return n;
}

/* The first bin whose mean power is not below `gate` times the mean of all: the relative gate. */
static uint32_t relative_gate(const dawg_loudness_histogram *h, double gate)
{
    double mean;
    uint32_t first = 0;
    if (gather(h, 0, &mean) == 0) return DAWG_LOUDNESS_BINS;
    while (h->power[first] < gate * mean * (double)h->count[first] || h->count[first] == 0) ++first;
    return first;
}

/* Loudness at a rank (from 0) among the bins from `first` on. */
static double at_rank(const dawg_loudness_histogram *h, uint32_t first, uint64_t rank)
{
    uint64_t below = h->count[first];
    while (below <= rank) below += h->count[++first];
    return dawg_loudness_lufs(h->power[first] / (double)h->count[first]);
}

double dawg_loudness_gated(const dawg_loudness_histogram *blocks)
{
    double mean;
    (void)gather(blocks, relative_gate(blocks, INTEGRATED_GATE), &mean);
    return dawg_loudness_lufs(mean);
}

/* From the 10th to the 95th percentile, nearest rank (Tech 3342 sections 3.1 and 5). */
double dawg_loudness_spread(const dawg_loudness_histogram *windows)
{
    double mean;
    const uint32_t first = relative_gate(windows, RANGE_GATE);
    const uint64_t n = gather(windows, first, &mean);
    if (n == 0) return DAWG_LOUDNESS_NONE;
    const uint64_t low = (uint64_t)((double)(n - 1u) * 0.10 + 0.5), high = (uint64_t)((double)(n - 1u) * 0.95 + 0.5);
    return at_rank(windows, first, high) - at_rank(windows, first, low);
}

/* ---- hops ------------------------------------------------------------------------------------------------------- */

/* Mean square over the last n hops. */
static double window(const dawg_loudness *m, uint32_t n)
{
    const uint64_t end = m->hop > n ? m->hop : n;
    double sum = 0.0;
    for (uint64_t k = m->hop > n ? m->hop - n : 0; k < m->hop; ++k) sum += m->hops[k % DAWG_LOUDNESS_HOPS];
    return sum / (double)(hop_start(m, end) - hop_start(m, end - n));
}

static void end_hop(dawg_loudness *m)
{
    double power = 0.0;
    for (uint32_t c = 0; c < m->channels; ++c) {
        power += weights[c] * m->hop_power[c];
        m->hop_power[c] = 0.0;
        dawg_k_weighting_flush(&m->state[c]);
    }
    m->hops[m->hop % DAWG_LOUDNESS_HOPS] = power;
    ++m->hop;
    m->hop_end = hop_start(m, m->hop + 1u);
    m->momentary = window(m, MOMENTARY_HOPS);
    m->short_term = window(m, DAWG_LOUDNESS_HOPS);
    m->momentary_max = dawg_max_d(m->momentary_max, m->momentary);
    m->short_term_max = dawg_max_d(m->short_term_max, m->short_term);
    if (m->hop >= MOMENTARY_HOPS && m->hop % BLOCK_STEP_HOPS == 0) dawg_loudness_count(&m->blocks, m->momentary);
    if (m->hop >= DAWG_LOUDNESS_HOPS && m->hop % WINDOW_STEP_HOPS == 0) dawg_loudness_count(&m->windows, m->short_term);
}

void dawg_loudness_init(dawg_loudness *m, double rate, uint32_t channels)
{
    m->rate = rate;
    m->channels = channels < DAWG_LOUDNESS_CHANNELS ? channels : DAWG_LOUDNESS_CHANNELS;
    dawg_k_weighting_design(&m->weighting, rate);
    dawg_loudness_reset(m);
}

void dawg_loudness_reset(dawg_loudness *m)
{
    const dawg_k_weighting weighting = m->weighting;
    const double rate = m->rate;
    const uint32_t channels = m->channels;
    memset(m, 0, sizeof *m);
    m->weighting = weighting;
    m->rate = rate;
    m->channels = channels;
    m->hop_end = hop_start(m, 1);
}

void dawg_loudness_process(dawg_loudness *m, const float *const *in, uint32_t n)
{
    const dawg_k_weighting k = m->weighting;
    for (uint32_t done = 0; done < n;) {
        const uint64_t left = m->hop_end - m->frame;
        const uint32_t end = n - done < left ? n : done + (uint32_t)left;
        for (uint32_t c = 0; c < m->channels; ++c) {
            dawg_k_weighting_state s = m->state[c];
            double power = m->hop_power[c];
            for (uint32_t i = done; i < end; ++i) {
                const double y = dawg_k_weighting_tick(&k, &s, (double)in[c][i]);
                power += y * y;
            }
            m->state[c] = s;
            m->hop_power[c] = power;
        }
        m->frame += end - done;
        done = end;
        if (m->frame == m->hop_end) end_hop(m);
    }
}

/* ---- readings --------------------------------------------------------------------------------------------------- */

double dawg_loudness_momentary(const dawg_loudness *m) { return dawg_loudness_lufs(m->momentary); }
double dawg_loudness_short_term(const dawg_loudness *m) { return dawg_loudness_lufs(m->short_term); }
double dawg_loudness_momentary_max(const dawg_loudness *m) { return dawg_loudness_lufs(m->momentary_max); }
double dawg_loudness_short_term_max(const dawg_loudness *m) { return dawg_loudness_lufs(m->short_term_max); }

double dawg_loudness_integrated(const dawg_loudness *m) { return dawg_loudness_gated(&m->blocks); }
double dawg_loudness_range(const dawg_loudness *m) { return dawg_loudness_spread(&m->windows); }
