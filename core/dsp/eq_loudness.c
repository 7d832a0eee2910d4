/* SPDX-License-Identifier: MIT
 * eq_loudness.c - see eq_loudness.h. */
#include "eq_loudness.h"
#include "k_weighting.h"

#define POINTS DAWG_EQ_LOUDNESS_POINTS
#define WEIGHTING_RATE 192000.0 /* where the weighting's digital filter is the analog one */

void dawg_eq_loudness_init(dawg_eq_loudness *l, double rate)
{
    dawg_k_weighting k;
    dawg_k_weighting_design(&k, WEIGHTING_RATE);
    const double step = dawg_exp_d(dawg_log_d(1000.0) / (double)POINTS);
    double hz = 20.0 * dawg_sqrt_d(step), all = 0.0;
    for (uint32_t i = 0; i < POINTS; ++i, hz *= step) {
        const double w = 2.0 * DAWG_PI * hz / WEIGHTING_RATE;
        l->hz[i] = hz;
        l->weight[i] = hz <= 0.45 * rate ? dawg_k_weighting_power(&k, w) : 0.0;
        all += l->weight[i];
    }
    for (uint32_t i = 0; i < POINTS; ++i) l->weight[i] /= all;
    l->sum = 0.0;
    l->next = 0;
}

int dawg_eq_loudness_step(dawg_eq_loudness *l, dawg_eq_power power, const void *user, uint32_t points, double *db)
{
    for (uint32_t i = 0; i < points && l->next < POINTS; ++i, ++l->next)
        if (l->weight[l->next] > 0.0) l->sum += l->weight[l->next] * power(user, l->hz[l->next]);
    if (l->next < POINTS) return 0;
    *db = 0.5 * dawg_gain_to_db_d(dawg_max_d(l->sum, 1e-20));
    l->sum = 0.0;
    l->next = 0;
    return 1;
}
