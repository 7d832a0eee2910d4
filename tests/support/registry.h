/* SPDX-License-Identifier: MIT
 * registry.h - one promise, every plugin: each row becomes one cmocka test per plugin of the registry.
 * DAWG_TEST_PLUGIN=key in the environment runs that plugin alone. */
#ifndef DAWG_TEST_REGISTRY_H
#define DAWG_TEST_REGISTRY_H
#include "support/cmocka.h"
#include "support/grid.h"
#include "support/rig.h"

typedef struct registry_row {
    const char *promise; /* "E-1 the same bits in any block size" */
    void (*check)(const dawg_plugin *p);
} registry_row;
int registry_run(const registry_row *rows, uint32_t n); /* what main returns */

/* Says what went wrong, with numbers, for which settings, and fails. */
#define promise(holds, p, values, ...)                                                                                 \
    do {                                                                                                               \
        if (!(holds)) {                                                                                                \
            print_error("%s: ", (p)->key);                                                                             \
            print_error(__VA_ARGS__);                                                                                  \
            print_error("\n");                                                                                         \
            params_print((p), (values));                                                                               \
            fail_msg("%s", #holds);                                                                                    \
        }                                                                                                              \
    } while (0)
void params_print(const dawg_plugin *p, const float *values); /* what differs from the defaults; NULL: nothing */

/* dawg_record (kit/record.h) of the case "key: what". */
void registry_record(const dawg_plugin *p, const char *id, const char *what, double value, const char *unit,
                     const char *limit);

/* The settings of a test: drawn from the plugin's key, the test's name and the number of the set. */
void params_of(const dawg_plugin *p, const char *test, uint32_t set, float *values);
/* The same, drawn again until the tail ends within `longest_s` (never, if the first three sets do not): a feedback
 * that sustains is exempt from what is promised about silence. Returns 0 if the set is to be left out. */
int params_that_end(const dawg_plugin *p, const char *test, uint32_t set, float rate, double longest_s, float *values);

#if defined(__has_feature) /* clang */
#if __has_feature(address_sanitizer)
#define UNDER_SANITIZER 1
#endif
#elif defined(__SANITIZE_ADDRESS__) /* gcc */
#define UNDER_SANITIZER 1
#endif
#if !defined(UNDER_SANITIZER)
#define UNDER_SANITIZER 0
#endif

#endif
