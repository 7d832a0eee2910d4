/* SPDX-License-Identifier: MIT
 * Note lengths, against what their labels say. */
#include "dsp/tempo.h"
#include "support/cmocka.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const labels[] = {DAWG_NOTES};

static void a_note_is_as_long_as_its_label_says(void **state)
{
    (void)state;
    assert_int_equal(sizeof labels / sizeof labels[0], DAWG_NOTE_COUNT);
    double most = 0.0;
    for (uint32_t i = 1; i < DAWG_NOTE_COUNT; ++i) {
        char *end;
        const long part = strtol(labels[i] + 2, &end, 10);
        const double beats = 4.0 / (double)part * (*end == 'T' ? 2.0 / 3.0 : *end == 'D' ? 1.5 : 1.0);
        assert_true(labels[i][0] == '1' && labels[i][1] == '/' && (!*end || strchr("TD", *end)));
        assert_true(fabs(dawg_note_beats(i) - beats) < 1e-15 * beats);
        assert_true(fabs(dawg_note_seconds(i, 137.5) - beats * 60.0 / 137.5) < 1e-15);
        most = fmax(most, beats);
    }
    assert_true(most == DAWG_NOTE_BEATS_MAX);
}

static void off_and_unknown_notes_have_no_length(void **state)
{
    (void)state;
    assert_true(dawg_note_beats(DAWG_NOTE_OFF) == 0.0 && dawg_note_beats(DAWG_NOTE_COUNT) == 0.0);
    assert_true(dawg_note_beats(UINT32_MAX) == 0.0);
    assert_true(strcmp(labels[DAWG_NOTE_8D], "1/8D") == 0 && strcmp(labels[DAWG_NOTE_32T], "1/32T") == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_is_as_long_as_its_label_says),
        cmocka_unit_test(off_and_unknown_notes_have_no_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
