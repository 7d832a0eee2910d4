/* SPDX-License-Identifier: MIT
 * plugin.h - what a plugin is. Every other room reads plugins through this file.
 *
 * One plugin = one C file in plugins/<category>/ that ends with one
 * `const dawg_plugin dawg_<key>`, and one line in plugins/registry.h.
 * Nothing here allocates, locks, prints or reads a clock.
 *
 * The runtime (runtime.h) calls a plugin with guarded input, smoothed parameters and at most one
 * control period at a time, so that a plugin contains only its own sound. */
#ifndef DAWG_PLUGIN_H
#define DAWG_PLUGIN_H
#include <stddef.h>
#include <stdint.h>

#define DAWG_ABI 3u                  /* bump when any struct below changes */
#define DAWG_PERIOD 32u              /* frames of a control period */
#define DAWG_PARAMS_MAX 256u         /* so that `moved` is four words */
#define DAWG_TAIL_FOREVER UINT32_MAX /* a tail that never falls to -120 dB */

typedef enum { DAWG_REVERB, DAWG_DELAY, DAWG_COMPRESSOR, DAWG_EQ, DAWG_UTILITY } dawg_category;

/* The unit of a plain value. An amount (0..1, -1..1, 0..2) has none. */
typedef enum {
    DAWG_NO_UNIT,
    DAWG_DB,
    DAWG_HZ,
    DAWG_MS,
    DAWG_S,
    DAWG_RATIO,
    DAWG_CENTS,
    DAWG_SEMITONES,
    DAWG_BPM,
    DAWG_DEGREES,
    DAWG_LUFS,
    DAWG_DBTP
} dawg_unit;

/* How a knob in 0..1 maps to the plain value. A fader is dB with a LIN curve: unit and curve are separate facts. */
typedef enum { DAWG_LIN, DAWG_LOG /* min > 0 */, DAWG_INT, DAWG_ENUM, DAWG_BOOL } dawg_curve;

enum {
    DAWG_AUTOMATABLE = 1u << 0,    /* gets an AudioParam; at most 24 per plugin */
    DAWG_ML_TARGET = 1u << 1,      /* the brain may suggest it */
    DAWG_MIN_IS_OFF = 1u << 2,     /* at min the stage is out of the path, not merely small */
    DAWG_MAX_IS_OFF = 1u << 3,     /* at max the stage is out of the path (a high cut at its top) */
    DAWG_SETS_LATENCY = 1u << 4,   /* moving it may change latency(): never automatable */
    DAWG_MAX_IS_INFINITE = 1u << 5 /* max stands for infinity: a ratio that limits at its top */
};

/* The lean build (the worklet's wasm) carries numbers only: keys, names, help and presets live in the manifest. */
#if defined(DAWG_LEAN)
#define DAWG_TEXT(s) NULL
#define DAWG_LABELS(...) NULL
#else
#define DAWG_TEXT(s) s
#define DAWG_LABELS(...) ((const char *const[]){__VA_ARGS__, NULL})
#endif

/* The build for those who know plugins by their tables (the worker's wasm) has keys and labels, and no sound, help or
 * presets. */
#if defined(DAWG_TABLES)
#define DAWG_SOUND(function) NULL
#define DAWG_HELP(s) NULL
#else
#define DAWG_SOUND(function) function
#define DAWG_HELP(s) DAWG_TEXT(s)
#endif

typedef struct dawg_param {
    const char *key;  /* "decay_s": stable for ever, snake_case, unit as suffix */
    const char *name; /* "Decay" */
    dawg_unit unit;
    dawg_curve curve;
    float min, max, def; /* plain units */
    float smooth_ms;     /* length of the ramp to a new value, <= 100; 0: one control period (steps never ramp) */
    uint32_t flags;
    const char *const *labels; /* DAWG_ENUM only: NULL-terminated, one per value from min = 0 */
    const char *help;          /* one sentence: docs, tooltip, WAM */
} dawg_param;

/* One line of a parameter table. DAWG_P_ENUM derives max from its label count. */
#define DAWG_P(key, name, unit, curve, min, max, def, smooth_ms, flags, help)                                          \
    {DAWG_TEXT(key), DAWG_TEXT(name), unit, curve, min, max, def, smooth_ms, flags, NULL, DAWG_HELP(help)}
