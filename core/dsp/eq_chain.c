/* SPDX-License-Identifier: MIT
 * eq_chain.c - see eq_chain.h. */
#include "eq_chain.h"
#include "fade.h"
#include "linear_phase.h"
#include "oversample.h"

#define PERIOD_MAX 32u
#define SHORT_TAPS 8191u
#define LONG_TAPS 32767u
/* Frames after which all that a path remembers is the present sound: twice the resampler's length, whole periods. */
#define RESAMPLER_FRAMES 160u
#define STRIDE_SECTIONS 16u
#define STRIDE_MAX 4u

typedef enum { MINIMUM, HQ, SHORT, LONG, NONE } path_id;
enum { PATHS = NONE };

/* The resampler changes what lies at the very end of the band, so with no band in the path it is not there either. */
typedef struct hq {
    dawg_oversampler *line; /* of two channels */
    uint32_t runs, filled;
    uint32_t level; /* frames of the fade from the plain delay that have run */
    int32_t way;
} hq;

typedef struct fir {
    dawg_linear_phase *engine;
    dawg_eq_picture *picture; /* what it was aimed at last */
    dawg_eq_setting *asked;   /* the settings that made it */
    dawg_eq_mode mode;
    uint32_t aimed, arrived; /* since its path was started: a design has begun; one is heard */
    uint32_t stride;         /* control periods per slice of a design */
    uint32_t flat;           /* in this control period: the filter is a wire, and no other is on its way */
} fir;

struct dawg_eq_chain {
    uint32_t n, modes, period, fade_frames;
    double rate;
    uint32_t fresh;
    dawg_eq_band *band[2]; /* at the rate, and at twice the rate */
    dawg_eq_dynamic *dynamic;
    dawg_oversampler_design twice;
    hq hq;
    fir fir[2];

    path_id heard, next; /* next: being filled, or faded in */
    uint32_t filled, fade;
    int32_t way;

    float *ring[2];    /* the input; no wrap within a control period */
    uint32_t mask, at; /* at: frames since reset */
    uint32_t idle;     /* in this control period */
    uint32_t rests;    /* minimum phase, and nothing fades, moves or is dynamic */
};

/* ---- memory ----------------------------------------------------------------------------------------------------- */

static uint32_t taps(path_id p, double rate)
{
    return dawg_linear_phase_taps(p == LONG ? LONG_TAPS : SHORT_TAPS, rate);
}

static path_id path_of(dawg_eq_mode m)
{
    return m == DAWG_EQ_MINIMUM ? MINIMUM : m == DAWG_EQ_HQ ? HQ : m == DAWG_EQ_LINEAR_LONG ? LONG : SHORT;
}

static uint32_t latency(path_id p, double rate)
{
    if (p == MINIMUM) return 0;
    return p == HQ ? DAWG_OVERSAMPLE_WIDE_2X_LATENCY : dawg_linear_phase_delay(taps(p, rate));
}

uint32_t dawg_eq_chain_latency(dawg_eq_mode mode, double rate) { return latency(path_of(mode), rate); }

static int has(uint32_t modes, path_id p)
{
    for (uint32_t m = 0; m < DAWG_EQ_MODES; ++m)
        if (modes >> m & 1u && path_of((dawg_eq_mode)m) == p) return 1;
    return 0;
}

static void *take(unsigned char *base, size_t *used, size_t bytes)
{
    void *at = base ? base + *used : NULL;
    *used += (bytes + 15u) & ~(size_t)15u;
    return at;
}

