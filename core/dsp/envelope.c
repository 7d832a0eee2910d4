/* SPDX-License-Identifier: MIT
 * envelope.c - see envelope.h. */
#include "envelope.h"

double dawg_envelope_share(double ms, double rate)
{
    const double frames = ms * 0.001 * rate;
    return frames > 1e-2 ? dawg_exp_d(-1.0 / frames) : 0.0;
}

/* Two one-poles in a row, time constants 1 and r, fall from 1 to (r e^(-t/r) - e^(-t)) / (r - 1) at time t. Finds r in
 * 0..t so that this is 1/e at t; it grows with r, so halving the interval 20 times leaves 1e-6 of t. */
static double release_pole(double t)
{
    const double first = dawg_exp_d(-t), goal = 0.36787944117144233;
    double lo = 0.0, hi = t;
    for (int i = 0; i < 20; ++i) {
        const double r = 0.5 * (lo + hi), apart = r - 1.0;
        const double left = dawg_abs_d(apart) < 1e-6 ? (1.0 + t) * first : (r * dawg_exp_d(-t / r) - first) / apart;
        if (left < goal) lo = r;
        else hi = r;
    }
    return lo;
}

dawg_envelope_times dawg_envelope_design(double attack_ms, double hold_ms, double release_ms, double rate)
{
    double release = release_ms;
    if (attack_ms > 0.0) {
        const double t = release_ms / attack_ms;
        release = t <= 1.0 ? 0.0 : t < 1e4 ? attack_ms * release_pole(t) : release_ms - attack_ms;
    }
    return (dawg_envelope_times){dawg_envelope_share(attack_ms, rate), dawg_envelope_share(release, rate),
                                 (uint64_t)(hold_ms * 0.001 * rate + 0.5)};
}
