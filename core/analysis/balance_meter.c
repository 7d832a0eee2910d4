/* SPDX-License-Identifier: MIT
 * balance_meter.c - see balance_meter.h. With z = left + i right, |L[k]|^2 + |R[k]|^2 = (|Z[k]|^2 + |Z[n-k]|^2) / 2. */
#include "balance_meter.h"
#include "dsp/maths.h"
#include "dsp/sliced_fft.h"
#include <string.h>

#define WINDOW_S (8192.0 / 48000.0)
#define MEMORY_S 10.0
#define SILENCE_S 30.0
#define FAINTEST 1e-7     /* mean square of both channels: -70 dB */
#define SLICE_FRAMES 256u /* windowed, transformed or summed at once: 115 of the 128 periods of a hop at 48 kHz */

typedef enum { IDLE, WINDOWING, TRANSFORMING, POWERS, BANDS } stage;

struct dawg_balance_meter {
    uint32_t n, hop, kept; /* frames; of the ring: kept = n + hop */
    double keep, scale;    /* factor of the mean per window; of a bin's power to mean square */
    dawg_sliced_fft *fft;
    dawg_band_map *map;
    float *window;       /* its rising half */
    float *ring[2];      /* frame f lies at f % kept */
    float *data;         /* n pairs */
    double *power;       /* n/2 + 1 */
    uint64_t frame, end; /* heard; where the next window ends */
    stage stage;
    uint32_t from, done;         /* of the window under way: its first frame in the ring; points done in this stage */
    uint32_t silent, silent_max; /* windows without any sound */
    double energy[DAWG_BALANCE_BANDS];
};

static void *take(unsigned char *mem, size_t *used, size_t bytes)
{
    void *p = mem ? mem + *used : NULL;
    *used += (bytes + 15u) & ~(size_t)15u;
    return p;
}

static uint32_t points_at(double rate)
{
    uint32_t n = 1024;
    while ((double)n < rate * WINDOW_S) n *= 2u;
    return n;
}

static size_t lay_out(dawg_balance_meter *m, unsigned char *mem, double rate)
{
    const uint32_t n = points_at(rate), kept = n + n / 2u;
    size_t used = 0;
    (void)take(mem, &used, sizeof *m);
    void *fft = take(mem, &used, dawg_sliced_fft_size(n));
    void *map = take(mem, &used, dawg_band_map_size(DAWG_BALANCE_BANDS));
    float *window = take(mem, &used, sizeof(float) * (n / 2u + 1u));
    float *left = take(mem, &used, sizeof(float) * kept), *right = take(mem, &used, sizeof(float) * kept);
    float *data = take(mem, &used, sizeof(float) * 2u * n);
    double *power = take(mem, &used, sizeof(double) * (n / 2u + 1u));
    if (!m) return used;
    memset(mem, 0, used);
    *m = (dawg_balance_meter){.n = n,
                              .hop = n / 2u,
                              .kept = kept,
                              .keep = dawg_exp_d(-(double)(n / 2u) / (rate * MEMORY_S)),
                              .scale = 2.0 / ((double)n * 0.375 * (double)n), /* sum w^2 = 3 n / 8 */
                              .window = window,
                              .ring = {left, right},
                              .data = data,
                              .power = power,
                              .end = n,
                              .silent_max = (uint32_t)(SILENCE_S * rate / (double)(n / 2u))};
    double edges[DAWG_BALANCE_BANDS + 1];
    dawg_balance_edges(edges);
    m->fft = dawg_sliced_fft_init(fft, dawg_sliced_fft_size(n), n, DAWG_FFT_FORWARD);
    m->map = dawg_band_map_init(map, dawg_band_map_size(DAWG_BALANCE_BANDS), n, rate, edges, DAWG_BALANCE_BANDS);
    for (uint32_t t = 0; t <= n / 2u; ++t)
        window[t] = (float)(0.5 - 0.5 * dawg_cos_d(2.0 * DAWG_PI * (double)t / (double)n));
    return used;
}

size_t dawg_balance_meter_size(double rate) { return lay_out(NULL, NULL, rate); }

dawg_balance_meter *dawg_balance_meter_init(void *mem, double rate)
{
    (void)lay_out(mem, mem, rate);
    return mem;
}

