/* SPDX-License-Identifier: MIT
 * tone_correction.c - see tone_correction.h. */
#include "tone_correction.h"
#include "dsp/maths.h"
#include <string.h>

#define BANDS DAWG_ERB_BANDS
#define NONE (-250.0) /* dB; what has less has nothing */
#define TOLERANCE_DB 2.0
#define EMPTY_DB (-100.0) /* energy of a band in dBFS; in full from 12 dB above */
#define FADE_DB 12.0
#define FAR_DB 36.0
#define NARROW_DB 1.0
#define SLOPE_DB 6.0
#define AIR_DB 3.0
#define EXCESS_DB 3.0
#define PEAK_DB 4.0

typedef struct knot {
    double hz, db;
} knot;

static const knot finished[] = {{20, -10},       {40, -3},        {60, 0},     {100, 0},
                                {4000, -25.279}, {8000, -31.779}, {20000, -45}}; /* of tone_targets.h */
/* After the words that mixing engineers use for these ranges: a goal is a direction, 2 to 3 dB of it. */
static const knot clarity[] = {{150, 0},    {250, -1.4}, {350, -2},   {500, -1.4}, {900, 0},
                               {1600, 0.7}, {3000, 2},   {4500, 1.6}, {8000, 0.6}, {16000, 0.6}};
static const knot warmth[] = {{60, 1.6}, {100, 2},  {200, 2},     {350, 1},
                              {600, 0},  {3000, 0}, {6000, -0.8}, {12000, -1.6}};
static const knot brightness[] = {{1500, 0}, {3000, 0.8}, {5000, 2}, {8000, 2.5}, {12000, 3}};
static const knot punch[] = {{45, 2},     {100, 2.5}, {160, 1},  {250, -1.2}, {350, -2},
                             {500, -1.2}, {1000, 0},  {2500, 2}, {4500, 1},   {8000, 0}};
static const knot air[] = {{7000, 0}, {10000, 0.5}, {14000, 1}};

static double through(const knot *k, uint32_t n, double hz)
{
    if (hz <= k[0].hz) return k[0].db;
    for (uint32_t i = 1; i < n; ++i)
        if (hz < k[i].hz)
            return k[i - 1].db +
                   (k[i].db - k[i - 1].db) * dawg_log_d(hz / k[i - 1].hz) / dawg_log_d(k[i].hz / k[i - 1].hz);
    return k[n - 1].db;
}
#define THROUGH(table, hz) through(table, (uint32_t)(sizeof(table) / sizeof((table)[0])), hz)

double dawg_tone_finished_db(double hz) { return THROUGH(finished, hz); }
double dawg_tone_goal_db(dawg_tone_goal goal, double hz)
{
    switch (goal) {
    case DAWG_GOAL_CLARITY: return THROUGH(clarity, hz);
    case DAWG_GOAL_WARMTH: return THROUGH(warmth, hz);
    case DAWG_GOAL_BRIGHTNESS: return THROUGH(brightness, hz);
    case DAWG_GOAL_PUNCH: return THROUGH(punch, hz);
    case DAWG_GOAL_BALANCE:
    case DAWG_GOALS: break;
    }
    return 0.0;
}

/* Mean of the K-weighting over each band (ITU-R BS.1770-5 annex 1), dB; over log f in the first. */
static const double k_weighting_db[BANDS] = {-6.61, -1.90, -0.78, -0.37, -0.19, -0.09, -0.03, 0.03, 0.09, 0.20, 0.37,
                                             0.67,  1.10,  1.67,  2.29,  2.86,  3.30,  3.60,  3.79, 3.90, 3.96, 4.00,
                                             4.02,  4.03,  4.04,  4.04,  4.04,  4.04,  4.04,  4.04, 4.04, 4.04};

