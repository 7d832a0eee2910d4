/* SPDX-License-Identifier: MIT
 * The proximity stage on two tones, 90 Hz and 700 Hz, whose ratio is known (sound REQ VX-3): how much it cuts, where, and
 * when not; chunks. Voices are in tests/plugins/test_vocal_compressor.py. */
#include "dsp/proximity.h"
#include "dsp/eq_design.h"
#include "kit/record.h"
#include "support/cmocka.h"
#include <math.h>
#include <string.h>

enum { PERIOD = 32, RATE = 48000, LENGTH = 3 * RATE };
static float key[LENGTH];
static dawg_d2 io[LENGTH];

static void tones(double low_db, double high_db)
{
    const double low = pow(10.0, low_db / 20.0), high = pow(10.0, high_db / 20.0), w = 2.0 * DAWG_PI / RATE;
    for (uint32_t i = 0; i < LENGTH; ++i) {
        key[i] = (float)(low * sin(90.0 * w * i) + high * sin(700.0 * w * i));
        io[i] = dawg_d2_all((double)key[i]);
    }
}

/* The last reduction in dB. Voiced from `from` seconds on. */
static double play(double hz, float range_db, double from, uint32_t chunk)
{
    dawg_proximity x;
    dawg_proximity_reset(&x, PERIOD, RATE);
    for (uint32_t t = 0; t < LENGTH; t += PERIOD) {
        dawg_proximity_plan(&x, hz, range_db);
        for (uint32_t at = 0; at < PERIOD; at += chunk) {
            const uint32_t n = PERIOD - at < chunk ? PERIOD - at : chunk;
            dawg_proximity_run(&x, at, n, key + t + at, io + t + at);
        }
        dawg_proximity_end(&x, (double)t >= from * RATE);
    }
    return -x.to_db;
}

/* Against the designed section, which has a test against the analog one. */
static void the_shelf_is_the_prototypes(void **state)
{
    (void)state;
    static const double rates[] = {16000, 44100, 48000, 192000};
    double worst = 0.0;
    for (int r = 0; r < 4; ++r)
        for (double db = -12; db < 0; db += 3)
            for (double f = 20; f < 0.4 * rates[r]; f *= 1.3) {
                double a[2], b[2];
                const dawg_svf own = dawg_proximity_shelf(200, rates[r], db);
                const dawg_svf designed = dawg_eq_design(DAWG_EQ_LOW_SHELF, 200, rates[r], db, DAWG_PROXIMITY_Q);
                dawg_svf_response(&own, 1, f / rates[r], a);
                dawg_svf_response(&designed, 1, f / rates[r], b);
                worst = fmax(worst, fabs(10.0 * log10((a[0] * a[0] + a[1] * a[1]) / (b[0] * b[0] + b[1] * b[1]))));
            }
    dawg_record("VX-3", "proximity's shelf against the analog one", worst, "dB", "<= 0.02");
    assert_true(worst <= 0.02);
}

/* Of a ratio well above the usual each dB is a dB; the range holds; soft or loud is the same. */
static void what_stands_out_is_taken_off(void **state)
{
    (void)state;
    tones(-12, -18);
    const double six = play(200, 24, 0, PERIOD);
    tones(-12, -22);
    const double ten = play(200, 24, 0, PERIOD);
    tones(-42, -52);
    const double soft = play(200, 24, 0, PERIOD);
    tones(-12, -22);
    const double limited = play(200, 4, 0, PERIOD);
    print_message("%.3f dB, %.3f dB, softer %.3f dB, in range %.3f dB\n", six, ten, soft, limited);
    assert_true(six > 4.0 && fabs(ten - six - 4.0) < 0.4);
    assert_true(fabs(soft - ten) < 0.01);
    assert_true(limited == 4.0);
}

/* No boom, no voice, no range. */
static void otherwise_no_bit_changes(void **state)
{
    (void)state;
    static dawg_d2 in[LENGTH];
    for (int k = 0; k < 3; ++k) {
        tones(k == 0 ? -26 : -12, -20);
        memcpy(in, io, sizeof in);
        assert_true(play(200, k == 2 ? 0 : 12, k == 1 ? 100 : 0, PERIOD) == 0.0);
        assert_memory_equal(in, io, sizeof in);
    }
}

static void chunks_do_not_matter(void **state)
{
    (void)state;
    static dawg_d2 whole[LENGTH];
    tones(-12, -22);
    play(200, 12, 0.5, PERIOD);
    memcpy(whole, io, sizeof whole);
    tones(-12, -22);
    play(200, 12, 0.5, 5);
    assert_memory_equal(whole, io, sizeof whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shelf_is_the_prototypes),
        cmocka_unit_test(what_stands_out_is_taken_off),
        cmocka_unit_test(otherwise_no_bit_changes),
        cmocka_unit_test(chunks_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
