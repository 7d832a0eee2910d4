/* SPDX-License-Identifier: MIT
 * eq_evidence.c - see eq_evidence.h. */
#include "eq_evidence.h"
#include "dsp/maths.h"
#include <string.h>

#define PAST 5u /* windows: now and four hops back */
#define NOISY_DB 5.0f
#define RESTLESS_DB 3.0f
#define SILENT_DB (-300.0f) /* the lowest level */
#define QUIETEST 1e-9       /* mean square */
#define HEARD 1e-4          /* of the loudest of late */
#define FADE_DB_PER_S 2.0   /* of the loudest of late */
#define BURST_DB 6.0        /* above the mean of late */
#define LATE_S 3.0
#define RING_FADE_DB_PER_S 30.0 /* of the ground of late */
#define RELIEF_POWER 0.4f       /* of the ground against that of late: weight of a window */
#define RELIEF_GROUND 0.5f      /* share of the ground that is taken off */
#define OCTAVE ((int)DAWG_GRID_PER_OCTAVE)

struct dawg_grid {
    uint32_t points;
    double hop_s, loudest, fade, forget, ratio_db, rate;
    uint64_t windows, heard;
    int in_burst;
    float past[PAST][DAWG_GRID];
    float ring_fade, late[DAWG_GRID]; /* dB per hop; dB: the highest ground of late, which fades */
    struct {
        uint32_t from, to;
    } around[DAWG_GRID];            /* bins for `noisy`: from .. to - 1 */
    uint32_t first[DAWG_GRID + 1u]; /* bin that is nearest to each point */
    dawg_band_map *cells, *parts;
};

static const double part_edges[] = {200, 5000, 5946.04, 7071.07, 8408.96, 10000}; /* body, quarters of 5 .. 10 kHz */
#define PART_COUNT 5u

#define ALIGN(bytes) (((bytes) + 15u) & ~(size_t)15u)

size_t dawg_grid_size(void)
{
    return ALIGN(sizeof(dawg_grid)) + dawg_band_map_size(DAWG_GRID) + dawg_band_map_size(PART_COUNT);
}

double dawg_grid_hz(double point) { return DAWG_GRID_HZ * dawg_pow_d(2.0, point / (double)DAWG_GRID_PER_OCTAVE); }

dawg_grid *dawg_grid_init(void *mem, size_t size, uint32_t n, double rate)
{
    if (!mem || ((uintptr_t)mem & 15u) || size < dawg_grid_size()) return NULL;
    dawg_grid *g = mem;
    unsigned char *at = (unsigned char *)mem + ALIGN(sizeof *g);
    memset(g, 0, sizeof *g);
    double edges[DAWG_GRID + 1];
    for (uint32_t i = 0; i <= DAWG_GRID; ++i) edges[i] = dawg_grid_hz((double)i - 0.5);
    while (g->points < DAWG_GRID && edges[g->points + 1u] <= 0.5 * rate) ++g->points;
    g->cells = dawg_band_map_init(at, dawg_band_map_size(DAWG_GRID), n, rate, edges, g->points);
    g->parts = dawg_band_map_init(at + dawg_band_map_size(DAWG_GRID), dawg_band_map_size(PART_COUNT), n, rate,
                                  part_edges, PART_COUNT);
    for (uint32_t i = 0; i < g->points; ++i) {
        const double bin = dawg_grid_hz((double)i) * (double)n / rate;
        const double half = dawg_max_d(3.0, bin * 0.0293022); /* 2^(1/24) - 1 */
        g->around[i].from = (uint32_t)dawg_max_d(1.0, dawg_floor_d(bin - half + 0.5));
        g->around[i].to = (uint32_t)dawg_min_d(0.5 * (double)n, dawg_floor_d(bin + half + 0.5) + 1.0);
    }
    for (uint32_t i = 1; i < g->points; ++i)
        g->first[i] = (uint32_t)(dawg_grid_hz((double)i - 0.5) * (double)n / rate) + 1u;
    g->first[g->points] = UINT32_MAX;
    g->rate = rate;
    g->hop_s = 0.25 * (double)n / rate;
    g->fade = dawg_db_to_gain_d(-2.0 * FADE_DB_PER_S * g->hop_s);
    g->ring_fade = (float)(RING_FADE_DB_PER_S * g->hop_s);
    g->forget = 1.0 - dawg_exp_d(-g->hop_s / LATE_S);
    return g;
}

void dawg_grid_reset(dawg_grid *g)
{
    memset(g->past, 0, sizeof g->past);
    g->loudest = g->ratio_db = 0.0;
    g->windows = g->heard = 0;
    g->in_burst = 0;
    for (uint32_t i = 0; i < DAWG_GRID; ++i) g->late[i] = SILENT_DB;
}

uint32_t dawg_grid_points(const dawg_grid *g) { return g->points; }

void dawg_evidence_add(dawg_evidence *sum, const dawg_evidence *more)
{
    sum->windows += more->windows, sum->heard += more->heard;
    for (uint32_t i = 0; i < DAWG_GRID; ++i) {
        sum->level[i] += more->level[i];
        sum->weight[i] += more->weight[i];
        sum->present[i] += more->present[i];
        sum->ringing[i] += more->ringing[i];
        sum->restless[i] += more->restless[i];
    }
    sum->bursts += more->bursts, sum->burst_windows += more->burst_windows;
    sum->burst_high += more->burst_high, sum->burst_octaves += more->burst_octaves, sum->body += more->body;
}

/* Medians of level over i - reach .. i + reach, reach an octave or as far as the grid goes on both sides. A sorted copy of
 * the window is kept up to date. */
