/* SPDX-License-Identifier: MIT
 * eq_picture.c - see eq_picture.h. */
#include "eq_picture.h"

void dawg_eq_picture_make(dawg_eq_picture *p, const dawg_eq_setting *bands, uint32_t n, dawg_eq_mode mode, double rate)
{
    p->n = 0;
    p->mixes = 0;
    p->alike = 1;
    p->mode = mode;
    p->rate = mode == DAWG_EQ_HQ ? 2.0 * rate : rate;
    for (uint32_t i = 0; i < n; ++i) {
        if (!bands[i].on || dawg_eq_neutral(&bands[i].shape)) continue;
        p->band[p->n].placement = bands[i].placement;
        p->mixes |= (uint32_t)dawg_eq_is_mid_side(bands[i].placement);
        p->alike &= bands[i].placement < DAWG_EQ_LEFT;
        if (mode >= DAWG_EQ_LINEAR) dawg_eq_prototype_make(&p->band[p->n].prototype, &bands[i].shape);
        else p->band[p->n].n = dawg_eq_sections(&bands[i].shape, p->rate, p->band[p->n].section);
        ++p->n;
    }
}

static void response(const dawg_eq_picture *p, uint32_t band, double hz, double h[2])
{
    if (p->mode < DAWG_EQ_LINEAR) {
        dawg_svf_response(p->band[band].section, p->band[band].n, hz / p->rate, h);
    } else if (p->mode == DAWG_EQ_MIXED) {
        dawg_eq_prototype_half_phase(&p->band[band].prototype, hz, h);
    } else {
        h[0] = dawg_sqrt_d(dawg_eq_prototype_power(&p->band[band].prototype, hz));
        h[1] = 0.0;
    }
}

static void times(double a[2], const double b[2])
{
    const double re = a[0] * b[0] - a[1] * b[1];
    a[1] = a[0] * b[1] + a[1] * b[0];
    a[0] = re;
}

/* In order, to what each input has become: x + (h - 1) times the part of x that the band works on. */
void dawg_eq_picture_at(const dawg_eq_picture *p, double hz, double h[2][2][2])
{
    double l[2][2] = {{1.0, 0.0}, {0.0, 0.0}}, r[2][2] = {{0.0, 0.0}, {1.0, 0.0}}; /* [from][re, im] */
    for (uint32_t i = 0; i < p->n; ++i) {
        const dawg_eq_placement where = p->band[i].placement;
        double band[2];
        response(p, i, hz, band);
        for (uint32_t from = 0; from < 2; ++from) {
            if (where == DAWG_EQ_STEREO || where == DAWG_EQ_LEFT) times(l[from], band);
            if (where == DAWG_EQ_STEREO || where == DAWG_EQ_RIGHT) times(r[from], band);
            if (!dawg_eq_is_mid_side(where)) continue;
            const double sign = where == DAWG_EQ_MID ? 1.0 : -1.0;
            double part[2] = {0.5 * (l[from][0] + sign * r[from][0]), 0.5 * (l[from][1] + sign * r[from][1])};
            times(part, (const double[2]){band[0] - 1.0, band[1]});
            for (uint32_t k = 0; k < 2; ++k) {
                l[from][k] += part[k];
                r[from][k] += sign * part[k];
            }
        }
    }
    memcpy(h[0], l, sizeof l);
    memcpy(h[1], r, sizeof r);
}

static double square(const double h[2]) { return h[0] * h[0] + h[1] * h[1]; }

double dawg_eq_picture_power_alike(const dawg_eq_picture *p, double hz)
{
    double h[2][2][2], power = 0.0;
    dawg_eq_picture_at(p, hz, h);
    for (uint32_t to = 0; to < 2; ++to)
        power += 0.5 * square((const double[2]){h[to][0][0] + h[to][1][0], h[to][0][1] + h[to][1][1]});
    return power;
}

static void powers(const dawg_eq_picture *p, double hz, double power[2])
{
    power[0] = power[1] = 1.0;
    for (uint32_t b = 0; b < p->n; ++b) {
        const double band = dawg_eq_prototype_power(&p->band[b].prototype, hz);
        if (p->band[b].placement != DAWG_EQ_RIGHT) power[0] *= band;
        if (p->band[b].placement != DAWG_EQ_LEFT) power[1] *= band;
    }
}

