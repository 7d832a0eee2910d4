/* SPDX-License-Identifier: MIT
 * The tables that everything else is generated from: keys, ranges, defaults, labels, flags, meters, presets. */
#include "support/registry.h"
#include <ctype.h>
#include <math.h>

#define table(holds, p, key) promise(holds, p, NULL, "%s", key)

static int is_key(const char *key)
{
    if (!key || !islower((unsigned char)key[0])) return 0;
    for (const char *c = key; *c; ++c)
        if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '_') return 0; /* snake_case */
    return strlen(key) <= 40 && key[strlen(key) - 1] != '_';
}
static int is_sentence(const char *s) { return s && strlen(s) >= 10 && s[strlen(s) - 1] == '.'; }
static int ends_with(const char *s, const char *end)
{
    return strlen(s) >= strlen(end) && !strcmp(s + strlen(s) - strlen(end), end);
}

/* Units are suffixes, and each suffix means its unit. */
static int suffix_agrees(const dawg_param *q)
{
    static const struct {
        const char *end;
        dawg_unit unit;
    } rows[] = {{"_db", DAWG_DB},  {"_hz", DAWG_HZ},       {"_ms", DAWG_MS},
                {"_s", DAWG_S},    {"_cents", DAWG_CENTS}, {"_semitones", DAWG_SEMITONES},
                {"_bpm", DAWG_BPM}};
    for (uint32_t i = 0; i < DAWG_COUNT(rows); ++i) {
        if (ends_with(q->key, rows[i].end))
            return q->unit == rows[i].unit || (q->unit == DAWG_DBTP && rows[i].unit == DAWG_DB);
        if (q->unit == rows[i].unit) return 0;
    }
    return 1;
}

static void parameters_are_well_formed(const dawg_plugin *p)
{
    uint32_t automatable = 0;
    table(p->n_params > 0 && p->n_params < DAWG_PARAMS_MAX, p, "number of parameters");
    for (uint32_t i = 0; i < p->n_params; ++i) {
        const dawg_param *q = &p->params[i];
        const int step = q->curve == DAWG_INT || q->curve == DAWG_ENUM || q->curve == DAWG_BOOL;
        assert_non_null(q->key);
        table(is_key(q->key), p, q->key);
        table(strcmp(q->key, "bypass") != 0 && params_find(p, q->key) == i, p,
              q->key); /* no key twice, none of the runtime's */
        table(q->name && *q->name && is_sentence(q->help), p, q->key);
        table(suffix_agrees(q), p, q->key);
        table(isfinite(q->min) && isfinite(q->max) && q->min < q->max && q->def >= q->min && q->def <= q->max, p,
              q->key);
        table(q->curve != DAWG_LOG || q->min > 0.0f, p, q->key);
        table(!step || (q->min == floorf(q->min) && q->max == floorf(q->max) && q->def == floorf(q->def)), p, q->key);
        table(!step || q->smooth_ms == 0.0f, p, q->key);
        table(q->smooth_ms >= 0.0f && q->smooth_ms <= 100.0f, p, q->key);
        table(q->curve != DAWG_BOOL || (q->min == 0.0f && q->max == 1.0f), p, q->key);
        table((q->curve == DAWG_ENUM) == (q->labels != NULL), p, q->key);
        uint32_t labels = 0;
        while (q->labels && q->labels[labels]) ++labels;
        table(!q->labels || (q->min == 0.0f && q->max == (float)labels - 1.0f && labels > 1), p, q->key);
        for (uint32_t a = 0; a < labels; ++a)
            for (uint32_t b = 0; b < a; ++b) table(strcmp(q->labels[a], q->labels[b]) != 0, p, q->key);
        table(!(q->flags & DAWG_SETS_LATENCY) || !(q->flags & DAWG_AUTOMATABLE), p, q->key);
        automatable += (q->flags & DAWG_AUTOMATABLE) != 0;
        const float again = dawg_param_to_plain(q, dawg_param_to_knob(q, q->def)); /* a knob can show the default */
        table(step ? again == q->def : fabsf(again - q->def) <= 1e-5f * (q->max - q->min), p, q->key);
    }
    table(automatable >= 1 && automatable + 1 <= 24, p, "between 1 and 24 automatable parameters, bypass among them");
    print_message("%u parameters, %u automatable\n", p->n_params, automatable + 1);
}

/* Knob positions reach both ends exactly, never go backwards, and come back from the plain value. */
static void knobs_and_values_are_inverse(const dawg_plugin *p)
{
    for (uint32_t i = 0; i < p->n_params; ++i) {
        const dawg_param *q = &p->params[i];
        const int step = q->curve == DAWG_INT || q->curve == DAWG_ENUM || q->curve == DAWG_BOOL;
        table(dawg_param_to_plain(q, 0.0f) == q->min && dawg_param_to_plain(q, 1.0f) == q->max, p, q->key);
        table(dawg_param_to_knob(q, q->min) == 0.0f && dawg_param_to_knob(q, q->max) == 1.0f, p, q->key);
        float last = q->min;
        for (uint32_t k = 0; k <= 512; ++k) {
            const float knob = (float)k / 512.0f, plain = dawg_param_to_plain(q, knob);
            table(plain >= last && plain <= q->max, p, q->key);
            if (step) table(dawg_param_to_plain(q, dawg_param_to_knob(q, plain)) == plain, p, q->key);
            else table(fabsf(dawg_param_to_knob(q, plain) - knob) < 2e-6f, p, q->key);
            last = plain;
        }
    }
    print_message("%u parameters x 513 positions\n", p->n_params);
}

