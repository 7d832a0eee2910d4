/* SPDX-License-Identifier: MIT
 * problem_fix.c - see problem_fix.h. */
#include "problem_fix.h"
#include "dsp/maths.h"
#include "problems.h"
#include <string.h>

#define DB_PER_S 12.0
#define OCTAVES_PER_S (1.0 / 3.0)
#define SAME_OCTAVES (1.0 / 6.0)
#define LEAST_DB 0.5     /* less is not worth a bell */
#define LEAST_SHARE 0.25 /* nor is less of what was asked for */
#define QUIET 1e-6f
#define SLICE_PERIODS 4u /* one slice of the engine's work in so many: 128 frames never hold two */
#define WASH_PERIODS 8u  /* more than the slices of a window */

void dawg_problem_fix_reset(dawg_problem_fix *x, dawg_eq_engine *engine, uint32_t period, double rate)
{
    memset(x, 0, sizeof *x);
    x->engine = engine;
    x->rate = rate;
    x->period = period;
    x->period_s = (double)period / rate;
    x->clean = 1;
}

static void empty(dawg_problem_fix *x)
{
    dawg_eq_engine_set(x->engine, 0.5, 0);
    dawg_eq_engine_reset(x->engine);
    memset(x->slot, 0, sizeof x->slot);
    x->was_busy = x->quiet = x->washing = x->listens = 0;
}

void dawg_problem_fix_forget(dawg_problem_fix *x)
{
    if (x->clean) return;
    empty(x);
    x->peak = 0.0f;
    x->clean = 1;
}

void dawg_problem_fix_feed(dawg_problem_fix *x, const float *const in[2], uint32_t n)
{
    for (uint32_t c = 0; c < 2; ++c)
        for (uint32_t i = 0; i < n; ++i) x->peak = dawg_max(x->peak, dawg_abs(in[c][i]));
    if (x->listens) dawg_eq_engine_process(x->engine, in[0], in[1], n);
}

/* Returns whether there is something to listen to. */
static int awake(dawg_problem_fix *x)
{
    const int loud = x->peak > QUIET;
    x->peak = 0.0f;
    if (loud) {
        x->quiet = x->washing = x->clean = 0;
    } else if (x->washing) {
        (void)dawg_eq_engine_work(x->engine);
        x->quiet += x->period;
        if (x->quiet > dawg_eq_engine_points(x->engine) + WASH_PERIODS * x->period) dawg_problem_fix_forget(x);
    } else if (!x->clean) {
        x->quiet += x->period;
        if ((double)x->quiet > DAWG_FIX_FORGET_S * x->rate) {
            empty(x);
            x->washing = 1;
        }
    }
    x->listens = (uint32_t)loud | x->washing;
    return loud;
}

/* ---- reports to slots ------------------------------------------------------------------------------------------- */

static double octaves(double a, double b) { return dawg_abs_d(dawg_log_d(a / b)) * 1.4426950408889634; }

static double power_db(const dawg_eq_picture *eq, double hz)
{
    return 0.5 * dawg_gain_to_db_d(dawg_max_d(dawg_eq_picture_power(eq, hz), 1e-20));
}

/* < 0: what the equalizer cuts there already, against what lies beside it. */
static double done_db(const dawg_eq_picture *eq, double hz)
{
    const double half = 1.4142135623730951;
    return power_db(eq, hz) - 0.5 * (power_db(eq, hz * half) + power_db(eq, hz / half));
}

/* Half way from the level up to which sibilants are no excess, so far below the body of 200 Hz .. 5 kHz, to theirs. The
 * peaks of bursts, noise, pass it by the whole excess; those of vowels, of which a bell's band lets something through,
 * stay below. */
static double sibilance_db(const dawg_eq_report *report, double excess_db)
{
    double edges[DAWG_LOG_BANDS + 1], body = 0.0;
    dawg_log_edges(edges);
    for (uint32_t i = 0; i < DAWG_LOG_BANDS; ++i) {
        const double hz = dawg_sqrt_d(edges[i] * edges[i + 1]), gain = dawg_db_to_gain_d(report->bands_db[i]);
        if (hz > 200.0 && hz < 5000.0) body += gain * gain;
    }
    return DAWG_SIBILANCE_DB + 0.5 * excess_db + 0.5 * dawg_gain_to_db_d(dawg_max_d(body, 1e-20));
}

