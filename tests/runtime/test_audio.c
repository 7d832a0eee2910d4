/* SPDX-License-Identifier: MIT
 * What goes into a plugin and what comes out: channels, aliasing, the key input, the guard (sound REQ E-6), faults. */
#include "support/cmocka.h"
#include "support/probes.h"
#include "support/rig.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { P = DAWG_PERIOD, LENGTH = 1000 };

/* One rendering of `in` (and `side`) in blocks of 37 by a fresh instance at gain 0.7. */
static void once(const float *const *in, uint32_t in_channels, const float *const *side, uint32_t side_channels,
                 float *const *out)
{
    rig r = rig_make(&dawg_probe, 48000);
    dawg_set(r.x, PROBE_GAIN, 0.7f);
    for (uint32_t at = 0, n; at < LENGTH; at += n) {
        n = LENGTH - at < 37 ? LENGTH - at : 37;
        const float *i[2] = {NULL, NULL}, *s[2] = {NULL, NULL};
        for (uint32_t c = 0; c < in_channels && c < 2; ++c) i[c] = in[c] + at;
        for (uint32_t c = 0; c < side_channels && c < 2; ++c) s[c] = side[c] + at;
        dawg_process(r.x, i, in_channels, s, side_channels, (float *const[]){out[0] + at, out[1] + at}, n);
    }
    rig_free(&r);
}
#define in_of(s) ((const float *const[]){(s).ch[0], (s).ch[1]})

static void mono_is_heard_on_both_sides_and_no_input_is_silence(void **state)
{
    (void)state;
    sound in = sound_make(LENGTH), twice = sound_make(LENGTH), a = sound_make(LENGTH), b = sound_make(LENGTH);
    sound_noise(in, 1, 1.0f);
    for (uint32_t c = 0; c < 2; ++c) memcpy(twice.ch[c], in.ch[0], sizeof(float) * LENGTH);
    once(in_of(in), 1, NULL, 0, a.ch);
    once(in_of(twice), 2, NULL, 0, b.ch);
    assert_int_equal(sound_first_difference(a, b), UINT32_MAX);
    assert_true(sound_peak(a, 0, LENGTH) > 0.5);
    once(in_of(in), 2, in_of(in), 1, a.ch); /* the key too */
    once(in_of(in), 2, in_of(twice), 2, b.ch);
    assert_int_equal(sound_first_difference(a, b), UINT32_MAX);
    once(NULL, 0, NULL, 0, a.ch);
    assert_true(sound_peak(a, 0, LENGTH) == 0.0);
    sound_free(&in), sound_free(&twice), sound_free(&a), sound_free(&b);
}

static void the_output_may_lie_over_any_input(void **state)
{
    (void)state;
    sound in = sound_make(LENGTH), key = sound_make(LENGTH), apart = sound_make(LENGTH);
    sound_noise(in, 1, 1.0f);
    sound_noise(key, 2, 1.0f);
    once(in_of(in), 2, in_of(key), 2, apart.ch);
    for (uint32_t kind = 0; kind < 4; ++kind) {
        sound i = sound_make(LENGTH), k = sound_make(LENGTH);
        sound_noise(i, 1, 1.0f);
        sound_noise(k, 2, 1.0f);
        sound out = kind < 2 ? i : k; /* over the input or over the key, straight or crossed */
        if (kind & 1) out = (sound){.ch = {out.ch[1], out.ch[0]}, .n = LENGTH};
        once(in_of(i), 2, in_of(k), 2, out.ch);
        assert_int_equal(sound_first_difference(apart, out), UINT32_MAX);
        sound_free(&i), sound_free(&k);
    }
    sound_free(&in), sound_free(&key), sound_free(&apart);
}

static void a_key_is_plugged_and_unplugged_at_control_edges(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_probe, 48000);
    float zero[P] = {0}, one[P], out[2][P];
    for (uint32_t i = 0; i < P; ++i) one[i] = 1.0f;
    const float *in[2] = {zero, zero}, *key[2] = {one, one};
    float *to[2] = {out[0], out[1]};
    const struct {
        uint32_t frames, channels, seen;
        float heard;
    } rows[] = {
        {10, 0, 0, 0.0f}, {10, 2, 0, 0.0f}, {12, 2, 0, 0.0f}, /* plugged in mid-period: waits for the edge */
        {10, 2, 1, 0.5f}, {10, 0, 1, 0.0f}, {12, 1, 1, 0.5f}, /* unplugged: a silent key until the edge */
        {32, 0, 0, 0.0f}, {32, 1, 1, 0.5f},
    };
    for (uint32_t i = 0; i < DAWG_COUNT(rows); ++i) {
        probe_forget();
        dawg_process(r.x, in, 2, rows[i].channels ? key : NULL, rows[i].channels, to, rows[i].frames);
        assert_int_equal(probe_log[0].has_side, rows[i].seen);
        for (uint32_t k = 0; k < rows[i].frames; ++k)
            assert_true(out[0][k] == rows[i].heard && out[1][k] == rows[i].heard);
    }
    rig_free(&r);
}

