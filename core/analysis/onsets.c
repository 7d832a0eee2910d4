/* SPDX-License-Identifier: MIT
 * onsets.c - see onsets.h. */
#include "onsets.h"
#include "band_map.h"
#include "dsp/maths.h"
#include "dsp/sliced_fft.h"
#include <string.h>

enum {
    BANDS = 24,
    AROUND = 3,  /* windows to either side of an onset that have less flux: 30 ms */
    BEFORE = 50, /* whose mean flux it rises above: 0.5 s */
    FLUX = BEFORE + 2 * AROUND + 1,
    KEPT = 1000 /* what the reading looks back on: 10 s */
};
#define HOPS_PER_S 100.0
#define WINDOW_S (1024.0 / 48000.0)
#define SILENCE 1e-10  /* mean square: -100 dBFS */
#define FLOOR_DB 35.0f /* under the window's level */
#define ABOVE_DB 2.5f

struct dawg_onsets {
    double rate, scale;
    uint32_t frames, points, bins, in_band; /* window, transform, bins that bands touch, bands below rate / 2 */
    dawg_sliced_fft *fft;                   /* of left + j right */
    dawg_band_map *map;
    float *window, *ring, *data; /* pairs, but for the window */
    double *power;
    uint64_t frame, hop, hop_end;
    float band_db[2][BANDS], level_db[2]; /* of the last two windows: window h lies at h % 2 */
    float flux[FLUX];                     /* ring */
    uint8_t is_onset[KEPT];               /* ring */
};

static uint32_t frames_at(double rate) { return (uint32_t)(WINDOW_S * rate + 0.5); }

static uint32_t points_at(double rate)
{
    uint32_t n = 128;
    while (n < frames_at(rate)) n *= 2u;
    return n;
}

/* Windows end on one grid in time at every rate. */
static uint64_t end_of(const dawg_onsets *o, uint64_t hop)
{
    return o->frames + (uint64_t)((double)hop * o->rate / HOPS_PER_S + 0.5);
}

/* Lays o out behind itself in mem; with mem NULL only counts. */
static size_t lay_out(dawg_onsets *o, unsigned char *mem, double rate)
{
    const uint32_t n = points_at(rate), window = frames_at(rate);
    const size_t bytes[] = {sizeof *o,
                            dawg_sliced_fft_size(n),
                            dawg_band_map_size(BANDS),
                            sizeof(float) * window,
                            sizeof(float) * 2u * window,
                            sizeof(float) * 2u * n,
                            sizeof(double) * (n / 2u + 1u)};
    size_t used = 0;
    void *at[7];
    for (uint32_t i = 0; i < 7; ++i) {
        at[i] = mem ? mem + used : NULL;
        used += (bytes[i] + 15u) & ~(size_t)15u;
    }
    if (!mem) return used;
    double edges[BANDS + 1];
    dawg_erb_edges(edges, BANDS);
    o->fft = dawg_sliced_fft_init(at[1], bytes[1], n, DAWG_FFT_FORWARD);
    o->map = dawg_band_map_init(at[2], bytes[2], n, rate, edges, BANDS);
    o->window = at[3], o->ring = at[4], o->data = at[5], o->power = at[6];
    o->frames = window, o->points = n;
    return used;
}

size_t dawg_onsets_size(double rate) { return rate >= 8000.0 && rate <= 192000.0 ? lay_out(NULL, NULL, rate) : 0; }

dawg_onsets *dawg_onsets_init(void *mem, size_t size, double rate)
{
    const size_t need = dawg_onsets_size(rate);
    if (!mem || ((uintptr_t)mem & 15u) || !need || size < need) return NULL;
    dawg_onsets *o = mem;
    memset(o, 0, sizeof *o);
    (void)lay_out(o, mem, rate);
    o->rate = rate;
    o->bins = dawg_band_map_bins(o->map);
    while (o->in_band < BANDS && dawg_band_map_covered(o->map, o->in_band) == 1.0) ++o->in_band;
    o->scale = 2.0 / ((double)o->points * 0.375 * (double)o->frames); /* the window's squares add up to 3/8 of it */
    for (uint32_t t = 0; t < o->frames; ++t)
        o->window[t] = (float)(0.5 - 0.5 * dawg_cos_d(2.0 * DAWG_PI * ((double)t + 0.5) / (double)o->frames));
    dawg_onsets_reset(o);
    return o;
}

void dawg_onsets_reset(dawg_onsets *o)
{
    o->frame = o->hop = 0;
    o->hop_end = end_of(o, 0);
    memset(o->ring, 0, sizeof(float) * 2u * o->frames);
    memset(o->band_db, 0, sizeof o->band_db);
    memset(o->level_db, 0, sizeof o->level_db);
    memset(o->flux, 0, sizeof o->flux);
    memset(o->is_onset, 0, sizeof o->is_onset);
}

