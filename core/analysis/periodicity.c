/* SPDX-License-Identifier: MIT
 * periodicity.c - see periodicity.h. */
#include "periodicity.h"
#include "dsp/maths.h"
#include <string.h>

#define LAG_MIN_S 0.0005
#define TOP_HZ 5000.0  /* harmonics above say little of pitch */
#define TAPER_MIN 0.2f /* below, noise would be raised to a tone */
#define OFF_ZERO 0.3f  /* the peak at lag 0 ends where the correlation has fallen so far */
#define LONGER 1.12f   /* a longer period has to be better by so much: its multiples are as good */

void dawg_periodicity_correlate(const dawg_periodicity *p, const float *power, float *time)
{
    const uint32_t top = (uint32_t)(TOP_HZ * (double)p->points / (double)p->rate);
    for (uint32_t k = 0; k <= p->points / 2; ++k) {
        time[2 * k] = k <= top ? (float)dawg_sqrt_d((double)power[k]) : 0.0f;
        time[2 * k + 1] = 0.0f;
    }
    dawg_fft_inverse(p->fft, time, time);
}

void dawg_periodicity_init(dawg_periodicity *p, const float *window, uint32_t frames, float *bins, float *time)
{
    memset(bins, 0, sizeof(float) * DAWG_FFT_FLOATS(p->points));
    memcpy(bins, window, sizeof(float) * frames);
    dawg_fft_forward(p->fft, bins, bins);
    for (uint32_t k = 0; k <= p->points / 2; ++k) { /* in place: k never passes 2 k */
        const float re = bins[2 * k], im = bins[2 * k + 1];
        bins[k] = re * re + im * im;
    }
    dawg_periodicity_correlate(p, bins, time);
    for (uint32_t t = 0; t < p->points / 2; ++t) p->taper[t] = dawg_max(time[t] / time[0], TAPER_MIN);
}

float dawg_periodicity_find(const dawg_periodicity *p, const float *time, float *octaves)
{
    const uint32_t last = (uint32_t)(DAWG_PERIODICITY_LAG_S * (double)p->rate + 0.5);
    uint32_t lag = 0, t = (uint32_t)(LAG_MIN_S * (double)p->rate + 0.5);
    *octaves = 0.0f;
    if (!(time[0] > 0.0f)) return 0.0f;
    const float unit = 1.0f / time[0];
    float best = 0.0f;
    while (t < last && time[t] * unit > OFF_ZERO && time[t + 1] < time[t]) ++t;
    for (; t < last; ++t) {
        if (time[t] < time[t - 1] || time[t] < time[t + 1]) continue;
        const float value = time[t] * unit / p->taper[t];
        if (value > best * LONGER) best = value, lag = t;
    }
    if (!lag) return 0.0f;
    const float a = time[lag - 1], b = time[lag], c = time[lag + 1], bend = a - 2.0f * b + c;
    const float at = (float)lag + (bend < 0.0f ? 0.5f * (a - c) / bend : 0.0f); /* top of the parabola */
    *octaves = dawg_log2(p->rate / at * (1.0f / 55.0f));
    return dawg_min(best, 1.0f);
}