static void a_plugin_without_a_key_input_never_sees_one(void **state)
{
    (void)state;
    dawg_plugin deaf = dawg_probe;
    deaf.side_channels = 0;
    rig r = rig_make(&deaf, 48000);
    float in[2][P] = {{0}}, out[2][P], bad[P];
    for (uint32_t i = 0; i < P; ++i) bad[i] = NAN;
    probe_forget();
    dawg_process(r.x, (const float *const[]){in[0], in[1]}, 2, (const float *const[]){bad, bad}, 2,
                 (float *const[]){out[0], out[1]}, P);
    assert_false(probe_log[0].has_side);
    assert_int_equal(dawg_get_counters(r.x)->guarded, 0);
    rig_free(&r);
}

static void bad_samples_are_heard_as_zero_and_counted(void **state)
{
    (void)state;
    const float bad[] = {NAN,    -NAN, INFINITY, -INFINITY, 1e38f,
                         -1e38f, 1e5f, -1e5f,    10001.0f,  nextafterf(1e4f, INFINITY)};
    const float good[] = {1e4f, -1e4f, FLT_MIN, -FLT_MIN, 0.0f, -0.0f, 1.0f};
    const float tiny[] = {1e-45f, -1e-45f, 1e-40f, -1.17e-38f}; /* denormals: 0 as well, but nobody's fault */
    rig r = rig_make(&dawg_probe, 48000);
    float in[2][P] = {{0}}, out[2][P];
    const float *i[2] = {in[0], in[1]};
    float *o[2] = {out[0], out[1]};
    const uint32_t n = DAWG_COUNT(bad), m = DAWG_COUNT(good), tinies = DAWG_COUNT(tiny);
    for (uint32_t k = 0; k < n; ++k) in[0][k] = bad[k], in[1][n - 1 - k] = bad[k], in[1][n] = 0.25f;
    for (uint32_t k = 0; k < m; ++k) in[0][n + k] = good[k];
    for (uint32_t k = 0; k < tinies; ++k) in[0][n + m + k] = tiny[k];
    dawg_process(r.x, i, 2, NULL, 0, o, P);
    assert_int_equal(dawg_get_counters(r.x)->guarded, 2 * n);
    for (uint32_t k = 0; k < n; ++k) assert_true(out[0][k] == 0.0f && out[1][k] == 0.0f);
    for (uint32_t k = 0; k < m; ++k) assert_memory_equal(&out[0][n + k], &good[k], sizeof(float));
    for (uint32_t k = 0; k < tinies; ++k) assert_true(out[0][n + m + k] == 0.0f);
    assert_true(out[1][n] == 0.25f);
    dawg_process(r.x, i, 1, NULL, 0, o, P); /* a mono sample counts once */
    assert_int_equal(dawg_get_counters(r.x)->guarded, 3 * n);
    float calm[P] = {0};
    dawg_process(r.x, (const float *const[]){calm, calm}, 2, i, 2, o, P); /* the key is guarded like the input */
    assert_int_equal(dawg_get_counters(r.x)->guarded, 5 * n);
    for (uint32_t k = 0; k < n; ++k) assert_true(out[0][k] == 0.0f && out[1][k] == 0.0f);
    dawg_instance_reset(r.x);
    assert_int_equal(dawg_get_counters(r.x)->guarded, 5 * n); /* counters outlive a reset */
    rig_free(&r);
}

/* ---- a plugin that makes a NaN ---------------------------------------------------------------------------------- */

static void faulty(uint32_t block, float stuck, sound in, sound out, dawg_counters *counters)
{
    rig r = rig_make(&dawg_broken, 48000);
    dawg_set(r.x, BROKEN_AT_FRAME, 100); /* in the fourth period: 96..127 */
    dawg_set(r.x, BROKEN_STUCK, stuck);
    dawg_set(r.x, BROKEN_ON, 1);
    dawg_set_transport(r.x, &(dawg_transport){.tempo_bpm = 120, .playing = 1});
    const score s = {.in = in, .in_channels = 2};
    score_render(&r, &s, block, 3, out);
    *counters = *dawg_get_counters(r.x);
    rig_free(&r);
}

/* Its period is silent from the bad block on, it is reset, and it plays again from the next edge: whatever the block,
 * one fault a period. Frames 96..99 were out before the fault was seen, if the blocks are that small. */