double dawg_tone_loudness_db(const double programme[BANDS], const double gain_db[BANDS])
{
    double edges[BANDS + 1], before = 0.0, after = 0.0;
    dawg_erb_edges(edges, BANDS);
    for (uint32_t i = 0; i < BANDS; ++i) {
        if (programme[i] < NONE) continue;
        const double width = edges[i + 1] - edges[i], level_db = 2.0 * (programme[i] + k_weighting_db[i]);
        before += width * dawg_db_to_gain_d(level_db);
        after += width * dawg_db_to_gain_d(level_db + 2.0 * gain_db[i]);
    }
    return before > 0.0 && after != before ? 0.5 * dawg_gain_to_db_d(after / before) : 0.0;
}

static double rise(double x) { return dawg_clamp_d(x, 0.0, 1.0); }

/* Of those with weight, the mean of the middle half. */
static double middle_mean(const double *value, const double *weight)
{
    uint32_t order[BANDS] = {0}, n = 0;
    double all = 0.0, sum = 0.0, seen = 0.0;
    for (uint32_t i = 0; i < BANDS; ++i) {
        if (weight[i] <= 0.0) continue;
        uint32_t k = n++;
        for (; k > 0 && value[order[k - 1u]] > value[i]; --k) order[k] = order[k - 1u];
        order[k] = i;
        all += weight[i];
    }
    if (all <= 0.0) return 0.0;
    for (uint32_t k = 0; k < n; ++k) {
        const double from = dawg_max_d(seen, 0.25 * all), w = weight[order[k]];
        seen += w;
        const double part = dawg_min_d(seen, 0.75 * all) - from;
        if (part > 0.0) sum += part * value[order[k]];
    }
    return sum / (0.5 * all);
}

static double median_of_five(const double *d, uint32_t i)
{
    double sorted[5] = {0};
    for (uint32_t k = 0; k < 5; ++k) {
        const int32_t j = (int32_t)(i + k) - 2;
        const double v = d[j < 0 ? 0 : j >= (int32_t)BANDS ? (int32_t)BANDS - 1 : j];
        uint32_t at = k;
        for (; at > 0 && sorted[at - 1u] > v; --at) sorted[at] = sorted[at - 1u];
        sorted[at] = v;
    }
    return sorted[2];
}

/* How much of band i, by width, lies in low .. high. */
static double inside(const double *edges, uint32_t i, double low, double high)
{
    const double a = dawg_max_d(edges[i], low), b = dawg_min_d(edges[i + 1], high);
    return b > a ? (b - a) / (edges[i + 1] - edges[i]) : 0.0;
}

static const struct {
    double low_hz, high_hz;
} regions[4] = {{200, 500}, {400, 800}, {2000, 5000}, {5000, 10000}}; /* in the order of the flags */

/* The part of a cut that may be made: 1 outside all regions. */
static double allowed(const double *edges, uint32_t i, uint32_t flags)
{
    double all = 0.0, on = 0.0;
    for (uint32_t k = 0; k < 4; ++k) {
        const double part = inside(edges, i, regions[k].low_hz, regions[k].high_hz);
        all += part;
        if (flags >> k & 1u) on += part;
    }
    return all > 1.0 ? on / all : 1.0 - all + on;
}

static uint32_t count_problems(const double *edges, const double *difference, const double *narrow)
{
    uint32_t found = 0;
    for (uint32_t k = 0; k < 4; ++k) {
        double sum = 0.0, width = 0.0;
        for (uint32_t i = 0; i < BANDS; ++i) {
            const double part = inside(edges, i, regions[k].low_hz, regions[k].high_hz);
            sum -= part * difference[i];
            width += part;
        }
        found += sum > EXCESS_DB * width;
    }
    for (uint32_t i = 0; i < BANDS; ++i) found += narrow[i] < NARROW_DB - PEAK_DB;
    return found;
}

