/* SPDX-License-Identifier: MIT
 * eq_chain_tail.c - how long an equalizer of eq_chain.h rings, and which of its bands are out of reach. */
#include "eq_chain.h"
#include "oversample.h"

/* A moving band is on its way between 0 dB and its range while the sound dies, so the longest of three states counts, and
 * a fifth more for what is left from one when the next has begun. A cut rings the longer the smaller it is. */
enum { AT_REST, AT_RANGE, RETURNING, STATES };
#define RETURNING_DB (-3.0)
#define BETWEEN_STATES 1.2

/* The sections a sound meets on its way through these lanes: of bands on mid or side those on `ms` (a placement, or
 * STEREO for none), of bands on left or right those on `lr`. */
static uint32_t on_the_way(const dawg_eq_setting *bands, uint32_t n, int fixed, uint32_t moving, double rate,
                           dawg_eq_placement ms, dawg_eq_placement lr, dawg_svf *sections)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_eq_setting *b = &bands[i];
        if (!b->on || (b->placement != DAWG_EQ_STEREO && b->placement != ms && b->placement != lr)) continue;
        if (fixed && !dawg_eq_neutral(&b->shape)) count += dawg_eq_sections(&b->shape, rate, sections + count);
        double moved_db = moving == AT_REST ? 0.0 : b->dynamics.range_db;
        if (moving == RETURNING) moved_db = dawg_max_d(moved_db, RETURNING_DB);
        if (dawg_eq_has_gain(b->shape.type) && moved_db != 0.0)
            sections[count++] = dawg_eq_design(b->shape.type, b->shape.hz, rate, moved_db, b->shape.q);
    }
    return count;
}

/* Sections at twice the rate ring as long as those at the rate itself. */
double dawg_eq_chain_tail(const dawg_eq_setting *bands, uint32_t n, dawg_eq_mode mode, double rate, double gain)
{
    static const dawg_eq_placement ms[] = {DAWG_EQ_MID, DAWG_EQ_SIDE, DAWG_EQ_STEREO};
    static const dawg_eq_placement lr[] = {DAWG_EQ_LEFT, DAWG_EQ_RIGHT, DAWG_EQ_STEREO};
    int any_ms = 0, any_lr = 0, moving = 0;
    for (uint32_t i = 0; i < n; ++i) {
        any_ms |= bands[i].on && dawg_eq_is_mid_side(bands[i].placement);
        any_lr |= bands[i].on && bands[i].placement >= DAWG_EQ_LEFT;
        moving |= bands[i].on && dawg_eq_has_gain(bands[i].shape.type) && bands[i].dynamics.range_db != 0.0;
    }
    const int fixed = mode < DAWG_EQ_LINEAR, both = any_ms && any_lr; /* then a sound may pass by any of them */
    double longest = 0.0;
    for (uint32_t k = 0; k < (any_ms ? both ? 9u : 2u : 1u) * (any_lr && !both ? 2u : 1u); ++k)
        for (uint32_t state = AT_REST; state < (moving ? STATES : AT_RANGE); ++state) {
            const uint32_t i = both ? k / 3u : any_ms ? k : 0u, j = both ? k % 3u : any_lr ? k : 0u;
            dawg_svf sections[DAWG_EQ_CHAIN_BANDS * (DAWG_EQ_SECTIONS + 1u)];
            const uint32_t count = on_the_way(bands, n, fixed, state, rate, any_ms ? ms[i] : DAWG_EQ_STEREO,
                                              any_lr ? lr[j] : DAWG_EQ_STEREO, sections);
            longest = dawg_max_d(longest, (moving ? BETWEEN_STATES : 1.0) * dawg_eq_tail(sections, count, gain));
        }
    int idle = 1;
    for (uint32_t i = 0; i < n; ++i) idle &= !bands[i].on || dawg_eq_neutral(&bands[i].shape);
    const double late = (double)dawg_eq_chain_latency(mode, rate);
    if (mode == DAWG_EQ_MINIMUM) return longest;
    return (idle ? late : 2.0 * late) + longest; /* the second half of a FIR, of the resampler too, rings on */
}

uint32_t dawg_eq_chain_clamped(const dawg_eq_setting *bands, uint32_t n, dawg_eq_mode mode, double rate)
{
    if (mode >= DAWG_EQ_LINEAR) return 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; ++i) {
        if (!bands[i].on || dawg_eq_neutral(&bands[i].shape)) continue;
        const double most = bands[i].shape.type == DAWG_EQ_HIGH_PASS ? DAWG_EQ_HIGH_PASS_MAX_TURNS : DAWG_EQ_MAX_TURNS;
        count += bands[i].shape.hz > most * (mode == DAWG_EQ_HQ ? 2.0 * rate : rate);
    }
    return count;
}
