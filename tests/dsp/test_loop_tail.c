/* SPDX-License-Identifier: MIT
 * The reported tail of a loop against a loop that is run in double until it has fallen to -120 dBFS (sound REQ E-7). */
#include "dsp/cut.h"
#include "dsp/loop_tail.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Two seconds of full-scale noise through a loop of `frames`; samples from its end to the last one above -120 dBFS. */
static uint32_t measured(const dawg_loop *l, double rate, uint32_t limit)
{
    const uint32_t d = (uint32_t)l->frames, loud = (uint32_t)(2.0 * rate);
    double *ring = calloc(d, sizeof *ring);
    assert_non_null(ring);
    dawg_svf_run run[2] = {{0}};
    dawg_svf_state state[2] = {{{0, 0}, {0, 0}}, {{0, 0}, {0, 0}}};
    for (uint32_t k = 0; k < l->n_cuts; ++k) run[k] = dawg_svf_ready(&l->cuts[k]);
    dawg_noise g;
    dawg_noise_seed(&g, 5);
    uint32_t last = 0;
    for (uint32_t i = 0; i < loud + limit; ++i) {
        dawg_d2 y = dawg_d2_all(ring[i % d]);
        for (uint32_t k = 0; k < l->n_cuts; ++k) y = dawg_svf_tick(&run[k], &state[k], y);
        double echo = y[0];
        if (fabs(echo) > 1.0) echo /= fabs(echo); /* the loop is limited; crudely is enough here */
        ring[i % d] = (i < loud ? (double)dawg_noise_next(&g) : 0.0) + l->feedback * echo;
        if (i >= loud && fabs(echo) * l->level > 1e-6) last = i + 1 - loud;
    }
    free(ring);
    return last;
}

static void the_report_holds_the_truth_and_at_most_twice_of_it(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 77);
    const double rate = 16000;
    double least = 1e9, most = 0.0;
    uint32_t ran = 0;
    for (uint32_t k = 0; ran < grid(40, 400) && k < 10000; ++k) {
        double u[7];
        for (int i = 0; i < 7; ++i) u[i] = 0.5 + 0.5 * (double)dawg_noise_next(&g);
        dawg_svf cuts[2];
        uint32_t n = 0;
        if (u[0] < 0.7) cuts[n++] = dawg_cut_design(DAWG_EQ_HIGH_PASS, 20.5 * pow(48.0, u[1]), rate);
        if (u[2] < 0.7) cuts[n++] = dawg_cut_design(DAWG_EQ_LOW_PASS, 1000.0 * pow(7.0, u[3]), rate);
        const dawg_loop l = {floor(16.0 * pow(2000.0, u[4])), 1.05 * u[5], u[6] < 0.8 ? 1.0 : 0.01, cuts, n};
        const uint32_t reported = dawg_loop_tail(&l, rate);
        if (reported > 10 * 16000) continue;
        const uint32_t truth = measured(&l, rate, 2 * reported + 16000);
        if (reported < truth || reported > 2 * truth + 1600)
            fail_msg("%g frames, feedback %g, %u cuts, level %g: rings for %u, reports %u", l.frames, l.feedback, n,
                     l.level, truth, reported);
        least = fmin(least, (double)reported / truth);
        most = fmax(most, ((double)reported - 1600) / truth);
        ++ran;
    }
    print_message("%u loops: report / truth from %.3f to %.2f\n", ran, least, most);
    assert_true(ran >= 40);
}

static void a_loop_that_never_ends_says_so(void **state)
{
    (void)state;
    dawg_svf cuts[2] = {dawg_cut_design(DAWG_EQ_HIGH_PASS, 1000, 48000),
                        dawg_cut_design(DAWG_EQ_LOW_PASS, 1000, 48000)};
    assert_true(dawg_loop_tail(&(dawg_loop){480, 1.0, 1.0, NULL, 0}, 48000) == UINT32_MAX);
    assert_true(dawg_loop_tail(&(dawg_loop){480, 1.1, 1.0, cuts, 1}, 48000) == UINT32_MAX);
    assert_true(dawg_loop_tail(&(dawg_loop){480, 1.1, 1.0, cuts, 2}, 48000) < 480 * 40); /* the cuts halve it */
    assert_true(dawg_loop_tail(&(dawg_loop){480, 0.99999999, 1.0, NULL, 0}, 48000) == UINT32_MAX);
    assert_true(dawg_loop_tail(&(dawg_loop){480, 1.1, 0.0, NULL, 0}, 48000) == 0);
    assert_true(dawg_loop_tail(&(dawg_loop){480, 0.0, 1.0, NULL, 0}, 48000) == 480);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_report_holds_the_truth_and_at_most_twice_of_it),
        cmocka_unit_test(a_loop_that_never_ends_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
