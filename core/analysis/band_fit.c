/* SPDX-License-Identifier: MIT
 * band_fit.c - see band_fit.h. In u = (f/f0)^2 the power responses of the prototypes are quotients of quadratics, so
 * value and slopes in ln f0, gain and ln Q cost one division each, and one logarithm serves all bands. */
#include "band_fit.h"
#include <string.h>

#define BANDS DAWG_FIT_BANDS
#define POINTS DAWG_FIT_POINTS
#define KNOBS 3u                     /* of a band: ln f0, gain in dB, ln Q */
#define UNKNOWNS (BANDS * KNOBS + 1) /* and the level that is thrown away */
#define LEVEL (BANDS * KNOBS)
#define LN_DECADE 2.302585092994046  /* ln 10 */
#define DB_PER_LN (10.0 / LN_DECADE) /* of power */

#define WORTH_DB 0.02    /* of RMS: what another band must be able to take */
#define STEPS_BETWEEN 5u /* of Gauss-Newton after each band that is placed */
#define STEPS_TO_CHOOSE 20u
#define STEPS_AT_END 40u
#define STALLED 1e-4       /* relative gain of a step that ends a round */
#define RIDGE 1e-4         /* penalty per band and dB^2 of gain, beside one dB^2 at one point: two bands do not fight */
#define THIRD_OCTAVE 0.231 /* ln 2 / 3 */

typedef struct range {
    double lo, hi;
} range;

typedef struct problem {
    uint32_t n, bands;
    double ff[POINTS]; /* Hz^2 */
    const double *want;
    dawg_eq_type type[BANDS];
    range bound[BANDS][KNOBS];
    double max_gain;
} problem;

/* ---- one band's curve ------------------------------------------------------------------------------------------- */

typedef struct shape {
    dawg_eq_type type;
    double per_ff, a, iq; /* u = f^2 per_ff; A = 10^(gain/40); 1/Q^2 */
} shape;

static shape shape_of(dawg_eq_type type, const double *knob)
{
    return (shape){type, dawg_exp_d(-2.0 * knob[0]), dawg_exp_d(knob[1] * LN_DECADE / 40.0),
                   dawg_exp_d(-2.0 * knob[2])};
}

/* |H|^2 = a2 N/D; grad: of ln |H|^2 by ln f0, ln A, ln Q. */
typedef struct quotient {
    double num, den;
} quotient;

static quotient evaluate(const shape *s, double ff, double grad[3])
{
    const double u = ff * s->per_ff, a = s->a, iq = s->iq;
    double n, d, n_u, d_u, n_a, d_a, n_q, d_q;
    if (s->type == DAWG_EQ_BELL) {
        const double v = 1.0 - u, up = u * a * a * iq, down = u * iq / (a * a);
        n = v * v + up;
        d = v * v + down;
        n_u = -2.0 * v * u + up;
        d_u = -2.0 * v * u + down;
        n_a = 2.0 * up;
        d_a = -2.0 * down;
        n_q = -2.0 * up;
        d_q = -2.0 * down;
    } else { /* a low shelf; a high shelf is its mirror image */
        const double v = a - u, w = 1.0 - a * u, c = u * a * iq;
        n = v * v + c;
        d = w * w + c;
        n_u = -2.0 * v * u + c;
        d_u = -2.0 * a * w * u + c;
        n_a = 2.0 * a * v + c;
        d_a = -2.0 * a * u * w + c;
        n_q = d_q = -2.0 * c;
    }
    const int high = s->type == DAWG_EQ_HIGH_SHELF;
    const double lift = s->type == DAWG_EQ_BELL ? 1.0 : a * a;
    if (grad) {
        const double over_n = 1.0 / n, over_d = 1.0 / d, sign = high ? -1.0 : 1.0;
        grad[0] = -2.0 * sign * (n_u * over_n - d_u * over_d);
        grad[1] = sign * (n_a * over_n - d_a * over_d) + (lift == 1.0 && s->type == DAWG_EQ_BELL ? 0.0 : 2.0);
        grad[2] = sign * (n_q * over_n - d_q * over_d);
    }
    return high ? (quotient){lift * d, n} : (quotient){lift * n, d};
}

