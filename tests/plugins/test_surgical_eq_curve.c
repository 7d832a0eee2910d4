/* SPDX-License-Identifier: MIT
 * The surgical EQ's drawn response is the one that is heard: against the spectrum of its impulse response, summed in
 * double at 100 frequencies from 20 Hz to the lower of 20 kHz and 0.49 of the rate. */
#include "draw.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include "support/rig.h"
#include <math.h>

extern const dawg_plugin dawg_surgical_eq;
enum {
    ON,
    TYPE,
    FREQ_HZ,
    GAIN_DB,
    Q,
    PER_BAND,
    BANDS = 8,
    OUTPUT_DB = BANDS * PER_BAND,
    MIX,
    PARAMS = DAWG_PARAMS_MAX
};
enum { POINTS = 100, BLOCK = 1000 };
static const double pi = 3.14159265358979323846;
static const float rates[] = {44100, 48000, 96000};

/* Everything that is not drawn here stands at its default. */
static void random_settings(dawg_noise *g, float *v)
{
    for (uint32_t i = 0; i < dawg_surgical_eq.n_params; ++i) v[i] = dawg_surgical_eq.params[i].def;
    for (uint32_t b = 0; b < BANDS; ++b, v += PER_BAND) {
        v[ON] = (float)(pick(g, 4) > 0);
        v[TYPE] = (float)pick(g, 6);
        v[FREQ_HZ] = 20.0f * powf(1000.0f, unit(g));
        v[GAIN_DB] = pick(g, 8) ? 48.0f * unit(g) - 24.0f : 0.0f;
        v[Q] = 0.1f * powf(400.0f, unit(g));
    }
    v[0] = 48.0f * unit(g) - 24.0f;
    v[1] = pick(g, 2) ? 1.0f : unit(g);
}

/* Largest error in dB. The sum runs until the response is under -280 dBFS. Every sample is rounded to float, so that the sum is
 * off by up to 2^-25 of the sum of their sizes; points where this may be 0.004 dB and more are not judged. */
static double largest_error(float rate, const float *settings, const float *drawn, const float *hz, uint32_t *judged)
{
    uint32_t length = 0;
    rig r = rig_make(&dawg_surgical_eq, rate);
    params_set(&r, settings);
    sound x = sound_make((uint32_t)(30.0f * rate));
    x.ch[0][0] = x.ch[1][0] = 1.0f;
    double last = 1.0;
    for (uint32_t at = 0; last > 1e-14; at += BLOCK) {
        assert_true(at + BLOCK <= x.n);
        float *const io[2] = {x.ch[0] + at, x.ch[1] + at};
        dawg_process(r.x, (const float *const *)io, 2, NULL, 0, io, BLOCK);
        last = sound_peak(x, at, at + BLOCK);
        length = at + BLOCK;
    }
    double sizes = 0.0, worst = 0.0;
    for (uint32_t k = 0; k < length; ++k) sizes += fabs((double)x.ch[0][k]);
    for (uint32_t i = 0; i < POINTS; ++i) {
        const double w = 2.0 * pi * (double)hz[i] / (double)rate, c = cos(w), s = sin(w);
        double re = 0.0, im = 0.0; /* Horner's rule in e^-jw, from the last sample */
        for (uint32_t k = length; k-- > 0;) {
            const double was = re;
            re = re * c + im * s + (double)x.ch[0][k];
            im = im * c - was * s;
        }
        const double size = sqrt(re * re + im * im);
        if (size * (pow(10.0, 0.004 / 20.0) - 1.0) < sizes * 0x1p-25) continue;
        worst = fmax(worst, fabs((double)drawn[i] - to_db(size)));
        ++*judged;
    }
    rig_free(&r), sound_free(&x);
    return worst;
}

static void log_frequencies(float rate, float *hz)
{
    const double top = fmin(20000.0, 0.49 * (double)rate);
    for (uint32_t i = 0; i < POINTS; ++i) hz[i] = (float)(20.0 * pow(top / 20.0, i / (POINTS - 1.0)));
}

