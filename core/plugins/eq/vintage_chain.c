/* SPDX-License-Identifier: MIT
 * vintage_chain.c - see vintage_chain.h. */
#include "vintage_chain.h"
#include "dsp/cold.h"
#include "dsp/fade.h"
#include "dsp/section_fit.h"

static const dawg_svf_state silence;

/* ---- from knobs to settings ------------------------------------------------------------------------------------- */

static uint32_t place(const dawg_positions *row, uint32_t stepped, float hz)
{
    return stepped && row->n ? dawg_positions_nearest(row, hz) : VINTAGE_POT;
}

vintage_wiring vintage_wire(const vintage_knobs *k)
{
    const vintage_model *m = &vintage_models[k->model];
    vintage_wiring w = {.model = k->model,
                        .low_bell = m->has_bell && k->low_bell,
                        .high_bell = m->has_bell && k->high_bell,
                        .low_cut_order = k->low_cut_on ? k->slope + 2u : 0u,
                        .high_cut_on = k->high_cut_on,
                        .atten = place(&vintage_pultec_atten, k->stepped, k->high_atten_hz),
                        .low_cut_place = place(&m->low_cut, k->stepped, k->low_cut_hz),
                        .high_cut_place = place(&m->high_cut, k->stepped, k->high_cut_hz)};
    for (uint32_t i = 0; i < VINTAGE_BANDS; ++i) w.place[i] = place(&m->band[i].hz, k->stepped, k->hz[i]);
    if (!w.low_cut_order) w.low_cut_place = 0;
    if (!w.high_cut_on) w.high_cut_place = 0;
    if (k->model != VINTAGE_PULTEC) w.atten = 0;
    return w;
}

static int same_wiring(const vintage_wiring *a, const vintage_wiring *b)
{
    int same = a->model == b->model && a->low_bell == b->low_bell && a->high_bell == b->high_bell &&
               a->low_cut_order == b->low_cut_order && a->high_cut_on == b->high_cut_on && a->atten == b->atten &&
               a->low_cut_place == b->low_cut_place && a->high_cut_place == b->high_cut_place;
    for (uint32_t i = 0; i < VINTAGE_BANDS; ++i) same &= a->place[i] == b->place[i];
    return same;
}

static double hz_of(const dawg_positions *row, uint32_t at, float hz)
{
    return (double)(at == VINTAGE_POT ? dawg_positions_clamp(row, hz) : row->at[at]);
}

static double q_of(const vintage_q *q, double gain_db)
{
    return (double)q->at_0 + (double)q->per_db * dawg_abs_d(gain_db);
}

static vintage_setting band(const vintage_model *m, const vintage_wiring *w, uint32_t i, const vintage_knobs *k)
{
    const vintage_band *b = &m->band[i];
    const double gain = (double)dawg_clamp(k->gain_db[i], b->least_db, b->most_db);
    const int low = i == VINTAGE_LOW, high = i == VINTAGE_HIGH, end = low || high;
    const int shelf = end && !(low ? w->low_bell : w->high_bell);
    vintage_setting s = {
        .on = gain != 0.0, .type = DAWG_EQ_BELL, .hz = hz_of(&b->hz, w->place[i], k->hz[i]), .gain_db = gain};
    if (shelf) s.type = low ? DAWG_EQ_LOW_SHELF : DAWG_EQ_HIGH_SHELF;
    s.q = shelf ? q_of(&m->shelf, gain) : q_of(&b->bell, gain);
    if (!end) s.q *= (double)dawg_clamp(k->q[i], m->q_least, m->q_most);
    return s;
}

/* Butterworth of order 2, 3 or 4. */
static DAWG_COLD void low_cut(vintage_setting *s, uint32_t order, double hz)
{
    static const double q[3][2] = {{0.70710678118654752, 0.0}, {1.0, 0.0}, {0.54119610014619698, 1.3065629648763766}};
    if (!order) return;
    s[0] = (vintage_setting){.on = 1, .type = DAWG_EQ_HIGH_PASS, .hz = hz, .q = q[order - 2u][0]};
    if (order == 3u) s[1] = (vintage_setting){.on = 1, .first_order = 1, .hz = hz};
    if (order == 4u) s[1] = (vintage_setting){.on = 1, .type = DAWG_EQ_HIGH_PASS, .hz = hz, .q = q[2][1]};
}

