/* SPDX-License-Identifier: MIT
 * How parameters travel: sound REQ E-3. The probe's log shows both ends of every control period. */
#include "support/cmocka.h"
#include "support/grid.h"
#include "support/probes.h"
#include "support/rig.h"
#include <math.h>

enum { P = DAWG_PERIOD };

static void run(rig *r, uint32_t periods)
{
    float out[2][P], in[2][P] = {{0}};
    for (uint32_t i = 0; i < periods; ++i)
        dawg_process(r->x, (const float *const[]){in[0], in[1]}, 2, NULL, 0, (float *const[]){out[0], out[1]}, P);
}
/* A probe at rest after its first period, with an empty log. */
static rig at_rest(float rate)
{
    rig r = rig_make(&dawg_probe, rate);
    run(&r, 1);
    probe_forget();
    return r;
}
static float end_of(uint32_t period, uint32_t param) { return probe_log[period].to[param]; }
static int moved(uint32_t period, uint32_t param) { return (int)(probe_log[period].moved >> param & 1u); }
static double smoothstep(double u) { return u >= 1.0 ? 1.0 : u * u * (3.0 - 2.0 * u); }
static uint32_t steps_of(double ms, float rate) { return (uint32_t)floor(ms * 0.001 * (double)rate / (double)P + 0.5); }

static void a_step_follows_the_smoothstep_and_lands_bit_exactly_in_time(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < GRID_RATES; ++k) {
        rig r = at_rest(grid_rates[k]);
        const uint32_t steps = steps_of(50.0, grid_rates[k]), slow = steps_of(100.0, grid_rates[k]);
        dawg_set(r.x, PROBE_GAIN, 0.3f);
        dawg_set(r.x, PROBE_SLOW, -17.77f);
        run(&r, slow + 3);
        for (uint32_t i = 0; i < slow + 3; ++i) {
            const double u = (i + 1.0) / steps, v = (i + 1.0) / slow;
            assert_true(fabs((double)end_of(i, PROBE_GAIN) - (1.0 - 0.7 * smoothstep(u))) < 1e-6);
            assert_true(fabs((double)end_of(i, PROBE_SLOW) + 17.77 * smoothstep(v)) < 1e-5);
            /* within 1.1 % of the raised cosine that E-3 names */
            assert_true(u > 1.0 || fabs(smoothstep(u) - (0.5 - 0.5 * cos(acos(-1.0) * u))) < 0.011);
            assert_true(probe_log[i].from[PROBE_GAIN] == (i ? end_of(i - 1, PROBE_GAIN) : 1.0f));
            assert_int_equal(moved(i, PROBE_GAIN), i < steps);
            assert_true(i == 0 || end_of(i, PROBE_GAIN) <= end_of(i - 1, PROBE_GAIN)); /* no overshoot */
        }
        assert_true(end_of(steps - 1, PROBE_GAIN) == 0.3f && end_of(steps - 2, PROBE_GAIN) != 0.3f);
        assert_true(end_of(slow - 1, PROBE_SLOW) == -17.77f && end_of(slow, PROBE_SLOW) == -17.77f);
        assert_true(slow * P <= 0.1 * (double)grid_rates[k] + 16.0); /* 100 ms, to the nearest control edge */
        rig_free(&r);
    }
}

static void a_log_parameter_moves_in_octaves(void **state)
{
    (void)state;
    rig r = at_rest(48000);
    dawg_set(r.x, PROBE_FREQ_HZ, 16000.0f); /* 1 kHz up 4 octaves */
    run(&r, 80);
    for (uint32_t i = 0; i < 80; ++i)
        assert_true(fabs(log2((double)end_of(i, PROBE_FREQ_HZ) / 1000.0) - 4.0 * smoothstep((i + 1.0) / 75.0)) < 1e-5);
    assert_true(end_of(74, PROBE_FREQ_HZ) == 16000.0f);
    rig_free(&r);
}

/* The control-rate curve has no corner: its slope changes from one period to the next by no more than a cubic bends
 * (6 * reach / steps^2), through any redirection and at the landing. A corner would be 40 times that. */
