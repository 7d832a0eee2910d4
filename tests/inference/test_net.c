/* SPDX-License-Identifier: MIT
 * Files that are damaged in whatever way: refused with a reason, or run within their own room (the sanitizers' build
 * watches). What nets answer is held to onnxruntime in tests/worker/core_runtime.test.ts and tests/models. */
#include "dsp/noise.h"
#include "inference/net.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const FILES[] = {
    "auto_eq_blind_fp32",     "auto_eq_match_fp16", "auto_eq_match_int8_dynamic",
    "auto_eq_blind_int8_qdq", "auto_eq_blind_int4",
};
enum { COUNT = sizeof FILES / sizeof *FILES, MOST = 2000000 };
static uint8_t whole[MOST];
static dawg_net net;

static size_t load(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "models/onnx/%s.onnx", name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    const size_t n = fread(whole, 1, sizeof whole, f);
    fclose(f);
    assert_true(n > 0 && n < MOST);
    return n;
}

/* In memory of just its size. 0: refused. */
static int runs(const uint8_t *bytes, size_t n)
{
    uint8_t *file = malloc(n ? n : 1u);
    memcpy(file, bytes, n);
    float *room = NULL;
    int ok = dawg_net_read(&net, file, n);
    if (ok) {
        room = aligned_alloc(16, (size_t)net.room * sizeof *room);
        ok = dawg_net_start(&net, room);
    }
    free(file); /* is not needed any more */
    if (ok) dawg_net_run(&net);
    free(room);
    assert_true(ok == !net.reason[0]);
    assert_true(strlen(net.reason) < sizeof net.reason);
    return ok;
}

static void every_kind_of_file_is_read(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < COUNT; ++i) {
        const size_t n = load(FILES[i]);
        if (!runs(whole, n)) fail_msg("%s: %s", FILES[i], net.reason);
        assert_int_equal(net.ins, 2);
        assert_int_equal(net.outs, 2);
        assert_string_equal(net.out[0].name, "curve_db");
        assert_int_equal(net.out[0].width, 32);
    }
}

static uint32_t below(dawg_noise *x, uint32_t n)
{
    return (uint32_t)((0.5 + 0.5 * (double)dawg_noise_next(x)) * 0.9999999 * n);
}

static void a_file_that_ends_early_is_refused(void **state)
{
    (void)state;
    dawg_noise x;
    dawg_noise_seed(&x, 3);
    const size_t n = load(FILES[2]);
    uint32_t refused = 0;
    const uint32_t rounds = 200;
    for (uint32_t i = 0; i < rounds; ++i) refused += !runs(whole, below(&x, (uint32_t)n));
    assert_int_equal(refused, rounds);
}

static void damaged_files_are_refused_or_run_in_their_own_room(void **state)
{
    (void)state;
    const uint32_t rounds = grid_full() ? 20000 : 400;
    static uint8_t bytes[MOST];
    uint32_t refused = 0;
    dawg_noise x;
    dawg_noise_seed(&x, 4);
    for (uint32_t i = 0; i < COUNT; ++i) {
        const uint32_t n = (uint32_t)load(FILES[i]);
        for (uint32_t k = 0; k < rounds; ++k) {
            memcpy(bytes, whole, n);
            /* Nodes come first, shapes and outputs last; between them, mostly weights. */
            for (uint32_t hits = 1 + below(&x, 3); hits; --hits) {
                const uint32_t region = below(&x, 3), span = region < 2u ? 9000u : n;
                bytes[region == 1u ? n - 1u - below(&x, span) : below(&x, span)] = (uint8_t)below(&x, 256);
            }
            refused += !runs(bytes, n);
        }
    }
    print_message("%u of %u refused\n", refused, rounds * COUNT);
    assert_true(refused > rounds * COUNT / 4u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_file_is_read),
        cmocka_unit_test(a_file_that_ends_early_is_refused),
        cmocka_unit_test(damaged_files_are_refused_or_run_in_their_own_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