vintage_plan vintage_settings(const vintage_wiring *w, const vintage_knobs *k)
{
    const vintage_model *m = &vintage_models[w->model];
    vintage_plan p = {.network_on = 0};
    low_cut(&p.section[VINTAGE_LOW_CUT_1], w->low_cut_order, hz_of(&m->low_cut, w->low_cut_place, k->low_cut_hz));
    for (uint32_t i = 0; i < VINTAGE_BANDS; ++i) p.section[VINTAGE_FIRST_BAND + i] = band(m, w, i, k);
    if (w->high_cut_on)
        p.section[VINTAGE_HIGH_CUT] = (vintage_setting){.on = 1,
                                                        .type = DAWG_EQ_LOW_PASS,
                                                        .hz = hz_of(&m->high_cut, w->high_cut_place, k->high_cut_hz),
                                                        .q = 0.70710678118654752};
    if (w->model != VINTAGE_PULTEC) return p;
    vintage_setting *low = &p.section[VINTAGE_FIRST_BAND + VINTAGE_LOW];
    vintage_setting *high = &p.section[VINTAGE_FIRST_BAND + VINTAGE_HIGH];
    p.network = (dawg_pultec){.low_hz = low->hz,
                              .low_boost = low->gain_db,
                              .low_atten = (double)k->low_atten_db,
                              .high_hz = high->hz,
                              .high_boost = high->gain_db,
                              .bandwidth = (double)k->bandwidth,
                              .atten_hz = hz_of(&vintage_pultec_atten, w->atten, k->high_atten_hz),
                              .high_atten = (double)k->high_atten_db};
    p.network_on = low->gain_db > 0.0 || high->gain_db > 0.0 || k->low_atten_db > 0.0f || k->high_atten_db > 0.0f;
    *low = *high = (vintage_setting){.on = 0};
    return p;
}

static int same_setting(const vintage_setting *a, const vintage_setting *b)
{
    return a->on == b->on && a->hz == b->hz && a->gain_db == b->gain_db && a->q == b->q;
}

static int same_network(const dawg_pultec *a, const dawg_pultec *b)
{
    return a->low_hz == b->low_hz && a->low_boost == b->low_boost && a->low_atten == b->low_atten &&
           a->high_hz == b->high_hz && a->high_boost == b->high_boost && a->bandwidth == b->bandwidth &&
           a->atten_hz == b->atten_hz && a->high_atten == b->high_atten;
}

static DAWG_COLD dawg_svf design(const vintage_setting *s, double rate)
{
    return s->first_order ? dawg_section_high_pass(s->hz, rate)
                          : dawg_eq_design(s->type, s->hz, rate, s->gain_db, s->q);
}

uint32_t vintage_in_path(const vintage_knobs *k, double rate, uint32_t only, dawg_svf sections[VINTAGE_SECTIONS])
{
    vintage_knobs part = *k;
    if (only && only != 1u + VINTAGE_LOW) part.low_atten_db = 0.0f;
    if (only && only != 1u + VINTAGE_HIGH) part.high_atten_db = 0.0f;
    for (uint32_t i = 0; i < VINTAGE_BANDS; ++i)
        if (only && only != 1u + i) part.gain_db[i] = 0.0f;
    part.low_cut_on = k->low_cut_on && (!only || only == 1u + VINTAGE_BANDS);
    part.high_cut_on = k->high_cut_on && (!only || only == 2u + VINTAGE_BANDS);
    const vintage_wiring w = vintage_wire(&part);
    const vintage_plan p = vintage_settings(&w, &part);
    uint32_t n = 0;
    for (uint32_t i = 0; i < VINTAGE_NETWORK; ++i)
        if (p.section[i].on) sections[n++] = design(&p.section[i], rate);
    if (p.network_on) {
        dawg_svf network[DAWG_PULTEC_SECTIONS];
        dawg_pultec_design(&p.network, rate, network);
        for (uint32_t i = 0; i < DAWG_PULTEC_SECTIONS; ++i) {
            const dawg_svf *s = &network[i];
            const int wire = s->hp == 1.0 && s->bp == s->k && s->lp == 1.0; /* its slow pole would count as a tail */
            if (!wire) sections[n++] = *s;
        }
    }
    return n;
}

/* ---- a voice ---------------------------------------------------------------------------------------------------- */

static void out_of_path(vintage_section *s)
{
    s->live = s->moving = 0;
    s->state = silence;
}

static void move(vintage_section *s, const dawg_svf *from, const dawg_svf *to, int moving)
{
    s->live = 1;
    s->from = *from;
    s->to = *to;
    s->moving = (uint32_t)moving;
    if (!moving) s->run = dawg_svf_ready(to);
}

static void hold(vintage_section *s)
{
    if (s->moving) s->run = dawg_svf_ready(&s->to);
    s->moving = 0;
}

static void plan_voice(const vintage_chain *x, vintage_voice *v, const vintage_knobs *k0, const vintage_knobs *k1)
{
    const vintage_plan a = vintage_settings(&v->wiring, k0), b = vintage_settings(&v->wiring, k1);
    for (uint32_t i = 0; i < VINTAGE_NETWORK; ++i) {
        vintage_section *s = &v->section[i];
        vintage_setting from = a.section[i], to = b.section[i];
        if (!from.on && !to.on) {
            out_of_path(s);
            continue;
        }
        const int moves = !same_setting(&from, &to), known = s->live && same_setting(&from, &v->last.section[i]);
        if (known && !moves) {
            hold(s);
            continue;
        }
        const dawg_svf start = known ? s->to : design(&from, x->rate);
        const dawg_svf end = moves ? design(&to, x->rate) : start;
        move(s, &start, &end, moves);
    }
    vintage_section *net = &v->section[VINTAGE_NETWORK];
    if (!a.network_on && !b.network_on) {
        for (uint32_t i = 0; i < DAWG_PULTEC_SECTIONS; ++i) out_of_path(&net[i]);
    } else {
        const int moves = !same_network(&a.network, &b.network);
        const int known = net->live && same_network(&a.network, &v->last.network);
        dawg_svf start[DAWG_PULTEC_SECTIONS], end[DAWG_PULTEC_SECTIONS];
        if (!known) dawg_pultec_design(&a.network, x->rate, start);
        if (moves) dawg_pultec_design(&b.network, x->rate, end);
        for (uint32_t i = 0; i < DAWG_PULTEC_SECTIONS; ++i) {
            if (known && !moves) hold(&net[i]);
            else move(&net[i], known ? &net[i].to : &start[i], moves ? &end[i] : &start[i], moves);
        }
    }
    v->last = b;
}

