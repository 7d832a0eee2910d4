/* SPDX-License-Identifier: MIT
 * render.c - renders raw audio through one plugin in a native build, so that builds can be compared bit for bit.
 *
 *   dawg-render PLUGIN RATE BLOCK SCRIPT IN OUT [KEY]
 *
 * IN, OUT, KEY: interleaved stereo 32-bit float; KEY may be shorter than IN (then silence). SCRIPT: text, one event a
 * line, sorted by frame: `frame parameter-number value ramp-frames`, or `tempo bpm` for the transport. */
#include "runtime.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MAX 4096u

static void die(const char *what, const char *which)
{
    fprintf(stderr, "dawg-render: %s: %s\n", what, which);
    exit(2);
}

static FILE *open_or_die(const char *path, const char *mode)
{
    FILE *f = fopen(path, mode);
    if (!f) die("cannot open", path);
    return f;
}

/* Reads up to n interleaved frames into planar buffers, silence behind the end. Returns the frames read. */
static uint32_t read_frames(FILE *f, float planar[2][BLOCK_MAX], uint32_t n)
{
    static float pairs[2 * BLOCK_MAX];
    const uint32_t got = f ? (uint32_t)fread(pairs, 2 * sizeof(float), n, f) : 0u;
    memset(pairs + 2 * got, 0, sizeof(float) * 2u * (n - got));
    for (uint32_t i = 0; i < n; ++i)
        for (uint32_t c = 0; c < 2; ++c) planar[c][i] = pairs[2 * i + c];
    return got;
}

static void write_frames(FILE *f, float planar[2][BLOCK_MAX], uint32_t n)
{
    static float pairs[2 * BLOCK_MAX];
    for (uint32_t i = 0; i < n; ++i)
        for (uint32_t c = 0; c < 2; ++c) pairs[2 * i + c] = planar[c][i];
    if (fwrite(pairs, 2 * sizeof(float), n, f) != n) die("cannot write", "OUT");
}

typedef struct script {
    FILE *file;
    uint64_t frame;
    uint32_t param, ramp, waiting;
    float value;
} script;

/* Hands over every event before `end`; keeps the next one waiting. */
static void play(script *s, dawg_instance *x, uint64_t end)
{
    char line[128];
    for (;;) {
        if (!s->waiting) {
            dawg_transport t = {.tempo_bpm = 120.0};
            if (!fgets(line, sizeof line, s->file)) return;
            if (sscanf(line, "tempo %lf", &t.tempo_bpm) == 1) {
                dawg_set_transport(x, &t);
                continue;
            }
            if (sscanf(line, "%" SCNu64 " %" SCNu32 " %f %" SCNu32, &s->frame, &s->param, &s->value, &s->ramp) != 4)
                die("bad line in SCRIPT", line);
            s->waiting = 1;
        }
        if (s->frame >= end) return;
        dawg_schedule(x, s->frame, s->param, s->value, s->ramp);
        s->waiting = 0;
    }
}

int main(int argc, char **argv)
{
    static float in[2][BLOCK_MAX], key[2][BLOCK_MAX], out[2][BLOCK_MAX];
    if (argc < 7) die("usage", "dawg-render PLUGIN RATE BLOCK SCRIPT IN OUT [KEY]");
    const dawg_plugin *plugin = dawg_plugin_find(argv[1]);
    const dawg_setup setup = {strtof(argv[2], NULL)};
    const uint32_t block = (uint32_t)strtoul(argv[3], NULL, 10);
    if (!plugin) die("no such plugin", argv[1]);
    if (block < 1 || block > BLOCK_MAX) die("BLOCK is 1..4096", argv[3]);
    const size_t size = dawg_instance_size(plugin, &setup);
    void *mem = size ? aligned_alloc(16, (size + 15u) & ~(size_t)15u) : NULL;
    dawg_instance *x = dawg_instance_init(mem, size, plugin, &setup);
    if (!x) die("RATE is 8000..192000 Hz", argv[2]);
    script events = {.file = open_or_die(argv[4], "r")};
    FILE *from = open_or_die(argv[5], "rb"), *to = open_or_die(argv[6], "wb");
    FILE *side = argc > 7 ? open_or_die(argv[7], "rb") : NULL;

    const float *const in_ptr[2] = {in[0], in[1]}, *const key_ptr[2] = {key[0], key[1]};
    float *const out_ptr[2] = {out[0], out[1]};
    for (uint32_t n; (n = read_frames(from, in, block)) > 0;) {
        read_frames(side, key, block);
        play(&events, x, dawg_frame(x) + n);
        dawg_process(x, in_ptr, 2, key_ptr, side ? 2u : 0u, out_ptr, n);
        write_frames(to, out, n);
    }
    if (fclose(to)) die("cannot write", argv[6]);
    free(mem);
    return 0;
}
