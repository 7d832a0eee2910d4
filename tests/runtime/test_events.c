/* SPDX-License-Identifier: MIT
 * When things happen: sound REQ E-1 and E-2 for the runtime itself, seen through the probe's log. */
#include "support/cmocka.h"
#include "support/grid.h"
#include "support/probes.h"
#include "support/rig.h"
#include <math.h>
#include <string.h>

enum { P = DAWG_PERIOD };

static void run(rig *r, uint32_t frames)
{
    sound s = sound_make(frames);
    const score silence = {.in_channels = 0};
    score_render(r, &silence, frames, 0, s);
    sound_free(&s);
}
/* The first period of the log in which parameter p ends at `value`; UINT32_MAX: none. */
static uint32_t period_of(uint32_t p, float value)
{
    for (uint32_t i = 0; i < probe_calls; ++i)
        if (probe_log[i].at == 0 && probe_log[i].to[p] == value) {
            uint32_t period = 0;
            for (uint32_t k = 0; k < i; ++k) period += probe_log[k].at == 0;
            return period;
        }
    return UINT32_MAX;
}

static void an_event_acts_at_the_first_edge_at_or_after_its_frame(void **state)
{
    (void)state;
    for (uint32_t frame = 0; frame <= 100; ++frame)
        for (uint32_t before = 0; before <= frame; before += 1 + before / 3) { /* scheduled that much earlier */
            rig r = rig_make(&dawg_probe, 48000);
            probe_forget();
            if (frame > before) run(&r, frame - before);
            assert_int_equal(dawg_schedule(r.x, frame, PROBE_COUNT, 5, 0), DAWG_SET_OK);
            run(&r, 200);
            assert_int_equal(period_of(PROBE_COUNT, 5), (frame + P - 1) / P);
            rig_free(&r);
        }
}

static void an_event_of_the_past_and_a_plain_set_act_at_the_next_edge(void **state)
{
    (void)state;
    for (uint32_t now = 1; now <= 70; ++now) {
        rig r = rig_make(&dawg_probe, 48000);
        probe_forget();
        run(&r, now);
        dawg_schedule(r.x, now / 2, PROBE_COUNT, 5, 0);
        dawg_set(r.x, PROBE_MODE, 2);
        assert_true(dawg_get(r.x, PROBE_MODE) == 2.0f); /* what was set is what is read, edge or not */
        run(&r, 200);
        assert_int_equal(period_of(PROBE_COUNT, 5), (now + P - 1) / P);
        assert_int_equal(period_of(PROBE_MODE, 2), (now + P - 1) / P);
        rig_free(&r);
    }
}

/* A host that sets a lookahead and asks for the latency must not have to wait for an edge. */
static void latency_and_tail_are_those_of_what_was_set_edge_or_not(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_late, 48000);
    for (uint32_t at = 0; at < 70; ++at) {
        dawg_set(r.x, LATE_DELAY_FRAMES, (float)(300 + at));
        dawg_schedule(r.x, 1000, LATE_DELAY_FRAMES, 7, 0);
        assert_int_equal(dawg_latency(r.x), 300 + at);
        assert_int_equal(dawg_tail(r.x), 300 + at + (at > 40));
        if (at == 40) dawg_set_transport(r.x, &(dawg_transport){.tempo_bpm = 600});
        run(&r, 1);
    }
    rig_free(&r);
}

static void events_act_in_order_of_frames_then_of_calls(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_probe, 48000);
    run(&r, P);
    probe_forget();
    const struct {
        uint64_t frame;
        float value;
    } list[] = {{140, 4}, {70, 1}, {140, 5}, {100, 2}, {70, 3}, {129, 7}};
    for (uint32_t i = 0; i < DAWG_COUNT(list); ++i) dawg_schedule(r.x, list[i].frame, PROBE_COUNT, list[i].value, 0);
    run(&r, 320);
    /* edges: 96 <- 70 then 70; 128 <- 100; 160 <- 129, 140, 140 */
    const float to[] = {2, 2, 3, 2, 5, 5};
    for (uint32_t i = 0; i < DAWG_COUNT(to); ++i) assert_true(probe_log[i].to[PROBE_COUNT] == to[i]);
    rig_free(&r);
}

/* At an edge that has not run, an event that waits for it came first: the later call wins. */
static void a_set_at_an_edge_comes_after_what_waits_for_that_edge(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_probe, 48000);
    dawg_schedule(r.x, 20, PROBE_COUNT, 5, 0);
    run(&r, P);
    dawg_set(r.x, PROBE_COUNT, 7);
    assert_true(dawg_get(r.x, PROBE_COUNT) == 7.0f);
    run(&r, P);
    assert_true(dawg_get(r.x, PROBE_COUNT) == 7.0f);
    rig_free(&r);
}

