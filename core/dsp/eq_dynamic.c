/* SPDX-License-Identifier: MIT
 * eq_dynamic.c - see eq_dynamic.h. A design takes a microsecond or two, and a gain that follows the sound moves all the
 * time: while the knobs rest, the sections for a grid of gains over the range are kept, made one per control period.
 * Within a period the running coefficients themselves go in equal steps: each set never lets the sum of the squares of
 * the states grow (svf.h), that holds for any mean of two such sets, and no sample pays for a division. */
#include "eq_dynamic.h"
#include "eq_band.h"
#include "fade.h"

#define CHUNK 32u
#define BUTTERWORTH_Q 0.70710678118654752
#define POWER_FLOOR 1e-20 /* -200 dB */

static const dawg_svf_state silence;

void dawg_eq_dynamic_reset(dawg_eq_dynamic *d, uint32_t period, double rate)
{
    const uint32_t periods = (uint32_t)(DAWG_EQ_FADE_S * rate / (double)period + 0.5);
    memset(d, 0, sizeof *d);
    d->fresh = 1;
    d->period = period;
    d->fade_frames = (periods ? periods : 1u) * period;
    d->rate = rate;
}

dawg_svf dawg_eq_key(const dawg_eq_shape *b, double rate)
{
    const double turns = dawg_min_d(b->hz / rate, DAWG_EQ_MAX_TURNS);
    const int low = b->type == DAWG_EQ_LOW_SHELF || b->type == DAWG_EQ_LOW_PASS;
    const int high = b->type == DAWG_EQ_HIGH_SHELF || b->type == DAWG_EQ_HIGH_PASS;
    dawg_svf c = {.g = dawg_tan_d(DAWG_PI * turns), .k = low || high ? 1.0 / BUTTERWORTH_Q : 1.0 / b->q};
    if (low) c.lp = 1.0;
    else if (high) c.hp = 1.0;
    else c.bp = c.k;
    return c;
}

/* ---- plan ------------------------------------------------------------------------------------------------------- */

static double hold_ms(const dawg_eq_shape *s)
{
    if (s->type == DAWG_EQ_BELL) return 0.0;
    const double lowest = s->type == DAWG_EQ_LOW_SHELF ? s->hz / 8.0 : s->hz;
    return dawg_clamp_d(500.0 / lowest, 2.0, 25.0);
}

static dawg_svf design(const dawg_eq_dynamic *d, double gain_db)
{
    return dawg_eq_design(d->type, d->shape.hz, d->rate, gain_db, d->shape.q);
}

static dawg_svf_run at_gain(const dawg_eq_dynamic *d, double gain_db)
{
    dawg_svf c;
    if (d->made <= DAWG_EQ_DYNAMIC_STEPS) {
        c = design(d, gain_db);
        return dawg_svf_ready(&c);
    }
    const double place = gain_db / d->dynamics.range_db * (double)DAWG_EQ_DYNAMIC_STEPS;
    const double clamped = dawg_clamp_d(place, 0.0, (double)DAWG_EQ_DYNAMIC_STEPS);
    uint32_t i = (uint32_t)clamped;
    if (i == DAWG_EQ_DYNAMIC_STEPS) i = DAWG_EQ_DYNAMIC_STEPS - 1u;
    c = dawg_svf_between(&d->table[i], &d->table[i + 1u], clamped - (double)i);
    return dawg_svf_ready(&c);
}

/* All that depends on the knobs; 1: the bell's own have moved. */
static int retune(dawg_eq_dynamic *d, const dawg_eq_shape *s, const dawg_eq_dynamics *m)
{
    const int first = d->shape.hz == 0.0, tuned = first || s->hz != d->shape.hz || s->q != d->shape.q;
    const dawg_eq_dynamics *old = &d->dynamics;
    const int timed = tuned || m->attack_ms != old->attack_ms || m->release_ms != old->release_ms;
    const int ranged = m->range_db != old->range_db;
    d->shape = (dawg_eq_shape){d->type, DAWG_EQ_12_DB, s->hz, 0.0, s->q};
    d->dynamics = *m;
    if (tuned) {
        const dawg_svf key = dawg_eq_key(&d->shape, d->rate);
        d->key = dawg_svf_ready(&key);
        d->quarter = (key.g - 1.0) / (key.g + 1.0);
    }
    if (timed) {
        d->times = dawg_envelope_design(m->attack_ms, hold_ms(&d->shape), m->release_ms, d->rate);
        d->ahead = d->times.attack > 0.0 ? dawg_pow_d(d->times.attack, (double)d->period) : 0.0;
    }
    d->curve = dawg_gain_curve_make((float)m->threshold_db, dawg_gain_curve_slope((float)dawg_max_d(m->ratio, 1.0)),
                                    0.0f, (float)dawg_abs_d(m->range_db));
    return tuned || ranged;
}

static void forget(dawg_eq_dynamic *d)
{
    d->key_state = d->state = silence;
    d->turned = dawg_d2_all(0.0);
    d->envelope = (dawg_envelope){0};
    d->gain_db = d->next_db = 0.0;
    d->from = d->to = (dawg_svf_run){0};
    d->stale = 1;
}

/* Where the gain goes in this period: what the envelope had found when the last one ended. */
static double found(const dawg_eq_dynamic *d)
{
    const double reach = dawg_abs_d(d->dynamics.range_db), peak = d->envelope.peak;
    const double db = dawg_min_d(peak + d->ahead * (d->envelope.y - peak), reach);
    if (db < DAWG_ENVELOPE_TINY_DB) return 0.0;
    return d->dynamics.range_db < 0.0 ? -db : db;
}