#define DAWG_P_BOOL(key, name, def, flags, help)                                                                       \
    {DAWG_TEXT(key), DAWG_TEXT(name), DAWG_NO_UNIT, DAWG_BOOL, 0, 1, def, 0, flags, NULL, DAWG_HELP(help)}
#define DAWG_P_ENUM(key, name, def, flags, help, ...)                                                                  \
    {DAWG_TEXT(key),                                                                                                   \
     DAWG_TEXT(name),                                                                                                  \
     DAWG_NO_UNIT,                                                                                                     \
     DAWG_ENUM,                                                                                                        \
     0,                                                                                                                \
     (float)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *) - 1),                                   \
     def,                                                                                                              \
     0,                                                                                                                \
     flags,                                                                                                            \
     DAWG_LABELS(__VA_ARGS__),                                                                                         \
     DAWG_HELP(help)}

/* A meter is the latest value a plugin published; it reads `idle` after a reset. */
typedef struct dawg_meter {
    const char *key, *name;
    dawg_unit unit;
    float idle;
} dawg_meter;
#define DAWG_M(key, name, unit, idle) {DAWG_TEXT(key), DAWG_TEXT(name), unit, idle}

/* A preset names only what differs from the defaults. The promise is a sentence with a number that a test checks. */
typedef struct dawg_preset_value {
    uint32_t param;
    float value;
} dawg_preset_value;
typedef struct dawg_preset {
    const char *key, *name, *promise;
    const dawg_preset_value *values;
    uint32_t n_values;
} dawg_preset;
#define DAWG_PRESET(key, name, promise, ...)                                                                           \
    {key, name, promise, (const dawg_preset_value[]){__VA_ARGS__},                                                     \
     (uint32_t)(sizeof((const dawg_preset_value[]){__VA_ARGS__}) / sizeof(dawg_preset_value))}

/* Fixed for an instance. */
typedef struct dawg_setup {
    float sample_rate; /* Hz, 8000..192000 */
} dawg_setup;

/* Where the song is at the start of the control period. */
typedef struct dawg_transport {
    double tempo_bpm; /* 20..999, 120 until told */
    double beat;      /* quarter notes since the start of the song */
    uint32_t playing; /* 0 or 1 */
} dawg_transport;

typedef struct dawg_block {
    const float *const *in;          /* in[2][n]: guarded, never aliases out */
    const float *const *side;        /* side[2][n]: the key input; NULL when nothing is connected */
    float *const *out;               /* out[2][n]: write every frame */
    uint32_t n;                      /* frames here: 1..DAWG_PERIOD - at */
    uint32_t at;                     /* frames of this control period already run */
    const float *from, *to;          /* smoothed plain values at both ends of the control period */
    const uint64_t *moved;           /* bitset: i ramps (from != to) or has stepped (from == to) in this period; every
                                        bit in the first period after a reset */
    const dawg_transport *transport; /* at the start of the control period */
    float *meters;                   /* one value per declared meter, kept between calls */
    float *wish;                     /* one value per parameter: see dawg_wish */
    uint64_t *wished;                /* bitset: which of them count */
} dawg_block;

/* The plugin moves one of its own DAWG_ML_TARGET parameters, as an equalizer does that learns its curve: from the next
 * control edge on, with the parameter's own ramp, clamped to its range. What is learned is then a setting like any
 * other: shown, saved, moved by hand. A move from outside at the same edge comes after it and wins. Decide by frame
 * counts, never by chunks. */
static inline void dawg_wish(const dawg_block *b, uint32_t param, float plain)
{
    b->wish[param] = plain;
    b->wished[param >> 6] |= (uint64_t)1 << (param & 63u);
}

static inline int dawg_moved(const dawg_block *b, uint32_t param)
{
    return (int)(b->moved[param >> 6] >> (param & 63u) & 1u);
}

/* A value on its straight way through the control period: from ends[0], `frame` frames on. Computed from the position,
 * never accumulated, so that chunks do not matter. */
