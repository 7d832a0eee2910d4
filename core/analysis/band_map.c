/* SPDX-License-Identifier: MIT
 * band_map.c - see band_map.h. */
#include "band_map.h"
#include "dsp/maths.h"

/* Bins first .. last touch the band; their shares of it. Bins between lie in it whole. */
typedef struct share {
    uint32_t first, last;
    double of_first, of_last; /* first == last: of_first alone counts */
    double covered;
} share;

struct dawg_band_map {
    uint32_t count, bins;
    share *bands;
};

#define ALIGNED_SIZE ((sizeof(dawg_band_map) + 15u) & ~(size_t)15u)

void dawg_log_edges(double edges[DAWG_LOG_BANDS + 1])
{
    for (uint32_t i = 0; i <= DAWG_LOG_BANDS; ++i)
        edges[i] = 20.0 * dawg_pow_d(1000.0, (double)i / (double)DAWG_LOG_BANDS);
    edges[DAWG_LOG_BANDS] = 20000.0;
}

void dawg_balance_edges(double edges[DAWG_BALANCE_BANDS + 1])
{
    static const double hz[DAWG_BALANCE_BANDS + 1] = {20, 60, 120, 250, 500, 2000, 4000, 8000, 20000};
    for (uint32_t i = 0; i <= DAWG_BALANCE_BANDS; ++i) edges[i] = hz[i];
}

/* With E(f) = 21.4 log10(1 + c f) the point at share t between a and b has 1 + c f = (1 + c a)^(1-t) (1 + c b)^t. */
double dawg_erb_hz(double t)
{
    const double c = 0.00437, low = 1.0 + c * 20.0, high = 1.0 + c * 20000.0;
    return (low * dawg_pow_d(high / low, t) - 1.0) / c;
}

double dawg_erb_number(double hz) { return 9.29390190809612 * dawg_log_d(1.0 + 0.00437 * hz); } /* 21.4 / ln 10 */

void dawg_erb_edges(double *edges, uint32_t bands)
{
    for (uint32_t i = 0; i <= bands; ++i) edges[i] = dawg_erb_hz((double)i / (double)bands);
    edges[0] = 20.0, edges[bands] = 20000.0;
}

void dawg_erb_centres(double *centres, uint32_t bands)
{
    for (uint32_t i = 0; i < bands; ++i) centres[i] = dawg_erb_hz(((double)i + 0.5) / (double)bands);
}

size_t dawg_band_map_size(uint32_t bands) { return (ALIGNED_SIZE + sizeof(share) * bands + 15u) & ~(size_t)15u; }

/* Places are in bins from the lower end of bin 0, which is half a bin wide: bin k > 0 spans k - 0.5 .. k + 0.5. */
static share share_of(double from, double to, double end, uint32_t n)
{
    const double a = dawg_min_d(from, end), b = dawg_min_d(to, end);
    share s = {.covered = to > from ? (b - a) / (to - from) : 0.0};
    const uint32_t last = n / 2u;
    s.first = (uint32_t)dawg_floor_d(a + 0.5), s.last = (uint32_t)dawg_floor_d(b + 0.5);
    if (s.first > last) s.first = last;
    if (s.last > last) s.last = last;
    const double first_end = s.first == last ? end : (double)s.first + 0.5;
    const double first_width = s.first == 0 || s.first == last ? 0.5 : 1.0;
    const double last_start = s.last == 0 ? 0.0 : (double)s.last - 0.5;
    const double last_width = s.last == 0 || s.last == last ? 0.5 : 1.0;
    s.of_first = ((s.first == s.last ? b : first_end) - a) / first_width;
    s.of_last = (b - last_start) / last_width;
    return s;
}

dawg_band_map *dawg_band_map_init(void *mem, size_t size, uint32_t n, double rate, const double *edges, uint32_t bands)
{
    if (!mem || ((uintptr_t)mem & 15u) || size < dawg_band_map_size(bands)) return NULL;
    dawg_band_map *m = mem;
    *m = (dawg_band_map){.count = bands, .bands = (share *)(void *)((unsigned char *)mem + ALIGNED_SIZE)};
    const double per_hz = (double)n / rate, end = 0.5 * (double)n;
    for (uint32_t i = 0; i < bands; ++i) {
        m->bands[i] = share_of(edges[i] * per_hz, edges[i + 1] * per_hz, end, n);
        if (m->bins < m->bands[i].last + 1u) m->bins = m->bands[i].last + 1u;
    }
    return m;
}

uint32_t dawg_band_map_count(const dawg_band_map *m) { return m->count; }
uint32_t dawg_band_map_bins(const dawg_band_map *m) { return m->bins; }
double dawg_band_map_covered(const dawg_band_map *m, uint32_t band) { return m->bands[band].covered; }

void dawg_band_map_sum(const dawg_band_map *m, const double *power, double *energy)
{
    for (uint32_t i = 0; i < m->count; ++i) {
        const share *s = &m->bands[i];
        double sum = s->of_first * power[s->first];
        for (uint32_t k = s->first + 1u; k < s->last; ++k) sum += power[k];
        if (s->last > s->first) sum += s->of_last * power[s->last];
        energy[i] = sum;
    }
}
