/* SPDX-License-Identifier: MIT
 * bell_fit.c - see bell_fit.h. */
#include "bell_fit.h"
#include "dsp/maths.h"

enum { LEVEL, SLOPE, PLACE, GAIN, SHARPNESS, UNKNOWNS };

#define LN2 0.69314718055994530942
#define LN10 2.30258509299404568402
#define NODES 7           /* points of the lobe, half a bin apart */
#define HUBER_DB 1.5      /* residuals beyond count linearly */
#define PRIOR_LOG2_Q 3.17 /* Q 9 */
#define PRIOR_SPREAD 0.75 /* octaves of Q */
#define REACH 1.0         /* octaves that count on either side of the peak */
#define GAIN_MAX_DB 30.0

/* |W|^2 of the Hann window at -1.5 .. 1.5 bins, (sinc(o) / (1 - o^2))^2, over their sum. */
static const double lobe[NODES] = {0.009611, 0.083371, 0.240277, 0.333482, 0.240277, 0.083371, 0.009611};

/* Single bins near the peak, then means over ever more of them. */
void dawg_bell_fit_begin(dawg_bell_fit *f, const double *level, uint32_t bins, double bin_hz, double windows, double hz,
                         double gain_db, double q)
{
    *f = (dawg_bell_fit){.start_hz = hz, .damping = 1e-2, .cost = -1.0, .bin_hz = bin_hz};
    const double low = hz * dawg_pow_d(2.0, -REACH), high = hz * dawg_pow_d(2.0, REACH);
    const uint32_t centre = (uint32_t)(hz / bin_hz + 0.5);
    uint32_t k = (uint32_t)(low / bin_hz);
    if (k < 2u) k = 2u;
    while (f->points < DAWG_BELL_FIT_POINTS) {
        /* From the peak on, a span grows by a sixth of its distance, and never below 1/64 octave. */
        const uint32_t away = k > centre ? k - centre : centre - k;
        uint32_t n = (uint32_t)dawg_max_d((double)away / 6.0, (double)k / 92.0);
        if (n < 1u) n = 1u;
        if (k + n > bins || (double)(k + n) * bin_hz > high) break;
        double sum = 0.0;
        for (uint32_t i = k; i < k + n; ++i) sum += level[i];
        /* Variance: 31 dB^2 for one bin of one window of noise; plus 0.5 dB of what no model explains. */
        const double spread = 0.25 + 31.0 / ((1.0 + 0.5 * windows) * (1.0 + (double)(n - 1u) / 1.5));
        f->point[f->points].hz = ((double)k + 0.5 * (double)(n - 1u)) * bin_hz;
        f->point[f->points].half_hz = n < 3u ? 0.0 : 0.5 * (double)n * bin_hz;
        f->point[f->points].y = sum / (double)n;
        f->point[f->points].weight = 1.0 / spread;
        ++f->points;
        k += n;
    }
    const uint32_t at = centre < bins ? centre : bins - 1u;
    f->value[LEVEL] = level[at] - gain_db;
    f->value[GAIN] = gain_db;
    f->value[SHARPNESS] = dawg_log_d(q) / LN2;
}

double dawg_bell_power(double hz, double centre_hz, double gain_db, double q)
{
    const double x = hz / centre_hz, u = q * (x - 1.0 / x), a2 = dawg_db_to_gain_d(gain_db);
    return (u * u + a2) / (u * u + 1.0 / a2);
}

/* Value and slopes of the model at one point. */
static double model(const dawg_bell_fit *f, const double v[UNKNOWNS], double hz, double half_hz, double slope[UNKNOWNS])
{
    const double f0 = f->start_hz * dawg_exp_d(v[PLACE] * LN2), q = dawg_exp_d(v[SHARPNESS] * LN2);
    const double a2 = dawg_exp_d(v[GAIN] * (LN10 / 20.0)), inverse = 1.0 / a2;
    double h = 0.0, by_u2 = 0.0, by_place = 0.0, by_a = 0.0;
    for (uint32_t j = 0; j < NODES; ++j) {
        const double o = (double)j - 3.0;
        const double at = hz + (half_hz > 0.0 ? half_hz * o / 3.5 : 0.5 * o * f->bin_hz);
        const double share = half_hz > 0.0 ? 1.0 / (double)NODES : lobe[j];
        const double x = dawg_max_d(at, 1e-3) / f0, y = x - 1.0 / x, u2 = q * q * y * y;
        const double under = 1.0 / (u2 + inverse), value = (u2 + a2) * under, d = (1.0 - value) * under;
        h += share * value;
        by_u2 += share * d * 2.0 * u2;                           /* d / d ln Q */
        by_place -= share * d * 2.0 * q * q * y * (x + 1.0 / x); /* d / d ln f0 */
        by_a += share * (a2 + value * inverse) * under;          /* d / d ln A^2 */
    }
    const double db = 10.0 / LN10 / h;
    const double octaves = dawg_log_d(hz / f->start_hz) / LN2;
    slope[LEVEL] = 1.0;
    slope[SLOPE] = octaves;
    slope[PLACE] = db * by_place * LN2;
    slope[GAIN] = db * by_a * (LN10 / 20.0);
    slope[SHARPNESS] = db * by_u2 * LN2;
    return v[LEVEL] + v[SLOPE] * octaves + 0.5 * dawg_gain_to_db_d(h);
}

