/* SPDX-License-Identifier: MIT
 * vintage_models.h - the control points of the vintage EQ's models as data: switch positions, ranges, laws of Q, types.
 * Ranges and positions are the makers' published ones where they published them; laws of Q, and what is marked so, are
 * this project's own prototypes. No circuit but the Pultec's is modelled (dsp/pultec.h). */
#ifndef DAWG_VINTAGE_MODELS_H
#define DAWG_VINTAGE_MODELS_H
#include "dsp/positions.h"

typedef enum {
    VINTAGE_NEVE,
    VINTAGE_API,
    VINTAGE_SSL_E,
    VINTAGE_SSL_G,
    VINTAGE_PULTEC,
    VINTAGE_MODELS
} vintage_model_id;
typedef enum {
    VINTAGE_LOW,
    VINTAGE_LOW_MID,
    VINTAGE_MID,
    VINTAGE_HIGH_MID,
    VINTAGE_HIGH,
    VINTAGE_BANDS
} vintage_band_id;

/* Q = (at_0 + per_db |gain|) times the band's Q knob. */
typedef struct vintage_q {
    float at_0, per_db;
} vintage_q;

typedef struct vintage_band {
    float least_db, most_db;
    dawg_positions hz;
    vintage_q bell;
} vintage_band;

typedef struct vintage_model {
    vintage_band band[VINTAGE_BANDS];
    vintage_q shelf;       /* of low and high; no knob */
    uint32_t has_bell;     /* low and high switch between shelf and bell */
    float q_least, q_most; /* of the Q knob */
    dawg_positions low_cut, high_cut;
    float iron; /* the transformers' share of the colour */
} vintage_model;

extern const vintage_model vintage_models[VINTAGE_MODELS];
extern const dawg_positions vintage_pultec_atten; /* its high attenuation's switch */

#endif
