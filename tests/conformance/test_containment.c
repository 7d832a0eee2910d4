/* SPDX-License-Identifier: MIT
 * Sound REQ E-6: a sample that is no sound (NaN, infinite, beyond +80 dBFS) is heard as 0, whatever the plugin; and a
 * parameter that is no number is refused. */
#include "support/registry.h"
#include <math.h>

static void bad_input_is_heard_as_zero(const dawg_plugin *p)
{
    enum { LENGTH = 16000 };
    const float bad[] = {NAN, -NAN, INFINITY, -INFINITY, 1e38f, -1e38f, 10000.5f, -3e38f};
    const uint32_t sets = GRID_SETS, sides = p->side_channels ? 2 : 1;
    sound dirty[2], clean[2], out[2];
    for (uint32_t i = 0; i < 2; ++i)
        dirty[i] = sound_make(LENGTH), clean[i] = sound_make(LENGTH), out[i] = sound_make(LENGTH);
    uint64_t bits = 0, all = 0, caught = 0;
    for (uint32_t set = 0; set < sets; ++set) {
        float values[DAWG_PARAMS_MAX];
        params_of(p, "containment", set, values);
        dawg_noise g;
        dawg_noise_seed(&g, set + 1);
        uint32_t injected = 0;
        for (uint32_t i = 0; i < sides; ++i) {
            sound_song(clean[i], set * 2 + i, grid_rate(set));
            for (uint32_t c = 0; c < 2; ++c)
                for (uint32_t k = 0; k < LENGTH; ++k) {
                    dirty[i].ch[c][k] = clean[i].ch[c][k];
                    if (pick(&g, 100)) continue;
                    clean[i].ch[c][k] = 0.0f;
                    dirty[i].ch[c][k] = bad[pick(&g, DAWG_COUNT(bad))];
                    ++injected;
                }
        }
        for (uint32_t k = 0; k < 2; ++k) {
            rig r = rig_make(p, grid_rate(set));
            params_set(&r, values);
            const sound *from = k ? clean : dirty;
            const score s = {.in = from[0], .side = from[1], .in_channels = 2, .side_channels = sides == 2 ? 2 : 0};
            score_render(&r, &s, 128, 0, out[k]);
            const uint32_t guarded = dawg_get_counters(r.x)->guarded, faults = dawg_get_counters(r.x)->faults;
            if (k == 0) all += injected, caught += guarded;
            promise(guarded == (k ? 0 : injected), p, values, "set %u: %u samples counted of %u", set, guarded,
                    injected);
            promise(faults == 0, p, values, "set %u: %u faults", set, faults);
            rig_free(&r);
        }
        promise(sound_finite(out[0]), p, values, "set %u: the output is not finite", set);
        bits += sound_bits_that_differ(out[0], out[1]);
        const uint32_t at = sound_first_difference(out[0], out[1]);
        promise(at == UINT32_MAX, p, values, "set %u: differs at frame %u from a run with zeros instead", set, at);
    }
    print_message("%u sets, 1 %% of the samples bad on %u inputs\n", sets, sides);
    registry_record(p, "E-6", "bits that differ from a run with zeros instead", (double)bits, "", "0");
    registry_record(p, "E-6", "bad samples counted, share of those fed", (double)caught / (double)all, "", "1");
    for (uint32_t i = 0; i < 2; ++i) sound_free(&dirty[i]), sound_free(&clean[i]), sound_free(&out[i]);
}

static void a_parameter_that_is_no_number_is_refused(const dawg_plugin *p)
{
    enum { LENGTH = 6000 };
    sound in = sound_make(LENGTH), out[2] = {sound_make(LENGTH), sound_make(LENGTH)};
    sound_song(in, 5, 48000);
    float values[DAWG_PARAMS_MAX];
    uint32_t refused = 0;
    params_of(p, "nan", 3, values);
    for (uint32_t k = 0; k < 2; ++k) {
        rig r = rig_make(p, 48000);
        params_set(&r, values);
        const score s = {.in = in, .in_channels = 2};
        for (uint32_t i = 0; k && i <= p->n_params; ++i) {
            assert_int_equal(dawg_set(r.x, i, NAN), DAWG_SET_REJECTED);
            assert_int_equal(dawg_schedule(r.x, 1000 + i, i, -NAN, 500), DAWG_SET_REJECTED);
            assert_true(dawg_get(r.x, i) == (i < p->n_params ? values[i] : 0.0f));
        }
        score_render(&r, &s, 100, 0, out[k]);
        refused += dawg_get_counters(r.x)->rejected;
        assert_int_equal(dawg_get_counters(r.x)->rejected, k ? 2 * (p->n_params + 1) : 0);
        rig_free(&r);
    }
    const uint32_t at = sound_first_difference(out[0], out[1]);
    promise(at == UINT32_MAX, p, values, "a refused NaN was heard at frame %u", at);
    print_message("%u parameters\n", p->n_params + 1);
    registry_record(p, "E-6", "NaN parameters refused, share of those set", refused / (2.0 * (p->n_params + 1)), "",
                    "1");
    registry_record(p, "E-6", "bits that differ after refused NaN", (double)sound_bits_that_differ(out[0], out[1]), "",
                    "0");
    sound_free(&in), sound_free(&out[0]), sound_free(&out[1]);
}

int main(void)
{
    const registry_row rows[] = {
        {"E-6 bad input is heard as zero and counted", bad_input_is_heard_as_zero},
        {"E-6 a parameter that is no number is refused", a_parameter_that_is_no_number_is_refused},
    };
    return registry_run(rows, DAWG_COUNT(rows));
}
