/* SPDX-License-Identifier: MIT
 * cold.h - the mark of what runs when something is set, asked or drawn, not while it sounds: layout, reset, tail,
 * drawing, the design of filters and curves. Browsers download the wasm modules, so there such a function is compiled
 * for size and kept out of the functions that call it; native builds do not mind. It changes no bits.
 *
 * Before the type, in the header for what the header declares: `DAWG_COLD void dawg_thing_reset(...)`,
 * `static DAWG_COLD void reset(...)`. What it calls is marked on its own. What every control period does is marked only
 * where no plugin is measurably slower for it. */
#ifndef DAWG_COLD_H
#define DAWG_COLD_H

#if defined(__wasm__)
#define DAWG_COLD __attribute__((cold, noinline, minsize))
#else
#define DAWG_COLD
#endif

#endif