static void the_whole_curve_is_the_measured_response(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 11);
    double worst = 0.0;
    uint32_t sets = 0, judged = 0;
    for (uint32_t k = 0; k < 3; ++k)
        for (uint32_t set = 0; set < grid(5, 30); ++set, ++sets) {
            float hz[POINTS], drawn[POINTS], v[PARAMS];
            random_settings(&g, v);
            log_frequencies(rates[k], hz);
            assert_true(dawg_draw(&dawg_surgical_eq, &(dawg_setup){rates[k]}, v, 0, hz, drawn, POINTS));
            worst = fmax(worst, largest_error(rates[k], v, drawn, hz, &judged));
        }
    print_message("%u settings at 3 rates, %u points: largest error %.2g dB\n", sets, judged, worst);
    assert_true(worst < 0.01 && judged > sets * POINTS / 2);
}

static void a_bands_curve_is_the_response_of_that_band_alone(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 12);
    double worst = 0.0;
    uint32_t bands = 0, judged = 0;
    for (uint32_t k = 0; k < 3; ++k)
        for (uint32_t set = 0; set < grid(1, 5); ++set) {
            float hz[POINTS], drawn[POINTS], v[PARAMS];
            random_settings(&g, v);
            log_frequencies(rates[k], hz);
            for (uint32_t part = 1; part <= BANDS; ++part, ++bands) {
                float alone[PARAMS];
                params_draw(&dawg_surgical_eq, 0, &g, alone); /* the defaults: output 0 dB, mix 1 */
                memcpy(alone + (part - 1) * PER_BAND, v + (part - 1) * PER_BAND, sizeof(float) * PER_BAND);
                assert_true(dawg_draw(&dawg_surgical_eq, &(dawg_setup){rates[k]}, v, part, hz, drawn, POINTS));
                worst = fmax(worst, largest_error(rates[k], alone, drawn, hz, &judged));
            }
        }
    print_message("%u bands at 3 rates, %u points: largest error %.2g dB\n", bands, judged, worst);
    assert_true(worst < 0.01 && judged > bands * POINTS * 9 / 10);
}

/* Bands in series: their curves in dB add up, and the output gain on top. */
static void the_parts_add_up_to_the_whole(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 13);
    double worst = 0.0;
    for (uint32_t set = 0; set < 50; ++set) {
        const dawg_setup s = {rates[set % 3]};
        float hz[POINTS], whole[POINTS], part[POINTS], v[PARAMS];
        random_settings(&g, v);
        log_frequencies(s.sample_rate, hz);
        v[MIX] = 1.0f;
        double sum[POINTS];
        for (uint32_t i = 0; i < POINTS; ++i) sum[i] = (double)v[OUTPUT_DB];
        for (uint32_t p = 1; p <= BANDS; ++p) {
            dawg_draw(&dawg_surgical_eq, &s, v, p, hz, part, POINTS);
            for (uint32_t i = 0; i < POINTS; ++i) sum[i] += (double)part[i];
        }
        dawg_draw(&dawg_surgical_eq, &s, v, 0, hz, whole, POINTS);
        for (uint32_t i = 0; i < POINTS; ++i)
            if (sum[i] > -180.0) worst = fmax(worst, fabs((double)whole[i] - sum[i]));
    }
    print_message("largest difference %.2g dB\n", worst);
    assert_true(worst < 0.001);
}

static void what_changes_nothing_draws_exactly_0_db(void **state)
{
    (void)state;
    const float hz[] = {0, 20, 997, 23999, 24000};
    float v[PARAMS], y[5];
    dawg_noise g;
    dawg_noise_seed(&g, 14);
    for (uint32_t mixed = 0; mixed < 2; ++mixed) {
        random_settings(&g, v);
        if (mixed) v[MIX] = 0.0f;
        for (uint32_t b = 0; b < BANDS && !mixed; ++b) v[b * PER_BAND + ON] = 0.0f;
        v[OUTPUT_DB] *= (float)mixed;
        for (uint32_t part = 0; part <= (mixed ? 0 : BANDS); ++part) {
            assert_true(dawg_draw(&dawg_surgical_eq, &(dawg_setup){48000}, v, part, hz, y, 5));
            for (uint32_t i = 0; i < 5; ++i) assert_true(y[i] == 0.0f);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_curve_is_the_measured_response),
        cmocka_unit_test(a_bands_curve_is_the_response_of_that_band_alone),
        cmocka_unit_test(the_parts_add_up_to_the_whole),
        cmocka_unit_test(what_changes_nothing_draws_exactly_0_db),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