/* Carves, or with base = NULL only counts. */
static size_t lay_out(dawg_eq_chain *x, unsigned char *base, uint32_t bands, uint32_t modes, double rate)
{
    size_t used = 0;
    (void)take(base, &used, sizeof *x);
    x->dynamic = take(base, &used, sizeof(dawg_eq_dynamic) * bands);
    for (uint32_t i = 0; i < 2; ++i)
        if (has(modes, i ? HQ : MINIMUM)) x->band[i] = take(base, &used, sizeof(dawg_eq_band) * bands);
    if (has(modes, HQ)) x->hq.line = take(base, &used, sizeof(dawg_oversampler) * 2u);
    uint32_t longest = 0;
    for (uint32_t p = 0; p < PATHS; ++p)
        if (has(modes, (path_id)p) && latency((path_id)p, rate) > longest) longest = latency((path_id)p, rate);
    uint32_t size = 2u * PERIOD_MAX;
    while (size < longest + PERIOD_MAX) size *= 2u;
    for (uint32_t c = 0; c < 2; ++c) x->ring[c] = take(base, &used, sizeof(float) * size);
    x->mask = size - 1u;
    for (uint32_t i = 0; i < 2; ++i) {
        if (!has(modes, i ? LONG : SHORT)) continue;
        x->fir[i].picture = take(base, &used, sizeof(dawg_eq_picture));
        x->fir[i].asked = take(base, &used, sizeof(dawg_eq_setting) * bands);
        x->fir[i].engine = take(base, &used, dawg_linear_phase_size(taps(i ? LONG : SHORT, rate), 1));
    }
    return used;
}

size_t dawg_eq_chain_size(uint32_t bands, uint32_t modes, double rate)
{
    dawg_eq_chain scratch;
    return lay_out(&scratch, NULL, bands, modes, rate);
}

dawg_eq_chain *dawg_eq_chain_init(void *mem, uint32_t bands, uint32_t modes, uint32_t period, double rate)
{
    dawg_eq_chain *x = mem;
    memset(x, 0, sizeof *x);
    (void)lay_out(x, mem, bands, modes, rate);
    x->n = bands;
    x->modes = modes;
    x->period = period;
    x->rate = rate;
    x->fresh = 1;
    const uint32_t blocks = (uint32_t)(DAWG_EQ_FADE_S * rate / (double)DAWG_FIR_BLOCK) + 1u;
    x->fade_frames = blocks * DAWG_FIR_BLOCK;
    x->heard = x->next = NONE;
    for (uint32_t b = 0; b < bands; ++b) {
        dawg_eq_dynamic_reset(&x->dynamic[b], period, rate);
        if (x->band[0]) dawg_eq_band_reset(&x->band[0][b], period, rate);
        if (x->band[1]) dawg_eq_band_reset(&x->band[1][b], 2u * period, 2.0 * rate);
    }
    if (x->hq.line) {
        dawg_oversampler_make(&x->twice, 2, DAWG_OVERSAMPLE_WIDE);
        memset(x->hq.line, 0, sizeof(dawg_oversampler) * 2u);
    }
    for (uint32_t c = 0; c < 2; ++c) memset(x->ring[c], 0, sizeof(float) * (x->mask + 1u));
    for (uint32_t i = 0; i < 2; ++i) {
        if (!x->fir[i].engine) continue;
        const uint32_t n = taps(i ? LONG : SHORT, rate);
        x->fir[i].stride = 1;
        memset(x->fir[i].picture, 0, sizeof *x->fir[i].picture);
        memset(x->fir[i].asked, 0, sizeof(dawg_eq_setting) * bands);
        x->fir[i].engine = dawg_linear_phase_init(x->fir[i].engine, dawg_linear_phase_size(n, 1), n, 1, rate);
    }
    return x;
}

/* ---- plan ------------------------------------------------------------------------------------------------------- */

static void plan_bands(dawg_eq_chain *x, dawg_eq_band *bands, const dawg_eq_setting *from, const dawg_eq_setting *to)
{
    for (uint32_t b = 0; b < x->n; ++b)
        dawg_eq_band_plan(&bands[b], to[b].on != 0, to[b].placement, &from[b].shape, &to[b].shape);
}