double dawg_fit_band_db(const dawg_fit_band *b, double f_hz)
{
    const double knob[KNOBS] = {dawg_log_d(b->freq_hz), b->gain_db, dawg_log_d(b->q)};
    const shape s = shape_of(b->type, knob);
    const quotient h = evaluate(&s, f_hz * f_hz, NULL);
    return DB_PER_LN * dawg_log_d(h.num / h.den);
}

/* ---- least squares ---------------------------------------------------------------------------------------------- */

/* Where the knobs of a band may go: shelves at the ends, bells between, no bell so narrow that it follows single
 * notes. */
static void assign(problem *p, uint32_t band, dawg_eq_type t)
{
    static const range hz[] = {{30, 500}, {30, 16000}, {1500, 16000}}, q[] = {{0.5, 1.0}, {0.4, 4.0}};
    const range h = hz[t == DAWG_EQ_LOW_SHELF ? 0 : t == DAWG_EQ_BELL ? 1 : 2], w = q[t == DAWG_EQ_BELL];
    p->type[band] = t;
    p->bound[band][0] = (range){dawg_log_d(h.lo), dawg_log_d(h.hi)};
    p->bound[band][1] = (range){-p->max_gain, p->max_gain};
    p->bound[band][2] = (range){dawg_log_d(w.lo), dawg_log_d(w.hi)};
}

/* Sum of squares; the residuals; if hessian is not NULL the normal equations J'J and -J'r (lower triangle). */
static double misfit(const problem *p, const double *x, double *residual, double hessian[UNKNOWNS][UNKNOWNS],
                     double *descent)
{
    shape s[BANDS];
    double sum = 0.0, row[UNKNOWNS] = {0.0};
    const uint32_t used = p->bands * KNOBS;
    for (uint32_t b = 0; b < p->bands; ++b) s[b] = shape_of(p->type[b], x + b * KNOBS);
    if (hessian) {
        memset(hessian, 0, sizeof(double) * UNKNOWNS * UNKNOWNS);
        memset(descent, 0, sizeof(double) * UNKNOWNS);
    }
    for (uint32_t i = 0; i < p->n; ++i) {
        double num = 1.0, den = 1.0;
        for (uint32_t b = 0; b < p->bands; ++b) {
            const quotient h = evaluate(&s[b], p->ff[i], hessian ? row + b * KNOBS : NULL);
            num *= h.num;
            den *= h.den;
        }
        const double r = DB_PER_LN * dawg_log_d(num / den) + x[LEVEL] - p->want[i];
        residual[i] = r;
        sum += r * r;
        if (!hessian) continue;
        for (uint32_t k = 0; k < used; ++k) row[k] *= k % KNOBS == 1u ? 0.5 : DB_PER_LN; /* ln A = gain ln10/40 */
        for (uint32_t k = 0; k < used; ++k) {
            for (uint32_t m = 0; m <= k; ++m) hessian[k][m] += row[k] * row[m];
            hessian[LEVEL][k] += row[k];
            descent[k] -= row[k] * r;
        }
        hessian[LEVEL][LEVEL] += 1.0;
        descent[LEVEL] -= r;
    }
    for (uint32_t b = 0; b < p->bands; ++b) {
        const double gain = x[b * KNOBS + 1u];
        sum += RIDGE * gain * gain;
        if (!hessian) continue;
        hessian[b * KNOBS + 1u][b * KNOBS + 1u] += RIDGE;
        descent[b * KNOBS + 1u] -= RIDGE * gain;
    }
    return sum;
}

/* Cholesky over the free unknowns; 0: not positive definite. */
static int solve(double h[UNKNOWNS][UNKNOWNS], const uint8_t *fixed, double *x)
{
    double l[UNKNOWNS][UNKNOWNS];
    for (uint32_t i = 0; i < UNKNOWNS; ++i) {
        if (fixed[i]) continue;
        for (uint32_t k = 0; k <= i; ++k) {
            if (fixed[k]) continue;
            double sum = h[i][k];
            for (uint32_t m = 0; m < k; ++m)
                if (!fixed[m]) sum -= l[i][m] * l[k][m];
            if (k < i) l[i][k] = sum / l[k][k];
            else if (sum > 1e-14) l[i][i] = dawg_sqrt_d(sum);
            else return 0;
        }
        for (uint32_t m = 0; m < i; ++m)
            if (!fixed[m]) x[i] -= l[i][m] * x[m];
        x[i] /= l[i][i];
    }
    for (uint32_t i = UNKNOWNS; i-- > 0;) {
        if (fixed[i]) continue;
        for (uint32_t m = i + 1u; m < UNKNOWNS; ++m)
            if (!fixed[m]) x[i] -= l[m][i] * x[m];
        x[i] /= l[i][i];
    }
    return 1;
}

