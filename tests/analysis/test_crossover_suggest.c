/* SPDX-License-Identifier: MIT
 * Crossovers are suggested in the valleys of a spectrum, weighed against how far away they are, an octave apart. */
#include "analysis/crossover_suggest.h"
#include "analysis/long_spectrum.h"
#include "support/cmocka.h"
#include <math.h>

static const dawg_crossover_range range[3] = {{60, 200, 500}, {400, 1000, 2500}, {2000, 5000, 10000}};

/* A tilted spectrum with valleys of `depth_db` at hz[count], half an octave wide to either side. */
static void plant(const double *hz, uint32_t count, double depth_db, double tilt_db_per_octave, double *density_db)
{
    double centre[DAWG_ERB_BANDS];
    dawg_erb_centres(centre, DAWG_ERB_BANDS);
    for (uint32_t i = 0; i < DAWG_ERB_BANDS; ++i) {
        const double octave = log2(centre[i] / 1000.0);
        density_db[i] = -40.0 + (tilt_db_per_octave - 3.01) * octave;
        for (uint32_t k = 0; k < count; ++k)
            density_db[i] -= depth_db * exp(-8.0 * pow(octave - log2(hz[k] / 1000.0), 2.0));
    }
}

static double octaves_off(const double *found, const double *want)
{
    double most = 0.0;
    for (uint32_t k = 0; k < 3; ++k) most = fmax(most, fabs(log2(found[k] / want[k])));
    return most;
}

static void valleys_are_found_whatever_the_tilt(void **state)
{
    (void)state;
    const double sets[][3] = {{120, 600, 3000}, {350, 1700, 7000}, {200, 1000, 5000}, {450, 1000, 2200}};
    for (uint32_t s = 0; s < 4; ++s)
        for (double tilt = -6; tilt <= 6; tilt += 3) {
            double density[DAWG_ERB_BANDS], found[3];
            plant(sets[s], 3, 12, tilt, density);
            dawg_crossover_suggest(density, range, found);
            assert_true(octaves_off(found, sets[s]) < 0.35);
        }
}

static void without_valleys_or_sound_they_are_where_they_usually_are(void **state)
{
    (void)state;
    const double usual[3] = {200, 1000, 5000};
    double density[DAWG_ERB_BANDS], found[3];
    for (double tilt = -6; tilt <= 6; tilt += 6) {
        plant(NULL, 0, 0, tilt, density);
        dawg_crossover_suggest(density, range, found);
        print_message("%g dB per octave: %.0f, %.0f, %.0f Hz\n", tilt, found[0], found[1], found[2]);
        assert_true(octaves_off(found, usual) < 0.25);
    }
    for (uint32_t i = 0; i < DAWG_ERB_BANDS; ++i) density[i] = DAWG_LONG_NONE;
    dawg_crossover_suggest(density, range, found);
    assert_true(octaves_off(found, usual) < 0.25);
}

/* Valleys half an octave apart cannot both be had; one 1 dB deep is not worth an octave. */
static void an_octave_apart_and_not_further_than_it_is_worth(void **state)
{
    (void)state;
    double density[DAWG_ERB_BANDS], found[3];
    plant((const double[]){480, 600, 5000}, 3, 12, 0, density);
    dawg_crossover_suggest(density, range, found);
    assert_true(found[1] >= 2.0 * found[0] && found[2] >= 2.0 * found[1]);
    plant((const double[]){200, 500, 5000}, 3, 1, 0, density);
    dawg_crossover_suggest(density, range, found);
    assert_true(found[1] > 800.0 && found[1] < 1250.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valleys_are_found_whatever_the_tilt),
        cmocka_unit_test(without_valleys_or_sound_they_are_where_they_usually_are),
        cmocka_unit_test(an_octave_apart_and_not_further_than_it_is_worth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