/* Halfway between the lowest curve above and the highest below that keep the slope. */
void dawg_tone_limit_slope(double g[BANDS])
{
    double above[BANDS], below[BANDS];
    memcpy(above, g, sizeof above);
    memcpy(below, g, sizeof below);
    for (uint32_t i = 1; i < BANDS; ++i) {
        above[i] = dawg_max_d(above[i], above[i - 1u] - SLOPE_DB);
        below[i] = dawg_min_d(below[i], below[i - 1u] + SLOPE_DB);
    }
    for (uint32_t i = BANDS - 1u; i-- > 0;) {
        above[i] = dawg_max_d(above[i], above[i + 1u] - SLOPE_DB);
        below[i] = dawg_min_d(below[i], below[i + 1u] + SLOPE_DB);
    }
    for (uint32_t i = 0; i < BANDS; ++i) g[i] = 0.5 * (above[i] + below[i]);
}

uint32_t dawg_tone_correction(const dawg_tone_wish *wish, const double programme[BANDS], const double reference[BANDS],
                              double gain_db[BANDS])
{
    double edges[BANDS + 1], hz[BANDS], d[BANDS], there[BANDS], weight[BANDS], narrow[BANDS], broad[BANDS];
    dawg_erb_edges(edges, BANDS);
    dawg_erb_centres(hz, BANDS);
    for (uint32_t i = 0; i < BANDS; ++i) {
        const double width_db = 0.5 * dawg_gain_to_db_d(edges[i + 1] - edges[i]);
        const double target = reference ? reference[i] : dawg_tone_finished_db(hz[i]);
        there[i] = rise((programme[i] + width_db - EMPTY_DB) / FADE_DB);
        if (reference) there[i] *= rise((reference[i] + width_db - EMPTY_DB) / FADE_DB);
        if (programme[i] < NONE || target < NONE) there[i] = 0.0;
        d[i] = there[i] > 0.0 ? target - programme[i] : 0.0;
    }
    double level = 0.0;
    memcpy(weight, there, sizeof weight);
    for (uint32_t pass = 0; pass < 3; ++pass) { /* who is far away is known once the level is */
        double counts[BANDS];
        for (uint32_t i = 0; i < BANDS; ++i) counts[i] = hz[i] > 60.0 && hz[i] < 16000.0 ? weight[i] : 0.0;
        level = middle_mean(d, counts);
        for (uint32_t i = 0; i < BANDS; ++i) weight[i] = there[i] * rise((FAR_DB - dawg_abs_d(d[i] - level)) / FADE_DB);
    }
    const double tolerance = reference ? 0.0 : TOLERANCE_DB;
    for (uint32_t i = 0; i < BANDS; ++i) {
        const double off = d[i] - level, much = dawg_max_d(dawg_abs_d(off) - tolerance, 0.0);
        d[i] = weight[i] * (off < 0.0 ? -much : much);
    }
    for (uint32_t i = 0; i < BANDS; ++i) {
        narrow[i] = dawg_min_d(d[i] - median_of_five(d, i) + NARROW_DB, 0.0);
        broad[i] = d[i] - narrow[i];
    }
    const uint32_t problems = count_problems(edges, d, narrow);
    for (uint32_t i = 0; i < BANDS; ++i) {
        const double down = broad[i > 0 ? i - 1u : 0], up = broad[i + 1u < BANDS ? i + 1u : i];
        double g = 0.7 * broad[i] + 0.15 * (down + up);
        if (wish->flags & DAWG_FIX_RESONANCE) g += narrow[i];
        if (g < 0.0) g *= allowed(edges, i, wish->flags);
        gain_db[i] = g;
    }
    dawg_tone_limit_slope(gain_db);
    for (uint32_t i = 0; i < BANDS; ++i) {
        double more = dawg_tone_goal_db(wish->goal, hz[i]);
        if (wish->flags & DAWG_ENHANCE_AIR) more += AIR_DB * THROUGH(air, hz[i]);
        gain_db[i] = dawg_clamp_d(gain_db[i] + weight[i] * more, -wish->range_db, wish->range_db);
    }
    return problems;
}
