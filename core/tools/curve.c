/* SPDX-License-Identifier: MIT
 * curve.c - draws one plugin's curve in a native build (draw.h), so that builds can be compared bit for bit.
 *
 *   dawg-curve PLUGIN RATE PART < IN > OUT
 *
 * 32-bit floats. IN: a plain value per parameter, without bypass, then every x. OUT: every y. */
#include "draw.h"
#include "runtime.h"
#include <stdio.h>
#include <stdlib.h>

#define POINTS_MAX 4096u

static int die(const char *what)
{
    fprintf(stderr, "dawg-curve: %s\n", what);
    return 2;
}

int main(int argc, char **argv)
{
    static float values[DAWG_PARAMS_MAX], curve[POINTS_MAX];
    if (argc != 4) return die("usage: dawg-curve PLUGIN RATE PART < IN > OUT");
    const dawg_plugin *p = dawg_plugin_find(argv[1]);
    const dawg_setup setup = {strtof(argv[2], NULL)};
    const uint32_t part = (uint32_t)strtoul(argv[3], NULL, 10);
    if (!p) return die("no such plugin");
    if (!dawg_instance_size(p, &setup)) return die("RATE is 8000..192000 Hz");
    if (fread(values, sizeof(float), p->n_params, stdin) != p->n_params) return die("IN has too few values");
    const uint32_t n = (uint32_t)fread(curve, sizeof(float), POINTS_MAX, stdin);
    if (!dawg_draw(p, &setup, values, part, curve, curve, n)) return die("no such curve");
    return fwrite(curve, sizeof(float), n, stdout) == n ? 0 : die("cannot write OUT");
}