typedef struct normal {
    double hessian[UNKNOWNS][UNKNOWNS], descent[UNKNOWNS];
} normal;

/* Damped Gauss-Newton steps inside the bounds: an unknown at its bound that would leave stays there. Returns the
 * misfit. */
static double refine(const problem *p, double *x, double *residual, uint32_t steps)
{
    normal at, next;
    double damping = 0.01, best = misfit(p, x, residual, at.hessian, at.descent);
    for (; steps && damping < 1e6; --steps) {
        double damped[UNKNOWNS][UNKNOWNS], move[UNKNOWNS], to[UNKNOWNS], left[POINTS];
        uint8_t fixed[UNKNOWNS];
        memcpy(damped, at.hessian, sizeof damped);
        memcpy(move, at.descent, sizeof move);
        memcpy(to, x, sizeof to);
        for (uint32_t i = 0; i < UNKNOWNS; ++i) {
            fixed[i] = i < LEVEL && i >= p->bands * KNOBS;
            if (!fixed[i] && i < LEVEL) {
                const range r = p->bound[i / KNOBS][i % KNOBS];
                fixed[i] = (x[i] <= r.lo && move[i] < 0.0) || (x[i] >= r.hi && move[i] > 0.0);
            }
            damped[i][i] += damping * (damped[i][i] + 1e-3);
        }
        const int solved = solve(damped, fixed, move);
        for (uint32_t i = 0; i < UNKNOWNS; ++i) {
            if (fixed[i]) continue;
            to[i] += move[i];
            if (i >= LEVEL) continue;
            const range r = p->bound[i / KNOBS][i % KNOBS];
            to[i] = dawg_clamp_d(to[i], r.lo, r.hi);
        }
        const double was = best, cost = solved ? misfit(p, to, left, next.hessian, next.descent) : best;
        if (!(cost < was)) {
            damping *= 6.0;
            continue;
        }
        memcpy(x, to, sizeof to);
        memcpy(residual, left, sizeof left);
        at = next;
        best = cost;
        damping = dawg_max_d(damping * 0.2, 1e-7);
        if (was - cost < STALLED * was) break;
    }
    return best;
}

/* ---- where the next band helps most ----------------------------------------------------------------------------- */

/* dB per dB of gain as the gain goes to 0. */
static double slope(dawg_eq_type type, double u, double iq)
{
    const double v = 1.0 - u, d = v * v + u * iq;
    if (type == DAWG_EQ_BELL) return u * iq / d;
    const double tilt = 0.5 * v * (1.0 + u) / d;
    return type == DAWG_EQ_LOW_SHELF ? 0.5 + tilt : 0.5 - tilt;
}

/* Writes the knobs of the best band of this type against the residual, and returns the squares that it would take.
 * Every other point is enough to choose by. */
static double candidate(const problem *p, dawg_eq_type type, const double *residual, double *knob)
{
    static const double qs[] = {0.7, 0.5, 1.4, 2.8};
    problem one = {.max_gain = p->max_gain};
    assign(&one, 0, type);
    const range r = one.bound[0][0];
    const double n = (double)((p->n + 1u) / 2u);
    double best = 0.0;
    for (double at = r.lo; at <= r.hi; at += THIRD_OCTAVE)
        for (uint32_t k = 0; k < (type == DAWG_EQ_BELL ? 4u : 1u); ++k) {
            const double per_ff = dawg_exp_d(-2.0 * at), iq = 1.0 / (qs[k] * qs[k]);
            double s = 0.0, ss = 0.0, sr = 0.0, rr = 0.0;
            for (uint32_t i = 0; i < p->n; i += 2u) {
                const double y = slope(type, p->ff[i] * per_ff, iq);
                s += y;
                ss += y * y;
                sr -= y * residual[i];
                rr -= residual[i];
            }
            const double power = ss - s * s / n, product = sr - s * rr / n; /* around their means */
            if (power < 1e-3 * n) continue;
            const double gain = dawg_clamp_d(product / power, -p->max_gain, p->max_gain);
            const double taken = gain * (2.0 * product - gain * power) * (double)p->n / n;
            if (taken <= best) continue;
            best = taken;
            knob[0] = at;
            knob[1] = gain;
            knob[2] = dawg_log_d(qs[k]);
        }
    return best;
}

