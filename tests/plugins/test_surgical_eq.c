/* SPDX-License-Identifier: MIT
 * What the surgical EQ promises bit for bit and for every sample: sound REQ EQ-4 and the bounds of EQ-6. Its curves are
 * measured in test_surgical_eq.py. */
#include "dsp/eq_design.h"
#include "kit/record.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include "support/rig.h"
#include <math.h>

extern const dawg_plugin dawg_surgical_eq;
enum { ON, TYPE, FREQ_HZ, GAIN_DB, Q, PER_BAND, BANDS = 8, OUTPUT_DB = BANDS * PER_BAND, MIX };
static const double pi = 3.14159265358979323846;

static void set(rig *r, uint32_t band, uint32_t param, float value)
{
    assert_true(dawg_set(r->x, band * PER_BAND + param, value) != DAWG_SET_REJECTED);
}

/* Every band on as a bell or shelf of any frequency and Q, at 0 dB; while the music plays, frequencies and Qs move,
 * types change between bell and shelves, bands go off and on. */
static void with_all_bands_at_0_db_the_output_is_the_input(void **state)
{
    (void)state;
    const dawg_eq_type flat[] = {DAWG_EQ_BELL, DAWG_EQ_LOW_SHELF, DAWG_EQ_HIGH_SHELF};
    uint32_t differ = 0;
    for (uint32_t k = 0; k < GRID_RATES; ++k) {
        rig r = rig_make(&dawg_surgical_eq, grid_rates[k]);
        assert_int_equal(dawg_latency(r.x), 0);
        dawg_noise g;
        dawg_noise_seed(&g, k);
        sound in = sound_make(20000), out = sound_make(256);
        sound_noise(in, 3, 1.0f);
        for (uint32_t i = 0; i < in.n; ++i) in.ch[0][i] *= i % 1000 < 500 ? 1.0f : 1e-30f;
        for (uint32_t b = 0; b < BANDS; ++b) set(&r, b, ON, 1);
        for (uint32_t at = 0; at + 256 <= in.n; at += 256) {
            const float *from[2] = {in.ch[0] + at, in.ch[1] + at};
            dawg_process(r.x, from, 2, NULL, 0, out.ch, 256);
            for (uint32_t i = 0; i < 512; ++i)
                differ += memcmp(&out.ch[i & 1][i / 2], &from[i & 1][i / 2], sizeof(float)) != 0;
            const uint32_t b = pick(&g, BANDS);
            set(&r, b, FREQ_HZ, 20.0f * powf(1000.0f, unit(&g)));
            set(&r, b, Q, 0.1f * powf(400.0f, unit(&g)));
            set(&r, b, TYPE, (float)flat[pick(&g, 3)]);
            set(&r, pick(&g, BANDS), ON, (float)pick(&g, 2));
        }
        assert_int_equal(dawg_latency(r.x), 0);
        rig_free(&r), sound_free(&in), sound_free(&out);
    }
    dawg_record("EQ-4", "surgical_eq: samples that differ with all bands at 0 dB, 11 rates", differ, "", "0");
    assert_int_equal(differ, 0);
}

static void at_mix_0_the_output_is_the_input_bit_for_bit_minus_zero_too(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_surgical_eq, 48000);
    float in[2][96], out[2][96];
    set(&r, 0, ON, 1);
    set(&r, 0, GAIN_DB, 6);
    dawg_set(r.x, params_find(r.plugin, "mix"), 0);
    for (uint32_t i = 0; i < 96; ++i) in[0][i] = in[1][i] = i % 3 ? -0.0f : 0.25f;
    dawg_process(r.x, (const float *const[]){in[0], in[1]}, 2, NULL, 0, (float *const[]){out[0], out[1]}, 96);
    assert_memory_equal(out, in, sizeof in);
    rig_free(&r);
}

/* Latency depends on mode keys only, and in minimum phase at the standard quality there is none. */
static void latency_is_that_of_the_mode_whatever_the_other_settings(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_surgical_eq, 48000);
    dawg_noise g;
    dawg_noise_seed(&g, 5);
    const uint32_t phase = params_find(r.plugin, "phase"), quality = params_find(r.plugin, "quality");
    const uint32_t by_phase[] = {0, 4095 + 128, 16383 + 128, 4095 + 128};
    for (uint32_t k = 0; k < 200; ++k) {
        float values[DAWG_PARAMS_MAX];
        params_draw(&dawg_surgical_eq, k, &g, values);
        params_set(&r, values);
        const uint32_t p = (uint32_t)values[phase];
        assert_int_equal(dawg_latency(r.x), p == 0 && values[quality] > 0.5f ? 69 : by_phase[p]);
    }
    rig_free(&r);
}

/* Largest gain that a band of this type has at any setting with |gain| <= 12 dB and Q 0.5 to 10: a pass peaks at Q. */
static double peak_gain(dawg_eq_type t)
{
    return t == DAWG_EQ_NOTCH ? 1.0 : t == DAWG_EQ_LOW_PASS || t == DAWG_EQ_HIGH_PASS ? 10.0 : pow(10.0, 12.0 / 20.0);
}

