/* SPDX-License-Identifier: MIT
 * eq_engine.c - see eq_engine.h. Each window takes slices for its powers (stereo_power.h) and one for its evidence, each
 * block of half a second one more and one for each block of the last 3 s. Then the search for problems (problems.h) goes
 * on in the slices that no window needs. */
#include "eq_engine.h"
#include "dsp/guard.h"
#include "lasting.h"
#include "problems.h"
#include "stereo_power.h"
#include "tonal_curve.h"
#include <string.h>

#define BLOCK_S 0.5
#define RECENT 6u /* blocks of the recent view: 3 s */
#define SHORTEST_S (8192.0 / 48000.0)
#define QUIET 1e-9 /* mean square of a block that is not heard, as in eq_evidence.c */

#define BLOCKS (RECENT + 1u) /* and the one that is being filled */
#define SLICE_POINTS 2048u   /* of the transform, twice that for short windows, which have few slices */
#define SHORT 4096u

typedef enum { IDLE, POWER, EVIDENCE, BLOCK, GATHER } stage;

typedef struct block {
    dawg_evidence evidence;
    uint32_t seen; /* dawg_broad_seen */
    int was_heard;
    float *power;  /* sum over its windows */
    float *relief; /* times weight, sum over those that are heard */
} block;

struct dawg_eq_engine {
    double rate, bin_hz, sensitivity;
    uint32_t points, hop, bins, windows_per_block, strict;
    uint64_t frame, next; /* heard; end of the next window */
    stage stage;
    uint32_t gathered; /* blocks */
    dawg_stereo_power *spectrum;
    dawg_grid *grid;
    dawg_band_map *log_bands, *balance_bands;
    float *history[2], *decibels;
    double *power;                      /* of the window; while a block closes, means */
    double *total_power, *total_relief; /* sums since reset */
    double *mean_power, *mean_relief;   /* what the search looks at */
    dawg_evidence total, recent;
    dawg_broad_blocks total_blocks, recent_blocks;
    block blocks[BLOCKS]; /* ring: number b lies at b % BLOCKS */
    uint64_t block;       /* that is being filled */
    int is_searching;
    double energy[DAWG_LOG_BANDS];
    dawg_problem_search search;
    dawg_lasting lasting;
    dawg_eq_report pending, now;
};

/* ----------------------------------------------------------------------------------------------------------- memory */

static uint32_t points_at(double rate)
{
    uint32_t n = 1024;
    while ((double)n < rate * SHORTEST_S) n *= 2u;
    return n;
}

/* Up to the end of the grid, 24 kHz. */
static uint32_t bins_at(double rate, uint32_t n)
{
    const uint32_t most = n / 2u + 1u, wanted = (uint32_t)(24400.0 * (double)n / rate);
    return wanted < most ? wanted : most;
}

/* The next bytes of mem, of which *used are taken; with mem NULL only counts. */
static void *take(unsigned char *mem, size_t *used, size_t bytes)
{
    void *p = mem ? mem + *used : NULL;
    *used += (bytes + 15u) & ~(size_t)15u;
    return p;
}

/* Lays e out behind itself in mem; with mem NULL only counts. */
static size_t lay_out(dawg_eq_engine *e, unsigned char *mem, double rate)
{
    size_t used = 0;
    const uint32_t n = points_at(rate), bins = bins_at(rate, n);
    (void)take(mem, &used, sizeof *e);
    void *spectrum = take(mem, &used, dawg_stereo_power_size(n)), *grid = take(mem, &used, dawg_grid_size());
    void *log_bands = take(mem, &used, dawg_band_map_size(DAWG_LOG_BANDS));
    void *balance = take(mem, &used, dawg_band_map_size(DAWG_BALANCE_BANDS));
    float *left = take(mem, &used, n * sizeof(float)), *right = take(mem, &used, n * sizeof(float));
    float *decibels = take(mem, &used, bins * sizeof(float));
    double *total = take(mem, &used, bins * sizeof(double));
    double *relief = take(mem, &used, bins * sizeof(double));
    double *means[2];
    for (uint32_t i = 0; i < 2; ++i) means[i] = take(mem, &used, bins * sizeof(double));
    float *powers[BLOCKS], *reliefs[BLOCKS];
    for (uint32_t b = 0; b < BLOCKS; ++b) {
        powers[b] = take(mem, &used, bins * sizeof(float));
        reliefs[b] = take(mem, &used, bins * sizeof(float));
    }
    if (!mem) return used;

    double edges[DAWG_LOG_BANDS + 1];
    *e = (dawg_eq_engine){.rate = rate, .bin_hz = rate / (double)n, .points = n, .hop = n / 4u, .bins = bins};
    e->windows_per_block = (uint32_t)(BLOCK_S * rate / (double)e->hop + 0.5);
    e->spectrum = dawg_stereo_power_init(spectrum, dawg_stereo_power_size(n), n, bins);
    e->power = dawg_stereo_power_bins(e->spectrum);
    e->grid = dawg_grid_init(grid, dawg_grid_size(), n, rate);
    dawg_log_edges(edges);
    e->log_bands = dawg_band_map_init(log_bands, dawg_band_map_size(DAWG_LOG_BANDS), n, rate, edges, DAWG_LOG_BANDS);
    dawg_balance_edges(edges);
    e->balance_bands =
        dawg_band_map_init(balance, dawg_band_map_size(DAWG_BALANCE_BANDS), n, rate, edges, DAWG_BALANCE_BANDS);
    e->history[0] = left, e->history[1] = right;
    e->decibels = decibels;
    e->total_power = total, e->total_relief = relief, e->mean_power = means[0], e->mean_relief = means[1];
    for (uint32_t b = 0; b < BLOCKS; ++b) e->blocks[b].power = powers[b], e->blocks[b].relief = reliefs[b];
    return used;
}