static void plan_hq(dawg_eq_chain *x, int first)
{
    hq *h = &x->hq;
    const int idle = dawg_eq_bands_idle(x->band[1], x->n);
    if (first) {
        h->level = idle ? 0 : x->fade_frames;
        h->runs = !idle;
        h->filled = 0;
        memset(h->line, 0, sizeof(dawg_oversampler) * 2u);
    } else if (!idle && !h->runs) {
        h->runs = 1;
        h->filled = 0;
    }
    if (idle) h->way = -(h->level > 0);
    else h->way = h->level < x->fade_frames && h->filled >= RESAMPLER_FRAMES;
    if (idle && h->level == 0 && h->runs) {
        h->runs = 0;
        memset(h->line, 0, sizeof(dawg_oversampler) * 2u);
    }
}

static int same_static(const dawg_eq_setting *a, const dawg_eq_setting *b)
{
    if ((!a->on || dawg_eq_neutral(&a->shape)) && (!b->on || dawg_eq_neutral(&b->shape))) return 1;
    return a->on == b->on && a->placement == b->placement && a->shape.type == b->shape.type &&
           a->shape.slope == b->shape.slope && a->shape.hz == b->shape.hz && a->shape.gain_db == b->shape.gain_db &&
           a->shape.q == b->shape.q;
}

/* Drawing costs more with more sections, and four times as much with their phase. */
static uint32_t stride(const dawg_eq_picture *p)
{
    uint32_t sections = 0;
    for (uint32_t b = 0; b < p->n; ++b) sections += p->band[b].prototype.n;
    const uint32_t n = 1u + sections * (p->mode == DAWG_EQ_MIXED ? 4u : 1u) / STRIDE_SECTIONS;
    return n < STRIDE_MAX ? n : STRIDE_MAX;
}

static void plan_fir(dawg_eq_chain *x, fir *f, dawg_eq_mode mode, const dawg_eq_setting *to)
{
    if (x->at / x->period % f->stride == 0) dawg_linear_phase_work(f->engine);
    if (dawg_linear_phase_busy(f->engine)) return;
    f->arrived = f->aimed;
    int differs = !f->aimed || mode != f->mode;
    for (uint32_t b = 0; b < x->n && !differs; ++b) differs = !same_static(&f->asked[b], &to[b]);
    if (!differs) return;
    memcpy(f->asked, to, sizeof *to * x->n);
    f->mode = mode;
    dawg_eq_picture_make(f->picture, to, x->n, mode, x->rate);
    f->stride = stride(f->picture);
    const dawg_fir_target target = {.draw = dawg_eq_picture_draw,
                                    .user = f->picture,
                                    .crossed = f->picture->mixes,
                                    .alike = f->picture->alike,
                                    .complex = mode == DAWG_EQ_MIXED};
    f->aimed = (uint32_t)dawg_linear_phase_aim(f->engine, &target);
}

static fir *fir_of(dawg_eq_chain *x, path_id p) { return p == SHORT ? &x->fir[0] : p == LONG ? &x->fir[1] : NULL; }

static void plan_path(dawg_eq_chain *x, path_id p, int first, dawg_eq_mode mode, const dawg_eq_setting *from,
                      const dawg_eq_setting *to)
{
    if (p == MINIMUM || p == HQ) {
        dawg_eq_band *bands = x->band[p == HQ];
        for (uint32_t b = 0; b < x->n && first; ++b) dawg_eq_band_reset(&bands[b], bands[b].period, bands[b].rate);
        plan_bands(x, bands, from, to);
        if (p == HQ) plan_hq(x, first);
        return;
    }
    fir *f = fir_of(x, p);
    if (first) {
        f->aimed = f->arrived = 0;
        dawg_linear_phase_reset(f->engine); /* its blocks begin here */
    }
    plan_fir(x, f, p == LONG ? DAWG_EQ_LINEAR_LONG : mode == DAWG_EQ_MIXED ? mode : DAWG_EQ_LINEAR, to);
    if (x->fresh) {
        dawg_linear_phase_settle(f->engine);
        f->arrived = 1;
    }
    f->flat = f->arrived && f->picture->n == 0 && !dawg_linear_phase_busy(f->engine);
}

static int filled(dawg_eq_chain *x, path_id p)
{
    if (p == MINIMUM) return 1;
    if (p == HQ) return x->filled >= RESAMPLER_FRAMES;
    return x->filled >= taps(p, x->rate) + 2u * DAWG_FIR_BLOCK && fir_of(x, p)->arrived;
}