/* A sine at full scale, 128 frames at a time; before every block the bands' frequencies, gains, Qs and slopes jump anywhere.
 * Whatever the jumps, no sample is over twice what the bands could do to it standing still. Shelves and Q 4: a resonant
 * shelf gains Q on top. */
static void random_jumps_stay_bounded(void **state)
{
    (void)state;
    const uint32_t seconds = 60, blocks = seconds * 48000 / 128;
    double worst = 0.0;
    for (uint32_t round = 0; round < 8; ++round) {
        const uint32_t n_bands = round < 6 ? 1 : 3;
        dawg_eq_type types[3] = {(dawg_eq_type)(round % 6), DAWG_EQ_BELL, DAWG_EQ_HIGH_PASS};
        if (round == 7) types[0] = DAWG_EQ_LOW_PASS, types[1] = DAWG_EQ_NOTCH, types[2] = DAWG_EQ_BELL;
        double limit = 2.0;
        rig r = rig_make(&dawg_surgical_eq, 48000);
        const uint32_t slope = params_find(r.plugin, "band1_slope"), next_slope = params_find(r.plugin, "band2_slope");
        dawg_noise g, slopes;
        dawg_noise_seed(&g, round);
        dawg_noise_seed(&slopes, 100 + round);
        for (uint32_t b = 0; b < n_bands; ++b) {
            set(&r, b, ON, 1);
            set(&r, b, TYPE, (float)types[b]);
            limit *= peak_gain(types[b]);
        }
        float x[2][128], y[2][128];
        const float *const in[2] = {x[0], x[1]};
        float *const out[2] = {y[0], y[1]};
        double top = 0.0, phase = 0.0, hz = 200.0;
        const uint32_t n = round < 6 ? blocks / grid(6, 1) : blocks;
        for (uint32_t k = 0; k < n; ++k) {
            const int jumps = k < n / 2 || k % 24 == 0; /* later the ramps have time to arrive */
            for (uint32_t b = 0; b < n_bands && jumps; ++b) {
                const int shelf = types[b] == DAWG_EQ_LOW_SHELF || types[b] == DAWG_EQ_HIGH_SHELF;
                set(&r, b, FREQ_HZ, 20.0f * powf(1000.0f, unit(&g)));
                set(&r, b, GAIN_DB, 24.0f * unit(&g) - 12.0f);
                set(&r, b, Q, shelf ? 0.5f * powf(2.0f, unit(&g)) : 0.5f * powf(20.0f, unit(&g)));
                if (k % 4 == 0) dawg_set(r.x, slope + b * (next_slope - slope), (float)pick(&slopes, 8));
            }
            if (k % 400 == 0) hz = 30.0 * pow(500.0, (double)unit(&g));
            for (uint32_t i = 0; i < 128; ++i, phase += 2.0 * pi * hz / 48000.0) {
                x[0][i] = (float)sin(phase);
                x[1][i] = (float)cos(phase);
            }
            dawg_process(r.x, in, 2, NULL, 0, out, 128);
            for (uint32_t c = 0; c < 2; ++c)
                for (uint32_t i = 0; i < 128; ++i) {
                    assert_true(fabsf(y[c][i]) < 1e9f);
                    top = fmax(top, fabs((double)y[c][i]));
                }
        }
        print_message("round %u: peak %.2f, allowed %.2f\n", round, top, limit);
        assert_true(top <= limit);
        assert_int_equal(dawg_get_counters(r.x)->faults, 0);
        worst = fmax(worst, 2.0 * top / limit);
        rig_free(&r);
    }
    dawg_record("EQ-6", "surgical_eq: random jumps in every block, peak over the steady peak gain", worst, "x", "<= 2");
}

/* input_peak_db and output_peak_db: a -6 dBFS tone in, 12 dB louder out. */
static void meters_show_what_goes_in_and_out(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_surgical_eq, 48000);
    set(&r, 3, ON, 1);
    set(&r, 3, GAIN_DB, 12);
    sound in = sound_make(48000), out = sound_make(48000);
    sound_sine(in, 48000, 1000.0, 0.5f);
    const score s = {.in = in, .in_channels = 2};
    score_render(&r, &s, 500, 0, out);
    const float *m = dawg_meters(r.x);
    assert_true(fabsf(m[0] + 6.02f) < 0.05f && fabsf(m[1] - 5.98f) < 0.05f);
    rig_free(&r), sound_free(&in), sound_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_all_bands_at_0_db_the_output_is_the_input),
        cmocka_unit_test(at_mix_0_the_output_is_the_input_bit_for_bit_minus_zero_too),
        cmocka_unit_test(latency_is_that_of_the_mode_whatever_the_other_settings),
        cmocka_unit_test(random_jumps_stay_bounded),
        cmocka_unit_test(meters_show_what_goes_in_and_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
