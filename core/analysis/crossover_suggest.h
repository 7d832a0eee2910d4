/* SPDX-License-Identifier: MIT
 * crossover_suggest.h - where crossovers do least harm: in valleys of the long-term spectrum (long_spectrum.h), so that what
 * belongs together stays in one band. Of all legal sets the one with the least sum of
 *
 *     level(f) - where the line of least squares through what lies within an octave of f is at f     dB, at least -12
 *     + (octaves between f and the usual place)^2                                                    dB
 *
 * over its crossovers; level is power density, and a tilt of the spectrum does not matter. A valley 4 dB deep is worth going
 * two octaves for; without valleys the crossovers stay where they usually are. Resolution: the bands of band_map.h, a third of
 * an octave from 300 Hz on, an octave at 60 Hz. */
#ifndef DAWG_CROSSOVER_SUGGEST_H
#define DAWG_CROSSOVER_SUGGEST_H
#include "band_map.h"

#define DAWG_SUGGESTED_CROSSOVERS 3u

typedef struct dawg_crossover_range {
    double least_hz, usual_hz, most_hz;
} dawg_crossover_range;

/* density_db: dB per Hz, DAWG_LONG_NONE where there is nothing. hz: rising, an octave or more apart. Each range has a band
 * in it that leaves the others one. */
void dawg_crossover_suggest(const double density_db[DAWG_ERB_BANDS],
                            const dawg_crossover_range range[DAWG_SUGGESTED_CROSSOVERS],
                            double hz[DAWG_SUGGESTED_CROSSOVERS]);

#endif