size_t dawg_eq_engine_size(double rate) { return rate >= 8000.0 && rate <= 192000.0 ? lay_out(NULL, NULL, rate) : 0; }

dawg_eq_engine *dawg_eq_engine_init(void *mem, size_t size, double rate)
{
    const size_t need = dawg_eq_engine_size(rate);
    if (!mem || ((uintptr_t)mem & 15u) || !need || size < need) return NULL;
    dawg_eq_engine *e = mem;
    (void)lay_out(e, mem, rate);
    dawg_eq_engine_set(e, 0.5, 0);
    dawg_eq_engine_reset(e);
    return e;
}

static void nothing(dawg_eq_report *r)
{
    *r = (dawg_eq_report){.level_db = DAWG_EQ_NONE};
    for (uint32_t i = 0; i < DAWG_LOG_BANDS; ++i) r->bands_db[i] = DAWG_EQ_NONE;
    for (uint32_t i = 0; i < DAWG_BALANCE_BANDS; ++i) r->balance_db[i] = DAWG_EQ_NONE;
}

static void empty(dawg_eq_engine *e, block *b)
{
    b->evidence = (dawg_evidence){0};
    b->seen = 0, b->was_heard = 0;
    memset(b->power, 0, e->bins * sizeof(float));
    memset(b->relief, 0, e->bins * sizeof(float));
}

void dawg_eq_engine_reset(dawg_eq_engine *e)
{
    e->frame = e->block = 0;
    e->next = e->points;
    e->stage = IDLE;
    e->gathered = 0;
    e->is_searching = 0;
    e->total = e->recent = (dawg_evidence){0};
    e->total_blocks = e->recent_blocks = (dawg_broad_blocks){0};
    for (uint32_t c = 0; c < 2; ++c) memset(e->history[c], 0, e->points * sizeof(float));
    dawg_stereo_power_reset(e->spectrum);
    memset(e->decibels, 0, e->bins * sizeof(float));
    memset(e->total_power, 0, e->bins * sizeof(double));
    memset(e->total_relief, 0, e->bins * sizeof(double));
    memset(e->mean_power, 0, e->bins * sizeof(double));
    memset(e->mean_relief, 0, e->bins * sizeof(double));
    memset(e->energy, 0, sizeof e->energy);
    memset(&e->search, 0, sizeof e->search);
    memset(&e->lasting, 0, sizeof e->lasting);
    memset(&e->pending, 0, sizeof e->pending);
    for (uint32_t b = 0; b < BLOCKS; ++b) empty(e, &e->blocks[b]);
    dawg_grid_reset(e->grid);
    nothing(&e->now);
}

void dawg_eq_engine_set(dawg_eq_engine *e, double sensitivity, uint32_t strict)
{
    e->sensitivity = dawg_clamp_d(sensitivity, 0.0, 1.0);
    e->strict = strict;
}

uint32_t dawg_eq_engine_points(const dawg_eq_engine *e) { return e->points; }

/* ---------------------------------------------------------------------------------------------------------- reports */

static double level(double power)
{
    return dawg_max_d(0.5 * dawg_gain_to_db_d(dawg_max_d(power, 1e-30)), DAWG_EQ_NONE);
}

