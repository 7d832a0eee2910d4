/* SPDX-License-Identifier: MIT
 * Birth and memory: sizes, refusals, defaults, independence of instances, reset. */
#include "support/cmocka.h"
#include "support/grid.h"
#include "support/probes.h"
#include "support/rig.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const dawg_plugin *const probes[] = {&dawg_probe, &dawg_late, &dawg_broken};

static void rates_from_8_to_192_khz_are_accepted_and_no_others(void **state)
{
    (void)state;
    const float bad[] = {0,    -48000,   7999.9f,  nextafterf(8000, 0), nextafterf(192000, INFINITY), NAN,
                         1e9f, INFINITY, -INFINITY};
    for (uint32_t k = 0; k < DAWG_COUNT(probes); ++k) {
        for (uint32_t i = 0; i < GRID_RATES; ++i)
            assert_true(dawg_instance_size(probes[k], &(dawg_setup){.sample_rate = grid_rates[i]}) > 0);
        static _Alignas(16) unsigned char room[1 << 20];
        for (uint32_t i = 0; i < DAWG_COUNT(bad); ++i) {
            const dawg_setup s = {.sample_rate = bad[i]};
            assert_int_equal(dawg_instance_size(probes[k], &s), 0);
            assert_null(dawg_instance_init(room, sizeof room, probes[k], &s));
        }
    }
}

static void memory_too_small_or_misaligned_is_refused(void **state)
{
    (void)state;
    const dawg_setup s = {.sample_rate = 48000};
    for (uint32_t k = 0; k < DAWG_COUNT(probes); ++k) {
        const size_t need = dawg_instance_size(probes[k], &s);
        unsigned char *room = malloc(need + 16);
        assert_non_null(room);
        memset(room, 0xA5, need + 16);
        assert_null(dawg_instance_init(NULL, need, probes[k], &s));
        assert_null(dawg_instance_init(room, 0, probes[k], &s));
        assert_null(dawg_instance_init(room, need - 1, probes[k], &s));
        for (uint32_t off = 1; off < 16; ++off) assert_null(dawg_instance_init(room + off, need, probes[k], &s));
        for (size_t i = 0; i < need + 16; ++i) assert_int_equal(room[i], 0xA5); /* a refusal writes nothing */
        assert_non_null(dawg_instance_init(room, need, probes[k], &s));
        for (size_t i = need; i < need + 16; ++i) assert_int_equal(room[i], 0xA5); /* nor beyond what it asked for */
        free(room);
    }
}

static void a_plugin_too_large_for_the_runtime_is_refused(void **state)
{
    (void)state;
    const dawg_setup s = {.sample_rate = 48000};
    dawg_plugin p = dawg_probe;
    p.state_size = 1u << 20;
    assert_int_equal(dawg_instance_size(&p, &s), 0);
    static dawg_param many[DAWG_PARAMS_MAX];
    for (uint32_t i = 0; i < DAWG_PARAMS_MAX; ++i) many[i] = dawg_probe.params[PROBE_ON];
    p = dawg_broken;
    p.params = many;
    p.n_params = DAWG_PARAMS_MAX; /* bypass would be the 257th */
    assert_int_equal(dawg_instance_size(&p, &s), 0);
    p.n_params = DAWG_PARAMS_MAX - 1;
    rig r = rig_make(&p, 48000);
    assert_int_equal(dawg_set(r.x, DAWG_PARAMS_MAX - 1, 1), DAWG_SET_OK);
    assert_int_equal(dawg_set(r.x, DAWG_PARAMS_MAX, 1), DAWG_SET_REJECTED);
    rig_free(&r);
}

static void the_arena_gives_zeroed_aligned_pieces_and_counts_what_it_carves(void **state)
{
    (void)state;
    _Alignas(16) unsigned char room[256];
    const size_t sizes[] = {1, 16, 0, 17, 3, 64};
    dawg_arena count = {NULL, 0}, carve = {room, 0};
    for (uint32_t i = 0; i < DAWG_COUNT(sizes); ++i) {
        assert_null(dawg_arena_take(&count, sizes[i]));
        const unsigned char *p = dawg_arena_take(&carve, sizes[i]);
        assert_int_equal((uintptr_t)p % 16, 0);
        assert_true(p >= room && p + sizes[i] == room + carve.used);
        assert_int_equal(count.used, carve.used);
    }
}

static void a_new_instance_has_defaults_idle_meters_and_no_counts(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_probe, 48000);
    for (uint32_t i = 0; i < PROBE_PARAMS; ++i) assert_true(dawg_get(r.x, i) == dawg_probe.params[i].def);
    assert_true(dawg_get(r.x, PROBE_PARAMS) == 0.0f); /* bypass off */
    assert_true(dawg_meters(r.x)[0] == -200.0f);
    assert_memory_equal(dawg_get_counters(r.x), &(dawg_counters){0}, sizeof(dawg_counters));
    assert_true(dawg_frame(r.x) == 0);
    assert_int_equal(dawg_latency(r.x), 0);
    assert_int_equal(dawg_tail(r.x), 0);
    rig_free(&r);
    r = rig_make(&dawg_late, 48000);
    assert_int_equal(dawg_latency(r.x), 100);
    assert_int_equal(dawg_tail(r.x), 100);
    rig_free(&r);
}

