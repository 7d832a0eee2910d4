/* SPDX-License-Identifier: MIT
 * What example_key promises beyond the conformance suite, which runs over every plugin. */
#include "support/cmocka.h"
#include "support/rig.h"
#include <math.h>

extern const dawg_plugin dawg_example_key;

/* Every sample is the input times 10^(dB/20), within two units in the last place of a float. */
static void the_output_knob_is_a_gain_in_db(void **state)
{
    (void)state;
    const float knob_db[] = {-24, -6, 0, 6, 24};
    for (uint32_t k = 0; k < DAWG_COUNT(knob_db); ++k) {
        rig r = rig_make(&dawg_example_key, 48000);
        sound in = sound_make(4800), out = sound_make(4800);
        sound_noise(in, 1, 0.5f);
        dawg_set(r.x, params_find(r.plugin, "output_db"), knob_db[k]);
        dawg_process(r.x, (const float *const *)in.ch, 2, NULL, 0, out.ch, in.n);
        for (uint32_t c = 0; c < 2; ++c)
            for (uint32_t i = 0; i < in.n; ++i) {
                const double truth = (double)in.ch[c][i] * pow(10.0, (double)knob_db[k] / 20.0);
                assert_true(fabs((double)out.ch[c][i] - truth) <= fabs(truth) * 0x1p-22);
            }
        rig_free(&r), sound_free(&in), sound_free(&out);
    }
}

static void at_mix_0_the_output_is_the_input_bit_for_bit_minus_zero_too(void **state)
{
    (void)state;
    rig r = rig_make(&dawg_example_key, 48000);
    sound in = sound_make(4800), out = sound_make(4800);
    sound_noise(in, 1, 0.5f);
    for (uint32_t i = 0; i < in.n; i += 3) in.ch[0][i] = in.ch[1][i] = -0.0f;
    dawg_set(r.x, params_find(r.plugin, "output_db"), 12.0f);
    dawg_set(r.x, params_find(r.plugin, "mix"), 0.0f);
    dawg_process(r.x, (const float *const *)in.ch, 2, NULL, 0, out.ch, in.n);
    assert_int_equal(sound_bits_that_differ(in, out), 0);
    rig_free(&r), sound_free(&in), sound_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_output_knob_is_a_gain_in_db),
        cmocka_unit_test(at_mix_0_the_output_is_the_input_bit_for_bit_minus_zero_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