void dawg_grid_grounds(const dawg_grid *g, const float level[DAWG_GRID], float ground[DAWG_GRID])
{
    const int points = (int)g->points;
    float sorted[2 * DAWG_GRID_PER_OCTAVE + 3];
    int count = 0, from = 0, to = 0; /* sorted holds level[from .. to - 1] */
    for (int i = 0; i < points; ++i) {
        int reach = i < points - 1 - i ? i : points - 1 - i;
        if (reach > OCTAVE) reach = OCTAVE;
        for (; to <= i + reach; ++to) {
            int j = count++;
            for (; j > 0 && sorted[j - 1] > level[to]; --j) sorted[j] = sorted[j - 1];
            sorted[j] = level[to];
        }
        for (; from < i - reach; ++from) {
            int j = 0;
            while (j < count - 1 && sorted[j] != level[from]) ++j;
            for (--count; j < count; ++j) sorted[j] = sorted[j + 1];
        }
        ground[i] = sorted[count / 2];
    }
}

static void levels(const dawg_grid *g, const double *power, float *level)
{
    double cell[DAWG_GRID];
    dawg_band_map_sum(g->cells, power, cell);
    for (uint32_t i = 0; i < g->points; ++i) {
        const double below = cell[i ? i - 1u : i], above = cell[i + 1u < g->points ? i + 1u : i];
        const double mean = 0.125 * below + 0.75 * cell[i] + 0.125 * above;
        level[i] = 3.01029996f * dawg_log2(dawg_max((float)mean, 1e-30f));
    }
}

static int is_noisy(const double *power, const float *decibels, uint32_t from, uint32_t to)
{
    double sum = 0.0;
    float mean_db = 0.0f;
    for (uint32_t k = from; k < to; ++k) sum += power[k], mean_db += decibels[k];
    const float n = (float)(to - from);
    return 3.01029996f * dawg_log2(dawg_max((float)sum / n, 1e-30f)) - mean_db / n <= NOISY_DB;
}

static void hear_sibilants(dawg_grid *g, const double *part, dawg_evidence *sum)
{
    const double high = part[1] + part[2] + part[3] + part[4];
    sum->body += part[0];
    const double ratio_db = 0.5 * dawg_gain_to_db_d((high + 1e-15) / (part[0] + 1e-15));
    const double weight = dawg_max_d(g->forget, 1.0 / (double)g->heard);
    const int burst = g->heard > 1u && ratio_db >= g->ratio_db + BURST_DB;
    g->ratio_db += weight * (ratio_db - g->ratio_db);
    if (burst) {
        sum->bursts += !g->in_burst;
        ++sum->burst_windows;
        sum->burst_high += high;
        for (uint32_t q = 0; q < 4u; ++q) sum->burst_octaves += part[1 + q] * (0.125 + 0.25 * (double)q);
    }
    g->in_burst = burst;
}

/* The end of the bins that are nearest to point i. */
static uint32_t end_of(const dawg_grid *g, uint32_t i, uint32_t bins)
{
    return g->first[i + 1u] < bins ? g->first[i + 1u] : bins;
}

static void weigh(const dawg_grid *g, const float *ground, uint32_t bins, float *decibels, dawg_evidence *sum)
{
    for (uint32_t i = 0; i < g->points; ++i) {
        const float weight = dawg_exp2((ground[i] - g->late[i]) * (RELIEF_POWER / 3.01029996f));
        sum->weight[i] += (double)weight;
        for (uint32_t k = g->first[i]; k < end_of(g, i, bins); ++k)
            decibels[k] = weight * (decibels[k] - RELIEF_GROUND * ground[i]);
    }
}

void dawg_grid_relief(const dawg_grid *g, const dawg_evidence *e, uint32_t bins, double *relief)
{
    for (uint32_t i = 0; i < g->points; ++i) {
        const double share = e->weight[i] > 0.0 ? 1.0 / e->weight[i] : 0.0;
        for (uint32_t k = g->first[i]; k < end_of(g, i, bins); ++k) relief[k] *= share;
    }
}

int dawg_grid_window(dawg_grid *g, const double *power, float *decibels, uint32_t bins, float presence_db,
                     dawg_evidence *sum)
{
    float *level = g->past[g->windows % PAST], ground[DAWG_GRID];
    const float *before = g->past[(g->windows + 3u) % PAST], *earlier = g->past[(g->windows + 1u) % PAST];
    levels(g, power, level);
    dawg_grid_grounds(g, level, ground);
    for (uint32_t i = 0; i < g->points; ++i) g->late[i] = dawg_max(ground[i], g->late[i] - g->ring_fade);
    ++g->windows;
    ++sum->windows;
    double all = 0.0, part[PART_COUNT];
    for (uint32_t k = 0; k < dawg_band_map_bins(g->cells); ++k) all += power[k];
    g->loudest = dawg_max_d(all, g->loudest * g->fade);
    if (all < QUIETEST || all < HEARD * g->loudest) return 0;
    ++sum->heard, ++g->heard;
    for (uint32_t i = 0; i < g->points; ++i) {
        const int is_present = level[i] - ground[i] >= presence_db;
        sum->level[i] += (double)level[i];
        sum->present[i] += (uint32_t)is_present;
        sum->ringing[i] += is_present && is_noisy(power, decibels, g->around[i].from, g->around[i].to);
        sum->restless[i] += g->windows >= PAST && dawg_abs(level[i] - 2.0f * before[i] + earlier[i]) > RESTLESS_DB;
    }
    dawg_band_map_sum(g->parts, power, part);
    if (dawg_band_map_covered(g->parts, PART_COUNT - 1u) >= 1.0) hear_sibilants(g, part, sum);
    weigh(g, ground, bins, decibels, sum);
    return 1;
}