static int path_idle(dawg_eq_chain *x, path_id p)
{
    if (p == MINIMUM) return dawg_eq_bands_idle(x->band[0], x->n);
    return p == HQ ? x->hq.level == 0 && x->hq.way == 0 : (int)fir_of(x, p)->flat;
}

void dawg_eq_chain_plan(dawg_eq_chain *x, dawg_eq_mode mode, const dawg_eq_setting *from, const dawg_eq_setting *to)
{
    /* A FIR's blocks begin where they would have begun, had it always played, so that a change lands on the same bits. */
    const int aligned = x->at % DAWG_FIR_BLOCK == 0;
    const path_id wanted = path_of(mode);
    int starts = 0;
    if (x->fresh) {
        x->heard = wanted;
        plan_path(x, wanted, 1, mode, from, to);
    } else {
        /* A FIR begins where a block of its convolution would have begun from the first frame on: the same bits. */
        const int on_grid = (wanted != SHORT && wanted != LONG) || x->at % DAWG_FIR_BLOCK == 0;
        if (x->fade == 0 && on_grid && wanted != x->next && (wanted != x->heard || x->next != NONE)) {
            x->next = wanted == x->heard ? NONE : wanted;
            x->filled = 0;
            starts = 1;
        }
        plan_path(x, x->heard, 0, mode, from, to);
        if (x->next != NONE) {
            plan_path(x, x->next, starts, mode, from, to);
            x->way = x->fade > 0 || (aligned && filled(x, x->next));
        }
    }
    x->fresh = 0;
    x->idle = x->fade == 0 && x->way == 0 && path_idle(x, x->heard);
    x->rests = x->heard == MINIMUM && x->next == NONE && wanted == MINIMUM;
    for (uint32_t b = 0; b < x->n; ++b) {
        dawg_eq_dynamic *d = &x->dynamic[b];
        dawg_eq_dynamic_plan(d, to[b].on != 0, to[b].placement, &to[b].shape, &to[b].dynamics);
        x->idle &= (uint32_t)dawg_eq_dynamic_idle(d);
        x->rests = x->rests && d->level == 0 && d->way == 0 && dawg_eq_band_rests(&x->band[0][b]);
    }
}

int dawg_eq_chain_hold(const dawg_eq_chain *x) { return (int)x->rests; }

int dawg_eq_chain_idle(const dawg_eq_chain *x) { return (int)x->idle; }

double dawg_eq_chain_moves_db(const dawg_eq_chain *x, uint32_t band) { return x->dynamic[band].next_db; }

/* ---- run -------------------------------------------------------------------------------------------------------- */

static void widen(const float *const in[2], dawg_d2 *out, uint32_t n)
{
    for (uint32_t i = 0; i < n; ++i) out[i] = (dawg_d2){(double)in[0][i], (double)in[1][i]};
}

static double eased(const dawg_eq_chain *x, uint32_t level, int32_t way, uint32_t i)
{
    return (double)dawg_ease((float)((int32_t)level + way * (int32_t)i) / (float)x->fade_frames);
}

/* wet: the plain delay already. */
static void run_hq(dawg_eq_chain *x, uint32_t at, const float *const in[2], dawg_d2 *wet, uint32_t n)
{
    hq *h = &x->hq;
    if (!h->runs) return;
    float twice[2][2u * PERIOD_MAX], once[2][PERIOD_MAX];
    dawg_d2 y[2u * PERIOD_MAX];
    for (uint32_t c = 0; c < 2; ++c) dawg_oversampler_up(&h->line[c], &x->twice, in[c], n, twice[c]);
    widen((const float *const[2]){twice[0], twice[1]}, y, 2u * n);
    dawg_eq_bands_run(x->band[1], x->n, 2u * at, y, 2u * n);
    for (uint32_t i = 0; i < 2u * n; ++i) {
        const dawg_d2 heard = dawg_svf_heard(y[i]);
        twice[0][i] = (float)heard[0];
        twice[1][i] = (float)heard[1];
    }
    for (uint32_t c = 0; c < 2; ++c) { dawg_oversampler_down(&h->line[c], &x->twice, twice[c], n, once[c]); }
    if (h->level == 0 && h->way == 0) return;
    const int whole = h->level == x->fade_frames && h->way == 0;
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_d2 out = {(double)once[0][i], (double)once[1][i]};
        wet[i] = whole ? out : wet[i] + eased(x, h->level, h->way, at + i) * (out - wet[i]);
    }
}

