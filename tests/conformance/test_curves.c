/* SPDX-License-Identifier: MIT
 * Every plugin that draws a curve draws it for all settings, all x, all rates: finite, the same each time, whatever a
 * caller asks. That the curve is the right one is tested per plugin. */
#include "draw.h"
#include "support/registry.h"
#include <math.h>

enum { ENDS = 8, POINTS = 40 };
#define UNTOUCHED 12345.0f

/* Four times each end or what stands for it, then points all over the range. */
static void points(const dawg_plugin *p, float rate, float *x)
{
    const int is_hz = p->curve_kind == DAWG_RESPONSE;
    const float hz[ENDS] = {0, -1, -INFINITY, NAN, 0.5f * rate, rate, 1e30f, INFINITY};
    const float db[ENDS] = {-200, -200.5f, -INFINITY, NAN, 80, 81, 1e30f, INFINITY};
    memcpy(x, is_hz ? hz : db, sizeof hz);
    for (uint32_t i = ENDS; i < POINTS; ++i) {
        const float u = (float)(i - ENDS) / (float)(POINTS - ENDS - 1);
        x[i] = is_hz ? 10.0f * powf(0.05f * rate, u) : 280.0f * u - 200.0f;
    }
}

static int has_curve(const dawg_plugin *p)
{
    if (p->draw) return 1;
    float values[DAWG_PARAMS_MAX], x = 0, y = UNTOUCHED;
    params_of(p, "curve", 0, values);
    promise(p->curve_kind == DAWG_NO_CURVE && p->curve_parts == 0, p, values, "a curve's kind or parts without draw");
    promise(!dawg_draw(p, &(dawg_setup){48000}, values, 0, &x, &y, 1) && y == UNTOUCHED, p, values,
            "drawn all the same");
    print_message("no curve\n");
    return 0;
}

/* At every x, in the range or not, and at the ends each way of asking for the end. */
static void curves_are_finite_everywhere(const dawg_plugin *p)
{
    if (!has_curve(p)) return;
    promise(p->curve_kind == DAWG_RESPONSE || p->curve_kind == DAWG_TRANSFER, p, NULL, "draw without a kind");
    uint32_t curves = 0;
    for (uint32_t set = 0; set < grid(30, 300); ++set)
        for (uint32_t k = set % 3; k < GRID_RATES; k += 3) {
            float values[DAWG_PARAMS_MAX], x[POINTS], y[POINTS];
            params_of(p, "curve", set, values);
            points(p, grid_rates[k], x);
            for (uint32_t part = 0; part <= p->curve_parts; ++part, ++curves) {
                promise(dawg_draw(p, &(dawg_setup){grid_rates[k]}, values, part, x, y, POINTS), p, values, "not drawn");
                for (uint32_t i = 0; i < POINTS; ++i)
                    promise(isfinite(y[i]) && y[i] >= DAWG_CURVE_FLOOR_DB, p, values, "part %u, rate %g, x %g: y %g",
                            part, (double)grid_rates[k], (double)x[i], (double)y[i]);
                for (uint32_t i = 0; i < ENDS; ++i)
                    promise(y[i] == y[i & 4u], p, values, "part %u, rate %g: x %g gives %g, the end of the range %g",
                            part, (double)grid_rates[k], (double)x[i], (double)y[i], (double)y[i & 4u]);
            }
        }
    print_message("%u curves\n", curves);
}

static void nothing_is_drawn_where_nothing_is_asked(const dawg_plugin *p)
{
    if (!has_curve(p)) return;
    const dawg_setup s = {48000};
    float values[DAWG_PARAMS_MAX], x = 0, y = UNTOUCHED;
    params_of(p, "curve", 3, values);
    promise(dawg_draw(p, &s, values, 0, NULL, NULL, 0), p, values, "no points");
    promise(!dawg_draw(p, &s, values, p->curve_parts + 1u, &x, &y, 1), p, values, "a part too many");
    promise(!dawg_draw(p, &s, values, UINT32_MAX, &x, &y, 1) && y == UNTOUCHED, p, values, "part 2^32 - 1");
}

/* The same bits again, in place, one point at a time, with illegal values that stand for these. */
static void a_curve_depends_on_values_rate_and_x_alone(const dawg_plugin *p)
{
    if (!has_curve(p)) return;
    const dawg_setup s = {44100};
    for (uint32_t set = 0; set < grid(20, 200); ++set) {
        float values[DAWG_PARAMS_MAX], wild[DAWG_PARAMS_MAX], x[POINTS], y[POINTS], again[POINTS];
        params_of(p, "curve", set, values);
        points(p, s.sample_rate, x);
        for (uint32_t i = 0; i < p->n_params; ++i) {
            const dawg_param *q = &p->params[i];
            wild[i] = values[i] == q->def   ? NAN
                      : values[i] == q->max ? INFINITY
                      : values[i] == q->min ? q->min - 1e6f
                                            : values[i];
        }
        for (uint32_t part = 0; part <= p->curve_parts; ++part) {
            dawg_draw(p, &s, values, part, x, y, POINTS);
            memcpy(again, x, sizeof x);
            dawg_draw(p, &s, wild, part, again, again, POINTS);
            promise(!memcmp(y, again, sizeof y), p, values, "part %u in place, with illegal values", part);
            for (uint32_t i = 0; i < POINTS; ++i) dawg_draw(p, &s, values, part, &x[i], &again[i], 1);
            promise(!memcmp(y, again, sizeof y), p, values, "part %u, point by point", part);
        }
    }
}

int main(void)
{
    const registry_row rows[] = {
        {"curves are finite everywhere", curves_are_finite_everywhere},
        {"nothing is drawn where nothing is asked", nothing_is_drawn_where_nothing_is_asked},
        {"a curve depends on values, rate and x alone", a_curve_depends_on_values_rate_and_x_alone},
    };
    return registry_run(rows, DAWG_COUNT(rows));
}
