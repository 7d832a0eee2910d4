/* SPDX-License-Identifier: MIT
 * export.h - the whole wasm surface is flat: 32-bit numbers, floats, doubles and pointers. */
#ifndef DAWG_EXPORT_H
#define DAWG_EXPORT_H
#define DAWG_EXPORT(name) __attribute__((used, visibility("default"), export_name(#name))) name
#endif
