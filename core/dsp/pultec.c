/* SPDX-License-Identifier: MIT
 * pultec.c - see pultec.h. Without the transformer the network is N(s)/D(s) with a cubic times a quadratic over a
 * quintic, all coefficients sums of positive terms. The coil's pole pair stays complex at every setting; the three
 * other poles are real. The three other zeros are real, or two of them a pair (the dip of the low-end trick). Sorted
 * by size they move smoothly with the pots: a section of the lower two and one of the third. The transformer sees the
 * boost's capacitor as open (it acts below 10 Hz). Roots: Aberth's iteration (1973) from those of the branches taken
 * alone. */
#include "pultec.h"
#include "section_fit.h"

#define UNIT (2.0 * DAWG_PI * 1000.0) /* s is counted in kHz */

#define R_BOOST 10000.0 /* the HF boost pot: in series with all that follows */
#define R_ATTEN 1000.0  /* the HF attenuation pot */
#define R1 91.0
#define R2 1000.0
#define R3 10000.0
#define LEG (R2 + R3)
#define FLAT_TOP (R_ATTEN * LEG / (R_ATTEN + LEG)) /* below the series arm with all pots at 0 */
#define FLAT_OUT (FLAT_TOP * R3 / LEG)
#define FLAT_ALL (R_BOOST + FLAT_TOP)
#define R_COIL 479.0
#define R_BANDWIDTH 2917.0
#define COIL_OHMS 3464.0 /* sqrt(L/C) */
#define ATTEN_OHMS 118.0 /* reactance of Ch at the switch frequency */
#define C2_AT_100 1e-6   /* F, at 100 Hz */
#define C2_OVER_C1 28.0
#define L_TRANSFORMER 240.0
#define LEAST_OHMS 0.5 /* a pot at its stop */

