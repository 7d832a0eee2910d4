/* SPDX-License-Identifier: MIT
 * record.h - kit/report.py for C tests: one measured number of a requirement into build/quality/ctest.jsonl, from
 * where tools/quality_docs.py --measured prints it. Tests run in the project's root. DAWG_QUALITY_DIR in the
 * environment names another folder: tools/test.mjs keeps all builds but gcc -O3 out of the table with it.
 *
 *   dawg_record("AN-1", "8192 points, white noise", -137.2, "dB RMS", "<= -130"); */
#ifndef DAWG_TEST_RECORD_H
#define DAWG_TEST_RECORD_H
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static inline void dawg_record_line(const char *id, const char *name, double value, const char *unit, const char *limit,
                                    const char *worst, const char *detail)
{
    const char *folder = getenv("DAWG_QUALITY_DIR");
    if (!folder || !*folder) folder = "build/quality";
    char path[4096];
    (void)mkdir("build", 0777);
    (void)mkdir("build/quality", 0777);
    (void)mkdir(folder, 0777);
    snprintf(path, sizeof path, "%s/ctest.jsonl", folder);
    FILE *f = fopen(path, "a");
    if (!f) return; /* a read-only tree: the test itself still holds or fails */
    fprintf(f,
            "{\"id\": \"%s\", \"case\": \"%s\", \"value\": %.9g, \"unit\": \"%s\", \"limit\": \"%s\", "
            "\"worst\": \"%s\", \"detail\": \"%s\"}\n",
            id, name, value, unit, limit, worst, detail);
    fclose(f);
}

static inline void dawg_record(const char *id, const char *name, double value, const char *unit, const char *limit)
{
    dawg_record_line(id, name, value, unit, limit, "", "");
}

/* Of all values with this id and name the table shows the highest, with its detail ("44.1 kHz"). */
static inline void dawg_record_highest(const char *id, const char *name, double value, const char *unit,
                                       const char *limit, const char *detail)
{
    dawg_record_line(id, name, value, unit, limit, "high", detail);
}

#endif