static dawg_fix_slot *slot_for(dawg_problem_fix *x, const dawg_problem *p, const uint32_t *taken)
{
    dawg_fix_slot *unused = NULL;
    for (uint32_t i = 0; i < DAWG_FIX_SLOTS; ++i) {
        dawg_fix_slot *s = &x->slot[i];
        if (taken[i]) continue;
        if (s->kind == 1u + (uint32_t)p->type && octaves(s->hz, p->frequency_hz) < SAME_OCTAVES) return s;
        if (!s->kind && !unused) unused = s;
    }
    return unused;
}

/* A problem has found no slot: the one that was named longest ago becomes free. */
static void make_room(dawg_problem_fix *x, const uint32_t *taken)
{
    dawg_fix_slot *oldest = NULL;
    for (uint32_t i = 0; i < DAWG_FIX_SLOTS; ++i)
        if (!taken[i] && (!oldest || x->slot[i].unnamed_s > oldest->unnamed_s)) oldest = &x->slot[i];
    if (oldest) oldest->gain_db = 0.0;
}

static int lasts(const dawg_fix_slot *s, uint32_t kinds)
{
    const uint32_t held = kinds & (1u << DAWG_RESONANCE | 1u << DAWG_SIBILANCE);
    return s->kind && (held >> (s->kind - 1u) & 1u) && s->unnamed_s < DAWG_FIX_HOLD_S;
}

static void read(dawg_problem_fix *x, const dawg_eq_report *report, uint32_t kinds, const dawg_eq_picture *eq)
{
    uint32_t taken[DAWG_FIX_SLOTS] = {0};
    for (uint32_t i = 0; i < report->problem_count; ++i) {
        const dawg_problem *p = &report->problems[i];
        const double left = dawg_min_d(p->gain_db - dawg_min_d(done_db(eq, p->frequency_hz), 0.0), 0.0);
        if (!(kinds >> p->type & 1u)) continue;
        const int is_done = left > dawg_min_d(-LEAST_DB, LEAST_SHARE * p->gain_db);
        dawg_fix_slot *s = slot_for(x, p, taken);
        if (!s && !is_done) make_room(x, taken);
        if (!s || (is_done && !s->kind)) continue;
        taken[s - x->slot] = 1;
        if (is_done) {
            s->gain_db = 0.0;
            continue;
        }
        if (!s->kind) {
            s->now_hz = p->frequency_hz;
            s->now_q = p->q;
        }
        s->kind = 1u + (uint32_t)p->type;
        s->hz = p->frequency_hz;
        s->gain_db = left;
        s->q = p->q;
        s->threshold_db = p->type == DAWG_SIBILANCE ? sibilance_db(report, p->excess_db) : DAWG_EQ_NONE;
        s->unnamed_s = 0.0;
    }
    for (uint32_t i = 0; i < DAWG_FIX_SLOTS; ++i)
        if (!taken[i] && !lasts(&x->slot[i], kinds)) x->slot[i].gain_db = 0.0;
}

void dawg_problem_fix_work(dawg_problem_fix *x, double sensitivity, uint32_t kinds, const dawg_eq_picture *eq)
{
    const int is_turn = x->turn++ % SLICE_PERIODS == 0;
    if (!awake(x) || !is_turn) return;
    dawg_eq_engine_set(x->engine, sensitivity, 0);
    const int is_busy = dawg_eq_engine_work(x->engine);
    const dawg_eq_report *report = dawg_eq_engine_recent(x->engine);
    if (x->was_busy && !is_busy && report->windows > 0) read(x, report, kinds, eq);
    x->was_busy = (uint32_t)is_busy;
}

/* ---- slots to bells --------------------------------------------------------------------------------------------- */

static double towards(double now, double goal, double step) { return now + dawg_clamp_d(goal - now, -step, step); }

void dawg_problem_fix_glide(dawg_problem_fix *x)
{
    const double ratio = 1.0 + 0.6931471805599453 * OCTAVES_PER_S * x->period_s;
    for (uint32_t i = 0; i < DAWG_FIX_SLOTS; ++i) {
        dawg_fix_slot *s = &x->slot[i];
        if (!s->kind || x->quiet) continue;
        s->unnamed_s += x->period_s;
        s->now_hz = dawg_clamp_d(s->hz, s->now_hz / ratio, s->now_hz * ratio);
        s->now_q = dawg_clamp_d(s->q, s->now_q / ratio, s->now_q * ratio);
        s->now_db = towards(s->now_db, s->gain_db, DB_PER_S * x->period_s);
        if (s->gain_db == 0.0 && s->now_db == 0.0) *s = (dawg_fix_slot){0}; /* gone */
    }
}
