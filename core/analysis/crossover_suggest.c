/* SPDX-License-Identifier: MIT
 * crossover_suggest.c - see crossover_suggest.h. */
#include "crossover_suggest.h"
#include "dsp/maths.h"
#include "long_spectrum.h"

#define BANDS DAWG_ERB_BANDS
#define DEEPEST_DB (-12.0)
#define NEVER 1e9
enum { FIRST, MIDDLE, LAST };

static double octaves(double from_hz, double to_hz)
{
    return dawg_log_d(to_hz / from_hz) * (1.0 / 0.69314718055994531);
}

/* How far each band lies above its surroundings, dB; a band in which nothing was heard is as far below as counts. */
static void valleys(const double *density_db, const double *centre_hz, double *above_db)
{
    double level[BANDS];
    for (uint32_t i = 0; i < BANDS; ++i)
        level[i] = density_db[i] > DAWG_LONG_NONE ? density_db[i] + 0.5 * dawg_gain_to_db_d(centre_hz[i]) : DAWG_LONG_NONE;
    for (uint32_t i = 0; i < BANDS; ++i) {
        double sum = 0.0;
        uint32_t count = 0;
        for (uint32_t k = 0; k < BANDS; ++k)
            if (k != i && dawg_abs_d(octaves(centre_hz[i], centre_hz[k])) <= 1.0 && level[k] > DAWG_LONG_NONE)
                sum += level[k], ++count;
        above_db[i] = count ? dawg_max_d(level[i] - sum / (double)count, DEEPEST_DB) : 0.0;
    }
}

/* The best place in a range from..to, and what it costs: NEVER if there is none. */
static double best(const double *centre_hz, const double *above_db, const dawg_crossover_range *r, double from_hz,
                   double to_hz, double *hz)
{
    double least = NEVER;
    for (uint32_t i = 0; i < BANDS; ++i) {
        const double f = centre_hz[i], away = octaves(r->usual_hz, f), cost = above_db[i] + away * away;
        if (f < dawg_max_d(r->least_hz, from_hz) || f > dawg_min_d(r->most_hz, to_hz) || cost >= least) continue;
        least = cost;
        *hz = f;
    }
    return least;
}

void dawg_crossover_suggest(const double density_db[DAWG_ERB_BANDS],
                            const dawg_crossover_range range[DAWG_SUGGESTED_CROSSOVERS],
                            double hz[DAWG_SUGGESTED_CROSSOVERS])
{
    double centre_hz[BANDS], above_db[BANDS], least = NEVER;
    dawg_erb_centres(centre_hz, BANDS);
    valleys(density_db, centre_hz, above_db);
    for (uint32_t i = 0; i < DAWG_SUGGESTED_CROSSOVERS; ++i) hz[i] = range[i].usual_hz;
    for (uint32_t i = 0; i < BANDS; ++i) {
        double at[DAWG_SUGGESTED_CROSSOVERS] = {0.0, centre_hz[i], 0.0};
        const double middle = best(centre_hz, above_db, &range[MIDDLE], at[MIDDLE], at[MIDDLE], &at[MIDDLE]);
        const double cost = middle + best(centre_hz, above_db, &range[FIRST], 0.0, 0.5 * at[MIDDLE], &at[FIRST]) +
                            best(centre_hz, above_db, &range[LAST], 2.0 * at[MIDDLE], NEVER, &at[LAST]);
        if (cost >= least) continue;
        least = cost;
        for (uint32_t k = 0; k < DAWG_SUGGESTED_CROSSOVERS; ++k) hz[k] = at[k];
    }
}
