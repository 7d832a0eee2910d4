/* SPDX-License-Identifier: MIT
 * The 32-band graphic equalizer: its response against the gains asked for, computed here from the sections by the
 * transfer function of the state-variable filter; its way from one curve to another; its silence. */
#include "dsp/graphic_eq.h"
#include "dsp/noise.h"
#include "kit/record.h"
#include "support/cmocka.h"
#include <complex.h>
#include <math.h>
#include <stdio.h>

#define BANDS DAWG_GRAPHIC_BANDS
#define PI 3.14159265358979323846
enum { PERIOD = 32, SETTLED = 400 /* control periods */ };
static float hz[BANDS];
static dawg_graphic_eq eq, other;

static int centres(void **state)
{
    (void)state;
    const double low = log1p(0.00437 * 20), high = log1p(0.00437 * 20000);
    for (int i = 0; i < (int)BANDS; ++i) hz[i] = (float)(expm1(low + (high - low) * (i + 0.5) / BANDS) / 0.00437);
    return 0;
}

static double response_db(const dawg_svf *s, double f, double rate)
{
    double db = 0.0;
    for (uint32_t i = 0; i < BANDS; ++i) {
        const double complex x = I * tan(PI * f / rate) / s[i].g;
        db += 20.0 * log10(cabs((s[i].hp * x * x + s[i].bp * x + s[i].lp) / (x * x + s[i].k * x + 1.0)));
    }
    return db;
}

typedef enum { ONE, FLAT, SMOOTH, ALTERNATING, WIDE, RANDOM, CURVES } shape;
static void gains(shape s, double *g)
{
    dawg_noise n;
    dawg_noise_seed(&n, 5);
    for (int i = 0; i < (int)BANDS; ++i) {
        const double r = 9.0 * (double)dawg_noise_next(&n);
        const double of[CURVES] = {i == 9 ? 12 : 0, 12, 12 * sin(i / 4.0), i % 2 ? -6 : 6, i % 2 ? -12 : 12, r};
        g[i] = of[s];
    }
}

static void the_response_passes_through_every_gain(void **state)
{
    (void)state;
    const double rates[] = {44100, 48000, 88200, 192000};
    double worst = 0.0, widest = 0.0;
    for (int r = 0; r < 4; ++r)
        for (int c = 0; c < CURVES; ++c) {
            static dawg_graphic_plan p;
            double g[BANDS];
            dawg_svf s[BANDS];
            gains((shape)c, g);
            dawg_graphic_plan_make(&p, hz, rates[r]);
            assert_int_equal(p.bands, BANDS);
            dawg_graphic_sections(&p, g, s);
            for (uint32_t i = 0; i < BANDS; ++i) {
                const double error = fabs(response_db(s, (double)hz[i], rates[r]) - g[i]);
                if (c == WIDE) widest = fmax(widest, error);
                else worst = fmax(worst, error);
                if (error > (c == WIDE ? 0.45 : 0.2))
                    fail_msg("%g Hz, curve %d, band %u: %.3f dB off", rates[r], c, i + 1, error);
            }
        }
    dawg_record("EQ-9", "sections, error at the centres, +-12 dB", worst, "dB", "<= 0.2");
    dawg_record("EQ-9", "sections, error at the centres, +-12 dB alternating", widest, "dB", "<= 0.45");
}

static void a_flat_curve_does_not_ripple(void **state)
{
    (void)state;
    static dawg_graphic_plan p;
    double g[BANDS];
    dawg_svf s[BANDS];
    for (uint32_t i = 0; i < BANDS; ++i) g[i] = 6.0;
    dawg_graphic_plan_make(&p, hz, 48000);
    dawg_graphic_sections(&p, g, s);
    for (double f = 38.0; f < 16000.0; f *= 1.01) {
        const double off = fabs(response_db(s, f, 48000) - 6.0);
        if (off > (f > 80.0 ? 0.3 : 0.45)) fail_msg("%g Hz: %.3f dB off", f, off);
    }
}

static void nothing_to_do_is_a_wire(void **state)
{
    (void)state;
    static const double none[BANDS];
    double faint[BANDS];
    dawg_svf s[BANDS];
    static dawg_graphic_plan p;
    dawg_graphic_plan_make(&p, hz, 48000);
    dawg_graphic_sections(&p, none, s);
    for (uint32_t i = 0; i < BANDS; ++i) assert_true(s[i].hp == 1.0 && s[i].lp == 1.0 && s[i].bp == s[i].k);
    assert_true(dawg_graphic_tail(s, 1.0) == 0.0);
    dawg_graphic_eq_reset(&eq, hz, PERIOD, 48000);
    for (uint32_t i = 0; i < BANDS; ++i) faint[i] = 0.002; /* under 0.01 dB: out of the path */
    dawg_graphic_eq_aim(&eq, faint);
    assert_true(dawg_graphic_eq_idle(&eq));
}

static void play(dawg_graphic_eq *x, const double *g, dawg_d2 *io, uint32_t periods)
{
    for (uint32_t k = 0; k < periods; ++k) {
        dawg_graphic_eq_aim(x, g);
        if (!dawg_graphic_eq_idle(x)) dawg_graphic_eq_run(x, 0, io + k * PERIOD, PERIOD);
        dawg_graphic_eq_end(x);
    }
}

