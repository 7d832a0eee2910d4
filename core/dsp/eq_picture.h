/* SPDX-License-Identifier: MIT
 * eq_picture.h - what an equalizer's bands do to a steady tone, for drawing, FIR targets and loudness: without latency,
 * with dynamic bands at rest. Bands do not all work on the same lanes, so a response is a matrix of left and right. */
#ifndef DAWG_EQ_PICTURE_H
#define DAWG_EQ_PICTURE_H
#include "cold.h"
#include "eq_dynamic.h"
#include "linear_phase.h"

#define DAWG_EQ_CHAIN_BANDS 16u /* at most */

/* What plays: sections at the rate, at twice the rate, or the prototypes themselves in a FIR. */
typedef enum {
    DAWG_EQ_MINIMUM,
    DAWG_EQ_HQ,
    DAWG_EQ_LINEAR,
    DAWG_EQ_LINEAR_LONG,
    DAWG_EQ_MIXED,
    DAWG_EQ_MODES
} dawg_eq_mode;

typedef struct dawg_eq_setting {
    uint32_t on;
    dawg_eq_placement placement;
    dawg_eq_shape shape;       /* eq_prototype.h: type, slope, hz, gain_db, q */
    dawg_eq_dynamics dynamics; /* range_db 0: a static band */
} dawg_eq_setting;

/* Made once for many frequencies: 12 kB. */
typedef struct dawg_eq_picture {
    uint32_t n; /* of bands that are in the path and do something */
    dawg_eq_mode mode;
    double rate;    /* of the sections */
    uint32_t mixes; /* left and right meet: a band works on mid or side */
    uint32_t alike; /* left and right may be exchanged: no band works on one of them */
    struct {
        dawg_eq_placement placement;
        uint32_t n;
        dawg_svf section[DAWG_EQ_SECTIONS];
        dawg_eq_prototype prototype;
    } band[DAWG_EQ_CHAIN_BANDS];
} dawg_eq_picture;

DAWG_COLD void dawg_eq_picture_make(dawg_eq_picture *p, const dawg_eq_setting *bands, uint32_t n, dawg_eq_mode mode,
                                    double rate);
/* h[to][from]: re, im; channel 0 is left. */
DAWG_COLD void dawg_eq_picture_at(const dawg_eq_picture *p, double hz, double h[2][2][2]);
/* What goes through of a sound alike in both channels, and of independent equal sounds, as power. */
DAWG_COLD double dawg_eq_picture_power_alike(const dawg_eq_picture *p, double hz);
DAWG_COLD double dawg_eq_picture_power(const void *picture, double hz);
/* dawg_fir_draw; user: a picture of a FIR mode. */
DAWG_COLD void dawg_eq_picture_draw(const void *user, double hz_step, uint32_t first, uint32_t n,
                                    float *const re[DAWG_FIR_PATHS], float *const im[DAWG_FIR_PATHS]);

#endif
