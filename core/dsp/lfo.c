/* SPDX-License-Identifier: MIT
 * lfo.c - see lfo.h. */
#include "lfo.h"
#include "maths.h"

#define TURN 0x1p64 /* the phase counts in these fractions */

static uint64_t to_phase(double turns) { return (uint64_t)((turns - dawg_floor_d(turns)) * TURN); }

static void look_up(dawg_lfo *x, int end)
{
    const double radians = 2.0 * DAWG_PI * ((double)(x->phase >> 11) * 0x1p-53);
    x->sine[end] = dawg_sin_d(radians);
    x->cosine[end] = dawg_cos_d(radians);
}

void dawg_lfo_reset(dawg_lfo *x, double turns)
{
    *x = (dawg_lfo){.phase = to_phase(turns)};
    look_up(x, 1);
}

void dawg_lfo_next(dawg_lfo *x, double hz_from, double hz_to, uint32_t frames, double rate)
{
    const double period_s = (double)frames / rate;
    x->sine[0] = x->sine[1];
    x->cosine[0] = x->cosine[1];
    x->speed[0] = 2.0 * DAWG_PI * hz_from * period_s;
    x->speed[1] = 2.0 * DAWG_PI * hz_to * period_s;
    x->phase += to_phase(0.5 * (hz_from + hz_to) * period_s);
    look_up(x, 1);
}

dawg_lfo_lead dawg_lfo_lead_by(double turns)
{
    return (dawg_lfo_lead){turns, dawg_sin_d(2.0 * DAWG_PI * turns), dawg_cos_d(2.0 * DAWG_PI * turns)};
}

dawg_lfo_curve dawg_lfo_sine(const dawg_lfo *x, const dawg_lfo_lead *from, const dawg_lfo_lead *to)
{
    const dawg_lfo_lead *lead[2] = {from, to};
    const double turning = 2.0 * DAWG_PI * (to->turns - from->turns);
    double value[2], slope[2];
    for (int end = 0; end < 2; ++end) {
        value[end] = x->sine[end] * lead[end]->cosine + x->cosine[end] * lead[end]->sine;
        slope[end] = (x->speed[end] + turning) * (x->cosine[end] * lead[end]->cosine - x->sine[end] * lead[end]->sine);
    }
    const double rise = value[1] - value[0];
    return (dawg_lfo_curve){value[0], slope[0], 3.0 * rise - 2.0 * slope[0] - slope[1],
                            slope[0] + slope[1] - 2.0 * rise};
}
