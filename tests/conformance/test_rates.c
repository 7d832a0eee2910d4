/* SPDX-License-Identifier: MIT
 * Sound REQ E-8: every rate, and every way of giving channels. */
#include "support/registry.h"

static void every_rate_and_every_way_of_giving_channels(const dawg_plugin *p)
{
    const uint32_t sets = GRID_SETS;
    uint32_t renders = 0, wild = 0;
    uint64_t bits = 0;
    for (uint32_t k = 0; k < GRID_RATES; ++k)
        for (uint32_t set = 0; set < sets; ++set) {
            const float rate = grid_rates[k];
            const uint32_t length = grid(3000, (uint32_t)rate / 4);
            float values[DAWG_PARAMS_MAX];
            params_of(p, "rates", set, values);
            enum { STEREO, IN_PLACE, MONO, TWICE, NOTHING, ZEROS, WAYS };
            sound in = sound_make(length), side = sound_make(length), twice = sound_make(length),
                  zeros = sound_make(length);
            sound out[WAYS];
            sound_song(in, set, rate);
            sound_song(side, set + 1, rate);
            for (uint32_t c = 0; c < 2; ++c) memcpy(twice.ch[c], in.ch[0], sizeof(float) * length);
            const score ways[WAYS] = {
                [STEREO] = {.in = in, .side = side, .in_channels = 2, .side_channels = 2},
                [IN_PLACE] = {.in = in, .side = side, .in_channels = 2, .side_channels = 2},
                [MONO] = {.in = in, .side = in, .in_channels = 1, .side_channels = 1},
                [TWICE] = {.in = twice, .side = twice, .in_channels = 2, .side_channels = 2},
                [NOTHING] = {.in = in, .side = side, .in_channels = 0, .side_channels = 2},
                [ZEROS] = {.in = zeros, .side = side, .in_channels = 2, .side_channels = 2},
            };
            for (uint32_t w = 0; w < WAYS; ++w) {
                out[w] = sound_make(length);
                rig r = rig_make(p, rate);
                params_set(&r, values);
                score s = ways[w];
                if (w == IN_PLACE) {
                    for (uint32_t c = 0; c < 2; ++c) memcpy(out[w].ch[c], in.ch[c], sizeof(float) * length);
                    s.in = out[w];
                }
                score_render(&r, &s, 128, 0, out[w]);
                ++renders;
                wild += !sound_finite(out[w]) || dawg_get_counters(r.x)->faults;
                promise(sound_finite(out[w]) && dawg_get_counters(r.x)->faults == 0, p, values,
                        "%g Hz, set %u: way %u is not finite", (double)rate, set, w);
                rig_free(&r);
            }
            for (uint32_t w = STEREO; w < WAYS; w += 2) {
                bits += sound_bits_that_differ(out[w], out[w + 1]);
                const uint32_t at = sound_first_difference(out[w], out[w + 1]);
                static const char *const names[] = {"in place", "mono", "no input"};
                promise(at == UINT32_MAX, p, values, "%g Hz, set %u: %s is different at frame %u", (double)rate, set,
                        names[w / 2], at);
            }
            for (uint32_t w = 0; w < WAYS; ++w) sound_free(&out[w]);
            sound_free(&in), sound_free(&side), sound_free(&twice), sound_free(&zeros);
        }
    print_message("%u rates x %u sets\n", GRID_RATES, sets);
    registry_record(p, "E-8", "renders, 11 rates x 6 ways of giving channels", renders, "", "");
    registry_record(p, "E-8", "renders that are not finite", wild, "", "0");
    registry_record(p, "E-8", "bits that differ in place, in mono, without input", (double)bits, "", "0");
}

int main(void)
{
    const registry_row rows[] = {
        {"E-8 every rate, mono, stereo, in place, no input", every_rate_and_every_way_of_giving_channels},
    };
    return registry_run(rows, DAWG_COUNT(rows));
}
