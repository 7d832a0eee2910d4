/* SPDX-License-Identifier: MIT
 * What the mastering EQ promises bit for bit: sound REQ EQ-4. Its curves are measured in test_mastering_eq.py. */
#include "kit/record.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include "support/rig.h"
#include <math.h>

extern const dawg_plugin dawg_mastering_eq;
enum { ON, TYPE, FREQ_HZ, GAIN_DB, Q, PLACEMENT, PER_BAND, BANDS = 6, PHASE = BANDS * PER_BAND };
enum { QUANTUM = 256, QUANTA = 240 };

static void set(rig *r, const char *key, float value)
{
    assert_true(dawg_set(r->x, params_find(r->plugin, key), value) != DAWG_SET_REJECTED);
}

/* Every band on at 0 dB; while the music plays, frequencies, Qs, types and placements move, bands go off and on,
 * targets change at amount 0, the loudness match goes on and off. In each phase mode the output is the input, as late
 * as reported. */
static void with_nothing_to_do_the_output_is_the_late_input(void **state)
{
    (void)state;
    uint32_t differ = 0;
    for (uint32_t k = 0; k < GRID_RATES; k += grid(3, 1))
        for (uint32_t phase = 0; phase < 3u; ++phase) {
            rig r = rig_make(&dawg_mastering_eq, grid_rates[k]);
            set(&r, "phase", (float)phase);
            set(&r, "match_loudness", phase != 1);
            dawg_instance_reset(r.x);
            const uint32_t late = dawg_latency(r.x);
            dawg_noise g;
            dawg_noise_seed(&g, k);
            sound in = sound_make(QUANTUM * QUANTA), out = sound_make(QUANTUM * QUANTA);
            sound_noise(in, 3, 1.0f);
            for (uint32_t i = 0; i < in.n; ++i) in.ch[0][i] *= i % 1000 < 500 ? 1.0f : 1e-30f;
            for (uint32_t b = 0; b < BANDS; ++b) dawg_set(r.x, b * PER_BAND + ON, 1);
            for (uint32_t at = 0; at < in.n; at += QUANTUM) {
                const float *from[2] = {in.ch[0] + at, in.ch[1] + at};
                float *const to[2] = {out.ch[0] + at, out.ch[1] + at};
                dawg_process(r.x, from, 2, NULL, 0, to, QUANTUM);
                const uint32_t b = pick(&g, BANDS) * PER_BAND;
                dawg_set(r.x, b + FREQ_HZ, 20.0f * powf(1000.0f, unit(&g)));
                dawg_set(r.x, b + Q, 0.2f * powf(50.0f, unit(&g)));
                dawg_set(r.x, b + TYPE, (float)pick(&g, 3));
                dawg_set(r.x, b + PLACEMENT, (float)pick(&g, 5));
                dawg_set(r.x, pick(&g, BANDS) * PER_BAND + ON, (float)pick(&g, 2));
                set(&r, "target", (float)pick(&g, 5));
                set(&r, "custom3_db", 12.0f * unit(&g));
                set(&r, "match_loudness", (float)pick(&g, 2));
            }
            assert_int_equal(dawg_latency(r.x), late);
            for (uint32_t c = 0; c < 2; ++c)
                for (uint32_t i = 0; i < in.n; ++i) {
                    const float want = i < late ? 0.0f : in.ch[c][i - late];
                    differ += memcmp(&out.ch[c][i], &want, sizeof want) != 0;
                }
            rig_free(&r), sound_free(&in), sound_free(&out);
        }
    dawg_record("EQ-4", "mastering_eq: samples that differ with all bands at 0 dB, three phase modes", differ, "", "0");
    assert_int_equal(differ, 0);
}

/* Latency depends on the phase mode only. */
static void latency_is_the_phase_modes(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_mastering_eq, 48000);
    const uint32_t want[] = {69, 4223, 4223};
    dawg_noise g;
    dawg_noise_seed(&g, 5);
    for (uint32_t k = 0; k < 200; ++k) {
        float values[DAWG_PARAMS_MAX];
        params_draw(&dawg_mastering_eq, k, &g, values);
        params_set(&r, values);
        assert_int_equal(dawg_latency(r.x), want[(uint32_t)(values[PHASE] + 0.5f)]);
    }
    rig_free(&r);
}

/* Random jumps of everything that is automatable, 128 frames apart, for 20 s and in each mode: finite, no fault, and
 * never louder than the gains allow (six bands of 15 dB, tilt and target 12, output 24: 138 dB). */
static void random_jumps_stay_finite(void **state)
{
    (void)state;
    for (uint32_t phase = 0; phase < 3u; ++phase) {
        rig r = rig_make(&dawg_mastering_eq, 48000);
        set(&r, "phase", (float)phase);
        dawg_noise g;
        dawg_noise_seed(&g, phase);
        for (uint32_t b = 0; b < BANDS; ++b) dawg_set(r.x, b * PER_BAND + ON, 1);
        float x[2][128], y[2][128];
        double top = 0.0;
        for (uint32_t k = 0; k < grid(1500, 7500); ++k) {
            for (uint32_t i = 0; i < 128; ++i) x[0][i] = 2.0f * unit(&g) - 1.0f, x[1][i] = 2.0f * unit(&g) - 1.0f;
            for (uint32_t p = 0; p < r.plugin->n_params; ++p) {
                const dawg_param *q = &r.plugin->params[p];
                if (q->flags & DAWG_AUTOMATABLE && pick(&g, 4) == 0)
                    dawg_set(r.x, p, q->min + (q->max - q->min) * unit(&g));
            }
            dawg_process(r.x, (const float *const[]){x[0], x[1]}, 2, NULL, 0, (float *const[]){y[0], y[1]}, 128);
            for (uint32_t c = 0; c < 2; ++c)
                for (uint32_t i = 0; i < 128; ++i)
                    top = fmax(top, isfinite(y[c][i]) ? fabs((double)y[c][i]) : INFINITY);
        }
        print_message("phase %u: peak %.1f dBFS\n", phase, 20.0 * log10(top));
        assert_true(20.0 * log10(top) < 138.0);
        assert_int_equal(dawg_get_counters(r.x)->faults, 0);
        rig_free(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_nothing_to_do_the_output_is_the_late_input),
        cmocka_unit_test(latency_is_the_phase_modes),
        cmocka_unit_test(random_jumps_stay_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