static void a_full_queue_refuses_and_counts_and_keeps_its_promises(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_probe, 48000);
    run(&r, P);
    probe_forget();
    for (uint32_t i = 0; i < DAWG_EVENTS_MAX; ++i)
        assert_int_equal(dawg_schedule(r.x, P * (2u + i), PROBE_GAIN, (float)(i + 1u) / 64.0f, 0), DAWG_SET_OK);
    assert_int_equal(dawg_schedule(r.x, 50, PROBE_COUNT, 5, 0), DAWG_SET_QUEUE_FULL);
    assert_int_equal(dawg_schedule(r.x, 50, PROBE_COUNT, 99, 0), DAWG_SET_QUEUE_FULL);
    assert_int_equal(dawg_schedule(r.x, 50, PROBE_COUNT, NAN, 0), DAWG_SET_REJECTED);
    assert_int_equal(dawg_get_counters(r.x)->dropped, 2);
    assert_int_equal(dawg_set(r.x, PROBE_MODE, 2), DAWG_SET_OK); /* on an edge: needs no place */
    for (uint32_t i = 0; i < DAWG_EVENTS_MAX; ++i) {
        assert_true(dawg_get(r.x, PROBE_GAIN) == (i ? (float)i / 64.0f : 1.0f));
        run(&r, P);
    }
    assert_true(dawg_get(r.x, PROBE_GAIN) == 4.0f);
    assert_true(dawg_get(r.x, PROBE_COUNT) == 2.0f); /* its default: both events were refused */
    assert_int_equal(dawg_schedule(r.x, 20000, PROBE_COUNT, 5, 0), DAWG_SET_OK);
    rig_free(&r);
}

static void a_reset_forgets_the_future_but_not_what_was_set(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_probe, 48000);
    run(&r, 50);
    dawg_set(r.x, PROBE_GAIN, 3.0f); /* between edges */
    dawg_schedule(r.x, 60, PROBE_COUNT, 5, 0);
    dawg_instance_reset(r.x);
    assert_true(dawg_frame(r.x) == 0);
    assert_true(dawg_get(r.x, PROBE_GAIN) == 3.0f);
    probe_forget();
    run(&r, 320);
    assert_true(probe_log[0].from[PROBE_GAIN] == 3.0f && probe_log[0].to[PROBE_GAIN] == 3.0f);
    assert_int_equal(period_of(PROBE_COUNT, 5), UINT32_MAX);
    rig_free(&r);
}

static void blocks_of_any_size_give_the_same_bits_and_the_same_control(void **state)
{
    (void)state;
    const dawg_plugin *plugins[] = {&dawg_probe, &dawg_late};
    enum { LENGTH = 20000 };
    static probe_call whole[PROBE_LOG];
    sound in = sound_make(LENGTH), side = sound_make(LENGTH), first = sound_make(LENGTH), out = sound_make(LENGTH);
    sound_noise(in, 1, 1.0f);
    sound_noise(side, 2, 1.0f);
    for (uint32_t k = 0; k < DAWG_COUNT(plugins); ++k) {
        static busy b;
        score_busy(&b, plugins[k], in, side, 77 + k);
        uint32_t periods = 0;
        for (uint32_t i = 0; i < GRID_BLOCKS; ++i) {
            rig r = rig_make(plugins[k], 44100);
            probe_forget();
            score_render(&r, &b.score, grid_blocks[i], i, i ? out : first);
            assert_int_equal(i ? sound_first_difference(first, out) : UINT32_MAX, UINT32_MAX);
            uint32_t period = 0; /* the log of the edges is the same too; within a period nothing changes */
            for (uint32_t c = 0; c < probe_calls && c < PROBE_LOG; ++c) {
                assert_true(probe_log[c].n >= 1 && probe_log[c].at + probe_log[c].n <= P);
                if (probe_log[c].at) {
                    assert_memory_equal(probe_log[c].from, probe_log[c - 1].from, sizeof probe_log[c].from);
                    assert_memory_equal(probe_log[c].to, probe_log[c - 1].to, sizeof probe_log[c].to);
                    assert_true(probe_log[c].moved == probe_log[c - 1].moved);
                    assert_int_equal(probe_log[c].has_side, probe_log[c - 1].has_side);
                    continue;
                }
                probe_call l = probe_log[c];
                l.n = 0;
                if (i == 0) whole[period] = l;
                else if (period < periods) assert_memory_equal(&l, &whole[period], sizeof l);
                ++period;
            }
            if (i == 0) periods = period;
            rig_free(&r);
        }
    }
    sound_free(&in), sound_free(&side), sound_free(&first), sound_free(&out);
}

