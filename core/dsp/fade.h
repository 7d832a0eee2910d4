/* SPDX-License-Identifier: MIT
 * fade.h - the shape of every cross-fade between two sounds: 6u^5 - 15u^4 + 10u^3 (Perlin 2002, "Improving noise"), whose
 * first and second derivatives are 0 at both ends, so that over 20 ms or more it leaves nothing above what it fades. */
#ifndef DAWG_FADE_H
#define DAWG_FADE_H

/* 0..1 -> 0..1; both ends exact. */
static inline float dawg_ease(float u) { return u * u * u * (u * (6.0f * u - 15.0f) + 10.0f); }

#endif
