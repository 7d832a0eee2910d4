/* SPDX-License-Identifier: MIT
 * source_guess.c - see source_guess.h. */
#include "source_guess.h"
#include "dsp/maths.h"
#include "source_guess_table.h"

#define ENOUGH_S 1.0f /* of sound before an answer */

struct dawg_source_guess {
    dawg_source_listen *listen;
};
enum { OWN = 16 }; /* bytes before the listener: a multiple of its alignment */
_Static_assert(sizeof(struct dawg_source_guess) <= OWN, "the listener starts after the struct");

static const char *const names[DAWG_SOURCES] = {"unknown", "vocal",   "drums", "bass",       "guitar",
                                                "keys",    "strings", "brass", "percussion", "mix"};

const char *dawg_source_name(dawg_source type) { return names[(uint32_t)type < DAWG_SOURCES ? (uint32_t)type : 0]; }

size_t dawg_source_guess_size(float rate)
{
    const size_t size = dawg_source_listen_size(rate);
    return size ? size + OWN : 0;
}

dawg_source_guess *dawg_source_guess_init(void *mem, size_t size, float rate)
{
    if (!mem || ((uintptr_t)mem & 15u) || size < OWN) return NULL;
    dawg_source_guess *g = mem;
    g->listen = dawg_source_listen_init((unsigned char *)mem + OWN, size - OWN, rate);
    return g->listen ? g : NULL;
}

void dawg_source_guess_reset(dawg_source_guess *g) { dawg_source_listen_reset(g->listen); }

void dawg_source_guess_process(dawg_source_guess *g, const float *left, const float *right, uint32_t n)
{
    dawg_source_listen_process(g->listen, left, right, n);
}

void dawg_source_guess_features(const dawg_source_guess *g, float features[DAWG_SOURCE_FEATURES])
{
    dawg_source_listen_read(g->listen, features);
}

void dawg_source_guess_read(const dawg_source_guess *g, dawg_source *type, float *confidence)
{
    float f[DAWG_SOURCE_FEATURES], logit[DAWG_SOURCES], top = -1e30f, sum = 0.0f;
    *type = DAWG_SOURCE_UNKNOWN, *confidence = 1.0f;
    if (dawg_source_listen_heard_s(g->listen) < ENOUGH_S) return;
    dawg_source_guess_features(g, f);
    for (uint32_t c = 0; c < DAWG_SOURCES; ++c) {
        logit[c] = source_weights[c][0];
        for (uint32_t i = 0; i < DAWG_SOURCE_FEATURES; ++i) {
            const float z = dawg_clamp((f[i] - source_scale[i][0]) * source_scale[i][1], -SOURCE_CLIP, SOURCE_CLIP);
            logit[c] += source_weights[c][1 + 2 * i] * z + source_weights[c][2 + 2 * i] * (z * z);
        }
        top = dawg_max(top, logit[c]);
    }
    for (uint32_t c = 0; c < DAWG_SOURCES; ++c) sum += logit[c] = dawg_exp2((logit[c] - top) * 1.442695041f);
    uint32_t best = 1;
    for (uint32_t c = 2; c < DAWG_SOURCES; ++c)
        if (logit[c] > logit[best]) best = c;
    const float p = logit[best] / sum;
    const int named = p >= SOURCE_SURE && logit[best] > logit[DAWG_SOURCE_UNKNOWN];
    *type = named ? (dawg_source)best : DAWG_SOURCE_UNKNOWN;
    *confidence = named ? p : 1.0f - p;
}