static void the_plugin_says_what_it_is(const dawg_plugin *p)
{
    table(is_key(p->key) && p->name && is_sentence(p->help), p, "key, name or help");
    table(p->category <= DAWG_UTILITY && p->version >= 1, p, "category or version");
    table(p->side_channels == 0 || p->side_channels == 2, p, "side_channels");
    table(p->layout && p->reset && p->process, p, "layout, reset or process");
    table(dawg_plugin_find(p->key) == p, p, "no other plugin has this key");
    table(dawg_plugin_find("no_such_plugin") == NULL, p, "a key nobody has");
    for (uint32_t i = 0; i < p->n_meters; ++i) {
        table(is_key(p->meters[i].key) && p->meters[i].name && isfinite(p->meters[i].idle), p, "meter");
        for (uint32_t k = 0; k < i; ++k) table(strcmp(p->meters[i].key, p->meters[k].key) != 0, p, p->meters[i].key);
    }
    int sets_latency = 0;
    for (uint32_t i = 0; i < p->n_params; ++i) sets_latency |= (p->params[i].flags & DAWG_SETS_LATENCY) != 0;
    table(!sets_latency || (p->latency && p->latency_max), p, "a parameter sets latency but there is no latency()");
    for (uint32_t k = 0; k < GRID_RATES; ++k)
        table(dawg_instance_size(p, &(dawg_setup){.sample_rate = grid_rates[k]}) > 0, p, "no size");
    rig r = rig_make(p, 48000);
    for (uint32_t i = 0; i < p->n_meters; ++i) table(dawg_meters(r.x)[i] == p->meters[i].idle, p, p->meters[i].key);
    print_message("%u bytes at 48 kHz, %u meters\n", (uint32_t)r.size, p->n_meters);
    rig_free(&r);
}

/* Latency moves only with parameters that say so. */
static void only_flagged_parameters_set_latency(const dawg_plugin *p)
{
    if (!p->latency) {
        print_message("no latency\n");
        return;
    }
    const dawg_setup s = {.sample_rate = 48000};
    uint32_t tried = 0;
    for (uint32_t set = 0; set < 20; ++set)
        for (uint32_t i = 0; i < p->n_params; ++i) {
            float values[DAWG_PARAMS_MAX];
            params_of(p, "flags", set, values);
            const uint32_t before = p->latency(values, &s);
            for (uint32_t k = 0; k <= 8; ++k) {
                values[i] = dawg_param_to_plain(&p->params[i], (float)k / 8.0f);
                const int moved = p->latency(values, &s) != before;
                table(!moved || (p->params[i].flags & DAWG_SETS_LATENCY), p, p->params[i].key);
                ++tried;
            }
        }
    print_message("%u settings\n", tried);
}

static void presets_are_well_formed(const dawg_plugin *p)
{
    table(p->n_presets >= 5, p, "at least five presets");
    for (uint32_t i = 0; i < p->n_presets; ++i) {
        const dawg_preset *q = &p->presets[i];
        table(is_key(q->key) && q->name && is_sentence(q->promise) && q->n_values > 0, p, q->key);
        int number = 0;
        for (const char *c = q->promise; *c; ++c) number |= isdigit((unsigned char)*c) != 0;
        table(number, p, q->key); /* a promise has a number in it */
        for (uint32_t k = 0; k < i; ++k) table(strcmp(p->presets[k].key, q->key) != 0, p, q->key);
        for (uint32_t k = 0; k < q->n_values; ++k) {
            table(q->values[k].param < p->n_params, p, q->key);
            const dawg_param *v = &p->params[q->values[k].param];
            const int step = v->curve == DAWG_INT || v->curve == DAWG_ENUM || v->curve == DAWG_BOOL;
            table(q->values[k].value >= v->min && q->values[k].value <= v->max, p, q->key);
            table(!step || q->values[k].value == floorf(q->values[k].value), p, q->key);
            for (uint32_t j = 0; j < k; ++j) table(q->values[j].param != q->values[k].param, p, q->key);
        }
    }
    print_message("%u presets\n", p->n_presets);
}

int main(void)
{
    const registry_row rows[] = {
        {"the plugin says what it is", the_plugin_says_what_it_is},
        {"parameters are well formed", parameters_are_well_formed},
        {"knobs and values are inverse", knobs_and_values_are_inverse},
        {"only flagged parameters set latency", only_flagged_parameters_set_latency},
        {"presets are well formed", presets_are_well_formed},
    };
    return registry_run(rows, DAWG_COUNT(rows));
}