/* ---- transport -------------------------------------------------------------------------------------------------- */

static void the_beat_moves_while_playing_and_is_that_of_the_periods_start(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_probe, 44100);
    probe_forget();
    run(&r, 2 * P);
    assert_true(probe_log[1].transport.tempo_bpm == 120.0 && probe_log[1].transport.beat == 0.0);
    assert_false(probe_log[1].transport.playing);
    dawg_set_transport(r.x, &(dawg_transport){.tempo_bpm = 90.0, .beat = 16.0, .playing = 0});
    run(&r, 2 * P);
    assert_true(probe_log[3].transport.tempo_bpm == 90.0 &&
                probe_log[3].transport.beat == 16.0); /* stopped: it stays */
    dawg_set_transport(r.x, &(dawg_transport){.tempo_bpm = 1.0, .beat = 1.0, .playing = 1});
    dawg_set_transport(r.x, &(dawg_transport){.tempo_bpm = 90.0, .beat = 32.0, .playing = 5}); /* the last call wins */
    run(&r, 1000 * P);
    for (uint32_t i = 0; i < 1000; ++i) {
        const dawg_transport *t = &probe_log[4 + i].transport;
        assert_int_equal(t->playing, 1);
        assert_true(fabs(t->beat - (32.0 + i * 32.0 / 44100.0 * 90.0 / 60.0)) < 1e-9);
    }
    rig_free(&r);
}

static void a_transport_holds_from_the_next_edge(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_probe, 44100);
    probe_forget();
    run(&r, 33); /* one period and a frame: calls 0 and 1 */
    dawg_set_transport(r.x, &(dawg_transport){.tempo_bpm = 77.0, .beat = 3.0, .playing = 1});
    run(&r, 63); /* call 2 ends the period, call 3 is the next one */
    assert_true(probe_log[2].at == 1 && probe_log[2].transport.tempo_bpm == 120.0);
    assert_true(probe_log[3].at == 0 && probe_log[3].transport.tempo_bpm == 77.0 && probe_log[3].transport.beat == 3.0);
    rig_free(&r);
}

static void a_senseless_transport_is_clamped_or_rejected(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_probe, 44100);
    const struct {
        double tempo, beat, held;
    } rows[] = {{1.0, 0.0, 20.0},        {1e9, 0.0, 999.0},        {INFINITY, 0.0, 999.0},
                {-5.0, 0.0, 20.0},       {NAN, 1.0, 120.0},        {60.0, NAN, 120.0},
                {60.0, INFINITY, 120.0}, {60.0, -INFINITY, 120.0}, {60.0, 1e300, 120.0}};
    uint32_t rejected = 0;
    for (uint32_t i = 0; i < DAWG_COUNT(rows); ++i) {
        dawg_set_transport(r.x, &(dawg_transport){.tempo_bpm = 120.0});
        dawg_set_transport(r.x, &(dawg_transport){.tempo_bpm = rows[i].tempo, .beat = rows[i].beat});
        probe_forget();
        run(&r, P);
        assert_true(probe_log[0].transport.tempo_bpm == rows[i].held && probe_log[0].transport.beat == 0.0);
        rejected += rows[i].held == 120.0;
    }
    assert_int_equal(dawg_get_counters(r.x)->rejected, rejected);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_acts_at_the_first_edge_at_or_after_its_frame),
        cmocka_unit_test(an_event_of_the_past_and_a_plain_set_act_at_the_next_edge),
        cmocka_unit_test(latency_and_tail_are_those_of_what_was_set_edge_or_not),
        cmocka_unit_test(events_act_in_order_of_frames_then_of_calls),
        cmocka_unit_test(a_set_at_an_edge_comes_after_what_waits_for_that_edge),
        cmocka_unit_test(a_full_queue_refuses_and_counts_and_keeps_its_promises),
        cmocka_unit_test(a_reset_forgets_the_future_but_not_what_was_set),
        cmocka_unit_test(blocks_of_any_size_give_the_same_bits_and_the_same_control),
        cmocka_unit_test(the_beat_moves_while_playing_and_is_that_of_the_periods_start),
        cmocka_unit_test(a_transport_holds_from_the_next_edge),
        cmocka_unit_test(a_senseless_transport_is_clamped_or_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