void dawg_eq_dynamic_plan(dawg_eq_dynamic *d, int on, dawg_eq_placement placement, const dawg_eq_shape *to,
                          const dawg_eq_dynamics *dynamics)
{
    const int wanted = on && dawg_eq_has_gain(to->type) && dynamics->range_db != 0.0;
    if (d->level == 0 && wanted && (d->fresh || d->type != to->type || d->placement != placement)) {
        d->type = to->type;
        d->placement = placement;
        d->shape.hz = 0.0;
    }
    const int fits = wanted && d->type == to->type && d->placement == placement;
    if (d->fresh && fits) d->level = d->fade_frames;
    d->fresh = 0;
    d->way = fits ? d->level < d->fade_frames : -(d->level > 0);
    if (d->level == 0 && d->way == 0) {
        if (!d->stale) forget(d);
        return;
    }
    int retuned = 0;
    if (fits) retuned = retune(d, to, dynamics);
    if (retuned) d->made = 0;
    d->gain_db = d->next_db;
    d->next_db = found(d);
    d->neutral = d->gain_db == 0.0 && d->next_db == 0.0;
    if (d->neutral) {
        if (!d->stale) {
            d->state = silence;
            d->from = d->to = (dawg_svf_run){0};
            d->stale = 1;
        }
    } else {
        const int moves = retuned || d->stale || d->gain_db != d->next_db;
        d->from = d->stale ? at_gain(d, d->gain_db) : d->to;
        if (moves) d->to = at_gain(d, d->next_db);
        d->stale = 0;
    }
    if (!retuned && d->made <= DAWG_EQ_DYNAMIC_STEPS) {
        d->table[d->made] = design(d, d->dynamics.range_db * ((double)d->made / (double)DAWG_EQ_DYNAMIC_STEPS));
        ++d->made;
    }
}

/* ---- run -------------------------------------------------------------------------------------------------------- */

static void listen(dawg_eq_dynamic *d, const float *const key[2], uint32_t n)
{
    float power[CHUNK];
    const dawg_svf_run run = d->key;
    const dawg_d2 lanes = dawg_eq_lanes(d->placement);
    const double quarter = d->quarter, both = d->type == DAWG_EQ_BELL ? 1.0 : 0.0;
    dawg_svf_state state = d->key_state;
    dawg_d2 turned = d->turned;
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_d2 in = dawg_eq_to_lanes(d->placement, (dawg_d2){(double)key[0][i], (double)key[1][i]});
        const dawg_d2 y = dawg_svf_tick(&run, &state, in * lanes), z = quarter * y + turned;
        turned = y - quarter * z;
        const dawg_d2 p = y * y + both * (z * z);
        power[i] = (float)dawg_max_d(dawg_max_d(p[0], p[1]), POWER_FLOOR);
    }
    d->key_state = state;
    d->turned = turned;
    float reduction[CHUNK];
    for (uint32_t i = 0; i < n; ++i) {
        const float level_db = 3.01029996f * dawg_log2(power[i]);
        reduction[i] = dawg_gain_curve_db(&d->curve, level_db);
    }
    dawg_envelope e = d->envelope;
    for (uint32_t i = 0; i < n; ++i) dawg_envelope_tick(&e, &d->times, (double)reduction[i]);
    d->envelope = e;
}

static void act(dawg_eq_dynamic *d, uint32_t at, dawg_d2 *x, uint32_t n)
{
    const double step = 1.0 / (double)d->period;
    const int fades = d->way != 0 || d->level != d->fade_frames, plain = d->placement == DAWG_EQ_STEREO;
    const dawg_d2 lanes = dawg_eq_lanes(d->placement);
    const dawg_svf_run a = d->from, b = d->to;
    dawg_svf_state state = d->state;
    for (uint32_t i = 0; i < n; ++i) {
        const double u = (double)(at + i) * step;
        const dawg_svf_run run = {a.p + (b.p - a.p) * u,    a.q + (b.q - a.q) * u,    a.r + (b.r - a.r) * u,
                                  a.c1 + (b.c1 - a.c1) * u, a.c2 + (b.c2 - a.c2) * u, a.d + (b.d - a.d) * u};
        const dawg_d2 in = dawg_eq_to_lanes(d->placement, x[i]), y = dawg_svf_tick(&run, &state, in);
        if (!fades && plain) {
            x[i] = y;
            continue;
        }
        const dawg_d2 change = dawg_eq_from_lanes(d->placement, lanes * (y - in));
        const int32_t frames = (int32_t)d->level + d->way * (int32_t)(at + i);
        x[i] += (double)dawg_ease((float)frames / (float)d->fade_frames) * change;
    }
    d->state = state;
}

void dawg_eq_dynamic_run(dawg_eq_dynamic *d, uint32_t at, const float *const key[2], dawg_d2 *x, uint32_t n)
{
    if (d->level == 0 && d->way == 0) return;
    for (uint32_t done = 0, m; done < n; done += m) {
        m = n - done < CHUNK ? n - done : CHUNK;
        listen(d, (const float *const[2]){key[0] + done, key[1] + done}, m);
        if (!d->neutral) act(d, at + done, x + done, m);
    }
}

void dawg_eq_dynamic_end(dawg_eq_dynamic *d)
{
    if (d->level == 0 && d->way == 0) return;
    d->level += (uint32_t)(d->way * (int32_t)d->period);
    d->way = 0;
    dawg_svf_flush(&d->key_state);
    dawg_svf_flush(&d->state);
    d->turned = (dawg_d2){dawg_flush_d(d->turned[0]), dawg_flush_d(d->turned[1])};
    dawg_envelope_flush(&d->envelope);
}
