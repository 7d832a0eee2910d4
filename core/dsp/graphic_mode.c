/* SPDX-License-Identifier: MIT
 * graphic_mode.c - see graphic_mode.h. */
#include "graphic_mode.h"
#include "fade.h"

#define BANDS DAWG_GRAPHIC_BANDS
#define FADE_S 0.020
#define WARM_S 0.1 /* the longest bell has forgotten its start, but for -60 dB */
#define CHUNK 32u

static uint32_t taps_at(double rate) { return dawg_linear_phase_taps(DAWG_GRAPHIC_TAPS, rate); }

uint32_t dawg_graphic_mode_delay(double rate) { return dawg_linear_phase_delay(taps_at(rate)); }
uint32_t dawg_graphic_mode_tail(double rate) { return taps_at(rate) + DAWG_FIR_BLOCK; }

static uint32_t ring_at(double rate)
{
    uint32_t n = 1024;
    while (n < dawg_graphic_mode_delay(rate) + CHUNK) n *= 2u;
    return n;
}

static size_t rounded(size_t bytes) { return (bytes + 15u) & ~(size_t)15u; }

size_t dawg_graphic_mode_size(double rate)
{
    return rounded(sizeof(float) * 2u * ring_at(rate)) + rounded(dawg_linear_phase_size(taps_at(rate), 0));
}

void dawg_graphic_mode_init(dawg_graphic_mode *x, void *mem, double rate)
{
    const size_t rings = rounded(sizeof(float) * 2u * ring_at(rate));
    memset(x, 0, sizeof *x);
    x->rate = rate;
    x->ring = ring_at(rate);
    x->delay = dawg_graphic_mode_delay(rate);
    x->late[0] = mem;
    x->late[1] = x->late[0] + x->ring;
    x->fir = dawg_linear_phase_init((unsigned char *)mem + rings, dawg_linear_phase_size(taps_at(rate), 0),
                                    taps_at(rate), 0, rate);
}

void dawg_graphic_mode_reset(dawg_graphic_mode *x, const float *hz, uint32_t period)
{
    dawg_graphic_mode_init(x, x->late[0], x->rate);
    memset(x->late[0], 0, sizeof(float) * 2u * x->ring);
    dawg_graphic_eq_reset(&x->eq, hz, period, x->rate);
    const uint32_t periods = (uint32_t)(FADE_S * x->rate / (double)period + 0.5);
    x->fade_frames = (periods ? periods : 1u) * period;
    x->period = period;
    x->fresh = 1;
}

/* ---- the FIR ----------------------------------------------------------------------------------------------------- */

static void draw(const void *user, double hz_step, uint32_t first, uint32_t n, float *const re[DAWG_FIR_PATHS],
                 float *const im[DAWG_FIR_PATHS])
{
    const dawg_erb_curve *curve = user;
    (void)im;
    for (uint32_t i = 0; i < n; ++i)
        re[DAWG_FIR_LL][i] = dawg_db_to_gain(dawg_erb_curve_db(curve, (float)((double)(first + i) * hz_step)));
}

static int flat(const double *gain_db)
{
    for (uint32_t i = 0; i < BANDS; ++i)
        if (gain_db[i] != 0.0) return 0;
    return 1;
}

static void start_fir(dawg_graphic_mode *x)
{
    dawg_linear_phase_reset(x->fir);
    x->designs = x->repeats = x->ready = 0;
    x->filtered = 0;
    x->fir_runs = x->fir_fresh = 1;
}

/* Follows the gains, one design after the other; in the first period at once. At rest the filter is designed once or
 * twice more, until both of the FIR's filters are this one and the first of them plays: then nothing in memory tells how
 * the curve got here (sound REQ E-5), and nothing is heard of it. */
