/* SPDX-License-Identifier: MIT
 * crossover_suggest.c - see crossover_suggest.h. */
#include "crossover_suggest.h"
#include "dsp/maths.h"
#include "long_spectrum.h"

#define BANDS DAWG_ERB_BANDS
#define DEEPEST_DB (-12.0)
#define NEVER 1e9
enum { FIRST, MIDDLE, LAST };

/* Where the straight line of least squares through the bands within an octave of band i, but i, lies at i; its own level
 * where there is no such line or nothing in the band. */
static double line_at(const double *level, const double *octave, uint32_t i)
{
    double n = 0.0, x = 0.0, xx = 0.0, y = 0.0, xy = 0.0;
    for (uint32_t k = 0; k < BANDS; ++k) {
        const double away = octave[k] - octave[i];
        if (k == i || dawg_abs_d(away) > 1.0 || level[k] <= DAWG_LONG_NONE) continue;
        n += 1.0, x += away, xx += away * away, y += level[k], xy += away * level[k];
    }
    const double det = n * xx - x * x;
    return det > 0.1 && level[i] > DAWG_LONG_NONE ? (xx * y - x * xy) / det : level[i];
}

static double octave_of(double hz) { return dawg_log_d(hz) * (1.0 / 0.69314718055994531); }

/* How far a band lies above that line, dB. */
static void valleys(const double *level, const double *octave, double *above_db)
{
    for (uint32_t i = 0; i < BANDS; ++i) above_db[i] = dawg_max_d(level[i] - line_at(level, octave, i), DEEPEST_DB);
}

/* What crossovers of one range cost, at the best place from..to: NEVER if there is none. */
static double best(const double *octave, const double *above_db, const dawg_crossover_range *r, double from, double to,
                   double *at)
{
    const double least = octave_of(r->least_hz), usual = octave_of(r->usual_hz), most = octave_of(r->most_hz);
    double cheapest = NEVER;
    for (uint32_t i = 0; i < BANDS; ++i) {
        const double f = octave[i], cost = above_db[i] + (f - usual) * (f - usual);
        if (f < dawg_max_d(least, from) || f > dawg_min_d(most, to) || cost >= cheapest) continue;
        cheapest = cost;
        *at = f;
    }
    return cheapest;
}

void dawg_crossover_suggest(const double density_db[DAWG_ERB_BANDS],
                            const dawg_crossover_range range[DAWG_SUGGESTED_CROSSOVERS],
                            double hz[DAWG_SUGGESTED_CROSSOVERS])
{
    double octave[BANDS], above_db[BANDS], cheapest = NEVER;
    dawg_erb_centres(octave, BANDS);
    for (uint32_t i = 0; i < BANDS; ++i) octave[i] = octave_of(octave[i]);
    valleys(density_db, octave, above_db);
    for (uint32_t i = 0; i < BANDS; ++i) {
        double at[DAWG_SUGGESTED_CROSSOVERS] = {0.0, octave[i], 0.0};
        double cost = best(octave, above_db, &range[MIDDLE], octave[i], octave[i], &at[MIDDLE]);
        if (cost < NEVER) {
            cost += best(octave, above_db, &range[FIRST], 0.0, octave[i] - 1.0, &at[FIRST]);
            cost += best(octave, above_db, &range[LAST], octave[i] + 1.0, NEVER, &at[LAST]);
        }
        if (cost >= cheapest) continue;
        cheapest = cost;
        for (uint32_t k = 0; k < DAWG_SUGGESTED_CROSSOVERS; ++k) hz[k] = dawg_exp_d(at[k] * 0.69314718055994531);
    }
}
