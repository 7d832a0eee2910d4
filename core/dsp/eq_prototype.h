/* SPDX-License-Identifier: MIT
 * eq_prototype.h - the analog filters that equalizer bands stand for: what their digital sections (eq_design.h) are
 * measured against, what a FIR of linear phase is drawn from, and what loudness is matched by.
 *
 * Low- and high-passes of 6 to 96 dB per octave are Butterworth filters of order 1 to 16 (Butterworth 1930): -3.01 dB at
 * hz with q = 0.7071. The band's q over 0.7071 multiplies the Q of the most resonant section, so that 12 dB per octave
 * is one section with just that q, and any slope peaks by the same number of dB; 6 dB per octave has no q. */
#ifndef DAWG_EQ_PROTOTYPE_H
#define DAWG_EQ_PROTOTYPE_H
#include "cold.h"
#include "eq_design.h"

typedef enum { /* dB per octave; passes only */
               DAWG_EQ_6_DB,
               DAWG_EQ_12_DB,
               DAWG_EQ_18_DB,
               DAWG_EQ_24_DB,
               DAWG_EQ_36_DB,
               DAWG_EQ_48_DB,
               DAWG_EQ_72_DB,
               DAWG_EQ_96_DB,
               DAWG_EQ_SLOPES
} dawg_eq_slope;

#define DAWG_EQ_SECTIONS 8u /* of one band, at most */

typedef struct dawg_eq_shape {
    dawg_eq_type type;
    dawg_eq_slope slope; /* ignored but for passes */
    double hz, gain_db, q;
} dawg_eq_shape;

static inline int dawg_eq_has_gain(dawg_eq_type t)
{
    return t == DAWG_EQ_BELL || t == DAWG_EQ_LOW_SHELF || t == DAWG_EQ_HIGH_SHELF;
}
static inline int dawg_eq_is_pass(dawg_eq_type t) { return t == DAWG_EQ_LOW_PASS || t == DAWG_EQ_HIGH_PASS; }
/* Nothing to do: a bell or a shelf at exactly 0 dB. */
static inline int dawg_eq_neutral(const dawg_eq_shape *b) { return dawg_eq_has_gain(b->type) && b->gain_db == 0.0; }

/* What bells' Q is multiplied by to narrow with their gain: 1 at 6 dB. amount: 0..1. */
static inline double dawg_eq_auto_q(double gain_db, double amount)
{
    return 1.0 + amount * (dawg_abs_d(gain_db) * (1.0 / 12.0) - 0.5);
}

/* The Qs of a band's sections, 1..8 of them; 0: a first-order section. A band that is no pass has one. */
DAWG_COLD uint32_t dawg_eq_section_qs(const dawg_eq_shape *b, double q[DAWG_EQ_SECTIONS]);
/* The digital sections of a band, as many. */
DAWG_COLD uint32_t dawg_eq_sections(const dawg_eq_shape *b, double rate, dawg_svf sections[DAWG_EQ_SECTIONS]);

/* H = (n2 s^2 + n1 s + n0) / (d2 s^2 + d1 s + d0), s = j f/hz. Minimum phase; n2 = d2 = 0 in a first-order section. */
typedef struct dawg_eq_analog {
    double n0, n1, n2, d0, d1, d2;
} dawg_eq_analog;

typedef struct dawg_eq_prototype {
    uint32_t n;
    double per_hz; /* 1/hz */
    dawg_eq_analog section[DAWG_EQ_SECTIONS];
} dawg_eq_prototype;

DAWG_COLD void dawg_eq_prototype_make(dawg_eq_prototype *p, const dawg_eq_shape *b);
/* |H|^2, and H as h[0] + j h[1], at a frequency in Hz, 0 included. */
DAWG_COLD double dawg_eq_prototype_power(const dawg_eq_prototype *p, double hz);
DAWG_COLD void dawg_eq_prototype_response(const dawg_eq_prototype *p, double hz, double h[2]);
/* |H| with half of H's phase: sections one by one, the root of H |H|. */
DAWG_COLD void dawg_eq_prototype_half_phase(const dawg_eq_prototype *p, double hz, double h[2]);

/* What bands do together at n frequencies, dB. */
DAWG_COLD void dawg_eq_shapes_db(const dawg_eq_shape *bands, uint32_t count, const double *hz, uint32_t n, double *db);

#endif