/* Everything but the problems. Leaves the energy of the 100 bands in `energy`. */
static void describe(const dawg_eq_engine *e, const double *power, uint64_t windows, double *energy, dawg_eq_report *r)
{
    double balance[DAWG_BALANCE_BANDS], sum = 0.0;
    nothing(r);
    r->windows = windows;
    dawg_band_map_sum(e->log_bands, power, energy);
    dawg_band_map_sum(e->balance_bands, power, balance);
    for (uint32_t i = 0; i < DAWG_BALANCE_BANDS; ++i) r->balance_db[i] = level(balance[i]);
    for (uint32_t i = 0; i < DAWG_LOG_BANDS; ++i) r->bands_db[i] = level(energy[i]), sum += energy[i];
    r->level_db = level(sum);
    if (r->level_db > DAWG_EQ_NONE) r->tilt_db_per_octave = dawg_tonal_tilt(energy, e->rate);
}

static void divide(const dawg_eq_engine *e, uint64_t windows, double *sum)
{
    const double share = windows ? 1.0 / (double)windows : 0.0;
    for (uint32_t k = 0; k < e->bins; ++k) sum[k] *= share;
}

/* Number of the first finished block of the last 3 s. */
static uint64_t first_recent(const dawg_eq_engine *e) { return e->block > RECENT ? e->block - RECENT : 0; }

static void add(double *sum, const float *more, uint32_t n)
{
    for (uint32_t k = 0; k < n; ++k) sum[k] += (double)more[k];
}

/* ----------------------------------------------------------------------------------------------------------- slices */

static void levels(const double *restrict power, float *restrict sum, double *restrict total, float *restrict decibels,
                   uint32_t n)
{
    for (uint32_t k = 0; k < n; ++k) {
        const float p = (float)power[k];
        decibels[k] = 3.01029996f * dawg_log2(p);
        sum[k] += p;
        total[k] += power[k];
    }
}

static void weigh(dawg_eq_engine *e)
{
    block *b = &e->blocks[e->block % BLOCKS];
    dawg_evidence one = {0};
    if (dawg_grid_window(e->grid, e->power, e->decibels, e->bins, (float)dawg_presence_db(e->sensitivity), &one))
        for (uint32_t k = 0; k < e->bins; ++k) {
            b->relief[k] += e->decibels[k];
            e->total_relief[k] += (double)e->decibels[k];
        }
    dawg_evidence_add(&b->evidence, &one);
    dawg_evidence_add(&e->total, &one);
}

static void close_block(dawg_eq_engine *e)
{
    block *b = &e->blocks[e->block % BLOCKS];
    for (uint32_t k = 0; k < e->bins; ++k) e->power[k] = (double)b->power[k];
    divide(e, b->evidence.windows, e->power);
    dawg_band_map_sum(e->log_bands, e->power, e->energy);
    double sum = 0.0;
    for (uint32_t i = 0; i < DAWG_LOG_BANDS; ++i) sum += e->energy[i];
    b->was_heard = sum > QUIET && b->evidence.heard > 0;
    b->seen = b->was_heard ? dawg_broad_seen(e->energy, e->rate, e->sensitivity) : 0u;
    dawg_broad_count(&e->total_blocks, b->seen, b->was_heard);
    ++e->block;
    empty(e, &e->blocks[e->block % BLOCKS]);
}

/* One more block of the last 3 s; when all are there, begins to search them. 0: not through yet. */
static int gather(dawg_eq_engine *e)
{
    const uint64_t b = first_recent(e) + e->gathered;
    if (e->gathered == 0) {
        e->recent = (dawg_evidence){0};
        e->recent_blocks = (dawg_broad_blocks){0};
        memset(e->mean_power, 0, e->bins * sizeof(double));
        memset(e->mean_relief, 0, e->bins * sizeof(double));
    }
    if (b < e->block) {
        const block *one = &e->blocks[b % BLOCKS];
        dawg_evidence_add(&e->recent, &one->evidence);
        dawg_broad_count(&e->recent_blocks, one->seen, one->was_heard);
        add(e->mean_power, one->power, e->bins);
        add(e->mean_relief, one->relief, e->bins);
        ++e->gathered;
        return 0;
    }
    divide(e, e->recent.windows, e->mean_power);
    dawg_grid_relief(e->grid, &e->recent, e->bins, e->mean_relief);
    describe(e, e->mean_power, e->recent.windows, e->energy, &e->pending);
    const dawg_stretch s = {e->mean_power, e->mean_relief, e->energy, e->bins, &e->recent, &e->recent_blocks};
    dawg_problem_search_begin(&e->search, e->grid, &s, e->rate, e->bin_hz, e->sensitivity, e->strict);
    e->is_searching = 1;
    return 1;
}

