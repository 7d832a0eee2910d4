/* SPDX-License-Identifier: MIT
 * Bands add up to the all-pass of all three crossovers, in bits of float, while they stand and while they move; they lie
 * where they are placed; and chunks do not matter. Responses at many settings are in test_multiband_compressor.py. */
#include "dsp/crossover.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <math.h>
#include <string.h>

enum { PERIOD = 32, RATE = 48000, BANDS = DAWG_CROSSOVER_BANDS };

static void crossovers_keep_an_octave_apart(void **state)
{
    (void)state;
    const struct {
        float wish[3];
        double rate, hz[3];
    } rows[] = {{{200, 1000, 5000}, 48000, {200, 1000, 5000}},
                {{1000, 1000, 1000}, 48000, {500, 1000, 2000}},
                {{1000, 100, 16000}, 48000, {50, 100, 16000}},
                {{1000, 6000, 16000}, 8000, {900, 1800, 3600}},
                {{40, 6000, 1000}, 192000, {40, 6000, 12000}}};
    for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        double hz[3];
        dawg_crossover_place(rows[i].wish, rows[i].rate, hz);
        for (uint32_t k = 0; k < 3; ++k) assert_true(fabs(hz[k] - rows[i].hz[k]) < 1e-9 * hz[k]);
    }
}

/* Noise through moving or standing crossovers, in chunks; band by band into out. */
static void play(int moves, uint32_t chunk, uint32_t n, float *out[BANDS][2])
{
    dawg_crossover x;
    dawg_noise g;
    dawg_crossover_reset(&x, PERIOD, RATE);
    dawg_noise_seed(&g, 1);
    for (uint32_t at = 0; at < n; at += PERIOD) {
        const double u = moves ? 0.5 - 0.5 * cos(6.283 * at / 20000.0) : 0.0;
        float in[2][PERIOD];
        dawg_crossover_plan(&x, (const double[3]){80 * pow(8, u), 1000 * pow(2, u), 9000 * pow(0.5, u)});
        for (uint32_t i = 0; i < PERIOD; ++i) in[0][i] = dawg_noise_next(&g), in[1][i] = dawg_noise_next(&g);
        for (uint32_t from = 0, some; from < PERIOD; from += some) {
            float *to[BANDS][2];
            some = PERIOD - from < chunk ? PERIOD - from : chunk;
            for (uint32_t b = 0; b < BANDS; ++b)
                for (uint32_t c = 0; c < 2; ++c) to[b][c] = out[b][c] + at + from;
            dawg_crossover_run(&x, from, some, (const float *const[2]){in[0] + from, in[1] + from},
                               (float *const(*)[2])to);
        }
        dawg_crossover_end(&x);
    }
}

enum { FRAMES = 20000 / PERIOD * PERIOD };
static float room[3][BANDS][2][FRAMES];

static void point(uint32_t which, float *out[BANDS][2])
{
    for (uint32_t b = 0; b < BANDS; ++b)
        for (uint32_t c = 0; c < 2; ++c) out[b][c] = room[which][b][c];
}

static void chunks_do_not_matter(void **state)
{
    (void)state;
    const uint32_t chunks[] = {PERIOD, 1, 7};
    for (int moves = 0; moves < 2; ++moves) {
        for (uint32_t k = 0; k < 3; ++k) {
            float *out[BANDS][2];
            point(k, out);
            play(moves, chunks[k], FRAMES, out);
        }
        assert_memory_equal(room[0], room[1], sizeof room[0]);
        assert_memory_equal(room[0], room[2], sizeof room[0]);
    }
}

/* The energy that comes out is the energy that went in: of an all-pass, standing or moving, but for what still rings. */
static void bands_add_up_to_an_all_pass_even_while_they_move(void **state)
{
    (void)state;
    for (int moves = 0; moves < 2; ++moves) {
        float *out[BANDS][2];
        point(0, out);
        play(moves, PERIOD, FRAMES, out);
        dawg_noise g;
        dawg_noise_seed(&g, 1);
        double in = 0, all = 0;
        for (uint32_t i = 0; i < FRAMES; ++i)
            for (uint32_t c = 0; c < 2; ++c) {
                const double x = (double)dawg_noise_next(&g);
                double sum = 0;
                for (uint32_t b = 0; b < BANDS; ++b) sum += (double)out[b][c][i];
                in += x * x, all += sum * sum;
            }
        const double off = 10.0 * log10(all / in);
        print_message("%s: %.4f dB of energy\n", moves ? "moving" : "standing", off);
        assert_true(fabs(off) < (moves ? 0.05 : 0.01));
    }
}

/* The sections that it names for tails and drawings are what a band does: its response from an impulse, at rates. */
static void the_sections_are_those_of_the_band(void **state)
{
    (void)state;
    enum { N = 1 << 15 };
    static float in[2][PERIOD], out[BANDS][2][N];
    double worst = 0.0;
    for (uint32_t k = 0; k < GRID_RATES; k += 5) {
        const double rate = (double)grid_rates[k], hz[3] = {0.01 * rate, 0.05 * rate, 0.2 * rate};
        dawg_crossover x;
        dawg_crossover_reset(&x, PERIOD, rate);
        for (uint32_t at = 0; at < N; at += PERIOD) {
            float *to[BANDS][2];
            in[0][0] = in[1][0] = at ? 0.0f : 1.0f;
            for (uint32_t b = 0; b < BANDS; ++b)
                for (uint32_t c = 0; c < 2; ++c) to[b][c] = out[b][c] + at;
            dawg_crossover_plan(&x, hz);
            dawg_crossover_run(&x, 0, PERIOD, (const float *const[2]){in[0], in[1]}, (float *const(*)[2])to);
            dawg_crossover_end(&x);
        }
        for (uint32_t b = 0; b < BANDS; ++b)
            for (double turns = 0.002; turns < 0.49; turns *= 1.5) {
                dawg_svf sections[DAWG_CROSSOVER_TAIL_SECTIONS];
                double h[2], re = 0, im = 0;
                dawg_crossover_sections(hz, rate, b, sections);
                dawg_svf_response(sections, DAWG_CROSSOVER_TAIL_SECTIONS, turns, h);
                for (uint32_t i = 0; i < N; ++i) {
                    re += (double)out[b][0][i] * cos(2 * DAWG_PI * turns * i);
                    im -= (double)out[b][0][i] * sin(2 * DAWG_PI * turns * i);
                }
                worst = fmax(worst, hypot(re - h[0], im - h[1]));
            }
    }
    print_message("largest distance %.1e\n", worst);
    assert_true(worst < 1e-5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crossovers_keep_an_octave_apart),
        cmocka_unit_test(chunks_do_not_matter),
        cmocka_unit_test(bands_add_up_to_an_all_pass_even_while_they_move),
        cmocka_unit_test(the_sections_are_those_of_the_band),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