static inline float dawg_along(const float ends[2], uint32_t frame)
{
    return ends[0] + (ends[1] - ends[0]) * ((float)(int32_t)frame * (1.0f / (float)DAWG_PERIOD));
}

/* Memory the caller owns. With base == NULL it only counts, so one layout() both measures and carves and the two can
 * never disagree. What it hands out is zeroed and 16-byte aligned. */
typedef struct dawg_arena {
    unsigned char *base;
    size_t used;
} dawg_arena;
void *dawg_arena_take(dawg_arena *a, size_t bytes); /* NULL while counting */
#define dawg_take(a, type, count) ((type *)dawg_arena_take((a), sizeof(type) * (size_t)(count)))

/* What a plugin's settings do to level, in the shape that an engineer draws. */
typedef enum {
    DAWG_NO_CURVE,
    DAWG_RESPONSE, /* x: Hz; y: dB of gain that a steady tone gets */
    DAWG_TRANSFER  /* x: dBFS, peak of a steady sound, the same in both channels; y: dBFS, peak of what comes out */
} dawg_curve_kind;
#define DAWG_CURVE_FLOOR_DB (-200.0f) /* the least x and y in dB: silence */
#define DAWG_CURVE_TOP_DB 80.0f       /* the largest x in dBFS: louder is no audio (dsp/guard.h) */

typedef struct dawg_plugin {
    const char *key, *name, *help;
    dawg_category category;
    uint16_t version;      /* bump when equal settings sound different */
    uint8_t side_channels; /* 2: takes a key on the second input; 0: does not */
    const dawg_param *params;
    uint32_t n_params; /* append only */
    const dawg_meter *meters;
    uint32_t n_meters;
    const dawg_preset *presets;
    uint32_t n_presets;
    size_t state_size; /* sizeof the plugin's own struct */

    /* Takes every buffer from the arena and stores it in self. Called twice: counting (self is a scratch copy whose
     * pointers become NULL), then carving. Writes nothing through the pointers it takes. */
    void (*layout)(void *self, dawg_arena *a, const dawg_setup *s);
    /* Silence: clears all signal state and recomputes what depends on the rate only. Parameters follow with the first
     * block, in which every `moved` bit is set and from == to. */
    void (*reset)(void *self, const dawg_setup *s);
    void (*process)(void *self, const dawg_block *b); /* cannot fail */
    /* Pure functions of plain parameter values (no self), so that a host can ask before it creates. Samples. */
    uint32_t (*latency)(const float *params, const dawg_setup *s); /* exact; NULL: 0 */
    uint32_t (*latency_max)(const dawg_setup *s);                  /* over all parameters; NULL: 0 */
    /* Samples from the end of the input until the output stays under -120 dB; NULL: 0. */
    uint32_t (*tail)(const float *params, const dawg_setup *s, const dawg_transport *t);

    const float *band_hz; /* n_bands centres, Hz, of band1_..., band2_... where they are fixed; NULL: they are not */
    uint32_t n_bands;

    dawg_curve_kind curve_kind;
    uint32_t curve_parts; /* stages that have a curve of their own: the bands of an EQ */
    /* y[i] of x[i], i < n, at these settings; NULL: no curve. part 0: the plugin as a whole, its output gain and mix
     * too; 1..curve_parts: one stage alone, 0 dB while it is out of the path. Called through draw.h only:
     * x lies within 0..sample_rate/2 Hz, or the dBFS above; y may be x; y is finite, and below the floor raised to it. */
    void (*draw)(const float *params, const dawg_setup *s, uint32_t part, const float *x, float *y, uint32_t n);
} dawg_plugin;

#define DAWG_COUNT(table) ((uint32_t)(sizeof(table) / sizeof((table)[0])))
#if defined(DAWG_LEAN) || defined(DAWG_TABLES)
#define DAWG_PRESETS(table) NULL, 0
#else
#define DAWG_PRESETS(table) (table), DAWG_COUNT(table)
#endif

/* Fails to compile when a table and its enum disagree. */
#define DAWG_PARAM_TABLE(table, count)                                                                                 \
    _Static_assert(sizeof(table) / sizeof((table)[0]) == (count), #table " does not match its enum")

#endif
