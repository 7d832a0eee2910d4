/* SPDX-License-Identifier: MIT
 * Sound REQ E-4: process() allocates nothing, locks nothing, calls no system. Two proofs: the library imports nothing
 * that could (its undefined symbols are compared with a short list), and an allocator that counts sees no call while
 * each plugin works through a busy score.
 * The counter takes malloc's place in this program (glibc forwards to __libc_malloc); under the address sanitizer,
 * which has taken it already, it is that library's own hook. */
#define _POSIX_C_SOURCE 200809L
#include "kit/record.h"
#include "support/registry.h"
#include <stdio.h>

static volatile uint32_t counted;
static volatile int counting;

#if UNDER_SANITIZER
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                              void (*on_free)(const volatile void *));
static void on_malloc(const volatile void *p, size_t n)
{
    (void)p, (void)n;
    counted += (uint32_t)counting;
}
static void on_free(const volatile void *p)
{
    (void)p;
    counted += (uint32_t)counting;
}
static int install(void) { return __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) > 0; }
#elif defined(__GLIBC__)
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t align, size_t n);
void __libc_free(void *p);
void *malloc(size_t n)
{
    counted += (uint32_t)counting;
    return __libc_malloc(n);
}
void *calloc(size_t n, size_t size)
{
    counted += (uint32_t)counting;
    return __libc_calloc(n, size);
}
void *realloc(void *p, size_t n)
{
    counted += (uint32_t)counting;
    return __libc_realloc(p, n);
}
void *aligned_alloc(size_t align, size_t n)
{
    counted += (uint32_t)counting;
    return __libc_memalign(align, n);
}
int posix_memalign(void **p, size_t align, size_t n)
{
    *p = aligned_alloc(align, n);
    return *p ? 0 : 12; /* ENOMEM */
}
void free(void *p)
{
    counted += (uint32_t)counting;
    __libc_free(p);
}
static int install(void) { return 1; }
#else
static int install(void) { return 0; }
#endif

static void the_counter_sees_an_allocation(void **state)
{
    (void)state;
    if (!install()) {
        print_message("skipped: no way to count allocations with this C library\n");
        skip();
    }
    void *(*volatile take)(size_t) = malloc;
    void (*volatile give)(void *) = free;
    counted = 0, counting = 1;
    void *p = take(100);
    give(p);
    counting = 0;
    assert_int_equal(counted, 2);
}

static void processing_never_allocates(const dawg_plugin *p)
{
    enum { LENGTH = 20000 };
    const uint32_t sets = GRID_SETS;
    uint32_t calls = 0;
    sound in = sound_make(LENGTH), side = sound_make(LENGTH), out = sound_make(LENGTH);
    for (uint32_t set = 0; set < sets; ++set) {
        sound_song(in, 1, grid_rate(set));
        sound_song(side, 2, grid_rate(set));
        static busy b;
        score_busy(&b, p, in, side, seed_of(p->key) + set);
        float values[DAWG_PARAMS_MAX];
        params_of(p, "realtime", set, values);
        rig r = rig_make(p, grid_rate(set));
        counted = 0, counting = 1; /* setting, scheduling, reset, meters, latency and tail are real-time calls too */
        params_set(&r, values);
        dawg_instance_reset(r.x);
        score_render(&r, &b.score, set & 1 ? 37 : 128, set, out);
        (void)dawg_meters(r.x), (void)dawg_latency(r.x), (void)dawg_tail(r.x);
        counting = 0;
        calls += counted;
        promise(counted == 0, p, values, "set %u: %u calls of the allocator", set, counted);
        rig_free(&r);
    }
    print_message("%u sets x %u frames\n", sets, LENGTH);
    registry_record(p, "E-4", "calls of the allocator while audio runs", calls, "", "0");
    sound_free(&in), sound_free(&side), sound_free(&out);
}

/* What the core may ask of its surroundings: memory moves, and on targets without the instruction, exact roots. */
static int may_import(const char *name)
{
    static const char *const exact[] = {"memcpy", "memset", "memmove", "memcmp", "bcmp",  "strcmp",
                                        "strlen", "sqrt",   "sqrtf",   "floor",  "floorf"};
    static const char *const toolchain[] = {"__asan_",        "__ubsan_",       "__sanitizer_",     "_ITM_",
                                            "__gmon_start__", "__cxa_finalize", "__stack_chk_fail", "__assert_fail"};
    for (uint32_t i = 0; i < DAWG_COUNT(exact); ++i)
        if (!strcmp(name, exact[i])) return 1;
    for (uint32_t i = 0; i < DAWG_COUNT(toolchain); ++i)
        if (!strncmp(name, toolchain[i], strlen(toolchain[i]))) return 1;
    return 0;
}

static void the_library_imports_nothing_that_allocates_locks_or_calls_the_system(void **state)
{
    (void)state;
    char line[4096], path[4096] = "", command[5000];
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps)) {
        char *at = strchr(line, '/');
        if (at && strstr(at, "libdawg")) {
            at[strcspn(at, "\n")] = 0;
            snprintf(path, sizeof path, "%s", at);
            break;
        }
    }
    if (maps) fclose(maps);
    if (!*path) {
        print_message("skipped: the core is linked into this program, not loaded as a library\n");
        skip();
    }
    snprintf(command, sizeof command, "nm -D --undefined-only '%s'", path);
    FILE *list = popen(command, "r");
    assert_non_null(list);
    uint32_t seen = 0, wrong = 0;
    while (fgets(line, sizeof line, list)) {
        char type, name[4096];
        if (sscanf(line, " %c %4095s", &type, name) != 2) continue;
        name[strcspn(name, "@")] = 0;
        ++seen;
        if (may_import(name)) continue;
        print_error("the library imports %s\n", name);
        ++wrong;
    }
    assert_int_equal(pclose(list), 0);
    print_message("%u undefined symbols\n", seen);
    dawg_record("E-4", "symbols the library imports", seen, "", "");
    dawg_record("E-4", "symbols among them that could allocate, lock or call the system", wrong, "", "0");
    assert_true(seen > 0);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_counter_sees_an_allocation),
        cmocka_unit_test(the_library_imports_nothing_that_allocates_locks_or_calls_the_system),
    };
    const registry_row rows[] = {{"E-4 processing never allocates", processing_never_allocates}};
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return registry_run(rows, DAWG_COUNT(rows)) + failed;
}
