/* SPDX-License-Identifier: MIT
 * Sound REQ E-7: what a plugin says of its latency and its tail is true, a reset is a new life, and saved parameters
 * are the whole state a host must keep. */
#include "support/registry.h"
#include <math.h>
#include <stdio.h>

/* Where the largest sample of a -12 dBFS impulse comes out. Crossovers that add up to an all-pass spread it in time: where
 * no sample has nine tenths of the energy, that is where it begins. */
static uint32_t arrival(const dawg_plugin *p, float rate, const float *values, uint32_t *reported)
{
    rig r = rig_make(p, rate);
    params_set(&r, values);
    *reported = dawg_latency(r.x);
    const uint32_t start = 1003, length = start + *reported + 500 + (uint32_t)(0.05f * rate);
    sound in = sound_make(length), out = sound_make(length);
    in.ch[0][start] = in.ch[1][start] = 0.25f;
    const score s = {.in = in, .in_channels = 2};
    score_render(&r, &s, 128, 0, out);
    uint32_t best = 0, first = length;
    double energy = 0.0;
    for (uint32_t i = 0; i < length; ++i) {
        energy += (double)out.ch[0][i] * (double)out.ch[0][i];
        if (fabsf(out.ch[0][i]) > fabsf(out.ch[0][best])) best = i;
        if (out.ch[0][i] != 0.0f && first == length) first = i;
    }
    if ((double)out.ch[0][best] * (double)out.ch[0][best] < 0.9 * energy) best = first;
    rig_free(&r), sound_free(&in), sound_free(&out);
    return best - start;
}

/* At the defaults, and with every parameter that sets latency over its range (every value of a list), at every rate. */
static void reported_latency_is_measured_latency(const dawg_plugin *p)
{
    uint32_t ran = 0, most = 0, off = 0;
    for (uint32_t k = 0; k < GRID_RATES; ++k) {
        const dawg_setup s = {.sample_rate = grid_rates[k]};
        float values[DAWG_PARAMS_MAX];
        for (uint32_t i = 0; i <= p->n_params; ++i) {
            params_of(p, "latency", 0, values);
            const int moves = i < p->n_params && (p->params[i].flags & DAWG_SETS_LATENCY);
            if (i < p->n_params && !moves) continue;
            uint32_t points = 1;
            if (moves) {
                const dawg_param *q = &p->params[i];
                const int list = q->curve == DAWG_ENUM || q->curve == DAWG_BOOL;
                points = list ? (uint32_t)(q->max - q->min) + 1 : 9;
            }
            for (uint32_t j = 0; j < points; ++j) {
                if (moves) values[i] = dawg_param_to_plain(&p->params[i], (float)j / (float)(points - 1));
                uint32_t reported;
                const uint32_t measured = arrival(p, grid_rates[k], values, &reported);
                const uint32_t error = measured > reported ? measured - reported : reported - measured;
                off = error > off ? error : off;
                promise(measured == reported, p, values, "%g Hz: an impulse arrives after %u samples, %u reported",
                        (double)grid_rates[k], measured, reported);
                const uint32_t limit = p->latency_max ? p->latency_max(&s) : 0;
                promise(reported <= limit, p, values, "%g Hz: latency %u exceeds the stated most %u",
                        (double)grid_rates[k], reported, limit);
                most = reported > most ? reported : most;
                ++ran;
            }
        }
        for (uint32_t set = 0; set < 200; ++set) { /* no setting at all exceeds what bypass has room for */
            params_of(p, "latency", set, values);
            const uint32_t latency = p->latency ? p->latency(values, &s) : 0;
            promise(latency <= (p->latency_max ? p->latency_max(&s) : 0), p, values, "%g Hz: latency %u",
                    (double)grid_rates[k], latency);
        }
    }
    print_message("%u impulses at %u rates, latencies up to %u samples\n", ran, GRID_RATES, most);
    registry_record(p, "E-7", "latency error, most", off, "samples", "0");
    registry_record(p, "E-7", "latency, most", most, "samples", "");
}

/* Two seconds of full-scale white noise stop; from then on the output must be under -120 dBFS within the reported tail,
 * and the report is no more than twice the truth and a tenth of a second. */
static void reported_tail_is_measured_tail(const dawg_plugin *p)
{
    const float rate = 48000;
    const uint32_t sets = GRID_SETS, loud = 2 * 48000;
    uint32_t ran = 0;
    double shortest = 1e30, longest = 0.0;
    for (uint32_t set = 0; set < sets; ++set) {
        float values[DAWG_PARAMS_MAX];
        if (!params_that_end(p, "tail", set, rate, grid(10, 60), values)) continue;
        rig r = rig_make(p, rate);
        params_set(&r, values);
        const uint32_t reported = dawg_tail(r.x), length = loud + 2 * reported + 48000;
        sound in = sound_make(loud), out = sound_make(length);
        sound_noise(in, 11, 1.0f);
        const score s = {.in = in, .in_channels = 2};
        score_render(&r, &s, 1024, 0, out);
        uint32_t measured = 0;
        for (uint32_t i = loud; i < length; ++i)
            if (fabsf(out.ch[0][i]) > 1e-6f || fabsf(out.ch[1][i]) > 1e-6f) measured = i + 1 - loud;
        shortest = fmin(shortest, ((double)reported - (double)measured) / 48000.0);
        longest = fmax(longest, reported / (2.0 * measured + 4800.0));
        promise(reported >= measured, p, values, "set %u: sounds for %u samples, reports %u", set, measured, reported);
        promise(reported <= 2 * measured + 4800, p, values, "set %u: sounds for %u samples, reports %u", set, measured,
                reported);
        print_message("set %u: tail %.4f s, reported %.4f s\n", set, measured / 48000.0, reported / 48000.0);
        ++ran;
        rig_free(&r), sound_free(&in), sound_free(&out);
    }
    promise(ran > 0, p, NULL, "no set of parameters has a tail that ends");
    registry_record(p, "E-7", "tail, reported less measured, least", shortest, "s", ">= 0");
    registry_record(p, "E-7", "tail, reported over (2 x measured + 0.1 s), most", longest, "", "<= 1");
}

