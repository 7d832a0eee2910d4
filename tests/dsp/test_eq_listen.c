/* SPDX-License-Identifier: MIT
 * Hearing what a band works on: against the textbook band-pass and Butterworth filters through the bilinear transform,
 * on steady tones; which lanes are heard; the fade. */
#include "dsp/eq_listen.h"
#include "support/cmocka.h"
#include <complex.h>
#include <math.h>
#include <stdio.h>

#define RATE 48000.0
enum { PERIOD = 32, SETTLED = 3000 /* control periods */ };
static const double pi = 3.14159265358979323846;
static dawg_eq_listen x;
static dawg_d2 wet[PERIOD];

/* One control period over `under`; the dry sound is a tone, left and right times these. */
static void period(uint32_t band, dawg_eq_placement p, const dawg_eq_shape *s, uint64_t k, double hz, double left,
                   double right, dawg_d2 under)
{
    float dry[2][PERIOD];
    for (uint32_t i = 0; i < PERIOD; ++i) {
        const double tone = sin(2.0 * pi * hz / RATE * (double)(k * PERIOD + i));
        dry[0][i] = (float)(left * tone), dry[1][i] = (float)(right * tone);
        wet[i] = under;
    }
    dawg_eq_listen_plan(&x, band, p, s);
    dawg_eq_listen_run(&x, 0, (const float *const[2]){dry[0], dry[1]}, wet, PERIOD);
    dawg_eq_listen_end(&x);
}

/* RMS of both channels over the last half of the time, times sqrt(2): of a sine its peak. */
static dawg_d2 settled_peaks(dawg_eq_placement p, const dawg_eq_shape *s, double hz, double left, double right)
{
    dawg_d2 power = {0, 0};
    dawg_eq_listen_reset(&x, PERIOD, RATE);
    for (uint64_t k = 0; k < SETTLED; ++k) {
        period(3, p, s, k, hz, left, right, (dawg_d2){0.3, -0.2});
        if (k >= SETTLED / 2)
            for (uint32_t i = 0; i < PERIOD; ++i) power += wet[i] * wet[i];
    }
    power /= dawg_d2_all(0.25 * SETTLED * PERIOD);
    return (dawg_d2){sqrt(power[0]), sqrt(power[1])};
}

static double textbook(const dawg_eq_shape *s, double hz)
{
    const double complex p = I * tan(pi * hz / RATE) / tan(pi * s->hz / RATE);
    if (s->type == DAWG_EQ_LOW_SHELF) return cabs(1.0 / (p * p + sqrt(2.0) * p + 1.0));
    if (s->type == DAWG_EQ_HIGH_SHELF) return cabs(p * p / (p * p + sqrt(2.0) * p + 1.0));
    return cabs(p / s->q / (p * p + p / s->q + 1.0));
}

static void each_type_is_heard_through_its_own_filter(void **state)
{
    (void)state;
    const dawg_eq_type types[] = {DAWG_EQ_BELL, DAWG_EQ_LOW_SHELF, DAWG_EQ_HIGH_SHELF};
    const double centres[] = {100, 1000, 8000}, octaves[] = {-2, -0.5, 0, 0.5, 1};
    double worst = 0.0;
    for (int t = 0; t < 3; ++t)
        for (int c = 0; c < 3; ++c)
            for (int o = 0; o < 5; ++o) {
                const dawg_eq_shape s = {types[t], DAWG_EQ_12_DB, centres[c], 6, 2};
                /* whole cycles in the half that is measured: 1500 periods are one second */
                const double hz = round(centres[c] * exp2(octaves[o])), want = 0.5 * textbook(&s, hz);
                const dawg_d2 got = settled_peaks(DAWG_EQ_STEREO, &s, hz, 0.5, 0.25);
                worst = fmax(worst, fmax(fabs(got[0] / want - 1.0), fabs(got[1] / want - 0.5)));
            }
    printf("45 tones: largest error %.2g of the level\n", worst);
    assert_true(worst < 1e-5);
}

static void mid_or_side_is_heard_on_both_channels_alike(void **state)
{
    (void)state;
    const dawg_eq_shape s = {DAWG_EQ_BELL, DAWG_EQ_12_DB, 1000, 6, 1};
    const struct {
        dawg_eq_placement on;
        double left, right;
    } rows[DAWG_EQ_PLACEMENTS] = {{DAWG_EQ_STEREO, 0.6, 0.2},
                                  {DAWG_EQ_MID, 0.4, 0.4},
                                  {DAWG_EQ_SIDE, 0.2, 0.2},
                                  {DAWG_EQ_LEFT, 0.6, 0},
                                  {DAWG_EQ_RIGHT, 0, 0.2}};
    for (int r = 0; r < (int)DAWG_EQ_PLACEMENTS; ++r) {
        const dawg_d2 got = settled_peaks(rows[r].on, &s, 1000, 0.6, 0.2);
        assert_true(fabs(got[0] - rows[r].left) < 1e-6 && fabs(got[1] - rows[r].right) < 1e-6);
        if (dawg_eq_is_mid_side(rows[r].on))
            for (uint32_t i = 0; i < PERIOD; ++i) assert_true(fabs(wet[i][0] - wet[i][1]) < 1e-12);
    }
}

/* Silence is listened to over a constant: what is left of it is the fade, 6u^5 - 15u^4 + 10u^3 (Perlin 2002). */
static void a_change_fades_in_20_ms_and_out_as_softly(void **state)
{
    (void)state;
    const dawg_eq_shape s = {DAWG_EQ_BELL, DAWG_EQ_12_DB, 1000, 6, 1};
    enum { FADE = 960 };
    dawg_eq_listen_reset(&x, PERIOD, RATE);
    period(0, DAWG_EQ_STEREO, &s, 0, 0, 0, 0, dawg_d2_all(1));
    for (uint32_t i = 0; i < PERIOD; ++i) assert_true(wet[i][0] == 1.0 && wet[i][1] == 1.0);
    for (int out = 0; out < 2; ++out) {
        for (uint32_t k = 0; k < FADE / PERIOD; ++k) {
            period(out ? 0 : 1, DAWG_EQ_STEREO, &s, k, 0, 0, 0, dawg_d2_all(1));
            for (uint32_t i = 0; i < PERIOD; ++i) {
                const double u = (double)(k * PERIOD + i) / FADE,
                             ease = 6 * pow(u, 5) - 15 * pow(u, 4) + 10 * pow(u, 3);
                assert_true(fabs(wet[i][0] - (out ? ease : 1.0 - ease)) < 1e-6);
            }
        }
        period(out ? 0 : 1, DAWG_EQ_STEREO, &s, 0, 0, 0, 0, dawg_d2_all(1));
        for (uint32_t i = 0; i < PERIOD; ++i) assert_true(wet[i][0] == (out ? 1.0 : 0.0));
    }
    assert_true(dawg_eq_listen_idle(&x));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_is_heard_through_its_own_filter),
        cmocka_unit_test(mid_or_side_is_heard_on_both_channels_alike),
        cmocka_unit_test(a_change_fades_in_20_ms_and_out_as_softly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