static void a_redirected_ramp_has_no_corner_and_lands_at_rest(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, seed_of("redirect"));
    for (uint32_t trial = 0; trial < 400; ++trial) {
        rig r = at_rest(48000);
        const uint32_t steps = 75, when = 1 + pick(&g, steps - 1);
        const float first = 4.0f * unit(&g), second = trial & 1 ? 1.0f : 4.0f * unit(&g);
        dawg_set(r.x, PROBE_GAIN, first);
        run(&r, when);
        dawg_set(r.x, PROBE_GAIN, second);
        run(&r, steps + 3);
        assert_true(end_of(when + steps - 1, PROBE_GAIN) == second);
        /* reach: how far the second cubic travels, with the speed it inherits (at most 1.5 * reach of the first) */
        const double a = fabs((double)first - 1.0);
        const double reach = a + fabs((double)second - (double)end_of(when - 1, PROBE_GAIN)) + 1.5 * a;
        double before = 1.0, slope = 0.0;
        for (uint32_t i = 0; i < when + steps + 2; ++i) {
            const double v = (double)end_of(i, PROBE_GAIN), now = v - before;
            const int clamped = v <= 0.0 || v >= 4.0 || before <= 0.0 || before >= 4.0;
            if (!clamped) assert_true(fabs(now - slope) <= 6.5 * reach / (steps * steps) + 1e-6);
            slope = now, before = v;
        }
        rig_free(&r);
    }
}

/* A target that moves on a straight line is followed at its own speed, two thirds of a ramp behind. */
static void a_moving_target_is_followed_two_thirds_of_a_ramp_behind(void **state)
{
    (void)state;
    rig r = at_rest(48000);
    const double per_period = 0.005;
    for (uint32_t i = 0; i < 400; ++i) {
        dawg_set(r.x, PROBE_GAIN, (float)(1.0 + per_period * (i + 1)));
        run(&r, 1);
    }
    for (uint32_t i = 300; i < 400; ++i) {
        const double lag = (1.0 + per_period * (i + 1) - (double)end_of(i, PROBE_GAIN)) / per_period;
        assert_true(fabs(lag - 75.0 * 2.0 / 3.0) < 1.0);
        assert_true(fabs((double)(end_of(i, PROBE_GAIN) - end_of(i - 1, PROBE_GAIN)) - per_period) < 1e-5);
    }
    rig_free(&r);
}

/* Redirected on its way, a ramp of any length brakes within its own smooth_ms: it swings at most 7.3 % of the first
 * jump past where it was heading. */
static void a_redirected_ramp_swings_no_more_than_7_percent_past(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, seed_of("swing"));
    for (uint32_t trial = 0; trial < 400; ++trial) {
        rig r = at_rest(48000);
        const uint32_t when = 1 + pick(&g, 74), length = pick(&g, 2) ? pick(&g, 48000) : 0;
        const float first = 1.2f + 1.6f * unit(&g), second = 1.0f + 2.0f * unit(&g);
        dawg_set(r.x, PROBE_GAIN, first);
        run(&r, when);
        dawg_schedule(r.x, 0, PROBE_GAIN, second, length);
        run(&r, 1600);
        const float swing = 0.073f * (first - 1.0f), most = fmaxf(first, second) + swing,
                    least = fminf(1.0f, second) - swing;
        for (uint32_t i = 0; i < when + 1600; ++i)
            assert_true(end_of(i, PROBE_GAIN) <= most && end_of(i, PROBE_GAIN) >= least);
        assert_true(end_of(when + 1599, PROBE_GAIN) == second);
        rig_free(&r);
    }
}

static void asking_again_for_the_same_target_sooner_shortens_the_ramp(void **state)
{
    (void)state;
    rig r = at_rest(48000);
    const uint32_t own = steps_of(50.0, 48000);
    dawg_schedule(r.x, 0, PROBE_GAIN, 2.0f, 480000);
    run(&r, 10);
    dawg_set(r.x, PROBE_GAIN, 2.0f);
    run(&r, 5);
    dawg_set(r.x, PROBE_GAIN, 2.0f); /* asked once more it does not start over */
    run(&r, own);
    assert_true(end_of(10 + own - 1, PROBE_GAIN) == 2.0f && end_of(10 + own - 2, PROBE_GAIN) != 2.0f);
    rig_free(&r);
}

