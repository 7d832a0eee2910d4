/* SPDX-License-Identifier: MIT
 * eq_tail.c - how long an equalizer rings (eq_band.h). Each pole e^(-sigma + jw) of the cascade H leaves a decaying tone.
 * A lone pole's residue is H(z) (sigma - theta) for z = e^(-theta + jw), theta -> sigma; with poles close together that
 * grows without limit while the true envelope is t^m e^(-sigma t), so the bound |H(z)| e^(-theta t) is taken, at the
 * theta < sigma that gives the shortest time (Chernoff's argument) and the largest |H| near the pole's angle on that
 * circle, as a zero may lie beside the pole. */
#include "eq_band.h"

#define SECTIONS_MAX (DAWG_EQ_RING_MAX + DAWG_EQ_BANDS_MAX)
/* Full-scale white noise has 1/sqrt(3) RMS; a conjugate pair sounds twice its residue; 2.8 times the expected amplitude
 * comes once in 2000. */
#define EXCITATION 3.2
#define LEAST 1e-6  /* -120 dBFS */
#define SETTLE 64.0 /* samples for what decays at once */

typedef struct complex {
    double re, im;
} complex;

/* At time t (samples) the tone is no louder than exp(level - theta t). */
typedef struct tone {
    double level, theta;
} tone;

static complex times(complex a, complex b) { return (complex){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }
static double square(complex a) { return a.re * a.re + a.im * a.im; }
static complex over(complex a, complex b)
{
    const double m = 1.0 / square(b);
    return times(a, (complex){b.re * m, -b.im * m});
}

/* |a + b s + c s^2|^2 */
static double quadratic(double a, double b, double c, complex s)
{
    return square((complex){a + b * s.re + c * (s.re * s.re - s.im * s.im), b * s.im + 2.0 * c * s.re * s.im});
}

static double log_gain(const dawg_svf *sections, uint32_t n, complex z)
{
    const complex t = over((complex){z.re - 1.0, z.im}, (complex){z.re + 1.0, z.im});
    double log = 0.0;
    for (uint32_t i = 0; i < n;) {
        double power = 1.0;
        for (uint32_t stop = i + 4u < n ? i + 4u : n; i < stop; ++i) {
            const dawg_svf *h = &sections[i];
            const complex s = {t.re / h->g, t.im / h->g};
            power *=
                dawg_max_d(quadratic(h->lp, h->bp, h->hp, s), 1e-60) / dawg_max_d(quadratic(1.0, h->k, 1.0, s), 1e-60);
        }
        log += 0.5 * dawg_log_d(power);
    }
    return log;
}

/* s: a pole of one of the sections, in tan(w/2). */
static tone tone_of(const dawg_svf *sections, uint32_t n, complex s)
{
    static const double part[] = {0.4, 0.55, 0.7, 0.8, 0.87, 0.92, 0.95, 0.97, 0.985}, beside[] = {0.0, 0.7};
    const complex pole = over((complex){1.0 + s.re, s.im}, (complex){1.0 - s.re, -s.im});
    const double radius = dawg_sqrt_d(square(pole));
    tone best = {.level = -1e3, .theta = 1.0};
    if (radius < 1e-6) return best;
    const double sigma = -dawg_log_d(radius);
    double least = 1e300;
    for (uint32_t i = 0; i < sizeof part / sizeof part[0]; ++i) {
        const double theta = part[i] * sigma, at = dawg_exp_d(-theta) / radius;
        double gain = -1e300;
        for (uint32_t j = 0; j < sizeof beside / sizeof beside[0]; ++j) {
            const double turn = dawg_min_d(beside[j] * sigma, DAWG_PI);
            const complex off = {at * dawg_cos_d(turn), at * dawg_sin_d(turn)};
            gain = dawg_max_d(gain, log_gain(sections, n, times(pole, off)));
        }
        const double level = gain + dawg_log_d((sigma - theta) / dawg_sqrt_d(2.0 * sigma));
        const double time = (level - dawg_log_d(LEAST)) / theta;
        if (time < least) {
            least = time;
            best = (tone){level, theta};
        }
    }
    return best;
}

double dawg_eq_tail(const dawg_svf *sections, uint32_t n, double gain)
{
    if (n == 0 || gain <= 0.0) return 0.0;
    tone tones[2u * SECTIONS_MAX];
    uint32_t m = 0;
    for (uint32_t i = 0; i < n; ++i) {
        const double g = sections[i].g, half = 0.5 * sections[i].k, root = dawg_sqrt_d(dawg_abs_d(half * half - 1.0));
        if (half < 1.0) {
            tones[m++] = tone_of(sections, n, (complex){-g * half, g * root});
        } else {
            tones[m++] = tone_of(sections, n, (complex){-g * (half + root), 0.0});
            tones[m++] = tone_of(sections, n, (complex){-g / (half + root), 0.0});
        }
    }
    const double least = dawg_log_d(LEAST / (gain * EXCITATION));
    double from = 0.0, to = 0.0; /* the sum is down somewhere between */
    for (uint32_t i = 0; i < m; ++i) {
        from = dawg_max_d(from, (tones[i].level - least) / tones[i].theta);
        to = dawg_max_d(to, (tones[i].level - least + dawg_log_d((double)m)) / tones[i].theta);
    }
    for (uint32_t pass = 0; pass < 12; ++pass) {
        const double t = 0.5 * (from + to);
        double sum = 0.0;
        for (uint32_t i = 0; i < m; ++i)
            sum += dawg_exp_d(dawg_clamp_d(tones[i].level - least - tones[i].theta * t, -100.0, 100.0));
        if (sum > 1.0) from = t;
        else to = t;
    }
    return to + SETTLE;
}
