/* SPDX-License-Identifier: MIT
 * pultec.h - the passive network of a tube program equalizer of 1951 (EQP-1A): low and high frequencies, each with
 * boost and attenuation at once, as four digital sections that follow the whole network, interaction included.
 *
 *     in --[ Zs ]-- A --[ Rc || C1 ]--[ R2 ]-- out --[ R3 ]-- M --[ Rb || C2 ]-- ground
 *                   A --[ 1 k - x ]--+--[ x ]--------- M         out --[ Lx ]-- ground
 *                                    +--[ R1 ]--[ Ch ]-- M
 *
 * Zs = (10 k - y) + (y || (Rq + L + C)): y is the HF boost pot, L and C the coil's circuit, Rq its loss and the
 * bandwidth pot. x: HF attenuation; Rc: LF attenuation; Rb: LF boost; Lx: primary of the interstage transformer. The
 * tube stage behind it makes up the 22 dB that all this loses.
 *
 * Topology and resistors as published reconstructions of the schematic have them: R2 1 k, R3 10 k, R1 91; Rc to 77 k
 * and Rb to 4.9 k of the pots' 100 k and 10 k, as far as the maker's +13.5 and -17.5 dB. The switches' parts are laws
 * through the switch frequency f, so that it may lie between two positions: C2 = 1 uF sqrt(100 Hz/f), near the 2.2 uF
 * that builders use at 20 Hz, which puts f at half of the boost at 100 Hz and higher up its slope below; C1 = C2/28,
 * so that the attenuation's corner lies above the boost's (the "low-end trick": a dip at 4 to 9 f); sqrt(L/C) = 3464
 * ohms, coil 479 ohms, bandwidth pot 2917 ohms: +18 dB sharp, +10 dB broad; Ch = 1/(2 pi f 118 ohms): -16 dB at f. Lx
 * 240 H. tests/dsp/test_pultec.py solves the same network by nodal analysis, and with ngspice. */
#ifndef DAWG_PULTEC_H
#define DAWG_PULTEC_H
#include "cold.h"
#include "svf.h"

#define DAWG_PULTEC_SECTIONS 4u

typedef struct dawg_pultec {
    double low_hz;     /* 10..200: of boost and attenuation */
    double low_boost;  /* dB, 0..13.5: of the shelf, alone, before the transformer */
    double low_atten;  /* dB, 0..17.5: likewise */
    double high_hz;    /* 1000..20000 */
    double high_boost; /* dB, 0..18: at high_hz, alone, bandwidth 0 */
    double bandwidth;  /* 0 sharp .. 1 broad */
    double atten_hz;   /* 1000..25000 */
    double high_atten; /* dB, 0..16: at atten_hz, alone */
} dawg_pultec;

/* Relative to all controls at 0, where the response is 1. Sections keep their order, so that neighbouring settings give
 * neighbouring coefficients. Within 0.85 dB of the network from 20 Hz to 20 kHz at 44.1 kHz and up. */
DAWG_COLD void dawg_pultec_design(const dawg_pultec *p, double rate, dawg_svf sections[DAWG_PULTEC_SECTIONS]);

#endif