static double prior(double log2_q) { return (log2_q - PRIOR_LOG2_Q) / PRIOR_SPREAD; }

static double cost(const dawg_bell_fit *f, const double v[UNKNOWNS])
{
    double slope[UNKNOWNS], sum = prior(v[SHARPNESS]) * prior(v[SHARPNESS]);
    for (uint32_t i = 0; i < f->points; ++i) {
        const double r = dawg_abs_d(f->point[i].y - model(f, v, f->point[i].hz, f->point[i].half_hz, slope));
        sum += f->point[i].weight * (r < HUBER_DB ? r * r : HUBER_DB * (2.0 * r - HUBER_DB));
    }
    return sum;
}

/* Gauss elimination of a symmetric, positive definite system; x holds the right side, then the solution. */
static void solve(double m[UNKNOWNS][UNKNOWNS], double x[UNKNOWNS])
{
    for (uint32_t i = 0; i < UNKNOWNS; ++i)
        for (uint32_t j = i + 1u; j < UNKNOWNS; ++j) {
            const double t = m[j][i] / m[i][i];
            for (uint32_t k = i; k < UNKNOWNS; ++k) m[j][k] -= t * m[i][k];
            x[j] -= t * x[i];
        }
    for (uint32_t i = UNKNOWNS; i-- > 0u;) {
        for (uint32_t k = i + 1u; k < UNKNOWNS; ++k) x[i] -= m[i][k] * x[k];
        x[i] /= m[i][i];
    }
}

static void improve(dawg_bell_fit *f)
{
    double m[UNKNOWNS][UNKNOWNS] = {{0.0}}, x[UNKNOWNS] = {0.0}, slope[UNKNOWNS];
    if (f->cost < 0.0) f->cost = cost(f, f->value);
    for (uint32_t i = 0; i < f->points; ++i) {
        const double r = f->point[i].y - model(f, f->value, f->point[i].hz, f->point[i].half_hz, slope);
        const double far = dawg_abs_d(r);
        const double w = f->point[i].weight * (far > HUBER_DB ? HUBER_DB / far : 1.0);
        for (uint32_t a = 0; a < UNKNOWNS; ++a) {
            x[a] += w * slope[a] * r;
            for (uint32_t b = 0; b < UNKNOWNS; ++b) m[a][b] += w * slope[a] * slope[b];
        }
    }
    m[SHARPNESS][SHARPNESS] += 1.0 / (PRIOR_SPREAD * PRIOR_SPREAD);
    x[SHARPNESS] -= prior(f->value[SHARPNESS]) / PRIOR_SPREAD;
    for (uint32_t a = 0; a < UNKNOWNS; ++a) m[a][a] += f->damping * m[a][a] + 1e-9;
    solve(m, x);
    double next[UNKNOWNS];
    for (uint32_t a = 0; a < UNKNOWNS; ++a) next[a] = f->value[a] + x[a];
    next[PLACE] = dawg_clamp_d(next[PLACE], -0.5, 0.5);
    next[GAIN] = dawg_clamp_d(next[GAIN], 0.0, GAIN_MAX_DB);
    next[SHARPNESS] = dawg_clamp_d(next[SHARPNESS], -1.0, 6.0);
    const double then = cost(f, next);
    if (then < f->cost) {
        for (uint32_t a = 0; a < UNKNOWNS; ++a) f->value[a] = next[a];
        f->cost = then;
        f->damping *= 0.2;
    } else f->damping *= 8.0;
}

void dawg_bell_fit_step(dawg_bell_fit *f)
{
    if (f->points < UNKNOWNS + 1u) return;
    improve(f);
    improve(f);
}

dawg_bell dawg_bell_fit_result(const dawg_bell_fit *f)
{
    double sum = 0.0, weights = 1e-30, slope[UNKNOWNS];
    for (uint32_t i = 0; i < f->points; ++i) {
        const double r = f->point[i].y - model(f, f->value, f->point[i].hz, f->point[i].half_hz, slope);
        sum += f->point[i].weight * r * r, weights += f->point[i].weight;
    }
    return (dawg_bell){.hz = f->start_hz * dawg_exp_d(f->value[PLACE] * LN2),
                       .gain_db = f->value[GAIN],
                       .q = dawg_exp_d(f->value[SHARPNESS] * LN2),
                       .error_db = dawg_sqrt_d(sum / weights)};
}
