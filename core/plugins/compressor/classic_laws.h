/* SPDX-License-Identifier: MIT
 * classic_laws.h - the vintage compressor's models as data: positions of their switches, curves, times, stages of release,
 * colour. From the knobs to what the detector (classic_detector.h) runs. Sources are in classic_laws.c. */
#ifndef DAWG_CLASSIC_LAWS_H
#define DAWG_CLASSIC_LAWS_H
#include "dsp/gain_curve.h"

typedef enum { CLASSIC_OPTO, CLASSIC_FET, CLASSIC_VARI_MU, CLASSIC_VCA, CLASSIC_MODELS } classic_model_id;

/* The parameters, in plain units; the plugin fills it. */
typedef struct classic_knobs {
    classic_model_id model;
    uint32_t stepped, all_buttons, auto_release, time_constant; /* time_constant: 0..5 */
    float threshold_db, ratio, knee_db, attack_ms, release_ms;
} classic_knobs;

/* What a switch decides: it changes by a cross-fade. Switches that a model does not have are 0. */
typedef struct classic_wiring {
    uint32_t model, off, ratio_at, all_buttons, auto_release, time_constant; /* ratio_at: place of a switch */
} classic_wiring;
#define CLASSIC_POT UINT32_MAX

/* A slow stage of release: it is charged by lasting reduction, and its share of that charge is what reduction does not
 * fall below. */
#define CLASSIC_STAGES 2
typedef struct classic_stage {
    float share, rise_ms, fall_ms; /* time constants; share 0: no such stage */
} classic_stage;

typedef struct classic_law {
    dawg_gain_curve curve;
    float attack_ms, lag_ms, release_ms; /* lag: a second, later pole of the attack */
    classic_stage slow[CLASSIC_STAGES];
} classic_law;

/* Shares of the model's own in what the harmonic stage adds. */
typedef struct classic_colour {
    float even, odd, iron;
} classic_colour;

classic_wiring classic_wire(const classic_knobs *k);
int classic_same_wiring(const classic_wiring *a, const classic_wiring *b);
classic_law classic_law_of(const classic_wiring *w, const classic_knobs *k);
classic_colour classic_colour_of(classic_model_id model);

#endif
