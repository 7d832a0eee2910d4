/* SPDX-License-Identifier: MIT
 * makeup.c - see makeup.h. */
#include "makeup.h"
#include "k_weighting.h"

#define GATE 1.1724e-7 /* sum over channels of mean squares at -70 LUFS: 10^((0.691 - 70) / 10) */

void dawg_makeup_reset(dawg_makeup *x, uint32_t period, double rate)
{
    dawg_k_weighting k;
    dawg_k_weighting_design(&k, rate);
    const dawg_svf head = dawg_svf_from_biquad(&k.shelf), high_pass = dawg_svf_from_biquad(&k.high_pass);
    *x = (dawg_makeup){.head = dawg_svf_ready(&head), .high_pass = dawg_svf_ready(&high_pass)};
    dawg_restore_reset(&x->power, period, rate, GATE, 0.0, DAWG_MAKEUP_MAX_DB);
}

void dawg_makeup_forget(dawg_makeup *x)
{
    static const dawg_svf_state silence;
    x->head_state = x->high_pass_state = silence;
    dawg_restore_forget(&x->power);
}

void dawg_makeup_weigh(dawg_makeup *x, const float *const in[2], uint32_t n, float *const weighted[2])
{
    const dawg_svf_lanes head = dawg_svf_in_lanes(&x->head), high_pass = dawg_svf_in_lanes(&x->high_pass);
    dawg_svf_state a = x->head_state, b = x->high_pass_state;
    for (uint32_t i = 0; i < n; ++i) {
        const dawg_d2 v = {(double)in[0][i], (double)in[1][i]};
        const dawg_d2 y = dawg_svf_tick_lanes(&high_pass, &b, dawg_svf_tick_lanes(&head, &a, v));
        weighted[0][i] = (float)y[0];
        weighted[1][i] = (float)y[1];
    }
    x->head_state = a;
    x->high_pass_state = b;
}

double dawg_makeup_end(dawg_makeup *x)
{
    dawg_svf_flush(&x->head_state);
    dawg_svf_flush(&x->high_pass_state);
    return dawg_restore_end(&x->power);
}