static void an_empty_call_does_nothing(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_probe, 48000);
    float out[2][1] = {{5}, {5}};
    probe_forget();
    dawg_process(r.x, NULL, 0, NULL, 0, (float *const[]){out[0], out[1]}, 0);
    assert_int_equal(probe_calls, 0);
    assert_true(out[0][0] == 5.0f && dawg_frame(r.x) == 0);
    dawg_set(r.x, PROBE_GAIN, 3.0f); /* still before the first period: at once */
    dawg_process(r.x, NULL, 0, NULL, 0, (float *const[]){out[0], out[1]}, 1);
    assert_true(probe_log[0].from[PROBE_GAIN] == 3.0f && dawg_frame(r.x) == 1);
    rig_free(&r);
}

/* Two at a time, in rubbish memory, one of them with another life behind it: the same bits as one alone. */
static void instances_do_not_know_of_each_other_or_of_their_past(void **state)
{
    (void)state;
    enum { LENGTH = 20000 };
    sound in = sound_make(LENGTH), side = sound_make(LENGTH), out[3];
    sound_noise(in, 1, 1.0f);
    sound_noise(side, 2, 1.0f);
    for (uint32_t i = 0; i < 3; ++i) out[i] = sound_make(LENGTH);
    for (uint32_t k = 0; k < DAWG_COUNT(probes); ++k) {
        static busy b, other;
        score_busy(&b, probes[k], in, side, 5);
        score_busy(&other, probes[k], side, in, 6);
        rig alone = rig_make(probes[k], 48000);
        score_render(&alone, &b.score, 128, 0, out[0]);

        rig one = rig_make(probes[k], 48000), two = rig_make(probes[k], 96000);
        score_render(&two, &other.score, 55, 0, out[2]);
        score_render(&one, &b.score, 128, 0, out[1]);
        assert_int_equal(sound_first_difference(out[0], out[1]), UINT32_MAX);

        float defaults[DAWG_PARAMS_MAX + 1]; /* reset keeps values, so they are put back by hand */
        params_draw(probes[k], 0, &(dawg_noise){1}, defaults);
        params_set(&one, defaults);
        dawg_set(one.x, probes[k]->n_params, 0);
        dawg_set_transport(one.x, &(dawg_transport){.tempo_bpm = 120.0});
        dawg_instance_reset(one.x);
        score_render(&one, &b.score, 128, 0, out[1]);
        assert_int_equal(sound_first_difference(out[0], out[1]), UINT32_MAX);
        assert_true(dawg_frame(one.x) == LENGTH);
        rig_free(&alone), rig_free(&one), rig_free(&two);
    }
    sound_free(&in), sound_free(&side);
    for (uint32_t i = 0; i < 3; ++i) sound_free(&out[i]);
}

static void a_reset_is_silence_with_the_same_settings(void **state)
{
    (void)state;
    enum { LENGTH = 5000 };
    sound in = sound_make(LENGTH), out = sound_make(LENGTH), quiet = sound_make(LENGTH);
    sound_noise(in, 1, 1.0f);
    rig r = rig_make(&dawg_late, 48000);
    dawg_set(r.x, LATE_LEAK, 0.999f);
    dawg_set(r.x, LATE_DELAY_FRAMES, 500);
    dawg_set(r.x, LATE_PARAMS, 1); /* the dry line of bypass is emptied too */
    const score s = {.in = in, .in_channels = 2}, none = {.in_channels = 0};
    for (uint32_t bypass = 0; bypass < 2; ++bypass) {
        dawg_set(r.x, LATE_PARAMS, (float)bypass);
        score_render(&r, &s, 100, 0, out);
        dawg_instance_reset(r.x);
        assert_true(dawg_get(r.x, LATE_LEAK) == 0.999f && dawg_get(r.x, LATE_DELAY_FRAMES) == 500.0f);
        score_render(&r, &none, 100, 0, quiet);
        assert_true(sound_peak(quiet, 0, LENGTH) == 0.0);
    }
    rig_free(&r);
    sound_free(&in), sound_free(&out), sound_free(&quiet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_from_8_to_192_khz_are_accepted_and_no_others),
        cmocka_unit_test(memory_too_small_or_misaligned_is_refused),
        cmocka_unit_test(a_plugin_too_large_for_the_runtime_is_refused),
        cmocka_unit_test(the_arena_gives_zeroed_aligned_pieces_and_counts_what_it_carves),
        cmocka_unit_test(a_new_instance_has_defaults_idle_meters_and_no_counts),
        cmocka_unit_test(an_empty_call_does_nothing),
        cmocka_unit_test(instances_do_not_know_of_each_other_or_of_their_past),
        cmocka_unit_test(a_reset_is_silence_with_the_same_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
