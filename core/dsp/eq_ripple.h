/* SPDX-License-Identifier: MIT
 * eq_ripple.h - a resonant digital high-pass near the end of the band whose error swings evenly between limits: 1.2 dB
 * below f0, 0.5 dB above. Part of eq_design.c; least squares at the same frequencies leaves twice the error above. */
#ifndef DAWG_EQ_RIPPLE_H
#define DAWG_EQ_RIPPLE_H
#include "cold.h"

/* 1/|H|^2 = (q0 + q1 u + q2 u^2)/u^2 with u = (tan(w/2) / tan(w0/2))^2: 12 dB per octave down to DC. From Q 3 to 10 the
 * largest error, in limits, is within 7 % of the least that a section with two zeros at DC can have; within 2 % where
 * that is near 1. w0 in radians per sample, from 0.35 pi; k = 1/Q, 0.01 to 0.5; edge >= 1: the end of the band in units
 * of w0, at most 0.9 pi / w0; less than 1 + 0.2 k counts as that, or the peak could hide beyond it. */
DAWG_COLD void dawg_eq_ripple(double w0, double k, double edge, double q[3]);

#endif
