/* SPDX-License-Identifier: MIT
 * registry.c - see registry.h. */
#include "support/registry.h"
#include "kit/record.h"
#include <stdio.h>

typedef struct job {
    const dawg_plugin *plugin;
    void (*check)(const dawg_plugin *p);
} job;

static void run_job(void **state)
{
    const job *j = *state;
    j->check(j->plugin);
}

int registry_run(const registry_row *rows, uint32_t n)
{
    const char *only = getenv("DAWG_TEST_PLUGIN");
    const uint32_t most = n * dawg_plugin_count;
    struct CMUnitTest *tests = calloc(most, sizeof *tests);
    job *jobs = calloc(most, sizeof *jobs);
    char(*names)[200] = calloc(most, sizeof *names);
    if (!tests || !jobs || !names) return 1;
    uint32_t count = 0;
    for (uint32_t k = 0; k < dawg_plugin_count; ++k)
        for (uint32_t i = 0; i < n; ++i) {
            if (only && strcmp(only, dawg_plugins[k]->key) != 0) continue;
            jobs[count] = (job){dawg_plugins[k], rows[i].check};
            snprintf(names[count], sizeof names[count], "%s: %s", dawg_plugins[k]->key, rows[i].promise);
            tests[count] =
                (struct CMUnitTest){.name = names[count], .test_func = run_job, .initial_state = &jobs[count]};
            ++count;
        }
    if (count == 0) print_error("no plugin of the registry is called %s\n", only ? only : "anything");
    const int failed = count ? _cmocka_run_group_tests("registry", tests, count, NULL, NULL) : 1;
    free(tests), free(jobs), free(names);
    return failed;
}

void params_print(const dawg_plugin *p, const float *values)
{
    for (uint32_t i = 0; values && i < p->n_params; ++i)
        if (values[i] != p->params[i].def) print_error("    %s = %.9g\n", p->params[i].key, (double)values[i]);
}

void registry_record(const dawg_plugin *p, const char *id, const char *what, double value, const char *unit,
                     const char *limit)
{
    char name[200];
    snprintf(name, sizeof name, "%s: %s", p->key, what);
    dawg_record(id, name, value, unit, limit);
}

void params_of(const dawg_plugin *p, const char *test, uint32_t set, float *values)
{
    dawg_noise g;
    dawg_noise_seed(&g, seed_of(p->key) + seed_of(test) * 3u + set);
    params_draw(p, set, &g, values);
}

static int ends(const dawg_plugin *p, const float *values, float rate, double longest_s)
{
    const dawg_transport t = {.tempo_bpm = 120.0};
    return !p->tail || p->tail(values, &(dawg_setup){.sample_rate = rate}, &t) <= longest_s * (double)rate;
}

int params_that_end(const dawg_plugin *p, const char *test, uint32_t set, float rate, double longest_s, float *values)
{
    for (uint32_t again = 0; again < 64; ++again) {
        params_of(p, test, set + 1000u * again * (set > 2), values);
        if (ends(p, values, rate, longest_s)) return 1;
        if (set <= 2) break;
    }
    print_message("%s: set %u left out, its tail is longer than %g s\n", p->key, set, longest_s);
    return 0;
}
