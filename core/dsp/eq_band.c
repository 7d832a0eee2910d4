/* SPDX-License-Identifier: MIT
 * eq_band.c - see eq_band.h. */
#include "eq_band.h"
#include "fade.h"

#define CHUNK 64u

static const dawg_svf_state silence;

void dawg_eq_band_reset(dawg_eq_band *b, uint32_t period, double rate)
{
    const uint32_t periods = (uint32_t)(DAWG_EQ_FADE_S * rate / (double)period + 0.5);
    memset(b, 0, sizeof *b);
    b->fresh = 1;
    b->period = period;
    b->fade_frames = (periods ? periods : 1u) * period;
    b->rate = rate;
}

/* ---- plan ------------------------------------------------------------------------------------------------------- */

static dawg_eq_kind kind_of(const dawg_eq_shape *s, dawg_eq_placement placement)
{
    return (dawg_eq_kind){s->type, dawg_eq_is_pass(s->type) ? s->slope : DAWG_EQ_12_DB, placement};
}

static int same(const dawg_eq_kind *a, const dawg_eq_kind *b)
{
    return a->type == b->type && a->slope == b->slope && a->placement == b->placement;
}

static void begin(dawg_eq_voice *v, const dawg_eq_kind *kind, uint32_t level)
{
    memset(v, 0, sizeof *v);
    v->kind = *kind;
    v->level = level;
    v->stale = 1;
}

/* A voice keeps its own kind whatever the knobs have become. */
static void design(const dawg_eq_band *b, dawg_eq_voice *v, const dawg_eq_shape *s, dawg_svf to[DAWG_EQ_SECTIONS])
{
    const dawg_eq_shape own = {v->kind.type, v->kind.slope, s->hz, s->gain_db, s->q};
    v->sections = dawg_eq_sections(&own, b->rate, to);
}

static void clear(dawg_eq_voice *v)
{
    for (uint32_t i = 0; i < DAWG_EQ_SECTIONS; ++i) v->section[i].state = silence;
}

/* The response of the end of this period. */
static void settle(dawg_eq_voice *v)
{
    for (uint32_t i = 0; i < v->sections; ++i) v->section[i].run = dawg_svf_ready(&v->section[i].to);
}

/* The voice that is leaving keeps the response it had. */
static void hold(dawg_eq_voice *v)
{
    if (v->moving) settle(v);
    v->moving = 0;
}

static void follow(dawg_eq_band *b, dawg_eq_voice *v, const dawg_eq_shape *from, const dawg_eq_shape *to)
{
    const int moves = from->hz != to->hz || from->gain_db != to->gain_db || from->q != to->q;
    const int silent = v->level == 0 && v->way == 0;
    v->neutral = dawg_eq_has_gain(v->kind.type) && from->gain_db == 0.0 && to->gain_db == 0.0;
    if (silent || v->neutral) {
        if (!v->stale) clear(v);
        v->stale = 1;
        v->moving = 0;
        return;
    }
    if (!v->stale && !moves) {
        hold(v);
        return;
    }
    dawg_svf made[DAWG_EQ_SECTIONS];
    for (uint32_t i = 0; i < v->sections && !v->stale; ++i) v->section[i].from = v->section[i].to;
    if (v->stale) {
        design(b, v, from, made);
        for (uint32_t i = 0; i < v->sections; ++i) v->section[i].from = v->section[i].to = made[i];
    }
    if (moves) {
        design(b, v, to, made);
        for (uint32_t i = 0; i < v->sections; ++i) v->section[i].to = made[i];
    }
    v->moving = (uint32_t)moves;
    v->stale = 0;
    if (!moves) settle(v);
}

void dawg_eq_band_plan(dawg_eq_band *b, int on, dawg_eq_placement placement, const dawg_eq_shape *from,
                       const dawg_eq_shape *to)
{
    dawg_eq_voice *v = &b->voice[b->current], *other = &b->voice[1u - b->current];
    const dawg_eq_kind kind = kind_of(to, placement);
    if (b->fresh) {
        begin(v, &kind, on ? b->fade_frames : 0);
        b->fresh = 0;
    } else if (!same(&kind, &v->kind) && v->level == 0) {
        begin(v, &kind, 0);
    } else if (!same(&kind, &v->kind) && other->level == 0) {
        b->current = 1u - b->current;
        other = v;
        v = &b->voice[b->current];
        begin(v, &kind, 0);
    }
    v->way = on ? v->level < b->fade_frames : -(v->level > 0);
    other->way = -(other->level > 0);
    follow(b, v, from, to);
    hold(other);
}

/* ---- run -------------------------------------------------------------------------------------------------------- */

/* How much of the voice is heard, i frames into the control period. */
static double share(const dawg_eq_band *b, const dawg_eq_voice *v, uint32_t i)
{
    const int32_t frames = (int32_t)v->level + v->way * (int32_t)i;
    return (double)dawg_ease((float)frames / (float)b->fade_frames);
}

static int heard(const dawg_eq_voice *v) { return (v->level > 0 || v->way > 0) && !v->neutral; }

static void run_section(const dawg_eq_band *b, const dawg_eq_voice *v, dawg_eq_voice_section *s, uint32_t at,
                        dawg_d2 *x, uint32_t n)
{
    const double step = 1.0 / (double)b->period;
    dawg_svf_state state = s->state;
    dawg_svf_run run = s->run;
    for (uint32_t i = 0; i < n; ++i) {
        if (v->moving) {
            const dawg_svf now = dawg_svf_between(&s->from, &s->to, (double)(at + i) * step);
            run = dawg_svf_ready(&now);
        }
        x[i] = dawg_svf_tick(&run, &state, x[i]);
    }
    s->state = state;
}