typedef struct complex {
    double re, im;
} complex;
static complex add(complex a, complex b) { return (complex){a.re + b.re, a.im + b.im}; }
static complex sub(complex a, complex b) { return (complex){a.re - b.re, a.im - b.im}; }
static complex mul(complex a, complex b) { return (complex){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }
static double square(complex a) { return a.re * a.re + a.im * a.im; }
static complex over(complex a, complex b)
{
    const double m = 1.0 / square(b);
    return mul(a, (complex){b.re * m, -b.im * m});
}

#define DEGREE_MAX 5u
typedef struct poly {
    uint32_t degree;
    double c[DEGREE_MAX + 1u];
} poly;

static poly line(double c0, double c1) { return (poly){1, {c0, c1}}; }
static poly times(const poly *a, const poly *b)
{
    poly y = {a->degree + b->degree, {0}};
    for (uint32_t i = 0; i <= a->degree; ++i)
        for (uint32_t j = 0; j <= b->degree; ++j) y.c[i + j] += a->c[i] * b->c[j];
    return y;
}
static void add_scaled(poly *y, const poly *a, double factor)
{
    if (a->degree > y->degree) y->degree = a->degree;
    for (uint32_t i = 0; i <= a->degree; ++i) y->c[i] += factor * a->c[i];
}

/* Improves z[degree] until nothing moves. Real starts stay real and conjugate pairs conjugate, if the roots are so; a
 * complex pair is found from starts off the axis. */
static void roots(const poly *p, complex *z)
{
    enum { TURNS_MAX = 60 };
    const uint32_t n = p->degree;
    for (uint32_t turn = 0; turn < TURNS_MAX; ++turn) {
        double moved = 0.0;
        complex next[DEGREE_MAX];
        for (uint32_t i = 0; i < n; ++i) {
            complex value = {p->c[n], 0.0}, slope = {0.0, 0.0}, pull = {0.0, 0.0};
            for (uint32_t k = n; k-- > 0;) {
                slope = add(mul(slope, z[i]), value);
                value = add(mul(value, z[i]), (complex){p->c[k], 0.0});
            }
            for (uint32_t j = 0; j < n; ++j)
                if (j != i) pull = add(pull, over((complex){1.0, 0.0}, sub(z[i], z[j])));
            const complex step = over(value, sub(slope, mul(value, pull)));
            next[i] = sub(z[i], step);
            moved = dawg_max_d(moved, square(step) / square(z[i]));
        }
        for (uint32_t i = 0; i < n; ++i) z[i] = next[i];
        if (!(moved > 1e-24)) break;
    }
}

/* Ascending sizes of three roots, in Hz; returns the cosine of the angle to the negative axis of the lower two, if they
 * are a complex pair, or 1. (A pair that is the upper two is as good as real.) */
static double sort(const complex *z, double hz[3])
{
    double pair = 1.0, of = 0.0;
    for (uint32_t i = 0; i < 3; ++i) {
        hz[i] = dawg_sqrt_d(square(z[i]));
        if (dawg_abs_d(z[i].im) <= 1e-9 * hz[i]) continue;
        pair = dawg_abs_d(z[i].re) / hz[i];
        of = hz[i];
    }
    for (uint32_t i = 0; i < 2; ++i)
        for (uint32_t j = 0; j < 2; ++j)
            if (hz[j] > hz[j + 1]) {
                const double t = hz[j];
                hz[j] = hz[j + 1];
                hz[j + 1] = t;
            }
    if (of > 0.5 * (hz[1] + hz[2])) pair = 1.0;
    for (uint32_t i = 0; i < 3; ++i) hz[i] *= 1000.0;
    return pair;
}

/* ---- from decibels to pots -------------------------------------------------------------------------------------- */

/* Rb at DC: (FLAT_OUT + Rb)/(FLAT_ALL + Rb) against FLAT_OUT/FLAT_ALL. */
static double low_boost_ohms(double db)
{
    const double k = dawg_db_to_gain_d(db) * (FLAT_OUT / FLAT_ALL);
    return (FLAT_ALL * k - FLAT_OUT) / (1.0 - k);
}

/* Rc at DC. With the leg l = LEG + Rc the output is R_ATTEN R3 / (R_BOOST (R_ATTEN + l) + R_ATTEN l). */
static double low_atten_ohms(double db)
{
    const double k = dawg_db_to_gain_d(-db) * (FLAT_OUT / FLAT_ALL);
    return (R_ATTEN * R3 / k - R_BOOST * R_ATTEN) / (R_BOOST + R_ATTEN) - LEG;
}

/* y at resonance, sharp: the series arm is R_BOOST - y^2/(R_COIL + y). */
static double high_boost_ohms(double db)
{
    const double q = R_BOOST - (FLAT_ALL * dawg_db_to_gain_d(-db) - FLAT_TOP);
    return 0.5 * (q + dawg_sqrt_d(q * q + 4.0 * q * R_COIL));
}

/* x at the switch frequency, where the shunt arm is R_ATTEN - x^2/(x + R1 - j ATTEN_OHMS). */
static double high_atten_ohms(double db)
{
    const double goal = dawg_db_to_gain_d(-2.0 * db) * (FLAT_OUT / FLAT_ALL) * (FLAT_OUT / FLAT_ALL);
    double low = 0.0, high = R_ATTEN;
    for (uint32_t i = 0; i < 40; ++i) {
        const double x = 0.5 * (low + high);
        const complex z = sub((complex){R_ATTEN, 0}, over((complex){x * x, 0}, (complex){x + R1, -ATTEN_OHMS}));
        const complex all = {R_BOOST * LEG + z.re * (R_BOOST + LEG), z.im * (R_BOOST + LEG)};
        if (square(z) * R3 * R3 > goal * square(all)) low = x;
        else high = x;
    }
    return 0.5 * (low + high);
}

/* ---- the network ------------------------------------------------------------------------------------------------ */

void dawg_pultec_design(const dawg_pultec *p, double rate, dawg_svf sections[DAWG_PULTEC_SECTIONS])
{
    const double rb = dawg_max_d(low_boost_ohms(p->low_boost), LEAST_OHMS);
    const double rc = dawg_max_d(low_atten_ohms(p->low_atten), LEAST_OHMS);
    const double y = high_boost_ohms(p->high_boost), x = high_atten_ohms(p->high_atten);
    const double rq = R_COIL + R_BANDWIDTH * p->bandwidth;
    const double c2 = C2_AT_100 * dawg_sqrt_d(100.0 / p->low_hz), tau2 = rb * c2 * UNIT;
    const double tau1 = rc * (c2 / C2_OVER_C1) * UNIT;
    const double ch = UNIT / (2.0 * DAWG_PI * p->atten_hz * ATTEN_OHMS), w0 = p->high_hz / 1000.0;
    const double cl = 1.0 / (COIL_OHMS * w0); /* C of the coil's circuit; L C = 1/w0^2 */

    /* Zs = ns/ds, the shunt arm nh/dh, the leg nl/dl, the boost rb/dj */
    const poly ds = {2, {1.0, (rq + y) * cl, 1.0 / (w0 * w0)}};
    const poly ns = {2, {R_BOOST, (R_BOOST * rq + (R_BOOST - y) * y) * cl, R_BOOST / (w0 * w0)}};
    const poly dh = line(1.0, (R1 + x) * ch), nh = line(R_ATTEN, ((R_ATTEN - x) * (R1 + x) + x * R1) * ch);
    const poly dl = line(1.0, tau1), nl = line(LEG + rc, LEG * tau1), dj = line(1.0, tau2);
    const poly nhdl = times(&nh, &dl), nhnl = times(&nh, &nl), nldh = times(&nl, &dh);
    poly dp = nhdl, bottom, upper; /* arm and leg in parallel: nhnl/dp */
    add_scaled(&dp, &nldh, 1.0);
    const poly nhdldj = times(&nhdl, &dj), dpdj = times(&dp, &dj), nhnlds = times(&nhnl, &ds), dsdp = times(&ds, &dp);
    upper = (poly){3, {0}};
    add_scaled(&upper, &nhdldj, R3);
    add_scaled(&upper, &dp, rb);
    bottom = times(&ns, &dpdj);
    const poly with_dj = times(&nhnlds, &dj);
    add_scaled(&bottom, &with_dj, 1.0);
    add_scaled(&bottom, &dsdp, rb);

    /* branches alone: what each capacitor sees */
    const double alone[3] = {1.0 / tau2 * (1.0 + rb / FLAT_ALL), 1.0 / tau1 * (1.0 + rc / LEG),
                             1.0 / ((R1 + x * (R_ATTEN - x + 5000.0) / (R_ATTEN + 5000.0)) * ch)};
    const double damping = 0.5 * (rq + y * (R_BOOST - y + FLAT_TOP) / FLAT_ALL) * cl * w0;
    const double side = dawg_sqrt_d(dawg_max_d(1.0 - damping * damping, 0.05));
    complex pole[5], zero[3];
    for (uint32_t i = 0; i < 3; ++i) {
        pole[i] = (complex){-alone[i] * (1.0 + 0.013 * (double)i), 0.0};
        zero[i] = (complex){-1.2 * alone[i], (double)i * 0.1 * alone[i]};
    }
    pole[3] = (complex){-damping * w0, side * w0};
    pole[4] = (complex){-damping * w0, -side * w0};
    roots(&bottom, pole);
    roots(&upper, zero);
    double pole_hz[3], zero_hz[3];
    (void)sort(pole, pole_hz);
    const double turn = sort(zero, zero_hz);
    sections[0] = dawg_section_pair(zero_hz, turn, pole_hz, rate);
    sections[1] = dawg_section_first(zero_hz[2], pole_hz[2], rate);

    const double ww = square(pole[3]), hz = 1000.0 * dawg_sqrt_d(ww);
    const dawg_section_analog coil = {
        .hz = hz, .b = ds.c[1] * (hz * 1e-3), .c = ds.c[2] * ww, .d = -2.0 * pole[3].re / (hz * 1e-3), .e = 1.0};
    sections[2] = dawg_section_second(&coil, rate);

    /* The transformer's corner is the resistance that it sees over 2 pi Lx. Star of the triangle arm, leg, R3. */
    const double leg = R2 + rc, sum = R_ATTEN + leg + R3, star = R_ATTEN * leg / sum + R_BOOST, m = R_ATTEN * R3 / sum;
    const int flat = !(p->low_boost > 0.0) && !(p->low_atten > 0.0); /* then it is exactly a wire */
    const double loaded = leg * R3 / sum + star * (m + rb) / (star + m + rb);
    const double flat_sum = R_ATTEN + LEG, flat_star = R_ATTEN * R2 / flat_sum + R_BOOST;
    const double flat_m = R_ATTEN * R3 / flat_sum;
    const double flat_sees = R2 * R3 / flat_sum + flat_star * flat_m / (flat_star + flat_m);
    const double sees = flat ? flat_sees : loaded;
    const double to_hz = 1.0 / (2.0 * DAWG_PI * L_TRANSFORMER);
    sections[3] = dawg_section_first(flat_sees * to_hz, sees * to_hz, rate);

    const double gain = upper.c[0] * ds.c[0] / bottom.c[0] / (FLAT_OUT / FLAT_ALL) * (flat_sees / sees);
    sections[0].hp *= gain;
    sections[0].bp *= gain;
    sections[0].lp *= gain;
}