static void run_path(dawg_eq_chain *x, path_id p, uint32_t at, const float *const in[2], float *const dry[2],
                     dawg_d2 *wet, uint32_t n)
{
    const uint32_t late = latency(p, x->rate);
    for (uint32_t c = 0; c < 2; ++c) {
        if (late == 0) memcpy(dry[c], in[c], sizeof(float) * n);
        else
            for (uint32_t i = 0; i < n; ++i) dry[c][i] = x->ring[c][(x->at + i - late) & x->mask];
    }
    if (p == SHORT || p == LONG) {
        float y[2][PERIOD_MAX];
        dawg_linear_phase_run(fir_of(x, p)->engine, in, (float *const[2]){y[0], y[1]}, n);
        widen(fir_of(x, p)->flat ? (const float *const *)dry : (const float *const[2]){y[0], y[1]}, wet, n);
        return;
    }
    widen((const float *const *)dry, wet, n);
    if (p == MINIMUM && x->rests && x->idle) return;
    if (p == MINIMUM) dawg_eq_bands_run(x->band[0], x->n, at, wet, n);
    else run_hq(x, at, in, wet, n);
}

void dawg_eq_chain_run(dawg_eq_chain *x, uint32_t at, const float *const in[2], float *const dry[2], dawg_d2 *wet,
                       uint32_t n)
{
    for (uint32_t c = 0; c < 2; ++c) memcpy(x->ring[c] + (x->at & x->mask), in[c], sizeof(float) * n);
    run_path(x, x->heard, at, in, dry, wet, n);
    if (x->next != NONE) {
        float other_dry[2][PERIOD_MAX];
        dawg_d2 other[PERIOD_MAX];
        run_path(x, x->next, at, in, (float *const[2]){other_dry[0], other_dry[1]}, other, n);
        for (uint32_t i = 0; i < n && x->way; ++i) {
            const double share = eased(x, x->fade, x->way, at + i);
            wet[i] += share * (other[i] - wet[i]);
            for (uint32_t c = 0; c < 2; ++c) dry[c][i] += (float)share * (other_dry[c][i] - dry[c][i]);
        }
    }
    x->at += n;
    for (uint32_t b = 0; b < x->n; ++b) dawg_eq_dynamic_run(&x->dynamic[b], at, (const float *const *)dry, wet, n);
}

static void end_path(dawg_eq_chain *x, path_id p)
{
    if (p != MINIMUM && p != HQ) return;
    for (uint32_t b = 0; b < x->n; ++b) dawg_eq_band_end(&x->band[p == HQ][b]);
    if (p == MINIMUM) return;
    x->hq.level += (uint32_t)(x->hq.way * (int32_t)x->period);
    x->hq.way = 0;
    if (x->hq.runs && x->hq.filled < RESAMPLER_FRAMES) x->hq.filled += x->period;
}

void dawg_eq_chain_end(dawg_eq_chain *x)
{
    for (uint32_t b = 0; b < x->n && !x->rests; ++b) dawg_eq_dynamic_end(&x->dynamic[b]);
    if (x->rests && x->idle) return;
    end_path(x, x->heard);
    if (x->next == NONE) return;
    end_path(x, x->next);
    x->filled += x->period;
    x->fade += (uint32_t)(x->way * (int32_t)x->period);
    x->way = 0;
    if (x->fade < x->fade_frames) return;
    x->heard = x->next;
    x->next = NONE;
    x->fade = 0;
}