static void place(problem *p, double *x)
{
    static const uint32_t most[] = {1, BANDS - 2u, 1};
    static const dawg_eq_type kinds[] = {DAWG_EQ_LOW_SHELF, DAWG_EQ_BELL, DAWG_EQ_HIGH_SHELF};
    uint32_t placed[3] = {0};
    double residual[POINTS];
    (void)misfit(p, x, residual, NULL, NULL);
    while (p->bands < BANDS) {
        double best = WORTH_DB * WORTH_DB * (double)p->n, knob[KNOBS] = {0};
        uint32_t kind = 3;
        for (uint32_t t = 0; t < 3u; ++t) {
            double found[KNOBS] = {0};
            const double taken = placed[t] < most[t] ? candidate(p, kinds[t], residual, found) : 0.0;
            if (taken <= best) continue;
            best = taken;
            kind = t;
            memcpy(knob, found, sizeof knob);
        }
        if (kind == 3u) break;
        ++placed[kind];
        assign(p, p->bands, kinds[kind]);
        memcpy(x + p->bands * KNOBS, knob, sizeof knob);
        ++p->bands;
        (void)refine(p, x, residual, STEPS_BETWEEN);
    }
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

const dawg_fit_band dawg_fit_layout[BANDS] = {{DAWG_EQ_LOW_SHELF, 80, 0, 0.71}, {DAWG_EQ_BELL, 250, 0, 1},
                                              {DAWG_EQ_BELL, 1000, 0, 1},       {DAWG_EQ_BELL, 3000, 0, 1},
                                              {DAWG_EQ_BELL, 6000, 0, 1},       {DAWG_EQ_HIGH_SHELF, 10000, 0, 0.71}};

/* Low shelf, bells by frequency, high shelf. */
static void arrange(const problem *p, const double *x, dawg_fit_band *band)
{
    uint32_t bells = 0;
    for (uint32_t b = 0; b < p->bands; ++b) {
        const double *k = x + b * KNOBS;
        const dawg_fit_band found = {p->type[b], dawg_exp_d(k[0]), k[1], dawg_exp_d(k[2])};
        uint32_t at = found.type == DAWG_EQ_LOW_SHELF ? 0 : BANDS - 1u;
        if (dawg_abs_d(found.gain_db) < DAWG_FIT_SMALLEST_DB) continue;
        if (found.type == DAWG_EQ_BELL)
            for (at = ++bells; at > 1u && band[at - 1u].freq_hz > found.freq_hz; --at) band[at] = band[at - 1u];
        band[at] = found;
    }
}

/* The problem has several valleys: from two starts some steps each, then on from the lower one. */
void dawg_band_fit(const double *hz, const double *want_db, uint32_t n, double max_gain_db,
                   dawg_fit_band band[DAWG_FIT_BANDS])
{
    problem p = {.n = n < POINTS ? n : POINTS, .want = want_db, .max_gain = max_gain_db};
    double x[UNKNOWNS] = {0}, y[UNKNOWNS] = {0}, residual[POINTS];
    memcpy(band, dawg_fit_layout, sizeof dawg_fit_layout);
    for (uint32_t i = 0; i < p.n; ++i) p.ff[i] = hz[i] * hz[i];
    problem other = p;
    place(&p, x);
    if (p.bands == 0) return;
    other.bands = BANDS;
    for (uint32_t b = 0; b < BANDS; ++b) {
        assign(&other, b, dawg_fit_layout[b].type);
        y[b * KNOBS] = dawg_log_d(dawg_fit_layout[b].freq_hz);
        y[b * KNOBS + 2u] = dawg_log_d(dawg_fit_layout[b].q);
    }
    const double from_layout = refine(&other, y, residual, STEPS_TO_CHOOSE);
    if (from_layout < refine(&p, x, residual, STEPS_TO_CHOOSE)) {
        p = other;
        memcpy(x, y, sizeof y);
    }
    (void)refine(&p, x, residual, STEPS_AT_END);
    arrange(&p, x, band);
}