static int voice_idle(const vintage_voice *v)
{
    uint32_t live = 0;
    for (uint32_t i = 0; i < VINTAGE_SECTIONS; ++i) live |= v->section[i].live;
    return !live;
}

static void run_moving(const vintage_chain *x, vintage_section *s, uint32_t at, dawg_d2 *io, uint32_t n)
{
    const double step = 1.0 / (double)x->period;
    dawg_svf_state state = s->state;
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_svf now = dawg_svf_between(&s->from, &s->to, (double)(at + i) * step);
        const dawg_svf_run run = dawg_svf_ready(&now);
        io[i] = dawg_svf_tick(&run, &state, io[i]);
    }
    s->state = state;
}

static void run_voice(const vintage_chain *x, vintage_voice *v, uint32_t at, dawg_d2 *io, uint32_t n)
{
    const dawg_svf_run *run[VINTAGE_SECTIONS];
    dawg_svf_state *state[VINTAGE_SECTIONS];
    uint32_t waiting = 0;
    for (uint32_t i = 0; i < VINTAGE_SECTIONS; ++i) {
        vintage_section *s = &v->section[i];
        if (!s->live) continue;
        if (s->moving) {
            dawg_svf_series(run, state, waiting, io, n);
            waiting = 0;
            run_moving(x, s, at, io, n);
        } else {
            run[waiting] = &s->run;
            state[waiting++] = &s->state;
        }
    }
    dawg_svf_series(run, state, waiting, io, n);
}

/* ---- the chain -------------------------------------------------------------------------------------------------- */

void vintage_chain_reset(vintage_chain *x, uint32_t period, double rate)
{
    const uint32_t periods = (uint32_t)(VINTAGE_FADE_S * rate / (double)period + 0.5);
    *x = (vintage_chain){.fresh = 1, .period = period, .fade_frames = (periods ? periods : 1u) * period, .rate = rate};
}

static DAWG_COLD void start_voice(vintage_voice *v, const vintage_wiring *w)
{
    for (uint32_t i = 0; i < VINTAGE_SECTIONS; ++i) out_of_path(&v->section[i]);
    v->wiring = *w;
}

void vintage_chain_plan(vintage_chain *x, const vintage_knobs *from, const vintage_knobs *to)
{
    const vintage_wiring w = vintage_wire(to);
    vintage_voice *v = &x->voice[x->current];
    if (x->fresh) {
        start_voice(v, &w);
        x->fresh = 0;
    } else if (!x->fading && !same_wiring(&w, &v->wiring)) {
        x->current ^= 1u;
        x->fading = 1;
        x->faded = 0;
        start_voice(&x->voice[x->current], &w);
    }
    plan_voice(x, &x->voice[x->current], from, to);
    if (x->fading) plan_voice(x, &x->voice[x->current ^ 1u], from, to);
}

int vintage_chain_idle(const vintage_chain *x)
{
    return voice_idle(&x->voice[x->current]) && (!x->fading || voice_idle(&x->voice[x->current ^ 1u]));
}

void vintage_chain_run(vintage_chain *x, uint32_t at, dawg_d2 *io, uint32_t n)
{
    dawg_d2 old[32];
    for (uint32_t i = 0; i < n && x->fading; ++i) old[i] = io[i];
    run_voice(x, &x->voice[x->current], at, io, n);
    if (!x->fading) return;
    run_voice(x, &x->voice[x->current ^ 1u], at, old, n);
    for (uint32_t i = 0; i < n; ++i) {
        const double share = (double)dawg_ease((float)(int32_t)(x->faded + at + i) / (float)(int32_t)x->fade_frames);
        io[i] = old[i] + share * (io[i] - old[i]);
    }
}

void vintage_chain_end(vintage_chain *x)
{
    for (uint32_t v = 0; v < 2; ++v)
        for (uint32_t i = 0; i < VINTAGE_SECTIONS; ++i) dawg_svf_flush(&x->voice[v].section[i].state);
    if (!x->fading) return;
    x->faded += x->period;
    if (x->faded < x->fade_frames) return;
    x->fading = 0;
    for (uint32_t i = 0; i < VINTAGE_SECTIONS; ++i) out_of_path(&x->voice[x->current ^ 1u].section[i]);
}
