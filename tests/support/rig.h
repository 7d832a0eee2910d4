/* SPDX-License-Identifier: MIT
 * rig.h - an instance on the bench: its memory, its parameter sets, the sounds that go in, and one way to render a
 * written score in any block size. No plugin is known here by name. */
#ifndef DAWG_TEST_RIG_H
#define DAWG_TEST_RIG_H
#include "dsp/noise.h"
#include "runtime.h"
#include <stddef.h>
#include <stdint.h>

/* Memory is exactly dawg_instance_size bytes and full of rubbish before init, so that an address sanitizer sees a
 * layout that takes more than it counted, and a plugin that trusts fresh memory shows it. */
typedef struct rig {
    const dawg_plugin *plugin;
    dawg_setup setup;
    dawg_instance *x;
    void *mem;
    size_t size;
} rig;
rig rig_make(const dawg_plugin *p, float rate);
void rig_remake(rig *r); /* init again in the same memory */
void rig_free(rig *r);

/* ---- chance: seeded, the same on every machine ---- */
uint32_t pick(dawg_noise *g, uint32_t n); /* 0..n-1 */
float unit(dawg_noise *g);                /* 0..1 */
uint64_t seed_of(const char *text);       /* FNV-1a: a seed for each plugin and test */

/* ---- parameters ---- */
/* Set 0: defaults; 1: all minima; 2: all maxima; then random knobs, one in five of them at an end. Without bypass. */
void params_draw(const dawg_plugin *p, uint32_t set, dawg_noise *g, float *values);
void params_set(rig *r, const float *values);
uint32_t params_find(const dawg_plugin *p, const char *key);  /* UINT32_MAX: no such key */
uint32_t params_named(const dawg_plugin *p, const char *key); /* there must be one */
/* With pairs of key and plain double set, ended by NULL; a value out of its range ends the program. */
rig rig_with(const dawg_plugin *p, double rate, ...);

/* ---- sound: planar stereo ---- */
typedef struct sound {
    float *ch[2];
    uint32_t n;
} sound;
static const sound no_sound = {.n = 0};
sound sound_make(uint32_t n); /* silence */
void sound_free(sound *s);
void sound_noise(sound s, uint64_t seed, float peak);        /* white, independent channels */
void sound_sine(sound s, float rate, double hz, float peak); /* both channels */
void sound_song(sound s, uint64_t seed, float rate);         /* decaying tones, noise hits, pauses; peak < 1 */
uint32_t sound_first_difference(sound a, sound b);           /* by bits; UINT32_MAX: none */
uint64_t sound_bits_that_differ(sound a, sound b);
double sound_peak(sound s, uint32_t from, uint32_t to); /* largest |x| */
int sound_finite(sound s);
/* Largest |x| of what lies above `hz` in channel 0, frames from..to (the zipper measure of sound REQ E-3). */
double sound_peak_above(sound s, float rate, double hz, uint32_t from, uint32_t to);
double to_db(double gain); /* 0 reads -999 */

/* ---- a score: what happens at which frame, whatever the blocks ---- */
typedef enum { CUE_SET, CUE_TRANSPORT, CUE_SIDE, CUE_RESET } cue_kind;
typedef struct cue {
    uint32_t frame; /* the block is split here */
    cue_kind kind;
    uint32_t param; /* CUE_SET */
    float value;    /* CUE_SET: plain; CUE_SIDE: channels connected from here on */
    dawg_transport transport;
} cue;
typedef struct timed { /* handed to dawg_schedule before the first frame */
    uint64_t frame;
    uint32_t param, ramp_frames;
    float value;
} timed;
typedef struct score {
    sound in, side;
    uint32_t in_channels, side_channels;
    const cue *cues; /* by frame */
    uint32_t n_cues;
    const timed *events;
    uint32_t n_events;
} score;
/* block 0: random sizes 1..600 from `seed`. out.n frames are rendered; out may be in. */
void score_render(rig *r, const score *s, uint32_t block, uint64_t seed, sound out);
/* A sound, and a key unless `side` is empty, in blocks of 128. */
sound rig_play(rig *r, sound in, sound side);
/* The same, and frees the rig. */
sound rig_play_once(rig r, sound in, sound side);
/* A busy score: ramps and steps of any parameter, hand moves, a while of bypass, transport changes, the key plugged and
 * unplugged. */
typedef struct busy {
    cue cues[24];
    timed events[200];
    score score;
} busy;
void score_busy(busy *b, const dawg_plugin *p, sound in, sound side, uint64_t seed);

#endif