static void a_ramp_never_leaves_the_range(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, seed_of("range"));
    rig r = at_rest(48000);
    while (probe_calls < PROBE_LOG - 300) {
        for (uint32_t p = 0; p < PROBE_PARAMS; ++p) {
            const float knobs[] = {0.0f, 0.03f, 0.97f,
                                   1.0f}; /* near an end, where a redirected ramp would swing past it */
            dawg_schedule(r.x, 0, p, dawg_param_to_plain(&dawg_probe.params[p], knobs[pick(&g, 4)]), pick(&g, 9000));
        }
        run(&r, 1 + pick(&g, 200));
    }
    for (uint32_t i = 0; i < probe_calls; ++i)
        for (uint32_t p = 0; p < PROBE_PARAMS; ++p) {
            assert_true(end_of(i, p) >= dawg_probe.params[p].min && end_of(i, p) <= dawg_probe.params[p].max);
            assert_int_equal(i && end_of(i, p) != end_of(i - 1, p) && !moved(i, p), 0); /* moved tells all */
        }
    rig_free(&r);
}

static void steps_happen_at_one_edge(void **state)
{
    (void)state;
    rig r = at_rest(48000);
    run(&r, 1);
    dawg_set(r.x, PROBE_COUNT, 7);
    dawg_schedule(r.x, 0, PROBE_MODE, 2, 100000); /* a step does not ramp, however long it is given */
    dawg_set(r.x, PROBE_ON, 1);
    run(&r, 2);
    const uint32_t p[] = {PROBE_COUNT, PROBE_MODE, PROBE_ON};
    const float to[] = {7, 2, 1};
    for (uint32_t i = 0; i < 3; ++i) {
        assert_true(end_of(0, p[i]) != to[i] && !moved(0, p[i]));
        assert_true(probe_log[1].from[p[i]] == to[i] && end_of(1, p[i]) == to[i] && moved(1, p[i]));
        assert_true(end_of(2, p[i]) == to[i] && !moved(2, p[i]));
    }
    rig_free(&r);
}

static void without_smoothing_a_value_arrives_within_one_period(void **state)
{
    (void)state;
    rig r = at_rest(48000);
    dawg_set(r.x, PROBE_QUICK, 0.7f);
    run(&r, 2);
    assert_true(end_of(0, PROBE_QUICK) == 0.7f && moved(0, PROBE_QUICK));
    assert_true(probe_log[1].from[PROBE_QUICK] == 0.7f && !moved(1, PROBE_QUICK));
    rig_free(&r);
}

static void a_longer_ramp_can_be_asked_for_but_not_a_shorter_one(void **state)
{
    (void)state;
    rig r = at_rest(48000);
    dawg_schedule(r.x, 0, PROBE_GAIN, 2.0f, 9600);  /* 200 ms */
    dawg_schedule(r.x, 0, PROBE_SLOW, 6.0f, 32);    /* its own 100 ms */
    dawg_schedule(r.x, 0, PROBE_QUICK, 1.0f, 3200); /* none of its own */
    dawg_schedule(r.x, 0, PROBE_FREQ_HZ, 100.0f, UINT32_MAX);
    run(&r, 300);
    assert_true(end_of(299, PROBE_GAIN) == 2.0f && end_of(298, PROBE_GAIN) < 2.0f);
    assert_true(end_of(149, PROBE_SLOW) == 6.0f && end_of(148, PROBE_SLOW) < 6.0f);
    assert_true(end_of(99, PROBE_QUICK) == 1.0f && end_of(98, PROBE_QUICK) < 1.0f);
    assert_true(end_of(299, PROBE_FREQ_HZ) > 999.0f); /* 25 hours to go */
    rig_free(&r);
}

static void before_the_first_period_values_hold_at_once(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_probe, 48000);
    probe_forget();
    dawg_set(r.x, PROBE_GAIN, 3.0f);
    dawg_schedule(r.x, 0, PROBE_FREQ_HZ, 50.0f, 9999);
    run(&r, 2);
    assert_true(probe_log[0].from[PROBE_GAIN] == 3.0f && end_of(0, PROBE_GAIN) == 3.0f);
    assert_true(probe_log[0].from[PROBE_FREQ_HZ] == 50.0f && end_of(0, PROBE_FREQ_HZ) == 50.0f);
    for (uint32_t p = 0; p < PROBE_PARAMS; ++p) assert_true(moved(0, p) && !moved(1, p));
    rig_free(&r);
}

