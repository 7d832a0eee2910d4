/* SPDX-License-Identifier: MIT
 * Sound REQ E-10: bypass is the input, bit for bit and late by the latency; switching it does not click; mix at 0 is
 * the input too. */
#include "support/registry.h"
#include <math.h>

enum { LENGTH = 24000, ON = 8000, OFF = 16000, FADE = 960, RATE = 48000 };

/* Each frame of `out` in from..to is the input `late` frames before. UINT32_MAX: all are. `wrong` counts samples. */
static uint32_t first_not_dry(sound out, sound in, uint32_t late, uint32_t from, uint32_t to, uint32_t *wrong)
{
    uint32_t first = UINT32_MAX;
    for (uint32_t i = from; i < to; ++i)
        for (uint32_t c = 0; c < 2; ++c) {
            const float dry = i < late ? 0.0f : in.ch[c][i - late];
            if (out.ch[c][i] == dry) continue;
            if (first == UINT32_MAX) first = i;
            ++*wrong;
        }
    return first;
}

/* bypass: switched on and off `later` than ON and OFF. */
static void render(const dawg_plugin *p, const float *values, sound in, sound side, int bypass, uint32_t later,
                   sound out)
{
    const timed both[] = {{.frame = ON + later, .param = p->n_params, .value = 1},
                          {.frame = OFF + later, .param = p->n_params, .value = 0}};
    const score s = {.in = in,
                     .side = side,
                     .in_channels = 2,
                     .side_channels = side.n ? 2 : 0,
                     .events = both,
                     .n_events = bypass ? 2 : 0};
    rig r = rig_make(p, RATE);
    params_set(&r, values);
    score_render(&r, &s, 441, 0, out);
    rig_free(&r);
}

static void settled_bypass_is_the_input_late_by_the_latency(const dawg_plugin *p)
{
    const uint32_t sets = GRID_SETS, settled = ON + FADE + DAWG_PERIOD, back = OFF + FADE + DAWG_PERIOD;
    uint32_t wrong = 0;
    sound in = sound_make(LENGTH), side = sound_make(LENGTH), with = sound_make(LENGTH), without = sound_make(LENGTH);
    sound_noise(in, 1, 1.0f);
    sound_song(side, 2, RATE);
    for (uint32_t set = 0; set < sets; ++set) {
        float values[DAWG_PARAMS_MAX];
        params_of(p, "bypass", set, values);
        const uint32_t late = p->latency ? p->latency(values, &(dawg_setup){.sample_rate = RATE}) : 0;
        render(p, values, in, side, 1, 0, with);
        render(p, values, in, side, 0, 0, without);
        const uint32_t at = first_not_dry(with, in, late, settled, OFF, &wrong);
        promise(at == UINT32_MAX, p, values, "set %u: bypassed frame %u is not the input %u frames before", set, at,
                late);
        for (uint32_t i = back; i < LENGTH; ++i) /* the plugin went on behind it */
            promise(with.ch[0][i] == without.ch[0][i] && with.ch[1][i] == without.ch[1][i], p, values,
                    "set %u: frame %u after bypass is not what the plugin would have played", set, i);
    }
    print_message("%u sets\n", sets);
    registry_record(p, "E-10", "bypassed samples that are not the delayed input", wrong, "", "0");
    sound_free(&in), sound_free(&side), sound_free(&with), sound_free(&without);
}

/* The measure of E-3: above 2 kHz, a 200 Hz sine at -6 dBFS leaves nothing but the click (and what the plugin itself
 * adds there: that much is allowed, half a dB of it). It switches a latency later, or the sine's own beginning would lie
 * in what is measured. */
static void switching_bypass_does_not_click(const dawg_plugin *p)
{
    const uint32_t sets = GRID_SETS;
    double worst = -999.0, own = -999.0, over = -999.0;
    for (uint32_t set = 0; set < sets; ++set) {
        float values[DAWG_PARAMS_MAX];
        params_of(p, "click", set, values);
        const uint32_t late = p->latency ? p->latency(values, &(dawg_setup){.sample_rate = RATE}) : 0;
        sound in = sound_make(LENGTH + late), with = sound_make(LENGTH + late), without = sound_make(LENGTH + late);
        const sound none = {.n = 0};
        sound_sine(in, RATE, 200.0, 0.5f);
        render(p, values, in, none, 1, late, with);
        render(p, values, in, none, 0, late, without);
        for (uint32_t k = 0; k < 2; ++k) {
            const uint32_t at = late + (k ? OFF : ON), from = at - 600, to = at + FADE + 600;
            const double click = to_db(sound_peak_above(with, RATE, 2000.0, from, to));
            const double plugin = to_db(sound_peak_above(without, RATE, 2000.0, from, to));
            over = fmax(over, click - fmax(-75.0, plugin + 0.5));
            promise(click <= fmax(-75.0, plugin + 0.5), p, values,
                    "set %u: %.1f dBFS above 2 kHz while switching %s, %.1f without", set, click, k ? "off" : "on",
                    plugin);
            if (set == 0) worst = fmax(worst, click), own = fmax(own, plugin);
        }
        sound_free(&in), sound_free(&with), sound_free(&without);
    }
    print_message("%u sets; at the defaults %.1f dBFS above 2 kHz (%.1f the plugin's own)\n", sets, worst, own);
    registry_record(p, "E-10", "switching at the defaults, above 2 kHz", worst, "dBFS", "<= -75, or own sound + 0.5");
    registry_record(p, "E-10", "switching at any setting, over what is allowed above 2 kHz", over, "dB", "<= 0");
}

static void mix_at_0_is_the_input(const dawg_plugin *p)
{
    const uint32_t mix = params_find(p, "mix"), sets = GRID_SETS;
    if (mix == UINT32_MAX) {
        print_message("nothing to run: %s has no mix\n", p->key);
        return;
    }
    sound in = sound_make(LENGTH), side = sound_make(LENGTH), out = sound_make(LENGTH);
    uint32_t wrong = 0;
    sound_noise(in, 1, 1.0f);
    sound_song(side, 2, RATE);
    for (uint32_t set = 0; set < sets; ++set) {
        float values[DAWG_PARAMS_MAX];
        params_of(p, "mix", set, values);
        values[mix] = 0.0f;
        for (uint32_t i = 0; i < p->n_params; ++i) /* faders of the whole plugin stand at 0 dB */
            if (!strcmp(p->params[i].key, "input_db") || !strcmp(p->params[i].key, "output_db")) values[i] = 0.0f;
        const uint32_t late = p->latency ? p->latency(values, &(dawg_setup){.sample_rate = RATE}) : 0;
        render(p, values, in, side, 0, 0, out);
        const uint32_t at = first_not_dry(out, in, late, 0, LENGTH, &wrong);
        promise(at == UINT32_MAX, p, values, "set %u: with mix at 0, frame %u is %.9g, not %.9g", set, at,
                (double)out.ch[0][at], (double)in.ch[0][at - late]);
    }
    print_message("%u sets\n", sets);
    registry_record(p, "E-10", "samples that are not the input with mix at 0", wrong, "", "0");
    sound_free(&in), sound_free(&side), sound_free(&out);
}

int main(void)
{
    const registry_row rows[] = {
        {"E-10 settled bypass is the input late by the latency", settled_bypass_is_the_input_late_by_the_latency},
        {"E-10 switching bypass does not click", switching_bypass_does_not_click},
        {"E-10 mix at 0 is the input", mix_at_0_is_the_input},
    };
    return registry_run(rows, DAWG_COUNT(rows));
}