void dawg_balance_meter_process(dawg_balance_meter *m, const float *const in[2], uint32_t n)
{
    for (uint32_t done = 0, some; done < n; done += some) {
        const uint32_t at = (uint32_t)(m->frame % m->kept);
        some = n - done < m->kept - at ? n - done : m->kept - at;
        for (uint32_t c = 0; c < 2; ++c) memcpy(m->ring[c] + at, in[c] + done, sizeof(float) * some);
        m->frame += some;
    }
}

/* Of `all`, those of this slice: first..*end. 1 when it is the last slice. */
static int slice(dawg_balance_meter *m, uint32_t all, uint32_t *first, uint32_t *end)
{
    *first = m->done;
    *end = all - m->done > SLICE_FRAMES ? m->done + SLICE_FRAMES : all;
    m->done = *end;
    return *end == all;
}

static void take_in(dawg_balance_meter *m)
{
    double energy[DAWG_BALANCE_BANDS], sum = 0.0;
    dawg_band_map_sum(m->map, m->power, energy);
    for (uint32_t b = 0; b < DAWG_BALANCE_BANDS; ++b) sum += energy[b];
    if (sum == 0.0) {
        if (m->silent < m->silent_max && ++m->silent == m->silent_max) memset(m->energy, 0, sizeof m->energy);
        return;
    }
    m->silent = 0;
    if (sum < FAINTEST) return;
    for (uint32_t b = 0; b < DAWG_BALANCE_BANDS; ++b)
        m->energy[b] = m->keep * m->energy[b] + (1.0 - m->keep) * energy[b];
}

int dawg_balance_meter_work(dawg_balance_meter *m)
{
    uint32_t first, end;
    switch (m->stage) {
    case IDLE:
        if (m->frame < m->end) return 0;
        m->from = (uint32_t)((m->end - m->n) % m->kept);
        m->end += m->hop;
        m->done = 0;
        m->stage = WINDOWING;
        return 0;
    case WINDOWING: {
        const int last = slice(m, m->n, &first, &end);
        for (uint32_t t = first; t < end; ++t) {
            const uint32_t at = m->from + t < m->kept ? m->from + t : m->from + t - m->kept;
            const float w = m->window[t <= m->n / 2u ? t : m->n - t];
            m->data[2u * t] = w * m->ring[0][at];
            m->data[2u * t + 1u] = w * m->ring[1][at];
        }
        if (!last) return 0;
        dawg_sliced_fft_start(m->fft, m->data);
        m->stage = TRANSFORMING;
        return 0;
    }
    case TRANSFORMING:
        if (!dawg_sliced_fft_step(m->fft, SLICE_FRAMES)) return 0;
        m->done = 0;
        m->stage = POWERS;
        return 0;
    case POWERS: {
        const int last = slice(m, m->n / 2u + 1u, &first, &end);
        for (uint32_t k = first; k < end; ++k) {
            const float *a = m->data + 2u * dawg_sliced_fft_place(m->fft, k);
            const float *b = m->data + 2u * dawg_sliced_fft_place(m->fft, k ? m->n - k : 0u);
            const double ar = (double)a[0], ai = (double)a[1], br = (double)b[0], bi = (double)b[1];
            m->power[k] = 0.5 * m->scale * ((ar * ar + ai * ai) + (br * br + bi * bi));
        }
        if (last) m->stage = BANDS;
        return 0;
    }
    case BANDS:
        take_in(m);
        m->stage = IDLE;
        return 1;
    }
    return 0;
}

void dawg_balance_meter_read(const dawg_balance_meter *m, float db[DAWG_BALANCE_BANDS])
{
    double sum = 0.0;
    for (uint32_t b = 0; b < DAWG_BALANCE_BANDS; ++b) sum += m->energy[b];
    for (uint32_t b = 0; b < DAWG_BALANCE_BANDS; ++b) {
        const double part = sum > 0.0 ? m->energy[b] / sum : 0.0;
        db[b] = part > 1e-20 ? (float)(0.5 * dawg_gain_to_db_d(part)) : DAWG_BALANCE_NONE;
    }
}