/* ---- the zipper measure, and the runtime by it ------------------------------------------------------------------ */

enum { RATE = 48000, JUMP = 24000, LENGTH = 36000 };

/* A 200 Hz cosine at -6 dBFS whose gain falls by 6 dB from frame JUMP on, where it peaks, as `shape` says. */
static double known_jump(double (*shape)(double ms))
{
    sound s = sound_make(LENGTH);
    for (uint32_t i = 0; i < s.n; ++i) {
        const double ms = i < JUMP ? -1.0 : (i - JUMP) * 1000.0 / (double)RATE, gain = 0.5 - 0.25 * shape(ms);
        s.ch[0][i] = (float)(gain * cos(2.0 * acos(-1.0) * 200.0 / (double)RATE * i));
    }
    const double db = to_db(sound_peak_above(s, RATE, 2000.0, JUMP - 1000, JUMP + 5000));
    sound_free(&s);
    return db;
}
static double at_once(double ms) { return ms < 0 ? 0 : 1; }
static double straight_50_ms(double ms) { return ms < 0 ? 0 : fmin(ms / 50.0, 1.0); }
static double cosine_50_ms(double ms) { return ms < 0 ? 0 : 0.5 - 0.5 * cos(acos(-1.0) * fmin(ms / 50.0, 1.0)); }
static double one_pole_20_ms(double ms) { return ms < 0 ? 0 : 1.0 - exp(-ms / 20.0); }

static void the_zipper_measure_knows_good_from_bad(void **state)
{
    (void)state;
    const double jump = known_jump(at_once), pole = known_jump(one_pole_20_ms);
    const double line = known_jump(straight_50_ms), cosine = known_jump(cosine_50_ms);
    print_message("residual above 2 kHz, dBFS: jump %.1f, one-pole 20 ms %.1f, line 50 ms %.1f, raised cosine %.1f\n",
                  jump, pole, line, cosine);
    assert_true(fabs(jump + 18.8) < 1.0 && fabs(pole + 69.8) < 1.0 && fabs(line + 77.8) < 1.0 && cosine < -110.0);
}

static void a_gain_jump_of_6_db_leaves_less_than_minus_75_dbfs_above_2_khz(void **state)
{
    (void)state;
    for (uint32_t offset = 0; offset < 240; offset += 60) { /* four phases of the sine */
        rig r = rig_make(&dawg_probe, RATE);
        sound s = sound_make(LENGTH);
        sound_sine(s, RATE, 200.0, 0.5f);
        const timed jump = {.frame = JUMP + offset, .param = PROBE_GAIN, .value = 0.5f};
        const score sc = {.in = s, .in_channels = 2, .events = &jump, .n_events = 1};
        score_render(&r, &sc, 128, 0, s);
        const double db = to_db(sound_peak_above(s, RATE, 2000.0, JUMP - 1000, JUMP + 6000));
        print_message("probe, jump at %u: %.1f dBFS\n", JUMP + offset, db);
        assert_true(db <= -75.0);
        sound_free(&s);
        rig_free(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_follows_the_smoothstep_and_lands_bit_exactly_in_time),
        cmocka_unit_test(a_log_parameter_moves_in_octaves),
        cmocka_unit_test(a_redirected_ramp_has_no_corner_and_lands_at_rest),
        cmocka_unit_test(a_moving_target_is_followed_two_thirds_of_a_ramp_behind),
        cmocka_unit_test(a_redirected_ramp_swings_no_more_than_7_percent_past),
        cmocka_unit_test(asking_again_for_the_same_target_sooner_shortens_the_ramp),
        cmocka_unit_test(a_ramp_never_leaves_the_range),
        cmocka_unit_test(steps_happen_at_one_edge),
        cmocka_unit_test(without_smoothing_a_value_arrives_within_one_period),
        cmocka_unit_test(a_longer_ramp_can_be_asked_for_but_not_a_shorter_one),
        cmocka_unit_test(before_the_first_period_values_hold_at_once),
        cmocka_unit_test(the_zipper_measure_knows_good_from_bad),
        cmocka_unit_test(a_gain_jump_of_6_db_leaves_less_than_minus_75_dbfs_above_2_khz),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
