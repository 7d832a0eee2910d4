/* SPDX-License-Identifier: MIT
 * vintage_chain.h - the vintage EQ's filters: from parameters to sections, and their sound.
 *
 *     low cut (2 sections) -> low -> low mid -> mid -> high mid -> high -> high cut -> Pultec network (4 sections)
 *
 * What a switch decides (model, positions, types, slopes, cuts on or off) is a wiring; it changes by a cross-fade
 * between two voices of all filters. What a pot decides moves inside a voice: sections are designed at control edges
 * and interpolated per sample. A band at exactly 0 dB is out of the path, so is the network with all four pots at 0. */
#ifndef DAWG_VINTAGE_CHAIN_H
#define DAWG_VINTAGE_CHAIN_H
#include "dsp/cold.h"
#include "dsp/eq_design.h"
#include "dsp/pultec.h"
#include "vintage_models.h"

enum {
    VINTAGE_LOW_CUT_1,
    VINTAGE_LOW_CUT_2,
    VINTAGE_FIRST_BAND,
    VINTAGE_HIGH_CUT = VINTAGE_FIRST_BAND + VINTAGE_BANDS,
    VINTAGE_NETWORK,
    VINTAGE_SECTIONS = VINTAGE_NETWORK + DAWG_PULTEC_SECTIONS
};

/* The parameters, in plain units; the plugin fills it. */
typedef struct vintage_knobs {
    vintage_model_id model;
    uint32_t stepped, low_bell, high_bell, slope; /* slope: 12, 18, 24 dB per octave as 0, 1, 2 */
    uint32_t low_cut_on, high_cut_on;
    float hz[VINTAGE_BANDS], gain_db[VINTAGE_BANDS], q[VINTAGE_BANDS];
    float low_atten_db, high_atten_db, high_atten_hz, bandwidth;
    float low_cut_hz, high_cut_hz;
} vintage_knobs;

typedef struct vintage_wiring {
    vintage_model_id model;
    uint32_t low_bell, high_bell, low_cut_order, high_cut_on;            /* order 0: off */
    uint32_t place[VINTAGE_BANDS], atten, low_cut_place, high_cut_place; /* of a switch; VINTAGE_POT: none */
} vintage_wiring;
#define VINTAGE_POT UINT32_MAX

/* One section, or for VINTAGE_NETWORK the whole network. */
typedef struct vintage_setting {
    uint32_t on;
    dawg_eq_type type;
    uint32_t first_order; /* a high-pass of 6 dB per octave instead */
    double hz, gain_db, q;
} vintage_setting;

typedef struct vintage_plan {
    vintage_setting section[VINTAGE_NETWORK];
    uint32_t network_on;
    dawg_pultec network;
} vintage_plan;

vintage_wiring vintage_wire(const vintage_knobs *k);
vintage_plan vintage_settings(const vintage_wiring *w, const vintage_knobs *k);
/* Sections in the path, of band `only` alone unless it is 0: 1..5 the bands (the low one and the high one of a Pultec
 * with their attenuation), 6 the low cut, 7 the high cut. */
uint32_t vintage_in_path(const vintage_knobs *k, double rate, uint32_t only, dawg_svf sections[VINTAGE_SECTIONS]);

#define VINTAGE_FADE_S 0.020

typedef struct vintage_section {
    dawg_svf from, to;
    dawg_svf_run run;
    dawg_svf_state state;
    uint32_t live, moving; /* in this control period */
} vintage_section;

typedef struct vintage_voice {
    vintage_wiring wiring;
    vintage_plan last; /* what `to` is designed for */
    uint32_t fresh;
    vintage_section section[VINTAGE_SECTIONS];
} vintage_voice;

typedef struct vintage_chain {
    vintage_voice voice[2];
    uint32_t current, fresh, period, fade_frames;
    uint32_t fading, faded; /* the other voice fades out: frames that have run */
    double rate;
} vintage_chain;

DAWG_COLD void vintage_chain_reset(vintage_chain *x, uint32_t period, double rate);
DAWG_COLD void vintage_chain_plan(vintage_chain *x, const vintage_knobs *from, const vintage_knobs *to);
int vintage_chain_idle(const vintage_chain *x);                                 /* run would leave every bit as it is */
void vintage_chain_run(vintage_chain *x, uint32_t at, dawg_d2 *io, uint32_t n); /* n <= 32 */
DAWG_COLD void vintage_chain_end(vintage_chain *x);

#endif
