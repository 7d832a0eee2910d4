/* SPDX-License-Identifier: MIT
 * The loudness match against an integral of its own: analog bells and shelves from the audio EQ cookbook, pink noise as
 * equal power per octave from 20 Hz to 20 kHz, weighted by the filter that BS.1770 prints; and its way there. */
#include "dsp/loudness_match.h"
#include "support/cmocka.h"
#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define RATE 48000.0
enum { PERIOD = 32, BANDS = 4, GLIDE = 30 /* control periods: 20 ms */, MEASURED = 8 /* a measurement's at most */ };
static const double pi = 3.14159265358979323846;

/* The coefficients that BS.1770-5 prints for 48 kHz, annex 1 tables 1 and 2. */
static double weight(double hz)
{
    const double complex z = cexp(-I * 2.0 * pi * hz / 48000.0);
    const double complex shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z * z) /
                                 (1.0 - 1.69065929318241 * z + 0.73248077421585 * z * z);
    const double complex high_pass = (1.0 - 2.0 * z + z * z) / (1.0 - 1.99004745483398 * z + 0.99007225036621 * z * z);
    return pow(cabs(shelf * high_pass), 2);
}

static double power(const dawg_eq_setting *s, double hz)
{
    const double a = pow(10.0, s->shape.gain_db / 40.0), q = s->shape.q;
    const double complex p = I * hz / s->shape.hz;
    if (s->shape.type == DAWG_EQ_LOW_SHELF)
        return pow(cabs(a * (p * p + sqrt(a) / q * p + a) / (a * p * p + sqrt(a) / q * p + 1.0)), 2);
    if (s->shape.type == DAWG_EQ_HIGH_SHELF)
        return pow(cabs(a * (a * p * p + sqrt(a) / q * p + 1.0) / (p * p + sqrt(a) / q * p + a)), 2);
    return pow(cabs((p * p + a / q * p + 1.0) / (p * p + p / (a * q) + 1.0)), 2);
}

/* A band on one of two channels that are alike in level but independent moves half of the power, on mid or side as much. */
static double integral_db(const dawg_eq_setting *bands, uint32_t n)
{
    enum { POINTS = 20000 };
    double before = 0.0, after = 0.0;
    for (int i = 0; i < POINTS; ++i) {
        const double hz = 20.0 * pow(1000.0, (i + 0.5) / POINTS), w = weight(hz);
        double both = 1.0, one = 1.0;
        for (uint32_t b = 0; b < n; ++b) {
            if (!bands[b].on) continue;
            if (bands[b].placement == DAWG_EQ_STEREO) both *= power(&bands[b], hz);
            else one *= power(&bands[b], hz);
        }
        before += w;
        after += w * both * 0.5 * (one + 1.0);
    }
    return 10.0 * log10(after / before);
}

static dawg_eq_setting band(uint32_t on, dawg_eq_type type, double hz, double gain_db, double q)
{
    return (dawg_eq_setting){.on = on, .shape = {type, DAWG_EQ_12_DB, hz, gain_db, q}};
}

typedef struct curve {
    dawg_eq_setting at[BANDS];
} curve;
static curve curves(int i)
{
    const curve of[] = {
        {{band(1, DAWG_EQ_BELL, 1000, 6, 1)}},
        {{band(1, DAWG_EQ_LOW_SHELF, 120, 9, 0.7), band(0, DAWG_EQ_BELL, 3000, 12, 1)}},
        {{band(1, DAWG_EQ_HIGH_SHELF, 5000, -8, 0.7), band(1, DAWG_EQ_BELL, 400, -6, 2)}},
        {{band(1, DAWG_EQ_BELL, 2500, 8, 0.6), band(1, DAWG_EQ_BELL, 60, 12, 1), band(1, DAWG_EQ_BELL, 9000, -12, 3)}},
    };
    return of[i];
}
enum { CURVES = 4 };

static void it_is_the_weighted_integral_over_octaves(void **state)
{
    (void)state;
    double worst = 0.0;
    for (int i = 0; i < CURVES; ++i)
        for (int p = DAWG_EQ_STEREO; p < (int)DAWG_EQ_PLACEMENTS; ++p) {
            curve c = curves(i);
            c.at[0].placement = (dawg_eq_placement)p;
            const double got = dawg_loudness_match_settled(c.at, BANDS, RATE), want = integral_db(c.at, BANDS);
            worst = fmax(worst, fabs(got - want));
            if (fabs(got - want) > 0.05) fail_msg("curve %d, placement %d: %.3f, not %.3f dB", i, p, got, want);
        }
    printf("%d curves: largest error %.4f dB\n", CURVES * (int)DAWG_EQ_PLACEMENTS, worst);
    const curve off = {{band(1, DAWG_EQ_BELL, 1000, 0, 1)}};
    assert_true(dawg_loudness_match_settled(off.at, BANDS, RATE) == 0.0);
}

static dawg_loudness_match *match;
static int make(void **state)
{
    (void)state;
    match = aligned_alloc(16, (dawg_loudness_match_size() + 15u) & ~(size_t)15u);
    return match ? 0 : -1;
}
static int unmake(void **state)
{
    (void)state;
    free(match);
    return 0;
}

static void the_first_step_is_there_at_once(void **state)
{
    (void)state;
    for (int i = 0; i < CURVES; ++i) {
        const curve c = curves(i);
        match = dawg_loudness_match_init(match, BANDS, PERIOD, RATE);
        assert_true(dawg_loudness_match_step(match, c.at, 1, 0.0) == dawg_loudness_match_settled(c.at, BANDS, RATE));
    }
}

/* To another curve, to other loudness besides, off and on: never beyond what it comes from and goes to (until a curve is
 * measured that is the one before), no faster than a triangle of 20 ms lets it, and there, bit for bit, when the
 * measurement and the triangle are over. */
static void it_glides_and_arrives(void **state)
{
    (void)state;
    const struct {
        int curve, on;
        double more_db;
    } way[] = {{0, 1, 0}, {1, 1, 0}, {3, 1, 0}, {3, 1, -4}, {3, 0, -4}, {2, 1, 2}, {0, 1, 0}};
    curve c = curves(0);
    match = dawg_loudness_match_init(match, BANDS, PERIOD, RATE);
    double now = dawg_loudness_match_step(match, c.at, 1, 0.0);
    for (size_t k = 1; k < sizeof way / sizeof way[0]; ++k) {
        const double before = way[k].on ? dawg_loudness_match_settled(c.at, BANDS, RATE) + way[k].more_db : 0.0;
        c = curves(way[k].curve);
        const double end = way[k].on ? dawg_loudness_match_settled(c.at, BANDS, RATE) + way[k].more_db : 0.0;
        const double low = fmin(fmin(now, before), end), high = fmax(fmax(now, before), end);
        for (int i = 0; i < MEASURED + GLIDE; ++i) {
            const double next = dawg_loudness_match_step(match, c.at, way[k].on, way[k].more_db);
            assert_true(fabs(next - now) <= 2.2 / GLIDE * (high - low));
            assert_true(next > low - 1e-12 && next < high + 1e-12);
            now = next;
        }
        assert_true(now == end);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_weighted_integral_over_octaves),
        cmocka_unit_test(the_first_step_is_there_at_once),
        cmocka_unit_test(it_glides_and_arrives),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