static void plan_fir(dawg_graphic_mode *x, const double *gain_db)
{
    const int needed = !flat(gain_db), busy = dawg_linear_phase_busy(x->fir);
    if (!needed && !busy && x->filtered == 0) x->designs = x->repeats = 0; /* an old curve is not to be heard again */
    x->ready = x->designs > 0 && (x->ready || !busy);
    int same = x->designs > 0;
    for (uint32_t i = 0; i < DAWG_GRAPHIC_BANDS; ++i) same &= x->aimed[i] == gain_db[i];
    if (needed && !busy && (!same || x->repeats < 2u || x->designs % 2u)) {
        const dawg_fir_target target = {.draw = draw, .user = &x->curve, .alike = 1};
        memcpy(x->aimed, gain_db, sizeof x->aimed);
        dawg_erb_curve_make(&x->curve, gain_db);
        x->repeats = same ? 2u : 1u;
        x->designs = x->designs % 2u ? 2u : 1u; /* odd or even is what counts */
        (void)dawg_linear_phase_aim(x->fir, &target);
        if (x->fresh) dawg_linear_phase_settle(x->fir);
    }
    dawg_linear_phase_work(x->fir);
    if (x->fresh) x->ready = (uint32_t)needed;
    if (x->fir_fresh && (!needed || x->ready)) {
        x->filtered = needed ? x->fade_frames : 0; /* nothing has been heard of it */
        x->fir_fresh = 0;
    }
    x->filter_way = 0;
    if (!needed && x->filtered > 0) x->filter_way = -1;
    if (needed && x->ready && x->filtered < x->fade_frames) x->filter_way = 1;
}

/* ---- the change ---------------------------------------------------------------------------------------------------- */

static void stop(dawg_graphic_mode *x, uint32_t linear)
{
    if (linear) x->fir_runs = 0;
    else dawg_graphic_eq_silence(&x->eq);
}

static int warmed_up(const dawg_graphic_mode *x, uint32_t linear)
{
    if (!linear) return (double)x->warm * (double)x->period >= WARM_S * x->rate;
    return !x->fir_fresh && x->warm * x->period >= taps_at(x->rate) + 2u * DAWG_FIR_BLOCK;
}

static void plan_change(dawg_graphic_mode *x, uint32_t linear)
{
    if (x->fresh) x->linear = linear;
    if (x->changing && x->faded == 0 && linear == x->linear) { /* wanted no more */
        stop(x, !linear);
        x->changing = 0;
    }
    if (!x->changing && linear != x->linear) {
        x->changing = 1;
        x->warm = x->faded = 0;
    }
    const uint32_t fir = x->changing ? 1u : x->linear;
    if (fir && !x->fir_runs && x->turn == 0) start_fir(x); /* blocks lie where they would, had it always run */
    if (x->changing && x->linear != linear && (linear ? x->fir_runs : 1u) && x->faded == 0) ++x->warm;
}

static int fading(const dawg_graphic_mode *x) { return x->changing && (x->faded > 0 || warmed_up(x, !x->linear)); }

void dawg_graphic_mode_plan(dawg_graphic_mode *x, uint32_t linear, const double *gain_db)
{
    plan_change(x, linear);
    if (x->fresh && linear) x->eq.fresh = 0; /* when it is wanted one day, it is designed while it warms up */
    if (x->changing || !x->linear) dawg_graphic_eq_aim(&x->eq, gain_db);
    if (x->fir_runs) plan_fir(x, gain_db);
    x->fresh = 0;
}

/* ---- sound ------------------------------------------------------------------------------------------------------- */

/* dry + mix (gain wet - dry), exact where there is nothing to do. wet may be out. */
static void blend(const dawg_graphic_mode *x, const dawg_graphic_level *v, uint32_t at, const float *dry,
                  const double *wet, float *out, uint32_t n)
{
    const double per_frame = 1.0 / (double)x->period;
    const int plain = v->gain[0] == 1.0 && v->gain[1] == 1.0, all = v->mix[0] == 1.0 && v->mix[1] == 1.0;
    if (v->mix[0] == 0.0 && v->mix[1] == 0.0) {
        memcpy(out, dry, sizeof(float) * n);
        return;
    }
    for (uint32_t i = 0; i < n; ++i) {
        const double u = (double)(at + i) * per_frame, d = (double)dry[i];
        const double y = plain ? wet[i] : wet[i] * (v->gain[0] + (v->gain[1] - v->gain[0]) * u);
        out[i] = (float)(all ? y : d + (v->mix[0] + (v->mix[1] - v->mix[0]) * u) * (y - d));
    }
}

