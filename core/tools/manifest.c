/* SPDX-License-Identifier: MIT
 * manifest.c - prints every plugin as JSON: the only bridge from the C tables to TypeScript, AudioParam descriptors,
 * WAM, docs and the model schema; and the frame of features that models hear. `hash` is FNV-1a (32 bits) of the text of
 * `plugins` and `features`. Keep the field names: users script `dawg describe --json`, which prints this file. */
#include "analysis/features.h"
#include "runtime.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const units[] = {
    [DAWG_NO_UNIT] = "", [DAWG_DB] = "dB",           [DAWG_HZ] = "Hz",       [DAWG_MS] = "ms",
    [DAWG_S] = "s",      [DAWG_RATIO] = ":1",        [DAWG_CENTS] = "cents", [DAWG_SEMITONES] = "semitones",
    [DAWG_BPM] = "bpm",  [DAWG_DEGREES] = "degrees", [DAWG_LUFS] = "LUFS",   [DAWG_DBTP] = "dBTP"};
static const char *const curves[] = {"lin", "log", "int", "enum", "bool"};
static const char *const curve_kinds[] = {
    [DAWG_NO_CURVE] = NULL, [DAWG_RESPONSE] = "response", [DAWG_TRANSFER] = "transfer"};
static const char *const categories[] = {"reverb", "delay", "compressor", "eq", "utility"};

/* Everything printed goes through put(), which hashes or writes. */
static uint32_t hash;
static int hashing;
static void put(const char *s)
{
    if (!hashing) fputs(s, stdout);
    else
        for (; *s; ++s) hash = (hash ^ (uint32_t)(unsigned char)*s) * 16777619u;
}

static void put_string(const char *s)
{
    char buffer[8];
    put("\"");
    for (; *s; ++s) {
        if (*s == '"' || *s == '\\') snprintf(buffer, sizeof buffer, "\\%c", *s);
        else snprintf(buffer, sizeof buffer, "%c", *s);
        put(buffer);
    }
    put("\"");
}

/* The shortest decimal that reads back as the same float, large numbers without an exponent. */
static void put_float(float v)
{
    char buffer[32];
    for (int digits = 1; digits <= 9; ++digits) {
        snprintf(buffer, sizeof buffer, "%.*g", digits, (double)v);
        if (strtof(buffer, NULL) == v && !strstr(buffer, "e+")) break;
    }
    put(buffer);
}

static void put_field(const char *before, const char *key, const char *value)
{
    put(before);
    put_string(key);
    put(": ");
    put_string(value);
}
static void put_number(const char *key, float value)
{
    put(", ");
    put_string(key);
    put(": ");
    put_float(value);
}
static void put_bool(const char *key, uint32_t value)
{
    put(", ");
    put_string(key);
    put(value ? ": true" : ": false");
}

static void put_param(const dawg_param *p)
{
    put_field("        {", "key", p->key);
    put_field(", ", "name", p->name);
    put_field(", ", "unit", units[p->unit]);
    put_field(", ", "curve", curves[p->curve]);
    put_number("min", p->min);
    put_number("max", p->max);
    put_number("def", p->def);
    put(", \"labels\": [");
    for (uint32_t i = 0; p->labels && p->labels[i]; ++i) {
        put(i ? ", " : "");
        put_string(p->labels[i]);
    }
    put("]");
    put_field(", ", "help", p->help);
    put_bool("automatable", p->flags & DAWG_AUTOMATABLE);
    put_bool("mlTarget", p->flags & DAWG_ML_TARGET);
    put_bool("minIsOff", p->flags & DAWG_MIN_IS_OFF);
    put_bool("maxIsOff", p->flags & DAWG_MAX_IS_OFF);
    if (p->flags & DAWG_MAX_IS_INFINITE) put_bool("maxIsInfinite", 1);
    put_bool("setsLatency", p->flags & DAWG_SETS_LATENCY);
    put_number("smoothMs", p->smooth_ms);
    put("}");
}

