/* SPDX-License-Identifier: MIT
 * Sound REQ E-1 and E-2: what is heard does not depend on how the audio is cut into blocks, and events act at the
 * first control edge at or after their frame. */
#include "support/registry.h"

static void blocks_of_any_size_give_the_same_bits(const dawg_plugin *p)
{
    const uint32_t length = grid(16000, 40000), sets = GRID_SETS, n_rates = grid(1, 4);
    sound in = sound_make(length), side = sound_make(length), first = sound_make(length), out = sound_make(length);
    uint64_t bits = 0;
    uint32_t renders = 0;
    for (uint32_t k = 0; k < n_rates; ++k)
        for (uint32_t set = 0; set < sets; ++set) {
            const float rates[] = {44100, 8000, 48000, 192000}, rate = n_rates == 1 ? grid_rate(set) : rates[k];
            float values[DAWG_PARAMS_MAX];
            params_of(p, "blocks", set, values);
            sound_song(in, set, rate);
            sound_song(side, set + 100, rate);
            static busy b; /* 200 events, ramps, hand moves, transport, the key plugged and unplugged */
            score_busy(&b, p, in, side, seed_of(p->key) + set);
            for (uint32_t i = 0; i < GRID_BLOCKS; ++i) {
                rig r = rig_make(p, rate);
                params_set(&r, values);
                score_render(&r, &b.score, grid_blocks[i], set, i ? out : first);
                rig_free(&r);
                ++renders;
                if (i) bits += sound_bits_that_differ(first, out);
                const uint32_t at = i ? sound_first_difference(first, out) : UINT32_MAX;
                promise(at == UINT32_MAX, p, values,
                        "set %u at %g Hz: blocks of %u differ from blocks of %u at frame %u: %.9g, %.9g | %.9g, %.9g",
                        set, (double)rate, grid_blocks[i], grid_blocks[0], at, (double)out.ch[0][at],
                        (double)out.ch[1][at], (double)first.ch[0][at], (double)first.ch[1][at]);
            }
        }
    print_message("%u block sizes x %u sets x %u rates x %u frames\n", GRID_BLOCKS, sets, n_rates, length);
    registry_record(p, "E-1", "bits that differ between block sizes", (double)bits, "", "0");
    registry_record(p, "E-1", "renders compared", renders, "", "");
    sound_free(&in), sound_free(&side), sound_free(&first), sound_free(&out);
}

/* Three renders per parameter: the event announced before the first frame; the value set by hand at the edge; none. */
static void an_event_acts_at_the_first_edge_and_not_before(const dawg_plugin *p)
{
    enum { LENGTH = 12000, FIRST = 8000 }; /* a second and a half at 8 kHz */
    const uint32_t rounds = grid(2, 8);
    dawg_noise g;
    dawg_noise_seed(&g, seed_of(p->key));
    sound in = sound_make(LENGTH), side = sound_make(LENGTH), out[3];
    sound_noise(in, 3, 1.0f);
    sound_noise(side, 4, 1.0f);
    for (uint32_t i = 0; i < 3; ++i) out[i] = sound_make(LENGTH);
    uint32_t heard = 0, soonest = UINT32_MAX;
    uint64_t bits = 0;
    for (uint32_t round = 0; round < rounds; ++round)
        for (uint32_t param = 0; param <= p->n_params; ++param) {
            float values[DAWG_PARAMS_MAX];
            params_of(p, "events", round ? 2 + round : 0, values);
            const dawg_param *q = dawg_param_info(p, param);
            const float now = param < p->n_params ? values[param] : 0.0f;
            const float value = dawg_param_to_plain(q, dawg_param_to_knob(q, now) > 0.5f ? 0.0f : 1.0f);
            const uint32_t frame = FIRST + pick(&g, 1000), edge = (frame + DAWG_PERIOD - 1) / DAWG_PERIOD * DAWG_PERIOD;
            const timed event = {.frame = frame, .param = param, .value = value};
            const cue hand = {.frame = edge, .kind = CUE_SET, .param = param, .value = value};
            const score plain = {.in = in, .side = side, .in_channels = 2, .side_channels = 2};
            score with[3] = {plain, plain, plain};
            with[0].events = &event, with[0].n_events = 1;
            with[1].cues = &hand, with[1].n_cues = 1;
            for (uint32_t i = 0; i < 3; ++i) {
                rig r = rig_make(p, 8000);
                params_set(&r, values);
                score_render(&r, &with[i], i == 0 ? 0 : 100, param, out[i]);
                rig_free(&r);
            }
            bits += sound_bits_that_differ(out[0], out[1]);
            uint32_t at = sound_first_difference(out[0], out[1]);
            promise(at == UINT32_MAX, p, values, "%s = %g at frame %u is not the same as by hand at %u: differs at %u",
                    q->key, (double)value, frame, edge, at);
            at = sound_first_difference(out[0], out[2]);
            promise(at >= edge, p, values, "%s = %g at frame %u is heard at %u, before its edge %u", q->key,
                    (double)value, frame, at, edge);
            heard += at != UINT32_MAX;
            if (at != UINT32_MAX && at - edge < soonest) soonest = at - edge;
        }
    print_message("%u parameters x %u rounds, %u of them heard\n", p->n_params + 1, rounds, heard);
    registry_record(p, "E-2", "bits that differ from the value set by hand at the edge", (double)bits, "", "0");
    registry_record(p, "E-2", "events heard", heard, "", "> 0");
    registry_record(p, "E-2", "first sample that changes, after the edge, the soonest", soonest, "frames", ">= 0");
    promise(heard > 0, p, NULL, "no event at all was heard");
    sound_free(&in), sound_free(&side);
    for (uint32_t i = 0; i < 3; ++i) sound_free(&out[i]);
}

int main(void)
{
    const registry_row rows[] = {
        {"E-1 blocks of any size give the same bits", blocks_of_any_size_give_the_same_bits},
        {"E-2 an event acts at the first edge at or after its frame", an_event_acts_at_the_first_edge_and_not_before},
    };
    return registry_run(rows, DAWG_COUNT(rows));
}