static float decibels(double power) { return 3.01029996f * dawg_log2((float)power); } /* from -379 */

/* Mean rise of the bands since the window before last, dB; keeps those of this one in its place. */
static float flux_of(dawg_onsets *o, const double *energy)
{
    float *before = o->band_db[o->hop % 2u], *level = &o->level_db[o->hop % 2u], rise = 0.0f;
    double total = 0.0;
    for (uint32_t b = 0; b < o->in_band; ++b) total += energy[b];
    const float now = decibels(total), floor = dawg_max(now, *level) - FLOOR_DB;
    for (uint32_t b = 0; b < o->in_band; ++b) {
        const float db = decibels(energy[b]);
        rise += dawg_max(dawg_max(db, floor) - dawg_max(before[b], floor), 0.0f);
        before[b] = db;
    }
    *level = now;
    return o->hop < 2 || total < SILENCE ? 0.0f : rise / (float)o->in_band;
}

/* Is window h, AROUND before the last, an onset? */
static int peaks_at(const dawg_onsets *o, uint64_t h)
{
    const float here = o->flux[h % FLUX];
    float mean = 0.0f;
    for (uint64_t k = h - AROUND; k <= h + AROUND; ++k) { /* of two equal ones the first */
        const float other = o->flux[k % FLUX];
        if (k < h ? other >= here : other > here) return 0;
    }
    const uint64_t first = h > BEFORE ? h - BEFORE : 0;
    for (uint64_t k = first; k < h; ++k) mean += o->flux[k % FLUX];
    return here >= mean / (float)(h - first) + ABOVE_DB;
}

static void end_hop(dawg_onsets *o)
{
    const uint32_t n = o->points;
    uint32_t at = (uint32_t)(o->frame % o->frames);
    for (uint32_t t = 0; t < o->frames; ++t) {
        o->data[2u * t] = o->window[t] * o->ring[2u * at];
        o->data[2u * t + 1u] = o->window[t] * o->ring[2u * at + 1u];
        at = at + 1u < o->frames ? at + 1u : 0;
    }
    memset(o->data + 2u * o->frames, 0, sizeof(float) * 2u * (n - o->frames));
    dawg_sliced_fft_start(o->fft, o->data);
    while (!dawg_sliced_fft_step(o->fft, 2u * n)) continue;
    for (uint32_t k = 0; k < o->bins;
         ++k) { /* the energies of the channels are |Z_k|^2 and |Z_(n-k)|^2, added and halved */
        const float *a = o->data + 2u * dawg_sliced_fft_place(o->fft, k);
        const float *b = o->data + 2u * dawg_sliced_fft_place(o->fft, (n - k) & (n - 1u));
        o->power[k] = 0.5 * o->scale *
                      ((double)a[0] * (double)a[0] + (double)a[1] * (double)a[1] + (double)b[0] * (double)b[0] +
                       (double)b[1] * (double)b[1]);
    }
    double energy[BANDS];
    dawg_band_map_sum(o->map, o->power, energy);
    o->flux[o->hop % FLUX] = flux_of(o, energy);
    o->is_onset[o->hop % KEPT] = 0;
    if (o->hop >= 2 * AROUND) {
        const uint64_t h = o->hop - AROUND;
        o->is_onset[h % KEPT] = (uint8_t)peaks_at(o, h);
    }
    ++o->hop;
    o->hop_end = end_of(o, o->hop);
}

void dawg_onsets_process(dawg_onsets *o, const float *left, const float *right, uint32_t n)
{
    for (uint32_t done = 0, m; done < n; done += m) {
        const uint32_t at = (uint32_t)(o->frame % o->frames);
        const uint64_t missing = o->hop_end - o->frame;
        m = n - done < o->frames - at ? n - done : o->frames - at;
        if (m > missing) m = (uint32_t)missing;
        for (uint32_t i = 0; i < m; ++i) {
            o->ring[2u * (at + i)] = left[done + i];
            o->ring[2u * (at + i) + 1u] = right[done + i];
        }
        o->frame += m;
        if (o->frame == o->hop_end) end_hop(o);
    }
}

double dawg_onsets_per_s(const dawg_onsets *o)
{
    const uint64_t n = o->hop < KEPT ? o->hop : KEPT;
    uint32_t count = 0;
    for (uint64_t k = 0; k < n; ++k) count += o->is_onset[k];
    return n ? (double)count * HOPS_PER_S / (double)n : 0.0;
}
