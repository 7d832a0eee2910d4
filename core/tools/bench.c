/* SPDX-License-Identifier: MIT
 * bench.c - times plugins natively: `dawg bench` runs it between its own rounds in wasm, with the same signal and
 * settings, so that both see the same machine.
 *
 *   dawg-bench IN KEY PLUGIN [NUMBER=VALUE]... [PLUGIN [NUMBER=VALUE]...]...
 *
 * IN, KEY: interleaved stereo 32-bit float, taken at 48 kHz. NUMBER: a parameter's place in the manifest. Each plugin
 * runs the whole input twice from a reset in quanta of 128 frames. Prints the second pass as JSON:
 * {"plugin": [nanoseconds of each quantum]}; what reading the clock costs is taken off. */
#include "runtime.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define QUANTUM 128u
#define RATE 48000.0f

static void die(const char *what, const char *which)
{
    fprintf(stderr, "dawg-bench: %s: %s\n", what, which);
    exit(2);
}

typedef struct audio {
    float *channel[2];
    uint32_t frames; /* a multiple of QUANTUM */
} audio;

static void *allocate(size_t bytes)
{
    void *p = aligned_alloc(16, (bytes + 15u) & ~(size_t)15u);
    if (!p) die("no memory", "");
    return p;
}

static audio read_audio(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END)) die("cannot open", path);
    audio a = {.frames = (uint32_t)((size_t)ftell(f) / (2 * sizeof(float))) / QUANTUM * QUANTUM};
    rewind(f);
    float *pairs = allocate(2 * sizeof(float) * a.frames);
    if (!a.frames || fread(pairs, 2 * sizeof(float), a.frames, f) != a.frames) die("cannot read", path);
    for (uint32_t c = 0; c < 2; ++c) {
        a.channel[c] = allocate(sizeof(float) * a.frames);
        for (uint32_t i = 0; i < a.frames; ++i) a.channel[c][i] = pairs[2 * i + c];
    }
    fclose(f);
    free(pairs);
    return a;
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The least that reading the clock costs. */
static int64_t clock_ns(void)
{
    int64_t least = 1000000;
    for (int i = 0; i < 1000; ++i) {
        const int64_t a = now_ns(), b = now_ns();
        if (b - a < least) least = b - a;
    }
    return least;
}

static void run(dawg_instance *x, const audio *in, const audio *key, int64_t *ns)
{
    float left[QUANTUM], right[QUANTUM], *const out[2] = {left, right};
    dawg_instance_reset(x);
    for (uint32_t at = 0; at < in->frames; at += QUANTUM) {
        const float *const i[2] = {in->channel[0] + at, in->channel[1] + at};
        const float *const k[2] = {key->channel[0] + at, key->channel[1] + at};
        const int64_t began = now_ns();
        dawg_process(x, i, 2, k, 2, out, QUANTUM);
        ns[at / QUANTUM] = now_ns() - began;
    }
}

int main(int argc, char **argv)
{
    if (argc < 4) die("usage", "dawg-bench IN KEY PLUGIN [NUMBER=VALUE]...");
    const audio in = read_audio(argv[1]), key = read_audio(argv[2]);
    if (key.frames < in.frames) die("shorter than IN", argv[2]);
    const uint32_t quanta = in.frames / QUANTUM;
    int64_t *ns = allocate(sizeof(int64_t) * quanta);
    const dawg_setup setup = {RATE};
    const int64_t clock = clock_ns();
    for (int a = 3; a < argc;) {
        const dawg_plugin *plugin = dawg_plugin_find(argv[a]);
        if (!plugin) die("no such plugin", argv[a]);
        const size_t size = dawg_instance_size(plugin, &setup);
        dawg_instance *x = dawg_instance_init(allocate(size), size, plugin, &setup);
        printf("%s\"%s\": [", a == 3 ? "{" : ",\n ", argv[a]);
        for (++a; a < argc && strchr(argv[a], '='); ++a) {
            const float value = strtof(strchr(argv[a], '=') + 1, NULL);
            if (dawg_set(x, (uint32_t)strtoul(argv[a], NULL, 10), value) != DAWG_SET_OK) die("bad value", argv[a]);
        }
        run(x, &in, &key, ns);
        run(x, &in, &key, ns);
        for (uint32_t q = 0; q < quanta; ++q)
            printf("%s%lld", q ? "," : "", (long long)(ns[q] > clock ? ns[q] - clock : 0));
        printf("]");
        free(x);
    }
    puts("}");
    return 0;
}
