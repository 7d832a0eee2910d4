/* SPDX-License-Identifier: MIT
 * harmonics.c - see harmonics.h. */
#include "harmonics.h"
#include "fade.h"
#include "onepole.h"
#include <string.h>

#define PERIOD_MAX 32u

void dawg_harmonics_reset(dawg_harmonics *x, dawg_harmonics_state *state, uint32_t period, double rate)
{
    const uint32_t periods = (uint32_t)(DAWG_HARMONICS_FADE_S * rate / (double)period) + 1u;
    *x = (dawg_harmonics){.state = state,
                          .fresh = 1,
                          .period = period,
                          .fade_frames = periods * period,
                          .core_pole = dawg_onepole_from_hz(DAWG_CORE_HZ, rate),
                          .offset_pole = 1.0 - dawg_exp_d(-2.0 * DAWG_PI * DAWG_HARMONICS_DC_HZ / rate)};
    memset(state, 0, 2 * sizeof *state);
    dawg_oversampler_make(&x->design[0], 4, DAWG_OVERSAMPLE_ECO);
    dawg_oversampler_make(&x->design[1], 8, DAWG_OVERSAMPLE_HQ);
}

static dawg_harmonics_end design(const dawg_harmonics_knobs *k)
{
    const dawg_shaper tube = dawg_shaper_design(k->drive_db, k->odd, k->even);
    return (dawg_harmonics_end){tube, tube.drive * DAWG_CORE_DRIVE, k->core, k->amount};
}

void dawg_harmonics_plan(dawg_harmonics *x, uint32_t quality, const dawg_harmonics_knobs *from,
                         const dawg_harmonics_knobs *to)
{
    const int heard = from->amount > 0.0f || to->amount > 0.0f, rests = x->fresh || !heard;
    if (rests || (x->level == 0 && x->quality != quality)) {
        if (x->used) memset(x->state, 0, 2 * sizeof *x->state);
        x->used = 0;
        x->quality = quality;
        if (rests) x->level = x->fade_frames;
    }
    x->fresh = 0;
    x->heard = (uint32_t)heard;
    x->used |= x->heard;
    x->way = x->quality != quality ? -1 : x->level < x->fade_frames;
    if (!heard) return;
    x->from = design(from);
    x->to = design(to);
}

static inline float along(float from, float to, float u) { return from + (to - from) * u; }

void dawg_harmonics_run(dawg_harmonics *x, uint32_t channel, uint32_t at, const float *in, float *io, uint32_t n)
{
    const dawg_oversampler_design *d = &x->design[x->quality];
    dawg_harmonics_state *s = &x->state[channel];
    float up[PERIOD_MAX * DAWG_OVERSAMPLE_MAX], added[PERIOD_MAX];
    dawg_oversampler_up(&s->oversampler, d, in, n, up);
    dawg_shaper_added(&x->from.tube, &x->to.tube, at, x->period, up, n, 1u << d->stages);
    dawg_oversampler_down(&s->oversampler, d, up, n, added);
    const int fades = x->way != 0 || x->level != x->fade_frames;
    const float step = 1.0f / (float)(int32_t)x->period, whole = 1.0f / (float)(int32_t)x->fade_frames;
    float bass[PERIOD_MAX], share[PERIOD_MAX];
    dawg_core core = s->core;
    for (uint32_t i = 0; i < n; ++i) bass[i] = dawg_core_flux(&core, x->core_pole, io[i]);
    s->core = core;
    for (uint32_t i = 0; i < n; ++i) {
        const float u = (float)(int32_t)(at + i) * step;
        bass[i] = dawg_core_added(along(x->from.core_drive, x->to.core_drive, u), bass[i]);
        added[i] += along(x->from.core, x->to.core, u) * bass[i];
        share[i] = along(x->from.amount, x->to.amount, u);
    }
    for (uint32_t i = 0; i < n && fades; ++i)
        share[i] *= dawg_ease((float)((int32_t)x->level + x->way * (int32_t)(at + i)) * whole);
    double offset = s->offset;
    for (uint32_t i = 0; i < n; ++i) {
        offset += x->offset_pole * ((double)added[i] - offset);
        io[i] += share[i] * (float)((double)added[i] - offset);
    }
    s->offset = offset;
}

void dawg_harmonics_end_period(dawg_harmonics *x)
{
    x->level += (uint32_t)(x->way * (int32_t)x->period);
    x->way = 0;
    for (uint32_t c = 0; c < 2; ++c) {
        x->state[c].core.flux = dawg_flush(x->state[c].core.flux);
        x->state[c].offset = dawg_flush_d(x->state[c].offset);
    }
}

double dawg_harmonics_quiet(const dawg_harmonics_knobs *k)
{
    return (double)k->amount * ((double)dawg_shaper_design(k->drive_db, k->odd, k->even).makeup - 1.0);
}

/* RMS of white noise of RMS 1 behind a one-pole at hz. */
static double noise_below(double hz, double rate) { return dawg_sqrt_d(DAWG_PI * hz / rate); }

/* Both leak away as one-poles. The core begins with its flux, of which it adds a part that goes with the square. The
 * blocker begins with the mean of even harmonics and with the bass that it lets through of everything added. Noise
 * counts as three times its RMS. */
double dawg_harmonics_tail(const dawg_harmonics_knobs *k, double level, double loud, double rate)
{
    if (!(k->amount > 0.0f) || !(level > 0.0)) return 0.0;
    const double drive = dawg_db_to_gain_d((double)k->drive_db), u = drive / (double)DAWG_SHAPER_KNEE;
    const double part = (double)k->amount * level, x = 1.5 * loud * u, bend = dawg_min_d(x * x, 1.0);
    const double phi = 3.0 * loud * noise_below(DAWG_CORE_HZ, rate), d = drive * (double)DAWG_CORE_DRIVE;
    const double flux = (double)k->core * phi * dawg_min_d(d * d * phi * phi / 3.0, 1.0);
    const double bass = 3.0 * loud * noise_below(DAWG_HARMONICS_DC_HZ, rate) * (double)k->odd * bend;
    const double offset = (double)(k->even * DAWG_SHAPER_EVEN) * bend / u + bass + 0.3 * flux;
    const double decays = dawg_log_d(dawg_max_d(part * offset * 1e6, 1.0)) / DAWG_HARMONICS_DC_HZ;
    const double leaks = dawg_log_d(dawg_max_d(part * flux * 1e6, 1.0)) / DAWG_CORE_HZ;
    return dawg_max_d(decays, leaks) * rate / (2.0 * DAWG_PI) + (double)DAWG_HARMONICS_LATENCY;
}