static void run_minimum(dawg_graphic_mode *x, const dawg_graphic_level *v, uint32_t at, const float *const in[2],
                        float *const out[2], uint32_t n)
{
    dawg_d2 io[CHUNK];
    double wet[2][CHUNK];
    for (uint32_t i = 0; i < n; ++i) io[i] = (dawg_d2){(double)in[0][i], (double)in[1][i]};
    if (!dawg_graphic_eq_idle(&x->eq)) dawg_graphic_eq_run(&x->eq, at, io, n);
    for (uint32_t i = 0; i < n; ++i) wet[0][i] = io[i][0], wet[1][i] = io[i][1];
    for (uint32_t c = 0; c < 2; ++c) blend(x, v, at, in[c], wet[c], out[c], n);
}

static void run_linear(dawg_graphic_mode *x, const dawg_graphic_level *v, uint32_t at, const float *const in[2],
                       float *const out[2], uint32_t n)
{
    float filtered[2][CHUNK], dry[CHUNK];
    double wet[CHUNK];
    float *const to[2] = {filtered[0], filtered[1]};
    dawg_linear_phase_run(x->fir, in, to, n);
    for (uint32_t c = 0; c < 2; ++c) {
        for (uint32_t i = 0; i < n; ++i) dry[i] = x->late[c][(x->now + i - x->delay) & (x->ring - 1u)];
        for (uint32_t i = 0; i < n; ++i) {
            const int32_t frames = (int32_t)x->filtered + x->filter_way * (int32_t)(at + i);
            const double d = (double)dry[i], y = (double)filtered[c][i];
            wet[i] = frames == 0 ? d
                     : frames == (int32_t)x->fade_frames
                         ? y
                         : d + (double)dawg_ease((float)frames / (float)x->fade_frames) * (y - d);
        }
        blend(x, v, at, dry, wet, out[c], n);
    }
}

void dawg_graphic_mode_run(dawg_graphic_mode *x, const dawg_graphic_level *level, uint32_t at, const float *const in[2],
                           float *const out[2], uint32_t n)
{
    float spare[2][CHUNK];
    float *const other[2] = {spare[0], spare[1]};
    for (uint32_t c = 0; c < 2; ++c)
        for (uint32_t i = 0; i < n; ++i) x->late[c][(x->now + i) & (x->ring - 1u)] = in[c][i];
    if (x->changing || !x->linear) run_minimum(x, level, at, in, x->linear ? other : out, n);
    if (x->fir_runs) run_linear(x, level, at, in, x->linear ? out : other, n);
    x->now = (x->now + n) & (x->ring - 1u);
    if (!fading(x)) return;
    for (uint32_t i = 0; i < n; ++i) {
        const float share = dawg_ease((float)(x->faded + at + i) / (float)x->fade_frames);
        for (uint32_t c = 0; c < 2; ++c) out[c][i] += share * (other[c][i] - out[c][i]);
    }
}

void dawg_graphic_mode_end(dawg_graphic_mode *x)
{
    dawg_graphic_eq_end(&x->eq);
    x->filtered += (uint32_t)(x->filter_way * (int32_t)x->period);
    x->turn = (x->turn + 1u) % (DAWG_FIR_BLOCK / x->period);
    if (!fading(x)) return;
    x->faded += x->period;
    if (x->faded < x->fade_frames) return;
    x->changing = x->faded = x->warm = 0;
    x->linear = !x->linear;
    stop(x, !x->linear);
}