static void put_value(const dawg_param *p, float value)
{
    put_string(p->key);
    put(": ");
    if (p->curve == DAWG_ENUM) put_string(p->labels[(int)value]);
    else if (p->curve == DAWG_BOOL) put(value > 0.5f ? "true" : "false");
    else put_float(value);
}

static void put_preset(const dawg_plugin *p, const dawg_preset *s)
{
    put_field("        {", "key", s->key);
    put_field(", ", "name", s->name);
    put_field(", ", "promise", s->promise);
    put(", \"values\": {");
    for (uint32_t i = 0; i < s->n_values; ++i) {
        put(i ? ", " : "");
        put_value(&p->params[s->values[i].param], s->values[i].value);
    }
    put("}}");
}

static void put_meter(const dawg_meter *m)
{
    put_field("        {", "key", m->key);
    put_field(", ", "name", m->name);
    put_field(", ", "unit", units[m->unit]);
    put_number("idle", m->idle);
    put("}");
}

static void put_plugin(const dawg_plugin *p)
{
    const dawg_setup setup = {48000.0f};
    float defaults[DAWG_PARAMS_MAX];
    for (uint32_t i = 0; i < p->n_params; ++i) defaults[i] = p->params[i].def;
    put_field("    {", "key", p->key);
    put_field(", ", "name", p->name);
    put_field(",\n      ", "help", p->help);
    put_field(",\n      ", "category", categories[p->category]);
    put_number("version", p->version);
    put_number("channels", 2);
    put_number("sideChannels", p->side_channels);
    put_number("latency", p->latency ? (float)p->latency(defaults, &setup) : 0.0f);
    if (p->draw) put_field(", ", "curve", curve_kinds[p->curve_kind]);
    else put(", \"curve\": null");
    put_number("curveParts", (float)p->curve_parts);
    put(", \"bandHz\": [");
    for (uint32_t i = 0; i < p->n_bands; ++i) {
        put(i ? ", " : "");
        put_float(p->band_hz[i]);
    }
    put("]");
    put(",\n      \"params\": [\n");
    for (uint32_t i = 0; i < dawg_param_count(p); ++i) {
        put(i ? ",\n" : "");
        put_param(dawg_param_info(p, i));
    }
    put("\n      ],\n      \"presets\": [\n");
    for (uint32_t i = 0; i < p->n_presets; ++i) {
        put(i ? ",\n" : "");
        put_preset(p, &p->presets[i]);
    }
    put("\n      ],\n      \"meters\": [\n");
    for (uint32_t i = 0; i < p->n_meters; ++i) {
        put(i ? ",\n" : "");
        put_meter(&p->meters[i]);
    }
    put("\n      ]}");
}

static void put_plugins(void)
{
    for (uint32_t i = 0; i < dawg_plugin_count; ++i) {
        put(i ? ",\n" : "");
        put_plugin(dawg_plugins[i]);
    }
}

static void put_features(void)
{
    char version[16];
    snprintf(version, sizeof version, "%u", DAWG_FEATURES_VERSION);
    put("{\"version\": ");
    put(version);
    put(", \"values\": [\n");
    for (uint32_t i = 0; i < DAWG_FEATURES; ++i) {
        put_field(i ? ",\n    {" : "    {", "key", dawg_features_name(i));
        put_field(", ", "unit", dawg_features_unit(i));
        put("}");
    }
    put("\n  ]}");
}

int main(void)
{
    hash = 2166136261u;
    hashing = 1;
    put_plugins();
    put_features();
    hashing = 0;
    printf("{\n  \"abi\": %u,\n  \"hash\": \"%08x\",\n  \"plugins\": [\n", DAWG_ABI, hash);
    put_plugins();
    printf("\n  ],\n  \"features\": ");
    put_features();
    puts("\n}");
    return 0;
}
