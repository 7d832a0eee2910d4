/* SPDX-License-Identifier: MIT
 * What the vintage EQ promises bit for bit and for every sample: sound REQ EQ-4, one latency for all settings, bounds
 * under random moves, and that the drawn response is the heard one. Its curves and harmonics are measured in
 * test_vintage_eq.py. */
#include "draw.h"
#include "kit/record.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include "support/rig.h"
#include <math.h>

extern const dawg_plugin dawg_vintage_eq;
static const double pi = 3.14159265358979323846;
enum { LATENCY = 59, BLOCK = 256 };

static uint32_t param(const char *key)
{
    const uint32_t i = params_find(&dawg_vintage_eq, key);
    assert_true(i != UINT32_MAX);
    return i;
}
/* Everything moves but gains, cuts, harmonics, output and mix. */
static void move_what_is_not_heard(rig *r, dawg_noise *g)
{
    static const char *const keys[] = {"model",
                                       "stepped",
                                       "low_freq_hz",
                                       "low_type",
                                       "low_mid_freq_hz",
                                       "low_mid_q",
                                       "mid_freq_hz",
                                       "mid_q",
                                       "high_mid_q",
                                       "high_mid_freq_hz",
                                       "high_freq_hz",
                                       "high_atten_freq_hz",
                                       "bandwidth",
                                       "high_type",
                                       "low_cut_slope",
                                       "drive_db",
                                       "even",
                                       "odd",
                                       "transformer",
                                       "quality"};
    const uint32_t i = param(keys[pick(g, DAWG_COUNT(keys))]);
    dawg_set(r->x, i, dawg_param_to_plain(&dawg_vintage_eq.params[i], unit(g)));
}

static void without_gains_and_harmonics_the_output_is_the_input(void **state)
{
    (void)state;
    uint32_t differ = 0;
    for (uint32_t k = 0; k < GRID_RATES; ++k) {
        rig r = rig_make(&dawg_vintage_eq, grid_rates[k]);
        dawg_noise g;
        dawg_noise_seed(&g, k);
        sound in = sound_make(80 * BLOCK), out = sound_make(in.n);
        sound_noise(in, 3, 1.0f);
        for (uint32_t i = 0; i < in.n; ++i) in.ch[0][i] *= i % 1000 < 500 ? 1.0f : 1e-30f;
        for (uint32_t at = 0; at < in.n; at += BLOCK) {
            dawg_process(r.x, (const float *const[]){in.ch[0] + at, in.ch[1] + at}, 2, NULL, 0,
                         (float *const[]){out.ch[0] + at, out.ch[1] + at}, BLOCK);
            move_what_is_not_heard(&r, &g);
            assert_int_equal(dawg_latency(r.x), LATENCY);
        }
        for (uint32_t c = 0; c < 2; ++c)
            for (uint32_t i = LATENCY; i < in.n; ++i)
                differ += memcmp(&out.ch[c][i], &in.ch[c][i - LATENCY], sizeof(float)) != 0;
        rig_free(&r), sound_free(&in), sound_free(&out);
    }
    dawg_record("EQ-4", "vintage_eq: samples that differ with all bands at 0 dB, 11 rates", differ, "", "0");
    assert_int_equal(differ, 0);
}

static void latency_is_59_whatever_the_settings(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 1);
    for (uint32_t i = 0; i < 500; ++i) {
        float v[DAWG_PARAMS_MAX];
        params_draw(&dawg_vintage_eq, i, &g, v);
        assert_int_equal(dawg_vintage_eq.latency(v, &(dawg_setup){grid_rates[i % GRID_RATES]}), LATENCY);
    }
}

/* Random jumps of all parameters in every block: finite, and never over what its bands could do together in the steady
 * state (twice, as in EQ-6): the input's peak by the product of the largest gains. */
static void random_jumps_stay_bounded(void **state)
{
    (void)state;
    const uint32_t seconds = grid(10, 60);
    rig r = rig_make(&dawg_vintage_eq, 48000);
    dawg_noise g;
    dawg_noise_seed(&g, 7);
    sound in = sound_make(BLOCK), out = sound_make(BLOCK);
    double top = 0.0;
    for (uint32_t b = 0; b < seconds * 48000 / BLOCK; ++b) {
        for (uint32_t j = 0; j < 4; ++j) {
            const uint32_t i = pick(&g, dawg_vintage_eq.n_params);
            dawg_set(r.x, i, dawg_param_to_plain(&dawg_vintage_eq.params[i], unit(&g)));
        }
        sound_noise(in, b, 0.5f);
        dawg_process(r.x, (const float *const[]){in.ch[0], in.ch[1]}, 2, NULL, 0, out.ch, BLOCK);
        assert_true(sound_finite(out));
        top = fmax(top, sound_peak(out, 0, BLOCK));
    }
    assert_int_equal(dawg_get_counters(r.x)->faults, 0);
    const double most = 0.5 * 2.0 * pow(10.0, (5.0 * 18.0 + 24.0) / 20.0);
    print_message("largest sample %.1f, allowed %.0f\n", top, most);
    dawg_record("EQ-6", "vintage_eq: largest sample under random jumps, over twice the bands' product", top / most, "",
                "<= 1");
    assert_true(top <= most);
    rig_free(&r), sound_free(&in), sound_free(&out);
}