static dawg_d2 sound[SETTLED * PERIOD], again[SETTLED * PERIOD];
static void noise(dawg_d2 *to, uint64_t seed)
{
    dawg_noise n;
    dawg_noise_seed(&n, seed);
    for (uint32_t i = 0; i < SETTLED * PERIOD; ++i)
        to[i] = (dawg_d2){(double)dawg_noise_next(&n), (double)dawg_noise_next(&n)};
}

/* Two equalizers: one goes the long way round, one is put there. In between silence, so that states are 0. */
static void where_it_arrives_depends_on_the_gains_alone(void **state)
{
    (void)state;
    double g[BANDS];
    for (int r = 0; r < 3; ++r) {
        const double rate = r == 0 ? 48000 : r == 1 ? 8000 : 192000;
        dawg_graphic_eq_reset(&eq, hz, PERIOD, rate);
        dawg_graphic_eq_reset(&other, hz, PERIOD, rate);
        for (int c = 0; c < CURVES; ++c) {
            memset(sound, 0, sizeof sound);
            gains((shape)c, g);
            play(&eq, g, sound, c % 2 ? 7 : SETTLED); /* some are left before they are reached */
        }
        gains(SMOOTH, g);
        play(&eq, g, sound, SETTLED);
        play(&other, g, sound, 1);
        noise(sound, 1), noise(again, 1);
        play(&eq, g, sound, SETTLED);
        play(&other, g, again, SETTLED);
        assert_memory_equal(sound, again, sizeof sound);
        assert_memory_equal(eq.to, other.to, sizeof eq.to);
        assert_memory_equal(eq.from, eq.to, sizeof eq.from);
    }
}

/* The contraction of graphic_eq.c: whatever the curves, what comes out is no larger than twice what the loudest of them
 * does to noise; and a move is heard in no chunk but where it is. */
static void it_may_be_moved_at_any_time(void **state)
{
    (void)state;
    dawg_noise n;
    dawg_noise_seed(&n, 9);
    dawg_graphic_eq_reset(&eq, hz, PERIOD, 48000);
    double largest = 0.0;
    for (int k = 0; k < 40; ++k) {
        double g[BANDS];
        for (uint32_t i = 0; i < BANDS; ++i) g[i] = 12.0 * (double)dawg_noise_next(&n);
        noise(sound, (uint64_t)k);
        play(&eq, g, sound, 29 + (uint32_t)k);
        for (uint32_t i = 0; i < 29 * PERIOD; ++i) largest = fmax(largest, fmax(fabs(sound[i][0]), fabs(sound[i][1])));
    }
    assert_true(largest > 1.0 && largest < 2.0 * 4.0 * 3.0); /* +12 dB, crest of filtered noise 3 */
}

static void chunks_make_no_difference(void **state)
{
    (void)state;
    double g[BANDS];
    dawg_graphic_eq_reset(&eq, hz, PERIOD, 48000);
    dawg_graphic_eq_reset(&other, hz, PERIOD, 48000);
    noise(sound, 3), noise(again, 3);
    for (uint32_t k = 0; k < SETTLED; ++k) {
        gains((shape)(k / 45 % CURVES), g);
        play(&eq, g, sound + k * PERIOD, 1);
        dawg_graphic_eq_aim(&other, g);
        for (uint32_t at = 0, m; at < PERIOD; at += m) {
            m = 1 + (k * 7 + at) % 11;
            if (m > PERIOD - at) m = PERIOD - at;
            dawg_graphic_eq_run(&other, at, again + k * PERIOD + at, m);
        }
        dawg_graphic_eq_end(&other);
    }
    assert_memory_equal(sound, again, sizeof sound);
}

static void silence_ends_at_zero(void **state)
{
    (void)state;
    double g[BANDS];
    gains(RANDOM, g);
    dawg_graphic_eq_reset(&eq, hz, PERIOD, 48000);
    noise(sound, 4);
    play(&eq, g, sound, SETTLED);
    for (int k = 0; k < 10; ++k) {
        memset(sound, 0, sizeof sound);
        play(&eq, g, sound, SETTLED);
    }
    static const dawg_svf_state none[BANDS];
    for (uint32_t i = 0; i < SETTLED * PERIOD; ++i) assert_true(sound[i][0] == 0.0 && sound[i][1] == 0.0);
    for (uint32_t i = 0; i < BANDS; ++i)
        assert_true(eq.state[i].s1[0] == none[i].s1[0] && eq.state[i].s2[1] == none[i].s2[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_response_passes_through_every_gain),
        cmocka_unit_test(a_flat_curve_does_not_ripple),
        cmocka_unit_test(nothing_to_do_is_a_wire),
        cmocka_unit_test(where_it_arrives_depends_on_the_gains_alone),
        cmocka_unit_test(it_may_be_moved_at_any_time),
        cmocka_unit_test(chunks_make_no_difference),
        cmocka_unit_test(silence_ends_at_zero),
    };
    return cmocka_run_group_tests(tests, centres, NULL);
}