static void step_search(dawg_eq_engine *e)
{
    if (dawg_problem_search_step(&e->search)) return;
    e->pending.problem_count = dawg_lasting_take(&e->lasting, e->search.found, e->search.count, e->pending.problems);
    e->now = e->pending;
    e->is_searching = 0;
}

static void step_window(dawg_eq_engine *e)
{
    switch (e->stage) {
    case POWER:
        if (dawg_stereo_power_step(e->spectrum, e->points > SHORT ? SLICE_POINTS : 2u * SLICE_POINTS, e->bins)) {
            levels(e->power, e->blocks[e->block % BLOCKS].power, e->total_power, e->decibels, e->bins);
            e->stage = EVIDENCE;
        }
        break;
    case EVIDENCE:
        weigh(e);
        e->stage = e->blocks[e->block % BLOCKS].evidence.windows == e->windows_per_block ? BLOCK : IDLE;
        break;
    case BLOCK:
        while (e->is_searching) step_search(e); /* work() was not called often enough */
        close_block(e);
        e->stage = GATHER, e->gathered = 0;
        break;
    case GATHER:
        if (gather(e)) e->stage = IDLE;
        break;
    case IDLE: break;
    }
}

int dawg_eq_engine_work(dawg_eq_engine *e)
{
    if (e->stage != IDLE) step_window(e);
    else if (e->is_searching) step_search(e);
    return e->stage != IDLE || e->is_searching;
}

void dawg_eq_engine_process(dawg_eq_engine *e, const float *left, const float *right, uint32_t n)
{
    for (uint32_t done = 0, m; done < n; done += m) {
        const uint32_t at = (uint32_t)(e->frame % e->points);
        const uint64_t missing = e->next - e->frame;
        m = n - done < e->points - at ? n - done : e->points - at;
        if (m > missing) m = (uint32_t)missing;
        (void)dawg_guard(e->history[0] + at, left + done, m);
        (void)dawg_guard(e->history[1] + at, right + done, m);
        e->frame += m;
        if (e->frame < e->next) continue;
        while (e->stage != IDLE) step_window(e); /* the window before */
        dawg_stereo_power_take(e->spectrum, (const float *const[2]){e->history[0], e->history[1]}, e->points,
                               (uint32_t)(e->next % e->points));
        e->next += e->hop;
        e->stage = POWER;
    }
}

/* ---------------------------------------------------------------------------------------------------------- reading */

const dawg_eq_report *dawg_eq_engine_recent(const dawg_eq_engine *e) { return &e->now; }

void dawg_eq_engine_read(dawg_eq_engine *e, dawg_eq_view view, dawg_eq_report *report)
{
    while (dawg_eq_engine_work(e)) {}
    if (view == DAWG_EQ_RECENT) {
        *report = e->now;
        return;
    }
    double energy[DAWG_LOG_BANDS];
    memcpy(e->mean_power, e->total_power, e->bins * sizeof(double));
    divide(e, e->total.windows, e->mean_power);
    describe(e, e->mean_power, e->total.windows, energy, report);
    memcpy(e->mean_relief, e->total_relief, e->bins * sizeof(double));
    dawg_grid_relief(e->grid, &e->total, e->bins, e->mean_relief);
    const dawg_stretch s = {e->mean_power, e->mean_relief, energy, e->bins, &e->total, &e->total_blocks};
    dawg_problem_search_begin(&e->search, e->grid, &s, e->rate, e->bin_hz, e->sensitivity, e->strict);
    while (dawg_problem_search_step(&e->search)) {}
    report->problem_count = e->search.count;
    memcpy(report->problems, e->search.found, e->search.count * sizeof *e->search.found);
}

uint64_t dawg_eq_engine_power(const dawg_eq_engine *e, dawg_eq_view view, double *power)
{
    uint64_t windows = e->total.windows;
    if (view == DAWG_EQ_TOTAL) {
        memcpy(power, e->total_power, e->bins * sizeof(double));
    } else {
        windows = 0;
        memset(power, 0, e->bins * sizeof(double));
        for (uint64_t b = first_recent(e); b < e->block; ++b) {
            windows += e->blocks[b % BLOCKS].evidence.windows;
            add(power, e->blocks[b % BLOCKS].power, e->bins);
        }
    }
    divide(e, windows, power);
    for (uint32_t k = e->bins; k < e->points / 2u + 1u; ++k) power[k] = 0.0; /* above 24 kHz nothing is kept */
    return windows;
}
