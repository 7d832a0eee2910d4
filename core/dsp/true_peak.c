/* SPDX-License-Identifier: MIT
 * true_peak.c - see true_peak.h. Windowed-sinc interpolation: the value a share p of the way from sample j to j + 1 is
 * the sum over m = 1 - N .. N of x[j + m] sinc(m - p) w(m - p), with Kaiser's window (Kaiser 1974; the Bessel series is
 * Abramowitz and Stegun 9.6.12), scaled to sum 1 so that DC reads exactly.
 *
 * Beta: in the first stage the balance between the ripple of the pass band and the droop above 0.46 of the sample rate,
 * where cymbals and clipped masters still have energy; in the second the smallest that adds no error of its own. */
#include "true_peak.h"
#include "kaiser.h"
#include "maths.h"

#define HALF_PAIRS DAWG_TRUE_PEAK_HALF_PAIRS
#define FINE_PAIRS DAWG_TRUE_PEAK_FINE_PAIRS
#define PHASES DAWG_TRUE_PEAK_PHASES
#define BLOCK DAWG_TRUE_PEAK_BLOCK
#define OLD_SAMPLES (2 * HALF_PAIRS - 1) /* kept from block to block */
#define OLD_MIDWAY FINE_PAIRS
#define HALF_BETA 5.0
#define FINE_BETA 6.0

/* 2 pairs taps that read a point `share` of the way between the middle two samples; h[0] weighs the oldest. */
static void interpolator(double share, int pairs, double beta, double *h)
{
    double sum = 0.0;
    for (int m = 0; m < 2 * pairs; ++m) {
        const double t = (double)(m + 1 - pairs) - share, u = t / (double)pairs;
        const double window = dawg_kaiser(u, beta);
        sum += h[m] = window * dawg_sin_d(DAWG_PI * t) / (DAWG_PI * t); /* t is no integer: 0 < share < 1 */
    }
    for (int m = 0; m < 2 * pairs; ++m) h[m] /= sum;
}

void dawg_true_peak_make(dawg_true_peak_design *d)
{
    double h[2 * HALF_PAIRS];
    interpolator(0.5, HALF_PAIRS, HALF_BETA, h);
    for (int m = 0; m < HALF_PAIRS; ++m) d->half[m] = (float)h[m];
    for (int k = 0; k < PHASES / 2; ++k) {
        interpolator((double)(k + 1) / PHASES, FINE_PAIRS, FINE_BETA, h);
        for (int m = 0; m < FINE_PAIRS; ++m) {
            d->even[k][m] = (float)(0.5 * (h[m] + h[2 * FINE_PAIRS - 1 - m]));
            d->odd[k][m] = (float)(0.5 * (h[m] - h[2 * FINE_PAIRS - 1 - m]));
        }
    }
}

void dawg_true_peak_reset(dawg_true_peak *x) { memset(x, 0, sizeof *x); }

static inline dawg_f4 abs4(dawg_f4 v) { return (dawg_f4)((dawg_i4)v & 0x7fffffff); }
static inline dawg_f4 max4(dawg_f4 a, dawg_f4 b)
{
    const dawg_i4 m = a > b;
    return (dawg_f4)(((dawg_i4)a & m) | ((dawg_i4)b & ~m));
}

/* Four frames at a time, one per lane: the point midway between the samples HALF_PAIRS and HALF_PAIRS - 1 ago. */
static inline dawg_f4 midway(const dawg_true_peak_design *d, const float *newest)
{
    dawg_f4 y = {0, 0, 0, 0};
    for (int m = 0; m < HALF_PAIRS; ++m)
        y += (dawg_f4_load(newest - OLD_SAMPLES + m) + dawg_f4_load(newest - m)) * d->half[m];
    return y;
}

/* u: points at the doubled rate, oldest first; the largest |value| from the middle left one up to the middle right. */
static inline dawg_f4 half_span(const dawg_true_peak_design *d, const dawg_f4 *u)
{
    dawg_f4 peak = abs4(u[FINE_PAIRS - 1]), sum[FINE_PAIRS], difference[FINE_PAIRS];
    for (int m = 0; m < FINE_PAIRS; ++m) {
        sum[m] = u[m] + u[2 * FINE_PAIRS - 1 - m];
        difference[m] = u[m] - u[2 * FINE_PAIRS - 1 - m];
    }
    for (int k = 0; k < PHASES / 2; ++k) {
        dawg_f4 e = sum[0] * d->even[k][0], o = difference[0] * d->odd[k][0];
        for (int m = 1; m < FINE_PAIRS; ++m) {
            e += sum[m] * d->even[k][m];
            o += difference[m] * d->odd[k][m];
        }
        peak = max4(abs4(e) + abs4(o), peak);
    }
    return peak;
}

static inline dawg_f4 span(const dawg_true_peak_design *d, const float *newest_sample, const float *newest_midway)
{
    dawg_f4 u[2 * FINE_PAIRS + 1];
    for (int m = 0; m < FINE_PAIRS; ++m) {
        u[2 * m] = dawg_f4_load(newest_midway - FINE_PAIRS + m);
        u[2 * m + 1] = dawg_f4_load(newest_sample - HALF_PAIRS - FINE_PAIRS + 1 + m);
    }
    u[2 * FINE_PAIRS] = dawg_f4_load(newest_midway);
    return max4(half_span(d, u), half_span(d, u + 1));
}

/* Up to BLOCK frames; peaks[] is written in whole vectors. */
static void block_peaks(dawg_true_peak *x, const dawg_true_peak_design *d, const float *in, uint32_t n, float *peaks)
{
    float *sample = x->sample + OLD_SAMPLES, *mid = x->midway + OLD_MIDWAY;
    for (uint32_t i = 0; i < n; ++i) sample[i] = dawg_flush(in[i]);
    for (uint32_t i = 0; i < n; i += 4) dawg_f4_store(mid + i, midway(d, sample + i));
    for (uint32_t i = 0; i < n; i += 4) dawg_f4_store(peaks + i, span(d, sample + i, mid + i));
    memmove(x->sample, x->sample + n, sizeof(float) * OLD_SAMPLES);
    memmove(x->midway, x->midway + n, sizeof(float) * OLD_MIDWAY);
}

void dawg_true_peak_process(dawg_true_peak *x, const dawg_true_peak_design *d, const float *in, uint32_t n,
                            float *peaks)
{
    float block[BLOCK];
    for (uint32_t done = 0, m; done < n; done += m) {
        m = n - done < BLOCK ? n - done : BLOCK;
        block_peaks(x, d, in + done, m, block);
        memcpy(peaks + done, block, sizeof(float) * m);
    }
}

float dawg_true_peak_largest(dawg_true_peak *x, const dawg_true_peak_design *d, const float *in, uint32_t n,
                             float so_far)
{
    float block[BLOCK];
    for (uint32_t done = 0, m; done < n; done += m) {
        m = n - done < BLOCK ? n - done : BLOCK;
        block_peaks(x, d, in + done, m, block);
        for (uint32_t i = 0; i < m; ++i) so_far = dawg_max(so_far, block[i]);
    }
    return so_far;
}