/* The response of an impulse at -60 dBFS, so that the harmonic stage is linear, summed in double. */
static void the_drawn_response_is_the_heard_one(void **state)
{
    (void)state;
    enum { POINTS = 24, FRAMES = 1 << 17 };
    dawg_noise g;
    dawg_noise_seed(&g, 5);
    double worst = 0.0;
    for (uint32_t set_no = 0; set_no < grid(40, 300); ++set_no) {
        float v[DAWG_PARAMS_MAX], hz[POINTS], drawn[POINTS];
        const float rate = set_no % 2 ? 48000.0f : 96000.0f;
        params_draw(&dawg_vintage_eq, 3 + set_no, &g, v);
        v[param("model")] = (float)(set_no % 5);
        v[param("mix")] = 1;         /* a dry path beside the wet one makes notches too deep to compare in dB */
        v[param("transformer")] = 0; /* even a quiet bass is not linear to 0.005 dB */
        v[param("even")] = 0;
        rig r = rig_make(&dawg_vintage_eq, rate);
        params_set(&r, v);
        sound x = sound_make(FRAMES);
        x.ch[0][0] = x.ch[1][0] = 0.001f;
        for (uint32_t at = 0; at < FRAMES; at += 4096) {
            float *const io[2] = {x.ch[0] + at, x.ch[1] + at};
            dawg_process(r.x, (const float *const *)io, 2, NULL, 0, io, 4096);
        }
        for (uint32_t i = 0; i < POINTS; ++i) hz[i] = 30.0f * powf(600.0f, (float)i / (POINTS - 1));
        assert_true(dawg_draw(&dawg_vintage_eq, &(dawg_setup){rate}, v, 0, hz, drawn, POINTS));
        for (uint32_t i = 0; i < POINTS; ++i) {
            const double w = 2.0 * pi * (double)hz[i] / (double)rate, c = cos(w), s = sin(w);
            double re = 0.0, im = 0.0; /* Horner's rule from the last sample */
            for (uint32_t k = FRAMES; k-- > 0;) {
                const double was = re;
                re = re * c + im * s + (double)x.ch[0][k];
                im = im * c - was * s;
            }
            const double heard = to_db(1000.0 * sqrt(re * re + im * im));
            if (drawn[i] > -60.0f) worst = fmax(worst, fabs((double)drawn[i] - heard));
        }
        rig_free(&r), sound_free(&x);
    }
    print_message("largest error %.4f dB\n", worst);
    dawg_record("VE-8", "vintage_eq: drawn against heard", worst, "dB", "<= 0.02");
    assert_true(worst <= 0.02);
}

/* Each part alone at its own settings, all together the whole: what is drawn in parts adds up, but for the Pultec,
 * whose parts interact. */
static void parts_add_up(void **state)
{
    (void)state;
    dawg_noise g;
    dawg_noise_seed(&g, 9);
    const dawg_setup s = {48000};
    for (uint32_t set_no = 0; set_no < 200; ++set_no) {
        float v[DAWG_PARAMS_MAX], x[20], whole[20], part[20], sum[20] = {0};
        params_draw(&dawg_vintage_eq, 3 + set_no, &g, v);
        v[param("model")] = (float)(set_no % 4);
        v[param("mix")] = 1;
        v[param("output_db")] = 0;
        v[param("harmonics")] = 0;
        for (uint32_t i = 0; i < 20; ++i) x[i] = 20.0f * powf(1000.0f, (float)i / 19.0f);
        assert_true(dawg_draw(&dawg_vintage_eq, &s, v, 0, x, whole, 20));
        for (uint32_t p = 1; p <= dawg_vintage_eq.curve_parts; ++p) {
            assert_true(dawg_draw(&dawg_vintage_eq, &s, v, p, x, part, 20));
            for (uint32_t i = 0; i < 20; ++i) sum[i] += part[i];
        }
        for (uint32_t i = 0; i < 20; ++i)
            if (whole[i] > -100.0f) assert_true(fabsf(whole[i] - sum[i]) < 0.001f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_gains_and_harmonics_the_output_is_the_input),
        cmocka_unit_test(latency_is_59_whatever_the_settings),
        cmocka_unit_test(random_jumps_stay_bounded),
        cmocka_unit_test(the_drawn_response_is_the_heard_one),
        cmocka_unit_test(parts_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
