/* SPDX-License-Identifier: MIT
 * The chain of bands in its modes: what a change of mode sounds like, that chunks do not matter, that a filter lands on
 * the last knobs, and that the picture is what is heard. */
#include "dsp/eq_chain.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PERIOD = 32, BANDS = 4 };
#define RATE 48000.0
static const double pi = 3.14159265358979323846;

typedef struct bench {
    void *mem;
    dawg_eq_chain *chain;
    dawg_eq_setting now[BANDS];
    dawg_eq_mode mode;
} bench;

static bench bench_make(dawg_eq_mode mode)
{
    bench b = {.mode = mode};
    const size_t size = dawg_eq_chain_size(BANDS, DAWG_EQ_ALL_MODES, RATE);
    b.mem = aligned_alloc(16, (size + 15u) / 16u * 16u);
    assert_non_null(b.mem);
    memset(b.mem, 0xA5, size); /* init may not rely on fresh memory */
    b.chain = dawg_eq_chain_init(b.mem, BANDS, DAWG_EQ_ALL_MODES, PERIOD, RATE);
    for (uint32_t i = 0; i < BANDS; ++i)
        b.now[i] =
            (dawg_eq_setting){.shape = {DAWG_EQ_BELL, DAWG_EQ_12_DB, 1000.0, 0.0, 1.0}, .dynamics = {.ratio = 1}};
    return b;
}

static void bell(bench *b, uint32_t band, dawg_eq_placement where, double hz, double gain_db, double q)
{
    b->now[band].on = 1;
    b->now[band].placement = where;
    b->now[band].shape = (dawg_eq_shape){DAWG_EQ_BELL, DAWG_EQ_12_DB, hz, gain_db, q};
}

/* One control period in chunks of `chunk`; knobs at rest. */
static void period(bench *b, const float *const in[2], dawg_d2 *wet, float dry[2][PERIOD], uint32_t chunk)
{
    dawg_eq_chain_plan(b->chain, b->mode, b->now, b->now);
    for (uint32_t at = 0, n; at < PERIOD; at += n) {
        n = PERIOD - at < chunk ? PERIOD - at : chunk;
        const float *const from[2] = {in[0] + at, in[1] + at};
        dawg_eq_chain_run(b->chain, at, from, (float *const[2]){dry[0] + at, dry[1] + at}, wet + at, n);
    }
    dawg_eq_chain_end(b->chain);
}

static void noise(dawg_noise *g, float x[2][PERIOD])
{
    for (uint32_t i = 0; i < PERIOD; ++i) x[0][i] = 0.5f * dawg_noise_next(g), x[1][i] = 0.5f * dawg_noise_next(g);
}

/* Bands of every placement, moving, through all modes and back, in chunks of 1, 7 and 32 frames. */
static void chunks_do_not_change_a_bit(void **state)
{
    (void)state;
    static const dawg_eq_mode modes[] = {DAWG_EQ_MINIMUM, DAWG_EQ_HQ, DAWG_EQ_LINEAR, DAWG_EQ_MIXED, DAWG_EQ_MINIMUM};
    static const uint32_t chunks[] = {1, 7, 32};
    bench b[3];
    for (uint32_t k = 0; k < 3; ++k) b[k] = bench_make(DAWG_EQ_MINIMUM);
    dawg_noise g;
    dawg_noise_seed(&g, 3);
    for (uint32_t p = 0; p < 2500; ++p) {
        float x[2][PERIOD], dry[3][2][PERIOD];
        dawg_d2 y[3][PERIOD];
        noise(&g, x);
        for (uint32_t k = 0; k < 3; ++k) {
            b[k].mode = modes[p / 500];
            for (uint32_t i = 0; i < BANDS; ++i)
                bell(&b[k], i, (dawg_eq_placement)((i + p / 700) % DAWG_EQ_PLACEMENTS), 300.0 * (i + 1),
                     p % 900 > 400 ? 6 : 0, 1);
            b[k].now[2].dynamics = (dawg_eq_dynamics){-30.0, 4.0, -9.0, 2.0, 50.0};
            period(&b[k], (const float *const[2]){x[0], x[1]}, y[k], dry[k], chunks[k]);
        }
        assert_memory_equal(y[0], y[1], sizeof y[0]);
        assert_memory_equal(y[0], y[2], sizeof y[0]);
        assert_memory_equal(dry[0], dry[2], sizeof dry[0]);
    }
    for (uint32_t k = 0; k < 3; ++k) free(b[k].mem);
}

/* A 200 Hz tone through a bell, mode after mode: never louder than the louder of what is faded, never a step faster than
 * the tone's own, and once the fade is over the tone as late as the new mode says. */
