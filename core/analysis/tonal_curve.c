/* SPDX-License-Identifier: MIT
 * tonal_curve.c - see tonal_curve.h. */
#include "tonal_curve.h"
#include "dsp/maths.h"

#define OCTAVES_PER_BAND 0.0996578428466209 /* log2(1000) / 100 */
#define FLOOR_DB 60.0
#define LOWEST_HZ 60.0
#define HIGHEST_HZ 12000.0
#define OUTSIDE_OCTAVES 0.25
#define HUBER_DB 3.0
#define ROUNDS 5u
#define NARROW 0.083 /* octaves^2: the variance of one octave */

typedef struct spectrum {
    uint32_t from, to; /* bands that count: from .. to - 1 */
    double loudest;
    double db[DAWG_LOG_BANDS];
} spectrum;

static double octaves_of(uint32_t band) { return ((double)band + 0.5) * OCTAVES_PER_BAND; } /* above 20 Hz */
static double octaves_at(double hz) { return dawg_gain_to_db_d(hz / 20.0) / 6.0205999132796239; }
static double db_of(double power) { return 0.5 * dawg_gain_to_db_d(dawg_max_d(power, 1e-30)); }
static double power_of(double db) { return dawg_db_to_gain_d(2.0 * db); }

/* Bands whose middle lies between two frequencies. */
static uint32_t band_at(double hz) { return (uint32_t)dawg_floor_d(octaves_at(hz) / OCTAVES_PER_BAND + 0.5); }

static spectrum levels(const double *energy, double rate)
{
    spectrum s = {.from = band_at(LOWEST_HZ), .to = band_at(dawg_min_d(HIGHEST_HZ, 0.45 * rate)), .loudest = -300.0};
    for (uint32_t i = s.from; i < s.to; ++i) {
        s.db[i] = db_of(energy[i]);
        s.loudest = dawg_max_d(s.loudest, s.db[i]);
    }
    for (uint32_t i = s.from; i < s.to; ++i) s.db[i] = dawg_max_d(s.db[i], s.loudest - FLOOR_DB);
    return s;
}

double dawg_tonal_tilt(const double *energy, double rate)
{
    const spectrum s = levels(energy, rate);
    double w = 0.0, x = 0.0, y = 0.0, xx = 0.0, xy = 0.0;
    for (uint32_t i = s.from; i < s.to; ++i) {
        const double weight = 1.0 - (s.loudest - s.db[i]) / FLOOR_DB, at = octaves_of(i);
        w += weight, x += weight * at, y += weight * s.db[i];
        xx += weight * at * at, xy += weight * at * s.db[i];
    }
    const double spread = w * xx - x * x; /* w^2 times the variance */
    return spread > NARROW * w * w ? (w * xy - x * y) / spread - 3.0102999566398120 : 0.0;
}

/* c[0] + c[1] x + c[2] x^2 by weighted least squares. */
static void fit(const double *x, const double *y, const double *weight, uint32_t n, double c[3])
{
    double m[3][3] = {{1e-9, 0, 0}, {0, 1e-9, 0}, {0, 0, 1e-9}};
    c[0] = c[1] = c[2] = 0.0;
    for (uint32_t i = 0; i < n; ++i) {
        const double p[3] = {1.0, x[i], x[i] * x[i]};
        for (uint32_t a = 0; a < 3; ++a) {
            c[a] += weight[i] * p[a] * y[i];
            for (uint32_t b = 0; b < 3; ++b) m[a][b] += weight[i] * p[a] * p[b];
        }
    }
    for (uint32_t a = 0; a < 3; ++a)
        for (uint32_t b = a + 1u; b < 3; ++b) {
            const double t = m[b][a] / m[a][a];
            for (uint32_t k = a; k < 3; ++k) m[b][k] -= t * m[a][k];
            c[b] -= t * c[a];
        }
    for (uint32_t a = 3; a-- > 0u;) {
        for (uint32_t k = a + 1u; k < 3; ++k) c[a] -= m[a][k] * c[k];
        c[a] /= m[a][a];
    }
}

static double median(double *v, uint32_t n) /* sorts v */
{
    for (uint32_t i = 1; i < n; ++i) {
        const double x = v[i];
        uint32_t j = i;
        for (; j > 0 && v[j - 1] > x; --j) v[j] = v[j - 1];
        v[j] = x;
    }
    return n ? 0.5 * (v[(n - 1u) / 2u] + v[n / 2u]) : 0.0;
}

dawg_excess dawg_tonal_excess(const double *energy, double rate, double low_hz, double high_hz)
{
    const spectrum s = levels(energy, rate);
    const double low = octaves_at(low_hz), high = octaves_at(high_hz), middle = 0.5 * (low + high);
    double x[DAWG_LOG_BANDS], y[DAWG_LOG_BANDS], weight[DAWG_LOG_BANDS], c[3] = {0.0};
    uint32_t n = 0;
    for (uint32_t i = s.from; i < s.to; ++i) {
        const double at = octaves_of(i);
        if (at > low - OUTSIDE_OCTAVES && at < high + OUTSIDE_OCTAVES) continue;
        x[n] = at - middle, y[n] = s.db[i], weight[n] = 1.0;
        ++n;
    }
    double strays = 0.0;
    for (uint32_t round = 0; round < ROUNDS; ++round) {
        fit(x, y, weight, n, c);
        strays = 0.0;
        for (uint32_t i = 0; i < n; ++i) {
            const double r = dawg_abs_d(y[i] - (c[0] + x[i] * (c[1] + x[i] * c[2])));
            weight[i] = r > HUBER_DB ? HUBER_DB / r : 1.0;
            strays += r * r;
        }
    }
    dawg_excess e = {.spread_db = n ? dawg_sqrt_d(strays / (double)n) : 0.0, .hz = dawg_sqrt_d(low_hz * high_hz)};
    double have = 0.0, want = 0.0, above = 0.0, moment = 0.0;
    n = 0;
    for (uint32_t i = band_at(low_hz); i < band_at(high_hz) && i < s.to; ++i) {
        const double at = octaves_of(i) - middle, curve = c[0] + at * (c[1] + at * c[2]);
        const double p = power_of(s.db[i] - s.loudest), q = power_of(curve - s.loudest),
                     more = dawg_max_d(p - q, 0.0) / q;
        have += p, want += q;
        above += more, moment += more * at;
        y[n++] = s.db[i] > s.loudest - FLOOR_DB ? s.db[i] - curve : -FLOOR_DB;
    }
    if (want > 0.0) e.db = db_of(have / want);
    e.middle_db = median(y, n);
    if (above > 1e-9) e.hz *= dawg_pow_d(2.0, moment / above);
    return e;
}