static void a_reset_is_a_new_life(const dawg_plugin *p)
{
    enum { LENGTH = 20000 };
    const uint32_t sets = GRID_SETS;
    uint64_t bits = 0;
    sound a = sound_make(LENGTH), b = sound_make(LENGTH), out[2] = {sound_make(LENGTH), sound_make(LENGTH)};
    for (uint32_t set = 0; set < sets; ++set) {
        float values[DAWG_PARAMS_MAX], other[DAWG_PARAMS_MAX];
        params_of(p, "reset", set, values);
        params_of(p, "reset", set + 50, other);
        sound_song(a, set, grid_rate(set));
        sound_song(b, set + 10, grid_rate(set));
        static busy first;
        score_busy(&first, p, a, b, set);
        const score second = {.in = b, .side = a, .in_channels = 2, .side_channels = 2};
        for (uint32_t k = 0; k < 2; ++k) {
            rig r = rig_make(p, grid_rate(set));
            if (k) { /* a full life before: other settings, sound, events still waiting, stopped between two edges */
                params_set(&r, other);
                sound cut = out[k];
                cut.n = LENGTH - 5;
                score_render(&r, &first.score, 333, 0, cut);
                dawg_set(r.x, p->n_params, 0);
                dawg_set_transport(r.x, &(dawg_transport){.tempo_bpm = 120.0});
            }
            params_set(&r, values);
            dawg_instance_reset(r.x);
            score_render(&r, &second, 128, 0, out[k]);
            rig_free(&r);
        }
        bits += sound_bits_that_differ(out[0], out[1]);
        const uint32_t at = sound_first_difference(out[0], out[1]);
        promise(at == UINT32_MAX, p, values, "set %u: after a reset differs from a new instance at frame %u", set, at);
    }
    print_message("%u sets\n", sets);
    registry_record(p, "E-7", "bits that differ after a reset", (double)bits, "", "0");
    sound_free(&a), sound_free(&b), sound_free(&out[0]), sound_free(&out[1]);
}

/* Values go to text with nine digits and back, as in a host's JSON. */
static void saved_parameters_bring_the_same_sound_back(const dawg_plugin *p)
{
    enum { LENGTH = 20000 };
    const uint32_t sets = GRID_SETS;
    uint64_t bits = 0;
    sound a = sound_make(LENGTH), b = sound_make(LENGTH), out[2] = {sound_make(LENGTH), sound_make(LENGTH)};
    static char saved[DAWG_PARAMS_MAX + 1][32];
    for (uint32_t set = 0; set < sets; ++set) {
        sound_song(a, set, grid_rate(set));
        sound_song(b, set + 10, grid_rate(set));
        static busy first;
        score_busy(&first, p, a, b, set + 7);
        const score second = {.in = b, .side = a, .in_channels = 2, .side_channels = 2};
        float values[DAWG_PARAMS_MAX];
        params_of(p, "state", set, values);
        for (uint32_t k = 0; k < 2; ++k) {
            rig r = rig_make(p, grid_rate(set));
            if (k == 0) {
                params_set(&r, values);
                score_render(&r, &first.score, 128, 0, out[0]); /* events move many of them */
                dawg_set_transport(r.x, &(dawg_transport){.tempo_bpm = 120.0});
                for (uint32_t i = 0; i <= p->n_params; ++i)
                    snprintf(saved[i], sizeof saved[i], "%.9g", (double)dawg_get(r.x, i));
                dawg_instance_reset(r.x);
            } else {
                for (uint32_t i = 0; i <= p->n_params; ++i)
                    assert_int_equal(dawg_set(r.x, i, strtof(saved[i], NULL)), DAWG_SET_OK);
            }
            score_render(&r, &second, 64, 0, out[k]);
            rig_free(&r);
        }
        bits += sound_bits_that_differ(out[0], out[1]);
        const uint32_t at = sound_first_difference(out[0], out[1]);
        promise(at == UINT32_MAX, p, values, "set %u: restored from saved parameters differs at frame %u", set, at);
    }
    print_message("%u sets\n", sets);
    registry_record(p, "E-7", "bits that differ with restored parameters", (double)bits, "", "0");
    sound_free(&a), sound_free(&b), sound_free(&out[0]), sound_free(&out[1]);
}

int main(void)
{
    const registry_row rows[] = {
        {"E-7 reported latency is measured latency", reported_latency_is_measured_latency},
        {"E-7 reported tail is measured tail", reported_tail_is_measured_tail},
        {"E-7 a reset is a new life", a_reset_is_a_new_life},
        {"E-7 saved parameters bring the same sound back", saved_parameters_bring_the_same_sound_back},
    };
    return registry_run(rows, DAWG_COUNT(rows));
}