static void a_fault_is_silenced_counted_once_and_over_at_the_next_edge(void **state)
{
    (void)state;
    sound in = sound_make(LENGTH), out = sound_make(LENGTH);
    sound_noise(in, 5, 1.0f);
    const uint32_t blocks[] = {1, 2, 7, 31, 32, 37, 64, 128, 1000, 0};
    for (uint32_t stuck = 0; stuck < 2; ++stuck)
        for (uint32_t i = 0; i < DAWG_COUNT(blocks); ++i) {
            dawg_counters c;
            faulty(blocks[i], (float)stuck, in, out, &c);
            /* lives: frames 0..100 fault at 100; 128..228 fault at 228; 256..; 384..; 512..; 640..; 768..; 896..996 */
            assert_int_equal(c.faults, 8);
            for (uint32_t k = 0; k < LENGTH; ++k) {
                const uint32_t life = k % 128u; /* after a fault at 100 of a life, the next starts at 128 */
                for (uint32_t ch = 0; ch < 2; ++ch) {
                    assert_true(isfinite(out.ch[ch][k]));
                    if (life < 96) assert_true(out.ch[ch][k] == in.ch[ch][k]);
                    if (life >= 100) assert_true(out.ch[ch][k] == 0.0f);
                }
            }
        }
    sound_free(&in), sound_free(&out);
}

static void a_fault_resets_the_meters_and_keeps_parameters_and_time(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_broken, 48000);
    assert_true(dawg_meters(r.x)[0] == -7.0f);
    float in[2][P] = {{0}}, out[2][P];
    const float *i[2] = {in[0], in[1]};
    float *o[2] = {out[0], out[1]};
    dawg_set(r.x, BROKEN_AT_FRAME, 40);
    dawg_set(r.x, BROKEN_ON, 1);
    dawg_process(r.x, i, 2, NULL, 0, o, P);
    assert_true(dawg_meters(r.x)[0] == 32.0f);
    dawg_process(r.x, i, 2, NULL, 0, o, P); /* breaks */
    assert_true(dawg_meters(r.x)[0] == -7.0f);
    assert_true(dawg_get(r.x, BROKEN_AT_FRAME) == 40.0f && dawg_frame(r.x) == 64);
    dawg_process(r.x, i, 2, NULL, 0, o, P);
    assert_true(dawg_meters(r.x)[0] == 32.0f);
    assert_int_equal(dawg_get_counters(r.x)->faults, 1);
    rig_free(&r);
}

/* What a fault must not touch: the song's clock, and a bypass that is fading. */
static dawg_transport seen;
static void (*real_process)(void *, const dawg_block *);
static void watch(void *self, const dawg_block *b)
{
    seen = *b->transport;
    real_process(self, b);
}
static void a_fault_does_not_stop_the_beat_or_jump_the_bypass(void **state)
{
    (void)state;
    dawg_plugin watched = dawg_broken;
    real_process = dawg_broken.process;
    watched.process = watch;
    float in[2][P], out[2][P];
    for (uint32_t k = 0; k < P; ++k) in[0][k] = in[1][k] = 1.0f;
    const float *i[2] = {in[0], in[1]};
    float *o[2] = {out[0], out[1]};
    rig r = rig_make(&watched, 48000);
    dawg_set(r.x, BROKEN_AT_FRAME, 40);
    dawg_set(r.x, BROKEN_ON, 1);
    dawg_set_transport(r.x, &(dawg_transport){.tempo_bpm = 120, .playing = 1});
    dawg_process(r.x, i, 2, NULL, 0, o, P);
    dawg_set(r.x, BROKEN_PARAMS, 1); /* bypass: 960 frames of fade from here */
    float last = out[0][P - 1];
    for (uint32_t k = 1; k < 12; ++k) {
        dawg_process(r.x, i, 2, NULL, 0, o, P);
        assert_true(fabs(seen.beat - k * 32.0 / 48000.0 * 2.0) < 1e-12);
        /* periods 1, 3, 5 … break: there the plugin is silent and only the dry part of the fade is heard */
        const double pos = (double)P * k, dry = 0.5 - 0.5 * cos(acos(-1.0) * pos / 960.0);
        if (k & 1) assert_true(fabs((double)out[0][P - 1] - dry) < 1e-5);
        else assert_true(fabsf(out[0][P - 1] - 1.0f) < 1e-6f);
        last = out[0][P - 1];
    }
    assert_true(last < 1.0f);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mono_is_heard_on_both_sides_and_no_input_is_silence),
        cmocka_unit_test(the_output_may_lie_over_any_input),
        cmocka_unit_test(a_key_is_plugged_and_unplugged_at_control_edges),
        cmocka_unit_test(a_plugin_without_a_key_input_never_sees_one),
        cmocka_unit_test(bad_samples_are_heard_as_zero_and_counted),
        cmocka_unit_test(a_fault_is_silenced_counted_once_and_over_at_the_next_edge),
        cmocka_unit_test(a_fault_resets_the_meters_and_keeps_parameters_and_time),
        cmocka_unit_test(a_fault_does_not_stop_the_beat_or_jump_the_bypass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