static void modes_change_without_a_click(void **state)
{
    (void)state;
    static const dawg_eq_mode modes[] = {DAWG_EQ_MINIMUM, DAWG_EQ_LINEAR, DAWG_EQ_HQ,
                                         DAWG_EQ_MIXED,   DAWG_EQ_LINEAR, DAWG_EQ_MINIMUM};
    bench b = bench_make(DAWG_EQ_MINIMUM);
    bell(&b, 0, DAWG_EQ_STEREO, 200.0, 6.0, 1.0);
    double last = 0.0, fastest = 0.0, loudest = 0.0;
    const uint32_t length = 600;
    for (uint32_t p = 0; p < length * 6; ++p) {
        float x[2][PERIOD], dry[2][PERIOD];
        dawg_d2 y[PERIOD];
        b.mode = modes[p / length];
        for (uint32_t i = 0; i < PERIOD; ++i)
            x[0][i] = x[1][i] = (float)(0.25 * sin(2.0 * pi * 200.0 * (p * PERIOD + i) / RATE));
        period(&b, (const float *const[2]){x[0], x[1]}, y, dry, PERIOD);
        for (uint32_t i = 0; i < PERIOD; ++i, last = y[i - 1][0]) {
            if (p > 2) fastest = fmax(fastest, fabs(y[i][0] - last));
            loudest = fmax(loudest, fabs(y[i][0]));
        }
        if (p % length != length - 1) continue;
        const double late = (double)dawg_eq_chain_latency(b.mode, RATE);
        for (uint32_t i = 0; i < PERIOD; ++i) {
            const double t = (double)(p * PERIOD + i) - late;
            assert_true(fabs((double)dry[0][i] - 0.25 * sin(2.0 * pi * 200.0 * t / RATE)) < 1e-6);
            assert_true(fabs(y[i][0] - 0.25 * pow(10.0, 0.3) * sin(2.0 * pi * 200.0 * t / RATE)) < 1e-3);
        }
    }
    const double peak = 0.25 * pow(10.0, 0.3), tone = peak * 2.0 * pi * 200.0 / RATE;
    printf("fastest step %.3f of the tone's, loudest %.3f of its peak\n", fastest / tone, loudest / peak);
    assert_true(fastest < 1.15 * tone && loudest < 1.02 * peak);
    free(b.mem);
}

/* Knobs that move in every period keep a FIR busy; when they stop, its filter is theirs. */
static void a_fir_lands_on_the_last_knobs(void **state)
{
    (void)state;
    bench b = bench_make(DAWG_EQ_LINEAR), still = bench_make(DAWG_EQ_LINEAR);
    dawg_noise g;
    dawg_noise_seed(&g, 4);
    bell(&still, 0, DAWG_EQ_STEREO, 2000.0, 7.0, 1.0);
    for (uint32_t p = 0; p < 1000; ++p) {
        float x[2][PERIOD], dry[2][PERIOD];
        dawg_d2 y[PERIOD], z[PERIOD];
        noise(&g, x);
        bell(&b, 0, DAWG_EQ_STEREO, p < 300 ? 500.0 + 5.0 * p : 2000.0, p < 300 ? 0.02 * p : 7.0, 1.0);
        period(&b, (const float *const[2]){x[0], x[1]}, y, dry, PERIOD);
        period(&still, (const float *const[2]){x[0], x[1]}, z, dry, PERIOD);
        if (p >= 700) assert_memory_equal(y, z, sizeof y);
    }
    free(b.mem), free(still.mem);
}

/* The matrix of the picture against the chain itself: a tone on the left alone, then on the right, in every mode. */
static void the_picture_is_what_is_heard(void **state)
{
    (void)state;
    double worst = 0.0;
    for (uint32_t mode = 0; mode < DAWG_EQ_MODES; ++mode)
        for (uint32_t from = 0; from < 2; ++from) {
            bench b = bench_make((dawg_eq_mode)mode);
            bell(&b, 0, DAWG_EQ_MID, 900.0, 9.0, 1.0);
            bell(&b, 1, DAWG_EQ_LEFT, 1500.0, -6.0, 2.0);
            bell(&b, 2, DAWG_EQ_SIDE, 1100.0, -9.0, 0.7);
            bell(&b, 3, DAWG_EQ_STEREO, 3000.0, 4.0, 1.0);
            dawg_eq_picture *picture = malloc(sizeof *picture);
            double h[2][2][2];
            dawg_eq_picture_make(picture, b.now, BANDS, b.mode, RATE);
            dawg_eq_picture_at(picture, 1000.0, h);
            const double late = (double)dawg_eq_chain_latency(b.mode, RATE);
            double re[2] = {0, 0}, im[2] = {0, 0};
            const uint32_t first = 1500, last = 1800; /* 200 ms of a tone: whole cycles */
            for (uint32_t p = 0; p < last; ++p) {
                float x[2][PERIOD] = {{0}}, dry[2][PERIOD];
                dawg_d2 y[PERIOD];
                for (uint32_t i = 0; i < PERIOD; ++i)
                    x[from][i] = (float)cos(2.0 * pi * 1000.0 * (p * PERIOD + i) / RATE);
                period(&b, (const float *const[2]){x[0], x[1]}, y, dry, PERIOD);
                for (uint32_t i = 0; i < PERIOD && p >= first; ++i)
                    for (uint32_t to = 0; to < 2; ++to) {
                        const double w = 2.0 * pi * 1000.0 * ((double)(p * PERIOD + i) - late) / RATE;
                        re[to] += y[i][to] * cos(w), im[to] -= y[i][to] * sin(w);
                    }
            }
            for (uint32_t to = 0; to < 2; ++to) {
                const double scale = 2.0 / ((last - first) * PERIOD);
                worst = fmax(worst, hypot(re[to] * scale - h[to][from][0], im[to] * scale - h[to][from][1]));
            }
            free(picture), free(b.mem);
        }
    printf("largest difference %.2g\n", worst);
    assert_true(worst < 2e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_do_not_change_a_bit),
        cmocka_unit_test(modes_change_without_a_click),
        cmocka_unit_test(a_fir_lands_on_the_last_knobs),
        cmocka_unit_test(the_picture_is_what_is_heard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
