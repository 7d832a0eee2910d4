/* SPDX-License-Identifier: MIT
 * Anti-runaway in a loop of the test's own: 100 ms and a bell that boosts. Noise goes round in it; what the block does to
 * the boosted tone is measured by a Fourier sum against a tone elsewhere that the bell hardly touches. */
#include "dsp/eq_design.h"
#include "dsp/noise.h"
#include "dsp/runaway.h"
#include "kit/record.h"
#include "support/cmocka.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { RATE = 48000, PERIOD = 32, TURN = 4800, TURNS = 24 };
static float loop[TURN], echo_of[TURNS][TURN];
static dawg_runaway x;

static double tone_db(const float *y, double hz)
{
    double re = 0.0, im = 0.0;
    for (int i = 0; i < TURN; ++i) {
        re += (double)y[i] * cos(6.283185307179586 * hz * i / RATE);
        im += (double)y[i] * sin(6.283185307179586 * hz * i / RATE);
    }
    return 10.0 * log10((re * re + im * im) / (TURN / 2.0) / (TURN / 2.0) + 1e-30);
}

/* One turn of two tones and noise, then `TURNS` echoes of it, in runs of up to `most` frames. */
static void go_round(int on, double hz, double other_hz, double boost_db, float feedback, uint32_t most)
{
    const dawg_svf bell = dawg_eq_design(DAWG_EQ_BELL, hz, RATE, boost_db, 4.0);
    const dawg_svf_run run = dawg_svf_ready(&bell);
    dawg_svf_state state = {{0}, {0}};
    dawg_noise g;
    dawg_noise_seed(&g, 1);
    dawg_runaway_reset(&x, PERIOD, RATE);
    for (int i = 0; i < TURN; ++i) loop[i] = 0.0f;
    for (uint32_t t = 0, frame = 0; t <= TURNS; ++t)
        for (uint32_t i = 0; i < TURN;) {
            const uint32_t at = frame % PERIOD, rest = PERIOD - at;
            uint32_t n = most < rest ? most : rest;
            if (n > TURN - i) n = TURN - i;
            float in[PERIOD] = {0}, left[PERIOD], right[PERIOD], ones[PERIOD], fed[PERIOD];
            if (at == 0) dawg_runaway_plan(&x, on, TURN);
            for (uint32_t k = 0; k < n; ++k) {
                const double s = (double)(i + k) / RATE;
                if (t == 0)
                    in[k] = (float)(1e-3 * (sin(6.283185307179586 * hz * s) + sin(6.283185307179586 * other_hz * s))) +
                            1e-4f * dawg_noise_next(&g);
                left[k] = right[k] = (float)dawg_svf_tick(&run, &state, dawg_d2_all((double)loop[i + k]))[0];
                ones[k] = 1.0f;
                fed[k] = feedback;
            }
            dawg_runaway_cut(&x, at, n, left, right);
            dawg_runaway_listen(&x, n, (const float *const[2]){in, in}, (const float *const[2]){left, right}, ones,
                                fed);
            for (uint32_t k = 0; k < n; ++k) {
                if (t) echo_of[t - 1][i + k] = left[k];
                loop[i + k] = in[k] + feedback * left[k];
            }
            if (at + n == PERIOD) dawg_runaway_end(&x);
            i += n;
            frame += n;
        }
}

static void a_filter_that_boosts_is_held_within_three_repeats(void **state)
{
    (void)state;
    static const struct {
        double hz, other_hz;
    } rows[] = {{100, 3000}, {600, 8000}, {2400, 200}, {9000, 500}};
    static const double boosts[] = {1, 2, 3, 4.5, 6};
    for (int k = 0; k < 4; ++k)
        for (int b = 0; b < 5; ++b) {
            double free_db = 0.0, most = 0.0, touched = 0.0;
            int over = 0, longest = 0;
            for (int on = 0; on < 2; ++on) {
                go_round(on, rows[k].hz, rows[k].other_hz, boosts[b], 0.95f, PERIOD);
                for (int t = 0; t < TURNS; ++t) {
                    const double trend_db = -60.0 + 20.0 * t * log10(0.95);
                    const double db = tone_db(echo_of[t], rows[k].hz) - trend_db;
                    if (!on) {
                        free_db = db;
                        continue;
                    }
                    over = db > 6.0 ? over + 1 : 0;
                    longest = over > longest ? over : longest;
                    most = fmax(most, db);
                    touched = fmax(touched, fabs(tone_db(echo_of[t], rows[k].other_hz) - trend_db) / (t + 1));
                }
            }
            print_message(
                "%5.0f Hz, %+.1f dB a turn: %5.1f dB, held at %.1f, %d repeats over 6 dB; the rest %.2f dB a turn\n",
                rows[k].hz, boosts[b], free_db, most, longest, touched);
            char detail[80];
            snprintf(detail, sizeof detail, "%g Hz, +%g dB a turn", rows[k].hz, boosts[b]);
            dawg_record_highest("DL-8", "a bell that boosts: repeats in a row over 6 dB", longest, "", "<= 3", detail);
            assert_true(free_db > 20.0 && longest <= 3);
        }
}

static void without_a_build_up_nothing_is_done(void **state)
{
    (void)state;
    static const double cuts[] = {0, -1, -6};
    static float plain[TURNS][TURN];
    for (int k = 0; k < 3; ++k) {
        go_round(0, 1000, 300, cuts[k], 1.0f, PERIOD);
        memcpy(plain, echo_of, sizeof plain);
        go_round(1, 1000, 300, cuts[k], 1.0f, PERIOD);
        assert_memory_equal(plain, echo_of, sizeof plain);
    }
}

static void chunks_do_not_matter(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {1, 7, 31};
    static float whole[TURNS][TURN];
    go_round(1, 600, 8000, 3.0, 0.95f, PERIOD);
    memcpy(whole, echo_of, sizeof whole);
    for (int k = 0; k < 3; ++k) {
        go_round(1, 600, 8000, 3.0, 0.95f, sizes[k]);
        assert_memory_equal(whole, echo_of, sizeof whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_that_boosts_is_held_within_three_repeats),
        cmocka_unit_test(without_a_build_up_nothing_is_done),
        cmocka_unit_test(chunks_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