double dawg_eq_picture_power(const void *picture, double hz)
{
    const dawg_eq_picture *p = picture;
    if (!p->mixes && p->mode >= DAWG_EQ_LINEAR) {
        double power[2];
        powers(p, hz, power);
        return 0.5 * (power[0] + power[1]);
    }
    double h[2][2][2];
    dawg_eq_picture_at(p, hz, h);
    return 0.5 * (square(h[0][0]) + square(h[0][1]) + square(h[1][0]) + square(h[1][1]));
}

/* The three cases of a FIR's target that cost less than the matrix of complex numbers. Without mid and side: a product per
 * channel, in linear phase of powers under one root; in linear phase with them: a matrix of real numbers. */
static void draw_phases(const dawg_eq_picture *p, double hz, double h[2][2])
{
    h[0][0] = h[1][0] = 1.0;
    h[0][1] = h[1][1] = 0.0;
    for (uint32_t b = 0; b < p->n; ++b) {
        double band[2];
        dawg_eq_prototype_half_phase(&p->band[b].prototype, hz, band);
        if (p->band[b].placement != DAWG_EQ_RIGHT) times(h[0], band);
        if (p->band[b].placement != DAWG_EQ_LEFT && !p->alike) times(h[1], band);
    }
}

static void draw_reals(const dawg_eq_picture *p, double hz, double h[2][2])
{
    h[0][0] = h[1][1] = 1.0;
    h[0][1] = h[1][0] = 0.0;
    for (uint32_t b = 0; b < p->n; ++b) {
        const dawg_eq_placement where = p->band[b].placement;
        const double band = dawg_sqrt_d(dawg_eq_prototype_power(&p->band[b].prototype, hz));
        const double sign = where == DAWG_EQ_SIDE ? -1.0 : 1.0;
        for (uint32_t from = 0; from < 2; ++from) {
            if (dawg_eq_is_mid_side(where)) {
                const double part = 0.5 * (band - 1.0) * (h[0][from] + sign * h[1][from]);
                h[0][from] += part;
                h[1][from] += sign * part;
                continue;
            }
            if (where != DAWG_EQ_RIGHT) h[0][from] *= band;
            if (where != DAWG_EQ_LEFT) h[1][from] *= band;
        }
    }
}

void dawg_eq_picture_draw(const void *user, double hz_step, uint32_t first, uint32_t n, float *const re[DAWG_FIR_PATHS],
                          float *const im[DAWG_FIR_PATHS])
{
    static const uint32_t to[DAWG_FIR_PATHS] = {0, 1, 1, 0}, from[DAWG_FIR_PATHS] = {0, 1, 0, 1};
    const dawg_eq_picture *p = user;
    const int turned = p->mode == DAWG_EQ_MIXED;
    for (uint32_t i = 0; i < n; ++i) {
        const double hz = (double)(first + i) * hz_step;
        double h[2][2][2] = {{{0}}};
        if (p->mixes && turned) {
            dawg_eq_picture_at(p, hz, h);
        } else if (p->mixes) {
            double real[2][2];
            draw_reals(p, hz, real);
            for (uint32_t k = 0; k < 4; ++k) h[k / 2u][k % 2u][0] = real[k / 2u][k % 2u];
        } else if (turned) {
            double channel[2][2];
            draw_phases(p, hz, channel);
            memcpy(h[0][0], channel[0], sizeof channel[0]);
            memcpy(h[1][1], channel[1], sizeof channel[1]);
        } else {
            double power[2];
            powers(p, hz, power);
            h[0][0][0] = dawg_sqrt_d(power[0]);
            h[1][1][0] = dawg_sqrt_d(power[1]);
        }
        for (uint32_t path = 0; path < (p->mixes ? 4u : 2u); ++path) {
            if (p->alike && (path == DAWG_FIR_RR || path == DAWG_FIR_RL)) continue;
            re[path][i] = (float)h[to[path]][from[path]][0];
            if (turned) im[path][i] = (float)h[to[path]][from[path]][1];
        }
    }
}
