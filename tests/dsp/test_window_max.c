/* SPDX-License-Identifier: MIT
 * The sliding-window maximum and the lookahead that is built on it, against sums and searches written out in full. */
#include "dsp/lookahead.h"
#include "dsp/noise.h"
#include "dsp/window_max.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <math.h>
#include <stdio.h>

enum { LENGTH = 4000 };
static float input[LENGTH];

/* Noise, ramps that rise and fall (the worst cases of other methods), plateaus, rare peaks; negative numbers too. */
static void fill(uint32_t kind)
{
    dawg_noise g;
    dawg_noise_seed(&g, kind);
    for (uint32_t i = 0; i < LENGTH; ++i) {
        const float noise = dawg_noise_next(&g);
        input[i] = kind == 0   ? noise
                   : kind == 1 ? (float)i
                   : kind == 2 ? -(float)i
                   : kind == 3 ? floorf(3.0f * noise)
                               : (noise > 0.98f ? noise : -1.0f);
    }
}

static void window_maximum_equals_a_search_through_the_window(void **state)
{
    (void)state;
    static float memory[DAWG_WINDOW_MAX_FLOATS(2000u)];
    const uint32_t longest = grid(70, 600);
    uint32_t checked = 0;
    for (uint32_t length = 1; length <= longest + 2; ++length) {
        const uint32_t n = length <= longest ? length : length == longest + 1 ? 1000u : 1999u;
        for (uint32_t kind = 0; kind < 5; ++kind) {
            dawg_window_max w;
            fill(kind);
            const float before = kind == 4 ? -2.0f : 0.25f;
            dawg_window_max_reset(&w, memory, n, before);
            for (uint32_t i = 0; i < LENGTH; ++i) {
                float largest = input[i];
                for (uint32_t back = 1; back < n; ++back) {
                    const float v = back <= i ? input[i - back] : before;
                    largest = v > largest ? v : largest;
                    if (back > i) break;
                }
                const float found = dawg_window_max_next(&w, input[i]);
                if (found != largest)
                    fail_msg("length %u, kind %u, number %u: %g, not %g", n, kind, i, (double)found, (double)largest);
                ++checked;
            }
        }
    }
    print_message("%u windows\n", checked);
}

/* ---- lookahead ------------------------------------------------------------------------------------------------- */

static int64_t lookahead_memory[1u << 16];

static dawg_lookahead make(uint32_t frames)
{
    dawg_lookahead x;
    assert_true(dawg_lookahead_size(frames) <= sizeof lookahead_memory);
    dawg_lookahead_reset(&x, lookahead_memory, frames);
    return x;
}

static const uint32_t lookaheads[] = {0, 1, 2, 3, 4, 5, 7, 12, 48, 100, 240, 481, 1920};

/* Isolated and clustered needs between 0 and 1. */
static float need(dawg_noise *g)
{
    const float v = dawg_noise_next(g);
    return dawg_noise_u32(g) % 97u == 0 ? floorf(v * v * 4096.0f) / 4096.0f : 0.0f; /* 1 - need is exact */
}

static void reduction_has_arrived_in_full_when_its_sample_comes_out(void **state)
{
    (void)state;
    static float needs[20000];
    for (uint32_t k = 0; k < sizeof lookaheads / sizeof *lookaheads; ++k) {
        const uint32_t late = lookaheads[k];
        dawg_lookahead x = make(late);
        dawg_noise g;
        dawg_noise_seed(&g, late);
        for (uint32_t i = 0; i < 20000; ++i) {
            needs[i] = need(&g);
            const double r = dawg_lookahead_smooth(&x, 1.0 - (double)dawg_lookahead_hold(&x, 1.0f - needs[i]));
            if (i < late + 1) continue;
            const float due =
                fmaxf(needs[i - late], needs[i - late - 1]); /* both samples around a point between them */
            if (!(r >= (double)due * (1.0 - 1e-15)) || r > 1.0 + 1e-8)
                fail_msg("lookahead %u, frame %u: reduction %.17g, needed %.9g", late, i, r, (double)due);
        }
    }
}

static void smoothing_is_a_quadratic_b_spline_over_the_lookahead(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < sizeof lookaheads / sizeof *lookaheads; ++k) {
        const uint32_t late = lookaheads[k], span = late + 1;
        static double kernel[2048], next[2048];
        for (uint32_t i = 0; i < 2048; ++i) kernel[i] = i == 0;
        uint32_t lengths = 0;
        for (uint32_t b = 0; b < 3; ++b) { /* three boxes whose lengths differ by 1 at most and span the lookahead */
            const uint32_t length = (late + 3u + b) / 3u;
            lengths += length;
            for (uint32_t i = 0; i < 2048; ++i) {
                next[i] = 0;
                for (uint32_t j = 0; j < length && j <= i; ++j) next[i] += kernel[i - j] / length;
            }
            memcpy(kernel, next, sizeof kernel);
        }
        assert_int_equal(lengths, span + 2);
        dawg_lookahead x = make(late);
        double sum = 0.0, worst = 0.0;
        for (uint32_t i = 0; i < 2 * span + 10; ++i) {
            sum += i < 2048 ? kernel[i] : 0.0;
            worst = fmax(worst, fabs(dawg_lookahead_smooth(&x, 0.625) - 0.625 * (i < span ? sum : 1.0)));
        }
        if (worst > 1e-9) fail_msg("lookahead %u: step response is off by %g", late, worst);
    }
}

static void sums_never_drift(void **state)
{
    (void)state;
    const uint32_t n = grid(1000000, 50000000);
    dawg_lookahead x = make(240);
    dawg_noise g;
    dawg_noise_seed(&g, 1);
    double last = 1.0;
    for (uint32_t i = 0; i < n; ++i) {
        const float v = dawg_noise_next(&g);
        last = dawg_lookahead_smooth(&x, (double)(v * v));
    }
    assert_true(last > 0.0);
    for (uint32_t i = 0; i < 240; ++i) last = dawg_lookahead_smooth(&x, 0.0);
    assert_true(last > 0.0);
    last = dawg_lookahead_smooth(&x, 0.0);
    assert_true(last == 0.0); /* exactly, after the lookahead and not a frame later */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(window_maximum_equals_a_search_through_the_window),
        cmocka_unit_test(reduction_has_arrived_in_full_when_its_sample_comes_out),
        cmocka_unit_test(smoothing_is_a_quadratic_b_spline_over_the_lookahead),
        cmocka_unit_test(sums_never_drift),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