/* y: x and the other voice's part of the band. */
static void run_voice(const dawg_eq_band *b, dawg_eq_voice *v, uint32_t at, const dawg_d2 *x, dawg_d2 *y, uint32_t n)
{
    const int fades = v->way != 0 || v->level != b->fade_frames;
    const dawg_eq_placement where = v->kind.placement;
    const dawg_d2 lanes = dawg_eq_lanes(where);
    dawg_d2 wet[CHUNK];
    for (uint32_t i = 0; i < n; ++i) wet[i] = dawg_eq_to_lanes(where, x[i]);
    for (uint32_t i = 0; i < v->sections; ++i) run_section(b, v, &v->section[i], at, wet, n);
    for (uint32_t i = 0; i < n; ++i) {
        if (!fades && where == DAWG_EQ_STEREO) {
            y[i] = wet[i];
            continue;
        }
        const dawg_d2 change = dawg_eq_from_lanes(where, lanes * (wet[i] - dawg_eq_to_lanes(where, x[i])));
        y[i] = fades ? y[i] + share(b, v, at + i) * change : y[i] + change;
    }
}

static void run_moving(dawg_eq_band *b, uint32_t at, dawg_d2 *x, uint32_t n)
{
    for (uint32_t done = 0, m; done < n; done += m) {
        dawg_d2 in[CHUNK];
        m = n - done < CHUNK ? n - done : CHUNK;
        memcpy(in, x + done, sizeof(dawg_d2) * m);
        for (uint32_t i = 0; i < 2; ++i)
            if (heard(&b->voice[i])) run_voice(b, &b->voice[i], at + done, in, x + done, m);
    }
}

/* One voice, wholly in the path, at rest. */
static int steady(const dawg_eq_band *b)
{
    const dawg_eq_voice *v = &b->voice[b->current];
    return heard(v) && v->level == b->fade_frames && v->way == 0 && !v->moving && b->voice[1u - b->current].level == 0;
}

/* Steady sections of bands that work on the same lanes, side by side. */
typedef struct group {
    dawg_eq_placement where;
    uint32_t n;
    const dawg_svf_run *run[DAWG_EQ_RING_MAX];
    dawg_svf_state *state[DAWG_EQ_RING_MAX];
} group;

static void run_group(group *g, dawg_d2 *x, uint32_t n)
{
    if (g->n && g->where == DAWG_EQ_STEREO) {
        dawg_svf_series(g->run, g->state, g->n, x, n);
    } else if (g->n) {
        const int first = dawg_eq_lanes(g->where)[0] > 0.0;
        for (uint32_t done = 0, m; done < n; done += m) {
            dawg_d2 in[CHUNK], wet[CHUNK];
            m = n - done < CHUNK ? n - done : CHUNK;
            for (uint32_t i = 0; i < m; ++i) wet[i] = in[i] = dawg_eq_to_lanes(g->where, x[done + i]);
            dawg_svf_series(g->run, g->state, g->n, wet, m);
            for (uint32_t i = 0; i < m; ++i) {
                const dawg_d2 y = first ? (dawg_d2){wet[i][0], in[i][1]} : (dawg_d2){in[i][0], wet[i][1]};
                x[done + i] = dawg_eq_from_lanes(g->where, y);
            }
        }
    }
    g->n = 0;
}

void dawg_eq_bands_run(dawg_eq_band *bands, uint32_t n_bands, uint32_t at, dawg_d2 *x, uint32_t n)
{
    group g;
    g.where = DAWG_EQ_STEREO;
    g.n = 0;
    for (uint32_t b = 0; b < n_bands; ++b) {
        dawg_eq_voice *v = &bands[b].voice[bands[b].current];
        if (steady(&bands[b])) {
            if (v->kind.placement != g.where) run_group(&g, x, n);
            g.where = v->kind.placement;
            for (uint32_t i = 0; i < v->sections; ++i) {
                g.run[g.n] = &v->section[i].run;
                g.state[g.n++] = &v->section[i].state;
            }
        } else if (heard(v) || heard(&bands[b].voice[1u - bands[b].current])) {
            run_group(&g, x, n);
            run_moving(&bands[b], at, x, n);
        }
    }
    run_group(&g, x, n);
}

int dawg_eq_bands_idle(const dawg_eq_band *bands, uint32_t n_bands)
{
    int any = 0;
    for (uint32_t i = 0; i < n_bands; ++i) any |= heard(&bands[i].voice[0]) | heard(&bands[i].voice[1]);
    return !any;
}

int dawg_eq_band_rests(const dawg_eq_band *b)
{
    const dawg_eq_voice *v = &b->voice[b->current], *other = &b->voice[1u - b->current];
    return !b->fresh && !v->way && !v->moving && !other->way && other->level == 0;
}

void dawg_eq_band_end(dawg_eq_band *b)
{
    for (uint32_t i = 0; i < 2; ++i) {
        dawg_eq_voice *v = &b->voice[i];
        if (v->level == 0 && v->way == 0) continue; /* silent: plan has cleared it */
        v->level += (uint32_t)(v->way * (int32_t)b->period);
        v->way = 0;
        if (v->level > 0) {
            for (uint32_t s = 0; s < v->sections; ++s) dawg_svf_flush(&v->section[s].state);
        } else {
            clear(v);
            v->stale = 1;
        }
    }
}
