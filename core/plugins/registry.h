/* SPDX-License-Identifier: MIT
 * registry.h - every plugin, one line each, append only: a plugin's place here is its number in the wasm modules. */
DAWG_PLUGIN(surgical_eq)
DAWG_PLUGIN(limiter)
DAWG_PLUGIN(ducking_delay)
DAWG_PLUGIN(vintage_eq)
DAWG_PLUGIN(mastering_eq)
DAWG_PLUGIN(auto_eq)
DAWG_PLUGIN(modern_compressor)
DAWG_PLUGIN(vintage_compressor)
DAWG_PLUGIN(de_esser)
DAWG_PLUGIN(multiband_compressor)
DAWG_PLUGIN(vocal_compressor)
